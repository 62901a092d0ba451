"""Render the page of a review: the page of its plan, with ticks, results and a form."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from wikisync.report.html.page import page, policy, static
from wikisync.report.text import plural

if TYPE_CHECKING:
    from wikisync.report.html.model import Entry, PageView

Phase = Literal["open", "writing", "ended"]

_VERBS: Final = {"→": "Publish", "←": "Fetch", "↔": "Sync"}
_PAST: Final = {"→": "published", "←": "fetched", "↔": "synced"}
_GROUPS: Final = ("failed", "left", "conflict", "merge", "done")
"""What became of the pages of a review, in the order shown: first where something remains to do."""


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """The result of a page, ``done``, ``failed`` or ``skipped``, and the same in words."""

    result: str
    text: str


@dataclass(frozen=True, slots=True)
class ReviewState:
    """A review at a moment.

    ``round`` counts the plans that were shown: a new one is shown if a page changed before it was
    written. ``changed`` has the pages, by their values, that changed since the plan before, each
    with a sentence that says how; ``notices`` are sentences about that round. ``lines`` are the
    closing messages, ``good`` whether all ticked pages were written.
    """

    phase: Phase = "open"
    round: int = 1
    ticked: frozenset[str] = frozenset()
    changed: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()
    outcomes: tuple[tuple[str, PublishedPage], ...] = ()
    lines: tuple[str, ...] = ()
    good: bool = False
    stays: bool = False


def review_page(view: PageView, state: ReviewState, token: str) -> tuple[str, str]:
    """Return the HTML of a review and its policy. ``token`` is sent with the forms."""
    rules = policy("review.js", form_action="'self'", connect_src="'self'")
    verb = _VERBS[view.arrow]
    remaining: tuple[tuple[Entry, str], ...] = ()
    if state.phase == "ended":
        view, remaining = _ended(view, state)
    html = page(
        "review.html",
        view=view,
        policy=rules,
        state=state,
        ticked=state.ticked,
        changed=dict(state.changed),
        outcomes=dict(state.outcomes),
        tickable=state.phase == "open",
        ended=state.phase == "ended",
        remaining=remaining,
        token=token,
        verb=verb,
        review_script=static("review.js"),
    )
    # In a page the policy cannot forbid to be framed; the server sends it as a header.
    return html, f"{rules}; frame-ancestors 'none'"


def _ended(view: PageView, state: ReviewState) -> tuple[PageView, tuple[tuple[Entry, str], ...]]:
    """Return the view with results in place of the plan, and the pages left, with their reasons."""
    outcomes, past = dict(state.outcomes), _PAST[view.arrow]
    if not outcomes:
        return replace(view, heading=f"Nothing was {past}", lines=()), ()
    entries = [replace(entry, group=_group(entry, outcomes)) for entry in view.entries]
    entries.sort(key=lambda entry: _GROUPS.index(entry.group))
    counts = Counter(entry.group for entry in entries)
    done, chosen = counts["done"], plural(len(state.ticked), view.noun)
    heading = chosen if done == len(state.ticked) else f"{done:,} of {chosen}"
    ended = replace(
        view,
        heading=f"{past.capitalize()} {heading}",
        lines=(),
        entries=tuple(entries),
        counts=tuple((group, counts[group]) for group in _GROUPS if counts[group]),
    )
    left = (entry for entry in entries if entry.group != "done")
    return ended, tuple((entry, _reason(entry, state, outcomes)) for entry in left)


def _group(entry: Entry, outcomes: dict[str, PublishedPage]) -> str:
    if entry.value in outcomes:
        result = outcomes[entry.value].result
        return "left" if result == "skipped" else result
    return "left" if entry.may_be_ticked else entry.status


def _reason(entry: Entry, state: ReviewState, outcomes: dict[str, PublishedPage]) -> str:
    if entry.value in outcomes:
        return outcomes[entry.value].text
    if entry.message is not None:
        return f"{entry.doing}. {entry.message.text}"
    return "not tried." if entry.value in state.ticked else "not ticked."
