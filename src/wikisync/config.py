"""The configuration: ``wikisync.toml`` and the environment, checked, as one value.

The file holds what a team shares; the token comes from the environment alone (promise 10), and a
file that holds one is refused before anything else is done.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wikisync.errors import BadConfig, NotConfigured, TokenInFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILE: Final = "wikisync.toml"
STATE: Final = ".wikisync"
DEFAULT_FOLDER: Final = "pages"
DEFAULT_JOBS: Final = 4
"""Measured as the fastest for reading (facts, *Reading*)."""
DEFAULT_WRITES: Final = 2
"""Measured: more updates at once than two take no less time (facts, *Speed and races*)."""

# An API key of Wiki.js is a JSON Web Token: three parts, the first beginning so.
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
_SECRET_KEYS: Final = {"token", "api_key", "apikey", "key", "secret", "password", "wikisync_token"}

DEFAULT_KEEP_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a run needs to know. ``root`` holds the state; ``folder`` holds the pages.

    ``token`` is kept out of ``repr``; ``jobs`` is the number of requests in flight
    while reading, ``writes`` that of updates;
    ``keep_days`` is how long what was overwritten is kept.
    """

    root: Path
    folder: Path
    url: str
    token: _Secret
    ignore: tuple[str, ...] = ()
    write_back: bool = True
    max_delete: int | None = None
    jobs: int = DEFAULT_JOBS
    writes: int = DEFAULT_WRITES
    keep_days: int = DEFAULT_KEEP_DAYS
    ca_file: Path | None = None

    @property
    def state(self) -> Path:
        """The folder of the state."""
        return self.root / STATE

    @property
    def folder_name(self) -> str:
        """The folder as users know it: relative to the configuration where it lies below it."""
        try:
            return self.folder.relative_to(self.root).as_posix()
        except ValueError:
            return self.folder.as_posix()


class _Secret(str):
    """A text that does not show itself by accident."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def load(
    file: Path | None = None,
    *,
    start: Path | None = None,
    env: Mapping[str, str] | None = None,
    need_token: bool = True,
) -> Config:
    """The configuration for a run that begins in ``running`` (default: the current folder).

    ``file`` is used where given; else ``wikisync.toml`` is looked for upwards. Without one, the
    environment alone must do. Raises the errors of the UsageError family.
    """
    env = os.environ if env is None else env
    start = Path.cwd() if start is None else start
    found = _given(file) if file else _search(start)
    settings = _read(found) if found else {}
    root = found.parent if found else start
    where = str(found) if found else FILE
    url = env.get("WIKISYNC_URL") or settings.get("url", "")
    if not url:
        raise NotConfigured("url" if found else "config", str(start))
    if holds_token(url):
        raise TokenInFile("WIKISYNC_URL", "url")
    token = env.get("WIKISYNC_TOKEN", "").strip()
    if token[:7].lower() == "bearer ":  # as it stands in an HTTP header
        token = token[7:].strip()
    if need_token and not token:
        raise NotConfigured("token")
    ca_file = env.get("WIKISYNC_CA_FILE") or settings.get("ca_file")
    folder = check_folder(where, root, settings.get("folder", DEFAULT_FOLDER))
    return Config(
        root=root,
        folder=folder,
        url=url.rstrip("/"),
        token=_Secret(token),
        ignore=tuple(settings.get("ignore", ())),
        write_back=settings.get("write_back", True),
        max_delete=settings.get("max_delete"),
        jobs=settings.get("jobs", DEFAULT_JOBS),
        writes=settings.get("jobs", DEFAULT_WRITES),
        keep_days=settings.get("keep_days", DEFAULT_KEEP_DAYS),
        ca_file=root / ca_file if ca_file else None,
    )


def check_folder(where: str, root: Path, name: str) -> Path:
    """The folder of that name. Raises BadConfig where it is not below ``root``."""
    folder = root / name
    if not folder.resolve().is_relative_to(root.resolve()):
        raise BadConfig(where, "folder", name, "a folder below wikisync.toml")
    return folder


def holds_token(text: str) -> bool:
    """Whether a text holds what looks like an API key of Wiki.js."""
    return _JWT.search(text) is not None


def _given(file: Path) -> Path:
    if not file.is_file():
        raise NotConfigured("config", str(file))
    return file.absolute()


def _search(start: Path) -> Path | None:
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / FILE).is_file():
            return folder / FILE
    return None


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        settings = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfig(str(file), "", str(error), "TOML in UTF-8") from error
    for key, value in settings.items():
        if holds_token(str(value)) or key.lower().replace("-", "_") in _SECRET_KEYS:
            raise TokenInFile(str(file), key)
        if key not in _KINDS:
            known = ", ".join(_KINDS)
            raise BadConfig(str(file), "", f"`{key}`", f"one of {known}", _line(text, key))
        expected, fits = _KINDS[key]
        if not fits(value):
            raise BadConfig(str(file), key, repr(value), expected, _line(text, key))
    return settings


def _line(text: str, key: str) -> int | None:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_patterns(value: object) -> bool:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return False
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines(value)
    except ValueError:
        return False
    return True


_KINDS: Final[dict[str, tuple[str, Callable[[object], bool]]]] = {
    "url": ("the wiki's address, such as https://wiki.example.com", _is_text),
    "folder": ("the name of a folder", _is_text),
    "ignore": ("a list of patterns as in a .gitignore", _is_patterns),
    "write_back": ("true or false", lambda value: isinstance(value, bool)),
    "max_delete": ("a whole number from 0", lambda value: _is_count(value, 0)),
    "jobs": ("a whole number from 1", lambda value: _is_count(value, 1)),
    "keep_days": ("a whole number from 1", lambda value: _is_count(value, 1)),
    "ca_file": ("the name of a PEM file", _is_text),
}
