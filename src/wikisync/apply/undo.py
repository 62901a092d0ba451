"""Undo the writes of a run, the last one first.

The precondition of each step is the page or file as the run left it: one that changed since is
skipped and reported. The base becomes what it was before the run, so that an undone push can be
pushed again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from wikisync.apply import file_actions, file_moves, wiki_writes
from wikisync.apply.restore import page_of
from wikisync.errors import BackupMissing
from wikisync.folder.folder import digest_of
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.model import Create, Delete, Move, Update
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from wikisync.apply.transaction import ApplyContext
    from wikisync.errors import OverwroteConcurrentEdit
    from wikisync.page.model import Key, Page, Record
    from wikisync.planning.model import Action, Side, Verb
    from wikisync.state import State
    from wikisync.state.intents import Entry, Outcome
    from wikisync.state.journal import JournalEntry, RunRecord

T = TypeVar("T")

_INVERSE: Final[dict[Verb, type[Create | Update | Delete]]] = {
    "create": Delete,
    "update": Update,
    "merge": Update,
    "delete": Create,
}
"""The action that reverts a write; a move is reverted by a move."""


@dataclass(frozen=True, slots=True)
class UndoStep:
    """A write of a past run, and the action that reverts it.

    ``blocked_by`` is why the write cannot be reverted, as a clause; "" if it can. ``backups`` are
    the numbers of the backups that the past write made.
    """

    entry: JournalEntry
    action: Action
    blocked_by: str = ""
    backups: tuple[int, ...] = ()


def undo_steps(state: State, number: int, *, recovered: bool = True) -> tuple[UndoStep, ...]:
    """Return the steps that undo a run, the last write first. Raises StateError.

    They are the writes that are done, or may be, and are not undone yet. ``recovered=False`` adds
    the writes that an interrupted run left open.
    """
    outcomes: set[Outcome | None] = {"done", "unknown"}
    outcomes |= set() if recovered else {None}
    journal = state.journal
    standing = writes_in_effect(journal.entries, journal.runs(), number, outcomes, _target)
    backups: dict[int, tuple[int, ...]] = {}
    for backup in state.backups.of_run(number):
        backups[backup.intent] = (*backups.get(backup.intent, ()), backup.number)
    return tuple(
        UndoStep(entry, _action(entry.intent), backups=backups.get(entry.number, ()))
        for entry in reversed(standing)
    )


def writes_in_effect(
    entries: Callable[[int], list[Entry[T]]],
    runs: Sequence[RunRecord],
    number: int,
    outcomes: set[Outcome | None],
    target: Callable[[Entry[T]], Hashable],
) -> list[Entry[T]]:
    """Return the writes of a run with one of the outcomes, without those that were undone.

    ``entries`` returns the intents of a run, of ``runs``; ``target`` what a write is known by in
    its run, the same for the write that reverts it.
    """
    undone = {
        target(entry)
        for undo in runs
        if undo.undoes == number
        for entry in writes_in_effect(entries, runs, undo.number, {"done"}, target)
    }
    found = entries(number)
    return [entry for entry in found if entry.outcome in outcomes and target(entry) not in undone]


def _target(entry: JournalEntry) -> tuple[Side, frozenset[Key]]:
    """Return the side and the keys of a write, unique in a run; both keys of a move, unordered."""
    intent = entry.intent
    return intent.side, frozenset({intent.from_key or intent.key, intent.key})


def _action(intent: Intent) -> Action:
    if intent.from_key is not None:
        return Move(
            side=intent.side,
            key=intent.from_key,
            file=intent.from_file,
            id=intent.page_id,
            from_key=intent.key,
            from_file=intent.file,
        )
    kind = _INVERSE[intent.verb]
    return kind(side=intent.side, key=intent.key, file=intent.file, id=intent.page_id)


def revert(context: ApplyContext, step: UndoStep) -> OverwroteConcurrentEdit | None:
    """Revert one write. Return an OverwroteConcurrentEdit if another author's edit was replaced.

    Raises BackupMissing, PageChanged, FileChanged, WikiError and FolderError.
    """
    past = step.entry.intent
    intent = _intent(context, step)
    if past.from_key is not None:
        return _move(context, intent, past)
    if past.side == "folder":
        _file(context, intent, step.entry.number)
        return None
    return _page(context, intent, step.entry.number)


def record_skipped(context: ApplyContext, step: UndoStep) -> None:
    """Record in the journal that a write is not reverted, since its page or file changed."""
    context.state.journal.end(context.state.journal.begin(_intent(context, step)), "skipped")


def _intent(context: ApplyContext, step: UndoStep) -> Intent:
    past = step.entry.intent
    intent = Intent(
        context.run_number,
        step.action.verb,
        past.side,
        past.key,
        past.file,
        None if isinstance(step.action, Create) else step.action.id,
        expected=past.wanted,
        wanted=past.expected,
        after=past.before,
        before=context.state.bases.get(past.key),
    )
    if past.from_key is None:
        return intent
    return replace(
        intent,
        key=past.from_key,
        file=past.from_file,
        from_key=past.key,
        from_file=past.file,
        # A move does not change the content: the file keeps the bytes that the run left.
        wanted=past.wanted,
    )


def _move(context: ApplyContext, intent: Intent, past: Intent) -> OverwroteConcurrentEdit | None:
    if past.side == "folder":
        file_moves.move(context, intent)
        return None
    return wiki_writes.move(context, intent)[1]


def _file(context: ApplyContext, intent: Intent, number: int) -> None:
    if intent.verb == "delete":
        file_actions.delete(context, intent)
        return
    data = context.state.backups.data(number)
    if data is None:
        raise BackupMissing(f"of {intent.file or intent.key}")
    file_actions.write(context, replace(intent, wanted=digest_of(data).hex()), data)


def _page(context: ApplyContext, intent: Intent, number: int) -> OverwroteConcurrentEdit | None:
    if intent.verb == "delete":
        wiki_writes.delete(context, intent)
        return None
    # A concurrent edit, if there was one, is what the write replaced.
    page = page_of(context.state, number, overtaken=True) or page_of(context.state, number)
    if page is None:
        raise BackupMissing(f"of {intent.file or intent.key}")
    intent = replace(intent, wanted=str(fingerprint(page)))
    if intent.verb == "create":
        wiki_writes.create(context, intent, page)
        return None

    def page_for(before: Record) -> Page:
        return replace(page, private=before.page.private)

    _record, overwritten = wiki_writes.update(context, intent, page_for)
    return overwritten
