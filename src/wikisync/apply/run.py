"""The loop over a plan's actions: each to its hand, each to an outcome."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from wikisync.apply import tree
from wikisync.apply.converting import convert_page
from wikisync.apply.landing import create_files
from wikisync.apply.lanes import run_parallel
from wikisync.apply.merging import merge, write_conflict_markers
from wikisync.apply.moving import move_file, move_page
from wikisync.apply.outcome import ActionResult, run_action
from wikisync.apply.pull import adopt, create_file, delete_file, update_file
from wikisync.apply.push import create_page, delete_page, update_page
from wikisync.apply.records import RecordReader
from wikisync.errors import Interrupted, WikisyncError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wikisync.apply.context import ApplyContext
    from wikisync.page.model import Record
    from wikisync.planning.model import Action, Plan, Side, Verb


def apply(
    plan: Plan, run: ApplyContext, *, stop: Callable[[], bool] = lambda: False
) -> Iterator[ActionResult]:
    """Do what the plan says, page by page, and yield each outcome as it is known.

    ``stop`` is asked between pages. Once the wiki or the state is out of reach, the rest is
    skipped. Never raises for what can happen to a page; StateError where not even a start is made.
    """
    with run.state.transaction():
        run.state.bases.update_times(plan.base_updates)
        run.state.bases.drop(plan.base_deletes)
        run.state.bases.rename(plan.base_renames)
    records = RecordReader(run.wiki, plan.actions)
    gave_up: WikisyncError | None = None
    rebuilding = [a for a in plan.writes if a.side == "wiki" and a.verb in _REBUILD]
    for group in _grouped(plan.actions):
        for outcome in _outcomes(run, group, records, gave_up, stop, last=rebuilding[-1:]):
            gave_up = outcome.fatal_error or gave_up
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
    run: ApplyContext,
    group: Sequence[Action],
    records: RecordReader,
    gave_up: WikisyncError | None,
    stop: Callable[[], bool],
    last: Sequence[Action],
) -> Iterator[ActionResult]:
    most = run.updates if group[0].verb == "update" else run.creates
    if len(group) > 1 and group[0].side == "folder":
        yield from _create_files(run, group, records, gave_up, stop)
    elif len(group) > 1 and most > 1:
        yield from _apply_parallel(run, group, records, gave_up, stop, most, last)
    else:
        for action in group:
            outcome = _apply_one(run, action, records, gave_up, stop)
            gave_up = outcome.fatal_error or gave_up
            _update_tree_mark(run, outcome)
            yield outcome


def _apply_parallel(
    run: ApplyContext,
    group: Sequence[Action],
    records: RecordReader,
    gave_up: WikisyncError | None,
    stop: Callable[[], bool],
    most: int,
    last: Sequence[Action],
) -> Iterator[ActionResult]:
    """The outcomes of writes to the wiki that go on at the same time, as they are known."""

    def work(own: ApplyContext, action: Action) -> tuple[ActionResult, bool]:
        nonlocal gave_up
        outcome = _apply_one(own, action, records, gave_up, stop)
        gave_up = outcome.fatal_error or gave_up
        return outcome, outcome.result == "done"

    if group[0].verb in _REBUILD:
        tree.mark_dirty(run.state)
    for outcome in run_parallel(run, group, most, work, last_alone=group[-1] in last):
        if outcome.action in last:  # which was alone: no lane is at work any more
            _update_tree_mark(run, outcome)
        yield outcome


def _update_tree_mark(run: ApplyContext, outcome: ActionResult) -> None:
    """A write that was alone left the wiki's tree whole, if it rebuilt it."""
    action = outcome.action
    if action.side == "wiki" and action.verb in _REBUILD and action.key in run.tree_rebuilt:
        tree.mark_clean(run.state)


def _apply_one(
    run: ApplyContext,
    action: Action,
    records: RecordReader,
    gave_up: WikisyncError | None,
    stop: Callable[[], bool],
) -> ActionResult:
    if action.skip_reason is not None:
        return ActionResult(action, "skipped")
    if gave_up is None and stop():
        gave_up = Interrupted()
    return run_action(action, partial(_do, run, action, records), gave_up)


def _create_files(
    run: ApplyContext,
    group: Sequence[Action],
    records: RecordReader,
    gave_up: WikisyncError | None,
    stop: Callable[[], bool],
) -> Iterator[ActionResult]:
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
            gave_up = run_action(action, partial(_raise, error), None).fatal_error
            raise

    over = gave_up
    for action, error in create_files(run, group, record_of):
        outcome = run_action(action, partial(_raise, error), over)
        if isinstance(error, Interrupted):
            outcome = ActionResult(action, "skipped", error)
        over = over or outcome.fatal_error
        gave_up = gave_up or over
        yield outcome


def _raise(error: WikisyncError | None) -> None:
    if error is not None:
        raise error


def _do(run: ApplyContext, action: Action, records: RecordReader) -> WikisyncError | None:
    if action.verb == "adopt":
        adopt(run, action, records.of(action))
        return None
    if (action.verb, action.side) in _FROM_WIKI:
        _FROM_WIKI[action.verb, action.side](run, action, records.of(action))
        return None
    if action.takes_conversion:
        return convert_page(run, action)
    return _HANDLERS[action.verb, action.side](run, action)


_FROM_WIKI: Final[dict[tuple[Verb, Side], Callable[[ApplyContext, Action, Record], None]]] = {
    ("create", "folder"): create_file,
    ("update", "folder"): update_file,
}
_TOGETHER: Final = frozenset({("create", "folder"), ("create", "wiki"), ("update", "wiki")})
_REBUILD: Final = frozenset({"create", "move", "delete"})
"""What makes the wiki rebuild its tree of pages."""

_HANDLERS: Final[
    dict[tuple[Verb, Side], Callable[[ApplyContext, Action], WikisyncError | None]]
] = {
    ("create", "wiki"): create_page,
    ("update", "wiki"): update_page,
    ("delete", "wiki"): delete_page,
    ("delete", "folder"): delete_file,
    ("move", "wiki"): move_page,
    ("move", "folder"): move_file,
    ("merge", "wiki"): merge,
    ("merge", "folder"): write_conflict_markers,
}
