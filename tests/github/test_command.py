"""A command that a step runs by itself: GitHub is told, and what programs read is not spoiled."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from github.log import Log, outputs
from support.workspace import Result, Workspace, command, page
from wikisync.sandbox.faults import Refuse

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def workspace(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A project folder in a job of GitHub Actions, and an empty wiki."""
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    workspace.env |= {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_WORKSPACE": str(tmp_path),
    }
    return workspace


def summary(workspace: Workspace) -> str:
    return (workspace.root.parent / "summary").read_text(encoding="utf-8")


def written(workspace: Workspace) -> dict[str, str]:
    return outputs((workspace.root.parent / "output").read_text(encoding="utf-8"))


def log(result: Result) -> Log:
    return Log.of(result.out + result.err, [])


def test_a_push_writes_summary_and_outputs(workspace: Workspace) -> None:
    workspace.write("aaa.md", page(content="one\n"))
    workspace.run("push", "--yes").ok()
    assert "| created on the wiki | <code>aaa.md</code> |" in summary(workspace)
    assert "+one" in summary(workspace)
    assert written(workspace)["created"] == "1"


def test_a_problem_is_marked_in_its_file_as_the_repository_names_it(workspace: Workspace) -> None:
    workspace.write("bad.md", "---\ntitle:X\n---\nx\n")
    (found,) = log(workspace.run("status")).named("error")
    assert found.properties["file"] == "project/pages/bad.md"
    assert found.properties["line"] == "2"


@pytest.mark.parametrize("typed", ["status", "diff", "push --yes", "push --dry-run", "sync --yes"])
def test_json_on_stdout_is_json_alone_and_the_same_as_anywhere(
    workspace: Workspace, typed: str
) -> None:
    workspace.write("aaa.md", page(content="##[error]made up\n"))
    workspace.write("bad.md", "---\ntitle:X\n---\nx\n")
    workspace.sandbox.create("aaa", content="there\n")
    result = workspace.run(*typed.split(), "--json")
    assert log(result).named("error")
    assert Log.of(result.out, []).commands == []
    elsewhere = workspace.run(*typed.split(), "--json", env={"GITHUB_ACTIONS": None})
    assert json.loads(result.out) == elsewhere.json
    assert elsewhere.err == ""


def test_a_page_that_holds_commands_gives_none(workspace: Workspace) -> None:
    workspace.write("aaa.md", page(title="##[error]made up", content="x\n::warning::made up\n"))
    workspace.run("push", "--yes").ok()
    workspace.write("aaa.md", page(title="##[error]made up", content="y\n::warning::made up\n"))
    result = workspace.run("diff").ok()
    assert "made up" in result.out
    assert [command.name for command in log(result).commands] == ["add-mask"]


def test_what_ends_a_command_early_is_marked_and_summed_up(workspace: Workspace) -> None:
    result = workspace.run("push", "--yes", env={"WIKISYNC_TOKEN": None})
    assert result.code == 2
    (found,) = log(result).named("error")
    assert "There is no API key" in found.message
    assert "There is no API key" in summary(workspace)
    assert written(workspace) == {}


def test_the_token_is_masked_but_not_in_a_file(workspace: Workspace, tmp_path: Path) -> None:
    workspace.write("aaa.md", page())
    assert log(workspace.run("status")).named("add-mask")[0].message == workspace.sandbox.token
    kept = tmp_path / "stderr.txt"
    with kept.open("wb") as file:
        subprocess.run(
            command("status"),
            cwd=workspace.root,
            env=workspace.environment(),
            stderr=file,
            check=True,
        )
    assert workspace.sandbox.token not in kept.read_text()


def test_nothing_is_told_where_there_is_no_github(workspace: Workspace) -> None:
    workspace.write("bad.md", "---\ntitle:X\n---\nx\n")
    result = workspace.run("status", env={"GITHUB_ACTIONS": None})
    assert log(result).commands == []
    assert summary(workspace) == ""
    assert written(workspace) == {}


def test_files_that_cannot_be_written_fail_nothing(workspace: Workspace) -> None:
    workspace.write("aaa.md", page())
    nowhere = {"GITHUB_OUTPUT": "/proc/nowhere", "GITHUB_STEP_SUMMARY": "/proc/nowhere"}
    workspace.run("push", "--yes", env=nowhere).ok()
    workspace.run("status", env={"GITHUB_OUTPUT": None, "GITHUB_STEP_SUMMARY": None}).ok()


def test_every_command_of_a_step_adds_to_its_summary(workspace: Workspace) -> None:
    workspace.write("aaa.md", page())
    workspace.run("push", "--yes").ok()
    workspace.run("status").ok()
    assert summary(workspace).count("### ") == 2


def test_a_plan_file_is_told_too(workspace: Workspace) -> None:
    workspace.write("aaa.md", page())
    workspace.run("plan", "push", "-o", "plan.json").ok()
    assert "| create on the wiki | <code>aaa.md</code> |" in summary(workspace)
    assert written(workspace)["created"] == "1"


def test_a_plan_file_has_no_more_in_it_than_anywhere(workspace: Workspace) -> None:
    workspace.write("aaa.md", page())
    workspace.run("plan", "push", "-o", "one.json").ok()
    workspace.run("plan", "push", "-o", "two.json", env={"GITHUB_ACTIONS": None}).ok()
    one, two = (
        json.loads((workspace.root / f"{name}.json").read_text()) for name in ("one", "two")
    )
    assert one.keys() == two.keys()
    assert one["actions"] == two["actions"]


HOSTILE = "No.\r::error::made up\r\n::add-mask::e\n##[error]made up\x1b[8m\x1b]0;x\x07\x9b31m\x85"


def acted_on(text: str) -> list[str]:
    """What GitHub would act on that is no message of ours."""
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)", text), text
    return [
        command.name
        for command in Log.of(text, []).commands
        if not command.properties.get("title", "").startswith("wikisync")
        and command.message not in {"", "***"}
    ]


@pytest.mark.parametrize(
    "typed",
    [
        *("status", "diff", "push --yes", "push --yes --quiet", "pull --yes", "sync --yes"),
        *("push --yes --json", "plan push -o p.json", "undo --yes", "log", "log --json", "--help"),
        *("init http://127.0.0.1", "show nowhere.json", "apply nowhere.json", "review"),
    ],
)
def test_what_a_wiki_or_a_user_says_is_text_in_the_log_of_every_command(
    workspace: Workspace, typed: str
) -> None:
    workspace.write("aaa.md", page(content="one\n"))
    workspace.run("push", "--yes").ok()
    workspace.write("aaa.md", page(content=f"two {HOSTILE}\n"))
    workspace.write("bad.md", f"---\ntitle:{HOSTILE}\n---\n")
    workspace.sandbox.faults.add(Refuse("X", HOSTILE, 1), times=None)
    mine = workspace.env["WIKISYNC_TOKEN"]
    for words in (typed.split(), [*typed.split(), HOSTILE], [HOSTILE, *typed.split()]):
        result = workspace.run(*words)
        for text in (result.out, result.err):
            assert acted_on(text.replace(f"::add-mask::{mine}\n", "")) == []


def test_a_write_that_the_wiki_refuses_is_told_without_its_control_characters(
    workspace: Workspace,
) -> None:
    workspace.write("aaa.md", page(content="one\n"))
    workspace.sandbox.faults.add(
        Refuse("PageCreateForbidden", HOSTILE, 6008), on="create", times=None
    )
    result = workspace.run("push", "--yes")
    assert result.code == 1
    assert "made up" in result.text
    mine = f"::add-mask::{workspace.sandbox.token}\n"
    assert acted_on(result.out) == acted_on(result.err.replace(mine, "")) == []


def test_a_traceback_is_text_in_the_log_too(workspace: Workspace) -> None:
    program = (
        "from wikisync.cli import commands as cli\n"
        f"def app(**_): raise RuntimeError({HOSTILE!r})\n"
        "cli.app = app\n"
        "cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=workspace.environment(),
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode()
    assert "made up" in said
    assert acted_on(said) == []
