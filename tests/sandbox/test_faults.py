"""Each fault does on the wire what it says, when it was told to, and no more often."""

from __future__ import annotations

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from support.graphql_client import CREATE, DELETE, LIST, NEW, UPDATE, Answer, do, post, send
from wikisync.sandbox import (
    Drop,
    Hook,
    Html,
    Late,
    LoseTags,
    Redirect,
    Refuse,
    Sandbox,
    Status,
    TreeRace,
    Truncated,
    WriteThenFail,
)

if TYPE_CHECKING:
    from wikisync.sandbox.execution import RequestedField

CUT = (http.client.HTTPException, ConnectionError)


def create(sandbox: Sandbox, path: str = "a", **fields: Any) -> dict[str, Any]:
    return do(sandbox, CREATE, **{**NEW, "path": path, **fields})


def paths(sandbox: Sandbox) -> list[str]:
    return [page["path"] for page in sandbox.pages()]


@pytest.mark.parametrize("after", [False, True])
def test_a_dropped_connection_brings_no_answer_whether_it_was_done_or_not(
    sandbox: Sandbox, after: bool
) -> None:
    fault = sandbox.faults.add(Drop(after=after), on="create")
    with pytest.raises(CUT):
        create(sandbox)
    assert paths(sandbox) == (["a"] if after else [])
    assert fault.applied == 1
    assert create(sandbox, "b")["succeeded"]


@pytest.mark.parametrize("after", [False, True])
def test_a_proxy_s_status_comes_in_place_of_the_answer(sandbox: Sandbox, after: bool) -> None:
    sandbox.faults.add(Status(503, after=after, headers=(("Retry-After", "1"),)), on="create")
    answer = post(sandbox, CREATE, **{**NEW, "path": "a"})
    assert (answer.status, answer.type, answer.headers["retry-after"]) == (503, "text/html", "1")
    assert paths(sandbox) == (["a"] if after else [])


def test_html_comes_in_place_of_json(sandbox: Sandbox) -> None:
    sandbox.faults.add(Html(), on="list")
    answer = post(sandbox, LIST)
    assert (answer.status, answer.type) == (200, "text/html")


def test_a_redirect_points_elsewhere(sandbox: Sandbox) -> None:
    sandbox.faults.add(Redirect("https://elsewhere.example/"), on="list")
    answer = post(sandbox, LIST)
    assert (answer.status, answer.headers["location"]) == (302, "https://elsewhere.example/")


def test_truncated_json_is_no_json(sandbox: Sandbox) -> None:
    sandbox.faults.add(Truncated(), on="list")
    answer = post(sandbox, LIST)
    assert (answer.status, answer.type) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        _ = answer.json


def test_an_answer_can_end_amid_its_body(sandbox: Sandbox) -> None:
    sandbox.faults.add(Truncated(cut=True), on="list")
    with pytest.raises(http.client.IncompleteRead):
        post(sandbox, LIST)


def test_a_late_answer_holds_up_nobody_else(sandbox: Sandbox) -> None:
    until = threading.Event()
    sandbox.faults.add(Late(until=until), on="create")
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(create, sandbox)
        while not paths(sandbox):
            post(sandbox, LIST)
        assert not late.done()
        until.set()
        assert late.result()["succeeded"]


def test_what_is_late_before_it_is_done_is_not_done_yet(sandbox: Sandbox) -> None:
    until = threading.Event()
    reached = threading.Event()
    sandbox.faults.add(Hook(reached.set), on="create")
    sandbox.faults.add(Late(until=until, after=False), on="create")
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(create, sandbox)
        assert reached.wait(10)
        assert paths(sandbox) == []
        until.set()
        assert late.result()["succeeded"]


def test_a_late_request_ends_with_the_sandbox() -> None:
    with ThreadPoolExecutor(1) as pool, Sandbox() as sandbox:
        reached = threading.Event()
        sandbox.faults.add(Hook(reached.set), on="list")
        sandbox.faults.add(Late(until=threading.Event()), on="list")
        late = pool.submit(post, sandbox, LIST)
        assert reached.wait(10)
        sandbox.close()
        assert isinstance(late.exception(10), CUT)


def test_a_hook_acts_just_before_or_just_after_a_request(sandbox: Sandbox) -> None:
    page = sandbox.create("a", content="one")
    sandbox.faults.add(Hook(lambda: sandbox.edit("a", content="theirs")), on="update")
    sandbox.faults.add(Hook(lambda: sandbox.delete("a"), after=True), on="update")
    assert do(sandbox, UPDATE, id=page["id"], content="mine", tags=[])["succeeded"]
    assert sandbox.pages() == []
    kept = sandbox.store.rows("select content, action from versions order by id")
    assert [row["content"] for row in kept] == ["one", "theirs", "mine"]


def test_a_refusal_changes_nothing(sandbox: Sandbox) -> None:
    sandbox.faults.add(Refuse("PageDuplicateCreate", "no", 6002), on="create")
    assert create(sandbox) == {
        "succeeded": False,
        "errorCode": 6002,
        "slug": "PageDuplicateCreate",
        "message": "no",
    }
    assert paths(sandbox) == []


def test_a_query_s_refusal_is_an_error_of_that_alias_alone(sandbox: Sandbox) -> None:
    sandbox.create("a")
    sandbox.create("b")
    sandbox.faults.add(Refuse("PageViewForbidden", "no", 6013), on="single", path="b")
    answer = post(sandbox, "{pages{x:single(id:1){path} y:single(id:2){path}}}").json
    assert answer["data"]["pages"] == {"x": {"path": "a"}, "y": None}
    (error,) = answer["errors"]
    assert error["path"] == ["pages", "y"]
    assert error["extensions"]["exception"]["code"] == 6013


def test_a_write_that_fails_after_all_was_written(sandbox: Sandbox) -> None:
    sandbox.faults.add(WriteThenFail(message="render failed"), on="create")
    result = create(sandbox, tags=["x"])
    assert (result["succeeded"], result["message"]) == (False, "render failed")
    assert sandbox.pages()[0]["tags"] == ["x"]


def test_a_lost_race_for_a_tag_leaves_the_page_without_its_tags(sandbox: Sandbox) -> None:
    sandbox.faults.add(LoseTags(), on=("create", "update"), times=2)
    result = create(sandbox, tags=["x"])
    assert result["slug"] == "UniqueViolationError"
    assert "tags_tag_unique" in result["message"]
    (page,) = sandbox.pages()
    assert page["tags"] == []
    assert not do(sandbox, UPDATE, id=page["id"], content="new", tags=["x"])["succeeded"]
    assert (sandbox.pages()[0]["content"], sandbox.pages()[0]["tags"]) == ("new", [])


def test_a_lost_race_for_the_tree_leaves_the_page_written(sandbox: Sandbox) -> None:
    sandbox.faults.add(TreeRace(), on=("pages.create", "delete"), times=2)
    result = create(sandbox, tags=["x"])
    assert 'unique constraint "pageTree_pkey"' in result["message"]
    (page,) = sandbox.pages()
    assert page["tags"] == ["x"]
    assert not do(sandbox, DELETE, id=page["id"])["succeeded"]
    assert sandbox.pages() == []


def test_a_fault_strikes_from_the_nth_match_as_often_as_told(sandbox: Sandbox) -> None:
    fault = sandbox.faults.add(Refuse(), on="create", nth=2, times=2)
    results = [create(sandbox, f"p{number}")["succeeded"] for number in range(5)]
    assert results == [True, False, False, True, True]
    assert fault.applied == 2


def test_a_fault_can_strike_for_ever_until_it_is_cleared(sandbox: Sandbox) -> None:
    sandbox.faults.add(Status(), on="list", times=None)
    assert [post(sandbox, LIST).status for _ in range(3)] == [502, 502, 502]
    sandbox.faults.clear()
    assert post(sandbox, LIST).status == 200


def test_a_fault_without_a_field_counts_requests(sandbox: Sandbox) -> None:
    sandbox.faults.add(Status(), nth=2)
    assert post(sandbox, "{pages{a:tags{tag} b:tags{tag}}}").status == 200
    assert post(sandbox, LIST).status == 502
    assert post(sandbox, LIST).status == 200


def test_a_fault_on_a_field_counts_its_aliases(sandbox: Sandbox) -> None:
    sandbox.faults.add(Refuse(), on="single", nth=2)
    for path in "abc":
        sandbox.create(path)
    query = "{pages{x:single(id:1){path} y:single(id:2){path} z:single(id:3){path}}}"
    assert post(sandbox, query).json["data"]["pages"]["y"] is None


def test_a_fault_in_an_array_strikes_its_own_item(sandbox: Sandbox) -> None:
    sandbox.faults.add(Refuse(), on="create", path="b")
    items = [{"query": CREATE, "variables": {**NEW, "path": path}} for path in "abc"]
    answer = _array(sandbox, items)
    done = [item["data"]["pages"]["create"]["responseResult"]["succeeded"] for item in answer]
    assert done == [True, False, True]
    assert paths(sandbox) == ["a", "c"]


def _array(sandbox: Sandbox, items: list[dict[str, Any]]) -> Any:
    return send(sandbox, "POST", "/graphql", json.dumps(items).encode(), sandbox.token).json


def test_a_fault_can_wait_for_what_a_function_recognises(sandbox: Sandbox) -> None:
    def is_draft(asked: RequestedField) -> bool:
        return asked.arguments.get("isPublished") is False

    sandbox.faults.add(Refuse(), on="create", when=is_draft)
    assert create(sandbox, "a")["succeeded"]
    assert not create(sandbox, "b", isPublished=False)["succeeded"]


def test_dice_with_the_same_seed_strike_the_same_requests() -> None:
    struck = []
    for _ in range(2):
        with Sandbox() as sandbox:
            sandbox.faults.seed(7)
            sandbox.faults.add(Status(), on="list", rate=0.3)
            struck.append([post(sandbox, LIST).status for _ in range(30)])
    assert struck[0] == struck[1]
    assert set(struck[0]) == {200, 502}


def test_without_faults_nothing_goes_wrong(sandbox: Sandbox) -> None:
    answer: Answer = post(sandbox, LIST)
    assert (answer.status, answer.json) == (200, {"data": {"pages": {"list": []}}})
