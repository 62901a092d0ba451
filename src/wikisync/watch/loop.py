"""Compare the two sides again and again, and bring what changed to the other side.

Each comparison is a sync as any other, with its plan, guards, journal and merges; but nothing is
ever deleted.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from wikisync.errors import (
    FolderError,
    StateError,
    UnexpectedResponse,
    Unreachable,
    WikisyncError,
)
from wikisync.planning.asset_model import AssetPlan
from wikisync.planning.model import Delete
from wikisync.progress import silent
from wikisync.report import watch_events as events
from wikisync.report.asset_rows import assets_of
from wikisync.watch.git_state import git_directory, operation_under_way
from wikisync.workflow.sync_run import run_sync

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from wikisync.apply.asset_result import AssetResult
    from wikisync.apply.result import ActionResult
    from wikisync.config import Config
    from wikisync.errors import BadName, BadPage
    from wikisync.planning.asset_model import AssetConflict
    from wikisync.planning.model import Conflict, Plan
    from wikisync.planning.notes import Note
    from wikisync.progress import Progress
    from wikisync.request import Report, Request
    from wikisync.watch.files import Changes
    from wikisync.watch.schedule import Schedule

_RETRIED: Final = (FolderError, UnexpectedResponse, Unreachable)
"""Errors that may pass by themselves, as those of a wiki that restarts."""

_STEP: Final = 5.0
"""Seconds between two looks at the clocks while nothing happens."""

_SLEPT: Final = 5.0
"""Seconds that the clock of the day may run ahead: more means that the machine slept."""


class _Interrupted(BaseException):
    """The user ended the loop while nothing was being written."""


@dataclass
class Watch:
    """The loop of ``wikisync watch``. ``report`` gets each event as it happens.

    ``clock`` returns seconds that never go back, ``time_of_day`` those since 1970.
    """

    config: Config
    request: Request
    schedule: Schedule
    changes: Changes
    report: Callable[[events.Event], None]
    on_interrupt: Callable[[], None] = lambda: None
    progress: Progress = silent
    clock: Callable[[], float] = time.monotonic
    time_of_day: Callable[[], float] = time.time
    _git: Path | None = field(default=None, init=False)
    _told: set[Hashable] = field(default_factory=set, init=False)
    _seen: set[Hashable] = field(default_factory=set, init=False)
    _kept: Counter[str] = field(default_factory=Counter, init=False)
    _failures: set[type] = field(default_factory=set, init=False)
    _had_folder: bool = field(default=False, init=False)
    _begun: float = field(default=0.0, init=False)
    _asked: bool = field(default=False, init=False)
    _only_reads: bool = field(default=False, init=False)

    def run(self) -> Report | None:
        """Run until ``changes`` is stopped, or a guard refuses: then return its report.

        Raises WikisyncError where an error cannot pass by itself.
        """
        self._git = git_directory(self.config.folder)
        self.report(events.Started(self.config.url, self.config.folder_name))
        self.schedule.next_look = self.clock()
        ahead = self.time_of_day() - self.clock()
        while not self.changes.stopped:
            if self.time_of_day() - self.clock() - ahead > _SLEPT:
                self.schedule.look_now(self.clock())
            ahead = self.time_of_day() - self.clock()
            wait = self.schedule.starts() - self.clock()
            if wait <= 0:
                with suppress(_Interrupted):
                    refused = self.compare()
                    if refused is not None:
                        return refused
            elif self.changes.wait(min(wait, _STEP)):
                self.schedule.file_changed(self.clock())
        self.report(events.Stopped())
        return None

    def interrupt(self) -> None:
        """End the loop after the page at work; a signal handler may call this.

        While both sides are read it ends at once: the wiki may not answer for a minute.
        """
        self.changes.stop()
        if self._only_reads:
            self._only_reads = False
            raise _Interrupted

    def compare(self) -> Report | None:
        """Compare once and do what is to be done. Return the report that a guard refused."""
        self._seen = set()
        if self._had_folder and not self.config.folder.is_dir():  # a run would make an empty one
            self._wait("folder", self.config.folder_name)
            return None
        if operation := operation_under_way(self._git):
            self._wait("git", operation)
            return None
        self._kept = Counter()
        self._begun, self._asked = self.clock(), False
        self._only_reads = True
        try:
            report = run_sync(
                self.config,
                self.request,
                self.progress,
                lambda _report: self._is_quiet(),
                self.on_interrupt,
                narrow=self._narrow,
            )
        except WikisyncError as error:
            if not _may_pass(error):
                raise
            self._failed(error)
            return None
        finally:
            self._only_reads = False
        # Without writes nothing asked: what is half written would be reported as a problem.
        if report.declined or not (self._asked or report.all_outcomes or self._is_quiet()):
            self.schedule.discarded()
            return None
        if report.plan.refusals:
            return self._refused(report)
        self._succeeded(report)
        return None

    def _is_quiet(self) -> bool:
        """Wait for the end of the quiet time. Return whether the plan is still to be executed.

        It is not if a file changed since it was made, nor if the user stopped the loop.
        """
        self._asked, self._only_reads = True, False
        self.schedule.planned(self.clock() - self._begun)
        wait = 0.0
        while not self.changes.stopped:
            changed = self.changes.wait(wait)
            if changed:
                self.schedule.file_changed(self.clock())
            wait = self.schedule.due() - self.clock()
            if wait <= 0:
                return not self.changes.stopped
            if changed:
                return False
        return False

    def _narrow(self, plan: Plan) -> Plan:
        """Return the plan without deletions."""
        assets = assets_of(plan)
        self._kept = Counter(a.side for a in plan.actions if isinstance(a, Delete))
        self._kept += Counter(a.side for a in assets.actions if a.verb == "delete")
        return replace(
            plan,
            actions=tuple(a for a in plan.actions if not isinstance(a, Delete)),
            assets=plan.assets
            and replace(assets, actions=tuple(a for a in assets.actions if a.verb != "delete")),
        )

    def _refused(self, report: Report) -> Report | None:
        if report.plan.refusals[0].rule == "locked":
            self._wait("locked", report.plan.refusals[0].detail)
            return None
        self.report(events.Refused(report.plan.refusals, report))
        return report

    def _wait(self, reason: events.Waiting, detail: str) -> None:
        self._tell_once(("wait", reason), events.Waits(reason, detail))
        self._told = self._seen | {key for key in self._told if key != ("wait", reason)}
        self._told.add(("wait", reason))
        self.schedule.postpone(self.clock())

    def _failed(self, error: WikisyncError) -> None:
        self.schedule.failed(self.clock())
        if type(error) not in self._failures:
            self._failures.add(type(error))
            self.report(events.Away(error, self.schedule.next_look - self.clock()))

    def _succeeded(self, report: Report) -> None:
        self._had_folder = True
        outcomes = report.all_outcomes
        fatal = next((o.fatal_error for o in outcomes if o.fatal_error), None)
        if self._failures and not _may_pass(fatal):
            self._failures.clear()
            self.report(events.Back())
        pages = tuple(o for o in report.outcomes if self._is_worth_telling(o))
        assets = tuple(o for o in report.asset_outcomes if self._is_worth_telling(o))
        if pages or assets:
            self.report(events.Done(_only(report, outcomes=pages, asset_outcomes=assets)))
        if report.interrupted:
            self.changes.stop()
            return
        if fatal is not None and _may_pass(fatal):
            self._failed(fatal)
            return
        if fatal is not None:
            raise fatal
        self._tell_attention(report)
        done = any(outcome.result == "done" for outcome in outcomes)
        unfinished = sum(o.result == "failed" or o.error is not None for o in outcomes)
        self.schedule.compared(self.clock(), changed=done, unfinished=unfinished > 0)
        plan, assets_plan = report.plan, assets_of(report.plan)
        left = len(plan.conflicts) + len(plan.problems) + self._kept.total() + unfinished
        left += len(assets_plan.conflicts) + len(assets_plan.problems)
        self.report(events.Agreed(plan.pages, changed=done, unsettled=left))
        self._told = self._seen

    def _tell_attention(self, report: Report) -> None:
        """Report what needs the user's attention, and was not reported in the comparison before."""
        plan = report.plan
        conflicts = tuple(c for c in plan.conflicts if self._is_new(_conflict_id(c)))
        problems = tuple(p for p in plan.problems if self._is_new((p.name, str(p))))
        notes = tuple(note for note in report.notes if self._is_new(_note_id(note)))
        assets = assets_of(plan)
        assets = AssetPlan(
            conflicts=tuple(c for c in assets.conflicts if self._is_new(_asset_conflict_id(c))),
            problems=tuple(p for p in assets.problems if self._is_new((p.name, str(p)))),
        )
        if conflicts or problems or notes or assets.conflicts or assets.problems:
            found = _only(report, conflicts=conflicts, problems=problems, assets=assets)
            self.report(events.Attention(replace(found, notes=notes)))
        if self._kept:
            kept = events.Kept(self._kept["folder"], self._kept["wiki"])
            self._tell_once(kept, kept)

    def _is_worth_telling(self, outcome: ActionResult | AssetResult) -> bool:
        """Return whether an action is done, or failed in another way than the last time."""
        if outcome.fatal_error is not None:
            return False
        if outcome.result == "done" and outcome.error is None:
            return True
        return self._is_new((outcome.action.file, outcome.result, str(outcome.error)))

    def _tell_once(self, key: Hashable, event: events.Event) -> None:
        if self._is_new(key):
            self.report(event)

    def _is_new(self, key: Hashable) -> bool:
        """Return whether the last comparison did not report this."""
        self._seen.add(key)
        return key not in self._told


def _may_pass(error: WikisyncError | None) -> bool:
    """Return whether an error may pass by itself: of the state, only a disk that is full or away.

    A state that is damaged, or another version's, stays so.
    """
    if isinstance(error, StateError):
        return error.why == "unwritable"
    return isinstance(error, _RETRIED)


def _only(
    report: Report,
    *,
    outcomes: tuple[ActionResult, ...] = (),
    asset_outcomes: tuple[AssetResult, ...] = (),
    conflicts: tuple[Conflict, ...] = (),
    problems: tuple[BadPage | BadName, ...] = (),
    assets: AssetPlan | None = None,
) -> Report:
    """Return a report with these parts alone."""
    plan = replace(
        report.plan,
        actions=tuple(outcome.action for outcome in outcomes),
        conflicts=conflicts,
        problems=problems,
        assets=assets,
    )
    return replace(report, plan=plan, outcomes=outcomes, asset_outcomes=asset_outcomes, notes=())


def _conflict_id(conflict: Conflict) -> Hashable:
    """Return what makes a conflict another one: its page as both sides have it."""
    local, remote = conflict.local, conflict.remote
    return (
        conflict.file,
        conflict.kind,
        None if local is None else local.digest,
        None if remote is None else remote.listed.updated_at,
    )


def _note_id(note: Note) -> Hashable:
    return note.kind, note.pages, note.detail, note.files


def _asset_conflict_id(conflict: AssetConflict) -> Hashable:
    local, remote = conflict.local, conflict.remote
    return (
        conflict.file,
        conflict.kind,
        None if local is None else local.sha256,
        None if remote is None else remote.updated_at,
    )
