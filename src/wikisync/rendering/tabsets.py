"""Turn headings with the class ``tabset`` into tabs, as Wiki.js does: one for each heading below.

The tabs are radio buttons, so that they need no script; ``page.css`` shows the chosen one.
"""

from __future__ import annotations

from typing import Final

from wikisync.rendering.tree import Element

_LEVELS: Final = range(1, 6)
_MOST: Final = 16
"""Tabs of one set that the style covers; more than these stay headings."""


def make_tabsets(root: Element) -> None:
    """Replace each heading with the class ``tabset``, and what belongs to it, by its tabs."""
    number = 0
    for parent in [root, *root.walk()]:
        if any("tabset" in child.classes for child in parent.elements):
            for level in _LEVELS:
                number = _replace(parent, level, number)


def _replace(parent: Element, level: int, number: int) -> int:
    nodes = parent.children
    found: list[Element | str] = []
    position = 0
    while position < len(nodes):
        node = nodes[position]
        position += 1
        if not isinstance(node, Element) or node.tag != f"h{level}" or "tabset" not in node.classes:
            found.append(node)
            continue
        end = position
        while end < len(nodes) and not _is_heading(nodes[end], level):
            end += 1
        number += 1
        found += _tabset(nodes[position:end], level + 1, number)
        position = end
    parent.children = found
    return number


def _tabset(nodes: list[Element | str], level: int, number: int) -> list[Element | str]:
    """Return the tabs of the nodes between two headings; what is before the first tab stays."""
    before: list[Element | str] = []
    labels: list[Element | str] = []
    panels: list[Element | str] = []
    content = before
    for node in nodes:
        if isinstance(node, Element) and node.tag == f"h{level}":
            name = f"ws-tab-{number}-{len(panels) + 1}"
            choice = {"type": "radio", "name": f"ws-tabset-{number}", "id": name}
            if not panels:
                choice["checked"] = ""
            labels.append(Element("input", choice))
            labels.append(Element("label", {"for": name}, node.children))
            content = []
            panels.append(Element("div", {"class": "tabset-panel"}, content))
        else:
            content.append(node)
    if not panels:
        return before
    if len(panels) > _MOST:
        return nodes
    return [*before, Element("div", {"class": "tabset"}, [*labels, *panels])]


def _is_heading(node: Element | str, level: int) -> bool:
    """Return whether a node is a heading of a level or of one above it."""
    return isinstance(node, Element) and node.tag in {f"h{each + 1}" for each in range(level)}
