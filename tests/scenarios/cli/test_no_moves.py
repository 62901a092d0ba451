"""What is no move: a page that is gone, and another one that is new."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Workspace

STUB = "# {0}\n\n* Maker: {1}\n* Year: {2}\n* Players: 2\n\nA game of cards for one machine.\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (page("To do", "TODO\n"), page("Tofu", "TOFU\n")),
        (page("Cats", "This page will be about cats.\n"), page("Dogs", "A page about dogs.\n")),
        (
            page("Rose", STUB.format("Rose", "Hill", "1991").replace("one machine", "roses")),
            page("Lily", STUB.format("Lily", "Dale", "1987").replace("one machine", "lilies")),
        ),
        ("# Cats\n\nTo be written.\n", "# Dogs\n\nTo be written soon.\n"),
    ],
)
def test_a_short_page_that_is_new_takes_no_other_ones_place(
    ws: Workspace, old: str, new: str
) -> None:
    ws.push(old=old, other=page("Other", "Quite another.\n"))
    ws.remove("old.md")
    ws.write("new.md", new)
    was = ws.box.page("old")
    result = ws.run("sync", "--yes", "--json").ok()
    assert result.action("old")["outcome"] == "skipped"
    assert result.done() == [("create", "wiki", "new")]
    assert ws.box.page("old") == was


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (page("Cats", "A page about cats.\n"), page("Cats", "A short page about cats.\n")),
        ("# Cats\n\nA page about cats.\n", "# Cats\n\nA short page about cats.\n"),
        (
            page("Cats", "They purr a lot.\nThey sleep.\n"),
            page("My cats", "They purr a lot.\nThey eat.\n"),
        ),
    ],
)
def test_a_short_page_that_was_renamed_and_edited_is_still_known(
    ws: Workspace, old: str, new: str
) -> None:
    ws.push(old=old, other=page("Other", "Quite another.\n"))
    ws.remove("old.md")
    ws.write("new.md", new)
    number = (ws.box.page("old") or {})["id"]
    ws.run("sync", "--yes").ok()
    assert (ws.box.page("new") or {})["id"] == number
    assert ws.box.page("old") is None


def test_a_hundred_new_pages_for_a_hundred_gone_are_looked_through_quickly(ws: Workspace) -> None:
    def text(name: str, number: int) -> str:
        words = (f"{name}{number * 31 % (n + 7)}" for n in range(120))
        return page(f"{name} {number}", " ".join(words) + "\n")

    for number in range(100):
        ws.write(f"gone/{number}.md", text("old", number))
    ws.run("push", "--yes").ok()
    for number in range(100):
        ws.remove(f"gone/{number}.md")
        ws.write(f"fresh/{number}.md", text("new", number))
    started = time.process_time()
    result = ws.run("status", "--json").ok()
    assert time.process_time() - started < 20
    assert result.json["counts"]["move"] == 0
