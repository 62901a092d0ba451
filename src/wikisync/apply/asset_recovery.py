"""Recover the writes of assets that an interrupted run left open (promise 5); see ``recovery``.

Each is compared with the file or the asset as it is now. One that was done gets its base; one that
was not is planned again; of any other nothing is known, and the decision table decides. Only the
state is written.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.apply.asset_context import commit_intent, stamp_of
from wikisync.errors import AssetGone, FolderError, Forbidden
from wikisync.folder.streamed_files import hash_file
from wikisync.planning.asset_model import is_svg
from wikisync.state.asset_journal import AssetStamp
from wikisync.wiki.asset_responses import ListedAsset

if TYPE_CHECKING:
    from wikisync.folder.folder import Folder
    from wikisync.state import State
    from wikisync.state.asset_journal import AssetEntry, AssetIntent
    from wikisync.wiki.asset_responses import AssetIndex
    from wikisync.wiki.client import Wiki


def recover_assets(state: State, folder: Folder, wiki: Wiki) -> int:
    """End the open intents of assets. Return their number.

    Those that need the wiki stay open where the key may not read assets. Raises WikiError.
    """
    entries = state.asset_journal.open_entries()
    recover_asset_files(state, folder)
    remote = [entry for entry in entries if entry.intent.side == "wiki"]
    if remote:
        index = wiki.assets.list(state.asset_folders.load())
        for entry in remote if index.allowed else ():
            with suppress(Forbidden):
                _recover_remote(state, wiki, index, entry)
    state.asset_backups.remove_unused()
    return len(entries)


def recover_asset_files(state: State, folder: Folder) -> None:
    """End the open intents of writes to the folder."""
    for entry in state.asset_journal.open_entries():
        if entry.intent.side == "folder":
            _recover_file(state, folder, entry)


def _recover_file(state: State, folder: Folder, entry: AssetEntry) -> None:
    intent = entry.intent
    if intent.verb == "move":
        folder.finish_move(intent.from_file, intent.file)
    try:
        found = hash_file(folder, intent.file).sha256
    except FolderError as error:
        if not isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return  # the file may exist: the intent stays open
        found = None
        with suppress(FolderError):
            folder.remove_empty_folders(intent.file)
    before = None if intent.verb == "move" else intent.expected  # no file had the new name
    if found == intent.wanted:
        commit_intent(state, entry.number, intent, intent.after)
    else:
        state.asset_journal.end(entry.number, "failed" if found == before else "unknown")


def _recover_remote(state: State, wiki: Wiki, index: AssetIndex, entry: AssetEntry) -> None:
    intent = entry.intent
    before = None if intent.expected is None else AssetStamp.parse(intent.expected)
    if intent.verb in {"move", "delete"}:
        found = next((one for one in index.assets if one.id == intent.asset_id), None)
    else:
        found = index.at(intent.path)
    if found is not None and before is not None and _is_at(found, before):
        state.asset_journal.end(entry.number, "failed")
    elif found is None:
        _recover_missing(state, wiki, entry)
    elif intent.verb == "move" and found.path == intent.path:
        base, sha256 = intent.after, _digest(wiki, found)
        if base is not None:
            # Without its time, the next look reads what somebody uploaded since.
            is_same = sha256 == base.remote
            base = replace(base, id=found.id, updated_at=found.updated_at if is_same else "")
        commit_intent(state, entry.number, intent, base, stamp_of(found, sha256))
    elif intent.verb in {"create", "update"}:
        _recover_upload(state, wiki, entry, found)
    else:
        state.asset_journal.end(entry.number, "unknown")


def _digest(wiki: Wiki, found: ListedAsset) -> str:
    """Return the SHA-256 of what the wiki serves; "" where it cannot be read there."""
    try:
        return wiki.assets.read_digest(found).sha256
    except AssetGone:
        return ""


def stamp_left(wiki: Wiki, intent: AssetIntent, found: ListedAsset) -> AssetStamp | None:
    """Return the stamp of an asset as an open write left it; None where that is not what it did."""
    sha256 = _digest(wiki, found)
    if intent.verb == "move":
        is_done = found.id == intent.asset_id
    else:
        is_done = _is_sent(intent, found, sha256)
    return stamp_of(found, sha256) if is_done else None


def _is_sent(intent: AssetIntent, found: ListedAsset, sha256: str) -> bool:
    """Return whether an asset with these bytes is the one that an upload sent."""
    base = intent.after
    sent = "" if intent.wanted is None else AssetStamp.parse(intent.wanted).sha256
    same_svg = base is not None and is_svg(found.path, found.mime) and found.size == base.size
    return bool(sha256) and (sha256 == sent or same_svg)


def _is_at(found: ListedAsset, stamp: AssetStamp) -> bool:
    return (found.id, found.updated_at) == (stamp.id, stamp.updated_at)


def _recover_missing(state: State, wiki: Wiki, entry: AssetEntry) -> None:
    """End the intent of a write whose asset is not in the list.

    Raises Forbidden where the key may not see it any more.
    """
    intent = entry.intent
    if intent.verb == "delete" and _is_gone(wiki, intent.path):
        commit_intent(state, entry.number, intent, None)
        return
    undone = intent.verb == "create" and intent.expected is None
    state.asset_journal.end(entry.number, "failed" if undone else "unknown")


def _is_gone(wiki: Wiki, path: str) -> bool:
    try:
        wiki.assets.read_digest(ListedAsset(0, 0, path, "", 0, "", ""))
    except AssetGone:
        return True
    return False


def _recover_upload(state: State, wiki: Wiki, entry: AssetEntry, found: ListedAsset) -> None:
    """End the intent of an upload, from the asset that is there now."""
    intent, base, sha256 = entry.intent, entry.intent.after, _digest(wiki, found)
    if _is_sent(intent, found, sha256):
        if base is not None:
            base = replace(
                base,
                id=found.id,
                remote=sha256,
                created_at=found.created_at,
                updated_at=found.updated_at,
            )
        commit_intent(state, entry.number, intent, base, stamp_of(found, sha256))
    else:
        # Without the stamp of what is there, which somebody else made: no undo takes that back.
        state.asset_journal.end(entry.number, "unknown")
