"""A page whose file Windows could not hold: a problem there, and a file everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.apply_run import results
from wikisync.errors import FolderError

if TYPE_CHECKING:
    from support.apply_run import SyncSetup

NAMES = ("con", "guide/com1", "aux/start")


@pytest.fixture
def kept(setup: SyncSetup) -> SyncSetup:
    for name in (*NAMES, "good"):
        setup.sandbox.create(name)
    return setup


def test_on_windows_a_page_of_such_a_name_is_a_problem_and_stops_no_other(kept: SyncSetup) -> None:
    kept.folder.on_windows = True
    plan = kept.plan("pull")
    assert [problem.name for problem in plan.problems] == [
        "aux/start.md",
        "con.md",
        "guide/com1.md",
    ]
    assert results(kept.apply(plan)) == ["create folder good: done"]
    assert kept.files() == ["good.md"]


def test_elsewhere_its_file_is_written(kept: SyncSetup) -> None:
    kept.folder.on_windows = False
    kept.do("pull")
    assert kept.files() == ["aux/start.md", "con.md", "good.md", "guide/com1.md"]


@pytest.mark.parametrize("file", ["con.md", "a.md:stream", "guide/a./b.md"])
def test_on_windows_no_write_uses_such_a_name(setup: SyncSetup, file: str) -> None:
    setup.folder.on_windows = True
    with pytest.raises(FolderError, match="Windows"):
        setup.folder.write(file, b"", None)
