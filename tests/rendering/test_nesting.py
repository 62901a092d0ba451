"""HTML that nests deep is found before it is cleaned, whatever hides it."""

from __future__ import annotations

import pytest

from wikisync.rendering.deadline import TooSlow
from wikisync.rendering.nesting import MANY, nests_too_deep
from wikisync.rendering.page_html import LONGEST, LONGEST_SOURCE, render_source
from wikisync.rendering.slugs import Anchors
from wikisync.rendering.tree import parse_html


def deep(html: str) -> bool:
    return nests_too_deep(html, lambda: None)


@pytest.mark.parametrize(
    "level",
    [
        "<div>",
        "<ul><li>",
        "<DIV\n>",
        "<div/>",
        "<section title='</section>'>",
        '<section title="></section>">',
        "<div><!-- </div> -->",
        "<div><table></div>",
        "<div><select></div>",
        "<div><textarea></div></textarea>",
        "<div><title></div></title>",
        "<div><noscript></div></noscript>",
        "<div></span>",
        "<div><svg></div></svg>",
    ],
)
def test_elements_that_are_not_closed_in_order_count_as_open(level: str) -> None:
    assert deep(level * (MANY + 1))


@pytest.mark.parametrize(
    "block",
    [
        "<div><p>a <b title='</b>'>b</b><br><img src=a></p></div>\n",
        "<table><tr><td>a</td><td>b < c</td></tr></table>",
        "<!-- <div> --><p>a</p>",
        "<div><!--></div><!-- -->",
        "<div a=b'c></div '>",
        "<p><script>if (a < b) {}</script></p>",
    ],
)
def test_a_long_page_that_closes_what_it_opens_is_not_deep(block: str) -> None:
    assert not deep(block * MANY)


def test_a_short_page_is_never_deep() -> None:
    assert not deep("<div>" * MANY)


def test_the_time_is_looked_at() -> None:
    def check() -> None:
        raise TooSlow

    with pytest.raises(TooSlow):
        nests_too_deep("<p>a</p>" * MANY, check)
    with pytest.raises(TooSlow):
        parse_html("<p>a</p>", check)


def test_of_a_long_source_the_start_is_shown() -> None:
    found = render_source("a" * LONGEST, "long")
    assert found.notes == {"long", "cut"}
    assert len(found.html) < LONGEST_SOURCE + 100


def test_thousands_of_equal_headings_get_their_anchors_at_once() -> None:
    anchors = Anchors()
    found = [anchors.add("a") for _ in range(50_000)]
    assert found[:3] == ["a", "a-1", "a-2"]
    assert found[-1] == "a-49999"
    assert anchors.add("a-3") == "a-3-1"
    assert anchors.add("1") == "h-1"
