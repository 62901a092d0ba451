"""``action.yml`` and the workflow as they stand: pins, rights, inputs, and the manual's copy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

import pytest
import yaml

from github.api import FakeGitHub
from github.runner import ACTION, ROOT, WORKFLOW, load
from github.scene import NUMBER, staged
from support import manual
from support.git_repository import alone
from support.workspace import page
from wikisync.github.action import CommandInput
from wikisync.github.workflow_commands import FailOn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from github.scene import Scene
    from wikisync.sandbox import Sandbox

USES = re.compile(r"uses: (?!\*)(\S+)(?: # (.*))?")
PINNED = re.compile(r"[\w-]+/[\w/-]+@[0-9a-f]{40}")
INPUTS = {
    *("command", "url", "token", "headers", "folder", "config", "delete", "max-delete", "fail-on"),
    "comment",
}
OUTPUTS = {
    *("changed", "created", "updated", "moved", "deleted", "conflicts", "plan-file", "report"),
    *("sarif", "files"),
}


def steps() -> Iterator[dict[str, Any]]:
    yield from load(ACTION)["runs"]["steps"]
    for job in load(WORKFLOW)["jobs"].values():
        yield from job["steps"]


def test_the_action_has_the_inputs_and_outputs_that_it_is_said_to_have() -> None:
    action = load(ACTION)
    assert set(action["inputs"]) == INPUTS
    assert set(action["outputs"]) == OUTPUTS
    assert action["runs"]["using"] == "composite"


def test_every_input_reaches_the_script_in_its_environment() -> None:
    env = load(ACTION)["runs"]["steps"][-1]["env"]
    wanted = {
        f"INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in INPUTS
    }
    assert wanted.items() <= env.items()


def test_no_script_has_anything_pasted_into_it() -> None:
    scripts = [step["run"] for step in steps() if "run" in step]
    assert len(scripts) >= 3
    assert not [script for script in scripts if "${{" in script]
    assert all(len(script.splitlines()) == 1 for script in scripts)  # the rest is Python


@pytest.mark.parametrize("file", [ACTION, WORKFLOW], ids=["action", "workflow"])
def test_what_comes_from_elsewhere_is_pinned_to_a_commit_with_its_version(file: Any) -> None:
    found = USES.findall(file.read_text(encoding="utf-8"))
    assert found
    for uses, comment in found:
        assert uses == "./" or (PINNED.fullmatch(uses) and re.fullmatch(r"v\d+\.\d+\.\d+", comment))


def test_the_pins_are_the_same_in_all_workflows() -> None:
    pins: dict[str, set[str]] = {}
    for file in [ACTION, *(ROOT / ".github" / "workflows").glob("*.yml")]:
        for uses, _ in USES.findall(file.read_text(encoding="utf-8")):
            name, _, commit = uses.partition("@")
            pins.setdefault("/".join(name.split("/")[:2]), set()).add(commit)
    assert {name: len(commits) for name, commits in pins.items()} == dict.fromkeys(pins, 1)


def test_every_job_has_the_least_rights() -> None:
    workflow = load(WORKFLOW)
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "plan": {"contents": "read", "pull-requests": "write"},
        "publish": {"contents": "read"},
        "fetch": {"contents": "write", "pull-requests": "write"},
    }
    checkouts = [step for step in steps() if "checkout" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert all(step["with"]["fetch-depth"] == 0 for step in checkouts)


def test_no_run_is_started_with_the_secrets_of_the_target_for_a_forks_code() -> None:
    assert set(load(WORKFLOW)["on"]) == {"pull_request", "push", "schedule", "workflow_dispatch"}


def test_runs_that_write_wait_for_each_other_and_are_not_cut_off() -> None:
    both = load(WORKFLOW)["concurrency"]
    assert "'writes'" in both["group"]
    assert both["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"


def test_only_a_publication_keeps_what_it_remembers() -> None:
    keeping = {
        name
        for name, job in load(WORKFLOW)["jobs"].items()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/cache/save@")
    }
    assert keeping == {"publish"}


def test_the_action_installs_the_version_that_it_is_checked_out_at(scene: Scene) -> None:
    scene.commit({"README.md": "x\n"})
    scene.pushed()
    assert scene.runner is not None
    assert scene.runner.installed.splitlines() == [
        *("-P", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        f"{ROOT}[report]",
    ]


# ---- the manual


def shown() -> str:
    found: str = re.findall(r"^```yaml\n(name: Wiki.*?)^```$", PAGE, re.M | re.S)[0]
    return found


def test_what_a_copy_changes_is_at_its_top_each_once() -> None:
    lines = [line.partition(" #")[0] for line in shown().splitlines() if line[:1] != "#"]
    top = lines[: lines.index("permissions: {}")]
    for own in ("[main]", "pages/**", "cron:", "OWNER/wikisync@COMMIT"):
        assert sum(own in line for line in lines) == sum(own in line for line in top) == 1
    below = "\n".join(lines[len(top) :])
    assert not re.findall(r"\bmain\b|\bpages/|OWNER|COMMIT", below)


@pytest.mark.slow
def test_a_copy_for_another_branch_and_folder_works(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone(monkeypatch)
    text = shown().replace("[main]", "[master]").replace("pages/**", "docs/**")
    copy = tmp_path / "wiki.yml"
    copy.write_text(text.replace("OWNER/wikisync@COMMIT", "./"), encoding="utf-8")
    with staged(tmp_path, sandbox, FakeGitHub(), "master") as scene:
        scene.workflow = copy
        settings = f'url = "{sandbox.url}"\nfolder = "docs"\n'
        scene.commit({"wikisync.toml": settings, "docs/home.md": page("Home")}, "master")
        monkeypatch.setattr(scene, "address_is_secret", False)
        assert scene.pushed().green
        assert sandbox.page("home")
        scene.commit({"docs/home.md": page("Home", "Edited in the folder.\n")}, "edit")
        assert scene.pull_request("edit", base="master").green
        assert "home.md" in scene.api.of_bot(NUMBER)[0]
        sandbox.edit("home", content="Edited on the wiki.\n")
        assert scene.scheduled().green
        assert [pull["base"]["ref"] for pull in scene.api.open_pulls()] == ["master"]


def test_the_workflow_that_the_manual_shows_is_the_projects_own() -> None:
    text = shown().replace("OWNER/wikisync@COMMIT", "./")
    assert yaml.safe_load(text) == yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert {uses for uses, _ in USES.findall(text)} == {
        uses for uses, _ in USES.findall(WORKFLOW.read_text(encoding="utf-8"))
    }


def test_every_input_and_output_is_in_the_manual_and_no_other() -> None:
    tables = manual.sections(PAGE)["The Action without the workflow"]
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \|", tables, re.M)
    assert {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)} == INPUTS | OUTPUTS


def test_the_words_that_inputs_take_are_in_the_manual() -> None:
    words = (*get_args(CommandInput), *get_args(FailOn))
    assert all(f"`{word}`" in PAGE or f": {word}`" in PAGE for word in words)


PAGE = manual.text("guide/github.md")
