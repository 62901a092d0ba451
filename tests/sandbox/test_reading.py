"""The habits of reading that a recorded conversation does not show (wikijs.md, *Reading*)."""

from __future__ import annotations

from typing import Any

import pytest

from support.graphql_client import ask, post
from wikisync.sandbox import Sandbox

CODES = ("errors", 0, "extensions", "exception", "code")


def code(answer: Any) -> Any:
    found = answer.json
    for part in CODES:
        found = found[part]
    return found


def paths(sandbox: Sandbox, arguments: str, token: str | None = None) -> list[str]:
    data = ask(sandbox, f"{{pages{{list{arguments}{{path}}}}}}", token)
    return [page["path"] for page in data["pages"]["list"]]


def test_the_limit_of_the_list_counts_a_page_once_for_each_tag(sandbox: Sandbox) -> None:
    sandbox.create("a", tags=["x", "y", "z"])
    sandbox.create("b")
    query = "{pages{list(limit:%d){path tags}}}"
    two = ask(sandbox, query % 2)["pages"]["list"]
    assert two == [{"path": "a", "tags": ["x", "y"]}]
    assert paths(sandbox, "(limit:4)") == ["a", "b"]


def test_the_list_by_tags_wants_all_of_them_and_hides_the_others(sandbox: Sandbox) -> None:
    sandbox.create("a", tags=["x", "y", "z"])
    sandbox.create("b", tags=["x"])
    found = ask(sandbox, '{pages{list(tags:["x","y"]){path tags}}}')["pages"]["list"]
    assert found == [{"path": "a", "tags": ["x", "y"]}]


def test_pages_that_a_key_may_not_see_are_left_out_of_the_list(sandbox: Sandbox) -> None:
    sandbox.create("open/a")
    sandbox.create("closed/b")
    rules = [
        {"id": "1", "roles": ["read:pages"], "match": "START", "deny": False},
        {"id": "2", "roles": ["read:pages"], "match": "START", "deny": True},
    ]
    key = sandbox.key(
        ["read:pages"],
        [{**rules[0], "path": "", "locales": []}, {**rules[1], "path": "closed", "locales": []}],
    )
    assert paths(sandbox, "", key) == ["open/a"]


def test_a_hidden_page_is_told_from_one_that_is_gone(sandbox: Sandbox) -> None:
    page = sandbox.create("a")
    key = sandbox.key(["read:pages", "manage:pages"], [])
    query = "query($id:Int!){pages{single(id:$id){id}}}"
    assert code(post(sandbox, query, key, id=page["id"])) == 6013
    assert code(post(sandbox, query, key, id=page["id"] + 1)) == 6003


def test_the_content_needs_a_right_of_its_own(sandbox: Sandbox) -> None:
    page = sandbox.create("a")
    key = sandbox.key(["read:pages", "delete:pages"])
    query = "query($id:Int!){pages{single(id:$id){%s}}}"
    assert ask(sandbox, query % "path", key, id=page["id"])["pages"]["single"] == {"path": "a"}
    answer = post(sandbox, query % "path content", key, id=page["id"]).json
    assert answer["data"]["pages"]["single"] is None
    assert answer["errors"][0]["message"] == "Forbidden"
    assert answer["errors"][0]["path"] == ["pages", "single", "content"]


def test_the_latest_of_a_conflict_is_read_with_the_right_to_write_alone(sandbox: Sandbox) -> None:
    page = sandbox.create("a", content="x", tags=["t"])
    key = sandbox.key(["write:pages"])
    query = "query($id:Int!){pages{conflictLatest(id:$id){content tags title isPublished}}}"
    latest = ask(sandbox, query, key, id=page["id"])["pages"]["conflictLatest"]
    assert latest == {"content": "x", "tags": ["t"], "title": "a", "isPublished": True}


def test_the_history_of_a_deleted_page_cannot_be_reached(sandbox: Sandbox) -> None:
    page = sandbox.create("a")
    sandbox.delete("a")
    answer = post(sandbox, "query($id:Int!){pages{history(id:$id){total}}}", id=page["id"]).json
    assert answer["data"]["pages"]["history"] is None
    assert "undefined" in answer["errors"][0]["message"]


def test_the_tree_shows_folders_before_pages(sandbox: Sandbox) -> None:
    for path in ("b", "a/x", "a", "c/d/e"):
        sandbox.create(path, title=path.upper())
    query = '{pages{tree(locale:"en",mode:ALL,parent:%d){id path title isFolder pageId}}}'
    top = ask(sandbox, query % 0)["pages"]["tree"]
    assert [(item["path"], item["isFolder"]) for item in top] == [
        ("a", True),
        ("c", True),
        ("b", False),
    ]
    below = ask(sandbox, query % top[0]["id"])["pages"]["tree"]
    assert [(item["path"], item["title"]) for item in below] == [("a/x", "A/X")]
    folders = ask(sandbox, '{pages{tree(locale:"en",mode:FOLDERS,parent:0){path}}}')
    assert [item["path"] for item in folders["pages"]["tree"]] == ["a", "c"]
    here = ask(sandbox, '{pages{tree(locale:"en",mode:PAGES,path:"a/x"){path}}}')
    assert [item["path"] for item in here["pages"]["tree"]] == ["a/x"]


def test_links_name_what_a_page_links_to(sandbox: Sandbox) -> None:
    sandbox.create(
        "one", content="[2](/two) [3](three) ![i](/i) <a href='/fr/four'>4</a> [x](http://x/y)"
    )
    found = ask(sandbox, '{pages{links(locale:"en"){path links}}}')["pages"]["links"]
    assert found == [{"path": "en/one", "links": ["en/two", "en/one/three", "fr/four"]}]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("TITLE", ["b", "c", "a"]),
        ("PATH", ["a", "b", "c"]),
        ("CREATED", ["c", "a", "b"]),
        ("UPDATED", ["a", "b", "c"]),
    ],
)
def test_the_list_comes_in_the_order_that_is_asked_for(
    sandbox: Sandbox, order: str, expected: list[str]
) -> None:
    for path, title in (("c", "2"), ("a", "3"), ("b", "1")):
        sandbox.create(path, title=title)
    sandbox.edit("c", content="x")
    assert paths(sandbox, f"(orderBy:{order})") == expected
    assert paths(sandbox, f"(orderBy:{order},orderByDirection:DESC)") == expected[::-1]


def test_tags_can_be_renamed_and_deleted_for_all_pages_at_once(sandbox: Sandbox) -> None:
    sandbox.create("a", tags=["x", "y"])
    ids = {tag["tag"]: tag["id"] for tag in ask(sandbox, "{pages{tags{id tag}}}")["pages"]["tags"]}
    rename = 'mutation($i:Int!){pages{updateTag(id:$i,tag:" Z ",title:"Z"){responseResult{slug}}}}'
    delete = "mutation($i:Int!){pages{deleteTag(id:$i){responseResult{slug}}}}"
    ask(sandbox, rename, i=ids["x"])
    ask(sandbox, delete, i=ids["y"])
    assert sandbox.pages()[0]["tags"] == ["z"]
    assert ask(sandbox, '{pages{searchTags(query:"Z")}}')["pages"]["searchTags"] == ["z"]
