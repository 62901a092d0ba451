"""A run with images and files that is killed anywhere is ended by the next, and nothing is lost."""

from __future__ import annotations

import ssl
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import pytest

from scenarios.crash.asset_points import killed, watching
from scenarios.crash.points import Points
from scenarios.crash.world import World
from support.effort import sample
from support.texts import TEXT
from wikisync.config import load
from wikisync.state import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scenarios.crash.world import Moment
    from wikisync.request import Report
    from wikisync.sandbox import Sandbox

SOME: Final = 14
"""Points of a run that are tried, one of each kind at the least."""

NAMES: Final = ("edited", "renamed", "deleted")


class AssetWorld(World):
    """A folder and a wiki with images."""

    def __init__(self, root: Path, sandbox: Sandbox) -> None:
        super().__init__(root, sandbox)
        settings = f'url = "{sandbox.url}"\nassets = "all"\n'
        (root / "wikisync.toml").write_text(settings, encoding="utf-8")
        self.config = load(start=root, env={"WIKISYNC_TOKEN": sandbox.token})

    def killed(self, last: int, work: Callable[[], object]) -> str | None:
        """Do ``work`` in a process that dies at a point; its name, None if it came to its end."""
        return killed(Points(last), self.config.state, work)

    def image(self, name: str, data: bytes) -> None:
        file = self.config.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def assets(self) -> dict[str, bytes | None]:
        assets = self.sandbox.assets
        assert len(assets.paths()) == len(set(assets.paths())), "an asset is there twice"
        return {path: assets.read(path) for path in assets.paths()}

    def sides(self) -> tuple[Any, ...]:
        """What a run comes to, apart from ids and times."""
        folder = self.config.folder
        files = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }
        with closing(State.open(self.config.state, create=False)) as state:
            assert state.asset_journal.open_entries() == []
            assert not state.journal.interrupted()
            bases = {
                (base.path, base.file, base.local, base.remote)
                for base in state.asset_bases.load().values()
            }
        pages = {(page["path"], page["content"]) for page in self.sandbox.pages()}
        return files, self.assets(), bases, pages

    def everything(self) -> set[bytes]:
        """The bytes that are anywhere: on a side or in a backup."""
        found = {data for data in self.assets().values() if data is not None}
        found |= {f.read_bytes() for f in self.config.folder.rglob("*.png") if f.is_file()}
        with closing(State.open(self.config.state, create=False)) as state:
            for backup in state.asset_backups.all():
                with state.asset_backups.open(backup) as file:
                    found.add(file.read())
        return found


def begin(world: AssetWorld) -> None:
    """Equal on both sides, then changed in every way on both."""
    for name in NAMES:
        world.image(f"here/{name}.png", f"here {name}".encode())
        world.sandbox.assets.upload(f"there/{name}.png", f"there {name}".encode())
    world.sandbox.create("home", content=f"{TEXT}\n![](/here/edited.png)\n")
    assert not [o for o in world.run("sync").all_outcomes if o.result != "done"]


def change(world: AssetWorld) -> None:
    folder, wiki = world.config.folder, world.sandbox.assets
    world.image("here/edited.png", b"here, edited again")
    wiki.upload("there/edited.png", b"there, edited again")
    (folder / "here/renamed.png").rename(folder / "here/new.png")
    wiki.rename("there/renamed.png", "new.png")
    (folder / "here/deleted.png").unlink()
    wiki.delete("there/deleted.png")
    world.image("new here/a.png", b"created here")
    wiki.upload("new-there/a.png", b"created there")
    world.sandbox.edit("home", content=f"{TEXT}\n![](/there/edited.png)\n")


@pytest.fixture(autouse=True)
def no_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wiki is on loopback: reading whom else to trust would be half the time of a run."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_args, **_more: None)


@pytest.fixture
def world(tmp_path: Path, sandbox: Sandbox) -> AssetWorld:
    made = AssetWorld(tmp_path, sandbox)
    begin(made)
    change(made)
    return made


def passed_by(work: Callable[[], Report]) -> list[str]:
    points = Points()
    with watching(points):
        done(work())
    return points.passed


def done(report: Report) -> None:
    assert [o for o in report.all_outcomes if o.result != "done" or o.error is not None] == []
    assert not report.plan.refusals
    assert report.plan.assets is None or not report.plan.assets.conflicts


def each_death(world: AssetWorld, before: Moment, work: Callable[[], Report]) -> list[str]:
    """Go back to ``before``, kill ``work`` and do it again, at some of the points it returns."""
    world.back_to(before)
    passed = passed_by(work)
    right = world.sides()
    for number in sample(passed, SOME, each_kind=True):
        world.back_to(before)
        there = world.everything()
        name = world.killed(number, work)
        if name is None:  # threads took turns otherwise
            continue
        done(work())
        assert world.sides() == right, name
        assert there <= world.everything(), name
        asked = world.requests()
        again = world.run("sync")
        assert again.plan.assets is not None
        assert (again.plan.actions, again.plan.assets.actions) == ((), ()), name
        assert world.requests() == asked + 1, name
        assert not list(world.config.folder.rglob(".wikisync-*")), name
    return passed


def test_a_run_killed_anywhere_is_ended_by_the_next(world: AssetWorld) -> None:
    passed = each_death(world, world.moment(), lambda: world.run("sync"))
    assert len(passed) > 100
    assert {"after upload", "after mutation DeleteAsset", "after exchange"} <= set(passed)


def test_an_undo_killed_anywhere_is_ended_by_the_same_undo(world: AssetWorld) -> None:
    was = world.assets(), world.sides()[0]
    done(world.run("sync"))
    last, before = world.last_run(), world.moment()
    world.back_to(before)
    passed = passed_by(lambda: world.undo(last))
    assert (world.assets(), world.sides()[0]) == was
    for number in sample(passed, SOME, each_kind=True):
        world.back_to(before)
        if (name := world.killed(number, lambda: world.undo(last))) is None:
            continue
        done(world.undo(last))
        assert (world.assets(), world.sides()[0]) == was, name


def test_a_killed_run_can_be_taken_back(world: AssetWorld) -> None:
    before, was = world.moment(), (world.assets(), world.sides()[0])
    first = world.last_run()
    passed = passed_by(lambda: world.run("sync"))
    for number in sample(passed, SOME // 2):
        world.back_to(before)
        if (name := world.killed(number, lambda: world.run("sync"))) is None:
            continue
        if (last := world.last_run()) != first:
            done(world.undo(last))
        assert (world.assets(), world.sides()[0]) == was, name
