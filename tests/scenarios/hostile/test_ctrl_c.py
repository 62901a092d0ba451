"""Ctrl-C ends after the page in hand; a second one ends at once, and the next run settles."""

from __future__ import annotations

import pytest

from scenarios.hostile.running import Process, held
from scenarios.hostile.scene import contents, quiet, writes
from support.workspace import Workspace, page
from wikisync.sandbox import Drop

pytestmark = pytest.mark.slow

NAMES = [f"page-{n}" for n in range(4)]
DONE = dict.fromkeys(NAMES, "New.\n")
MANY = ("--delete", "--max-delete", "9", "--yes")
ARGS = (*MANY, "--jobs", "1")


def prepared(workspace: Workspace, verb: str) -> Workspace:
    """Four pages to be created, or to be updated, on the wiki."""
    if verb == "update":
        workspace.push(**{name: page(name, "Old.\n") for name in NAMES})
    for name in NAMES:
        workspace.write(f"{name}.md", page(name, "New.\n"))
    return workspace


@pytest.mark.parametrize("after", [False, True], ids=["not yet done", "done but not answered"])
@pytest.mark.parametrize("verb", ["create", "update"])
def test_the_first_ends_after_the_page_in_hand(
    workspace: Workspace, verb: str, after: bool
) -> None:
    prepared(workspace, verb)
    with (
        held(workspace.sandbox, verb, nth=2, after=after) as request,
        Process(workspace, "push", *ARGS) as push,
    ):
        request.wait()
        push.interrupt()
        push.says("Finishing the current page. Press Ctrl-C again to stop now.")
        request.go.set()
        code, text = push.end()
    assert code == 130
    assert "Interrupted. The pages done so far are recorded." in text
    new = [path for path, content in contents(workspace).items() if content == "New.\n"]
    assert sorted(new) == ["page-0", "page-1"]
    assert "unsettled" not in workspace.run("status", "--json").ok().json
    rest = workspace.run("push", *ARGS, "--json").ok()
    assert [path for _verb, _side, path in rest.done()] == ["page-2", "page-3"]
    assert contents(workspace) == DONE
    quiet(workspace)


@pytest.mark.parametrize("after", [False, True], ids=["not yet done", "done but not answered"])
@pytest.mark.parametrize("verb", ["create", "update"])
def test_the_second_ends_at_once_and_the_next_run_settles(
    workspace: Workspace, verb: str, after: bool
) -> None:
    prepared(workspace, verb)
    with (
        held(workspace.sandbox, verb, nth=2, after=after) as request,
        Process(workspace, "push", *ARGS) as push,
    ):
        if not after:
            workspace.sandbox.faults.add(Drop(), on=verb, nth=2)
        request.wait()
        push.interrupt()
        push.says("Finishing the current page")
        push.interrupt()
        code, text = push.end()  # while the wiki still holds the answer back
        assert not request.go.is_set()
    assert code == 130
    assert "Stopped. The next run checks what was being written." in text
    assert workspace.run("status", "--json").ok().json["unsettled"] == 1
    rest = workspace.run("push", *ARGS, "--json").ok()
    assert contents(workspace) == DONE
    assert ("page-1" in [path for _verb, _side, path in rest.done()]) is not after
    again = "pages.update" if after else f"pages.{verb}"
    # A write that was done and not answered is sent once more: readers may not see it as sent.
    assert sorted(writes(rest)) == sorted([f"pages.{verb}"] * 2 + [again])
    quiet(workspace)


@pytest.mark.parametrize("signals", [1, 2])
@pytest.mark.parametrize("verb", ["create", "update"])
def test_with_several_pages_in_hand_no_other_is_begun_and_the_next_run_does_the_rest(
    workspace: Workspace, verb: str, signals: int
) -> None:
    names = [f"page-{n}" for n in range(9)]
    if verb == "update":
        workspace.push(**{name: page(name, "Old.\n") for name in names})
    for name in names:
        workspace.write(f"{name}.md", page(name, "New.\n"))
    with (
        held(workspace.sandbox, verb, nth=2) as first,
        held(workspace.sandbox, verb, nth=3) as second,
        Process(workspace, "push", *MANY) as push,
    ):
        first.wait()
        second.wait()
        push.interrupt()
        push.says("Finishing the current page")
        if signals == 2:
            push.interrupt()
        else:
            first.go.set()
            second.go.set()
        code, _text = push.end()
        assert first.go.is_set() == (signals == 1)
    assert code == 130
    new = [path for path, content in contents(workspace).items() if content == "New.\n"]
    assert len(new) < len(names)
    assert ("unsettled" in workspace.run("status", "--json").ok().json) == (signals == 2)
    workspace.run("push", *MANY).ok()
    assert contents(workspace) == dict.fromkeys(names, "New.\n")
    quiet(workspace)


@pytest.mark.parametrize("signals", [1, 2])
def test_a_pull_ends_so_too_while_the_wiki_holds_the_pages_back(
    workspace: Workspace, signals: int
) -> None:
    for name in NAMES:
        workspace.sandbox.create(name, content="New.\n")
    with held(workspace.sandbox, "single") as request, Process(workspace, "pull", *ARGS) as pull:
        request.wait()
        pull.interrupt()
        pull.says("Finishing the current page")
        if signals == 2:
            pull.interrupt()
        else:
            request.go.set()
        code, _text = pull.end()
        assert request.go.is_set() == (signals == 1)
    assert code == 130
    assert len(workspace.files()) == (1 if signals == 1 else 0)
    workspace.run("pull", *ARGS).ok()
    assert len(workspace.files()) == 4
    quiet(workspace)


@pytest.mark.parametrize("command", ["status", "pull"])
def test_while_the_wiki_is_looked_at_one_is_enough(workspace: Workspace, command: str) -> None:
    workspace.push(home=page("Home"))
    yes = ("--yes",) if command == "pull" else ()
    with held(workspace.sandbox, "list") as request, Process(workspace, command, *yes) as run:
        request.wait()
        run.interrupt()
        code, text = run.end()
        assert not request.go.is_set()
    assert code == 130
    assert "Stopped. The next run" in text
    quiet(workspace)


def test_an_undo_ends_after_the_page_in_hand(workspace: Workspace) -> None:
    prepared(workspace, "update")
    workspace.run("push", *ARGS).ok()
    with (
        held(workspace.sandbox, "update", nth=2) as request,
        Process(workspace, "undo", "--yes") as undo,
    ):
        request.wait()
        undo.interrupt()
        undo.says("Finishing the current page")
        request.go.set()
        code, _text = undo.end()
    assert code == 130
    assert sorted(contents(workspace).values()) == ["New.\n", "New.\n", "Old.\n", "Old.\n"]
    assert "unsettled" not in workspace.run("status", "--json").json
