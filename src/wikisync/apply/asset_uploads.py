"""Send files to the wiki: one after the other, and each is believed once it was read again.

Files are sent in batches. The folders of a batch are listed once, right before, which checks the
precondition of each upload. While the next batch is sent, the wiki is asked what became of the one
before: one request lists its folders, and then the assets are read, several at a time. An upload of
which nothing was kept is sent once more (wikijs.md, *Assets*).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply.asset_context import (
    AssetContext,
    AssetRun,
    PendingWrite,
    back_up_remote,
    batches,
    begin,
    check_unchanged,
    commit,
    end_failed,
    in_parallel,
    stamp_of,
    text_of,
)
from wikisync.apply.asset_folders import (
    RecentAssets,
    RemoteFolders,
    asset_in,
    remove_doubles,
)
from wikisync.concurrency import run_in_thread
from wikisync.errors import (
    AssetChanged,
    AssetLost,
    FolderError,
    SeveralAssets,
    UploadsNeedAuthorization,
    WikiError,
    WikisyncError,
    WriteUncertain,
)
from wikisync.folder.asset_files import open_asset
from wikisync.folder.streamed_files import hash_unchanged
from wikisync.planning.asset_model import AssetBase
from wikisync.progress import counted
from wikisync.state.asset_journal import AssetIntent, AssetStamp
from wikisync.wiki.uploads import CheckedUpload, Upload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from wikisync.apply.asset_result import AssetResult
    from wikisync.planning.asset_model import AssetAction, LocalAsset
    from wikisync.wiki.asset_responses import ListedAsset


@dataclass
class Sent:
    """An upload that was tried. ``error`` is why nothing was stored; None where that is unknown.

    ``begun`` is False where it was not even tried; ``doubt`` is why its answer says nothing.
    """

    write: PendingWrite
    upload: Upload
    before: ListedAsset | None
    error: WikisyncError | None = None
    begun: bool = True
    doubt: WriteUncertain | None = None


@dataclass
class Checking:
    """A batch that was sent, and what the wiki has of it."""

    sent: Sequence[Sent]
    found: Future[tuple[CheckedUpload | WikiError, ...]]


def upload_all(run: AssetRun, actions: Sequence[AssetAction]) -> Iterator[AssetResult]:
    """Send the files of these actions and yield the result of each."""
    folders = RemoteFolders(run.context.run)
    checking: Checking | None = None
    for batch in batches(actions):
        sent: list[Sent] = []
        yield from _send_batch(run, folders, batch, sent)
        if checking is not None:
            yield from _end_batch(run, checking)
        checking = _start_check(run.context, sent) if sent else None
    if checking is not None:
        yield from _end_batch(run, checking)


def _send_batch(
    run: AssetRun, folders: RemoteFolders, batch: Sequence[AssetAction], sent: list[Sent]
) -> Iterator[AssetResult]:
    """Send a batch, appending to ``sent``; yield the results of what was not sent."""
    context = run.context
    if (fatal := run.stopped()) is not None:
        yield from (run.skip(action, fatal) for action in batch)
        return
    ready: list[tuple[AssetAction, int, ListedAsset | None]] = []
    try:
        folders.look([action.path for action in batch])
    except WikisyncError as error:
        yield from (run.result(action, error) for action in batch)
        return
    for action in batch:
        try:
            ready.append(_prepare(run, folders, action))
        except WikisyncError as error:
            yield run.result(action, error)
    backed_up = in_parallel(
        context,
        (
            partial(back_up_remote, context, action.remote)
            for action, _folder, _before in ready
            if action.remote is not None
        ),
    )
    writes, places = [], []
    for action, folder, before in ready:
        backup = None if action.remote is None else next(backed_up)
        if isinstance(backup, WikisyncError):
            yield run.result(action, backup)
            continue
        writes.append(
            (
                action,
                _intent(run, action, "" if backup is None else backup.hash.sha256),
                backup,
            )
        )
        places.append((folder, before))
    begun = begin(context, writes)
    recent = folders.recent(folder for folder, _before in places)
    for write, (folder, before) in zip(begun, places, strict=True):
        one = _send(run, write, folder, before, recent)
        sent.append(one)
        if one.error is not None and one.begun:
            run.note_fatal(one.error)


def _prepare(
    run: AssetRun, folders: RemoteFolders, action: AssetAction
) -> tuple[AssetAction, int, ListedAsset | None]:
    """Check an upload's precondition; return the action, the folder's id and the asset there.

    A missing folder is created. Raises AssetChanged, FileChanged, WikiError.
    """
    wiki = run.context.run.wiki
    if not wiki.assets.may_upload:
        raise UploadsNeedAuthorization(wiki.url)
    _check_file(run, action)
    parent = action.path.rpartition("/")[0]
    remote = action.remote
    known = folders.id_of(parent) if remote is None else remote.folder
    before = None if known is None else asset_in(folders.assets, known, action.path)
    check_unchanged(action, before)
    return action, folders.create(parent) if known is None else known, before


def _check_file(run: AssetRun, action: AssetAction) -> None:
    """Raise FileChanged where the file that an action sends is not as the plan saw it."""
    if not run.undoes(action):
        local = _local(action)
        hash_unchanged(run.context.run.folder, local.file, local.sha256)


def _local(action: AssetAction) -> LocalAsset:
    if action.local is None:
        raise AssertionError(f"{action.path}: an upload needs a file")
    return action.local


def _intent(run: AssetRun, action: AssetAction, replaced: str) -> AssetIntent:
    context, local, remote = run.context, _local(action), action.remote
    after = AssetBase(action.path, local.file, 0, local.size, local.sha256, local.sha256, "", "")
    return AssetIntent(
        context.run.run_number,
        action.verb,
        "wiki",
        action.path,
        action.file,
        None if remote is None else remote.id,
        text_of(stamp_of(remote, replaced)),
        str(AssetStamp(0, "", local.sha256)),
        after=run.base_after(action, after),
        before=context.run.state.asset_bases.get(action.path),
    )


def _send(
    run: AssetRun,
    write: PendingWrite,
    folder: int,
    before: ListedAsset | None,
    recent: RecentAssets,
) -> Sent:
    local = _local(write.action)
    upload = Upload(folder, write.action.path, local.size, local.sha256)
    if (fatal := run.stopped()) is not None:
        return Sent(write, upload, before, fatal, begun=False)
    try:
        _check_file(run, write.action)
        recent.check(write.action, folder)
        return Sent(write, _upload(run, write.action, upload), before)
    except WriteUncertain as error:
        return Sent(write, upload, before, doubt=error)
    except WikisyncError as error:
        return Sent(write, upload, before, error)


def _upload(run: AssetRun, action: AssetAction, upload: Upload) -> Upload:
    """Send the file of an action, or the backup that it brings back."""
    context, source = run.context, run.source(action)
    if source is None:
        opened = open_asset(context.run.folder, _local(action).file)
    else:
        opened = context.run.state.asset_backups.open(source)
    with opened as handle:
        assets = context.run.wiki.assets
        body = counted(handle, context.moved)
        return assets.upload(upload.folder, upload.path, body, upload.size)


def _start_check(context: AssetContext, sent: Sequence[Sent]) -> Checking:
    tried = [(one.upload, one.before) for one in sent if one.error is None]
    assets = context.run.wiki.assets

    def check() -> tuple[CheckedUpload | WikiError, ...]:
        try:
            return assets.check_uploads(tried, context.jobs) if tried else ()
        except WikiError as error:
            return tuple(error for _ in tried)

    return Checking(sent, run_in_thread(check))


def _end_batch(run: AssetRun, checking: Checking) -> Iterator[AssetResult]:
    """Store what became of a batch, and yield the results."""
    context, found = run.context, iter(checking.found.result())
    ended: list[tuple[Sent, CheckedUpload | WikiError | None, int]] = []
    for one in checking.sent:
        check = None if one.error is not None else _sent_again(run, one, next(found))
        doubles = 0
        if isinstance(check, CheckedUpload) and _is_ours(one, check):
            kept = one.before if one.write.backups else None
            doubles = remove_doubles(context.run, kept, check.others)
        ended.append((one, check, doubles))
    with context.run.state.transaction():
        errors = [_end(context, one, check) for one, check, _doubles in ended]
    for (one, _check, doubles), error in zip(ended, errors, strict=True):
        action, backups = one.write.action, one.write.backups
        if not one.begun and error is not None:
            yield run.skip(action, error)
            continue
        result = run.result(action, error, backups)
        if error is None and doubles:
            several = SeveralAssets(context.run.wiki.url, action.path, doubles + 1)
            result = replace(result, error=several)
        yield result


def _sent_again(
    run: AssetRun, sent: Sent, check: CheckedUpload | WikiError
) -> CheckedUpload | WikiError:
    """Return what became of an upload, which is sent once more if nothing of it was kept."""
    if not isinstance(check, CheckedUpload) or check.outcome != "lost" or run.stopped():
        return check
    assets = run.context.run.wiki.assets
    try:
        try:
            sent.upload = _upload(run, sent.write.action, sent.upload)
            sent.doubt = None
        except WriteUncertain as error:
            sent.doubt = error
        return assets.check_upload(sent.upload, sent.before)
    except WikiError as error:
        return error
    except FolderError as error:
        sent.error = error
        return check


def _end(
    context: AssetContext, sent: Sent, check: CheckedUpload | WikiError | None
) -> WikisyncError | None:
    """End the intent of an upload; return its error, or None if the wiki has the file."""
    write = sent.write
    if sent.error is not None:
        end_failed(context, write, sent.error)
        return sent.error
    if isinstance(check, WikiError) or check is None:
        error = check or AssetLost(context.run.wiki.url, sent.upload.path)
        end_failed(context, write, error, certain=False)
        return error
    asset, found = check.asset, check.found
    if check.outcome == "lost" or asset is None or found is None:
        lost = sent.doubt or AssetLost(context.run.wiki.url, sent.upload.path)
        end_failed(context, write, lost)
        return lost
    if not _is_ours(sent, check):
        # Without the stamp of what is there, which somebody else made: no undo takes that back.
        context.run.state.asset_journal.end(write.number, "unknown")
        return AssetChanged(asset.path, "another version was uploaded at the same moment")
    _commit(context, sent, asset, found.sha256)
    return None


def _is_ours(sent: Sent, check: CheckedUpload) -> bool:
    """Return whether the asset that readers get is the one that was sent."""
    asset, found = check.asset, check.found
    if asset is None or found is None:
        return False
    if found.sha256 == sent.upload.sha256:
        return True
    # The wiki lists an SVG with the size of what was sent, and stores other bytes.
    return check.outcome in {"rewritten", "several"} and (
        asset.path.endswith(".svg") and asset.size == sent.upload.size
    )


def _commit(context: AssetContext, sent: Sent, asset: ListedAsset, sha256: str) -> None:
    base = sent.write.intent.after
    if base is not None:
        base = replace(
            base,
            id=asset.id,
            remote=sha256,
            created_at=asset.created_at,
            updated_at=asset.updated_at,
        )
    commit(context, sent.write, base, stamp=stamp_of(asset, sha256))
