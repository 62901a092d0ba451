"""The sandbox in a browser: the page comes first on a phone, and a long list can be folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from support.chromium import Browser

WIDE = f"| {'a' * 200} | b |\n|---|---|\n| 1 | 2 |\n\n```\n{'x' * 300}\n```\n\n{'w' * 300}\n"


@pytest.fixture
def large(sandbox: Sandbox) -> Sandbox:
    """A wiki of five hundred pages in three folders."""
    for number in range(500):
        name = ("guide", "reference", "notes")[number % 3]
        sandbox.create(f"{name}/page-{number}", title=f"Page {number}", content=WIDE)
    return sandbox


@pytest.mark.parametrize("width", [360, 1440])
def test_the_page_is_in_view_and_nothing_has_to_be_scrolled_sideways(
    browser: Browser, large: Sandbox, width: int
) -> None:
    browser.size(width, 740)
    browser.open(f"{large.url}/guide/page-3")
    assert browser.one("h1").rect["y"] < 150
    over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.js(over) == 0


def test_on_a_phone_the_list_is_one_touch_away_and_shows_the_current_page(
    browser: Browser, large: Sandbox
) -> None:
    browser.size(360, 740)
    browser.open(f"{large.url}/guide/page-3")
    browser.one(".narrow").click()
    assert 0 <= browser.js("return document.querySelector('nav').getBoundingClientRect().top") < 300
    assert browser.shown("nav a[aria-current]") == ["Page 3"]
    assert len(browser.shown("nav a")) < 200
    assert browser.small_targets("body > header a, nav a, nav summary") == []


def test_a_folder_unfolds_and_leads_to_its_pages(browser: Browser, large: Sandbox) -> None:
    browser.open(f"{large.url}/guide/page-3")
    (folder,) = (one for one in browser.all("nav summary") if one.text.startswith("reference"))
    assert folder.text == "reference 167"
    folder.click()
    next(one for one in browser.all("nav a") if one.text == "Page 1").click()
    assert browser.one("h1").text == "Page 1"


@pytest.mark.parametrize(("locale", "side"), [("en", "left"), ("he", "right")])
def test_a_page_is_written_in_the_direction_of_its_language(
    browser: Browser, locale: str, side: str
) -> None:
    with Sandbox((locale,)) as sandbox:
        sandbox.create("about", locale=locale, title="About", content="Text.")
        browser.open(f"{sandbox.url}/about")
        browser.js("document.querySelector('article p').style.width = 'fit-content'")
        place, around = browser.one("article p").rect, browser.one("main").rect
    left = place["x"] - around["x"]
    right = around["x"] + around["width"] - place["x"] - place["width"]
    assert (left < right) == (side == "left")


def test_a_system_that_prefers_dark_gets_a_dark_page(browser: Browser, large: Sandbox) -> None:
    browser.dark()
    browser.open(f"{large.url}/guide/page-3")
    assert sum(browser.colour("body")) < 150
    assert sum(browser.colour("h1", "color")) > 500
    assert sum(browser.colour("nav a[aria-current]", "color")) > 400
