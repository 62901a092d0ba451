"""Styled lines on a console: colours for terminals that want them, plain text for pipes."""

from __future__ import annotations

import pytest

from report.console import console, printed
from wikisync.report.diff.styled_text import ADDED, MARKED, StyledText, joined, print_lines, trimmed

LINE = (StyledText("+the ", ADDED), StyledText("new", ADDED + MARKED), StyledText(" word"))


def test_a_terminal_gets_colours_and_marks() -> None:
    on = console()
    print_lines(on, [LINE])
    assert printed(on) == "\x1b[32m+the \x1b[0m\x1b[7;32mnew\x1b[0m word\n"


def test_without_colours_what_is_marked_is_still_seen() -> None:
    on = console(colour=False)
    print_lines(on, [LINE])
    assert printed(on) == "+the \x1b[7mnew\x1b[0m word\n"


def test_a_pipe_gets_the_text_alone() -> None:
    on = console(terminal=False)
    print_lines(on, [LINE, (), (StyledText("a\tb", "red"),)])
    assert printed(on) == "+the new word\n\na\tb\n"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ((StyledText("a  "), StyledText("  ", "red")), (StyledText("a"),)),
        (
            (StyledText("a"), StyledText("  ", "red" + MARKED)),
            (StyledText("a"), StyledText("  ", "red" + MARKED)),
        ),
        ((StyledText("  "),), ()),
    ],
)
def test_blanks_at_the_end_go_unless_they_are_marked(
    line: tuple[StyledText, ...], wanted: tuple[StyledText, ...]
) -> None:
    assert trimmed(line) == wanted


def test_neighbours_of_one_style_are_one_piece() -> None:
    assert joined((StyledText("a", "red"), StyledText("b", "red"), StyledText("c"))) == (
        StyledText("ab", "red"),
        StyledText("c"),
    )
