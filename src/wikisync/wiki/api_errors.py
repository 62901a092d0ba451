"""What Wiki.js means by a refusal: GraphQL errors and failed results → the tree of errors. Pure.

The rule for writes: every error but WriteUncertain says that nothing was written. Only the
refusals that are known to change nothing are taken at their word; after any other, the page must
be read back (facts, *Writing*).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.errors import (
    Forbidden,
    PageGone,
    PageHidden,
    Rejected,
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
_LONGEST_PATH: Final = 20

READ_NEEDS: Final = ("read:source", "manage:pages")
"""What a key needs to read the source of any page."""


@dataclass(frozen=True, slots=True)
class ApiFault:
    """One of a GraphQL answer's errors. ``path`` leads to the field that failed."""

    message: str
    path: tuple[str, ...] = ()
    code: int | None = None

    @property
    def forbidden(self) -> bool:
        """Whether the key's group lacks the right, whatever the page."""
        return self.code is None and self.message in {"Forbidden", "Unauthorized"}

    @property
    def guest(self) -> bool:
        """Whether the wiki takes the token for nobody's."""
        return self.code == _NOT_SIGNED_IN


def faults(errors: object) -> tuple[ApiFault, ...]:
    """An answer's ``errors``, whatever their shape: an odd error is an error all the same."""
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
        _steps(path) if isinstance(path, list) else (),
        code if isinstance(code, int) else None,
    )


def _steps(path: list[object]) -> tuple[str, ...]:
    """The path of a field, by names and numbers; what is anything else leads nowhere."""
    if len(path) > _LONGEST_PATH or not all(isinstance(step, str | int) for step in path):
        return ()
    return tuple(map(str, path))


def query_error(
    url: str, fault: ApiFault, needs: tuple[str, ...], page: int = 0, key: Key | None = None
) -> WikiError:
    """The error that a query's fault is. ``page`` and ``key`` are what was asked for."""
    if fault.code == _GONE:
        return PageGone(url, page)
    if fault.code == _HIDDEN:
        return PageHidden(url, page, key=key)
    if fault.guest:
        return Unauthenticated(url)
    if fault.forbidden or fault.code in _FORBIDDEN or fault.code == _NO_HISTORY:
        return Forbidden(url, needs, key=key, message=fault.message)
    return Unreachable(url, f"the wiki failed: {fault.message}")


def read_error(url: str, fault: ApiFault, page: int, key: Key | None = None) -> WikiError:
    """The error of a page that was asked for whole: what a key lacks depends on the field."""
    # The path is pages, the page's name in the answer, its field.
    match fault.path[2:3]:
        case ():
            needs: tuple[str, ...] = ("read:pages",)
        case ("content",):
            needs = READ_NEEDS
        case _:
            # Editor, publish dates, privacy: the schema guards them with the right to write.
            needs = ("write:pages",)
    return query_error(url, fault, needs, page, key)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutation of ``pages``, the rights that it needs, and the refusals that change nothing."""

    name: str
    needs: tuple[str, ...]
    harmless: frozenset[int] = frozenset()
    harmless_slugs: frozenset[str] = frozenset()


# An update looks at its path (6005, 6006) when the rest is written, so there they prove nothing.
CREATE: Final = Mutation(
    "create",
    ("write:pages",),
    frozenset({6002, 6004, 6005}),
    frozenset({"DataError", "ForeignKeyViolationError"}),
)
UPDATE: Final = Mutation("update", ("write:pages",), frozenset({6004}))
MOVE: Final = Mutation("move", ("manage:pages",), frozenset({6005}))
DELETE: Final = Mutation("delete", ("delete:pages",))
CONVERT: Final = Mutation("convert", ("write:pages",))
REBUILD: Final = Mutation("rebuildTree", ("manage:system",))


def mutation_error(url: str, fault: ApiFault, write: Mutation, key: Key | None) -> WikiError:
    """The error that a mutation's fault is: "Forbidden" comes before anything ran."""
    if fault.forbidden and fault.path in {("pages",), ("pages", write.name)}:
        return Forbidden(url, write.needs, key=key, message=fault.message)
    return WriteUncertain(url, fault.message, fault.code)


def result_error(
    url: str, result: JsonReader, write: Mutation, page: int, key: Key | None
) -> WikiError:
    """The error that a ``responseResult`` with ``succeeded: false`` is."""
    code, slug = result.number("errorCode"), result.text("slug")
    message = shorten_message(result.text_or_empty("message"))
    if code == _GONE or (write is UPDATE and message == "Invalid Page Id"):
        return PageGone(url, page)
    if code in _FORBIDDEN:
        return Forbidden(url, write.needs, key=key, message=message)
    if code in write.harmless or slug in write.harmless_slugs:
        return Rejected(url, code, message)
    return WriteUncertain(url, message, code)
