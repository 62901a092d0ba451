"""Parse clean HTML into a tree, and write it back.

For the output of nh3 alone, which is well-formed: every element is closed, and every attribute is
in quotes. Whatever is in the tree, the written HTML has each text and attribute escaped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

VOID: Final = frozenset({"br", "col", "hr", "img", "input", "source", "wbr"})
_DEEPEST: Final = 200
"""Elements within each other; the content of deeper ones is kept without them."""


@dataclass(slots=True)
class Element:
    """An element: its attributes by name, its texts and elements in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """Return the element's classes."""
        return self.attributes.get("class", "").split()

    @property
    def elements(self) -> list[Element]:
        """Return the children that are elements."""
        return [child for child in self.children if isinstance(child, Element)]

    def walk(self) -> Iterator[Element]:
        """Yield every element below this one, in the order of the text."""
        waiting = self.elements[::-1]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += element.elements[::-1]

    @property
    def text(self) -> str:
        """Return the text of this element and all below it."""
        return self.text_without("")

    def text_without(self, left_out: str) -> str:
        """Return the text without that of elements of a class."""
        found: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            node = waiting.pop()
            if isinstance(node, str):
                found.append(node)
            elif not left_out or left_out not in node.classes:
                waiting += node.children[::-1]
        return "".join(found)


def parse_html(html: str, check: Callable[[], None] = lambda: None) -> Element:
    """Return the tree of clean HTML, below an element without a name.

    ``check`` is called often, and may raise an exception to stop it.
    """
    parser = _Parser(check)
    parser.feed(html)
    parser.close()
    return parser.root


def write_html(nodes: Iterable[Element | str]) -> str:
    """Return nodes as HTML."""
    found: list[str] = []
    waiting: list[Element | str | tuple[str]] = []
    waiting += [*nodes][::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            found.append(node[0])
        elif isinstance(node, str):
            found.append(escape(node, quote=False))
        else:
            found.append(_opening(node))
            if node.tag not in VOID:
                waiting.append((f"</{node.tag}>",))
                waiting += node.children[::-1]
    return "".join(found)


def _opening(element: Element) -> str:
    attributes = "".join(
        f' {name}="{escape(value)}"' if value else f" {name}"
        for name, value in element.attributes.items()
    )
    first = element.children[0] if element.children else ""
    # A browser drops one line end at the start of this element.
    kept = "\n" if element.tag == "pre" and isinstance(first, str) and first[:1] == "\n" else ""
    return f"<{element.tag}{attributes}>{kept}"


class _Parser(HTMLParser):
    def __init__(self, check: Callable[[], None]) -> None:
        super().__init__(convert_charrefs=True)
        self._check = check
        self.root = Element("")
        self._open = [self.root]
        self._too_deep: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._check()
        if tag not in VOID and len(self._open) > _DEEPEST:
            self._too_deep.append(tag)
            return
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self._too_deep:
            self._too_deep.pop()
        elif len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        children = self._open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)
