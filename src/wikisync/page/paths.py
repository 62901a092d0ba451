"""Where a page lies: its key on the wiki ↔ its file's name below the folder. Pure.

A page of the default locale is ``<path>.<ext>``, of another installed one
``<locale>/<path>.<ext>``. Every name that one side cannot hold, or that would not lead back to the
same page, is refused with its rule and never bent into one that fits (promise 9). What the wiki
refuses, and what a browser cannot reach, is from the facts (*Writing*).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadName
from wikisync.page.model import Key

if TYPE_CHECKING:
    from wikisync.page.model import ContentType

EXTENSIONS: Final[dict[str, ContentType]] = {
    ".md": "markdown",
    ".html": "html",
    ".adoc": "asciidoc",
}
"""A file's suffix → its content type. Other content types of the wiki have no file here."""

MAX_PATH: Final = 255
"""Characters that the wiki holds of a path."""

MAX_NAME: Final = 255
"""Bytes that a file system holds of one file's or folder's name."""

RESERVED: Final = frozenset(
    {"login", "logout", "register", "verify", "favicons", "fonts", "img", "js", "svg"}
)
"""First segments that are the wiki's own pages."""

_SUFFIX: Final = {kind: suffix for suffix, kind in EXTENSIONS.items()}
_LOOKS_LIKE_LOCALE: Final = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z]{2})?")
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_REFUSED_PARTS: Final = {
    ".": "a dot",
    " ": "a blank",
    "\\": "a backslash",
    "//": "an empty segment",
}
# Wiki.js takes these out of every address before it looks for the page.
_STRIPPED_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\"|<>:*?]")


@dataclass(frozen=True, slots=True)
class Locales:
    """The locales of a wiki. The default's pages lie at the top of the folder.

    ``installed`` may or may not list the default. ``namespacing`` says whether the wiki's addresses
    name the locale; where files lie does not depend on it.
    """

    default: str
    installed: tuple[str, ...]
    namespacing: bool = False

    @property
    def folders(self) -> frozenset[str]:
        """The locales whose pages have a folder of their own."""
        return frozenset(self.installed) - {self.default}


def _suffix_of(file: str) -> str:
    """The suffix as pathlib has it, which a name that only begins with a dot lacks."""
    name = file.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:] if 0 < dot < len(name) - 1 else ""


def key_of(file: str, locales: Locales) -> Key:
    """The page that a file is, by its name (posix, relative to the folder).

    Raises BadName where it is the name of no page that the wiki can hold and show.
    """
    suffix = _suffix_of(file)
    if suffix not in EXTENSIONS:
        raise BadName(file, f"a page's file ends in {', '.join(EXTENSIONS)}")
    path = file.removesuffix(suffix)
    first, slash, rest = path.partition("/")
    if slash and first in locales.folders:
        _check_path(file, rest)
        return Key(first, rest)
    _check_path(file, path)
    return Key(locales.default, path)


def file_of(key: Key, content_type: ContentType, locales: Locales) -> str:
    """The name of a page's file, relative to the folder.

    Raises BadName where there is none that leads back to this page alone.
    """
    _check_path(key.path, key.path)
    if key.locale != locales.default:
        if key.locale not in locales.folders:
            raise BadName(str(key), f"the wiki has no locale `{key.locale}` installed")
        if not _LOCALE.fullmatch(key.locale):
            raise BadName(str(key), f"`{key.locale}` cannot be the name of a locale's folder")
    below = "" if key.locale == locales.default else f"{key.locale}/"
    file = f"{below}{key.path}{_SUFFIX[content_type]}"
    for name in file.split("/"):
        if len(name.encode()) > MAX_NAME:
            raise BadName(str(key), f"a file's name holds {MAX_NAME} bytes: `{name[:20]}…` is more")
    if key_of(file, locales) != key:
        raise BadName(str(key), f"its file `{file}` would be another page's")
    return file


def case_folded(file: str) -> str:
    """What names that a file system may hold to be one have in common: case, and how accents are
    put together."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", file).casefold())


def reason_unreachable(key: Key, locales: Locales) -> str | None:
    """Why a browser could not reach a page that bears this name; None where it could.

    Such a page may be on a wiki all the same, and can be a file; it is no name for a new page.
    """
    first = key.path.partition("/")[0]
    if len(first.encode("utf-16-le")) == 2:  # as JavaScript counts
        return f"no browser reaches a page below `{first}`: Wiki.js keeps one letter for itself"
    if first in RESERVED:
        return f"no browser reaches a page below `{first}`: Wiki.js keeps that name for itself"
    if not _LOOKS_LIKE_LOCALE.fullmatch(first):
        return None
    if first == locales.default:
        return f"pages of the default locale lie at the top of the folder, not below `{first}/`"
    if first in locales.folders:
        return f"a page cannot bear a locale's name, `{first}`"
    return f"`{first}` looks like a locale, and the wiki has none of that name installed"


def _check_path(name: str, path: str) -> None:
    rule = _reason_refused(path) or _reason_stripped(path)
    if rule is not None:
        raise BadName(name, rule)


def _reason_refused(path: str) -> str | None:
    """Why the wiki or the folder cannot hold a page of this path."""
    if not path:
        return "a page's path is not empty"
    if len(path) > MAX_PATH:
        return f"a path holds {MAX_PATH} characters; this has {len(path)}"
    for text, what in _REFUSED_PARTS.items():
        if text in path:
            return f"Wiki.js takes no {what.partition(' ')[2]} in a path"
    if path[0] == "/" or path[-1] == "/":
        return "a path neither begins nor ends with a slash"
    try:
        path.encode()
    except UnicodeEncodeError:
        return "a path is text that UTF-8 can hold"
    return None


def _reason_stripped(path: str) -> str | None:
    """What Wiki.js takes out of an address before it looks for the page."""
    if match := _STRIPPED_CHARACTERS.search(path):
        return f"Wiki.js cuts {match[0]!r} from addresses: no browser would reach the page"
    if any(not segment.strip() for segment in path.split("/")) or path != path.strip():
        return "Wiki.js cuts blanks from addresses: no browser would reach the page"
    return None
