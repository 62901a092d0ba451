"""Find the heading that gives a page its title, as plain text. Pure.

Used for a new page whose file names no title, and to pair such files with pages. A heading within a
quote, a list, a comment or code does not count. The first of level 1 is taken; one of a lower level
only where the page begins with it: within a page it names a section. The Markdown and HTML parsers
are imported only here, when a heading is looked for.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.page.model import ContentType

_MOST: Final = 50_000
"""The characters of a page that are searched."""


class Heading(NamedTuple):
    """A heading: its level from 1, its plain text, and whether the page begins with it.

    In HTML ``<title>`` takes the place of level 2.
    """

    level: int
    text: str
    leads: bool


def first_heading(content: str, content_type: ContentType) -> str | None:
    """Return the text of the page's first heading of level 1, else of one that it begins with."""
    text = content.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if len(text) > _MOST:
        text = text[: text.rfind("\n", 0, _MOST) + 1 or _MOST]
    match content_type:
        case "markdown":
            return _choose(_markdown_headings(text))
        case "html":
            return _choose(_html_headings(text))
        case "asciidoc":
            return _choose(_asciidoc_headings(text))


def _choose(headings: Iterable[Heading]) -> str | None:
    leading = None
    for heading in headings:
        title = " ".join(heading.text.split())
        if title and heading.level == 1:
            return title
        if heading.leads:
            leading = leading or title
    return leading or None


_HEADING_LINE: Final = re.compile(r"^ {0,3}(?:#|=+[ \t]*$|-+[ \t]*$)|<(?:h\d|title)\b", re.M | re.I)
_HTML_HEADING: Final = re.compile(r"<(?:h\d|title)\b", re.IGNORECASE)
_TOC: Final = frozenset({"[[toc]]", "[toc]", "${toc}", "[[_toc_]]"})
"""Paragraphs in place of which a program shows a table of contents."""

_ATTRIBUTES: Final = re.compile(r"[ \t]*\{[.#:][^{}]*\}\Z")


def _markdown_headings(text: str) -> Iterator[Heading]:
    if _HEADING_LINE.search(text) is None:
        return
    references: dict[str, Any] = {}
    tokens = _markdown().parse(text, references)
    leads = True
    for token, inline in pairwise([*tokens, None]):
        if token.level or token.nesting < 0:
            continue
        if token.type == "heading_open":
            yield Heading(int(token.tag[1:]), _inline_text(inline.content, references), leads)
        elif token.type == "html_block":
            yield from (found._replace(leads=leads) for found in _html_headings(token.content))
        elif token.type == "paragraph_open" and inline.content.lower() in _TOC:
            continue
        leads = leads and _is_comment(token)


def _is_comment(token: Any) -> bool:
    return bool(token.type == "html_block" and token.content.startswith("<!--"))


@cache
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    # Only the text of headings is parsed for marks within it.
    return MarkdownIt("commonmark").enable("strikethrough").disable("inline")


def _inline_text(content: str, references: dict[str, Any]) -> str:
    """Return the text of a heading without its marks; that of its images if there is no other."""
    children: list[Any] = []
    parser = _markdown()
    parser.inline.parse(content, parser, references, children)
    text = "".join(map(_token_text, children)).strip()
    text = _ATTRIBUTES.sub("", text)
    return text or " ".join(token.content for token in children if token.type == "image")


def _token_text(token: Any) -> str:
    match token.type:
        case "text" | "text_special" | "code_inline":
            return str(token.content)
        case "softbreak" | "hardbreak":
            return " "
        case _:
            return ""


def _html_headings(text: str) -> list[Heading]:
    """Return the headings of HTML text; ``<title>`` is after those of level 1."""
    if _HTML_HEADING.search(text) is None:
        return []
    from wikisync.page.html_headings import HeadingParser

    parser = HeadingParser()
    parser.feed(text)
    parser.close()
    found = [Heading(*each) for each in parser.found]
    return sorted(found, key=lambda heading: min(heading.level, 3))


_BLOCK: Final = re.compile(r"(-{4,}|\.{4,}|/{4,}|\+{4,}|\*{4,}|_{4,}|={4,}|--|```.*|\|===)[ \t]*")
_LONGEST_LINE: Final = 1_000
"""The characters of a line that may be a heading; a title has at most 255."""

_LINE_HEADING: Final = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*)")
_UNDERLINE: Final = re.compile(r"(=+|-+|~+|\^+|\++)[ \t]*")
_LINK: Final = re.compile(
    r"(?:link:|xref:|https?://|mailto:)[^\s\[\]]*\[(?P<text>[^\]]*)\]|<<[^,<>]*,(?P<label>[^<>]*)>>"
)
_IMAGE: Final = re.compile(r"image:[^\s\[\]]*\[(?P<alt>[^\],]*)[^\]]*\]")
_MARKS: Final = re.compile(r"(?<!\w)(\*\*?|__?|``?|##?)(?=\S)(.+?)(?<=\S)\1(?!\w)")


def _asciidoc_headings(text: str) -> Iterator[Heading]:
    lines = text.split("\n")
    block, leads = "", True
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if block:
            block = "" if line.rstrip() == block else block
        elif len(line) > _LONGEST_LINE:
            continue
        elif match := _LINE_HEADING.fullmatch(line):
            yield Heading(len(match[1]), _asciidoc_text(match[2]), leads)
        elif _is_underlined(line, below):
            yield Heading("=-~^+".index(below[0]) + 1, _asciidoc_text(line), leads)
        elif (match := _BLOCK.fullmatch(line)) and line[:1] != "=":
            block = "```" if line.startswith("```") else line.rstrip()
        leads = leads and (not line.strip() or line.startswith(("//", ":")) or block[:2] == "//")


def _is_underlined(line: str, below: str) -> bool:
    """Return whether two lines are a heading in AsciiDoc's two-line form."""
    title = line.rstrip()
    return (
        _UNDERLINE.fullmatch(below) is not None
        and re.match(r"\w", title) is not None
        and abs(len(title) - len(below.rstrip())) <= 1
    )


def _asciidoc_text(text: str) -> str:
    bare = _LINK.sub(lambda match: match["text"] or match["label"] or "", text.rstrip())
    bare = _IMAGE.sub("", bare).strip() or _IMAGE.sub(lambda match: match["alt"], bare)
    return _MARKS.sub(lambda match: match[2], bare)
