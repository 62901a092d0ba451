"""Print a line for each action or result: what is done, to which page or asset, and a note.

Of many lines, the first of each kind and the first of each reason are printed; ``--all`` prints
every one (``Request.everything``).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from wikisync.errors import Interrupted
from wikisync.planning.model import Action, Adopt, Merge, Update
from wikisync.report.asset_rows import asset_diffs, asset_name, asset_results, sizes, versions
from wikisync.report.diff.page_view import COLOURS, name
from wikisync.report.diff.styled_text import StyledLine, StyledText, cells, filled, print_lines
from wikisync.report.error_messages import Message, error_message
from wikisync.report.grouping import ALONE, reason_of
from wikisync.report.json_output import results
from wikisync.report.text import (
    NOT_DELETED,
    done_label,
    escape_control,
    overwriting,
    planned_label,
    withheld,
)
from wikisync.report.wrapping import hanging, print_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from wikisync.apply.asset_result import AssetResult
    from wikisync.apply.result import ActionResult
    from wikisync.planning.asset_model import AssetAction
    from wikisync.request import AssetDiff, Report

SHOWN: Final = 3
"""The items of a group that are named."""

_SCREEN: Final = 20
"""The most pages, and the most assets, that are printed one by one, if not all are asked for."""

_PHRASE: Final = 22
_NAME: Final = 48
"""The least columns for what is done, and the most for names in a pipe."""

_WITHOUT_ALL: Final = frozenset({"review", "restore"})
"""Commands that have no option ``--all``."""


def all_hint(report: Report) -> str:
    """Return how to see the whole list, for a command that has the option."""
    return "" if report.request.command in _WITHOUT_ALL else " (--all)"


class _Line(NamedTuple):
    """What is printed of an action: what it does, to which file, and a note.

    ``own_names`` are the names in the note that are this file's alone.
    """

    verb: str
    phrase: str
    name: str
    note: str
    colour: str | None
    own_names: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """What lines of one group have in common, beside the phrase."""
        return "" if self.colour is None else reason_of(self.note, self.own_names)


def print_actions(report: Report, console: Console) -> None:
    """Print a line for each page and asset that is to be written, or was."""
    lines = [
        _page_line(action, outcome)
        for action, outcome in results(report)
        if not isinstance(action, Adopt) or (outcome is not None and outcome.result != "done")
    ]
    _print_lines(report, lines, console)
    _print_assets(report, list(_asset_lines(report)), console)


def print_failures(report: Report, console: Console) -> None:
    """Print a line for each page and asset whose write failed."""
    lines = [
        _page_line(action, outcome)
        for action, outcome in results(report)
        if outcome is not None and outcome.result == "failed"
    ]
    _print_lines(report, lines, console)
    assets = [
        _asset_line(action, outcome, None)
        for action, outcome in asset_results(report)
        if outcome is not None and outcome.result == "failed"
    ]
    _print_assets(report, assets, console)


def _asset_lines(report: Report) -> Iterator[_Line]:
    diffs = asset_diffs(report)
    for action, outcome in asset_results(report):
        if action.verb != "adopt" or (outcome is not None and outcome.result != "done"):
            diff = diffs.get((action.path, "move" if action.verb == "move" else "change"))
            yield _asset_line(action, outcome, diff)


def _print_assets(report: Report, lines: list[_Line], console: Console) -> None:
    if lines:
        print_line(console, "Images and files:", "bold")
        _print_lines(report, lines, console)


def _print_lines(report: Report, lines: list[_Line], console: Console) -> None:
    everything, hint = report.request.everything, all_hint(report)
    groups: defaultdict[tuple[str, str], list[_Line]] = defaultdict(list)
    for line in lines:
        groups[line.phrase, line.reason].append(line)
    many = len(lines) > _SCREEN
    most = SHOWN if len(groups) <= SHOWN else max(1, 2 * SHOWN // len(groups) + 1)
    shown = {
        key: found
        if everything or len(found) <= ALONE or not (many or key[1])
        else found[: 1 if key[1] else most]
        for key, found in groups.items()
    }
    listed = [line for found in shown.values() for line in found]
    widths = _widths(listed, console.width if console.is_terminal else 0)
    for key, found in groups.items():
        for line in shown[key]:
            _print_action_line(console, line, widths)
        if (rest := len(found) - len(shown[key])) > 0:
            reason = " for the same reason" if key[1] else ""
            text = f"  … and {rest:,} more{reason}{hint}"
            print_line(console, text, "dim")


def _widths(lines: Sequence[_Line], columns: int) -> tuple[int, int]:
    """Return the widths of the columns for what is done, and for names.

    A terminal has so many ``columns``; 0 is a pipe. Where the notes do not fit beside the longest
    name, names have half of the room.
    """
    phrase = max(_PHRASE, *(len(line.phrase) for line in lines)) if lines else _PHRASE
    longest = max((cells(escape_control(line.name)) for line in lines), default=0)
    if not columns:
        return phrase, min(_NAME, longest)
    room = columns - phrase - 3
    note = max((cells(escape_control(line.note)) for line in lines), default=0)
    return phrase, longest if longest + 2 + note <= room else min(longest, room // 2)


def _page_line(action: Action, outcome: ActionResult | None) -> _Line:
    is_done = outcome is not None and outcome.result == "done"
    note = ", ".join(action.fields) if isinstance(action, Update | Merge) else ""
    if isinstance(action, Merge) and action.writes_markers:
        note = "both versions, between conflict markers"
    note = "; ".join(filter(None, (note, overwriting(action, done=is_done))))
    return _line(action, outcome, name(action), note, (action.file, str(action.key)))


def _asset_line(action: AssetAction, outcome: AssetResult | None, diff: AssetDiff | None) -> _Line:
    is_done = outcome is not None and outcome.result == "done"
    size = "" if action.verb == "move" else sizes(versions(action, diff))
    note = "; ".join(filter(None, (size, overwriting(action, done=is_done))))
    return _line(action, outcome, asset_name(action), note, (action.file, action.path))


def _line(
    action: Action | AssetAction,
    outcome: ActionResult | AssetResult | None,
    shown_name: str,
    note: str,
    own_names: tuple[str, ...],
) -> _Line:
    is_done = outcome is not None and outcome.result == "done"
    phrase = (done_label if is_done else planned_label)(action)
    colour = None
    if action.skip_reason is not None:
        phrase, note, colour = NOT_DELETED, withheld(action), "dim"
    elif outcome is not None and outcome.result != "done":
        reason = error_message(outcome.error) if outcome.error else Message("")
        # What to do after Ctrl-C is said once, below the totals.
        why = reason.text if isinstance(outcome.error, Interrupted) else str(reason)
        note = f"{outcome.result}: {why}"
        colour = "red" if outcome.failed else "yellow"
    elif outcome is not None and outcome.error is not None:
        note, colour = f"but: {error_message(outcome.error)}", "red"
    return _Line(action.verb, phrase, shown_name, note, colour, own_names)


def _print_action_line(console: Console, line: _Line, widths: tuple[int, int]) -> None:
    """Print what an action does, its page, and a note, each in its column.

    ``widths`` are those of the first two columns. At a terminal, a name that is wider than its
    column puts the note on the next line.
    """
    phrase, width = widths
    named, note = escape_control(line.name), escape_control(line.note)
    if not console.is_terminal:
        text = f"  {line.phrase:<{phrase}} {named:<{width}}  {note}"
        console.file.write(f"{text.rstrip()}\n")
        return
    colour = line.colour or COLOURS.get(line.verb, "")
    lead: StyledLine = (
        StyledText("  "),
        StyledText(f"{line.phrase:<{phrase}}", colour),
        StyledText(" "),
    )
    note_style = line.colour or "dim"
    if note and cells(named) <= width:
        lead = (*lead, *filled((StyledText(named),), width), StyledText("  "))
        print_lines(console, hanging(lead, (StyledText(note, note_style),), console.width))
        return
    print_lines(console, hanging(lead, (StyledText(named),), console.width))
    if note:
        indent = (StyledText(" " * (phrase + 5)),)
        print_lines(console, hanging(indent, (StyledText(note, note_style),), console.width))
