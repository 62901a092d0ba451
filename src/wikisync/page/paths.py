"""Map a page's key to its file's name below the folder, and back. Pure.

A page of the default locale is ``<path>.<ext>``, of another installed locale
``<locale>/<path>.<ext>``; a ``Layout`` may put the default locale into a folder too, and may leave
the front part of each path out, and may make a file such as ``guide/README.md`` the page
``guide``. A name that one side cannot hold, or that would not map back to the
same page, is refused with the rule that it breaks, never changed into one that fits (promise 9).
What Wiki.js refuses, and what a browser cannot reach: wikijs.md, *Paths*.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadName
from wikisync.page.model import Key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.config import LocaleFolders
    from wikisync.page.model import ContentType

EXTENSIONS: Final[dict[str, ContentType]] = {
    ".md": "markdown",
    ".html": "html",
    ".adoc": "asciidoc",
}
"""File suffix → content type. Pages of other content types have no file."""

ALL_FOLDERS: Final = 'locale_folders = "all"'
"""The setting with which pages of the default locale are in a folder too."""

MAX_PATH: Final = 255
"""The most characters of a page's path."""

MAX_NAME: Final = 255
"""The most bytes of one file's or folder's name."""

HOME: Final = "home"
"""The path of a wiki's front page."""

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
    """Hold the locales of a wiki.

    ``installed`` may or may not contain the default. ``namespacing`` says whether the wiki's
    addresses contain the locale; file names do not depend on it.
    """

    default: str
    installed: tuple[str, ...]
    namespacing: bool = False


UNKNOWN_LOCALES: Final = Locales("", ())
"""The locales of a wiki that was not read."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Hold what decides which file is which page: the locales, and settings of ``wikisync.toml``.

    ``root`` is the path on the wiki that the folder stands for, without a slash at either end;
    empty, the folder is the whole wiki. ``index`` is the name, without suffix, of the file that is
    the page of its folder; empty, there is no such file.
    """

    locales: Locales = UNKNOWN_LOCALES
    locale_folders: LocaleFolders = "others"
    root: str = ""
    index: str = ""
    folders: frozenset[str] = field(init=False, repr=False, compare=False)
    """The locales whose pages have a folder of their own."""

    def __post_init__(self) -> None:
        """Set ``folders``, which is asked for with each file."""
        every = frozenset((self.locales.default, *self.locales.installed)) - {""}
        own = every if self.locale_folders == "all" else every - {self.locales.default}
        object.__setattr__(self, "folders", own)

    def contains(self, key: Key) -> bool:
        """Return whether a page is in the part of the wiki that the folder stands for.

        The page at ``root`` itself is in it only where ``index`` gives it a file.
        """
        if not self.root or key.path.startswith(f"{self.root}/"):
            return True
        return key.path == self.root and bool(self.index)

    def is_index(self, file: str) -> bool:
        """Return whether a file is the page of its folder. Case does not count."""
        if not self.index:
            return False
        stem = file.rpartition("/")[2].removesuffix(_suffix_of(file))
        return to_nfc(stem).casefold() == to_nfc(self.index).casefold()

    def stems(self, file: str) -> tuple[str, ...]:
        """Return the names, without suffix, that another file of the same page may have."""
        stem = file.removesuffix(_suffix_of(file))
        if not self.index:
            return (stem,)
        folder, slash, name = stem.rpartition("/")
        front = f"{folder}{slash}{HOME}", f"{folder}{slash}{self.index}"
        if self.is_index(file):
            return (stem, folder or HOME, *front)
        return (stem, f"{stem}/{self.index}", *(front if name == HOME else ()))

    def is_file_of(self, file: str, key: Key) -> bool:
        """Return whether a file is in the form that a page's file has with this ``index``.

        It is not if the setting was another one when the file got its name. Locales do not count.
        """
        folder, _, name = to_nfc(file.removesuffix(_suffix_of(file))).rpartition("/")
        last = key.path.rpartition("/")[2]
        if self.is_index(file):
            return folder.rpartition("/")[2] == last or key.path in {HOME, self.root}
        return name == last

    def link_folder(self, file: str, key: Key) -> str:
        """Return the folder from which a page's file is read, and the page is not; "" for none.

        The index file ``guide/README.md`` is read from ``guide``, its page from one folder higher
        (``index_links``). The front page of the wiki and its file are read from the same place.
        """
        if not self.is_index(file):
            return ""
        above = file.rpartition("/")[0].rpartition("/")[2]
        if key.path == HOME and not self.root and above != HOME:
            return ""
        return key.path.rpartition("/")[2]


def _suffix_of(file: str) -> str:
    """Return the suffix as ``pathlib`` defines it: ``.md`` alone has none."""
    name = file.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:] if 0 < dot < len(name) - 1 else ""


def key_of(file: str, layout: Layout) -> Key:
    """Return the key of a file's page. ``file`` is relative to the folder, with ``/``.

    Raises BadName if the wiki could not hold or show a page of this name.
    """
    suffix = _suffix_of(file)
    if suffix not in EXTENSIONS:
        raise BadName(file, f"the name of a page's file must end in {', '.join(EXTENSIONS)}")
    path = file.removesuffix(suffix)
    locale = layout.locales.default
    first, slash, rest = path.partition("/")
    if slash and first in layout.folders:
        locale, path = first, rest
    elif layout.locale_folders == "all":
        if slash and looks_like_locale(first):
            raise BadName(
                file, f"`{first}` looks like a locale, which is not installed on the wiki"
            )
        raise BadName(file, f"with {ALL_FOLDERS} each page is in the folder of its locale")
    if layout.is_index(file):
        path = path.rpartition("/")[0]
        path = "/".join(part for part in (layout.root, path) if part) or HOME
    elif layout.root:
        path = f"{layout.root}/{path}"
    path = to_nfc(path)
    _check_path(file, path)
    return Key(locale, path)


def file_of(key: Key, content_type: ContentType, layout: Layout, *, as_index: bool = False) -> str:
    """Return the name of a page's file, relative to the folder, with ``/``.

    ``as_index``: the file is the index file of the page's folder, if the layout has such files. The
    page at the root has no other. Raises BadName if no file name maps back to this page alone.
    """
    _check_path(key.path, key.path)
    default = layout.locales.default
    if key.locale != default and key.locale not in layout.folders:
        raise BadName(str(key), f"the locale `{key.locale}` is not installed on the wiki")
    if not layout.contains(key):
        raise BadName(str(key), f"it is not below `{layout.root}`, which the folder stands for")
    below = key.path.removeprefix(f"{layout.root}/") if layout.root else key.path
    if layout.index and layout.root == key.path:
        below = layout.index
    elif layout.index and as_index:
        top = key.path == HOME and not layout.root
        below = layout.index if top else f"{below}/{layout.index}"
    if key.locale in layout.folders:
        if not _LOCALE.fullmatch(key.locale):
            raise BadName(str(key), f"`{key.locale}` cannot be the name of a locale's folder")
        below = f"{key.locale}/{below}"
    file = f"{below}{_SUFFIX[content_type]}"
    for name in file.split("/"):
        if len(name.encode()) > MAX_NAME:
            rule = f"a file name has at most {MAX_NAME} bytes: `{name[:20]}…` is longer"
            raise BadName(str(key), rule)
    if key_of(file, layout) != key:
        raise BadName(str(key), f"its file `{file}` would belong to another page")
    return file


def looks_like_locale(name: str) -> bool:
    """Return whether Wiki.js takes a first path segment for a locale, installed or not."""
    return _LOOKS_LIKE_LOCALE.fullmatch(name) is not None


def to_nfc(name: str) -> str:
    """Return a name in Unicode's composed form, in which names are compared and sent."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def keys_above(keys: Iterable[Key]) -> frozenset[Key]:
    """Return the keys that have one of ``keys`` below them, and the front pages."""
    above: set[Key] = set()
    for key in keys:
        above.add(Key(key.locale, HOME))
        path = key.path.rpartition("/")[0]
        while path and (parent := Key(key.locale, path)) not in above:
            above.add(parent)
            path = path.rpartition("/")[0]
    return frozenset(above)


def is_locale(code: str) -> bool:
    """Return whether a locale's code can be the name of a folder."""
    return _LOCALE.fullmatch(code) is not None


def case_folded(file: str) -> str:
    """Return the name as compared by file systems that ignore case and Unicode composition."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", file).casefold())


def reason_unreachable(key: Key, layout: Layout) -> str | None:
    """Return why a browser could not open a page of this key, as a clause; ``None`` if it could.

    Such a page may exist on a wiki and can be a file; a new page cannot have this key.
    """
    first = key.path.partition("/")[0]
    if len(first.encode("utf-16-le")) == 2:  # as JavaScript counts
        return f"Wiki.js reserves names of one letter (`{first}`): no browser could open the page"
    if first in RESERVED:
        return f"Wiki.js reserves the name `{first}`: no browser could open the page"
    if not looks_like_locale(first):
        return None
    if first == layout.locales.default and not layout.root:
        return f"pages of the default locale belong at the top of the folder, not in `{first}/`"
    if first in layout.folders:
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
    if path != path.strip() or not all(map(str.strip, path.split("/"))):
        return "Wiki.js removes spaces from addresses: no browser could open the page"
    return None
