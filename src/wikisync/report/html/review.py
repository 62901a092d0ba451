"""Render the page of a review: the page of its plan, with ticks, results and a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from wikisync.report.html.page import page, policy, static

if TYPE_CHECKING:
    from wikisync.report.html.model import PageView

Phase = Literal["open", "writing", "ended"]

_VERBS: Final = {"→": "Publish", "←": "Fetch", "↔": "Sync"}


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


def review_page(view: PageView, state: ReviewState, token: str) -> tuple[str, str]:
    """Return the HTML of a review and its policy. ``token`` is sent with the forms."""
    rules = policy("review.js", form_action="'self'", connect_src="'self'")
    html = page(
        "review.html",
        view=view,
        policy=rules,
        state=state,
        ticked=state.ticked,
        changed=dict(state.changed),
        outcomes=dict(state.outcomes),
        tickable=state.phase == "open",
        token=token,
        verb=_VERBS[view.arrow],
        review_script=static("review.js"),
    )
    # In a page the policy cannot forbid to be framed; the server sends it as a header.
    return html, f"{rules}; frame-ancestors 'none'"
