"""``python -m bot``."""

import sys

try:
    from bot.cli import main
except ModuleNotFoundError as error:
    # Another Python than the one that ``make run`` filled: a traceback would not say so.
    if (error.name or "bot").split(".")[0] == "bot":
        raise
    sys.exit(
        f"rasid: the package {error.name} is missing in this Python: type `make run` once,"
        " then call .venv/bin/python -m bot (or `. .venv/bin/activate` first)"
    )

main()
