"""The title that a page without one gets from its first real heading, as plain text."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wikisync.page.headings import first_heading
from wikisync.page.model import ContentType


@pytest.mark.parametrize(
    "content",
    [
        "# Title",
        "\n\n  # Title #",
        "Title\n=====\n",
        "<!-- # no\n# no -->\n\n# Title",
        "A paragraph,\nand more.\n\n# Title",
        "A paragraph\n# Title",
        "- [One](#one)\n- [Two](#two)\n\n# Title",
        "[[toc]]\n\n# Title",
        "## Contents\n\n- [One](#one)\n\n# Title\n\n# One",
        "```\n# no\n```\n\n# Title",
        "~~~~sh\n# no\n~~~\n# no\n~~~~\n# Title",
        "    # no\n\n# Title",
        "<pre>\n# no\n</pre>\n\n# Title",
        "> # no\n\n# Title",
        "- # no\n\n# Title",
        "#no\n\n# Title",
        "#\n\n# Title",
        "---\n\n# Title",
        "\ufeff# Title\r\n",
        "# Title\r\rtext",
        "## Title\n\n## Two",
        "<!-- why -->\n\n[[toc]]\n\nTitle\n-----\n",
        '<h1 align="center">Title</h1>\n\n## Two',
        "<div>\n<h1>\n  Title\n</h1>\n</div>\n",
    ],
)
def test_the_first_real_heading_of_a_markdown_page_is_its_title(content: str) -> None:
    assert first_heading(content, "markdown") == "Title"


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("# *A* __bold__ ~~old~~ `code`", "A bold old code"),
        ("# [A link](https://x.y) and <https://x.y>", "A link and https://x.y"),
        ("# [![badge](b.svg)](https://x.y) Rocket ![logo](a.png)", "Rocket"),
        ("# ![Rocket](logo.png)", "Rocket"),
        ("# A &amp; B \\* C", "A & B * C"),
        ('# <a name="x"></a>Rocket <br> 7', "Rocket 7"),
        ("# Rocket {#top}", "Rocket"),
        ("# Rocket {.tabset}", "Rocket"),
        ("# A {set}", "A {set}"),
        ("# C#", "C#"),
        ("# snake_case_name 2*3*4", "snake_case_name 234"),
        ("Two\nlines\n===", "Two lines"),
        ("<h1>A &amp; <b>B</b><img alt='no'></h1>", "A & B"),
    ],
)
def test_a_title_is_plain_text(heading: str, text: str) -> None:
    assert first_heading(f"{heading}\n\ntext\n", "markdown") == text


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("<p>x</p><h1>A <em>b</em></h1>", "A b"),
        ("<html><head><title>A &lt; b</title></head><body><h2>no</h2></body></html>", "A < b"),
        ("<title>no</title><h2>no</h2><h1>A</h1>", "A"),
        ("<h2 id='a'>A</h2><h3>no</h3>", "A"),
        ("<!-- <h1>no</h1> --><script>'<h1>no</h1>'</script><h1>A</h1>", "A"),
        ("<pre><code><h1>no</h1></code></pre><h1>A</h1>", "A"),
        ("<svg><title>no</title></svg><h1><img alt='Logo' src='a'></h1>", "Logo"),
        ("<h1></h1><H1>A<BR>b</H1>", "A b"),
        ("<p>none</p>", None),
        ("<p>text</p><h2>Section</h2>", None),
    ],
)
def test_the_first_heading_of_an_html_page_is_its_title(content: str, title: str | None) -> None:
    assert first_heading(content, "html") == title


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("= A\n:toc:\n", "A"),
        ("// no\n:toc:\n\n= A *b* `c` _d_\n", "A b c d"),
        ("////\n= no\n////\n----\n= no\n----\n= A\n", "A"),
        ("A title\n=======\n", "A title"),
        ("// why\n:toc:\n\n== A\n", "A"),
        ("text\n\n== Section\n", None),
        ("= link:/x[A] image:a.png[no] xref:y[b]\n", "A b"),
        ("= image:a.png[Logo,200]\n", "Logo"),
        ("A longer text\n----\n= no\n----\n", None),
        ("=== \ntext", None),
    ],
)
def test_the_first_heading_of_an_asciidoc_page_is_its_title(
    content: str, title: str | None
) -> None:
    assert first_heading(content, "asciidoc") == title


@pytest.mark.parametrize(
    "content", ["text\n\n## Section\n", "- x\n\nSection\n-------\n", "```\n```\n## Section\n"]
)
def test_a_section_within_a_page_is_not_its_title(content: str) -> None:
    assert first_heading(content, "markdown") is None


@pytest.mark.parametrize("kind", ["markdown", "html", "asciidoc"])
def test_a_page_without_a_heading_has_no_title_of_its_own(kind: ContentType) -> None:
    for content in ("", "text\n", "text " * 50_000, "#" * 50_000, "<" * 50_000, "=" * 50_000):
        assert first_heading(content, kind) is None


def test_no_parser_is_loaded_for_pages_that_have_a_title() -> None:
    code = (
        "import sys; from wikisync.page.document import parse;"
        "assert parse(b'---\\ntitle: A\\n---\\n\\n# B\\n', 'markdown').suggested_title == 'A';"
        "assert parse(b'text\\n', 'markdown').suggested_title is None;"
        "assert not {'markdown_it', 'html.parser'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("kind", ["markdown", "html", "asciidoc"])
@pytest.mark.parametrize("mark", ["*a ", "`a ", "[", "![", "<h1>", "link:", "image:a[", "> ", "- "])
def test_a_hostile_page_takes_no_minutes(kind: ContentType, mark: str) -> None:
    for lead in ("", "# ", "= ", "<h1>"):
        first_heading(f"{lead}{mark * (50_000 // len(mark))}\n\n# x\n", kind)
