"""Journal each write: record its intent before, and its outcome and the page's base after."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.apply.tag_spelling import TagSpellings
from wikisync.errors import (
    FileChanged,
    FolderError,
    Forbidden,
    PageChanged,
    PageGone,
    PageHidden,
    Rejected,
    TooLarge,
    Unauthenticated,
    WikisyncError,
)
from wikisync.folder.folder import digest_of
from wikisync.page.document import parse
from wikisync.page.fingerprint import Fingerprint, fingerprint, shows_fields_of
from wikisync.page.model import FIELD_NAMES
from wikisync.planning.model import Base
from wikisync.state.bases import StoredBase
from wikisync.state.journal import now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.folder.folder import Folder
    from wikisync.page.document import Document
    from wikisync.page.model import Key, Record
    from wikisync.planning.model import Action, Local
    from wikisync.state import State
    from wikisync.state.backups import BackupKind
    from wikisync.state.journal import Intent
    from wikisync.wiki.client import Wiki

NOTHING_WRITTEN = (Rejected, Forbidden, PageGone)
"""Answers to a write after which nothing can have changed (wikijs.md, *Results*)."""


@dataclass(slots=True)
class ApplyContext:
    """Hold both sides, the state and the options of the run whose actions are executed.

    ``run_number`` is the run's number in the journal. ``reads_history`` becomes False once the wiki
    answers that the key may not read the history, ``token_checked`` becomes True once the token was
    found to be valid. ``rewritten_digests`` maps a file's name and the digest that the plan saw to
    the digest after this run rewrote its ``date`` line; ``files_written`` has the name and digest
    of each file that this run wrote. ``concurrent_updates`` and ``concurrent_creates`` limit the
    writes in flight. ``tree_rebuilt`` has the pages whose write was confirmed, tree included.
    ``tag_spellings`` are tags that the wiki takes for one of another spelling.
    """

    wiki: Wiki
    folder: Folder
    state: State
    run_number: int
    write_back: bool = True
    reads_history: bool = True
    token_checked: bool = False
    rewritten_digests: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    files_written: set[tuple[str, bytes]] = field(default_factory=set)
    concurrent_updates: int = 1
    concurrent_creates: int = 1
    tree_rebuilt: set[Key] = field(default_factory=set)
    tag_spellings: TagSpellings = field(default_factory=TagSpellings)

    def check_token(self) -> None:
        """Check, once in a run, that the token is still valid. Raises Unauthenticated if not."""
        if not self.token_checked:
            if not self.wiki.connect().authenticated:
                raise Unauthenticated(self.wiki.url)
            self.token_checked = True


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file that is unchanged since the plan was made, read again and parsed."""

    document: Document
    digest: bytes
    fingerprint: Fingerprint


@dataclass
class JournaledWrite:
    """A write whose intent ``number`` is open. Set ``sent`` right before the write itself."""

    context: ApplyContext
    number: int
    intent: Intent
    sent: bool = False

    def backup(self, data: bytes, kind: BackupKind = "before") -> int:
        """Store what the write is about to replace (promise 1). Return the backup's number."""
        return self.context.state.backups.add(self.number, now(), data, kind)

    def done(self, record: Record | None = None, refused: tuple[str, ...] = ()) -> None:
        """Store the new base and end the intent as done, in one transaction.

        ``record`` is the page as read back after a write to the wiki; ``refused`` names the fields
        that the wiki did not accept.
        """
        commit_write(self.context.state, self.number, self.intent, record, refused)


@contextmanager
def journaled_write(context: ApplyContext, intent: Intent) -> Iterator[JournaledWrite]:
    """Begin an intent, and end it according to the error that is raised inside.

    It stays open after an error that does not tell whether anything was written: the next run
    recovers it (promise 5). Raises Unauthenticated in place of an error that a guest would get.
    """
    write = JournaledWrite(context, context.state.journal.begin(intent), intent)
    try:
        yield write
    except (PageChanged, FileChanged):
        context.state.journal.end(write.number, "skipped")
        raise
    except WikisyncError as error:
        too_large = isinstance(error, TooLarge) and not error.answer
        if not write.sent or too_large or isinstance(error, (*NOTHING_WRITTEN, FolderError)):
            context.state.journal.end(write.number, "failed")
        if isinstance(error, Forbidden | PageHidden):
            # An expired token makes a guest, and the wiki answers a guest with the same errors.
            context.check_token()
        raise


def commit_write(
    state: State,
    number: int,
    intent: Intent,
    record: Record | None,
    refused: tuple[str, ...] = (),
) -> None:
    """Store the base after a write and end its intent as done, in one transaction."""
    after = intent.after
    if after is not None and record is not None:
        if intent.verb == "move":
            after = base_after_move(after, record)
        else:
            after = (
                base_after_push(after, record, refused)
                if intent.follows_file
                else base_after_undo(after, record)
            )
    wanted = str(fingerprint(record.page)) if record is not None else None
    page_id = record.id if record is not None else None
    with state.transaction():
        if intent.verb == "move" and intent.before is not None:
            state.bases.drop([intent.before.base.key])
        if after is None:
            # The base of a page that was renamed is stored under its former key.
            before = intent.before
            state.bases.drop([intent.key if before is None else before.base.key])
        else:
            state.bases.put(after)
        state.journal.end(number, "done", id=page_id, wanted=wanted)


def base_after_push(after: StoredBase, record: Record, refused: tuple[str, ...]) -> StoredBase:
    """Return the base of a page that was written from its file.

    In the ``refused`` fields the file differs from the base, so that the next run tries again.
    """
    remote = fingerprint(record.page)
    base = replace(
        after.base,
        id=record.id,
        content_type=record.content_type,
        local=after.base.local.with_fields_from(refused, remote),
        remote=remote,
        digest=b"" if refused else after.base.digest,  # no file's, so that the file is read
        created_at=record.created_at,
        updated_at=record.updated_at,
    )
    return StoredBase(base, record.page)


def base_after_move(after: StoredBase, record: Record) -> StoredBase:
    """Return the base of a page that was moved.

    If the wiki rewrote its title (``only_title_changed``), the file's title differs from the base,
    so that it is written again (wikijs.md, *Moves, conversions, deletions*).
    """
    remote = fingerprint(record.page)
    changed = after.base.remote.changed_fields(remote)
    if only_title_changed(after.base.remote, record):
        base = replace(
            after.base,
            id=record.id,
            local=after.base.local.with_fields_from(("title",), remote),
            remote=remote,
            updated_at=record.updated_at,
            digest=b"",
        )
        return StoredBase(base, record.page)
    # An empty time makes the next run read the page.
    updated_at = "" if changed else record.updated_at
    return replace(after, base=replace(after.base, id=record.id, updated_at=updated_at))


def only_title_changed(before: Fingerprint, record: Record) -> bool:
    """Return whether a moved page differs in a title that is now the last part of its path."""
    changed = before.changed_fields(fingerprint(record.page))
    return changed == ("title",) and record.page.title == record.key.path.rpartition("/")[2]


def base_after_undo(after: StoredBase, record: Record) -> StoredBase:
    """Return the base of a page that was reverted to what it was before a run."""
    unchanged = not after.base.remote.changed_fields(fingerprint(record.page))
    # An empty time makes the next run read the page.
    updated_at = record.updated_at if unchanged else ""
    base = replace(after.base, id=record.id, updated_at=updated_at)
    return StoredBase(base, after.page)


def base_of_equal_page(
    context: ApplyContext, action: Action, record: Record, local: Fingerprint, digest: bytes
) -> StoredBase:
    """Return the base of a page that is equal on both sides.

    Fields that the key could not read stay as in the former base. Where the file names one, an
    empty time makes the next run read the page: another key may see what became of it.
    """
    remote, updated_at = fingerprint(record.page), record.updated_at
    if not shows_fields_of(record.page, local):
        updated_at = ""
    known = None if None not in remote.digests else context.state.bases.get(action.key)
    if known is not None and known.base.id == record.id:
        unread = tuple(name for name in FIELD_NAMES if not remote.has_field(name))
        kept = local.with_fields_from(unread, known.base.local)
        remote = remote.with_defaults_from(known.base.remote)
        if kept != local:  # No file has an empty digest, so the next scan reads the file.
            local, digest = kept, b""
    base = Base(
        action.key,
        record.id,
        action.file,
        record.content_type,
        local,
        remote,
        record.created_at,
        updated_at,
        digest,
    )
    return StoredBase(base, record.page)


def open_file(context: ApplyContext, key: Key, local: Local) -> ParsedFile:
    """Read and parse the file of a page again, under the name and key that it has by now.

    Raises FileChanged if it is not as planned (promise 3).
    """
    try:
        data = context.folder.read(local.file)
    except FolderError as error:
        raise FileChanged(local.file, "read", error.reason) from error
    digest = digest_of(data)
    if digest != context.rewritten_digests.get((local.file, local.digest), local.digest):
        raise FileChanged(local.file, "read", "it was edited during the run")
    folder = context.folder.layout.link_folder(local.file, key)
    document = parse(data, local.content_type, file=local.file, link_folder=folder)
    return ParsedFile(document, digest, fingerprint(document.page))
