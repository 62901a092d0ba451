"""Print a report for people in a terminal: pages, differences, messages and next steps.

Control characters in names and texts from pages are escaped (``text.escape_control``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.planning.model import Action, Move
from wikisync.report.action_lines import print_actions, print_failures
from wikisync.report.diff.asset_view import asset_lines, asset_stat, asset_texts
from wikisync.report.diff.hunks import one_below_the_other
from wikisync.report.diff.page_diff import content_hunks, lines, on_both_sides
from wikisync.report.diff.page_view import (
    COLOUR,
    doing,
    field_lines,
    header,
    name,
    pieces,
    side_by_side,
    side_names,
    title,
)
from wikisync.report.diff.styled_text import StyledLine, StyledText, joined, wrapped
from wikisync.report.summary import summary, ways_back
from wikisync.report.terminal_lists import print_lists
from wikisync.report.text import (
    backup_in_words,
    escape_control,
    run_in_words,
)
from wikisync.report.wrapping import print_line
from wikisync.request import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from wikisync.report.diff.hunks import Hunk
    from wikisync.request import PageDiff, Report


def show(
    report: Report,
    console: Console,
    view: View | None = None,
    *,
    texts: bool = True,
    repeats: bool = False,
) -> None:
    """Print the whole report: pages, conflicts, notes, problems, refusals, and the summary.

    With a ``view``, and for ``diff`` and ``show``, pages are printed with their differences
    (``report.diffs``), unless ``texts`` is False. If the report ``repeats`` what ``show_plan``
    printed on the same terminal, advice that stands there is left out.
    """
    if not report.declined:  # else show_plan printed it all, above the question
        _show_pages(report, console, view, texts=texts, repeats=repeats and console.is_terminal)
    for line in summary(report):
        print_line(console, line)


def _show_pages(
    report: Report, console: Console, view: View | None, *, texts: bool, repeats: bool
) -> None:
    if not repeats:
        _show_undone(report, console)
    if texts and (view is not None or report.request.command in {"diff", "show"}):
        show_diff(report, console, view or View())
    else:
        print_actions(report, console)
    print_lists(report, console, repeats=repeats)


def _show_undone(report: Report, console: Console) -> None:
    """Print which run is undone."""
    if report.undone is not None and (report.plan.pages or report.plan.assets):
        print_line(console, f"Undoing {run_in_words(report.undone)}:")


def show_plan(report: Report, console: Console) -> None:
    """Print what is about to be done, above the question."""
    print_line(console, f"{report.folder} ↔ {report.remote_name}", "bold")
    _show_undone(report, console)
    if report.restoration is not None:
        todo = report.restoration
        print_line(console, f"Backup {todo.backup.number}: {backup_in_words(todo.backup)}.")
        if todo.unpushed:
            text = (
                f"{todo.file} has edits that were never pushed; they are saved as a backup first."
            )
            print_line(console, escape_control(text))
    print_actions(report, console)
    print_lists(report, console)
    for line in ways_back(report):
        print_line(console, line)


def show_trouble(report: Report, console: Console) -> None:
    """Print only failures, conflicts, notes, problems and refusals."""
    print_failures(report, console)
    print_lists(report, console)


def show_diff(report: Report, console: Console, view: View) -> None:
    """Print each page's difference, formatted for a terminal or as plain text for a pipe.

    A pipe gets the text of ``--json``, unless ``view`` asks for another format.
    """
    from wikisync.page.line_matching import shared_budget
    from wikisync.report.diff.diffstat import diffstat
    from wikisync.report.diff.styled_text import print_lines

    columns = console.width
    with shared_budget():
        if view.stat:
            whole = not console.is_terminal
            print_lines(console, diffstat(report.diffs, columns, whole_names=whole))
            print_lines(console, asset_stat(report.asset_diffs, columns, whole_names=whole))
        elif view.side_by_side or console.is_terminal:
            print_lines(console, pages(report.diffs, columns, beside=view.side_by_side))
            print_lines(console, asset_lines(report.asset_diffs, columns))
        else:
            _show_plain(report, console)


def _show_plain(report: Report, console: Console) -> None:
    for pair in report.diffs:
        named, titled = escape_control(name(pair.item)), escape_control(title(pair))
        heading = f"{named}  {titled}  ({doing(pair.item)})"
        print_line(console, heading)
        for line in lines(pair):
            print_line(console, escape_control(line))
        print_line(console, "")
    for text in asset_texts(report.asset_diffs):
        print_line(console, text)


def pages(pairs: Iterable[PageDiff], columns: int, *, beside: bool = False) -> Iterator[StyledLine]:
    """Yield the lines of all pairs, each followed by an empty line; in two columns if ``beside``.

    Nothing is left out. A page that only moves is one line.
    """
    for pair in pairs:
        yield from header(pair, columns)
        if not _moves(pair):
            yield from _page(pair, columns, beside=beside)
        yield ()


def _page(pair: PageDiff, columns: int, *, beside: bool) -> Iterator[StyledLine]:
    sides = on_both_sides(pair)
    conflict = not isinstance(pair.item, Action)
    for side in sides:
        old, new = side_names(side)
        if len(sides) > 1:
            yield (StyledText(f"{old}:", "bold"),)
        if conflict:
            yield (
                StyledText(f"- {old}", COLOUR["-"]),
                StyledText(", "),
                StyledText(f"+ {new}", COLOUR["+"]),
            )
        fields = tuple(field_lines(side, columns))
        yield from fields
        found = content_hunks(side)
        if fields and found and not (side.old and side.new):
            yield ()
        if beside and side.old and side.new:
            yield from side_by_side(found, (old, new), columns)
        else:
            yield from _below(found, columns, whole=not (side.old and side.new))


def _below(found: Iterable[Hunk], columns: int, *, whole: bool) -> Iterator[StyledLine]:
    """Yield hunks as in a unified diff; of a new or deleted page, only its lines.

    A line that is too long is wrapped, behind the column of the signs.
    """
    for hunk in found:
        if not whole:
            heading = (
                (StyledText(f" {escape_control(hunk.heading)}", "dim"),) if hunk.heading else ()
            )
            yield (StyledText(hunk.header, "cyan"), *heading)
        for sign, _, spans in one_below_the_other(hunk.rows):
            colour = COLOUR[sign]
            for n, row in enumerate(wrapped(pieces(spans, colour), max(2, columns - 1))):
                yield joined((StyledText(" " if n else sign, colour), *row))


def _moves(pair: PageDiff) -> bool:
    return isinstance(pair.item, Move)
