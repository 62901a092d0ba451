"""Names and titles from pages do nothing on GitHub: no link, no HTML, no mention, no way out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from wikisync.github.markdown_text import MAX_LINE, code, escape, fence

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![](http://evil.example/x.png)",
    "[a]: http://evil.example",
    "**bold** _it_ ~~gone~~ `code`",
    "a | b \\| c",
    "</code></summary></details><h1>out</h1>",
    "<!-- hidden",
    "&lt;b&gt; &#60;b&#62;",
    "https://evil.example/ and www.evil.example",
    "$\\href{javascript:alert(1)}{x}$",
    "# heading",
    "\\",
    "``` fence",
]


class Seen(HTMLParser):
    """The tags and the text that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(markdown: str) -> Seen:
    """Markdown as GitHub reads it: with tables, HTML let through, bare addresses made links."""
    return Seen(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_shown_as_it_is_and_is_nothing_else(text: str) -> None:
    seen = rendered(f"- {code(text)}\n")
    assert seen.tags == ["ul", "li", "code"]
    assert seen.text.strip() == text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_one_cell_of_a_table(text: str) -> None:
    seen = rendered(f"| a | b |\n|---|---|\n| {code(text)} | x |\n")
    assert seen.tags.count("td") == 2
    assert text in seen.text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_does_nothing_in_a_summary_where_markdown_is_not_read(text: str) -> None:
    block = f"<details><summary>{code(text)} {escape(text)}</summary>\n\nbody\n\n</details>\n"
    seen = rendered(block)
    assert seen.tags == ["details", "summary", "code", "p"]
    assert seen.text.replace("\u2060", "").count(text) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_a_sentence_that_repeats_a_page_is_only_words(text: str) -> None:
    seen = rendered(f"It says {escape(text)} here.\n")
    assert seen.tags == ["p"]
    assert seen.text.strip().replace("\u2060", "") == f"It says {text} here."


def test_nobody_is_called_and_no_issue_is_referred_to() -> None:
    # GitHub looks for these in what was rendered, so that no entity keeps it from finding them.
    text = rendered(escape("@ann fixes #12, closes GH-12 and gh-7")).text
    assert "@ann" not in text
    assert "#12" not in text
    assert not re.search(r"gh-\d", text, re.IGNORECASE)
    assert text.replace("\u2060", "").strip() == "@ann fixes #12, closes GH-12 and gh-7"


def test_what_steers_a_screen_is_escaped() -> None:
    assert "\u202e" not in code("a\u202eb") + escape("a\u202eb") + fence(["a\u202eb"])
    assert "\n" not in code("a\nb") + escape("a\nb")


def test_no_line_ends_a_block_of_code() -> None:
    lines = [" ```", " `````", "+```", "+</details>", "+<script>", " ok"]
    seen = rendered(fence(lines))
    assert seen.tags == ["pre", "code"]
    assert seen.text.rstrip().splitlines() == lines


def test_a_line_without_end_is_cut() -> None:
    assert len(fence(["+" + "x" * 100_000])) < MAX_LINE + 50
