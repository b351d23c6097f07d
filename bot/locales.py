"""Languages and countries as an operator writes them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from babel import Locale
from babel.core import get_global
from rapidfuzz import fuzz, process

# Northern Kurdish, which the tables know only as Kurdish; ours tells them apart.
_MORE = {"kmr": "Kurmanji"}
# Names are often written in the operator's own language.
_NAMED_IN = ("en", "ar", "fa", "tr", "ckb", "he", "de", "fr", "ru")
_NEAR = 60


def is_language(written: str) -> bool:
    """Whether ``written`` is the code of a language."""
    return written in _languages()


def is_country(written: str) -> bool:
    """Whether ``written`` is the code of a country, in small letters or capitals."""
    return written.upper() in _countries()


def language_objection(written: str) -> str:
    """Why ``written`` is no code of a language, with the nearest right one; ``""`` if it is."""
    if is_language(written):
        return ""
    plain = written.lower().replace("_", "-").partition("-")[0]
    plain = get_global("language_aliases").get(plain, plain)
    near = plain if plain in _languages() else _nearest(written, "languages")
    return _told(written, "language", near, _languages(), "ar, en or ckb")


def country_objection(written: str) -> str:
    """Why ``written`` is no code of a country, with the nearest right one; ``""`` if it is."""
    if is_country(written):
        return ""
    near = _nearest(written, "territories")
    return _told(written, "country", near, _countries(), "IQ, SA or GB")


def _told(written: str, kind: str, near: str, known: Mapping[str, str], examples: str) -> str:
    hint = f"did you mean {near} ({known[near]})?" if near else f"write one like {examples}"
    return f"{written!r:.60} is no {kind} code: {hint}"


@lru_cache
def _languages() -> Mapping[str, str]:
    found = {code: name for code, name in _names("en", "languages").items() if len(code) <= 3}
    return found | _MORE


@lru_cache
def _countries() -> Mapping[str, str]:
    return {code: name for code, name in _names("en", "territories").items() if len(code) == 2}


def _names(lang: str, kind: str) -> Mapping[str, str]:
    return dict(getattr(Locale(lang), kind).items())


def _nearest(written: str, kind: str) -> str:
    """The code whose name, in any of some languages, is nearest to what was written."""
    known = _languages() if kind == "languages" else _countries()
    names = {
        name.casefold(): code
        for lang in reversed(_NAMED_IN)
        for code, name in _names(lang, kind).items()
        if code in known
    }
    found = process.extractOne(
        written.casefold(), list(names), scorer=fuzz.ratio, score_cutoff=_NEAR
    )
    return names[found[0]] if found else ""
