"""What others would do: each peer searches the same folded texts for the same folded phrases.

They know no clitics, no sounds, no offsets into the original and no rules; one core each. Their
libraries are not the bot's: ``make bench`` installs them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from importlib import import_module
from time import process_time
from typing import Any

from bot.core.automaton import Automaton

Peer = Callable[[list[str], list[str]], dict[str, Any]]
_ENOUGH_S = 10.0


def limit(patterns: list[str]) -> Callable[[str], object]:
    """The search library itself."""
    return Automaton(patterns).find


def _timed(find: Callable[[str], int], texts: Sequence[str], started: float) -> dict[str, Any]:
    """Microseconds a text, of as many texts as fit into ten seconds."""
    built = process_time() - started
    hits = done = 0
    start = process_time()
    for text in texts:
        hits += find(text)
        done += 1
        if process_time() - start > _ENOUGH_S:
            break
    return {
        "us": round((process_time() - start) / done * 1e6, 1),
        "hits_a_text": round(hits / done, 1),
        "texts": done,
        "build_s": round(built, 1),
    }


def _daachorse(phrases: list[str], texts: list[str]) -> dict[str, Any]:
    started = process_time()
    automaton = Automaton([f" {phrase} " for phrase in phrases])
    return _timed(lambda text: len(automaton.find(text)), texts, started)


def _pyahocorasick(phrases: list[str], texts: list[str]) -> dict[str, Any]:
    ahocorasick = import_module("ahocorasick")
    started = process_time()
    automaton = ahocorasick.Automaton()
    for number, phrase in enumerate(phrases):
        automaton.add_word(f" {phrase} ", number)
    automaton.make_automaton()
    return _timed(lambda text: sum(1 for _ in automaton.iter(text)), texts, started)


def _ahocorasick_rs(phrases: list[str], texts: list[str]) -> dict[str, Any]:
    library = import_module("ahocorasick_rs")
    started = process_time()
    automaton = library.AhoCorasick([f" {phrase} " for phrase in phrases])
    return _timed(
        lambda text: len(automaton.find_matches_as_indexes(text, overlapping=True)), texts, started
    )


def _tantivy(phrases: list[str], texts: list[str]) -> dict[str, Any]:
    """As a percolator: each phrase lies under its rarest word; a text asks for all of its words."""
    tantivy = import_module("tantivy")
    counts = Counter(word for phrase in phrases for word in phrase.split())
    started = process_time()
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("word", stored=False, tokenizer_name="raw")
    schema.add_unsigned_field("number", stored=True)
    index = tantivy.Index(schema.build())
    writer = index.writer(heap_size=200_000_000, num_threads=1)
    for number, phrase in enumerate(phrases):
        word = min(phrase.split(), key=lambda word: counts[word])
        writer.add_document(tantivy.Document(word=word, number=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def find(text: str) -> int:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "word", word))
            for word in set(text.split())
        ]
        asked = tantivy.Query.boolean_query(terms)
        found = searcher.search(asked, limit=100_000, count=False).hits
        numbers = [searcher.doc(address)["number"][0] for _, address in found]
        return sum(f" {phrases[number]} " in text for number in numbers)

    return _timed(find, texts, started)


def _rapidfuzz(phrases: list[str], texts: list[str]) -> dict[str, Any]:
    """Every phrase against every text; of a hundredth of the phrases, and the time multiplied."""
    process, fuzz = import_module("rapidfuzz.process"), import_module("rapidfuzz.fuzz")
    share = phrases[:: max(1, len(phrases) // 10_000)]
    times = len(phrases) / len(share)

    def find(text: str) -> int:
        ratio = fuzz.partial_ratio
        return len(process.extract(text, share, scorer=ratio, score_cutoff=95, limit=None))

    figures = _timed(find, texts, process_time())
    figures["us"] = round(figures["us"] * times, 1)
    return figures | {"measured_on": len(share), "multiplied_by": times}


def _if_installed(peer: Peer) -> Peer:
    def run(phrases: list[str], texts: list[str]) -> dict[str, Any]:
        try:
            return peer(phrases, texts)
        except ImportError as error:
            return {"left_out": f"{error.name} is not installed: make bench installs it"}

    return run


PEERS: dict[str, Peer] = {
    "letters_daachorse": _daachorse,
    "pyahocorasick": _if_installed(_pyahocorasick),
    "ahocorasick_rs": _if_installed(_ahocorasick_rs),
    "tantivy": _if_installed(_tantivy),
    "rapidfuzz": _rapidfuzz,
}
