"""Create folders, and list, store, rename and delete assets, as Wiki.js does.

Lists leave out what page rules hide. Nothing is unique: what looks whether a name is taken and then
writes makes two of it, if another does the same in between (wikijs.md, *Assets*).
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final

from wikisync.sandbox import asset_names, asset_store, svg
from wikisync.sandbox.validation import DUPLICATE, NO_RACES, ApiError, named_error

if TYPE_CHECKING:
    from wikisync.sandbox.auth import Principal
    from wikisync.sandbox.execution import RequestedField
    from wikisync.sandbox.store import Row, Store

READ: Final = ("read:assets",)
WRITE: Final = ("write:assets",)
MANAGE: Final = ("manage:assets",)


def join(folder: str, name: str) -> str:
    """Return the path of something in a folder; ``folder`` is empty for the root."""
    return f"{folder}/{name}" if folder else name


def list_folders(store: Store, principal: Principal, parent: int) -> list[Row]:
    """Return the folders in a folder that the principal may see."""
    with store.lock:
        above = asset_store.folder_path(store, parent)
        found = asset_store.folders_below(store, parent)
    return [row for row in found if principal.may(READ, join(above, row["slug"]), None)]


def list_assets(store: Store, principal: Principal, folder: int, kind: str) -> list[Row]:
    """Return the assets of a folder that the principal may see. Kind: ALL, IMAGE or BINARY."""
    with store.lock:
        above = asset_store.folder_path(store, folder)
        found = asset_store.assets_in(store, folder)
    return [
        row
        for row in found
        if kind in {"ALL", row["kind"]} and principal.may(READ, join(above, row["filename"]), None)
    ]


def create_folder(
    store: Store, sent: dict[str, Any], races: frozenset[str] = NO_RACES
) -> Row | None:
    """Create a folder. Raises ApiError if there is one of that name already."""
    slug = asset_names.folder_slug(sent["slug"])
    parent = sent["parentFolderId"] or None
    known = [row["slug"] for row in asset_store.folders_below(store, parent or 0)]
    if slug in known and DUPLICATE not in races:
        raise named_error("AssetFolderExists")
    if not asset_store.has_folder(store, parent):
        raise ApiError(
            "ForeignKeyViolationError",
            'insert into "assetFolders" (…) values (…) returning "id" - insert or update on table '
            '"assetFolders" violates foreign key constraint "assetfolders_parentid_foreign"',
        )
    store.insert("assetFolders", {"parentId": parent, "slug": slug, "name": slug})
    return None


def rename(store: Store, principal: Principal, id: int, sent: str) -> Row | None:  # noqa: A002
    """Rename an asset in its folder. Raises ApiError."""
    name = asset_names.renamed_name(sent)
    asset = _require(store, id)
    if not name.endswith(asset["ext"]):
        raise named_error("AssetRenameInvalidExt")
    if asset["ext"] and name == asset["ext"]:
        raise named_error("AssetRenameInvalid")
    beside = asset_store.assets_in(store, asset["folderId"] or 0)
    if any(row["filename"] == name for row in beside):
        raise named_error("AssetRenameCollision")
    folder = asset_store.folder_path(store, asset["folderId"])
    if not principal.may(MANAGE, join(folder, asset["filename"]), None):
        raise named_error("AssetRenameForbidden")
    if not principal.may(WRITE, join(folder, name), None):
        raise named_error("AssetRenameTargetForbidden")
    changed = {"filename": name, "path": join(folder, name), "updatedAt": store.now()}
    store.update("assets", id, changed)
    return None


def delete(store: Store, principal: Principal, id: int) -> Row | None:  # noqa: A002
    """Delete an asset. Raises ApiError."""
    asset = _require(store, id)
    folder = asset_store.folder_path(store, asset["folderId"])
    if not principal.may(MANAGE, join(folder, asset["filename"]), None):
        raise named_error("AssetDeleteForbidden")
    store.run("delete from assets where id = ?", id)
    return None


def save(
    store: Store,
    folder: int | None,
    name: str,
    mime: str,
    data: IO[bytes],
    races: frozenset[str] = NO_RACES,
) -> Row | None:
    """Store a file, in place of one of that name, and return its row.

    Returns None and keeps nothing if there is no such folder. ``fileSize`` is what was sent, also
    of an SVG that is stored smaller.
    """
    sent = _size(data)
    is_svg = mime.lower().startswith("image/svg") or asset_names.extension(name) == ".svg"
    if is_svg:
        with asset_store.new_spool() as clean:
            clean.write(svg.sanitize(data.read().decode("utf-8", "replace")).encode())
            return _write(store, folder, name, mime, clean, sent, races)
    return _write(store, folder, name, mime, data, sent, races)


def _write(
    store: Store,
    folder: int | None,
    name: str,
    mime: str,
    data: IO[bytes],
    sent: int,
    races: frozenset[str],
) -> Row | None:
    size = _size(data)
    with store.lock:
        if not asset_store.has_folder(store, folder):
            return None
        now = store.now()
        row = {
            "folderId": folder,
            "path": join(asset_store.folder_path(store, folder), name),
            "filename": name,
            "ext": asset_names.extension(name),
            "kind": "IMAGE" if mime.startswith("image/") else "BINARY",
            "mime": mime,
            "fileSize": sent,
            "authorId": 1,
            "updatedAt": now,
        }
        same = [a for a in asset_store.assets_in(store, folder or 0) if a["filename"] == name]
        if same and DUPLICATE not in races:
            number = int(same[0]["id"])
            store.update("assets", number, row)
        else:
            number = store.insert("assets", {**row, "createdAt": now})
        asset_store.write(store, number, data, size)
        return _require(store, number)


def _size(data: IO[bytes]) -> int:
    """Return the size of a file, and go to its start."""
    size = data.seek(0, 2)
    data.seek(0)
    return size


def _require(store: Store, id: int) -> Row:  # noqa: A002
    asset = store.row("select * from assets where id = ?", id)
    if asset is None:
        raise named_error("AssetInvalid")
    return asset


def path_of(store: Store, asked: RequestedField) -> str | None:
    """Return the path of the asset or folder that a field is about."""
    sent = asked.arguments
    match asked.name:
        case "upload" | "download":
            return str(sent["path"])
        case "createFolder":
            above = asset_store.folder_path(store, _number(sent.get("parentFolderId")))
            return join(above, asset_names.folder_slug(str(sent.get("slug"))))
        case "list" | "folders":
            folder = sent.get("folderId", sent.get("parentFolderId"))
            return asset_store.folder_path(store, _number(folder))
        case _:
            row = store.row("select path from assets where id = ?", _number(sent.get("id")))
            return None if row is None else str(row["path"])


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
