"""A person opens the page of ``make run`` and gets an alert. Real process, real Chromium.

``make pictures`` runs this to take the pictures of the README.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.e2e.conftest import ROOT, Running, until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PICTURES = os.environ.get("RASID_TEST_PICTURES", "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: apt-get install chromium"),
]

ARABIC = (
    "سقوط ثلاثة صواريخ قرب قاعدة عين الأسد والقوات في حالة تأهب",
    "قال مصدر أمني في الأنبار إن ثلاثة صواريخ سقطت مساء اليوم قرب القاعدة، وإن صفارات الإنذار"
    " دوّت فيها ودخل الجنود الملاجئ. ولم ترد أنباء عن إصابات حتى الآن.",
)
ENGLISH = (
    "Drone attack targets Harir air base near Erbil",
    "Two drones were fired at Harir air base before dawn, Kurdish security officials said. One was"
    " shot down and the other fell outside the fence. No one was hurt.",
)
FOOTBALL = (
    "الصواريخ تمطر شباك الضيوف بخماسية",
    "سجّل مهاجم الفريق هدفين في المباراة أمام قاعدة جماهيرية كبيرة ملأت مدرجات الملعب.",
)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield running
        await running.close()


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """``python -m bot run`` without a token, and where its page is."""
    (tmp_path / "config.yaml").write_text("polling:\n  tick_s: 0.3\n")
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    running, port = Running(tmp_path, None), free_port()
    await running.start(RASID_SANDBOX__PORT=str(port))
    await until(lambda: "started" in running.told(), "the bot runs")
    assert f"http://127.0.0.1:{port}/" in running.told()
    yield f"http://127.0.0.1:{port}/"
    code, _ = await running.end()
    assert code == 0, running.told()
    assert "ERROR" not in running.told()


async def subscribe(page: Page, everything: str) -> None:
    await page.get_by_test_id("start-button").click()
    await page.get_by_test_id("inline-button").filter(has_text=everything).click()


async def publish(page: Page, report: tuple[str, str]) -> None:
    await page.get_by_test_id("newsroom-title").fill(report[0])
    await page.get_by_test_id("newsroom-text").fill(report[1])
    await page.get_by_test_id("newsroom-publish").click()


async def picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png")


def alerts(page: Page, title: str):
    return page.locator("[data-testid^=message-]").filter(has_text=title)


async def test_start_subscribe_publish_and_read_the_alert(browser: Browser, address: str) -> None:
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{address}#user=1001&chat=1001")
    await subscribe(page, "كل التنبيهات")
    await expect(page.locator(".bubble-text").filter(has_text="تم الاشتراك")).to_be_visible()

    await publish(page, ARABIC)
    alert = alerts(page, ARABIC[0]).last
    await expect(alert).to_be_visible(timeout=15_000)
    await expect(alert).to_contain_text("عين الأسد، الأنبار، العراق")
    await expect(alert).to_contain_text("لا صفّارة إنذار")
    headline = alert.locator("[dir]").filter(has_text=ARABIC[0]).last
    assert await headline.evaluate("line => getComputedStyle(line).direction") == "rtl"
    await picture(page, "newsroom")

    await alert.get_by_test_id("inline-button").filter(has_text="لماذا").click()
    why = page.locator(".bubble-text").filter(has_text=re.compile("لماذا وصل"))
    await expect(why.last).to_be_visible(timeout=10_000)

    await publish(page, FOOTBALL)
    await publish(page, ENGLISH)
    await expect(alerts(page, ENGLISH[0]).last).to_be_visible(timeout=15_000)
    assert await alerts(page, FOOTBALL[0]).count() == 0
    assert errors == []


async def test_the_same_report_is_read_in_english_on_a_telephone(
    browser: Browser, address: str
) -> None:
    phone = await browser.new_page(viewport={"width": 390, "height": 780})
    await phone.goto(f"{address}#user=1002&chat=1002&view=chat")
    await subscribe(phone, "All alerts")
    desk = await browser.new_page(viewport={"width": 1300, "height": 800})
    await desk.goto(f"{address}#user=1001&chat=1001")
    await subscribe(desk, "كل التنبيهات")
    # The first visit of a feed is its baseline; from the second on a report is news.
    await asyncio.sleep(1)
    await publish(desk, ARABIC)
    alert = alerts(phone, ARABIC[0]).last
    await expect(alert).to_be_visible(timeout=15_000)
    await expect(alert).to_contain_text("Ain al-Asad, Anbar, Iraq")
    await expect(alert).to_contain_text("not a siren")
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await phone.evaluate(wide)
    if PICTURES:
        await asyncio.sleep(0.5)
        await picture(phone, "alert-en")
        arabic = await browser.new_page(viewport={"width": 390, "height": 780})
        await arabic.goto(f"{address}#user=1001&chat=1001&view=chat")
        await expect(alerts(arabic, ARABIC[0]).last).to_be_visible()
        await asyncio.sleep(0.5)
        await picture(arabic, "alert-ar")
