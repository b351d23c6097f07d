"""The whole path in the real process: a document goes in, the alert comes out."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox
from tests.e2e.conftest import LAYLA, SAM, TOKEN, People, Running, until

TITLE = "ثلاثة صواريخ تستهدف قاعدة عين الأسد في الأنبار"
BODY = "أعلن مصدر عسكري أن ثلاثة صواريخ سقطت مساء اليوم قرب القاعدة دون إصابات."


def drop(folder: Path, name: str = "report.txt", title: str = TITLE) -> None:
    """Put a document in the seeds folder the way an editor does: whole, at once."""
    half = folder / f".{name}.part"
    half.write_text(f"{title}\n\n{BODY}\n", "utf-8")
    half.rename(folder / "seeds" / name)


async def test_a_document_dropped_into_seeds_reaches_each_subscriber_once_in_their_language(
    rasid: Running, people: People
) -> None:
    await rasid.start()
    await people.say(LAYLA, "/start")
    assert "لست صفّارة إنذار" in (await people.told(LAYLA, "راصد"))["text"]
    for user in (LAYLA, SAM):
        await people.say(user, "/subscribe")
    await people.told(LAYLA, "تم الاشتراك")
    await people.told(SAM, "Subscribed")
    drop(rasid.folder)
    alert = await people.told(LAYLA, TITLE)
    assert "عين الأسد، الأنبار، العراق" in alert["text"]
    assert "Ain al-Asad, Anbar, Iraq" in (await people.told(SAM, TITLE))["text"]
    drop(rasid.folder, "copy.txt")
    await asyncio.sleep(2.5)
    assert [sum(TITLE in r["text"] for r in await people.got(c)) for c in (LAYLA, SAM)] == [
        1,
        1,
    ]
    assert TOKEN.split(":")[1] not in rasid.told()


async def test_why_answers_the_alert_it_replies_to(rasid: Running, people: People) -> None:
    await rasid.start()
    await people.say(SAM, "/watch عين الاسد")
    await people.told(SAM, "عين الاسد")
    drop(rasid.folder)
    alert = await people.told(SAM, TITLE)
    await people.post("send", user=SAM, chat=SAM, text="/why", reply_to=alert["message_id"])
    why = await people.told(SAM, "Why")
    assert "عين الأسد" in why["text"]


async def test_killed_between_recording_and_sending_it_delivers_every_alert_after_the_restart(
    rasid: Running, people: People, sandbox: Sandbox
) -> None:
    crowd = range(5001, 5021)
    for user in crowd:
        sandbox.world.add_person(Person(user, f"P{user}", f"p{user}", "en"))
    await rasid.start()
    for user in crowd:
        await people.say(user, "/subscribe")
    for user in crowd:
        await people.told(user, "Subscribed")
    settled = "SELECT count(*) FROM deliveries WHERE state NOT IN ('sent')"
    await until(lambda: rasid.rows(settled) == [(0,)], "all replies sent")
    # From here on no send comes back: the alerts are recorded, and none is known to have arrived.
    await people.post("fault", method="sendMessage", kind="delay", seconds=60, times=500)
    drop(rasid.folder)
    recorded = "SELECT count(*) FROM deliveries WHERE kind = 'alert'"
    await until(lambda: rasid.rows(recorded) == [(20,)], "20 alerts recorded")
    flying = "SELECT count(*) FROM deliveries WHERE kind = 'alert' AND state = 'sending'"
    await until(lambda: rasid.rows(flying)[0][0] > 0, "a send in flight")
    await rasid.end(signal.SIGKILL)
    assert not [r for r in await people.journal() if TITLE in r["text"]]
    async with people.session.delete("/_sandbox/fault") as answer:
        assert answer.status == 200
    await rasid.start()
    for user in crowd:
        await people.told(user, TITLE)
    assert "recovered may_repeat=" in rasid.told()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_finishes_the_sends_in_flight_and_exits_0(
    rasid: Running, people: People, number: int
) -> None:
    await rasid.start()
    await people.say(SAM, "/subscribe")
    await people.told(SAM, "Subscribed")
    await people.post("fault", method="sendMessage", kind="delay", seconds=1.5, times=5)
    drop(rasid.folder)
    flying = "SELECT count(*) FROM deliveries WHERE kind = 'alert' AND state = 'sending'"
    await until(lambda: rasid.rows(flying) == [(1,)], "the alert in flight")
    code, took_s = await rasid.end(number)
    assert code == 0, rasid.told()
    assert took_s < 10
    assert rasid.rows("SELECT state FROM deliveries WHERE kind = 'alert'") == [("sent",)]
    assert any(TITLE in row["text"] for row in await people.got(SAM))


async def test_a_signal_does_not_wait_for_an_answer_that_never_comes(
    rasid: Running, people: People
) -> None:
    await rasid.start()
    await people.say(SAM, "/subscribe")
    await people.told(SAM, "Subscribed")
    await people.post("fault", method="sendMessage", kind="delay", seconds=60, times=5)
    await people.say(SAM, "/status")
    flying = "SELECT count(*) FROM deliveries WHERE state = 'sending'"
    await asyncio.sleep(1)  # what was in flight before it was to hang has its answer by now
    await until(lambda: rasid.rows(flying) == [(1,)], "the answer in flight")
    code, took_s = await rasid.end()
    assert code == 0
    assert took_s < 10
    # It may have arrived: the next start knows, and nothing broke on the way out.
    assert rasid.rows(flying) == [(1,)]
    assert "abandoned in_flight=1" in rasid.told()
    assert "Traceback" not in rasid.told()


async def test_once_polls_everything_sends_everything_and_exits(
    rasid: Running, people: People
) -> None:
    await rasid.start()
    await people.say(SAM, "/subscribe")
    await people.told(SAM, "Subscribed")
    await rasid.end()
    drop(rasid.folder)
    await asyncio.sleep(1.1)  # a file younger than a second may be half written
    await rasid.start("--once")
    assert await rasid.wait() == 0, rasid.told()
    assert any(TITLE in row["text"] for row in await people.got(SAM))


async def test_a_second_process_on_the_same_database_is_refused(rasid: Running) -> None:
    await rasid.start()
    await until(lambda: "started" in rasid.told(), "the first runs")
    second = Running(rasid.folder, rasid.sandbox)
    await second.start()
    assert await second.wait() == 2
    assert "another Rasid is running" in rasid.told()


async def test_commands_sent_while_the_bot_was_down_are_answered_once_it_is_up(
    rasid: Running, people: People
) -> None:
    await people.say(SAM, "/subscribe")
    await rasid.start()
    await people.told(SAM, "Subscribed")
    await rasid.end()
    await rasid.start()
    await asyncio.sleep(2)
    assert sum("Subscribed" in r["text"] for r in await people.got(SAM)) == 1


async def test_a_refused_token_reaches_no_log_and_stops_nothing_else(
    rasid: Running, people: People
) -> None:
    wrong = "4200000001:AAwrong-canary_token"
    await rasid.start(TELEGRAM_BOT_TOKEN=wrong)
    await until(lambda: "token-refused" in rasid.told(), "the refusal in the log")
    drop(rasid.folder)
    await until(lambda: rasid.rows("SELECT 1 FROM stories"), "the report recorded all the same")
    code, _ = await rasid.end()
    assert code == 0
    assert "wrong-canary" not in rasid.told()


async def test_telegram_brings_what_people_write_and_the_token_is_seen_nowhere(
    rasid: Running, people: People, unused_tcp_port: int
) -> None:
    assert rasid.sandbox is not None
    feed = f"feeds:\n  - {{name: n, url: '{rasid.sandbox.feed_url}', private: true}}\n"
    with (rasid.folder / "config.yaml").open("a") as file:
        file.write(feed)
    for n in range(9):  # long enough for a process of its own
        await people.post("newsroom/publish", title=f"Report {n}", text="word " * 200)
    await people.say(SAM, "/subscribe")
    await rasid.start(
        RASID_TELEGRAM__UPDATES="webhook",
        RASID_WEB__PORT=str(unused_tcp_port),
        RASID_WEB__PUBLIC_URL=f"http://127.0.0.1:{unused_tcp_port}/",
    )
    await people.told(SAM, "Subscribed")
    url = f"http://127.0.0.1:{unused_tcp_port}/telegram"
    async with aiohttp.ClientSession() as session, session.post(url, json={}) as stranger:
        assert stranger.status == 403
    assert rasid.process is not None
    pid = rasid.process.pid
    await until(lambda: len(_family(pid)) > 1, "a process that reads documents")
    first, *others = _family(pid)
    key = TOKEN.split(":")[1].encode()
    assert key not in _of(first, "cmdline") + _of(first, "comm")
    assert not any(key in _of(pid, "cmdline") + _of(pid, "environ") for pid in others)
    code, _ = await rasid.end()
    assert code == 0, rasid.told()
    assert "webhook_set" in rasid.told()
    assert key.decode() not in rasid.told()


def _family(pid: int) -> list[int]:
    """A process and all that it has started."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    children = [child for thread in threads for child in thread.read_text().split()]
    return [pid, *(each for child in children for each in _family(int(child)))]


def _of(pid: int, name: str) -> bytes:
    return Path(f"/proc/{pid}/{name}").read_bytes()
