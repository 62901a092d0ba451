"""Decide what a link in a page leads to, on the wiki and in the folder. Pure.

On the wiki: a link without a dot is an address of Wiki.js, which for a relative one is below the
page (``[x](two)`` in ``guide/one`` is ``guide/one/two``). Any other relative target is resolved by
the browser from the page's address, and the server takes ``.md``, ``.html`` and ``.txt`` off
(wikijs.md, *Links between pages*). In the folder, a target is the name of a file, relative to the
file that it is in; an absolute one begins at the top of the folder.

Whether anything is there is decided by ``page.places``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import unquote

from wikisync.page.index_links import quote_folder, target_on_wiki
from wikisync.page.links import address_of
from wikisync.page.model import Key
from wikisync.page.paths import HOME, looks_like_locale, to_nfc

if TYPE_CHECKING:
    from wikisync.page.links import LinkKind
    from wikisync.page.model import ContentType
    from wikisync.page.paths import Layout

DestinationKind = Literal[
    "page",  # a page of the wiki
    "asset",  # an image or file of the wiki
    "file",  # a file or folder in the folder
    "outside",  # a file outside the folder
    "elsewhere",  # another site, a mail address, or a page of Wiki.js itself
]

SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\")
_SYSTEM: Final = re.compile(r"/[A-Za-z](?:/|\Z)")
_XREF_ENDING: Final = re.compile(r"\.adoc(?=#|\Z)")
_PAGE_ENDING: Final = re.compile(r"\.(?:md|html|txt)\Z")
# What Wiki.js takes out of an address.
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x80-\x9f\\"|<>:*?]')


@dataclass(frozen=True, slots=True)
class Destination:
    """What a target leads to on one side.

    ``key`` is set for a page. ``path`` is that of an asset on the wiki, or of a file below the
    folder (one outside begins with ``../``), in NFC; "" is the folder itself. ``fragment`` is what
    follows ``#``, decoded. ``below``: the wiki puts it below the page, since it is relative and has
    no dot.
    """

    kind: DestinationKind
    key: Key | None = None
    path: str = ""
    fragment: str = ""
    below: bool = False


@dataclass(frozen=True, slots=True)
class Referrer:
    """The page that a link is in: its file, key and content type.

    ``url`` is empty, or an address at which links to the wiki itself may begin. ``prefix`` is the
    folder that a push puts in front of the relative links of an index file, quoted.
    """

    file: str
    key: Key
    content_type: ContentType
    url: str = ""
    prefix: str = ""

    @classmethod
    def of(
        cls, file: str, key: Key, content_type: ContentType, layout: Layout, url: str = ""
    ) -> Referrer:
        """Return the page of a file in a layout."""
        return cls(file, key, content_type, url, quote_folder(layout.link_folder(file, key)))

    def is_elsewhere(self, target: str) -> bool:
        """Return whether a target is an address outside of the wiki. Quick, and may say no."""
        return target.startswith(("https://", "http://", "mailto:")) and not (
            self.url and target.startswith(self.url)
        )


ELSEWHERE: Final = Destination("elsewhere")


def on_wiki(target: str, kind: LinkKind, page: Referrer, layout: Layout) -> Destination:
    """Return what a target of a page's file leads to on the wiki.

    ``target`` is spelt as in the file. In an index file, it is translated as a push does.
    """
    target = target_on_wiki(target, kind, page.prefix) if page.prefix else target
    if kind == "xref":
        target, kind = _XREF_ENDING.sub(".html", target), "link"
    address = without_host(address_of(target, page.content_type), page.url)
    if SCHEME.match(address):
        return ELSEWHERE
    path, fragment = _split(address)
    if not path:
        return Destination("page", page.key, fragment=fragment)
    if _SYSTEM.match(path) and kind == "link":
        return ELSEWHERE
    if kind == "image" or "." in address:
        return _opened(_resolved(path, page.key, layout), kind, fragment, layout)
    below = path[0] != "/"
    if below:
        above = "" if page.key.path == HOME else f"/{page.key.path}"
        path = f"{above}/{unquote(path)}"
        path = f"/{page.key.locale}{path}" if layout.locales.namespacing else path
    else:
        path = unquote(path)
        # Wiki.js looks for a locale of two letters alone here.
        if layout.locales.namespacing and path[3:4] != "/":
            path = f"/{page.key.locale}{path}"
    locale, parts = _parsed(path.split("/"), layout)
    return Destination("page", _key(locale, parts), fragment=fragment, below=below)


def in_folder(target: str, page: Referrer, layout: Layout) -> Destination:
    """Return what a target of a page's file leads to in the folder, such as for GitHub."""
    address = address_of(target, page.content_type)
    if SCHEME.match(address):
        return ELSEWHERE
    path, fragment = _split(address)
    if not path:
        return Destination("file", path=to_nfc(page.file), fragment=fragment)
    path = to_nfc(unquote(path))
    if path[0] == "/":
        parts = [part for part in path.split("/") if part not in {"", "."}]
        root = layout.root.split("/") if layout.root else []
        if parts[: len(root)] != root:
            return Destination("outside", path="../" + "/".join(parts), fragment=fragment)
        parts = parts[len(root) :]
    else:
        parts = to_nfc(page.file).split("/")[:-1] + path.split("/")
    found: list[str] = []
    outside = False
    for part in parts:
        if part == ".." and (not found or found[-1] == ".."):
            outside = True
            found.append(part)
        elif part == "..":
            found.pop()
        elif part not in {"", "."}:
            found.append(part)
    kind: DestinationKind = "outside" if outside else "file"
    return Destination(kind, path="/".join(found), fragment=fragment)


def without_host(address: str, url: str) -> str:
    """Return an address without the wiki's own, ``url``, in front of it."""
    if url and address.startswith(url) and address[len(url) : len(url) + 1] in {"", "/", "?", "#"}:
        rest = address[len(url) :]
        return rest if rest.startswith("/") else f"/{rest}"
    return address


def _split(address: str) -> tuple[str, str]:
    """Return the path of an address, and what follows ``#``, decoded."""
    rest, _, fragment = address.partition("#")
    return rest.partition("?")[0].strip(), unquote(fragment)


def _resolved(path: str, key: Key, layout: Layout) -> list[str]:
    """Return the parts of an address that a browser resolves from a page's address."""
    parts: list[str] = []
    if path[0] != "/":
        # A page of the default locale is found with and without it; a relative address is not
        # changed by that, but for ``..`` above the top.
        named = layout.locales.namespacing or key.locale != layout.locales.default
        parts = [*([key.locale] if named else []), *key.path.split("/")[:-1]]
    return follow(parts, path)


def follow(parts: list[str], path: str) -> list[str]:
    """Return the parts of an address that a quoted path leads to from a folder's ``parts``."""
    found = list(parts)
    for part in unquote(path).split("/"):
        if part == "..":
            del found[-1:]
        elif part not in {"", "."}:
            found.append(part)
    return found


def _opened(parts: list[str], kind: LinkKind, fragment: str, layout: Layout) -> Destination:
    """Return what the server answers an address with."""
    locale, parts = _parsed(parts, layout)
    path = to_nfc("/".join(parts))
    if kind == "link":
        if _PAGE_ENDING.search(path):
            return Destination("page", _key(locale, _without_ending(parts)), fragment=fragment)
        if "." not in path:
            return Destination("page", _key(locale, parts), fragment=fragment)
    return Destination("asset", path=path, fragment=fragment)


def _without_ending(parts: list[str]) -> list[str]:
    *above, last = parts
    stem = _PAGE_ENDING.sub("", last)
    return [*above, stem or last]


def _parsed(parts: list[str], layout: Layout) -> tuple[str, list[str]]:
    """Return the locale of an address and the rest of its parts, as Wiki.js reads them.

    Where the wiki's default locale is not known, it is any that has no folder.
    """
    found = [part for part in (_UNSAFE.sub("", part) for part in parts) if part.strip()]
    if found and len(found[0]) == 1:
        del found[0]
    default = layout.locales.default
    if found and looks_like_locale(found[0]):
        known = default or found[0] in layout.locales.installed
        return found[0] if known else "", found[1:]
    return default, found


def _key(locale: str, parts: list[str]) -> Key:
    return Key(locale, to_nfc("/".join(parts).strip()) or HOME)
