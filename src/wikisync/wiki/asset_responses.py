"""Parse the responses about assets into values, or raise the errors in them. Pure.

Every reader raises UnexpectedResponse where a response does not match the schema. After a mutation,
every other exception but WriteUncertain means that nothing was written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from wikisync.errors import (
    AssetGone,
    Forbidden,
    Rejected,
    UnexpectedResponse,
    WikiError,
    WriteUncertain,
)
from wikisync.wiki import api_errors
from wikisync.wiki.api_errors import Mutation
from wikisync.wiki.http_errors import shorten_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.wiki.json_reader import JsonReader
    from wikisync.wiki.responses import Answer

ROOT: Final = 0
"""The id of the root, which is no folder."""

MAX_DEPTH: Final = 100
"""The most folders that can be in each other; any deeper are left out."""

READ_NEEDS: Final = ("read:assets",)
_GONE: Final = 2004
_FORBIDDEN: Final = frozenset({2003, 2006, 2009})

CREATE_FOLDER: Final = Mutation(
    "createFolder",
    ("write:assets",),
    frozenset({2002}),
    frozenset({"ForeignKeyViolationError"}),
)
RENAME: Final = Mutation("renameAsset", ("manage:assets",), frozenset({2005, 2007, 2008}))
DELETE: Final = Mutation("deleteAsset", ("manage:assets",))
FOLDER_EXISTS: Final = 2002


@dataclass(frozen=True, slots=True)
class ListedAsset:
    """An asset as the list has it. ``path`` is relative, with ``/``; ``folder`` 0 is the root.

    ``size`` in bytes is that of what was uploaded: an SVG is stored with another. Times are ISO
    8601 as the wiki formats them. Each upload changes ``updated_at``, and so does a new name.
    """

    id: int
    folder: int
    path: str
    mime: str
    size: int
    created_at: str
    updated_at: str

    @property
    def name(self) -> str:
        """Return the file name."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class ListedFolder:
    """A folder. Its ``path`` is relative, with ``/``; ``parent`` 0 is the root."""

    id: int
    parent: int
    path: str


@dataclass(frozen=True, slots=True)
class FolderContent:
    """What is in one folder: (id, slug) of the folders, and assets whose path is their name."""

    folders: tuple[tuple[int, str], ...]
    assets: tuple[ListedAsset, ...]


@dataclass(frozen=True, slots=True)
class AssetIndex:
    """All folders and assets that the key may see, so a missing one is not necessarily deleted.

    Nothing is unique: several may have one path; of such assets readers get the newest.
    ``allowed`` is False where the key lacks ``read:assets``, and nothing is known.
    """

    allowed: bool
    folders: tuple[ListedFolder, ...] = ()
    assets: tuple[ListedAsset, ...] = ()

    def at(self, path: str) -> ListedAsset | None:
        """Return the asset at a path, the newest of several; None without one."""
        found = [asset for asset in self.assets if asset.path == path]
        return max(found, key=lambda asset: (asset.updated_at, asset.id), default=None)

    def folder_id(self, path: str) -> int | None:
        """Return the id of a folder, the oldest of several; None without one."""
        found = [folder.id for folder in self.folders if folder.path == path]
        return ROOT if not path else min(found, default=None)

    @property
    def several(self) -> dict[str, tuple[ListedAsset, ...]]:
        """Return the assets of each path that more than one has."""
        by_path: dict[str, list[ListedAsset]] = {}
        for asset in self.assets:
            by_path.setdefault(asset.path, []).append(asset)
        return {path: tuple(found) for path, found in by_path.items() if len(found) > 1}


def read_folders(answer: Answer, folders: Sequence[int]) -> dict[int, FolderContent] | None:
    """Read the content of folders by id; None where the key may not read assets at all.

    Folder number n of ``folders`` has the aliases ``f<n>`` and ``l<n>``.
    """
    fault = answer.fault_at("assets")
    if fault is not None:
        error = api_errors.query_error(answer.url, fault, READ_NEEDS)
        if isinstance(error, Forbidden):
            return None
        raise error
    node = answer.node["assets"]
    return {
        folder: FolderContent(
            tuple((item.number("id"), item.text("slug")) for item in node.items(f"f{n}")),
            tuple(_listed(item, folder) for item in node.items(f"l{n}")),
        )
        for n, folder in enumerate(folders)
    }


def _listed(node: JsonReader, folder: int) -> ListedAsset:
    size = node.number("fileSize")
    if size < 0:
        raise UnexpectedResponse(node.url, 200, "a negative size of a file")
    return ListedAsset(
        id=node.number("id"),
        folder=folder,
        path=node.text("filename"),
        mime=node.text("mime"),
        size=size,
        created_at=node.text("createdAt"),
        updated_at=node.text("updatedAt"),
    )


def read_upload_limit(answer: Answer) -> int | None:
    """Read the most bytes of an upload; None where the key may not see that."""
    if answer.fault_at("site") is not None:
        return None
    config = answer.node["site"]["config"]
    return None if config.is_null else config.number("uploadMaxFileSize") or None


def unread_folders(contents: dict[int, FolderContent]) -> list[int]:
    """Return the ids of folders that are in a folder that was read, and were not read, sorted."""
    named = {number for content in contents.values() for number, _slug in content.folders}
    return sorted(named - contents.keys() - {ROOT})


def make_index(contents: dict[int, FolderContent]) -> AssetIndex:
    """Return the tree below the root; folders that nothing leads to are left out."""
    folders: list[ListedFolder] = []
    assets: list[ListedAsset] = []
    seen = {ROOT}
    level = [(ROOT, "")]
    for _ in range(MAX_DEPTH):
        below: list[tuple[int, str]] = []
        for parent, above in level:
            content = contents.get(parent)
            if content is None:
                continue
            assets += (at_path(asset, f"{above}{asset.path}") for asset in content.assets)
            for number, slug in content.folders:
                if number not in seen:  # a tree has no circle, whatever a server says
                    seen.add(number)
                    path = f"{above}{slug}"
                    folders.append(ListedFolder(number, parent, path))
                    below.append((number, f"{path}/"))
        level = below
    return AssetIndex(True, tuple(folders), tuple(assets))


def at_path(asset: ListedAsset, path: str) -> ListedAsset:
    """Return an asset with its whole path."""
    return replace(asset, path=path)


def forbidden(url: str) -> Forbidden:
    """Return the exception where the key may not read assets."""
    return Forbidden(url, READ_NEEDS, message="Forbidden")


def require_success(answer: Answer, write: Mutation, asset: int = 0) -> None:
    """Return where a mutation succeeded. ``asset`` is the id of the asset that it is about.

    Raises AssetGone, Rejected or Forbidden, after which nothing was written, or WriteUncertain.
    After UnexpectedResponse it is unknown what was written.
    """
    fault = answer.fault_at("assets", write.name)
    if fault is not None:
        if fault.forbidden and fault.path in {("assets",), ("assets", write.name)}:
            raise Forbidden(answer.url, write.needs, message=fault.message)
        raise WriteUncertain(answer.url, fault.message, fault.code)
    result = answer.node["assets"][write.name]["responseResult"]
    if not result.flag("succeeded"):
        raise _result_error(answer.url, result, write, asset)


def _result_error(url: str, result: JsonReader, write: Mutation, asset: int) -> WikiError:
    code, slug = result.number("errorCode"), result.text("slug")
    message = shorten_message(result.text_or_empty("message"))
    if code == _GONE:
        return AssetGone(url, asset)
    if code in _FORBIDDEN:
        return Forbidden(url, write.needs, message=message)
    if code in write.harmless or slug in write.harmless_slugs:
        return Rejected(url, code, message)
    return WriteUncertain(url, message, code)
