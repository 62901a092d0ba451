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


def create(box: Sandbox, path: str = "a", **fields: Any) -> dict[str, Any]:
    return do(box, CREATE, **{**NEW, "path": path, **fields})


def paths(box: Sandbox) -> list[str]:
    return [page["path"] for page in box.pages()]


@pytest.mark.parametrize("after", [False, True])
def test_a_dropped_connection_brings_no_answer_whether_it_was_done_or_not(
    box: Sandbox, after: bool
) -> None:
    fault = box.faults.add(Drop(after=after), on="create")
    with pytest.raises(CUT):
        create(box)
    assert paths(box) == (["a"] if after else [])
    assert fault.applied == 1
    assert create(box, "b")["succeeded"]


@pytest.mark.parametrize("after", [False, True])
def test_a_proxy_s_status_comes_in_place_of_the_answer(box: Sandbox, after: bool) -> None:
    box.faults.add(Status(503, after=after, headers=(("Retry-After", "1"),)), on="create")
    answer = post(box, CREATE, **{**NEW, "path": "a"})
    assert (answer.status, answer.type, answer.headers["retry-after"]) == (503, "text/html", "1")
    assert paths(box) == (["a"] if after else [])


def test_html_comes_in_place_of_json(box: Sandbox) -> None:
    box.faults.add(Html(), on="list")
    answer = post(box, LIST)
    assert (answer.status, answer.type) == (200, "text/html")


def test_a_redirect_points_elsewhere(box: Sandbox) -> None:
    box.faults.add(Redirect("https://elsewhere.example/"), on="list")
    answer = post(box, LIST)
    assert (answer.status, answer.headers["location"]) == (302, "https://elsewhere.example/")


def test_truncated_json_is_no_json(box: Sandbox) -> None:
    box.faults.add(Truncated(), on="list")
    answer = post(box, LIST)
    assert (answer.status, answer.type) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        _ = answer.json


def test_an_answer_can_end_amid_its_body(box: Sandbox) -> None:
    box.faults.add(Truncated(cut=True), on="list")
    with pytest.raises(http.client.IncompleteRead):
        post(box, LIST)


def test_a_late_answer_holds_up_nobody_else(box: Sandbox) -> None:
    until = threading.Event()
    box.faults.add(Late(until=until), on="create")
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(create, box)
        while not paths(box):
            post(box, LIST)
        assert not late.done()
        until.set()
        assert late.result()["succeeded"]


def test_what_is_late_before_it_is_done_is_not_done_yet(box: Sandbox) -> None:
    until = threading.Event()
    reached = threading.Event()
    box.faults.add(Hook(reached.set), on="create")
    box.faults.add(Late(until=until, after=False), on="create")
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(create, box)
        assert reached.wait(10)
        assert paths(box) == []
        until.set()
        assert late.result()["succeeded"]


def test_a_late_request_ends_with_the_sandbox() -> None:
    with ThreadPoolExecutor(1) as pool, Sandbox() as box:
        reached = threading.Event()
        box.faults.add(Hook(reached.set), on="list")
        box.faults.add(Late(until=threading.Event()), on="list")
        late = pool.submit(post, box, LIST)
        assert reached.wait(10)
        box.close()
        assert isinstance(late.exception(10), CUT)


def test_a_hook_acts_just_before_or_just_after_a_request(box: Sandbox) -> None:
    page = box.create("a", content="one")
    box.faults.add(Hook(lambda: box.edit("a", content="theirs")), on="update")
    box.faults.add(Hook(lambda: box.delete("a"), after=True), on="update")
    assert do(box, UPDATE, id=page["id"], content="mine", tags=[])["succeeded"]
    assert box.pages() == []
    kept = box.store.rows("select content, action from versions order by id")
    assert [row["content"] for row in kept] == ["one", "theirs", "mine"]


def test_a_refusal_changes_nothing(box: Sandbox) -> None:
    box.faults.add(Refuse("PageDuplicateCreate", "no", 6002), on="create")
    assert create(box) == {
        "succeeded": False,
        "errorCode": 6002,
        "slug": "PageDuplicateCreate",
        "message": "no",
    }
    assert paths(box) == []


def test_a_query_s_refusal_is_an_error_of_that_alias_alone(box: Sandbox) -> None:
    box.create("a")
    box.create("b")
    box.faults.add(Refuse("PageViewForbidden", "no", 6013), on="single", path="b")
    answer = post(box, "{pages{x:single(id:1){path} y:single(id:2){path}}}").json
    assert answer["data"]["pages"] == {"x": {"path": "a"}, "y": None}
    (error,) = answer["errors"]
    assert error["path"] == ["pages", "y"]
    assert error["extensions"]["exception"]["code"] == 6013


def test_a_write_that_fails_after_all_was_written(box: Sandbox) -> None:
    box.faults.add(WriteThenFail(message="render failed"), on="create")
    result = create(box, tags=["x"])
    assert (result["succeeded"], result["message"]) == (False, "render failed")
    assert box.pages()[0]["tags"] == ["x"]


def test_a_lost_race_for_a_tag_leaves_the_page_without_its_tags(box: Sandbox) -> None:
    box.faults.add(LoseTags(), on=("create", "update"), times=2)
    result = create(box, tags=["x"])
    assert result["slug"] == "UniqueViolationError"
    assert "tags_tag_unique" in result["message"]
    (page,) = box.pages()
    assert page["tags"] == []
    assert not do(box, UPDATE, id=page["id"], content="new", tags=["x"])["succeeded"]
    assert (box.pages()[0]["content"], box.pages()[0]["tags"]) == ("new", [])


def test_a_lost_race_for_the_tree_leaves_the_page_written(box: Sandbox) -> None:
    box.faults.add(TreeRace(), on=("pages.create", "delete"), times=2)
    result = create(box, tags=["x"])
    assert 'unique constraint "pageTree_pkey"' in result["message"]
    (page,) = box.pages()
    assert page["tags"] == ["x"]
    assert not do(box, DELETE, id=page["id"])["succeeded"]
    assert box.pages() == []


def test_a_fault_strikes_from_the_nth_match_as_often_as_told(box: Sandbox) -> None:
    fault = box.faults.add(Refuse(), on="create", nth=2, times=2)
    results = [create(box, f"p{number}")["succeeded"] for number in range(5)]
    assert results == [True, False, False, True, True]
    assert fault.applied == 2


def test_a_fault_can_strike_for_ever_until_it_is_cleared(box: Sandbox) -> None:
    box.faults.add(Status(), on="list", times=None)
    assert [post(box, LIST).status for _ in range(3)] == [502, 502, 502]
    box.faults.clear()
    assert post(box, LIST).status == 200


def test_a_fault_without_a_field_counts_requests(box: Sandbox) -> None:
    box.faults.add(Status(), nth=2)
    assert post(box, "{pages{a:tags{tag} b:tags{tag}}}").status == 200
    assert post(box, LIST).status == 502
    assert post(box, LIST).status == 200


def test_a_fault_on_a_field_counts_its_aliases(box: Sandbox) -> None:
    box.faults.add(Refuse(), on="single", nth=2)
    for path in "abc":
        box.create(path)
    query = "{pages{x:single(id:1){path} y:single(id:2){path} z:single(id:3){path}}}"
    assert post(box, query).json["data"]["pages"]["y"] is None


def test_a_fault_in_an_array_strikes_its_own_item(box: Sandbox) -> None:
    box.faults.add(Refuse(), on="create", path="b")
    items = [{"query": CREATE, "variables": {**NEW, "path": path}} for path in "abc"]
    answer = _array(box, items)
    done = [item["data"]["pages"]["create"]["responseResult"]["succeeded"] for item in answer]
    assert done == [True, False, True]
    assert paths(box) == ["a", "c"]


def _array(box: Sandbox, items: list[dict[str, Any]]) -> Any:
    return send(box, "POST", "/graphql", json.dumps(items).encode(), box.token).json


def test_a_fault_can_wait_for_what_a_function_recognises(box: Sandbox) -> None:
    def is_draft(asked: RequestedField) -> bool:
        return asked.arguments.get("isPublished") is False

    box.faults.add(Refuse(), on="create", when=is_draft)
    assert create(box, "a")["succeeded"]
    assert not create(box, "b", isPublished=False)["succeeded"]


def test_dice_with_the_same_seed_strike_the_same_requests() -> None:
    struck = []
    for _ in range(2):
        with Sandbox() as box:
            box.faults.seed(7)
            box.faults.add(Status(), on="list", rate=0.3)
            struck.append([post(box, LIST).status for _ in range(30)])
    assert struck[0] == struck[1]
    assert set(struck[0]) == {200, 502}


def test_without_faults_nothing_goes_wrong(box: Sandbox) -> None:
    answer: Answer = post(box, LIST)
    assert (answer.status, answer.json) == (200, {"data": {"pages": {"list": []}}})
