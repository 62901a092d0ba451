"""Map GraphQL errors and failed results of Wiki.js to exceptions. Pure.

After a mutation, every exception but WriteUncertain means that nothing was written. Only the error
codes known to change nothing map to those; after any other, the page must be read back
(wikijs.md, *Results*).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.errors import (
    Forbidden,
    PageGone,
    PageHidden,
    Rejected,
    TagTaken,
    Unauthenticated,
    Unreachable,
    WriteUncertain,
)
from wikisync.wiki.http_errors import shorten_message

if TYPE_CHECKING:
    from wikisync.errors import WikiError
    from wikisync.page.model import Key
    from wikisync.wiki.json_reader import JsonReader

_NOT_SIGNED_IN: Final = 1019
_GONE: Final = 6003
_HIDDEN: Final = 6013
_FORBIDDEN: Final = frozenset({6009, 6010})
_NO_HISTORY: Final = 6012
PATH_TAKEN: Final = 6002
"""The code of a creation at a path that a page has."""
_MAX_PATH: Final = 20
_TAG_KEY: Final = "tags_tag_unique"
# PostgreSQL words it otherwise. There it is a race, which the same tags do not lose again.
_DUPLICATE: Final = re.compile(r"Duplicate entry '(.*)' for key '[^']*" + _TAG_KEY, re.DOTALL)

READ_NEEDS: Final = ("read:source",)
"""The permissions that an API key needs, beside read:pages, to read the source of any page."""


@dataclass(frozen=True, slots=True)
class ApiFault:
    """One of the errors in a GraphQL response. ``path`` is that of the field that failed."""

    message: str
    path: tuple[str, ...] = ()
    code: int | None = None

    @property
    def forbidden(self) -> bool:
        """Return whether the key's group lacks a permission, regardless of the page."""
        return self.code is None and self.message in {"Forbidden", "Unauthorized"}

    @property
    def unauthenticated(self) -> bool:
        """Return whether the wiki does not accept the token."""
        return self.code == _NOT_SIGNED_IN


def faults(errors: object) -> tuple[ApiFault, ...]:
    """Parse the ``errors`` of a response; a malformed error counts as one without details."""
    return tuple(_fault(error) for error in errors) if isinstance(errors, list) else ()


def _fault(error: object) -> ApiFault:
    if not isinstance(error, dict):
        return ApiFault(shorten_message(None))
    path = error.get("path")
    extensions = error.get("extensions")
    exception = extensions.get("exception") if isinstance(extensions, dict) else None
    code = exception.get("code") if isinstance(exception, dict) else None
    return ApiFault(
        shorten_message(error.get("message")),
        _path_names(path) if isinstance(path, list) else (),
        code if isinstance(code, int) else None,
    )


def _path_names(path: list[object]) -> tuple[str, ...]:
    """Return the path of a field as strings; empty where it is malformed."""
    if len(path) > _MAX_PATH or not all(isinstance(step, str | int) for step in path):
        return ()
    return tuple(map(str, path))


def query_error(
    url: str, fault: ApiFault, needs: tuple[str, ...], page: int = 0, key: Key | None = None
) -> WikiError:
    """Return the exception for a fault of a query. ``page`` and ``key`` are those requested."""
    if fault.code == _GONE:
        return PageGone(url, page)
    if fault.code == _HIDDEN:
        return PageHidden(url, page, key=key)
    if fault.unauthenticated:
        return Unauthenticated(url)
    if fault.forbidden or fault.code in _FORBIDDEN or fault.code == _NO_HISTORY:
        return Forbidden(url, needs, key=key, message=fault.message)
    return Unreachable(url, f"the wiki failed: {fault.message}")


def read_error(url: str, fault: ApiFault, page: int, key: Key | None = None) -> WikiError:
    """Return the exception for a fault of a page read; the permission depends on the field."""
    # The path is: pages, the alias of the page, the field.
    match fault.path[2:3]:
        case ():
            needs: tuple[str, ...] = ("read:pages",)
        case ("content",):
            needs = READ_NEEDS
        case _:
            # Editor, publish dates, privacy: the schema requires the permission to write.
            needs = ("write:pages",)
    return query_error(url, fault, needs, page, key)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutation of ``pages``, its permissions, and the error codes that mean nothing changed."""

    name: str
    needs: tuple[str, ...]
    harmless: frozenset[int] = frozenset()
    harmless_slugs: frozenset[str] = frozenset()


# An update checks its path (6005, 6006) after it wrote the rest, so these are not harmless there.
CREATE: Final = Mutation(
    "create",
    ("write:pages",),
    frozenset({PATH_TAKEN, 6004, 6005}),
    frozenset({"DataError", "ForeignKeyViolationError"}),
)
UPDATE: Final = Mutation("update", ("write:pages",), frozenset({6004}))
MOVE: Final = Mutation("move", ("manage:pages",), frozenset({6005}))
DELETE: Final = Mutation("delete", ("delete:pages",))
CONVERT: Final = Mutation("convert", ("write:pages",))
REBUILD: Final = Mutation("rebuildTree", ("manage:system",))


def mutation_error(url: str, fault: ApiFault, write: Mutation, key: Key | None) -> WikiError:
    """Return the exception for a fault of a mutation; "Forbidden" is raised before it runs."""
    if fault.forbidden and fault.path in {("pages",), ("pages", write.name)}:
        return Forbidden(url, write.needs, key=key, message=fault.message)
    return WriteUncertain(url, fault.message, fault.code)


def result_error(
    url: str, result: JsonReader, write: Mutation, page: int, key: Key | None
) -> WikiError:
    """Return the exception for a ``responseResult`` with ``succeeded: false``."""
    code, slug = result.number("errorCode"), result.text("slug")
    whole = result.text_or_empty("message")
    message = shorten_message(whole)
    if code == _GONE or (write is UPDATE and message == "Invalid Page Id"):
        return PageGone(url, page)
    if code in _FORBIDDEN:
        return Forbidden(url, write.needs, key=key, message=message)
    if code in write.harmless or slug in write.harmless_slugs:
        return Rejected(url, code, message)
    if (taken := _DUPLICATE.search(whole)) is not None:
        return TagTaken(url, message, code, taken[1])
    return WriteUncertain(url, message, code)
