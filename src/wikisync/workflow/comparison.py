"""Compare both sides for a report: what ``status``, ``diff`` and dry runs show."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.apply import unshown
from wikisync.errors import StateError, WikisyncError
from wikisync.planning.notes import Note
from wikisync.workflow.asset_content import with_assets
from wikisync.workflow.diff import page_diffs, with_remote_content
from wikisync.workflow.plan import create_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.request import CommandName, PageDiff, Report, Request
    from wikisync.snapshot.collect import CollectedState
    from wikisync.snapshot.first_request import Listing
    from wikisync.workflow.context import RunContext

TEXTS: frozenset[CommandName] = frozenset({"diff", "plan", "review"})
"""The commands whose reports have the pages' content."""


def compare(context: RunContext, request: Request, listing: Listing | None) -> Report:
    """Return the report of a command that writes to neither side.

    ``listing`` is the answer to the first request, if that was sent before. Raises WikisyncError.
    """
    report, collected = create_plan(context, request, listing=listing)
    if collected is not None:
        report = _with_content(context, report, collected)
        save_stat_cache(context, collected)
        notes = (*report.notes, *_mark_unnoticed(context, collected))
        if request.direction != "pull":
            notes = (*notes, *unshown.note(context.state))
        report = replace(report, notes=notes)
        if request.command not in {"status", "diff"}:  # these publish nothing
            from wikisync.workflow.link_notes import with_link_notes

            report = with_link_notes(context.folder, report, collected, context.config.url)
    state = context.state
    unsettled = len(state.journal.open_entries()) + len(state.asset_journal.open_entries())
    return replace(report, unsettled=unsettled)


def _with_content(context: RunContext, report: Report, collected: CollectedState) -> Report:
    """Return a report with what it shows of the pages and the assets."""
    request = report.request
    if request.command in TEXTS:
        plan = with_remote_content(context.wiki, report.plan)
        texts = page_diffs(
            context.folder,
            context.wiki,
            context.state,
            plan,
            collected,
            exact=not request.offline,
        )
        report = replace(report, plan=plan, diffs=texts)
    elif request.texts:
        report = replace(report, diffs=readable_diffs(context, report, collected))
    contents = request.texts or request.command in TEXTS
    return with_assets(context, report, collected.layout, contents=contents)


def readable_diffs(
    context: RunContext, report: Report, collected: CollectedState
) -> tuple[PageDiff, ...]:
    """Return the pages' content for a report; none if it cannot be read."""
    try:
        return page_diffs(context.folder, context.wiki, context.state, report.plan, collected)
    except WikisyncError:
        return ()


def save_stat_cache(context: RunContext, collected: CollectedState) -> None:
    """Store which files were read, so that the next run need not. A StateError is ignored."""
    scanned, state = collected.scanned, context.state
    with suppress(StateError):
        if scanned.read or scanned.gone:
            state.files.update(scanned.read, scanned.gone)
        if (assets := collected.assets) is None:
            return
        if assets.read or assets.gone:
            state.asset_files.update(assets.read, assets.gone)
        if assets.targets or assets.unused:
            state.page_links.update(assets.targets, assets.unused)
        if assets.index is not None and assets.index.allowed:
            folders = frozenset(folder.id for folder in assets.index.folders)
            if folders != state.asset_folders.load():
                state.asset_folders.store(folders)


def _mark_unnoticed(context: RunContext, collected: CollectedState) -> Iterator[Note]:
    """Have the next run read what changed without a new time. Yield a note of the pages, if any,
    and one of the assets."""
    if collected.unnoticed:
        context.state.bases.mark_stale(collected.unnoticed)
        files = sorted(collected.snapshot.bases[key].file for key in collected.unnoticed)
        yield Note("unnoticed", len(files), ", ".join(files))
    if collected.assets is not None and collected.assets.unnoticed:
        context.state.asset_bases.put(*collected.assets.unnoticed)
        files = [base.file for base in collected.assets.unnoticed]
        yield Note("assets-unnoticed", len(files), files=tuple(files))
