"""When ``updatedAt`` moves, and what versions tell (wikijs.md, *Dates and versions*)."""

from __future__ import annotations

from typing import Any

import pytest

from support.graphql_client import UPDATE, ask, do
from wikisync.sandbox import Sandbox

STRETCH = (
    "query($id:Int!,$page:Int,$size:Int){pages{history(id:$id,offsetPage:$page,offsetSize:$size){"
    "total trail{actionType valueBefore valueAfter}}}}"
)
TRAIL = "query($id:Int!){pages{history(id:$id){trail{versionId versionDate actionType}}}}"
VERSION = "query($p:Int!,$v:Int!){pages{version(pageId:$p,versionId:$v){action content path}}}"
CHECK = "query($id:Int!,$t:Date!){pages{checkConflicts(id:$id,checkoutDate:$t)}}"


def when(box: Sandbox, path: str) -> str:
    page = box.page(path)
    assert page is not None
    return str(page["updatedAt"])


def test_no_two_writes_share_a_time(box: Sandbox) -> None:
    times = [box.create(f"p{number}")["updatedAt"] for number in range(50)]
    times += [box.edit("p0", content=str(number))["updatedAt"] for number in range(50)]
    assert times == sorted(set(times))


def test_an_update_that_changes_nothing_moves_the_time(box: Sandbox) -> None:
    before = box.create("a")
    after = box.edit("a")
    assert after["updatedAt"] > before["updatedAt"]
    assert {**after, "updatedAt": ""} == {**before, "updatedAt": ""}


def test_the_answer_to_a_write_gives_the_time_that_a_read_gives(box: Sandbox) -> None:
    page = box.create("one", content="[2](/two) [self](/one)")
    sent: dict[str, Any] = {"content": "[2](/two)", "tags": [], "isPublished": True}
    answer = ask(box, UPDATE, id=page["id"], **sent)["pages"]["update"]
    assert answer["page"]["updatedAt"] == when(box, "one")


def test_the_time_moves_when_a_page_that_is_linked_to_comes_goes_or_arrives(box: Sandbox) -> None:
    box.create("one", content="[2](/two)")
    box.create("bystander", content="two, but no link: `[2](/two)`")
    still = when(box, "bystander")
    times = [when(box, "one")]
    box.create("two")
    times.append(when(box, "one"))
    box.delete("two")
    times.append(when(box, "one"))
    box.create("three")
    box.move("three", "two")
    times.append(when(box, "one"))
    assert times == sorted(set(times))
    assert when(box, "bystander") == still


def test_an_update_of_a_page_that_is_linked_to_moves_nothing_else(box: Sandbox) -> None:
    box.create("two")
    before = box.create("one", content="[2](/two)")["updatedAt"]
    box.edit("two", content="new")
    assert when(box, "one") == before


def test_rendering_a_page_moves_its_time_alone(box: Sandbox) -> None:
    before = box.create("a")
    box.render("a")
    after = box.page("a")
    assert after is not None
    assert after["updatedAt"] > before["updatedAt"]
    assert {**after, "updatedAt": ""} == {**before, "updatedAt": ""}


def test_conflicts_are_checked_by_comparing_texts(box: Sandbox) -> None:
    page = box.create("a")
    for date, changed in ((page["updatedAt"], False), ("2020", True), ("Z", False)):
        assert ask(box, CHECK, id=page["id"], t=date)["pages"]["checkConflicts"] is changed


def test_a_version_is_dated_by_the_time_that_the_page_had(box: Sandbox) -> None:
    held: dict[str, str] = {}
    page = box.create("a", content="0 [2](/two)")
    held[page["updatedAt"]] = page["content"]
    for number in range(1, 4):
        page = box.edit("a", content=f"{number} [2](/two)")
        held[page["updatedAt"]] = page["content"]
        box.create(f"x{number}") if number % 2 else box.render("a")
    box.create("two")
    box.move("a", "z")
    trail = ask(box, TRAIL, id=page["id"])["pages"]["history"]["trail"]
    assert [entry["versionDate"] for entry in trail] == sorted(
        (entry["versionDate"] for entry in trail), reverse=True
    )
    for date, content in held.items():
        later = [entry for entry in trail if entry["versionDate"] >= date]
        variables = {"p": page["id"], "v": later[-1]["versionId"]}
        assert ask(box, VERSION, **variables)["pages"]["version"]["content"] == content


def test_the_trail_tells_moves_from_edits(box: Sandbox) -> None:
    page = box.create("a")
    box.move("a", "b")
    box.edit("b", content="x")
    trail = ask(box, TRAIL, id=page["id"])["pages"]["history"]["trail"]
    assert [entry["actionType"] for entry in trail] == ["move", "initial"]
    version = ask(box, VERSION, p=page["id"], v=trail[-1]["versionId"])["pages"]["version"]
    assert (version["action"], version["path"]) == ("moved", "a")


@pytest.mark.parametrize(
    ("page", "size", "kinds"),
    [
        (0, 2, [("move", "b", "c"), ("move", "a", "b")]),
        (1, 2, [("initial", None, None)]),
        (0, 3, [("move", "b", "c"), ("move", "a", "b"), ("move", "", "a")]),
        (2, 1, [("move", "", "a")]),
        (1, 1, [("move", "a", "b")]),
        (3, 1, []),
        (0, 4, [("move", "b", "c"), ("move", "a", "b"), ("initial", None, None)]),
    ],
)
def test_in_a_full_stretch_the_oldest_version_counts_as_a_move(
    box: Sandbox, page: int, size: int, kinds: list[tuple[str, str | None, str | None]]
) -> None:
    made = box.create("a")
    box.move("a", "b")
    box.move("b", "c")
    box.edit("c", content="x")
    found = ask(box, STRETCH, id=made["id"], page=page, size=size)["pages"]["history"]
    shown = [(e["actionType"], e["valueBefore"], e["valueAfter"]) for e in found["trail"]]
    assert (found["total"], shown) == (3, kinds)


def test_what_one_may_not_write_leaves_no_version(box: Sandbox) -> None:
    page = box.create("a")
    key = box.key(["write:pages"], [])
    assert do(box, UPDATE, key, id=page["id"], content="x", tags=[])["errorCode"] == 6009
    assert ask(box, TRAIL, id=page["id"])["pages"]["history"]["trail"] == []
