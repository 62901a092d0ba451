"""Map a page's key to its file's name below the folder, and back. Pure.

A page of the default locale is ``<path>.<ext>``, of another installed locale
``<locale>/<path>.<ext>``. A name that one side cannot hold, or that would not map back to the same
page, is refused with the rule that it breaks, never changed into one that fits (promise 9). What
Wiki.js refuses, and what a browser cannot reach: wikijs.md, *Paths*.
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
"""File suffix → content type. Pages of other content types have no file."""

MAX_PATH: Final = 255
"""The most characters of a page's path."""

MAX_NAME: Final = 255
"""The most bytes of one file's or folder's name."""

RESERVED: Final = frozenset(
    {"login", "logout", "register", "verify", "favicons", "fonts", "img", "js", "svg"}
)
"""First path segments that Wiki.js uses for its own routes."""

_SUFFIX: Final = {kind: suffix for suffix, kind in EXTENSIONS.items()}
_LOOKS_LIKE_LOCALE: Final = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z]{2})?")
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_REFUSED_PARTS: Final = {
    ".": "dots",
    " ": "spaces",
    "\\": "backslashes",
    "//": "empty segments",
}
# Wiki.js removes these from every address before it looks up the page.
_STRIPPED_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\"|<>:*?]")


@dataclass(frozen=True, slots=True)
class Locales:
    """Hold the locales of a wiki. Pages of the default locale are at the top of the folder.

    ``installed`` may or may not contain the default. ``namespacing`` says whether the wiki's
    addresses contain the locale; file names do not depend on it.
    """

    default: str
    installed: tuple[str, ...]
    namespacing: bool = False

    @property
    def folders(self) -> frozenset[str]:
        """The locales whose pages have a folder of their own."""
        return frozenset(self.installed) - {self.default}


def _suffix_of(file: str) -> str:
    """Return the suffix as ``pathlib`` defines it: ``.md`` alone has none."""
    name = file.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:] if 0 < dot < len(name) - 1 else ""


def key_of(file: str, locales: Locales) -> Key:
    """Return the key of a file's page. ``file`` is relative to the folder, with ``/``.

    Raises BadName if the wiki could not hold or show a page of this name.
    """
    suffix = _suffix_of(file)
    if suffix not in EXTENSIONS:
        raise BadName(file, f"the name of a page's file must end in {', '.join(EXTENSIONS)}")
    path = file.removesuffix(suffix)
    first, slash, rest = path.partition("/")
    if slash and first in locales.folders:
        _check_path(file, rest)
        return Key(first, rest)
    _check_path(file, path)
    return Key(locales.default, path)


def file_of(key: Key, content_type: ContentType, locales: Locales) -> str:
    """Return the name of a page's file, relative to the folder, with ``/``.

    Raises BadName if no file name maps back to this page alone.
    """
    _check_path(key.path, key.path)
    if key.locale != locales.default:
        if key.locale not in locales.folders:
            raise BadName(str(key), f"the locale `{key.locale}` is not installed on the wiki")
        if not _LOCALE.fullmatch(key.locale):
            raise BadName(str(key), f"`{key.locale}` cannot be the name of a locale's folder")
    below = "" if key.locale == locales.default else f"{key.locale}/"
    file = f"{below}{key.path}{_SUFFIX[content_type]}"
    for name in file.split("/"):
        if len(name.encode()) > MAX_NAME:
            rule = f"a file name has at most {MAX_NAME} bytes: `{name[:20]}…` is longer"
            raise BadName(str(key), rule)
    if key_of(file, locales) != key:
        raise BadName(str(key), f"its file `{file}` would belong to another page")
    return file


def case_folded(file: str) -> str:
    """Return the name as compared by file systems that ignore case and Unicode composition."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", file).casefold())


def reason_unreachable(key: Key, locales: Locales) -> str | None:
    """Return why a browser could not open a page of this key, as a clause; ``None`` if it could.

    Such a page may exist on a wiki and can be a file; a new page cannot have this key.
    """
    first = key.path.partition("/")[0]
    if len(first.encode("utf-16-le")) == 2:  # as JavaScript counts
        return f"Wiki.js reserves names of one letter (`{first}`): no browser could open the page"
    if first in RESERVED:
        return f"Wiki.js reserves the name `{first}`: no browser could open the page"
    if not _LOOKS_LIKE_LOCALE.fullmatch(first):
        return None
    if first == locales.default:
        return f"pages of the default locale belong at the top of the folder, not in `{first}/`"
    if first in locales.folders:
        return f"a page cannot have the name of a locale, `{first}`"
    return f"`{first}` looks like a locale, which is not installed on the wiki"


def _check_path(name: str, path: str) -> None:
    rule = _reason_refused(path) or _reason_stripped(path)
    if rule is not None:
        raise BadName(name, rule)


def _reason_refused(path: str) -> str | None:
    """Return why the wiki or the folder cannot hold a page of this path; ``None`` if they can."""
    if not path:
        return "the path is empty"
    if len(path) > MAX_PATH:
        return f"the path has {len(path)} characters, and the limit is {MAX_PATH}"
    for text, what in _REFUSED_PARTS.items():
        if text in path:
            return f"page paths cannot contain {what}"
    if path[0] == "/" or path[-1] == "/":
        return "a path cannot begin or end with a slash"
    try:
        path.encode()
    except UnicodeEncodeError:
        return "the name is not valid UTF-8"
    return None


def _reason_stripped(path: str) -> str | None:
    """Return what Wiki.js removes from this path in an address; ``None`` if nothing."""
    if match := _STRIPPED_CHARACTERS.search(path):
        return f"Wiki.js removes {match[0]!r} from addresses: no browser could open the page"
    if any(not segment.strip() for segment in path.split("/")) or path != path.strip():
        return "Wiki.js removes spaces from addresses: no browser could open the page"
    return None
