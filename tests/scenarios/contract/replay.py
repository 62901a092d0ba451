"""Replay the recorded conversation with a wiki, as a client from outside would.

``python tests/contract/replay.py URL`` replays it on a real Wiki.js that is empty, and prints how
its responses differ from those recorded (.github/CONTRIBUTING.md says how to record more).
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
CONTRACT: dict[str, Any] = json.loads((HERE / "contract.json").read_text(encoding="utf-8"))

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
REVOKE = "mutation($i:Int!){authentication{revokeApiKey(id:$i){responseResult{slug}}}}"


def is_about_assets(step: dict[str, Any]) -> bool:
    """Uploads, downloads and the ``assets`` field: the sandbox has none of them."""
    return "upload" in step or "get" in step or "{assets{" in step.get("query", "")


STEPS = [step for step in CONTRACT["steps"] if not is_about_assets(step)]


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
        headers = {"content-type": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request("POST", "/graphql", body, headers)
            response = connection.getresponse()
            kind = response.getheader("content-type", "").partition(";")[0]
            return Answer(response.status, kind, json.loads(response.read()))
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
        answer = self.send(self._body(step), self.keys[step["as"]])
        if step["title"] == API_OFF:
            self.switch_api(on=True)
        for name, where in step.get("save", {}).items():
            self.saved[name] = _at(answer.body, where)
        expected = self._filled(step["body"])
        return [
            *_differences(step["status"], answer.status, "status"),
            *_differences(step["type"], answer.type, "type"),
            *_differences(expected, answer.body, "body"),
        ]

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
    pattern = re.escape(expected).replace(re.escape("<sql>"), ".*")
    return re.fullmatch(pattern, found, re.DOTALL) is not None


def replay(url: str, steps: Sequence[dict[str, Any]] = STEPS) -> Iterator[str]:
    """Take the steps on an empty wiki, and yield each difference from what was recorded.

    A wiki that has pages is left as it is.
    """
    client = Client(url)
    client.log_in()
    if client.ask("{pages{list{id}}}", client.root)["pages"]["list"]:
        yield "The wiki has pages. Use an empty one: a replay changes what is there."
        return
    client.set_up(CONTRACT["roles"])
    for step in steps:
        for difference in client.take(step):
            yield f"{step['title']}, as {step['as']}: {difference}"


if __name__ == "__main__":
    found = list(replay(sys.argv[1].rstrip("/")))
    sys.exit("\n".join(found))
