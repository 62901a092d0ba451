"""Laws of the header codec, tried on texts that nobody would write and some that people do."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import assume, event, example, given
from hypothesis import strategies as st

from wikisync.errors import BadPage
from wikisync.page.document import Document, compose, parse, update
from wikisync.page.fingerprint import fingerprint, normalize_content
from wikisync.page.header import PUBLICATION_KEYS, split_header
from wikisync.page.model import CONTENT_TYPES, FIELD_NAMES, ContentType, Page, clean_tags

DATE = "2020-12-16T06:49:25.724Z"

with_headers: st.SearchStrategy[ContentType] = st.sampled_from(("markdown", "html"))
kinds: st.SearchStrategy[ContentType] = st.sampled_from(("markdown", "html", "asciidoc"))

awkward = st.sampled_from(
    (
        "007", "1.10", "42", "1e3", "0o7", "12:30", "yes", "null", "~", "true", "2020-01-01", "=",
        "Foo: Bar", "Foo # bar", "#foo", "Devil  ", " edge", "- a", "-", "?", "? a", "*x", "&x",
        "!x", "[a] b", "[a]", "{a: b}", '"Six Hundred" - a game', "'tis", "it's", '"', "'", "\\",
        "a\\", "%x", "@x", "`x", "|", ">-", "a\nb", "a\r\nb", "\t", "a\tb", "a\x85b", "a\u2028b",
        "\ufeffx", "x\ufeff", "-->", "a --> b", "--->", "<!--", "---", "...", "مرحبا\u200f", "花札",
        "🎴", "x:", ": x", "a:b", "\x00", "\x1b[31m", "\x7f", "undefined", "", "   ", "\u3000",
        "<<", "+++",
    )
)  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | awkward
contents = texts.filter(lambda text: "\0" not in text) | st.sampled_from(
    (
        "\n", "\n\nx\n", "---\ntitle: x\n---\n\ny", "---\ntitle: x\n", "x\r\ny\r\n", "a\rb",
        "<!--\ntitle: x\n-->\n", "<!-- TITLE: x -->\n", "<!-- SUBTITLE: x -->\n", "---\n",
        "-->\n",
    )
)  # fmt: skip
tags = st.lists(texts.filter(lambda tag: bool(tag.strip())), max_size=4).map(tuple)
dates = st.sampled_from(("", "2030-01-01", "2030-01-01T00:00:00.000Z", "2030-01-01T02:00:00+02:00"))
pages = st.builds(
    Page,
    content=contents,
    title=st.none() | texts,
    description=st.none() | texts,
    published=st.none() | st.booleans(),
    tags=st.none() | tags,
    editor=st.none() | st.sampled_from(tuple(CONTENT_TYPES)),
    publish_start=st.none() | dates,
    publish_end=st.none() | dates,
    script_css=st.none() | texts,
    script_js=st.none() | texts,
    private=st.none() | st.booleans(),
)

header_lines = st.sampled_from(
    (
        "title: Foo", 'title: "Foo"  # c', "title: 'It''s'", "title:", "title: Foo: Bar",
        '"title": x', "title: |\n  two\n  lines", "title: >-\n  folded\n  text",
        "title: long\n  text", "description: ", "description:", "description: x",
        "published: true", "published: 1", "published: 'Yes' # c", "isPublished: no",
        "draft: false", "Draft: 'No' # c", "status: draft", "status: published # c", "Title: x",
        "tags: a, b", "tags: a,b", "tags: [a, 'b, c'] # x",
        "tags:\n  - a\n  # note\n  - 'b, c' # x", "tags:\n- a\n- b", "tags: [\n  a,\n  b\n]",
        "tags:\n  - a\n    long\n  - b", "Tags: a # c", "tags: ~",
        'tags: "a, b"', "editor: markdown", "editor: undefined",
        f"date: {DATE}", f'date: "{DATE}"', "dateCreated: 2020",
        "publishStartDate: 2030-01-01 # later",
        "publishEndDate:", "publishEndDate: # c", "private: false",
        "scriptCss: a { }", "# a comment", "", "weight: 3",
        "layout:\n  - a\n  - b: c", "Last modified: x", "stray line",
    )
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, ContentType]:
    """A file with a header of any lines, in any order, some twice."""
    kind = draw(with_headers)
    opening, closing = ("---", "---") if kind == "markdown" else ("<!--", "-->")
    lines = "\n".join([opening, *draw(st.lists(header_lines, max_size=9)), closing])
    gap = draw(st.sampled_from(("\n\n", "\n", "", "  \n\n")))
    text = draw(st.sampled_from(("", "\ufeff"))) + lines + gap + draw(contents)
    end = draw(st.sampled_from(("\n", "\r\n")))
    return text.replace("\n", end).encode(), kind


def parsed(data: bytes, kind: ContentType) -> Document:
    try:
        return parse(data, kind)
    except BadPage:
        assume(False)
        raise


@given(st.binary(max_size=200) | texts.map(str.encode), kinds)
def test_parsing_anything_gives_it_back_or_says_that_it_is_no_page(
    data: bytes, kind: ContentType
) -> None:
    try:
        document = parse(data, kind)
    except BadPage as bad:
        event(f"no page: {bad.what[:20]}")
        return
    assert document.data == data


@given(files())
def test_a_file_with_a_header_gives_its_bytes_back(file: tuple[bytes, ContentType]) -> None:
    assert parsed(*file).data == file[0]


@given(files())
def test_amending_nothing_changes_nothing(file: tuple[bytes, ContentType]) -> None:
    document = parsed(*file)
    same = update(document, document.page, date=document.date, date_created=document.date_created)
    assert same is document
    assert update(document) is document


@given(pages, with_headers)
@example(Page("x", title="a --> b", tags=("-->",)), "html")
def test_a_composed_file_reads_back_as_its_page(page: Page, kind: ContentType) -> None:
    data = compose(
        page,
        date=DATE,
        date_created=DATE,
        content_type=kind,
        extra_keys=("scriptCss", "scriptJs", "private"),
    )
    back = parse(data, kind)
    editor = page.editor if CONTENT_TYPES.get(page.editor or "") == kind else None
    assert replace(back.page, publish_start=None, publish_end=None) == replace(
        page, publish_start=None, publish_end=None, editor=editor
    )
    assert (back.page.publish_start or "") == (page.publish_start or "")
    assert (back.page.publish_end or "") == (page.publish_end or "")
    assert (back.date, back.date_created) == (DATE, DATE)


@given(pages, with_headers)
def test_a_composed_header_is_yaml_that_says_the_same(page: Page, kind: ContentType) -> None:
    data = compose(page, date=DATE, date_created=DATE, content_type=kind)
    header, _ = split_header(data.decode(), kind)
    assert header is not None
    loaded = yaml.safe_load("".join(entry.text for entry in header.entries))
    for key, value in (("title", page.title), ("description", page.description)):
        if value is not None:
            # Blanks at the end are Wiki.js's own spelling: they are kept though YAML drops them.
            said = "" if loaded[key] is None else str(loaded[key])
            assert said in (value, value.rstrip(" "))


@given(contents)
def test_an_asciidoc_file_is_its_content(content: str) -> None:
    data = compose(Page(content), date=DATE, date_created=DATE, content_type="asciidoc")
    assert data == content.encode()
    assert parse(data, "asciidoc").page.content == content.removeprefix("\ufeff")


@given(files(), pages)
def test_an_amended_file_says_what_was_asked_and_else_what_it_said(
    file: tuple[bytes, ContentType], page: Page
) -> None:
    document = parsed(*file)
    amended = update(document, page)
    wanted = fingerprint(page.with_defaults_from(document.page))
    assert fingerprint(amended.page).changed_fields(wanted) == ()
    assert parse(amended.data, file[1]).page == amended.page


@given(files(), pages, st.sampled_from([name for name in FIELD_NAMES if name != "content"]))
def test_an_amended_field_changes_its_own_lines_alone(
    file: tuple[bytes, ContentType], page: Page, field: str
) -> None:
    document = parsed(*file)
    assume(document.header is not None)
    amended = update(document, page, fields=[field])
    assert document.header is not None
    assert amended.header is not None
    own = PUBLICATION_KEYS if field == "published" else {field}
    others = [entry.text for entry in document.header.entries if entry.name not in own]
    assert [entry.text for entry in amended.header.entries if entry.name not in own] == others
    assert amended.page.content == document.page.content


@given(files(), contents)
def test_new_content_leaves_the_header_as_it_is(
    file: tuple[bytes, ContentType], content: str
) -> None:
    document = parsed(*file)
    amended = update(document, Page(content))
    assert normalize_content(amended.page.content) == normalize_content(content)
    if document.header is not None and amended.header is not None:
        assert amended.header.entries == document.header.entries
    assert parse(amended.data, file[1]).page.content == amended.page.content


@given(files(), st.lists(texts, max_size=4).map(tuple))
def test_tags_are_amended_as_a_set(file: tuple[bytes, ContentType], tags: tuple[str, ...]) -> None:
    document = parsed(*file)
    amended = update(document, Page("", tags=tags), fields=["tags"])
    assert set(clean_tags(amended.page.tags or ())) == set(clean_tags(tags))


@pytest.mark.parametrize("deep", ["[" * 30_000, "- " * 15_000, "{a: " * 7_000, "!!x " * 7_000])
def test_absurd_yaml_is_text(deep: str) -> None:
    page = parse(f"---\ntitle:\n  {deep}\n---\n".encode(), "markdown").page
    assert page.title is not None


@pytest.mark.parametrize("deep", ["[" * 30_000, "[a, " * 15_000])
def test_absurd_tags_are_named(deep: str) -> None:
    with pytest.raises(BadPage, match="tags"):
        parse(f"---\ntags: {deep}\n---\n".encode(), "markdown")
    with pytest.raises(BadPage, match="tags"):
        parse(f"---\ntags:\n  {deep}\n---\n".encode(), "markdown")
