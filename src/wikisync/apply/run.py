"""The loop over a plan's actions: each to its hand, each to an outcome."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from wikisync.apply import tree
from wikisync.apply.converting import convert_page
from wikisync.apply.landing import create_files
from wikisync.apply.lanes import in_lanes
from wikisync.apply.merging import merge, show_both
from wikisync.apply.moving import move_file, move_page
from wikisync.apply.outcome import Outcome, outcome_of
from wikisync.apply.pull import adopt, create_file, delete_file, update_file
from wikisync.apply.push import create_page, delete_page, update_page
from wikisync.apply.records import Records
from wikisync.errors import Interrupted, WikisyncError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wikisync.apply.context import Run
    from wikisync.page.model import Record
    from wikisync.sync.plan import Action, Plan, Side, Verb


def apply(plan: Plan, run: Run, *, stop: Callable[[], bool] = lambda: False) -> Iterator[Outcome]:
    """Do what the plan says, page by page, and yield each outcome as it is known.

    ``stop`` is asked between pages. Once the wiki or the state is out of reach, the rest is
    skipped. Never raises for what can happen to a page; StateError where not even a start is made.
    """
    with run.state.transaction():
        run.state.bases.update_times(plan.base_updates)
        run.state.bases.drop(plan.base_deletes)
        run.state.bases.rename(plan.base_renames)
    records = Records(run.wiki, plan.actions)
    gave_up: WikisyncError | None = None
    rebuilding = [a for a in plan.writes if a.side == "wiki" and a.verb in _REBUILD]
    for group in _grouped(plan.actions):
        for outcome in _outcomes(run, group, records, gave_up, stop, last=rebuilding[-1:]):
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
    alone = action.skip_reason is not None or action.converts or kind not in _TOGETHER
    return None if alone else kind


def _outcomes(
    run: Run,
    group: Sequence[Action],
    records: Records,
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
            _note_tree(run, outcome)
            yield outcome


def _side_by_side(
    run: Run,
    group: Sequence[Action],
    records: Records,
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

    if group[0].verb in _REBUILD:
        tree.doubt(run.state)
    for outcome in in_lanes(run, group, most, work, last_alone=group[-1] in last):
        if outcome.action in last:  # which was alone: no lane is at work any more
            _note_tree(run, outcome)
        yield outcome


def _note_tree(run: Run, outcome: Outcome) -> None:
    """A write that was alone left the wiki's tree whole, if it rebuilt it."""
    action = outcome.action
    if action.side == "wiki" and action.verb in _REBUILD and action.key in run.rebuilt:
        tree.trust(run.state)


def _alone(
    run: Run,
    action: Action,
    records: Records,
    gave_up: WikisyncError | None,
    stop: Callable[[], bool],
) -> Outcome:
    if action.skip_reason is not None:
        return Outcome(action, "skipped")
    if gave_up is None and stop():
        gave_up = Interrupted()
    return outcome_of(action, partial(_do, run, action, records), gave_up)


def _landed(
    run: Run,
    group: Sequence[Action],
    records: Records,
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


def _do(run: Run, action: Action, records: Records) -> WikisyncError | None:
    if action.verb == "adopt":
        adopt(run, action, records.of(action))
        return None
    if (action.verb, action.side) in _FROM_WIKI:
        _FROM_WIKI[action.verb, action.side](run, action, records.of(action))
        return None
    if action.takes_conversion:
        return convert_page(run, action)
    return _HANDS[action.verb, action.side](run, action)


_FROM_WIKI: Final[dict[tuple[Verb, Side], Callable[[Run, Action, Record], None]]] = {
    ("create", "folder"): create_file,
    ("update", "folder"): update_file,
}
_TOGETHER: Final = frozenset({("create", "folder"), ("create", "wiki"), ("update", "wiki")})
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
