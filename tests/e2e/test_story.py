"""A story in the real process: one message that grows, a second attack, an attack denied."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.sandbox.server import Sandbox
from tests.e2e.conftest import SAM, People, Running, until

FIRST = "صواريخ تستهدف قاعدة عين الأسد في الأنبار"


def publish(folder: Path, source: str, lang: str, title: str, ago: timedelta) -> None:
    """One report of ``source``, ``ago`` before now."""
    at = (datetime.now(UTC) - ago).isoformat(timespec="seconds")
    row = {"title": title, "source": source, "lang": lang, "date": at}
    half = folder / f".{source}.part"
    half.write_text(json.dumps(row, ensure_ascii=False) + "\n", "utf-8")
    half.rename(folder / "seeds" / f"{source}.jsonl")


def shown(sandbox: Sandbox, message_id: int) -> dict[str, Any]:
    """The message as its reader sees it now."""
    return sandbox.world.rooms[SAM].posts[message_id].body


async def alerts(people: People) -> list[dict[str, Any]]:
    """The alerts of Sam's chat, without replies to them."""
    return [row for row in await people.got(SAM) if "№" in row["text"] and not row["reply_to"]]


async def test_one_strike_in_three_languages_is_one_message_that_grows_and_is_taken_back(
    rasid: Running, people: People, sandbox: Sandbox
) -> None:
    hour = timedelta(hours=1)
    await rasid.start()
    await people.say(SAM, "/subscribe")
    await people.told(SAM, "Subscribed")
    publish(rasid.folder, "nahr", "ar", FIRST, 4 * hour)
    alert = await people.told(SAM, FIRST)
    publish(rasid.folder, "post", "en", "Rockets hit Ain al-Asad air base in Anbar", 4 * hour)
    publish(rasid.folder, "khabar", "fa", "حمله راکتی به پایگاه عین الاسد در الانبار", 4 * hour)
    grown = lambda: "3 sources report it" in shown(sandbox, alert["message_id"])["text"]  # noqa: E731
    await until(grown, "the message has grown")
    assert len(await alerts(people)) == 1

    publish(rasid.folder, "wire", "en", "Rockets hit Ain al-Asad air base again", hour)
    await people.told(SAM, "Rockets hit Ain al-Asad air base again")
    assert len(await alerts(people)) == 2

    denial = "القيادة العسكرية تنفي تعرض قاعدة عين الأسد لأي هجوم صاروخي"
    publish(rasid.folder, "agency", "ar", denial, timedelta(minutes=50))
    step = await people.told(SAM, "Taken back")
    assert step["reply_to"] is not None
    assert not step["silent"]

    def struck() -> bool:
        entities = shown(sandbox, step["reply_to"]).get("entities", [])
        return any(entity["type"] == "strikethrough" for entity in entities)

    await until(struck, "the alert is struck out")
    await asyncio.sleep(1)
    assert len(await alerts(people)) == 2


SIRENS = "Sirens sound at Ain al-Asad base"
MISSILES = "Missiles fired at US troops in western Iraq"
BOTH = "Missiles hit US troops at Ain al-Asad base in western Iraq, sirens sound"


async def test_two_stories_are_linked_in_silence_and_who_unfollows_hears_no_more(
    rasid: Running, people: People, sandbox: Sandbox
) -> None:
    minute = timedelta(minutes=1)
    await rasid.start()
    await people.say(SAM, "/subscribe")
    await people.told(SAM, "Subscribed")
    publish(rasid.folder, "nahr", "en", SIRENS, 50 * minute)
    first = await people.told(SAM, SIRENS)
    publish(rasid.folder, "post", "en", MISSILES, 45 * minute)
    second = await people.told(SAM, MISSILES)
    publish(rasid.folder, "wire", "en", BOTH, 40 * minute)

    def linked() -> bool:
        one, other = (shown(sandbox, alert["message_id"])["text"] for alert in (first, second))
        return SIRENS in other and MISSILES in one

    await until(linked, "each alert names the other")
    assert len(await alerts(people)) == 2

    await people.say(SAM, "/unsubscribe")
    await until(lambda: not rasid.rows("SELECT * FROM watches"), "nothing is followed")
    replies = [row for row in await people.got(SAM) if row["reply_to"] and "№" in row["text"]]
    dead = "Four killed as missiles hit Ain al-Asad base in western Iraq"
    publish(rasid.folder, "agency", "en", dead, 35 * minute)
    killed = lambda: "Killed: \u20684\u2069" in shown(sandbox, first["message_id"])["text"]  # noqa: E731
    await until(killed, "the alert shows the dead")
    await asyncio.sleep(1)
    after = [row for row in await people.got(SAM) if row["reply_to"] and "№" in row["text"]]
    assert after == replies
