"""Writes here: a file brought to some bytes, or removed, under the lease of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.apply.context import ApplyContext, JournaledWrite, journaled_write
from wikisync.errors import FileChanged, FolderError
from wikisync.folder.folder import digest_of

if TYPE_CHECKING:
    from wikisync.state.journal import Intent


def write(run: ApplyContext, intent: Intent, data: bytes) -> None:
    """Bring the file of an intent to ``data``; what it held is kept.

    Raises FileMoved where it is not as the lease says, FolderError where the disk refuses.
    """
    with journaled_write(run, intent) as held:
        _keep(held)
        held.sent = True
        lease = None if intent.expected is None else bytes.fromhex(intent.expected)
        run.folder.write(intent.file, data, lease)
        held.done()
    run.files_written.add((intent.file, digest_of(data)))


def move(run: ApplyContext, intent: Intent) -> None:
    """Give the file of an intent its new name.

    Raises FileMoved where it is not as the lease says, or a file bears the name; FolderError where
    the disk refuses.
    """
    with journaled_write(run, intent) as held:
        held.sent = True
        digest = bytes.fromhex(intent.expected or "")
        run.folder.move(intent.from_file, intent.file, digest)
        held.done()
    run.files_written.add((intent.file, digest))


def delete(run: ApplyContext, intent: Intent) -> None:
    """Delete the file of an intent; what it held is kept.

    Raises FileMoved where it is not as the lease says, FolderError where the disk refuses.
    """
    with journaled_write(run, intent) as held:
        _keep(held)
        held.sent = True
        run.folder.delete(intent.file, bytes.fromhex(intent.expected or ""))
        held.done()


def _keep(held: JournaledWrite) -> None:
    intent = held.intent
    if intent.expected is None:
        return
    try:
        data = held.run.folder.read(intent.file)
    except FolderError as error:
        raise FileChanged(intent.file, error.doing, error.reason) from error
    if digest_of(data).hex() != intent.expected:
        raise FileChanged(intent.file, "read", "it was edited meanwhile")
    held.backup(data)
