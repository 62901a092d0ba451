"""A downloaded file is a page only if it is the one, in the state, that the list shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wikisync.errors import PageHidden, Unreachable
from wikisync.page.model import Key, Listed, Record
from wikisync.wiki.page_file import Download, Outdated, address, read_download

CREATED, UPDATED = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"
PAGE = Listed(7, Key("en", "a"), "T", "d", "markdown", True, False, CREATED, UPDATED, ("x, y",))


def file(page: Listed, content: str, *, date: str = UPDATED, published: str = "true") -> bytes:
    return (
        f"---\ntitle: {page.title}\ndescription: {page.description}\npublished: {published}\n"
        f"date: {date}\ntags: {', '.join(page.tags)}\neditor: markdown\n"
        f"dateCreated: {page.created_at}\n---\n\n{content}"
    ).encode()


def read(page: Listed, body: bytes, status: int = 200) -> object:
    return read_download("http://wiki", page, Download(status, {}, body), lambda _answer: None)


@pytest.mark.parametrize("content", ["", "one\r\ntwo  \n\n", "---\ntitle: x\n---\n\ntext"])
def test_the_content_is_taken_byte_for_byte(content: str) -> None:
    found = read(PAGE, file(PAGE, content))
    assert isinstance(found, Record)
    assert (found.page.content, found.page.tags) == (content, ("x, y",))
    assert found.page.publish_start is None
    assert found.page.script_css is None


@pytest.mark.parametrize("field", ["title", "description"])
def test_a_text_that_looks_like_the_end_of_a_header_hides_nothing(field: str) -> None:
    forged = (
        "x\ndescription: d\npublished: true\ndate: 1\ntags: \neditor: markdown\n"
        "dateCreated: 1\n---\n\nforged"
    )
    page = replace(PAGE, title=forged) if field == "title" else replace(PAGE, description=forged)
    found = read(page, file(page, "true content"))
    assert isinstance(found, Record)
    assert found.page.content == "true content"
    assert getattr(found.page, field) == forged


@pytest.mark.parametrize(
    "body",
    [
        file(PAGE, "text", date=CREATED),
        file(PAGE, "text", published="false"),
        file(replace(PAGE, title="Another"), "text"),
        file(replace(PAGE, created_at=UPDATED), "text"),
        b"<html>Log in</html>",
        b"",
    ],
)
def test_a_file_of_another_state_or_page_is_not_taken(body: bytes) -> None:
    assert read(PAGE, body) == Outdated()


def test_a_refusal_and_an_absence_are_no_deletion() -> None:
    assert isinstance(read(PAGE, b"<html></html>", 403), PageHidden)
    assert read(PAGE, b"", 404) == Outdated()


def test_what_is_no_text_is_named() -> None:
    assert isinstance(read(PAGE, b"---\ntitle: \xff"), Unreachable)


@pytest.mark.parametrize("path", ["a:b", 'a"b', "a|b", "a*", "a?b", "a\x01b", "", "a.b"])
def test_a_page_whose_address_the_wiki_would_change_has_none(path: str) -> None:
    assert address(Key("en", path)) is None


def test_an_address_is_percent_encoded() -> None:
    assert address(Key("pt-br", "空/a%20b")) == "/d/pt-br/%E7%A9%BA/a%2520b"
