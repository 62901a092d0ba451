"""The loop over a plan's actions: each to its hand, each to an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from wikisync.apply.converting import convert_page
from wikisync.apply.landing import create_files
from wikisync.apply.lanes import in_lanes
from wikisync.apply.merging import merge, show_both
from wikisync.apply.moving import move_file, move_page
from wikisync.apply.pull import adopt, create_file, delete_file, update_file
from wikisync.apply.push import create_page, delete_page, update_page
from wikisync.errors import (
    ApiOff,
    FileMoved,
    Guest,
    Interrupted,
    NotAWiki,
    Overtook,
    PageGone,
    PageMoved,
    Stale,
    StateError,
    Unreachable,
    WikisyncError,
)
from wikisync.page.fingerprint import fingerprint
from wikisync.sync.plan import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wikisync.apply.context import Run
    from wikisync.page.model import Key, Listed, Record
    from wikisync.sides.wiki import Wiki
    from wikisync.sync.plan import Action, ConflictKind, Plan, Side, Verb

Result = Literal["done", "skipped", "failed"]

HOPELESS = (ApiOff, Guest, NotAWiki, StateError, Unreachable)
"""Errors after which no other page of the run could do better."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action. ``error`` says why, or what went wrong beside (``done``)."""

    action: Action
    result: Result
    error: WikisyncError | None = None

    @property
    def failed(self) -> bool:
        """Whether something failed: the action itself, or something beside it."""
        beside = self.result == "done" and not isinstance(self.error, Overtook | None)
        return self.result == "failed" or beside

    @property
    def unfinished(self) -> bool:
        """Whether the same action may still be tried: it failed, or its turn never came."""
        return self.result == "failed" or (self.result == "skipped" and self.gives_up is not None)

    @property
    def gives_up(self) -> WikisyncError | None:
        """The error after which no other page of the run could do better, if this met one."""
        return self.error if isinstance(self.error, (*HOPELESS, Interrupted)) else None

    @property
    def conflict(self) -> Conflict | None:
        """The conflict that a lease that did not hold is, or an edit that was written over."""
        if isinstance(self.error, Overtook):
            detail = str(self.error.version)
            return self._conflict("overtook", detail)
        if self.result == "done" and self.action.marks:
            return self._conflict("marked", "")
        if isinstance(self.error, Stale):
            return None if self.error.done else self._conflict("stale", self.error.found)
        if self.result != "skipped" or not isinstance(self.error, PageMoved | FileMoved):
            return None
        found = self.error.found if isinstance(self.error, PageMoved) else self.error.reason
        return self._conflict("overtaken", found)

    def _conflict(self, kind: ConflictKind, detail: str) -> Conflict:
        action = self.action
        return Conflict(
            action.key, action.file, kind, action.fields, detail, action.here, action.there
        )


def missing_at_end(
    outcomes: Sequence[Outcome], pages: Iterable[Listed] | None, wiki: Wiki
) -> tuple[Outcome, ...]:
    """The outcomes, once the list at the end of a run is held against what was to be there.

    A page that was made, moved or updated, and is neither listed nor found (absence is not
    deletion), is not done, whatever was answered. Without a list, nothing is known.
    """
    there = None if pages is None else {page.key for page in pages}
    return tuple(
        Outcome(o.action, "skipped", PageMoved(o.action.key, "it was gone when the run ended"))
        if there is not None
        and o.result == "done"
        and (o.action.side, o.action.aside) == ("wiki", False)
        and o.action.verb in _LEAVES_PAGE
        and o.action.key not in there
        and _is_gone(wiki, o.action.key)
        else o
        for o in outcomes
    )


def _is_gone(wiki: Wiki, key: Key) -> bool:
    try:
        return wiki.find(key) is None
    except WikisyncError:
        return False


def apply(plan: Plan, run: Run, *, stop: Callable[[], bool] = lambda: False) -> Iterator[Outcome]:
    """Do what the plan says, page by page, and yield each outcome as it is known.

    ``stop`` is asked between pages. Once the wiki or the state is out of reach, the rest is
    skipped. Never raises for what can happen to a page; StateError where not even a start is made.
    """
    with run.state.transaction():
        run.state.bases.renew(plan.renewed)
        run.state.bases.drop(plan.forgotten)
        run.state.bases.rekey(plan.rekeyed)
    records = _Records(run.wiki, plan.actions)
    gave_up: WikisyncError | None = None
    tree = [a for a in plan.writes if a.side == "wiki" and a.verb in _REBUILD]
    for group in _grouped(plan.actions):
        for outcome in _outcomes(run, group, records, gave_up, stop, last=tree[-1:]):
            gave_up = outcome.gives_up or gave_up
            yield outcome


def _grouped(actions: Sequence[Action]) -> Iterator[Sequence[Action]]:
    """The actions in their order, those that are done together in one group."""
    start = 0
    for end, action in enumerate(actions):
        kind = _kind(actions[start])
        if end > start and (kind is None or kind != _kind(action)):
            yield actions[start:end]
            start = end
    if actions:
        yield actions[start:]


def _kind(action: Action) -> tuple[Verb, Side] | None:
    """What actions have in common that may be done together; None for one that is done alone."""
    kind = action.verb, action.side
    alone = action.withheld is not None or action.converts or kind not in _TOGETHER
    return None if alone else kind


def _outcomes(
    run: Run,
    group: Sequence[Action],
    records: _Records,
    gave_up: WikisyncError | None,
    stop: Callable[[], bool],
    last: Sequence[Action],
) -> Iterator[Outcome]:
    most = run.updates if group[0].verb == "update" else run.creates
    if len(group) > 1 and group[0].side == "folder":
        yield from _landed(run, group, records, gave_up, stop)
    elif len(group) > 1 and most > 1:
        yield from _side_by_side(run, group, records, gave_up, stop, most, last)
    else:
        for action in group:
            outcome = _alone(run, action, records, gave_up, stop)
            gave_up = outcome.gives_up or gave_up
            yield outcome


def _side_by_side(
    run: Run,
    group: Sequence[Action],
    records: _Records,
    gave_up: WikisyncError | None,
    stop: Callable[[], bool],
    most: int,
    last: Sequence[Action],
) -> Iterator[Outcome]:
    """The outcomes of writes to the wiki that go on at the same time, as they are known."""

    def work(own: Run, action: Action) -> tuple[Outcome, bool]:
        nonlocal gave_up
        outcome = _alone(own, action, records, gave_up, stop)
        gave_up = outcome.gives_up or gave_up
        return outcome, outcome.result == "done"

    yield from in_lanes(run, group, most, work, last_alone=group[-1] in last)


def _alone(
    run: Run,
    action: Action,
    records: _Records,
    gave_up: WikisyncError | None,
    stop: Callable[[], bool],
) -> Outcome:
    if action.withheld is not None:
        return Outcome(action, "skipped")
    if gave_up is None and stop():
        gave_up = Interrupted()
    return outcome_of(action, partial(_do, run, action, records), gave_up)


def _landed(
    run: Run,
    group: Sequence[Action],
    records: _Records,
    gave_up: WikisyncError | None,
    stop: Callable[[], bool],
) -> Iterator[Outcome]:
    """The outcomes of new files that are written together, in their order."""

    def record_of(action: Action) -> Record:
        nonlocal gave_up
        if gave_up is None and stop():
            gave_up = Interrupted()
        if gave_up is not None:
            raise gave_up
        try:
            return records.of(action)
        except WikisyncError as error:
            gave_up = outcome_of(action, partial(_again, error), None).gives_up
            raise

    over = gave_up
    for action, error in create_files(run, group, record_of):
        outcome = outcome_of(action, partial(_again, error), over)
        if isinstance(error, Interrupted):
            outcome = Outcome(action, "skipped", error)
        over = over or outcome.gives_up
        gave_up = gave_up or over
        yield outcome


def _again(error: WikisyncError | None) -> None:
    if error is not None:
        raise error


def outcome_of(
    action: Action, work: Callable[[], WikisyncError | None], gave_up: WikisyncError | None
) -> Outcome:
    """What becomes of an action when ``work`` does it; ``gave_up`` is why it is not even tried."""
    if gave_up is not None:
        return Outcome(action, "skipped", gave_up)
    try:
        return Outcome(action, "done", work())
    except (PageMoved, FileMoved) as error:
        return Outcome(action, "skipped", error)
    except WikisyncError as error:
        return Outcome(action, "failed", error)


def _do(run: Run, action: Action, records: _Records) -> WikisyncError | None:
    if action.verb == "adopt":
        adopt(run, action, records.of(action))
        return None
    if (action.verb, action.side) in _FROM_WIKI:
        _FROM_WIKI[action.verb, action.side](run, action, records.of(action))
        return None
    if action.converts:
        return convert_page(run, action)
    return _HANDS[action.verb, action.side](run, action)


_FROM_WIKI: Final[dict[tuple[Verb, Side], Callable[[Run, Action, Record], None]]] = {
    ("create", "folder"): create_file,
    ("update", "folder"): update_file,
}
_TOGETHER: Final = frozenset({("create", "folder"), ("create", "wiki"), ("update", "wiki")})
_LEAVES_PAGE: Final = frozenset({"create", "update", "move", "merge"})
_REBUILD: Final = frozenset({"create", "move", "delete"})
"""What makes the wiki rebuild its tree of pages."""

_HANDS: Final[dict[tuple[Verb, Side], Callable[[Run, Action], WikisyncError | None]]] = {
    ("create", "wiki"): create_page,
    ("update", "wiki"): update_page,
    ("delete", "wiki"): delete_page,
    ("delete", "folder"): delete_file,
    ("move", "wiki"): move_page,
    ("move", "folder"): move_file,
    ("merge", "wiki"): merge,
    ("merge", "folder"): show_both,
}


class _Records:
    """The pages that actions need whole: as planned, or read in batches as they are come to."""

    def __init__(self, wiki: Wiki, actions: Sequence[Action]) -> None:
        unread = [
            action.there.listed
            for action in actions
            if action.side == "folder"
            and action.verb != "move"
            and action.there is not None
            and action.there.record is None
        ]
        self._coming = wiki.read(unread) if unread else iter(())
        self._broken: WikisyncError | None = None

    def of(self, action: Action) -> Record:
        """The action's page, whole. Raises what the wiki answered in its place."""
        if action.there is None:
            raise AssertionError(f"{action.key}: nothing on the wiki to bring here")
        if action.there.record is not None:
            return action.there.record
        record = self._read(action, action.there.listed)
        if record.key != action.key:
            raise PageMoved(action.key, f"it was moved to {record.key} on the wiki")
        lease = action.there.fingerprint
        if lease is not None and (fields := fingerprint(record.page).differs(lease)):
            raise PageMoved(action.key, f"its {', '.join(fields)} changed on the wiki")
        return record

    def _read(self, action: Action, wanted: Listed) -> Record:
        if self._broken is not None:
            raise self._broken
        try:
            got = next((got for listed, got in self._coming if listed.id == wanted.id), None)
        except WikisyncError as error:
            # It ends the reading of all that were to follow, for the same reason.
            self._broken = error
            raise
        if got is None:
            raise AssertionError(f"{action.key}: not among the pages to be read")
        if isinstance(got, PageGone):
            raise PageMoved(action.key, "it was deleted on the wiki")
        if isinstance(got, WikisyncError):
            raise got
        return got
