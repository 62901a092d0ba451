"""The text of a new header is that of the header, though it is not parsed on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wikisync.page.header_writer import new_header, new_header_text

if TYPE_CHECKING:
    from wikisync.page.entry_writer import Value
    from wikisync.page.model import ContentType

TIME = "2020-12-16T06:49:25.724Z"


@pytest.mark.parametrize("kind", ["markdown", "html"])
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"title": "Install: the short way", "published": True, "date": TIME, "tags": ("a", "b,c")},
        {"title": "-->", "description": "", "date": "yesterday: perhaps", "dateCreated": "007"},
        {"title": "two\nlines", "description": " edge ", "publishStartDate": TIME},
    ],
    ids=["none", "all", "hard", "quoted"],
)
def test_the_text_of_a_new_header_is_that_of_the_header(
    values: dict[str, Value], kind: ContentType
) -> None:
    assert new_header_text(values, kind) == new_header(values, kind).text
