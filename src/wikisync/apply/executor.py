"""Run each action of a plan and yield its result; read the pages' content in batches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from wikisync.apply import wiki_writes
from wikisync.apply.file_actions import adopt, create_file, create_files, delete_file, update_file
from wikisync.apply.move_merge_actions import merge, move_file, move_page, write_conflict_markers
from wikisync.apply.page_actions import convert_page, create_page, delete_page, update_page
from wikisync.apply.parallel import run_parallel
from wikisync.apply.result import ActionResult, run_action
from wikisync.errors import Interrupted, PageChanged, PageGone, WikisyncError
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.model import Adopt, Create, Delete, Merge, Move, Update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wikisync.apply.transaction import ApplyContext
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import Listed, Record
    from wikisync.planning.model import Action, Plan, Side, Verb
    from wikisync.wiki.client import Wiki


def apply(
    plan: Plan,
    context: ApplyContext,
    *,
    stop: Callable[[], bool] = lambda: False,
    fatal_error: WikisyncError | None = None,
) -> Iterator[ActionResult]:
    """Run each action of a plan and yield its result as soon as it is known.

    ``stop`` is called between pages; once it returns True, the remaining actions are skipped. They
    are also skipped after a fatal error (``ActionResult.fatal_error``), or all of them if one is
    given. An error of one page is in its result. Raises StateError where the plan's changes of the
    base cannot be written.
    """
    with context.state.transaction():
        context.state.bases.update_times(plan.base_updates)
        context.state.bases.drop(plan.base_deletes)
        context.state.bases.rename(plan.base_renames)
    records = RecordReader(context.wiki, plan.actions)
    rebuilding = [a for a in plan.writes if a.side == "wiki" and a.verb in _REBUILDS_TREE]
    for group in _in_groups(plan.actions):
        for outcome in _apply_group(
            context, group, records, fatal_error, stop, last=rebuilding[-1:]
        ):
            fatal_error = outcome.fatal_error or fatal_error
            yield outcome


def _in_groups(actions: Sequence[Action]) -> Iterator[Sequence[Action]]:
    """Yield the actions in order, consecutive ones that can run together as one group."""
    start = 0
    for end, action in enumerate(actions):
        kind = _batch_key(actions[start])
        if end > start and (kind is None or kind != _batch_key(action)):
            yield actions[start:end]
            start = end
    if actions:
        yield actions[start:]


def _batch_key(action: Action) -> tuple[Verb, Side] | None:
    """Return the verb and side of an action that can run with others; None if it runs alone."""
    kind = action.verb, action.side
    if action.skip_reason is not None or kind not in _BATCHABLE:
        return None
    return None if isinstance(action, Update) and action.converts else kind


def _apply_group(
    context: ApplyContext,
    group: Sequence[Action],
    records: RecordReader,
    fatal_error: WikisyncError | None,
    stop: Callable[[], bool],
    last: Sequence[Action],
) -> Iterator[ActionResult]:
    limit = context.concurrent_updates if group[0].verb == "update" else context.concurrent_creates
    if len(group) > 1 and group[0].side == "folder":
        new_files = [action for action in group if isinstance(action, Create)]
        yield from _create_files(context, new_files, records, fatal_error, stop)
    elif len(group) > 1 and limit > 1:
        yield from _apply_parallel(context, group, records, fatal_error, stop, limit, last)
    else:
        for action in group:
            outcome = _apply_one(context, action, records, fatal_error, stop)
            fatal_error = outcome.fatal_error or fatal_error
            _update_tree_mark(context, outcome)
            yield outcome


def _apply_parallel(
    context: ApplyContext,
    group: Sequence[Action],
    records: RecordReader,
    fatal_error: WikisyncError | None,
    stop: Callable[[], bool],
    limit: int,
    last: Sequence[Action],
) -> Iterator[ActionResult]:
    """Write pages to the wiki in parallel and yield each result as soon as it is known."""

    def work(worker_context: ApplyContext, action: Action) -> tuple[ActionResult, bool]:
        nonlocal fatal_error
        outcome = _apply_one(worker_context, action, records, fatal_error, stop)
        fatal_error = outcome.fatal_error or fatal_error
        return outcome, outcome.result == "done"

    if group[0].verb in _REBUILDS_TREE:
        wiki_writes.mark_dirty(context.state)
    for outcome in run_parallel(context, group, limit, work, last_alone=group[-1] in last):
        if outcome.action in last:  # it ran alone: no other write can have disturbed the tree
            _update_tree_mark(context, outcome)
        yield outcome


def _update_tree_mark(context: ApplyContext, outcome: ActionResult) -> None:
    """Mark the wiki's page tree as clean after a write that rebuilt it and ran alone."""
    action = outcome.action
    if (
        action.side == "wiki"
        and action.verb in _REBUILDS_TREE
        and action.key in context.tree_rebuilt
    ):
        wiki_writes.mark_clean(context.state)


def _apply_one(
    context: ApplyContext,
    action: Action,
    records: RecordReader,
    fatal_error: WikisyncError | None,
    stop: Callable[[], bool],
) -> ActionResult:
    if action.skip_reason is not None:
        return ActionResult(action, "skipped")
    if fatal_error is None and stop():
        fatal_error = Interrupted()
    return run_action(action, partial(_perform, context, action, records), fatal_error)


def _create_files(
    context: ApplyContext,
    group: Sequence[Create],
    records: RecordReader,
    fatal_error: WikisyncError | None,
    stop: Callable[[], bool],
) -> Iterator[ActionResult]:
    """Write new files in batches and yield their results in order."""

    def record_of(action: Create) -> Record:
        nonlocal fatal_error
        if fatal_error is None and stop():
            fatal_error = Interrupted()
        if fatal_error is not None:
            raise fatal_error
        try:
            return records.of(action)
        except WikisyncError as error:
            fatal_error = run_action(action, partial(_raise, error), None).fatal_error
            raise

    end_error = fatal_error
    for action, error in create_files(context, group, record_of):
        outcome = run_action(action, partial(_raise, error), end_error)
        if isinstance(error, Interrupted):
            outcome = ActionResult(action, "skipped", error)
        end_error = end_error or outcome.fatal_error
        fatal_error = fatal_error or end_error
        yield outcome


def _raise(error: WikisyncError | None) -> None:
    if error is not None:
        raise error


def _perform(context: ApplyContext, action: Action, records: RecordReader) -> WikisyncError | None:
    """Execute an action. Return an error that came with a write that is done."""
    if action.side == "wiki":
        return _write_page(context, action)
    match action:
        case Create():
            create_file(context, action, records.of(action))
        case Update():
            update_file(context, action, records.of(action))
        case Adopt():
            adopt(context, action, records.of(action))
        case Move():
            move_file(context, action)
        case Merge():
            write_conflict_markers(context, action)
        case Delete():
            delete_file(context, action)
    return None


def _write_page(context: ApplyContext, action: Action) -> WikisyncError | None:
    match action:
        case Create():
            return create_page(context, action)
        case Update():
            convert = action.takes_conversion
            return convert_page(context, action) if convert else update_page(context, action)
        case Move():
            return move_page(context, action)
        case Merge():
            return merge(context, action)
        case Delete():
            delete_page(context, action)
        case Adopt():
            raise AssertionError(f"{action.key}: only the folder's side adopts")
    return None


_BATCHABLE: Final = frozenset({("create", "folder"), ("create", "wiki"), ("update", "wiki")})
_REBUILDS_TREE: Final = frozenset({"create", "move", "delete"})
"""The verbs after which the wiki rebuilds its page tree."""


class RecordReader:
    """Return the records that actions need: those of the plan, others read in batches."""

    def __init__(self, wiki: Wiki, actions: Sequence[Action]) -> None:
        unread = [
            action.remote.listed
            for action in actions
            if action.side == "folder"
            and not isinstance(action, Move)
            and action.remote is not None
            and action.remote.record is None
        ]
        self._results = wiki.read(unread) if unread else iter(())
        self._error: WikisyncError | None = None

    def of(self, action: Action) -> Record:
        """Return the page of an action with its content.

        Raises PageChanged where it is not as the plan saw it, and WikiError.
        """
        if action.remote is None:
            raise AssertionError(f"{action.key}: a pull needs a page on the wiki")
        if action.remote.record is not None:
            return action.remote.record
        record = self._read(action, action.remote.listed)
        if record.key != action.key:
            raise PageChanged(action.key, f"it was moved to {record.key} on the wiki")
        if fields := _unexpected_fields(action, fingerprint(record.page)):
            raise PageChanged(action.key, f"its {', '.join(fields)} changed on the wiki")
        return record

    def _read(self, action: Action, listed_page: Listed) -> Record:
        if self._error is not None:
            raise self._error
        try:
            result = next(
                (result for listed, result in self._results if listed.id == listed_page.id), None
            )
        except WikisyncError as error:
            # The batch is broken off: later pages fail with the same error.
            self._error = error
            raise
        if result is None:
            raise AssertionError(f"{action.key}: not among the pages to be read")
        if isinstance(result, PageGone):
            raise PageChanged(action.key, "it was deleted on the wiki")
        if isinstance(result, WikisyncError):
            raise result
        return result


def _unexpected_fields(action: Action, found: Fingerprint) -> tuple[str, ...]:
    """Return the fields in which a page is not as the plan saw it.

    To record a page as equal, it must equal its file; what the state has of it may be wrong.
    """
    if isinstance(action, Adopt) and action.local is not None:
        return action.local.fingerprint.changed_fields(found)
    expected = None if action.remote is None else action.remote.fingerprint
    return () if expected is None else found.changed_fields(expected)
