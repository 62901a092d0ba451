"""What a page holds after a write: all that was sent, half of it, or what somebody else wrote.

An answer is not believed (promise 4); a page that is read back is. One that was left half written
is written again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.errors import Forbidden, PageChanged, RenderFailed, WikiError, WriteUncertain
from wikisync.page.fingerprint import OPT_IN_FIELDS, Fingerprint, fingerprint

if TYPE_CHECKING:
    from wikisync.apply.transaction import ApplyContext
    from wikisync.page.model import Key, Page, Record
    from wikisync.state.journal import Intent
    from wikisync.wiki.responses import PageVersion

UNSENT: Final = OPT_IN_FIELDS
"""Fields that the wiki may keep otherwise than sent: it ignores an editor and privacy in an update,
minifies styles, and drops styles and scripts of a key that may not write them."""

_NEEDS: Final = {"scriptCss": "write:styles", "scriptJs": "write:scripts"}
_NO_STYLE: Final = re.compile(r"/\*.*?(?:\*/|\Z)|[\s;]", re.DOTALL)
"""What of a style is gone, or may be, when it was minified."""


def rewrite_if_partial(
    context: ApplyContext, key: Key, made: Record, page: Page
) -> tuple[Record, WriteUncertain | None]:
    """A page whose write failed half-way, with what the wiki then leaves out.

    Creations that race leave a page without its search entry and its links, or without its tags; a
    render that failed leaves readers what they saw before, or nothing. An update with the same
    record makes them (facts, *Speed and races of writes*). Where that fails as well, how it failed
    is given too. A page of somebody else is not touched.
    """
    differing = _unequal_fields(made, fingerprint(page))
    if differing and differing != ("tags",):
        return made, None
    failure = None
    try:
        context.wiki.update(made.id, key, page)
    except WriteUncertain as error:
        failure = error
    return context.wiki.read_one(made.id), failure


def raise_render_failed(failure: WriteUncertain | None) -> None:
    """Raise RenderFailed where the wiki, asked again, failed once more, or gave no answer."""
    if failure is not None:
        raise RenderFailed(failure.url, failure.message, failure.code)


def verify_written(
    context: ApplyContext, key: Key, record: Record, page: Page, expected: Fingerprint | None
) -> Record:
    """The page as read back, once it holds what was sent; a half-written one is written again.

    Half written is: our content, without the tags (facts, *Races of writes*). A page with other
    content than ours was overtaken by somebody, and is theirs.
    """
    if record.key != key:
        raise PageChanged(key, f"it was moved to {record.key} on the wiki")
    wanted = fingerprint(page)
    differing = _unequal_fields(record, wanted)
    if differing == ("tags",) and _tags_lost(record, expected):
        context.wiki.update(record.id, key, page)
        record = context.wiki.read_one(record.id)
        differing = _unequal_fields(record, wanted)
        if differing == ("tags",) and _tags_lost(record, expected):
            # Still half written: the next run settles it, and writes it whole.
            raise WriteUncertain(context.wiki.url, "the page is there, and its tags are lost")
    if differing:
        raise PageChanged(key, f"its {', '.join(differing)} changed on the wiki right after")
    return record


def refused_fields(
    record: Record, page: Page, before: Page | None, intent: Intent
) -> tuple[str, ...]:
    """Style and script that the wiki did not take: it says nothing to a key that may not.

    A style comes back minified, so that it is only told by having stayed as it was although the
    file's is not the one that was agreed on.
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
    """Raise Forbidden with the rights that the key lacks for these fields, if there are any."""
    if refused:
        raise Forbidden(context.wiki.url, tuple(_NEEDS[name] for name in refused), key=key)


def find_overwritten_edit(context: ApplyContext, before: Record) -> PageVersion | None:
    """What somebody wrote between our last look and our write, if the key may read history.

    Wiki.js makes a version of what a page holds when it is about to change (facts, *Reading*): the
    newest is what our write replaced, and should be what we had looked at. Its time alone does not
    tell, since a page's time also moves without a change.
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
        # The write is done and checked; that nobody was overtaken cannot be known just now.
        return None
    # What we had looked at became a version before our write came, so somebody else wrote; that
    # they changed tags or a style does not show in it.
    if len(versions) > 1 and versions[1].date == before.updated_at:
        return version
    # Our write also takes a page that was moved meanwhile back to where it was.
    same = version.key == before.key and not fingerprint(version.page).changed_fields(
        fingerprint(before.page)
    )
    return None if same else version


def _tags_lost(record: Record, expected: Fingerprint | None) -> bool:
    """Whether a write seems to have left the page without its new tags: with none, or the old."""
    if not record.page.tags:
        return True
    return expected is not None and "tags" not in fingerprint(record.page).changed_fields(expected)


def _unequal_fields(record: Record, wanted: Fingerprint) -> tuple[str, ...]:
    fields = wanted.changed_fields(fingerprint(record.page))
    return tuple(name for name in fields if name not in UNSENT)


def _style(page: Page) -> Fingerprint:
    return fingerprint(page).restricted_to("scriptCss")
