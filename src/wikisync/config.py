"""Read the configuration from ``wikisync.toml`` and the environment, and check it.

The file holds the settings that a team shares. The token and the headers for a gateway come from
the environment alone, and a file that contains one is refused before anything else is done.
"""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from wikisync.errors import BadConfig, NotConfigured, TokenInFile
from wikisync.request_headers import VARIABLE as HEADERS
from wikisync.request_headers import RequestHeader, parse_headers, secrets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILE: Final = "wikisync.toml"
STATE: Final = ".wikisync"
DEFAULT_FOLDER: Final = "pages"
DEFAULT_JOBS: Final = 4
"""Measured as the fastest for reading (wikijs.md, *Speed*)."""
DEFAULT_WRITES: Final = 2
"""Measured: more updates at once than two take no less time (wikijs.md, *Speed*)."""

# An API key of Wiki.js is a JSON Web Token: three base64 parts with dots between them.
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
_SECRET_KEYS: Final = {
    *("token", "api_key", "apikey", "key", "secret", "password", "headers"),
    *("wikisync_token", "wikisync_headers"),
}
_PRIVATE_KEY: Final = "PRIVATE KEY-----"

_INDEX: Final = re.compile(r"[\w-]{1,100}")

DEFAULT_KEEP_DAYS: Final = 90

_MOST_JOBS: Final = 64
"""Each takes a thread and a connection. Who wants more says so by ``--jobs``."""
_MOST_PATTERNS: Final = 1_000
_MOST_STARS: Final = 3
"""Of one segment, and ``**`` of one pattern. With 4 a name of 200 characters takes a second."""

LocaleFolders = Literal["others", "all"]
"""Which locales have a folder: all but the wiki's default, or all (Wiki.js's ``alwaysNamespace``).
"""

MAX_ROOT: Final = 200
"""The most characters of ``root``; a page's whole path has at most 255."""

_REFUSED_IN_ROOT: Final = re.compile(r"[. \\\\\x00-\x1f\x7f-\x9f\"|<>:*?]|//")
"""What no path of a page may contain (wikijs.md, *Paths*)."""

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
    many days backups are kept.
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
    client_cert: Path | None = None
    client_key: Path | None = None
    headers: tuple[RequestHeader, ...] = ()

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
) -> Config:
    """Load the configuration of a run in the folder ``start`` (default: the current folder).

    Reads ``file`` if given, else the first ``wikisync.toml`` in ``start`` and the folders above it.
    Without either, all settings come from ``env`` (default: the environment). Raises
    NotConfigured, BadConfig, TokenInFile.
    """
    env = os.environ if env is None else env
    start = Path.cwd() if start is None else start
    found = find_file(file, start)
    settings = _read_settings(found) if found else {}
    project = found.parent if found else start
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
        headers=parse_headers(env.get(HEADERS, "")),
        ca_file=files["ca_file"],
        client_cert=files["client_cert"],
        client_key=files["client_key"],
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
    if not _is_root(root):
        raise BadConfig(where, "root", root, _SETTINGS["root"][0])
    return unicodedata.normalize("NFC", root.strip("/"))


def holds_token(text: str) -> bool:
    """Return whether a text contains what looks like an API key of Wiki.js."""
    return _JWT.search(text) is not None


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


def _read_settings(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        settings = tomllib.loads(text)
        shown = {key: repr(value) for key, value in settings.items()}
    except (OSError, ValueError) as error:  # also a number of more digits than Python reads
        raise BadConfig(str(file), "", "the file", f"TOML in UTF-8: {error}") from error
    except RecursionError as error:
        raise BadConfig(str(file), "", "values that nest too deep", "TOML in UTF-8") from error
    for key, value in settings.items():
        secret = holds_token(shown[key]) or _PRIVATE_KEY in shown[key]
        if secret or key.lower().replace("-", "_") in _SECRET_KEYS:
            raise TokenInFile(str(file), key)
        if key not in _SETTINGS:
            raise BadConfig(str(file), "", f"`{key}`", _known(key), _line_of(text, key))
        expected, is_valid = _SETTINGS[key]
        if not is_valid(value):
            raise BadConfig(str(file), key, shown[key], expected, _line_of(text, key))
    return settings


def _known(key: str) -> str:
    """Return the settings for the error of an unknown one, the most similar first."""
    from difflib import get_close_matches

    similar = get_close_matches(key, _SETTINGS, 1)
    guess = f" (did you mean `{similar[0]}`?)" if similar else ""
    return f"a setting{guess}. The settings are {', '.join(_SETTINGS)}"


def _line_of(text: str, key: str) -> int | None:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_root(value: object) -> bool:
    if not isinstance(value, str):
        return False
    root = value.strip("/")
    return len(root) <= MAX_ROOT and not _REFUSED_IN_ROOT.search(root) and root.isprintable()


def _is_count(value: object, minimum: int, maximum: float = inf) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def _is_patterns(value: object) -> bool:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return False
    if len(value) > _MOST_PATTERNS or any(map(_takes_long, value)):
        return False
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines(value)
    except (ValueError, re.error):
        return False
    return True


def _takes_long(pattern: str) -> bool:
    """Whether matching a name would try too many ways: their number is a power of the stars'."""
    segments = pattern.split("/")
    across = sum("**" in segment for segment in segments)
    return max(across, *(segment.count("*") for segment in segments)) > _MOST_STARS


_SETTINGS: Final[dict[str, tuple[str, Callable[[object], bool]]]] = {
    "url": ("the wiki's address, such as https://wiki.example.com", _is_text),
    "folder": ("the name of a folder", _is_text),
    "ignore": (
        'a list such as ["drafts/", "*.old.md"]: patterns as in a .gitignore, at most'
        f" {_MOST_PATTERNS:,}, each with at most {_MOST_STARS} stars between two slashes and at"
        f" most {_MOST_STARS} times **",
        _is_patterns,
    ),
    "write_back": ("true or false", lambda value: isinstance(value, bool)),
    "max_delete": ("a whole number, 0 or more", lambda value: _is_count(value, 0)),
    "jobs": (
        f"a whole number from 1 to {_MOST_JOBS}",
        lambda value: _is_count(value, 1, _MOST_JOBS),
    ),
    "keep_days": ("a whole number, 1 or more", lambda value: _is_count(value, 1)),
    "root": ("a path on the wiki such as products/rocket", _is_root),
    "locale_folders": (
        '"others" (all locales but the wiki\'s default have a folder) or "all"',
        lambda value: value in {"others", "all"},
    ),
    "ca_file": ("the name of a PEM file", _is_text),
    "index": (
        "the name of a file without its ending, such as README or index",
        lambda value: isinstance(value, str) and _INDEX.fullmatch(value) is not None,
    ),
    "client_cert": ("the name of a PEM file", _is_text),
    "client_key": ("the name of a PEM file", _is_text),
}
