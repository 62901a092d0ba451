"""A file that shows both versions of a page, between conflict marks."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from wikisync.errors import BadPage
from wikisync.page.conflict_blocks import conflict_blocks
from wikisync.page.conflict_markers import (
    LOCAL_MARKER,
    REMOTE_MARKER,
    SEPARATOR,
    interleave,
    with_conflict_markers,
)
from wikisync.page.document import parse
from wikisync.page.model import Page

HEADER = (
    "---\ntitle: Mine\ndescription: About\npublished: true\ndate: 2020-12-16T06:49:25.724Z\n"
    "tags: one\neditor: markdown\nmine: stays\n---\n\n"
)
THERE = Page(
    content="One.\n\nTheirs.\n",
    title="Theirs",
    description="About",
    published=True,
    tags=("one",),
    editor="markdown",
)


def show(
    text: str, there: Page, merged: Page | None, *fields: str, changed: tuple[str, ...] = ()
) -> str:
    document = parse(text.encode(), "markdown")
    return with_conflict_markers(document, there, merged, fields, changed).decode()


def without_marks(text: str, side: str) -> str:
    """What a person gets who chooses one side everywhere."""
    keep = {"here": r"\1", "wiki": r"\2"}[side]
    block = rf"{LOCAL_MARKER}\r?\n(.*?){SEPARATOR}\r?\n(.*?){REMOTE_MARKER}\r?\n"
    return re.sub(block, keep, text, flags=re.DOTALL)


def test_only_what_differs_stands_between_marks() -> None:
    found = show(HEADER + "One.\n\nMine.\n", THERE, None, "content")
    assert (
        found == HEADER + f"One.\n\n{LOCAL_MARKER}\nMine.\n{SEPARATOR}\nTheirs.\n{REMOTE_MARKER}\n"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_header_that_differs_is_marked_and_other_lines_stay(end: str) -> None:
    text = (HEADER + "One.\n\nTheirs.\n").replace("\n", end)
    found = show(text, THERE, None, "title")
    marks = f"{LOCAL_MARKER}\ntitle: Mine\n{SEPARATOR}\ntitle: Theirs\n{REMOTE_MARKER}\n".replace(
        "\n", end
    )
    assert found == text.replace(f"title: Mine{end}", marks)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_choosing_here_everywhere_gives_the_file_back(end: str) -> None:
    text = (HEADER + "One.\n\nMine.\n").replace("\n", end)
    assert without_marks(show(text, THERE, None, "title", "content"), "here") == text


def test_choosing_the_wiki_everywhere_gives_the_wikis_page() -> None:
    found = show(HEADER + "One.\n\nMine.\n", THERE, None, "title", "content")
    page = parse(without_marks(found, "wiki").encode(), "markdown").page
    assert (page.title, page.content) == ("Theirs", "One.\n\nTheirs.\n")


def test_a_file_with_marks_is_a_problem_until_they_are_gone() -> None:
    for fields in (("content",), ("title",), ("title", "content")):
        found = show(HEADER + "One.\n\nMine.\n", THERE, None, *fields)
        assert conflict_blocks(found, "markdown")
        assert parse(found.encode(), "markdown").has_markers


def test_marks_within_a_header_are_a_problem_with_their_line() -> None:
    found = show(HEADER + "One.\n\nMine.\n", replace(THERE, description="New"), None, "description")
    with pytest.raises(BadPage, match="conflict markers") as caught:
        parse(found.encode(), "markdown")
    assert caught.value.line == 3


def test_what_merges_is_merged_and_only_the_rest_is_marked() -> None:
    merged = replace(THERE, title="Mine", description="About", tags=("one", "two"))
    merged = replace(
        merged, content=f"1.\n\n{LOCAL_MARKER}\nMine.\n{SEPARATOR}\nTheirs.\n{REMOTE_MARKER}\n"
    )
    changed = ("tags", "content")
    found = show(HEADER + "1.\n\nMine.\n", THERE, merged, "content", changed=changed)
    assert "tags: one, two\n" in found
    assert found.count(LOCAL_MARKER) == 1
    assert found.endswith(f"1.\n\n{LOCAL_MARKER}\nMine.\n{SEPARATOR}\nTheirs.\n{REMOTE_MARKER}\n")


def test_content_that_merges_beside_a_title_that_does_not_is_merged() -> None:
    merged = replace(THERE, title="Mine", content="1.\n\nTheirs.\n")
    found = show(HEADER + "1.\n\nMine.\n", THERE, merged, "title")
    assert found.endswith("---\n\n1.\n\nTheirs.\n")
    assert f"{LOCAL_MARKER}\ntitle: Mine\n{SEPARATOR}\ntitle: Theirs\n{REMOTE_MARKER}\n" in found


def test_marks_end_like_the_lines_around_them() -> None:
    text = (HEADER + "One.\n\nMine.\n").replace("\n", "\r\n")
    found = show(text, THERE, None, "content")
    assert re.search(r"(?<!\r)\n", found) is None


def test_a_byte_order_mark_stays_at_the_beginning() -> None:
    doc = parse(b"\xef\xbb\xbf" + (HEADER + "Mine.\n").encode(), "markdown")
    found = with_conflict_markers(doc, THERE, None, ("content",))
    assert found.startswith(b"\xef\xbb\xbf---\n")
    assert found.count(b"\xef\xbb\xbf") == 1


def test_a_file_without_a_header_shows_its_content_alone() -> None:
    found = show("Mine.\n", replace(THERE, content="Theirs.\n"), None, "content")
    assert found == f"{LOCAL_MARKER}\nMine.\n{SEPARATOR}\nTheirs.\n{REMOTE_MARKER}\n"


@pytest.mark.parametrize(
    ("here", "wiki"),
    [("", "Text.\n"), ("Text.\n", ""), ("a", "b"), ("一\n二\n", "一\n三\n"), ("a\n\n", "b\n")],
)
def test_each_side_is_whole_between_the_marks(here: str, wiki: str) -> None:
    found = interleave(here, wiki, "\n")
    assert without_marks(found, "here").strip("\n") == here.strip("\n")
    assert without_marks(found, "wiki").strip("\n") == wiki.strip("\n")


def test_texts_that_count_as_equal_are_left_as_they_are() -> None:
    assert interleave("Text.\r\n", "Text.\n\n", "\n") == "Text.\r\n"


def test_marks_within_a_code_fence_are_a_problem_too() -> None:
    text = HEADER + "```\nMine.\n```\n"
    found = show(text, replace(THERE, content="```\nTheirs.\n```\n"), None, "content")
    assert parse(found.encode(), "markdown").has_markers
