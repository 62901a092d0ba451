"""A real process killed by SIGKILL: a sample of the points all of which ``test_killed`` tries.

It is killed by the wiki, when a request comes in or before it is answered, or by itself, between
two effects.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from scenarios.crash.scenarios import EDITS, begin
from scenarios.crash.world import World
from wikisync.sandbox import Hook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.sandbox import Sandbox

PATIENCE: Final = 30.0
TESTS: Final = Path(__file__).parents[2]
SYNC: Final = ("sync", "--delete", "--yes", "--max-delete", "50")

_MORTAL: Final = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from scenarios.crash.points import Points, watched
from wikisync.cli.commands import app
with watched(Points(int(sys.argv[2]), lambda: os.kill(os.getpid(), signal.SIGKILL))):
    app(sys.argv[3:])
"""


@pytest.fixture
def world(tmp_path: Path, sandbox: Sandbox) -> Iterator[World]:
    """A world with a process to come; afterwards, the process was killed and its run is ended."""
    made = World(tmp_path, sandbox)
    begin(made)
    EDITS["sync"](made)
    before, texts = made.moment(), made.texts()
    made.run("sync")
    right = made.end()
    made.back_to(before)
    yield made
    made.sandbox.faults.clear()
    report = made.run("sync")
    assert [o for o in report.outcomes if o.result != "done" or o.error is not None] == []
    assert made.end() == right
    assert texts <= made.texts()
    asked = made.requests()
    assert not made.run("sync").plan.actions
    assert made.requests() == asked + 1


def process(world: World, *args: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "WIKISYNC_TOKEN": world.sandbox.token}
    env = {name: value for name, value in env.items() if not name.lower().endswith("_proxy")}
    return subprocess.Popen(
        [sys.executable, *args],
        cwd=world.root,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("field", "nth"),
    [("pages.create", 1), ("pages.create", 2), ("pages.update", 1), ("pages.delete", 1)],
)
def test_a_process_killed_while_the_wiki_writes(
    world: World, field: str, nth: int, after: bool
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        started[0].send_signal(signal.SIGKILL)
        started[0].wait(PATIENCE)

    world.sandbox.faults.add(Hook(kill, after=after), on=field, nth=nth)
    started.append(process(world, "-m", "wikisync", *SYNC))
    assert started[0].wait(PATIENCE) == -signal.SIGKILL


@pytest.mark.parametrize("point", [3, 11, 29, 47, 83, 107])
def test_a_process_killed_between_two_effects(world: World, point: int) -> None:
    mortal = process(world, "-c", _MORTAL, str(TESTS), str(point), *SYNC)
    assert mortal.wait(PATIENCE) == -signal.SIGKILL
