"""Print the lists of a report: conflicts, notes, problems and refusals.

One reason for many items is printed once, with their number and the first of them; ``--all`` prints
every item (``Request.everything``).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wikisync.report.action_lines import SHOWN, all_hint
from wikisync.report.asset_plan_messages import asset_conflict_message, report_notes
from wikisync.report.asset_rows import asset_conflicts, assets_of
from wikisync.report.diff.page_view import COLOURS
from wikisync.report.diff.styled_text import StyledText
from wikisync.report.error_messages import Message, error_message
from wikisync.report.grouping import ALONE, Group, Item, group_by_reason
from wikisync.report.json_output import conflicts
from wikisync.report.plan_messages import conflict_message, refusal_message
from wikisync.report.text import TO_MERGE, conflict_label, ways
from wikisync.report.wrapping import print_hanging

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from wikisync.errors import BadAsset, BadName, BadPage
    from wikisync.planning.asset_model import AssetConflict
    from wikisync.planning.model import Conflict, Refusal
    from wikisync.request import Report

_COLUMNS: Final = 74
"""The columns for the names of a group, in a terminal of 80."""

_OF_PLAN_FILES: Final = frozenset({"foreign-plan", "applied", "stale"})
"""Rules of ``apply``, which no option switches off and the manual does not list as guards."""


def print_lists(report: Report, console: Console, *, repeats: bool = False) -> None:
    """Print conflicts, notes, problems and refusals.

    With ``repeats``, the advice for those of the plan is left out: it stands above the question.
    """
    everything, hint = report.request.everything, all_hint(report)
    planned = {*report.plan.conflicts, *assets_of(report.plan).conflicts} if repeats else set()
    pages = [_without_advice(_conflict_item(c), c in planned) for c in conflicts(report)]
    files = [_without_advice(_asset_item(c), c in planned) for c in asset_conflicts(report)]
    for group in _grouped(pages, everything=everything):
        colour = COLOURS["merge" if group.heading == TO_MERGE else "conflict"]
        _print_group(console, group, colour, "page", hint)
    for group in _grouped(files, everything=everything):
        _print_group(console, group, COLOURS["conflict"], "file", hint)
    for message in report_notes(report, everything=everything, hint=hint):
        _print_message(console, "note", "yellow", message)
    problems = (*report.plan.problems, *assets_of(report.plan).problems)
    broken = [_without_advice(_problem_item(problem), repeats) for problem in problems]
    for group in _grouped(broken, everything=everything):
        _print_group(console, group, "red", "file", hint)
    _print_refusals(report, console)


def _print_refusals(report: Report, console: Console) -> None:
    """Print the refusals rule by rule, with one hint for each rule."""
    rules: defaultdict[str, list[Refusal]] = defaultdict(list)
    for refusal in report.plan.refusals:
        rules[refusal.rule].append(refusal)
    for rule, refusals in rules.items():
        label = "refused" if rule in _OF_PLAN_FILES else f"refused ({rule})"
        items = [
            Item(each.file, refusal_message(each).text, "", label, (each.file,))
            for each in refusals
        ]
        for group in _grouped(items, everything=report.request.everything):
            _print_group(console, group, "red", "page", all_hint(report))
        if hint := refusal_message(refusals[-1]).hint:
            _print_hint(console, label, hint)


def _grouped(items: Iterable[Item], *, everything: bool) -> Iterator[Group]:
    """Yield groups of items with one reason; each item alone, in its place, in a small group."""
    items = tuple(items)
    groups = () if everything else group_by_reason(items)
    first = {id(group.items[0]): group for group in groups if _is_said_once(group)}
    grouped = {id(item) for group in first.values() for item in group.items}
    for item in items:
        if id(item) not in grouped:
            yield Group((item,), item.text, item.hint or item.example)
        elif id(item) in first:
            yield first[id(item)]


def _is_said_once(group: Group) -> bool:
    """Return whether what is said of the items, or at least the hint, is printed once for all."""
    if len(group.items) > ALONE:
        return bool(group.items[0].name)
    return len(group.items) > 1 and any(item.hint for item in group.items)


def _without_advice(item: Item, repeats: bool) -> Item:
    return replace(item, hint="", example="") if repeats else item


def _conflict_item(conflict: Conflict) -> Item:
    message = conflict_message(conflict)
    file, old = conflict.file, conflict.from_file
    own = (file, file.rpartition(".")[0], old, str(conflict.from_key or ""))
    return Item(file, message.text, message.hint, conflict_label(conflict), own)


def _asset_item(conflict: AssetConflict) -> Item:
    message = asset_conflict_message(conflict)
    own = (conflict.file, conflict.from_file)
    return Item(conflict.file, message.text, message.hint, "conflict", own)


def _problem_item(problem: BadPage | BadName | BadAsset) -> Item:
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
    if len(group.items) <= ALONE:
        for item in group.items:
            text = item.text if len(group.items) > 1 else group.text
            named = item.name and not text.startswith(item.name)
            text = f"{item.name}: {text}" if named else text
            last = item is group.items[-1]
            message = Message(text, group.hint if last else "")
            _print_message(console, group.heading, colour, message)
        return
    text = f"{len(group.items):,} {noun}s: {group.text}"
    _print_message(console, group.heading, colour, Message(text, _first_names(group, hint)))
    if group.hint:
        _print_hint(console, group.heading, group.hint)


def _first_names(group: Group, hint: str) -> str:
    """Return the first names of a group, as many as fit in a line, and how many more there are."""
    names = [item.name for item in group.items]
    lines = (
        f"{', '.join(names[:count])} and {len(names) - count:,} more{hint}"
        for count in range(SHOWN, 0, -1)
    )
    return next(
        (line for line in lines if len(line) <= _COLUMNS),
        f"{names[0]} and {len(names) - 1:,} more{hint}",
    )


def _print_message(console: Console, label: str, colour: str, message: Message) -> None:
    lead = (StyledText("  "), StyledText(label, colour), StyledText("  "))
    print_hanging(console, lead, message.text, hint=message.hint)


def _print_hint(console: Console, label: str, hint: str) -> None:
    """Print a hint below the messages with this label."""
    spaces = len(label) + 4 if console.is_terminal else 6
    for way in ways(hint) if console.is_terminal else (hint,):
        print_hanging(console, (StyledText(" " * spaces),), way)
