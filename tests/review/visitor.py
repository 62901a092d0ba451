"""A browser in short: it sends requests to a review, with a cookie and with headers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Visitor:
    """Somebody at the address of a review. ``headers`` are sent along each time."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    cookie: str = ""
    room: str = ""
    token: str = ""
    round: str = "1"

    @property
    def origin(self) -> str:
        return f"http://{urlsplit(self.address).netloc}"

    def send(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        """A request. Of ``headers`` the names have ``_`` for ``-``; empty ones are not sent."""
        sent = {"cookie": self.cookie, **self.headers}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=20)
        try:
            given = {name: value for name, value in sent.items() if value}
            connection.request(method, path, body or None, given)
            got = connection.getresponse()
            text = got.read().decode()
            return Answer(got.status, {n.lower(): v for n, v in got.getheaders()}, text)
        finally:
            connection.close()

    def enter(self) -> Visitor:
        """Come in by the secret, and open the page."""
        answer = self.send("GET", urlsplit(self.address).path)
        assert answer.status == 200, answer
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        (self.room,) = re.findall(r'url=(/[^"]+/)"', answer.text)
        (self.token,) = re.findall(r'name="token" value="([^"]+)"', self.page().text)
        return self

    def page(self) -> Answer:
        return self.send("GET", self.room)

    def state(self) -> dict[str, Any]:
        answer = self.send("GET", f"{self.room}state")
        value = json.loads(answer.text)
        assert isinstance(value, dict)
        return value

    def value(self, name: str) -> str:
        """What the box of a page stands for in the form."""
        shown = self.page().text
        (self.round,) = re.findall(r'name="round" value="(\d+)"', shown)
        parts = shown.split('<article class="page')
        (found,) = (part for part in parts[1:] if f'<bdi class="file">{name}</bdi></h2>' in part)
        (value,) = re.findall(r'name="page" value="(\w+)"', found)
        return str(value)

    def publish(self, *names: str) -> Answer:
        """Tick pages by their files, and press the button."""
        return self.form("publish", [self.value(name) for name in names])

    def watch(self, *, stay: bool = False) -> dict[str, Any]:
        """Look at what goes on until it has ended, or is open again; gives that state.

        At the end the program is let go, unless the visitor wants to ``stay`` at the page.
        """
        while (state := self.state())["phase"] == "writing":
            pass
        if state["phase"] == "ended" and not stay:
            self.close()
        return state

    def close(self) -> Answer:
        return self.form("close", [])

    def form(self, where: str, values: Sequence[str], **headers: str) -> Answer:
        pages = [("page", value) for value in values]
        body = urlencode([("token", self.token), ("round", self.round), *pages])
        kind = "application/x-www-form-urlencoded"
        sent = {"origin": self.origin, "content_type": kind, **headers}
        return self.send("POST", f"{self.room}{where}", body, **sent)
