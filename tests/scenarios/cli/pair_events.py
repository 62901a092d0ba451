"""Two pages, and what can happen to them on either side: the events of the suite of dead ends.

All scenarios share one wiki and one folder, which are put back to their beginning between them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from scenarios.cli.advice import Advice, advised
from support.workspace import Result, Workspace, page, tree

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.cli.advice import Choice
    from wikisync.sandbox import Sandbox

RUNS: Final = 4
"""Runs after which nothing may be left to say: the first, the one that settles a page, the first
again for the other pages, and one of the other command."""

_TABLES: Final = ("pages", "tags", "pageTags", "pageLinks", "versions")


def text(name: str, more: str = "") -> str:
    """A text that is of one page alone, long enough to be told from any other."""
    return "".join(f"{name} says {number} of {name}.\n" for number in range(8)) + more


class World:
    """A folder and a wiki with the same two pages, one and two, to go back to."""

    def __init__(self, root: Path, sandbox: Sandbox) -> None:
        self.workspace = Workspace(root, sandbox)
        # With so few pages any two deletions would be over the limit, or leave a side empty.
        self.workspace.configure(max_delete=10)
        self.sandbox = sandbox
        for name in ("one", "two", "quiet"):
            self.workspace.write(f"{name}.md", page(name.title(), text(name)))
        self.workspace.run("push", "--yes").ok()
        self._files, self._state = self.workspace.files(), tree(self.workspace.state)
        self._rows = {table: sandbox.store.rows(f"select * from {table}") for table in _TABLES}
        self.ids = {row["path"]: row["id"] for row in sandbox.pages()}

    def reset(self) -> None:
        """Put everything back as it was at the beginning."""
        for folder, files in (
            (self.workspace.folder, self._files),
            (self.workspace.state, self._state),
        ):
            shutil.rmtree(folder)
            folder.mkdir()
            for name, data in files.items():
                (folder / name).write_bytes(data)
        with self.sandbox.store.lock:
            for table in reversed(_TABLES):
                self.sandbox.store.run(f"delete from {table}")
            for table, rows in self._rows.items():
                for row in rows:
                    self.sandbox.store.insert(table, row)

    # What the one in the folder does; False where it cannot be done.

    def edit_here(self, name: str) -> bool:
        file = self.workspace.folder / f"{name}.md"
        if not file.exists():
            return False
        file.write_text(file.read_text("utf-8") + f"An edit of {name} here.\n", "utf-8")
        return True

    def delete_here(self, name: str) -> bool:
        file = self.workspace.folder / f"{name}.md"
        if not file.exists():
            return False
        file.unlink()
        return True

    def create_here(self, name: str, like: str | None = None) -> bool:
        file = self.workspace.folder / f"{name}.md"
        if file.exists():
            return False
        if like is not None:
            source = self.workspace.folder / f"{like}.md"
            if not source.exists():
                return False
            file.write_bytes(source.read_bytes())
            return True
        file.write_text(page(f"{name} here", text(f"here-{name}")), "utf-8")
        return True

    def move_here(self, name: str, to: str) -> bool:
        file, goal = (self.workspace.folder / f"{it}.md" for it in (name, to))
        if not file.exists() or goal.exists():
            return False
        file.rename(goal)
        return True

    def swap_here(self) -> bool:
        return (
            self.move_here("one", "aside")
            and self.move_here("two", "one")
            and self.move_here("aside", "two")
        )

    # What the one on the wiki does.

    def edit_there(self, name: str) -> bool:
        row = self.sandbox.page(name)
        if row is None:
            return False
        self.sandbox.edit(name, content=f"An edit of {name} there.\n" + row["content"])
        return True

    def delete_there(self, name: str) -> bool:
        if self.sandbox.page(name) is None:
            return False
        self.sandbox.delete(name)
        return True

    def create_there(self, name: str, like: str | None = None) -> bool:
        if self.sandbox.page(name) is not None:
            return False
        if like is not None:
            row = self.sandbox.page(like)
            if row is None:
                return False
            self.sandbox.create(name, title=row["title"], content=row["content"])
            return True
        self.sandbox.create(name, title=f"{name} there", content=text(f"there-{name}"))
        return True

    def move_there(self, name: str, to: str) -> bool:
        if self.sandbox.page(name) is None or self.sandbox.page(to) is not None:
            return False
        self.sandbox.move(name, to)
        return True

    def swap_there(self) -> bool:
        return (
            self.move_there("one", "aside")
            and self.move_there("two", "one")
            and self.move_there("aside", "two")
        )

    def rewrite_there(self, name: str) -> bool:
        """Another content in the wiki's database, at the time that the page had."""
        return (
            self.sandbox.store.run(
                "update pages set content = ? where path = ?", text(f"{name}-rewritten"), name
            )
            > 0
        )


Event = Callable[[World], bool]


def _do(world: World, verb: str, args: tuple[str, ...]) -> bool:
    return bool(getattr(world, verb)(*args))


def _events() -> dict[str, Event]:
    found: dict[str, Event] = {}

    def add(name: str, verb: str, *args: str) -> None:
        for side in ("here", "there"):
            found[f"{name} {side}"] = partial(_do, verb=f"{verb}_{side}", args=args)

    for name in ("one", "two"):
        for verb in ("edit", "delete", "create"):
            add(f"{verb} {name}", verb, name)
        for to in ("one", "two", "three"):
            if to != name:
                add(f"move {name} to {to}", "move", name, to)
    add("create three", "create", "three")
    add("copy one to three", "create", "three", "one")
    add("swap", "swap")
    return found


EVENTS: Final = _events()
"""What can happen, by its name. Some of it can only happen after something else."""


def happen(world: World, *names: str) -> bool:
    """Put the world back and let these events happen; False where one of them cannot."""
    world.reset()
    return all(EVENTS[name](world) for name in names)


def strangers(world: World) -> dict[str, str]:
    """The pages, by their names at first, that hold the text of the other one."""
    rows = {row["id"]: row["content"] for row in world.sandbox.pages()}
    return {
        name: rows[number]
        for name, number in world.ids.items()
        for other in ("one", "two")
        if other != name and number in rows and f"{other} says" in rows[number]
    }


@dataclass(frozen=True)
class Walk:
    """The runs of a reader who does what each report says."""

    runs: tuple[Result, ...]
    quiet: bool

    def told(self) -> str:
        return "\n".join(f"$ wikisync {' '.join(run.args)}\n{run.text}" for run in self.runs)


def walk(world: World, choice: Choice, first: str = "sync") -> Walk:
    """Follow the advice until nothing is left to be said; whose side to keep is the reader's."""
    runs: list[Result] = []
    args: tuple[str, ...] = (first,)
    noted: list[Advice] = []
    while len(runs) < RUNS:
        ran = world.workspace.run(*args, "--yes")
        runs.append(ran)
        # A run of some pages says nothing of the others; of those the last report counts.
        limited = any(word.endswith(".md") for word in args)
        noted = [s for s in noted if limited and s.side in {None, choice} and s.args != args]
        noted = [*advised(ran.text, args[0]), *noted]
        if "Give the command without PATH" in ran.text:
            args = tuple(word for word in args if not word.endswith(".md"))
        elif noted:
            args = _next(noted, choice).args
        elif limited:  # done with these pages: back to what the reader wanted at first
            args = (first,)
        else:
            break
    status = world.workspace.run("status", "--exit-code")
    quiet = status.code == 0 and not advised(status.text, first)
    return Walk((*runs, status), quiet)


def _next(steps: list[Advice], choice: Choice) -> Advice:
    """What a reader does who has several pieces of advice: first what is to be decided.

    Where only the other side's version can be kept, they keep that.
    """
    for side in (choice, None, "wiki" if choice == "local" else "local"):
        if found := [step for step in steps if step.side == side]:
            return found[0]
    raise AssertionError(steps)
