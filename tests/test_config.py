"""A wrong key is refused with its line; a right one counts in the stated order."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import config
from bot.basics import knowledge_of
from bot.configured import configured_sources
from bot.errors import ConfigError

ROOT = Path(__file__).parents[1]


def load(tmp_path: Path, text: str) -> config.Settings:
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    return config.load(tmp_path / "config.yaml", {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "feeds:\n  - name: x\n    url: http://a.b/\n    intervall_s: 60\n",
            "line 4: unknown key 'intervall_s'; did you mean interval_s",
        ),
        ("telegram:\n  base_url: api.telegram.org\n", r"line 2: telegram\.base_url: .*http"),
        ("notify:\n  ntfy_url: https://ntfy.sh/\n", r"line 2: notify\.ntfy_url: .*topic"),
        ("stor:\n  path: x\n", "line 1: unknown key 'stor'; did you mean store"),
        ("store:\n  path: x\nlog:\n  level: LOUD\n", r"line 4: log\.level"),
        ("feeds:\n  - name: x\n", r"line 2: feeds\.0\.url"),
        ("feeds:\n  - {name: x, url: 'ftp://a.b'}\n", "line 2"),
        ("feeds:\n  - {name: x, url: 'http://a.b/', interval_s: 5}\n", "line 2"),
        (
            "feeds:\n  - {name: a, url: 'http://x/'}\n  - {name: b, url: 'http://x/'}\n",
            "line 3: 'b' has the same url as 'a'",
        ),
        (
            "feeds:\n  - {name: a, url: 'http://x/r'}\n  - {name: b, url: 'http://me:pw@X/r'}\n",
            "line 3: 'b' has the same url as 'a'",
        ),
        ("feeds:\n  - {name: a, url: x}\n", "line 2: feeds.0.url: write an http or https address"),
        ("web: {public_url: x}", "line 1: web.public_url: write the address .*https://rasid"),
        (
            "channels:\n  - name: a\n    handle: 'a b'\n",
            "line 3: channels.0.handle: 'a b' is no channel: write name, @name or https://t.me/name",
        ),
        ("token: 1:x", "line 1: unknown key 'token': the bot's token .*TELEGRAM_BOT_TOKEN"),
        ("telegram: {bot_token: 1:x}", "unknown key 'bot_token': .*TELEGRAM_BOT_TOKEN"),
        ("nonsense: 1", "unknown key 'nonsense'; known: backups, channels, feeds"),
        (
            "feeds:\n  - {name: a, url: 'http://x/', country: Irak}\n",
            r"line 2: feeds.0.country: 'Irak' is no country code: did you mean IQ \(Iraq\)\?",
        ),
        (
            "feeds:\n  - {name: a, url: 'http://x/', lang: arabic}\n",
            r"line 2: feeds.0.lang: 'arabic' is no language code: did you mean ar \(Arabic\)\?",
        ),
        (
            "channels:\n  - {name: a, handle: abcd, lang: xx9}\n",
            "line 2: channels.0.lang: 'xx9' is no language code: write one like ar, en or ckb",
        ),
        ("a: [", "not valid YAML"),
        ("log:\n  level: INFO\nlog:\n  level: DEBUG\n", "line 3: 'log' stands on line 1 already"),
        ("- a\n", "keys and values"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        load(tmp_path, text)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml cannot be read"):
        config.load(tmp_path / "nowhere.yaml", {})


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path, "")
    assert settings.limits.max_age_h == 24
    assert settings.feeds == ()


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RASID_LIMITS__MAX_AGE_H", "5")
    settings = load(tmp_path, "limits:\n  max_age_h: 9\n  watches_per_chat: 7\n")
    assert (settings.limits.max_age_h, settings.limits.watches_per_chat) == (5, 7)


def test_an_unknown_variable_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("")
    with pytest.raises(ConfigError, match="RASID_STOR__PATH is not known; did you mean"):
        config.load(tmp_path / "c.yaml", {"RASID_STOR__PATH": "x", "HOME": "/root"})


def test_what_is_wrong_in_the_environment_is_not_blamed_on_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.yaml").write_text("limits:\n  max_age_h: 3\n")
    monkeypatch.setenv("RASID_LIMITS__MAX_AGE", "3")
    with pytest.raises(ConfigError, match="variable RASID_LIMITS__MAX_AGE: unknown key 'max_age'"):
        config.load(tmp_path / "c.yaml")


def test_a_list_in_the_environment_that_is_no_json_is_refused_with_an_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.yaml").write_text("")
    monkeypatch.setenv("RASID_TOPICS", "rocket-attack")
    told = (
        "variable RASID_TOPICS: lists in the environment are JSON, like '\\[\"rocket-attack\"\\]'"
    )
    with pytest.raises(ConfigError, match=told):
        config.load(tmp_path / "c.yaml")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("RASID_LIMITS__MAX_AGE_H", "x", "variable RASID_LIMITS__MAX_AGE_H: limits.max_age_h: it"),
        ("RASID_LOG__LEVEL", "LOUD", "variable RASID_LOG__LEVEL: log.level: it must be 'DEBUG'"),
        ("RASID_LIMITS", '{"max_age_h": "x"}', "variable RASID_LIMITS: limits.max_age_h"),
        ("RASID_LIMITS", "12", "variable RASID_LIMITS: limits: it must be"),
        ("RASID_LIMITS", "x", "variable RASID_LIMITS: .* set one .* like RASID_LIMITS__MAX_AGE_H"),
        ("RASID_FEEDS", '[{"name": "a"}]', r"variable RASID_FEEDS: feeds\.0\.url: it is missing"),
        ("RASID_FEEDS__0__URL", "x", "variable RASID_FEEDS__0__URL: feeds: it must be a list"),
        ("RASID_BOGUS", "1", "variable RASID_BOGUS is not known; known: RASID_BACKUPS,"),
        ("RASID_TOKEN", "1:x", "variable RASID_TOKEN is not known: .*TELEGRAM_BOT_TOKEN"),
        ("rasid_limits__max_age_h", "0", "variable RASID_LIMITS__MAX_AGE_H"),
    ],
)
def test_a_wrong_value_of_the_environment_is_named_by_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    (tmp_path / "c.yaml").write_text(
        "limits:\n  max_age_h: 3\nlog:\n  level: INFO\ntopics: []\n"
        "feeds:\n  - {name: x, url: 'http://x/'}\n"
    )
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=told):
        config.load(tmp_path / "c.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("store: hello", "line 1: store: it must be a group of keys, like {path: var/rasid.db}"),
        ("limits: 5", "line 1: limits: it must be a group of keys, like {max_age_h: 24}"),
        ("web:", "line 1: web: it must be a group of keys, like {host: 127.0.0.1}"),
        ("feeds: [x]", "line 1: feeds.0: it must be a group of keys, like {name: …, url: …}"),
        ("store: {path: 5}", "line 1: store.path: it must be a path, like var/rasid.db"),
        ("feeds: [{name: '', url: 'http://x/'}]", "line 1: feeds.0.name: it is empty"),
        ("backups: {folder: ''}", "line 1: backups.folder: it is empty: write a path, or leave"),
        ("store: {path: ' '}", "line 1: store.path: it is empty: write a path, or leave"),
        ("topics_folder: ''", "line 1: topics_folder: it is empty: write a path, or leave"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_in_plain_words(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, text)
    assert told in str(refused.value)


def test_what_the_file_says_wrongly_is_not_blamed_on_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.yaml").write_text("limits:\n  max_age_h: x\n")
    monkeypatch.setenv("RASID_LIMITS", '{"watches_per_chat": 3}')
    with pytest.raises(ConfigError, match=r"c\.yaml, line 2: limits\.max_age_h"):
        config.load(tmp_path / "c.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "topics:\n  - explosion\n  - rocket\n",
            "other.yaml, line 3: unknown topic 'rocket'; there",
        ),
        (
            "log: {level: INFO}\ntopics_folder: own\n",
            "other.yaml, line 2: topics_folder: there is no",
        ),
    ],
)
def test_a_topic_there_is_none_of_is_named_with_its_file_and_line(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "other.yaml").write_text(text)
    settings = config.load(tmp_path / "other.yaml", {})
    with pytest.raises(ConfigError, match=told):
        knowledge_of(settings)


def test_paths_are_taken_from_the_files_own_folder(tmp_path: Path) -> None:
    settings = load(tmp_path, "store:\n  path: var/r.db\nseeds:\n  folder: /srv/seeds\n")
    assert settings.store.path == tmp_path / "var/r.db"
    assert settings.seeds.folder == Path("/srv/seeds")


def test_the_token_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("123456:ABC-def\n")
    for environ in (
        {"TELEGRAM_BOT_TOKEN": "123456:ABC-def"},
        {"TELEGRAM_BOT_TOKEN_FILE": str(file)},
    ):
        found = config.token(environ)
        assert found is not None
        assert found.get_secret_value() == "123456:ABC-def"
        assert "ABC" not in repr(found)
    assert config.token({}) is None


@pytest.mark.parametrize(
    "environ", [{"TELEGRAM_BOT_TOKEN": "hello"}, {"TELEGRAM_BOT_TOKEN_FILE": "/nowhere/token"}]
)
def test_a_wrong_token_is_refused_and_not_repeated(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="TELEGRAM_BOT_TOKEN") as refused:
        config.token(environ)
    assert "hello" not in str(refused.value)


def test_a_token_is_no_key_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown key 'token'"):
        load(tmp_path, "telegram:\n  token: 1:x\n")


def test_a_webhook_needs_an_address_where_we_are_reached(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="webhook needs web"):
        load(tmp_path, "telegram:\n  updates: webhook\n")
    reached = "web:\n  public_url: https://rasid.example.org\ntelegram:\n  updates: webhook\n"
    assert load(tmp_path, reached).telegram.updates == "webhook"


def test_the_shipped_file_works_and_names_feeds_in_several_languages() -> None:
    settings = config.load(ROOT / "config.yaml", {})
    assert 20 <= len(settings.feeds) <= 30
    assert {"ar", "en", "fa", "ckb", "tr"} <= {feed.lang for feed in settings.feeds}
    assert all(feed.name and feed.country for feed in settings.feeds)


def test_every_key_is_described_and_documented() -> None:
    page = (ROOT / "docs" / "config.md").read_text("utf-8")
    for name, description, _ in config.every_key():
        assert description, name
        assert f"`{name}`" in page, f"docs/config.md does not name {name}"


@pytest.mark.parametrize(
    "wrong",
    [
        "headers: {Host: canary}",
        "headers: {cookie: canary}",
        "headers: {If-None-Match: canary}",
        "headers: {'X Key': canary}",
        'headers: {X-Key: "canary\\r\\nEvil: 1"}',
        "headers: {X-Key: ''}",
        "proxy: socks5://canary:1",
        "proxy: 'http://'",
    ],
)
def test_a_header_or_proxy_that_cannot_be_is_refused_and_not_repeated(
    tmp_path: Path, wrong: str
) -> None:
    text = f"feeds:\n  - name: x\n    url: http://a.b/\n    {wrong}\n"
    with pytest.raises(ConfigError, match="line 4") as refused:
        load(tmp_path, text)
    assert "canary" not in str(refused.value)


def test_how_a_feed_is_visited_reaches_its_source_and_its_secrets_no_log(tmp_path: Path) -> None:
    text = (
        "feeds:\n  - {name: x, url: 'http://a.b/', urgent: true, pinned: true,"
        " headers: {Authorization: Bearer canary}, proxy: 'http://me:canary@p:3128'}\n"
    )
    settings = load(tmp_path, text)
    (source,) = configured_sources(settings)
    assert (source.urgent, source.pinned) == (True, True)
    assert source.headers == (("Authorization", "Bearer canary"),)
    assert source.proxy == "http://me:canary@p:3128"
    assert "canary" not in repr(settings) + repr(source)


@pytest.mark.parametrize(
    ("address", "is_called"),
    [
        ("https://bot.example.org", True),
        ("https://bot.example.org:8443/rasid", True),
        ("http://bot.example.org", False),
        ("https://bot.example.org:9999", False),
        ("https://127.0.0.1", False),
        ("https://u:p@bot.example.org", False),
        ("https://bot.example.org?x=1", False),
    ],
)
def test_a_webhook_needs_an_address_that_telegram_calls(
    tmp_path: Path, address: str, is_called: bool
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"telegram: {{updates: webhook}}\nweb: {{public_url: '{address}'}}\n")
    if is_called:
        assert config.load(file, {}).web.public_url == address
    else:
        with pytest.raises(ConfigError, match="8443") as refused:
            config.load(file, {})
        assert "line 2" in str(refused.value)
