"""Render the content of a page of the folder, alone or with what differs from another version."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from wikisync.page.link_targets import Referrer
from wikisync.preview.base import differs, field_changes
from wikisync.preview.library import content_type_of
from wikisync.preview.links import PageLinks
from wikisync.preview.marked import mark_changes
from wikisync.rendering.deadline import Timer, TooSlow
from wikisync.rendering.page_html import Rendered, render_page

if TYPE_CHECKING:
    from wikisync.page.model import ContentType, Page
    from wikisync.preview.base import FieldChange, Version
    from wikisync.preview.library import Entry, Library
    from wikisync.preview.wiki import WikiAnswer

SECONDS: Final = 5.0
"""Processor seconds that one version of a page may take to render, and to be marked."""

Against = Literal["", "sync", "wiki"]
"""What a page is compared with: nothing, the last sync, or the wiki as it is now."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a page was compared, with all that is said of it.

    ``same``: nothing differs. ``unmarked``: why nothing is marked all the same. ``advice``: which
    side changed, and the command for it.
    """

    against: Against = ""
    same: bool = False
    unmarked: str = ""
    fields: tuple[FieldChange, ...] = ()
    advice: str = ""
    answer: WikiAnswer | None = field(default=None)


@dataclass(frozen=True, slots=True)
class ContentRenderer:
    """Renders versions of one page. ``base`` is the path at which the preview is served."""

    library: Library
    entry: Entry
    base: str

    def render(self, content: str, kind: ContentType, *, in_file: bool) -> Rendered:
        """Return a content as HTML. ``in_file``: its links are as in the file, not on the wiki."""
        snapshot = self.library.snapshot
        layout = snapshot.places.layout
        place = Referrer.of(self.entry.file, self.entry.key, kind, layout, self.library.url)
        if not in_file:
            place = replace(place, prefix="")
        timer = Timer(SECONDS, SECONDS)
        with timer.running():
            links = PageLinks(snapshot, place, self.base)
            return render_page(content, kind, links, timer.check)

    def compare(self, page: Page, other: Version, comparison: Comparison) -> _Compared:
        """Return a page with what differs from another version marked, and what is said of it."""
        kind = content_type_of(self.entry.file, page.editor)
        new = self.render(page.content, kind, in_file=False)
        old = self.render(other.page.content, other.content_type, in_file=False)
        comparison = replace(
            comparison,
            same=not differs(other.page, page),
            fields=tuple(field_changes(other.page, page)),
        )
        html, timer = new.html, Timer(SECONDS, SECONDS)
        if old.html != new.html:
            try:
                with timer.running():
                    html = mark_changes(old.html, new.html, timer.check)
            except TooSlow:
                comparison = replace(comparison, unmarked=_SLOW)
        elif not comparison.same and not comparison.fields:
            comparison = replace(comparison, unmarked=_UNSEEN)
        return Rendered(html, new.headings, new.notes | old.notes), comparison


_Compared = tuple[Rendered, Comparison]

_SLOW: Final = "It takes too long to mark what differs. wikisync diff shows it."
_UNSEEN: Final = "It differs in nothing that readers see. wikisync diff shows it."


def advice(page: Page, synced: Version | None, remote: Version) -> str:
    """Return which side changed since the last sync, and the command for it; "" for neither."""
    if synced is None or not differs(remote.page, page):
        return ""
    here, there = differs(synced.page, page), differs(synced.page, remote.page)
    if here and there:
        return "Both sides changed since the last sync: wikisync sync merges them."
    if there:
        return "It changed on the wiki since the last sync: wikisync pull brings it here."
    return "It changed in the folder since the last sync: wikisync push publishes it."
