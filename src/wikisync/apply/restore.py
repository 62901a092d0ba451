"""Restore a backup into the file of its page (promise 1).

The base stays as it is, so that the restored file counts as an edit and can be pushed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wikisync.apply import file_actions
from wikisync.errors import BackupMissing, BadPage, FolderError, NotWritten
from wikisync.folder.folder import digest_of
from wikisync.page.document import compose, parse, update
from wikisync.page.fingerprint import OPT_IN_FIELDS, fingerprint
from wikisync.page.model import CONTENT_TYPES, FIELD_NAMES
from wikisync.page.paths import EXTENSIONS
from wikisync.page.relinking import with_links_of
from wikisync.planning.model import Create, Update
from wikisync.state.bases import unpack_page
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.apply.transaction import ApplyContext
    from wikisync.folder.folder import Folder
    from wikisync.page.document import Document
    from wikisync.page.model import ContentType, Key, Page
    from wikisync.page.paths import Layout
    from wikisync.state import State
    from wikisync.state.backups import Backup
    from wikisync.state.bases import StoredBase

_FIXED = frozenset({"editor", "private"})
"""Fields that no push changes: an existing file keeps them."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What decides how a file's bytes are read: content type and ``Layout.link_folder``."""

    content_type: ContentType
    link_folder: str

    def parse(self, data: bytes) -> Document:
        """Return the parsed file. Raises BadPage."""
        return parse(data, self.content_type, link_folder=self.link_folder)


@dataclass(frozen=True, slots=True)
class Restoration:
    """A backup, the file to restore it into, and the file's bytes before and after.

    ``current`` is None if there is no file; ``stored_base`` is the page's base, if there is one.
    ``unpushed`` is whether the file has content that was never pushed.
    """

    backup: Backup
    key: Key
    file: str
    stored_base: StoredBase | None
    current: bytes | None
    data: bytes
    fields: tuple[str, ...]
    unpushed: bool

    @property
    def action(self) -> Create | Update:
        """The restore as an action of a plan."""
        kind = Create if self.current is None else Update
        return kind(
            side="folder", key=self.key, file=self.file, fields=self.fields, id=self._page_id
        )

    @property
    def _page_id(self) -> int | None:
        return self.backup.page_id if self.stored_base is None else self.stored_base.base.id


def find_backup(state: State, number: int) -> Backup:
    """Return the backup of a number. Raises BackupMissing."""
    found = state.backups.get(number)
    if found is None:
        raise BackupMissing(str(number))
    return found


def page_of(state: State, intent: int, *, overtaken: bool = False) -> Page | None:
    """Return the page in an intent's backup; None if there is none. Raises StateError.

    ``overtaken`` selects the concurrent edit that the write replaced. That is a version of the
    wiki's history, which lacks tags and styles: they are taken from the page before the write.
    """
    data = state.backups.data(intent)
    before = None if data is None else unpack_page(data)
    if not overtaken:
        return before
    data = state.backups.data(intent, "overtaken")
    if data is None:
        return None
    page = unpack_page(data)
    return page if before is None else page.with_defaults_from(before)


def as_new_file(state: State, backup: Backup, layout: Layout) -> bytes:
    """Return the bytes of a backup as a file of its own. Raises BackupMissing."""
    if backup.side == "folder":
        return _backup_bytes(state, backup)
    page = _backup_page(state, backup)
    form = _Form(_content_type(backup, page), layout.link_folder(backup.file, backup.key))
    return _composed(page, form, None, backup.at)


def plan_restore(state: State, folder: Folder, backup: Backup) -> Restoration:
    """Return the file of a backup's page, under its present name, and its bytes once restored.

    Raises BackupMissing, NotWritten if the page has another content type now or ``index`` changed,
    FolderError and StateError.
    """
    stored = _stored_base(state, backup)
    key, file = (backup.key, backup.file) if stored is None else (stored.base.key, stored.base.file)
    _check_name(file)
    page = None if backup.side == "folder" else _backup_page(state, backup)
    kind = EXTENSIONS[PurePosixPath(file).suffix]
    backup_kind = _content_type(backup, page)
    if backup_kind != kind:
        raise NotWritten(file, f"backup {backup.number} is {backup_kind}, and the file {kind}")
    current = _current(folder, file)
    if not folder.layout.is_file_of(file, key):  # its links would be translated as another page's
        raise NotWritten(
            file, f"with `index` in wikisync.toml as it is now it is not the file of {key}"
        )
    form = _Form(kind, folder.layout.link_folder(file, key))
    if page is None:
        old = folder.layout.link_folder(backup.file, backup.key)
        data = with_links_of(_backup_bytes(state, backup), kind, old, form.link_folder)
    else:
        data = _file_form(page, form, current, stored, backup.at)
    return Restoration(
        backup,
        key,
        file,
        stored,
        current,
        data,
        _changed_fields(current, data, form),
        current is not None and _unpushed(current, form, stored),
    )


def restore(context: ApplyContext, restoration: Restoration) -> None:
    """Write the file of a restoration. Raises FileChanged if it changed meanwhile; FolderError."""
    action, stored = restoration.action, restoration.stored_base
    file_actions.write(
        context,
        Intent(
            context.run_number,
            action.verb,
            "folder",
            restoration.key,
            restoration.file,
            action.id,
            None if restoration.current is None else digest_of(restoration.current).hex(),
            digest_of(restoration.data).hex(),
            after=stored,
            before=stored,
        ),
        restoration.data,
    )


def _stored_base(state: State, backup: Backup) -> StoredBase | None:
    """Return the base of the backup's page, found by its id, else by its key.

    A wiki that was restored from a dump can give a page's id to another one: a base with another
    time of creation is not the backup's.
    """
    key = backup.key
    if not state.from_another_wiki(backup.run):
        created = _created_at(state, backup)
        same = (
            base.key
            for base in state.bases.load().values()
            if base.id == backup.page_id and created in (None, base.created_at)
        )
        key = next(same, key)
    return state.bases.get(key)


def _created_at(state: State, backup: Backup) -> str | None:
    """Return when the backup's page was created, from its base; None if it had none."""
    for entry in state.journal.entries(backup.run):
        if entry.number == backup.intent and entry.intent.before is not None:
            return entry.intent.before.base.created_at
    return None


def _check_name(file: str) -> None:
    """Raise FolderError for a name that no page has: a planted state may hold any name."""
    parts = PurePosixPath(file)
    if parts.suffix not in EXTENSIONS or any(part.startswith(".") for part in parts.parts):
        raise FolderError(file, "write", "it is not the file of a page")


def _current(folder: Folder, file: str) -> bytes | None:
    try:
        return folder.read(file)
    except FolderError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return None
        raise


def _backup_bytes(state: State, backup: Backup) -> bytes:
    data = state.backups.data(backup.intent, backup.kind)
    if data is None:
        raise BackupMissing(str(backup.number))
    return data


def _backup_page(state: State, backup: Backup) -> Page:
    page = page_of(state, backup.intent, overtaken=backup.kind == "overtaken")
    if page is None:
        raise BackupMissing(str(backup.number))
    return page


def _content_type(backup: Backup, page: Page | None) -> ContentType:
    kind = None if page is None else CONTENT_TYPES.get(page.editor or "")
    return kind or EXTENSIONS.get(PurePosixPath(backup.file).suffix, "markdown")


def _file_form(
    page: Page, form: _Form, current: bytes | None, stored: StoredBase | None, at: str
) -> bytes:
    """Return the page as a file; an existing one changes only in the lines needed (promise 8)."""
    if current is not None:
        try:
            document = form.parse(current)
            fields: set[str] = set(FIELD_NAMES)
            if stored is not None:
                named = fingerprint(document.page.with_defaults_from(stored.page))
                fields = set(fingerprint(page).changed_fields(named))
            data = update(document, page=page, fields=fields - _FIXED).data
            lost = set(fingerprint(form.parse(data).page).changed_fields(fingerprint(page)))
            if not lost - OPT_IN_FIELDS:
                return data
        except BadPage:
            pass  # the file cannot be updated: it is written as a new one
    return _composed(page, form, stored, at)


def _composed(page: Page, form: _Form, stored: StoredBase | None, at: str) -> bytes:
    date, created = at, at
    if stored is not None:
        date, created = stored.base.updated_at or at, stored.base.created_at or at
    return compose(
        page,
        date=date,
        date_created=created,
        content_type=form.content_type,
        link_folder=form.link_folder,
        extra_keys=_named_fields(page),
        check=False,
    )


def _named_fields(page: Page) -> set[str]:
    named = {"scriptCss": page.script_css, "scriptJs": page.script_js, "private": page.private}
    return {name for name, value in named.items() if value}


def _changed_fields(current: bytes | None, data: bytes, form: _Form) -> tuple[str, ...]:
    if current is None or current == data:
        return ()
    try:
        return fingerprint(form.parse(data).page).changed_fields(
            fingerprint(form.parse(current).page)
        )
    except BadPage:
        return ("content",)


def _unpushed(current: bytes, form: _Form, stored: StoredBase | None) -> bool:
    if stored is None:
        return True
    if digest_of(current) == stored.base.digest:
        return False
    try:
        return bool(fingerprint(form.parse(current).page).changed_fields(stored.base.local))
    except BadPage:
        return True
