"""Markdown to plain lines: the words stay, the signs go."""

from __future__ import annotations

import re

from bot.sources import plain

# What is kept of a text, with room for its signs: each pattern looks ahead from all of them.
_MOST_CHARS = 2 * plain.MAX_CHARS
_FENCED = re.compile(r"^ {0,3}(```|~~~)[^\n]*$", re.MULTILINE)
_SETEXT = re.compile(r"^ {0,3}(?:=+|-{2,})[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^ {0,3}(?:[*_-][ \t]*){3,}$", re.MULTILINE)
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]{1,200}\]:\s*\S+[^\n]*$", re.MULTILINE)
_LEADING = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|(?:>[ \t]?)+|[*+-][ \t]+|\d{1,9}[.)][ \t]+)+", re.M)
_TRAILING_HASHES = re.compile(r"[ \t]+#+[ \t]*$", re.MULTILINE)
_IMAGE = re.compile(r"!\[([^\]\n]{0,500})\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,200}\])")
_LINK = re.compile(r"\[([^\]\n]{1,500})\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,200}\])")
_AUTOLINK = re.compile(r"<(https?://[^>\s]{1,2000})>")
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3}|~~)(?=\S)([^\n]{1,400}?)(?<=\S)\1(?!\w)")
_CODE = re.compile(r"`([^`\n]{1,2000})`")
_OWN_LINE = re.compile(r"^[ \t]*(?:#{1,6}[ \t]|>|[*+-][ \t]|\d{1,9}[.)][ \t]|\|)")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+)$")


def heading_of(line: str) -> str:
    """The words of ``line`` when it is a heading, else ``""``."""
    found = _HEADING.match(line)
    return text_of(found[1]) if found else ""


def text_of(markdown: str) -> str:
    """The visible text, one line per paragraph, heading or list item. Inline HTML goes as well."""
    text = markdown[:_MOST_CHARS]
    for pattern in (_FENCED, _RULE, _SETEXT, _DEFINITION):
        text = pattern.sub("", text)
    text = _TRAILING_HASHES.sub("", _LEADING.sub("", "\n".join(_paragraphs(text))))
    text = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub("", text)))
    for _ in range(3):  # emphasis inside emphasis
        text = _EMPHASIS.sub(r"\2", text)
    text = _CODE.sub(r"\1", text)
    return plain.text_of(text.replace("\n", "<br>")) if "<" in text else plain.tidy(text)


def _paragraphs(text: str) -> list[str]:
    """Lines that only break to fit the page joined to the line they go on from."""
    joined: list[str] = []
    for line in text.split("\n"):
        goes_on = joined and joined[-1].strip() and line.strip() and not _OWN_LINE.match(line)
        if goes_on and not _HEADING.match(joined[-1]):
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line)
    return joined
