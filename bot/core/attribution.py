"""Whose report it is: its own, or that of another outlet it leans on.

Officials, ministries and eyewitnesses are quoted at first hand. The agency in a dateline
(بغداد - رويترز) wrote the report itself.
"""

from __future__ import annotations

import re

from bot.core.lead import Lead, Sign

_LEAN_WITHIN = 1  # tokens between "according to" and the outlet
_REPORTS_WITHIN = 2
_VERB_LAST = 14  # "X از اصابت پهپاد ... خبر داد"
_NAME = 3
_QUOTED = re.compile(r"[\s(]*[\"«“']([^\"»”'\n]{2,40})[\"»”']")
_COLON = re.compile(r"[\"»”']?\s*:")
_DASH = re.compile(r"\s+[-–—|]\s*$")
_OPENS = re.compile(r"(?:^|[|:.!؟\n…])[\s\"«“]*$")
_END = re.compile(r"[\"»”').\s]*$")
_TO = "ل"
_ANDS = "وف"
_PARTICLES = "بكل"


def echo_of(lead: Lead) -> str:
    """The outlet whose report this one repeats, ``""`` where it speaks for itself."""
    if not lead.of("outlet") or lead.of("own"):
        return ""
    for sign in lead.of("outlet"):
        name, end = _name(sign, lead)
        if name and _is_leaned_on(sign, end, lead):
            return name
    return ""


def _name(sign: Sign, lead: Lead) -> tuple[str, int]:
    """The outlet as it is written, and the token after it."""
    if sign.value == "name":
        return _bare(lead.text(sign.start, sign.end), sign), sign.end
    quoted = _QUOTED.match(lead.after(sign.end - 1))
    if quoted:
        words = len(re.findall(r"\w+", quoted[1]))
        return quoted[1], sign.end + words
    end = sign.end
    verbs = {lean.start for lean in lead.of("lean")}
    while end < min(sign.end + _NAME, lead.end) and end not in verbs:
        if lead.between(end, end).strip():
            break
        end += 1
    return (lead.text(sign.start, end), end) if end > sign.end else ("", end)


def _bare(name: str, sign: Sign) -> str:
    """The name as it is written, without its prefixes: للميادين is الميادين."""
    if not sign.clitic:
        return name
    name = name[1:] if name[0] in _ANDS else name
    if name.startswith(_TO * 2):
        return f"ا{name[1:]}"
    return name[1:] if name[0] in _PARTICLES else name


def _is_leaned_on(sign: Sign, end: int, lead: Lead) -> bool:
    return (
        _after_a_cue(sign, lead)
        or _is_heading(sign, end, lead)
        or _is_signature(sign, end, lead)
        or _before_a_cue(sign, end, lead)
        or _is_told(sign, lead)
    )


def _after_a_cue(sign: Sign, lead: Lead) -> bool:
    return any(
        0 <= sign.start - cue.end <= _LEAN_WITHIN and not lead.pauses(cue.end, sign.start)
        for cue in lead.valued("lean", "after")
    )


def _before_a_cue(sign: Sign, end: int, lead: Lead) -> bool:
    for cue in lead.valued("lean", "before"):
        apart = cue.start - end
        if 0 <= apart <= _REPORTS_WITHIN and not lead.pauses(end, cue.start):
            return True
        heads = lead.clause(sign.start) == sign.start
        if heads and 0 < apart <= _VERB_LAST and not lead.pauses(end, cue.start):
            return _is_last(cue, lead)
    return False


def _is_last(cue: Sign, lead: Lead) -> bool:
    """Whether nothing of the sentence follows: where verbs come last, this is its verb."""
    return cue.end >= lead.end or lead.pauses(cue.end, cue.end)


def _is_heading(sign: Sign, end: int, lead: Lead) -> bool:
    """ "رويترز: ..." """
    opens = _OPENS.search(lead.before(sign.start))
    return bool(opens and _COLON.match(lead.after(end - 1)))


def _is_signature(sign: Sign, end: int, lead: Lead) -> bool:
    """ "... - state TV" at the end of a title."""
    if sign.start == 0:
        return False
    return bool(_DASH.search(lead.before(sign.start)) and _END.fullmatch(lead.after(end - 1)))


def _is_told(sign: Sign, lead: Lead) -> bool:
    """كشف مصدر لوكالة ..."""
    return sign.clitic and lead.word(sign.start).startswith(_TO)
