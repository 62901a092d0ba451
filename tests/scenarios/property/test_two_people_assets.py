"""Two people and their images, an unreliable network, runs that are killed: the laws hold."""

from __future__ import annotations

import tempfile
from contextlib import closing, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import hypothesis.strategies as st
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from scenarios.crash.asset_points import killed
from scenarios.crash.points import Points
from support import effort
from wikisync.config import load
from wikisync.errors import WikisyncError
from wikisync.progress import silent
from wikisync.sandbox import Drop, Duplicate, LoseUpload, Sandbox, Status
from wikisync.sandbox.asset_store import read as read_asset
from wikisync.state import State
from wikisync.workflow import restore, sync_run, undo

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.planning.model import Command
    from wikisync.request import Report

pytestmark = pytest.mark.slow

STEPS: Final = 10
EXAMPLES: Final = effort.examples(20)
PHASES: Final = (Phase.explicit, Phase.reuse, Phase.generate)
GUARDS: Final = frozenset({"emptied", "all-changed", "foreign-state"})

PLACES: Final = ("img/a.png", "img/b.png", "other/c.pdf", "d.svg")
FAULTS: Final = (
    (LoseUpload(), "assets.upload"),
    (Duplicate(), "assets.upload"),
    (Drop(), "assets.upload"),
    (Drop(after=True), "assets.upload"),
    (Status(502, after=True), "assets.upload"),
    (Drop(), "assets.download"),
    (Status(502), "assets.download"),
    (Drop(), "list"),
    (Drop(after=True), ("renameAsset", "deleteAsset", "createFolder")),
)

paths = st.sampled_from(PLACES)
acts = st.one_of(
    st.tuples(st.sampled_from(["write", "write", "remove", "upload", "upload", "delete"]), paths),
    st.tuples(st.sampled_from(["rename", "rename_there"]), st.just("img/a.png")),
    st.tuples(st.sampled_from(["rename", "rename_there"]), st.just("img/b.png")),
)
several = st.lists(acts, max_size=4)
troubles = st.lists(
    st.tuples(st.sampled_from(FAULTS), st.integers(1, 4), st.integers(1, 3)), max_size=2
)
deaths = st.none() | st.integers(1, 70)


class TwoPeopleWithImages(RuleBasedStateMachine):
    """A folder, a wiki, and the images of both. All bytes are written once in a lifetime."""

    def __init__(self) -> None:
        super().__init__()
        self._directory = tempfile.TemporaryDirectory()
        self._box = Sandbox()
        root = Path(self._directory.name)
        text = f'url = "{self._box.url}"\njobs = 2\nassets = "all"\n'
        (root / "wikisync.toml").write_text(text, encoding="utf-8")
        self.config = load(start=root, env={"WIKISYNC_TOKEN": self._box.token})
        self.folder = self.config.folder
        self.folder.mkdir()
        self._numbers = count(1)
        self.written: set[bytes] = set()
        self._broken = False

    def teardown(self) -> None:
        try:
            if not self._broken:
                self.after_quiet()
        finally:
            self._box.close()
            self._directory.cleanup()

    @initialize(known=st.sets(paths))
    def some_images(self, known: set[str]) -> None:
        for path in sorted(known):
            self.upload(path)
        self._quietly("sync")

    @rule(
        first=several,
        command=st.sampled_from(["push", "pull", "sync", "sync"]),
        delete=st.booleans(),
        prefer=st.sampled_from([None, None, "local", "wiki"]),
        trouble=troubles,
        death=deaths,
    )
    def a_run(
        self,
        first: list[Any],
        command: Any,
        delete: bool,
        prefer: Any,
        trouble: Any,
        death: int | None,
    ) -> None:
        self._act(first)
        request = sync_run.Request(
            command, command, delete=delete, prefer=prefer, max_delete=100, allow=GUARDS
        )
        deleted = {path for act, path in first if act in {"remove", "rename"}}
        before = self.files()
        work = partial(sync_run.run_sync, self.config, request, silent, _yes)
        self._in_trouble(work, trouble, death)
        gone = before.keys() - self.files().keys() - deleted
        renamed = set(self.files().values())
        self._check(
            delete or all(before[path] in renamed for path in gone), f"deleted unasked: {gone}"
        )

    @rule(first=several, trouble=troubles, death=deaths)
    def an_undo(self, first: list[Any], trouble: Any, death: int | None) -> None:
        self._act(first)
        request = sync_run.Request("undo", "sync")
        self._in_trouble(partial(undo.undo, self.config, request, silent, _yes), trouble, death)

    @rule(first=several, nth=st.integers(0, 20), death=deaths)
    def a_restore(self, first: list[Any], nth: int, death: int | None) -> None:
        self._act(first)
        with closing(State.open(self.config.state, create=False)) as state:
            backups = state.asset_backups.all()
        if backups:
            number = backups[nth % len(backups)].number
            request = sync_run.Request("restore", "pull", backup=number)
            work = partial(restore.restore_backup, self.config, request, _yes)
            self._in_trouble(work, [], death)

    @rule()
    def after_quiet(self) -> None:
        """Two runs make both sides equal, but for conflicts; the third does nothing."""
        self._box.faults.clear()
        self._one_of_each_name()
        self._quietly("sync")
        self._quietly("sync")
        before, asked = (self.files(), self.remote()), self._asked()
        report = self._quietly("sync")
        assert report.plan.assets is not None
        plan = report.plan.assets
        self._check(not plan.actions, plan.actions)
        self._check((self.files(), self.remote()) == before, "not quiet")
        named = {path for one in plan.conflicts for path in (one.path, one.from_path)}
        named |= {name for problem in plan.problems for name in problem.names}
        self._check(bool(named) or self._asked() == asked + 1, "more than one request")
        files, remote = before
        differing = {
            path
            for path in files.keys() | remote.keys()
            if not path.endswith(".svg") and files.get(path) != remote.get(path)
        }
        self._check(differing <= named, f"differ: {differing}, named: {named}")
        with closing(State.open(self.config.state)) as state:
            self._check(not state.journal.interrupted(), "something is left open")

    @invariant()
    def nothing_that_somebody_wrote_is_lost(self) -> None:
        lost = self.written - self.found()
        self._check(not lost, f"lost: {lost}")

    # What people do.

    def _act(self, acts: list[Any]) -> None:
        for act, path in acts:
            getattr(self, act)(path)

    def _new(self, path: str) -> bytes:
        number = next(self._numbers)
        if path.endswith(".svg"):  # as the wiki leaves it
            data = f'<svg xmlns="http://www.w3.org/2000/svg"><g id="n{number}"></g></svg>'.encode()
        else:
            data = f"image {number}".encode() + bytes(number % 7)
        self.written.add(data)
        return data

    def write(self, path: str) -> None:
        file = self.folder / path
        if file.exists():
            self._forgo(file.read_bytes(), files=False)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self._new(path))

    def remove(self, path: str) -> None:
        file = self.folder / path
        if file.exists():
            self._forgo(file.read_bytes(), files=False)
            file.unlink()

    def rename(self, path: str) -> None:
        file, other = self.folder / path, self.folder / "img/e.png"
        if file.exists() and not other.exists():
            file.rename(other)

    def upload(self, path: str) -> None:
        self._forgo_remote(path)
        self._box.assets.upload(path, self._new(path))

    def delete(self, path: str) -> None:
        if self._box.assets.get(path) is not None:
            self._forgo_remote(path)
            self._box.assets.delete(path)

    def rename_there(self, path: str) -> None:
        assets = self._box.assets
        if assets.get(path) is not None and assets.get("img/f.png") is None:
            assets.rename(path, "f.png")

    def _forgo_remote(self, path: str) -> None:
        old = self._box.assets.read(path)
        if old is not None:
            self._forgo(old, remote=False)

    def _forgo(self, old: bytes, *, files: bool = True, remote: bool = True) -> None:
        """Who overwrites what nobody else has does not expect it to be kept."""
        if old not in self.found(files=files, remote=remote):
            self.written.discard(old)

    def _one_of_each_name(self) -> None:
        """Do what a run asks for where the wiki made two assets of one name: keep the newest."""
        for path in self._box.assets.paths():
            rows = [row for row in self._box.assets.all() if row["path"] == path]
            newest = self._box.assets.get(path)
            for row in rows:
                if newest is not None and row["id"] != newest["id"]:
                    self._forgo(self._stored(row["id"]))
                    self._box.store.run("delete from assets where id = ?", row["id"])

    # How a run is done.

    def _quietly(self, command: Command) -> Report:
        request = sync_run.Request(command, command, delete=True, max_delete=100, allow=GUARDS)
        return sync_run.run_sync(self.config, request, silent, _yes)

    def _in_trouble(self, work: Callable[[], Report], trouble: Any, death: int | None) -> None:
        for (effect, on), nth, times in trouble:
            self._box.faults.add(effect, on=on, nth=nth, times=times)
        with suppress(WikisyncError):
            killed(Points(death), self.config.state, work)
        self._box.faults.clear()

    def _asked(self) -> int:
        return self._box.requests[-1].number if self._box.requests else 0

    # What is where.

    def files(self) -> dict[str, bytes]:
        return {
            file.relative_to(self.folder).as_posix(): file.read_bytes()
            for file in self.folder.rglob("*")
            if file.is_file() and not file.name.startswith(".")
        }

    def remote(self) -> dict[str, bytes | None]:
        assets = self._box.assets
        return {path: assets.read(path) for path in assets.paths()}

    def _stored(self, number: int) -> bytes:
        with read_asset(self._box.store, number) as data:
            return data.read()

    def found(self, *, files: bool = True, remote: bool = True) -> set[bytes]:
        """Everything that is on a side or in a backup."""
        found: set[bytes] = set()
        if remote:
            found |= {self._stored(row["id"]) for row in self._box.assets.all()}
        if files:
            found |= {file.read_bytes() for file in self.folder.rglob("*") if file.is_file()}
        if self.config.state.exists():
            with closing(State.open(self.config.state, create=False)) as state:
                for backup in state.asset_backups.all():
                    with state.asset_backups.open(backup) as kept:
                        found.add(kept.read())
        return found

    def _check(self, holds: bool, otherwise: object) -> None:
        if not holds:
            self._broken = True
            raise AssertionError(otherwise)


def _yes(_report: Report) -> bool:
    return True


@pytest.mark.usefixtures("swift")
def test_whatever_happens_to_images_nothing_is_lost_and_both_sides_end_equal() -> None:
    many = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=PHASES)
    run_state_machine_as_test(TwoPeopleWithImages, settings=many)
