"""The sandbox under attack: by web pages of others, by images in its pages, by guests' requests."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from support.graphql_client import LIST, ask, browse, post, send
from wikisync.sandbox import request_limits
from wikisync.wiki import queries

if TYPE_CHECKING:
    from wikisync.sandbox import Sandbox


def asked_as(sandbox: Sandbox, host: str, method: str, path: str) -> int:
    """The status of a request that names ``host``."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=30)
    try:
        connection.request(method, path, json.dumps({"query": LIST}), {"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/a"), ("POST", "/graphql")])
def test_the_sandbox_answers_nobody_who_calls_it_by_another_name(
    sandbox: Sandbox, method: str, path: str
) -> None:
    sandbox.create("a")
    port = urlsplit(sandbox.url).port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "", "0.0.0.0"):
        assert asked_as(sandbox, host, method, path) == 400
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", "localhost:9000"):
        assert asked_as(sandbox, host, method, path) == 200


def test_a_page_of_the_sandbox_loads_nothing_from_elsewhere(sandbox: Sandbox) -> None:
    sandbox.create("a", content="![x](https://evil.example/track.png)")
    policy = browse(sandbox, "/a").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";") if " " in rule.strip())
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "'self' data:"
    assert not any("http" in value or "*" in value for value in rules.values())


TOO_MUCH = {
    "aliases": "{pages{" + "".join(f"a{n}:list{{id}} " for n in range(50_000)) + "}}",
    "fields": "{pages{" + "".join(f"a{n}:list{{id}} " for n in range(2_500)) + "}}",
    "calls": "{pages{" + "".join(f"a{n}:list{{id}} " for n in range(600)) + "}}",
    "repeated": "{pages{" + "list{id} " * 500 + "}}",
    "conflicts": "{pages{list{" + "id id:path " * 500 + "}}}",
    "arguments": "{pages{" + "single(id:1){id} " * 500 + "}}",
    "depth": "{" + "pages{" * 40 + "id" + "}" * 41,
    "depth of the parser": "{" + "pages{" * 4_000 + "id" + "}" * 4_001,
    "depth of a value": "{pages{single(id:" + "[" * 4_000 + "]" * 4_000 + "){id}}}",
    "spreads": "{pages{list{" + "...f " * 200 + "}}} fragment f on PageListItem{id}",
}


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_a_request_of_a_guest_that_is_too_large_is_refused_before_it_runs(
    sandbox: Sandbox, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("it was run, or validated")

    if kind != "calls":
        monkeypatch.setattr("wikisync.sandbox.execution.validate", never)
    monkeypatch.setattr("wikisync.sandbox.execution.execute_sync", never)
    answer = post(sandbox, TOO_MUCH[kind], "none")
    assert answer.status == 400
    assert answer.json["errors"]


def test_an_array_of_very_many_operations_is_refused(sandbox: Sandbox) -> None:
    for many in ([{"query": LIST}] * 101, [{"query": LIST + " " * 50_000}] * 5):
        answer = send(sandbox, "POST", "/graphql", json.dumps(many).encode(), "none")
        assert answer.status == 400
        assert "The sandbox takes" in answer.json["errors"][0]["message"]
    few = send(sandbox, "POST", "/graphql", json.dumps([{"query": LIST}] * 100).encode(), "none")
    assert (few.status, len(few.json)) == (200, 100)


@pytest.mark.parametrize("deep", [600, 100_000])
def test_json_that_nests_too_deep_is_refused(sandbox: Sandbox, deep: int) -> None:
    value = b"[" * deep + b'"\\ud800"' + b"]" * deep
    body = b'{"query": "{pages{list{id}}}", "variables": {"a": ' + value + b"}}"
    assert send(sandbox, "POST", "/graphql", body, "none").status in {200, 400}


@pytest.mark.parametrize(
    "variables", [b'{"a": ' + b"1" * 5000 + b"}", b'"{"', b'"' + b"[" * 100_000 + b'"']
)
def test_variables_that_cannot_be_read_are_refused(sandbox: Sandbox, variables: bytes) -> None:
    body = b'{"query": "{pages{list{id}}}", "variables": ' + variables + b"}"
    assert send(sandbox, "POST", "/graphql", body, "none").status == 400


def test_fragments_that_double_each_other_end(sandbox: Sandbox) -> None:
    chain = "".join(f"fragment f{n} on PageListItem{{...f{n + 1} ...f{n + 1}}} " for n in range(40))
    query = f"{{pages{{...g0}}}} {chain} fragment f40 on PageListItem{{id}} "
    groups = "".join(f"fragment g{n} on PageQuery{{...g{n + 1} ...g{n + 1}}} " for n in range(5))
    query += f"{groups} fragment g5 on PageQuery{{list{{...f0}}}}"
    sandbox.create("a")
    assert len(ask(sandbox, query)["pages"]["list"]) == 1


@pytest.mark.parametrize("size", [50, 100])
def test_the_largest_requests_of_wikisync_are_far_within_the_bounds(size: int) -> None:
    request_limits.parse_query(queries.pages(size))
    request_limits.parse_query(queries.pages_with_tags(size))
