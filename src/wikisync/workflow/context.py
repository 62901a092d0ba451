"""What every command works with: both sides and the state, opened and closed together."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from wikisync.apply import ApplyContext
from wikisync.apply.backups import with_backups
from wikisync.apply.recovery import recover
from wikisync.apply.transaction import now
from wikisync.concurrency import stop_on_interrupt
from wikisync.errors import FolderError, StateError
from wikisync.folder.folder import Folder
from wikisync.page.model import parse_instant
from wikisync.planning.clock import doubt_clock
from wikisync.private_files import reason_of
from wikisync.state import State
from wikisync.state.lock import run_lock
from wikisync.wiki.client import Wiki

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wikisync.apply import ActionResult
    from wikisync.config import Config
    from wikisync.planning.model import Note
    from wikisync.progress import Progress


CREATES: Final = 2
"""Pages made at once, at the most: more take no less time, and meet more often at the wiki's tree
of pages (facts, *Speed and races of writes*)."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a command works with while it works."""

    config: Config
    folder: Folder
    wiki: Wiki
    state: State
    progress: Progress


@contextmanager
def open_readonly(
    config: Config, progress: Progress, *, needs_folder: bool
) -> Iterator[RunContext]:
    """A desk to look from: nothing is made, and no lock is needed.

    Without ``needs_folder``, a folder that is not there is an empty one. Raises BadConfig,
    NotConfigured and StateError.
    """
    with ExitStack() as stack:
        # Offline nothing is ever sent, so that there need not be a token.
        token = config.token or "none"
        wiki = Wiki(config.url, token, ca_file=config.ca_file, jobs=config.jobs)
        stack.enter_context(wiki)
        state = State.open(config.state, create=False)
        stack.callback(state.close)
        folder = Folder(config.folder, config.ignore, missing_ok=not needs_folder)
        yield RunContext(config, folder, wiki, state, progress)


@contextmanager
def open_for_write(
    config: Config, progress: Progress, *, needs_folder: bool
) -> Iterator[RunContext]:
    """A desk to write from: alone, with a state, and with what was interrupted settled.

    Raises what ``open_readonly`` raises, Locked, FolderError, and WikiError where an interrupted
    run has
    to be settled and the wiki cannot be asked.
    """
    if not needs_folder:
        try:
            config.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = reason_of(error)
            raise FolderError(config.folder_name, "make", reason) from error
    with ExitStack() as stack:
        stack.enter_context(run_lock(config.state, now()))
        token = config.token or "none"  # what asks nothing of the wiki needs none
        wiki = Wiki(config.url, token, ca_file=config.ca_file, jobs=config.jobs)
        stack.enter_context(wiki)
        state = State.open(config.state)
        stack.callback(state.close)
        yield RunContext(config, Folder(config.folder, config.ignore), wiki, state, progress)


def recover_interrupted(context: RunContext) -> None:
    """Look at what an interrupted run had begun, before anything is planned (promise 5)."""
    if context.state.journal.interrupted():
        recover(context.state, context.folder, context.wiki)
    elif context.state.meta("url") is None:
        context.folder.remove_temporary_files()  # a killed first run left no state


def clock_note(context: RunContext) -> Note | None:
    """Why a run that begins now will forget nothing, where that is to be told."""
    found = _clock_note(context)
    if found is None or found.kind != "clock-unknown":
        return found
    return found if context.state.journal.has_expired(_retention_start(context)) else None


def _clock_note(context: RunContext) -> Note | None:
    last = context.state.journal.latest_time()
    return doubt_clock(
        _parse_time(now()), context.wiki.time, None if last is None else parse_instant(last)
    )


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _retention_start(context: RunContext) -> str:
    """The time before which nothing is kept, as the state spells times."""
    try:
        oldest = _parse_time(now()) - timedelta(days=context.config.keep_days)
    except OverflowError:  # it is to be kept for longer than there are dates
        return ""
    return oldest.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def execute_run(
    context: RunContext,
    command: str,
    label: str,
    total: int,
    work: Callable[[ApplyContext, Callable[[], bool]], Iterable[ActionResult]],
    on_interrupt: Callable[[], None],
    undoes: int | None = None,
    plan: str | None = None,
) -> tuple[tuple[ActionResult, ...], bool]:
    """A run of the log around ``work``, which yields outcomes and asks whether to stop.

    Returns the outcomes, and whether the user stopped it. What old runs kept is forgotten.
    ``plan`` is the id of the plan file that is applied, which is applied once.
    """
    doubt = _clock_note(context)
    number = context.state.journal.begin_run(command, now(), undoes, plan)
    writes = context.config.writes
    apply_context = ApplyContext(
        context.wiki,
        context.folder,
        context.state,
        number,
        context.config.write_back,
        concurrent_updates=writes,
        concurrent_creates=min(writes, CREATES),
    )
    outcomes: list[ActionResult] = []
    with stop_on_interrupt(on_interrupt) as stop, context.progress(label, total) as step:
        for outcome in work(apply_context, stop):
            outcomes.append(outcome)
            step()
        stopped = stop()
    # A state that cannot be written has been told already: what was done must be told too.
    with suppress(StateError):
        outcomes = with_backups(context.state, number, outcomes)
        if not context.state.journal.open_entries():
            if plan is not None and not stopped and not any(o.is_unfinished for o in outcomes):
                context.state.journal.mark_complete(number)
            context.state.journal.end_run(number, now())
        # An undo may be the last to need what was kept.
        if undoes is None and doubt is None:
            context.state.journal.delete_older(now(), _retention_start(context))
    return tuple(outcomes), stopped
