from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.inflate import CutShort, Inflater, TooLarge, UnknownEncoding


def unpacked(encoding: str, packed: bytes, step: int = 1_000_000) -> bytes:
    inflater = Inflater(encoding, 1_000_000)
    for at in range(0, len(packed), step):
        inflater.feed(packed[at : at + step])
    return inflater.finish()


@given(st.binary(max_size=2_000), st.integers(1, 50))
def test_whatever_was_packed_comes_back_however_it_is_cut(body: bytes, step: int) -> None:
    assert unpacked("gzip", gzip.compress(body), step) == body
    assert unpacked("deflate", zlib.compress(body), step) == body
    assert unpacked("", body, step) == body


@given(st.binary(min_size=30, max_size=500), st.integers(1, 20))
def test_a_packed_body_that_ends_early_is_never_taken_for_whole(body: bytes, cut: int) -> None:
    with pytest.raises(CutShort):
        unpacked("gzip", gzip.compress(body)[:-cut])


def test_a_bomb_takes_no_memory_beyond_the_limit() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            Inflater("gzip", 100_000).feed(bomb)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_padding_behind_the_end_is_dropped_but_not_for_ever() -> None:
    inflater = Inflater("gzip", 10_000)
    inflater.feed(gzip.compress(b"news") + bytes(100))
    assert inflater.finish() == b"news"
    inflater.feed(bytes(9_000))
    with pytest.raises(TooLarge):
        inflater.feed(bytes(1_000))


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "x"])
def test_what_was_not_offered_is_not_unpacked(encoding: str) -> None:
    with pytest.raises(UnknownEncoding):
        Inflater(encoding, 1)


@pytest.mark.parametrize("label", ["UTF-8", "none", "8bit", "identity"])
def test_a_label_that_is_no_packing_leaves_the_body_as_it_is(label: str) -> None:
    assert unpacked(label, b"<rss/>") == b"<rss/>"
