"""Taking a run back, page by page: each write turned round, under a lease of its own.

What the run left is the lease: a page or file that changed since is left alone and named. The
base becomes again what it was before the run, so that a taken-back push is there to be pushed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wikisync.apply import file_actions, wiki_writes
from wikisync.apply.restore import page_of
from wikisync.errors import BackupMissing
from wikisync.folder.folder import digest_of
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.model import Action
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.apply.transaction import ApplyContext
    from wikisync.errors import OverwroteConcurrentEdit
    from wikisync.page.model import Key, Page, Record
    from wikisync.planning.model import Side, Verb
    from wikisync.state import State
    from wikisync.state.journal import JournalEntry, Outcome

_INVERSE: dict[Verb, Verb] = {
    "create": "delete",
    "update": "update",
    "merge": "update",
    "move": "move",
    "delete": "create",
}


@dataclass(frozen=True, slots=True)
class UndoStep:
    """A write of a past run, and the action that takes it back.

    ``target_occupied`` says, in a clause, why it is left alone, if it is. ``backups`` are the
    numbers of those that the past write made.
    """

    noted: JournalEntry
    action: Action
    in_the_way: str = ""
    backups: tuple[int, ...] = ()


def undo_steps(
    state: State, number: int, *, tried: bool = True, settled: bool = True
) -> tuple[UndoStep, ...]:
    """What takes a run back, the last write first: what was done, or may be, and still stands.

    Without ``tried``, writes are left out that an undo has already left alone, because the page or
    file had changed since. Without ``settled``, also those are in it that no run has ended
    yet.
    """
    outcomes: set[Outcome | None] = {"done", "unknown"}
    standing = _writes_in_effect(state, number, outcomes if settled else outcomes | {None})
    left = set() if tried else _written(state, number, "skipped")
    made: dict[int, tuple[int, ...]] = {}
    for backup in state.backups.of_run(number):
        made[backup.intent] = (*made.get(backup.intent, ()), backup.number)
    return tuple(
        UndoStep(noted, _action(noted.intent), backups=made.get(noted.number, ()))
        for noted in reversed(standing)
        if _what(noted) not in left
    )


def _writes_in_effect(
    state: State, number: int, outcomes: set[Outcome | None]
) -> list[JournalEntry]:
    """The writes of a run with such an outcome that no undo has taken back (nor was itself)."""
    taken_back = _written(state, number, "done")
    return [
        noted
        for noted in state.journal.entries(number)
        if noted.outcome in outcomes and _what(noted) not in taken_back
    ]


def _written(state: State, number: int, outcome: Outcome) -> set[tuple[Side, frozenset[Key]]]:
    """What the undos of a run came to ``outcome`` with."""
    undos = [run.number for run in state.journal.runs() if run.undoes == number]
    if outcome == "done":
        return {
            _what(noted) for undo in undos for noted in _writes_in_effect(state, undo, {"done"})
        }
    noted_of = (noted for undo in undos for noted in state.journal.entries(undo))
    return {_what(noted) for noted in noted_of if noted.outcome == outcome}


def _what(noted: JournalEntry) -> tuple[Side, frozenset[Key]]:
    """What a write wrote to; no run moves or changes a page or a file twice.

    A move is told by its two ends, whichever way it went.
    """
    intent = noted.intent
    return intent.side, frozenset({intent.from_key or intent.key, intent.key})


def _action(intent: Intent) -> Action:
    verb = _INVERSE[intent.verb]
    if intent.from_key is not None:
        return Action(
            verb,
            intent.side,
            intent.from_key,
            intent.from_file,
            id=intent.page_id,
            from_key=intent.key,
            from_file=intent.file,
        )
    return Action(verb, intent.side, intent.key, intent.file, id=intent.page_id)


def revert(run: ApplyContext, step: UndoStep) -> OverwroteConcurrentEdit | None:
    """Take one write back. Raises what a write raises, and BackupMissing.

    Returns the edit that this wrote over at the last moment, if there was one.
    """
    past = step.noted.intent
    intent = _intent(run, step)
    if past.from_key is not None:
        return _move(run, intent, past)
    if past.side == "folder":
        _file(run, intent, step.noted.number)
        return None
    return _page(run, intent, step.noted.number)


def leave_alone(run: ApplyContext, step: UndoStep) -> None:
    """Note in the journal that a write is not taken back, since what it left has changed."""
    run.state.journal.end(run.state.journal.begin(_intent(run, step)), "skipped")


def _intent(run: ApplyContext, step: UndoStep) -> Intent:
    past = step.noted.intent
    intent = Intent(
        run.number,
        step.action.verb,
        past.side,
        past.key,
        past.file,
        None if step.action.verb == "create" else step.action.id,
        expected=past.wanted,
        wanted=past.expected,
        after=past.before,
        before=run.state.bases.get(past.key),
    )
    if past.from_key is None:
        return intent
    return replace(
        intent,
        key=past.from_key,
        file=past.from_file,
        from_key=past.key,
        from_file=past.file,
        # A move leaves the bytes alone: the file that comes back is as the run left it.
        wanted=past.wanted,
    )


def _move(run: ApplyContext, intent: Intent, past: Intent) -> OverwroteConcurrentEdit | None:
    if past.side == "folder":
        file_actions.move(run, intent)
        return None
    return wiki_writes.move(run, intent)[1]


def _file(run: ApplyContext, intent: Intent, number: int) -> None:
    if intent.verb == "delete":
        file_actions.delete(run, intent)
        return
    data = run.state.backups.data(number)
    if data is None:
        raise BackupMissing(f"of {intent.file or intent.key}")
    file_actions.write(run, replace(intent, wanted=digest_of(data).hex()), data)


def _page(run: ApplyContext, intent: Intent, number: int) -> OverwroteConcurrentEdit | None:
    if intent.verb == "delete":
        wiki_writes.delete(run, intent)
        return None
    # What the write replaced in truth, where that was an edit of the same moment.
    page = page_of(run.state, number, overtaken=True) or page_of(run.state, number)
    if page is None:
        raise BackupMissing(f"of {intent.file or intent.key}")
    intent = replace(intent, wanted=str(fingerprint(page)))
    if intent.verb == "create":
        wiki_writes.create(run, intent, page)
        return None

    def page_for(before: Record) -> Page:
        return replace(page, private=before.page.private)

    _record, overtook = wiki_writes.update(run, intent, page_for)
    return overtook
