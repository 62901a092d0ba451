"""Define the errors of Wiki.js, and check values as Wiki.js and its database do.

An operation on pages raises ApiError; the resolvers turn it into the ``responseResult`` of a
mutation or an entry of ``errors``. Something may have been written before it was raised (wikijs.md,
*Results*). Texts are trimmed, checked and compared as Wiki.js does (wikijs.md, *Fields* and
*Paths*).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.sandbox.database import Database


UNCODED: Final = 1
"""The ``errorCode`` of errors without a number of their own."""

LOSE_TAGS: Final = "lose tags"
TREE_RACE: Final = "tree race"
DUPLICATE: Final = "duplicate"
NO_RACES: Final[frozenset[str]] = frozenset()
"""No race to lose: the default of each operation."""

NAMED_ERRORS: Final[dict[str, tuple[int, str]]] = {
    "AssetDeleteForbidden": (2003, "You are not authorized to delete this asset."),
    "AssetFolderExists": (2002, "An asset folder with the same name already exists."),
    "AssetInvalid": (2004, "This asset does not exist or is invalid."),
    "AssetRenameCollision": (
        2005,
        "An asset with the same filename in the same folder already exists.",
    ),
    "AssetRenameForbidden": (2006, "You are not authorized to rename this asset."),
    "AssetRenameInvalid": (2007, "The new asset filename is invalid."),
    "AssetRenameInvalidExt": (
        2008,
        "The file extension cannot be changed on an existing asset.",
    ),
    "AssetRenameTargetForbidden": (
        2009,
        "You are not authorized to rename this asset to the requested name.",
    ),
    "AuthLoginFailed": (1002, "Invalid email / username or password."),
    "AuthProviderInvalid": (1003, "Invalid authentication provider."),
    "AuthRequired": (1019, "You must be authenticated to access this resource."),
    "PageDuplicateCreate": (
        6002,
        "Cannot create this page because an entry already exists at the same path.",
    ),
    "PageNotFound": (6003, "This page does not exist."),
    "PageEmptyContent": (6004, "Page content cannot be empty."),
    "PageIllegalPath": (6005, "Page path cannot contains illegal characters."),
    "PagePathCollision": (6006, "Destination page path already exists."),
    "PageMoveForbidden": (6007, "You are not authorized to move this page."),
    "PageUpdateForbidden": (6009, "You are not authorized to update this page."),
    "PageDeleteForbidden": (6010, "You are not authorized to delete this page."),
    "PageRestoreForbidden": (6011, "You are not authorized to restore this page version."),
    "PageHistoryForbidden": (6012, "You are not authorized to view the history of this page."),
    "PageViewForbidden": (6013, "You are not authorized to view this page."),
}


@dataclass(eq=False)
class ApiError(Exception):
    """An operation failed. ``slug`` is the name of the error's class in Wiki.js."""

    slug: str
    message: str
    code: int = UNCODED


@dataclass(eq=False)
class RequestRefused(Exception):
    """A whole request is refused with an HTTP status, before any of its operations."""

    status: int
    message: str


def named_error(slug: str) -> ApiError:
    """Return the error that Wiki.js raises under this name."""
    code, message = NAMED_ERRORS[slug]
    return ApiError(slug, message, code)


def unnamed_error(message: str) -> ApiError:
    """Return an error without a name or a number."""
    return ApiError("Error", message)


def data_error(statement: str, complaint: str) -> ApiError:
    """Return the error for a value that the database refuses."""
    return ApiError("DataError", f"{statement} - {complaint}")


def foreign_key(statement: str, constraint: str) -> ApiError:
    """Return the error for a locale or an editor that the wiki does not have."""
    return ApiError(
        "ForeignKeyViolationError",
        f'{statement} - insert or update on table "pages" violates foreign key constraint '
        f'"{constraint}"',
    )


def tag_duplicate(tag: str) -> ApiError:
    """Return the error for a new tag that MariaDB takes for one that exists."""
    return ApiError(
        "UniqueViolationError",
        f"insert into `tags` (`tag`, `title`) values ('{tag}', '{tag}') - "
        f"Duplicate entry '{tag}' for key 'tags_tag_unique'",
    )


def tag_race() -> ApiError:
    """Return the error for two concurrent writes that add the same new tag (wikijs.md, *Races*)."""
    return ApiError(
        "UniqueViolationError",
        'insert into "tags" ("tag", "title") values ($1, $2) returning "id" - '
        'duplicate key value violates unique constraint "tags_tag_unique"',
    )


def tree_race() -> ApiError:
    """Return the error for two concurrent rebuilds of the page tree (wikijs.md, *Races*)."""
    return unnamed_error(
        'Error when running job rebuild-tree: insert into "pageTree" - '
        'duplicate key value violates unique constraint "pageTree_pkey"\n'
    )


WHITE_SPACE: Final = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""The characters that JavaScript trims; Python's differ in a few."""

COLUMN_WIDTH: Final = 255
"""The most characters of a title, description, path or tag."""

WIDTHS: Final = {
    "locale": 5,
    **dict.fromkeys(
        ("path", "title", "description", "editor", "publishStartDate", "publishEndDate"),
        COLUMN_WIDTH,
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
    """Return a path without the slash at either end. Raises ApiError for illegal characters."""
    if any(mark in path for mark in ILLEGAL):
        raise named_error("PageIllegalPath")
    return path.removesuffix("/").removeprefix("/")


def require_content(content: str | None) -> str:
    """Return the content. Raises ApiError if it is empty or white space."""
    if not content or not content.strip(WHITE_SPACE):
        raise named_error("PageEmptyContent")
    return content


def clean_tags(tags: Iterable[str | None]) -> list[str]:
    """Return tags trimmed, in lower case and without duplicates; an empty one stays."""
    return list(dict.fromkeys((tag or "").strip(WHITE_SPACE).lower() for tag in tags))


def check_columns(database: Database, statement: str, values: Mapping[str, object]) -> None:
    """Raise ApiError, as the database does, for values longer than their column, and for NUL."""
    for name, value in values.items():
        if isinstance(value, str):
            check_column(database, statement, value, WIDTHS.get(name))


def check_column(database: Database, statement: str, value: str, width: int | None) -> None:
    """Raise ApiError if one value does not fit; with ``width`` None any length does."""
    if database.refuses_nul and "\0" in value:
        raise data_error(statement, 'invalid byte sequence for encoding "UTF8": 0x00')
    if database.limits_length and width is not None and len(value) > width:
        raise data_error(statement, f"value too long for type character varying({width})")


def check_strings(values: Mapping[str, object]) -> None:
    """Raise ApiError for null or a number in place of a text."""
    for name, value in values.items():
        if not isinstance(value, str):
            raise ApiError("ValidationError", f"{name}: should be string")


def page_hash(locale: str, path: str, *, private: bool) -> str:
    """Return the name under which Wiki.js caches a page."""
    text = f"{locale}|{path}|{'TODO' if private else ''}"
    return hashlib.sha1(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
