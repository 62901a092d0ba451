"""The histories of pages: which versions there are, and what they hold.

A page of its own, or many in one request. A version is written when a page is about to change, so
the page as it is now is in no history (facts, *Reading*).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from wikisync.concurrency import bounded_map
from wikisync.errors import PageGone, UnexpectedResponse, WikiError
from wikisync.wiki import api_errors, queries
from wikisync.wiki.responses import PageVersion, VersionEntry, key_in, page_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.wiki.responses import Answer
    from wikisync.wiki.transport import Transport

TRAILS: Final = 25
"""Pages whose versions are listed in one request."""

VERSIONS: Final = 10
"""Versions read in one request, each with its content."""

_NEEDS: Final = ("read:history",)
_AT_ONCE: Final = 200  # versions of one page listed in one request


class HistoryReader:
    """The histories of a wiki's pages, read over a wire; ``jobs`` requests at once at the most.

    Every method raises Forbidden where the key lacks ``read:history``.
    """

    def __init__(self, wire: Transport, jobs: int) -> None:
        self._wire = wire
        self._jobs = jobs

    def newest(self, page: int, most: int) -> tuple[VersionEntry, ...]:
        """A page's newest versions, ``most`` at the most. Raises PageGone."""
        return self._slice(page, 0, most)[1]

    def whole(self, page: int) -> tuple[VersionEntry, ...]:
        """All versions of a page, newest first. Raises PageGone."""
        found: list[VersionEntry] = []
        while True:
            total, more = self._slice(page, len(found) // _AT_ONCE, _AT_ONCE)
            found += more
            if len(more) < _AT_ONCE or len(found) >= total:
                return tuple(found)

    def _slice(self, page: int, number: int, size: int) -> tuple[int, tuple[VersionEntry, ...]]:
        variables = {"id": page, "page": number, "size": size}
        return self._wire.query(
            queries.document("history"), variables, lambda answer: read_history(answer, page)
        )

    def version(self, page: int, number: int) -> PageVersion:
        """A page as one version holds it. Raises PageGone where either is not there."""
        variables = {"id": page, "version": number}
        return self._wire.query(
            queries.document("version"),
            variables,
            lambda answer: read_version(answer, page, number),
        )

    def version_lists(
        self, pages: Sequence[int], most: int
    ) -> dict[int, tuple[VersionEntry, ...] | WikiError]:
        """The newest versions of many pages by their ids, ``most`` of each, newest first.

        A page whose history cannot be told has its error (PageGone, PageHidden, Forbidden by a rule
        for pages, Unreachable), and does not stop the others.
        """
        batches = [pages[start : start + TRAILS] for start in range(0, len(pages), TRAILS)]
        found = bounded_map(
            (partial(self._version_lists, asked, most) for asked in batches), self._jobs
        )
        return {page: trail for trails in found for page, trail in trails}

    def _version_lists(
        self, asked: Sequence[int], most: int
    ) -> list[tuple[int, tuple[VersionEntry, ...] | WikiError]]:
        def read(answer: Answer) -> list[tuple[int, tuple[VersionEntry, ...] | WikiError]]:
            return [
                (page, _history_error(answer, f"p{n}", page) or _version_list(answer, f"p{n}")[1])
                for n, page in enumerate(asked)
            ]

        ids = {f"i{n}": page for n, page in enumerate(asked)}
        return self._wire.query(queries.version_lists(len(asked)), {"most": most, **ids}, read)

    def versions(
        self, wanted: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], PageVersion | WikiError]:
        """Many versions, each named by its page's id and its own; errors as ``trails`` has them."""
        batches = [wanted[start : start + VERSIONS] for start in range(0, len(wanted), VERSIONS)]
        found = bounded_map((partial(self._versions, asked) for asked in batches), self._jobs)
        return {name: past for versions in found for name, past in versions}

    def _versions(
        self, asked: Sequence[tuple[int, int]]
    ) -> list[tuple[tuple[int, int], PageVersion | WikiError]]:
        def read(answer: Answer) -> list[tuple[tuple[int, int], PageVersion | WikiError]]:
            return [
                (name, _history_error(answer, f"p{n}", name[0]) or _version(answer, f"p{n}", *name))
                for n, name in enumerate(asked)
            ]

        ids: dict[str, object] = {}
        for n, (page, number) in enumerate(asked):
            ids |= {f"i{n}": page, f"v{n}": number}
        return self._wire.query(queries.versions(len(asked)), ids, read)


def read_history(answer: Answer, page: int) -> tuple[int, tuple[VersionEntry, ...]]:
    """How many versions there are, and those of this answer, newest first."""
    if (refused := _history_error(answer, "history", page)) is not None:
        raise refused
    return _version_list(answer, "history")


def read_version(answer: Answer, page: int, number: int) -> PageVersion:
    """One version. Raises PageGone where the page or the version is not there."""
    found = _history_error(answer, "version", page) or _version(answer, "version", page, number)
    if isinstance(found, WikiError):
        raise found
    return found


def _version_list(answer: Answer, name: str) -> tuple[int, tuple[VersionEntry, ...]]:
    node = answer.node["pages"][name]
    versions = tuple(
        VersionEntry(
            id=item.number("versionId"),
            date=item.text("versionDate"),
            author=item.text("authorName"),
            action=item.text("actionType"),
        )
        for item in node.items("trail")
    )
    return node.number("total"), versions


def _version(answer: Answer, name: str, page: int, number: int) -> PageVersion | PageGone:
    node = answer.node["pages"][name]
    if node.is_null:
        return PageGone(answer.url, page)
    if (node.number("pageId"), node.number("versionId")) != (page, number):
        raise UnexpectedResponse(answer.url, 200, "another version than the one that was asked for")
    return PageVersion(
        version_id=number,
        page_id=page,
        key=key_in(node),
        content_type=node.text("contentType"),
        date=node.text("versionDate"),
        page=page_in(node),
    )


def _history_error(answer: Answer, name: str, page: int) -> WikiError | None:
    """What became of a page whose history is not told. Raises what concerns every page."""
    fault = answer.fault_at("pages", name)
    if fault is None:
        return None
    # Asked about a page that is gone, the server trips over it instead of saying so.
    if fault.code is None and fault.message.startswith("Cannot read propert"):
        return PageGone(answer.url, page)
    error = api_errors.query_error(answer.url, fault, _NEEDS, page)
    if fault.forbidden or fault.guest:
        raise error
    return error
