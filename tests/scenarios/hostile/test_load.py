"""Many pages through a bad network to a wiki that fails after writing: the end is right.

WIKISYNC_LOAD=1000 says how many pages, and has the counts shown.
"""

from __future__ import annotations

import functools
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pytest

from scenarios.hostile.scene import contents, quiet, writes
from support.workspace import Workspace, page
from wikisync.sandbox import Drop, Fault, Late, LoseTags, Status, TreeRace, WriteThenFail
from wikisync.wiki.client import Wiki

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

PAGES: Final = int(os.environ.get("WIKISYNC_LOAD", "60"))
PATIENCE: Final = 1.0
SEED: Final = 20201216

ON_REQUESTS: Final[dict[str, tuple[Any, float]]] = {
    "lost before": (Drop(), 0.02),
    "lost after": (Drop(after=True), 0.02),
    "502 before": (Status(502), 0.02),
    "502 after": (Status(502, after=True), 0.02),
    "late": (Late(PATIENCE * 1.5), 0.003),
}
ON_WRITES: Final[dict[str, tuple[Any, float]]] = {
    "failed after writing": (WriteThenFail(), 0.02),
    "lost the race for a tag": (LoseTags(), 0.02),
    "lost the race for the tree": (TreeRace(), 0.02),
}


def text(number: int, what: str) -> str:
    return page(
        f"Page {number}", f"{what} {number}.\n", tags=f"all, of-{number % 7}, {what}-{number}"
    )


def troubled(workspace: Workspace) -> dict[str, Fault]:
    """One answer in ten goes wrong, by a seeded dice."""
    add = workspace.sandbox.faults.add
    workspace.sandbox.faults.seed(SEED)
    faults = {name: add(effect, rate=rate) for name, (effect, rate) in ON_REQUESTS.items()}
    for name, (effect, rate) in ON_WRITES.items():
        faults[name] = add(effect, on=("create", "update"), rate=rate)
    return faults


def until_done(workspace: Workspace) -> tuple[int, Counter[str]]:
    """Push until there is nothing left to do; the number of runs, and what was asked."""
    asked: Counter[str] = Counter()
    for run in range(1, 10):
        result = workspace.run("push", "--yes", "--json")
        assert result.code in {0, 1}, result
        asked.update(name for seen in result.asked for name in set(seen.fields))
        if result.code == 0 and result.json["counts"]["in_sync"] == PAGES:
            return run, asked
    raise AssertionError("there is no end to it")


def right(workspace: Workspace, what: str) -> None:
    """Every page is there once, with its text and its tags."""
    assert contents(workspace) == {f"page-{n}": f"{what} {n}.\n" for n in range(PAGES)}
    for found in workspace.sandbox.pages():
        number = int(found["path"].removeprefix("page-"))
        assert set(found["tags"]) == {"all", f"of-{number % 7}", f"{what.lower()}-{number}"}
        assert found["isPublished"]
    assert workspace.bases() == sorted(f"page-{n}" for n in range(PAGES))


def test_every_page_is_right_once_however_the_answers_go_wrong(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("wikisync.workflow.context.Wiki", functools.partial(Wiki, timeout=PATIENCE))
    told: dict[str, object] = {"pages": PAGES}
    for what in ("New", "Newer"):
        for n in range(PAGES):
            workspace.write(f"page-{n}.md", text(n, what))
        if what == "Newer":
            # One page stays: that every page changed would be asked about.
            workspace.write("page-0.md", text(0, "New"))
        faults = troubled(workspace)
        runs, asked = until_done(workspace)
        workspace.sandbox.faults.clear()
        if what == "Newer":
            workspace.write("page-0.md", text(0, what))
            workspace.run("push", "--yes").ok()
        right(workspace, what)
        assert runs <= 5
        quiet(workspace)
        assert writes(workspace.run("push", "--yes")) == []
        struck = {name: fault.applied for name, fault in faults.items()}
        told[what] = {"runs": runs, "faults": struck, "requests": dict(asked)}
        assert sum(struck.values()) > PAGES // 20
    for name, value in told.items():
        record_property(name, value)
        if "WIKISYNC_LOAD" in os.environ:
            with capsys.disabled():
                sys.stdout.write(f"\n{name}: {value}")
