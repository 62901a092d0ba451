"""Talking to a wiki over HTTP as plainly as can be, for tests that look at the wire."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from wikisync.sandbox import Sandbox

RESULT = "responseResult{succeeded errorCode slug message}"

CREATE = (
    "mutation($content:String!,$description:String!,$editor:String!,$isPublished:Boolean!,"
    "$isPrivate:Boolean!,$locale:String!,$path:String!,$tags:[String]!,$title:String!,"
    "$publishStartDate:Date,$publishEndDate:Date,$scriptCss:String,$scriptJs:String)"
    "{pages{create(content:$content,description:$description,editor:$editor,"
    "isPublished:$isPublished,isPrivate:$isPrivate,locale:$locale,path:$path,tags:$tags,"
    "title:$title,publishStartDate:$publishStartDate,publishEndDate:$publishEndDate,"
    "scriptCss:$scriptCss,scriptJs:$scriptJs){" + RESULT + " page{id updatedAt}}}}"
)
UPDATE = (
    "mutation($id:Int!,$content:String,$description:String,$isPublished:Boolean,$locale:String,"
    "$path:String,$tags:[String],$title:String,$publishStartDate:Date,$publishEndDate:Date,"
    "$scriptCss:String,$scriptJs:String){pages{update(id:$id,content:$content,"
    "description:$description,isPublished:$isPublished,locale:$locale,path:$path,tags:$tags,"
    "title:$title,publishStartDate:$publishStartDate,publishEndDate:$publishEndDate,"
    "scriptCss:$scriptCss,scriptJs:$scriptJs){" + RESULT + " page{id updatedAt}}}}"
)
MOVE = (
    "mutation($id:Int!,$path:String!,$locale:String!){pages{"
    "move(id:$id,destinationPath:$path,destinationLocale:$locale){" + RESULT + "}}}"
)
DELETE = "mutation($id:Int!){pages{delete(id:$id){" + RESULT + "}}}"
LIST = "{pages{list{id path locale title tags updatedAt}}}"

NEW: dict[str, Any] = {
    "content": "# New\n",
    "description": "",
    "editor": "markdown",
    "isPublished": True,
    "isPrivate": False,
    "locale": "en",
    "tags": [],
    "title": "New",
}


@dataclass
class Answer:
    """What came back over the wire."""

    status: int
    type: str
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(
    sandbox: Sandbox, method: str, target: str, body: bytes = b"", token: str | None = None
) -> Answer:
    """One request, on a connection of its own."""
    headers = {"content-type": "application/json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=30)
    try:
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        kind = response.getheader("content-type", "").partition(";")[0]
        content = response.read()
        return Answer(response.status, kind, content, dict(response.getheaders()))
    finally:
        connection.close()


def post(sandbox: Sandbox, query: str, token: str | None = None, **variables: Any) -> Answer:
    """One operation; without a token as the administrator."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    return send(sandbox, "POST", "/graphql", body, sandbox.token if token is None else token)


def ask(sandbox: Sandbox, query: str, token: str | None = None, **variables: Any) -> Any:
    """The data of an operation in which nothing went wrong."""
    answer = post(sandbox, query, token, **variables)
    assert answer.status == 200, answer
    assert "errors" not in answer.json, answer
    return answer.json["data"]


def do(sandbox: Sandbox, query: str, token: str | None = None, **variables: Any) -> dict[str, Any]:
    """The ``responseResult`` of a mutation below ``pages``."""
    (answer,) = ask(sandbox, query, token, **variables)["pages"].values()
    result: dict[str, Any] = answer["responseResult"]
    return result


def browse(sandbox: Sandbox, path: str) -> Answer:
    """What a browser gets."""
    return send(sandbox, "GET", quote(path))
