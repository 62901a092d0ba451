"""Print the lists of a report: pages, conflicts, notes, problems and refusals.

One reason for many items is printed once, with their number and the first of them; ``--all`` prints
every item (``Request.everything``).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from wikisync.planning.model import Action, Adopt, Merge, Update
from wikisync.report.diff.page_view import COLOURS, name
from wikisync.report.error_messages import Message, error_message
from wikisync.report.grouping import ALONE, Group, Item, group_by_reason, reason_of
from wikisync.report.json_output import conflicts, results, withheld
from wikisync.report.note_messages import note_message
from wikisync.report.plan_messages import conflict_message, refusal_message
from wikisync.report.text import (
    NOT_DELETED,
    TO_MERGE,
    conflict_label,
    done_label,
    escape_control,
    overwriting,
    planned_label,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from wikisync.apply import ActionResult
    from wikisync.errors import BadName, BadPage
    from wikisync.planning.model import Conflict, Refusal
    from wikisync.request import Report

_SCREEN: Final = 20
"""The most pages that are printed one by one, if not all are asked for."""

_SHOWN: Final = 3
"""The items of a group that are named."""

_COLUMNS: Final = 74
"""The columns for the names of a group, in a terminal of 80."""

_WITHOUT_ALL: Final = frozenset({"review", "restore"})
"""Commands that have no option ``--all``."""


def print_lists(report: Report, console: Console) -> None:
    """Print conflicts, notes, problems and refusals."""
    everything, hint = report.request.everything, _all_hint(report)
    for group in _grouped(map(_conflict_item, conflicts(report)), everything=everything):
        colour = COLOURS["merge" if group.heading == TO_MERGE else "conflict"]
        _print_group(console, group, colour, "page", hint)
    for note in report.notes:
        _print_message(console, "note", "yellow", note_message(note, everything=everything))
    for group in _grouped(map(_problem_item, report.plan.problems), everything=everything):
        _print_group(console, group, "red", "file", hint)
    _print_refusals(report, console)


def _all_hint(report: Report) -> str:
    return "" if report.request.command in _WITHOUT_ALL else " (--all)"


def _print_refusals(report: Report, console: Console) -> None:
    """Print the refusals rule by rule, with one hint for each rule."""
    rules: defaultdict[str, list[Refusal]] = defaultdict(list)
    for refusal in report.plan.refusals:
        rules[refusal.rule].append(refusal)
    for rule, refusals in rules.items():
        label = f"refused ({rule})"
        items = [
            Item(each.file, refusal_message(each).text, "", label, (each.file,))
            for each in refusals
        ]
        for group in _grouped(items, everything=report.request.everything):
            _print_group(console, group, "red", "page", _all_hint(report))
        if hint := refusal_message(refusals[-1]).hint:
            print_line(console, f"      {escape_control(hint)}", "dim")


def _grouped(items: Iterable[Item], *, everything: bool) -> Iterator[Group]:
    """Yield groups of items with one reason; each item alone, in its place, in a small group."""
    items = tuple(items)
    groups = () if everything else group_by_reason(items)
    large = {id(group.items[0]): group for group in groups if _is_large(group)}
    grouped = {id(item) for group in large.values() for item in group.items}
    for item in items:
        if id(item) not in grouped:
            yield Group((item,), item.text, item.hint or item.example)
        elif id(item) in large:
            yield large[id(item)]


def _is_large(group: Group) -> bool:
    return len(group.items) > ALONE and bool(group.items[0].name)


def _conflict_item(conflict: Conflict) -> Item:
    message = conflict_message(conflict)
    file, old = conflict.file, conflict.from_file
    own = (file, file.rpartition(".")[0], old, str(conflict.from_key or ""))
    return Item(file, message.text, message.hint, conflict_label(conflict), own)


def _problem_item(problem: BadPage | BadName) -> Item:
    message = error_message(problem)
    line = getattr(problem, "line", None)
    place = f"{problem.name}:{line}" if line else problem.name
    text = message.text.removeprefix(f"{place}:").lstrip()
    stands_alone = text == message.text.lstrip()
    hint, example = message.hint, ""
    if getattr(problem, "proposal", ""):
        hint, example = "", message.hint
    name = "" if stands_alone else place
    return Item(name, text, hint, "problem", (problem.name,), example)


def _print_group(console: Console, group: Group, colour: str, noun: str, hint: str) -> None:
    first = group.items[0]
    if len(group.items) == 1:
        named = first.name and not group.text.startswith(first.name)
        text = f"{first.name}: {group.text}" if named else group.text
        _print_message(console, group.heading, colour, Message(text, group.hint))
        return
    text = f"{len(group.items):,} {noun}s: {group.text}"
    _print_message(console, group.heading, colour, Message(text, _first_names(group, hint)))
    if group.hint:
        print_line(console, f"      {escape_control(group.hint)}", "dim")


def _first_names(group: Group, hint: str) -> str:
    """Return the first names of a group, as many as fit in a line, and how many more there are."""
    names = [item.name for item in group.items]
    lines = (
        f"{', '.join(names[:count])} and {len(names) - count:,} more{hint}"
        for count in range(_SHOWN, 0, -1)
    )
    return next(
        (line for line in lines if len(line) <= _COLUMNS),
        f"{names[0]} and {len(names) - 1:,} more{hint}",
    )


def _print_message(console: Console, label: str, colour: str, message: Message) -> None:
    from rich.text import Text

    line = Text("  ")
    line.append(label, style=colour)
    line.append("  ")
    line.append(escape_control(message.text))
    console.print(line, soft_wrap=True)
    if message.hint:
        print_line(console, f"      {escape_control(message.hint)}", "dim")


class _Line(NamedTuple):
    """What is printed of an action: what it does, to which page, and a note."""

    action: Action
    phrase: str
    note: str
    colour: str | None

    @property
    def reason(self) -> str:
        """What lines of one group have in common, beside the phrase."""
        if self.colour is None:
            return ""
        return reason_of(self.note, (self.action.file, str(self.action.key)))


def print_actions(report: Report, console: Console) -> None:
    """Print a line for each page that is to be written, or was; of many, the first of each kind."""
    lines = [
        _line(action, outcome)
        for action, outcome in results(report)
        if not isinstance(action, Adopt) or (outcome is not None and outcome.result != "done")
    ]
    _print_action_lines(report, lines, console)


def print_failures(report: Report, console: Console) -> None:
    """Print a line for each page whose write failed."""
    lines = [
        _line(action, outcome)
        for action, outcome in results(report)
        if outcome is not None and outcome.result == "failed"
    ]
    _print_action_lines(report, lines, console)


def _print_action_lines(report: Report, lines: list[_Line], console: Console) -> None:
    everything, hint = report.request.everything, _all_hint(report)
    groups: defaultdict[tuple[str, str], list[_Line]] = defaultdict(list)
    for line in lines:
        groups[line.phrase, line.reason].append(line)
    many = len(lines) > _SCREEN
    most = _SHOWN if len(groups) <= _SHOWN else max(1, 2 * _SHOWN // len(groups) + 1)
    shown = {
        key: found
        if everything or len(found) <= ALONE or not (many or key[1])
        else found[: 1 if key[1] else most]
        for key, found in groups.items()
    }
    listed = [line for found in shown.values() for line in found]
    width = min(48, max((len(name(line.action)) for line in listed), default=0))
    for key, found in groups.items():
        for line in shown[key]:
            _print_action_line(console, line, width)
        if (rest := len(found) - len(shown[key])) > 0:
            reason = " for the same reason" if key[1] else ""
            text = f"  … and {rest:,} more{reason}{hint}"
            print_line(console, text, "dim")


def _line(action: Action, outcome: ActionResult | None) -> _Line:
    is_done = outcome is not None and outcome.result == "done"
    phrase = (done_label if is_done else planned_label)(action)
    note = ", ".join(action.fields) if isinstance(action, Update | Merge) else ""
    if isinstance(action, Merge) and action.writes_markers:
        note = "both versions, between conflict markers"
    note = "; ".join(filter(None, (note, overwriting(action, done=is_done))))
    if action.skip_reason is not None:
        return _Line(action, NOT_DELETED, withheld(action), "dim")
    if outcome is not None and outcome.result != "done":
        reason = error_message(outcome.error) if outcome.error else Message("")
        return _Line(action, phrase, f"{outcome.result}: {reason}", "red")
    if outcome is not None and outcome.error is not None:
        return _Line(action, phrase, f"but: {error_message(outcome.error)}", "red")
    return _Line(action, phrase, note, None)


def _print_action_line(console: Console, line: _Line, width: int) -> None:
    from rich.text import Text

    text = Text("  ")
    text.append(f"{line.phrase:<22}", style=line.colour or COLOURS.get(line.action.verb, ""))
    text.append(f" {escape_control(name(line.action)):<{width}}")
    style = line.colour if line.colour == "red" else "dim"
    text.append(f"  {escape_control(line.note)}", style=style)
    text.rstrip()
    console.print(text, soft_wrap=True)


def print_line(console: Console, text: str, style: str = "") -> None:
    """Print a line without wrapping it: the terminal wraps it, a pipe gets it whole."""
    from rich.text import Text

    if console.is_terminal:
        console.print(Text(text, style=style), soft_wrap=True)
    else:
        # rich would replace tabs by spaces, and a patch needs them.
        console.file.write(f"{text}\n")
