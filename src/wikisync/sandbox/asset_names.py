"""Name assets and their folders as Wiki.js does, and tell the addresses of assets from pages'.

A file name loses what a file system cannot hold and is cut at 255 bytes; an address is cleaned
before it is looked up, so that some assets can be stored and never read (wikijs.md, *Assets*).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from wikisync.sandbox.validation import WHITE_SPACE

MAX_BYTES: Final = 255
"""The most bytes of a name in UTF-8."""

PAGE_EXTENSIONS: Final = ("md", "html", "txt")
UNREADABLE_FOLDERS: Final = frozenset({"graphql", "js", "login", "verify"})
UNREADABLE_FILES: Final = frozenset({"favicon.ico", "robots.txt"})
"""Addresses, and first segments of addresses, at which Wiki.js answers something else."""

LETTERS: Final = frozenset("adehipstu")
"""First segments of one letter below which Wiki.js has pages of its own; it drops any other."""

_GAPS: Final = re.compile(f"[{WHITE_SPACE},;#]+")
_NOT_IN_NAMES: Final = re.compile(r'[/?<>\\:*|"\x00-\x1f\x80-\x9f]')
_DOTS: Final = re.compile(r"\.+\Z")
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?\Z", re.I | re.S)
_END: Final = re.compile(r"[. ]+\Z")

_NOT_IN_ADDRESSES: Final = re.compile(r'[\x00-\x1f\x80-\x9f\\"|<>:*?]')
_LOCALE: Final = re.compile(r"[A-Za-z]{2}(-[A-Za-z]{2})?\Z")


def uploaded_name(sent: str) -> str:
    """Return the name under which a file is stored; it may be empty."""
    base = re.split(r"[/\\]", sent)[-1]
    return _clean(_GAPS.sub("_", base.lower()))


def renamed_name(sent: str) -> str:
    """Return the name that an asset gets from a request to rename it; it may be empty."""
    return _clean(sent).lower()


def folder_slug(sent: str) -> str:
    """Return the slug of a new folder; it may be empty."""
    return _clean(sent).lower()


def extension(name: str) -> str:
    """Return the ending of a file name with its dot; empty for ``.hidden`` and ``noext``."""
    stem, dot, end = name.rpartition(".")
    return f"{dot}{end}" if stem else ""


def _clean(name: str) -> str:
    name = _NOT_IN_NAMES.sub("", name)
    for pattern in (_DOTS, _DEVICE):
        name = "" if pattern.match(name) else name
    return _END.sub("", name).encode("utf-8", "replace")[:MAX_BYTES].decode("utf-8", "ignore")


@dataclass(frozen=True)
class Address:
    """Hold an address as Wiki.js reads it. ``locale`` is None where it names none."""

    path: str
    locale: str | None
    is_page: bool


def parse_address(raw: str) -> Address:
    """Return what an address means; ``raw`` is without its percent-encoding and its first slash.

    A first segment of one letter is dropped, one that looks like a locale is taken for that.
    """
    path = _NOT_IN_ADDRESSES.sub("", raw.rstrip(WHITE_SPACE), count=1)
    path = re.sub(r"\.\.+", "", path.replace("\\", "").replace("//", ""))
    parts = [part for part in path.split("/") if part.strip(WHITE_SPACE) not in {"", "."}]
    if parts and parts[0] in UNREADABLE_FOLDERS:
        return Address("/".join(parts), None, is_page=True)
    if parts and parts[0] in LETTERS:
        return Address("/".join(parts), None, is_page=True)
    if parts and len(parts[0].encode("utf-16-le", "replace")) == 2:  # as JavaScript counts
        del parts[0]
    locale = None
    if parts and _LOCALE.match(parts[0]):
        locale = parts.pop(0)
    path = "/".join(parts)
    is_page = "." not in path or raw.endswith(tuple(f".{end}" for end in PAGE_EXTENSIONS))
    return Address(path, locale, is_page=is_page or path in UNREADABLE_FILES)
