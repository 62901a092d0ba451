"""How files are read. The shapes are those counted in public wikis (wikijs.md, *Storage files*)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wikisync.errors import BadPage
from wikisync.page.document import parse
from wikisync.page.model import ContentType, Page

STORAGE = """\
---
title: 2020「年」 a title
description:{blank}
published: true
date: 2020-12-16T06:49:25.724Z
tags: one, two
editor: markdown
dateCreated: 2020-12-16T06:14:16.410Z
---

Content from here on, byte for byte.
""".format(blank=" ")


def page(text: str | bytes, kind: ContentType = "markdown") -> Page:
    data = text if isinstance(text, bytes) else text.encode()
    document = parse(data, kind, file="x")
    assert document.data == data
    return document.page


def header(*lines: str) -> Page:
    return page("\n".join(["---", *lines, "---", "", "text\n"]))


def refusal(text: str | bytes, kind: ContentType = "markdown") -> BadPage:
    with pytest.raises(BadPage) as caught:
        parse(text if isinstance(text, bytes) else text.encode(), kind, file="a/x.md")
    assert caught.value.file == "a/x.md"
    return caught.value


def test_a_file_of_wikijs_storage_is_read_whole() -> None:
    document = parse(STORAGE.encode(), "markdown")
    assert document.page == Page(
        "Content from here on, byte for byte.\n",
        title="2020「年」 a title",
        description="",
        published=True,
        tags=("one", "two"),
        editor="markdown",
    )
    assert document.date == "2020-12-16T06:49:25.724Z"
    assert document.date_created == "2020-12-16T06:14:16.410Z"
    assert document.data == STORAGE.encode()


def test_an_html_file_has_the_same_lines_in_a_comment() -> None:
    text = STORAGE.replace("---\n\n", "-->\n\n").replace("---\n", "<!--\n", 1)
    text = text.replace("editor: markdown", "editor: code")
    assert page(text, "html") == replace(page(STORAGE), editor="code")


def test_an_asciidoc_file_is_content_alone() -> None:
    document = parse(b"= A Title\n\ntext\n", "asciidoc")
    assert document.page == Page("= A Title\n\ntext\n")
    assert document.suggested_title == "A Title"


@pytest.mark.parametrize(
    "title",
    [
        "Foo: Bar",
        "Foo # bar",
        '"Six Hundred" - a game',
        "'tis the season",
        "*starred*",
        "*x",
        "&x",
        "!important",
        "[a] b",
        "[a]",
        "{a: b}",
        "- a list",
        "@x",
        "%x",
        "`x`",
        "007",
        "1.10",
        "12:30",
        "2020-01-01",
        "yes",
        "null",
        "~",
        "| pipe",
        "a:",
        "? what",
        "Devil  ",
        " one blank in front",
        "\tx",
        "🎴 花札",
    ],
)
def test_a_title_is_the_rest_of_its_line(title: str) -> None:
    assert header(f"title: {title}").title == title


def test_an_invalid_header_spoils_none_of_its_other_lines() -> None:
    found = header("title: A: B", "description: * x", "tags: a, b", "published: false")
    assert (found.title, found.description) == ("A: B", "* x")
    assert (found.tags, found.published) == (("a", "b"), False)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ('title: "Foo: \\"Bar\\""', 'Foo: "Bar"'),
        ("title: 'It''s'", "It's"),
        ('title: "a\\nb"', "a\nb"),
        ('title:   "Foo"  # a comment', "Foo"),
        ("title: >-\n  two\n  lines", "two lines"),
        ("title: |\n  two\n  lines", "two\nlines\n"),
        ("title: a long\n  one", "a long one"),
        ("title: a: long\n  one", "a: long one"),
        ("title:\n  below", "below"),
        ('"title": Foo', "Foo"),
        ("title : Foo", "Foo"),
    ],
)
def test_what_can_only_be_yaml_is_read_as_yaml(line: str, title: str) -> None:
    assert header(line).title == title


def test_a_description_without_its_blank_is_empty() -> None:
    assert header("title: x", "description:").description == ""
    assert header("title: x", "description: ").description == ""


def test_what_a_file_leaves_out_is_not_named() -> None:
    assert header("title: x") == Page("text\n", title="x")


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        *((word, True) for word in ("true", "True", "TRUE", "1", "yes", '"true"', "on")),
        *((word, False) for word in ("false", "0", "No", "'false'", "false # not yet", "off")),
    ],
)
def test_published_is_a_yes_or_no_in_any_spelling(said: str, flag: bool) -> None:
    assert header(f"published: {said}").published is flag


@pytest.mark.parametrize("said", ["maybe", "", "2020-01-01", "[true]", "2"])
def test_published_that_is_neither_names_its_line(said: str) -> None:
    found = refusal(f"---\ntitle: x\npublished: {said}\n---\n")
    assert found.line == 3
    assert "published" in found.what


def test_is_published_counts_where_published_is_missing() -> None:
    assert header("isPublished: false").published is False


@pytest.mark.parametrize(
    ("lines", "tags"),
    [
        ("tags: one, two", ("one", "two")),
        ("tags: one,two ,  three", ("one", "two", "three")),
        ("tags: ", ()),
        ("tags:", ()),
        ("tags: []", ()),
        ("tags: [a, 'b, c']", ("a", "b, c")),
        ('tags: "a, b"', ("a", "b")),
        ("tags:\n  - a\n  - b, c", ("a", "b, c")),
        ("tags:\n- a\n# why\n- '007'\n- 1.10", ("a", "007", "1.10")),
        ("tags:\n\n  - a", ("a",)),
        ("tags: [\n  a,\n  b\n]", ("a", "b")),
        ("tags: c#, a: b", ("c#", "a: b")),
        ("tags: [a] b", ("[a] b",)),
        ("tags: a, , b,", ("a", "b")),
    ],
)
def test_tags_are_a_list_or_a_text_with_commas(lines: str, tags: tuple[str, ...]) -> None:
    assert header("title: x", lines, "editor: markdown").tags == tags


@pytest.mark.parametrize("said", ["", "undefined", " "])
def test_an_undefined_editor_is_not_named(said: str) -> None:
    assert header("title: x", f"editor: {said}").editor is None


@pytest.mark.parametrize(
    ("editor", "kind"),
    [
        ("ckeditor", "markdown"),
        ("code", "markdown"),
        ("markdwon", "markdown"),
        ("markdown", "html"),
    ],
)
def test_an_editor_for_other_files_is_doubted_and_not_taken(editor: str, kind: ContentType) -> None:
    opening, closing = ("---", "---") if kind == "markdown" else ("<!--", "-->")
    data = f"{opening}\ntitle: x\neditor: {editor}\n{closing}\n\ntext\n".encode()
    document = parse(data, kind)
    assert document.page.editor is None
    assert document.doubts == {"editor"}
    assert document.data == data


@pytest.mark.parametrize("editor", ["ckeditor", "code", "wysiwyg"])
def test_an_editor_for_html_is_taken_in_html(editor: str) -> None:
    document = parse(f"<!--\neditor: {editor}\n-->\n\ntext\n".encode(), "html")
    assert (document.page.editor, document.doubts) == (editor, frozenset())


def test_a_user_may_add_dates_styles_scripts_and_privacy() -> None:
    found = header(
        "publishStartDate: 2030-01-01 # then",
        "publishEndDate: ",
        "scriptCss: |",
        "  h1 { color: red }",
        "scriptJs: alert(1)",
        "private: true",
    )
    assert (found.publish_start, found.publish_end) == ("2030-01-01", "")
    assert (found.script_css, found.script_js) == ("h1 { color: red }\n", "alert(1)")
    assert found.private is True


def test_a_publish_date_that_is_none_names_its_line() -> None:
    assert refusal("---\npublishEndDate: tomorrow\n---\n").line == 2


def test_dates_are_kept_as_spelt() -> None:
    document = parse(b"---\ndate: 2020-06-24 17:45\ndateCreated: '2019'\n---\n", "markdown")
    assert (document.date, document.date_created) == ("2020-06-24 17:45", "2019")


def test_the_last_of_two_equal_keys_counts() -> None:
    assert header("title: first", "title: last").title == "last"


@pytest.mark.parametrize("kind", ["markdown", "html"])
@pytest.mark.parametrize(
    "text",
    [
        "+++\ntitle = 'x'\n+++\n\ntext",
        "+++\r\n\r\n# why\r\ndraft=true\r\n+++\r\n",
        "\ufeff+++\n[taxonomies]\ntags = ['a']\n+++\n",
        "+++\ntitle = 'x'\n\ntext, and no end",
    ],
)
def test_a_toml_header_is_named_and_is_no_text_for_readers(text: str, kind: ContentType) -> None:
    found = refusal(text, kind)
    assert found.line == 1
    assert "TOML" in found.what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("\n---\ntitle: x\ndraft: true\n---\n\ntext", "first line"),
        ("\ufeff \t\r\n\r\n---\r\ndraft: true\r\n---\r\ntext", "first line"),
        ("---\n{title: x, draft: true}\n---\n\ntext", "line of its own"),
        ('---\n{\n"Draft": true\n}\n---\n\ntext', "line of its own"),
    ],
)
def test_a_header_that_is_not_read_as_one_is_named_and_no_draft_goes_public(
    text: str, what: str
) -> None:
    found = refusal(text)
    assert found.line == 1
    assert what in found.what


@pytest.mark.parametrize(
    "text",
    ["\n---\n\ntext\n\n---\n", "\n\ntext", "---\n{x: 1}\n---\n", "---\n{% raw %}\n---\ntext"],
)
def test_text_between_two_rules_is_text(text: str) -> None:
    assert parse(text.encode(), "markdown").page.content == text


def test_a_key_in_another_case_is_the_same_key() -> None:
    found = header("Title: A: B", "TAGS: a, b", "Description: D", "datecreated: 2019")
    assert found == Page("text\n", title="A: B", tags=("a", "b"), description="D")
    assert parse(b"---\nDate: 2020\nDateCreated: 2019\n---\n", "markdown").date == "2020"


def test_of_two_keys_that_differ_in_case_the_exact_one_counts() -> None:
    assert header("title: a", "Title: b").title == "a"
    assert header("Title: b", "title: a").title == "a"
    assert header("TITLE: b", "Title: c").title == "c"


@pytest.mark.parametrize(
    "text",
    [
        "---\nStatus: open\nA line of prose\n---\n",
        "---\nDate: 3 May\n\nprose\n",
        "---\nTitle: x\n\nprose\n\n---\n",
        "---\nDraft: y\nprose\n---\n",
    ],
)
def test_prose_between_rules_is_no_header_for_a_word_in_it(text: str) -> None:
    assert page(text) == Page(text)


@pytest.mark.parametrize("line", ["Title: x", "Draft: true", "publish: false", "TAGS: a"])
def test_a_header_in_another_case_that_does_not_end_is_named(line: str) -> None:
    assert "must end with" in refusal(f"---\n{line}\n\ntext\n").what


def test_other_peoples_front_matter_is_no_content() -> None:
    found = page("---\nlayout: post\nweight: [1, {a: b}]\n# why\ntitle: x\n---\n\ntext")
    assert found == Page("text", title="x")
    assert page("---\nlayout: post\n---\ntext") == Page("text")


@pytest.mark.parametrize(
    ("behind", "content"),
    [
        ("", ""),
        ("\n", ""),
        ("\ntext", "text"),
        ("\n\ntext\n", "text\n"),
        ("\n\n\ntext", "\ntext"),
        ("\n \ntext", " \ntext"),
        ("\n\n---\ntitle: y\n---\n\ntext", "---\ntitle: y\n---\n\ntext"),
        ("\n\n---\n\nrule", "---\n\nrule"),
    ],
)
def test_one_empty_line_parts_header_and_content(behind: str, content: str) -> None:
    assert page(f"---\ntitle: x\n---{behind}") == Page(content, title="x")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_are_read_and_kept(end: str) -> None:
    found = page(STORAGE.replace("\n", end))
    assert found.title == "2020「年」 a title"
    assert found.content == f"Content from here on, byte for byte.{end}"


def test_mixed_line_ends_are_kept() -> None:
    assert page("---\r\ntitle: x\n---\r\n\na\rb\r\nc") == Page("a\rb\r\nc", title="x")


def test_a_byte_order_mark_is_no_content() -> None:
    assert page("\ufeff---\ntitle: x\n---\n\ntext") == Page("text", title="x")
    assert page("\ufefftext") == Page("text")


def test_a_header_may_end_as_yaml_ends() -> None:
    assert page("---\ntitle: x\n...\n\ntext") == Page("text", title="x")


@pytest.mark.parametrize(
    ("text", "title", "description", "content"),
    [
        ("<!-- TITLE: A B -->\n<!-- SUBTITLE: C -->\n\ntext", "A B", "C", "text"),
        ("<!-- TITLE: A -->\n\ntext", "A", None, "text"),
        ("<!-- TITLE: A -->\ntext", "A", None, "text"),
        ("<!-- title:A-->\r\n\r\ntext", "A", None, "text"),
        ("<!-- TITLE: A -->", "A", None, ""),
    ],
)
def test_the_older_header_names_title_and_description(
    text: str, title: str, description: str | None, content: str
) -> None:
    assert page(text) == Page(content, title=title, description=description)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "# Heading\n\ntext",
        "---\n\nA rule, then prose: not a header.\n\n---\n",
        "---\nA rule, then prose: not a header.\n",
        "---\nNote: prose again\n\nmore of it\n\n---\n\nand more",
        "---\n---\n",
        "---\n\n---\n",
        "---",
        "----\ntitle: x\n----\n",
        "---\n- a\n- list\n---\n",
        "---\n\nNote: prose\n\n---\n",
        "---\n# Heading\n\ntext\n\ndate: 12 May\n\n---\n",
        "+++\n\nA rule of another kind.\n\n+++\n",
        "+++ title = 'x' +++\n",
        " ---\ntitle: x\n---\n",
        "text\n---\ntitle: x\n---\n",
    ],
)
def test_a_file_without_a_header_is_all_content(text: str) -> None:
    assert page(text) == Page(text)
    assert not parse(text.encode(), "markdown").has_markers


@pytest.mark.parametrize(
    "text",
    [
        "<p>x</p>",
        "<!-- a comment -->\n<p>x</p>",
        "<!--\nNote: a comment\n-->\n<p>x</p>",
        "<!--\ndate: 2020 by me -->\n<p>x</p>",
        "---\ntitle: x\n---\n",
    ],
)
def test_an_html_file_may_begin_with_any_comment(text: str) -> None:
    assert page(text, "html") == Page(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("---\ntitle: x\n\ntext\n", "markdown"),
        ("---\ntitle: x", "markdown"),
        ("---\nlayout: post\ntext", "markdown"),
        ("---\ntitle: x\n\nA paragraph.\n\n---\n\nAnother.\n", "markdown"),
        ("---\ntitle: x\nstray\n\nAgain.\n\n---\n\nAnother.\n", "markdown"),
        ("<!--\ntitle: x\n\n<p>x</p>\n", "html"),
        ("<!--\ntitle: x\n\n<p>x</p><!-- y -->\n", "html"),
    ],
)
def test_a_header_that_does_not_end_is_named(text: str, kind: ContentType) -> None:
    found = refusal(text, kind)
    assert found.line == 1
    assert "end" in found.what


def test_a_known_key_without_its_blank_is_named() -> None:
    found = refusal("---\ntitle: x\ntags:a, b\n---\n")
    assert found.line == 3
    assert "tags" in found.what


def test_bytes_that_are_no_text_are_named() -> None:
    assert refusal(b"---\ntitle: x\n---\n\nok\ncaf\xe9\n").line == 6
    assert refusal(b"\xff\xfea\0").line == 1


@pytest.mark.parametrize("text", ["a\n\0b", "---\ntitle: \0\n---\n"])
def test_a_nul_is_named(text: str) -> None:
    assert refusal(text).line == 2


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_half_a_merge_is_named(end: str) -> None:
    lines = ["---", "<<<<<<< HEAD", "title: a", "=======", "title: b", ">>>>>>> theirs", "---"]
    assert parse(end.join(lines).encode(), "markdown").has_markers
    assert refusal(end.join([lines[0], "tags: a", *lines[1:]])).line == 3
    assert parse(end.join(["", *lines[1:6], ""]).encode(), "asciidoc").has_markers


@pytest.mark.parametrize(
    "text",
    [
        "```\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\n```\n",
        "    <<<<<<< HEAD\n    =======\n    >>>>>>> theirs\n",
        "<<<<<<< HEAD\nonly one\n",
        ">>>>>>> b\n=======\n<<<<<<< a\n",
        "Heading\n=======\n",
    ],
)
def test_a_page_about_merging_is_a_page(text: str) -> None:
    assert page(text) == Page(text)
    assert not parse(text.encode(), "markdown").has_markers


@pytest.mark.parametrize(
    ("content", "kind", "hint"),
    [
        ("# A *Title* #\n", "markdown", "A Title"),
        ("text\n", "markdown", None),
        ("// why\n:toc:\n= A\n", "asciidoc", "A"),
        ("<h1>A</h1>", "html", "A"),
    ],
)
def test_a_heading_hints_at_a_title(content: str, kind: ContentType, hint: str | None) -> None:
    document = parse(content.encode(), kind)
    assert document.suggested_title == hint
    assert document.page.title is None
