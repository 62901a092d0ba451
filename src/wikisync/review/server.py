"""Answer the requests of a review: its page, its state as JSON, and its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from wikisync.loopback.server import HEADERS, application, forbidden
from wikisync.report.html import review_page

if TYPE_CHECKING:
    from starlette.requests import Request

    from wikisync.loopback.auth import Auth
    from wikisync.report.html import ReviewState
    from wikisync.review.session import Session


MAX_FORM_BYTES: Final = 4 * 1024 * 1024
"""The most bytes of a form: ticks of about a hundred thousand pages."""

POLL_SECONDS: Final = 3.0
STAY_SECONDS: Final = 8.0
"""Seconds that the last page stays after a request: its script asks each second for the state, and
a browser without scripts shows the page once."""


class ReviewApp:
    """The web application of one review."""

    def __init__(self, auth: Auth, session: Session) -> None:
        self._auth, self._session = auth, session
        base_path = auth.base_path
        self.app = application(
            auth,
            [
                Route(base_path, self._get_page, methods=["GET"]),
                Route(f"{base_path}state", self._get_state, methods=["GET"]),
                Route(f"{base_path}publish", self._post_publish, methods=["POST"]),
                Route(f"{base_path}close", self._post_close, methods=["POST"]),
                Route(f"{base_path}stay", self._post_stay, methods=["POST"]),
            ],
        )

    async def _get_page(self, request: Request) -> Response:
        if not self._auth.is_authorized(request.headers):
            return await forbidden(request)
        self._session.touch()
        view, state = self._session.shown
        token = self._auth.token
        html, policy = await run_in_threadpool(review_page, view, state, token)
        if state.phase == "ended":
            self._session.mark_delivered(STAY_SECONDS)
        headers = {**HEADERS, "content-security-policy": policy}
        return HTMLResponse(html, headers=headers)

    async def _get_state(self, request: Request) -> Response:
        if not self._auth.is_authorized(request.headers):
            return await forbidden(request)
        state = self._session.state
        if state.phase == "ended":
            self._session.mark_delivered(POLL_SECONDS)
        return JSONResponse(_state_data(state), headers=HEADERS)

    async def _post_publish(self, request: Request) -> Response:
        form = await self._form(request)
        if form is None:
            return await forbidden(request)
        done = self._session.publish(frozenset(form.get("page", ())), form.get("round", ["1"])[0])
        return self._respond(request, done=done)

    async def _post_close(self, request: Request) -> Response:
        if await self._form(request) is None:
            return await forbidden(request)
        return self._respond(request, done=self._session.close())

    async def _post_stay(self, request: Request) -> Response:
        """Change nothing; the status lets the browser stay at the page as it is."""
        if await self._form(request) is None:
            return await forbidden(request)
        return Response(status_code=204, headers=HEADERS)

    async def _form(self, request: Request) -> dict[str, list[str]] | None:
        """Return the fields of an authorized form; None for any other request."""
        if not self._auth.is_authorized(request.headers, writes=True):
            return None
        body = b""
        try:
            async for part in request.stream():
                body += part
                if len(body) > MAX_FORM_BYTES:
                    return None
        except ClientDisconnect:  # the page was closed while sending
            return None
        form = parse_qs(body.decode("utf-8", "replace"))
        if not self._auth.valid_csrf(form.get("token", [""])[0]):
            return None
        self._session.touch()
        return form

    def _respond(self, request: Request, *, done: bool) -> Response:
        if request.headers.get("accept") == "application/json":
            status = 200 if done else 409
            return JSONResponse(_state_data(self._session.state), status, headers=HEADERS)
        return RedirectResponse(self._auth.base_path, 303, headers=HEADERS)


def _state_data(state: ReviewState) -> dict[str, Any]:
    return {
        "phase": state.phase,
        "round": state.round,
        "ticked": len(state.ticked),
        "outcomes": {
            value: {"result": told.result, "text": told.text} for value, told in state.outcomes
        },
        "lines": list(state.lines),
        "good": state.good,
        "stays": state.stays,
    }
