"""Decide under which name the wiki stores an asset, and whether anyone could read it there. Pure.

Paths are those of the wiki, relative, with ``/``: ``img/a.png``. The wiki changes names without
saying so, and takes some addresses for those of pages (wikijs.md, *Assets*). What refers to an
asset would then be broken, so a path that is not already what the wiki makes of it has a problem,
and a proposed path without one where there is such a path.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from wikisync.page.paths import EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

AssetNameKind = Literal["changed", "unreadable", "nameless"]
"""The wiki would store another name; nobody could read the asset; nothing of the name is left."""

MAX_NAME: Final = 255
"""The most bytes of a name in UTF-8; the wiki cuts the rest off."""

PAGE_ENDINGS: Final = (".md", ".html", ".txt")
"""Endings of names that the wiki takes for pages (its setting ``pageExtensions``)."""

RESERVED_FOLDERS: Final = frozenset({"graphql", "js", "login", "verify"})
"""Top folders below which the wiki has addresses of its own. Other ones are reserved for pages."""

RESERVED_FILES: Final = frozenset({"favicon.ico", "robots.txt"})
"""Names in the root that the wiki answers itself."""

SETTINGS: Final = "wikisync.toml"
"""The name of the file of the settings, which is no asset in any folder."""

SAFE_FOLDER: Final = "assets"
"""The folder in front of a proposed path whose own top folder, or none, cannot be read."""

# What JavaScript takes for white space; Python differs in a few.
_SPACE: Final = "\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_GAP: Final = re.compile(f"[{_SPACE},;#]+")
_BLANK: Final = re.compile(f"[{_SPACE}]*")
_ILLEGAL: Final = re.compile(r'[/?<>\\:*|"\x00-\x1f\x80-\x9f]')
_NOT_IN_FILES: Final = re.compile(r"[\\\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.I | re.S)
_LOCALE: Final = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z]{2})?")


@dataclass(frozen=True, slots=True)
class AssetNameProblem:
    """A path that an asset cannot have on the wiki.

    ``stored`` is where the wiki would store it; ``rule`` says why nobody could read it, a clause,
    empty for another kind. ``proposed`` has no problem, and the same ending; it is None where no
    such path is known.
    """

    path: str
    kind: AssetNameKind
    stored: str
    rule: str
    proposed: str | None


def uploaded_name(name: str) -> str:
    """Return the name under which the wiki stores a file of this name; it may be empty."""
    base = re.split(r"[/\\]", name)[-1]
    return _cleaned(_GAP.sub("_", base.lower()))


def renamed_name(name: str) -> str:
    """Return the name that an asset gets when it is renamed to this one; it may be empty."""
    return _cleaned(name).lower()


def folder_slug(name: str) -> str:
    """Return the name of a folder that is created under this one; it may be empty."""
    return _cleaned(name).lower()


def stored_path(path: str) -> str:
    """Return where the wiki stores an asset that is uploaded to this path.

    The folders are created under the names in the path.
    """
    *folders, name = path.split("/")
    return "/".join([*map(folder_slug, folders), uploaded_name(name)])


def ending(name: str) -> str:
    """Return the ending of a name or path, as the wiki sees it: ``.gz`` for ``a.tar.gz``.

    It is empty for ``noext`` and ``.hidden``. An asset can only be renamed to one of its ending.
    """
    stem, dot, end = name.rpartition("/")[2].rpartition(".")
    return f"{dot}{end}" if stem else ""


def reason_unreadable(path: str) -> str | None:
    """Return why nobody could read an asset that is stored at this path, as a clause; or None."""
    *folders, name = path.split("/")
    if any(_BLANK.fullmatch(part) for part in (*folders, name)):
        return "a name is empty"
    if ".." in path or any(part == "." for part in folders):
        return "Wiki.js removes several dots in a row from addresses"
    if match := _ILLEGAL.search(path.replace("/", "")):
        return f"Wiki.js removes {match[0]!r} from addresses"
    if "." not in path:
        return "Wiki.js takes an address without a dot for a page"
    if name.endswith(PAGE_ENDINGS):
        return f"Wiki.js takes names in `{ending(f'x{name}')}` for pages"
    if path in RESERVED_FILES:
        return f"Wiki.js answers `/{path}` itself"
    return _reason_of_top_folder(folders[0]) if folders else None


def _reason_of_top_folder(folder: str) -> str | None:
    if len(folder.encode("utf-16-le", "replace")) == 2:  # as JavaScript counts
        return f"Wiki.js reserves top folders of one letter (`{folder}`)"
    if _LOCALE.fullmatch(folder):
        return f"Wiki.js takes the top folder `{folder}` for a locale"
    if folder in RESERVED_FOLDERS:
        return f"Wiki.js reserves the top folder `{folder}`"
    return None


def name_problem(path: str) -> AssetNameProblem | None:
    """Return why an asset cannot have this path on the wiki; None if it can."""
    stored = stored_path(path)
    rule = reason_unreadable(stored)
    if stored == path and rule is None:
        return None
    proposed = proposed_path(path)
    if not all(stored.split("/")):
        return AssetNameProblem(path, "nameless", stored, "", proposed)
    if rule is not None:
        return AssetNameProblem(path, "unreadable", stored, rule, proposed)
    return AssetNameProblem(path, "changed", stored, "", proposed)


def reason_no_file(path: str) -> str | None:
    """Return why the folder cannot have an asset of the wiki as a file, as a clause; or None.

    What Windows refuses besides is in ``windows_names``.
    """
    *folders, last = path.split("/")
    for name in (*folders, last):
        if name in {"", ".", ".."}:
            return "a name is empty or consists of dots"
        if name.startswith("."):
            return f"names that begin with a dot are left out: `{name}`"
        if match := _NOT_IN_FILES.search(name):
            return f"a file name cannot contain {match[0]!r}"
        if len(name.encode("utf-8", "replace")) > MAX_NAME:
            return f"a file name has at most {MAX_NAME} bytes: `{name[:20]}…` is longer"
    if path.lower().endswith(tuple(EXTENSIONS)):
        return f"a file whose name ends in `{ending(f'x{path}')}` is a page"
    if last.lower() == SETTINGS:
        return f"`{SETTINGS}` is the file of wikisync's settings"
    for name in folders:
        if name.lower().endswith(tuple(EXTENSIONS)):
            return f"a folder named `{name}` would have the name of a page's file"
    return None


def same_names(paths: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the groups of paths that the wiki would store as one asset, each sorted."""
    stored: dict[str, list[str]] = {}
    for path in paths:
        stored.setdefault(unicodedata.normalize("NFC", stored_path(path)), []).append(path)
    return sorted(tuple(sorted(group)) for group in stored.values() if len(group) > 1)


def proposed_path(path: str) -> str | None:
    """Return a path near this one that has no problem, with the same ending; or None.

    Parts that have no problem stay. In others: lower case, ``-`` for each run of white space,
    ``,``, ``;`` and ``#``, nothing that the wiki removes. There is none for an ending that the wiki
    takes for a page's, nor for a name without one.
    """
    *folders, name = unicodedata.normalize("NFC", path).split("/")
    end = ending(name)
    if not end or _proposed_ending(end) in {"", *PAGE_ENDINGS}:
        return None
    parts = [_proposed_folder(part) for part in folders if part]
    parts.append(_proposed_name(name))
    proposed = "/".join(parts)
    if reason_unreadable(proposed) is not None:
        proposed = f"{SAFE_FOLDER}/{proposed}"
    fits = stored_path(proposed) == proposed and reason_unreadable(proposed) is None
    return proposed if fits else None


def _proposed_folder(name: str) -> str:
    if folder_slug(name) == name and ".." not in name and not _BLANK.fullmatch(name):
        return name
    return _cut(_plain(name), "") or "folder"


def _proposed_name(name: str) -> str:
    if uploaded_name(name) == name and ".." not in name and ending(name):
        return name
    end = ending(name)
    return _cut(_plain(name.removesuffix(end)) or "file", _proposed_ending(end))


def _proposed_ending(end: str) -> str:
    plain = _plain(end)
    return f".{plain}" if plain else ""


def _plain(text: str) -> str:
    """Return a part of a name that the wiki leaves as it is; it may be empty."""
    text = text.encode("utf-8", "ignore").decode()  # a file name may have bytes that are no text
    plain = unicodedata.normalize("NFC", _GAP.sub("-", _ILLEGAL.sub("", text)).lower())
    plain = re.sub(r"\.\.+", ".", plain).strip(".-")
    first, dot, rest = plain.partition(".")
    return f"{first}-file{dot}{rest}" if _DEVICE.fullmatch(first) else plain


def _cut(stem: str, end: str) -> str:
    """Return stem and ending, the stem cut so that both fit."""
    room = max(MAX_NAME - len(end.encode()), 1)
    return stem.encode("utf-8", "ignore")[:room].decode("utf-8", "ignore").rstrip(".-") + end


def _cleaned(name: str) -> str:
    """Return a name without what a file system cannot hold, as the wiki's library does it."""
    name = _ILLEGAL.sub("", name)
    if not name.strip(".") or _DEVICE.fullmatch(name):
        return ""
    return name.rstrip(". ").encode("utf-8", "ignore")[:MAX_NAME].decode("utf-8", "ignore")
