"""Define the values of a check: what is read of a page, and what is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.check_levels import Level, Rule
    from wikisync.page.links import LinkKind
    from wikisync.page.model import Key
    from wikisync.page.paths import Layout


class LinkFact(NamedTuple):
    """A link of a page: its target as spelt, and where that is in the file, from 1."""

    kind: LinkKind
    target: str
    line: int
    column: int


class TextFact(NamedTuple):
    """A text in a page's file, and where it is, from 1."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a file's bytes alone say; it is cached by their digest.

    ``problem`` is the rule that an unreadable file breaks, with a clause. Then there is nothing
    else. ``too_long`` are texts over the wiki's limit, or an empty page, as clauses.
    ``marks`` is the line of git's conflict markers. ``titled``: the page has a title or a heading.
    ``mistaken_keys`` are keys of the header that are nearly one of wikisync's.
    """

    problem: tuple[Rule, int | None, str] | None = None
    links: tuple[LinkFact, ...] = ()
    wiki_links: tuple[TextFact, ...] = ()
    too_long: tuple[TextFact, ...] = ()
    marks: int | None = None
    titled: bool = True
    has_header: bool = True
    mistaken_keys: tuple[TextFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong. ``kind`` and ``facts`` say what; ``report.check_messages`` words it.

    ``line`` and ``column`` are from 1, None for the file as a whole. ``fix`` is a name or a target
    to take instead, if one is known. ``is_safe``: ``--fix`` does that.
    """

    rule: Rule
    level: Level
    file: str
    line: int | None
    column: int | None
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    fix: str | None = None
    is_safe: bool = False


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found, in the order of files and lines, and what ``--fix`` did.

    ``files`` are the pages' files that were checked, ``others`` counts the other files. ``known``:
    the state has the wiki's pages. ``done`` are the steps of ``--fix``; with ``planned`` they were
    not carried out.
    """

    folder: str
    findings: tuple[Finding, ...]
    files: int = 0
    others: int = 0
    known: bool = False
    done: tuple[Step, ...] = ()
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of ``--fix``: a file that gets a new name, or targets that are changed in a page.

    ``targets`` are (line, old, new). ``failed`` is the reason why it was not done, a clause.
    """

    file: str
    new_name: str = ""
    targets: tuple[tuple[int, str, str], ...] = ()
    failed: str = ""


def page_name(key: Key, layout: Layout) -> str:
    """Return a page's path, with its locale in front unless that is the wiki's default."""
    return key.path if key.locale in {"", layout.locales.default} else str(key)
