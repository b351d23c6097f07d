"""The data folder: whole, and wrong lines named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.matcher import Matcher
from bot.data import FOLDER, examples, expand, load_knowledge
from bot.errors import ConfigError

KNOWLEDGE = load_knowledge()
TOPICS = {"base-alert", "rocket-attack", "drone-attack", "explosion", "all-clear"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(
        FOLDER, tmp_path / "data", ignore=shutil.ignore_patterns("locales", "__pycache__")
    )
    return tmp_path / "data"


def test_the_shipped_topics_are_there_with_names_in_both_languages() -> None:
    assert set(KNOWLEDGE.topics) == TOPICS
    for topic in KNOWLEDGE.topics.values():
        assert {"ar", "en"} <= topic.names.keys() & topic.about.keys()


def test_only_the_topics_asked_for_are_read() -> None:
    knowledge = load_knowledge(["explosion"])
    assert set(knowledge.topics) == {"explosion"}
    assert [rule.topic for rule in knowledge.rules] == ["explosion"]


def test_an_unknown_topic_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="rocket-attack"):
        load_knowledge(["rockets"])


def test_every_topic_has_examples_both_ways() -> None:
    seen = {(topic, verdict) for topic, _, verdict in examples()}
    assert seen == {(topic, verdict) for topic in TOPICS for verdict in (True, False)}


def test_every_place_has_an_arabic_and_an_english_name() -> None:
    poor = [p.id for p in KNOWLEDGE.places.values() if not {"ar", "en"} <= p.names.keys()]
    assert [key for key in poor if key not in ("rubarya", "io")] == []


def test_ain_al_asad_lies_in_anbar_in_iraq() -> None:
    assert KNOWLEDGE.places["ain-al-asad"].parents == ("anbar", "iq")


def test_parents_lead_outward_without_a_circle() -> None:
    for place in KNOWLEDGE.places.values():
        assert place.id not in place.parents
        for parent in place.parents:
            assert place.id not in KNOWLEDGE.places[parent].parents


REGIONS = {"province", "city/province", "region"}
# Where provinces, governorates, regions or districts are known to the gazetteer.
DIVIDED = {"IQ", "SY", "JO", "LB", "IL", "PS", "IR", "YE", "SA", "AE", "OM", "KW", "TR"}


def test_every_base_and_town_lies_in_its_province() -> None:
    lost = [
        place.id
        for place in KNOWLEDGE.places.values()
        if place.country in DIVIDED and place.kind not in REGIONS | {"country", "sea"}
        if not any(KNOWLEDGE.places[parent].kind in REGIONS for parent in place.parents)
    ]
    assert lost == []


def test_parents_end_in_the_country_of_the_place() -> None:
    for place in KNOWLEDGE.places.values():
        if place.kind not in ("country", "sea") and place.country:
            last = KNOWLEDGE.places[place.parents[-1]]
            assert (last.kind, last.country) == ("country", place.country), place.id


def test_parents_of_a_parent_are_parents() -> None:
    for place in KNOWLEDGE.places.values():
        for parent in place.parents:
            assert set(KNOWLEDGE.places[parent].parents) <= set(place.parents), place.id


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("سقوط صاروخ على معسكر فكتوريا", "victoria"),
        ("صافرات في سفارة واشنطن ببغداد", "us-embassy-baghdad"),
        ("مسيرة قرب القنصلية في أربيل", "us-consulate-erbil"),
        ("صاروخ على كي وان", "k1"),
        ("حمله به میدان العمر", "omar"),
        ("Başika üssüne roket düştü", "zlikan"),
        ("Dron li ser bingeha Til Beyder", "tal-baydar"),
        ('כטב"ם ליד שדה התעופה של ארביל', "erbil-airport"),
        ("انفجار في الخرج", "al-kharj"),
        ("Взрывы в Киеве", "kyiv"),
        ("Moşek li Hewlêrê ket", "erbil"),
        ("Teqîn li Bexdayê", "baghdad"),
    ],
)
def test_a_place_is_found_as_reports_write_it(text: str, place: str) -> None:
    assert place in Matcher(KNOWLEDGE, ()).scan(text, "").places


@pytest.mark.parametrize("text", ["كيف سقط الصاروخ", "خرج الجنود من الملعب", "عاد إلى المدينة"])
def test_common_words_are_no_places(text: str) -> None:
    assert dict(Matcher(KNOWLEDGE, ()).scan(text, "").places) == {}


def test_every_unambiguous_name_is_found_in_a_text() -> None:
    matcher = Matcher(KNOWLEDGE, ())
    lost = [
        (place.id, name)
        for place in KNOWLEDGE.places.values()
        if not place.needs_context
        for names in place.names.values()
        for name in names
        if place.id not in matcher.scan(name, "").places
    ]
    assert lost == []


BASES = {
    "KW": {"camp-doha", "buehring", "arifjan", "ali-al-salem", "camp-patriot", "ahmad-al-jaber"},
    "QA": {"al-udeid", "sayliyah"},
    "BH": {"nsa-bahrain", "isa-air-base", "mina-salman"},
    "AE": {"al-dhafra", "minhad"},
    "SA": {"prince-sultan", "eskan-village", "king-abdulaziz-airbase", "king-khalid-airbase"},
    "JO": {"tower22", "muwaffaq-salti", "prince-hassan", "jafr"},
    "SY": {"tanf", "conoco", "omar", "shaddadi", "rmelan", "kharab-jir", "tal-baydar", "lafarge"},
    "IQ": {"ain-al-asad", "harir", "union-iii", "victoria", "bdsc", "taji", "balad", "taqaddum"},
    "TR": {"incirlik", "kurecik", "diyarbakir-airbase"},
}


@pytest.mark.parametrize("country", BASES)
def test_the_well_known_bases_of_a_country_are_there(country: str) -> None:
    known = {key for key, place in KNOWLEDGE.places.items() if place.country == country}
    assert BASES[country] <= known


def test_a_mark_is_of_a_known_kind() -> None:
    kinds = {t.category.split(":")[0] for t in KNOWLEDGE.terms if t.category.startswith("mark.")}
    assert kinds == {"mark.again", "mark.count", "mark.day", "mark.part", "mark.target"}


def test_groups_and_ranges_are_written_out() -> None:
    assert list(expand("rocket(|s)")) == ["rocket", "rockets"]
    assert list(expand("(a|b) (c|d)")) == ["a c", "a d", "b c", "b d"]
    assert list(expand("in {1999..2001}")) == ["in 1999", "in 2000", "in 2001"]


def append(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (append("gazetteer.jsonl", "{not json}\n"), r"gazetteer\.jsonl:\d{3}: "),
        (append("gazetteer.jsonl", '{"id": "x", "kind": "base", "country": "IQ"}\n'), "names"),
        (append("gazetteer.jsonl", '{"id": "x", "colour": 1}\n'), "colour"),
        (replace("gazetteer.jsonl", '["anbar", "iq"]', '["atlantis"]'), "atlantis"),
        (replace("lexicon/rocket.yaml", "category:", "kategory:"), r"rocket\.yaml:1: .*kategory"),
        (append("lexicon/rocket.yaml", "only: [\n"), r"rocket\.yaml:\d+: "),
        (append("lexicon/drone.yaml", 'only: {fa: ["؟"]}\n'), "no word"),
        (
            append("guards.yaml", "odd: {terms: [weather-words]}\n"),
            r"guards\.yaml:\d+: .*weather-words",
        ),
        (
            append("guards.yaml", "odd: {terms: [drill], apart: word}\n"),
            r"guards\.yaml:\d+: .*'apart'.*'word'",
        ),
        (
            append("marks.yaml", '"colour:red": {terms: {en: ["red"]}}\n'),
            r"marks\.yaml:\d+: .*colour",
        ),
        (
            append("facts/times.yaml", '"season:1": {terms: {en: ["spring"]}}\n'),
            r"times\.yaml:\d+: .*season",
        ),
        (replace("topics/explosion.yaml", "  tr: [", "  tr: 1 #["), "list of names"),
        (replace("topics/explosion.yaml", "denial", "denails"), r"explosion\.yaml:\d+: .*denails"),
        (replace("topics/explosion.yaml", "near_within", "nearwithin"), "nearwithin"),
        (replace("topics/explosion.yaml", "examples:", "example:"), "example"),
    ],
)
def test_a_wrong_line_is_named_with_its_file(
    folder: Path, change: Callable[[Path], None], words: str
) -> None:
    load_knowledge(folder=folder)
    change(folder)
    fresh = folder.rename(folder.parent / "changed")  # what was read once is remembered by folder
    with pytest.raises(ConfigError, match=words):
        load_knowledge(folder=fresh)


def test_a_missing_file_is_a_configuration_error(folder: Path) -> None:
    (folder / "guards.yaml").unlink()
    with pytest.raises(ConfigError, match=r"guards\.yaml"):
        load_knowledge(folder=folder)
