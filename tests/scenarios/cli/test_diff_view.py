"""``diff`` for people: what a terminal shows, and what a pipe gets; the pager."""

from __future__ import annotations

import re
import shlex
import shutil
import sys

import pytest

from support.terminal import Terminal
from support.texts import full_text
from support.workspace import Workspace, page

pytestmark = pytest.mark.slow

STYLE = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
"""Colours, and what draws the progress."""
PAGED = "import sys; print('(paged)'); sys.stdout.write(sys.stdin.read())"
LEFT = "import sys; sys.stdin.readline(); print('(left)')"


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


@pytest.fixture
def edited(workspace: Workspace) -> Workspace:
    """A page that differs in its title, its tags and a word, and one that is new."""
    workspace.push(home=page("The old title", "# Top\n\nThe old word.\n", tags="a, old"))
    workspace.write("home.md", page("The new title", "# Top\n\nThe new word.\n", tags="a, new"))
    return workspace


@pytest.fixture
def long(edited: Workspace) -> Workspace:
    """More than fits on a screen."""
    edited.write("new.md", page("New", "".join(f"line {n}\n" for n in range(2_000))))
    return edited


def at_terminal(workspace: Workspace, *args: str, **env: str) -> tuple[int, str]:
    """The exit code, and what the terminal shows from the first page on."""
    with Terminal(workspace, "diff", *args, whole=True, env=env) as terminal:
        result = terminal.end()
    assert "Traceback" not in result.err
    return result.code, result.err


def test_a_terminal_shows_a_header_fields_and_marked_words(edited: Workspace) -> None:
    code, shown = at_terminal(edited, "--exit-code")
    assert code == 5
    assert "\x1b[31m-The \x1b[0m\x1b[7;31mold\x1b[0m\x1b[31m word.\x1b[0m\n" in shown
    assert "\x1b[32m+The \x1b[0m\x1b[7;32mnew\x1b[0m\x1b[32m word.\x1b[0m\n" in shown
    lines = STYLE.sub("", shown).splitlines()
    assert "title: The old title → The new title" in lines
    assert "tags: +new -old" in lines
    assert any(re.fullmatch("\r*home.md  The new title ─+ update on the wiki", x) for x in lines)


def test_without_colours_the_marks_are_still_there(edited: Workspace) -> None:
    _, shown = at_terminal(edited, NO_COLOR="1")
    assert "-The \x1b[7mold\x1b[0m word.\n" in shown
    assert "\x1b[3" not in shown


def test_a_pipe_gets_the_text_that_json_has(edited: Workspace) -> None:
    out = edited.run("diff").ok().out
    assert out.startswith("home.md  The new title  (update on the wiki)\n--- wiki/en/home\n")
    assert edited.run("diff", "--json").action("home")["diff"] in out
    assert "\x1b" not in out


def test_the_ways_to_show_it_change_nothing_of_the_json(edited: Workspace) -> None:
    wanted = edited.run("diff", "--json").json
    for option in ("--stat", "--side-by-side", "--no-pager"):
        assert edited.run("diff", "--json", option).json == wanted


def test_stat_and_columns_work_in_a_pipe_without_colour(edited: Workspace) -> None:
    assert edited.run("diff", "--stat").ok().out == (
        " home.md │ 2 +- title, tags\n 1 page, 1 line added, 1 removed\n"
        "1 page: 1 to update on the wiki.\n"
    )
    out = edited.run("diff", "--side-by-side", env={"COLUMNS": "60"}).ok().out
    assert "\n3 -The old word.             │ 3 +The new word.\n" in out
    assert "\x1b" not in out


def test_stat_and_columns_at_once_are_a_wrong_usage(edited: Workspace) -> None:
    result = edited.run("diff", "--stat", "--side-by-side")
    assert result.code == 2
    assert "--stat or --side-by-side" in result.err


def test_a_move_is_one_line_with_both_names(workspace: Workspace) -> None:
    workspace.push(old=page("Moved", full_text("A text that is long enough to be known again.\n")))
    workspace.write("new.md", workspace.read("old.md"))
    workspace.remove("old.md")
    _, shown = at_terminal(workspace)
    assert re.search(
        r"[\r\n]old\.md → new\.md  Moved ─+ move on the wiki\n\n1 page", STYLE.sub("", shown)
    )


# ---- the pager


def test_output_goes_through_the_pager(long: Workspace) -> None:
    code, shown = at_terminal(long, "--exit-code", PAGER=python(PAGED))
    assert code == 5
    assert shown.count("(paged)") == 1
    assert shown.index("(paged)") < shown.index("new.md") < shown.index("+line 1999")
    assert "2 pages: 1 to create on the wiki" in STYLE.sub("", shown)


@pytest.mark.skipif(shutil.which("less") is None, reason="there is no less")
def test_less_quits_by_itself_after_short_output(long: Workspace) -> None:
    code, shown = at_terminal(long, "home", "--exit-code", PAGER="less")
    assert code == 5
    assert "title: The old title → The new title" in STYLE.sub("", shown)


def test_the_pager_of_wikisync_goes_before_the_pager_of_everything(long: Workspace) -> None:
    _, shown = at_terminal(long, WIKISYNC_PAGER=python(PAGED), PAGER="no-such-pager")
    assert "(paged)" in shown


def test_a_pager_that_is_left_early_changes_no_exit_code(long: Workspace) -> None:
    code, shown = at_terminal(long, "--exit-code", PAGER=python(LEFT))
    assert code == 5
    assert "(left)" in shown
    assert "+line 1999" not in shown


@pytest.mark.parametrize("pager", ["no-such-pager", ""])
def test_without_a_pager_everything_is_printed(long: Workspace, pager: str) -> None:
    code, shown = at_terminal(long, "--exit-code", PAGER=pager)
    assert code == 5
    assert "+line 1999" in shown


def test_with_no_pager_everything_is_printed(long: Workspace) -> None:
    _, shown = at_terminal(long, "--no-pager", PAGER=python(PAGED))
    assert "(paged)" not in shown
    assert "+line 1999" in shown


def test_a_pipe_has_no_pager(long: Workspace) -> None:
    out = long.run("diff", env={"PAGER": python(PAGED), "TERM": "xterm"}).ok().out
    assert "(paged)" not in out
    assert "+line 1999\n" in out


def test_ctrl_c_is_the_pagers_own(long: Workspace) -> None:
    waits = (
        "import signal, sys; signal.signal(2, lambda *_: print('(kept)', flush=True) or sys.exit())"
    )
    waits += "; sys.stdin.read(); print('(ready)', flush=True); signal.pause()"
    env = {"PAGER": python(waits)}
    with Terminal(long, "diff", whole=True, env=env) as terminal:
        terminal.expect("(ready)")
        terminal.type("\x03")
        terminal.expect("(kept)")
        result = terminal.end()
    assert result.code == 0
    assert "Stopped" not in result.err


def test_a_terminal_of_another_encoding_gets_escapes_and_no_traceback(edited: Workspace) -> None:
    edited.change("home.md", "new word", "новое слово")
    for option in ("--no-pager", "--stat", "--side-by-side"):
        code, shown = at_terminal(edited, option, PYTHONIOENCODING="ascii")
        assert code == 0
        assert "\\u2500" in shown or "\\u2502" in shown
