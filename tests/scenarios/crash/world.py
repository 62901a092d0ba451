"""A folder, a wiki and a state, to be put back as they were, and to be compared as a whole."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scenarios.crash.points import Points, dies
from support.effort import sample
from wikisync.config import load
from wikisync.page.document import parse
from wikisync.progress import silent
from wikisync.state import State
from wikisync.state.bases import unpack_page
from wikisync.workflow import sync_run, undo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from wikisync.page.model import ContentType
    from wikisync.planning.model import Command, Prefer
    from wikisync.request import Report
    from wikisync.sandbox import Sandbox

DATE: Final = "2020-12-16T06:49:25.724Z"

FEWER: Final = 5
"""Points that a run may pass less than the last time."""

_TABLES: Final = (
    *("pages", "tags", "pageTags", "pageLinks", "versions"),
    *("assetFolders", "assets", "assetData"),
)
_OF_THE_MOMENT: Final = ("id", "createdAt", "updatedAt")
_DATE_LINE: Final = re.compile(rb"^date: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Moment:
    """All there is at a moment, to go back to."""

    files: dict[str, bytes]
    state: dict[str, bytes]
    wiki: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class End:
    """What a run comes to: all that does not depend on when it was."""

    pages: dict[tuple[str, str], dict[str, Any]]
    files: dict[str, bytes]
    folders: frozenset[str]
    bases: dict[tuple[str, str], tuple[str, str, str, str]]


class World:
    """A project in ``root`` and the wiki beside it."""

    def __init__(self, root: Path, sandbox: Sandbox) -> None:
        self.root, self.sandbox = root, sandbox
        (root / "wikisync.toml").write_text(f'url = "{sandbox.url}"\n', encoding="utf-8")
        self.config = load(start=root, env={"WIKISYNC_TOKEN": sandbox.token})
        self.config.folder.mkdir()

    def write(self, name: str, text: str) -> None:
        file = self.config.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.config.folder / name).read_bytes().decode()
        assert old in text, text
        self.write(name, text.replace(old, new))

    def remove(self, name: str) -> None:
        (self.config.folder / name).unlink()

    def rename(self, name: str, new: str) -> None:
        goal = self.config.folder / new
        goal.parent.mkdir(parents=True, exist_ok=True)
        assert not goal.exists()
        (self.config.folder / name).rename(goal)

    # What a user does.

    def run(
        self,
        command: Command,
        *,
        convert: bool = False,
        mirror: bool = False,
        prefer: Prefer | None = None,
    ) -> Report:
        """A push, a pull or a sync, deletions wanted."""
        request = sync_run.Request(
            command,
            command,
            delete=True,
            max_delete=50,
            convert=convert,
            mirror=mirror,
            prefer=prefer,
        )
        return sync_run.run_sync(self.config, request, silent, lambda _report: True)

    def undo(self, number: int | None = None) -> Report:
        request = sync_run.Request("undo", "sync", run=number)
        return undo.undo(self.config, request, silent, lambda _report: True)

    def last_run(self) -> int:
        """The number of the latest run."""
        return undo.log(self.config)[0].run.number

    def dies(self, last: int, work: Callable[[], object]) -> str | None:
        """Do ``work`` in a process that dies at a point; its name, None if work came to its end."""
        return dies(Points(last), self.config.state, work)

    def deaths(
        self,
        before: Moment,
        work: Callable[[], object],
        passed: Sequence[str],
        some: int,
        *,
        each_kind: bool = False,
    ) -> Iterator[tuple[int, str]]:
        """Go back to ``before`` and kill ``work`` there, at ``some`` of the points it
        ``passed`` when nobody killed it (see ``sample``); yield each point's number and what to
        say of it.
        """
        for number in sample(passed, some, each_kind=each_kind):
            self.back_to(before)
            name = self.dies(number, work)
            if name is None:  # two writes at once took turns otherwise: a point less at the end
                assert number > len(passed) - FEWER, f"not killed at point {number}"
                return
            yield number, f"killed at point {number}, {name}"

    def requests(self) -> int:
        """How many requests the wiki has seen."""
        return self.sandbox.requests[-1].number if self.sandbox.requests else 0

    # What there is.

    def moment(self) -> Moment:
        store = self.sandbox.store
        return Moment(
            _tree(self.config.folder),
            _tree(self.config.state),
            {table: store.rows(f"select * from {table}") for table in _TABLES},
        )

    def back_to(self, moment: Moment) -> None:
        for folder, files in (
            (self.config.folder, moment.files),
            (self.config.state, moment.state),
        ):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name, data in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
        with self.sandbox.store.lock:
            for table in reversed(_TABLES):
                self.sandbox.store.run(f"delete from {table}")
            for table, rows in moment.wiki.items():
                for row in rows:
                    self.sandbox.store.insert(table, row)

    def end(self) -> End:
        folder = self.config.folder
        pages = [
            {name: value for name, value in page.items() if name not in _OF_THE_MOMENT}
            | {"tags": sorted(page["tags"])}  # the order of tags does not count
            for page in self.sandbox.pages()
        ]
        named = {(page["locale"], page["path"]): page for page in pages}
        assert len(named) == len(pages), "a page is there twice"
        with closing(State.open(self.config.state, create=False)) as state:
            assert state.journal.open_entries() == []
            bases = {
                (key.locale, key.path): (
                    base.file,
                    base.content_type,
                    str(base.local),
                    str(base.remote),
                )
                for key, base in state.bases.load().items()
            }
        return End(
            named,
            {name: _DATE_LINE.sub(b"date", data) for name, data in _tree(folder).items()},
            frozenset(
                path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_dir()
            ),
            bases,
        )

    def ids(self) -> dict[tuple[str, str], int]:
        """Which page is where."""
        return {(page["locale"], page["path"]): page["id"] for page in self.sandbox.pages()}

    def texts(self) -> set[str]:
        """Every text that is anywhere: on a side, in the wiki's history, among the kept copies."""
        found = {row["content"] for row in self.sandbox.store.rows("select content from pages")}
        found |= {row["content"] for row in self.sandbox.store.rows("select content from versions")}
        found |= {_content(data) for data in _tree(self.config.folder).values()}
        with closing(State.open(self.config.state, create=False)) as state:
            for run in state.journal.runs():
                for noted in state.journal.entries(run.number):
                    for what in ("before", "overtaken"):
                        data = state.backups.data(noted.number, what)
                        if data is not None and noted.intent.side == "folder":
                            found.add(_content(data))
                        elif data is not None:
                            found.add(unpack_page(data).content)
        return found


def _content(data: bytes) -> str:
    kind: ContentType = "html" if data.startswith(b"<!--\n") else "markdown"
    return parse(data, kind, file="").page.content


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith("lock")
    }
