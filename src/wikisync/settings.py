"""Read ``wikisync.toml``, and check each setting by itself.

A file that contains a secret is refused before anything else is done.
"""

from __future__ import annotations

import re
import tomllib
from math import inf
from typing import TYPE_CHECKING, Any, Final

from wikisync.check_levels import setting_problem
from wikisync.errors import BadConfig, TokenInFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# An API key of Wiki.js is a JSON Web Token: three base64 parts with dots between them.
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
_SECRET_KEYS: Final = {
    *("token", "api_key", "apikey", "key", "secret", "password", "headers"),
    *("wikisync_token", "wikisync_headers"),
}
_PRIVATE_KEY: Final = "PRIVATE KEY-----"

_SIZE: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)[ ]?(?:([kmgt])(i)?)?B?", re.IGNORECASE)
_INDEX: Final = re.compile(r"[\w-]{1,100}")

_MOST_JOBS: Final = 64
"""Each takes a thread and a connection. Who wants more says so by ``--jobs``."""
_MOST_PATTERNS: Final = 1_000
_MOST_STARS: Final = 3
"""Of one segment, and ``**`` of one pattern. With 4 a name of 200 characters takes a second."""

MAX_ROOT: Final = 200
"""The most characters of ``root``; a page's whole path has at most 255."""

_REFUSED_IN_ROOT: Final = re.compile(r"[. \\\\\x00-\x1f\x7f-\x9f\"|<>:*?]|//")
"""What no path of a page may contain (wikijs.md, *Paths*)."""


def holds_token(text: str) -> bool:
    """Return whether a text contains what looks like an API key of Wiki.js."""
    return _JWT.search(text) is not None


def read_settings(file: Path) -> dict[str, Any]:
    """Return the settings in a file. Raises BadConfig and TokenInFile."""
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
        if key not in SETTINGS:
            raise BadConfig(str(file), "", f"`{key}`", _known(key), _line_of(text, key))
        expected, is_valid = SETTINGS[key]
        if key == "check" and (problem := setting_problem(value)) is not None:
            raise BadConfig(str(file), key, shown[key], problem, _line_of(text, key))
        if not is_valid(value):
            raise BadConfig(str(file), key, shown[key], expected, _line_of(text, key))
    return settings


def _known(key: str) -> str:
    """Return what is expected in place of an unknown setting: the most similar one, or any."""
    from difflib import get_close_matches

    similar = get_close_matches(key, SETTINGS, 1)
    if similar:
        return f"a setting (did you mean `{similar[0]}`?)"
    return f"a setting. The settings are {', '.join(SETTINGS)}"


def _line_of(text: str, key: str) -> int | None:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[?\s*{re.escape(key)}\s*[\]=]", line):
            return number
    return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_root(value: object) -> bool:
    """Return whether a value can be the setting ``root``."""
    if not isinstance(value, str):
        return False
    root = value.strip("/")
    return len(root) <= MAX_ROOT and not _REFUSED_IN_ROOT.search(root) and root.isprintable()


def _is_count(value: object, minimum: int, maximum: float = inf) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def _is_one_of(value: object, *words: str) -> bool:
    return isinstance(value, str) and value in words


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


def size_in_bytes(value: object) -> int | None:
    """Return the bytes of a size such as ``1048576``, ``"50 MB"`` or ``"1.5 GiB"``.

    ``MB`` is a million bytes, ``MiB`` 1024 x 1024. None for no size, or one below a byte.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value > 0 else None
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    base = 1024 if match[3] else 1000
    power = "kmgt".index(match[2].lower()) + 1 if match[2] else 0
    return round(float(match[1]) * base**power) or None


_A_SIZE: Final = 'a size of at least one byte, such as "50 MB", "5 MiB" or 5242880'

SETTINGS: Final[dict[str, tuple[str, Callable[[object], bool]]]] = {
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
    "root": ("a path on the wiki such as products/rocket", is_root),
    "locale_folders": (
        '"others" (all locales but the wiki\'s default have a folder) or "all"',
        lambda value: _is_one_of(value, "others", "all"),
    ),
    "assets": (
        '"referenced" (the images and files that pages refer to), "all" or "none"',
        lambda value: _is_one_of(value, "referenced", "all", "none"),
    ),
    "max_asset_size": (_A_SIZE, lambda value: size_in_bytes(value) is not None),
    "keep_size": (_A_SIZE, lambda value: size_in_bytes(value) is not None),
    "ca_file": ("the name of a PEM file", _is_text),
    "index": (
        "the name of a file without its ending, such as README or index",
        lambda value: isinstance(value, str) and _INDEX.fullmatch(value) is not None,
    ),
    "client_cert": ("the name of a PEM file", _is_text),
    "client_key": ("the name of a PEM file", _is_text),
    "check": ("a table of rules", lambda value: isinstance(value, dict)),
}
