"""Format the totals of the assets of a report, in one line."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from wikisync.report.asset_data import asset_counts
from wikisync.report.asset_rows import assets_of, images_and_files, transferred
from wikisync.report.text import NOT_DELETED, done_label, planned_label, plural, size_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.planning.asset_model import AssetAction
    from wikisync.request import Report


def asset_totals(report: Report) -> Iterator[str]:
    """Yield the totals of the assets; nothing for a plan without any."""
    plan = assets_of(report.plan)
    if plan.assets or plan.problems:
        count = f"{images_and_files(plan.assets)}: " if plan.assets else "Images and files: "
        yield f"{count}{_figures(report)}."


def _figures(report: Report) -> str:
    plan, figures = assets_of(report.plan), asset_counts(report)
    if report.all_outcomes:
        done = (o.action for o in report.asset_outcomes if o.result == "done")
        phrases = [(done_label(action), action) for action in done if action.verb != "adopt"]
    else:
        phrases = [(f"to {planned_label(action)}", action) for action in plan.writes]
    by_phrase: defaultdict[str, list[AssetAction]] = defaultdict(list)
    for phrase, action in phrases:
        by_phrase[phrase].append(action)
    equal = figures["in_sync"] + figures["adopt"]
    withheld = sum(action.skip_reason is not None for action in plan.actions)
    parts = [f"{len(found):,} {phrase}{_bytes(found)}" for phrase, found in by_phrase.items()]
    parts += [f"{equal:,} in sync"] if equal else []
    parts += [f"{withheld:,} {NOT_DELETED}"] if withheld else []
    untried = sum(o.result == "skipped" and bool(o.fatal_error) for o in report.asset_outcomes)
    parts += [f"{untried:,} not tried"] if untried else []
    parts += [plural(figures["conflict"], "conflict")] if figures["conflict"] else []
    parts += [f"{figures['failed']:,} failed"] if figures["failed"] else []
    parts += [plural(len(plan.problems), "problem")] if plan.problems else []
    return ", ".join(parts) or "0 in sync"


def _bytes(actions: list[AssetAction]) -> str:
    total = sum(map(transferred, actions))
    return f" ({size_text(total)})" if total else ""
