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


def when(sandbox: Sandbox, path: str) -> str:
    page = sandbox.page(path)
    assert page is not None
    return str(page["updatedAt"])


def test_no_two_writes_share_a_time(sandbox: Sandbox) -> None:
    times = [sandbox.create(f"p{number}")["updatedAt"] for number in range(50)]
    times += [sandbox.edit("p0", content=str(number))["updatedAt"] for number in range(50)]
    assert times == sorted(set(times))


def test_an_update_that_changes_nothing_moves_the_time(sandbox: Sandbox) -> None:
    before = sandbox.create("a")
    after = sandbox.edit("a")
    assert after["updatedAt"] > before["updatedAt"]
    assert {**after, "updatedAt": ""} == {**before, "updatedAt": ""}


def test_the_answer_to_a_write_gives_the_time_that_a_read_gives(sandbox: Sandbox) -> None:
    page = sandbox.create("one", content="[2](/two) [self](/one)")
    sent: dict[str, Any] = {"content": "[2](/two)", "tags": [], "isPublished": True}
    answer = ask(sandbox, UPDATE, id=page["id"], **sent)["pages"]["update"]
    assert answer["page"]["updatedAt"] == when(sandbox, "one")


def test_the_time_moves_when_a_page_that_is_linked_to_comes_goes_or_arrives(
    sandbox: Sandbox,
) -> None:
    sandbox.create("one", content="[2](/two)")
    sandbox.create("bystander", content="two, but no link: `[2](/two)`")
    still = when(sandbox, "bystander")
    times = [when(sandbox, "one")]
    sandbox.create("two")
    times.append(when(sandbox, "one"))
    sandbox.delete("two")
    times.append(when(sandbox, "one"))
    sandbox.create("three")
    sandbox.move("three", "two")
    times.append(when(sandbox, "one"))
    assert times == sorted(set(times))
    assert when(sandbox, "bystander") == still


def test_an_update_of_a_page_that_is_linked_to_moves_nothing_else(sandbox: Sandbox) -> None:
    sandbox.create("two")
    before = sandbox.create("one", content="[2](/two)")["updatedAt"]
    sandbox.edit("two", content="new")
    assert when(sandbox, "one") == before


def test_rendering_a_page_moves_its_time_alone(sandbox: Sandbox) -> None:
    before = sandbox.create("a")
    sandbox.render("a")
    after = sandbox.page("a")
    assert after is not None
    assert after["updatedAt"] > before["updatedAt"]
    assert {**after, "updatedAt": ""} == {**before, "updatedAt": ""}


def test_conflicts_are_checked_by_comparing_texts(sandbox: Sandbox) -> None:
    page = sandbox.create("a")
    for date, changed in ((page["updatedAt"], False), ("2020", True), ("Z", False)):
        assert ask(sandbox, CHECK, id=page["id"], t=date)["pages"]["checkConflicts"] is changed


def test_a_version_is_dated_by_the_time_that_the_page_had(sandbox: Sandbox) -> None:
    held: dict[str, str] = {}
    page = sandbox.create("a", content="0 [2](/two)")
    held[page["updatedAt"]] = page["content"]
    for number in range(1, 4):
        page = sandbox.edit("a", content=f"{number} [2](/two)")
        held[page["updatedAt"]] = page["content"]
        sandbox.create(f"x{number}") if number % 2 else sandbox.render("a")
    sandbox.create("two")
    sandbox.move("a", "z")
    trail = ask(sandbox, TRAIL, id=page["id"])["pages"]["history"]["trail"]
    assert [entry["versionDate"] for entry in trail] == sorted(
        (entry["versionDate"] for entry in trail), reverse=True
    )
    for date, content in held.items():
        later = [entry for entry in trail if entry["versionDate"] >= date]
        variables = {"p": page["id"], "v": later[-1]["versionId"]}
        assert ask(sandbox, VERSION, **variables)["pages"]["version"]["content"] == content


def test_the_trail_tells_moves_from_edits(sandbox: Sandbox) -> None:
    page = sandbox.create("a")
    sandbox.move("a", "b")
    sandbox.edit("b", content="x")
    trail = ask(sandbox, TRAIL, id=page["id"])["pages"]["history"]["trail"]
    assert [entry["actionType"] for entry in trail] == ["move", "initial"]
    version = ask(sandbox, VERSION, p=page["id"], v=trail[-1]["versionId"])["pages"]["version"]
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
    sandbox: Sandbox, page: int, size: int, kinds: list[tuple[str, str | None, str | None]]
) -> None:
    made = sandbox.create("a")
    sandbox.move("a", "b")
    sandbox.move("b", "c")
    sandbox.edit("c", content="x")
    found = ask(sandbox, STRETCH, id=made["id"], page=page, size=size)["pages"]["history"]
    shown = [(e["actionType"], e["valueBefore"], e["valueAfter"]) for e in found["trail"]]
    assert (found["total"], shown) == (3, kinds)


def test_what_one_may_not_write_leaves_no_version(sandbox: Sandbox) -> None:
    page = sandbox.create("a")
    key = sandbox.key(["write:pages"], [])
    assert do(sandbox, UPDATE, key, id=page["id"], content="x", tags=[])["errorCode"] == 6009
    assert ask(sandbox, TRAIL, id=page["id"])["pages"]["history"]["trail"] == []
