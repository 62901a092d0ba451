"""List and read the versions of pages, of one page or of many in one request.

Wiki.js writes a version before a page changes, so the current page is in no history
(wikijs.md, *Dates and versions*).
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

LIST_BATCH: Final = 25
"""Pages whose versions are listed in one request."""

VERSION_BATCH: Final = 10
"""Versions read in one request, each with its content."""

_NEEDS: Final = ("read:history",)


class HistoryReader:
    """Reads the histories of pages over a transport, with at most ``jobs`` concurrent requests.

    Every method raises Forbidden where the key lacks ``read:history``.
    """

    def __init__(self, transport: Transport, jobs: int) -> None:
        self._transport = transport
        self._jobs = jobs

    def newest(self, page: int, limit: int) -> tuple[VersionEntry, ...]:
        """Return at most ``limit`` versions of a page, newest first. Raises PageGone."""
        return self._transport.query(
            queries.document("history"),
            {"id": page, "size": limit},
            lambda answer: read_history(answer, page),
        )

    def version(self, page: int, number: int) -> PageVersion:
        """Read a version of a page. Raises PageGone where page or version does not exist."""
        variables = {"id": page, "version": number}
        return self._transport.query(
            queries.document("version"),
            variables,
            lambda answer: read_version(answer, page, number),
        )

    def version_lists(
        self, pages: Sequence[int], limit: int
    ) -> dict[int, tuple[VersionEntry, ...] | WikiError]:
        """Return at most ``limit`` versions of each page by id, newest first.

        A page whose history cannot be read has its error as the value: PageGone, PageHidden,
        Forbidden by a page rule, Unreachable.
        """
        batches = [pages[start : start + LIST_BATCH] for start in range(0, len(pages), LIST_BATCH)]
        found = bounded_map(
            (partial(self._version_lists, asked, limit) for asked in batches), self._jobs
        )
        return {page: trail for trails in found for page, trail in trails}

    def _version_lists(
        self, pages: Sequence[int], limit: int
    ) -> list[tuple[int, tuple[VersionEntry, ...] | WikiError]]:
        def read(answer: Answer) -> list[tuple[int, tuple[VersionEntry, ...] | WikiError]]:
            return [
                (page, _history_error(answer, f"p{n}", page) or _version_list(answer, f"p{n}"))
                for n, page in enumerate(pages)
            ]

        ids = {f"i{n}": page for n, page in enumerate(pages)}
        return self._transport.query(
            queries.version_lists(len(pages)), {"limit": limit, **ids}, read
        )

    def versions(
        self, wanted: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], PageVersion | WikiError]:
        """Read versions given as (page id, version id); errors as in ``version_lists``."""
        batches = [
            wanted[start : start + VERSION_BATCH] for start in range(0, len(wanted), VERSION_BATCH)
        ]
        found = bounded_map((partial(self._versions, asked) for asked in batches), self._jobs)
        return {name: past for versions in found for name, past in versions}

    def _versions(
        self, wanted: Sequence[tuple[int, int]]
    ) -> list[tuple[tuple[int, int], PageVersion | WikiError]]:
        def read(answer: Answer) -> list[tuple[tuple[int, int], PageVersion | WikiError]]:
            return [
                (name, _history_error(answer, f"p{n}", name[0]) or _version(answer, f"p{n}", *name))
                for n, name in enumerate(wanted)
            ]

        ids: dict[str, object] = {}
        for n, (page, number) in enumerate(wanted):
            ids |= {f"i{n}": page, f"v{n}": number}
        return self._transport.query(queries.versions(len(wanted)), ids, read)


def read_history(answer: Answer, page: int) -> tuple[VersionEntry, ...]:
    """Return the versions in a response, newest first. Raises PageGone."""
    if (refused := _history_error(answer, "history", page)) is not None:
        raise refused
    return _version_list(answer, "history")


def read_version(answer: Answer, page: int, number: int) -> PageVersion:
    """Return a version. Raises PageGone where the page or the version does not exist."""
    found = _history_error(answer, "version", page) or _version(answer, "version", page, number)
    if isinstance(found, WikiError):
        raise found
    return found


def _version_list(answer: Answer, name: str) -> tuple[VersionEntry, ...]:
    node = answer.node["pages"][name]
    return tuple(
        VersionEntry(
            id=item.number("versionId"),
            date=item.text("versionDate"),
            author=item.text("authorName"),
            action=item.text("actionType"),
        )
        for item in node.items("trail")
    )


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
    """Return the error of one page's history, or None. Raises errors that concern every page."""
    fault = answer.fault_at("pages", name)
    if fault is None:
        return None
    # For a deleted page, the server fails with a TypeError instead of "not found".
    if fault.code is None and fault.message.startswith("Cannot read propert"):
        return PageGone(answer.url, page)
    error = api_errors.query_error(answer.url, fault, _NEEDS, page)
    if fault.forbidden or fault.unauthenticated:
        raise error
    return error
