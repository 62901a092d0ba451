"""Laws of fingerprints: what may differ in spelling alone, and what may not be missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from wikisync.page.fingerprint import Fingerprint, fingerprint, normalize_content
from wikisync.page.model import Page, parse_instant

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
contents = texts | st.text("a \t\r\n\ufeff\u3000\x85", max_size=20)
tags = st.lists(texts, max_size=5)


@given(contents)
def test_plain_content_is_plain_already(content: str) -> None:
    assert normalize_content(normalize_content(content)) == normalize_content(content)


@given(contents, st.sampled_from(("\n", "\r\n", "\r")), st.text(" \t\r\n", max_size=4))
def test_line_ends_and_blank_ends_do_not_count(content: str, end: str, blanks: str) -> None:
    plain = normalize_content(content)
    assert normalize_content(plain.replace("\n", end) + blanks) == plain


@given(tags)
def test_tags_are_a_set(names: list[str]) -> None:
    doubled = [*reversed(names), *(f" {name}\n" for name in names)]
    one = fingerprint(Page("", tags=tuple(names)))
    assert one == fingerprint(Page("", tags=tuple(doubled)))


@given(
    st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(-14, 14),
)
def test_a_publish_date_is_its_moment(moment: datetime, hours: int) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(hours=hours)))
    pages = [Page("", publish_start=at.isoformat()) for at in (moment, elsewhere)]
    assert fingerprint(pages[0]) == fingerprint(pages[1])
    assert parse_instant(pages[1].publish_start or "") == moment


@given(texts)
def test_any_text_is_a_moment_or_none(text: str) -> None:
    found = parse_instant(text)
    assert found is None or found.tzinfo is UTC


pages = st.builds(Page, contents, st.none() | texts, published=st.none() | st.booleans())


@given(pages, pages)
def test_differing_is_mutual_and_filling_in_ends_it(one: Page, other: Page) -> None:
    a, b = fingerprint(one), fingerprint(other)
    assert a.changed_fields(b) == b.changed_fields(a)
    assert Fingerprint.parse(str(a)) == a
    assert a.with_defaults_from(b) == fingerprint(one.with_defaults_from(other))
    assert a.with_defaults_from(b).changed_fields(a) == ()
