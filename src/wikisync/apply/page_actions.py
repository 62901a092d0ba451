"""A plan's writes to the wiki: what the files say, and for what they do not name, what was there.

What the file does not name is carried from a fresh read (promise 6), and after the write the
file's ``date`` line follows the wiki's time (design, *Dates*).

A file that became one of another kind: the wiki converts its page, and it takes the result.

Between the two the base is such that the file is as it was agreed on, and the page is not: whatever
stops the run, the next one brings the result here.

After a write to the wiki: the file's ``date`` line follows the wiki's time (design, *Dates*).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply import second_look, wiki_writes
from wikisync.apply.file_actions import update_file
from wikisync.apply.transaction import ApplyContext, ParsedFile, base_of_equal_page, open_file
from wikisync.errors import FolderError, PageChanged, WikisyncError
from wikisync.folder.folder import digest_of
from wikisync.page.document import first_heading, update
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import DEFAULT_EDITOR, MAX_TEXT_LENGTH, Page, parse_instant
from wikisync.planning.model import Action, Base
from wikisync.state.bases import StoredBase
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.apply.transaction import ApplyContext, ParsedFile
    from wikisync.errors import WikisyncError
    from wikisync.page.document import Document
    from wikisync.page.model import Record
    from wikisync.planning.model import Action


def create_page(run: ApplyContext, action: Action) -> WikisyncError | None:
    """Create the page of a new file. Returns what went wrong beside, if anything."""
    opened = _opened(run, action)
    page = _new_page(opened.document, action)
    intent = _intent(run, action, opened, lease=None, wanted=str(fingerprint(page)))
    try:
        record = wiki_writes.create(run, intent, page)
    except PageChanged:
        # Somebody made the very page that we would have made.
        found = run.wiki.find(action.key)
        if found is None or opened.fingerprint.changed_fields(fingerprint(found.page)):
            raise
        run.state.bases.put(base_of_equal_page(action, found, opened.fingerprint, opened.digest))
        return None
    return _write_back(run, action, record, opened)


def update_page(run: ApplyContext, action: Action) -> WikisyncError | None:
    """Update a page from its file. Returns what went wrong beside, if anything."""
    opened = _opened(run, action)

    def page_for(before: Record) -> Page:
        whole = opened.document.page.with_defaults_from(before.page)
        editor = before.page.editor
        if action.converts:
            editor = opened.document.page.editor or DEFAULT_EDITOR[opened.document.content_type]
        whole = replace(whole, editor=editor, private=before.page.private)
        return _with_heading(whole, opened.document, before.page)

    intent = _intent(run, action, opened, lease=_lease(action), wanted=str(opened.fingerprint))
    record, overtook = wiki_writes.update(run, intent, page_for)
    return overtook or _write_back(run, action, record, opened)


def _with_heading(page: Page, document: Document, before: Page) -> Page:
    """AsciiDoc has no other title than its heading: one that the page bore follows it."""
    if document.content_type != "asciidoc" or document.suggested_title is None:
        return page
    if first_heading(before.content, "asciidoc") != before.title:
        return page
    return replace(page, title=document.suggested_title[:MAX_TEXT_LENGTH])


def delete_page(run: ApplyContext, action: Action) -> None:
    """Delete a page whose file is gone, at two looks. Raises PageChanged where it is back."""
    before = run.state.bases.get(action.key)
    second_look.wait_for_second_look(run)
    wiki_writes.delete(
        run,
        Intent(
            run.number,
            "delete",
            "wiki",
            action.key,
            action.file,
            action.id,
            _lease(action),
            None,
            before=before,
        ),
        look=partial(second_look.check_still_missing, run, action),
    )


def _opened(run: ApplyContext, action: Action) -> ParsedFile:
    if action.local is None:
        raise AssertionError(f"{action.key}: a write to the wiki needs a file")
    return open_file(run, action.local)


def _lease(action: Action) -> str:
    if action.remote is None or action.remote.fingerprint is None:
        raise AssertionError(f"{action.key}: a write over a page needs a lease")
    return str(action.remote.fingerprint)


def _intent(
    run: ApplyContext, action: Action, opened: ParsedFile, *, lease: str | None, wanted: str
) -> Intent:
    """The intent of a write from a file. Of its base, the half that is here is known already."""
    here = opened.fingerprint
    kind = opened.document.content_type
    half = Base(action.key, 0, action.file, kind, here, here, "", "", opened.digest)
    return Intent(
        run.number,
        action.verb,
        "wiki",
        action.key,
        action.file,
        action.id,
        lease,
        wanted,
        after=StoredBase(half, opened.document.page),
        follows_file=True,
        before=run.state.bases.get(action.key),
    )


def _new_page(document: Document, action: Action) -> Page:
    """A page whole enough to be created: what the file leaves out, as the wiki would begin it."""
    page, hint = document.page, document.suggested_title
    if hint is None or len(hint) > MAX_TEXT_LENGTH:
        hint = action.key.path.rpartition("/")[2]
    return page.with_defaults_from(
        Page(
            content=page.content,
            title=hint,
            description="",
            published=True,
            tags=(),
            editor=DEFAULT_EDITOR[document.content_type],
            publish_start="",
            publish_end="",
            script_css="",
            script_js="",
            private=False,
        )
    )


def _write_back(
    run: ApplyContext, action: Action, record: Record, opened: ParsedFile
) -> WikisyncError | None:
    try:
        digest = update_date_line(run, action.file, opened, record)
    except FolderError as error:
        return error
    if digest is not None:
        with run.state.transaction():
            run.state.bases.put(base_of_equal_page(action, record, opened.fingerprint, digest))
            run.state.journal.end_date_rewrite(run.number, record.id, digest.hex())
    return None


def convert_page(run: ApplyContext, action: Action) -> WikisyncError | None:
    """Let the wiki convert a page to what its file is, and bring the result here."""
    here, there = action.local, action.remote
    if here is None or there is None or there.fingerprint is None:
        raise AssertionError(f"{action.key}: to convert a page both sides are needed")
    opened = open_file(run, here)
    kind = here.content_type
    listed = there.listed
    base = Base(
        action.key,
        listed.id,
        action.file,
        kind,
        opened.fingerprint,
        there.fingerprint,
        listed.created_at,
        "",
        opened.digest,
    )
    editor = opened.document.page.editor or DEFAULT_EDITOR[kind]
    lease = there.fingerprint
    # What the wiki will make of the text nobody knows; who edits it then tells that it was done.
    wanted = lease.with_fields_from(("editor",), fingerprint(Page("", editor=editor)))
    known = run.state.bases.get(action.key)
    intent = Intent(
        run.number,
        "update",
        "wiki",
        action.key,
        action.file,
        listed.id,
        str(lease),
        str(wanted),
        after=StoredBase(base, opened.document.page if known is None else known.page),
        before=known,
    )
    record = wiki_writes.convert(run, intent, editor)
    fields = opened.fingerprint.changed_fields(fingerprint(record.page))
    update_file(run, replace(action, side="folder", fields=fields), record)
    return None


def update_date_line(
    run: ApplyContext, file: str, opened: ParsedFile, record: Record
) -> bytes | None:
    """Bring the ``date`` line of a file to the time of its page.

    Returns the digest that the file then has; None where it stays as it is: it has no such line, or
    one that says something else than a date, which is somebody's. The caller notes it
    (``rewrote``) together with the base. Raises FileChanged and FolderError; the file is
    then as it was.
    """
    document = opened.document
    if not run.write_back or document.date is None or parse_instant(document.date) is None:
        return None
    data = update(document, date=record.updated_at).data
    if data == document.data:
        return None
    digest = digest_of(data)
    if (file, opened.digest) in run.files_written:
        # Whoever takes this run back must know the file, wherever the run is stopped.
        run.state.journal.begin_date_rewrite(
            run.number, record.id, opened.digest.hex(), digest.hex()
        )
    run.folder.write(file, data, opened.digest)
    return digest
