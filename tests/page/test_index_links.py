"""The relative links of an index file, translated to the wiki and back."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wikisync.page.index_links import target_in_file, target_on_wiki, to_file, to_wiki
from wikisync.page.links import LinkKind, is_relative
from wikisync.page.model import ContentType


@pytest.mark.parametrize(
    ("in_file", "on_wiki"),
    [
        ("[x](a.md)", "[x](guide/a.md)"),
        ("![x](img/a.png 'title')", "![x](guide/img/a.png 'title')"),
        ("[x](../x.md)", "[x](x.md)"),
        ("[x](../../x.md#y)", "[x](../x.md#y)"),
        ("[x](./a.md)", "[x](guide/./a.md)"),
        ("[x](<a b.md>)", "[x](<guide/a b.md>)"),
        ("[x][r]\n\n[r]: a.md", "[x][r]\n\n[r]: guide/a.md"),
        ('<img src="a.png">', '<img src="guide/a.png">'),
        # What has no path, is absolute, or lies elsewhere is the same on both sides.
        ("[x](#a) [x](?b) [x](/c.md) [x](//d/e.md) [x](https://f.g/h.md)",) * 2,
        ("[x](mailto:a@b.c) <https://a.b>",) * 2,
        # Wiki.js reads a link without a dot as below the page, and so does the reader of the file.
        ("[x](two) [x](two/three#four)",) * 2,
        # An image without a dot is still a file.
        ("![x](two)", "![x](guide/two)"),
        # What would be one target on the wiki is kept apart.
        ("[x](../guide/a.md)", "[x](./guide/a.md)"),
        ("[x](../two)", "[x](./two)"),
        ("`[x](a.md)`",) * 2,
        ("```\n[x](a.md)\n```\n\n    [x](a.md)\n",) * 2,
        ("<!-- [x](a.md) -->",) * 2,
    ],
)
def test_a_file_of_guide_is_read_as_the_page_guide_and_back(in_file: str, on_wiki: str) -> None:
    assert to_wiki(in_file, "markdown", "guide") == on_wiki
    assert to_file(on_wiki, "markdown", "guide") == in_file


def test_what_the_wiki_calls_by_itself_is_a_path_upwards_in_the_file() -> None:
    assert to_file("[x](b.md) ![y](img/c.png)", "markdown", "guide") == (
        "[x](../b.md) ![y](../img/c.png)"
    )


def test_a_folder_whose_name_has_signs_of_markdown_is_written_encoded() -> None:
    assert to_wiki("[x](a.md)", "markdown", "a(b") == "[x](a%28b/a.md)"
    assert to_wiki("![x](a.png)", "markdown", "été") == "![x](été/a.png)"


def test_without_a_folder_nothing_is_translated() -> None:
    assert to_wiki("[x](a.md)", "markdown", "") == "[x](a.md)"


def test_a_page_whose_links_are_unclear_is_left_alone() -> None:
    page = ":imagesdir: img\n\nlink:a.adoc[x] image::a.png[]\n"
    assert to_wiki(page, "asciidoc", "guide") == page == to_file(page, "asciidoc", "guide")


PARTS = [*"/:", "..", ".", "a", "b.md", "g", "g/", "./", "../", "?q", "#f", "%20", "é"]
TARGETS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=8).map("".join)
KINDS = st.sampled_from(["link", "image"])


@settings(max_examples=1000, deadline=None)
@given(TARGETS, KINDS)
def test_each_target_comes_back_as_it_was_from_either_side(target: str, kind: LinkKind) -> None:
    assert target_in_file(target_on_wiki(target, kind, "g/"), kind, "g/") == target
    assert target_on_wiki(target_in_file(target, kind, "g/"), kind, "g/") == target


@settings(max_examples=1000, deadline=None)
@given(TARGETS, KINDS)
def test_a_target_leads_to_the_same_place_from_both_sides(target: str, kind: LinkKind) -> None:
    there = target_on_wiki(target, kind, "g/")
    if not is_relative(target) or (kind == "link" and "." not in target):
        assert there == target  # Wiki.js resolves a link without a dot from /x/g/, as the file does
    else:
        assert urljoin("http://h/x/y/g", there) == urljoin("http://h/x/y/g/README", target)


LINKS = """[x](a.md);![x](img/a.png =1x2);[x](../b.md);[x](./c.md);[x](g/d.md);[x](two);[x](#y)
![x](<a b.png>);[r]: e.md;<img src='f.png'>;<a href="../g/h.md">y</a>;link:a.adoc[x]
image::b.png[]""".replace("\n", ";").split(";")
MARKS = [
    *"[)`$*#> |\\\n",
    "](",
    "\n\n",
    "```\n",
    "- ",
    "    ",
    "<!--",
    "-->",
    "<pre>",
    "</pre>",
    "\r\n",
]
PIECES = st.sampled_from([*LINKS, *MARKS, "----\n", "é"])
KINDS_OF_PAGES = st.sampled_from(["markdown", "html", "asciidoc"])


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=20).map("".join), KINDS_OF_PAGES)
def test_each_content_comes_back_as_it_was_from_either_side(
    content: str, kind: ContentType
) -> None:
    assert to_file(to_wiki(content, kind, "g"), kind, "g") == content
    assert to_wiki(to_file(content, kind, "g"), kind, "g") == content


@pytest.mark.parametrize(
    ("in_file", "on_wiki"),
    [
        ("xref:two.adoc#part[x]", "xref:guide/two.adoc#part[x]"),
        ("See <<../two.adoc#,x>>.", "See <<two.adoc#,x>>."),
        ("<<part,x>> xref:part[] xref:{two}.adoc[]",) * 2,
    ],
)
def test_references_of_asciidoc_to_other_files_are_translated_too(
    in_file: str, on_wiki: str
) -> None:
    assert to_wiki(in_file, "asciidoc", "guide") == on_wiki
    assert to_file(on_wiki, "asciidoc", "guide") == in_file
