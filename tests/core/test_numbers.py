"""Counts in figures and in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.lead import Lead
from bot.core.model import Range
from bot.core.numbers import quantities
from tests.core.measuring_facts import matcher, read


def counts(text: str) -> list[tuple[int, int]]:
    return [tuple(quantity.range) for quantity in quantities(Lead(matcher().scan(text, "")))]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("خمسة وعشرين صاروخاً", [(25, 25)]),
        ("ثلاث عشرة مسيرة", [(13, 13)]),
        ("twenty-five rockets", [(25, 25)]),
        ("two hundred rockets", [(200, 200)]),
        ("1,200 rockets", [(1200, 1200)]),
        ("سی و پنج موشک پرتاب شد", [(35, 35)]),
        ("otuz beş füze", [(35, 35)]),
        ("١٤ صاروخاً", [(14, 14)]),
        ("۱۴ موشک", [(14, 14)]),
        ("سێ مووشەک بەر بنکەکە کەوتن", [(3, 3)]),
        ("sê moşek", [(3, 3)]),
        ("שלוש רקטות", [(3, 3)]),
        ("עשרות רקטות", [(20, 99)]),
        ("چند موشک", [(2, 9)]),
        ("between six and ten missiles", [(6, 10)]),
        ("ما بين ستة وعشرة صواريخ", [(6, 10)]),
        ("5-6 rockets", [(5, 6)]),
        ("up to 8 rockets", [(1, 8)]),
    ],
)
def test_a_number_is_read_in_any_language(text: str, told: list[tuple[int, int]]) -> None:
    assert counts(text) == told


@pytest.mark.parametrize(
    "text",
    ["Shahed-136 drones", "at 3:15 the rockets fell", "missiles of 2025", "a man, 65, was hit",
     "Tower 22 was hit", "سقوط صواريخ عيار 107", "one-way drones"],
)  # fmt: skip
def test_not_every_figure_counts(text: str) -> None:
    assert counts(text) == []


@given(st.integers(1, 1800), st.sampled_from(["at least", "more than", "about", "up to", ""]))
def test_a_bound_never_leaves_its_number(number: int, bound: str) -> None:
    (told,) = counts(f"{bound} {number} rockets")
    assert told[0] <= number + (bound == "more than")
    assert number <= told[1]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("سقوط صاروخين على المعسكر", Range(2, 2)),
        ("صاروخ واحد على المعسكر", Range(1, 1)),
        ("الصواريخ الأربعة سقطت", Range(4, 4)),
        ("عشرات من الصواريخ", Range(20, 99)),
        ("ست مسيرات على الأقل", Range(6, 12)),
        ("10 موشک", Range(10, 10)),
        ("Two rocket attacks on the camp", None),
        ("صواريخ على المعسكر", None),
        ("Two soldiers, then rockets", None),
        ("القصف بالمسيرة", None),
        ("Three missiles and five drones", Range(3, 8)),
        ("Rocket fire: 14 rockets in all", Range(14, 14)),
    ],
)
def test_weapons_are_counted(text: str, count: Range | None) -> None:
    assert read(text).count == count
