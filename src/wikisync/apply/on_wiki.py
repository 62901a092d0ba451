"""Writes to the wiki: a page brought to some values, or removed, and looked at before and after.

An answer is not believed (promise 4): after every write the page is read back, and what is there
decides.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from wikisync.apply.context import Bracket, Run, bracket
from wikisync.errors import Forbidden, Overtook, PageGone, PageMoved, Unsure, WikiError
from wikisync.page.fingerprint import ON_DEMAND, Fingerprint, fingerprint
from wikisync.state.bases import pack_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.page.model import Key, Page, Record
    from wikisync.sides.values import Past
    from wikisync.state.journal import Intent

UNSENT: Final = ON_DEMAND
"""Fields that the wiki may keep otherwise than sent: it ignores an editor and privacy in an update,
minifies styles, and drops styles and scripts of a key that may not write them."""

_NEEDS: Final = {"scriptCss": "write:styles", "scriptJs": "write:scripts"}
_NO_STYLE: Final = re.compile(r"/\*.*?\*/|[\s;]", re.DOTALL)
"""What of a style is gone, or may be, when it was minified."""


def create(run: Run, intent: Intent, page: Page) -> Record:
    """Create the page of an intent, where there is none. Returns it as it is then.

    Raises PageMoved where there is one, or somebody wrote right after; Forbidden where all but
    style or script was taken; WikiError.
    """
    with bracket(run, intent) as held:
        if run.wiki.find(intent.key) is not None:
            raise PageMoved(intent.key, "there is a page now")
        held.sent = True
        try:
            record = run.wiki.read_one(run.wiki.create(intent.key, page).id)
        except Unsure:
            made = run.wiki.find(intent.key)
            if made is None:
                run.state.journal.end(held.number, "failed")
                raise
            record = _made_whole(run, intent.key, made, page)
        record = _whole(run, intent.key, record, page, lease=None)
        refused = _refused(record, page, None, intent)
        held.done(record, refused)
    _tell(run, intent.key, refused)
    return record


def update(
    run: Run, intent: Intent, page_for: Callable[[Record], Page]
) -> tuple[Record, Overtook | None]:
    """Bring the page of an intent to what ``page_for`` makes of it as it is now.

    Returns the page as it is then, and the edit that this write overtook, if there was one; it is
    kept. Raises PageMoved where the page is not as the lease says, or somebody wrote right after;
    Forbidden where all but style or script was taken; WikiError.
    """
    with bracket(run, intent) as held:
        before = _under_lease(held)
        page, lease = page_for(before), fingerprint(before.page)
        wanted = fingerprint(page)
        held.keep(pack_page(before.page))
        held.sent = True
        if page.editor != before.page.editor:  # which no update changes
            with suppress(Unsure):
                run.wiki.convert(before.id, page.editor or "")
            before = run.wiki.read_one(before.id)
        try:
            run.wiki.update(before.id, intent.key, page)
        except Unsure:
            record = run.wiki.read_one(before.id)
            there = fingerprint(record.page)
            if wanted.differs(there) and not there.differs(lease):
                run.state.journal.end(held.number, "failed")
                raise
        else:
            record = run.wiki.read_one(before.id)
        # Before a half-written page is written again: that makes a version of its own.
        found = overtaken(run, before)
        if found is not None:
            held.keep(pack_page(found.page), "overtaken")
        record = _whole(run, intent.key, record, page, lease)
        refused = _refused(record, page, before.page, intent)
        held.done(record, refused)
    _tell(run, intent.key, refused)
    return record, None if found is None else Overtook(intent.key, found.version_id)


def move(run: Run, intent: Intent) -> tuple[Record, Overtook | None]:
    """Move the page of an intent from its origin to its key, where there is none.

    Returns the page as it is then, and the edit that this overtook, if there was one. The wiki
    changes a title that the old path ended in: it is put back (facts, *Writing*). Raises PageMoved
    where the page is not as the lease says, or there is a page already; WikiError.
    """
    with bracket(run, intent) as held:
        before = _under_lease(held)
        if run.wiki.find(intent.key) is not None:
            raise PageMoved(intent.key, "there is a page now")
        held.keep(pack_page(before.page))
        held.sent = True
        failure: Unsure | None = None
        try:
            run.wiki.move(before.id, intent.key)
        except Unsure as error:
            failure = error
        record = run.wiki.read_one(before.id)
        if record.key != intent.key:
            run.state.journal.end(held.number, "failed")
            raise failure or PageMoved(intent.key, f"it is at {record.key} after it was moved")
        found = None
        if renamed_by_wiki(before, record):
            with suppress(Unsure):  # what is there then decides
                run.wiki.update(record.id, intent.key, before.page)
            found = overtaken(run, record)
            if found is not None:
                held.keep(pack_page(found.page), "overtaken")
            record = run.wiki.read_one(record.id)
        held.done(record)
    return record, None if found is None else Overtook(intent.key, found.version_id)


def convert(run: Run, intent: Intent, editor: str) -> Record:
    """Let the wiki make the page of an intent one of ``editor``. Returns it as it is then.

    Raises PageMoved where it is not as the lease says; WikiError.
    """
    with bracket(run, intent) as held:
        before = _under_lease(held)
        held.keep(pack_page(before.page))
        held.sent = True
        failure: Unsure | None = None
        try:
            run.wiki.convert(before.id, editor)
        except Unsure as error:
            failure = error
        record = run.wiki.read_one(before.id)
        if record.page.editor != editor:
            run.state.journal.end(held.number, "failed")
            raise failure or PageMoved(intent.key, "it is what it was after it was converted")
        held.done(record)
    return record


def renamed_by_wiki(before: Record, record: Record) -> bool:
    """Whether a move changed nothing but the title, to the end of the new path."""
    unlike = fingerprint(before.page).differs(fingerprint(record.page))
    return unlike == ("title",) and record.page.title == record.key.path.rpartition("/")[2]


def delete(run: Run, intent: Intent) -> None:
    """Delete the page of an intent. Raises PageMoved where it is not as the lease says; WikiError.

    What it held is kept; its history on the wiki is gone with it.
    """
    with bracket(run, intent) as held:
        before = _under_lease(held)
        held.keep(pack_page(before.page))
        held.sent = True
        failure: Unsure | None = None
        try:
            run.wiki.delete(before.id)
        except PageGone:
            pass
        except Unsure as error:
            failure = error
        if _is_there(run, before.id):
            run.state.journal.end(held.number, "failed")
            raise failure or PageMoved(intent.key, "it is still there after it was deleted")
        held.done()


def _made_whole(run: Run, key: Key, made: Record, page: Page) -> Record:
    """A page whose creation failed half-way, with what the wiki then leaves out.

    Creations that race leave a page without its search entry and its links, or without its tags;
    an update with the same record makes them (facts, *Speed and races of writes*). A page of
    somebody else is not touched.
    """
    unlike = _unlike(made, fingerprint(page))
    if unlike and unlike != ("tags",):
        return made
    with suppress(Unsure):
        run.wiki.update(made.id, key, page)
    return run.wiki.read_one(made.id)


def _under_lease(held: Bracket) -> Record:
    """The page as it is now, if that is as the plan saw it (promise 3)."""
    intent = held.intent
    at = intent.origin or intent.key
    if intent.page_id is None or intent.lease is None:
        raise AssertionError(f"{intent.key}: a write over a page needs a lease")
    try:
        record = held.run.wiki.read_one(intent.page_id)
    except PageGone:
        # It may have been deleted and brought back, which gives it another id.
        found = held.run.wiki.find(at)
        if found is None:
            raise PageMoved(intent.key, "it was deleted on the wiki") from None
        record = found
    if record.key != at:
        raise PageMoved(intent.key, f"it was moved to {record.key} on the wiki")
    fields = fingerprint(record.page).differs(Fingerprint.parse(intent.lease))
    if fields:
        raise PageMoved(intent.key, f"its {', '.join(fields)} changed on the wiki")
    return record


def _unlike(record: Record, wanted: Fingerprint) -> tuple[str, ...]:
    fields = wanted.differs(fingerprint(record.page))
    return tuple(name for name in fields if name not in UNSENT)


def _whole(run: Run, key: Key, record: Record, page: Page, lease: Fingerprint | None) -> Record:
    """The page as read back, once it holds what was sent; a half-written one is written again.

    Half written is: our content, without the tags (facts, *Races of writes*). A page with other
    content than ours was overtaken by somebody, and is theirs.
    """
    if record.key != key:
        raise PageMoved(key, f"it was moved to {record.key} on the wiki")
    wanted = fingerprint(page)
    unlike = _unlike(record, wanted)
    if unlike == ("tags",) and tags_lost(record, lease):
        run.wiki.update(record.id, key, page)
        record = run.wiki.read_one(record.id)
        unlike = _unlike(record, wanted)
        if unlike == ("tags",) and tags_lost(record, lease):
            # Still half written: the next run settles it, and writes it whole.
            raise Unsure(run.wiki.url, "the page is there, and its tags are lost")
    if unlike:
        raise PageMoved(key, f"its {', '.join(unlike)} changed on the wiki right after")
    return record


def _refused(record: Record, page: Page, before: Page | None, intent: Intent) -> tuple[str, ...]:
    """Style and script that the wiki did not take: it says nothing to a key that may not.

    A style comes back minified, so that it is only told by having stayed as it was although the
    file's is not the one that was agreed on.
    """
    found = []
    base = intent.before.base.here if intent.before is not None else None
    agreed = base is not None and base.names("scriptCss") and not base.differs(_style(page))
    style, old = record.page.script_css or "", (before.script_css or "") if before else ""
    if (
        not agreed
        and style == old
        and _NO_STYLE.sub("", style) != _NO_STYLE.sub("", page.script_css or "")
    ):
        found.append("scriptCss")
    if record.page.script_js != page.script_js:
        found.append("scriptJs")
    return tuple(found)


def _style(page: Page) -> Fingerprint:
    return fingerprint(page).only("scriptCss")


def _tell(run: Run, key: Key, refused: tuple[str, ...]) -> None:
    if refused:
        raise Forbidden(run.wiki.url, tuple(_NEEDS[name] for name in refused), key=key)


def tags_lost(record: Record, lease: Fingerprint | None) -> bool:
    """Whether a write seems to have left the page without its new tags: with none, or the old."""
    if not record.page.tags:
        return True
    return lease is not None and "tags" not in fingerprint(record.page).differs(lease)


def overtaken(run: Run, before: Record) -> Past | None:
    """What somebody wrote between our last look and our write, if the key may read history.

    Wiki.js makes a version of what a page holds when it is about to change (facts, *Reading*): the
    newest is what our write replaced, and should be what we had looked at. Its time alone does not
    tell, since a page's time also moves without a change.
    """
    if not run.reads_history:
        return None
    try:
        versions = run.wiki.newest_versions(before.id, 2)
        if not versions or versions[0].date == before.updated_at:
            return None
        past = run.wiki.version(before.id, versions[0].id)
    except Forbidden:
        run.reads_history = False
        return None
    except WikiError:
        # The write is done and checked; that nobody was overtaken cannot be known just now.
        return None
    # What we had looked at became a version before our write came, so somebody else wrote; that
    # they changed tags or a style does not show in it.
    if len(versions) > 1 and versions[1].date == before.updated_at:
        return past
    # Our write also takes a page that was moved meanwhile back to where it was.
    same = past.key == before.key and not fingerprint(past.page).differs(fingerprint(before.page))
    return None if same else past


def _is_there(run: Run, page_id: int) -> bool:
    try:
        run.wiki.read_one(page_id)
    except PageGone:
        return False
    return True
