"""The command line keeps its contract: answers, order, exit codes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.core.model import Count, Denial, Facts, Life, Link, Range
from bot.stores.sqlite import SqliteStore
from tests.making import a_batch, a_verdict, an_entry

ROOT = Path(__file__).parents[1]
ARTICLE = "حالة تأهب قصوى في قاعدة عين الأسد بعد سقوط صواريخ في محيطها"


def bot(*args: str, text: str = "", cwd: Path = ROOT, **environ: str) -> Result:
    """A command inside this process: starting Python each time would take a minute."""
    clean = {k: None for k in os.environ if k.startswith(("RASID_", "TELEGRAM_"))}
    with contextlib.chdir(cwd):
        return CliRunner().invoke(main, args, input=text, env=clean | environ)


def process(*args: str, text: str = "", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command as the operator starts it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RASID_", "TELEGRAM_"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *args],
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=clean | {"PYTHONPATH": str(ROOT)},
        check=False,
    )


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text("feeds:\n  - {name: A, url: 'https://a.example/rss'}\n")
    (tmp_path / "seeds").mkdir()
    return tmp_path


def test_match_answers_each_line_in_order_with_honest_offsets() -> None:
    rows = [
        {"id": "a", "title": ARTICLE, "watches": ["عين الاسد", "سوق (", "غائب"]},
        {"id": 2, "title": "افتتاح معرض الكتاب", "body": None},
    ]
    done = process("match", "-", text="\n".join(json.dumps(row) for row in rows) + "\n\n")
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["id"], first["flag"], first["severity"]) == ("a", True, 3)
    assert "base-alert" in {t["topic"] for t in first["topics"]}
    assert first["places"][0] == "ain-al-asad"
    found, wrong, absent = first["watches"]
    match = found["matches"][0]
    assert ARTICLE[match["start"] : match["end"]] == match["text"]
    assert set(match) == {"field", "start", "end", "text", "how", "score"}
    assert (wrong["matches"], wrong["error"]["column"]) == ([], 4)
    assert absent == {"query": "غائب", "matches": []}
    for topic in first["topics"]:
        assert set(topic) == {"topic", "grade", "places", "spans"}
    assert (second["id"], second["flag"], second["severity"]) == (2, False, 0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"id": 1, "title": "x"}\nnonsense\n', "line 2"),
        ('{"id": 1, "title": "x"}\n[1]\n', "line 2"),
        ('{"title": "x"}\n', 'line 1: it has no "id"'),
        ('{"id": 1, "title": 5}\n', 'line 1: "title" must be text'),
        ('{"id": 1, "watches": "x"}\n', 'line 1: "watches" must be a list'),
    ],
)
def test_a_line_that_breaks_the_contract_ends_the_run_with_its_number(text, told) -> None:
    done = bot("match", "-", text=text)
    assert done.exit_code == 2
    assert told in done.stderr
    number = int(told.partition("line ")[2][0])
    assert len(done.stdout.splitlines()) == number - 1


def test_match_streams_one_answer_a_line() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "match", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(3):
        process.stdin.write(json.dumps({"id": number, "title": ARTICLE}) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == number
    process.stdin.close()
    assert process.wait(10) == 0


def test_a_document_is_answered_for_people(tmp_path: Path) -> None:
    file = tmp_path / "news.txt"
    file.write_text(ARTICLE + "\n\nقال مصدر أمني إن القوات دخلت الملاجئ.\n", "utf-8")
    done = bot("match", str(file))
    assert done.exit_code == 0, done.stderr
    assert "FLAGGED" in done.stdout
    assert "Ain al-Asad, Anbar, Iraq" in done.stdout


def test_a_seeds_file_without_ids_is_answered_for_people() -> None:
    done = bot("match", "seeds/bases-2020-2023.jsonl")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.count("severity") >= 1
    rows = (ROOT / "seeds" / "bases-2020-2023.jsonl").read_text("utf-8").splitlines()
    assert all(json.loads(row)["title"] in done.stdout for row in rows)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"title": "x"}\n{"id": 1, "title": "x"}\n', 'line 1: it has no "id"'),
        ('{"id": 1, "title": "x"}\n{"title": "x"}\n', 'line 2: it has no "id"'),
        ("nonsense\n", "line 1: not JSON"),
    ],
)
def test_a_file_with_any_id_is_held_to_the_contract(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(text)
    done = bot("match", str(file))
    assert (done.exit_code, told in done.stderr) == (2, True)


ROWS = "".join(
    json.dumps({"id": n, "title": title, "date": "2026-11-22T10:00:00Z"}, ensure_ascii=False) + "\n"
    for n, title in enumerate((ARTICLE, "افتتاح معرض الكتاب في بغداد يوم السبت"))
)


@pytest.mark.parametrize(
    ("charset", "mark", "told"),
    [
        ("utf-8", b"\xef\xbb\xbf", ""),
        ("utf-16-le", b"\xff\xfe", "utf-16-le: it begins with a byte order mark"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be: it begins with a byte order mark"),
        ("utf-16-le", b"", "utf-16-le: it has no byte order mark"),
        ("utf-32-le", b"\xff\xfe\0\0", "utf-32-le: it begins with a byte order mark"),
        ("cp1256", b"", "cp1256: it reads as Arabic so"),
    ],
)
@pytest.mark.parametrize("command", ["match", "stories"])
def test_rows_are_read_in_every_charset_that_seeds_are(
    tmp_path: Path, command: str, charset: str, mark: bytes, told: str
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(mark + ROWS.encode(charset))
    with contextlib.chdir(ROOT):
        from_file = CliRunner().invoke(main, [command, str(file)])
        from_pipe = CliRunner().invoke(main, [command, "-"], input=file.read_bytes())
    for done in (from_file, from_pipe):
        assert done.exit_code == 0, done.stderr
        assert [json.loads(line)["flag"] for line in done.stdout.splitlines()] == [True, False]
        assert told in done.stderr
        assert bool(told) == ("read as" in done.stderr)


def test_one_broken_letter_ends_nothing(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    good, other = ROWS.encode().splitlines(keepends=True)
    file.write_bytes(good + other.replace("السبت".encode(), b"\xff"))
    done = bot("match", str(file))
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 2)


def test_what_a_shell_puts_in_the_place_of_a_file_is_read() -> None:
    for name in ("/dev/stdin", "-"):
        for text in (ROWS, ARTICLE):
            done = process("match", name, text=text)
            assert done.returncode == 0, done.stderr
            assert ('"flag": true' if text is ROWS else "FLAGGED") in done.stdout
    done = bot("match", "nowhere.txt")
    assert (done.exit_code, "nowhere.txt is not a file" in done.stderr) == (2, True)
    done = bot("match", "seeds")
    assert (done.exit_code, "seeds cannot be read: Is a directory" in done.stderr) == (2, True)


def test_on_a_terminal_it_is_said_that_what_is_typed_is_read() -> None:
    ours, theirs = pty.openpty()
    asked = [sys.executable, "-m", "bot", "match"]
    with subprocess.Popen(asked, stdin=theirs, stderr=subprocess.PIPE, cwd=ROOT) as asking:
        os.write(ours, b"\x04")
        try:
            _, said = asking.communicate(timeout=60)
        finally:
            asking.kill()
    assert (asking.returncode, b"note: reading what you type" in said) == (0, True)


def test_stories_are_decided_when_an_entry_arrives() -> None:
    rows = [
        {"id": 1, "title": ARTICLE, "date": "2026-11-22T10:00:00Z"},
        {"id": 2, "title": "أسعار الذهب ترتفع", "date": "2026-11-22T10:01:00Z"},
        {"id": 3, "title": ARTICLE, "date": "2026-11-22T10:02:00Z"},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    answers = [json.loads(line) for line in bot("stories", "-", text=text).stdout.splitlines()]
    assert [a["new"] for a in answers] == [True, True, False]
    assert answers[0]["story"] == answers[2]["story"] != answers[1]["story"]
    alone = bot("stories", "-", text="".join(text.splitlines(keepends=True)[:1]))
    assert json.loads(alone.stdout) == answers[0]


def rows_of(*titles: str) -> str:
    """Reports of five minutes apart, as JSON Lines."""
    return "".join(
        json.dumps({"id": f"r{n}", "title": title, "date": f"2026-11-22T10:{5 * n:02}:00Z"}) + "\n"
        for n, title in enumerate(titles)
    )


SIRENS = "Sirens sound at Ain al-Asad base"
MISSILES = "Missiles fired at US troops in western Iraq"
BOTH = "Missiles hit US troops at Ain al-Asad base in western Iraq, sirens sound"


def test_stories_that_a_later_report_links_are_named() -> None:
    done = bot("stories", "-", text=rows_of(SIRENS, MISSILES, BOTH))
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["linked"], second["linked"]) == ([], [])
    assert (third["story"], third["linked"]) == (first["story"], [second["story"]])


def test_stories_are_listed_for_people() -> None:
    text = rows_of(SIRENS, MISSILES, BOTH, "Drones attack Ain al-Asad base", SIRENS)
    done = bot("stories", "--text", "-", text=text)
    assert done.exit_code == 0, done.stderr
    first, second, third, total = done.stdout.strip().split("\n\n")
    assert first.startswith("story ")
    for told in (
        f": {SIRENS}\n  2026-11-22 10:00 UTC, 3 reports, severity 3 of 3\n",
        "  at Ain al-Asad, Anbar, Iraq\n",
        "opens it: nothing was like it\n",
        f"  - 2026-11-22 10:10 UTC, r2: {BOTH}\n      the same event (0.",
        f"  - 2026-11-22 10:20 UTC, r4: {SIRENS}\n      a copy: words 1.0\n",
        f": {MISSILES}",  # the link
        "step 1 at 2026-11-22 10:10 UTC: graver",
    ):
        assert told in first
    number = first.split()[1].rstrip(":")
    assert f"may be the same as story {number}: {SIRENS}" in second
    assert f"opens it: not enough like {number} (0." in second
    assert f"opens it: not {number} (" in third
    assert "another weapon" in third
    assert total == "5 reports in 3 stories"


@pytest.mark.parametrize(("asked", "begins"), [([], "story "), (["--json"], "{")])
def test_stories_on_a_terminal_are_for_people(
    tmp_path: Path, asked: list[str], begins: str
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(rows_of(SIRENS), "utf-8")
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "bot", "stories", *asked, str(file)]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, cwd=ROOT) as process:
        assert process.wait(60) == 0
    os.close(theirs)
    assert os.read(ours, 6).decode().startswith(begins)
    os.close(ours)


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ('{"id": "r0", "title": "x"}', """line 2: "id" 'r0' stands in line 1 already: give"""),
        (
            '{"id": 7, "date": "22/11/2026"}',
            "'22/11/2026' is no date: write 2026-11-22T10:00:00Z",
        ),
        ('{"id": 7, "date": 5}', 'line 2: "date" 5 is no date: write 2026-'),
        ('{"id": 7, "title": x}', "line 2: not JSON: Expecting value: line 1 column 20"),
        ('{"title": "x"}', 'line 2: it has no "id": add one'),
    ],
)
@pytest.mark.parametrize("form", ["--text", "--json"])
def test_stories_end_at_a_wrong_line_with_how_to_mend_it(second: str, told: str, form: str) -> None:
    done = bot("stories", form, "-", text=f"{rows_of(SIRENS)}{second}\n")
    assert done.exit_code == 2
    assert told in done.stderr
    assert len(done.stdout.splitlines()) == (form == "--json")


@pytest.mark.parametrize("command", ["stories", "match"])
def test_a_key_that_is_not_read_is_named_once(command: str) -> None:
    rows = ({"id": n, "title": "x", "published": "2026-11-22", "mine": 1} for n in (1, 2))
    done = bot(command, "-", text="".join(json.dumps(row) + "\n" for row in rows))
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 2)
    assert done.stderr.count('line 1: "published" is not read: write "date"\n') == 1
    assert done.stderr.count('line 1: "mine" is not read; these are: id, title,') == 1
    assert len(done.stderr.splitlines()) == 2


HARIR = (
    "Two rockets hit Harir base",
    "Army drill: forty rockets fired near Harir base in exercise",
    "Kurdish officials deny rocket attack on Harir base",
    "Two rockets hit Harir base, coalition says",
)


def test_stories_say_what_the_bot_would_do() -> None:
    done = bot("stories", "-", text=rows_of(*HARIR))
    hit, drill, denied, again = (json.loads(line) for line in done.stdout.splitlines())
    assert (hit["flag"], hit["severity"], hit["alert"], hit["reason"]) == (
        True,
        3,
        True,
        "new-story",
    )
    assert (drill["flag"], drill["guard"], drill["alert"], drill["heard"]) == (
        False,
        "drill",
        False,
        [],
    )
    assert (denied["reason"], denied["heard"]) == ("taken-back", ["taken-back"])
    assert (again["alert"], again["veto"]) == (True, "closed")


def test_stories_for_people_say_what_the_bot_would_do() -> None:
    told = bot("stories", "--text", "-", text=rows_of(*HARIR)).stdout
    first = told.split("\n\n")[0]
    assert "severity 3: an alert\n" in told
    assert "not flagged, guarded: denial: readers hear taken-back\n" in first
    assert "guarded: drill: nobody is told, and nothing changes\n" in told
    assert "rocket: 2, by input\n" in first  # what is left out adds no count
    assert f"opens it: {first.split()[1].rstrip(':')} had ended\n" in told


def test_a_row_without_a_date_is_of_now() -> None:
    text = '{"id": 1, "title": "x"}\n{"id": 2, "title": "y", "date": ""}\n{"id": 3, "date": null}\n'
    done = bot("stories", "-", text=text)
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 3)


def test_feeds_are_listed_added_and_removed(here: Path) -> None:
    assert bot("feeds", "add", "https://b.example.org/rss", "--name", "B", cwd=here).exit_code == 0
    listed = bot("feeds", "list", cwd=here).stdout
    assert "https://a.example/rss" in listed
    assert "B\thttps://b.example.org/rss\tnot polled yet" in listed
    again = bot("feeds", "add", "https://b.example.org/rss", cwd=here)
    assert (again.exit_code, "already" in again.stderr) == (2, True)
    assert bot("feeds", "remove", "https://b.example.org/rss", cwd=here).exit_code == 0
    assert "b.example.org" not in bot("feeds", "list", cwd=here).stdout
    fixed = bot("feeds", "remove", "https://a.example/rss", cwd=here)
    assert (fixed.exit_code, "config.yaml" in fixed.stderr) == (2, True)


def test_no_command_shows_the_password_of_a_feed(here: Path) -> None:
    url = "https://me:canary@www.b.example.org/rss?key=canary"
    said = [
        bot("feeds", *args, cwd=here)
        for args in (["add", url], ["add", url], ["list"], ["remove", url], ["remove", url])
    ]
    assert [done.exit_code for done in said] == [0, 2, 0, 0, 2]
    said.append(bot("feeds", "add", "htps://me:canary@b.example.org/rss", cwd=here))
    said.append(bot("feeds", "test", "https://me:canary@127.0.0.1/rss", cwd=here))
    assert "canary" not in "".join(done.output for done in said)
    assert "b.example.org\thttps://www.b.example.org/rss?…\t" in said[2].stdout  # named by its host


def test_feeds_test_says_why_an_address_is_refused(here: Path) -> None:
    done = bot("feeds", "test", "http://127.0.0.1:1/rss", cwd=here)
    assert done.exit_code == 1
    assert "SourceRefused" in done.stderr


def test_what_can_never_be_read_is_not_added(here: Path) -> None:
    for args, told in (
        (["http://192.168.1.1/rss"], "192.168.1.1 is not a public address; if you trust it, say"),
        (["http://nas.local/rss"], "its name belongs to a local network; if you trust it, say"),
        (["http://x.onion/rss"], "its name is reserved: no public site is called so"),
        (["http://[::1/"], "URL is neither an address, like https://example.org/rss.xml"),
        (["http://[::1/", "--private"], "URL is neither an address"),
        (["https://"], "URL is neither an address"),
        (["https://b.example.org/rss", "--lang", "xx9"], "'xx9' is no language code: write one"),
        (["https://b.example.org/rss", "--lang", "arabic"], "did you mean ar (Arabic)?"),
    ):
        done = bot("feeds", "add", *args, cwd=here)
        assert (done.exit_code, told in done.stderr) == (2, True), done.stderr
    assert bot("feeds", "add", "http://192.168.1.1/rss", "--private", cwd=here).exit_code == 0


def test_an_address_is_one_feed_with_a_password_and_without(here: Path) -> None:
    plain, secret = "https://b.example.org/rss", "https://me:canary@B.example.org/rss"
    assert bot("feeds", "add", secret, cwd=here).exit_code == 0
    again = bot("feeds", "add", plain, cwd=here)
    assert (again.exit_code, "already" in again.stderr) == (2, True)
    (here / "list.opml").write_text(f'<opml><body><outline xmlUrl="{plain}"/></body></opml>')
    assert "there already" in bot("feeds", "import", "list.opml", cwd=here).stderr
    assert bot("feeds", "remove", plain, cwd=here).exit_code == 0


def test_what_is_no_address_is_not_visited(here: Path) -> None:
    for url in ("not-a-url", "http://[::1/", "htps://b.example.org/rss"):
        done = bot("feeds", "test", url, cwd=here)
        assert (done.exit_code, "URL is neither an address" in done.stderr) == (2, True)


def test_what_is_no_feed_cannot_be_removed_and_is_named(here: Path) -> None:
    for name, told in (("seeds", "the folder seeds.folder"), ("newsroom", "the sandbox")):
        done = bot("feeds", "remove", name, cwd=here)
        assert (done.exit_code, told in done.stderr) == (2, True)


def test_migrate_says_that_it_made_a_database(here: Path) -> None:
    assert bot("migrate", cwd=here).stdout.startswith("there was no database: made ")
    assert bot("migrate", cwd=here).stdout == "the database is up to date\n"


def test_doctor_is_well_on_a_fresh_folder_and_says_how_to_mend(here: Path) -> None:
    well = bot("doctor", cwd=here)
    assert well.exit_code == 0, well.stdout
    assert "none yet" in well.stdout
    assert not (here / "var").exists()
    (here / "seeds").rmdir()
    ill = bot("doctor", cwd=here)
    assert ill.exit_code == 1
    assert "mend: mkdir" in ill.stdout


def test_doctor_names_a_token_that_cannot_be_one_and_looks_at_the_rest(here: Path) -> None:
    done = bot("doctor", cwd=here, TELEGRAM_BOT_TOKEN="canary")
    assert done.exit_code == 1
    assert "BAD token: TELEGRAM_BOT_TOKEN: this is not a bot token" in done.stdout
    assert "mend: set TELEGRAM_BOT_TOKEN to what @BotFather gave you" in done.stdout
    for what in ("data", "seeds", "disk", "database"):
        assert f"ok  {what}:" in done.stdout
    assert "canary" not in done.output


def test_doctor_asks_for_a_migration_and_makes_none(here: Path) -> None:
    database = here / "var" / "sandbox.db"
    database.parent.mkdir()
    database.touch()
    for _ in range(2):
        done = bot("doctor", cwd=here)
        assert done.exit_code == 1
        assert "BAD database" in done.stdout
        assert "mend: python -m bot migrate" in done.stdout
    assert bot("migrate", cwd=here).exit_code == 0
    assert bot("doctor", cwd=here).exit_code == 0


def test_doctor_leaves_the_sources_as_they_are(here: Path) -> None:
    assert bot("feeds", "add", "https://b.example.org/rss", cwd=here).exit_code == 0
    done = bot("doctor", cwd=here)
    assert (done.exit_code, "1 sources, 0 failing" in done.stdout) == (0, True)


def test_a_wrong_configuration_ends_with_2(here: Path) -> None:
    (here / "bad.yaml").write_text("stor: {}\n")
    wrong = process("doctor", "--config", "bad.yaml", cwd=here)
    assert (wrong.returncode, "did you mean store" in wrong.stderr) == (2, True)
    assert bot("nonsense").exit_code == 2


def test_a_wrong_topic_ends_a_run_before_the_sandbox_opens(here: Path) -> None:
    (here / "config.yaml").write_text("topics: [rocket]\n")
    done = process("run", "--once", cwd=here)
    assert done.returncode == 2
    assert done.stderr.startswith("rasid: config.yaml, line 1: unknown topic 'rocket'")
    assert "sandbox" not in done.stderr
    assert not (here / "var").exists()


def test_a_database_that_cannot_be_is_named_with_its_key(here: Path) -> None:
    (here / "file").touch()
    for path in ("seeds", "file/x.db"):
        for command in (["migrate"], ["feeds", "add", "https://b.example.org/rss"]):
            done = bot(*command, cwd=here, RASID_SANDBOX__PATH=path)
            told = "rasid: the environment variable RASID_SANDBOX__PATH: sandbox.path: "
            assert (done.exit_code, done.stderr.startswith(told)) == (2, True), done.stderr
        done = bot("doctor", cwd=here, RASID_SANDBOX__PATH=path)
        assert "correct sandbox.path, which stands in the environment variable" in done.stdout


def test_a_foreign_database_ends_with_3(here: Path) -> None:
    (here / "var").mkdir()
    (here / "var" / "sandbox.db").write_text("something else " * 50)
    assert process("migrate", cwd=here).returncode == 3


def every_command(group: click.Group = main, *above: str) -> Iterator[list[str]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, *above, name)
        else:
            yield [*above, name]


def test_every_command_has_help_and_all_but_the_benchmarks_a_configuration() -> None:
    for command in every_command():
        done = bot(*command, "--help")
        assert done.exit_code == 0
        assert ("--config" in done.stdout) == (command[0] != "bench"), command


def test_every_command_is_documented() -> None:
    page = (ROOT / "docs" / "operate.md").read_text("utf-8")
    for command in (*every_command(), ["run", "--once"]):
        assert f"python -m bot {' '.join(command)}" in page


def test_only_the_benchmarks_load_what_measures() -> None:
    asked = "import sys, bot.cli; print([m for m in sys.modules if m.startswith('bot.bench.')])"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert bot("bench", "match", "--help").exit_code == 0


def test_a_python_without_the_packages_says_in_one_line_what_to_type() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-m", "bot", "doctor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("rasid: the package ")
    assert "make run" in done.stderr
    assert ".venv/bin/python -m bot" in done.stderr
    assert done.stderr.count("\n") == 1


# ── watches on the command line ──────────────────────────────────────────────────────────────

SENTENCES = (
    "Missiles struck Ayn al-Assad before dawn",
    "حمله موشکی به پایگاه عین‌الاسد",
    "Ayn el-Esed üssüne roket atıldı",
    "Football: a quiet evening in the league",
)


def test_a_watch_is_tried_on_each_line_in_any_language() -> None:
    asked = ("--watch", "عين الأسد", "--watch", "league")
    done = process("match", *asked, "-", text="\n".join(SENTENCES))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("watch عين الأسد: found\n") == 3
    assert done.stdout.count("watch عين الأسد: not found\n") == 1
    assert done.stdout.count("watch league: found\n") == 1
    assert "title 16-28: Ayn al-Assad" in done.stdout
    assert "عین‌الاسد" in done.stdout


def test_watches_join_those_of_a_row(tmp_path: Path) -> None:
    row = {"id": 1, "title": ARTICLE, "watches": ["صواريخ", "عين الاسد"]}
    done = bot("match", "--watch", "عين الاسد", "--watch", "Erbil", "-", text=json.dumps(row))
    asked = json.loads(done.stdout)["watches"]
    assert [watch["query"] for watch in asked] == ["صواريخ", "عين الاسد", "Erbil"]
    assert [bool(watch["matches"]) for watch in asked] == [True, True, False]


def test_a_watch_is_tried_on_a_document_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "news.txt"
    file.write_text(ARTICLE + "\n\nقال مصدر أمني إن القوات دخلت الملاجئ.\n", "utf-8")
    done = bot("match", "--watch", "حالة تأهب + ملاجئ", str(file))
    assert done.stdout.count("watch حالة تأهب + ملاجئ: found") == 1


def test_why_tells_the_way_of_a_report_by_its_link_and_by_its_story(here: Path) -> None:
    stored(here)
    done = bot("why", "story00001", cwd=here)
    assert done.exit_code == 0, done.stderr
    for told in ("decided: new-story", "story story00001", "1 reports, first ", "nobody follows"):
        assert told in done.stdout
    assert bot("why", "1:1", cwd=here).stdout == done.stdout
    lost = bot("why", "https://wire.example/8", cwd=here)
    assert (lost.exit_code, lost.stdout) == (1, "")
    assert "https://wire.example/8" in lost.stderr


def test_why_lists_every_source_and_the_linked_story(here: Path) -> None:
    stored(here)

    async def grow() -> None:
        store = await SqliteStore.open(here / "var" / "sandbox.db")
        verdict = a_verdict(9, story_id="story00001")
        assert verdict.story
        life = Life(linked=(Link("story00002", "Sirens"),), deniers={Denial.NO_ATTACK: "army"})
        life = replace(life, denials=(Denial.NO_ATTACK,))
        life = replace(life, counts=(Count("Radio", Range(40, 80), ("rocket",)),))
        entry = replace(verdict.entry, source_name="Radio", link="https://radio.example/9")
        reading = replace(verdict.reading, facts=Facts(echo_of="Wire"))
        verdict = replace(verdict, entry=entry, reading=reading)
        verdict = replace(verdict, story=replace(verdict.story, life=life))
        await store.record(a_batch(verdict))
        await store.close()

    asyncio.run(grow())
    done = bot("why", "1:1", cwd=here)
    assert done.exit_code == 0, done.stderr
    for told in (
        "      original of 2026-11-22 11:57 UTC by Wire\n",
        "      echo of 2026-11-22 11:57 UTC by Radio https://radio.example/9\n",
        "      may be the same as story story00002: Sirens\n",
        "      denied: no-attack, by army\n",
        "      rocket: 40 to 80, by Radio\n",
    ):
        assert told in done.stdout


def test_why_without_a_database_says_what_makes_one(here: Path) -> None:
    lost = bot("why", "story00001", cwd=here)
    assert lost.exit_code == 1
    assert "python -m bot run" in lost.stderr


@pytest.mark.parametrize("command", [["match", "-", "--watch"], ["backtest"]])
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("سوق (", "column 5: The bracket is not closed. Right, for example: "),
        ("Harir + place:ain-asad", "column 9: There is no place ain-asad. Nearest: ain-al-asad"),
    ],
)
def test_a_wrong_watch_ends_with_2_its_column_and_a_right_one(
    here: Path, command: list[str], query: str, told: str
) -> None:
    done = bot(*command, query, cwd=here)
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Right, for example: " in done.stderr
    assert done.stdout == ""


def stored(here: Path) -> None:
    """A database with three reports: today's, of last week, of two weeks ago."""
    ages = {"Missiles hit Ayn al-Assad": 0, "هدوء في عين الأسد": 5, "عين الأسد قديمًا": 13}

    async def fill() -> None:
        store = await SqliteStore.open(here / "var" / "sandbox.db")
        for number, (title, days) in enumerate(ages.items()):
            verdict = replace(a_verdict(number), entry=an_entry(number, title=title))
            at = datetime.now(UTC) - timedelta(days=days, hours=1)
            await store.record(a_batch(verdict, at=at))
        await store.close()

    asyncio.run(fill())


def test_backtest_says_how_often_a_watch_would_have_fired(here: Path) -> None:
    stored(here)
    done = bot("backtest", "عين الأسد", cwd=here)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "عين الأسد: 2 of 2 reports read in the last 7 days"
    assert lines[1].startswith("  found as: ")
    assert "Missiles hit Ayn al-Assad" in lines[2]
    assert "title 13-25: Ayn al-Assad (" in lines[3]
    wide = bot("backtest", "عين الأسد", "--days", "14", cwd=here).stdout
    assert wide.startswith("عين الأسد: 3 of 3 reports read in the last 14 days")
    none = bot("backtest", "غائب", cwd=here)
    assert (none.exit_code, none.stdout) == (0, "غائب: 0 of 2 reports read in the last 7 days\n")
    assert bot("backtest", "غائب", "--days", "0", cwd=here).exit_code == 2


def test_backtest_without_a_database_makes_none_and_says_what_does(here: Path) -> None:
    done = bot("backtest", "عين الأسد", cwd=here)
    assert (done.exit_code, "python -m bot run makes it" in done.stderr) == (1, True)
    assert not (here / "var").exists()
