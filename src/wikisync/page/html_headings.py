"""Collect the headings of HTML text. Imported only when one is looked for."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

_CODE: Final = frozenset({"pre", "code", "script", "style", "template", "blockquote", "svg"})
"""Elements in which a heading is no heading of the page."""

_ORDER: Final = {"h1": 1, "title": 2, "h2": 3, "h3": 4, "h4": 5, "h5": 6, "h6": 7}
"""The order in which elements are taken for a title."""


class HeadingParser(HTMLParser):
    """Collects each heading's place in the order, its text, and whether no text is before it.

    The text is that of its images where there is no other.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str, bool]] = []
        self._leads = True
        self._open = ""
        self._texts: list[str] = []
        self._images: list[str] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a heading, or note an image or a line break within one."""
        if tag in _CODE:
            self._code += 1
        elif tag in _ORDER and not self._code:
            self._finish()
            self._open = tag
        elif self._open and tag == "br":
            self._texts.append(" ")
        elif self._open and tag == "img":
            self._images.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        """End a heading."""
        if tag in _CODE:
            self._code = max(0, self._code - 1)
        elif tag == self._open:
            self._finish()

    def handle_data(self, data: str) -> None:
        """Add text to the heading that is open."""
        if self._open:
            self._texts.append(data)
        elif data.strip() and not self._code:
            self._leads = False

    def _finish(self) -> None:
        if self._open:
            text = "".join(self._texts).strip() or " ".join(self._images)
            self.found.append((_ORDER[self._open], text, self._leads))
            self._leads = self._leads and self._open == "title"
        self._open, self._texts, self._images = "", [], []
