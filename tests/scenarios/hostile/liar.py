"""A wiki between the program and the sandbox, which spoils some of the answers."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from wiki.hostile import Hostile, reply

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler

    from wikisync.sandbox import Sandbox

    Spoil = Callable[[int, Any], Any]

Place = tuple[str | int, ...]

ODD: Final[tuple[object, ...]] = (None, True, -1, 1.5, "", "odd", [], [None], {}, {"odd": None})
"""Values of every kind that JSON has."""


class Liar:
    """A server that answers as the sandbox does, but for what ``spoil`` makes of an answer.

    ``spoil`` is given the number of the request, from 1 on since it was set, and the answer.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._host = urlsplit(sandbox.url).netloc
        self._server = Hostile([self._forward])
        self.spoil = honest

    @property
    def spoil(self) -> Spoil:
        return self._spoil

    @spoil.setter
    def spoil(self, spoil: Spoil) -> None:
        self._spoil, self._count = spoil, 0

    @property
    def url(self) -> str:
        return self._server.url

    def __enter__(self) -> Liar:
        self._server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(*error)

    def _forward(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        asked = self._server.asked[-1]
        self._count += 1
        connection = http.client.HTTPConnection(self._host, timeout=30)
        try:
            connection.request("POST", asked.path, asked.body, dict(asked.headers))
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        reply(self._spoil(self._count, answer), response.status)(handler, closing)


def honest(_number: int, answer: Any) -> Any:
    return answer


def places(answer: object, below: Place = ()) -> Iterator[Place]:
    """Every place of an answer; of a list, its first item stands for all."""
    yield below
    if isinstance(answer, dict):
        for name, value in answer.items():
            yield from places(value, (*below, name))
    elif isinstance(answer, list) and answer:
        yield from places(answer[0], (*below, 0))


def with_odd(answer: Any, place: Place, odd: object) -> Any:
    """The answer with another value at a place."""
    if not place:
        return odd
    first, *rest = place
    copy: Any = list(answer) if isinstance(answer, list) else dict(answer)
    copy[first] = with_odd(answer[first], tuple(rest), odd)
    return copy
