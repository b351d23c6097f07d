"""A watch that cannot be understood: what is wrong, where, and how it is right."""

from __future__ import annotations

from bot.core.i18n import Voice, mark
from bot.core.model import Line, Part, Style
from bot.core.query import FACETS
from bot.errors import QueryError
from bot.flow.wording import code, watch_example

# ``QueryError.problem`` to a sentence for the reader.
PROBLEMS: dict[str, str] = {
    "empty": mark("There is nothing to watch for."),
    "too-long": mark("It is longer than 200 characters. Choose the few words that matter."),
    "too-many-terms": mark("It has more than 20 words. Choose the few that matter."),
    "too-short": mark("One letter, or none, would be found everywhere."),
    "stop-words": mark("These words stand in every report. Add a name or a rarer word."),
    "unclosed-quote": mark("The quotation mark is not closed."),
    "dangling-plus": mark("A + needs words on both sides."),
    "unsupported": mark("This sign or word has no meaning in a watch. Join words with +."),
    "unknown-facet": mark("Before the colon there can be {topic}, {place} or {country}."),
    "empty-facet": mark("A name must follow right after the colon."),
}

# Nothing of what was written can stand in a right example.
_BLANK = frozenset({"empty", "too-short", "stop-words"})
_NO_WORD = mark("There is no word in it.")
_UNREADABLE = mark("This cannot be read as a watch.")
_SHOWN = 60


def wrong_query(voice: Voice, text: str, error: QueryError | None) -> list[Line]:
    """The lines that answer a refused watch."""
    column = min(error.column if error else 0, len(text))
    problem = error.problem if error else ""
    lines = [
        voice.says("❌ Not understood: {query}", query=code(text[:200])),
        _problem(voice, text[column:], problem),
    ]
    rest = text[column : column + _SHOWN].strip()
    if rest:
        here = Part(rest, Style.BOLD)
        lines.append(voice.says("At character {n}: {here}", n=column + 1, here=here))
    mended = error.example if error and problem not in _BLANK else ""
    example = f"/watch {mended}" if mended else watch_example(voice)
    lines.append(voice.says("Right, for example: {example}", example=code(example)))
    return lines


def _problem(voice: Voice, at: str, problem: str) -> Line:
    sentence = PROBLEMS.get(problem, _UNREADABLE)
    if problem == "too-short" and not any(map(str.isalnum, at.partition("+")[0])):
        sentence = _NO_WORD
    return voice.says(sentence, **{kind: code(kind) for kind in FACETS})
