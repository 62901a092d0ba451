"""Answer the requests of a preview: pages, files, the list of pages, and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from wikisync.errors import FolderError
from wikisync.loopback.server import HEADERS, application, forbidden
from wikisync.page.paths import to_nfc
from wikisync.preview.files import OpenFile, file_headers, part_of
from wikisync.preview.links import page_url
from wikisync.preview.view import front_page, list_json, page_view

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from wikisync.loopback.auth import Auth
    from wikisync.preview.content import Against
    from wikisync.preview.events import Hub
    from wikisync.preview.library import Library
    from wikisync.preview.wiki import WikiReader


class PreviewApp:
    """The web application of one preview. ``first`` is the page's file that it begins with."""

    def __init__(
        self, auth: Auth, library: Library, hub: Hub, wiki: WikiReader, first: str = ""
    ) -> None:
        self._auth, self._library, self._hub, self._wiki = auth, library, hub, wiki
        self._first = to_nfc(first)
        base = auth.base_path
        self.app = application(
            auth,
            [
                self._route(base, self._get_front),
                self._route(f"{base}page/{{file:path}}", self._get_page),
                self._route(f"{base}file/{{file:path}}", self._get_file),
                self._route(f"{base}list", self._get_list),
                self._route(f"{base}events", self._get_events),
            ],
        )

    def _route(self, path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
        """Return a route that answers authorized requests alone."""

        async def endpoint(request: Request) -> Response:
            if not self._auth.is_authorized(request.headers):
                return await forbidden(request)
            return await answer(request)

        return Route(path, endpoint, methods=["GET"])

    async def _get_front(self, _request: Request) -> Response:
        first, self._first = self._first, ""
        known = self._library.snapshot
        file = first if first in known.entries else front_page(known)
        if not file:
            return await self._show("")
        return RedirectResponse(page_url(self._auth.base_path, file), 303, headers=HEADERS)

    async def _get_page(self, request: Request) -> Response:
        file = to_nfc(request.path_params["file"])
        match request.query_params.get("changes"):
            case "sync":
                return await self._show(file, "sync")
            case "wiki" if self._wiki.host:
                return await self._show(file, "wiki", kept="kept" in request.query_params)
        return await self._show(file)

    async def _show(self, file: str, against: Against = "", *, kept: bool = False) -> Response:
        library, answer = self._library, None
        entry = library.snapshot.entries.get(file)
        if against == "wiki" and entry is not None:
            unknown = None if library.is_synced else file
            answer = await self._wiki.read(entry.key, unknown_file=unknown, kept=kept)
        shown = await run_in_threadpool(
            page_view,
            library,
            file,
            self._auth.base_path,
            against=against,
            answer=answer,
            host=self._wiki.host,
        )
        headers = {**HEADERS, "content-security-policy": shown.policy}
        return HTMLResponse(shown.html, 200 if shown.found else 404, headers)

    async def _get_file(self, request: Request) -> Response:
        file = to_nfc(request.path_params["file"])
        if file not in self._library.snapshot.assets:
            return Response(status_code=404, headers=HEADERS)
        try:
            opened = await run_in_threadpool(OpenFile, self._library.folder, file)
        except FolderError:
            return Response(status_code=404, headers=HEADERS)
        headers = {**HEADERS, **file_headers(file), "accept-ranges": "bytes"}
        part = part_of(opened.size, request.headers.get("range", ""))
        if part is None:
            opened.close()
            return Response(
                status_code=416, headers={**HEADERS, "content-range": f"bytes */{opened.size}"}
            )
        headers["content-length"] = str(part.end - part.start)
        if part.wanted:
            headers["content-range"] = f"bytes {part.start}-{part.end - 1}/{opened.size}"
        status = 206 if part.wanted else 200
        return StreamingResponse(opened.pieces(part), status, headers)

    async def _get_list(self, _request: Request) -> Response:
        text = await run_in_threadpool(list_json, self._library.snapshot)
        return Response(text, media_type="application/json", headers=HEADERS)

    async def _get_events(self, request: Request) -> Response:
        version = request.query_params.get("version", "")[:12]
        missed = self._library.since(int(version) if version.isdecimal() else 0)
        return StreamingResponse(
            self._hub.stream(missed), media_type="text/event-stream", headers=HEADERS
        )
