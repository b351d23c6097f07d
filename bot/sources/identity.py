"""Which entry is which: canonical links, keys inside one source, fingerprints over all."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

VERSION = "1"

_TRACKING = re.compile(
    r"\A(?:utm_|at_|mtm_|pk_|ns_|hsa_)|"
    r"\A(?:fbclid|gclid|dclid|msclkid|yclid|igshid|mc_cid|mc_eid|_ga|cmpid|ocid|ito|amp|"
    r"rss|ref_src|spm|wt_mc|xtor)\Z",
    re.IGNORECASE,
)
_LEADING_LABEL = re.compile(r"\A(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")
_AMP_PATH = re.compile(r"(?:/amp|\.amp|/amp\.html)/?\Z", re.IGNORECASE)
_AMP_CACHE_HOST = re.compile(r"\.cdn\.ampproject\.org\Z")
_AMP_CACHE_PATH = re.compile(r"\A/(?:amp|[acvir])/(?:s/)?(?=[^/]+\.[^/]+)")
_PORTS = {"http": 80, "https": 443}
_BAD_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Marks:
    """What an entry says of itself, as far as it tells entries apart."""

    guid: str
    link: str
    title: str
    text: str


_Namer = Callable[[Marks], str]


def canonical_link(url: str) -> str:
    """The form of a link under which its copies meet; ``""`` for what is no web address.

    Scheme, ``www.``, mobile and AMP variants, default port, fragment, tracking parameters and the
    order of the query are dropped; all else stays. Never to be fetched.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in _PORTS or not host:
        return ""
    path = parts.path
    if _is_amp_cache(host, path):
        host, _, path = _AMP_CACHE_PATH.sub("", path).partition("/")
        path = f"/{path}"
    shown = f":{port}" if port and port not in _PORTS.values() else ""
    query = _query(parts.query)
    return _LEADING_LABEL.sub("", host.lower()) + shown + _path(path) + (f"?{query}" * bool(query))


def _is_amp_cache(host: str, path: str) -> bool:
    is_google = host.removeprefix("www.").startswith("google.") and path.startswith("/amp/")
    at_cache = is_google or bool(_AMP_CACHE_HOST.search(host))
    return at_cache and bool(_AMP_CACHE_PATH.match(path))


def _path(path: str) -> str:
    plain = unicodedata.normalize("NFC", unquote(path))
    return quote(
        _AMP_PATH.sub("", plain).rstrip("/"), safe="/:@!$&'()*+,;=-._~", errors="surrogatepass"
    )


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=None)
    kept = [pair for pair in pairs if not _is_tracking(*pair)]
    return urlencode(sorted(kept), errors="surrogatepass")


def _is_tracking(name: str, value: str) -> bool:
    return bool(_TRACKING.match(name)) or (name, value.lower()) == ("outputType", "amp")


def keys(entries: Sequence[Marks], rung: int = 0) -> tuple[str | None, ...]:
    """One key per entry of one document, in order; ``None`` for a repetition of an earlier one.

    A key is the guid, else the canonical link, else a hash of the words; in a feed on a lower
    ``rung`` guid and link, the link, or link and title. Where different entries of the document
    share one, these alone go down a ladder: the guid as written, guid and link, guid and link and
    title, and all the words.
    """
    found: list[str | None] = [None] * len(entries)
    open_ = _first_of_each(entries)
    for name in (_RUNGS[rung][0], *_LADDER):
        named = {index: name(entries[index]) for index in open_}
        times = Counter(named.values())
        settled = [index for index in open_ if times[named[index]] == 1]
        for index in settled:
            found[index] = named[index]
        open_ = [index for index in open_ if times[named[index]] > 1]
    return tuple(found)


def _first_of_each(entries: Sequence[Marks]) -> list[int]:
    """The entries without their repetitions: same guid and link, and the same words."""
    first: dict[tuple[str, ...], int] = {}
    for index, entry in enumerate(entries):
        link = canonical_link(entry.link) or entry.link
        first.setdefault((_plain_key(entry), link, entry.title, _telling_text(entry)), index)
    return list(first.values())


def _telling_text(entry: Marks) -> str:
    """What tells it from another of its title: "Breaking" stands above each report of some feeds,
    and all lead to one page, or to places on it. A guid that names no page is word enough.
    """
    guid = entry.guid.strip()
    is_page = not guid or bool(canonical_link(guid))
    return " ".join(entry.text.split()) if is_page else ""


def _plain_key(entry: Marks) -> str:
    guid = entry.guid.strip()
    if guid:
        return canonical_link(guid) or f"guid:{guid}"
    return canonical_link(entry.link) or f"text:{digest(entry.title, entry.text[:300])}"


def _written_guid(entry: Marks) -> str:
    return f"as-is:{entry.guid.strip() or entry.link.strip()}"


def _guid_and_link(entry: Marks) -> str:
    return f"{_written_guid(entry)} {canonical_link(entry.link) or entry.link}"


def _guid_link_title(entry: Marks) -> str:
    return f"{_guid_and_link(entry)} {digest(entry.title)}"


def _everything(entry: Marks) -> str:
    return f"{_guid_and_link(entry)} {digest(entry.title, entry.text)}"


def _link_key(entry: Marks) -> str:
    return canonical_link(entry.link) or _plain_key(entry)


def _link_and_title(entry: Marks) -> str:
    return f"{_link_key(entry)} {digest(entry.title)}"


_LADDER = (_written_guid, _guid_and_link, _guid_link_title, _everything)


# ── the rung of a feed ───────────────────────────────────────────────────────────────────────


def rung(entries: Sequence[Marks], remembered: int = 0) -> int:
    """The first rung, from ``remembered`` down, whose names are good in this document.

    Names are bad when more than one in twenty is blank or belongs to another entry as well. A
    feed never goes up again: its keys would change each time.
    """
    kept = [entries[index] for index in _first_of_each(entries)]
    for step in range(remembered, len(_RUNGS) - 1):
        bad = _bad([_RUNGS[step][1](entry) for entry in kept])
        if bad <= 1 or bad <= _BAD_SHARE * len(kept):  # one blank shows nothing, and harms nobody
            return step
    return len(_RUNGS) - 1


def _bad(names: Sequence[str]) -> int:
    times = Counter(names)
    return sum(not name or times[name] > 1 for name in names)


def _guid_of(entry: Marks) -> str:
    guid = entry.guid.strip()
    return canonical_link(guid) or guid


def _guid_with_link(entry: Marks) -> str:
    return _guid_and_link(entry) if entry.guid.strip() else ""


def _link_of(entry: Marks) -> str:
    return canonical_link(entry.link)


# What names an entry, and what must not be blank or shared for that.
_RUNGS: tuple[tuple[_Namer, _Namer], ...] = (
    (_plain_key, _guid_of),
    (_guid_and_link, _guid_with_link),
    (_link_key, _link_of),
    (_link_and_title, _link_and_title),
)


def fingerprint(source_id: str, key: str) -> str:
    """The versioned hash that names an entry over all sources."""
    return f"{VERSION}:{digest(source_id, key)}"


def digest(*texts: str) -> str:
    """128 bits of ``texts`` in hex; where one ends and the next begins counts."""
    summed = blake2b(digest_size=16)
    for text in texts:
        body = text.encode("utf-8", "surrogatepass")
        summed.update(len(body).to_bytes(8, "big") + body)
    return summed.hexdigest()


def digest_of_bytes(body: bytes) -> str:
    """Versioned 128-bit hash of a whole document, in hex."""
    return f"{VERSION}:{blake2b(body, digest_size=16).hexdigest()}"


def feed_id(url: str) -> str:
    """The stable id of the feed at ``url``: its host, to be readable, and a hash of the whole."""
    return f"{host_of(url)}-{digest(url)[:8]}"


def host_of(url: str) -> str:
    """The host of ``url`` without ``www.``; ``feed`` when it names none."""
    try:
        host = urlsplit(url).hostname or "feed"
    except ValueError:  # half a literal address, as in "http://[::1"
        host = "feed"
    return host.removeprefix("www.")
