"""Keys of a header that are misspelt are known; those of other programs are left alone."""

from __future__ import annotations

import pytest

from wikisync.checking.header_keys import meant_key


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("publishd", "published"),
        ("pubilshed", "published"),
        ("publisched", "published"),
        ("Tag", "tags"),
        ("tittle", "title"),
        ("descripton", "description"),
        ("date_created", "dateCreated"),
        ("publish-start-date", "publishStartDate"),
        ("privat", "private"),
        ("drafts", "draft"),
    ],
)
def test_a_misspelt_key_is_known(key: str, meant: str) -> None:
    assert meant_key(key) == meant


@pytest.mark.parametrize(
    "key",
    [
        *("title", "Tags", "draft", "data", "weight", "layout", "template", "slug", "id", "toc"),
        *("author", "authors", "categories", "status", "hide", "nav", "icon", "aliases", ""),
        *("sidebar_position", "sidebar_label", "keywords", "permalink", "lang", "updated", "tiles"),
    ],
)
def test_a_key_of_another_program_is_left_alone(key: str) -> None:
    assert meant_key(key) is None
