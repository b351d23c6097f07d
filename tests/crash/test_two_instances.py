"""S16: two bots with one token and a database each. (With one database the second is refused.)"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.crash.world import Tally
from tests.e2e.conftest import SAM, People, Running, people, rasid, sandbox, until
from tests.e2e.test_run import drop

__all__ = ["people", "rasid", "sandbox"]
pytestmark = pytest.mark.crash
CONFLICT = "updates_wait reason=another-instance-polls"


def beside(rasid: Running, folder: Path, sandbox: Sandbox) -> Running:
    """A second bot, on another machine as it were."""
    (folder / "seeds").mkdir(parents=True)
    (folder / "config.yaml").write_text((rasid.folder / "config.yaml").read_text())
    return Running(folder, sandbox)


async def test_of_two_with_one_token_one_stands_by_and_takes_over_when_the_other_is_gone(
    rasid: Running, people: People, sandbox: Sandbox, tmp_path: Path
) -> None:
    second = beside(rasid, tmp_path / "second", sandbox)
    await rasid.start()
    await until(lambda: "started" in rasid.told(), "the first runs")
    await people.say(SAM, "/subscribe")
    await people.told(SAM, "Subscribed")
    await second.start()
    try:
        await until(lambda: CONFLICT in rasid.told() + second.told(), "one of them in the way")
        # Whoever is not heard by Telegram sends all the same.
        drop(rasid.folder)
        await people.told(SAM, "عين الأسد")
        await rasid.end()
        asked = len(await people.got(SAM))
        await people.say(SAM, "/list")
        await until(lambda: heard(people, asked), "an answer of the second", 70)
        assert second.rows("SELECT count(*) FROM processed_updates")[0][0] >= 1
        assert "Traceback" not in rasid.told() + second.told()
        (code, _), waited = await second.end(), second.told().count(CONFLICT)
        assert code == 0
        assert len(await people.got(SAM)) == asked + 1
        print(Tally().told("two with one token", second_waited=waited))
    finally:
        await second.cleanup()


async def heard(people: People, asked: int) -> bool:
    return len(await people.got(SAM)) > asked
