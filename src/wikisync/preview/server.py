"""Answer the requests of a preview: pages, files, the list of pages, and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from wikisync.errors import FolderError
from wikisync.loopback.server import HEADERS, application, forbidden
from wikisync.page.paths import to_nfc
from wikisync.preview.files import file_headers
from wikisync.preview.links import page_url
from wikisync.preview.view import front_page, list_json, page_view

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from wikisync.loopback.auth import Auth
    from wikisync.preview.events import Hub
    from wikisync.preview.library import Library


class PreviewApp:
    """The web application of one preview. ``first`` is the page's file that it begins with."""

    def __init__(self, auth: Auth, library: Library, hub: Hub, first: str = "") -> None:
        self._auth, self._library, self._hub, self._first = auth, library, hub, to_nfc(first)
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
        changes = "changes" in request.query_params
        return await self._show(to_nfc(request.path_params["file"]), changes=changes)

    async def _show(self, file: str, *, changes: bool = False) -> Response:
        base = self._auth.base_path
        shown = await run_in_threadpool(page_view, self._library, file, base, changes=changes)
        headers = {**HEADERS, "content-security-policy": shown.policy}
        return HTMLResponse(shown.html, 200 if shown.found else 404, headers)

    async def _get_file(self, request: Request) -> Response:
        file = to_nfc(request.path_params["file"])
        if file not in self._library.snapshot.assets:
            return Response(status_code=404, headers=HEADERS)
        try:
            data = await run_in_threadpool(self._library.folder.read, file)
        except FolderError:
            return Response(status_code=404, headers=HEADERS)
        return Response(data, headers={**HEADERS, **file_headers(file)})

    async def _get_list(self, _request: Request) -> Response:
        text = await run_in_threadpool(list_json, self._library.snapshot)
        return Response(text, media_type="application/json", headers=HEADERS)

    async def _get_events(self, request: Request) -> Response:
        version = request.query_params.get("version", "")[:12]
        missed = self._library.since(int(version) if version.isdecimal() else 0)
        return StreamingResponse(
            self._hub.stream(missed), media_type="text/event-stream", headers=HEADERS
        )
