"""Open and close both sides and the state together, and run a function as a run of the journal."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from wikisync.apply import ApplyContext
from wikisync.apply.asset_result import AssetResult
from wikisync.apply.backups import with_backups
from wikisync.apply.recovery import recover
from wikisync.apply.tag_spelling import TagSpellings
from wikisync.apply.transaction import now
from wikisync.concurrency import stop_on_interrupt
from wikisync.errors import FolderError, StateError
from wikisync.folder.folder import Folder
from wikisync.page.model import parse_instant
from wikisync.page.paths import Layout
from wikisync.planning.clock import check_clock
from wikisync.planning.notes import Note
from wikisync.private_files import reason_of
from wikisync.state import State
from wikisync.state.lock import run_lock
from wikisync.wiki.client import Wiki
from wikisync.wiki.endpoint import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wikisync.apply import ActionResult
    from wikisync.config import Config
    from wikisync.progress import Progress


CREATES: Final = 2
"""The most pages to create at once: more are not faster, and damage the wiki's page tree more often
(wikijs.md, *Races*)."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """The configuration, both sides, the state and the progress of a command.

    ``tag_spellings`` has what the run learns about tags that are one on the wiki.
    """

    config: Config
    folder: Folder
    wiki: Wiki
    state: State
    progress: Progress
    tag_spellings: TagSpellings = field(default_factory=TagSpellings)

    @property
    def layout(self) -> Layout:
        """Return the layout that the configuration sets, without the wiki's locales."""
        return layout_of(self.config)


@dataclass(frozen=True, slots=True)
class RunResults:
    """The results of a run, and whether the user stopped it."""

    pages: tuple[ActionResult, ...]
    assets: tuple[AssetResult, ...]
    stopped: bool


def layout_of(config: Config) -> Layout:
    """Return the layout that a configuration sets, without the wiki's locales."""
    return Layout(locale_folders=config.locale_folders, root=config.root, index=config.index)


def open_folder(config: Config, *, missing_ok: bool = False) -> Folder:
    """Return the folder of a configuration; with ``missing_ok`` it need not exist."""
    return Folder(
        config.folder,
        config.ignore,
        layout_of(config),
        missing_ok=missing_ok,
        with_assets=config.assets != "none",
    )


def open_wiki(config: Config) -> Wiki:
    """Return a client of the wiki; nothing is sent yet. Raises BadConfig."""
    access = Access(
        config.token or "none",  # a command that sends nothing needs no token
        config.headers,
        config.ca_file,
        config.client_cert,
        config.client_key,
    )
    return Wiki(config.url, access, jobs=config.jobs)


@contextmanager
def open_readonly(
    config: Config, progress: Progress, *, needs_folder: bool
) -> Iterator[RunContext]:
    """Open both sides and the state to read: nothing is created, and no lock is needed.

    Without ``needs_folder``, a missing folder counts as empty. Raises BadConfig, NotConfigured and
    StateError.
    """
    with ExitStack() as stack:
        wiki = stack.enter_context(open_wiki(config))
        state = State.open(config.state, create=False)
        stack.callback(state.close)
        folder = open_folder(config, missing_ok=not needs_folder)
        yield RunContext(config, folder, wiki, state, progress)


@contextmanager
def open_for_write(
    config: Config, progress: Progress, *, needs_folder: bool
) -> Iterator[RunContext]:
    """Open both sides and the state to write, under the run lock.

    Without ``needs_folder``, a missing folder is created. Raises Locked, FolderError, and what
    ``open_readonly`` raises.
    """
    if not needs_folder:
        try:
            config.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = reason_of(error)
            raise FolderError(config.folder_name, "make", reason) from error
    with ExitStack() as stack:
        stack.enter_context(run_lock(config.state, now()))
        wiki = stack.enter_context(open_wiki(config))
        state = State.open(config.state)
        stack.callback(state.close)
        folder = open_folder(config)
        yield RunContext(config, folder, wiki, state, progress)


def recover_interrupted(context: RunContext) -> None:
    """Recover interrupted runs, if there are any (promise 5). Raises WikiError and StateError."""
    if context.state.journal.interrupted():
        recover(context.state, context.folder, context.wiki)
    elif context.state.meta("url") is None:
        context.folder.remove_temporary_files()  # a first run may have been killed


def saved_notes(folder: Folder) -> tuple[Note, ...]:
    """Return a note for each edit that a recovery kept beside its file, whose name was taken."""
    return tuple(Note("saved", detail=file) for file in folder.saved_beside)


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
    context.tag_spellings.load(context.state, context.wiki.tags)
    apply_context = ApplyContext(
        context.wiki,
        context.folder,
        context.state,
        number,
        context.config.write_back,
        concurrent_updates=writes,
        concurrent_creates=min(writes, CREATES),
        tag_spellings=context.tag_spellings,
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
        # An undo deletes nothing: the user may still need the backups.
        if undoes is None and doubt is None:
            journal.delete_older(now(), _retention_start(context))
        context.state.asset_backups.remove_unused()
    return RunResults(tuple(outcomes), tuple(assets), stopped)
