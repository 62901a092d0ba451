"""What counts as a change, and what does not (files.md)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wikisync.page.fingerprint import Fingerprint, fingerprint, normalize_content
from wikisync.page.model import FIELD_NAMES, Page, parse_instant, same_instant

PAGE = Page(
    "text",
    title="T",
    description="D",
    published=True,
    tags=("a", "b"),
    editor="markdown",
    publish_start="2030-01-01",
    publish_end="",
    script_css="c",
    script_js="j",
    private=False,
)


@pytest.mark.parametrize(
    "other",
    [
        replace(PAGE, content="\ufeff\n  \ntext \r\n\r\n"),
        replace(PAGE, tags=(" B", "A", "a")),
        replace(PAGE, publish_start="2030-01-01T00:00:00.000Z"),
        replace(PAGE, publish_start="2030-01-01T01:00:00+01:00"),
    ],
)
def test_what_does_not_count_is_no_difference(other: Page) -> None:
    assert fingerprint(other) == fingerprint(PAGE)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        (replace(PAGE, title="T "), "title"),
        (replace(PAGE, description=""), "description"),
        (replace(PAGE, published=False), "published"),
        (replace(PAGE, tags=("a",)), "tags"),
        (replace(PAGE, tags=("a\nb",)), "tags"),
        (replace(PAGE, content="  text"), "content"),
        (replace(PAGE, publish_start=""), "publishStartDate"),
        (replace(PAGE, publish_end="2030-01-02"), "publishEndDate"),
        (replace(PAGE, editor="code"), "editor"),
        (replace(PAGE, script_css=""), "scriptCss"),
        (replace(PAGE, script_js="k"), "scriptJs"),
        (replace(PAGE, private=True), "private"),
    ],
)
def test_a_change_names_its_field(other: Page, field: str) -> None:
    assert fingerprint(PAGE).changed_fields(fingerprint(other)) == (field,)


def test_what_one_side_does_not_name_is_no_difference() -> None:
    bare = fingerprint(Page("text"))
    assert bare.changed_fields(fingerprint(PAGE)) == ()
    assert [name for name in FIELD_NAMES if bare.has_field(name)] == ["content"]
    assert bare.with_defaults_from(fingerprint(PAGE)) == fingerprint(PAGE)


def test_a_fingerprint_is_written_and_read() -> None:
    for page in (PAGE, Page("")):
        assert Fingerprint.parse(str(fingerprint(page))) == fingerprint(page)
    with pytest.raises(ValueError, match="parts"):
        Fingerprint.parse("00.00")


def test_plain_content_keeps_what_counts() -> None:
    assert normalize_content("\r\n \n    code\r\n\rend \n\n") == "    code\n\nend"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2030-01-01", "2030-01-01T00:00:00Z"),
        ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00.000Z"),
        ("2030-01-01T02:00:00+02:00", "2030-01-01 00:00"),
        ("", ""),
        ("soon", "soon"),
    ],
)
def test_one_moment_has_many_spellings(one: str, other: str) -> None:
    assert same_instant(one, other)


@pytest.mark.parametrize(
    "text", ["", "soon", "2030-13-01", "2030-01-01\n00:00", "0001-01-01T00:00+14:00"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_instant(text) is None
    assert not same_instant(text, "2030-01-01")
