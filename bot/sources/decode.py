"""Bytes to text, whatever the label says.

The order, decided once: byte order mark, valid UTF-8, the declared charset, an Arabic charset when
the bytes read as Arabic, Windows Latin. Labels lie more often than valid UTF-8 happens by chance.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LABELS = (
    re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})", re.IGNORECASE),
    re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE),
)
_LABEL_WITHIN = 4_096
# Labels that decode anything and are written by default: no evidence against Arabic.
_LATIN = frozenset({"iso8859-1", "cp1252", "ascii"})
_ARABIC_CHARSETS = ("cp1256", "iso8859-6", "cp720", "cp864")
_SAMPLE = 200_000
_HIGH_BYTE = re.compile(rb"[\x00\x05\x06]")
_UTF16 = ("utf-16-le", "utf-16-be")
# Letters, figures and marks of the scripts from Latin to Arabic. Bytes in the wrong order, and
# pairs of Latin letters taken for one, are Chinese or nothing.
_WRITTEN = re.compile("[\t\n\r -~\u00a0-\u077f\u2000-\u206f\ufb1d-\ufdff\ufe70-\ufefc]")
_MOSTLY = 0.7
# Tab, line feed and carriage return stay; the rest of C0 and C1, DEL and non-characters go. What
# stands in the place of C1 was mostly meant as Windows Latin: quotes, dashes; 85 breaks a line.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_ARABIC_RUN = re.compile("[\u0621-\u063a\u0640-\u0652\u067e\u0686\u0698\u06a9\u06af\u06cc]{2,}")
_ARABIC_HABITS = re.compile("(?<![\u0621-\u064a])(?:ال|وال|في |من |على |و)|ة(?![\u0621-\u064a])")
_COMMON, _ENOUGH = "اليمونرهتبدیک", 20
_BAD_UTF8 = "\udc80-\udcff"
_BAD = re.compile(f"[{_BAD_UTF8}]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without control characters, the charset it was read as, and what had to be mended."""

    text: str
    charset: str
    notes: tuple[str, ...] = ()


def decode(body: bytes, declared: str = "") -> Decoded:
    """Read ``body`` as text. Never fails.

    Args:
        body: A feed, a page or a plain text.
        declared: The charset of the Content-Type header; the document's own label counts too.
    """
    label = _known(declared) or _known(_own_label(body))
    text, charset, damage = _read(body, label)
    # Plain ASCII is the same in every charset: no label of it is false.
    notes = () if body.isascii() else _notes(label, charset, damage)
    return Decoded(_CONTROLS.sub(_meant, text), charset, notes)


def decode_clean(body: bytes, declared: str = "") -> Decoded | None:
    """What ``decode`` says of UTF-8 in which nothing is to be mended; ``None`` of all else.

    Soon done: a hostile document of 120 KB can take ``decode`` forty milliseconds.
    """
    try:
        text = body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        return None
    if _CONTROLS.search(text):
        return None
    label = _known(declared) or _known(_own_label(body))
    return Decoded(text, "utf-8", () if body.isascii() else _notes(label, "utf-8", 0))


def _meant(control: re.Match[str]) -> str:
    found = control[0]
    is_latin = "\x80" <= found <= "\x9f" and found != "\x85"
    return found.encode("latin-1").decode("cp1252", "ignore") if is_latin else ""


def _read(body: bytes, label: str) -> tuple[str, str, int]:
    """The text, its charset, and the number of bytes that were no text."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return _counted(body[len(mark) :].decode(charset, "replace"), charset)
    if charset := _unmarked_utf16(body):
        return _counted(body.decode(charset, "replace"), charset)
    try:
        return body.decode("utf-8"), "utf-8", 0
    except UnicodeDecodeError:
        lenient = body.decode("utf-8", "surrogateescape")
    bad = len(_BAD.findall(lenient))
    return _utf8_with_damage(body, lenient, bad) or _legacy(body, label)


def _unmarked_utf16(body: bytes) -> str:
    """The order of bytes in which ``body`` reads as text in UTF-16; ``""`` if in none."""
    # ASCII in UTF-16 is valid UTF-8 full of NULs, Hebrew and Arabic hold a 5 or a 6 in each letter,
    # which no text of bytes does: so this must be asked first.
    sample = body[:_LABEL_WITHIN]
    if not _HIGH_BYTE.search(sample):
        return ""
    sample = sample[: len(sample) & ~1]
    texts = {charset: sample.decode(charset, "replace") for charset in _UTF16}
    read = (name for name, text in texts.items() if _is_written(text))
    return next(read, "")


def _is_written(text: str) -> bool:
    return len(_WRITTEN.findall(text)) > _MOSTLY * len(text)


def _utf8_with_damage(body: bytes, lenient: str, bad: int) -> tuple[str, str, int] | None:
    """UTF-8 with a few broken places: far more letters are whole than bytes are not."""
    whole = sum(1 for letter in lenient[:_SAMPLE] if letter > "\x7f") - len(
        _BAD.findall(lenient[:_SAMPLE])
    )
    if whole < 4 * bad:
        return None
    return body.decode("utf-8", "replace"), "utf-8", bad


def _legacy(body: bytes, label: str) -> tuple[str, str, int]:
    if label and label not in _LATIN and not label.startswith("utf"):
        text, charset, damage = _counted(body.decode(label, "replace"), label)
        if damage * 50 <= len(text):
            return text, charset, damage
    arabic = arabic_charset(body)
    charset = arabic or "cp1252"
    return _counted(body.decode(charset, "replace"), charset)


def arabic_charset(body: bytes) -> str:
    """The one-byte Arabic charset in which ``body`` reads as Arabic; ``""`` if in none.

    Arabic stands in runs of letters and has its habits (the article, the final teh marbuta);
    accented Latin letters stand alone between plain ones.
    """
    high = re.sub(rb"[^\x80-\xff ]+", b" ", body[:_SAMPLE])
    total = sum(1 for byte in high if byte >= 0x80)
    if total < 2:
        return ""
    scores = {name: _arabic_score(high, total, name) for name in _ARABIC_CHARSETS}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > 0 else ""


def _arabic_score(high: bytes, total: int, charset: str) -> float:
    text = high.decode(charset, "replace")
    runs = "".join(_ARABIC_RUN.findall(text))
    in_runs = len(runs)
    if in_runs < 0.7 * total or _is_foreign(runs):
        return 0.0
    return in_runs / total + len(_ARABIC_HABITS.findall(text)) / total


def _is_foreign(letters: str) -> bool:
    # Of twenty letters of Arabic or Persian ten to fourteen are among these (3,887 reports, least
    # 44 %); Russian read as Arabic has a fifth.
    return len(letters) >= _ENOUGH and sum(map(letters.count, _COMMON)) < 0.4 * len(letters)


def _counted(text: str, charset: str) -> tuple[str, str, int]:
    return text, charset, text.count("\ufffd")


def _own_label(body: bytes) -> str:
    head = body[:_LABEL_WITHIN]
    for pattern in _LABELS:
        if found := pattern.search(head):
            return found[1].decode("ascii")
    return ""


def _known(label: str) -> str:
    """Python's name of a text charset; ``""`` when there is no such charset."""
    try:
        codec = codecs.lookup(label.strip())
    except (LookupError, ValueError):
        return ""
    # Labels reach this from outside: "zip" and "rot13" are codecs too, but read no text.
    return codec.name if getattr(codec, "_is_text_encoding", False) else ""


def labels(body: bytes, declared: str = "") -> tuple[str, str]:
    """The charsets that the Content-Type header and the document itself name, as we know them."""
    return _known(declared), _known(_own_label(body))


def because(body: bytes, declared: str = "") -> str:
    """Why ``decode`` reads ``body`` in the charset it does."""
    charset = decode(body, declared).charset
    if any(body.startswith(mark) for mark, _ in _MARKS):
        return "it begins with a byte order mark"
    if charset == "utf-8":
        return "it is valid UTF-8" if _is_utf8(body) else "nearly all of it is valid UTF-8"
    if charset.startswith("utf-16"):
        return "it has no byte order mark, but only so it is text"
    if charset in labels(body, declared):
        return "it is labelled so, and can be read so"
    return "it reads as Arabic so" if charset in _ARABIC_CHARSETS else "nothing else fits"


def _is_utf8(body: bytes) -> bool:
    return not _BAD.search(body.decode("utf-8", "surrogateescape"))


def _notes(label: str, charset: str, damage: int) -> tuple[str, ...]:
    notes = []
    if label and not _same(label, charset):
        notes.append(f"Its text is labelled {label} but is {charset}; it was read as {charset}.")
    elif not label and charset == "cp1252":
        notes.append(
            "Its charset is not named; it was read as cp1252. Save it as UTF-8 to be sure."
        )
    if damage:
        places = "1 byte is" if damage == 1 else f"{damage} bytes are"
        notes.append(f"{places} not {charset} and stand as \ufffd in the text.")
    return tuple(notes)


def _same(label: str, charset: str) -> bool:
    families = ({"ascii", "utf-8", "iso8859-1", "cp1252"}, {"utf-16", "utf-16-le", "utf-16-be"})
    if charset == "utf-8":
        return label in {"utf-8", "ascii"}
    return label == charset or any({label, charset} <= family for family in families)
