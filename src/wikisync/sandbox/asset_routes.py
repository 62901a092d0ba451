"""Answer uploads (``POST /u``) and downloads of assets, with the faults that a test orders."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from wikisync.sandbox import asset_names, asset_store, assets, auth, downloads, uploads
from wikisync.sandbox.execution import RequestedField
from wikisync.sandbox.fault_answers import apply_after, apply_before
from wikisync.sandbox.faults import Duplicate, LoseUpload, Refuse, Truncated, WriteThenFail
from wikisync.sandbox.validation import DUPLICATE, NO_RACES, RequestRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from wikisync.sandbox.asset_names import Address
    from wikisync.sandbox.auth import Principal
    from wikisync.sandbox.faults import Faults, FieldEffect, RequestEffect
    from wikisync.sandbox.races import Races
    from wikisync.sandbox.store import Store
    from wikisync.sandbox.uploads import UploadForm

    Record = Callable[[str, list[RequestedField], int], None]
    Count = Callable[[int], None]

ERROR_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Error | Wiki.js</title></head><body>"
    "<strong>Oops, something went wrong...</strong><span>{}</span></body></html>"
)


class AssetRoutes:
    """Serve the assets of one store. ``record`` and ``count`` are told each request."""

    def __init__(
        self, store: Store, faults: Faults, races: Races, record: Record, count: Count
    ) -> None:
        self._store = store
        self._faults = faults
        self._races = races
        self._record = record
        self._count = count

    async def upload(self, request: Request) -> Response:
        """Take a file."""
        limit = self._store.setting("maxFileSize") or uploads.DEFAULT_LIMIT
        form = await uploads.receive(request, limit)
        with form.data:
            return await self._answer_upload(request, form)

    async def download(self, request: Request, address: Address) -> Response:
        """Send the bytes of an asset."""
        asked = RequestedField(
            "assets.download", ("assets", "download"), {"path": address.path}, is_mutation=False
        )
        try:
            principal = await run_in_threadpool(self._principal, request)
        except RequestRefused as problem:
            return error_page(problem.message)
        effects, fields = self._select(asked)
        self._record(principal.name, [asked], 0)
        for effect in effects:
            response = await apply_before(effect)
            if response is not None:
                return response
        response = await run_in_threadpool(
            self._send, request, principal, address, fields.get(0), effects
        )
        self._count(int(response.headers.get("content-length", 0)))
        whole = bytes(getattr(response, "body", b""))  # one that is sent in pieces has none
        for effect in effects:
            injected = await apply_after(effect, whole, response.media_type or "text/plain")
            if injected is not None:
                if isinstance(response, downloads.AssetResponse):
                    response.data.close()
                return injected
        return response

    async def _answer_upload(self, request: Request, form: UploadForm) -> Response:
        try:
            principal = await run_in_threadpool(self._principal, request)
            folder, problem = form.folder(), None
        except RequestRefused as refused:
            return error_page(refused.message)
        except uploads.BadFolder as bad:
            folder, problem = None, bad.message
        asked = await run_in_threadpool(self._asked, form, folder)
        effects, fields = self._select(asked)
        races = self._races.begin([asked])
        self._record(principal.name, [asked], form.size)
        effect = fields.get(0, races.get(0))
        try:
            for one in effects:
                response = await apply_before(one)
                if response is not None:
                    return response
            response = await run_in_threadpool(
                self._take, principal, form, folder, problem, str(asked.arguments["path"]), effect
            )
        finally:
            self._races.end([asked])
        self._count(len(response.body))
        for one in effects:
            injected = await apply_after(one, bytes(response.body), "text/html")
            if injected is not None:
                return injected
        return response

    def _principal(self, request: Request) -> Principal:
        return auth.authenticate(self._store, request.headers.get("authorization"))

    def _asked(self, form: UploadForm, folder: int | None) -> RequestedField:
        name = asset_names.uploaded_name(form.filename)
        path = assets.join(asset_store.folder_path(self._store, folder), name)
        sent = {"folderId": folder, "filename": form.filename, "path": path}
        return RequestedField("assets.upload", ("assets", "upload"), sent, is_mutation=True)

    def _select(self, asked: RequestedField) -> tuple[list[RequestEffect], dict[int, FieldEffect]]:
        return self._faults.select([asked], lambda one: str(one.arguments["path"]))

    def _take(
        self,
        principal: Principal,
        form: UploadForm,
        folder: int | None,
        problem: str | None,
        path: str,
        effect: FieldEffect | None,
    ) -> Response:
        """Store the file, unless it is refused, in the order of Wiki.js's checks."""
        if form.refused is not None:
            return error_page(form.refused)
        if not principal.has((*assets.WRITE, auth.MANAGE_SYSTEM)):
            return _refusal(403, "You are not authorized to upload files.")
        if not form.files:
            return _refusal(400, "Missing upload payload.")
        if form.files > 1:
            return _refusal(400, "You cannot upload multiple files within the same request.")
        if problem is not None:
            return _refusal(400, problem)
        if not principal.may(assets.WRITE, path, None):
            return _refusal(403, "You are not authorized to upload files to this folder.")
        if isinstance(effect, Refuse):
            return _refusal(403, effect.message)
        if not isinstance(effect, LoseUpload):
            met = isinstance(effect, Duplicate) and effect.applies
            races = frozenset({DUPLICATE}) if met else NO_RACES
            name = asset_names.uploaded_name(form.filename)
            assets.save(self._store, folder, name, form.mime, form.data, races)
        if isinstance(effect, WriteThenFail):
            return error_page(effect.message)
        return HTMLResponse("ok")

    def _send(
        self,
        request: Request,
        principal: Principal,
        address: Address,
        effect: FieldEffect | None,
        effects: list[RequestEffect],
    ) -> Response:
        locale = address.locale or self._store.setting("lang")["code"]
        may = principal.may(assets.READ, address.path, locale)
        if not may or isinstance(effect, Refuse):
            return PlainTextResponse("Forbidden", 403)
        asset = asset_store.shown_at(self._store, address.path)
        if asset is None:
            return PlainTextResponse("Not Found", 404)
        data = asset_store.read(self._store, asset["id"])
        if any(isinstance(one, Truncated) for one in effects):
            with data:  # half of the bytes is to be sent: they are needed in one piece
                return Response(data.read(), media_type=downloads.media_type(asset))
        return downloads.answer(asset, data, request.headers)


def error_page(message: str) -> Response:
    """Return the page that Wiki.js shows where a request fails: HTTP 500."""
    return HTMLResponse(ERROR_PAGE.format(escape(message)), 500)


def _refusal(status: int, message: str) -> Response:
    return JSONResponse({"succeeded": False, "message": message}, status)
