"""Print a report for people in a terminal: pages, differences, messages and next steps.

Control characters in names and texts from pages are escaped (``text.escape_control``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.planning.model import Action, Adopt, Merge, Move, Update
from wikisync.report.diff.hunks import one_below_the_other
from wikisync.report.diff.page_diff import content_hunks, lines, on_both_sides
from wikisync.report.diff.page_view import (
    COLOUR,
    COLOURS,
    doing,
    field_lines,
    header,
    name,
    pieces,
    side_by_side,
    side_names,
    title,
)
from wikisync.report.diff.styled_text import StyledLine, StyledText, joined
from wikisync.report.diff.word_diff import Span
from wikisync.report.error_messages import Message, error_message
from wikisync.report.json_output import conflicts, results, withheld
from wikisync.report.note_messages import note_message
from wikisync.report.plan_messages import conflict_message, refusal_message
from wikisync.report.summary import summary
from wikisync.report.text import (
    backup_in_words,
    conflict_label,
    done_label,
    escape_control,
    item_verb,
    overwriting,
    planned_label,
)
from wikisync.request import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from wikisync.apply import ActionResult
    from wikisync.report.diff.hunks import Hunk
    from wikisync.request import PageDiff, Report


_ALIKE: Final = 5
"""Lines that give the same reason shown at most."""

_MANY: Final = 200
"""Lines of one kind shown at most; the JSON has them all."""


def show(report: Report, console: Console, view: View | None = None, *, texts: bool = True) -> None:
    """Print the whole report: pages, conflicts, notes, problems, refusals, and the summary.

    With a ``view``, and for ``diff`` and ``show``, pages are printed with their differences
    (``report.diffs``), unless ``texts`` is False.
    """
    if report.request.command == "undo" and report.request.run and report.plan.pages:
        print_line(console, f"Undoing run {report.request.run}:")
    if texts and (view is not None or report.request.command in {"diff", "show"}):
        show_diff(report, console, view or View())
    else:
        show_actions(report, console)
    _show_rest(report, console)
    for line in summary(report):
        print_line(console, line)


def _show_rest(report: Report, console: Console) -> None:
    for conflict in conflicts(report):
        label, colour = conflict_label(conflict), COLOURS[item_verb(conflict)]
        _show_message(console, conflict.file, label, colour, conflict_message(conflict))
    for note in report.notes:
        _show_message(console, "", "note", "yellow", note_message(note))
    for problem in report.plan.problems:
        _show_message(console, "", "problem", "red", error_message(problem))
    last = {refusal.rule: refusal for refusal in report.plan.refusals}
    for refusal in report.plan.refusals:
        message = refusal_message(refusal)
        if refusal is not last[refusal.rule]:
            message = Message(message.text)  # the hint is printed once for each rule
        _show_message(console, "", f"refused ({refusal.rule})", "red", message)


def show_plan(report: Report, console: Console) -> None:
    """Print what is about to be done, above the question."""
    print_line(console, f"{report.folder} ↔ {report.remote_name}", "bold")
    if report.request.command == "undo":
        print_line(console, f"Undoing run {report.request.run}:")
    if report.restoration is not None:
        todo = report.restoration
        print_line(console, f"Backup {todo.backup.number}: {backup_in_words(todo.backup)}.")
        if todo.unpushed:
            text = (
                f"{todo.file} has edits that were never pushed; they are saved as a backup first."
            )
            print_line(console, escape_control(text))
    show_actions(report, console)
    _show_rest(report, console)


def show_trouble(report: Report, console: Console) -> None:
    """Print only failures, conflicts, notes, problems and refusals."""
    for action, outcome in results(report):
        if outcome is not None and outcome.result == "failed":
            _show_action(console, action, outcome, len(action.file))
    _show_rest(report, console)


def show_actions(report: Report, console: Console) -> None:
    """Print a line for each page that is to be written, or was."""
    shown_lines = [
        (action, outcome)
        for action, outcome in results(report)
        if not isinstance(action, Adopt) or (outcome is not None and outcome.result != "done")
    ]
    untried = [pair for pair in shown_lines if _untried(pair[1])]
    if len(untried) > _ALIKE:
        shown_lines = [pair for pair in shown_lines if not _untried(pair[1])]
    else:
        untried = []
    listed = [*shown_lines[:_MANY], *untried[:1]]
    width = min(48, max((len(name(action)) for action, _ in listed), default=0))
    for action, outcome in shown_lines[:_MANY]:
        _show_action(console, action, outcome, width)
    if len(shown_lines) > _MANY:
        print_line(console, f"  … and {len(shown_lines) - _MANY:,} more", "dim")
    for action, outcome in untried[:1]:  # all for the same reason
        _show_action(console, action, outcome, width)
        print_line(console, f"  … and {len(untried) - 1:,} more skipped for the same reason", "dim")


def _untried(outcome: ActionResult | None) -> bool:
    """Return whether an action was skipped because the run had ended."""
    return outcome is not None and outcome.result == "skipped" and outcome.fatal_error is not None


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
        elif view.side_by_side or console.is_terminal:
            print_lines(console, pages(report.diffs, columns, beside=view.side_by_side))
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


def _show_action(
    console: Console, action: Action, outcome: ActionResult | None, width: int
) -> None:
    phrase = (done_label if outcome and outcome.result == "done" else planned_label)(action)
    note = ", ".join(action.fields) if isinstance(action, Update | Merge) else ""
    colour = None
    if isinstance(action, Merge) and action.writes_markers:
        note = "both versions, between conflict markers"
    is_done = outcome is not None and outcome.result == "done"
    note = "; ".join(filter(None, (note, overwriting(action, done=is_done))))
    if action.skip_reason is not None:
        note, colour = withheld(action), "dim"
    elif outcome is not None and outcome.result != "done":
        reason = error_message(outcome.error) if outcome.error else Message("")
        note, colour = f"{outcome.result}: {reason}", "red"
    elif outcome is not None and outcome.error is not None:
        note, colour = f"but: {error_message(outcome.error)}", "red"
    from rich.text import Text

    line = Text("  ")
    line.append(f"{phrase:<22}", style=colour or COLOURS.get(action.verb, ""))
    line.append(f" {escape_control(name(action)):<{width}}")
    line.append(f"  {escape_control(note)}", style=colour if colour == "red" else "dim")
    line.rstrip()
    console.print(line, soft_wrap=True)


def _show_message(console: Console, name: str, label: str, colour: str, message: Message) -> None:
    from rich.text import Text

    line = Text("  ")
    line.append(label, style=colour)
    line.append(f"  {escape_control(name)}: " if name else "  ")
    line.append(escape_control(message.text))
    console.print(line, soft_wrap=True)
    if message.hint:
        print_line(console, f"      {escape_control(message.hint)}", "dim")


def print_line(console: Console, text: str, style: str = "") -> None:
    """Print one line without wrapping it, so that a pipe gets it unchanged."""
    from rich.text import Text

    if console.is_terminal:
        console.print(Text(text, style=style), soft_wrap=True)
    else:
        # rich would replace tabs by spaces, and a patch needs them.
        console.file.write(f"{text}\n")


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
            yield from _below(found, whole=not (side.old and side.new))


def _below(found: Iterable[Hunk], *, whole: bool) -> Iterator[StyledLine]:
    """Yield hunks as in a unified diff; of a new or deleted page, only its lines."""
    for hunk in found:
        if not whole:
            heading = (
                (StyledText(f" {escape_control(hunk.heading)}", "dim"),) if hunk.heading else ()
            )
            yield (StyledText(hunk.header, "cyan"), *heading)
        for sign, _, spans in one_below_the_other(hunk.rows):
            yield joined(pieces((Span(sign, changed=False), *spans), COLOUR[sign]))


def _moves(pair: PageDiff) -> bool:
    return isinstance(pair.item, Move)
