"""Wrong types, nulls and errors beside data: a clear end, no traceback, and a true state."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from scenarios.hostile.liar import ODD, Liar, honest, places, with_odd
from scenarios.hostile.scene import contents, quiet
from support.workspace import Workspace, page
from wikisync.sandbox import Refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenarios.hostile.liar import Place, Spoil

pytestmark = pytest.mark.slow

FIRST, SECOND = "Old.\n", "New.\n"


@pytest.fixture
def liar(workspace: Workspace) -> Iterator[Liar]:
    with Liar(workspace.sandbox) as between:
        workspace.configure(url=between.url)
        yield between


def answers_of(workspace: Workspace, liar: Liar, *args: str) -> list[Any]:
    """What the wiki says to a command, request by request."""
    said: list[Any] = []

    def listen(_number: int, answer: Any) -> Any:
        said.append(answer)
        return answer

    liar.spoil = listen
    workspace.run(*args).ok()
    liar.spoil = honest
    return said


def at(number: int, place: Place, odd: object) -> Spoil:
    """Puts an odd value at a place of one answer."""

    def spoil(n: int, answer: Any) -> Any:
        try:
            return with_odd(answer, place, odd) if n == number else answer
        except (KeyError, IndexError, TypeError):
            return answer

    return spoil


def begun(workspace: Workspace, verb: str) -> None:
    """One page that waits to be created, updated or deleted on the wiki, or to come here."""
    for found in workspace.sandbox.pages():
        workspace.sandbox.delete(found["path"])
    for name in workspace.files():
        workspace.remove(name)
    for file in ("state.db", "state.db-wal", "state.db-shm"):
        (workspace.state / file).unlink(missing_ok=True)
    workspace.sandbox.create("stays", content="Stays.\n", tags=["one", "two"])
    if verb == "pull":
        workspace.sandbox.create("home", content=SECOND, tags=["tag"])
        return
    if verb != "create":
        workspace.sandbox.create("home", content=FIRST, title="Home", tags=["tag"])
    workspace.run("pull", "--yes").ok()
    if verb == "delete":
        workspace.remove("home.md")
    else:
        workspace.write("home.md", page("Home", SECOND, tags="tag, new"))


@pytest.mark.parametrize("verb", ["create", "update", "delete", "pull"])
def test_an_odd_value_anywhere_in_an_answer_spoils_nothing(
    workspace: Workspace, liar: Liar, verb: str
) -> None:
    args = ("pull" if verb == "pull" else "push", "--delete", "--yes")
    begun(workspace, verb)
    cases = [
        (number, place)
        for number, answer in enumerate(answers_of(workspace, liar, *args), start=1)
        for place in places(answer)
    ]
    tried = list(enumerate(cases))[:: 1 if "WIKISYNC_TRY_ALL" in os.environ else 5]
    for step, (number, place) in tried:
        begun(workspace, verb)
        before = workspace.both_sides()
        liar.spoil = at(number, place, ODD[step % len(ODD)])
        result = workspace.run(*args, "--json")
        liar.spoil = honest
        case = (number, place, ODD[step % len(ODD)], result)
        assert result.code in {0, 1, 3, 4}, case
        assert workspace.sandbox.token not in result.text
        if result.code == 4:
            assert workspace.both_sides() == before, case
        workspace.run("sync", "--delete", "--prefer", "local", "--yes").ok()
        assert contents(workspace).pop("home", None) == (None if verb == "delete" else SECOND), case
        assert ("home.md" in workspace.files()) is (verb != "delete"), case
        assert contents(workspace)["stays"] == "Stays.\n", case
    assert len(tried) > 5
    quiet(workspace)


def test_a_page_that_the_wiki_cannot_show_is_named_and_stops_no_other(workspace: Workspace) -> None:
    workspace.push(broken=page("Broken"), good=page("Good", "Old.\n"))
    workspace.sandbox.edit("broken", content="New.\n")
    workspace.sandbox.edit("good", content="New.\n")
    workspace.sandbox.faults.add(
        Refuse("Error", "Cannot return null for a field.", 0),
        on="single",
        path="broken",
        times=None,
    )
    result = workspace.run("pull", "--yes", "--json")
    assert result.done() == [("update", "folder", "good")]
    assert [found["path"] for found in result.json["conflicts"]] == ["broken"]
    assert "Cannot return null" in result.json["conflicts"][0]["reason"]
    assert result.code == 3
    workspace.sandbox.faults.clear()
    assert workspace.run("pull", "--yes", "--json").done() == [("update", "folder", "broken")]
