"""Match a reviewed plan with today's plan: which of its steps may still be done.

Pure. Only steps of today's plan are done, made from the present state of both sides, and of these
only those that were reviewed. Two steps are the same if they do the same write under the same
preconditions.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.errors import StalePlan
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.drift import describe_drift, expected_result, is_done
from wikisync.planning.model import (
    Adopt,
    Create,
    Delete,
    Merge,
    Move,
    Update,
    is_temporary_move,
    original_file,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import Key
    from wikisync.planning.model import Action, Local, Plan, Remote, Side, Verb
    from wikisync.planning.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CompletedSteps:
    """What interrupted runs of the same plan did: their writes, and the pages they touched."""

    done: frozenset[tuple[Verb, Side, Key]] = frozenset()
    touched: frozenset[Key] = frozenset()
    begun: bool = False


@dataclass(frozen=True, slots=True)
class ReviewedSteps:
    """The steps that remain of a reviewed plan.

    ``plan`` is today's with the reviewed steps only, and those that write nothing. ``stale`` are
    reviewed steps that today's plan does not have, each with the reason; ``earlier`` counts those
    that an interrupted run completed, ``unplanned`` today's steps and conflicts that were not
    reviewed.
    """

    plan: Plan
    stale: tuple[tuple[Action, StalePlan], ...] = ()
    earlier: int = 0
    unplanned: int = 0


@dataclass(slots=True)
class _Matching:
    """Which steps go, by their names, and which are stale."""

    going: dict[tuple[Key, bool], Action] = field(default_factory=dict)
    stale: dict[tuple[Key, bool], tuple[Action, StalePlan]] = field(default_factory=dict)
    earlier: int = 0


def match_reviewed(
    reviewed: Plan,
    fresh: Plan,
    snapshot: Snapshot,
    chosen: Callable[[Action], bool] = lambda _action: True,
    earlier: CompletedSteps | None = None,
) -> ReviewedSteps:
    """Return the steps of ``reviewed`` that may be done, given today's plan and snapshot.

    ``chosen`` selects reviewed steps; the others are neither done nor stale.
    """
    earlier = earlier or CompletedSteps()
    today = {_name(a): a for a in fresh.writes if not is_temporary_move(a)}
    wanted = {_name(a): a for a in reviewed.writes if not is_temporary_move(a) and chosen(a)}
    found = _Matching()
    for name, action in wanted.items():
        now = today.get(name)
        if now is not None and (
            same_step(action, now) or _continues_earlier_run(action, now, earlier)
        ):
            found.going[name] = now
        elif _was_done(action, snapshot, earlier):
            found.earlier += 1
        else:
            reason = describe_drift(action, now, snapshot)
            done = is_done(action, snapshot)
            found.stale[name] = action, StalePlan(action.key, action.file, reason, done)
    for name, now in today.items():
        moved = wanted.get((now.key, True))
        if name not in wanted and moved is not None and _ends_move(moved, now, earlier):
            found.going[name] = now
    bound = _bind(found, wanted, fresh)
    seen = {_name(a) for a in reviewed.writes} | {(c.key, False) for c in reviewed.conflicts}
    unplanned = len(today.keys() - seen)
    unplanned += len({(c.key, False) for c in fresh.conflicts} - seen)
    return ReviewedSteps(
        _narrowed(fresh, reviewed, found, bound),
        tuple(found.stale.values()),
        found.earlier,
        unplanned,
    )


def _narrowed(fresh: Plan, reviewed: Plan, found: _Matching, asides: set[Key]) -> Plan:
    named = {conflict.key for conflict in reviewed.conflicts}
    withheld = {action.key for action in reviewed.actions if action.skip_reason is not None}
    problems = {problem.name for problem in reviewed.problems}

    def stays(action: Action) -> bool:
        if isinstance(action, Adopt):
            return True
        if action.skip_reason is not None:
            return action.key in withheld
        return action.key in asides if is_temporary_move(action) else _name(action) in found.going

    return replace(
        fresh,
        actions=tuple(action for action in fresh.actions if stays(action)),
        conflicts=tuple(conflict for conflict in fresh.conflicts if conflict.key in named),
        problems=tuple(problem for problem in fresh.problems if problem.name in problems),
    )


def _bind(found: _Matching, wanted: dict[tuple[Key, bool], Action], fresh: Plan) -> set[Key]:
    """Leave out what hangs together with a move or a stale page that is left out.

    Pages that change places, or that take the place of one that leaves, go together or not at all.
    Returns the keys of the steps out of the way that are needed.
    """
    groups = _groups([*fresh.writes, *wanted.values()])
    stuck: dict[Key, str] = {groups[a.key]: a.file for a, _why in found.stale.values()}
    for action in fresh.writes:
        if (
            isinstance(action, Move)
            and not action.via_temporary_name
            and _name(action) not in found.going
        ):
            stuck.setdefault(groups[action.key], action.file)
    for name, action in list(found.going.items()):
        if (other := stuck.get(groups[action.key])) is not None:
            del found.going[name]
            reason = f"it hangs together with {other}, which is left as it is"
            found.stale[name] = wanted[name], StalePlan(action.key, action.file, reason)
    alive = {groups[action.key] for action in found.going.values()}
    return {a.key for a in fresh.writes if is_temporary_move(a) and groups[a.key] in alive}


def _groups(actions: Iterable[Action]) -> dict[Key, Key]:
    """Every key of the actions → one key for all that are bound together by moves."""
    parent: dict[Key, Key] = {}

    def top(key: Key) -> Key:
        while (up := parent.setdefault(key, key)) != key:
            key = up
        return key

    for action in actions:
        for other in _other_keys(action):
            parent[top(other)] = top(action.key)
        top(action.key)
    return {key: top(key) for key in parent}


def _other_keys(action: Action) -> set[Key]:
    """Return the keys that an action's page has or had beside the action's own."""
    keys = {action.from_key} if isinstance(action, Move) else set()
    if isinstance(action, Create | Move | Delete) and action.base_key is not None:
        keys.add(action.base_key)
    return keys


def _name(action: Action) -> tuple[Key, bool]:
    """What tells a step from the others: a page may have a move beside what else it has."""
    return action.key, isinstance(action, Move)


def _was_done(action: Action, snapshot: Snapshot, earlier: CompletedSteps) -> bool:
    """Return whether an interrupted run of the plan completed a step."""
    # A merge ends with the update of its page; before, only the file has it.
    merges = (action.verb, action.side) == ("merge", "wiki")
    verb: Verb = "update" if merges else action.verb
    if (verb, action.side, action.key) in earlier.done:
        return True
    return earlier.begun and is_done(action, snapshot)


def _ends_move(move: Action, fresh: Action, earlier: CompletedSteps) -> bool:
    """Whether a step of today puts back the title that the wiki changed with a move.

    That is part of the move, which an interrupted run of the plan began.
    """
    return (
        ("move", "wiki", move.key) in earlier.done
        and (fresh.verb, fresh.side, fresh.fields) == ("update", "wiki", ("title",))
        and same_local(move.local, fresh.local)
    )


def _continues_earlier_run(reviewed: Action, fresh: Action, earlier: CompletedSteps) -> bool:
    """Whether a step of today ends what an interrupted run of the plan began.

    It must be about a page that run touched, and come to what was reviewed.
    """
    keys = {reviewed.key} | {a.from_key for a in (reviewed, fresh) if isinstance(a, Move)}
    touched = keys & earlier.touched
    if not touched or fresh.forced or fresh.local is None:
        return False
    if isinstance(reviewed, Move):
        return (
            fresh.side == reviewed.side
            and reviewed.id == fresh.id
            and same_local(reviewed.local, fresh.local)
            and same_remote(reviewed.remote, fresh.remote)
        )
    if _converts(reviewed) and not _converts(fresh):
        # The page is converted, and the file has yet to take the result.
        made = ("update", "wiki", reviewed.key) in earlier.done
        return made and isinstance(fresh, Update) and same_local(reviewed.local, fresh.local)
    if fresh.side != reviewed.side or not isinstance(fresh, Update):
        return False
    if fresh.side == "wiki":
        end = expected_result(reviewed)
        return end is not None and not end.changed_fields(fresh.local.fingerprint)
    return same_remote(reviewed.remote, fresh.remote)


def same_step(reviewed: Action, fresh: Action) -> bool:
    """Return whether two steps do the same to the same page, under the same preconditions.

    A new ``date`` line of a file is no change, as everywhere.
    """
    same = (
        (reviewed.verb, reviewed.side, reviewed.file) == (fresh.verb, fresh.side, fresh.file)
        and original_file(reviewed) == original_file(fresh)
        and set(reviewed.fields) == set(fresh.fields)
        and _converts(reviewed) == _converts(fresh)
        and _merge(reviewed) == _merge(fresh)
    )
    # A reviewer who was shown no edit that is gone over has not agreed to one.
    same = same and fresh.overwrites in {None, reviewed.overwrites}
    return (
        same
        and same_local(reviewed.local, fresh.local)
        and same_remote(reviewed.remote, fresh.remote)
    )


def _converts(action: Action) -> bool:
    return isinstance(action, Update) and action.converts


def _merge(action: Action) -> tuple[bool, set[str], Fingerprint | None] | None:
    """Return what a merge writes, for a comparison; None for any other action."""
    if not isinstance(action, Merge):
        return None
    merged = None if action.merged is None else fingerprint(action.merged)
    return action.writes_markers, set(action.remote_changes), merged


def same_local(reviewed: Local | None, fresh: Local | None) -> bool:
    """Return whether a file is unchanged."""
    if reviewed is None or fresh is None:
        return reviewed is fresh
    known = (reviewed.content_type, reviewed.fingerprint)
    return known == (fresh.content_type, fresh.fingerprint)


def same_remote(reviewed: Remote | None, fresh: Remote | None) -> bool:
    """Return whether a page is unchanged; an unread page is compared by its time."""
    if reviewed is None or fresh is None:
        return reviewed is fresh
    if reviewed.listed.id != fresh.listed.id:
        return False
    if reviewed.fingerprint is None or fresh.fingerprint is None:
        return reviewed.listed.updated_at == fresh.listed.updated_at
    return reviewed.fingerprint == fresh.fingerprint
