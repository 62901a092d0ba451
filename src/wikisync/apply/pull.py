"""A plan's writes here: what the wiki's pages say, in the lines concerned alone (promise 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.apply import in_folder
from wikisync.apply.context import ApplyContext, ParsedFile, base_of_equal_page, open_file
from wikisync.errors import BadPage, PageChanged
from wikisync.folder.folder import digest_of
from wikisync.page.document import compose, parse, update
from wikisync.page.fingerprint import ON_DEMAND, fingerprint
from wikisync.page.model import has_file_form, parse_instant
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.page.document import Document
    from wikisync.page.model import ContentType, Page, Record
    from wikisync.planning.model import Action


def create_file(run: ApplyContext, action: Action, record: Record) -> None:
    """Write the file of a page that has none here."""
    intent, data = new_file(run, action, record)
    in_folder.write(run, intent, data)


def new_file(run: ApplyContext, action: Action, record: Record) -> tuple[Intent, bytes]:
    """The intent and the bytes of a file for a page that has none. Raises BadPage."""
    kind = _content_type(record, action.file)
    try:
        data = compose(
            record.page, date=record.updated_at, date_created=record.created_at, content_type=kind
        )
    except BadPage as error:
        raise BadPage(action.file, error.line, error.what) from error
    document = parse(data, kind, file=action.file)
    _check_reads_back(action, document, record.page)
    return _intent(run, action, record, document, lease=None), data


def update_file(run: ApplyContext, action: Action, record: Record) -> None:
    """Bring a file to what its page says now."""
    opened = _opened(run, action)
    document = update(
        opened.document,
        page=record.page,
        fields=action.fields,
        date=record.updated_at,
        date_created=_earlier_date(opened.document.date_created, record.created_at),
    )
    _check_reads_back(action, document, record.page)
    intent = _intent(run, action, record, document, lease=opened.digest)
    in_folder.write(run, intent, document.data)


def delete_file(run: ApplyContext, action: Action) -> None:
    """Delete a file whose page is gone. Raises PageMoved where there is one again.

    A page that the state knows by another name, and that only moved there, is not that one.
    """
    found = run.wiki.find(action.key)
    if found is not None and not _has_moved(run, action, found):
        raise PageChanged(action.key, "there is a page again")
    opened = _opened(run, action)
    intent = Intent(
        run.number,
        "delete",
        "folder",
        action.key,
        action.file,
        action.id,
        opened.digest.hex(),
        None,
        before=run.state.bases.get(action.base_key or action.key),
    )
    in_folder.delete(run, intent)


def _has_moved(run: ApplyContext, action: Action, found: Record) -> bool:
    """Whether a page is that of a base other than the one whose file is to be deleted."""
    born = (found.id, found.created_at)
    return any(
        (base.id, base.created_at) == born
        for key, base in run.state.bases.load().items()
        if key != (action.base_key or action.key)
    )


def adopt(run: ApplyContext, action: Action, record: Record) -> None:
    """Record as base what is already equal on both sides."""
    opened = _opened(run, action)
    run.state.bases.put(base_of_equal_page(action, record, opened.fingerprint, opened.digest))


def _intent(
    run: ApplyContext, action: Action, record: Record, document: Document, lease: bytes | None
) -> Intent:
    digest = digest_of(document.data)
    return Intent(
        run.number,
        action.verb,
        "folder",
        action.key,
        action.file,
        record.id,
        None if lease is None else lease.hex(),
        digest.hex(),
        after=base_of_equal_page(action, record, fingerprint(document.page), digest),
        before=run.state.bases.get(action.key),
    )


def _opened(run: ApplyContext, action: Action) -> ParsedFile:
    if action.local is None:
        raise AssertionError(f"{action.key}: a write over a file needs one")
    return open_file(run, action.local)


def _content_type(record: Record, file: str) -> ContentType:
    if not has_file_form(record.content_type):
        raise BadPage(file, None, f"a page of {record.content_type} has no file form")
    return record.content_type


def _check_reads_back(action: Action, document: Document, page: Page) -> None:
    """A file that would not read back as the page is not written."""
    unlike = fingerprint(document.page).changed_fields(fingerprint(page))
    lost = [name for name in unlike if name in action.fields and name not in ON_DEMAND]
    if lost:
        raise BadPage(action.file, None, f"its {', '.join(lost)} cannot be written in a file")


def _earlier_date(here: str | None, there: str) -> str | None:
    """``dateCreated`` never moves later (design, *Dates*)."""
    if (
        here is None
        or (was := parse_instant(here)) is None
        or (made := parse_instant(there)) is None
    ):
        return here
    return there if made < was else here
