"""New files: as Wiki.js's storage writes them, but never so that a value would be lost."""

from __future__ import annotations

import frontmatter
import pytest
import yaml

from wikisync.errors import BadPage
from wikisync.page.document import compose, parse
from wikisync.page.model import ContentType, Page

UPDATED = "2020-12-16T06:49:25.724Z"
CREATED = "2020-12-16T06:14:16.410Z"
WHOLE = Page(
    "text\n",
    title="A title",
    description="",
    published=True,
    tags=("one", "two"),
    editor="markdown",
    publish_start="",
    publish_end="",
    script_css="",
    script_js="",
    private=False,
)


def composed(page: Page, kind: ContentType = "markdown", *naming: str) -> str:
    data = compose(page, date=UPDATED, date_created=CREATED, content_type=kind, extra_keys=naming)
    return data.decode()


def line(page: Page, key: str, kind: ContentType = "markdown") -> str:
    return next(row for row in composed(page, kind).split("\n") if row.startswith(f"{key}: "))


def test_a_new_file_is_as_wikijs_storage_would_write_it() -> None:
    assert composed(WHOLE).split("\n") == [
        "---",
        "title: A title",
        "description: ",
        "published: true",
        f"date: {UPDATED}",
        "tags: one, two",
        "editor: markdown",
        f"dateCreated: {CREATED}",
        "---",
        "",
        "text",
        "",
    ]


def test_a_new_html_file_has_its_header_in_a_comment() -> None:
    assert composed(WHOLE, "html").startswith("<!--\ntitle: A title\n")
    assert composed(WHOLE, "html").endswith(f"dateCreated: {CREATED}\n-->\n\ntext\n")


def test_a_new_asciidoc_file_is_content_alone() -> None:
    assert composed(WHOLE, "asciidoc") == "text\n"


@pytest.mark.parametrize(
    "title",
    [
        "A title",
        "42",
        "1.5",
        "2020「年」 a title",
        'It\'s a "title"',
        "a:b",
        "a#b",
        "a, b; c (d) [e]",
        "Devil  ",
        "-x",
        "مرحبا\u200f",
        "",
        "  ",
    ],
)
def test_a_title_that_yaml_reads_as_it_is_stays_unquoted(title: str) -> None:
    assert line(Page("", title=title), "title") == f"title: {title}"


@pytest.mark.parametrize(
    ("title", "quoted"),
    [
        ("Foo: Bar", '"Foo: Bar"'),
        ("Foo # bar", '"Foo # bar"'),
        ('"Six Hundred" - a game', "'\"Six Hundred\" - a game'"),
        ("*x", '"*x"'),
        ("[a]", '"[a]"'),
        ("- a", '"- a"'),
        ("007", '"007"'),
        ("1.10", '"1.10"'),
        ("1e3", '"1e3"'),
        ("12:30", '"12:30"'),
        ("2020-01-01", '"2020-01-01"'),
        ("yes", '"yes"'),
        ("Null", '"Null"'),
        ("~", '"~"'),
        (" x", '" x"'),
        ("a\nb", '"a\\nb"'),
        ("a\u2028b", '"a\\u2028b"'),
        ("C:\\ is: it", "'C:\\ is: it'"),
        ("\ufeffx", '"\\ufeffx"'),
    ],
)
def test_a_title_that_yaml_reads_as_another_is_quoted(title: str, quoted: str) -> None:
    assert line(Page("", title=title), "title") == f"title: {quoted}"
    assert yaml.safe_load(f"title: {quoted}") == {"title": title}


@pytest.mark.parametrize(
    ("tags", "spelt"),
    [
        ((), ""),
        (("one", "two"), "one, two"),
        (("007",), '"007"'),
        (("c#", "#x"), '"c#, #x"'),
        (("a, b", "c"), '["a, b", c]'),
        (("a,b", "007", "x: y", "?"), '["a,b", "007", "x: y", "?"]'),
        (("[x]",), '"[x]"'),
        (("a", " "), "a"),
    ],
)
def test_tags_are_joined_unless_one_would_be_lost(tags: tuple[str, ...], spelt: str) -> None:
    page = Page("", tags=tags)
    assert line(page, "tags") == f"tags: {spelt}"
    kept = tuple(tag for tag in tags if tag.strip())
    assert parse(composed(page).encode(), "markdown").page.tags == kept


def test_nothing_in_a_header_closes_the_comment_around_it() -> None:
    page = Page("<p>x</p>", title="a --> b", description="-->", tags=("-->", "a, -->"))
    text = composed(page, "html")
    assert text.count("-->") == 1
    assert parse(text.encode(), "html").page == page


def test_publish_dates_are_written_where_they_are_set() -> None:
    page = Page("", title="x", publish_start="2030-01-01T00:00:00.000Z", publish_end="")
    rows = composed(page).split("\n")
    place = rows.index(f"dateCreated: {CREATED}")
    assert rows[place + 1] == "publishStartDate: 2030-01-01T00:00:00.000Z"
    assert rows[place + 2] == "---"


def test_styles_scripts_and_privacy_are_written_only_if_asked() -> None:
    page = Page("", title="x", script_css="h1 { }\nh2 { }", script_js="", private=True)
    assert "script" not in composed(page)
    assert "private" not in composed(page)
    text = composed(page, "markdown", "scriptCss", "private")
    assert 'scriptCss: "h1 { }\\nh2 { }"\nprivate: true\n---\n' in text


@pytest.mark.parametrize(
    "content", ["", "\n", "\n\nx", "---\ntitle: y\n---\n\nx", "---\n", "\r\nx\r\n", "\ufeffx"]
)
def test_content_is_written_byte_for_byte(content: str) -> None:
    assert parse(composed(Page(content, title="x")).encode(), "markdown").page.content == content


def test_content_alone_is_never_taken_for_a_header() -> None:
    page = Page("---\ntitle: y\n---\n\nx")
    data = compose(page, date=None, date_created=None, content_type="markdown")
    assert parse(data, "markdown").page == page


def test_a_file_that_would_be_no_page_is_not_made() -> None:
    with pytest.raises(BadPage):
        compose(Page("a\0b"), date=None, date_created=None, content_type="markdown")


def test_a_page_with_conflict_markers_is_made_a_file() -> None:
    content = "<<<<<<< a\n=======\n>>>>>>> b\n"
    assert parse(composed(Page(content)).encode(), "markdown").page.content == content


def test_python_frontmatter_reads_what_is_written() -> None:
    page = Page("text", title="Foo: Bar", description="# x", published=False, tags=("007", "b"))
    metadata, content = frontmatter.parse(composed(page))
    assert content == "text"
    assert metadata["title"] == "Foo: Bar"
    assert metadata["description"] == "# x"
    assert metadata["published"] is False
