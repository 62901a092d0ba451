"""A file that became one of another kind: the wiki converts its page, and it takes the result.

Between the two the base is such that the file is as it was agreed on, and the page is not: whatever
stops the run, the next one brings the result here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.apply import on_wiki
from wikisync.apply.context import ApplyContext, open_file
from wikisync.apply.pull import update_file
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import DEFAULT_EDITOR, Page
from wikisync.planning.model import Action, Base
from wikisync.state.bases import StoredBase
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.errors import WikisyncError


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
    record = on_wiki.convert(run, intent, editor)
    fields = opened.fingerprint.changed_fields(fingerprint(record.page))
    update_file(run, replace(action, side="folder", fields=fields), record)
    return None
