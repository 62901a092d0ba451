"""Lines at a terminal: wrapped at words, under their column, with commands in one piece."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from report.console import console, printed
from support import manual
from support.values import base, key, planned, remote, sides
from wikisync.planning.model import Conflict, Plan
from wikisync.planning.planner import PlanOptions
from wikisync.report.diff.styled_text import StyledText, cells
from wikisync.report.terminal import show
from wikisync.report.wrapping import print_hanging, print_line, wrapped_rows
from wikisync.request import Report, Request

if TYPE_CHECKING:
    from rich.console import Console

LONG = f"{'very-long-folder/' * 4}a-page-with-a-long-name"
NAMES = ("one", "two", "three")
LEAD = (StyledText("  "), StyledText("conflict", "red"), StyledText("  "))
TEXT = (
    "The title changed both in the folder and on the wiki since the last sync. Look with wikisync"
    " diff, then keep the file: wikisync push guide/start.md --prefer local, or keep the page."
)


def rows(on: Console) -> list[str]:
    return re.sub(r"\x1b\[[0-9;]*m", "", printed(on)).splitlines()


@pytest.mark.parametrize("columns", [40, 80, 100, 200])
def test_a_message_is_wrapped_at_words_under_its_column(columns: int) -> None:
    screen = console(width=columns)
    print_hanging(screen, LEAD, TEXT, hint=TEXT)
    found = rows(screen)
    assert all(cells(row) <= min(columns, 100) for row in found)
    assert found[0].startswith("  conflict  The title")
    assert all(row.startswith(" " * 12) for row in found[1:])
    words = " ".join(row.removeprefix("  conflict").strip() for row in found).split()
    assert words == [*TEXT.split(), *TEXT.split()]


@pytest.mark.parametrize("columns", [64, 80, 100, 200])
def test_a_command_is_not_broken_where_a_line_has_room_for_it(columns: int) -> None:
    screen = console(width=columns)
    print_hanging(screen, LEAD, TEXT)
    assert any("wikisync push guide/start.md --prefer local" in row for row in rows(screen))


@pytest.mark.parametrize(
    "command",
    [
        "wikisync init https://wiki.example.com",
        "wikisync diff --sync 'guide/a b.md'",
        "wikisync push --allow max-delete --max-delete 12",
        "wikisync restore 12 --print",
        "export WIKISYNC_TOKEN=…",
    ],
)
def test_a_command_is_bold_with_all_its_arguments(command: str) -> None:
    screen = console(width=100)
    print_line(screen, f"Then try this: {command}. And so on.")
    assert f"\x1b[1m{command}\x1b[0m. And" in printed(screen)


def test_each_command_of_the_program_is_bold_and_no_other_word_behind_its_name() -> None:
    for name in manual.commands().keys() - {manual.PROGRAM}:
        screen = console(width=100)
        print_line(screen, f"Then: wikisync {name}.")
        assert f"\x1b[1mwikisync {name}\x1b[0m." in printed(screen)
    screen = console(width=100)
    print_line(screen, "The version that wikisync was tested with.")
    assert printed(screen) == "The version that wikisync was tested with.\n"


def test_advice_is_not_dim_and_its_commands_are_bold() -> None:
    screen = console()
    print_hanging(screen, LEAD, "Text.", hint="Publish it: wikisync push home.md --prefer local.")
    assert "\x1b[2m" not in printed(screen)
    assert "\x1b[1mwikisync push home.md --prefer local\x1b[0m." in printed(screen)


def test_each_way_of_a_hint_has_a_row_of_its_own_with_a_command_to_copy() -> None:
    screen = console(width=80)
    hint = "To keep both: wikisync push a.md. To go on: wikisync pull a.md. Or wait."
    print_hanging(screen, LEAD, "Text.", hint=hint)
    assert rows(screen) == [
        "  conflict  Text.",
        "            To keep both: wikisync push a.md",
        "            To go on: wikisync pull a.md. Or wait.",
    ]


def test_a_hint_with_one_way_stays_a_sentence() -> None:
    screen = console(width=80)
    print_hanging(screen, LEAD, "Text.", hint="Look first: wikisync diff. Then push.")
    assert rows(screen)[1] == "            Look first: wikisync diff. Then push."


def test_a_short_sentence_with_a_command_is_in_one_row() -> None:
    screen = console(width=80)
    print_line(
        screen,
        "See what changed: wikisync diff --sync. Publish: wikisync push. Fetch: wikisync pull.",
    )
    assert rows(screen)[1] == "Fetch: wikisync pull."


@pytest.mark.parametrize("columns", [60, 64, 70, 76, 80])
def test_a_count_is_not_broken(columns: int) -> None:
    screen = console(width=columns)
    counts = ("8 pages", "1 created on the wiki", "3 updated in the folder", "1,200 in sync")
    print_line(screen, f"{counts[0]}: {', '.join(counts[1:])}, 1 conflict.")
    text = "\n".join(rows(screen))
    assert all(count in text for count in (*counts, "1 conflict."))


def test_below_a_question_advice_that_stands_above_it_is_not_said_again() -> None:
    plan = Plan(conflicts=(Conflict(key("a"), "a.md", "both-new", fields=("title",)),), pages=1)
    report = Report(Request("push", "push"), "w", "pages", plan)
    first, again, piped = console(width=100), console(width=100), console(terminal=False)
    show(report, first)
    show(report, again, repeats=True)
    show(report, piped, repeats=True)
    assert "--prefer local" in printed(first)
    assert "conflict  a.md: It exists" in "\n".join(rows(again))
    assert "--prefer" not in printed(again)
    assert "--prefer local" in printed(piped)


def test_a_pipe_gets_each_line_whole() -> None:
    screen = console(terminal=False, width=40)
    print_hanging(screen, LEAD, TEXT, hint=TEXT)
    print_line(screen, f"  {TEXT}\t.")
    assert printed(screen) == f"  conflict  {TEXT}\n      {TEXT}\n  {TEXT}\t.\n"


@pytest.mark.parametrize("columns", [80, 100, 200])
def test_one_long_name_pushes_no_other_out_of_its_column(columns: int) -> None:
    names = ["a", "b", LONG]
    here = [base(name, number) for number, name in enumerate(names, 1)]
    there = [remote(name, number) for number, name in enumerate(names, 1)]
    plan = planned(sides(here, [], there), PlanOptions("push"))
    screen = console(width=columns)
    show(Report(Request("push", "push"), "w", "pages", plan), screen)
    found = rows(screen)
    assert all(cells(row) <= columns for row in found)
    lines = [row for row in found if row.startswith("  not deleted            ")]
    assert len(lines) == len(names)
    assert [row.index("gone here") for row in lines[:2]] == [lines[0].index("gone here")] * 2


def test_the_advice_for_a_few_conflicts_of_one_reason_is_said_once() -> None:
    conflicts = tuple(
        Conflict(key(name), f"{name}.md", "both-new", fields=("title",)) for name in NAMES
    )
    report = Report(Request("push", "push"), "w", "pages", Plan(conflicts=conflicts, pages=3))
    screen = console(terminal=False)
    show(report, screen)
    text = printed(screen)
    assert [f"{name}.md: It exists in the folder" in text for name in NAMES] == [True] * 3
    assert text.count("To see both: wikisync diff PATH") == 1
    assert "wikisync push PATH --prefer local" in text


def test_the_advice_for_many_conflicts_has_a_row_for_each_way() -> None:
    names = [f"page-{number}" for number in range(9)]
    conflicts = tuple(
        Conflict(key(name), f"{name}.md", "both-new", fields=("title",)) for name in names
    )
    report = Report(Request("push", "push"), "w", "pages", Plan(conflicts=conflicts, pages=9))
    screen = console(width=80)
    show(report, screen)
    found = [row.strip() for row in rows(screen)]
    assert "To keep the file: wikisync push PATH --prefer local" in found
    assert "To keep the page: wikisync pull PATH --prefer wiki" in found


def test_a_question_is_wrapped_and_leaves_room_for_the_answer() -> None:
    text = "Write 84 pages and 3 files (15.4 kB) to the wiki and write 1 page in the folder? [y/N]"
    found = wrapped_rows(console(width=80), text, reserve=2)
    assert all(cells(row) <= 78 for row in found)
    assert " ".join(found) == text
    assert wrapped_rows(console(terminal=False, width=40), text, reserve=2) == [text]
