"""Mark in a rendered page what was added and removed since an older version of it. Pure.

Both versions are clean HTML (``rendering``). Blocks are aligned first, then the rows, items and
words within those that changed. What was removed stays in its place, without ids and links.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wikisync.page.line_matching import Budget, matching_blocks
from wikisync.rendering.tree import VOID, Element, parse_html, write_html
from wikisync.report.diff.word_diff import line_similarity, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Node = Element | str

ADDED: Final = "ws-added"
REMOVED: Final = "ws-removed"

_BLOCKS: Final = frozenset(
    (
        *("article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "figcaption"),
        *("figure", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "pre", "section"),
        *("summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_DEEPEST: Final = 40
"""Blocks within each other that are compared; deeper ones are compared by their words alone."""

_ALIKE: Final = 0.4
"""The share of their text that two blocks have in common to be versions of one."""


def mark_changes(old: str, new: str, check: Callable[[], None] = lambda: None) -> str:
    """Return the HTML ``new`` with what differs from ``old`` marked.

    ``check`` is called often, and may raise an exception to stop it.
    """
    marker = _Marker(Budget(), check)
    before, after = parse_html(old, check), parse_html(new, check)
    return write_html(marker.children(before.children, after.children))


@dataclass(slots=True)
class _Marker:
    budget: Budget
    check: Callable[[], None]
    depth: int = 0

    def children(self, old: Sequence[Node], new: Sequence[Node]) -> list[Node]:
        """Return the marked blocks of ``new``, and those of ``old`` that are gone."""
        before, after = _without_blanks(old), _without_blanks(new)
        keys = [write_html([node]) for node in before], [write_html([node]) for node in after]
        found: list[Node] = []
        i = j = 0
        for match in matching_blocks(*keys, self.budget, include_frequent=True):
            found += self._replaced(before[i : match.a], after[j : match.b])
            found += after[match.b : match.b + match.size]
            i, j = match.a + match.size, match.b + match.size
        return [*found, *self._replaced(before[i:], after[j:])]

    def _replaced(self, old: Sequence[Node], new: Sequence[Node]) -> Iterator[Node]:
        """Yield blocks in place of others: versions of one are paired, in order.

        What was removed comes before what was added in its place.
        """
        before = after = 0
        for position, node in enumerate(new):
            same = next(
                (at for at in range(before, len(old)) if self._is_version(old[at], node)), None
            )
            if same is None:
                continue
            yield from map(_removed, old[before:same])
            yield from map(_added, new[after:position])
            yield self._pair(old[same], node)
            before, after = same + 1, position + 1
        yield from map(_removed, old[before:])
        yield from map(_added, new[after:])

    def _is_version(self, old: Node, new: Node) -> bool:
        self.check()
        if isinstance(old, str) or isinstance(new, str):
            return isinstance(old, str) and isinstance(new, str)
        if old.tag != new.tag:
            return False
        if _has_blocks(new) or new.tag in {"td", "th"}:
            return True
        return line_similarity(old.text, new.text, self.budget) >= _ALIKE

    def _pair(self, old: Node, new: Node) -> Node:
        if isinstance(old, str) or isinstance(new, str):
            old = old if isinstance(old, Element) else Element("span", {}, [old])
            new = new if isinstance(new, Element) else Element("span", {}, [new])
        if self.depth < _DEEPEST and _has_blocks(new) and _has_blocks(old):
            self.depth += 1
            made = Element(new.tag, new.attributes, self.children(old.children, new.children))
            self.depth -= 1
            return made
        return self._words(old, new)

    def _words(self, old: Element, new: Element) -> Element:
        """Return a block without blocks in it, with its words marked."""
        before, after = list(_tokens(old)), list(_tokens(new))
        edits = _Edits()
        i = j = 0
        for match in matching_blocks(before, after, self.budget, include_frequent=True):
            edits.add(before[i : match.a], j, match.b)
            i, j = match.a + match.size, match.b + match.size
        edits.add(before[i:], j, len(after))
        return _Rebuilt(edits).element(new)


@dataclass(slots=True)
class _Edits:
    """What changed in a block: the new tokens by position, and removed text before a position."""

    added: set[int] = field(default_factory=set)
    removed: dict[int, str] = field(default_factory=dict)

    def add(self, old: Iterable[str], start: int, end: int) -> None:
        self.added.update(range(start, end))
        text = "".join(token for token in old if token[:1] != "<")
        if text:
            self.removed[start] = text


class _Rebuilt:
    """Builds a block anew from its elements and the edits of its tokens, in the same order."""

    def __init__(self, edits: _Edits) -> None:
        self._edits = edits
        self._at = 0

    def element(self, new: Element) -> Element:
        made = Element(new.tag, dict(new.attributes))
        self._fill(made, new.children)
        self._put_removed(made.children)
        return made

    def _fill(self, made: Element, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, str):
                for word in words(node):
                    self._put(made.children, word)
                continue
            changed = self._put_removed(made.children)
            child = Element(node.tag, dict(node.attributes))
            if changed:
                _add_class(child, ADDED)
            made.children.append(child)
            self._at += 1
            self._fill(child, node.children)

    def _put_removed(self, into: list[Node]) -> bool:
        """Add what was removed before this token; return whether the token is new."""
        text = self._edits.removed.pop(self._at, "")
        if text:
            into.append(Element("del", {"class": REMOVED}, [text]))
        return self._at in self._edits.added

    def _put(self, into: list[Node], word: str) -> None:
        last = into[-1] if into else None
        if self._put_removed(into):
            if isinstance(last, Element) and last.tag == "ins" and last is into[-1]:
                last.children.append(word)
            else:
                into.append(Element("ins", {"class": ADDED}, [word]))
        else:
            into.append(word)
        self._at += 1


def _tokens(element: Element) -> Iterator[str]:
    """Yield the words of a block, and for each element in it a token that begins with ``<``."""
    for child in element.children:
        if isinstance(child, str):
            yield from (word if word != "<" else "‹" for word in words(child))
        else:
            yield f"<{child.tag} {sorted(child.attributes.items())}"
            yield from _tokens(child)


def _has_blocks(element: Element) -> bool:
    return any(child.tag in _BLOCKS for child in element.elements)


def _without_blanks(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if isinstance(node, Element) or node.strip()]


def _added(node: Node) -> Node:
    if isinstance(node, str):
        return Element("ins", {"class": ADDED}, [node])
    made = Element(node.tag, dict(node.attributes), node.children)
    _add_class(made, ADDED)
    return made


def _removed(node: Node) -> Node:
    if isinstance(node, str):
        return Element("del", {"class": REMOVED}, [node])
    made = _bare(node)
    _add_class(made, REMOVED)
    return made


def _bare(node: Element) -> Element:
    """Return an element without what could act on the page that it is put into."""
    dropped = {"id", "name", "for", "href", "target"}
    attributes = {name: value for name, value in node.attributes.items() if name not in dropped}
    children = [child if isinstance(child, str) else _bare(child) for child in node.children]
    return Element(node.tag, attributes, [] if node.tag in VOID else children)


def _add_class(element: Element, name: str) -> None:
    element.attributes["class"] = " ".join((*element.classes, name))
