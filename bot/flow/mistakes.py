"""A watch that cannot be understood: what is wrong, where, and how it is right."""

from __future__ import annotations

from bot.core.i18n import Voice, isolate, mark
from bot.core.model import Line, Part, Style
from bot.core.query import EXAMPLE, FACETS, Query
from bot.errors import QueryError
from bot.flow.values import Unknown, quoted
from bot.flow.wording import code, watch_example

# ``QueryError.problem`` to a sentence for the reader.
PROBLEMS: dict[str, str] = {
    "empty": mark("There is nothing to watch for."),
    "too-long": mark("It is longer than 200 characters. Choose the few words that matter."),
    "too-many-terms": mark("It has more than 20 words. Choose the few that matter."),
    "too-short": mark("One letter, or none, would be found everywhere."),
    "too-deep": mark("Brackets can stand in one another five deep at most."),
    "no-word": mark("There is no word in it."),
    "stop-words": mark("These words stand in every report. Add a name or a rarer word."),
    "unclosed-quote": mark("The quotation mark is not closed."),
    "unclosed-bracket": mark("The bracket is not closed."),
    "extra-bracket": mark("This bracket was never opened."),
    "dangling-plus": mark("A + needs words on both sides."),
    "dangling-or": mark("{operator} needs words on both sides."),
    "dangling-minus": mark("After {minus} or {without} must come the word that is not wanted."),
    "dangling-near": mark("{operator} needs words on both sides."),
    "near-operand": mark(
        "{operator} stands once between two words, phrases or brackets of alternatives."
    ),
    "bad-distance": mark("After {operator} comes how many words may stand between, 0 to 100."),
    "only-negative": mark(
        "This only says what is not wanted, so nearly every report would do. Add what is wanted."
    ),
    "too-broad": mark("Every report in this language would do. Add a word."),
    "unsupported": mark("This sign or word has no meaning in a watch. Join words with +."),
    "unknown-facet": mark("Before the colon there can be {facets}."),
    "empty-facet": mark("A name must follow right after the colon."),
    "bad-facet-value": mark(
        "What follows the colon has the wrong form. Countries have two letters, languages two or"
        " three, a severity is 1, 2 or 3."
    ),
    "too-short-for-fuzzy": mark(
        "Typing errors are allowed in long words only: {one} from 5 letters, {two} from 9."
    ),
    "stop-word-fuzzy": mark("This word stands in every report; it cannot be followed by {one}."),
}

# ``QueryWarning.problem`` to a sentence for the reader.
WARNINGS: dict[str, str] = {
    "broad": mark("⚠️ This will be found very often: {part}"),
    "contradiction": mark("⚠️ This is wanted and excluded at once, so it never fires: {part}"),
}

_UNREADABLE = mark("This cannot be read as a watch.")
_OPERATORS = {"bad-distance": "NEAR/"}
# Named as they were written: OR, |, أو.
_AS_WRITTEN = frozenset({"dangling-or", "dangling-near"})
_SHOWN = 60


def wrong_query(voice: Voice, text: str, error: QueryError | None) -> list[Line]:
    """The lines that answer a refused watch."""
    column = min(error.column if error else 0, len(text))
    problem = error.problem if error else ""
    lines = [
        voice.says("❌ Not understood: {query}", query=code(text[:200])),
        _problem(voice, problem, _operator(problem, text[column:])),
    ]
    rest = text[column : column + _SHOWN].strip()
    if rest:
        here = Part(rest, Style.BOLD)
        lines.append(voice.says("At character {n}: {here}", n=column + 1, here=here))
    example = _example(voice, error.example if error else "")
    lines.append(voice.says("Right, for example: {example}", example=code(example)))
    return lines


# The kind of a facet to a sentence for a value there is none of.
UNKNOWN: dict[str, str] = {
    "topic": mark("I know no topic {value}."),
    "place": mark("I know no place {value}."),
    "country": mark("I know no place in a country {value}."),
    "source": mark("I know no source {value}."),
}


def unknown_value(voice: Voice, text: str, missing: Unknown) -> list[Line]:
    """The lines that answer a watch for a topic, place, country or source there is none of."""
    value = code(missing.value[:_SHOWN])
    lines = [
        voice.says("❌ Not understood: {query}", query=code(text[:200])),
        voice.says(UNKNOWN[missing.kind], value=value),
    ]
    if missing.near:
        named = (f"{missing.kind}:{quoted(name)}" for name in missing.near)
        near = voice.label(", ").join(map(isolate, named))
        lines.append(voice.says("Nearest: {names}", names=near))
    example = f"/watch {missing.mended}" if missing.mended else watch_example(voice)
    lines.append(voice.says("Right, for example: {example}", example=code(example)))
    return lines


def _example(voice: Voice, mended: str) -> str:
    """The command that is right; where a name had to be added, one in the reader's language."""
    example = watch_example(voice)
    if mended in ("", EXAMPLE):
        return example
    return f"/watch {mended.replace(EXAMPLE, example.removeprefix('/watch '))}"


def _operator(problem: str, rest: str) -> str:
    written = rest.split()[:1] if problem in _AS_WRITTEN else []
    return written[0][:_SHOWN] if written else _OPERATORS.get(problem, "NEAR")


def _problem(voice: Voice, problem: str, operator: str) -> Line:
    return voice.says(
        PROBLEMS.get(problem, _UNREADABLE),
        operator=code(operator),
        minus=code("-"),
        without=code("NOT"),
        one=code("~"),
        two=code("~2"),
        facets=code(" ".join(f"{kind}:" for kind in FACETS)),
    )


def doubts(voice: Voice, query: Query) -> list[Line]:
    """What is said of a watch that is accepted and may still not be what was meant."""
    return [
        voice.says(WARNINGS[warning.problem], part=code(warning.part)) for warning in query.warnings
    ]
