"""Writes to the wiki: a page brought to some values, or removed, and looked at before and after.

An answer is not believed (promise 4): after every write the page is read back, and what is there
decides.

The wiki's tree of pages, which creations that meet each other may leave without some of them.

A write that rebuilds it alone leaves it whole (facts, *Speed and races of writes*). Until there was
one, the state remembers that there has to be; so the next run mends it where this one is killed, or
where its last creation is refused.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from wikisync.apply import unshown
from wikisync.apply.transaction import ApplyContext, JournaledWrite, journaled_write
from wikisync.apply.verify import (
    find_overwritten_edit,
    raise_refused_fields,
    raise_render_failed,
    refused_fields,
    rewrite_if_partial,
    verify_written,
)
from wikisync.errors import (
    Forbidden,
    OverwroteConcurrentEdit,
    PageChanged,
    PageGone,
    StateError,
    WikiError,
    WriteUncertain,
)
from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.planning.model import Note
from wikisync.state.bases import pack_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.page.model import Key, Page, Record
    from wikisync.state import State
    from wikisync.state.journal import Intent
    from wikisync.wiki.client import Wiki


def create(run: ApplyContext, intent: Intent, page: Page) -> Record:
    """Create the page of an intent, where there is none. Returns it as it is then.

    Raises PageChanged where there is one, or somebody wrote right after; Forbidden where all but
    style or script was taken; WikiError.
    """
    with journaled_write(run, intent) as held:
        if run.wiki.find(intent.key) is not None:
            raise PageChanged(intent.key, "there is a page now")
        held.sent = True
        failure: WriteUncertain | None = None
        try:
            written = run.wiki.create(intent.key, page)
            run.tree_rebuilt.add(intent.key)
            record = run.wiki.read_one(written.id)
        except WriteUncertain:
            made = run.wiki.find(intent.key)
            if made is None:
                run.state.journal.end(held.number, "failed")
                raise
            _mark_tree_dirty(run, intent.key)
            record, failure = rewrite_if_partial(run, intent.key, made, page)
        record = verify_written(run, intent.key, record, page, lease=None)
        refused = refused_fields(record, page, None, intent)
        if failure is not None:
            unshown.remember(run.state, record.id)
        held.done(record, refused)
    raise_render_failed(failure)
    raise_refused_fields(run, intent.key, refused)
    return record


def update(
    run: ApplyContext, intent: Intent, page_for: Callable[[Record], Page]
) -> tuple[Record, OverwroteConcurrentEdit | None]:
    """Bring the page of an intent to what ``page_for`` makes of it as it is now.

    Returns the page as it is then, and the edit that this write overtook, if there was one; it is
    kept. Raises PageChanged where the page is not as the lease says, or somebody wrote right after;
    Forbidden where all but style or script was taken; WikiError.
    """
    with journaled_write(run, intent) as held:
        before = _read_expected(held)
        page, lease = page_for(before), fingerprint(before.page)
        wanted = fingerprint(page)
        held.backup(pack_page(before.page))
        held.sent = True
        if page.editor != before.page.editor:  # which no update changes
            with suppress(WriteUncertain):
                run.wiki.convert(before.id, page.editor or "")
            before = run.wiki.read_one(before.id)
        failure: WriteUncertain | None = None
        try:
            run.wiki.update(before.id, intent.key, page)
        except WriteUncertain as error:
            failure = error
            record = run.wiki.read_one(before.id)
            there = fingerprint(record.page)
            if wanted.changed_fields(there) and not there.changed_fields(lease):
                run.state.journal.end(held.number, "failed")
                raise
        else:
            record = run.wiki.read_one(before.id)
        # Before a half-written page is written again: that makes a version of its own.
        found = find_overwritten_edit(run, before)
        if failure is not None and not wanted.changed_fields(fingerprint(record.page)):
            # It is written, and not all that comes of it is there: what readers see may not be.
            first = record
            record, failure = rewrite_if_partial(run, intent.key, first, page)
            found = found or find_overwritten_edit(run, first)
        else:
            failure = None
        if found is not None:
            backup = held.backup(pack_page(found.page), "overtaken")
        record = verify_written(run, intent.key, record, page, lease)
        refused = refused_fields(record, page, before.page, intent)
        if failure is not None:
            unshown.remember(run.state, record.id)
        held.done(record, refused)
        if failure is None:
            unshown.forget(run.state, record.id)
    if found is None:
        raise_render_failed(failure)
    raise_refused_fields(run, intent.key, refused)
    return record, None if found is None else OverwroteConcurrentEdit(
        intent.key, found.version_id, backup
    )


def move(
    run: ApplyContext, intent: Intent, look: Callable[[], None] = lambda: None
) -> tuple[Record, OverwroteConcurrentEdit | None]:
    """Move the page of an intent from its origin to its key, where there is none.

    ``look`` is called right before the request, and may raise why it is not to be made.

    Returns the page as it is then, and the edit that this overtook, if there was one. The wiki
    changes a title that the old path ended in: it is put back (facts, *Writing*). Raises
    PageChanged where the page is not as the lease says, or there is a page already; WikiError.
    """
    with journaled_write(run, intent) as held:
        before = _read_expected(held)
        if run.wiki.find(intent.key) is not None:
            raise PageChanged(intent.key, "there is a page now")
        held.backup(pack_page(before.page))
        look()
        held.sent = True
        failure: WriteUncertain | None = None
        try:
            run.wiki.move(before.id, intent.key)
            run.tree_rebuilt.add(intent.key)
        except WriteUncertain as error:
            failure = error
        record = run.wiki.read_one(before.id)
        if record.key != intent.key:
            run.state.journal.end(held.number, "failed")
            raise failure or PageChanged(intent.key, f"it is at {record.key} after it was moved")
        if failure is not None:
            _mark_tree_dirty(run, intent.key)
        found = None
        if only_title_changed(before, record):
            with suppress(WriteUncertain):  # what is there then decides
                run.wiki.update(record.id, intent.key, before.page)
            found = find_overwritten_edit(run, record)
            if found is not None:
                backup = held.backup(pack_page(found.page), "overtaken")
            record = run.wiki.read_one(record.id)
        held.done(record)
    return record, None if found is None else OverwroteConcurrentEdit(
        intent.key, found.version_id, backup
    )


def convert(run: ApplyContext, intent: Intent, editor: str) -> Record:
    """Let the wiki make the page of an intent one of ``editor``. Returns it as it is then.

    Raises PageChanged where it is not as the lease says; WikiError.
    """
    with journaled_write(run, intent) as held:
        before = _read_expected(held)
        held.backup(pack_page(before.page))
        held.sent = True
        failure: WriteUncertain | None = None
        try:
            run.wiki.convert(before.id, editor)
        except WriteUncertain as error:
            failure = error
        record = run.wiki.read_one(before.id)
        if record.page.editor != editor:
            run.state.journal.end(held.number, "failed")
            raise failure or PageChanged(intent.key, "it is what it was after it was converted")
        held.done(record)
    return record


def only_title_changed(before: Record, record: Record) -> bool:
    """Whether a move changed nothing but the title, to the end of the new path."""
    unlike = fingerprint(before.page).changed_fields(fingerprint(record.page))
    return unlike == ("title",) and record.page.title == record.key.path.rpartition("/")[2]


def delete(run: ApplyContext, intent: Intent, look: Callable[[], None] = lambda: None) -> None:
    """Delete the page of an intent. Raises PageChanged where it is not as the lease says;
    WikiError.

    ``look`` is called right before the request, and may raise why it is not to be made. What it
    held is kept; its history on the wiki is gone with it.
    """
    with journaled_write(run, intent) as held:
        before = _read_expected(held)
        held.backup(pack_page(before.page))
        look()
        held.sent = True
        failure: WriteUncertain | None = None
        try:
            run.wiki.delete(before.id)
            run.tree_rebuilt.add(intent.key)
        except PageGone:
            pass
        except WriteUncertain as error:
            failure = error
        if _is_there(run, before.id):
            run.state.journal.end(held.number, "failed")
            raise failure or PageChanged(intent.key, "it is still there after it was deleted")
        if failure is not None:
            _mark_tree_dirty(run, intent.key)
        held.done()


def _mark_tree_dirty(run: ApplyContext, key: Key) -> None:
    """A write that rebuilds the wiki's tree was done, and perhaps without that."""
    run.tree_rebuilt.discard(key)
    mark_dirty(run.state)


def _read_expected(held: JournaledWrite) -> Record:
    """The page as it is now, if that is as the plan saw it (promise 3)."""
    intent = held.intent
    at = intent.from_key or intent.key
    if intent.page_id is None or intent.expected is None:
        raise AssertionError(f"{intent.key}: a write over a page needs a lease")
    try:
        record = held.run.wiki.read_one(intent.page_id)
    except PageGone:
        # It may have been deleted and brought back, which gives it another id.
        found = held.run.wiki.find(at)
        if found is None:
            raise PageChanged(intent.key, "it was deleted on the wiki") from None
        record = found
    if record.key != at:
        raise PageChanged(intent.key, f"it was moved to {record.key} on the wiki")
    fields = fingerprint(record.page).changed_fields(Fingerprint.parse(intent.expected))
    if fields:
        # Its time may not tell: a page can change in the wiki's database alone.
        held.run.state.bases.doubt([intent.before.base.key if intent.before else intent.key])
        raise PageChanged(intent.key, f"its {', '.join(fields)} changed on the wiki")
    return record


def _is_there(run: ApplyContext, page_id: int) -> bool:
    try:
        run.wiki.read_one(page_id)
    except PageGone:
        return False
    return True


_FACT = "tree"


def mark_dirty(state: State) -> None:
    """From here on the tree may lack pages. A state that cannot be written is told by the pages."""
    with suppress(StateError):
        if not _is_dirty(state):
            state.set_meta(tree="doubted")


def mark_clean(state: State) -> None:
    """The tree was rebuilt by a write that was alone; where that cannot be noted, it is again."""
    with suppress(StateError):
        if _is_dirty(state):
            state.set_meta(tree="whole")


def rebuild_if_dirty(wiki: Wiki, state: State) -> tuple[Note, ...]:
    """Have the wiki rebuild a tree that may lack pages; what to tell where it does not.

    A key that may not is told of once: the next creation, or an administrator, mends it. Raises
    StateError.
    """
    if not _is_dirty(state):
        return ()
    try:
        wiki.rebuild_tree()
    except Forbidden:
        if not _is_somebody(wiki):  # who says no to a guest says nothing of the key
            return (Note("tree", detail="the token is not known any more"),)
        mark_clean(state)
        return (Note("tree"),)
    except WikiError:
        return (Note("tree", detail="the wiki did not rebuild it"),)
    mark_clean(state)
    return ()


def _is_somebody(wiki: Wiki) -> bool:
    try:
        return wiki.connect().authenticated
    except WikiError:
        return False


def _is_dirty(state: State) -> bool:
    return state.meta(_FACT) == "doubted"
