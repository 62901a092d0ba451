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
from wikisync.page.paths import to_nfc
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
    """The steps that may be done and those that are stale, by their ids (``_step_id``)."""

    accepted: dict[tuple[Key, bool], Action] = field(default_factory=dict)
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
    today = {_step_id(a): a for a in fresh.writes if not is_temporary_move(a)}
    wanted = {_step_id(a): a for a in reviewed.writes if not is_temporary_move(a) and chosen(a)}
    found = _Matching()
    for name, action in wanted.items():
        fresh_action = today.get(name)
        if fresh_action is not None and (
            same_step(action, fresh_action) or _continues_earlier_run(action, fresh_action, earlier)
        ):
            found.accepted[name] = fresh_action
        elif _was_done(action, snapshot, earlier):
            found.earlier += 1
        else:
            reason = describe_drift(action, fresh_action, snapshot)
            done = is_done(action, snapshot)
            found.stale[name] = action, StalePlan(action.key, action.file, reason, done)
    for name, fresh_action in today.items():
        moved = wanted.get((fresh_action.key, True))
        if name not in wanted and moved is not None and _ends_move(moved, fresh_action, earlier):
            found.accepted[name] = fresh_action
    temporary_moves = _drop_dependent(found, wanted, fresh)
    seen = {_step_id(a) for a in reviewed.writes} | {(c.key, False) for c in reviewed.conflicts}
    unplanned = len(today.keys() - seen)
    unplanned += len({(c.key, False) for c in fresh.conflicts} - seen)
    return ReviewedSteps(
        _only_accepted(fresh, reviewed, found, temporary_moves),
        tuple(found.stale.values()),
        found.earlier,
        unplanned,
    )


def _only_accepted(
    fresh: Plan, reviewed: Plan, found: _Matching, temporary_moves: set[Key]
) -> Plan:
    named = {conflict.key for conflict in reviewed.conflicts}
    skipped = {action.key for action in reviewed.actions if action.skip_reason is not None}
    problems = {problem.name for problem in reviewed.problems}

    def stays(action: Action) -> bool:
        if isinstance(action, Adopt):
            return True
        if action.skip_reason is not None:
            return action.key in skipped
        return (
            action.key in temporary_moves
            if is_temporary_move(action)
            else _step_id(action) in found.accepted
        )

    return replace(
        fresh,
        actions=tuple(action for action in fresh.actions if stays(action)),
        conflicts=tuple(conflict for conflict in fresh.conflicts if conflict.key in named),
        problems=tuple(problem for problem in fresh.problems if problem.name in problems),
    )


def _drop_dependent(
    found: _Matching, wanted: dict[tuple[Key, bool], Action], fresh: Plan
) -> set[Key]:
    """Make stale each step that depends on a move, or on a stale step, that is left out.

    Pages that swap places, or that take the key of a page that moves, are written together or not
    at all. Return the keys of the temporary moves that are still needed.
    """
    groups = _groups([*fresh.writes, *wanted.values()])
    left_out: dict[Key, str] = {groups[a.key]: a.file for a, _why in found.stale.values()}
    for action in fresh.writes:
        if (
            isinstance(action, Move)
            and not action.via_temporary_name
            and _step_id(action) not in found.accepted
        ):
            left_out.setdefault(groups[action.key], action.file)
    for name, action in list(found.accepted.items()):
        if (other := left_out.get(groups[action.key])) is not None:
            del found.accepted[name]
            reason = f"it depends on {other}, which is left as it is"
            found.stale[name] = wanted[name], StalePlan(action.key, action.file, reason)
    accepted_groups = {groups[action.key] for action in found.accepted.values()}
    return {
        a.key for a in fresh.writes if is_temporary_move(a) and groups[a.key] in accepted_groups
    }


def _groups(actions: Iterable[Action]) -> dict[Key, Key]:
    """Map each key of the actions to one key of its group: moves connect keys to groups."""
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


def _step_id(action: Action) -> tuple[Key, bool]:
    """Return what identifies a step: a page can have a move and one other step."""
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
    """Return whether today's step restores the title that the wiki changed with a move.

    That is part of the move, which an interrupted run of the plan began.
    """
    return (
        ("move", "wiki", move.key) in earlier.done
        and (fresh.verb, fresh.side, fresh.fields) == ("update", "wiki", ("title",))
        and same_local(move.local, fresh.local)
    )


def _continues_earlier_run(reviewed: Action, fresh: Action, earlier: CompletedSteps) -> bool:
    """Return whether today's step completes a step that an interrupted run of the plan began.

    That run must have touched the page, and the result must be the reviewed one.
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
        converted = ("update", "wiki", reviewed.key) in earlier.done
        return converted and isinstance(fresh, Update) and same_local(reviewed.local, fresh.local)
    if fresh.side != reviewed.side or not isinstance(fresh, Update):
        return False
    if fresh.side == "wiki":
        result = expected_result(reviewed)
        return result is not None and not result.changed_fields(fresh.local.fingerprint)
    return same_remote(reviewed.remote, fresh.remote)


def same_step(reviewed: Action, fresh: Action) -> bool:
    """Return whether two steps do the same to the same page, under the same preconditions.

    A new ``date`` line of a file is no change.
    """
    same = (
        (reviewed.verb, reviewed.side) == (fresh.verb, fresh.side)
        and to_nfc(reviewed.file) == to_nfc(fresh.file)
        and to_nfc(original_file(reviewed)) == to_nfc(original_file(fresh))
        and set(reviewed.fields) == set(fresh.fields)
        and _converts(reviewed) == _converts(fresh)
        and _same_merge(reviewed, fresh)
    )
    # The reviewer did not approve of overwriting an edit that the reviewed step does not show.
    same = same and fresh.overwrites in {None, reviewed.overwrites}
    return (
        same
        and same_local(reviewed.local, fresh.local)
        and same_remote(reviewed.remote, fresh.remote)
    )


def _converts(action: Action) -> bool:
    return isinstance(action, Update) and action.converts


def _same_merge(reviewed: Action, fresh: Action) -> bool:
    """Return whether two actions merge to the same page, or none of them merges."""
    if not (isinstance(reviewed, Merge) and isinstance(fresh, Merge)):
        return isinstance(reviewed, Merge) == isinstance(fresh, Merge)
    if reviewed.merged is None or fresh.merged is None:
        same_page = reviewed.merged is fresh.merged
    else:  # some fields may not have been readable
        same_page = not fingerprint(reviewed.merged).changed_fields(fingerprint(fresh.merged))
    return (
        same_page
        and reviewed.writes_markers == fresh.writes_markers
        and set(reviewed.remote_changes) == set(fresh.remote_changes)
    )


def same_local(reviewed: Local | None, fresh: Local | None) -> bool:
    """Return whether a file is unchanged."""
    if reviewed is None or fresh is None:
        return reviewed is fresh
    known = (reviewed.content_type, reviewed.fingerprint)
    return known == (fresh.content_type, fresh.fingerprint)


def same_remote(reviewed: Remote | None, fresh: Remote | None) -> bool:
    """Return whether a page is unchanged, in the fields that were read on both occasions.

    An unread page is compared by its time.
    """
    if reviewed is None or fresh is None:
        return reviewed is fresh
    if reviewed.listed.id != fresh.listed.id:
        return False
    if reviewed.fingerprint is None or fresh.fingerprint is None:
        return reviewed.listed.updated_at == fresh.listed.updated_at
    return not reviewed.fingerprint.changed_fields(fresh.fingerprint)
