"""What changes on each side of a page, within the room that there is for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.planning.model import Action
from wikisync.report import difference as texts
from wikisync.report.emphasis import unmarked
from wikisync.report.fields import field_changes
from wikisync.report.html.bounds import MARKUP
from wikisync.report.html.difference import clipped, difference
from wikisync.report.html.render import kind_of, rendered
from wikisync.report.html.timer import TooSlow
from wikisync.report.html.view import Change, FieldView, Preview
from wikisync.report.hunks import hunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.page.model import Page
    from wikisync.planning.model import Conflict
    from wikisync.report.fields import FieldChange
    from wikisync.report.html.bounds import PageLimits, SizeBudget
    from wikisync.report.html.difference import Difference
    from wikisync.report.html.timer import Timer
    from wikisync.workflow.diff import PageDiff

_WHERE = {"wiki": "on the wiki", "folder": "in the folder"}


@dataclass(frozen=True, slots=True)
class ChangeWriter:
    """Makes the changes of one page after the other, as long as there is room and time."""

    wiki: str
    limits: PageLimits
    differences: SizeBudget
    previews: SizeBudget
    previewing: Timer
    comparing: Timer

    def changes(self, pair: PageDiff) -> tuple[Change, ...]:
        """A change for each side that the pair is about."""
        sides = texts.on_both_sides(pair)
        return tuple(self._change(side, labelled=len(sides) > 1) for side in sides)

    def _change(self, pair: PageDiff, *, labelled: bool) -> Change:
        added, removed = texts.counts(pair)
        same = not (added or removed)
        fields = tuple(self._field(change) for change in field_changes(pair))
        shown = None if same else self._difference(pair)
        label = ""
        if labelled and isinstance(pair.item, Action):
            label = _WHERE[pair.item.side].capitalize()
        return Change(
            label=label,
            added=added,
            removed=removed,
            fields=fields,
            difference=shown,
            room=same or shown is not None,
            one_sided=pair.old is None or pair.new is None,
            previews=() if same or shown is None else tuple(self._previews(pair)),
        )

    def _difference(self, pair: PageDiff) -> Difference | None:
        if not self.differences.left:
            return None
        most = min(self.limits.difference, self.differences.left)
        try:
            with self.comparing.running():
                shown = difference(texts.content_hunks(pair), most, self.limits.line)
        except TooSlow:
            return None
        if not shown.parts or not self.differences.take(shown.size):
            return None
        return shown

    def _field(self, change: FieldChange) -> FieldView:
        if change.added or change.removed:
            return FieldView(change.name, added=change.added, removed=change.removed)
        found = hunks(change.old or None, change.new or None)
        if "\n" in change.old or "\n" in change.new:
            shown = difference(found, self.limits.difference, self.limits.line)
            return FieldView(change.name, difference=shown)
        rows = [row for hunk in found for row in hunk.rows]
        old, new = unmarked(change.old), unmarked(change.new)
        if len(rows) == 1:  # one line that changed, not two with nothing in common
            old, new = rows[0].old, rows[0].new
        line = self.limits.line
        return FieldView(change.name, clipped(old, line), clipped(new, line))

    def _previews(self, pair: PageDiff) -> Iterator[Preview]:
        for label, page in zip(_labels(pair.item), (pair.old, pair.new), strict=True):
            if page is not None:
                yield self._preview(pair.item, label, page)

    def _preview(self, item: Action | Conflict, label: str, page: Page) -> Preview:
        size, locale = len(page.content), item.key.locale
        content = None
        if size <= self.limits.preview and self.previews.take(size):
            address = f"{self.wiki}/{locale}/{item.key.path}"
            content = rendered(page.content, kind_of(page, item.file), address, self.previewing)
            more = len(content) // MARKUP - size
            if more > 0 and (size + more > self.limits.preview or not self.previews.take(more)):
                content = None
        return Preview(label, locale, content, size)


def _labels(item: Action | Conflict) -> tuple[str, str]:
    if isinstance(item, Action):
        where = _WHERE[item.side]
        return f"Before, {where}", f"After, {where}"
    return "On the wiki", "In the folder"
