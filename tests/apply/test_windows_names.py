"""A page whose file Windows could not hold: a problem there, and a file everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.apply_run import results
from wikisync.errors import FolderError

if TYPE_CHECKING:
    from support.apply_run import Rig

NAMES = ("con", "guide/com1", "aux/start")


@pytest.fixture
def kept(rig: Rig) -> Rig:
    for name in (*NAMES, "good"):
        rig.box.create(name)
    return rig


def test_on_windows_a_page_of_such_a_name_is_a_problem_and_stops_no_other(kept: Rig) -> None:
    kept.folder.on_windows = True
    plan = kept.plan("pull")
    assert [problem.name for problem in plan.problems] == [
        "aux/start.md",
        "con.md",
        "guide/com1.md",
    ]
    assert results(kept.apply(plan)) == ["create folder good: done"]
    assert kept.files() == ["good.md"]


def test_elsewhere_its_file_is_written(kept: Rig) -> None:
    kept.folder.on_windows = False
    kept.do("pull")
    assert kept.files() == ["aux/start.md", "con.md", "good.md", "guide/com1.md"]


@pytest.mark.parametrize("file", ["con.md", "a.md:stream", "guide/a./b.md"])
def test_on_windows_no_write_uses_such_a_name(rig: Rig, file: str) -> None:
    rig.folder.on_windows = True
    with pytest.raises(FolderError, match="Windows"):
        rig.folder.write(file, b"", None)
