"""Undo the writes of assets that a run made, as ``undo`` does it for pages.

A step is an action like any other, but what it writes comes from a backup, and the base becomes
what it was before the run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from wikisync.apply.asset_context import AssetRun, UndoSource, remote_asset
from wikisync.apply.asset_downloads import download_all
from wikisync.apply.asset_file_actions import delete_files, move_files
from wikisync.apply.asset_recovery import stamp_left
from wikisync.apply.asset_uploads import upload_all
from wikisync.apply.asset_wiki_actions import delete_assets, rename_assets
from wikisync.apply.undo import writes_in_effect
from wikisync.errors import FolderError
from wikisync.folder.streamed_files import hash_file
from wikisync.planning.asset_model import AssetAction, AssetConflict, LocalAsset, RemoteAsset
from wikisync.state.asset_journal import AssetIntent, AssetStamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wikisync.apply.asset_result import AssetResult
    from wikisync.folder.folder import Folder
    from wikisync.planning.asset_model import AssetVerb
    from wikisync.planning.model import Side
    from wikisync.state import State
    from wikisync.state.asset_backups import AssetBackup
    from wikisync.state.asset_journal import AssetEntry
    from wikisync.state.intents import Outcome
    from wikisync.wiki.asset_responses import AssetIndex
    from wikisync.wiki.client import Wiki

_INVERSE: Final[dict[AssetVerb, AssetVerb]] = {
    "create": "delete",
    "update": "update",
    "delete": "create",
    "move": "move",
}

GONE: Final = "it is not there any more"
TAKEN: Final = "a file of that name exists now"


@dataclass(frozen=True, slots=True)
class AssetUndoStep:
    """A write of a past run, and the action that reverts it.

    ``blocked_by`` is why the write cannot be reverted, as a clause; "" if it can. ``backup`` is
    what the past write replaced.
    """

    entry: AssetEntry
    action: AssetAction
    backup: AssetBackup | None = None
    blocked_by: str = ""

    @property
    def backups(self) -> tuple[int, ...]:
        """Return the number of the backup that the past write made."""
        return () if self.backup is None else (self.backup.number,)

    @property
    def conflict(self) -> AssetConflict:
        """Return the conflict of a step that cannot be done."""
        return AssetConflict(
            path=self.action.path,
            file=self.action.file,
            kind="changed-since-run",
            detail=self.blocked_by,
            backups=self.backups,
        )


def asset_undo_steps(
    state: State, number: int, *, recovered: bool = True
) -> tuple[AssetUndoStep, ...]:
    """Return the steps that undo a run, the last write first; parameters as ``undo_steps``."""
    outcomes: set[Outcome | None] = {"done", "unknown"}
    outcomes |= set() if recovered else {None}
    entries, runs = state.asset_journal.entries, state.journal.runs()
    standing = writes_in_effect(entries, runs, number, outcomes, _target)
    backups = {backup.intent: backup for backup in state.asset_backups.of_run(number)}
    return tuple(
        AssetUndoStep(entry, _action(entry.intent), backups.get(entry.number))
        for entry in reversed(standing)
    )


def _target(entry: AssetEntry) -> tuple[Side, frozenset[str]]:
    """Return the side and the paths of a write, unique in a run."""
    intent = entry.intent
    return intent.side, frozenset({intent.from_path or intent.path, intent.path})


def _action(intent: AssetIntent) -> AssetAction:
    moves = intent.verb == "move"
    return AssetAction(
        verb=_INVERSE[intent.verb],
        side=intent.side,
        path=intent.from_path if moves else intent.path,
        file=intent.from_file if moves else intent.file,
        from_path=intent.path if moves else "",
        from_file=intent.file if moves else "",
        base=intent.before,
    )


def check_asset_steps(
    steps: Sequence[AssetUndoStep], state: State, folder: Folder, wiki: Wiki
) -> tuple[AssetUndoStep, ...]:
    """Return the steps, each with its preconditions, or with ``blocked_by`` if it cannot be done.

    Writes with an unknown outcome are left out if all is as before them. Raises WikiError if the
    wiki cannot be asked.
    """
    remote: AssetIndex | None = None
    if any(step.action.side == "wiki" for step in steps):
        remote = wiki.assets.list(state.asset_folders.load())
    found = []
    for step in steps:
        if remote is not None and step.action.side == "wiki":
            checked = _check_remote(_with_outcome(step, remote, wiki), remote)
        else:
            checked = _check_file(step, folder)
        if checked is not None:
            found.append(checked)
    return tuple(found)


def _with_outcome(step: AssetUndoStep, index: AssetIndex, wiki: Wiki) -> AssetUndoStep:
    """Return the step of an open write with what it left, as recovery would record it.

    A dry run has recovered nothing.
    """
    entry = step.entry
    there = index.at(entry.intent.path)
    if entry.outcome is not None or entry.intent.wanted is None or there is None:
        return step
    stamp = stamp_left(wiki, entry.intent, there)
    if stamp is None:
        return step
    return replace(step, entry=replace(entry, intent=replace(entry.intent, wanted=str(stamp))))


def _check_remote(step: AssetUndoStep, index: AssetIndex) -> AssetUndoStep | None:
    """Return a step on the wiki with its precondition; None where nothing is to be reverted."""
    intent, action = step.entry.intent, step.action
    if not index.allowed:
        return replace(step, blocked_by="the API key cannot see it")
    there = index.at(intent.path)
    if step.entry.outcome != "done" and _is_as_before(intent, index):
        return None
    wanted = None if intent.wanted is None else AssetStamp.parse(intent.wanted)
    if action.verb == "create":
        reason = "an asset of that name exists now" if there is not None else ""
    elif there is None:
        reason = GONE
    elif wanted is None or not wanted.id:
        reason = "it is not known how the run left it"
    elif (there.id, there.updated_at) != (wanted.id, wanted.updated_at):
        reason = "it was changed on the wiki"
    elif action.verb == "move" and index.at(action.path) is not None:
        reason = "an asset of that name exists now"
    else:
        reason = ""
    remote = None
    if there is not None and wanted is not None and action.verb != "create":
        remote = remote_asset(there, wanted.sha256)
    return _checked(step, replace(action, remote=remote), reason)


def _is_as_before(intent: AssetIntent, index: AssetIndex) -> bool:
    found = index.at(intent.from_path or intent.path)
    if intent.expected is None or found is None:
        return intent.expected is None and found is None
    stamp = AssetStamp.parse(intent.expected)
    return (found.id, found.updated_at) == (stamp.id, stamp.updated_at)


def _check_file(step: AssetUndoStep, folder: Folder) -> AssetUndoStep | None:
    """Return a step in the folder with its precondition; None where nothing is to be reverted."""
    intent, action = step.entry.intent, step.action
    try:
        there = _local(folder, intent.path, intent.file)
        at_old = there if action.verb != "move" else _local(folder, action.path, action.file)
    except FolderError as error:
        return replace(step, blocked_by=error.reason)
    if step.entry.outcome != "done" and (at_old and at_old.sha256) == intent.expected:
        return None
    if action.verb == "create":
        return _checked(step, action, TAKEN if there is not None else "")
    if there is None:
        reason = GONE
    elif there.sha256 != intent.wanted:
        reason = "it was edited since"
    elif action.verb == "move" and at_old is not None:
        reason = TAKEN
    else:
        reason = ""
    return _checked(step, replace(action, local=there), reason)


def _local(folder: Folder, path: str, file: str) -> LocalAsset | None:
    """Return the file of an asset; None where there is none. Raises FolderError."""
    if folder.is_missing(file):
        return None
    found = hash_file(folder, file)
    return LocalAsset(path, file, found.size, found.sha256)


def _checked(step: AssetUndoStep, action: AssetAction, reason: str) -> AssetUndoStep:
    """Return a step with its action; what it writes stands for the other side."""
    backup = step.backup
    if not reason and action.verb in {"create", "update"}:
        if backup is None:
            reason = "there is no backup of it"
        elif action.side == "wiki":
            local = LocalAsset(action.path, action.file, backup.size, backup.sha256)
            action = replace(action, local=local)
        else:
            remote = RemoteAsset(action.path, 0, 0, backup.size, "", "", "", backup.sha256)
            action = replace(action, remote=remote)
    return replace(step, action=action, blocked_by=reason)


def revert_assets(run: AssetRun, steps: Sequence[AssetUndoStep]) -> Iterator[AssetResult]:
    """Revert the writes of these steps, and yield the result of each with its backups."""
    for step in steps:
        if step.blocked_by:
            if run.stopped() is None:
                _record_skipped(run, step)
            continue
        run.undo[id(step.action)] = UndoSource(step.entry.intent.before, step.backup)
        for result in _revert(run, step.action):
            yield replace(result, backups=(*step.backups, *result.backups))


def _revert(run: AssetRun, action: AssetAction) -> Iterator[AssetResult]:
    on_wiki = action.side == "wiki"
    match action.verb:
        case "delete" if on_wiki:
            return delete_assets(run, [action])
        case "delete":
            return delete_files(run, [action])
        case "move":
            return (rename_assets if on_wiki else move_files)(run, [action])
    return (upload_all if on_wiki else download_all)(run, [action])


def _record_skipped(run: AssetRun, step: AssetUndoStep) -> None:
    """Record in the journal that a write is not reverted, since its asset or file changed."""
    state, past = run.context.run.state, step.entry.intent
    intent = replace(
        past,
        run=run.context.run.run_number,
        verb=step.action.verb,
        path=step.action.path,
        file=step.action.file,
        from_path=step.action.from_path,
        from_file=step.action.from_file,
        expected=past.wanted,
        wanted=past.expected,
        after=None,
    )
    state.asset_journal.end(state.asset_journal.begin(intent), "skipped")
