"""Files that are written together keep every promise of files that are written alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.apply_run import results
from wikisync.errors import Interrupted, StateError
from wikisync.folder import batch_write
from wikisync.folder.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import FileIO

    from support.apply_run import SyncSetup

NAMES = tuple(f"page-{number}" for number in range(7))


@pytest.fixture
def filled(setup: SyncSetup) -> SyncSetup:
    for name in NAMES:
        setup.sandbox.create(name, content=f"{name}\n")
    return setup


class Killed(BaseException):
    """The process ends here."""


def kill(monkeypatch: pytest.MonkeyPatch, function: str, *, after: int) -> None:
    """End the process at a call of one of a directory's functions."""
    real, calls = getattr(Directory, function), [0]

    def mortal(*args: object) -> object:
        if calls[0] == after:
            raise Killed
        calls[0] += 1
        return real(*args)

    monkeypatch.setattr(Directory, function, mortal)


def test_new_files_take_few_transactions_and_are_what_single_ones_would_be(
    filled: SyncSetup,
) -> None:
    assert [outcome.result for outcome in filled.do("pull")] == ["done"] * len(NAMES)
    assert filled.files() == [f"{name}.md" for name in NAMES]
    assert all(filled.text(f"{name}.md").endswith(f"\n\n{name}\n") for name in NAMES)
    assert (filled.state.journal.open_entries(), filled.plan().in_sync) == ([], len(NAMES))


@pytest.mark.parametrize("function", ["create_raw", "rename_exclusive", "sync"])
@pytest.mark.parametrize("after", [0, 3])
def test_killed_amid_a_batch_the_next_run_ends_where_this_one_would_have(
    filled: SyncSetup, monkeypatch: pytest.MonkeyPatch, function: str, after: int
) -> None:
    plan = filled.plan("pull")
    with monkeypatch.context() as patch:
        kill(patch, function, after=after if function != "sync" else 0)
        with pytest.raises(Killed):
            filled.apply(plan)
    assert len(filled.state.journal.open_entries()) == len(NAMES)
    assert filled.settle() == len(NAMES)
    filled.do("pull")
    assert filled.files() == [f"{name}.md" for name in NAMES]
    assert (filled.state.journal.open_entries(), filled.plan().actions) == ([], ())


def test_a_file_has_no_name_before_its_bytes_are_on_disk(
    filled: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    real = batch_write._sync

    def sync(handles: Sequence[FileIO]) -> dict[FileIO, OSError]:
        seen.append([name for name in filled.files() if not name.startswith(".")])
        return real(handles)

    monkeypatch.setattr(batch_write, "_sync", sync)
    filled.do("pull")
    assert seen == [[]]


def test_a_file_that_appeared_meanwhile_is_left_alone_and_stops_no_other(filled: SyncSetup) -> None:
    plan = filled.plan("pull")
    filled.write("page-3.md", "Mine.\n")
    outcomes = filled.apply(plan)
    assert [o.result for o in outcomes].count("skipped") == 1
    assert results(outcomes)[3] == "create folder page-3: skipped"
    assert outcomes[3].conflict is not None
    assert filled.text("page-3.md") == "Mine.\n"


def test_the_user_stops_within_a_batch(filled: SyncSetup) -> None:
    answers: Iterator[bool] = iter([False, False, True])
    outcomes = filled.apply(filled.plan("pull"), stop=lambda: next(answers))
    assert [o.result for o in outcomes] == ["done"] * 2 + ["skipped"] * 5
    assert isinstance(outcomes[-1].error, Interrupted)
    assert filled.files() == ["page-0.md", "page-1.md"]


def test_a_full_state_writes_no_file_of_the_batch(
    filled: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = filled.plan("pull")

    def full(_intent: object) -> int:
        raise StateError("state.db", "unwritable", "database or disk is full")

    monkeypatch.setattr(filled.state.journal, "begin", full)
    outcomes = filled.apply(plan)
    assert [o.result for o in outcomes] == ["failed"] + ["skipped"] * 6
    assert {type(o.error) for o in outcomes} == {StateError}
    assert filled.files() == []


def test_waiting_for_the_disk_is_shared(filled: SyncSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[int] = []
    real = batch_write._fsync_all

    def wait(handles: Sequence[FileIO]) -> dict[FileIO, OSError]:
        waits.append(len(handles))
        return real(handles)

    monkeypatch.setattr(batch_write, "_fsync_all", wait)
    filled.do("pull")
    assert sum(waits) == len(NAMES)
    assert len(waits) == batch_write._THREADS
