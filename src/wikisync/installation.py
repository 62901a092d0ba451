"""Find where this program was installed from, and how to install more of it."""

from __future__ import annotations

import json
import shlex
from importlib import metadata
from urllib.parse import urlsplit
from urllib.request import url2pathname


def source_folder() -> str | None:
    """Return the folder that this was installed from, such as a clone; None if it was none.

    pip and uv record it (PEP 610).
    """
    try:
        recorded = metadata.distribution("wikisync").read_text("direct_url.json")
        url = urlsplit(json.loads(recorded or "{}")["url"])
    except (metadata.PackageNotFoundError, OSError, ValueError, KeyError, TypeError):
        return None
    return url2pathname(url.path) if url.scheme == "file" else None


def requirement_of(extra: str) -> str:
    """Return what pip has to install for an extra, quoted as for a shell."""
    return shlex.quote(f"{source_folder() or 'wikisync'}[{extra}]")
