"""From a report to what its page says (``view``). Pure, but for the time that rendering takes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from wikisync.page.line_matching import shared
from wikisync.planning.model import Action, Conflict
from wikisync.report.data import conflicts, results, withheld
from wikisync.report.html.bounds import LIMITS, SizeBudget
from wikisync.report.html.changes import ChangeWriter
from wikisync.report.html.timer import Timer
from wikisync.report.html.view import STATUSES, Entry, Notice, PageView
from wikisync.report.summary import summary
from wikisync.report.verdict import conflict_message, note_message, refusal_message
from wikisync.report.wording import Message, error_message
from wikisync.report.words import overwriting, planned_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wikisync.page.model import Key
    from wikisync.planning.model import Command
    from wikisync.report.html.bounds import PageLimits
    from wikisync.workflow.diff import PageDiff
    from wikisync.workflow.sync_run import Report

_HEADINGS: Final[dict[Command, str]] = {
    "push": "What a push would change",
    "pull": "What a pull would change",
    "sync": "What a sync would change",
}
_ARROWS: Final[dict[Command, str]] = {"push": "→", "pull": "←", "sync": "↔"}


def build_view(report: Report, made: str, limits: PageLimits = LIMITS) -> PageView:
    """What the page of a report says. ``made`` is the time that it is of, in words."""
    direction = report.request.direction
    with shared():
        entries = _entries(report, limits)
    counts = Counter(entry.status for entry in entries)
    return PageView(
        heading=_HEADINGS[direction],
        folder=report.folder,
        arrow=_ARROWS[direction],
        wiki=report.wiki,
        made=made,
        lines=tuple(summary(report)),
        entries=entries,
        counts=tuple((status, counts[status]) for status in STATUSES if counts[status]),
        notices=tuple(_notices(report)),
        unshown=sum(not all(change.room for change in entry.changes) for entry in entries),
    )


def _entries(report: Report, limits: PageLimits) -> tuple[Entry, ...]:
    """An entry for each page: conflicts first, which somebody must decide about, then by name."""
    writer = ChangeWriter(
        report.wiki,
        limits,
        SizeBudget(limits.differences),
        SizeBudget(limits.previews),
        Timer(limits.preview_seconds, limits.previews_seconds),
        Timer(limits.differences_seconds, limits.differences_seconds),
    )
    pages = enumerate(_by_page(report.diffs))
    # Where there is not room for all, small changes go before pages that come or go whole.
    weighed = sorted(pages, key=lambda page: any(p.old is None or p.new is None for p in page[1]))
    made = {number: _entry(page, number, writer) for number, page in weighed}
    order = sorted(made, key=lambda n: (made[n].status != "conflict", made[n].name, n))
    return tuple(made[n] for n in order)


def _by_page(pairs: Iterable[PageDiff]) -> list[list[PageDiff]]:
    """The pairs of each page together: one that moves may have been edited too."""
    found: dict[tuple[Key, bool], list[PageDiff]] = {}
    for pair in pairs:
        found.setdefault((pair.item.key, isinstance(pair.item, Conflict)), []).append(pair)
    return [sorted(page, key=_is_move, reverse=True) for page in found.values()]


def _is_move(pair: PageDiff) -> bool:
    return isinstance(pair.item, Action) and pair.item.verb == "move"


def _entry(page: Sequence[PageDiff], number: int, writer: ChangeWriter) -> Entry:
    first = page[0]
    title = next((p.title for pair in page for p in (pair.new, pair.old) if p and p.title), "")
    status, side, doing, old_name, message = _describe(first.item)
    edits = [pair for pair in page if not _is_move(pair)]
    changes = tuple(change for pair in edits for change in writer.changes(pair))
    return Entry(
        id=f"p{number + 1}",
        key=first.item.key,
        status=status,
        also=_describe(edits[0].item)[0] if len(page) > len(edits) > 0 else "",
        side="both" if any(change.label for change in changes) else side,
        doing=doing,
        name=first.item.file,
        old_name=old_name,
        title=title or "",
        lang=first.item.key.locale,
        changes=changes,
        message=message,
        value=str(number),
        overwrites=", ".join(dict.fromkeys(filter(None, (_over(pair.item) for pair in page)))),
    )


def _over(item: Action | Conflict) -> str:
    return overwriting(item) if isinstance(item, Action) else ""


def _describe(item: Action | Conflict) -> tuple[str, str, str, str, Message | None]:
    """Status, side, both in words, the file's name before, and what is to be said about it."""
    match item:
        case Action():
            old = item.first_file or item.from_file
            return item.verb, item.side, planned_label(item), old, None
        case Conflict():
            return "conflict", "", "conflict", item.from_file, conflict_message(item)


def _notices(report: Report) -> Iterator[Notice]:
    """What is to be known beside the pages with a pair, the weightiest first."""
    for refusal in report.plan.refusals:
        yield Notice("refused", refusal.rule, refusal_message(refusal))
    for problem in report.plan.problems:
        yield Notice("problem", "", error_message(problem))
    shown = {id(pair.item) for pair in report.diffs}
    for conflict in conflicts(report):
        if id(conflict) not in shown:
            yield Notice("problem", conflict.file, conflict_message(conflict))
    for action, _ in results(report):
        if action.skip_reason is not None:
            yield Notice("not done", action.file, Message(withheld(action)))
    for note in report.notes:
        yield Notice("note", "", note_message(note))
