"""Compare the plan that a user reviewed with the one that was made after a page changed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.report.plan_messages import refusal_message
from wikisync.report.text import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from wikisync.planning.model import Refusal
    from wikisync.report.html import PageView
    from wikisync.report.html.model import Entry


@dataclass(frozen=True, slots=True)
class Round:
    """What a new plan means for the ticks of the plan before.

    ``ticked`` are the values of the pages that stay ticked. ``changed`` has the pages that are not
    as they were reviewed, by value, each with a sentence. ``notices`` are sentences for all.
    """

    ticked: frozenset[str]
    changed: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]


def next_round(
    before: PageView, ticked: Collection[str], after: PageView, refusals: Sequence[Refusal]
) -> Round:
    """Return the ticks that stay valid on a new plan, and how its pages changed.

    ``ticked`` are values of ``before``; ``refusals`` say why nothing was written. A tick stays only
    if the page has the same changes as before and is not refused itself.
    """
    reasons = {refusal.file: refusal.detail for refusal in refusals if refusal.rule == "stale"}
    known = {(entry.key, entry.digest) for entry in before.entries}
    keys = {entry.key for entry in before.entries}
    wanted = {entry.key: entry.name for entry in before.entries if entry.value in ticked}
    changed = {
        entry.value: _how(entry, reasons, is_new=entry.key not in keys)
        for entry in after.entries
        if entry.name in reasons or (entry.key, entry.digest) not in known
    }
    kept = {
        entry.value: entry.key
        for entry in after.entries
        if entry.key in wanted and entry.may_be_ticked and entry.value not in changed
    }
    lost = wanted.keys() - kept.values()
    notices = [_summary(len(lost), len(kept), after.noun)]
    notices += [str(refusal_message(refusal)) for refusal in refusals if refusal.rule != "stale"]
    notices += _gone(before, after, reasons)
    return Round(frozenset(kept), tuple(changed.items()), tuple(notices))


def _how(entry: Entry, reasons: dict[str, str], *, is_new: bool) -> str:
    if (reason := reasons.get(entry.name)) is not None:
        return f"Changed during the review: {reason}."
    return "New since the review began." if is_new else "Changed during the review."


def _summary(lost: int, kept: int, noun: str) -> str:
    if not lost:
        return "Nothing was written."
    ticks = "Its tick was" if lost == 1 else "Their ticks were"
    text = f"Nothing was written: {plural(lost, noun)} changed during the review. {ticks} removed."
    if kept:
        return f"{text} The other {plural(kept, noun)} can be written as reviewed."
    return text


def _gone(before: PageView, after: PageView, reasons: dict[str, str]) -> Iterator[str]:
    """Yield a sentence for each page that the new plan no longer has."""
    left = {entry.key for entry in after.entries}
    for entry in before.entries:
        if entry.key not in left:
            reason = reasons.get(entry.name, "there is nothing left to do")
            yield f"{entry.name} is no longer in the list: {reason}."
