"""Run a function as a run of the journal, and recover the runs before it that were interrupted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from wikisync.apply.asset_result import AssetResult
from wikisync.apply.backups import with_backups
from wikisync.apply.recovery import recover
from wikisync.apply.tag_spelling import TagSpellings
from wikisync.apply.transaction import ApplyContext
from wikisync.concurrency import stop_on_interrupt
from wikisync.errors import StateError
from wikisync.page.model import parse_instant
from wikisync.planning.clock import check_clock
from wikisync.state.journal import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wikisync.apply.result import ActionResult
    from wikisync.planning.notes import Note
    from wikisync.workflow.context import RunContext


CREATES: Final = 2
"""The most pages to create at once: more are not faster, and damage the wiki's page tree more often
(wikijs.md, *Races*)."""


@dataclass(frozen=True, slots=True)
class RunResults:
    """The results of a run, and whether the user stopped it.

    ``notes`` say what the run learned about tags that are one on the wiki.
    """

    pages: tuple[ActionResult, ...]
    assets: tuple[AssetResult, ...]
    stopped: bool
    notes: tuple[Note, ...]


def recover_interrupted(context: RunContext) -> None:
    """Recover interrupted runs, if there are any (promise 5). Raises WikiError and StateError."""
    if context.state.journal.interrupted():
        recover(context.state, context.folder, context.wiki)
    elif context.state.meta("url") is None:
        context.folder.remove_temporary_files()  # a first run may have been killed


def clock_note(context: RunContext) -> Note | None:
    """Return a note if the clock is in doubt, so that this run will delete no old backups."""
    found = _clock_note(context)
    if found is None or found.kind != "clock-unknown":
        return found
    return found if context.state.journal.has_expired(_retention_start(context)) else None


def _clock_note(context: RunContext) -> Note | None:
    last = context.state.journal.latest_time()
    return check_clock(
        _parse_time(now()), context.wiki.time, None if last is None else parse_instant(last)
    )


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _retention_start(context: RunContext) -> str:
    """Return the time before which runs are deleted, as the state stores times."""
    try:
        oldest = _parse_time(now()) - timedelta(days=context.config.keep_days)
    except OverflowError:  # keep_days goes back beyond the year 1
        return ""
    return oldest.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def execute_run(
    context: RunContext,
    command: str,
    work: Callable[[ApplyContext, Callable[[], bool]], Iterable[ActionResult | AssetResult]],
    on_interrupt: Callable[[], None],
    undoes: int | None = None,
    plan: str | None = None,
) -> RunResults:
    """Record a run in the journal around ``work``, and delete runs that are past retention.

    ``work`` gets the context and a function that returns whether to stop, and yields results.
    ``undoes`` is the number of the run that is undone, ``plan`` the id of the plan file that is
    applied.
    """
    doubt = _clock_note(context)
    number = context.state.journal.begin_run(command, now(), undoes, plan)
    writes = context.config.writes
    tag_spellings = TagSpellings()
    tag_spellings.load(context.state, context.wiki.tags)
    apply_context = ApplyContext(
        context.wiki,
        context.folder,
        context.state,
        number,
        context.config.write_back,
        concurrent_updates=writes,
        concurrent_creates=min(writes, CREATES),
        tag_spellings=tag_spellings,
    )
    outcomes: list[ActionResult] = []
    assets: list[AssetResult] = []
    with stop_on_interrupt(on_interrupt) as stop:
        for outcome in work(apply_context, stop):
            if isinstance(outcome, AssetResult):
                assets.append(outcome)
            else:
                outcomes.append(outcome)
        stopped = stop()
    # The results have the StateError already, and must be returned.
    with suppress(StateError):
        outcomes = with_backups(context.state, number, outcomes)
        journal = context.state.journal
        if not journal.open_entries() and not context.state.asset_journal.open_entries():
            left = any(o.is_unfinished for o in outcomes) or any(o.is_unfinished for o in assets)
            if plan is not None and not stopped and not left:
                journal.mark_complete(number)
            journal.end_run(number, now())
            if command == "watch":  # it tries again each minute
                context.state.drop_repeated_run(number)
        # An undo deletes nothing: the user may still need the backups.
        if undoes is None and doubt is None:
            journal.delete_older(now(), _retention_start(context))
        context.state.asset_backups.remove_unused()
    return RunResults(tuple(outcomes), tuple(assets), stopped, tag_spellings.notes())
