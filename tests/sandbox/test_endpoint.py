"""Tokens, sizes, arrays and malformed requests (wikijs.md, *Endpoint and identity*)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.graphql_client import CREATE, LIST, NEW, ask, do, post, send
from wikisync.sandbox import Sandbox

UNKNOWN = "INTERNAL_SERVER_ERROR"
PROFILE = "{users{profile{id}} pages{list{path}}}"
LOGIN = (
    "mutation($u:String!,$p:String!,$s:String!){authentication{"
    "login(username:$u,password:$p,strategy:$s){jwt responseResult{errorCode slug}}}}"
)
SWITCH = "mutation($e:Boolean!){authentication{setApiState(enabled:$e){responseResult{slug}}}}"


def login(sandbox: Sandbox, password: str = "adminadmin", strategy: str = "local") -> Any:
    variables = {"u": "Admin@Example.com", "p": password, "s": strategy}
    return ask(sandbox, LOGIN, "none", **variables)["authentication"]["login"]


@pytest.mark.parametrize("kind", ["expired", "malformed", "foreign", "empty", "not ascii"])
def test_a_token_that_is_no_good_makes_a_guest_without_a_word(sandbox: Sandbox, kind: str) -> None:
    sandbox.create("a")
    with Sandbox() as other:
        tokens = {
            "expired": sandbox.key(["manage:system"], expired=True),
            "malformed": "a.b.c",
            "foreign": other.token,
            "empty": "",
            "not ascii": "é.è.ê",
        }
    answer = send(
        sandbox,
        "POST",
        "/graphql",
        json.dumps({"query": PROFILE}).encode(),
        tokens[kind],
    )
    assert answer.status == 200
    assert answer.json["data"] == {"users": {"profile": None}, "pages": {"list": [{"path": "a"}]}}
    assert answer.json["errors"][0]["extensions"]["exception"]["code"] == 1019


def test_a_guest_of_a_closed_wiki_may_not_even_list(sandbox: Sandbox) -> None:
    sandbox.create("a")
    sandbox.limit_public()
    answer = post(sandbox, LIST, "none")
    assert (answer.status, answer.json["errors"][0]["message"]) == (200, "Forbidden")


def test_with_the_api_off_every_key_is_refused_but_a_login_is_not(sandbox: Sandbox) -> None:
    jwt = login(sandbox)["jwt"]
    ask(sandbox, SWITCH, jwt, e=False)
    refused = post(sandbox, "{not even graphql")
    assert refused.status == 500
    assert refused.json["errors"][0]["message"].startswith("API is disabled.")
    assert ask(sandbox, PROFILE, jwt)["users"]["profile"] == {"id": 1}
    ask(sandbox, SWITCH, jwt, e=True)
    assert post(sandbox, PROFILE).status == 200


def test_a_revoked_key_is_refused(sandbox: Sandbox) -> None:
    key = sandbox.key(["read:pages"])
    assert post(sandbox, LIST, key).status == 200
    sandbox.revoke(key)
    assert post(sandbox, LIST, key).status == 500


@pytest.mark.parametrize(
    ("password", "strategy", "code"), [("wrong", "local", 1002), ("adminadmin", "ldap", 1003)]
)
def test_a_login_that_fails_says_so(
    sandbox: Sandbox, password: str, strategy: str, code: int
) -> None:
    answer = login(sandbox, password, strategy)
    assert (answer["jwt"], answer["responseResult"]["errorCode"]) == (None, code)


def test_a_key_s_life_must_be_a_span_of_time(sandbox: Sandbox) -> None:
    create = (
        'mutation($e:String!){authentication{createApiKey(name:"k",expiration:$e,'
        "fullAccess:true){key responseResult{succeeded}}}}"
    )
    for span, good in (("1y", True), ("30d", True), ("soon", False)):
        answer = ask(sandbox, create, e=span)["authentication"]["createApiKey"]
        assert answer["responseResult"]["succeeded"] is good
        assert bool(answer["key"]) is good


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 413)])
def test_a_body_of_more_than_five_megabytes_is_refused(
    sandbox: Sandbox, extra: int, status: int
) -> None:
    variables = {**NEW, "path": "a", "content": ""}
    frame = len(json.dumps({"query": CREATE, "variables": variables}))
    content = "x" * (5 * 1024 * 1024 - frame + extra)
    answer = post(sandbox, CREATE, **{**variables, "content": content})
    assert (answer.status, answer.type) == (status, "application/json")
    assert len(sandbox.pages()) == (status == 200)


def test_an_array_is_answered_by_an_array_even_where_an_item_is_wrong(sandbox: Sandbox) -> None:
    items = [{"query": "{pages{list{path}}}"}, {"query": "{"}, {"query": "{pages{nope}}"}]
    answer = send(sandbox, "POST", "/graphql", json.dumps(items).encode(), sandbox.token)
    assert answer.status == 200
    assert answer.json[0] == {"data": {"pages": {"list": []}}}
    codes = [item["errors"][0]["extensions"]["code"] for item in answer.json[1:]]
    assert codes == ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"]


@pytest.mark.parametrize(
    ("variables", "code", "message"),
    [
        ({}, UNKNOWN, 'Variable "$id" of required type "Int!" was not provided.'),
        ({"id": None}, UNKNOWN, 'Variable "$id" of non-null type "Int!" must not be null.'),
        (
            {"id": "x"},
            "BAD_USER_INPUT",
            'Variable "$id" got invalid value "x"; Int cannot represent non-integer value: "x"',
        ),
    ],
)
def test_a_wrong_variable_is_named_and_nothing_is_done(
    sandbox: Sandbox, variables: dict[str, Any], code: str, message: str
) -> None:
    answer = post(sandbox, "query($id:Int!){pages{single(id:$id){id}}}", **variables)
    (error,) = answer.json["errors"]
    assert (answer.status, error["message"]) == (400, message)
    assert error["extensions"] == {"code": code, "exception": {}}
    assert "data" not in answer.json


@pytest.mark.parametrize("body", [b"xyz", b"{", b"\xff", b'{"variables":{}}', b"[1]"])
def test_what_is_no_request_is_refused(sandbox: Sandbox, body: bytes) -> None:
    answer = send(sandbox, "POST", "/graphql", body, sandbox.token)
    assert (answer.status, answer.type) == (400, "application/json")


def test_fragments_and_named_operations_are_understood(sandbox: Sandbox) -> None:
    sandbox.create("a")
    query = (
        "query A{pages{...L}} query B{pages{tags{tag}}} "
        "fragment L on PageQuery{... on PageQuery{list{path}}}"
    )
    body = json.dumps({"query": query, "operationName": "A"}).encode()
    answer = send(sandbox, "POST", "/graphql", body, sandbox.token)
    assert answer.json == {"data": {"pages": {"list": [{"path": "a"}]}}}
    assert sandbox.requests[-1].fields == ("pages.list",)


def test_requests_are_remembered_with_what_they_asked(sandbox: Sandbox) -> None:
    post(sandbox, PROFILE)
    do(sandbox, CREATE, **{**NEW, "path": "a"})
    post(sandbox, "{pages{a:single(id:1){id} b:single(id:2){id}}}")
    seen = [(one.fields, one.is_mutation) for one in sandbox.requests]
    assert seen == [
        (("users.profile", "pages.list"), False),
        (("pages.create",), True),
        (("pages.single", "pages.single"), False),
    ]
    assert sandbox.requests[1].requested[0].arguments["path"] == "a"


def test_the_schema_can_be_asked_for(sandbox: Sandbox) -> None:
    names = ask(sandbox, "{__schema{queryType{name}}}")
    assert names == {"__schema": {"queryType": {"name": "Query"}}}


def test_locales_are_configured_and_installed(sandbox: Sandbox) -> None:
    update = (
        'mutation{localization{updateLocale(locale:"fr",autoUpdate:false,namespacing:true,'
        'namespaces:["en"]){responseResult{succeeded}}}}'
    )
    ask(sandbox, update)
    config = ask(sandbox, "{localization{config{locale namespacing namespaces}}}", "none")
    assert config["localization"]["config"] == {
        "locale": "fr",
        "namespacing": True,
        "namespaces": ["en", "fr"],
    }
    ask(sandbox, 'mutation{localization{downloadLocale(locale:"de"){responseResult{succeeded}}}}')
    found = ask(sandbox, "{localization{locales{code isInstalled isRTL name nativeName}}}")
    codes = [locale["code"] for locale in found["localization"]["locales"]]
    assert codes == ["en", "fr", "de"]


def test_the_system_tells_its_version_and_totals(sandbox: Sandbox) -> None:
    sandbox.create("a", tags=["x", "y"])
    info = ask(
        sandbox, "{system{info{currentVersion pagesTotal tagsTotal groupsTotal usersTotal}}}"
    )
    assert info["system"]["info"] == {
        "currentVersion": "2.5.314",
        "pagesTotal": 1,
        "tagsTotal": 2,
        "groupsTotal": 2,
        "usersTotal": 2,
    }
