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
def liar(ws: Workspace) -> Iterator[Liar]:
    with Liar(ws.box) as between:
        ws.configure(url=between.url)
        yield between


def answers_of(ws: Workspace, liar: Liar, *args: str) -> list[Any]:
    """What the wiki says to a command, request by request."""
    said: list[Any] = []

    def listen(_number: int, answer: Any) -> Any:
        said.append(answer)
        return answer

    liar.spoil = listen
    ws.run(*args).ok()
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


def begun(ws: Workspace, verb: str) -> None:
    """One page that waits to be created, updated or deleted on the wiki, or to come here."""
    for found in ws.box.pages():
        ws.box.delete(found["path"])
    for name in ws.files():
        ws.remove(name)
    for file in ("state.db", "state.db-wal", "state.db-shm"):
        (ws.state / file).unlink(missing_ok=True)
    ws.box.create("stays", content="Stays.\n", tags=["one", "two"])
    if verb == "pull":
        ws.box.create("home", content=SECOND, tags=["tag"])
        return
    if verb != "create":
        ws.box.create("home", content=FIRST, title="Home", tags=["tag"])
    ws.run("pull", "--yes").ok()
    if verb == "delete":
        ws.remove("home.md")
    else:
        ws.write("home.md", page("Home", SECOND, tags="tag, new"))


@pytest.mark.parametrize("verb", ["create", "update", "delete", "pull"])
def test_an_odd_value_anywhere_in_an_answer_spoils_nothing(
    ws: Workspace, liar: Liar, verb: str
) -> None:
    args = ("pull" if verb == "pull" else "push", "--delete", "--yes")
    begun(ws, verb)
    cases = [
        (number, place)
        for number, answer in enumerate(answers_of(ws, liar, *args), start=1)
        for place in places(answer)
    ]
    tried = list(enumerate(cases))[:: 1 if "WIKISYNC_TRY_ALL" in os.environ else 5]
    for step, (number, place) in tried:
        begun(ws, verb)
        before = ws.both_sides()
        liar.spoil = at(number, place, ODD[step % len(ODD)])
        result = ws.run(*args, "--json")
        liar.spoil = honest
        case = (number, place, ODD[step % len(ODD)], result)
        assert result.code in {0, 1, 3, 4}, case
        assert ws.box.token not in result.text
        if result.code == 4:
            assert ws.both_sides() == before, case
        ws.run("sync", "--delete", "--prefer", "local", "--yes").ok()
        assert contents(ws).pop("home", None) == (None if verb == "delete" else SECOND), case
        assert ("home.md" in ws.files()) is (verb != "delete"), case
        assert contents(ws)["stays"] == "Stays.\n", case
    assert len(tried) > 5
    quiet(ws)


def test_a_page_that_the_wiki_cannot_show_is_named_and_stops_no_other(ws: Workspace) -> None:
    ws.push(broken=page("Broken"), good=page("Good", "Old.\n"))
    ws.box.edit("broken", content="New.\n")
    ws.box.edit("good", content="New.\n")
    ws.box.faults.add(
        Refuse("Error", "Cannot return null for a field.", 0),
        on="single",
        path="broken",
        times=None,
    )
    result = ws.run("pull", "--yes", "--json")
    assert result.done() == [("update", "folder", "good")]
    assert [found["path"] for found in result.json["conflicts"]] == ["broken"]
    assert "Cannot return null" in result.json["conflicts"][0]["reason"]
    assert result.code == 3
    ws.box.faults.clear()
    assert ws.run("pull", "--yes", "--json").done() == [("update", "folder", "broken")]
