"""Compare a page read back after a write with what was sent, and rewrite one that is incomplete.

The answer to a write does not count, the page read back does (promise 4).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.apply.tag_spelling import write_with_tags
from wikisync.errors import (
    Forbidden,
    PageChanged,
    RenderFailed,
    TagTaken,
    WikiError,
    WriteUncertain,
)
from wikisync.page.fingerprint import OPT_IN_FIELDS, Fingerprint, fingerprint

if TYPE_CHECKING:
    from wikisync.apply.transaction import ApplyContext
    from wikisync.page.model import Key, Page, Record
    from wikisync.state.journal import Intent
    from wikisync.wiki.responses import PageVersion

UNSENT: Final = OPT_IN_FIELDS
"""Fields that may differ from what was sent: the wiki ignores an editor and privacy in an update,
minifies styles, and drops styles and scripts of a key without the right to write them."""

_NEEDS: Final = {"scriptCss": "write:styles", "scriptJs": "write:scripts"}
_NO_STYLE: Final = re.compile(r"/\*.*?(?:\*/|\Z)|[\s;]", re.DOTALL)
"""The parts of a style that minifying may remove."""


def rewrite_if_partial(
    context: ApplyContext, intent: Intent, made: Record, page: Page
) -> tuple[Record, WriteUncertain | None]:
    """Update a page once more with the same values after a write whose result is uncertain.

    Concurrent creations can leave a page without its search entry, links or tags, and a failed
    render leaves readers with the old page or none; an update repairs them (wikijs.md, *Races*).
    Return the page read back, and the error of that update if it failed too. A page that differs
    from ``page`` in more than its tags is another author's: it is returned as it is. Raises
    TagTaken.
    """
    differing = _unequal_fields(made, _as_sent(context, intent, page))
    if differing and differing != ("tags",):
        return made, None
    failure = None
    try:
        write_with_tags(context, made, intent.key, page, intent.file)
    except TagTaken:
        raise
    except WriteUncertain as error:
        failure = error
    return context.wiki.read_one(made.id), failure


def raise_render_failed(failure: WriteUncertain | None) -> None:
    """Raise RenderFailed if the second write of a page failed too, or got no answer."""
    if failure is not None:
        raise RenderFailed(failure.url, failure.message, failure.code)


def verify_written(
    context: ApplyContext, intent: Intent, record: Record, page: Page, expected: Fingerprint | None
) -> Record:
    """Return a page read back after a write, once it has the values of ``page``.

    A page that lacks only its tags (wikijs.md, *Races*) is written a second time. Raises
    WriteUncertain if it then still lacks them, and PageChanged if another author changed the page
    right after the write. ``expected`` is its fingerprint before the write, None if it was created.
    """
    key = intent.key
    if record.key != key:
        raise PageChanged(key, f"it was moved to {record.key} on the wiki")
    wanted = _as_sent(context, intent, page)
    differing = _unequal_fields(record, wanted)
    if differing == ("tags",) and _tags_lost(record, expected):
        write_with_tags(context, record, key, page, intent.file)
        record, wanted = context.wiki.read_one(record.id), _as_sent(context, intent, page)
        differing = _unequal_fields(record, wanted)
        if differing == ("tags",) and _tags_lost(record, expected):
            # The intent stays open: the next run finds the page incomplete and writes it again.
            raise WriteUncertain(context.wiki.url, "the page is there, and its tags are lost")
    if differing:
        raise PageChanged(key, f"its {', '.join(differing)} changed on the wiki right after")
    return record


def refused_fields(
    record: Record, page: Page, before: Page | None, intent: Intent
) -> tuple[str, ...]:
    """Return the names of the style and script fields that the wiki did not accept.

    It drops them without an error for a key without the right. A style comes back minified, so it
    counts as dropped if it is as before although the file's differs from the base.
    """
    refused = []
    base = intent.before.base.local if intent.before is not None else None
    agreed = (
        base is not None and base.has_field("scriptCss") and not base.changed_fields(_style(page))
    )
    style, old = record.page.script_css or "", (before.script_css or "") if before else ""
    if (
        not agreed
        and style == old
        and _NO_STYLE.sub("", style) != _NO_STYLE.sub("", page.script_css or "")
    ):
        refused.append("scriptCss")
    if record.page.script_js != page.script_js:
        refused.append("scriptJs")
    return tuple(refused)


def raise_refused_fields(context: ApplyContext, key: Key, refused: tuple[str, ...]) -> None:
    """Raise Forbidden with the rights that the key lacks, if any field was refused."""
    if refused:
        raise Forbidden(context.wiki.url, tuple(_NEEDS[name] for name in refused), key=key)


def find_overwritten_edit(context: ApplyContext, before: Record) -> PageVersion | None:
    """Return the version that another author wrote between our last read and our write, if any.

    Wiki.js stores a version of a page when it is about to change (wikijs.md, *Dates and versions*):
    the newest one is what our write replaced, and should equal ``before``. Its time does not decide
    alone, since a page's time also moves without a change. Return None where the key may not read
    the history, or it cannot be read now.
    """
    if not context.reads_history:
        return None
    try:
        versions = context.wiki.newest_versions(before.id, 2)
        if not versions or versions[0].date == before.updated_at:
            return None
        version = context.wiki.version(before.id, versions[0].id)
    except Forbidden:
        context.reads_history = False
        return None
    except WikiError:
        # The write is done and verified; whether it replaced an edit cannot be known now.
        return None
    # What we had read became a version before our write, so another author wrote in between; a
    # change of tags or of a style does not show in the version.
    if len(versions) > 1 and versions[1].date == before.updated_at:
        return version
    # Our write also moves a page back that was moved in between.
    same = version.key == before.key and not fingerprint(version.page).changed_fields(
        fingerprint(before.page)
    )
    return None if same else version


def _tags_lost(record: Record, expected: Fingerprint | None) -> bool:
    """Return whether a page has no tags after a write, or still those from before it."""
    if not record.page.tags:
        return True
    return expected is not None and "tags" not in fingerprint(record.page).changed_fields(expected)


def _as_sent(context: ApplyContext, intent: Intent, page: Page) -> Fingerprint:
    """Return the fingerprint of a page with its tags in the wiki's spelling."""
    return fingerprint(context.tag_spellings.replace_tags(page, intent.file))


def _unequal_fields(record: Record, wanted: Fingerprint) -> tuple[str, ...]:
    fields = wanted.changed_fields(fingerprint(record.page))
    return tuple(name for name in fields if name not in UNSENT)


def _style(page: Page) -> Fingerprint:
    return fingerprint(page).restricted_to("scriptCss")
