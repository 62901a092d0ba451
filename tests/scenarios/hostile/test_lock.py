"""One run at a time: the second says who and since when, and a lock dies with its process."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from scenarios.hostile.running import Process, held
from scenarios.hostile.scene import contents, quiet, writes
from support.workspace import Workspace, page
from wikisync.report.text import local_times

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

PUSH = ("push", "--yes")


@pytest.fixture
def waiting(workspace: Workspace) -> Workspace:
    for name in ("home", "news", "team"):
        workspace.write(f"{name}.md", page(name, "New.\n"))
    return workspace


@pytest.fixture
def at_work(waiting: Workspace) -> Iterator[tuple[Workspace, Process]]:
    """A push that has done one page and has the second in hand."""
    on = (waiting.sandbox, "create")
    with held(*on, nth=2, after=True) as request, Process(waiting, *PUSH) as push:
        request.wait()
        yield waiting, push


@pytest.mark.parametrize("command", ["push", "pull", "sync", "undo"])
def test_a_second_run_is_refused_with_the_holder_and_since_when(
    at_work: tuple[Workspace, Process], command: str
) -> None:
    workspace, push = at_work
    result = workspace.run(command, "--yes", "--json")
    assert (result.code, writes(result)) == (4, [])
    (refusal,) = result.json["refusals"]
    assert refusal["rule"] == "locked"
    holder = json.loads((workspace.state / "lock.json").read_text())
    assert f"process {push.pid}" in refusal["message"]
    assert local_times(holder["since"]) in refusal["message"]
    assert datetime.fromisoformat(holder["since"]) <= datetime.now(UTC)
    assert (
        "Wait until it ends. It may be waiting for an answer to a question." in refusal["message"]
    )


def test_a_look_beside_a_run_tells_what_is_in_hand_and_changes_nothing(
    at_work: tuple[Workspace, Process],
) -> None:
    workspace, _push = at_work
    result = workspace.run("status", "--json").ok()
    assert result.json["unsettled"] == 1
    workspace.run("diff").ok()
    workspace.run("log").ok()


def test_a_lock_dies_with_its_process_and_the_next_run_settles(
    at_work: tuple[Workspace, Process],
) -> None:
    workspace, push = at_work
    push.kill()
    assert (workspace.state / "lock.json").exists()  # nobody was left to take it away
    result = workspace.run(*PUSH, "--json").ok()
    assert [path for _verb, _side, path in result.done()] == ["team"]
    assert contents(workspace) == dict.fromkeys(("home", "news", "team"), "New.\n")
    quiet(workspace)
    assert not (workspace.state / "lock.json").exists()


def test_two_runs_begun_at_once_do_each_page_once(waiting: Workspace) -> None:
    with Process(waiting, *PUSH) as one, Process(waiting, *PUSH) as other:
        codes = sorted(process.end()[0] for process in (one, other))
    assert codes in ([0, 0], [0, 4])
    assert contents(waiting) == dict.fromkeys(("home", "news", "team"), "New.\n")
    quiet(waiting)


def test_a_lock_is_let_go_when_a_run_fails(waiting: Workspace) -> None:
    waiting.sandbox.switch_api(on=False)
    assert waiting.run(*PUSH).code == 1
    waiting.sandbox.switch_api(on=True)
    waiting.run(*PUSH).ok()
