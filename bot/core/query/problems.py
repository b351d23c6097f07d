"""What can be wrong with a watch: a stable name, a sentence, and the query mended."""

from __future__ import annotations

from enum import StrEnum

from bot.errors import QueryError

EXAMPLE = "عين الأسد"


class Problem(StrEnum):
    """The stable names of what can be wrong; the chat commands have a sentence for each."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    TOO_MANY_TERMS = "too-many-terms"
    TOO_SHORT = "too-short"
    TOO_DEEP = "too-deep"
    NO_WORD = "no-word"
    STOP_WORDS = "stop-words"
    UNCLOSED_QUOTE = "unclosed-quote"
    UNCLOSED_BRACKET = "unclosed-bracket"
    EXTRA_BRACKET = "extra-bracket"
    DANGLING_PLUS = "dangling-plus"
    DANGLING_OR = "dangling-or"
    DANGLING_MINUS = "dangling-minus"
    DANGLING_NEAR = "dangling-near"
    NEAR_OPERAND = "near-operand"
    BAD_DISTANCE = "bad-distance"
    ONLY_NEGATIVE = "only-negative"
    TOO_BROAD = "too-broad"
    UNSUPPORTED = "unsupported"
    UNKNOWN_FACET = "unknown-facet"
    EMPTY_FACET = "empty-facet"
    BAD_FACET_VALUE = "bad-facet-value"
    TOO_SHORT_FOR_FUZZY = "too-short-for-fuzzy"
    STOP_WORD_FUZZY = "stop-word-fuzzy"


_SENTENCES = {
    Problem.EMPTY: "The watch is empty.",
    Problem.TOO_LONG: "The watch is longer than 200 characters.",
    Problem.TOO_MANY_TERMS: "The watch has more than 20 words.",
    Problem.TOO_SHORT: "One letter would be found everywhere.",
    Problem.TOO_DEEP: "Brackets stand in one another more than 5 deep.",
    Problem.NO_WORD: "There is no word in it.",
    Problem.STOP_WORDS: "Only words that stand in every text: add a name or a rarer word.",
    Problem.UNCLOSED_QUOTE: "The quotation is not closed.",
    Problem.UNCLOSED_BRACKET: "The bracket is not closed.",
    Problem.EXTRA_BRACKET: "The bracket was never opened.",
    Problem.DANGLING_PLUS: "A + needs words on both sides.",
    Problem.DANGLING_OR: "OR needs words on both sides.",
    Problem.DANGLING_MINUS: "A minus needs a word right after it.",
    Problem.DANGLING_NEAR: "NEAR needs words on both sides.",
    Problem.NEAR_OPERAND: "NEAR stands between words, quotations or (a | b), and only once.",
    Problem.BAD_DISTANCE: "NEAR/ is followed by a number of words, 0 to 100.",
    Problem.ONLY_NEGATIVE: "Only what is excluded is named: nearly every text would do.",
    Problem.TOO_BROAD: "Every text in this language would do: add a word.",
    Problem.UNSUPPORTED: "This sign is not part of the watch syntax.",
    Problem.UNKNOWN_FACET: "There are topic:, place:, country:, source:, lang: and sev:.",
    Problem.EMPTY_FACET: "A value must follow right after the colon.",
    Problem.BAD_FACET_VALUE: "The value after the colon has the wrong form.",
    Problem.TOO_SHORT_FOR_FUZZY: "~ needs a word of 5 letters, ~2 one of 9.",
    Problem.STOP_WORD_FUZZY: "~ is not for words that stand in every text.",
}


def wrong(problem: Problem, column: int, mended: str = EXAMPLE) -> QueryError:
    """The error for ``problem`` at ``column``; ``mended`` may need more mending yet."""
    return QueryError(_SENTENCES[problem], column, problem=problem.value, example=mended)


def replaced(text: str, start: int, end: int, by: str = " ") -> str:
    """``text`` with what stands from ``start`` to ``end`` replaced."""
    return text[:start] + by + text[end:]
