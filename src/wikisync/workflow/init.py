"""Run ``wikisync init``: write the configuration, create the folder, test the connection."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from wikisync.config import DEFAULT_FOLDER, FILE, check_folder, check_root, load
from wikisync.errors import (
    AlreadyConfigured,
    BadConfig,
    FolderError,
    Forbidden,
    NotConfigured,
    PageHidden,
    TokenInFile,
    Unauthenticated,
    WikisyncError,
)
from wikisync.folder.folder import FileStat, Folder
from wikisync.git.storage_commits import count_storage_commits
from wikisync.page.misplaced import guess_locale_folders
from wikisync.page.model import Record
from wikisync.page.paths import ALL_FOLDERS, Layout
from wikisync.private_files import reason_of
from wikisync.settings import holds_token
from wikisync.snapshot.root import split_by_root
from wikisync.wiki import endpoint
from wikisync.workflow.context import open_wiki

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wikisync.config import Config, LocaleFolders
    from wikisync.page.model import Listed
    from wikisync.wiki.client import Wiki, WikiIndex


NO_WRITE_BACK: Final = "write_back = false"

FOLDERS: Final = (DEFAULT_FOLDER, "docs", "doc", "wiki", "content")
"""Names of folders of pages, the most likely first."""

_INDEX_NAMES: Final = frozenset({"readme", "index"})


@dataclass(frozen=True, slots=True)
class InitResult:
    """The result of ``init``. ``error`` is set if the connection failed.

    ``fitting`` is the value of ``locale_folders`` that fits the files in the folder.
    ``storage_commits`` is the number of recent commits by Wiki.js's own Git storage.

    ``wrote`` is whether the configuration is new; ``connection`` is None without a token or after
    an error. ``missing_rights`` has the rights that the key lacks for a sync, as far as tested;
    ``read_only`` is whether the key may download pages and not read them through the API.
    """

    config: Config
    wrote: bool
    connection: WikiIndex | None
    missing_rights: Forbidden | None = None
    read_only: bool = False
    error: WikisyncError | None = None
    fitting: LocaleFolders = "others"
    storage_commits: int = 0

    @property
    def pages(self) -> list[Listed]:
        """The pages of the wiki below the root; empty without a connection."""
        return [] if self.connection is None else _pages(self.config, self.connection)


def init(
    url: str | None,
    folder: str | None,
    root: str,
    load_file: Callable[[Path], Config],
    index: str = "",
) -> InitResult:
    """Write a configuration for ``folder`` and the wiki at ``url`` into the current folder.

    Without ``folder`` it is ``pages``.

    ``root`` is the path on the wiki that the folder stands for, ``index`` the name of the files
    that are the pages of their folders. ``locale_folders`` is set as the
    files in the folder are laid out, and ``write_back`` to False where Wiki.js's own Git storage
    commits to the repository (git-storage.md, *Side by side, on one branch*). An existing
    configuration is kept and tested, unless ``init`` wrote it for another wiki and it was neither
    edited nor used. No page or file of a page is changed. ``load_file`` loads the configuration.
    Raises UsageError, and FolderError if a file cannot be written.
    """
    file, wanted_folder, folder = Path.cwd() / FILE, folder, folder or DEFAULT_FOLDER
    wrote = not file.exists() or (
        url is not None and _never_used(file, endpoint.normalize_url(url))
    )
    if wrote:
        if not url:
            raise NotConfigured("address")
        if holds_token(url):
            raise TokenInFile(FILE, "url")
        pages = check_new_folder(Path.cwd(), folder)
        write_back = not count_storage_commits(pages if pages.is_dir() else Path.cwd())
        fitting = guess_locale_folders(_files(pages))
        below = check_root("--root", root)
        text = _text(url, folder, below, fitting, index, write_back=write_back)
        file.unlink(missing_ok=True)
        _write(file, text)
    config = load_file(file)
    if root and (below := check_root("--root", root)) != config.root:
        raise AlreadyConfigured(file.name, "root", config.root, below)
    if wanted_folder and not wrote and Path(wanted_folder) != Path(config.folder_name):
        raise AlreadyConfigured(file.name, "folder", config.folder_name, wanted_folder)
    if url and (wanted := endpoint.normalize_url(url)) != config.url:
        raise AlreadyConfigured(file.name, "url", config.url, wanted)
    try:
        config.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(config.folder_name, "make", reason_of(error)) from error
    result = _test_connection(config) if config.token else InitResult(config, wrote, None)
    default = result.connection.default_locale if result.connection else ""
    fitting = guess_locale_folders(_files(config.folder), default)
    if wrote and fitting != config.locale_folders:
        config = replace(config, locale_folders=fitting)
        file.unlink()
        _write(file, _text_of(config))
    commits = count_storage_commits(config.folder)
    return replace(result, config=config, wrote=wrote, fitting=fitting, storage_commits=commits)


def check_new_folder(project: Path, name: str) -> Path:
    """Return the path of a folder for the pages, which may exist or not.

    Raises BadConfig for a name that is none, TokenInFile, and FolderError where no folder can be
    made, or nothing written into it.
    """
    if holds_token(name):
        raise TokenInFile(FILE, "folder")
    if "://" in name or name.startswith("~") or not name.isprintable():
        raise BadConfig(FILE, "folder", name, "the name of a folder such as docs")
    folder = check_folder(FILE, project, name)
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if Path(name).parts[:1] == (FILE,):
        raise FolderError(name, "make", f"{FILE} is the configuration")
    if not there.is_dir():
        raise FolderError(name, "make", f"{there.name} is a file")
    if not os.access(there, os.W_OK | os.X_OK):
        raise FolderError(name, "write", "permission denied")
    return folder


def propose_folder(project: Path) -> tuple[str, int]:
    """Return the folder of ``project`` that most likely has the pages, and how many files it has.

    It is the first of ``FOLDERS`` with files that may be pages; ``pages`` where there is none.
    """
    for name in FOLDERS:
        if (project / name).is_dir() and (files := _files(project / name)):
            return name, len(files)
    return DEFAULT_FOLDER, 0


def find_index_name(folder: Path) -> tuple[str, int] | None:
    """Return the name of the files that may be the pages of their folders, and their number.

    None where there is none below the top, and where Wiki.js's Git storage commits to the
    repository: it writes pages of these names as they are.
    """
    names = [PurePosixPath(file) for file in _files(folder)]
    found = Counter(
        name.stem for name in names if len(name.parts) > 1 and name.stem.lower() in _INDEX_NAMES
    )
    if not found or count_storage_commits(folder):
        return None
    stem = max(found, key=lambda each: (found[each], each))
    return stem, sum(name.stem == stem for name in names)


def _text_of(config: Config) -> str:
    """Return the file that ``init`` writes for a configuration."""
    return _text(
        config.url,
        config.folder_name,
        config.root,
        config.locale_folders,
        config.index,
        write_back=config.write_back,
    )


def _text(
    url: str, folder: str, root: str, locale_folders: LocaleFolders, index: str, *, write_back: bool
) -> str:
    lines = [f"url = {_quoted(endpoint.normalize_url(url))}", f"folder = {_quoted(folder)}"]
    lines += [f"root = {_quoted(root)}"] if root else []
    lines += [ALL_FOLDERS] if locale_folders == "all" else []
    lines += [f"index = {_quoted(index)}"] if index else []
    lines += [] if write_back else [NO_WRITE_BACK]
    return "\n".join(lines) + "\n"


def _files(folder: Path) -> list[str]:
    """Return the names of the files in a folder that may be pages."""
    found = Folder(folder, missing_ok=True).list_files()
    return [seen.file for seen in found if isinstance(seen, FileStat)]


def _pages(config: Config, connection: WikiIndex) -> list[Listed]:
    """Return the pages that the folder stands for. Raises BadConfig for a root in another case."""
    return split_by_root(connection.pages, Layout(root=config.root, index=config.index))[0]


def _never_used(file: Path, url: str) -> bool:
    """Return whether a configuration is as ``init`` wrote it for another wiki, and never used."""
    try:
        config = load(file, env={}, need_token=False)
        untouched = file.read_text("utf-8") == _text_of(config)
    except (OSError, UnicodeDecodeError, WikisyncError):
        return False
    return untouched and config.url != url and not config.state.exists()


def _test_connection(config: Config) -> InitResult:
    try:
        with open_wiki(config) as wiki:
            connection = wiki.connect()
            if not connection.authenticated:
                raise Unauthenticated(config.url)
            missing, read_only = _test_rights(wiki, _pages(config, connection))
            return InitResult(config, False, connection, missing, read_only=read_only)
    except WikisyncError as error:
        return InitResult(config, False, None, error=error)


def _test_rights(wiki: Wiki, pages: Sequence[Listed]) -> tuple[Forbidden | None, bool]:
    """Return the rights that the key lacks, and whether it may only read.

    Tested with an existing and with a missing page.
    """
    try:
        for _, got in wiki.read(pages[:1]):
            if isinstance(got, PageHidden):
                return Forbidden(wiki.url, ("read:source",)), False
            if isinstance(got, Record) and got.page.publish_start is None:  # downloaded
                return None, True
    except Forbidden as error:
        return error, False
    return (None if wiki.may_write() else Forbidden(wiki.url, ("write:pages",))), False


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as handle:
            handle.write(text)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            file.unlink(missing_ok=True)  # the next init would keep an incomplete file
        raise FolderError(file.name, "write", reason_of(error)) from error


def _quoted(text: str) -> str:
    # JSON's strings are TOML's basic strings.
    return json.dumps(text, ensure_ascii=False)
