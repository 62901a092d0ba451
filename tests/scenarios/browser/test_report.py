"""The report in a browser: it shows, it obeys keys, it fits, and hostile pages do nothing in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from report.html.reports import conflicting, hostile_report, pair, report
from support.values import page
from wikisync.report.html import to_html

if TYPE_CHECKING:
    from pathlib import Path

    from support.chromium import Browser

LONG = "".join(f"Line {number} of a page that goes on for a while.\n" for number in range(40))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A report of five pages."""
    wide = f"| {'a' * 300} | b |\n|---|---|\n| 1 | 2 |\n\n```\n{'x' * 400}\n```\n\n{'w' * 300}\n"
    made = report(
        conflicting(),
        pair(page(LONG), page(LONG.replace("Line 20", "Row 20")), path="guide/install"),
        pair(None, page(f"# New\n\n{LONG}{wide}", title="A new page"), verb="create", path="new"),
        pair(page(LONG), None, verb="delete", path="old"),
        pair(page(), page(title="Renamed"), path=f"long/{'name' * 60}", fields=("title",)),
    )
    return written(tmp_path, to_html(made, "1 January 2026"))


def written(folder: Path, html: str) -> Path:
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    return file


def names(browser: Browser) -> list[str]:
    return [name for name in browser.shown("article h2 > .file:last-child") if len(name) < 50]


def current(browser: Browser) -> str:
    (found,) = browser.shown(".list a[aria-current] .file") or [""]
    return found


def test_the_page_shows_its_pages_without_a_complaint(browser: Browser, file: Path) -> None:
    browser.open(file)
    assert names(browser) == ["torn.md", "guide/install.md", "new.md", "old.md"]
    assert browser.shown("#p2 .change del") == ["Line"]
    assert browser.shown("#p2 .change ins") == ["Row"]
    assert browser.messages() == []
    assert browser.requests() == [file.as_uri()]


def test_j_and_k_go_from_page_to_page(browser: Browser, file: Path) -> None:
    browser.open(file)
    browser.press("jj")
    assert current(browser) == "guide/install.md"
    top = browser.js("return document.activeElement.getBoundingClientRect().top")
    assert browser.js("return document.activeElement.id") == "p2"
    assert 0 <= top < 120
    browser.press("k")
    assert current(browser) == "torn.md"
    browser.press("kk")
    assert current(browser) == "torn.md"


def test_slash_filters_by_path_and_title(browser: Browser, file: Path) -> None:
    browser.open(file)
    browser.press("/")
    browser.press("a new")
    assert names(browser) == ["new.md"]
    browser.press("zzz")
    assert browser.shown("#none") == ["No matching page."]
    browser.press("\ue00c")  # Escape
    assert len(names(browser)) == 4


def test_the_views_and_the_theme_have_keys(browser: Browser, file: Path) -> None:
    browser.open(file)
    assert side_by_side(browser) is False
    browser.press("s")
    assert side_by_side(browser) is True
    browser.press("u")
    assert side_by_side(browser) is False
    browser.press("tt")
    assert browser.js("return document.querySelector('#theme-dark').checked") is True


def side_by_side(browser: Browser) -> bool:
    """Whether what a line was stands beside what it becomes."""
    old, new = (browser.one(f"#p2 .change {side}").rect for side in (".o", ".n"))
    return bool(old["y"] == new["y"] and old["x"] < new["x"])


def test_help_tells_the_keys(browser: Browser, file: Path) -> None:
    browser.open(file)
    browser.press("?")
    assert "next, previous page" in browser.one("#help").text
    browser.press("\ue00c")
    assert browser.shown("#help") == []


def test_o_opens_the_preview_of_the_page_in_view(browser: Browser, file: Path) -> None:
    browser.open(file)
    browser.press("jjjjo")
    assert browser.shown("#p3 .rendered h1") == ["New"]
    assert browser.shown("#p2 .rendered p") == []


def test_a_chip_shows_only_its_pages_and_two_chips_those_of_both(
    browser: Browser, file: Path
) -> None:
    browser.open(file)
    browser.one("label[for=only-delete]").click()
    assert names(browser) == ["old.md"]
    assert browser.one("#shown").text == "1 of 5 pages"
    assert browser.one("#sums").text == "−40"
    browser.one("label[for=only-conflict]").click()
    assert names(browser) == ["torn.md", "old.md"]
    for name in ("delete", "conflict"):
        browser.one(f"label[for=only-{name}]").click()
    assert len(names(browser)) == 4
    assert browser.one("#shown").text == "5 pages"


def test_the_counts_and_the_sums_follow_the_filter(browser: Browser, file: Path) -> None:
    browser.open(file)
    assert chips(browser) == {"create": 1, "update": 2, "delete": 1, "conflict": 1}
    assert browser.one("#sums").text == "+53 −42"
    browser.press("/")
    browser.press("guide")
    assert chips(browser) == {"create": 0, "update": 1, "delete": 0, "conflict": 0}
    assert browser.one("#shown").text == "1 of 5 pages"
    assert browser.one("#sums").text == "+1 −1"


def chips(browser: Browser) -> dict[str, int]:
    words = [text.split() for text in browser.shown(".chip")]
    return {name: int(count) for name, count in words}


def test_the_keys_start_from_the_page_on_the_screen(browser: Browser, file: Path) -> None:
    browser.open(file)
    browser.press("j")
    browser.js("document.querySelector('#p3').scrollIntoView({ block: 'start' })")
    browser.press("o")
    assert browser.shown("#p3 .rendered h1") == ["New"]
    browser.press("j")
    assert current(browser) == "old.md"
    browser.js("document.querySelector('#p2').scrollIntoView({ block: 'start' })")
    browser.press("k")
    assert current(browser) == "torn.md"


def test_a_page_marked_as_seen_is_folded_and_stays_so(browser: Browser, file: Path) -> None:
    browser.open(file)
    browser.press("jjm")
    assert browser.one("#seen-count").text == "1 seen"
    assert browser.shown("#p2 .diff") == []
    assert len(browser.shown("#p3 .diff")) == 1
    browser.driver.refresh()
    assert browser.shown("#p2 .diff") == []
    assert browser.one("#seen-count").text == "1 seen"
    changed = file.read_text("utf-8").replace(digest(browser, "p2"), "0" * 24)
    file.write_text(changed, encoding="utf-8")
    browser.driver.refresh()
    assert len(browser.shown("#p2 .diff")) == 1
    assert browser.shown("#seen-count") == []


def digest(browser: Browser, page: str) -> str:
    return browser.one(f"#{page}").get_attribute("data-digest") or ""


def test_a_command_is_copied_whole(browser: Browser, file: Path) -> None:
    browser.open(file)
    button = browser.all("#p1 .hint .copy")[1]
    button.click()
    browser.until(lambda: browser.all(".copy.copied"))
    browser.one("#filter").send_keys("\ue009v")  # Ctrl-V
    copied = browser.js("return document.getElementById('filter').value")
    assert copied == "wikisync push torn.md --prefer local"


@pytest.mark.parametrize("width", [360, 768, 1400])
def test_the_header_of_a_long_page_stays_in_view(browser: Browser, file: Path, width: int) -> None:
    browser.size(width, 740)
    browser.open(file)
    browser.js("document.querySelector('#p3 .hunk').scrollIntoView({ block: 'end' })")
    header = browser.one("#p3 > header").rect
    seen = browser.js(
        "const box = document.querySelector('#p3 > header').getBoundingClientRect();"
        "const at = document.elementFromPoint(box.left + box.width / 2, box.top + 5);"
        "return [box.top, document.querySelector('#p3 > header').contains(at)]"
    )
    assert header["height"] < 120
    assert 0 <= seen[0] < 60
    assert seen[1] is True


def test_without_scripts_all_is_there_and_views_themes_and_filters_work(
    browser: Browser, file: Path
) -> None:
    browser.without_scripts()
    browser.open(file)
    assert names(browser) == ["torn.md", "guide/install.md", "new.md", "old.md"]
    assert browser.shown("#filter, #help-button, .copy, .seen") == []
    browser.one("label[for=view-split]").click()
    assert side_by_side(browser)
    browser.one("label[for=theme-dark]").click()
    assert sum(browser.colour(".all")) < 150
    browser.one("label[for=only-create]").click()
    assert names(browser) == ["new.md"]
    browser.one("#p3 details.preview summary").click()
    assert browser.shown("#p3 .rendered h1") == ["New"]


def test_the_first_thing_that_a_key_reaches_leads_past_all_others_to_the_pages(
    browser: Browser, file: Path
) -> None:
    browser.open(file)
    browser.press("\ue004")  # Tab
    reached = browser.driver.switch_to.active_element
    assert reached.text == "Skip to the pages"
    assert reached.rect["x"] >= 0
    reached.click()
    assert browser.js("return document.activeElement.id") == "pages"


def test_on_a_phone_whatever_is_pressed_is_high_enough_for_a_finger(
    browser: Browser, file: Path
) -> None:
    browser.size(360, 740)
    browser.open(file)
    pressed = ".segments label, .bar button, .chip, #filter, .seen, .copy, summary, .list a"
    assert browser.small_targets(pressed) == []


@pytest.mark.parametrize("width", [360, 768, 1024, 1400])
def test_no_screen_has_to_be_scrolled_sideways(browser: Browser, file: Path, width: int) -> None:
    browser.size(width, 740)
    browser.open(file)
    browser.js("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for view in ("view-split", "view-unified"):
        browser.js("document.getElementById(arguments[0]).click()", view)
        over = browser.js(
            "return [document.documentElement, ...document.querySelectorAll('article, .diff')]"
            ".map(one => one.scrollWidth - one.clientWidth)"
        )
        assert max(over) == 0
    assert browser.js(
        "const pre = document.querySelector('#p3 pre');return pre.scrollWidth > pre.clientWidth"
    )


def luminance(colour: tuple[int, ...]) -> float:
    parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """As WCAG 2 reckons it; text needs 4.5."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TEXTS = (
    *(("h1", ".all"), (".route", ".all"), (".sum p", ".all"), ("footer", ".all")),
    *((f".badge.{status}",) * 2 for status in ("create", "update", "delete", "conflict")),
    *((f".mark.{status}", ".list") for status in ("create", "update", "delete", "conflict")),
    *((".chip.create", ".list"), (".chip.delete", ".list"), (".command", ".command")),
    *((".what .dir", ".list"), (".seen", ".page"), ("#p2 ins.now",) * 2, ("#p2 del.was",) * 2),
    *((".side", ".page"), (".figures ins", ".page"), (".figures del", ".page")),
    *((".block.same b", ".page"), (".change .o b", ".change .o"), (".change .n b", ".change .n")),
    *((".change .o i", ".change .o"), (".change .n i", ".change .n")),
    *(("#p2 .change del",) * 2, ("#p2 .change ins",) * 2),
    *((".at", ".at"), (".hint", ".page"), (".left-out", ".page"), ("#filter", "#filter")),
)
"""Elements with text, and what they stand on."""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_enough_contrast_in_both_themes(
    browser: Browser, file: Path, dark: bool
) -> None:
    if dark:
        browser.dark()
    browser.open(file)
    assert (sum(browser.colour(".all")) < 150) is dark
    for text, ground in TEXTS:
        assert contrast(browser.colour(text, "color"), browser.colour(ground)) >= 4.5, text


def test_the_choice_of_a_theme_goes_before_the_systems(browser: Browser, file: Path) -> None:
    browser.dark()
    browser.open(file)
    browser.one("label[for=theme-light]").click()
    assert sum(browser.colour(".all")) > 600
    assert browser.one("html").value_of_css_property("color-scheme") == "light"


def test_a_hostile_page_runs_nothing_loads_nothing_and_covers_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    file = written(tmp_path, to_html(hostile_report(), "1 January 2026"))
    browser.open(file)
    browser.js("document.querySelectorAll('details').forEach(one => { one.open = true })")
    browser.js("document.querySelectorAll('article').forEach(one => one.scrollIntoView())")
    assert browser.js("return window.harmed") is None
    assert browser.requests() == [file.as_uri()]
    assert browser.messages() == []  # nothing was left for the policy to refuse
    assert browser.js("return document.querySelectorAll('article').length") == len(
        hostile_report().diffs
    )
    strays = browser.js(
        "return [...document.querySelectorAll('.rendered *')].filter(one =>"
        " ['fixed', 'sticky', 'absolute'].includes(getComputedStyle(one).position)).length"
    )
    assert strays == 0
    assert browser.driver.current_url == file.as_uri()


def test_the_policy_stops_a_script_even_where_one_had_got_in(
    browser: Browser, tmp_path: Path
) -> None:
    html = to_html(report(pair(page("a"), page("MARK"))), "1 January 2026")
    harm = (
        "<script>window.harmed = 1</script><img src='http://127.0.0.1:9/x.png' onerror='harmed=1'>"
    )
    browser.open(written(tmp_path, html.replace("<footer>", f"{harm}<footer>")))
    assert browser.js("return window.harmed") is None
    assert any("Content Security Policy" in message for message in browser.messages())
