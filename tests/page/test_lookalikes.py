"""Texts that a database may take for one are found; which do it is for the wiki to say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikisync.page.lookalikes import closest, fold
from wikisync.sandbox.database import general_ci


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Case", "case"),
        ("café", "cafe"),
        ("straße", "strase"),
        ("straße", "strasse"),
        ("ё", "Е"),
        ("æon", "aeon"),
        ("a ", "a"),
        ("\U0001f680", "\U0001f389"),
        ("ﬁx", "fix"),
    ],
)
def test_texts_that_some_database_takes_for_one_look_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert closest(one, [other]) == other


@pytest.mark.parametrize(("one", "other"), [("cafe", "cave"), ("a", "b"), ("guide/a", "guide-a")])
def test_texts_that_none_takes_for_one_do_not(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert closest(one, [other]) is None


def test_what_mariadb_takes_for_one_looks_alike() -> None:
    """Each character that its collation knows, with each that is one with it.

    All but the combining iota, which is one with a letter and stands in no text alone.
    """
    alike: dict[str, set[str]] = {}
    points = {*range(1, 0xD800), *range(0xE000, 0x10000), 0x1F680, 0x1F389} - {0x345}
    for point in points:
        text = f"x{chr(point)}x"
        alike.setdefault(general_ci(text), set()).add(fold(text))
    assert {weight: folds for weight, folds in alike.items() if len(folds) > 1} == {}


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_text_is_folded_as_any_other(text: str) -> None:
    assert fold(text) == fold(f"{text}é").removesuffix("e").rstrip(" ")


def test_the_spelling_that_differs_least_comes_first() -> None:
    assert closest("straße", ["strasse", "Straße", "strase"]) == "Straße"
    assert closest("a", ["b", "æ", "á"]) == "á"
    assert closest("a", ["a"]) is None
