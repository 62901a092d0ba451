"""Provide the images and files of the wiki as typed methods.

"ok" is no promise: an upload is known to be stored only by ``check_upload``, which lists the folder
and reads the bytes again (wikijs.md, *Assets*). After any other write, every exception but
WriteUncertain means that nothing was written.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from io import RawIOBase
from typing import IO, TYPE_CHECKING, Any, Final, cast

from wikisync.concurrency import bounded_map
from wikisync.errors import (
    AssetFolderHidden,
    AssetGone,
    BadName,
    Rejected,
    UnexpectedResponse,
    WikiError,
    WriteUncertain,
)
from wikisync.page.asset_names import folder_slug, renamed_name, uploaded_name
from wikisync.wiki import asset_responses, responses
from wikisync.wiki.asset_responses import (
    CREATE_FOLDER,
    DELETE,
    FOLDER_EXISTS,
    RENAME,
    ROOT,
    AssetIndex,
    FolderContent,
    ListedAsset,
    ListedFolder,
)
from wikisync.wiki.file_transport import Downloaded, FileTransport
from wikisync.wiki.multipart import UploadBody
from wikisync.wiki.queries import connect_with_folders, document, folders
from wikisync.wiki.uploads import CheckedUpload, Upload, is_rewritten, is_unchanged, media_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from wikisync.wiki.connections import Connections
    from wikisync.wiki.responses import WikiIndex
    from wikisync.wiki.transport import Transport
    from wikisync.wiki.uploads import UploadOutcome

__all__ = ["AssetClient", "AssetIndex", "Downloaded", "ListedAsset", "ListedFolder"]

FOLDERS_PER_REQUEST: Final = 200
"""Folders listed in one request."""

MAX_FOLDERS: Final = 20_000
"""The most folders that a wiki may have."""

MARGIN: Final = 1024 * 1024
"""Bytes that an asset may have more than the list says, or as many again: SVG is rewritten."""


class AssetClient:
    """The images and files of one wiki.

    ``connections`` returns what files are sent with. Every method may raise Unreachable,
    CertificateError, Redirected, UnexpectedResponse, ApiDisabled, Unauthenticated or TooLarge,
    besides those that it names. Queries and downloads are retried, writes never.
    """

    def __init__(self, transport: Transport, connections: Callable[[], Connections]) -> None:
        self._transport = transport
        self._connections = connections

    def connect(self, known: Iterable[int] = ()) -> tuple[WikiIndex, AssetIndex]:
        """Read what ``Wiki.connect`` does, and all folders and assets, in one request.

        ``known`` are the ids of the folders known so far. Each level of folders that has others
        takes one more request; so do more than ``FOLDERS_PER_REQUEST`` folders.
        """
        first, rest = _split(known)
        index, contents = self._transport.query(
            connect_with_folders(len(first)),
            _variables(first),
            lambda answer: (
                responses.read_index(answer),
                asset_responses.read_folders(answer, first),
            ),
        )
        return index, self._complete(contents, rest)

    def list(self, known: Iterable[int] = ()) -> AssetIndex:
        """Read all folders and assets; see ``connect``."""
        first, rest = _split(known)
        return self._complete(self._read_folders(first), rest)

    def list_folder(self, folder: int) -> FolderContent:
        """Read one folder; assets have their name as path. Nothing of one that is not there.

        Raises Forbidden.
        """
        return self.list_folders([folder])[folder]

    def list_folders(self, ids: Iterable[int]) -> dict[int, FolderContent]:
        """Read several folders in as few requests as possible; see ``list_folder``."""
        wanted, found = sorted(set(ids)), dict[int, FolderContent]()
        for start in range(0, len(wanted), FOLDERS_PER_REQUEST):
            contents = self._read_folders(wanted[start : start + FOLDERS_PER_REQUEST])
            if contents is None:
                raise asset_responses.forbidden(self._transport.url)
            found |= contents
        return found

    def create_folder(self, parent: int, path: str) -> int:
        """Create the folder of this path in its parent, unless it exists, and return its id.

        Never run two at a time: both would create one. Raises BadName where the wiki would use
        another name; Forbidden; AssetFolderHidden; Rejected (no such parent); WriteUncertain where
        it is not there afterwards.
        """
        slug, url = path.rpartition("/")[2], self._transport.url
        if folder_slug(slug) != slug or not slug:
            raise BadName(slug, f"the wiki would name the folder `{folder_slug(slug)}`")
        doubt: WriteUncertain | None = None
        try:
            self._write("create_folder", CREATE_FOLDER, {"parent": parent, "slug": slug})
        except WriteUncertain as problem:
            doubt = problem
        except Rejected as problem:
            if problem.code != FOLDER_EXISTS:
                raise
        found = [number for number, name in self.list_folder(parent).folders if name == slug]
        if found:
            return min(found)
        raise doubt or AssetFolderHidden(url, asset_responses.READ_NEEDS, folder=path)

    def rename(self, id: int, name: str) -> None:  # noqa: A002  (the name in the API)
        """Rename an asset in its folder; the ending stays. What refers to it is not changed.

        Raises BadName where the wiki would use another name; AssetGone; Rejected (the name is
        taken, or has another ending); Forbidden; WriteUncertain.
        """
        if renamed_name(name) != name or not name:
            raise BadName(name, f"the wiki would name the file `{renamed_name(name)}`")
        self._write("rename_asset", RENAME, {"id": id, "name": name}, id)

    def delete(self, id: int) -> None:  # noqa: A002
        """Delete an asset. Raises AssetGone, Forbidden or WriteUncertain."""
        self._write("delete_asset", DELETE, {"id": id}, id)

    def upload(self, folder: int, path: str, file: IO[bytes], size: int) -> Upload:
        """Send the ``size`` bytes of an open file, from its start, as the asset at ``path``.

        ``folder`` is the id of the folder of ``path``. Nothing proves that it was stored before
        ``check_upload``. Never send two of one path at a time: both would be stored. Raises
        BadName where the wiki would use another name, FileChanged where the file has another size,
        and the errors of ``FileTransport.upload``.
        """
        name = path.rpartition("/")[2]
        if uploaded_name(name) != name or not name:
            raise BadName(path, f"the wiki would name the file `{uploaded_name(name)}`")
        file.seek(0)
        body = UploadBody(file, size, folder, name, media_type(name))
        FileTransport(self._connections()).upload(body, path)
        return Upload(folder, path, size, body.sha256)

    def check_upload(self, sent: Upload, before: ListedAsset | None) -> CheckedUpload:
        """Look what an upload came to, also after WriteUncertain.

        ``before`` is the asset of this path as it was listed before the upload. Raises Forbidden,
        and AssetGone where the asset was deleted since.
        """
        return self._check(self.list_folder(sent.folder), sent, before)

    def check_uploads(
        self, uploads: Sequence[tuple[Upload, ListedAsset | None]], jobs: int
    ) -> tuple[CheckedUpload | WikiError, ...]:
        """Look what several uploads came to, each given with the asset before (``check_upload``).

        Their folders are listed in one request, ``jobs`` assets are read at a time. Returns the
        error of an upload in place of its outcome.
        """
        contents = self.list_folders({sent.folder for sent, _before in uploads})

        def check(sent: Upload, before: ListedAsset | None) -> CheckedUpload | WikiError:
            try:
                return self._check(contents[sent.folder], sent, before)
            except WikiError as error:
                return error

        return tuple(bounded_map((partial(check, *upload) for upload in uploads), jobs))

    def _check(
        self, content: FolderContent, sent: Upload, before: ListedAsset | None
    ) -> CheckedUpload:
        assets = [one for one in content.assets if one.path == sent.name]
        newest = max(assets, key=lambda one: (one.updated_at, one.id), default=None)
        if newest is None and before is None:
            self._check_visible(sent.path)
        if newest is None or is_unchanged(newest, before):
            return CheckedUpload("lost")
        asset = asset_responses.at_path(newest, sent.path)
        found = self.read_digest(asset)
        if len(assets) > 1:
            outcome: UploadOutcome = "several"
        elif found.sha256 == sent.sha256:
            outcome = "stored"
        else:
            outcome = "rewritten" if is_rewritten(asset) else "different"
        others = (one for one in assets if one.id != asset.id)
        return CheckedUpload(
            outcome,
            asset,
            found,
            tuple(asset_responses.at_path(one, sent.path) for one in others),
        )

    def _check_visible(self, path: str) -> None:
        """Raise Forbidden if the list lacks an asset because the key may not see it."""
        with suppress(AssetGone):
            self.read_start(path, 1)

    def download(
        self, asset: ListedAsset, target: IO[bytes], limit: int | None = None
    ) -> Downloaded:
        """Write the bytes of an asset to ``target``, an open file that is emptied first.

        At most ``limit`` bytes are read; None: about twice what the list says. Raises AssetGone
        (also where nobody could read it there), Forbidden or TooLarge.
        """
        most = max(2 * asset.size, asset.size + MARGIN) if limit is None else limit
        expected = 0 if is_rewritten(asset) else asset.size
        return FileTransport(self._connections()).download(asset.path, target, expected, most)

    def read_digest(self, asset: ListedAsset, limit: int | None = None) -> Downloaded:
        """Read an asset and keep only its size and SHA-256; raises like ``download``."""
        return self.download(asset, cast("IO[bytes]", _Nowhere()), limit)

    def read_start(self, path: str, most: int) -> bytes:
        """Return at most ``most`` bytes from the start of an asset, or all of a smaller one.

        Raises AssetGone or Forbidden.
        """
        return FileTransport(self._connections()).read_start(path, most)

    def upload_limit(self) -> int | None:
        """Return the most bytes of an upload; None where the key may not see that."""
        query = document("upload_limit")
        return self._transport.query(query, {}, asset_responses.read_upload_limit)

    @property
    def may_upload(self) -> bool:
        """Return whether files can be sent at all: a gateway may have the header to itself."""
        return self._connections().may_upload

    def _write(self, name: str, write: Any, variables: dict[str, object], asset: int = 0) -> None:
        self._transport.mutate(
            document(name),
            variables,
            lambda answer: asset_responses.require_success(answer, write, asset),
        )

    def _read_folders(self, ids: Sequence[int]) -> dict[int, FolderContent] | None:
        return self._transport.query(
            folders(len(ids)),
            _variables(ids),
            lambda answer: asset_responses.read_folders(answer, ids),
        )

    def _complete(
        self, contents: dict[int, FolderContent] | None, rest: Sequence[int]
    ) -> AssetIndex:
        """Read the folders that are left, and those that turn up in them."""
        if contents is None:
            return AssetIndex(allowed=False)
        left = list(rest)
        while left := left or asset_responses.unread_folders(contents):
            if len(contents) + len(left) > MAX_FOLDERS:
                message = f"more than {MAX_FOLDERS:,} folders of files"
                raise UnexpectedResponse(self._transport.url, 200, message)
            batch, left = left[:FOLDERS_PER_REQUEST], left[FOLDERS_PER_REQUEST:]
            read = self._read_folders(batch)
            if read is None:
                return AssetIndex(allowed=False)
            contents |= read
        return asset_responses.make_index(contents)


def _split(known: Iterable[int]) -> tuple[list[int], list[int]]:
    """Return the folders of the first request, with the root, and the rest."""
    ids = [ROOT, *sorted(set(known) - {ROOT})]
    return ids[:FOLDERS_PER_REQUEST], ids[FOLDERS_PER_REQUEST:]


def _variables(ids: Sequence[int]) -> dict[str, object]:
    return {f"d{n}": folder for n, folder in enumerate(ids)}


class _Nowhere(RawIOBase):
    """A file that forgets what is written to it."""

    def write(self, data: Any, /) -> int:
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:  # noqa: ARG002
        return 0

    def truncate(self, size: int | None = None, /) -> int:  # noqa: ARG002
        return 0
