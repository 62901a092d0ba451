"""Render the content of pages as Wiki.js 2.5 does, as HTML that runs nothing.

Imports no other package of the client, so that the sandbox can use it too.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def page_style() -> str:
    """Return the style of rendered pages, which are within an element of class ``rendered``."""
    return (files("wikisync.rendering") / "page.css").read_text(encoding="utf-8")
