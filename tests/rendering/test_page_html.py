"""A page rendered as Wiki.js 2.5.314 renders it: its marks, anchors, tabs, and what cannot run."""

from __future__ import annotations

from base64 import b64encode

import pytest

from report.html.reports import HOSTILE, Seen
from wikisync.checking.anchors import anchors_of
from wikisync.rendering.deadline import TooSlow
from wikisync.rendering.page_html import Address, Rendered, render_page
from wikisync.rendering.slugs import slug
from wikisync.rendering.tables import split_cells


class Everywhere:
    """Each link leads to a page, and each image is there."""

    def link(self, target: str) -> Address:
        if target.startswith("http"):
            return Address(target, "elsewhere")
        return Address(None, "dead", "no page") if "dead" in target else Address("/p/x", "page")

    def image(self, target: str) -> Address:
        if target.startswith("http"):
            return Address(None, "elsewhere", "not loaded")
        return Address(None, "dead") if "dead" in target else Address("/f/x", "file")


def shown(text: str, kind: str = "markdown") -> Rendered:
    return render_page(text, kind, Everywhere())


def html(text: str, kind: str = "markdown") -> str:
    return shown(text, kind).html.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("a ~~b~~ H~2~O x^2^", "<p>a <s>b</s> H<sub>2</sub>O x<sup>2</sup></p>"),
        ("- [x] a\n- [ ] b", 'type="checkbox" class="task-list-item-checkbox" disabled'),
        ("Text[^1]\n\n[^1]: Note", '<li id="fn1" class="footnote-item"><p>Note'),
        ("> a\n{.is-info}", '<blockquote class="is-info">\n<p>a</p>\n</blockquote>'),
        ("> a\n>\n> b\n{.is-danger}", '<blockquote class="is-danger">\n<p>a</p>\n<p>b</p>'),
        ("- a\n- b\n{.links-list}", '<ul class="links-list">\n<li>a</li>\n<li>b</li>'),
        ("- a\n- b\n\n{.grid-list}", '<ul class="grid-list">\n<li>a</li>\n<li>b</li>\n</ul>'),
        ("- a {.caption}\n- b", '<ul>\n<li class="caption">a</li>\n<li>b</li>'),
        ("| a |\n|---|\n| 1 |\n{.dense}", '<table class="dense">'),
        ("| a |\n|---|\n| 1 |\n\n{.dense}", '<table class="dense">'),
        ("a *b*{.caption} c", '<em class="caption">b</em> c'),
        ("# A {#own}", '<h1 id="own">'),
        ("no {attribute}", "<p>no</p>"),
        ("`{.is-info}`", "<p><code>{.is-info}</code></p>"),
        ("![a](/x.png =20x10)", '<img alt="a" width="20" height="10" src="/f/x"'),
        ("![a](/x.png =50%x)", 'width="50%" src="/f/x"'),
        ('![a](</x y.png> "t" =20x)', 'title="t" width="20" src="/f/x"'),
        ("www.wiki.com", 'href="http://www.wiki.com"'),
        ("to example.com.", '<a class="leads-elsewhere" href="http://example.com" target="_blank"'),
        ("see README.md", 'href="http://README.md"'),  # .md is a country
        ("see install.txt", "<p>see install.txt</p>"),
        ("[example.com](/x)", ">example.com</a></p>"),
        (":tada: :nope: x", '<p><span class="emoji">🎉</span> :nope: x</p>'),
        ("`:tada: :)` http://a.example/:D", "<p><code>:tada: :)</code> <a"),
        ("[[two]]", "<p>[[two]]</p>"),
        ("*[AB]: An <b>\n\nAB, ABC `AB`", '<abbr title="An &lt;b&gt;">AB</abbr>, ABC <code>AB'),
    ],
)
def test_markdown_is_rendered_with_the_marks_of_the_wiki(text: str, expected: str) -> None:
    assert expected in html(text)


def test_emoticons_stand_alone() -> None:
    found = html(":-) (;)) x:) :)x \\:) 8-) <3")
    plain = found.replace('<span class="emoji">', "").replace("</span>", "")
    assert plain == "<p>😃 (😉) x:) :)x 😃 😎 ❤️</p>"


HEADINGS = (
    "# A Title!\n\n## 2. Two\n\n## Über `uns`\n\n## A title\n\n## 全部\n\n## On :whale: it :D\n\n"
    "## :port: to\n\n## :one: more\n\n## हिन्दी में\n\n## ⚙\ufe0f Set up\n\n## 𝒳 y\n"
)
ANCHORS = [
    *("a-title", "h-2-two", "über-uns", "a-title-1", "全部", "on-it", "port-to", "more"),
    *("हिन्दी-में", "\ufe0f-set-up", "x-y"),
]


def test_headings_have_the_anchors_of_the_wiki() -> None:
    found = shown(HEADINGS)
    assert [heading.anchor for heading in found.headings] == ANCHORS
    assert anchors_of(HEADINGS, "markdown") == frozenset(ANCHORS)
    assert [heading.level for heading in found.headings] == [1, *[2] * 10]
    assert '<h1 id="a-title"><a class="toc-anchor" href="#a-title" aria-hidden="true">¶</a>' in (
        found.html
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A  B - C", "a-b-c"),
        ("snake_case~", "snake_case~"),
        ("a、b", "a-b"),
        ("--", "-"),
    ],
)
def test_an_anchor_is_made_of_the_text(text: str, expected: str) -> None:
    assert slug(text) == expected


TABS = "# Top {.tabset}\n\n## One\n\nfirst\n\n## Two\n\nsecond\n\n# After\n\nlast\n"


def test_headings_below_a_tabset_are_tabs() -> None:
    found = shown(TABS)
    assert [heading.text for heading in found.headings] == ["After"]
    seen = Seen(found.html)
    assert len(seen.all("input")) == len(seen.all("label")) == 2
    assert found.html.index("first") < found.html.index("second") < found.html.index("After")
    assert ">One</label>" in found.html


def test_more_tabs_than_the_style_covers_stay_headings() -> None:
    many = "# Top {.tabset}\n\n" + "".join(f"## T{number}\n\nx\n\n" for number in range(17))
    assert len(shown(many).headings) == 17


def test_mermaid_and_math_are_shown_as_their_source_with_a_note() -> None:
    found = shown("```mermaid\ngraph TD; A-->B\n```\n\nInline $a<b$\n\n$$\nx^2\n$$\n")
    assert found.notes == {"mermaid", "math"}
    assert "graph TD; A--&gt;B" in found.html
    assert '<span class="math">a&lt;b</span>' in found.html
    assert '<pre class="math">x^2</pre>' in found.html


@pytest.mark.parametrize("text", ["It costs $5 or $6.", "A $ alone", "`$a$`", "US$ 5 and US$ 6"])
def test_an_amount_of_money_is_no_math(text: str) -> None:
    assert shown(text).notes == frozenset()


def test_a_drawing_of_draw_io_is_a_picture_that_runs_nothing() -> None:
    data = b64encode(b"<svg onload='alert(1)'></svg>").decode()
    (image,) = Seen(html(f"```diagram\n{data}\n```")).all("img")
    assert image["src"] == f"data:image/svg+xml;base64,{data}"


def test_asciidoc_is_shown_as_source_and_html_as_html() -> None:
    assert shown("= A <b>", "asciidoc").html == '<pre class="source">= A &lt;b&gt;</pre>'
    assert shown("= A", "asciidoc").notes == {"asciidoc"}
    assert html('<p style="color:red;position:fixed">a</p>', "html") == (
        '<p style="color:red">a</p>'
    )


def test_links_and_images_show_what_they_lead_to() -> None:
    found = shown(
        "[a](b) [c](dead) [d](#x) [e](http://e.example) ![f](dead.png) ![g](http://e.example/g.png)"
    )
    links = Seen(found.html).all("a")
    assert [link.get("class") for link in links] == [
        *("leads-page", "leads-dead", None, "leads-elsewhere"),
    ]
    assert "href" not in links[1]
    assert links[1]["title"] == "no page"
    assert found.html.count('<span class="no-image') == 2
    assert found.notes == {"outside-image"}


SAFE = {
    *("a", "br", "b", "code", "details", "div", "em", "h1", "h2", "hr", "img", "input", "li"),
    *("ol", "p", "pre", "section", "span", "strong", "summary", "sup", "table", "tbody", "td"),
    *("th", "thead", "tr", "ul", "video", "audio", "wbr", "i", "u", "blockquote", "style"),
}


@pytest.mark.parametrize("kind", ["markdown", "html"])
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_acts_is_left_of_a_hostile_page(text: str, kind: str) -> None:
    for tag, attributes in Seen(shown(text, kind).html).elements:
        assert tag in SAFE - {"style"}
        assert not any(name.startswith("on") or name == "srcset" for name in attributes)
        assert "position" not in (attributes.get("style") or "")
        assert "url(" not in (attributes.get("style") or "").lower()
        assert attributes.get("src") in {None, "/f/x"}
        assert (attributes.get("href") or "#").startswith(("#", "/p/x", "http://evil.example"))


def test_a_page_cannot_use_ids_and_classes_of_the_page_around_it() -> None:
    assert html('<p id="ws-tree" class="ws-bar is-info">a</p>', "html") == (
        '<p class="is-info">a</p>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 20_000,
        "> " * 30_000,
        "- " * 5_000,
        "[" * 60_000,
        "{" * 60_000,
        "(http://a.b/(" * 60_000,
        "\ud83d",
    ],
)
def test_a_page_that_nests_without_end_is_rendered_all_the_same(text: str) -> None:
    shown(text)
    shown(text, "html")


def test_a_page_that_takes_too_long_is_shown_as_source() -> None:
    def check() -> None:
        raise TooSlow

    found = render_page("# A & b", "markdown", Everywhere(), check)
    assert found == Rendered('<pre class="source"># A &amp; b</pre>', notes=frozenset({"slow"}))


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| a | b |", ["a", "b"]),
        ("a|b", ["a", "b"]),
        ("| `a|b` | c |", ["`a|b`", "c"]),
        (r"| a \| b |", [r"a \| b"]),
        ("| `a | b |", ["`a", "b"]),
        (r"| \`a|b` |", [r"\`a", "b`"]),
        ("||", [""]),
    ],
)
def test_a_row_is_divided_as_the_wiki_divides_it(row: str, cells: list[str]) -> None:
    assert [cell.strip() for cell in split_cells(row)] == cells


def test_text_right_below_a_table_is_no_row_of_it() -> None:
    found = html("| a |\n|---|\n| 1 |\nText.\n")
    assert found.count("<tr>") == 2
    assert "<p>Text.</p>" in found


def test_a_table_is_not_filled_up_without_end() -> None:
    wide = "|a" * 2_000 + "|\n" + "|-" * 2_000 + "|\n" + "|\n" * 5_000
    assert html(wide).count("<td") <= 65_000
