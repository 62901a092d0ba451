"""Define the values that the templates of the HTML page need.

Texts are unescaped, as the pages have them: the templates escape them (``page``). Only values of
type ``Markup`` are HTML, made by ``preview``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from markupsafe import Markup

    from wikisync.page.model import Key
    from wikisync.report.diff.word_diff import Span
    from wikisync.report.error_messages import Message
    from wikisync.report.html.limits import Difference

STATUSES: Final = ("create", "update", "move", "merge", "delete", "conflict")
"""What is done to a page, in the order shown: the verbs that write, and what nobody decided."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field that changes: in one line with marked words, tag by tag, or as a difference."""

    name: str
    old: tuple[Span, ...] = ()
    new: tuple[Span, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A page as readers see it, on one side. ``label`` says which; ``content`` None: no room."""

    label: str
    lang: str
    content: Markup | None
    size: int


@dataclass(frozen=True, slots=True)
class Change:
    """What changes on one side of a page. ``label`` names the side where a page has two of them.

    ``difference`` is of the content: None where it stays the same, or where there was no ``room``.
    ``one_sided``: the page comes or goes, so that there is nothing to compare.
    """

    label: str
    added: int
    removed: int
    fields: tuple[FieldView, ...]
    difference: Difference | None
    room: bool
    one_sided: bool
    previews: tuple[Preview, ...]


@dataclass(frozen=True, slots=True)
class AssetSide:
    """An asset on one side: ``facts`` are its size and dimensions, ``image`` its ``data:`` address.

    ``image`` is empty for a file that is no small image.
    """

    label: str
    facts: str
    image: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A page or an asset of the report. ``id`` is its anchor; ``value`` names it in a form.

    An asset has ``sides`` in place of ``changes``, and a key without a locale.

    ``group`` is what it is filtered by, if not by its status: its result, at the end of a review.
    ``digest`` is a hash of all that may be shown of it: a page whose changes are other ones has
    another digest. ``also`` is the action beside a move; ``overwrites`` is a clause that says which
    edit is overwritten.
    """

    id: str
    key: Key
    status: str
    also: str
    side: str
    doing: str
    name: str
    old_name: str
    title: str
    lang: str
    changes: tuple[Change, ...]
    message: Message | None = None
    value: str = ""
    overwrites: str = ""
    digest: str = ""
    group: str = ""
    sides: tuple[AssetSide, ...] = ()

    @property
    def may_be_ticked(self) -> bool:
        """Return whether the page has an action; a conflict has a message instead."""
        return self.message is None

    @property
    def added(self) -> int:
        """Return the number of lines of content added, on both sides."""
        return sum(change.added for change in self.changes)

    @property
    def removed(self) -> int:
        """Return the number of lines of content removed, on both sides."""
        return sum(change.removed for change in self.changes)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be known beside the pages: a refusal, a problem, a note, what is withheld."""

    kind: Literal["refused", "problem", "note", "not done"]
    name: str
    message: Message


@dataclass(frozen=True, slots=True)
class PageView:
    """The whole page."""

    heading: str
    folder: str
    arrow: str
    wiki: str
    made: str
    lines: tuple[str, ...]
    entries: tuple[Entry, ...]
    counts: tuple[tuple[str, int], ...]
    notices: tuple[Notice, ...]
    unshown: int = 0

    @property
    def noun(self) -> str:
        """Return what the entries are called: pages, or with images and files among them, items."""
        return "item" if any(entry.sides for entry in self.entries) else "page"

    @property
    def added(self) -> int:
        """Return the number of lines of content added, on all pages."""
        return sum(entry.added for entry in self.entries)

    @property
    def removed(self) -> int:
        """Return the number of lines of content removed, on all pages."""
        return sum(entry.removed for entry in self.entries)
