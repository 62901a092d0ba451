"""Apply every rule to what is known of a folder. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.checking.link_rules import link_findings
from wikisync.checking.model import Finding
from wikisync.checking.name_rules import asset_findings, name_findings
from wikisync.checking.page_rules import page_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.checking.folder_facts import FolderFacts
    from wikisync.errors import FolderError


def all_findings(
    facts: FolderFacts, files: Iterable[str], unread: Iterable[FolderError] = ()
) -> tuple[Finding, ...]:
    """Return the findings of every rule that is not off, in the order of files and lines.

    ``files`` are the names of all pages' files, ``unread`` what could not be read.
    """
    found = [each for each in _each(facts, files, unread) if each.level != "off"]
    order = {rule: number for number, rule in enumerate(facts.levels)}
    return tuple(
        sorted(found, key=lambda one: (one.file, one.line or 0, one.column or 0, order[one.rule]))
    )


def _each(
    facts: FolderFacts, files: Iterable[str], unread: Iterable[FolderError]
) -> Iterator[Finding]:
    for error in unread:
        level, what = facts.levels["header"], {"what": error.reason}
        yield Finding("header", level, error.file, None, None, "unread", what)
    yield from name_findings(facts, files)
    yield from asset_findings(facts)
    for file in facts.pages:
        yield from page_findings(facts, file)
        yield from link_findings(facts, file)
