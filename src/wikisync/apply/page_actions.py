"""Execute the actions that write to the wiki: create, update, delete and convert a page.

Fields that the file does not name keep the page's current values (promise 6). After the write the
file's ``date`` line is set to the page's time (files.md, *Dates*).

A conversion ends with a write of the result into the file. In between, the base equals the file and
not the page, so that the next run does that write if this one is stopped.
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
from wikisync.page.document import update
from wikisync.page.fingerprint import fingerprint
from wikisync.page.headings import first_heading
from wikisync.page.model import DEFAULT_EDITOR, MAX_TEXT_LENGTH, Page, parse_instant
from wikisync.planning.model import Base, Update
from wikisync.state.bases import StoredBase
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.apply.transaction import ApplyContext, ParsedFile
    from wikisync.errors import WikisyncError
    from wikisync.page.document import Document
    from wikisync.page.model import Record
    from wikisync.planning.model import Action, Create, Delete, Merge


def create_page(context: ApplyContext, action: Create) -> WikisyncError | None:
    """Create the page of a new file. Return the error of a ``date`` line that was not written."""
    parsed = _open(context, action)
    page = _new_page(parsed.document, action)
    intent = _intent(context, action, parsed, expected=None, wanted=str(fingerprint(page)))
    try:
        record = wiki_writes.create(context, intent, page)
    except PageChanged:
        # Another author created a page with the same content.
        found = context.wiki.find(action.key)
        if found is None or parsed.fingerprint.changed_fields(fingerprint(found.page)):
            raise
        context.state.bases.put(
            base_of_equal_page(context, action, found, parsed.fingerprint, parsed.digest)
        )
        return None
    return _write_back(context, action, record, parsed)


def update_page(context: ApplyContext, action: Update | Merge) -> WikisyncError | None:
    """Update a page from its file. Return an error that came with it: an edit that was replaced, or
    a ``date`` line that was not written."""
    parsed = _open(context, action)

    def page_for(before: Record) -> Page:
        page = parsed.document.page.with_defaults_from(before.page)
        editor = before.page.editor
        if isinstance(action, Update) and action.converts:
            editor = parsed.document.page.editor or DEFAULT_EDITOR[parsed.document.content_type]
        page = replace(page, editor=editor, private=before.page.private)
        return _with_heading(page, parsed.document, before.page)

    intent = _intent(
        context, action, parsed, expected=_expected(action), wanted=str(parsed.fingerprint)
    )
    record, overwritten = wiki_writes.update(context, intent, page_for)
    return overwritten or _write_back(context, action, record, parsed)


def _with_heading(page: Page, document: Document, before: Page) -> Page:
    """Return the page with its new AsciiDoc heading as title, if its title was the old heading."""
    if document.content_type != "asciidoc" or document.suggested_title is None:
        return page
    if first_heading(before.content, "asciidoc") != before.title:
        return page
    return replace(page, title=document.suggested_title[:MAX_TEXT_LENGTH])


def delete_page(context: ApplyContext, action: Delete) -> None:
    """Delete a page whose file is missing. Raises PageChanged if the file is there again."""
    before = context.state.bases.get(action.key)
    second_look.wait_for_second_look(context)
    wiki_writes.delete(
        context,
        Intent(
            context.run_number,
            "delete",
            "wiki",
            action.key,
            action.file,
            action.id,
            _expected(action),
            None,
            before=before,
        ),
        precheck=partial(second_look.check_still_missing, context, action),
    )


def _open(context: ApplyContext, action: Action) -> ParsedFile:
    if action.local is None:
        raise AssertionError(f"{action.key}: a write to the wiki needs a file")
    return open_file(context, action.key, action.local)


def _expected(action: Action) -> str:
    if action.remote is None or action.remote.fingerprint is None:
        raise AssertionError(f"{action.key}: a write over a page needs a precondition")
    return str(action.remote.fingerprint)


def _intent(
    context: ApplyContext, action: Action, parsed: ParsedFile, *, expected: str | None, wanted: str
) -> Intent:
    """Return the intent of a write from a file. Its base has only the file's half."""
    in_file = parsed.fingerprint
    kind = parsed.document.content_type
    partial_base = Base(action.key, 0, action.file, kind, in_file, in_file, "", "", parsed.digest)
    return Intent(
        context.run_number,
        action.verb,
        "wiki",
        action.key,
        action.file,
        action.id,
        expected,
        wanted,
        after=StoredBase(partial_base, parsed.document.page),
        follows_file=True,
        before=context.state.bases.get(action.key),
    )


def _new_page(document: Document, action: Create) -> Page:
    """Return the page of a file, with the wiki's defaults for the fields that it does not name."""
    page, title = document.page, document.suggested_title
    if title is None or len(title) > MAX_TEXT_LENGTH:
        title = action.key.path.rpartition("/")[2]
    return page.with_defaults_from(
        Page(
            content=page.content,
            title=title,
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
    context: ApplyContext, action: Action, record: Record, parsed: ParsedFile
) -> WikisyncError | None:
    try:
        digest = update_date_line(context, action.file, parsed, record)
    except FolderError as error:
        return error
    if digest is not None:
        with context.state.transaction():
            context.state.bases.put(
                base_of_equal_page(context, action, record, parsed.fingerprint, digest)
            )
            context.state.journal.end_date_rewrite(context.run_number, record.id, digest.hex())
    return None


def convert_page(context: ApplyContext, action: Update) -> WikisyncError | None:
    """Convert a page to the content type of its file, and write the result into the file."""
    local, remote = action.local, action.remote
    if local is None or remote is None or remote.fingerprint is None:
        raise AssertionError(f"{action.key}: a conversion needs both sides")
    parsed = open_file(context, action.key, local)
    kind = local.content_type
    listed = remote.listed
    base = Base(
        action.key,
        listed.id,
        action.file,
        kind,
        parsed.fingerprint,
        remote.fingerprint,
        listed.created_at,
        "",
        parsed.digest,
    )
    editor = parsed.document.page.editor or DEFAULT_EDITOR[kind]
    expected = remote.fingerprint
    # The converted text is not known before; the page's editor tells that it was converted.
    wanted = expected.with_fields_from(("editor",), fingerprint(Page("", editor=editor)))
    known = context.state.bases.get(action.key)
    intent = Intent(
        context.run_number,
        "update",
        "wiki",
        action.key,
        action.file,
        listed.id,
        str(expected),
        str(wanted),
        after=StoredBase(base, parsed.document.page if known is None else known.page),
        before=known,
    )
    record = wiki_writes.convert(context, intent, editor)
    fields = parsed.fingerprint.changed_fields(fingerprint(record.page))
    update_file(context, replace(action, side="folder", fields=fields), record)
    return None


def update_date_line(
    context: ApplyContext, file: str, parsed: ParsedFile, record: Record
) -> bytes | None:
    """Set the ``date`` line of a file to the time of its page.

    Return the file's new digest, or None if it was not written: it has no such line, or one that is
    not a date. The caller ends the rewrite in the journal (``end_date_rewrite``) together with the
    base. Raises FileChanged and FolderError; the file is then unchanged.
    """
    document = parsed.document
    if not context.write_back or document.date is None or parse_instant(document.date) is None:
        return None
    data = update(document, date=record.updated_at).data
    if data == document.data:
        return None
    digest = digest_of(data)
    if (file, parsed.digest) in context.files_written:
        # An undo of this run must recognize the file, wherever the run is stopped.
        context.state.journal.begin_date_rewrite(
            context.run_number, record.id, parsed.digest.hex(), digest.hex()
        )
    context.folder.write(file, data, parsed.digest)
    return digest
