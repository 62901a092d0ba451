"""Store assets, their folders and their bytes in the sandbox's database.

Bytes are copied in pieces, between the database and a file that is kept in memory only while it is
small: no asset is in memory as a whole.
"""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wikisync.sandbox.store import Row, Store

TABLES: Final = """
create table if not exists assetFolders (
  id integer primary key autoincrement, parentId integer references assetFolders,
  slug text not null, name text not null);
create table if not exists assets (
  id integer primary key autoincrement, folderId integer references assetFolders,
  path text not null, filename text not null, ext text not null, kind text not null,
  mime text not null, fileSize integer not null, authorId integer not null,
  createdAt text not null, updatedAt text not null);
create index if not exists assetPaths on assets (path);
create table if not exists assetData (
  id integer primary key references assets on delete cascade, data blob not null);
"""

IN_MEMORY: Final = 1024 * 1024
"""The most bytes of an asset on its way that are kept in memory."""

PIECE: Final = 64 * 1024

MAX_ASSET: Final = 900_000_000
"""The most bytes of an asset that the database can hold, whatever limit is set."""

Spool = SpooledTemporaryFile[bytes]


def new_spool() -> Spool:
    """Return an empty file for the bytes of an asset on its way; close it."""
    return SpooledTemporaryFile(IN_MEMORY)


def write(store: Store, asset: int, data: IO[bytes], size: int) -> None:
    """Store the bytes of an asset, ``size`` of them, in place of those it has."""
    store.run("insert or replace into assetData values (?, zeroblob(?))", asset, size)
    if size:
        with store.open_blob("assetData", "data", asset) as blob:
            while piece := data.read(PIECE):
                blob.write(piece)


def read(store: Store, asset: int) -> Spool:
    """Return a copy of the bytes of an asset, at its start."""
    spool = new_spool()
    with store.lock:
        size = store.rows("select length(data) as n from assetData where id = ?", asset)
        if size and size[0]["n"]:
            with store.open_blob("assetData", "data", asset, readonly=True) as blob:
                while piece := blob.read(PIECE):
                    spool.write(piece)
    spool.seek(0)
    return spool


def folders_below(store: Store, parent: int) -> list[Row]:
    """Return the folders in a folder; 0 is the root."""
    return store.rows("select * from assetFolders where parentId is ? order by id", parent or None)


def assets_in(store: Store, folder: int) -> list[Row]:
    """Return the assets of a folder; 0 is the root. The ones changed last come last."""
    return store.rows(
        "select * from assets where folderId is ? order by updatedAt, id", folder or None
    )


def shown_at(store: Store, path: str) -> Row | None:
    """Return the asset that is served at a path: of several of one name, the newest."""
    return store.row("select * from assets where path = ? order by updatedAt desc, id desc", path)


def folder_path(store: Store, folder: int | None) -> str:
    """Return the path of a folder; empty for the root, and where there is no such folder."""
    slugs: list[str] = []
    while folder:
        row = store.row("select slug, parentId from assetFolders where id = ?", folder)
        if row is None:
            break
        slugs.append(row["slug"])
        folder = row["parentId"]
    return "/".join(reversed(slugs))


def has_folder(store: Store, folder: int | None) -> bool:
    """Return whether there is such a folder; None is the root."""
    return folder is None or bool(store.rows("select 1 from assetFolders where id = ?", folder))
