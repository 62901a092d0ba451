"""What a newcomer sees in the browser."""

from __future__ import annotations

import re

import pytest

from support.graphql_client import browse
from wikisync.sandbox import Sandbox
from wikisync.sandbox.page_tree import SMALL


def text(sandbox: Sandbox, path: str) -> str:
    answer = browse(sandbox, path)
    assert (answer.status, answer.type) == (200, "text/html")
    return answer.body.decode()


def test_a_page_is_shown_with_its_title_description_and_tags(sandbox: Sandbox) -> None:
    sandbox.create(
        "guide/全部",
        title="A & B",
        description="about <it>",
        tags=["one", "two words"],
        content="**bold**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    )
    html = text(sandbox, "/guide/全部")
    for part in ("A &amp; B", "about &lt;it&gt;", ">one<", ">two words<", "<strong>bold</strong>"):
        assert part in html
    assert "<table>" in html
    assert text(sandbox, "/en/guide/全部") == html


def test_a_page_in_another_language_has_the_language_in_its_address(sandbox: Sandbox) -> None:
    sandbox.create("home", title="Home")
    sandbox.create("home", "fr", title="Accueil")
    assert "<h1>Accueil" in text(sandbox, "/fr")
    assert "<h1>Accueil" in text(sandbox, "/fr/home")
    assert "<h1>Home" in text(sandbox, "/")
    assert 'href="/fr/home"' in text(sandbox, "/")


def test_every_page_is_in_the_list_and_drafts_are_marked(sandbox: Sandbox) -> None:
    sandbox.create("one")
    sandbox.create("two", isPublished=False)
    html = text(sandbox, "/")
    assert 'href="/one"' in html
    assert html.count("unpublished") == 1
    assert text(sandbox, "/two").count("unpublished") == 2


def test_links_lead_where_the_wiki_leads_them_and_dead_ones_are_marked(sandbox: Sandbox) -> None:
    sandbox.create("guide/two")
    sandbox.create("guide", content="[a](two#x) [b](/guide/two) [c](three) [d](two.md)")
    html = text(sandbox, "/guide")
    assert html.count('<a class="leads-page" href="/guide/two') == 2
    assert 'href="/guide/two#x"' in html
    assert '<a class="leads-dead" href="/guide/three"' in html
    assert '<a class="leads-unknown" href="two.md"' in html


def test_the_page_that_is_shown_is_marked_in_the_list(sandbox: Sandbox) -> None:
    for path in ("home", "guide", "guide/a", "guide/b"):
        sandbox.create(path)
    sandbox.create("guide/a", "fr")
    assert re.findall('href="([^"]+)" aria-current', text(sandbox, "/guide/a")) == ["/guide/a"]
    assert re.findall('href="([^"]+)" aria-current', text(sandbox, "/fr/guide/a")) == [
        "/fr/guide/a"
    ]
    assert "aria-current=" not in browse(sandbox, "/nowhere").body.decode()


def test_in_a_large_wiki_only_the_folders_of_the_page_are_open(sandbox: Sandbox) -> None:
    for number in range(SMALL + 1):
        sandbox.create(f"{'ab'[number % 2]}/deep/page-{number}")
    sandbox.create("a")
    html = text(sandbox, "/a/deep/page-0")
    folders = re.findall(r"<details( open)?><summary>(?:<[^>]+>)?([^<]+)", html)
    assert folders == [(" open", "a"), (" open", "deep"), ("", "b"), ("", "deep")]
    assert html.count("<li>") == SMALL + 1 + 4
    assert 'href="/b/deep/page-1"' in html


def test_in_a_small_wiki_all_folders_are_open_and_home_is_first(sandbox: Sandbox) -> None:
    for path in ("about", "home", "guide/a"):
        sandbox.create(path)
    html = text(sandbox, "/about")
    assert "<details open>" in html
    assert "<details>" not in html
    assert re.findall('<li><a href="([^"]+)"', html) == ["/home", "/about", "/guide/a"]


@pytest.mark.parametrize("path", ["a&b/<i>", "<script>/x", 'q"q/z'])
def test_a_name_in_the_list_adds_no_element(sandbox: Sandbox, path: str) -> None:
    sandbox.create("b")
    sandbox.create(path, title="<script>")
    html = text(sandbox, "/b")
    assert "<i>" not in html
    assert "<script" not in html
    assert 'q"q' not in html


def test_an_empty_wiki_says_that_it_is_empty(sandbox: Sandbox) -> None:
    assert "no page" in text(sandbox, "/")


@pytest.mark.parametrize("path", ["/nowhere", "/fr/nowhere", "/<script>alert(1)</script>"])
def test_an_unknown_address_is_a_404_page(sandbox: Sandbox, path: str) -> None:
    answer = browse(sandbox, path)
    assert (answer.status, answer.type) == (404, "text/html")
    assert b"<script" not in answer.body


@pytest.mark.parametrize("editor", ["markdown", "ckeditor", "code", "asciidoc"])
def test_nothing_in_a_page_can_run(sandbox: Sandbox, editor: str) -> None:
    content = "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> [x](javascript:alert(1))"
    sandbox.create(
        "a",
        content=content,
        editor=editor,
        title="<script>",
        tags=["<script>"],
        scriptJs="alert(1)",
        scriptCss="</style><script>",
    )
    answer = browse(sandbox, "/a")
    html = answer.body.decode()
    assert "<script" not in html
    assert "onerror" not in html.replace("&lt;img src=x onerror", "")
    assert 'href="javascript' not in html
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_a_get_of_the_endpoint_is_no_page(sandbox: Sandbox) -> None:
    assert browse(sandbox, "/graphql").status == 400
