"""A review in a browser: ticked, published, shown; no page, site or stranger gets in between."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from report.html.reports import HOSTILE
from review.visitor import Visitor
from support.review_process import reviewing
from support.workspace import Workspace, page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.chromium import Browser
    from wikisync.sandbox import Sandbox


@pytest.fixture
def edited(tmp_path: Path, sandbox: Sandbox) -> Workspace:
    """Three pages, each with an edit here."""
    root = tmp_path / "project"
    root.mkdir()
    workspace = Workspace(root, sandbox)
    workspace.push(**{name: page(name.title(), "Text.\n") for name in ("one", "two", "three")})
    for name in ("one", "two", "three"):
        workspace.change(f"{name}.md", "Text.", f"Edited {name}.")
    return workspace


def contents(workspace: Workspace) -> dict[str, str]:
    return {row["path"]: row["content"].strip() for row in workspace.sandbox.pages()}


def tick(browser: Browser, name: str) -> None:
    (sandbox,) = (
        article.find_element("css selector", ".tick input")
        for article in browser.all("article")
        if article.find_element("css selector", "h2 .file:last-child").text == name
    )
    browser.js("arguments[0].scrollIntoView({ block: 'center' })", sandbox)
    sandbox.click()


TWO = {"one": "Edited one.", "two": "Text.", "three": "Edited three."}


def test_a_reviewer_ticks_two_of_three_pages_and_publishes_exactly_them(
    browser: Browser, edited: Workspace
) -> None:
    with reviewing(edited) as review:
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        assert review.address.rpartition("/")[2] not in browser.driver.current_url
        assert not browser.one("#go").is_enabled()
        tick(browser, "one.md")
        tick(browser, "three.md")
        assert browser.one("#told").text == "2 pages of 3 ticked."
        browser.one("#go").click()
        browser.until(lambda: browser.shown("#end"), "the end was never shown")
        assert browser.one("h1").text == "Published 2 pages"
        assert browser.driver.title.startswith("Published 2 pages")
        assert browser.shown(".outcome p") == ["updated on the wiki"] * 2
        assert browser.one("#remaining").text.endswith("two.md: not ticked.")
        said = browser.one("#end").text
        assert browser.messages() == []
        browser.driver.refresh()
        assert browser.one("#end").text == said
        assert browser.one("h1").text == "Published 2 pages"
        requests = browser.requests()
        browser.open("about:blank")
        result = review.end().ok()
    assert contents(edited) == TWO
    (totals,) = (line for line in result.out.splitlines() if line.startswith("3 pages"))
    assert totals == "3 pages: 2 updated on the wiki, 1 not ticked."
    assert totals in said
    origin = f"http://{urlsplit(review.address).netloc}/"
    assert all(address.startswith(origin) for address in requests)


def test_it_works_without_scripts(browser: Browser, edited: Workspace) -> None:
    with reviewing(edited) as review:
        browser.without_scripts()
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        tick(browser, "one.md")
        tick(browser, "three.md")
        browser.one("#go").click()
        review.end().ok()
        browser.until(lambda: browser.shown("#end"), "the end was never shown")
    assert contents(edited) == TWO
    assert browser.shown(".outcome p") == ["updated on the wiki"] * 2


def test_pages_are_ticked_with_a_key(browser: Browser, edited: Workspace) -> None:
    with reviewing(edited) as review:
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        browser.press("jxjjx")
        assert browser.one("#go").text == "Publish 2 pages"
        browser.one("#close").click()
        browser.until(lambda: browser.shown("#end"))
        assert browser.one("h1").text == "Nothing was published"
        assert browser.one("#end p").text == "Nothing was written."
        browser.open("about:blank")
        assert review.end().code == 4


def offset(browser: Browser) -> float:
    """How far the page is scrolled."""
    return float(browser.js("return scrollY"))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_page_that_changed_is_marked_and_the_others_are_published(
    browser: Browser, edited: Workspace, *, scripts: bool
) -> None:
    with reviewing(edited) as review:
        if not scripts:
            browser.without_scripts()
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        for name in ("one.md", "two.md", "three.md"):
            tick(browser, name)
        edited.change("two.md", "Edited two.", "Edited two again.")
        before = edited.sandbox.pages()
        browser.one("#go").click()
        browser.until(lambda: browser.shown("#changed"), "the message was never shown")
        assert edited.sandbox.pages() == before
        if scripts:
            browser.until(lambda: 0 <= browser.one("#changed").rect["y"] - offset(browser) < 500)
        assert browser.one("#go").text == "Publish the other 2 pages"
        (article,) = (one for one in browser.all("article") if "Edited two again." in one.text)
        assert "Changed during the review: its content changed in the folder." in article.text
        assert not article.find_element("css selector", ".tick input").is_selected()
        browser.one("#go").click()
        browser.until(lambda: browser.shown("#end"), "the end was never shown")
        browser.open("about:blank")
        review.end().ok()
    assert contents(edited) == TWO


def test_a_review_whose_program_was_ended_says_so(browser: Browser, edited: Workspace) -> None:
    with reviewing(edited) as review:
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        review.interrupt()
        review.end()
        browser.until(lambda: browser.shown("#end"))
    assert browser.shown("#go") == []
    assert browser.one("h1").text == "The review has ended"
    assert browser.all("#end.good") == []


def test_the_button_counts_what_is_deleted(browser: Browser, edited: Workspace) -> None:
    edited.remove("two.md")
    with reviewing(edited, "--delete") as review:
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        tick(browser, "two.md")
        assert browser.one("#go").text == "Delete 1 page"
        browser.one("#tick-all").click()
        assert browser.one("#go").text == "Publish 2, delete 1"
        assert browser.one("#tick-all").text == "Untick all shown"
        review.interrupt()
        review.end()


def test_ticks_and_what_was_seen_survive_a_reload(browser: Browser, edited: Workspace) -> None:
    with reviewing(edited) as review:
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        browser.press("jxmjx")
        browser.driver.refresh()
        assert browser.one("#go").text == "Publish 2 pages"
        assert browser.one("#seen-count").text == "1 seen"
        edited.change("one.md", "Edited one.", "Edited one again.")
        edited.change("three.md", "Edited three.", "Edited three again.")
        browser.one("#go").click()
        browser.until(lambda: browser.shown("#changed"))
        assert len(browser.all(".tick input:checked")) == 0  # both changed
        assert browser.shown("#seen-count") == []
        browser.driver.refresh()
        assert browser.one("#go").text == "Publish ticked pages"
        browser.one("#close").click()
        browser.until(lambda: browser.shown("#end"))
        browser.open("about:blank")
        review.end()


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_on_a_tick_publishes_and_ends_nothing(
    browser: Browser, edited: Workspace, *, scripts: bool
) -> None:
    before = edited.both_sides()
    with reviewing(edited) as review:
        if not scripts:
            browser.without_scripts()
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        (first, *_) = browser.all(".tick input")
        first.click()
        first.send_keys("\ue007")  # Enter
        if not scripts:
            requests = browser.requests()
            browser.until(
                lambda: any(one.endswith("/stay") for one in browser.requests() + requests)
            )
        assert first.is_selected()
        assert browser.one("#go").is_enabled()
        review.interrupt()
        assert review.end().code == 4
    assert edited.both_sides() == before


def test_on_a_phone_the_buttons_are_one_row_and_publish_is_the_first(
    browser: Browser, edited: Workspace
) -> None:
    browser.size(360, 740)
    edited.remove("two.md")
    with reviewing(edited, "--delete") as review:
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        browser.one("#tick-all").click()
        places = [button.rect for button in browser.all(".buttons button:not(.sr)")]
        assert len(places) == 3
        assert len({place["y"] for place in places}) == 1
        assert all(40 <= place["height"] < 50 for place in places)
        assert browser.small_targets(".tick, .seen") == []
        assert browser.one("#go").rect["x"] == min(place["x"] for place in places)
        review.interrupt()
        review.end()


def test_hostile_pages_run_nothing_in_a_review(browser: Browser, edited: Workspace) -> None:
    for number, text in enumerate(HOSTILE):
        body = text.replace("\0", "")
        edited.write(f"harm-{number}.md", page("Harm", f"{body}\n"))
        edited.write(f"harm-{number}-html.html", f"<!--\ntitle: Harm\n-->\n\n{body}\n")
    with reviewing(edited) as review:
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        browser.js("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert len(browser.all("article")) == len(HOSTILE) * 2 + 3
        assert browser.js("return window.harmed") is None
        assert browser.messages() == []
        origin = f"http://{urlsplit(review.address).netloc}/"
        assert all(address.startswith(origin) for address in browser.requests())
        review.interrupt()
        review.end()


ATTACK = """<!DOCTYPE html><title>Another site</title>
<form id="form" method="post" action="{room}publish"><input name="page" value="0">
<input name="token" value="{token}"></form>
<iframe src="{room}"></iframe>
<script>
  const sent = [];
  for (const [path, init] of {requests}) {{
    sent.push(fetch("{room}" + path, {{ credentials: "include", mode: "no-cors", ...init }}));
  }}
  Promise.allSettled(sent).then(() => document.getElementById("form").submit());
</script>
"""


@contextmanager
def another_site(html: str) -> Iterator[str]:
    """A site of its own on loopback: another port is another origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def test_another_site_in_the_same_browser_publishes_nothing_even_with_all_it_could_know(
    browser: Browser, edited: Workspace
) -> None:
    before = edited.both_sides()
    with reviewing(edited) as review:
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        room = browser.driver.current_url
        token = browser.one("[name=token]").get_attribute("value")
        form = {"method": "POST", "body": f"token={token}&page=0"}
        requests = json.dumps([["state", {}], ["publish", form], ["close", form]])
        html = ATTACK.format(room=room, token=token, requests=requests)
        with another_site(html) as address:
            browser.open(address)
            browser.until(lambda: browser.driver.current_url.endswith("/publish"))
        cookie = browser.run("Network.getCookies", urls=[room])["cookies"][0]
        here = Visitor(review.address, cookie=f"{cookie['name']}={cookie['value']}")
        here.room = urlsplit(room).path
        assert here.state()["phase"] == "open"
        review.interrupt()
        assert review.end().code == 4
    assert edited.both_sides() == before


@pytest.mark.parametrize("width", [360, 1400])
def test_a_review_needs_no_sideways_scroll(browser: Browser, edited: Workspace, width: int) -> None:
    browser.size(width, 740)
    with reviewing(edited) as review:
        browser.open(review.address)
        browser.until(lambda: browser.all("#go"))
        browser.one("#tick-all").click()
        over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.js(over) == 0
        review.interrupt()
        review.end()


NOSY = """#!{python}
import json, os, pathlib, sys
lines = [file.read_bytes().decode("utf-8", "replace")
         for file in pathlib.Path("/proc").glob("[0-9]*/cmdline") if os.access(file, os.R_OK)]
pathlib.Path({to!r} + ".new").write_text(json.dumps([sys.argv[1:], lines]))
os.replace({to!r} + ".new", {to!r})
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="command lines are read in /proc")
@pytest.mark.parametrize("scripts", [True, False])
def test_no_command_line_has_the_secret_and_the_page_that_has_it_is_its_owners_alone(
    browser: Browser, edited: Workspace, tmp_path: Path, *, scripts: bool
) -> None:
    home, seen = tmp_path / "home", tmp_path / "seen.json"
    home.mkdir()
    program = tmp_path / "bin" / "chromium"
    program.parent.mkdir()
    program.write_text(NOSY.format(python=sys.executable, to=str(seen)))
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    given = {"BROWSER": "chromium", "DISPLAY": ":99", "PATH": path, "HOME": str(home)}
    with reviewing(edited, browser=given) as review:
        browser.until(seen.exists, "no browser was opened")
        arguments, lines = json.loads(seen.read_text())
        secret = review.address.rpartition("/")[2]
        assert any("review" in line for line in lines)
        assert not any(secret in line for line in lines)
        (address,) = (each for each in arguments if each.startswith("file:"))
        file = Path(unquote(urlsplit(address).path))
        assert secret in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert file.parent.parent == home  # where a confined browser may look
        if not scripts:
            browser.without_scripts()
        browser.open(address)
        browser.until(lambda: browser.all("#go"))
        tick(browser, "one.md")
        browser.one("#go").click()
        browser.until(lambda: browser.shown("#end"))
        browser.open("about:blank")
        review.end().ok()
    assert contents(edited)["one"] == "Edited one."
    assert list(home.iterdir()) == []
