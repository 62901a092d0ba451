"""Convert a report to the values of its HTML page (``model``), within its limits of size and time.

Also implements ``--html FILE``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from wikisync.errors import BadConfig, FolderError
from wikisync.page.line_matching import shared_budget
from wikisync.planning.model import Action, Conflict, Move, original_file
from wikisync.private_files import reason_of, write_output
from wikisync.rendering.deadline import Timer, TooSlow
from wikisync.report.asset_plan_messages import asset_conflict_message, report_notes
from wikisync.report.asset_rows import asset_conflicts, asset_results, assets_of
from wikisync.report.diff import page_diff as texts
from wikisync.report.diff.hunks import hunks
from wikisync.report.diff.page_diff import field_changes
from wikisync.report.diff.word_diff import unmarked
from wikisync.report.error_messages import Message, error_message
from wikisync.report.html.assets import asset_entries
from wikisync.report.html.images import PageImages, replaced_images
from wikisync.report.html.limits import LIMITS, MARKUP, SizeBudget, clipped, difference
from wikisync.report.html.model import STATUSES, Change, Entry, FieldView, Notice, PageView, Preview
from wikisync.report.html.preview import kind_of, rendered
from wikisync.report.html.word_marks import with_marks
from wikisync.report.json_output import conflicts, results
from wikisync.report.plan_messages import conflict_message, refusal_message
from wikisync.report.summary import summary
from wikisync.report.text import conflict_label, item_verb, overwriting, planned_label, withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.page.model import Key, Page
    from wikisync.planning.model import Command, Side
    from wikisync.report.diff.page_diff import FieldChange
    from wikisync.report.html.limits import Difference, PageLimits
    from wikisync.request import PageDiff, Report


_HEADINGS: Final[dict[Command, str]] = {
    "push": "What a push would change",
    "pull": "What a pull would change",
    "sync": "What a sync would change",
}
_ARROWS: Final[dict[Command, str]] = {"push": "→", "pull": "←", "sync": "↔"}


def build_view(report: Report, made: str, limits: PageLimits = LIMITS) -> PageView:
    """Return the values of the page of a report. ``made`` is its time, in words."""
    direction = report.request.direction
    images = SizeBudget(limits.images)
    with shared_budget():
        assets = asset_entries(report.asset_diffs, images)
        entries = (*_entries(report, limits, images), *assets)
    counts = Counter(entry.status for entry in entries)
    return PageView(
        heading=_HEADINGS[direction],
        folder=report.folder,
        arrow=_ARROWS[direction],
        wiki=report.remote_name,
        made=made,
        lines=tuple(summary(report)),
        entries=entries,
        counts=tuple((status, counts[status]) for status in STATUSES if counts[status]),
        notices=tuple(_notices(report)),
        unshown=sum(not all(change.room for change in entry.changes) for entry in entries),
    )


def _entries(report: Report, limits: PageLimits, images: SizeBudget) -> tuple[Entry, ...]:
    """Return an entry for each page: conflicts first, then by name."""
    writer = ChangeWriter(
        report.wiki,
        PageImages(report.images, replaced_images(report.asset_diffs), report.wiki, images),
        limits,
        SizeBudget(limits.differences),
        SizeBudget(limits.previews),
        Timer(limits.preview_seconds, limits.previews_seconds),
        Timer(limits.differences_seconds, limits.differences_seconds),
    )
    pages = enumerate(_by_page(report.diffs))
    # If the report is too large for all, changes go before new and deleted pages.
    weighed = sorted(pages, key=lambda page: any(p.old is None or p.new is None for p in page[1]))
    made = {number: _entry(page, number, writer) for number, page in weighed}
    order = sorted(made, key=lambda n: (made[n].status != "conflict", made[n].name, n))
    return tuple(made[n] for n in order)


def _by_page(pairs: Iterable[PageDiff]) -> list[list[PageDiff]]:
    """Return the pairs grouped by page: a page that moves may have been edited too."""
    found: dict[tuple[Key, bool], list[PageDiff]] = {}
    for pair in pairs:
        found.setdefault((pair.item.key, isinstance(pair.item, Conflict)), []).append(pair)
    return [sorted(page, key=_is_move, reverse=True) for page in found.values()]


def _is_move(pair: PageDiff) -> bool:
    return isinstance(pair.item, Move)


def _entry(page: Sequence[PageDiff], number: int, writer: ChangeWriter) -> Entry:
    first = page[0]
    title = next((p.title for pair in page for p in (pair.new, pair.old) if p and p.title), "")
    status, side, doing, old_name, message = _describe(first.item)
    edits = [pair for pair in page if not _is_move(pair)]
    changes = tuple(change for pair in edits for change in writer.changes(pair))
    return Entry(
        id=f"p{number + 1}",
        key=first.item.key,
        status=status,
        also=_describe(edits[0].item)[0] if len(page) > len(edits) > 0 else "",
        side="both" if any(change.label for change in changes) else side,
        doing=doing,
        name=first.item.file,
        old_name=old_name,
        title=title or "",
        lang=first.item.key.locale,
        changes=changes,
        message=message,
        value=str(number),
        overwrites=", ".join(dict.fromkeys(filter(None, (_over(pair.item) for pair in page)))),
        digest=_digest(page),
    )


def _digest(page: Sequence[PageDiff]) -> str:
    """Return a hash of what is done to a page, and of its whole difference, shown or not."""
    shown = [
        (_describe(pair.item), _over(pair.item), texts.field_changes(side), texts.contents(side))
        for pair in page
        for side in texts.on_both_sides(pair)
    ]
    data = repr(shown).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=12).hexdigest()


def _over(item: Action | Conflict) -> str:
    return overwriting(item) if isinstance(item, Action) else ""


def _describe(item: Action | Conflict) -> tuple[str, str, str, str, Message | None]:
    """Return status, side, label, former file name and message of an item."""
    old = original_file(item)
    if isinstance(item, Conflict):
        return item_verb(item), "", conflict_label(item), old, conflict_message(item)
    return item.verb, item.side, planned_label(item), old, None


def _notices(report: Report) -> Iterator[Notice]:
    """Yield messages about items without a pair, the most important first."""
    for refusal in report.plan.refusals:
        yield Notice("refused", refusal.rule, refusal_message(refusal))
    for problem in (*report.plan.problems, *assets_of(report.plan).problems):
        yield Notice("problem", "", error_message(problem))
    shown = {id(diff.item) for diff in report.diffs} | {id(d.item) for d in report.asset_diffs}
    for conflict in conflicts(report):
        if id(conflict) not in shown:
            yield Notice("problem", conflict.file, conflict_message(conflict))
    for asset in asset_conflicts(report):
        if id(asset) not in shown:
            yield Notice("problem", asset.file, asset_conflict_message(asset))
    for action in (*(a for a, _ in results(report)), *(a for a, _ in asset_results(report))):
        if action.skip_reason is not None:
            yield Notice("not done", action.file, Message(withheld(action)))
    for message in report_notes(report):
        yield Notice("note", "", message)


_WHERE = {"wiki": "on the wiki", "folder": "in the folder"}


@dataclass(frozen=True, slots=True)
class ChangeWriter:
    """Create the changes of page after page, within the limits of size and time."""

    wiki: str
    images: PageImages
    limits: PageLimits
    differences: SizeBudget
    previews: SizeBudget
    previewing: Timer
    comparing: Timer

    def changes(self, pair: PageDiff) -> tuple[Change, ...]:
        """Return a change for each side that is written."""
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
            previews=() if same or shown is None else self._previews(pair),
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
        if len(rows) == 1:  # the two are versions of one line
            old, new = rows[0].old, rows[0].new
        line = self.limits.line
        return FieldView(change.name, clipped(old, line), clipped(new, line))

    def _previews(self, pair: PageDiff) -> tuple[Preview, ...]:
        item, (old, new) = pair.item, _labels(pair.item)
        before: Side = item.side if isinstance(item, Action) else "wiki"
        sides = ((old, pair.old, before), (new, pair.new, None))
        made = [
            self._preview(item, label, page, side)
            for label, page, side in sides
            if page is not None
        ]
        match made:
            case [Preview(content=Markup() as old), Preview(content=Markup() as new)]:
                contents = with_marks(old, new)
                made = [replace(one, content=c) for one, c in zip(made, contents, strict=True)]
        return tuple(made)

    def _preview(
        self, item: Action | Conflict, label: str, page: Page, before: Side | None
    ) -> Preview:
        size, locale = len(page.content), item.key.locale
        content = None
        if size <= self.limits.preview and self.previews.take(size):
            address = f"{self.wiki}/{locale}/{item.key.path}"
            images = self.images.on_page(item.key, before)
            kind = kind_of(page, item.file)
            content = rendered(page.content, kind, address, self.previewing, images)
            more = (len(content) - images.size) // MARKUP - size
            if more > 0 and (size + more > self.limits.preview or not self.previews.take(more)):
                content = None
        return Preview(label, locale, content, size)


def _labels(item: Action | Conflict) -> tuple[str, str]:
    if isinstance(item, Action):
        where = _WHERE[item.side]
        return f"Before, {where}", f"After, {where}"
    return "On the wiki", "In the folder"


def check(file: Path, config: Config) -> None:
    """See that the report can be made and may lie there, before there is anything to report.

    Raises ExtraMissing, and BadConfig for a file among the pages, where it would be taken for one.
    """
    import wikisync.report.html  # noqa: F401

    if file.resolve().is_relative_to(config.folder.resolve()):
        raise BadConfig("", "--html", str(file), f"outside {config.folder_name}/, where pages are")


def write(report: Report, file: Path) -> None:
    """Write the page of a report, whole; a new file is for its owner alone. Raises FolderError."""
    from wikisync.report.html import to_html

    now = datetime.now(UTC)
    text = to_html(report, f"{now.day} {now:%B %Y, %H:%M} UTC")
    try:
        write_output(file, text.encode())
    except OSError as error:
        raise FolderError(str(file), "write", reason_of(error)) from error
