"""From a report to what its page says (``view``). Pure, but for the time that rendering takes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from wikisync.report.data import conflicts, results, withheld
from wikisync.report.html.bounds import LIMITS, Room
from wikisync.report.html.changes import Writer
from wikisync.report.html.view import STATUSES, Entry, Notice, View
from wikisync.report.summary import summary
from wikisync.report.verdict import say_conflict, say_note, say_refusal
from wikisync.report.wording import Message, say
from wikisync.report.words import TO_DO
from wikisync.sync.plan import Action, Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wikisync.compare import Pair
    from wikisync.report.html.bounds import Limits
    from wikisync.sync.plan import Command
    from wikisync.workflow import Report

_HEADINGS: Final[dict[Command, str]] = {
    "push": "What a push would change",
    "pull": "What a pull would change",
    "sync": "What a sync would change",
}
_ARROWS: Final[dict[Command, str]] = {"push": "→", "pull": "←", "sync": "↔"}


def view(report: Report, made: str, limits: Limits = LIMITS) -> View:
    """What the page of a report says. ``made`` is the time that it is of, in words."""
    direction = report.request.direction
    entries = _entries(report, limits)
    counts = Counter(entry.status for entry in entries)
    return View(
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


def _entries(report: Report, limits: Limits) -> tuple[Entry, ...]:
    """An entry for each pair: conflicts first, which somebody must decide about, then by name."""
    writer = Writer(report.wiki, limits, Room(limits.differences), Room(limits.previews))
    # Where there is not room for all, small changes go before pages that come or go whole.
    made = {n: _entry(pair, n, writer) for n, pair in sorted_by_weight(report.pairs)}
    order = sorted(made, key=lambda n: (made[n].status != "conflict", made[n].name, n))
    return tuple(made[n] for n in order)


def sorted_by_weight(pairs: Sequence[Pair]) -> list[tuple[int, Pair]]:
    """Pairs with their places, in the order in which they get room."""
    return sorted(enumerate(pairs), key=lambda one: one[1].old is None or one[1].new is None)


def _entry(pair: Pair, place: int, writer: Writer) -> Entry:
    item = pair.item
    changes = writer.changes(pair)
    title = next((page.title for page in (pair.new, pair.old) if page and page.title), "")
    status, side, doing, old_name, message = _told(item)
    return Entry(
        id=f"p{place + 1}",
        status=status,
        side="both" if len(changes) > 1 else side,
        doing=doing,
        name=item.file,
        old_name=old_name,
        title=title or "",
        lang=item.key.locale,
        changes=changes,
        message=message,
        value=str(place),
    )


def _told(item: Action | Conflict) -> tuple[str, str, str, str, Message | None]:
    """Status, side, both in words, the file's name before, and what is to be said about it."""
    match item:
        case Action():
            old = item.first_file or item.old_file
            return item.verb, item.side, TO_DO[item.verb, item.side], old, None
        case Conflict():
            return "conflict", "", "conflict", item.old_file, say_conflict(item)


def _notices(report: Report) -> Iterator[Notice]:
    """What is to be known beside the pages with a pair, the weightiest first."""
    for refusal in report.plan.refusals:
        yield Notice("refused", refusal.rule, say_refusal(refusal))
    for problem in report.plan.problems:
        yield Notice("problem", "", say(problem))
    shown = {id(pair.item) for pair in report.pairs}
    for conflict in conflicts(report):
        if id(conflict) not in shown:
            yield Notice("problem", conflict.file, say_conflict(conflict))
    for action, _ in results(report):
        if action.withheld is not None:
            yield Notice("not done", action.file, Message(withheld(action)))
    for note in report.notes:
        yield Notice("note", "", say_note(note))
