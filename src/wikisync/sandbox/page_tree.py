"""List the pages of the sandbox for its browser view, as a tree of folders that needs no script.

Folders can be folded, and those that lead to the current page are open. In a small wiki all are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from wikisync.sandbox import administration, queries
from wikisync.sandbox.auth import administrator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.sandbox.store import Row, Store

SMALL: Final = 40
"""The most pages of a wiki whose folders are all open."""


@dataclass
class _Node:
    """A segment of a path: the page there, if there is one, and what is below it."""

    page: Row | None = None
    below: dict[str, _Node] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Return the number of pages here and below."""
        return (self.page is not None) + sum(node.count for node in self.below.values())


@dataclass(frozen=True)
class _Tree:
    """The pages of one locale; ``current`` is the path of the page that is shown, if it is here."""

    prefix: str
    current: str | None
    opened: bool

    def items(self, nodes: dict[str, _Node], above: str = "") -> Iterator[str]:
        """Yield the list items of nodes, by their names; at the top the page ``home`` is first."""
        for name in sorted(nodes, key=lambda name: (above != "" or name != "home", name)):
            node, path = nodes[name], f"{above}{name}"
            if not node.below:
                yield f"<li>{self._label(name, node)}</li>"
                continue
            inside = self.current is not None and f"{self.current}/".startswith(f"{path}/")
            state = " open" if self.opened or inside else ""
            items = "".join(self.items(node.below, f"{path}/"))
            summary = f"{self._label(name, node)} <small>{node.count:,}</small>"
            yield f"<li><details{state}><summary>{summary}</summary><ul>{items}</ul></details></li>"

    def _label(self, name: str, node: _Node) -> str:
        page = node.page
        if page is None:
            return f'<span class="folder">{escape(name)}</span>'
        href = escape(f"{self.prefix}/{quote(page['path'])}")
        here = ' aria-current="page"' if page["path"] == self.current else ""
        draft = "" if page["isPublished"] else ' <span class="draft">unpublished</span>'
        return f'<a href="{href}"{here}>{escape(page["title"] or name)}</a>{draft}'


def page_tree(store: Store, current: tuple[str, str]) -> str:
    """Return all pages as HTML, locale by locale. ``current`` is the locale and path shown."""
    default = administration.locale_config(store)["locale"]
    roots: dict[str, _Node] = {}
    for page in queries.list_pages(store, administrator(store), {"orderBy": "PATH"}):
        node = roots.setdefault(page["locale"], _Node())
        for name in page["path"].split("/"):
            node = node.below.setdefault(name, _Node())
        node.page = page
    opened = sum(root.count for root in roots.values()) <= SMALL
    parts = []
    for locale in sorted(roots, key=lambda locale: (locale != default, locale)):
        prefix = "" if locale == default else f"/{locale}"
        tree = _Tree(prefix, current[1] if locale == current[0] else None, opened)
        heading = f"<h2>{escape(locale)}</h2>" if len(roots) > 1 else ""
        parts.append(f"{heading}<ul>{''.join(tree.items(roots[locale].below))}</ul>")
    return "".join(parts)
