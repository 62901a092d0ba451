"""What goes wrong on a wiki, in Wiki.js's own names, numbers and words.

An operation on pages raises ``Refused``; the resolvers turn it into a ``responseResult`` of a
mutation or into an entry of ``errors``. Whether something was written before it was raised is the
operation's affair: a refusal is not a promise (facts, *Writing*).

How Wiki.js cuts, checks and compares texts before it stores them (facts, *Writing*).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


UNCODED: Final = 1
"""The ``errorCode`` of whatever has no number of its own."""

LOSE_TAGS: Final = "lose tags"
TREE_RACE: Final = "tree race"
NO_TROUBLE: Final[frozenset[str]] = frozenset()
"""The races that an operation on pages can be told to lose."""

NAMED: Final[dict[str, tuple[int, str]]] = {
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
    """An operation's failure. ``slug`` is the name of the error's class in Wiki.js."""

    slug: str
    message: str
    code: int = UNCODED


@dataclass(eq=False)
class RequestRefused(Exception):
    """The request as a whole is refused, before any of its operations (an HTTP status)."""

    status: int
    message: str


def named(slug: str) -> ApiError:
    """The error that Wiki.js raises under this name."""
    code, message = NAMED[slug]
    return ApiError(slug, message, code)


def plain(message: str) -> ApiError:
    """An error without a name or a number."""
    return ApiError("Error", message)


def bad_data(statement: str, complaint: str) -> ApiError:
    """A value that the database does not take."""
    return ApiError("DataError", f"{statement} - {complaint}")


def foreign_key(statement: str, constraint: str) -> ApiError:
    """A reference to a locale or an editor that the wiki has not."""
    return ApiError(
        "ForeignKeyViolationError",
        f'{statement} - insert or update on table "pages" violates foreign key constraint '
        f'"{constraint}"',
    )


def tag_race() -> ApiError:
    """Two writes brought in the same new tag at once (facts, *Speed and races of writes*)."""
    return ApiError(
        "UniqueViolationError",
        'insert into "tags" ("tag", "title") values ($1, $2) returning "id" - '
        'duplicate key value violates unique constraint "tags_tag_unique"',
    )


def tree_race() -> ApiError:
    """Two rebuilds of the page tree met (facts, *Speed and races of writes*)."""
    return plain(
        'Error when running job rebuild-tree: insert into "pageTree" - '
        'duplicate key value violates unique constraint "pageTree_pkey"\n'
    )


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
