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


def create(context: ApplyContext, intent: Intent, page: Page) -> Record:
    """Create the page of an intent, where there is none. Returns it as it is then.

    Raises PageChanged where there is one, or somebody wrote right after; Forbidden where all but
    style or script was taken; WikiError.
    """
    with journaled_write(context, intent) as write:
        if context.wiki.find(intent.key) is not None:
            raise PageChanged(intent.key, "there is a page now")
        write.sent = True
        failure: WriteUncertain | None = None
        try:
            written = context.wiki.create(intent.key, page)
            context.tree_rebuilt.add(intent.key)
            record = context.wiki.read_one(written.id)
        except WriteUncertain:
            made = context.wiki.find(intent.key)
            if made is None:
                context.state.journal.end(write.number, "failed")
                raise
            _mark_tree_dirty(context, intent.key)
            record, failure = rewrite_if_partial(context, intent.key, made, page)
        record = verify_written(context, intent.key, record, page, expected=None)
        refused = refused_fields(record, page, None, intent)
        if failure is not None:
            unshown.add(context.state, record.id)
        write.done(record, refused)
    raise_render_failed(failure)
    raise_refused_fields(context, intent.key, refused)
    return record


def update(
    context: ApplyContext, intent: Intent, page_for: Callable[[Record], Page]
) -> tuple[Record, OverwroteConcurrentEdit | None]:
    """Bring the page of an intent to what ``page_for`` makes of it as it is now.

    Returns the page as it is then, and the edit that this write overtook, if there was one; it is
    kept. Raises PageChanged where the page is not as the lease says, or somebody wrote right after;
    Forbidden where all but style or script was taken; WikiError.
    """
    with journaled_write(context, intent) as write:
        before = _read_expected(write)
        page, expected = page_for(before), fingerprint(before.page)
        wanted = fingerprint(page)
        write.backup(pack_page(before.page))
        write.sent = True
        if page.editor != before.page.editor:  # which no update changes
            with suppress(WriteUncertain):
                context.wiki.convert(before.id, page.editor or "")
            before = context.wiki.read_one(before.id)
        failure: WriteUncertain | None = None
        try:
            context.wiki.update(before.id, intent.key, page)
        except WriteUncertain as error:
            failure = error
            record = context.wiki.read_one(before.id)
            on_wiki = fingerprint(record.page)
            if wanted.changed_fields(on_wiki) and not on_wiki.changed_fields(expected):
                context.state.journal.end(write.number, "failed")
                raise
        else:
            record = context.wiki.read_one(before.id)
        # Before a half-written page is written again: that makes a version of its own.
        overwritten = find_overwritten_edit(context, before)
        if failure is not None and not wanted.changed_fields(fingerprint(record.page)):
            # It is written, and not all that comes of it is there: what readers see may not be.
            first = record
            record, failure = rewrite_if_partial(context, intent.key, first, page)
            overwritten = overwritten or find_overwritten_edit(context, first)
        else:
            failure = None
        if overwritten is not None:
            backup = write.backup(pack_page(overwritten.page), "overtaken")
        record = verify_written(context, intent.key, record, page, expected)
        refused = refused_fields(record, page, before.page, intent)
        if failure is not None:
            unshown.add(context.state, record.id)
        write.done(record, refused)
        if failure is None:
            unshown.remove(context.state, record.id)
    if overwritten is None:
        raise_render_failed(failure)
    raise_refused_fields(context, intent.key, refused)
    return record, None if overwritten is None else OverwroteConcurrentEdit(
        intent.key, overwritten.version_id, backup
    )


def move(
    context: ApplyContext, intent: Intent, precheck: Callable[[], None] = lambda: None
) -> tuple[Record, OverwroteConcurrentEdit | None]:
    """Move the page of an intent from its origin to its key, where there is none.

    ``look`` is called right before the request, and may raise why it is not to be made.

    Returns the page as it is then, and the edit that this overtook, if there was one. The wiki
    changes a title that the old path ended in: it is put back (facts, *Writing*). Raises
    PageChanged where the page is not as the lease says, or there is a page already; WikiError.
    """
    with journaled_write(context, intent) as write:
        before = _read_expected(write)
        if context.wiki.find(intent.key) is not None:
            raise PageChanged(intent.key, "there is a page now")
        write.backup(pack_page(before.page))
        precheck()
        write.sent = True
        failure: WriteUncertain | None = None
        try:
            context.wiki.move(before.id, intent.key)
            context.tree_rebuilt.add(intent.key)
        except WriteUncertain as error:
            failure = error
        record = context.wiki.read_one(before.id)
        if record.key != intent.key:
            context.state.journal.end(write.number, "failed")
            raise failure or PageChanged(intent.key, f"it is at {record.key} after it was moved")
        if failure is not None:
            _mark_tree_dirty(context, intent.key)
        overwritten = None
        if only_title_changed(before, record):
            with suppress(WriteUncertain):  # what is there then decides
                context.wiki.update(record.id, intent.key, before.page)
            overwritten = find_overwritten_edit(context, record)
            if overwritten is not None:
                backup = write.backup(pack_page(overwritten.page), "overtaken")
            record = context.wiki.read_one(record.id)
        write.done(record)
    return record, None if overwritten is None else OverwroteConcurrentEdit(
        intent.key, overwritten.version_id, backup
    )


def convert(context: ApplyContext, intent: Intent, editor: str) -> Record:
    """Let the wiki make the page of an intent one of ``editor``. Returns it as it is then.

    Raises PageChanged where it is not as the lease says; WikiError.
    """
    with journaled_write(context, intent) as write:
        before = _read_expected(write)
        write.backup(pack_page(before.page))
        write.sent = True
        failure: WriteUncertain | None = None
        try:
            context.wiki.convert(before.id, editor)
        except WriteUncertain as error:
            failure = error
        record = context.wiki.read_one(before.id)
        if record.page.editor != editor:
            context.state.journal.end(write.number, "failed")
            raise failure or PageChanged(intent.key, "it is what it was after it was converted")
        write.done(record)
    return record


def only_title_changed(before: Record, record: Record) -> bool:
    """Whether a move changed nothing but the title, to the end of the new path."""
    differing = fingerprint(before.page).changed_fields(fingerprint(record.page))
    return differing == ("title",) and record.page.title == record.key.path.rpartition("/")[2]


def delete(
    context: ApplyContext, intent: Intent, precheck: Callable[[], None] = lambda: None
) -> None:
    """Delete the page of an intent. Raises PageChanged where it is not as the lease says;
    WikiError.

    ``look`` is called right before the request, and may raise why it is not to be made. What it
    held is kept; its history on the wiki is gone with it.
    """
    with journaled_write(context, intent) as write:
        before = _read_expected(write)
        write.backup(pack_page(before.page))
        precheck()
        write.sent = True
        failure: WriteUncertain | None = None
        try:
            context.wiki.delete(before.id)
            context.tree_rebuilt.add(intent.key)
        except PageGone:
            pass
        except WriteUncertain as error:
            failure = error
        if _is_there(context, before.id):
            context.state.journal.end(write.number, "failed")
            raise failure or PageChanged(intent.key, "it is still there after it was deleted")
        if failure is not None:
            _mark_tree_dirty(context, intent.key)
        write.done()


def _mark_tree_dirty(context: ApplyContext, key: Key) -> None:
    """A write that rebuilds the wiki's tree was done, and perhaps without that."""
    context.tree_rebuilt.discard(key)
    mark_dirty(context.state)


def _read_expected(write: JournaledWrite) -> Record:
    """The page as it is now, if that is as the plan saw it (promise 3)."""
    intent = write.intent
    at = intent.from_key or intent.key
    if intent.page_id is None or intent.expected is None:
        raise AssertionError(f"{intent.key}: a write over a page needs a lease")
    try:
        record = write.context.wiki.read_one(intent.page_id)
    except PageGone:
        # It may have been deleted and brought back, which gives it another id.
        found = write.context.wiki.find(at)
        if found is None:
            raise PageChanged(intent.key, "it was deleted on the wiki") from None
        record = found
    if record.key != at:
        raise PageChanged(intent.key, f"it was moved to {record.key} on the wiki")
    fields = fingerprint(record.page).changed_fields(Fingerprint.parse(intent.expected))
    if fields:
        # Its time may not tell: a page can change in the wiki's database alone.
        write.context.state.bases.mark_stale(
            [intent.before.base.key if intent.before else intent.key]
        )
        raise PageChanged(intent.key, f"its {', '.join(fields)} changed on the wiki")
    return record


def _is_there(context: ApplyContext, page_id: int) -> bool:
    try:
        context.wiki.read_one(page_id)
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
