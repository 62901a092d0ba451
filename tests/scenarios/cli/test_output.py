"""What is printed, where, and what a command exits with (json.md, *Exit codes*)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.terminal import Terminal
from support.workspace import Workspace, page

ACTION: dict[str, Any] = {
    "kind": str,
    "action": str,
    "side": str,
    "locale": str,
    "path": str,
    "file": str,
    "from": type(None),
    "fields": list,
    "overwrites": (str, type(None)),
    "outcome": str,
    "reason": (str, type(None)),
}
COUNTS = (
    *("pages", "in_sync", "create", "update", "move", "merge", "adopt", "delete"),
    *("conflict", "failed", "other_way"),
)
OURS = {"diff", "backups"}
"""What an action has besides, where there is something to say (manual, *JSON*)."""
LISTS = ("actions", "conflicts", "refusals", "problems")


def is_report(data: dict[str, Any], command: str) -> bool:
    """Whether data have the design's shape, to the last name."""
    names = {"version", "command", "dry_run", "wiki", "folder", *LISTS, "counts"}
    more = {"checks"} if command == "init" else set()
    assert set(data) - {"error"} - more == names
    assert (data["version"], data["command"]) == (1, command)
    assert all(isinstance(data[name], list) for name in LISTS)
    counts = dict(data["counts"])
    assets = counts.pop("assets")
    assert tuple(counts) == tuple(assets) == COUNTS
    assert all(isinstance(count, int) for count in (*counts.values(), *assets.values()))
    for action in data["actions"]:
        assert set(action) - OURS == set(ACTION)
        assert all(isinstance(action[name], kind) for name, kind in ACTION.items())
        assert action["action"] in {"create", "update", "move", "merge", "adopt", "delete"}
        assert action["side"] in {"wiki", "folder"}
        assert action["overwrites"] in {"wiki", "folder", None}
        assert action["outcome"] in {"planned", "done", "skipped", "failed"}
    for conflict in data["conflicts"]:
        assert set(conflict) - {"diff"} == {"kind", "locale", "path", "file", "reason"}
    assert all(set(refusal) == {"rule", "message"} for refusal in data["refusals"])
    assert all(set(problem) == {"kind", "file", "line", "message"} for problem in data["problems"])
    return True


@pytest.fixture
def everything(workspace: Workspace) -> Workspace:
    """An edit on each side, a conflict, a deletion, a bad file, an equal edit."""
    names = ("edited", "theirs", "both", "gone", "equal")
    workspace.push(**{name: page(name.title()) for name in names})
    workspace.write("edited.md", page("Edited", "Mine.\n"))
    workspace.sandbox.edit("theirs", content="Theirs.\n")
    workspace.write("both.md", page("Both", "Mine.\n"))
    workspace.sandbox.edit("both", content="Theirs.\n")
    workspace.write("equal.md", page("Equal", "Ours.\n"))
    workspace.sandbox.edit("equal", content="Ours.\n")
    workspace.remove("gone.md")
    workspace.write("bad.md", b"one\n\xff\n")
    return workspace


COMMANDS = ["status", "diff", "push", "pull", "sync"]


@pytest.mark.parametrize("command", COMMANDS)
def test_json_is_one_object_of_the_designs_shape(everything: Workspace, command: str) -> None:
    writes = () if command in {"status", "diff"} else ("--yes",)
    result = everything.run(command, *writes, "--json")
    assert is_report(result.json, command)
    assert result.err == ""
    assert (result.json["wiki"], result.json["folder"]) == (everything.sandbox.url, "pages")
    assert result.json["dry_run"] is False
    (problem,) = result.json["problems"]
    assert (problem["file"], problem["line"]) == ("bad.md", 2)


def test_diff_json_has_the_difference_of_every_action_that_writes(everything: Workspace) -> None:
    data = everything.run("diff", "--json", "--delete").json
    writing = [action for action in data["actions"] if action["action"] != "adopt"]
    assert all(action["diff"] for action in writing)
    assert all(
        "diff" not in action for action in everything.run("status", "--json").json["actions"]
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_json_of_an_error_is_one_object_too(workspace: Workspace, command: str) -> None:
    for token, code in ((None, 2), ("not a token", 2)):
        result = workspace.run(command, "--json", env={"WIKISYNC_TOKEN": token})
        assert result.code == code
        assert is_report(result.json, command)
        assert result.json["error"]
        assert result.err
    workspace.sandbox.switch_api(on=False)
    result = workspace.run(command, "--json")
    assert result.code == 1
    assert "API is disabled" in result.json["error"]


def test_json_of_a_question_that_nobody_can_answer(everything: Workspace) -> None:
    result = everything.run("push", "--json")
    assert result.code == 2
    assert "--yes" in result.json["error"]


def test_json_of_init_and_of_its_errors_is_one_object(workspace: Workspace) -> None:
    assert is_report(workspace.run("init", "--json").ok().json, "init")
    wrong = workspace.run("init", "http://other.example.org", "--json")
    assert wrong.code == 2
    assert is_report(wrong.json, "init")
    assert wrong.json["error"]


@pytest.mark.parametrize("command", ["push", "pull", "sync", "status", "diff"])
def test_quiet_says_nothing_where_nothing_is_wrong(workspace: Workspace, command: str) -> None:
    workspace.push(home=page("Home"))
    workspace.write("home.md", page("Home", "Mine.\n"))
    writes = () if command in {"status", "diff"} else ("--yes",)
    assert workspace.run(command, "--quiet", *writes).ok().text == ""


def test_quiet_still_says_what_went_wrong_on_stderr(everything: Workspace) -> None:
    result = everything.run("push", "-q", "--yes")
    assert result.code == 1
    assert result.out == ""
    assert "bad.md:2: " in result.err
    assert "both.md" in result.err
    assert "edited.md" not in result.err


def test_exit_code_5_says_that_there_are_differences(workspace: Workspace) -> None:
    workspace.push(home=page("Home"))
    looks = [("status",), ("diff",), ("push", "-n"), ("pull", "-n"), ("sync", "-n")]
    for look in looks:
        assert workspace.run(*look, "--exit-code").code == 0
    workspace.write("home.md", page("Home", "Mine.\n"))
    for look in looks:
        assert workspace.run(*look, "--exit-code").code == 5
        assert workspace.run(*look).code == 0


def test_a_deletion_that_is_withheld_is_a_difference(workspace: Workspace) -> None:
    workspace.push(home=page("Home"), other=page("Other"))
    workspace.remove("other.md")
    assert workspace.run("status", "--exit-code").code == 5


def test_of_several_exit_codes_the_gravest_is_given(everything: Workspace) -> None:
    look = ("push", "--dry-run", "--exit-code")
    assert everything.run(*look).code == 1
    everything.remove("bad.md")
    assert everything.run(*look).code == 3
    everything.write("both.md", page("Both", "Theirs.\n"))
    assert everything.run(*look).code == 5
    everything.write("bad.md", b"\xff")
    everything.write("both.md", page("Both", "Mine.\n"))
    assert everything.run(*look, "--delete", "--max-delete", "0").code == 4


def test_a_failed_write_comes_before_a_conflict(everything: Workspace) -> None:
    from wikisync.sandbox import Refuse

    everything.remove("bad.md")
    everything.sandbox.faults.add(Refuse("PageUpdateForbidden", "No.", 6009), on="update")
    result = everything.run("push", "--yes", "--json")
    assert result.code == 1
    assert result.json["counts"]["failed"] == 1
    assert "write:pages" in result.action("edited")["reason"]


def test_the_text_ends_with_one_line_that_sums_it_up(everything: Workspace) -> None:
    everything.remove("bad.md")
    shown = everything.run("push", "--yes").out.splitlines()
    assert "5 pages: 1 updated on the wiki, 1 in sync, 1 not deleted, 1 conflict." in shown


def test_the_last_line_stands_whatever_the_width(everything: Workspace) -> None:
    name = "a-long-name-" * 15
    everything.write(f"{name}.md", page("Long"))
    for columns in ("20", "80"):
        assert f"{name}.md" in everything.run("status", env={"COLUMNS": columns}).out


def test_wrong_usage_is_said_in_lines_of_the_terminals_width(workspace: Workspace) -> None:
    value = "neither-the-folder-nor-the-wiki"
    arguments = ("push", "--prefer", value)
    with Terminal(workspace, *arguments, env={"COLUMNS": "50"}) as terminal:
        shown = terminal.end().err
    assert max(map(len, shown.splitlines())) <= 50
    message = f"Error: Invalid value for '--prefer': '{value}' is not one of local, wiki."
    assert message in " ".join(shown.split())
    assert f"\n{message}\n" in workspace.process(*arguments, env={"COLUMNS": "50"}).err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
@pytest.mark.parametrize("arguments", [("status",), ("push", "--yes", "--json")])
def test_an_output_that_cannot_be_written_is_said(
    workspace: Workspace, arguments: tuple[str, ...]
) -> None:
    workspace.write("home.md", page("Home"))
    env = {name: value for name, value in {**os.environ, **workspace.env}.items() if value}
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "wikisync", *arguments],
            cwd=workspace.root,
            env=env,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "cannot write the output: no space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert (workspace.sandbox.page("home") is not None) == (arguments[0] == "push")
