"""Nothing is loaded that a command does not need: it would cost every run its time."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from support.apply_run import page

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox

pytestmark = pytest.mark.slow

HEAVY: Final = {
    "attr",
    "filelock",
    "frontmatter",
    "gql",
    "graphql",
    "httpx2",
    "markdown_it",
    "pathspec",
    "pydantic",
    "pygments",
    "rich",
    "sqlite3",
    "stamina",
    "starlette",
    "tenacity",
    "typer",
    "uvicorn",
    "yaml",
}
"""What takes a noticeable time to load."""

GQL: Final = {"gql", "graphql", "tenacity"}
"""The client library of the wiki's API, with what it brings along."""

INSTALLED: Final = {"attr"}
"""What the HTTP client loads where it is installed, as it is with the development tools."""

_LOADED: Final = """
import sys
from wikisync.__main__ import main
try:
    main()
finally:
    sys.stderr.write("\\n".join(sorted(sys.modules)))
"""


def loaded(where: Path, *arguments: str, token: str = "", program: str = _LOADED) -> set[str]:
    """The modules that are loaded once a command has come to its end."""
    env = {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=where,
        env={**env, "WIKISYNC_TOKEN": token, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


def heavy(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} & HEAVY


@pytest.fixture
def synced(tmp_path: Path, sandbox: Sandbox) -> Path:
    (tmp_path / "wikisync.toml").write_text(f'url = "{sandbox.url}"\n', "utf-8")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "home.md").write_text(page(), "utf-8")
    loaded(tmp_path, "push", "--yes", token=sandbox.token)
    return tmp_path


def test_the_version_needs_none_of_what_is_heavy(tmp_path: Path) -> None:
    modules = loaded(tmp_path, "--version")
    assert heavy(modules) == set()
    assert {name for name in modules if name.startswith("wikisync")} == {
        "wikisync",
        "wikisync.__main__",
    }


@pytest.mark.parametrize("command", ["status", "sync", "sandbox"])
def test_the_help_of_a_command_is_as_quick(tmp_path: Path, command: str) -> None:
    assert heavy(loaded(tmp_path, command, "--help")) == {"typer"}


def test_help_loads_no_side_no_state_and_nothing_of_the_sandbox(tmp_path: Path) -> None:
    modules = loaded(tmp_path, "--help")
    assert heavy(modules) == {"typer"}
    assert {name for name in modules if name.startswith("wikisync")} == {
        "wikisync",
        "wikisync.__main__",
        "wikisync.cli",
        "wikisync.cli.commands",
        "wikisync.cli.check_command",
        "wikisync.cli.completion",
        "wikisync.cli.confirmation",
        "wikisync.cli.doctor_command",
        "wikisync.cli.plan_commands",
        "wikisync.cli.preview_command",
        "wikisync.cli.history_commands",
        "wikisync.cli.sandbox_commands",
        "wikisync.cli.help",
        "wikisync.cli.help_texts",
        "wikisync.cli.init_command",
        "wikisync.cli.output_errors",
        "wikisync.cli.terminal",
        "wikisync.cli.watch_command",
        "wikisync.cli.options",
        "wikisync.request",
    }


def test_status_in_sync_loads_the_wire_and_the_state_and_no_more(
    synced: Path, sandbox: Sandbox
) -> None:
    modules = loaded(synced, "status", "--json", token=sandbox.token)
    assert heavy(modules) - INSTALLED == {"httpx2", "sqlite3", "typer"}


def test_what_reads_pages_or_writes_them_has_gql_execute_it(synced: Path, sandbox: Sandbox) -> None:
    (synced / "pages" / "home.md").write_text(page(content="Another text.\n"), "utf-8")
    assert loaded(synced, "push", "--yes", token=sandbox.token) >= GQL


def test_status_for_people_loads_rich_and_not_what_it_does_not_show(
    synced: Path, sandbox: Sandbox
) -> None:
    modules = loaded(synced, "status", token=sandbox.token)
    assert heavy(modules) - INSTALLED == {"httpx2", "rich", "sqlite3", "typer"}
    assert not modules & {"rich.markdown", "rich.progress", "rich.syntax", "rich.traceback"}


def test_status_loads_nothing_that_writes(synced: Path, sandbox: Sandbox) -> None:
    modules = loaded(synced, "status", token=sandbox.token)
    assert not modules & {
        "wikisync.apply.executor",
        "wikisync.sandbox",
        "wikisync.cli.demo",
        "wikisync.workflow.init",
        "wikisync.workflow.run_journal",
        "wikisync.workflow.sync_run",
        "wikisync.workflow.undo",
    }


_ASKED: Final = """
import sys
from wikisync.snapshot import first_request
from wikisync.__main__ import main
ask = first_request.ask_for_list
def ask_and_tell(*arguments):
    sys.stderr.write("\\n".join(sys.modules))
    return ask(*arguments)
first_request.ask_for_list = ask_and_tell
main()
"""


def test_status_asks_the_wiki_before_what_compares_is_loaded(
    synced: Path, sandbox: Sandbox
) -> None:
    before = loaded(synced, "status", "--quiet", token=sandbox.token, program=_ASKED)
    assert "wikisync.wiki.client" in before
    assert not before & {
        "wikisync.planning.planner",
        "wikisync.report.terminal",
        "wikisync.snapshot.collect",
        "wikisync.workflow.plan",
    }


def test_ctrl_c_while_the_program_loads_prints_no_traceback(tmp_path: Path) -> None:
    early = """
import builtins, sys
load = builtins.__import__
def press(name, *rest):
    if name == "wikisync.cli" and rest[2]:
        raise KeyboardInterrupt
    return load(name, *rest)
builtins.__import__ = press
from wikisync.__main__ import main
main()
"""
    command = [sys.executable, "-c", early, "status"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
