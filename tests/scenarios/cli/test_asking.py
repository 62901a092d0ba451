"""Before a write somebody says yes: at a terminal when asked, elsewhere with ``--yes``."""

from __future__ import annotations

import pytest

from support.terminal import Terminal
from support.workspace import Result, Workspace, page

pytestmark = pytest.mark.slow


@pytest.fixture
def differing(workspace: Workspace) -> Workspace:
    """An update for each side, and a deletion for each."""
    workspace.push(home=page("Home"), other=page("Other"), gone=page("Gone"), fled=page("Fled"))
    workspace.write("home.md", page("Home", "Mine.\n"))
    workspace.sandbox.edit("other", content="Theirs.\n")
    workspace.remove("gone.md")
    workspace.sandbox.delete("fled")
    return workspace


COMMANDS = ["push", "pull", "sync"]


@pytest.mark.parametrize("command", COMMANDS)
def test_off_a_terminal_nothing_is_written_without_yes(differing: Workspace, command: str) -> None:
    before = differing.both_sides()
    result = differing.run(command)
    assert result.code == 2
    assert result.out == ""
    assert "Needs confirmation: add --yes." in result.err
    assert differing.both_sides() == before


def test_a_process_off_a_terminal_needs_yes_too(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home"))
    refused = workspace.process("push")
    assert (refused.code, refused.out) == (2, "")
    assert workspace.sandbox.pages() == []
    assert workspace.process("push", "--yes").code == 0
    assert len(workspace.sandbox.pages()) == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_where_there_is_nothing_to_write_nobody_is_asked(
    workspace: Workspace, command: str
) -> None:
    workspace.push(home=page("Home"))
    assert workspace.run(command).ok().err == ""


@pytest.mark.parametrize(
    ("command", "question", "named"),
    [
        ("push", "Write 1 page to the wiki?", "update on the wiki     home.md"),
        ("pull", "Write 1 file in the folder?", "update in the folder   other.md"),
        (
            "sync",
            "Write 1 page to the wiki and write 1 file in the folder?",
            "update in the folder   other.md",
        ),
    ],
)
def test_at_a_terminal_the_plan_is_shown_and_no_writes_nothing(
    differing: Workspace, command: str, question: str, named: str
) -> None:
    before = differing.both_sides()
    with Terminal(differing, command, env={"NO_COLOR": "1"}) as terminal:
        terminal.expect(f"{question} [y/N]")
        assert f"pages ↔ {differing.sandbox.url}" in terminal.shown
        assert named in terminal.shown
        terminal.type("n\n")
        result = terminal.end()
    assert result.code == 4
    assert result.out == "Cancelled. Nothing was written.\n"
    assert differing.both_sides() == before


def at_terminal(workspace: Workspace, command: str, answer: str) -> Result:
    with Terminal(workspace, *command.split()) as terminal:
        terminal.expect("[y/N]")
        if answer == "Ctrl-C":
            terminal.interrupt()
        else:
            terminal.type(answer)
        return terminal.end()


def test_at_a_terminal_yes_writes(differing: Workspace) -> None:
    result = at_terminal(differing, "sync", "y\n")
    assert result.code == 0
    assert "updated on the wiki" in result.out
    assert "updated in the folder" in result.out
    home = differing.sandbox.page("home")
    assert home is not None
    assert home["content"] == "Mine.\n"
    assert differing.read("other.md").endswith("Theirs.\n")


@pytest.mark.parametrize("answer", ["\n", "\x04", "Ctrl-C"], ids=["Enter", "Ctrl-D", "Ctrl-C"])
def test_any_other_end_of_the_question_writes_nothing(differing: Workspace, answer: str) -> None:
    before = differing.both_sides()
    result = at_terminal(differing, "push", answer)
    assert result.code == 4
    assert "Traceback" not in result.text
    assert differing.both_sides() == before


def test_deletions_are_shouted_in_the_question(differing: Workspace) -> None:
    with Terminal(differing, "sync", "--delete", "--max-delete", "2") as terminal:
        terminal.expect("DELETE 1 page on the")
        terminal.expect("DELETE 1 file in the folder? [y/N]")
        terminal.type("y\n")
        assert terminal.end().code == 0
    assert differing.sandbox.page("gone") is None
    assert not (differing.folder / "fled.md").exists()


def test_at_a_terminal_stdout_has_the_result_alone(differing: Workspace) -> None:
    with Terminal(differing, "push", "--json") as terminal:
        terminal.expect("[y/N]")
        terminal.type("y\n")
        result = terminal.end()
    assert result.code == 0
    assert result.done() == [("update", "wiki", "home")]


def test_with_yes_a_terminal_is_not_asked(differing: Workspace) -> None:
    with Terminal(differing, "push", "--yes") as terminal:
        result = terminal.end()
    assert result.code == 0
    assert "[y/N]" not in result.err


def test_progress_is_shown_at_a_terminal_and_nowhere_else(differing: Workspace) -> None:
    with Terminal(differing, "push", "--yes") as terminal:
        assert "Looking at the folder and the wiki" in terminal.end().err
    with Terminal(differing, "status", "--quiet") as terminal:
        assert "Looking" not in terminal.end().err
    assert differing.run("status").err == ""


@pytest.mark.parametrize(
    ("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_that_want_it(
    differing: Workspace, env: dict[str, str], coloured: bool
) -> None:
    with Terminal(differing, "diff", whole=True, env=env) as terminal:
        shown = terminal.end().err
    assert "+Mine." in shown
    assert ("\x1b[32m+Mine." in shown) == coloured
    assert "\x1b[3" not in differing.run("diff", env=env).text


def test_what_a_page_says_cannot_steer_the_terminal(workspace: Workspace) -> None:
    workspace.sandbox.create(
        "evil", title="A \x1b[2J title", content="\x1b]0;owned\x07 text\u202e\n"
    )
    assert "\\x1b]0;owned\\x07 text\\u202e" in workspace.run("diff", "--pull").ok().out
    for args in (("status",), ("diff", "--pull"), ("pull", "--yes")):
        with Terminal(workspace, *args, whole=True, env={"NO_COLOR": "1"}) as terminal:
            shown = terminal.end().err
        assert "\x1b[2J" not in shown
        assert "\x1b]0;" not in shown
        assert "\u202e" not in shown
