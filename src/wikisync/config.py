"""Read the configuration from ``wikisync.toml`` and the environment, and check it.

The file holds the settings that a team shares. The token and the headers for a gateway come from
the environment alone, and a file that contains one is refused before anything else is done.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from wikisync.errors import BadConfig, NotConfigured, TokenInFile
from wikisync.request_headers import VARIABLE as HEADERS
from wikisync.request_headers import RequestHeader, parse_headers, secrets_of
from wikisync.settings import SETTINGS, holds_token, is_root, read_settings, size_in_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.check_levels import Level, Rule

FILE: Final = "wikisync.toml"
STATE: Final = ".wikisync"
DEFAULT_FOLDER: Final = "pages"
DEFAULT_JOBS: Final = 4
"""Measured as the fastest for reading (wikijs.md, *Speed*)."""
DEFAULT_WRITES: Final = 2
"""Measured: more updates at once than two take no less time (wikijs.md, *Speed*)."""

DEFAULT_KEEP_DAYS: Final = 90
DEFAULT_ASSET_SIZE: Final = 5 * 1024 * 1024
"""The limit of a wiki that sets no other one (wikijs.md, *Assets*)."""
DEFAULT_KEEP_SIZE: Final = 1024**3

LocaleFolders = Literal["others", "all"]
"""Which locales have a folder: all but the wiki's default, or all (Wiki.js's ``alwaysNamespace``).
"""

AssetChoice = Literal["referenced", "all", "none"]
"""Which images and files are synced: those that pages refer to, all, or none."""

DEFAULT_ASSETS: Final[AssetChoice] = "referenced"

_RESERVED: Final = frozenset({".git", STATE})
"""Folders of programs, wherever they lie: a page there could change what git or wikisync does."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of a run.

    ``project`` is the folder of ``wikisync.toml`` and of the state, ``folder`` that of the pages.
    ``root`` is the path on the wiki that ``folder`` stands for; empty, it is the whole wiki.
    ``locale_folders`` says which locales have a folder of their own, and ``index`` is
    the name, without suffix, of the file that is the page of its folder. ``token`` is kept out of
    ``repr``, as are the values of ``headers``, which are sent with each request. ``client_cert``
    may have the private key in it; else that is in ``client_key``. ``jobs`` is the number of
    concurrent requests while reading, ``writes`` that of concurrent updates. ``keep_days`` is how
    many days backups are kept, ``keep_size`` the most bytes of images and files in them.
    ``max_asset_size`` is the most bytes of an image or file that the wiki accepts.
    ``check`` has the levels that ``[check]`` sets to rules.
    """

    project: Path
    folder: Path
    url: str
    token: Secret
    ignore: tuple[str, ...] = ()
    write_back: bool = True
    max_delete: int | None = None
    jobs: int = DEFAULT_JOBS
    writes: int = DEFAULT_WRITES
    keep_days: int = DEFAULT_KEEP_DAYS
    ca_file: Path | None = None
    root: str = ""
    locale_folders: LocaleFolders = "others"
    index: str = ""
    assets: AssetChoice = DEFAULT_ASSETS
    max_asset_size: int = DEFAULT_ASSET_SIZE
    keep_size: int = DEFAULT_KEEP_SIZE
    client_cert: Path | None = None
    client_key: Path | None = None
    headers: tuple[RequestHeader, ...] = ()
    check: Mapping[Rule, Level] = field(default_factory=dict)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the secrets that no message may contain."""
        return (self.token, *secrets_of(self.headers))

    @property
    def state(self) -> Path:
        """Return the folder of the state."""
        return self.project / STATE

    @property
    def folder_name(self) -> str:
        """Return the folder for display: relative to ``project``, or absolute outside it."""
        try:
            return self.folder.relative_to(self.project).as_posix()
        except ValueError:
            return self.folder.as_posix()


class Secret(str):
    """A text that ``repr`` does not show, so that logs and tracebacks cannot contain it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def load(
    file: Path | None = None,
    *,
    start: Path | None = None,
    env: Mapping[str, str] | None = None,
    need_token: bool = True,
    need_url: bool = True,
) -> Config:
    """Load the configuration of a run in the folder ``start`` (default: the current folder).

    Reads ``file`` if given, else the first ``wikisync.toml`` in ``start`` and the folders above it.
    Without either, all settings come from ``env`` (default: the environment). Raises
    NotConfigured, BadConfig, TokenInFile.
    """
    env = os.environ if env is None else env
    start = Path.cwd() if start is None else start
    found = find_file(file, start)
    settings = read_settings(found) if found else {}
    project = found.parent if found else start
    where = str(found) if found else FILE
    url = env.get("WIKISYNC_URL") or settings.get("url", "")
    if need_url and not url:
        raise NotConfigured("url" if found else "config", str(start))
    if holds_token(url):
        raise TokenInFile("WIKISYNC_URL", "url")
    token = env.get("WIKISYNC_TOKEN", "").strip()
    if token[:7].lower() == "bearer ":  # as it stands in an HTTP header
        token = token[7:].strip()
    if need_token and not token:
        raise NotConfigured("token")
    files = tls_files(env, settings, project)
    folder = check_folder(where, project, settings.get("folder", DEFAULT_FOLDER))
    return Config(
        project=project,
        folder=folder,
        url=url.rstrip("/"),
        token=Secret(token),
        ignore=tuple(settings.get("ignore", ())),
        write_back=settings.get("write_back", True),
        max_delete=settings.get("max_delete"),
        jobs=settings.get("jobs", DEFAULT_JOBS),
        writes=settings.get("jobs", DEFAULT_WRITES),
        keep_days=settings.get("keep_days", DEFAULT_KEEP_DAYS),
        root=check_root(where, settings.get("root", "")),
        locale_folders=settings.get("locale_folders", "others"),
        index=settings.get("index", ""),
        assets=settings.get("assets", DEFAULT_ASSETS),
        max_asset_size=size_in_bytes(settings.get("max_asset_size")) or DEFAULT_ASSET_SIZE,
        keep_size=size_in_bytes(settings.get("keep_size")) or DEFAULT_KEEP_SIZE,
        headers=parse_headers(env.get(HEADERS, "")),
        ca_file=files["ca_file"],
        client_cert=files["client_cert"],
        client_key=files["client_key"],
        check=settings.get("check", {}),
    )


def tls_files(
    env: Mapping[str, str], settings: Mapping[str, Any], project: Path
) -> dict[str, Path | None]:
    """Return {setting: path} of the TLS files; relative paths start at ``project``.

    A certificate from the environment takes its key from there too. Raises BadConfig for a key
    without a certificate, and for the text of a file instead of its name.
    """
    names = ("ca_file", "client_cert", "client_key")
    given = {name: env.get(f"WIKISYNC_{name.upper()}") for name in names}
    for name, value in given.items():
        if value and ("-----BEGIN" in value or "\n" in value):  # not shown: it may be a key
            expected = "the name of a file; write it into one that only you can read"
            raise BadConfig("", f"WIKISYNC_{name.upper()}", "the text of a PEM file", expected)
    found = {name: given[name] or settings.get(name) for name in names}
    if given["client_cert"]:
        found["client_key"] = given["client_key"]
    if found["client_key"] and not found["client_cert"]:
        raise BadConfig("", "client_key", found["client_key"], "used without client_cert")
    return {name: project / file if file else None for name, file in found.items()}


def check_folder(where: str, project: Path, name: str) -> Path:
    """Return the path of the folder ``name``. Raises BadConfig unless it is below ``project``.

    ``where`` is the file or variable that the name is from, for the error.
    """
    folder = project / name
    try:
        inside = folder.resolve().relative_to(project.resolve())
    except (OSError, ValueError, RuntimeError):  # a NUL, or links that go in circles
        inside = None
    if inside is None or not _RESERVED.isdisjoint(part.lower() for part in inside.parts):
        raise BadConfig(where, "folder", name, "a folder inside the one that has wikisync.toml")
    return folder


def check_root(where: str, root: str) -> str:
    """Return the path ``root`` as a configuration has it. Raises BadConfig for what is no path."""
    if not is_root(root):
        raise BadConfig(where, "root", root, SETTINGS["root"][0])
    return unicodedata.normalize("NFC", root.strip("/"))


def find_file(file: Path | None, start: Path) -> Path | None:
    """Return the file to load: ``file``, or the first one in ``start`` and the folders above.

    None where there is none. Raises NotConfigured where ``file`` does not exist.
    """
    if file is not None:
        if not file.is_file():
            raise NotConfigured("config", str(file))
        return file.absolute()
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / FILE).is_file():
            return folder / FILE
    return None
