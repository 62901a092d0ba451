"""Who edits a page at the last moment, while a run or an undo writes it, is not lost sight of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.crash.scenarios import begin, here
from scenarios.crash.world import World
from wikisync.errors import OverwroteConcurrentEdit
from wikisync.sandbox import Hook

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox


@pytest.fixture
def world(tmp_path: Path, sandbox: Sandbox) -> World:
    made = World(tmp_path, sandbox)
    begin(made)
    here(made)
    return made


@pytest.mark.parametrize("command", ["push", "undo"])
def test_an_edit_between_the_last_look_and_the_write_is_kept_and_named(
    world: World, command: str
) -> None:
    if command == "undo":
        world.run("push")
    edit = Hook(lambda: world.sandbox.edit("here/edit", content="At the last moment.\n"))
    world.sandbox.faults.add(edit, on="pages.update", path="here/edit")
    report = world.run("push") if command == "push" else world.undo()
    (found,) = [o for o in report.outcomes if o.action.key.path == "here/edit"]
    assert isinstance(found.error, OverwroteConcurrentEdit)
    assert found.conflict is not None
    assert "At the last moment.\n" in world.texts()


@pytest.mark.parametrize("command", ["push", "undo"])
def test_an_edit_before_the_last_look_is_left_alone_and_named(world: World, command: str) -> None:
    if command == "undo":
        world.run("push")
    edit = Hook(lambda: world.sandbox.edit("here/edit", content="Just before.\n"))
    # An undo looks at the pages before it asks, too, and would leave out what changed by then.
    last = 2 if command == "undo" else 1
    world.sandbox.faults.add(edit, on="pages.single", path="here/edit", nth=last)
    report = world.run("push") if command == "push" else world.undo()
    (found,) = [o for o in report.outcomes if o.action.key.path == "here/edit"]
    assert (found.result, found.conflict is not None) == ("skipped", True)
    page = world.sandbox.page("here/edit")
    assert page is not None
    assert page["content"] == "Just before.\n"
