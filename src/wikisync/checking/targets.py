"""Write the targets of links. Pure."""

from __future__ import annotations

from urllib.parse import quote


def rest_of(target: str) -> str:
    """Return the query and the fragment of a target."""
    ends = [at for at in (target.find("?"), target.find("#")) if at >= 0]
    return target[min(ends) :] if ends else ""


def quoted(path: str) -> str:
    """Return a path as it is written in targets: percent-encoded, but for other scripts."""
    return "".join(c if ord(c) >= 0x80 else quote(c, safe="/~") for c in path)


def absolute_target(path: str, like: str) -> str:
    """Return the absolute target of a path, with query and fragment of another target."""
    return f"/{quoted(path)}{rest_of(like)}"
