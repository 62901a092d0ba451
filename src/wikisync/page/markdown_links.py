"""Find the links and images of Markdown, with their exact positions. Pure.

markdown-it reads the text, as it does in Wiki.js; its rules for links, images and tags are wrapped
to note where in a paragraph each target is. The paragraph's lines are then found in the source. A
line that is not found there makes the whole page uncertain.

Beside what CommonMark has, an image may have a size behind its target (``![](a.png =100x50)``), as
Wiki.js reads it. Definitions of footnotes are no definitions of links. What is between ``$`` signs
is a formula.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from wikisync.page.html_links import HtmlScanner
from wikisync.page.links import LinkKind, Span, UncertainLinks, line_starts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_NOTES: Final = "wikisync_notes"
_SIZE: Final = re.compile(r"[ \t\n]+=\d*%?x\d*%?")
_FORMULA: Final = re.compile(r"\$\$.+?\$\$|\$(?![\s$])(?:\\.|[^\\$\n])+(?<!\s)\$(?!\d)", re.DOTALL)
_LABEL: Final = re.compile(r"\[((?:\\.|[^\[\]\\])+)\]:")
_BEFORE_TARGET: Final = re.compile(r"[ \t]*(?:(?:\r\n?|\n)[ \t>]*)?")
_UNCLEAR: Final = "the position of a link in its Markdown is unclear"


@dataclass(frozen=True, slots=True)
class _Note:
    """What a rule found in a paragraph: a target, or a tag (``kind`` is None)."""

    kind: LinkKind | None
    start: int
    end: int


@dataclass(slots=True)
class _Paragraph:
    """The text of a paragraph, heading or cell, and what the rules noted in it."""

    text: str
    notes: list[_Note] = field(default_factory=list)


def markdown_spans(content: str) -> list[Span]:
    """Return the targets of a Markdown page. Raises UncertainLinks."""
    source = _Source(content)
    md = _parser()
    env: dict[str, Any] = {}
    tokens = md.parse(content, env)
    html = HtmlScanner()
    spans = list(_definitions(md, source, env))
    cells = _Cells()
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "html_block":
            start, end = source.lines(token)
            html.scan(content[start:end], start)
        elif token.type == "inline" and token.content:
            in_cell = before is not None and before.type in {"th_open", "td_open"}
            paragraph = _Paragraph(token.content)
            md.inline.parse(token.content, md, {**env, _NOTES: paragraph}, [])
            position = source.positions(token, cells if in_cell else None)
            for note in sorted(paragraph.notes, key=lambda note: note.start):
                _add(note, paragraph.text, position, html, spans)
    return [*spans, *html.spans]


def _add(
    note: _Note,
    text: str,
    position: Callable[[int], int | None],
    html: HtmlScanner,
    spans: list[Span],
) -> None:
    """Add what a note stands for, at its position in the source. Raises UncertainLinks."""
    start = position(note.start)
    if note.kind is not None:
        end = position(note.end)
        if start is None or end is None or end - start != note.end - note.start:
            raise UncertainLinks(_UNCLEAR)
        if not html.inside:
            spans.append(Span(note.kind, start, end))
        return
    scanner = HtmlScanner()
    scanner.inside = html.inside
    scanner.scan(text[note.start : note.end], 0)
    html.inside = scanner.inside
    for span in scanner.spans:
        first, last = position(note.start + span.start), position(note.start + span.end)
        if first is None or last is None or last - first != span.end - span.start:
            raise UncertainLinks(_UNCLEAR)
        html.spans.append(Span(span.kind, first, last))


@dataclass(slots=True)
class _Cells:
    """Where in its row the search for the next cell of a table begins."""

    row: int = -1
    after: int = 0


class _Source:
    """Find the lines of the parser's blocks in a content."""

    def __init__(self, content: str) -> None:
        self.content = content
        self._starts = [*line_starts(content), len(content)]

    def lines(self, token: Token) -> tuple[int, int]:
        """Return the start and end of a block's lines in the content."""
        if token.map is None:
            raise UncertainLinks(_UNCLEAR)
        first, last = token.map
        return self._starts[first], self._starts[min(last, len(self._starts) - 1)]

    def line(self, number: int) -> str:
        """Return a line, without its end."""
        return self.content[self._starts[number] : self._starts[number + 1]].rstrip("\r\n")

    def positions(self, token: Token, cells: _Cells | None) -> Callable[[int], int | None]:
        """Return a function from a position in a block's text to that in the content, or None."""
        begins: list[int] = []
        found: list[int | None] = []
        first = token.map[0] if token.map else 0
        at = 0
        for number, line in enumerate(token.content.split("\n"), first):
            begins.append(at)
            found.append(self._find(number, line, cells))
            at += len(line) + 1

        def position(offset: int) -> int | None:
            index = bisect_right(begins, offset) - 1
            start = found[index]
            return None if start is None else start + offset - begins[index]

        return position

    def _find(self, number: int, line: str, cells: _Cells | None) -> int | None:
        """Return the position of a block's line in the content; None if it is not there."""
        if number >= len(self._starts) - 1:
            return None
        source, text = self.line(number), line.strip()
        if cells is not None:
            if cells.row != number:
                cells.row, cells.after = number, 0
            column = source.find(text, cells.after)
            cells.after = column + len(text) if column >= 0 else cells.after
        elif source.rstrip().endswith(text):
            column = len(source.rstrip()) - len(text)
        else:
            column = source.find(text)  # a heading with closing signs
        if column < 0:
            return None
        return self._starts[number] + column - (len(line) - len(line.lstrip()))


def _definitions(md: MarkdownIt, source: _Source, env: dict[str, Any]) -> Iterator[Span]:
    """Yield the targets of definitions (``[name]: target``)."""
    known = [(label, found) for label, found in env.get("references", {}).items()]
    known += [(found["label"], found) for found in env.get("duplicate_refs", ())]
    for label, found in known:
        if label.startswith("^"):
            continue
        first, last = found["map"]
        start = source._starts[first]
        text = source.content[start : source._starts[last]]
        match = _LABEL.search(text)
        space = _BEFORE_TARGET.match(text, match.end()) if match else None
        if space is None:
            raise UncertainLinks("the definition of a link in its Markdown is unclear")
        target = md.helpers.parseLinkDestination(text, space.end(), len(text))
        if not target.ok or md.normalizeLink(target.str) != found["href"]:
            raise UncertainLinks("the definition of a link in its Markdown is unclear")
        begin, end = _without_brackets(text, space.end(), target.pos)
        if end > begin:
            yield Span("link", start + begin, start + end)


def _without_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    return (start + 1, end - 1) if text[start : start + 1] == "<" else (start, end)


@cache
def _parser() -> MarkdownIt:
    """Return markdown-it with rules that note targets; paragraphs are parsed one by one."""
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import html_inline, image, link

    md = MarkdownIt("js-default", {"html": True})
    md.core.ruler.enableOnly(["normalize", "block"])
    md.inline.ruler.at("link", _noting("link", link))
    md.inline.ruler.at("image", _noting("image", image))
    md.inline.ruler.at("html_inline", _noting(None, html_inline))
    md.inline.ruler.before("escape", "formula", _formula)
    md.inline.ruler.after("image", "sized_image", _sized_image)
    return md


def _noting(
    kind: LinkKind | None, rule: Callable[[StateInline, bool], bool]
) -> Callable[[StateInline, bool], bool]:
    """Return a rule that does what ``rule`` does, and notes what it found."""

    def noting(state: StateInline, silent: bool) -> bool:
        start = state.pos
        if not rule(state, silent):
            return False
        paragraph = _noted(state, silent)
        if paragraph is None:
            return True
        if kind is None:
            paragraph.notes.append(_Note(None, start, state.pos))
            return True
        end = state.pos
        target = _inline_target(state, start + (kind == "image"), sized=False)
        if target is not None and target[2] == end and target[1] > target[0]:
            paragraph.notes.append(_Note(kind, target[0], target[1]))
        return True

    return noting


def _noted(state: StateInline, silent: bool) -> _Paragraph | None:
    """Return the paragraph to note in; None while looking ahead, or in an image's text."""
    paragraph = state.env.get(_NOTES)
    if silent or not isinstance(paragraph, _Paragraph) or state.src != paragraph.text:
        return None
    return paragraph


def _inline_target(state: StateInline, bracket: int, *, sized: bool) -> tuple[int, int, int] | None:
    """Return start and end of the target of a link whose text begins at ``bracket``, and its end.

    None if this is no link with a target of its own, such as a reference.
    """
    helpers, text, maximum = state.md.helpers, state.src, state.posMax
    closing = helpers.parseLinkLabel(
        state, bracket, not sized and text[bracket - 1 : bracket] != "!"
    )
    if closing < 0 or text[closing + 1 : closing + 2] != "(":
        return None
    start = _skip_space(text, closing + 2, maximum)
    target = helpers.parseLinkDestination(text, start, maximum)
    if not target.ok:
        return None
    position = _skip_space(text, target.pos, maximum)
    title = helpers.parseLinkTitle(text, position, maximum)
    if position < maximum and position != target.pos and title.ok:
        position = title.pos
    else:
        position = target.pos
    if sized:
        size = _SIZE.match(text, position, maximum)
        if size is None:
            return None
        position = size.end()
    position = _skip_space(text, position, maximum)
    if text[position : position + 1] != ")":
        return None
    return *_without_brackets(text, start, target.pos), position + 1


def _skip_space(text: str, position: int, maximum: int) -> int:
    while position < maximum and text[position] in " \t\n":
        position += 1
    return position


def _sized_image(state: StateInline, silent: bool) -> bool:
    """Read an image with a size behind its target."""
    if not state.src.startswith("![", state.pos):
        return False
    target = _inline_target(state, state.pos + 1, sized=True)
    if target is None:
        return False
    if (paragraph := _noted(state, silent)) is not None and target[1] > target[0]:
        paragraph.notes.append(_Note("image", target[0], target[1]))
    state.pos = target[2]
    return True


def _formula(state: StateInline, _silent: bool) -> bool:
    """Read a formula between ``$`` signs, in which there are no links."""
    if state.src[state.pos] != "$":
        return False
    match = _FORMULA.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    state.pos = match.end()
    return True
