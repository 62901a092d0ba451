"""Find the links and images of AsciiDoc, with their exact positions. Pure.

These are the macros ``link:``, ``image:``, ``image::``, ``video::`` and ``audio::``, and references
to other files: ``xref:two.adoc[]``, ``<<two.adoc#part,text>>``. Those within a page are not
followed. Listings, literal and passthrough blocks, comments and indented (literal) lines are not
searched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.page.links import LinkKind, Span, UncertainLinks

if TYPE_CHECKING:
    from collections.abc import Iterator

_DELIMITER: Final = re.compile(r"(-{4,}|\.{4,}|\+{4,}|/{4,}|`{3,}|--)[^\S\n]*\w*[^\S\n]*$")
_MACRO: Final = re.compile(
    r"(?<![\w\\:+`])(?:(link):|(image|video|audio)::?)(?![\s:\[])([^\s\[\]]+)\["
)
_XREF: Final = re.compile(
    r"(?<![\w\\:+`])xref:(?P<macro>[^\s\[\]{}#]+\.adoc(?:#[^\s\[\]{}]*)?)\["
    r"|(?<!\\)<<(?P<angles>[^\s<>,{}#]+\.adoc(?:#[^\s<>,{}]*)?)(?:,[^<>]*)?>>"
)
# With these a reference may lead elsewhere: into the page itself, or to another ending.
_OTHER_XREFS: Final = re.compile(
    r"^include::|^:!?(?:relfileprefix|relfilesuffix|outfilesuffix)\b", re.MULTILINE
)
_IMAGES_DIR: Final = re.compile(r"^:imagesdir:[^\S\n]*\S", re.MULTILINE)


def asciidoc_spans(content: str) -> Iterator[Span]:
    """Yield the targets of an AsciiDoc page.

    Raises UncertainLinks if ``imagesdir`` decides where its images are.
    """
    if _IMAGES_DIR.search(content):
        raise UncertainLinks("`:imagesdir:` decides where its images are")
    position, opened = 0, ""
    has_xrefs = not _OTHER_XREFS.search(content)
    for line in content.splitlines(keepends=True):
        text = line.rstrip()
        fence = _DELIMITER.match(text)
        if fence and fence[1] != "--" and opened in {"", fence[1]}:
            opened = "" if opened else fence[1]
        elif not opened and not text.startswith(("//", " ", "\t")):
            yield from _macros(line, position)
            if has_xrefs:
                yield from _xrefs(line, position)
        position += len(line)


def _macros(line: str, position: int) -> Iterator[Span]:
    for match in _MACRO.finditer(line):
        kind: LinkKind = "link" if match[1] else "image"
        yield Span(kind, position + match.start(3), position + match.end(3))


def _xrefs(line: str, position: int) -> Iterator[Span]:
    for match in _XREF.finditer(line):
        group = "macro" if match["macro"] else "angles"
        yield Span("xref", position + match.start(group), position + match.end(group))
