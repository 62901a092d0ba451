"""The folder in a browser, as the wiki would show it: each save at once, and nothing runs."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from report.html.reports import HOSTILE
from support.preview_run import previewing, write
from support.workspace import Workspace, page
from wiki.hostile import Hostile, silence

if TYPE_CHECKING:
    from pathlib import Path

    from support.chromium import Browser
    from wikisync.sandbox import Sandbox

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ESCAPE = "\ue00c"
LONG = "\n\n".join(f"Paragraph {number}. " + "Words of it. " * 30 for number in range(60))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, "home.md", page("The front page", "See [one](/guide/one).\n"))
    write(tmp_path, "guide/one.md", page("Page one", f"# First\n\n{LONG}\n\n## Last\n\nEnd.\n"))
    write(tmp_path, "guide/two.md", page("Page two", "Text.\n", published="false"))
    return tmp_path


def enter(browser: Browser, address: str, file: str = "home.md") -> None:
    browser.open(address)
    browser.until(lambda: browser.all("#ws-tree li"), "the list of pages")
    base = browser.one("#ws-main").get_attribute("data-base")
    if file != "home.md":
        browser.open(f"{address.partition('/enter')[0]}{base}page/{file}")
        browser.until(lambda: browser.all("#ws-tree li"), "the list of pages")
    browser.until(
        lambda: int(browser.one("#ws-main").get_attribute("data-version") or 0) > 1, "the titles"
    )


def text(browser: Browser) -> str:
    return str(browser.js("return document.getElementById('ws-main').textContent"))


def shows(browser: Browser, words: str) -> None:
    browser.until(lambda: words in text(browser), words)


def top_of(browser: Browser, words: str) -> float:
    found = browser.js(
        "return [...document.querySelectorAll('article p')].find(one =>"
        " one.textContent.startsWith(arguments[0])).getBoundingClientRect().top",
        words,
    )
    return float(found)


def test_a_page_is_shown_with_its_title_links_and_list(browser: Browser, project: Path) -> None:
    with previewing(project) as address:
        enter(browser, address)
        assert browser.one("h1").text == "The front page"
        assert address.rpartition("/")[2] not in browser.driver.current_url
        browser.one("article a").click()
        browser.until(lambda: browser.one("h1").text == "Page one")
        assert browser.one("#ws-tree [aria-current]").text == "Page one"
        assert "draft" in browser.one("#ws-tree").text
        browser.driver.back()
        browser.until(lambda: browser.one("h1").text == "The front page")
        assert browser.messages() == []


def test_a_save_is_shown_and_the_reader_stays_in_their_place(
    browser: Browser, project: Path
) -> None:
    with previewing(project) as address:
        enter(browser, address, "guide/one.md")
        browser.js("document.querySelectorAll('article p')[40].scrollIntoView()")
        browser.js("window.kept = document.querySelectorAll('article p')[41]")
        before = top_of(browser, "Paragraph 40.")
        content = LONG.replace("Paragraph 3. ", "Paragraph 3. Edited. ").replace(
            "Paragraph 1. ", "New words. " * 200 + "\n\nParagraph 1. "
        )
        write(project, "guide/one.md", page("Page one", f"# First\n\n{content}\n\n## Last\n\nE.\n"))
        shows(browser, "Paragraph 3. Edited.")
        browser.until(lambda: abs(top_of(browser, "Paragraph 40.") - before) < 2, "the place")
        assert browser.js("return scrollY") > 1000


def test_only_what_differs_is_replaced(browser: Browser, project: Path) -> None:
    write(project, "a.md", "Before.\n\n<details><summary>More</summary>Hidden.</details>\n\nX.\n")
    with previewing(project) as address:
        enter(browser, address, "a.md")
        browser.one("article summary").click()
        browser.js("document.querySelector('article details').mark = 1")
        write(
            project, "a.md", "Before.\n\n<details><summary>More</summary>Hidden.</details>\n\nY.\n"
        )
        shows(browser, "Y.")
        assert browser.js("return document.querySelector('article details').mark") == 1
        assert browser.js("return document.querySelector('article details').open")


def test_a_save_by_renaming_a_new_file_is_shown(browser: Browser, project: Path) -> None:
    with previewing(project) as address:
        enter(browser, address)
        new = write(project, ".home.md.swp", page("The front page", "Saved by renaming.\n"))
        new.replace(project / "pages/home.md")
        shows(browser, "Saved by renaming.")


def test_a_renamed_page_is_followed(browser: Browser, project: Path) -> None:
    with previewing(project) as address:
        enter(browser, address, "guide/one.md")
        (project / "pages/guide").rename(project / "pages/manual")
        browser.until(lambda: browser.driver.current_url.endswith("/page/manual/one.md"))
        shows(browser, "/manual/one")
        browser.until(lambda: browser.all("#ws-tree [aria-current]"))


def test_a_tab_that_was_hidden_has_what_it_missed(browser: Browser, project: Path) -> None:
    hide = (
        "Object.defineProperty(document, 'hidden', { configurable: true, value: arguments[0] });"
        " document.dispatchEvent(new Event('visibilitychange'))"
    )
    with previewing(project) as address:
        enter(browser, address, "guide/two.md")
        browser.js(hide, True)
        (project / "pages/guide/two.md").rename(project / "pages/three.md")
        write(project, "home.md", page("Another title", "Text.\n"))
        browser.js(hide, False)
        browser.until(lambda: browser.driver.current_url.endswith("/page/three.md"))
        browser.until(lambda: "Another title" in browser.one("#ws-tree").text)


def test_a_deleted_page_says_so_and_is_shown_when_it_is_back(
    browser: Browser, project: Path
) -> None:
    with previewing(project) as address:
        enter(browser, address, "guide/two.md")
        (project / "pages/guide/two.md").unlink()
        shows(browser, "guide/two.md is not in the folder")
        write(project, "guide/two.md", page("Page two", "Back again.\n"))
        shows(browser, "Back again.")


def test_a_dead_link_is_marked_until_its_page_exists(browser: Browser, project: Path) -> None:
    write(project, "home.md", page("Home", "[a](/guide/three) [b](guide) [c](/guide/two)\n"))
    with previewing(project) as address:
        enter(browser, address)
        dead = browser.one("article .leads-dead")
        assert dead.text == "a"
        assert dead.get_attribute("title") == "There is no page /guide/three."
        assert dead.get_attribute("href") is None
        write(project, "guide/three.md", page("Page three", "Here.\n"))
        browser.until(lambda: len(browser.all("article .leads-page")) == 2)
        assert [one.text for one in browser.all("article .leads-dead")] == ["b"]


def test_an_image_of_the_folder_is_shown_and_follows_its_file(
    browser: Browser, project: Path
) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30' onload='harmed = 1'/>"
    write(project, "pictures/a.png", PNG)
    write(project, "pictures/b.svg", svg)
    write(project, "home.md", "![a](/pictures/a.png =20x20) ![b](pictures/b.svg) ![c](/no.png)\n")
    loaded = "return [...document.images].every(one => one.complete && one.naturalWidth)"
    with previewing(project) as address:
        enter(browser, address)
        browser.until(lambda: browser.js(loaded), "the images")
        assert len(browser.all("article img")) == 2
        assert browser.one("article .no-image.leads-dead").text.endswith("c")
        assert browser.js("return document.images[1].naturalWidth") == 40
        write(project, "pictures/b.svg", svg.replace("'40'", "'50'"))
        browser.until(lambda: browser.js("return document.images[1].naturalWidth") == 50)
        assert browser.js("return window.harmed") is None


def test_pages_are_found_by_their_title(browser: Browser, project: Path) -> None:
    with previewing(project) as address:
        enter(browser, address)
        browser.press("/")
        browser.press("two")
        browser.until(lambda: len(browser.all("#ws-tree li")) == 1)
        browser.press("\ue007")
        browser.until(lambda: browser.one("h1").text.startswith("Page two"))
        assert browser.one("main .ws-draft").text == "draft"


def test_both_themes_are_legible_and_the_button_changes_them(
    browser: Browser, project: Path
) -> None:
    with previewing(project) as address:
        enter(browser, address)
        assert sum(browser.colour("main")) > 700
        assert sum(browser.colour("article", "color")) < 250
        browser.dark()
        assert sum(browser.colour("main")) < 150
        assert sum(browser.colour("article", "color")) > 600
        browser.one("#ws-theme").click()
        assert browser.one("#ws-theme-name").text == "Light"
        assert sum(browser.colour("main")) > 700
        enter(browser, address, "guide/one.md")
        assert sum(browser.colour("main")) > 700


WIDE = "| a | b |\n|---|---|\n| " + "word " * 60 + "| " + "x" * 300 + " |\n\n```\n" + "y" * 400


def test_a_phone_needs_no_sideways_scroll(browser: Browser, project: Path) -> None:
    write(project, "guide/one.md", page("P" * 200, f"# {'h' * 200}\n\n{WIDE}\n```\n"))
    browser.size(360, 740)
    over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    with previewing(project) as address:
        enter(browser, address, "guide/one.md")
        assert browser.js(over) == 0
        assert browser.shown("#ws-tree a") == []
        browser.one("#ws-menu").click()
        browser.until(lambda: browser.shown("#ws-tree a"))
        assert browser.js(over) == 0
        next(one for one in browser.all("#ws-tree a") if one.text == "The front page").click()
        browser.until(lambda: browser.one("h1").text == "The front page")
        assert browser.shown("#ws-tree a") == []


def test_tabs_work_and_stay_chosen_over_a_save(browser: Browser, project: Path) -> None:
    tabs = "# T {.tabset}\n\n## One\n\nfirst\n\n## Two\n\nsecond\n\n# After\n\n"
    write(project, "tabs.md", f"{tabs}Old.\n")
    with previewing(project) as address:
        enter(browser, address, "tabs.md")
        assert browser.shown(".tabset-panel") == ["first"]
        browser.all(".tabset label")[1].click()
        assert browser.shown(".tabset-panel") == ["second"]
        write(project, "tabs.md", f"{tabs}New.\n")
        shows(browser, "New.")
        assert browser.shown(".tabset-panel") == ["second"]


def test_hostile_pages_run_nothing_and_ask_nobody_else(browser: Browser, project: Path) -> None:
    for number, body in enumerate(HOSTILE):
        text = body.replace("\0", "")
        write(project, f"harm-{number}.md", page(f"<b onclick='harmed = 1'>{number}", f"{text}\n"))
        write(project, f"harm-{number}-html.html", f"<!--\ntitle: Harm\n-->\n\n{text}\n")
    with previewing(project) as address:
        enter(browser, address)
        browser.requests()
        names = [
            f"harm-{number}{end}" for number in range(len(HOSTILE)) for end in (".md", "-html.html")
        ]
        base = browser.one("#ws-main").get_attribute("data-base")
        origin = address.partition("/enter")[0]
        for name in names:
            browser.open(f"{origin}{base}page/{name}")
            browser.js("document.querySelectorAll('details').forEach(one => { one.open = true })")
            assert browser.js("return window.harmed") is None, name
            assert browser.one("#ws-main").is_displayed()
            assert browser.one(".ws-bar").is_displayed()
        asked = [one for one in browser.requests() if not one.startswith("data:")]
        assert {urlsplit(one).netloc for one in asked} == {urlsplit(address).netloc}


def test_the_end_of_the_preview_is_said(browser: Browser, project: Path) -> None:
    with previewing(project) as address:
        enter(browser, address)
    browser.until(lambda: browser.shown("#ws-state"), "the end was never said")
    assert "has ended" in browser.one("#ws-state").text


def test_what_changed_since_the_last_sync_is_one_click_away(
    browser: Browser, tmp_path: Path, sandbox: Sandbox
) -> None:
    workspace = Workspace(tmp_path, sandbox)
    workspace.push(one=page("One", "First words.\n\n- a\n"), two=page("Two", "Text.\n"))
    workspace.change("one.md", "First words.", "First new words.")
    workspace.change("one.md", "title: One", "title: Another")
    write(tmp_path, "three.md", page("Three", "Text.\n"))
    with previewing(tmp_path) as address:
        enter(browser, address, "two.md")
        assert browser.one(".ws-compare").text == "Compare with the wiki"
        enter(browser, address, "three.md")
        assert "was not synced yet" in browser.one(".ws-compare").text
        enter(browser, address, "one.md")
        browser.one(".ws-compare a").click()
        browser.until(lambda: browser.all("article ins"))
        assert [one.text.strip() for one in browser.all("article ins")] == ["new"]
        assert "Title: One → Another" in browser.one(".ws-changes").text
        workspace.change("one.md", "- a", "- b c")
        browser.until(lambda: len(browser.all("article ins, article li.ws-added")) == 2)
        browser.one(".ws-compare a").click()
        browser.until(lambda: not browser.all("article ins"))
        assert browser.messages() == []


def test_a_page_is_compared_with_the_wiki_at_a_click_and_follows_saves_and_runs(
    browser: Browser, tmp_path: Path, sandbox: Sandbox
) -> None:
    workspace = Workspace(tmp_path, sandbox)
    workspace.push(one=page("One", "First words.\n\n- a\n"))
    sandbox.edit("one", content="First words there.\n\n- a\n", title="One")
    with previewing(tmp_path, env={"WIKISYNC_TOKEN": sandbox.token}) as address:
        enter(browser, address, "one.md")
        asked = len(sandbox.requests)
        browser.one("[data-asks]").click()
        browser.until(lambda: browser.all("article del"))
        assert [one.text.strip() for one in browser.all("article del")] == ["there"]
        assert "wikisync pull brings it here" in browser.one(".ws-changes").text
        workspace.change("one.md", "- a", "- b c")
        browser.until(lambda: "wikisync sync merges" in browser.one(".ws-changes").text)
        assert len(sandbox.requests) == asked + 1
        workspace.run("sync", "--yes").ok()
        browser.until(lambda: "is the same on 127.0.0.1" in browser.one(".ws-changes").text)
        assert sandbox.token not in browser.driver.page_source
        assert browser.messages() == []


def test_a_wiki_that_is_slow_is_waited_for_in_words(
    browser: Browser, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wikisync.preview.wiki.SECONDS", 1.0)
    with Hostile([silence]) as server:
        env = {"WIKISYNC_TOKEN": "x", "WIKISYNC_URL": server.url}
        with previewing(project, env=env) as address:
            enter(browser, address)
            browser.one("[data-asks]").click()
            browser.until(lambda: "Asking 127.0.0.1" in browser.one("#ws-state").text)
            write(project, "home.md", page("The front page", "Saved meanwhile.\n"))
            browser.until(lambda: "Not compared with the wiki" in text(browser))
            assert browser.shown("#ws-state") == []
            shows(browser, "Saved meanwhile.")


def test_escape_ends_the_search_and_closes_the_list(browser: Browser, project: Path) -> None:
    with previewing(project) as address:
        browser.size(360, 740)
        enter(browser, address)
        browser.press("/")
        browser.press("two")
        browser.until(lambda: browser.shown("#ws-tree a"))
        browser.press(ESCAPE)
        assert browser.one("#ws-search").get_attribute("value") == ""
        assert browser.shown("#ws-tree a") == []
        browser.one("#ws-menu").click()
        browser.press(ESCAPE)
        assert browser.shown("#ws-tree a") == []
        assert browser.js("return document.activeElement.id") == "ws-menu"
