"""Sanitise SVG as Wiki.js does before it stores it.

Scripts, event handlers, comments and links that run something are removed, and a tag that closes
itself gets an end tag (wikijs.md, *Assets*). Wiki.js does it with DOMPurify, which knows every
element; this is as far as the recordings go.
"""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser
from typing import Final

_REMOVED: Final = frozenset(
    {"script", "foreignobject", "use", "animate", "set", "iframe", "object", "handler"}
)
"""Elements that are removed with everything in them, in lower case."""

_TAG: Final = re.compile(r"<([^\s/>]+)(.*?)/?>?\Z", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+))?""")
_RUNS: Final = re.compile(r"\s*(?:java|vb)script\s*:|\s*data\s*:\s*text/html", re.IGNORECASE)


def sanitize(text: str) -> str:
    """Return SVG as it is stored."""
    writer = _Writer()
    writer.feed(text)
    writer.close()
    return writer.result()


class _Writer(HTMLParser):
    """Write the elements that stay. Names keep their case, which SVG distinguishes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._parts: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._removed: list[str] = []

    def result(self) -> str:
        """Return the text; elements that are still open are closed."""
        while self._open:
            self._parts.append(f"</{self._open.pop()[1]}>")
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if self._removed or tag in _REMOVED:
            self._removed.append(tag)
        else:
            self._open.append((tag, self._write_start()))

    def handle_startendtag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if not self._removed and tag not in _REMOVED:
            self._parts.append(f"</{self._write_start()}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._removed:
            while self._removed.pop() != tag:
                pass
        elif not self._removed and any(tag == name for name, _ in self._open):
            closed = ""
            while closed != tag:
                closed, written = self._open.pop()
                self._parts.append(f"</{written}>")

    def handle_data(self, data: str) -> None:
        if not self._removed:
            self._parts.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(escape(unescape(f"&#{name};"), quote=False))

    def _write_start(self) -> str:
        """Write the start tag that was read, and return its name."""
        found = _TAG.match(self.get_starttag_text() or "")
        name, rest = (found[1], found[2]) if found else ("g", "")
        kept = [
            f'{key}="{escape(value)}"'
            for key, raw in _ATTRIBUTE.findall(rest)
            if not key.lower().startswith("on")
            and not _RUNS.match(value := unescape(raw.strip("\"'")))
        ]
        self._parts.append(f"<{' '.join([name, *kept])}>")
        return name
