"""Progress at a terminal: which page, how many, the time left; in no colour of an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from support.terminal import Terminal
from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Workspace


def test_a_run_shows_the_page_how_many_are_done_and_the_time_left(workspace: Workspace) -> None:
    for name in ("one", "two", "three"):
        workspace.write(f"guide/{name}.md", page(name.title()))
    with Terminal(workspace, "push", "--yes") as terminal:
        assert terminal.end().code == 0
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", terminal.shown)
    assert re.search(r"Pushing .* 3/3 +\S+ left guide/(one|two|three)\.md", shown)


def test_progress_has_no_colour_of_an_error(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home"))
    with Terminal(workspace, "push", "--yes", env={"COLORTERM": "truecolor"}) as terminal:
        assert terminal.end().code == 0
    colours = set(re.findall(r"\x1b\[([0-9;]+)m", terminal.shown))
    assert "36" in colours
    assert not {"31", "38;2;249;38;114"} & colours


def test_a_name_from_the_wiki_cannot_draw_on_the_terminal(workspace: Workspace) -> None:
    workspace.write("[red]x[/red].md", page("X"))
    with Terminal(workspace, "push", "--yes") as terminal:
        terminal.end()
    assert "[red]x[/red].md" in terminal.shown
