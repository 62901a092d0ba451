"""Find the images and files of the wiki that a page refers to. Pure.

A page is read from its folder on the wiki, so a relative target is resolved from there; a locale in
front of an absolute one is ignored, and what follows ``?`` or ``#`` too (wikijs.md, *Assets*). The
targets of a content are kept between runs, so that no content is parsed twice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.page.link_targets import SCHEME, follow, without_host
from wikisync.page.links import find_links
from wikisync.page.paths import EXTENSIONS, looks_like_locale, to_nfc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.page.model import ContentType, Key
    from wikisync.page.paths import Layout

_PAGE_ENDINGS: Final = tuple(EXTENSIONS)
_NEEDS_RESOLVING: Final = re.compile(r"%|//|(?:^|/)\.{1,2}(?:/|$)")
_MAY_BE_ASSET: Final = re.compile(
    r"""(?:\]\(|\]:|\b(?:href|src|poster)\s*=)\s*["'<]?\s*(?![A-Za-z][A-Za-z0-9+.-]*:|//|\#)"""
    r"""[^\s"'<>#?]*\.(?!(?:md|html|adoc)\b)""",
    re.IGNORECASE,
)
"""What a content with a reference to an asset has; most contents need not be parsed."""


def asset_targets(content: str, content_type: ContentType, url: str = "") -> tuple[str, ...]:
    """Return the targets in a content that may be assets, each once, without query or fragment.

    They are percent-encoded, and relative or with a ``/`` in front. ``url`` is the wiki's: targets
    that begin with it lead to the wiki as well.
    """
    here = bool(url) and url in content
    if content_type != "asciidoc" and not here and not _MAY_BE_ASSET.search(content):
        return ()
    found: dict[str, None] = {}
    for link in find_links(content, content_type).links:
        if path := asset_target(link.address, url if here else ""):
            found[path] = None
    return tuple(found)


def asset_target(address: str, url: str = "") -> str:
    """Return the target of a link that may lead to an asset, as ``asset_targets`` has it, or ""."""
    target = without_host(address.strip(), url)
    if SCHEME.match(target):
        return ""
    path = target.partition("#")[0].partition("?")[0].strip()
    is_asset = "." in path.rpartition("/")[2] and not path.endswith(_PAGE_ENDINGS)
    return path if is_asset else ""


def asset_paths(
    targets: Iterable[str], key: Key, layout: Layout, link_folder: str = ""
) -> frozenset[str]:
    """Return the paths on the wiki of the assets that a page's targets refer to.

    ``link_folder`` is set for the content of an index file (``Layout.link_folder``), whose targets
    are relative to that folder. Paths outside the root are left out.
    """
    folders = key.path.split("/")[:-1]
    if link_folder:
        folders.append(link_folder)
    front = "".join(f"{folder}/" for folder in folders)
    root = f"{layout.root}/" if layout.root else ""
    paths = (_resolve(target, front, folders) for target in targets)
    return frozenset(path for path in paths if path.startswith(root) and path != root)


def _resolve(target: str, front: str, folders: list[str]) -> str:
    """Return the path of an asset; empty where the target leads to nothing."""
    if target[0] != "/" and not _NEEDS_RESOLVING.search(target):
        return to_nfc(front + target)
    parts = follow([] if target[0] == "/" else folders, target)
    if target[0] == "/" and len(parts) > 1 and looks_like_locale(parts[0]):
        del parts[0]
    return to_nfc("/".join(parts))


def asset_path(file: str, layout: Layout) -> str:
    """Return the path on the wiki of a file below the folder that is no page."""
    return to_nfc(f"{layout.root}/{file}" if layout.root else file)


def asset_file(path: str, layout: Layout) -> str:
    """Return the name below the folder of an asset of the wiki, which is below the root."""
    return path.removeprefix(f"{layout.root}/") if layout.root else path
