"""Replay a recorded conversation with a wiki, as a client from outside would.

``python tests/scenarios/contract/replay.py URL [contract|assets]`` replays one on a real Wiki.js
that is empty, and prints how its responses differ from those recorded (.github/CONTRIBUTING.md says
how to record more). ``contract`` is about pages, for the most part; ``assets`` about assets.
"""

from __future__ import annotations

import http.client
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).parent
RECORDINGS: dict[str, dict[str, Any]] = {
    name: json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("contract", "assets")
}
CONTRACT = RECORDINGS["contract"]
STEPS = CONTRACT["steps"]

EMAIL = "admin@example.com"
PASSWORD = "adminadmin"

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
API_OFF = "the API is off"

LOGIN = """mutation($u:String!,$p:String!){authentication{
  login(username:$u,password:$p,strategy:"local"){jwt}}}"""
SWITCH = "mutation($e:Boolean!){authentication{setApiState(enabled:$e){responseResult{slug}}}}"
NEW_GROUP = "mutation($n:String!){groups{create(name:$n){group{id}}}}"
GROUP = """mutation($i:Int!,$n:String!,$p:[String]!,$r:[PageRuleInput]!){groups{
  update(id:$i,name:$n,redirectOnLogin:"/",permissions:$p,pageRules:$r){responseResult{slug}}}}"""
NEW_KEY = """mutation($n:String!,$g:Int){authentication{
  createApiKey(name:$n,expiration:"1d",fullAccess:false,group:$g){key}}}"""
KEYS = "{authentication{apiKeys{id name}}}"
HELD = """{pages{list{id}}
  assets{list(folderId:0,kind:ALL){id} folders(parentFolderId:0){id}}}"""
REVOKE = "mutation($i:Int!){authentication{revokeApiKey(id:$i){responseResult{slug}}}}"


MADE_AT_ONCE = "folders at the end"
"""The title of a step that lists two folders created at the same time: either may come first."""

WEB_PAGE = "<a page>"
BOUNDARY = "a-boundary-that-is-in-no-file"


@dataclass
class Answer:
    """What came back."""

    status: int
    type: str
    body: Any


@dataclass
class Client:
    """One who talks to ``url``; ``keys`` are the tokens by role."""

    url: str
    keys: dict[str, str | None] = field(default_factory=dict)
    saved: dict[str, Any] = field(default_factory=dict)

    def send(self, body: bytes, token: str | None) -> Answer:
        return self._request("POST", "/graphql", token, body, "application/json")

    def _request(
        self, method: str, target: str, token: str | None, body: bytes = b"", kind: str = ""
    ) -> Answer:
        headers = {"content-type": kind} if kind else {}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            kind = response.getheader("content-type", "").partition(";")[0]
            return _answer(response.status, kind, response.read())
        finally:
            connection.close()

    def ask(self, query: str, token: str | None = None, **variables: Any) -> Any:
        """The data of an answer that must be good."""
        answer = self.send(json.dumps({"query": query, "variables": variables}).encode(), token)
        assert answer.status == 200, answer
        assert "errors" not in answer.body, answer
        return answer.body["data"]

    def log_in(self) -> None:
        data = self.ask(LOGIN, u=EMAIL, p=PASSWORD)
        self.root = data["authentication"]["login"]["jwt"]

    def set_up(self, roles: dict[str, Any]) -> None:
        """Log in as the administrator, and make a group and a key for each role."""
        self.log_in()
        self.switch_api(on=True)
        for role, rights in roles.items():
            self.keys[role] = role if role == "garbage" else None
            if rights is not None:
                group = self._group(role, rights["permissions"], rights.get("pageRules", []))
                self.keys[role] = self._key(role, group)
        self.keys["revoked"] = self._key("revoked", 1)
        self._revoke("revoked")

    def switch_api(self, *, on: bool) -> None:
        self.ask(SWITCH, self.root, e=on)

    def _group(self, name: str, permissions: list[str], rules: list[Any]) -> int:
        group: int = self.ask(NEW_GROUP, self.root, n=name)["groups"]["create"]["group"]["id"]
        self.ask(GROUP, self.root, i=group, n=name, p=permissions, r=rules)
        return group

    def _key(self, name: str, group: int) -> str:
        data = self.ask(NEW_KEY, self.root, n=name, g=group)
        return str(data["authentication"]["createApiKey"]["key"])

    def _revoke(self, name: str) -> None:
        known = self.ask(KEYS, self.root)["authentication"]["apiKeys"]
        number = next(key["id"] for key in known if key["name"] == name)
        self.ask(REVOKE, self.root, i=number)

    def take(self, step: dict[str, Any]) -> list[str]:
        """Send one step and say how the answer differs from the recorded one."""
        if step["title"] == API_OFF:
            self.switch_api(on=False)
        answer = self._ask_step(step, self.keys[step["as"]])
        if step["title"] == API_OFF:
            self.switch_api(on=True)
        for name, where in step.get("save", {}).items():
            self.saved[name] = _at(answer.body, where)
        expected = self._filled(step["body"])
        if step["title"] == MADE_AT_ONCE:
            expected, answer.body = _sorted_folders(expected), _sorted_folders(answer.body)
        return [
            *_differences(step["status"], answer.status, "status"),
            *_differences(step["type"], answer.type, "type"),
            *_differences(expected, answer.body, "body"),
        ]

    def _ask_step(self, step: dict[str, Any], token: str | None) -> Answer:
        if "get" in step:
            return self._request("GET", step["get"], token)
        if "upload" in step or "form" in step:
            kind = f"multipart/form-data; boundary={BOUNDARY}"
            return self._request("POST", "/u", token, _form(self._parts(step)), kind)
        return self.send(self._body(step), token)

    def _parts(self, step: dict[str, Any]) -> list[tuple[str, bytes]]:
        """The headers and the bytes of each part of a form, in order."""
        if "upload" in step:
            sent = step["upload"]
            fields = {"mediaUpload": json.dumps({"folderId": self._filled(sent["folderId"])})}
            text = sent["latin1"] * sent.get("repeat", 1)
            file, first = [sent["filename"], sent["mime"], text], False
        else:
            fields, file, first = step["form"], step["file"], step["file_first"]
        parts = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
        if file is not None:
            name, mime, text = file
            head = f'name="mediaUpload"; filename="{name}"\r\nContent-Type: {mime}'
            parts.insert(0 if first else len(parts), (head, text.encode("latin-1")))
        return parts

    def _body(self, step: dict[str, Any]) -> bytes:
        if "raw" in step:
            return str(step["raw"] * step.get("repeat", 1)).encode()
        item = {"query": step.get("query"), "variables": step.get("variables")}
        return json.dumps(self._filled(step.get("batch", item))).encode()

    def _filled(self, value: Any) -> Any:
        """With what was saved in the place of its name."""
        match value:
            case str():
                return self.saved.get(value[1:], value)
            case list():
                return [self._filled(item) for item in value]
            case dict():
                return {
                    name: item if name == "query" else self._filled(item)
                    for name, item in value.items()
                }
            case _:
                return value


def _answer(status: int, kind: str, body: bytes) -> Answer:
    """An answer as it is recorded: JSON, a web page, or bytes as Latin-1."""
    if kind == "application/json":
        try:
            return Answer(status, kind, json.loads(body))
        except ValueError:
            kind = f"{kind} (not JSON)"
    is_page = kind == "text/html" and body.lstrip()[:1] == b"<"
    return Answer(status, kind, WEB_PAGE if is_page else body.decode("latin-1"))


def _form(parts: list[tuple[str, bytes]]) -> bytes:
    mark = f"--{BOUNDARY}".encode()
    head = b"\r\nContent-Disposition: form-data; "
    written = [mark + head + name.encode() + b"\r\n\r\n" + data for name, data in parts]
    return b"\r\n".join([*written, mark + b"--\r\n"])


def _sorted_folders(body: Any) -> Any:
    folders = sorted(body["data"]["assets"]["folders"], key=lambda folder: str(folder["slug"]))
    return {"data": {"assets": {"folders": folders}}}


def _at(body: Any, where: str) -> Any:
    for part in where.split("."):
        body = body[int(part) if part.isdigit() else part]
    return body


def _differences(expected: Any, found: Any, where: str) -> list[str]:
    """Where two values differ, by path; ``<id>``, ``<time>`` and ``<sql>`` stand for any."""
    if isinstance(expected, dict) and isinstance(found, dict):
        names = dict.fromkeys([*expected, *found])
        missing = object()
        return [
            line
            for name in names
            for line in _differences(
                expected.get(name, missing), found.get(name, missing), f"{where}.{name}"
            )
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [line for n, (a, b) in pairs for line in _differences(a, b, f"{where}[{n}]")]
    return [] if _same(expected, found) else [f"{where}: expected {expected!r}, got {found!r}"]


def _same(expected: Any, found: Any) -> bool:
    if expected == "<id>":
        return isinstance(found, int)
    if not isinstance(expected, str) or not isinstance(found, str):
        return type(expected) is type(found) and bool(expected == found)
    if expected == "<time>":
        return TIME.fullmatch(found) is not None
    if "\ufffd" in expected:  # the first recording has binary bodies as UTF-8, as far as they are
        found = found.encode("latin-1").decode("utf-8", "replace")
    pattern = re.escape(expected).replace(re.escape("<sql>"), ".*")
    return re.fullmatch(pattern, found, re.DOTALL) is not None


def replay(
    url: str, recording: str = "contract", steps: Sequence[dict[str, Any]] | None = None
) -> Iterator[str]:
    """Take the steps on an empty wiki, and yield each difference from what was recorded.

    A wiki that has pages or assets is left as it is.
    """
    client = Client(url)
    client.log_in()
    found = client.ask(HELD, client.root)
    if found["pages"]["list"] or found["assets"]["list"] or found["assets"]["folders"]:
        yield "The wiki has pages or assets. Use an empty one: a replay changes what is there."
        return
    client.set_up(RECORDINGS[recording]["roles"])
    for step in RECORDINGS[recording]["steps"] if steps is None else steps:
        for difference in client.take(step):
            yield f"{step['title']}, as {step['as']}: {difference}"


if __name__ == "__main__":
    which = sys.argv[2] if len(sys.argv) > 2 else "contract"
    found = list(replay(sys.argv[1].rstrip("/"), which))
    sys.exit("\n".join(found))
