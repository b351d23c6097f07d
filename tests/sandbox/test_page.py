"""The chat page in a real Chromium, against the real sandbox; messages come in by the Bot API."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from bot.sandbox.server import PAGE, Sandbox, start_sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TOKEN = "4200000001:" + "A" * 35
LAYLA, SAM, NOOR = 1001, 1002, 1003
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WAIT_MS = 4000
expect.set_options(timeout=WAIT_MS)


@dataclass
class Desk:
    """A sandbox with one open page, and the bot's side of the wire."""

    sandbox: Sandbox
    page: Page
    http: aiohttp.ClientSession
    errors: list[str] = field(default_factory=list)

    async def bot(self, method: str, **params: Any) -> Any:
        """Call the Bot API as the bot does; returns ``result``."""
        url = f"{self.sandbox.api_url}{self.sandbox.token}/{method}"
        async with self.http.post(url, json=params) as response:
            answer = await response.json()
        assert answer["ok"], answer
        return answer["result"]

    async def get(self, path: str) -> Any:
        async with self.http.get(self.sandbox.url + path) as response:
            return await response.json()

    async def open(
        self, user: int = SAM, chat: int | None = None, extra: str = "", phone: bool = False
    ) -> None:
        await self.page.set_viewport_size(PHONE if phone else DESKTOP)  # type: ignore[arg-type]
        await self.page.goto(f"{self.sandbox.url}/#user={user}&chat={chat or user}{extra}")
        await expect(self.page.get_by_test_id(f"chat-{user}")).to_be_attached()

    def text(self, message: dict[str, Any]) -> Any:
        return self.page.get_by_test_id(f"message-{message['message_id']}").locator(".bubble-text")

    async def next_press(self) -> dict[str, Any]:
        for _attempt in range(5):
            for update in await self.bot("getUpdates", timeout=2):
                await self.bot("getUpdates", offset=update["update_id"] + 1)
                if "callback_query" in update:
                    query: dict[str, Any] = update["callback_query"]
                    return query
        raise AssertionError("no button press arrived")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    path = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium here: install the chromium package to run the browser tests")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield chromium
        await chromium.close()


@asynccontextmanager
async def desk_with(browser: Browser, seeds: Path | None = None) -> AsyncIterator[Desk]:
    sandbox = await start_sandbox(port=0, token=TOKEN, seeds=seeds)
    page = await browser.new_page(locale="en", reduced_motion="reduce")
    page.set_default_timeout(WAIT_MS)
    async with aiohttp.ClientSession() as http:
        desk = Desk(sandbox, page, http)
        page.on("pageerror", lambda error: desk.errors.append(str(error)))
        page.on("console", lambda m: desk.errors.append(m.text) if m.type == "error" else None)
        yield desk
    await page.close()
    await sandbox.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    seeds = tmp_path_factory.mktemp("seeds")
    (seeds / "base.txt").write_text("Rockets hit a base\n\nText.\n", encoding="utf-8")
    async with desk_with(browser, seeds) as desk:
        yield desk


@pytest.fixture
def desk(shared: Desk) -> Iterator[Desk]:
    """One page for all (opening it is the dear part); every test also claims: no console errors."""
    shared.errors.clear()
    yield shared
    assert shared.errors == []


def keyboard(*buttons: dict[str, str]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


async def test_markup_in_a_message_is_shown_as_letters_and_never_runs(desk: Desk) -> None:
    await desk.open()
    hostile = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>&amp;'
    message = await desk.bot("sendMessage", chat_id=SAM, text=hostile)
    await expect(desk.text(message)).to_have_text(hostile)
    assert await desk.text(message).locator("img, script").count() == 0
    assert await desk.page.evaluate("window.ran") is None


async def test_entities_are_drawn_where_their_utf16_offsets_say(desk: Desk) -> None:
    await desk.open()
    html = (
        "👨‍👩‍👧🚀 <b>غارة <i>🛸 drone</i></b> 𝒳"
        '<a href="https://example.org/?a=1&amp;b=2">link</a> <code>🧨x</code> <s>old</s><u>new</u>'
    )
    message = await desk.bot("sendMessage", chat_id=SAM, text=html, parse_mode="HTML")
    text = desk.text(message)
    await expect(text.locator("strong")).to_have_text("غارة 🛸 drone")
    await expect(text.locator("strong em")).to_have_text("🛸 drone")
    await expect(text.locator("code")).to_have_text("🧨x")
    await expect(text.locator("s")).to_have_text("old")
    link = text.locator("a")
    await expect(link).to_have_text("link")
    await expect(link).to_have_attribute("href", "https://example.org/?a=1&b=2")
    await expect(link).to_have_attribute("rel", re.compile("noopener"))


async def test_each_line_takes_its_own_direction(desk: Desk) -> None:
    await desk.open()
    html = (
        "سقط صاروخان قرب القاعدة\nTwo rockets fell near the base\n🔴 14:02\n"
        "<blockquote>قال مصدر\nA source said</blockquote>"
    )
    message = await desk.bot("sendMessage", chat_id=SAM, text=html, parse_mode="HTML")
    lines = desk.text(message).locator(".line")
    await expect(lines).to_have_count(5)
    directions = await lines.evaluate_all("nodes => nodes.map(n => getComputedStyle(n).direction)")
    assert directions == ["rtl", "ltr", "rtl", "rtl", "ltr"]  # no letters: goes with the bubble
    assert await lines.nth(1).get_attribute("dir") == "auto"


async def test_hostile_entities_and_addresses_do_no_harm(desk: Desk) -> None:
    await desk.open()
    drawn = await desk.page.evaluate("""async () => {
        const { drawText } = await import("/page/entities.js");
        const box = document.createElement("div");
        box.append(drawText("abcdef", [
            {type: "bold", offset: 0, length: 4}, {type: "italic", offset: 2, length: 4},
            {type: "text_link", offset: 0, length: 1, url: "javascript:alert(1)"},
            {type: "bold", offset: 5, length: 99}, {type: "new_in_2030", offset: 1, length: 1},
        ], {}));
        return {text: box.textContent, links: box.querySelectorAll("a").length,
                bold: box.querySelector("strong").textContent,
                italic: [...box.querySelectorAll("em")].map((n) => n.textContent).join("")};
    }""")
    assert drawn == {"text": "abcdef", "links": 0, "bold": "abcd", "italic": "cdef"}


async def test_a_pressed_button_shows_the_answer_as_a_toast(desk: Desk) -> None:
    await desk.open()
    markup = keyboard(
        {"text": "Mute", "callback_data": "m"}, {"text": "Why?", "callback_data": "w"}
    )
    await desk.bot("sendMessage", chat_id=SAM, text="Alert", reply_markup=markup)
    await desk.page.get_by_test_id("inline-button").nth(-2).click()
    press = await desk.next_press()
    assert press["data"] == "m"
    await desk.bot("answerCallbackQuery", callback_query_id=press["id"], text="كُتم الخبر")
    await expect(desk.page.get_by_test_id("toast")).to_have_text("كُتم الخبر")
    await expect(desk.page.get_by_test_id("inline-button").nth(-2)).not_to_have_attribute(
        "aria-busy", "true"
    )


async def test_show_alert_opens_a_modal_that_esc_closes(desk: Desk) -> None:
    await desk.open()
    markup = keyboard({"text": "Why?", "callback_data": "w"})
    await desk.bot("sendMessage", chat_id=SAM, text="Alert", reply_markup=markup)
    await desk.page.get_by_test_id("inline-button").last.click()
    press = await desk.next_press()
    await desk.bot(
        "answerCallbackQuery", callback_query_id=press["id"], text="Because", show_alert=True
    )
    await expect(desk.page.get_by_role("alertdialog")).to_contain_text("Because")
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.get_by_role("alertdialog")).to_have_count(0)


async def test_a_url_button_says_where_it_leads(desk: Desk) -> None:
    await desk.open()
    markup = keyboard({"text": "Open", "url": "https://example.org/report"})
    await desk.bot("sendMessage", chat_id=SAM, text="Alert", reply_markup=markup)
    link = desk.page.get_by_test_id("inline-button").last
    await expect(link).to_have_attribute("title", "https://example.org/report")
    await expect(link).to_have_attribute("rel", re.compile("noopener"))


async def test_the_command_menu_is_ruled_by_the_keyboard(desk: Desk) -> None:
    commands = [
        {"command": name, "description": f"About {name}"} for name in ("start", "status", "watch")
    ]
    await desk.bot("setMyCommands", commands=commands)
    await desk.bot("sendMessage", chat_id=SAM, text="Hello")
    await desk.open()
    composer, menu = desk.page.get_by_test_id("composer"), desk.page.get_by_test_id("command-menu")
    await composer.press_sequentially("/")
    await expect(menu.get_by_role("option")).to_have_count(3)
    await composer.press("Escape")
    await expect(menu).to_be_hidden()
    await composer.press_sequentially("s")
    await expect(menu.get_by_role("option")).to_have_count(2)
    await composer.press("ArrowDown")
    await composer.press("Enter")
    await expect(desk.page.locator(".is-out .bubble-text").last).to_have_text("/status")
    await expect(composer).to_have_value("")


async def test_the_start_button_sends_start(desk: Desk) -> None:
    await desk.bot("setMyDescription", description="أراقب الأخبار", language_code="ar")
    await desk.open(NOOR)
    await expect(desk.page.locator(".profile")).to_contain_text("أراقب الأخبار")
    await desk.page.get_by_test_id("start-button").click()
    await expect(desk.page.locator(".is-out .bubble-text")).to_have_text("/start")
    await expect(desk.page.get_by_test_id("composer")).to_be_visible()
    updates = await desk.bot("getUpdates", timeout=1)
    assert updates[-1]["message"]["text"] == "/start"
    assert updates[-1]["message"]["from"]["id"] == NOOR


async def test_enter_sends_and_shift_enter_breaks_the_line(desk: Desk) -> None:
    await desk.bot("sendMessage", chat_id=SAM, text="Hello")
    await desk.open()
    composer = desk.page.get_by_test_id("composer")
    await composer.press_sequentially("one")
    await composer.press("Shift+Enter")
    await composer.press_sequentially("two")
    await composer.press("Enter")
    await expect(desk.page.locator(".is-out").last.locator(".line")).to_have_text(["one", "two"])


async def test_edits_marks_and_deletions_reach_the_open_page(desk: Desk) -> None:
    await desk.open()
    message = await desk.bot("sendMessage", chat_id=SAM, text="One", disable_notification=True)
    row = desk.page.get_by_test_id(f"message-{message['message_id']}")
    await expect(row.locator(".mute")).to_be_visible()
    await expect(row.locator(".edited")).to_have_count(0)
    where = {"chat_id": SAM, "message_id": message["message_id"]}
    await desk.bot("editMessageText", **where, text="Two")
    await expect(row.locator(".bubble-text")).to_have_text("Two")
    await expect(row.locator(".edited")).to_be_visible()
    await desk.bot("deleteMessage", **where)
    await expect(row).to_have_count(0)


async def test_quotations_open_and_spoilers_show_on_a_tap(desk: Desk) -> None:
    await desk.open()
    long = "<br>".join(f"line {n}" for n in range(12)).replace("<br>", "\n")
    html = f"<tg-spoiler>hidden</tg-spoiler>\n<blockquote expandable>{long}</blockquote>"
    message = await desk.bot("sendMessage", chat_id=SAM, text=html, parse_mode="HTML")
    quote, toggle = (
        desk.text(message).locator(".quote"),
        desk.text(message).locator(".quote-toggle"),
    )
    await expect(toggle).to_have_attribute("aria-expanded", "false")
    closed = (await quote.bounding_box() or {})["height"]
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-expanded", "true")
    assert (await quote.bounding_box() or {})["height"] > closed * 2
    spoiler = desk.text(message).locator(".spoiler")
    await spoiler.focus()
    await desk.page.keyboard.press("Enter")
    await expect(spoiler).to_have_class(re.compile("is-shown"))


async def test_a_published_report_stands_in_the_feed(desk: Desk) -> None:
    await desk.open()
    page = desk.page
    await expect(page.get_by_test_id("seeds-list")).to_contain_text("Rockets hit a base")
    await page.get_by_test_id("newsroom-title").fill("صواريخ <قرب> قاعدة & مطار")
    await page.get_by_test_id("newsroom-text").fill("نص الخبر")
    await page.get_by_test_id("newsroom-publish").click()
    item = page.get_by_test_id("newsroom-item")
    await expect(item.locator("h4")).to_have_text("صواريخ <قرب> قاعدة & مطار")
    async with desk.http.get(desk.sandbox.feed_url) as feed:
        assert "<title>صواريخ &lt;قرب&gt; قاعدة &amp; مطار</title>" in await feed.text()
    await expect(item.locator(".step")).to_contain_text(["published", "polled"])
    await desk.bot("sendMessage", chat_id=SAM, text="🔴 صواريخ <قرب> قاعدة & مطار")
    await expect(item.locator(".is-alert")).to_contain_text("alert in")


async def test_reactions_are_given_from_the_message_menu(desk: Desk) -> None:
    await desk.open()
    message = await desk.bot("sendMessage", chat_id=SAM, text="Alert")
    await desk.text(message).click(button="right")
    await desk.page.get_by_role("menuitem", name="👎").click()
    chip = desk.page.get_by_test_id(f"message-{message['message_id']}").locator(".reaction")
    await expect(chip).to_have_attribute("aria-pressed", "true")


async def test_the_keyboard_opens_a_message_menu_and_answers_with_a_quote(desk: Desk) -> None:
    await desk.open()
    message = await desk.bot("sendMessage", chat_id=SAM, text="Which one is meant")
    await expect(desk.text(message)).to_be_visible()
    await desk.page.get_by_test_id("log").focus()
    await desk.page.keyboard.press("ArrowUp")
    await desk.page.keyboard.press("Enter")
    await desk.page.get_by_role("menuitem", name="Reply").click()
    await desk.page.get_by_test_id("composer").fill("/why")
    await desk.page.get_by_test_id("send").click()
    await expect(desk.page.locator(".is-out .reply").last).to_contain_text("Which one is meant")
    row = desk.page.get_by_test_id(f"message-{message['message_id']}")
    await expect(row.locator(".reaction")).to_have_count(0)  # the key press chose nothing


async def test_an_upgraded_group_is_listed_once_and_followed(desk: Desk) -> None:
    chats = (await desk.get("/_sandbox/state"))["chats"]
    group = next(chat for chat in chats if chat["type"] == "group")
    await desk.open(SAM, group["id"])
    titles = desk.page.locator("#chats .chat-title")
    before = await titles.count()
    await desk.page.get_by_test_id("chat-menu").click()
    await desk.page.get_by_role("menuitem", name="Upgrade").click()
    await expect(desk.page.get_by_test_id(f"chat-{group['id']}")).to_have_count(0)
    await expect(titles).to_have_count(before)
    await expect(desk.page.locator(".chat[aria-current=true]")).to_contain_text(group["title"])


async def test_a_message_that_comes_while_the_page_is_fetched_anew_stays(desk: Desk) -> None:
    await desk.open(SAM)
    reached, told = asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        older = await route.fetch()
        reached.set()
        await told.wait()
        await route.fulfill(response=older)

    await desk.page.route(f"**/_sandbox/messages?*chat={SAM}*", slowly)
    await desk.page.evaluate("import('/page/world.js').then((world) => void world.load())")
    await reached.wait()
    message = await desk.bot("sendMessage", chat_id=SAM, text="meanwhile")
    await expect(desk.text(message)).to_have_text("meanwhile")
    async with desk.page.expect_response(f"**/_sandbox/messages?*chat={SAM}*"):
        told.set()
    await desk.page.unroute_all(behavior="wait")
    await desk.open(SAM, extra="&view=newsroom")
    await desk.open(SAM, extra="&view=chat")
    await expect(desk.text(message)).to_have_text("meanwhile")


async def test_topics_filter_the_conversation(desk: Desk) -> None:
    chats = (await desk.get("/_sandbox/state"))["chats"]
    forum = next(chat for chat in chats if chat["is_forum"])
    first, second = (topic["message_thread_id"] for topic in forum["topics"][:2])
    await desk.open(SAM, forum["id"])
    for thread in (first, second):
        await desk.bot(
            "sendMessage", chat_id=forum["id"], message_thread_id=thread, text=f"in {thread}"
        )
    bubbles = desk.page.locator(".bubble-text")
    await expect(bubbles).to_have_count(2)
    await desk.page.get_by_test_id(f"topic-{forum['id']}-{second}").click()
    await expect(bubbles).to_have_text([f"in {second}"])


async def test_the_page_speaks_the_persons_language_until_told_otherwise(desk: Desk) -> None:
    await desk.open(LAYLA)
    root = desk.page.locator("html")
    await expect(root).to_have_attribute("dir", "rtl")
    await desk.page.get_by_test_id("lang-toggle").click()
    await expect(root).to_have_attribute("dir", "ltr")
    await desk.page.get_by_test_id("lang-toggle").click()
    await desk.page.get_by_test_id(f"person-{SAM}").click()
    await expect(root).to_have_attribute("lang", "en")
    words = await desk.page.evaluate("import('/page/words.js').then(m => m.WORDS)")
    assert words["ar"].keys() == words["en"].keys()


async def test_alt_arrows_switch_chats_and_blocking_is_in_the_menu(desk: Desk) -> None:
    await desk.open()
    page = desk.page
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.get_by_test_id(f"chat-{SAM}")).not_to_have_attribute("aria-current", "true")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.get_by_test_id(f"chat-{SAM}")).to_have_attribute("aria-current", "true")
    await page.get_by_test_id("chat-menu").click()
    await page.get_by_role("menuitem").click()
    await page.get_by_test_id("unblock-button").click()
    await expect(page.get_by_test_id("unblock-button")).to_have_count(0)


async def test_a_lost_connection_is_told_and_mended(browser: Browser) -> None:
    async with desk_with(browser) as desk:
        await desk.open()
        port = int(desk.sandbox.url.rsplit(":", 1)[1])
        await desk.sandbox.close()
        await expect(desk.page.locator("#link-lost")).to_be_visible()
        desk.sandbox = again = await start_sandbox(port=port, token=TOKEN)
        message = await desk.bot("sendMessage", chat_id=SAM, text="While you were away")
        await expect(desk.text(message)).to_have_text("While you were away")
        await expect(desk.page.locator("#link-lost")).to_be_hidden()
        await desk.page.goto("about:blank")
        await again.close()


@pytest.mark.parametrize("view", ["list", "chat", "newsroom"])
async def test_a_phone_never_scrolls_sideways(desk: Desk, view: str) -> None:
    html = f"<b>{'عين_الأسد' * 30}</b>\n{'x' * 400}\n<pre>{'y' * 300}</pre>"
    markup = keyboard({"text": "A very long label " * 5, "callback_data": "x"})
    await desk.bot("sendMessage", chat_id=LAYLA, text=html, parse_mode="HTML", reply_markup=markup)
    await desk.open(LAYLA, extra=f"&view={view}", phone=True)
    shown = {"list": "people", "chat": "log", "newsroom": "newsroom"}[view]
    await expect(desk.page.locator(f"#{shown}")).to_be_visible()
    widths = await desk.page.evaluate(
        "['html', '#log', '.tools-body', '#chats'].map((s) => document.querySelector(s))"
        ".map((n) => n.scrollWidth - n.clientWidth)"
    )
    assert max(widths) == 0


async def test_no_file_of_the_page_parses_html_or_grows_beyond_one_job() -> None:
    for path in PAGE.glob("*.js"):
        source = await asyncio.to_thread(path.read_text, "utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source
        )
        assert source.count("\n") <= 250, path.name
    index = await asyncio.to_thread((PAGE / "index.html").read_text, "utf-8")
    assert not re.search(r"style=|\son\w+=|<script(?![^>]*src=)|//[a-z]", index)
