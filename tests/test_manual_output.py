"""What the manual shows of the program's output is what the program prints: the story, replayed."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest

from support import manual
from support.terminal import Terminal
from support.workspace import Workspace
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

BLOCK: Final = re.compile(r"^```\n(\$ wikisync .*?)^```$", re.MULTILINE | re.DOTALL)
TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:[\d:.]+Z?")
ADDRESS: Final = re.compile(r"127\.0\.0\.1:\d+")
QUESTION: Final = re.compile(r"\A.*\[y/N\]: y\n", re.DOTALL)

# Shown where it starts a server, which replaying would not end.
NOT_REPLAYED: Final = ("sandbox --locales en,fr", "review")

HOME: Final = """\
---
title: Our handbook
description: Where to begin
published: true
date: 2026-11-02T08:15:00.000Z
tags: handbook
editor: markdown
dateCreated: 2026-11-02T08:15:00.000Z
---

# Welcome

Read [how to install](/guide/install) first.
"""
INSTALL: Final = """\
---
title: Install: the short way
description: What you need
published: true
date: 2026-11-02T08:20:00.000Z
tags: install, setup
editor: markdown
dateCreated: 2026-11-02T08:20:00.000Z
---

# Install

Take the package.
"""
NOTES: Final = "# Notes\n\nWritten without a header.\n"


def plain(output: str) -> str:
    """Output without what differs from run to run, and without blanks at its end."""
    return ADDRESS.sub("127.0.0.1:3010", TIME.sub("…", output)).rstrip() + "\n"


def shown() -> list[tuple[str, str, str]]:
    """Every command that the manual shows with its output: page, command line, output."""
    found = []
    for file in manual.files():
        for block in BLOCK.findall(manual.text(file)):
            for part in re.split(r"^\$ wikisync ", block, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                if command not in NOT_REPLAYED:
                    found.append((file, command, plain(output)))
    return found


class Told:
    """A project folder and a wiki, and everything that the commands run there printed."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.token = sandbox.token
        self.printed: list[tuple[str, str]] = []

    def run(self, command: str, *more: str) -> None:
        done = manual.run(
            *command.split(),
            *more,
            cwd=self.folder,
            WIKISYNC_TOKEN=self.token,
            WIKISYNC_URL="",
        )
        output = done.stdout + done.stderr
        self.printed.append((ADDRESS.sub("127.0.0.1:3010", command), plain(output)))

    def ask(self, workspace: Workspace, command: str) -> None:
        """Run it at a terminal, up to its question; the answer is no."""
        with Terminal(workspace, *command.split()) as terminal:
            terminal.expect("[y/N]: ")
            # Progress that was wiped away leaves its blank lines.
            self.printed.append((command, plain(terminal.shown.lstrip("\n"))))
            terminal.type("n\n")
            terminal.end()

    def write(self, file: str, text: str) -> None:
        path = self.folder / "pages" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def forget(self, file: str) -> None:
        (self.folder / "pages" / file).unlink()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """What the program prints in the stories that the manual tells."""
    stories = (
        first_page,
        a_first_day,
        two_people,
        a_run_taken_back,
        too_many_deletions,
        files_that_are_no_page,
        a_plan_reviewed,
        an_edit_overwritten,
        a_wiki_restored,
        a_whole_repository,
        locales_in_folders,
        a_key_that_may_only_read,
    )
    return [line for story in stories for line in story(tmp_path_factory.mktemp("story"))]


def first_page(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url}")
        told.write("notes.md", NOTES)
        told.run("push", "--yes")
        yield from told.printed


def a_first_day(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url}")
        told.write("home.md", HOME)
        told.write("guide/install.md", INSTALL)
        told.run("push --yes", "--quiet")
        for file in ("home.md", "guide/install.md"):
            told.forget(file)
        shutil.rmtree(folder / ".wikisync")  # from here on it is another machine's first day
        told.run("pull --yes")
        told.write("guide/install.md", INSTALL.replace("Take the package", "Take the new package"))
        for command in ("diff", "push --yes"):
            told.run(command)
        told.write("guide/install.md", INSTALL.replace("Take the package", "Take version 2"))
        sandbox.edit("guide/install", content="# Install\n\nTake the package of today.\n")
        for command in ("push", "pull guide/install.md --markers --yes"):
            told.run(command)
        told.write(
            "guide/install.md", INSTALL.replace("Take the package", "Take version 2 of today")
        )
        for command in ("push --yes", "log", "undo --yes"):
            told.run(command)
        yield from told.printed


def two_people(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url}")
        told.write("home.md", HOME)
        told.write("guide/install.md", INSTALL)
        told.write("notes.md", NOTES)
        told.write("fr/home.md", "# Bienvenue\n\nLisez.\n")
        told.run("push --yes", "--quiet")
        told.write("guide/install.md", INSTALL + "An edit here.\n")
        welcome = HOME.partition("---\n\n")[2]
        sandbox.edit(
            "home", content=f"{welcome}\nAn edit on the wiki.\n", tags=["handbook", "start"]
        )
        for command in ("status", "diff --pull", "diff --pull --stat", "push --yes", "pull --yes"):
            told.run(command)
        told.write("guide/install.md", INSTALL + "An edit here, and another.\n")
        sandbox.edit("guide/install", content="# Install\n\nTake the package, there.\n")
        told.run("sync --yes")
        told.run("push --prefer local --yes")
        told.forget("notes.md")
        told.run("push")
        told.run("push --delete", "--yes")
        yield from told.printed


def a_run_taken_back(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url}")
        told.write("notes.md", NOTES)
        told.write("install.md", INSTALL)
        told.run("push --yes")
        told.write("notes.md", "Other words.\n")
        told.forget("install.md")
        told.run("push --delete --yes")
        told.run("log")
        told.run("undo --yes")
        yield from told.printed


def too_many_deletions(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url}")
        for number in range(1, 31):
            told.write(f"p{number:02}.md", f"Page {number}.\n")
        told.run("push --yes", "--quiet")
        for number in range(1, 10):
            told.forget(f"p{number:02}.md")
        told.run("push --delete --yes")
        yield from told.printed


def files_that_are_no_page(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url}")
        told.write("home.md", HOME)
        told.write("notes.md", NOTES)
        told.run("push --yes", "--quiet")
        told.write("merge.md", "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n")
        told.write("v1.2.md", NOTES)
        told.run("status")
        yield from told.printed


def a_plan_reviewed(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url}")
        home = HOME.replace("[how to install](/guide/install)", "how to install")
        told.write("home.md", home)
        told.write("notes.md", NOTES)
        told.run("push --yes", "--quiet")
        told.write("home.md", home.replace("first.", "first, then [how we work](/work)."))
        told.write("notes.md", f"{NOTES}\nAnd more.\n")
        told.write("work.md", "# How we work\n\nTogether.\n")
        told.run("plan push -o plan.json")
        told.run("show plan.json")
        sandbox.edit("notes", content=f"{NOTES}\nAn edit on the wiki.\n")
        told.run("apply plan.json --yes")
        told.run("apply plan.json --yes --skip-stale")
        told.run("apply plan.json --yes")
        yield from told.printed


def an_edit_overwritten(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        workspace = Workspace(folder, sandbox, {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "80"})
        told = Told(folder, sandbox)
        told.write("guide/install.md", INSTALL)
        told.run("push --yes", "--quiet")
        told.write("guide/install.md", INSTALL + "An edit here.\n")
        sandbox.edit("guide/install", content="# Install\n\nTake the package, there.\n")
        told.ask(workspace, "push guide/install.md --prefer local")
        yield from told.printed


def a_wiki_restored(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url}")
        told.write("home.md", HOME)
        told.write("guide/install.md", INSTALL)
        told.run("push --yes", "--quiet")
        dump = sandbox.dump()
        told.write("guide/install.md", INSTALL + "An edit here.\n")
        told.write("notes.md", NOTES)
        told.run("push --yes", "--quiet")
        sandbox.restore(dump)
        told.run("pull")
        yield from told.printed


def a_whole_repository(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url} --folder .")
        with (folder / "wikisync.toml").open("a", encoding="utf-8") as settings:
            settings.write('root = "products/rocket"\nindex = "README"\n')
            settings.write('ignore = ["CHANGELOG.md", "LICENSE.md", "tests/"]\n')
        (folder / ".gitignore").write_text("dist/\n", encoding="utf-8")
        for file in (
            *("README.md", "docs/guide.md", "src/parser/README.md", "CHANGELOG.md", "LICENSE.md"),
            *("node_modules/x/README.md", "venv/pyvenv.cfg", "dist/a.md", "tests/a.md"),
        ):
            told.write(f"../{file}", NOTES)
        (folder / "pages").rmdir()
        (folder / ".git").mkdir()
        told.run("status")
        yield from told.printed


def locales_in_folders(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url}")
        for number in range(300):
            told.write(f"en/page-{number}.md", NOTES)
        told.run("status")
        yield from told.printed


def a_key_that_may_only_read(folder: Path) -> Iterator[tuple[str, str]]:
    with Sandbox() as sandbox:
        told = Told(folder, sandbox)
        told.run(f"init {sandbox.url}")
        told.write("home.md", HOME)
        told.run("push --yes", "--quiet")
        told.token = sandbox.key(["read:pages", "read:source"], lifetime="5d")
        told.run("doctor")
        yield from told.printed


def test_the_output_that_the_manual_shows_is_what_the_program_prints(
    printed: list[tuple[str, str]],
) -> None:
    """One test for all outputs: the stories that print them take half a minute."""
    assert shown()
    differing = [
        f"{file}: $ wikisync {command}\n{output}"
        for file, command, output in shown()
        if not any(_as_shown(output).fullmatch(text) for typed, text in printed if typed == command)
    ]
    assert not differing, "\n---\n".join(differing)


def _as_shown(output: str) -> re.Pattern[str]:
    # Behind a question stands what the command prints without one; a line of dots stands for many.
    parts = QUESTION.sub("", output).split("  …\n")
    return re.compile(".*\n".join(map(re.escape, parts)), re.DOTALL)
