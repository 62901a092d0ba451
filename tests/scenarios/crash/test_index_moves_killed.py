"""Moves of index files, which get other links, killed anywhere and ended by the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.crash.scenarios import page, text
from scenarios.crash.test_killed import all_done, killed_at, no_authorities
from scenarios.crash.world import World
from wikisync.config import load

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox

__all__ = ["no_authorities"]

LINKS = "[a](a.md) [t](../two/t.md) ![](../img/b.png)\n"


@pytest.fixture
def world(tmp_path: Path, sandbox: Sandbox) -> World:
    """Index files that move on the wiki: one, one that is edited too, and a swap."""
    made = World(tmp_path, sandbox)
    (tmp_path / "wikisync.toml").write_text(f'url = "{sandbox.url}"\nindex = "README"\n', "utf-8")
    made.config = load(start=tmp_path, env={"WIKISYNC_TOKEN": sandbox.token})
    for name in ("one", "edited", "turn/one", "turn/two"):
        made.write(f"{name}/README.md", page(LINKS + text(name)))
    all_done(made.run("sync"))
    sandbox.move("one", "far/uno")
    sandbox.move("edited", "far/changed")
    sandbox.edit("far/changed", content=f"[n](edited/n.md)\n{text('edited')}")
    sandbox.move("turn/one", "turn/other")
    sandbox.move("turn/two", "turn/one")
    sandbox.move("turn/other", "turn/two")
    return made


def test_moves_of_index_files_killed_anywhere_are_ended_by_the_next_run(world: World) -> None:
    killed_at(world, lambda: world.run("sync"), same_ids=True)
    assert set(world.end().files) == {
        f"{name}/README.md" for name in ("far/uno", "far/changed", "turn/one", "turn/two")
    }
    moved = world.end().files["far/uno/README.md"].decode()
    assert "[a](../one/a.md) [t](../two/t.md) ![](../img/b.png)\n" in moved
    swapped = world.end().files["turn/two/README.md"].decode()
    assert "[a](../one/a.md) [t](t.md) ![](../img/b.png)\n" in swapped


def test_an_undo_of_them_killed_anywhere_is_ended_by_the_same_undo(world: World) -> None:
    before = world.end().files
    all_done(world.run("sync"))
    last = world.last_run()
    killed_at(world, lambda: world.undo(last), same_ids=True)
    assert world.end().files == before


def test_they_are_ended_though_the_next_run_is_killed_while_it_settles(world: World) -> None:
    killed_at(world, lambda: world.run("sync"), some=6, same_ids=True, twice=True)
