"""Many images over a bad network: each run does what it can, and the end is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from support.workspace import Workspace
from wikisync.sandbox import Drop, LoseUpload, Sandbox, Status

if TYPE_CHECKING:
    from pathlib import Path

MANY: Final = 1_000
RATE: Final = 0.05
"""The part of the requests that go wrong, of each kind."""

TRIES: Final = 6
"""Runs after which all has to be there."""


def until_done(workspace: Workspace, *command: str) -> int:
    """Run a command until nothing is left to do; returns how many times that took."""
    for number in range(1, TRIES + 1):
        result = workspace.run(*command, "--yes", "--json")
        assert result.code in {0, 1}, result
        if result.code == 0:
            return number
    raise AssertionError(result)


def test_images_over_a_bad_network_are_all_there_in_the_end(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.seed(7)
    images = {f"img/{n % 7}/{n}.png": b"\x89PNG %d" % n * 50 for n in range(MANY)}
    places = [tmp_path / name for name in ("here", "there")]
    for place in places:
        place.mkdir()
    here, there = (Workspace(place, sandbox) for place in places)
    for workspace in (here, there):
        workspace.configure(assets="all")
    for name, data in images.items():
        here.write(name, data)
    for effect in (LoseUpload(), Drop(), Drop(after=True), Status(502, after=True)):
        sandbox.faults.add(effect, on="assets.upload", rate=RATE)
    until_done(here, "push")
    paths = sandbox.assets.paths()
    assert {path: sandbox.assets.read(path) for path in paths} == images
    assert len(paths) == MANY
    sandbox.faults.clear()
    for effect in (Drop(), Status(503), Drop(after=True)):
        sandbox.faults.add(effect, on="assets.download", rate=RATE)
    until_done(there, "pull")
    assert there.files() == images
    sandbox.faults.clear()
    for workspace in (here, there):
        again = workspace.run("sync", "--yes", "--json").ok()
        assert not again.json["actions"]
        assert len(again.asked) == 1
