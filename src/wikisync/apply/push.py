"""A plan's writes to the wiki: what the files say, and for what they do not name, what was there.

What the file does not name is carried from a fresh read (promise 6), and after the write the
file's ``date`` line follows the wiki's time (design, *Dates*).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply import on_wiki, second_look
from wikisync.apply.context import ApplyContext, ParsedFile, base_of_equal_page, open_file
from wikisync.apply.dates import update_date_line
from wikisync.errors import FolderError, PageChanged, WikisyncError
from wikisync.page.document import first_heading
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import DEFAULT_EDITOR, MAX_TEXT, Page
from wikisync.planning.model import Base
from wikisync.state.bases import StoredBase
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.page.document import Document
    from wikisync.page.model import Record
    from wikisync.planning.model import Action


def create_page(run: ApplyContext, action: Action) -> WikisyncError | None:
    """Create the page of a new file. Returns what went wrong beside, if anything."""
    opened = _opened(run, action)
    page = _new_page(opened.document, action)
    intent = _intent(run, action, opened, lease=None, wanted=str(fingerprint(page)))
    try:
        record = on_wiki.create(run, intent, page)
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
    record, overtook = on_wiki.update(run, intent, page_for)
    return overtook or _write_back(run, action, record, opened)


def _with_heading(page: Page, document: Document, before: Page) -> Page:
    """AsciiDoc has no other title than its heading: one that the page bore follows it."""
    if document.content_type != "asciidoc" or document.suggested_title is None:
        return page
    if first_heading(before.content, "asciidoc") != before.title:
        return page
    return replace(page, title=document.suggested_title[:MAX_TEXT])


def delete_page(run: ApplyContext, action: Action) -> None:
    """Delete a page whose file is gone, at two looks. Raises PageMoved where it is back."""
    before = run.state.bases.get(action.key)
    second_look.wait_for_second_look(run)
    on_wiki.delete(
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
    if hint is None or len(hint) > MAX_TEXT:
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
