"""Read what a page's file alone says about it: its links, its texts, its problems. Pure."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from wikisync.checking.header_keys import mistaken_keys
from wikisync.checking.model import LinkFact, PageFacts, TextFact
from wikisync.checking.wiki_links import wiki_links
from wikisync.errors import BadPage
from wikisync.page.conflict_blocks import CONFLICT_MESSAGE, conflict_blocks
from wikisync.page.document import decode_file, parse
from wikisync.page.links import find_links, line_starts
from wikisync.page.model import reason_unsendable

if TYPE_CHECKING:
    from wikisync.check_levels import Rule
    from wikisync.page.document import Document
    from wikisync.page.model import ContentType

VERSION: Final = 3
"""The version of what ``pack`` returns: another one makes every cached value invalid."""


def read_facts(data: bytes, content_type: ContentType) -> PageFacts:
    """Return what a file's bytes say."""
    try:
        decode_file(data, "")
    except BadPage as problem:
        return PageFacts(("encoding", problem.line, problem.what))
    try:
        document = parse(data, content_type)
    except BadPage as problem:
        rule: Rule = "conflict-marks" if problem.what == CONFLICT_MESSAGE else "header"
        return PageFacts((rule, problem.line, problem.what))
    content = document.file_content
    starts = line_starts(content)
    first = document.line_of(0)
    found = find_links(content, content_type)
    links = tuple(
        LinkFact(link.kind, link.target, link.line + first - 1, link.column) for link in found.links
    )
    texts: list[TextFact] = []
    for text, position in wiki_links(content) if content_type == "markdown" else ():
        line = bisect_right(starts, position)
        texts.append(TextFact(text, line + first - 1, position - starts[line - 1] + 1))
    return PageFacts(
        None,
        links,
        tuple(texts),
        tuple(_too_long(document)),
        _marks(document),
        titled=document.suggested_title is not None,
        has_header=document.header is not None or content_type == "asciidoc",
        mistaken_keys=tuple(mistaken_keys(document.header)),
    )


def _too_long(document: Document) -> list[TextFact]:
    found = reason_unsendable(document.page)
    if found is None:
        return []
    line = document.line_of_key(found.field) if found.field else None
    return [TextFact(found.reason, line or 1, 1 if found.field else 0)]


def _marks(document: Document) -> int | None:
    """Return the line of the first conflict markers in a page's content."""
    if not document.has_markers:
        return None
    blocks = conflict_blocks(document.file_content, document.content_type)
    return document.line_of(blocks[0].start) if blocks else 1


def pack(facts: PageFacts) -> list[Any]:
    """Return the facts as a value that JSON can hold, for the cache."""
    return [
        facts.problem,
        facts.links,
        facts.wiki_links,
        facts.too_long,
        facts.marks,
        facts.titled,
        facts.has_header,
        facts.mistaken_keys,
    ]


def unpack(values: Any) -> PageFacts:
    """Return the facts that ``pack`` packed. Raises ValueError or TypeError for another value."""
    problem, links, texts, too_long, marks, titled, has_header, keys = values
    return PageFacts(
        tuple(problem) if problem else None,
        tuple(LinkFact(*each) for each in links),
        tuple(TextFact(*each) for each in texts),
        tuple(TextFact(*each) for each in too_long),
        marks,
        titled,
        has_header,
        tuple(TextFact(*each) for each in keys),
    )
