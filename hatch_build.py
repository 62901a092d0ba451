"""Make the links and pictures of README.md absolute in what is built: on PyPI there is no folder.

WIKISYNC_README_AT is where the files are that README.md names, such as
https://github.com/owner/wikisync/blob/v1.2.3; without it, README.md is taken as it is. A wheel that
is built from an sdist takes what the sdist says of itself.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

ADDRESS = "WIKISYNC_README_AT"
_FENCED = re.compile(r"(^(?:`{3,}|~{3,})[^\n]*\n.*?^(?:`{3,}|~{3,})[^\S\n]*$)", re.M | re.S)
_OTHER = r"(?!(?:[A-Za-z][A-Za-z0-9+.-]*:|//))"
_LINK = re.compile(rf'(\]\(|\bhref="){_OTHER}([^)"\s]+)')
_PICTURE = re.compile(rf'(!\[[^\]]*\]\(|\b(?:src|srcset)="){_OTHER}([^)"\s]+)')


class AbsoluteReadme(MetadataHookInterface):
    """Gives the project the long description that PyPI shows."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Set ``readme``."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = absolute(text, os.environ.get(ADDRESS, ""))
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def absolute(text: str, at: str) -> str:
    """Return Markdown with its relative links below an address; as it is if that is empty."""
    if not at:
        return text
    pieces = _FENCED.split(text)
    pieces[::2] = (_with_address(piece, at.rstrip("/")) for piece in pieces[::2])
    return "".join(pieces)


def _with_address(text: str, at: str) -> str:
    """Return a text without code blocks with absolute links; pictures are wanted as bytes."""

    def link(found: re.Match[str]) -> str:
        target = f"README.md{found[2]}" if found[2].startswith("#") else found[2]
        return f"{found[1]}{at}/{target.lstrip('/')}"

    raw = at.replace("/blob/", "/raw/")
    text = _PICTURE.sub(lambda found: f"{found[1]}{raw}/{found[2].lstrip('/')}", text)
    return _LINK.sub(link, text)
