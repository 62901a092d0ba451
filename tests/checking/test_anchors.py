"""The anchors of a page, as Wiki.js makes them."""

from __future__ import annotations

from wikisync.checking.anchors import anchors_of, has_anchor
from wikisync.page.model import ContentType


def anchors(content: str, kind: ContentType = "markdown") -> list[str]:
    return sorted(anchors_of(content, kind) or ())


def test_headings_of_the_same_text_are_numbered() -> None:
    assert anchors("# A\n## A\n## A\n") == ["a", "a-1", "a-2"]


def test_marks_within_a_heading_are_no_text() -> None:
    content = "# The *new* `code` [link](x)\n\nUnder\n-----\n"
    assert anchors(content) == ["the-new-code-link", "under"]


def test_elements_have_anchors_of_their_own() -> None:
    content = "<a name='first'></a>\n\n## Title {#own}\n\n<h2 id='x'>Y</h2>\n"
    assert anchors(content) == ["first", "own", "title", "x"]
    assert anchors("<h1>A <b>b</b></h1><p id=p>", "html") == ["a-b", "p"]


def test_headings_in_code_are_none() -> None:
    assert anchors_of("```\n# A\n```\n", "markdown") == frozenset()


def test_anchors_of_asciidoc_are_not_known() -> None:
    assert anchors_of("== A\n", "asciidoc") is None


def test_the_top_and_footnotes_are_always_there() -> None:
    assert all(has_anchor(name, frozenset()) for name in ("", "top", "fn1", "fnref2"))
    assert not has_anchor("Top", frozenset({"x"}))
