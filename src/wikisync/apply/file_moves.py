"""Rename a file, and change the links of an index file that the new name makes others."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wikisync.apply.transaction import ApplyContext, journaled_write
from wikisync.errors import FileChanged, FolderError, WikisyncError
from wikisync.folder.folder import digest_of
from wikisync.page.paths import EXTENSIONS
from wikisync.page.relinking import with_links_of

if TYPE_CHECKING:
    from wikisync.apply.transaction import ApplyContext
    from wikisync.state.journal import Intent


def move(context: ApplyContext, intent: Intent) -> bytes:
    """Rename the file of an intent, and return the digest that it has then.

    An index file has other links under its new name, so that its page stays as it is: it is written
    anew, and the old one deleted. Raises FileChanged if the file is not as expected or the new name
    is taken, and FolderError.
    """
    old = bytes.fromhex(intent.expected or "")
    before, after = _with_new_links(context, intent)
    new = old if before == after else digest_of(after)
    with journaled_write(context, _moving(intent, new)) as write:
        if new == old:
            write.sent = True
            context.folder.move(intent.from_file, intent.file, old)
        else:
            write.backup(before)
            write.sent = True
            context.folder.write(intent.file, after, None)
            try:
                context.folder.delete(intent.from_file, old)
            except WikisyncError:
                with suppress(FolderError):
                    context.folder.delete(intent.file, new)
                raise
        write.done()
    context.files_written.add((intent.file, new))
    return new


def _with_new_links(context: ApplyContext, intent: Intent) -> tuple[bytes, bytes]:
    """Return the bytes of a file under its old and its new name; nothing if they are the same."""
    layout = context.folder.layout
    old = layout.link_folder(intent.from_file, intent.from_key or intent.key)
    new = layout.link_folder(intent.file, intent.key)
    if old == new:
        return b"", b""
    data = context.folder.read(intent.from_file)
    if digest_of(data).hex() != intent.expected:
        raise FileChanged(intent.from_file, "move", "it was edited during the run")
    kind = EXTENSIONS[PurePosixPath(intent.file).suffix]
    return data, with_links_of(data, kind, old, new)


def _moving(intent: Intent, new: bytes) -> Intent:
    """Return the intent of a move after which the file has the digest ``new``."""
    after = intent.after
    if after is not None and after.base.digest.hex() == intent.expected:
        after = replace(after, base=replace(after.base, digest=new))
    return replace(intent, wanted=new.hex(), after=after)
