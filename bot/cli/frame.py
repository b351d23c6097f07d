"""What all commands stand on: the group, the settings, and how our errors end a run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from bot import __version__, config, jsonlines, measure
from bot.errors import BotError, ConfigError, SchemaError


class Errors(click.Group):
    """Turns our errors into one sentence and the right exit code, in one place."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ConfigError, jsonlines.LineError, measure.WatchError) as error:
            _end(2, error)
        except SchemaError as error:
            _end(3, error)
        except BotError as error:
            _end(1, error)
        except BrokenPipeError:
            # Whoever read our output has enough.
            sys.stderr.close()
            raise SystemExit(0) from None


def _end(code: int, error: BotError) -> NoReturn:
    click.echo(f"rasid: {error}", err=True)
    raise SystemExit(code)


@click.group(cls=Errors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rasid")
def main() -> None:
    """Rasid (راصد) watches the news near military bases and alerts by Telegram."""


def configured(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command its settings, and the option that says from which file."""

    @click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("config.yaml"),
        show_default=True,
        help="The configuration file.",
    )
    @wraps(command)
    def with_settings(*args: Any, config_file: Path, **kwargs: Any) -> None:
        command(config.load(config_file), *args, **kwargs)

    return with_settings
