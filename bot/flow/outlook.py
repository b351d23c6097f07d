"""What may be expected of a new watch, in the reader's language."""

from __future__ import annotations

from bot.core.i18n import Voice
from bot.core.model import Line, Part
from bot.core.render import cut
from bot.core.text import clean
from bot.flow.tallying import Outlook
from bot.flow.wording import code, joined

_HEADLINE, _ALSO = 120, 400


def expected(voice: Voice, outlook: Outlook) -> list[Line]:
    """What else it finds, how many stored reports match, and what else may have been meant."""
    return [*_also(voice, outlook), *_counted(voice, outlook), *_meant(voice, outlook)]


def _also(voice: Voice, outlook: Outlook) -> list[Line]:
    if not outlook.also:
        return []
    names = joined(voice, [clean(name) for name in outlook.also], _ALSO)
    return [voice.says("Also finds: {names}", names=names)]


def _counted(voice: Voice, outlook: Outlook) -> list[Line]:
    tally = outlook.tally
    if not tally.of:
        return [voice.says("No report was read in the last seven days to try it on.")]
    lines = [_how_often(voice, tally.count, tally.of)]
    if outlook.is_cut:
        lines.append(voice.says("Only the newest reports were looked through, not all of them."))
    for text, _ in tally.examples[:1]:
        headline = cut(clean(text.title or text.body), _HEADLINE)
        lines.append(voice.says("Read last: {title}", title=Part(headline, url=text.link)))
    return lines


def _how_often(voice: Voice, count: int, of: int) -> Line:
    if not count:
        return voice.says(
            "None of the reports read in the last seven days matches (looked through: {of}).", of=of
        )
    return voice.says_n(
        "{n} of the reports read in the last seven days matches (looked through: {of}).",
        "{n} of the reports read in the last seven days match (looked through: {of}).",
        count,
        of=of,
    )


def _meant(voice: Voice, outlook: Outlook) -> list[Line]:
    if not outlook.instead:
        return []
    return [voice.says("Did you mean {query}?", query=code(outlook.instead))]
