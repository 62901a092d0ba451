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


def prepared(ws: Workspace, verb: str) -> Workspace:
    """Four pages to be created, or to be updated, on the wiki."""
    if verb == "update":
        ws.push(**{name: page(name, "Old.\n") for name in NAMES})
    for name in NAMES:
        ws.write(f"{name}.md", page(name, "New.\n"))
    return ws


@pytest.mark.parametrize("after", [False, True], ids=["not yet done", "done but not answered"])
@pytest.mark.parametrize("verb", ["create", "update"])
def test_the_first_ends_after_the_page_in_hand(ws: Workspace, verb: str, after: bool) -> None:
    prepared(ws, verb)
    with held(ws.box, verb, nth=2, after=after) as request, Process(ws, "push", *ARGS) as push:
        request.wait()
        push.interrupt()
        push.says("Finishing the current page. Press Ctrl-C again to stop now.")
        request.go.set()
        code, text = push.end()
    assert code == 130
    assert "Interrupted. The pages done so far are recorded." in text
    new = [path for path, content in contents(ws).items() if content == "New.\n"]
    assert sorted(new) == ["page-0", "page-1"]
    assert "unsettled" not in ws.run("status", "--json").ok().json
    rest = ws.run("push", *ARGS, "--json").ok()
    assert [path for _verb, _side, path in rest.done()] == ["page-2", "page-3"]
    assert contents(ws) == DONE
    quiet(ws)


@pytest.mark.parametrize("after", [False, True], ids=["not yet done", "done but not answered"])
@pytest.mark.parametrize("verb", ["create", "update"])
def test_the_second_ends_at_once_and_the_next_run_settles(
    ws: Workspace, verb: str, after: bool
) -> None:
    prepared(ws, verb)
    with held(ws.box, verb, nth=2, after=after) as request, Process(ws, "push", *ARGS) as push:
        if not after:
            ws.box.faults.add(Drop(), on=verb, nth=2)
        request.wait()
        push.interrupt()
        push.says("Finishing the current page")
        push.interrupt()
        code, text = push.end()  # while the wiki still holds the answer back
        assert not request.go.is_set()
    assert code == 130
    assert "Stopped. The next run checks what was being written." in text
    assert ws.run("status", "--json").ok().json["unsettled"] == 1
    rest = ws.run("push", *ARGS, "--json").ok()
    assert contents(ws) == DONE
    assert ("page-1" in [path for _verb, _side, path in rest.done()]) is not after
    again = "pages.update" if after else f"pages.{verb}"
    # A write that was done and not answered is sent once more: readers may not see it as sent.
    assert sorted(writes(rest)) == sorted([f"pages.{verb}"] * 2 + [again])
    quiet(ws)


@pytest.mark.parametrize("signals", [1, 2])
@pytest.mark.parametrize("verb", ["create", "update"])
def test_with_several_pages_in_hand_no_other_is_begun_and_the_next_run_does_the_rest(
    ws: Workspace, verb: str, signals: int
) -> None:
    names = [f"page-{n}" for n in range(9)]
    if verb == "update":
        ws.push(**{name: page(name, "Old.\n") for name in names})
    for name in names:
        ws.write(f"{name}.md", page(name, "New.\n"))
    with (
        held(ws.box, verb, nth=2) as first,
        held(ws.box, verb, nth=3) as second,
        Process(ws, "push", *MANY) as push,
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
    new = [path for path, content in contents(ws).items() if content == "New.\n"]
    assert len(new) < len(names)
    assert ("unsettled" in ws.run("status", "--json").ok().json) == (signals == 2)
    ws.run("push", *MANY).ok()
    assert contents(ws) == dict.fromkeys(names, "New.\n")
    quiet(ws)


@pytest.mark.parametrize("signals", [1, 2])
def test_a_pull_ends_so_too_while_the_wiki_holds_the_pages_back(
    ws: Workspace, signals: int
) -> None:
    for name in NAMES:
        ws.box.create(name, content="New.\n")
    with held(ws.box, "single") as request, Process(ws, "pull", *ARGS) as pull:
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
    assert len(ws.files()) == (1 if signals == 1 else 0)
    ws.run("pull", *ARGS).ok()
    assert len(ws.files()) == 4
    quiet(ws)


@pytest.mark.parametrize("command", ["status", "pull"])
def test_while_the_wiki_is_looked_at_one_is_enough(ws: Workspace, command: str) -> None:
    ws.push(home=page("Home"))
    yes = ("--yes",) if command == "pull" else ()
    with held(ws.box, "list") as request, Process(ws, command, *yes) as run:
        request.wait()
        run.interrupt()
        code, text = run.end()
        assert not request.go.is_set()
    assert code == 130
    assert "Stopped. The next run" in text
    quiet(ws)


def test_an_undo_ends_after_the_page_in_hand(ws: Workspace) -> None:
    prepared(ws, "update")
    ws.run("push", *ARGS).ok()
    with held(ws.box, "update", nth=2) as request, Process(ws, "undo", "--yes") as undo:
        request.wait()
        undo.interrupt()
        undo.says("Finishing the current page")
        request.go.set()
        code, _text = undo.end()
    assert code == 130
    assert sorted(contents(ws).values()) == ["New.\n", "New.\n", "Old.\n", "Old.\n"]
    assert "unsettled" not in ws.run("status", "--json").json
