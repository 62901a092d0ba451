"""Answer ``GET /d/<locale>/<path>``: a page's file, as Wiki.js's storage writes it.

Wiki.js checks the key's permissions before it looks for the page, so a forbidden page and a missing
one have the same answer. Some characters are removed from the address first, and what follows a dot
at its end is cut off (wikijs.md, *Reading with a key that may only read*).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, Response

from wikisync.sandbox import administration, auth, page_extras
from wikisync.sandbox.execution import RequestedField
from wikisync.sandbox.fault_answers import apply_after, apply_before
from wikisync.sandbox.page_extras import find_by_path
from wikisync.sandbox.validation import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from wikisync.sandbox.auth import Principal
    from wikisync.sandbox.faults import Faults
    from wikisync.sandbox.store import Row, Store

    Record = Callable[[str, list[RequestedField], int], None]
    Count = Callable[[int], None]

READ_SOURCE: Final = ("read:source",)
READ_HISTORY: Final = ("read:history",)

FORBIDDEN: Final = "<!DOCTYPE html><html><body><h1>Unauthorized</h1></body></html>"
_REMOVED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\"|<>:*?]")
_ENDING: Final = re.compile(r"\.[^./]*\Z")
_MEDIA_TYPES: Final = {"markdown": "text/markdown", "html": "text/html"}
_OPEN_CLOSE: Final = {"markdown": ("---", "---"), "html": ("<!--", "-->")}


class PageRoutes:
    """Serve the files of one store's pages. ``record`` and ``count`` are told each request."""

    def __init__(self, store: Store, faults: Faults, record: Record, count: Count) -> None:
        self._store = store
        self._faults = faults
        self._record = record
        self._count = count

    async def download(self, request: Request) -> Response:
        """Send the file of a page."""
        address, version = request.path_params["path"], request.query_params.get("v")
        identity = request.headers.get("authorization"), request.cookies.get("jwt")
        try:
            principal = await run_in_threadpool(auth.authenticate, self._store, *identity)
        except RequestRefused as problem:
            error = {"message": problem.message, "path": []}
            return JSONResponse({"data": {}, "errors": [error]}, problem.status)
        path = _key(self._store, address)[1]
        asked = RequestedField("pages.file", ("pages", "file"), {"path": path}, is_mutation=False)
        effects, _ = self._faults.select([asked], lambda _asked: path)
        self._record(principal.name, [asked], 0)
        for effect in effects:
            injected = await apply_before(effect)
            if injected is not None:
                return injected
        answer = await run_in_threadpool(respond, self._store, principal, address, version)
        self._count(len(answer.body))
        for effect in effects:
            kind = answer.media_type or "text/plain"
            injected = await apply_after(effect, bytes(answer.body), kind)
            if injected is not None:
                return injected
        return answer


def respond(store: Store, principal: Principal, address: str, version: str | None) -> Response:
    """Return the file of the page at ``address`` (decoded), or of one of its versions (an id)."""
    locale, path = _key(store, address)
    needed = READ_SOURCE if version is None else READ_HISTORY
    if not principal.may(needed, path, locale):
        return HTMLResponse(FORBIDDEN, 403)
    page = find_by_path(store, locale, path) if path else None
    if page is None:
        return _missing()
    tags = ", ".join(tag["tag"] for tag in page_extras.tags_of(store, page["id"]))
    if version is None:
        return _file(page, tags, page["updatedAt"], page["editor"])
    number = int(version) if version.isdecimal() else 0
    found = page_extras.version(store, principal, page["id"], number)
    return _missing() if found is None else _file(found, "", found["versionDate"], "undefined")


def _missing() -> Response:
    return Response(b"", 404, media_type="text/plain")


def _key(store: Store, address: str) -> tuple[str, str]:
    """Return the locale and path of an address, as Wiki.js parses it."""
    path = _ENDING.sub("", _REMOVED.sub("", address)).strip().strip("/")
    first, _, rest = path.partition("/")
    if re.fullmatch(r"[A-Za-z]{2}(?:-[A-Za-z]{2})?", first):
        return first, rest
    return administration.locale_config(store)["locale"], path


def _file(page: Row, tags: str, date: str, editor: str) -> Response:
    kind = page["contentType"]
    body = page["content"]
    if kind in _OPEN_CLOSE:
        start, end = _OPEN_CLOSE[kind]
        lines = (
            start,
            f"title: {page['title']}",
            f"description: {page['description']}",
            f"published: {str(bool(page['isPublished'])).lower()}",
            f"date: {date}",
            f"tags: {tags}",
            f"editor: {editor}",
            f"dateCreated: {page['createdAt']}",
            end,
            "",
            body,
        )
        body = "\n".join(lines)
    return Response(
        body.encode(), 200, media_type=_MEDIA_TYPES.get(kind, "application/octet-stream")
    )
