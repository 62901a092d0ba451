"""A plan's writes to the wiki: what the files say, and for what they do not name, what was there.

What the file does not name is carried from a fresh read (promise 6), and after the write the
file's ``date`` line follows the wiki's time (design, *Dates*).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.apply import on_wiki
from wikisync.apply.context import Opened, Run, agreed, open_file
from wikisync.errors import FolderError, PageMoved, WikisyncError
from wikisync.page.dates import instant
from wikisync.page.document import amend
from wikisync.page.fingerprint import fingerprint
from wikisync.page.limits import MAX_TEXT
from wikisync.page.model import DEFAULT_EDITOR, Page
from wikisync.sides.folder import digest_of
from wikisync.state.bases import Remembered
from wikisync.state.journal import Intent
from wikisync.sync.plan import Base

if TYPE_CHECKING:
    from wikisync.page.document import Document
    from wikisync.page.model import Record
    from wikisync.sync.plan import Action


def create_page(run: Run, action: Action) -> WikisyncError | None:
    """Create the page of a new file. Returns what went wrong beside, if anything."""
    opened = _opened(run, action)
    page = _new_page(opened.document, action)
    intent = _intent(run, action, opened, lease=None, wanted=str(fingerprint(page)))
    try:
        record = on_wiki.create(run, intent, page)
    except PageMoved:
        # Somebody made the very page that we would have made.
        found = run.wiki.find(action.key)
        if found is None or opened.fingerprint.differs(fingerprint(found.page)):
            raise
        run.state.bases.put(agreed(action, found, opened.fingerprint, opened.digest))
        return None
    return _write_back(run, action, record, opened)


def update_page(run: Run, action: Action) -> WikisyncError | None:
    """Update a page from its file. Returns what went wrong beside, if anything."""
    opened = _opened(run, action)

    def page_for(before: Record) -> Page:
        whole = opened.document.page.over(before.page)
        return replace(whole, editor=before.page.editor, private=before.page.private)

    intent = _intent(run, action, opened, lease=_lease(action), wanted=str(opened.fingerprint))
    record, overtook = on_wiki.update(run, intent, page_for)
    return overtook or _write_back(run, action, record, opened)


def delete_page(run: Run, action: Action) -> None:
    """Delete a page whose file is gone."""
    before = run.state.bases.get(action.key)
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
    )


def _opened(run: Run, action: Action) -> Opened:
    if action.here is None:
        raise AssertionError(f"{action.key}: a write to the wiki needs a file")
    return open_file(run, action.here)


def _lease(action: Action) -> str:
    if action.there is None or action.there.fingerprint is None:
        raise AssertionError(f"{action.key}: a write over a page needs a lease")
    return str(action.there.fingerprint)


def _intent(run: Run, action: Action, opened: Opened, *, lease: str | None, wanted: str) -> Intent:
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
        after=Remembered(half, opened.document.page),
        follow=True,
        before=run.state.bases.get(action.key),
    )


def _new_page(document: Document, action: Action) -> Page:
    """A page whole enough to be created: what the file leaves out, as the wiki would begin it."""
    page, hint = document.page, document.title_hint
    if hint is None or len(hint) > MAX_TEXT:
        hint = action.key.path.rpartition("/")[2]
    return page.over(
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


def _write_back(run: Run, action: Action, record: Record, opened: Opened) -> WikisyncError | None:
    document = opened.document
    if not run.write_back or document.date is None or instant(document.date) is None:
        # A line that says something else than a date is somebody's, and stays.
        return None
    data = amend(document, date=record.updated_at).data
    if data == document.data:
        return None
    try:
        run.folder.write(action.file, data, opened.digest)
    except FolderError as error:
        return error
    run.state.bases.put(agreed(action, record, opened.fingerprint, digest_of(data)))
    return None
