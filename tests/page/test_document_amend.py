"""A touched file changes only in the lines concerned (promise 8)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wikisync.errors import BadPage
from wikisync.page.document import parse, update
from wikisync.page.model import ContentType, Page

TOUCHED_ALL = Page(
    "new\n", title="T", description="D", published=False, tags=("x",), editor="code",
    publish_start="2031-01-01", publish_end="", script_css="c", script_js="j", private=True,
)  # fmt: skip


def amended(text: str, page: Page | None = None, kind: ContentType = "markdown") -> str:
    """The file with these values; a page whose content is "" leaves the file's content."""
    document = parse(text.encode(), kind)
    if page is not None and page.content == "":
        page = replace(page, content=document.page.content)
    new = update(document, page)
    assert parse(new.data, kind).page == new.page
    return new.data.decode()


def changed(line: str, page: Page) -> str:
    """What becomes of one header line among others."""
    around = ("---\nlayout: post # theirs\n", "# a comment\nweight: 3\n---\n\ntext")
    new = amended(f"{around[0]}{line}\n{around[1]}", page)
    assert new.startswith(around[0])
    assert new.endswith(around[1])
    return new[len(around[0]) : -len(around[1]) - 1]


@pytest.mark.parametrize(
    ("line", "title", "new"),
    [
        ("title: Old", "New", "title: New"),
        ('title: "Old"', "New", 'title: "New"'),
        ("title: 'Old'  # why", "It's", "title: 'It''s'  # why"),
        ("title: 'Old'", "a\nb", 'title: "a\\nb"'),
        ("title: Old", "Foo: Bar", 'title: "Foo: Bar"'),
        ("title: Old # not a comment", "New", "title: New"),
        ("title:", "New", "title: New"),
        ("title: Old", "", "title: "),
        ('"title" : Old', "New", '"title" : New'),
        ("title: |-\n    Old\n    one", "New\n\none", "title: |-\n    New\n\n    one"),
        ("title: >-\n  Old\n  one", "New one", "title: >-\n  New one"),
        ("title: |\n  Old", " edge", 'title: " edge"'),
        ("title: Old\n  one", "New", "title: New"),
        ("title: first\ntitle: last", "New", "title: first\ntitle: New"),
        ("title: Devil", "Devil  ", "title: Devil  "),
    ],
)
def test_a_title_changes_in_the_files_spelling(line: str, title: str, new: str) -> None:
    assert changed(line, Page("", title=title)) == new


@pytest.mark.parametrize(
    ("line", "tags", "new"),
    [
        ("tags: a, b", ("a", "c"), "tags: a, c"),
        ("tags: a,b", ("a", "c"), "tags: a,c"),
        ("tags: ", ("a", "c"), "tags: a, c"),
        ("tags:", ("a",), "tags: a"),
        ("tags: a", (), "tags: "),
        ("tags: a, b", ("a, b",), 'tags: ["a, b"]'),
        ("tags: 'a, b' # c", ("a", "c"), "tags: 'a, c' # c"),
        ("tags: 'a, b'", ("a, b",), 'tags: ["a, b"]'),
        ("tags: [a, b]  # c", ("a", "c, d"), 'tags: [a, "c, d"]  # c'),
        ("tags: [a]", (), "tags: []"),
        ("tags: [\n  a,\n]", ("a", "b"), "tags: [a, b]"),
        ("tags:\n  - a # keep\n  - b", ("a", "c"), "tags:\n  - a # keep\n  - c"),
        ("tags:\n# why\n- a\n# note\n- b", ("b", "x: y"), 'tags:\n# why\n# note\n- b\n- "x: y"'),
        ("tags:\n  - a", (), "tags: "),
        ("tags:\n  - a\n    long one\n  - b", ("b",), "tags: b"),
    ],
)
def test_tags_change_in_the_files_spelling(line: str, tags: tuple[str, ...], new: str) -> None:
    assert changed(line, Page("", tags=tags)) == new


@pytest.mark.parametrize(
    ("line", "new"),
    [
        ("published: true", "published: false"),
        ("published: 1", "published: 0"),
        ("published: Yes # c", "published: No # c"),
        ("published: 'TRUE'", "published: 'FALSE'"),
        ("isPublished: true", "isPublished: false"),
    ],
)
def test_published_changes_in_the_files_spelling(line: str, new: str) -> None:
    assert changed(line, Page("", published=False)) == new


@pytest.mark.parametrize(
    "line",
    [
        "tags: B,  a, a",
        "tags: [b, A]",
        "published: 1",
        "title: 'x'",
        "publishStartDate: 2030-01-01 # then",
        "editor: undefined\ndate: 2020-12-16T06:49:25.724Z",
    ],
)
def test_what_means_the_same_stays_byte_for_byte(line: str) -> None:
    same = Page("", title="x", tags=("a", "b"), published=True)
    document = parse(f"---\n{line}\n---\ntext\r\n\n".encode(), "markdown")
    named = replace(
        document.page,
        content="\ntext",
        tags=same.tags if document.page.tags else None,
        publish_start="2030-01-01T00:00:00.000Z" if document.page.publish_start else None,
    )
    assert update(document, named, date="2020-12-16T06:49:25.724+00:00") is document


def test_a_field_that_the_file_does_not_name_gets_a_line_in_wikijs_order() -> None:
    text = "---\nlayout: post\ntitle: Old\ntags: a\n# end\n---\n\ntext"
    page = Page("", description="D", published=True, editor="markdown", publish_end="2030-01-01")
    assert amended(text, page) == (
        "---\nlayout: post\ntitle: Old\ndescription: D\npublished: true\ntags: a\n"
        "editor: markdown\npublishEndDate: 2030-01-01\n# end\n---\n\ntext"
    )
    assert amended("---\ntags: a\n---\n", Page("", title="T")) == "---\ntitle: T\ntags: a\n---\n"


def test_what_is_not_set_gets_no_line() -> None:
    text = "---\ntitle: x\n---\n\ntext"
    page = Page("", publish_start="", publish_end="", script_css="", script_js="", private=False)
    assert amended(text, page) == text


def test_fields_name_what_may_change() -> None:
    text = "---\ntitle: x\ntags: a\n---\n\ntext"
    document = parse(text.encode(), "markdown")
    new = update(document, TOUCHED_ALL, fields=["tags"])
    assert new.data.decode() == text.replace("tags: a", "tags: x")
    new = update(document, TOUCHED_ALL, fields=["content"])
    assert new.data.decode() == text.replace("text", "new\n")


def test_dates_change_only_where_the_file_has_them() -> None:
    document = parse(b"---\ntitle: x\ndate: '2020'\n---\n", "markdown")
    new = update(document, date="2021-01-01T00:00:00.000Z", date_created="2021-01-01T00:00:00.000Z")
    assert new.data == b"---\ntitle: x\ndate: '2021-01-01T00:00:00.000Z'\n---\n"
    assert new.date == "2021-01-01T00:00:00.000Z"


def test_a_comment_behind_a_publish_date_stays() -> None:
    line = "publishEndDate: 2030-01-01  # the fair"
    later = Page("", publish_end="2031-01-01T00:00:00.000Z")
    assert changed(line, later) == "publishEndDate: 2031-01-01T00:00:00.000Z  # the fair"
    assert changed(line, Page("", publish_end="")) == "publishEndDate:   # the fair"


def test_a_header_with_crlf_stays_so() -> None:
    text = "---\r\ntitle: x\r\ntags:\r\n  - a\r\n---\r\n\r\ntext\r\n"
    new = amended(text, Page("one\ntwo\n", title="y", description="", tags=("b",)))
    assert new == (
        "---\r\ntitle: y\r\ndescription: \r\ntags:\r\n  - b\r\n---\r\n\r\none\r\ntwo\r\n"
    )


def test_content_comes_as_the_wiki_has_it() -> None:
    assert amended("---\ntitle: x\n---\n\nold\n", Page("new")) == "---\ntitle: x\n---\n\nnew"
    assert amended("---\ntitle: x\n---\nold\n", Page("n\r\n")) == "---\ntitle: x\n---\nn\r\n"
    assert amended("---\r\ntitle: x\n---\nold", Page("n\n")) == "---\r\ntitle: x\n---\nn\n"
    assert amended("---\ntitle: x\n---", Page("new")) == "---\ntitle: x\n---\n\nnew"


def test_content_that_differs_at_its_blank_ends_alone_is_left() -> None:
    text = "---\ntitle: x\n---\n\n\ntext\r\n"
    assert amended(text, Page("text")) == text


def test_new_content_is_never_taken_for_a_part_of_the_header() -> None:
    text = "---\ntitle: y\n---\n\nx\n"
    assert parse(amended("old\n", Page(text)).encode(), "markdown").page == Page(text)
    blank = amended("---\ntitle: x\n---\nold\n", Page("\nnew\n"))
    assert parse(blank.encode(), "markdown").page.content == "\nnew\n"


def test_a_file_without_a_header_gets_one_for_what_it_cannot_say_otherwise() -> None:
    assert amended("# Heading\n", Page("", tags=("a",))) == "---\ntags: a\n---\n\n# Heading\n"
    assert (
        amended("<p>\r\n", Page("", title="T"), "html") == "<!--\r\ntitle: T\r\n-->\r\n\r\n<p>\r\n"
    )
    assert amended("# Heading\n", Page("# New\n")) == "# New\n"


def test_a_byte_order_mark_stays() -> None:
    assert amended("\ufeff---\ntitle: x\n---\n", Page("", title="y")).startswith("\ufeff---\n")
    assert amended("\ufeffold", Page("new")) == "\ufeffnew"


@pytest.mark.parametrize(
    ("old", "page", "new"),
    [
        ("<!-- TITLE: A -->\n\nt", Page("", title="B"), "<!-- TITLE: B -->\n\nt"),
        ("<!-- title:A-->\nt", Page("", title="B"), "<!-- title:B-->\nt"),
        (
            "<!-- TITLE: A -->\n<!-- SUBTITLE: C -->\n\nt",
            Page("", description="D"),
            "<!-- TITLE: A -->\n<!-- SUBTITLE: D -->\n\nt",
        ),
        (
            "<!-- TITLE: A -->\n\nt",
            Page("", description="D"),
            "<!-- TITLE: A -->\n<!-- SUBTITLE: D -->\n\nt",
        ),
        ("<!-- TITLE: A -->\n\nt", Page("", tags=("x",)), "---\ntitle: A\ntags: x\n---\n\nt"),
        ("<!-- TITLE: A -->\n\nt", Page("", title="a --> b"), "---\ntitle: a --> b\n---\n\nt"),
        ("<!-- TITLE: A -->\n\nt", Page("u"), "<!-- TITLE: A -->\n\nu"),
    ],
)
def test_the_older_header_changes_in_its_own_lines(old: str, page: Page, new: str) -> None:
    assert amended(old, page) == new


def test_an_asciidoc_file_takes_content_alone() -> None:
    assert amended("= A\n\nold\n", TOUCHED_ALL, "asciidoc") == "new\n"
    assert amended("= A\n", replace(TOUCHED_ALL, content=""), "asciidoc") == "= A\n"


def test_an_html_header_holds_what_would_close_it() -> None:
    new = amended("<!--\ntitle: 'x'\n-->\n\n<p>", Page("", title="a --> b"), "html")
    assert new == '<!--\ntitle: "a --\\x3e b"\n-->\n\n<p>'


def test_content_that_would_be_no_page_is_refused() -> None:
    document = parse(b"old", "markdown", file="a.md")
    with pytest.raises(BadPage) as caught:
        update(document, Page("a\0b"))
    assert caught.value.file == "a.md"


def test_an_invalid_header_keeps_its_other_lines() -> None:
    text = "---\ntitle: A: B\ndescription: * c\ntags: \n---\n\ntext"
    assert amended(text, Page("", tags=("x",))) == text.replace("tags: ", "tags: x")
