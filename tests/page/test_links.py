"""The links and images of a page's content, with their exact positions."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from wikisync.page.links import find_links, is_relative
from wikisync.page.model import ContentType

KINDS: list[ContentType] = ["markdown", "html", "asciidoc"]


def targets(content: str, kind: ContentType = "markdown") -> list[tuple[str, str]]:
    found = find_links(content, kind)
    assert not found.doubt
    for link in found.links:
        assert content[link.start : link.end] == link.target
    return [(link.kind, link.target) for link in found.links]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('a [b](c.md "t") [d](e.md)', [("link", "c.md"), ("link", "e.md")]),
        ("![i](img/a.png 'x')", [("image", "img/a.png")]),
        ("![i](d.png =10x20) ![i](e.png =50%x)", [("image", "d.png"), ("image", "e.png")]),
        ("[![n](e.png)](<f g.md>)", [("image", "e.png"), ("link", "f g.md")]),
        ("[a](b%20c.md#x?y)", [("link", "b%20c.md#x?y")]),
        ("[a](b(c).md)", [("link", "b(c).md")]),
        ("[m](\n  n.md\n  'title')", [("link", "n.md")]),
        ("[a][r]\n\n[r]: b/c.md 'x'\n[s]:\n  <d e.md>\n", [("link", "b/c.md"), ("link", "d e.md")]),
        ("[r]: a.md\n[r]: b.md\n", [("link", "a.md"), ("link", "b.md")]),
        ("> - [a](b.md)\n>   [c](d.md)\nlazy [e](f.md)", [("link", x + ".md") for x in "bdf"]),
        ("# [a](b.md) ##\n\n[c](d.md)\n===\n", [("link", "b.md"), ("link", "d.md")]),
        ("| [a](b.md) | x |\n|--|--|\n| x | [a](b.md) |\n", [("link", "b.md"), ("link", "b.md")]),
        ('x <a href="b.md">c</a> <img src=d.png>', [("link", "b.md"), ("image", "d.png")]),
        (
            "<video poster='p.png' src=\"v.mp4\">\n<source src=w.webm/>\n</video>\n",
            [("image", "p.png"), ("image", "v.mp4"), ("image", "w.webm/")],
        ),
        ("costs $5 [a](b.md) and $6", [("link", "b.md")]),
        ("[^1] x\n\n[^1]: note\n", []),
        ("[a]() [b](<>) ![](<>)", []),
    ],
)  # fmt: skip
def test_markdown_links_are_found_where_they_are(
    content: str, expected: list[tuple[str, str]]
) -> None:
    assert targets(content) == expected
    windows = content.replace("\n", "\r\n")
    assert targets(windows) == expected


@pytest.mark.parametrize(
    "content",
    [
        "`[a](b.md)`",
        "```\n[a](b.md)\n```\n",
        "~~~md\n![a](b.md)\n~~~\n",
        "    [a](b.md)\n",
        "- x\n\n      [a](b.md)\n",
        "<!-- [a](b.md) <img src='c.png'> -->",
        "x <!-- [a](b.md) --> y",
        "<pre>\n[a](b.md)\n<img src=c.png>\n\n</pre>\n",
        "x <pre> [a](b.md) <a href='b.md'>x</a> </pre>",
        "<script>\nx = '<a href=\"b.md\">'\n</script>\n",
        r"\[a](b.md) \![a] (b.md)",
        "<https://a.b/c.md> <me@a.b>",
        "$a [b](c.md) d$ $$[b](c.md)$$",
        "[[two]] [two]",
        "[a](b c.md)",
    ],
)
def test_code_comments_and_preformatted_text_have_no_links(content: str) -> None:
    assert targets(content) == []


def test_html_links_are_found_where_they_are() -> None:
    page = (
        '<p><a href="a.html?x&amp;y">x</a><!-- <a href="n"> --><img\n class="x" SRC=b.png alt>'
        '<pre><a href="no"></pre><figure><video poster=\'p.png\'><source src="v.mp4"/></video>'
        "<script>x = '<a href=\"q\">'</script><a name=x>y</a><a href=''>z</a>"
    )
    assert targets(page, "html") == [
        ("link", "a.html?x&amp;y"),
        ("image", "b.png"),
        ("image", "p.png"),
        ("image", "v.mp4"),
    ]
    assert find_links(page, "html").links[0].address == "a.html?x&y"


def test_asciidoc_links_are_found_where_they_are() -> None:
    page = (
        "= T\n\nlink:a.adoc[x] image:b.png[] \\link:no[x]\n\nimage::c.png[alt,100]\n\n----\n"
        "link:no[x]\n----\n\n....\nimage::no[]\n....\n\n// link:no[x]\n link:no[x]\n"
    )
    assert targets(page, "asciidoc") == [("link", "a.adoc"), ("image", "b.png"), ("image", "c.png")]


def test_line_and_column_count_from_one() -> None:
    content = "x\r\n\r\n[a](b.md) ![c](d.png)\n"
    assert [(x.line, x.column) for x in find_links(content, "markdown").links] == [(3, 5), (3, 16)]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (":imagesdir: img\n\nimage::a.png[]\n", "asciidoc"),
        ("<div>\n<!-- x\n\n[a](b.md)\n", "markdown"),
        ("<p><a href='a'>x</a><!-- x", "html"),
        ("| [a\\|b](c.md) |\n|--|\n", "markdown"),
    ],
)
def test_a_page_whose_links_are_unclear_has_none_and_says_why(
    content: str, kind: ContentType
) -> None:
    found = find_links(content, kind)
    assert found.links == ()
    assert found.doubt


@pytest.mark.parametrize(
    ("target", "relative"),
    [
        ("a", True), ("a/b.md#c", True), ("./a", True), ("../a", True), ("a?b:c", True),
        ("a/b:c", True), ("", False), ("#a", False), ("?a", False), ("/a", False),
        ("//a/b", False), ("http:a", False), ("mailto:a@b", False), ("&#109;ailto:a@b", False),
        ("{{ x }}/a", False), ("C:\\a", False),
    ],
)  # fmt: skip
def test_a_relative_target_has_a_path_of_its_own(target: str, relative: bool) -> None:
    assert is_relative(target) is relative


MARKS = [
    *"[]()<>`|*_$\\\n\té ",
    "](",
    "![",
    "```\n",
    "\n\n",
    "\r\n",
    "    ",
    "> ",
    "- ",
    "# ",
    "--",
]
LINKS = ["a.md", "[r]: c.md\n", "[a](d.md)", "![a](e.png)", "[^1]: ", '"x"', "<img src='b.png'>"]
HTML = ["<a href=", "<!--", "-->", "<pre>", "</pre>"]
PIECES = st.sampled_from([*MARKS, *LINKS, *HTML])
PLAIN = [piece for piece in (*MARKS, *LINKS) if not set(piece) & set("<>$=^")]
"""What Wiki.js reads as CommonMark does."""


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PLAIN), max_size=25).map("".join))
def test_every_link_that_markdown_has_is_found_once_and_no_other(content: str) -> None:
    found = find_links(content, "markdown")
    if found.doubt:
        return
    md = MarkdownIt("js-default", {"html": True})
    env: dict[str, dict[str, dict[str, str]]] = {}
    shown = sorted(_targets(md.parse(content, env)))
    defined = {one["href"] for one in env.get("references", {}).values()}
    ours = sorted(md.normalizeLink(unescapeAll(link.target)) for link in found.links)
    assert [one for one in shown if one and one not in defined] == [
        one for one in ours if one not in defined
    ]


def _targets(tokens: list[Token]) -> list[str]:
    found: list[str] = []
    for token in tokens:
        if token.type == "link_open" and token.info != "auto":
            found.append(str(token.attrs["href"]))
        elif token.type == "image":
            found.append(str(token.attrs["src"]))
            continue
        found += _targets(token.children or [])
    return found


@settings(max_examples=300, deadline=None)
@given(
    st.lists(PIECES, max_size=25).map("".join), st.sampled_from(["markdown", "html", "asciidoc"])
)
def test_no_content_makes_the_search_fail(content: str, kind: ContentType) -> None:
    found = find_links(content, kind)
    for link in found.links:
        assert content[link.start : link.end] == link.target
        assert link.target


@pytest.mark.parametrize("piece", ["[", "![a](", "[a](", "`", "<div><", "[x]:", "![[a](b)"])
@pytest.mark.parametrize("kind", ["markdown", "html"])
def test_a_hostile_page_is_searched_to_its_end(piece: str, kind: ContentType) -> None:
    found = find_links(piece * (30_000 // len(piece)) + "](", kind)
    assert all(link.target for link in found.links)


def test_html_with_thousands_of_tags_that_do_not_end_is_not_parsed() -> None:
    """The parser of the standard library takes the square of their number."""
    assert find_links("<a " * 1_000_000, "html").doubt == "tags in its HTML do not end"


def test_the_parser_is_loaded_only_for_a_page_that_may_have_links() -> None:
    code = "import sys; from wikisync.page.links import find_links; find_links('x', 'markdown')"
    code += "; sys.exit('markdown_it' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
