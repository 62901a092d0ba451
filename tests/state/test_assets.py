"""What the state knows of assets comes back as it was stored."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from wikisync.planning.asset_model import AssetBase
from wikisync.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT, LATER = "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"
ONE = AssetBase("img/a.png", "img/a.png", 1, 5, "aa", "bb", AT, AT)
OTHER = AssetBase("b.pdf", "b.pdf", 2, 6, "cc", "cc", AT, AT)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State.open(tmp_path / ".wikisync")) as state:
        yield state


def test_bases_are_stored_replaced_and_deleted_by_path(state: State) -> None:
    state.asset_bases.put(ONE, OTHER)
    state.asset_bases.put(replace(OTHER, local="dd"))
    assert state.asset_bases.load() == {ONE.path: ONE, OTHER.path: replace(OTHER, local="dd")}
    state.asset_bases.drop([OTHER.path])
    assert state.asset_bases.get(OTHER.path) is None
    assert state.asset_bases.get(ONE.path) == ONE


def test_assets_that_swap_names_keep_both_their_bases(state: State) -> None:
    state.asset_bases.put(ONE, OTHER)
    one, other = replace(ONE, path=OTHER.path), replace(OTHER, path=ONE.path)
    state.asset_bases.rename([(ONE.path, one), (OTHER.path, other)])
    assert state.asset_bases.load() == {OTHER.path: one, ONE.path: other}


def test_new_times_change_nothing_else(state: State) -> None:
    state.asset_bases.put(ONE)
    state.asset_bases.update_times([replace(ONE, id=7, updated_at=LATER, local="other")])
    assert state.asset_bases.get(ONE.path) == replace(ONE, id=7, updated_at=LATER)


def test_the_folders_are_those_that_were_listed_last(state: State) -> None:
    state.asset_folders.store([3, 1])
    state.asset_folders.store([2, 1])
    state.asset_folders.add(9)
    state.asset_folders.add(9)
    assert state.asset_folders.load() == {1, 2, 9}


def test_what_was_read_is_kept_until_it_is_gone(state: State) -> None:
    state.asset_files.update({"a.png": ((1, 2, 3, 4), "aa"), "b.png": ((5, 6, 7, 8), "bb")})
    state.asset_files.update({"a.png": ((9, 2, 3, 4), "cc")}, ["b.png"])
    assert state.asset_files.load() == {"a.png": ((9, 2, 3, 4), "cc")}
    state.page_links.update({b"one": ["/a.png", "../b.png"], b"two": []})
    state.page_links.update({}, [b"one"])
    assert state.page_links.load() == {b"two": ()}
