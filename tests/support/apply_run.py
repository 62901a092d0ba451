"""Both sides and a state on this machine, for tests of what really happens to pages and files."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from support.texts import TEXT
from wikisync.apply.executor import apply
from wikisync.apply.recovery import recover
from wikisync.apply.result import ActionResult
from wikisync.apply.transaction import ApplyContext
from wikisync.folder.folder import Folder
from wikisync.page.paths import Layout
from wikisync.planning.planner import PlanOptions, make_plan
from wikisync.progress import silent
from wikisync.snapshot.collect import collect
from wikisync.state import State
from wikisync.wiki.client import Wiki

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from wikisync.planning.model import Command, Plan
    from wikisync.sandbox import Sandbox

DATE = "2020-12-16T06:49:25.724Z"
CREATED = "2020-12-16T06:14:16.410Z"


def page(content: str = TEXT, title: str = "A page", tags: str = "", more: str = "") -> str:
    """A file as Wiki.js's storage writes it."""
    return (
        f"---\ntitle: {title}\ndescription: \npublished: true\ndate: {DATE}\n"
        f"tags: {tags}\neditor: markdown\ndateCreated: {CREATED}\n{more}---\n\n{content}"
    )


@dataclass
class SyncSetup:
    """A folder, a wiki and a state, with the steps of a run between them."""

    sandbox: Sandbox
    root: Path
    wiki: Wiki
    state: State
    ignore: tuple[str, ...] = ()
    folders: dict[tuple[str, ...], Folder] = field(default_factory=dict)
    runs: list[ApplyContext] = field(default_factory=list)
    at_once: int = 1

    @property
    def folder(self) -> Folder:
        """The folder, which remembers its last look as long as what it ignores stays."""
        if self.ignore not in self.folders:
            self.folders[self.ignore] = Folder(self.root, self.ignore)
        return self.folders[self.ignore]

    def write(self, file: str, text: str | None = None) -> Path:
        """What a person does in an editor."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((page() if text is None else text).encode())
        return path

    def text(self, file: str) -> str:
        return (self.root / file).read_bytes().decode()

    def files(self) -> list[str]:
        """Every file in the folder, hidden ones too."""
        found = self.root.rglob("*")
        return sorted(path.relative_to(self.root).as_posix() for path in found if path.is_file())

    def plan(self, command: Command = "sync", **wish: Any) -> Plan:
        surveyed = collect(self.folder, self.wiki, self.state, silent, Layout())
        return make_plan(surveyed.snapshot, PlanOptions(command, **wish))

    def run(self, *, write_back: bool = True) -> ApplyContext:
        number = self.state.journal.begin_run("sync", DATE)
        run = ApplyContext(
            self.wiki,
            self.folder,
            self.state,
            number,
            write_back,
            concurrent_updates=self.at_once,
            concurrent_creates=self.at_once,
        )
        self.runs.append(run)
        return run

    def apply(
        self,
        plan: Plan,
        *,
        write_back: bool = True,
        stop: Callable[[], bool] = lambda: False,
    ) -> list[ActionResult]:
        return list(apply(plan, self.run(write_back=write_back), stop=stop))

    def settle(self) -> int:
        """What a run begins with where another was interrupted."""
        return recover(self.state, self.folder, self.wiki)

    def do(self, command: Command = "sync", **wish: Any) -> list[ActionResult]:
        return self.apply(self.plan(command, **wish))

    def kept(self) -> list[bytes]:
        """What the runs so far overwrote or deleted: file bytes, or packed pages."""
        found = (
            self.state.backups.data(noted.number)
            for run in self.runs
            for noted in self.state.journal.entries(run.run_number)
        )
        return [data for data in found if data is not None]

    def mutations(self) -> Counter[str]:
        """The writes that the wiki was asked for so far."""
        return Counter(
            name for seen in self.sandbox.requests if seen.is_mutation for name in seen.fields
        )


@contextmanager
def sync_setup(sandbox: Sandbox, root: Path) -> Iterator[SyncSetup]:
    """A rig on a sandbox, with its folder and its state below ``root``."""
    (root / "pages").mkdir()
    state = State.open(root / ".wikisync")
    try:
        with Wiki(sandbox.url, sandbox.token) as wiki:
            yield SyncSetup(sandbox, root / "pages", wiki, state)
    finally:
        state.close()


def results(outcomes: list[ActionResult]) -> list[str]:
    """Each outcome in short: ``update wiki a: done``."""
    return [f"{o.action.verb} {o.action.side} {o.action.key.path}: {o.result}" for o in outcomes]
