"""Translate the relative links of a page whose file is the index file of its folder. Pure.

The file ``guide/README.md`` is read from ``guide/``, and its page ``/guide`` from ``/``: what the
file calls ``img/a.png`` is ``guide/img/a.png`` to the page, and ``../b.md`` is ``b.md``. Targets
without a path, absolute ones and those of other sites are the same on both sides. So are links
without a dot: Wiki.js reads ``[x](two)`` as below the page (wikijs.md, *Links between pages*),
which is what the file means by it.

Each function is the inverse of the other, for every content: a ``./`` in front keeps apart what
would be one. ``../guide/a.png`` in the file is ``./guide/a.png`` on the wiki, not ``guide/a.png``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from wikisync.page.links import find_links, is_relative

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.page.links import LinkKind
    from wikisync.page.model import ContentType

_PARENT: Final = re.compile(r"\.\.(?=[?#]|\Z)")
_HERE: Final = re.compile(r"\.(?=[?#]|\Z)")


def to_wiki(content: str, content_type: ContentType, folder: str) -> str:
    """Return a file's content as its page has it. ``folder`` is the name of the file's folder.

    The content is returned as it is if ``folder`` is empty, or its links are not certain.
    """
    return _translate(content, content_type, folder, target_on_wiki)


def to_file(content: str, content_type: ContentType, folder: str) -> str:
    """Return a page's content as its file has it: the inverse of ``to_wiki``."""
    return _translate(content, content_type, folder, target_in_file)


def _translate(
    content: str,
    content_type: ContentType,
    folder: str,
    target_of: Callable[[str, LinkKind, str], str],
) -> str:
    if not folder:
        return content
    found = find_links(content, content_type)
    parts: list[str] = []
    wanted: list[tuple[LinkKind, str]] = []
    end = 0
    prefix = quote_folder(folder)
    for link in found.links:
        target = target_of(link.target, link.kind, prefix)
        parts += content[end : link.start], target
        wanted.append((link.kind, target))
        end = link.end
    translated = "".join([*parts, content[end:]])
    if translated == content:
        return content
    # Where the new text does not have just these links, the page is left as it is.
    again = find_links(translated, content_type)
    return translated if [(link.kind, link.target) for link in again.links] == wanted else content


def quote_folder(folder: str) -> str:
    """Return a folder's name as it is written in targets, with a slash; "" for none."""
    if not folder:
        return ""
    quoted = "".join(char if ord(char) >= 0x80 else quote(char, safe="~") for char in folder)
    return f"{quoted}/"


def target_on_wiki(target: str, kind: LinkKind, prefix: str) -> str:
    """Return what the page calls a target of its file; ``prefix`` is the folder with a slash."""
    if not _is_translated(target, kind):
        return target
    if _PARENT.match(target):
        return target[1:]
    if target.startswith("../"):
        rest = target[3:]
        return f"./{rest}" if _needs_dot(rest, kind, prefix) else rest
    return prefix + target


def target_in_file(target: str, kind: LinkKind, prefix: str) -> str:
    """Return what the file calls a target of its page: the inverse of ``target_on_wiki``."""
    if not _is_translated(target, kind):
        return target
    if _HERE.match(target):
        return f".{target}"
    if target.startswith(prefix) and _is_below(target[len(prefix) :], kind):
        return target[len(prefix) :]
    if target.startswith("./") and _needs_dot(target[2:], kind, prefix):
        return f"../{target[2:]}"
    return f"../{target}"


def _is_translated(target: str, kind: LinkKind) -> bool:
    return is_relative(target) and (kind == "image" or "." in target)


def _is_below(target: str, kind: LinkKind) -> bool:
    """Return whether a file's target is one that gets the prefix."""
    return (
        _is_translated(target, kind) and not target.startswith("../") and not _PARENT.match(target)
    )


def _needs_dot(rest: str, kind: LinkKind, prefix: str) -> bool:
    """Return whether ``rest`` alone would stand for another target of the file than ``../rest``."""
    while rest.startswith("./"):
        rest = rest[2:]
    return (
        not _is_translated(rest, kind)
        or _HERE.match(rest) is not None
        or (rest.startswith(prefix) and _is_below(rest[len(prefix) :], kind))
    )
