from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.model import Poll, PollStatus, Source, SourceKind, Trait
from bot.errors import SourceUnavailable
from bot.sources.seeds import SeedsPoller

SEEDS = Source("seeds", SourceKind.SEEDS, "Seeds", "seeds", lang="en")
NOW = datetime(2024, 1, 20, 12, tzinfo=UTC)
SHIPPED = Path(__file__).parents[2] / "seeds"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file that has stood for ``age_s`` seconds."""

    def writing(name: str, text: str | bytes, age_s: float = 60) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        written = NOW.timestamp() - age_s
        os.utime(path, (written, written))
        return path

    return writing


@pytest.fixture
def poller(tmp_path: Path) -> SeedsPoller:
    return SeedsPoller(tmp_path, lambda: NOW, max_bytes=10_000)


def titles(poll: Poll) -> set[str]:
    return {entry.title for entry in poll.entries}


def after(poll: Poll) -> Source:
    """The source as it is once the store recorded this poll."""
    return replace(SEEDS, body_hash=poll.body_hash)


async def test_the_first_look_gives_every_seed(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    write("a.txt", "One\n\nIt happened here.")
    write("deep/er/b.md", "# Two\n\nIt happened there.")
    poll = await poller.poll(SEEDS)
    assert (poll.status, titles(poll)) == (PollStatus.CHANGED, {"One", "Two"})
    entry = next(entry for entry in poll.entries if entry.title == "One")
    assert (entry.is_seed, entry.link, entry.source_name) == (True, "", "a.txt")
    assert (entry.lang, entry.published_at) == ("en", None)
    assert entry.fingerprint.startswith("1:")


async def test_nothing_new_is_not_modified_even_after_a_restart(
    poller: SeedsPoller, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("a.txt", "One\n\nIt happened here.")
    source = after(await poller.poll(SEEDS))
    assert (await poller.poll(source)).status is PollStatus.NOT_MODIFIED
    again = await SeedsPoller(tmp_path, lambda: NOW).poll(source)
    assert (again.status, again.entries) == (PollStatus.NOT_MODIFIED, ())


async def test_a_poll_that_was_not_recorded_gives_its_entries_again(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    write("a.txt", "One\n\nIt happened here.")
    first, second = await poller.poll(SEEDS), await poller.poll(SEEDS)
    assert second.entries == first.entries != ()


async def test_a_new_file_is_noticed_while_running(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    write("a.txt", "One\n\nIt happened here.")
    source = after(await poller.poll(SEEDS))
    write("b.txt", "Two\n\nIt happened there.")
    poll = await poller.poll(source)
    assert (poll.status, titles(poll)) == (PollStatus.CHANGED, {"One", "Two"})


async def test_an_edited_file_is_read_anew(poller: SeedsPoller, write: Callable[..., Path]) -> None:
    write("a.txt", "One\n\nIt happened here.")
    source = after(await poller.poll(SEEDS))
    write("a.txt", "One, corrected\n\nIt happened here.", age_s=50)
    assert titles(await poller.poll(source)) == {"One, corrected"}


async def test_a_renamed_file_is_the_same_entry(
    poller: SeedsPoller, write: Callable[..., Path], tmp_path: Path
) -> None:
    path = write("a.txt", "One\n\nIt happened here.")
    first = await poller.poll(SEEDS)
    path.rename(tmp_path / "renamed.md")
    second = await poller.poll(SEEDS)
    assert [e.fingerprint for e in second.entries] == [e.fingerprint for e in first.entries]
    assert (await poller.poll(after(first))).status is PollStatus.NOT_MODIFIED


async def test_an_edited_file_is_known_by_where_it_lies_and_by_its_page(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    head = "Title: {}\nURL: https://news.org/1\n\nIt happened here."
    write("a.txt", head.format("One"))
    first = await poller.poll(SEEDS)
    write("a.txt", head.format("One, corrected"), age_s=50)
    second = await poller.poll(after(first))
    assert first.entries[0].fingerprint != second.entries[0].fingerprint
    assert first.entries[0].aliases == second.entries[0].aliases
    assert [name.trait for name in first.entries[0].aliases] == [Trait.PATH, Trait.LINK]


async def test_a_file_of_many_entries_and_a_page_of_two_files_name_none(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    write("a.jsonl", '{"title": "One", "url": "https://n.org/1"}\n{"title": "Two"}\n')
    write("b.txt", "Title: Three\nURL: https://n.org/1\n\nIt happened here.")
    poll = await poller.poll(SEEDS)
    known_by = {entry.title: [name.trait for name in entry.aliases] for entry in poll.entries}
    assert known_by == {"One": [], "Two": [], "Three": [Trait.PATH]}


async def test_the_same_words_in_two_files_are_one_entry(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    write("a.txt", "One\n\nIt happened here.")
    write("b.txt", "ONE\n\n\n  It   happened here.\nShare")
    assert len((await poller.poll(SEEDS)).entries) == 1


async def test_a_file_still_being_written_waits_for_the_next_look(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    now = [NOW]
    poller = SeedsPoller(tmp_path, lambda: now[0], settle_s=1.0)
    write("a.txt", "Half a sen", age_s=0.2)
    first = await poller.poll(SEEDS)
    assert first.entries == ()
    now[0] += timedelta(seconds=2)
    assert titles(await poller.poll(after(first))) == {"Half a sen"}


async def test_while_a_known_file_is_rewritten_its_old_words_count(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    write("a.txt", "One\n\nIt happened here.")
    source = after(await poller.poll(SEEDS))
    write("a.txt", "On", age_s=0.1)
    assert (await poller.poll(source)).status is PollStatus.NOT_MODIFIED


async def test_a_time_stamp_of_the_future_does_not_hide_a_file(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    write("a.txt", "One\n\nIt happened here.", age_s=-86_400)
    assert titles(await poller.poll(SEEDS)) == {"One"}


async def test_hidden_and_unfinished_files_are_left_alone(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    for name in (".hidden.txt", "a.txt.tmp", "b.part", "c.txt~", ".git/d.txt"):
        write(name, "No\n\nNot this.")
    poll = await poller.poll(SEEDS)
    assert (poll.entries, poll.notes) == ((), ())


async def test_links_out_of_the_folder_are_not_followed(
    poller: SeedsPoller, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    secret = outside / "secret.txt"
    secret.write_text("Secret\n\nNot for the chat.")
    (tmp_path / "link.txt").symlink_to(secret)
    (tmp_path / "folder").symlink_to(outside)
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    poll = await poller.poll(SEEDS)
    assert poll.entries == ()
    assert [note.split(":")[0] for note in poll.notes] == ["link.txt"]
    assert (await poller.poll(SEEDS)).notes == ()


async def test_a_link_inside_the_folder_is_read(
    poller: SeedsPoller, write: Callable[..., Path], tmp_path: Path
) -> None:
    write("a.txt", "One\n\nIt happened here.")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    assert len((await poller.poll(SEEDS)).entries) == 1


async def test_a_file_beyond_the_limit_is_named_once_and_not_read(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    write("big.txt", "x" * 10_001)
    first, second = await poller.poll(SEEDS), await poller.poll(SEEDS)
    assert first.notes == ("big.txt: it is too large: 10,001 bytes, and the limit is 10,000.",)
    assert (first.entries, second.notes) == ((), ())


async def test_a_broken_file_is_named_once_per_content_and_the_others_are_read(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    write("a.txt", "One\n\nIt happened here.")
    write("b.jsonl", '{"title": "Two"}\n{oops\n')
    first = await poller.poll(SEEDS)
    assert titles(first) == {"One", "Two"}
    (note,) = first.notes
    assert note.startswith("b.jsonl: line 2: ")
    assert (await poller.poll(SEEDS)).notes == ()
    write("b.jsonl", '{"title": "Two"}\n\n{oops\n', age_s=30)
    assert (await poller.poll(SEEDS)).notes[0].startswith("b.jsonl: line 3: ")


async def test_an_unreadable_file_is_named_and_the_others_are_read(
    poller: SeedsPoller, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.txt", "One\n\nIt happened here.")
    write("b.txt", "Two\n\nIt happened there.")
    real = Path.read_bytes

    def reading(path: Path) -> bytes:
        if path.name == "b.txt":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", reading)
    poll = await poller.poll(SEEDS)
    assert titles(poll) == {"One"}
    assert poll.notes == ("b.txt: it cannot be read: Permission denied.",)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("خبر.txt".encode("cp1256"), b"A quiet day\n\nNothing."),
        ("خبر.xyz".encode("cp1256"), b"what is this"),
        (b"b.jsonl", b'{"title": "quiet", "lang": "\\ud800"}\n'),
        (b"b.jsonl", b'{"title": "quiet", "link": "http://x.example/\\ud800"}\n'),
        (b"b.jsonl", b'{"title": "quiet", "source": "\\u0000\\udfff", "date": "\\ud800"}\n'),
    ],
)
async def test_letters_that_cannot_be_stored_cost_one_file_its_name_and_the_rest_nothing(
    poller: SeedsPoller, write: Callable[..., Path], tmp_path: Path, name: bytes, body: bytes
) -> None:
    write("a.txt", "One\n\nIt happened here.")
    write(os.fsdecode(name), body)
    poll = await poller.poll(SEEDS)
    assert "One" in titles(poll)
    for entry in poll.entries:
        told = (entry.key, entry.title, entry.body, entry.link, entry.source_name, entry.lang)
        assert "".join(told).encode()
    assert "".join(poll.notes).encode() or not poll.notes


async def test_a_name_that_is_no_utf8_is_shown_with_its_ending(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    write(os.fsdecode(b"\xce\xc8.txt"), "One\n\nIt happened here.")
    write(os.fsdecode(b"\xce\xc8.xyz"), "Two")
    poll = await poller.poll(SEEDS)
    assert [entry.source_name for entry in poll.entries] == ["��.txt"]
    assert [note.split(":")[0] for note in poll.notes] == ["��.xyz"]


async def test_a_removed_file_changes_the_folder(
    poller: SeedsPoller, write: Callable[..., Path]
) -> None:
    path = write("a.txt", "One\n\nIt happened here.")
    write("b.txt", "Two\n\nIt happened there.")
    source = after(await poller.poll(SEEDS))
    path.unlink()
    poll = await poller.poll(source)
    assert (poll.status, titles(poll)) == (PollStatus.CHANGED, {"Two"})


async def test_what_cannot_be_looked_at_is_named_and_the_others_are_read(
    poller: SeedsPoller, write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refusing(path: object):  # as to anybody but root
        if str(path).endswith("lost+found"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    write("a.txt", "One\n\nIt happened here.")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "lost+found").mkdir()
    write("sub/b.txt", "Two\n\nIt happened there.")
    poll = await poller.poll(SEEDS)
    assert titles(poll) == {"One", "Two"}
    assert {note.partition(":")[0] for note in poll.notes} == {"loop.txt", "lost+found"}
    assert (await poller.poll(after(poll))).notes == ()


async def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="create it"):
        await SeedsPoller(tmp_path / "none", lambda: NOW).poll(SEEDS)


async def test_the_shipped_seeds_are_all_read_and_all_dated() -> None:
    later = datetime.now(UTC) + timedelta(minutes=1)  # a fresh checkout is settled by then
    poll = await SeedsPoller(SHIPPED, lambda: later).poll(SEEDS)
    files = [path for path in SHIPPED.iterdir() if path.is_file()]
    assert poll.notes == ()
    assert len(poll.entries) >= len(files) >= 8
    assert {path.suffix for path in files} >= {".txt", ".md", ".html", ".jsonl"}
    assert {entry.lang for entry in poll.entries} >= {"ar", "en", "fa"}
    for entry in poll.entries:
        assert entry.title
        assert entry.body
        assert entry.source_name == "Rasid examples"
        assert entry.published_at is not None
        assert entry.published_at.year in range(2020, 2025)
