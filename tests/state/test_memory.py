"""What is put into the state comes out again, all of it or none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.values import LATER, PAGE, base, key, remote
from wikisync.errors import StateError
from wikisync.page.model import Page
from wikisync.state import State
from wikisync.state.bases import StoredBase, pack_page, unpack_page
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = "2026-01-01T00:00:00.000Z"
ODD = Page(
    content="a\r\n\0 😀  \n\n",
    title="",
    description=None,
    published=False,
    tags=("a, b", "«»"),
    script_css="a{}",
    private=True,
)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State.open(tmp_path / ".wikisync")
    yield opened
    opened.close()


def reopened(tmp_path: Path) -> State:
    return State.open(tmp_path / ".wikisync", create=False)


@pytest.mark.parametrize("page", [PAGE, ODD, Page("")])
def test_a_page_comes_out_as_it_was_packed(page: Page) -> None:
    assert unpack_page(pack_page(page)) == page
    remembered = StoredBase(base(), page)
    assert StoredBase.unpack(remembered.pack()) == remembered


def test_a_base_comes_out_as_it_was_put_also_by_another_run(tmp_path: Path, state: State) -> None:
    known = replace(base("guide/ä", 7), key=key("guide/ä", "fr"), digest=bytes(range(16)))
    state.bases.put(StoredBase(known, ODD))
    state.set_meta(url="https://example.org", folder="pages")
    state.close()
    again = reopened(tmp_path)
    assert again.bases.load() == {known.key: known}
    assert again.bases.get(known.key) == StoredBase(known, ODD)
    assert (again.meta("url"), again.meta("none")) == ("https://example.org", None)
    again.close()


def test_a_base_that_is_put_again_replaces_the_one_before(state: State) -> None:
    state.bases.put(StoredBase(base("a", 1), PAGE))
    state.bases.put(StoredBase(base("a", 2), ODD))
    found = state.bases.get(key("a"))
    assert found is not None
    assert (found.base.id, found.page, len(state.bases.load())) == (2, ODD, 1)


def test_a_renewed_page_has_the_wikis_new_time_and_what_is_here_unchanged(state: State) -> None:
    known = base("a")
    state.bases.put(StoredBase(known, PAGE))
    state.bases.update_times([remote("a", 9, LATER, script_css="a{}")])
    [now] = state.bases.load().values()
    assert (now.id, now.updated_at) == (9, LATER)
    assert now.remote == remote("a", script_css="a{}").fingerprint
    assert (now.local, now.file, now.digest) == (known.local, known.file, known.digest)


def test_a_forgotten_page_is_gone_and_no_other(state: State) -> None:
    for name in "ab":
        state.bases.put(StoredBase(base(name), PAGE))
    state.bases.drop([key("a"), key("never")])
    assert list(state.bases.load()) == [key("b")]
    assert state.bases.get(key("a")) is None


def intent(run: int, **other: object) -> Intent:
    made = Intent(run, "update", "wiki", key("a"), "a.md", 1, "lease", "wanted")
    return replace(made, **other)  # type: ignore[arg-type]


def test_an_intent_is_open_until_it_is_ended(tmp_path: Path, state: State) -> None:
    run = state.journal.begin_run("push", AT)
    whole = intent(
        run, after=StoredBase(base(), ODD), follows_file=True, before=StoredBase(base(), PAGE)
    )
    number = state.journal.begin(whole)
    state.close()
    again = reopened(tmp_path)
    [noted] = again.journal.open_entries()
    assert (noted.number, noted.intent, noted.outcome) == (number, whole, None)
    again.journal.end(number, "done", id=5, wanted="as found")
    assert again.journal.open_entries() == []
    [noted] = again.journal.entries(run)
    assert (noted.outcome, noted.intent.page_id, noted.intent.wanted) == ("done", 5, "as found")
    assert noted.intent.before == StoredBase(base(), PAGE)
    again.close()


def test_what_is_kept_comes_out_byte_for_byte(state: State) -> None:
    run = state.journal.begin_run("push", AT)
    one, other = state.journal.begin(intent(run)), state.journal.begin(intent(run))
    data = bytes(range(256)) * 1000
    state.backups.add(one, AT, data)
    assert state.backups.data(one) == data
    assert state.backups.data(other) is None


def test_runs_are_numbered_and_listed_the_newest_first(state: State) -> None:
    first = state.journal.begin_run("push", AT)
    state.journal.end_run(first, AT)
    second = state.journal.begin_run("undo", LATER, first)
    shown = [(run.number, run.command, run.ended, run.undoes) for run in state.journal.runs()]
    assert shown == [(second, "undo", None, first), (first, "push", AT, None)]


def test_a_transaction_that_fails_leaves_nothing_behind(state: State) -> None:
    def fail() -> None:
        with state.transaction():
            state.bases.put(StoredBase(base("a"), PAGE))
            with state.transaction():
                state.set_meta(url="x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (state.bases.load(), state.meta("url")) == ({}, None)
    state.set_meta(url="y")
    assert state.meta("url") == "y"


def test_a_run_that_was_killed_leaves_the_state_of_before(tmp_path: Path, state: State) -> None:
    state.bases.put(StoredBase(base("a"), PAGE))
    with state.transaction():
        state.bases.drop([key("a")])
        # What another process finds at this moment: nothing of it is there yet.
        other = reopened(tmp_path)
        assert list(other.bases.load()) == [key("a")]
        other.close()


def test_two_writers_do_not_mix(tmp_path: Path, state: State) -> None:
    other = reopened(tmp_path)
    other._db._connection.execute("PRAGMA busy_timeout = 0")
    with state.transaction():
        state.set_meta(url="x")
        with pytest.raises(StateError):
            other.set_meta(url="y")
    other.close()
    assert state.meta("url") == "x"
