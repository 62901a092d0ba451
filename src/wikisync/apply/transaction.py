"""What a run works with, and the bracket that the journal puts around each of its writes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

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
from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.planning.model import Base
from wikisync.state.bases import StoredBase

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
"""Answers to a write that are known to have changed nothing (facts, *Writing*)."""


@dataclass(slots=True)
class ApplyContext:
    """A run at work: both sides, the state, its number there, and how it is to treat files.

    ``reads_history`` is set to False once the wiki says that the key may not, ``token_checked`` to
    True once it was asked whether the token is somebody's. ``wrote`` has the digests
    of files that this run itself wrote, by their name and the digest that the plan saw; ``left``
    are the files that its writes here left, by their names and digests. ``updates`` and
    ``creates`` are how many of each are in flight on the wiki at once; ``rebuilt`` are pages with
    whose writes the
    wiki, by its own word, made its tree of pages anew.
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

    def check_token(self) -> None:
        """Ask, once, whether the token is still somebody's.

        Raises Unauthenticated where it is not.
        """
        if not self.token_checked:
            if not self.wiki.connect().authenticated:
                raise Unauthenticated(self.wiki.url)
            self.token_checked = True


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file as the plan saw it, read again: its bytes taken apart, and their digest."""

    document: Document
    digest: bytes
    fingerprint: Fingerprint


@dataclass
class JournaledWrite:
    """A write between its intent and its end. ``sent`` is set when the write itself begins."""

    context: ApplyContext
    number: int
    intent: Intent
    sent: bool = False

    def backup(self, data: bytes, what: BackupKind = "before") -> int:
        """Back up what stands where the write goes (promise 1); returns the backup's number."""
        return self.context.state.backups.add(self.number, now(), data, what)

    def done(self, record: Record | None = None, refused: tuple[str, ...] = ()) -> None:
        """The write is done: the base and the end of the intent, in one transaction.

        ``record`` is the page as the wiki has it now, where the write was one to the wiki, and
        ``refused`` are fields that it did not take.
        """
        commit_write(self.context.state, self.number, self.intent, record, refused)


@contextmanager
def journaled_write(context: ApplyContext, intent: Intent) -> Iterator[JournaledWrite]:
    """Note the intent, let the write happen, and note what became of it.

    An error that leaves open whether anything was written leaves the intent open as well, for the
    next run to settle (promise 5).
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
            # To a guest, who a token becomes when it expires, the wiki says no more than that.
            context.check_token()
        raise


def commit_write(
    state: State,
    number: int,
    intent: Intent,
    record: Record | None,
    refused: tuple[str, ...] = (),
) -> None:
    """Record that an intent was carried out: its base, and its end, in one transaction."""
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
            # A page that was renamed is known by its former name.
            before = intent.before
            state.bases.drop([intent.key if before is None else before.base.key])
        else:
            state.bases.put(after)
        state.journal.end(number, "done", page_id=page_id, wanted=wanted)


def base_after_push(after: StoredBase, record: Record, refused: tuple[str, ...]) -> StoredBase:
    """The base of a page that was just brought to what the file says, but for what was refused.

    In that the file differs from the base, so that the next run tries again.
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
    """The base of a page that was just moved, which changes nothing else of it.

    But the wiki rewrites a title that equals the end of the path: the file's then differs from the
    base, so that it is written again (facts, *Writing*).
    """
    remote = fingerprint(record.page)
    changed = after.base.remote.changed_fields(remote)
    if changed == ("title",) and record.page.title == record.key.path.rpartition("/")[2]:
        base = replace(
            after.base,
            id=record.id,
            local=after.base.local.with_fields_from(("title",), remote),
            remote=remote,
            updated_at=record.updated_at,
            digest=b"",
        )
        return StoredBase(base, record.page)
    # No time at all makes the next run look at the page.
    updated_at = "" if changed else record.updated_at
    return replace(after, base=replace(after.base, id=record.id, updated_at=updated_at))


def base_after_undo(after: StoredBase, record: Record) -> StoredBase:
    """The base of a page that was just brought back to what it was before a run."""
    unchanged = not after.base.remote.changed_fields(fingerprint(record.page))
    # No time at all makes the next run look at the page.
    updated_at = record.updated_at if unchanged else ""
    base = replace(after.base, id=record.id, updated_at=updated_at)
    return StoredBase(base, after.page)


def base_of_equal_page(
    action: Action, record: Record, local: Fingerprint, digest: bytes
) -> StoredBase:
    """The base of a page on which both sides agree now."""
    base = Base(
        action.key,
        record.id,
        action.file,
        record.content_type,
        local,
        fingerprint(record.page),
        record.created_at,
        record.updated_at,
        digest,
    )
    return StoredBase(base, record.page)


def open_file(context: ApplyContext, local: Local) -> ParsedFile:
    """The file of the plan, read again. Raises FileChanged where it changed since (promise 3)."""
    try:
        data = context.folder.read(local.file)
    except FolderError as error:
        raise FileChanged(local.file, "read", error.reason) from error
    digest = digest_of(data)
    if digest != context.rewritten_digests.get((local.file, local.digest), local.digest):
        raise FileChanged(local.file, "read", "it was edited meanwhile")
    document = parse(data, local.content_type, file=local.file)
    return ParsedFile(document, digest, fingerprint(document.page))


def now() -> str:
    """The time as the state notes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
