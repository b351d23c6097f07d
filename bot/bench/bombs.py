"""Documents built to keep a reader busy, by name: each is a few megabytes at most."""

from __future__ import annotations

from collections.abc import Callable

_ENTRY = "<item><title>Calm at the airport {0}</title><guid>{0}</guid></item>"


def rss(inside: str, before: str = "") -> bytes:
    """A feed with ``inside`` in its channel, and ``before`` it begins."""
    text = f"<rss version='2.0'><channel><title>Wire</title>{inside}</channel></rss>"
    return (before + text).encode()


def billion_laughs() -> bytes:
    """Ten entities, each ten times the one before."""
    first = '<!ENTITY a0 "ha">'
    rest = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return rss("<item><title>&a9;</title></item>", f"<!DOCTYPE rss [{first}{rest}]>")


def quadratic() -> bytes:
    """One long entity, many times."""
    long = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 60_000}">]>'
    return rss(f"<item><title>{'&a;' * 45_000}</title></item>", long)


def external_file() -> bytes:
    """An entity that is a file of the reader's."""
    subset = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return rss("<item><title>&x;</title></item>", subset)


def external_subset() -> bytes:
    """Declarations that are to be fetched from elsewhere."""
    subset = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY % all SYSTEM "x">]>'
    return rss(_ENTRY.format(1), subset)


def deep() -> bytes:
    """Elements 200,000 deep."""
    return rss(f"<item><description>{'<a>' * 200_000}{'</a>' * 200_000}</description></item>")


def crowded() -> bytes:
    """One element with 100,000 attributes."""
    attributes = " ".join(f'a{n}="x"' for n in range(100_000))
    return rss(f"<item {attributes}><title>Wire</title></item>")


def crowded_entry() -> bytes:
    """The same where only the reader of the HTML inside an entry would see it."""
    attributes = " ".join(f"a{n}=x" for n in range(100_000))
    inside = f"&lt;p {attributes}&gt;word&lt;/p&gt;"
    return rss(f"<item><title>One</title><description>{inside}</description></item>")


def many() -> bytes:
    """20,000 entries."""
    return rss("".join(_ENTRY.format(number) for number in range(20_000)))


def unclosed() -> bytes:
    """A million tags that never end."""
    return rss(f"<item><title>One</title>{'<b>' * 1_000_000}")


def brackets() -> bytes:
    """Nothing but what begins a tag."""
    return rss(f"<item><title>One</title><description>{'<' * 3_000_000}</description></item>")


BOMBS: dict[str, Callable[[], bytes]] = {
    make.__name__.replace("_", "-"): make
    for make in (
        billion_laughs,
        quadratic,
        external_file,
        external_subset,
        deep,
        crowded,
        crowded_entry,
        many,
        unclosed,
        brackets,
    )
}
