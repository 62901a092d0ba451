"""How Wiki.js cuts, checks and compares texts before it stores them (facts, *Writing*)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from wikisync.sandbox.problems import ApiError, bad_data, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BLANKS: Final = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What JavaScript takes for white space; Python's idea differs in a few characters."""

COLUMN: Final = 255
"""The characters that a title, description, path or tag may have."""

WIDTHS: Final = {
    "locale": 5,
    **dict.fromkeys(
        ("path", "title", "description", "editor", "publishStartDate", "publishEndDate"), COLUMN
    ),
}

ILLEGAL: Final = (".", " ", "\\", "//")

CONTENT_TYPES: Final = {
    "markdown": "markdown",
    "ckeditor": "html",
    "code": "html",
    "wysiwyg": "html",
    "asciidoc": "asciidoc",
    "api": "yml",
    "redirect": "redirect",
}
"""Editor → content type; there are no other editors."""


def clean_path(path: str) -> str:
    """A path without the slash at either end; refused where it has what paths may not have."""
    if any(mark in path for mark in ILLEGAL):
        raise named("PageIllegalPath")
    return path.removesuffix("/").removeprefix("/")


def require_content(content: str | None) -> str:
    """The content, refused where it is empty or blank."""
    if not content or not content.strip(BLANKS):
        raise named("PageEmptyContent")
    return content


def clean_tags(tags: Iterable[str | None]) -> list[str]:
    """Trimmed, in lower case, each once; an empty one stays an empty tag."""
    return list(dict.fromkeys((tag or "").strip(BLANKS).lower() for tag in tags))


def check_columns(statement: str, values: Mapping[str, object]) -> None:
    """Refuse, as PostgreSQL does, what does not fit a column, and NUL anywhere."""
    for name, value in values.items():
        if isinstance(value, str):
            check_column(statement, value, WIDTHS.get(name))


def check_column(statement: str, value: str, width: int | None) -> None:
    """One value of ``check_columns``; ``width`` None holds any length."""
    if "\0" in value:
        raise bad_data(statement, 'invalid byte sequence for encoding "UTF8": 0x00')
    if width is not None and len(value) > width:
        raise bad_data(statement, f"value too long for type character varying({width})")


def check_strings(values: Mapping[str, object]) -> None:
    """Refuse what is given as null or as a number where a page has text."""
    for name, value in values.items():
        if not isinstance(value, str):
            raise ApiError("ValidationError", f"{name}: should be string")


def page_hash(locale: str, path: str, *, private: bool) -> str:
    """The name under which Wiki.js caches a page."""
    text = f"{locale}|{path}|{'TODO' if private else ''}"
    return hashlib.sha1(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
