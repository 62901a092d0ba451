"""Stand-ins for the APIs of GitHub and Forgejo over HTTP: comments and pulls of one repository.

It pages its lists, asks for a token's rights, holds texts to GitHub's limits, and goes wrong where
a test says so.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY: Final = "ann/handbook"
LONGEST: Final = 65_536
BOT: Final = {"login": "github-actions[bot]", "type": "Bot"}

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]
"""The status, the value, and headers where there are some."""


@dataclass(frozen=True)
class Asked:
    """One request: ``GET issues/1/comments?page=1``, say, by whose token."""

    method: str
    path: str
    token: str


@dataclass
class FakeGitHub:
    """The API, served on loopback for as long as the ``with`` lasts.

    ``rights`` are the permissions of each token; ``users`` whose it is, where it is a person's.
    ``failing`` are statuses to answer the next requests with, whatever they ask; ``branches`` tells
    which branches there are.
    """

    branches: Callable[[], set[str]] = lambda: {"main"}
    rights: dict[str, dict[str, str]] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    failing: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    loses_answers: int = 0
    allows_pulls: bool = True
    base: str = ""

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{self.base}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def say(self, number: int, body: str, user: dict[str, Any] | None = None) -> dict[str, Any]:
        """A comment of somebody's."""
        who = user or {"login": "ann", "type": "User"}
        made = {"id": len(self.comments) + 1, "issue": number, "body": body, "user": who}
        self.comments.append(made)
        return made

    def of_bot(self, number: int) -> list[str]:
        """What the job's own token said on a pull request."""
        return [c["body"] for c in self.comments if c["issue"] == number and c["user"] == BOT]

    def open_pulls(self) -> list[dict[str, Any]]:
        return [pull for pull in self.pulls if pull["state"] == "open"]

    def writes(self) -> list[str]:
        return [f"{a.method} {a.path}" for a in self.asked if a.method != "GET"]

    def answer(self, method: str, url: str, token: str, body: dict[str, Any]) -> Answer:
        """What GitHub says to a request."""
        parts = urlsplit(url)
        path = parts.path.removeprefix(f"{self.base}/")
        path = path.removeprefix(f"repos/{REPOSITORY}/").lstrip("/")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(Asked(method, path, token))
        if token not in self.rights:
            return 401, {"message": "Bad credentials"}
        for asked, known, do in self._routes():
            found = re.fullmatch(known, path)
            if found and asked == method:
                return do(token, query, body, *found.groups())
        return 404, {"message": "Not Found"}

    def _routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        return [
            ("GET", "user", self._user),
            ("GET", r"issues/(\d+)/comments", self._list_comments),
            ("POST", r"issues/(\d+)/comments", self._comment),
            ("PATCH", r"issues/comments/(\d+)", self._edit),
            ("GET", "pulls", self._list_pulls),
            ("POST", "pulls", self._open),
            ("PATCH", r"pulls/(\d+)", self._change),
        ]

    def _user(self, token: str, *_: Any) -> Answer:
        if token in self.users:
            return 200, {"login": self.users[token]}
        return 403, {"message": "Resource not accessible by integration"}

    def _list_comments(self, _: str, query: dict[str, str], __: Any, number: str) -> Answer:
        return _paged([c for c in self.comments if c["issue"] == int(number)], query)

    def _comment(self, token: str, _: Any, body: dict[str, Any], number: str) -> Answer:
        if (refusal := self._refusal(token, body)) is not None:
            return refusal
        return 201, self.say(int(number), body["body"], self._who(token))

    def _edit(self, token: str, _: Any, body: dict[str, Any], number: str) -> Answer:
        if (refusal := self._refusal(token, body)) is not None:
            return refusal
        comment = self.comments[int(number) - 1]
        comment["body"] = body["body"]
        return 200, comment

    def _list_pulls(self, _: str, query: dict[str, str], __: Any) -> Answer:
        branch = query.get("head", "").partition(":")[2]
        found = [
            pull
            for pull in self.pulls
            if pull["state"] == query.get("state", "open")
            and (not branch or pull["head"]["ref"] == branch)
        ]
        return _paged(found, query)

    def _open(self, token: str, _: Any, body: dict[str, Any]) -> Answer:
        if (refusal := self._refusal(token, body)) is not None:
            return refusal
        if not self.allows_pulls:
            why = "GitHub Actions is not permitted to create or approve pull requests."
            return 403, {"message": why}
        head = body["head"]
        own = [p for p in self.open_pulls() if p["head"]["repo"]["full_name"] == REPOSITORY]
        if head not in self.branches() or any(p["head"]["ref"] == head for p in own):
            return 422, {"message": "Validation Failed"}
        number = len(self.pulls) + 7
        made = {
            "number": number,
            "state": "open",
            "title": body["title"],
            "body": body["body"],
            "head": {"ref": head, "repo": {"full_name": REPOSITORY}},
            "base": {"ref": body["base"]},
            "html_url": f"https://github.com/{REPOSITORY}/pull/{number}",
        }
        self.pulls.append(made)
        return 201, made

    def _change(self, token: str, _: Any, body: dict[str, Any], number: str) -> Answer:
        if (refusal := self._refusal(token, body)) is not None:
            return refusal
        (pull,) = (pull for pull in self.pulls if pull["number"] == int(number))
        pull.update(body)
        return 200, pull

    def _refusal(self, token: str, body: dict[str, Any]) -> Answer | None:
        if self.rights[token].get("pull-requests") != "write":
            return 403, {"message": "Resource not accessible by integration"}
        if len(body.get("body", "")) > LONGEST:
            return 422, {"message": f"body is too long (maximum is {LONGEST} characters)"}
        return None

    def _who(self, token: str) -> dict[str, Any]:
        name = self.users.get(token)
        return {"login": name, "type": "User"} if name else BOT


def _paged(found: list[dict[str, Any]], query: dict[str, str]) -> Answer:
    return _page_of(found, int(query.get("per_page", "30")), query)


def _page_of(found: list[dict[str, Any]], size: int, query: dict[str, str]) -> Answer:
    page = int(query.get("page", "1"))
    more = {"Link": f'<http://127.0.0.1/?page={page + 1}>; rel="next"'}
    return 200, found[size * (page - 1) : size * page], more if len(found) > size * page else {}


@dataclass
class FakeForge(FakeGitHub):
    """The same of Forgejo and Gitea, where it differs (their sources, ``routers/api/v1``).

    Comments come all at once; of other lists a page has 30 items, 50 at most, by ``limit``. Pull
    requests cannot be filtered by branch. No user has a type; a job's own token is the user -2's.
    Rights are not the workflow's to set. A second pull request of a branch is 409.
    """

    name: str = "forgejo-actions"
    base: str = "/api/v1"

    def of_bot(self, number: int) -> list[str]:
        return [c["body"] for c in self.comments if c["issue"] == number and self._is_bot(c)]

    @staticmethod
    def _is_bot(comment: dict[str, Any]) -> bool:
        return bool(comment["user"].get("id") == -2)

    def _list_comments(self, _: str, query: dict[str, str], __: Any, number: str) -> Answer:
        found = [c for c in self.comments if c["issue"] == int(number)]
        return 200, found, {"X-Total-Count": str(len(found))}

    def _list_pulls(self, _: str, query: dict[str, str], __: Any) -> Answer:
        found = [pull for pull in self.pulls if pull["state"] == query.get("state", "open")]
        return _page_of(found, min(int(query.get("limit", "30")), 50), query)

    def _open(self, token: str, query: Any, body: dict[str, Any]) -> Answer:
        own = [p for p in self.open_pulls() if p["head"]["repo"]["full_name"] == REPOSITORY]
        if any(p["head"]["ref"] == body["head"] for p in own):
            return 409, {"message": "pull request already exists for these targets"}
        return super()._open(token, query, body)

    def _change(self, token: str, query: Any, body: dict[str, Any], number: str) -> Answer:
        return 201, super()._change(token, query, body, number)[1]

    def _refusal(self, token: str, body: dict[str, Any]) -> Answer | None:
        return None

    def _who(self, token: str) -> dict[str, Any]:
        name = self.users.get(token)
        return {"id": 5, "login": name} if name else {"id": -2, "login": self.name}


def _handler(api: FakeGitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def do_PATCH(self) -> None:
            self._serve()

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            if api.failing:
                status, headers = api.failing.popleft()
                api.asked.append(Asked(self.command, self.path, token))
                return self._send(status, {"message": "Server Error"}, headers)
            body = json.loads(raw) if raw else {}
            status, value, *more = api.answer(self.command, self.path, token, body)
            if api.loses_answers and self.command != "GET":
                api.loses_answers -= 1
                return self._send(502, {"message": "Bad Gateway"}, {})
            return self._send(status, value, more[0] if more else {})

        def _send(self, status: int, value: Any, headers: dict[str, str]) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            for name, text in {**headers, "content-length": str(len(data))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
