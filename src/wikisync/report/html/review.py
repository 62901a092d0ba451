"""The report as the page of a review: boxes to tick, a button, what became of each page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from wikisync.report.html.document import page, policy, static

if TYPE_CHECKING:
    from wikisync.report.html.view import PageView

Phase = Literal["open", "writing", "ended"]

_VERBS: Final = {"→": "Publish", "←": "Fetch", "↔": "Sync"}


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """What became of a page: ``done``, ``failed`` or ``skipped``, and that in words."""

    result: str
    text: str


@dataclass(frozen=True, slots=True)
class ReviewState:
    """A review at a moment. ``lines`` are its last words; ``good``: all went well."""

    phase: Phase = "open"
    ticked: frozenset[str] = frozenset()
    outcomes: tuple[tuple[str, PublishedPage], ...] = ()
    lines: tuple[str, ...] = ()
    good: bool = False


def review_page(view: PageView, state: ReviewState, token: str) -> tuple[str, str]:
    """The page and its policy. ``token`` is what the forms send along."""
    rules = policy("review.js", form_action="'self'", connect_src="'self'")
    html = page(
        "review.html",
        view=view,
        policy=rules,
        state=state,
        ticked=state.ticked,
        outcomes=dict(state.outcomes),
        tickable=state.phase == "open",
        token=token,
        verb=_VERBS[view.arrow],
        review_script=static("review.js"),
    )
    # In a page the policy cannot forbid to be framed; the server sends it as a header.
    return html, f"{rules}; frame-ancestors 'none'"
