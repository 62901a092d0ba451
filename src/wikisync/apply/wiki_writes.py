"""Create, update, move, convert and delete pages, with a check before and after each write.

After every write the page is read back, and what it then holds decides (promise 4).

Concurrent creations can leave the wiki's page tree without some pages; a later write that rebuilds
it while no other is under way repairs it (wikijs.md, *Races*). Until then the state has the tree
marked as dirty, so that the next run repairs it if this one is killed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from wikisync.apply import unshown
from wikisync.apply.transaction import (
    ApplyContext,
    JournaledWrite,
    journaled_write,
    only_title_changed,
)
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
    NameTaken,
    OverwroteConcurrentEdit,
    PageChanged,
    PageGone,
    Rejected,
    StateError,
    TagTaken,
    WikiError,
    WriteUncertain,
)
from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.planning.notes import Note
from wikisync.state.bases import pack_page
from wikisync.wiki.api_errors import PATH_TAKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.page.model import Key, Page, Record
    from wikisync.state import State
    from wikisync.state.journal import Intent
    from wikisync.wiki.client import Wiki


def create(context: ApplyContext, intent: Intent, page: Page) -> Record:
    """Create the page of an intent. Return it as read back.

    Raises PageChanged if there is a page already or it was changed right after; NameTaken if the
    wiki takes another page for it; RenderFailed; Forbidden if the wiki accepted all but a style or
    script; WikiError.
    """
    with journaled_write(context, intent) as write:
        _check_is_free(context, intent.key)
        write.sent = True
        failure: WriteUncertain | None = None
        try:
            sent = context.tag_spellings.replace_tags(page, intent.file)
            written = context.wiki.create(intent.key, sent)
            context.tree_rebuilt.add(intent.key)
            record = context.wiki.read_one(written.id)
        except Rejected as error:
            if error.code == PATH_TAKEN:
                _check_is_free(context, intent.key)
            raise
        except WriteUncertain:
            made = context.wiki.find(intent.key)
            if made is None:
                context.state.journal.end(write.number, "failed")
                raise
            _mark_tree_dirty(context, intent.key)
            record, failure = rewrite_if_partial(context, intent, made, page)
        record = verify_written(context, intent, record, page, expected=None)
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
    """Update the page of an intent to the values that ``page_for`` returns for its current record.

    Return the page as read back, and an OverwroteConcurrentEdit if another author's edit was
    replaced; a backup has it. Raises PageChanged if the page is not as expected or was changed
    right after; RenderFailed; Forbidden if the wiki accepted all but a style or script; WikiError.
    """
    with journaled_write(context, intent) as write:
        before = _read_expected(write)
        page, expected = page_for(before), fingerprint(before.page)
        sent = context.tag_spellings.replace_tags(page, intent.file)
        wanted = fingerprint(sent)
        write.backup(pack_page(before.page))
        write.sent = True
        if page.editor != before.page.editor:  # which no update changes
            with suppress(WriteUncertain):
                context.wiki.convert(before.id, page.editor or "")
            before = context.wiki.read_one(before.id)
        failure: WriteUncertain | None = None
        try:
            context.wiki.update(before.id, intent.key, sent)
        except WriteUncertain as error:
            failure = error
            record = context.wiki.read_one(before.id)
            on_wiki = fingerprint(record.page)
            undone = wanted.changed_fields(on_wiki) and not on_wiki.changed_fields(expected)
            if undone and not isinstance(error, TagTaken):
                context.state.journal.end(write.number, "failed")
                raise
        else:
            record = context.wiki.read_one(before.id)
        # Before an incomplete page is written again: that makes another version.
        overwritten = find_overwritten_edit(context, before)
        if failure is not None and not wanted.changed_fields(fingerprint(record.page)):
            # The content is stored, but it may not be rendered: readers may see the old page.
            first = record
            record, failure = rewrite_if_partial(context, intent, first, page)
            overwritten = overwritten or find_overwritten_edit(context, first)
        else:
            failure = None
        if overwritten is not None:
            backup = write.backup(pack_page(overwritten.page), "overtaken")
        record = verify_written(context, intent, record, page, expected)
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
    """Move the page of an intent from ``intent.from_key`` to ``intent.key``.

    ``precheck`` is called right before the request, and raises an error to prevent it. Wiki.js
    changes a title that equals the last part of the path: the old title is written back
    (wikijs.md, *Moves, conversions, deletions*).

    Return the page as read back, and an OverwroteConcurrentEdit if another author's edit was
    replaced. Raises PageChanged if the page is not as expected, or there is one at the new key;
    NameTaken if the wiki takes a page, or this one, for the new key; WikiError.
    """
    with journaled_write(context, intent) as write:
        before = _read_expected(write)
        _check_is_free(context, intent.key)
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
        if only_title_changed(fingerprint(before.page), record):
            with suppress(WriteUncertain):  # the page read back decides
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
    """Convert the page of an intent to the editor named. Return it as read back.

    Raises PageChanged if it is not as expected, or not converted afterwards; WikiError.
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


def delete(
    context: ApplyContext, intent: Intent, precheck: Callable[[], None] = lambda: None
) -> None:
    """Delete the page of an intent, with its history on the wiki. Its content becomes a backup.

    ``precheck`` is called right before the request, and raises an error to prevent it. Raises
    PageChanged if the page is not as expected, or still there afterwards; WikiError.
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


def _check_is_free(context: ApplyContext, key: Key) -> None:
    """Raise PageChanged if there is a page at a key, NameTaken if the wiki finds another there."""
    found = context.wiki.look_up(key)
    if found is None:
        return
    if found.key == key:
        raise PageChanged(key, "the page exists now")
    raise NameTaken(context.wiki.url, PATH_TAKEN, "", key, found.key)


def _mark_tree_dirty(context: ApplyContext, key: Key) -> None:
    """Mark the page tree as dirty after a write that may not have rebuilt it."""
    context.tree_rebuilt.discard(key)
    mark_dirty(context.state)


def _read_expected(write: JournaledWrite) -> Record:
    """Return the page of an intent. Raises PageChanged if it is not as expected (promise 3)."""
    intent = write.intent
    at = intent.from_key or intent.key
    if intent.page_id is None or intent.expected is None:
        raise AssertionError(f"{intent.key}: a write over a page needs a precondition")
    try:
        record = write.context.wiki.read_one(intent.page_id)
    except PageGone:
        # A page that was deleted and restored has another id.
        found = write.context.wiki.find(at)
        if found is None:
            raise PageChanged(intent.key, "it was deleted on the wiki") from None
        record = found
    if record.key != at:
        raise PageChanged(intent.key, f"it was moved to {record.key} on the wiki")
    fields = fingerprint(record.page).changed_fields(Fingerprint.parse(intent.expected))
    if fields:
        # Its time may be unchanged: a page can be edited in the wiki's database directly.
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


_META_KEY = "tree"


def mark_dirty(state: State) -> None:
    """Record that the page tree may lack pages. A StateError is ignored: later writes report it."""
    with suppress(StateError):
        if not _is_dirty(state):
            state.set_meta(tree="dirty")


def mark_clean(state: State) -> None:
    """Record that the page tree is complete. A StateError is ignored: it is rebuilt once more."""
    with suppress(StateError):
        if _is_dirty(state):
            state.set_meta(tree="clean")


def rebuild_if_dirty(wiki: Wiki, state: State) -> tuple[Note, ...]:
    """Have the wiki rebuild a page tree that is marked as dirty. Return a note if that fails.

    If the key has no right to rebuild it, the mark is removed, so that the note comes once: the
    next creation, or an administrator, rebuilds the tree. Raises StateError.
    """
    if not _is_dirty(state):
        return ()
    try:
        wiki.rebuild_tree()
    except Forbidden:
        if not _is_authenticated(wiki):  # a guest's rights say nothing about the key's
            return (Note("tree", detail="the token is not known any more"),)
        mark_clean(state)
        return (Note("tree"),)
    except WikiError:
        return (Note("tree", detail="the wiki did not rebuild it"),)
    mark_clean(state)
    return ()


def _is_authenticated(wiki: Wiki) -> bool:
    try:
        return wiki.connect().authenticated
    except WikiError:
        return False


def _is_dirty(state: State) -> bool:
    return state.meta(_META_KEY) == "dirty"
