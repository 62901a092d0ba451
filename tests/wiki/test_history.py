"""The histories of many pages come in few requests, and one page's trouble is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wiki.bodies import TIME, fault, forbidden, gone, whole
from wiki.hostile import Hostile, reply
from wikisync import errors
from wikisync.wiki.client import Wiki
from wikisync.wiki.history import LIST_BATCH, VERSION_BATCH
from wikisync.wiki.responses import PageVersion

if TYPE_CHECKING:
    from wikisync.sandbox import Sandbox

TRIPS = "Cannot read properties of undefined (reading 'path')"


def pages(data: dict[str, Any], *faults: dict[str, Any]) -> Any:
    return reply({"data": {"pages": data}, **({"errors": faults} if faults else {})})


def trail(*numbers: int) -> dict[str, Any]:
    entries = [
        {"versionId": n, "versionDate": TIME, "authorName": "A", "actionType": "edit"}
        for n in numbers
    ]
    return {"total": len(numbers), "trail": entries}


def past(page: int, version: int) -> dict[str, Any]:
    return {**whole(page), "versionId": version, "versionDate": TIME, "pageId": page}


def test_many_pages_versions_are_listed_in_a_few_requests(sandbox: Sandbox) -> None:
    made = [sandbox.create(f"p{n}")["id"] for n in range(LIST_BATCH + 1)]
    for n in range(4):
        sandbox.edit("p0", content=f"{n}\n")
    sandbox.requests.clear()
    with Wiki(sandbox.url, sandbox.token, jobs=1) as wiki:
        found = wiki.version_lists(made, 3)
        assert len(sandbox.requests) == 2
        assert list(found) == made
        newest = found[made[0]]
        assert not isinstance(newest, errors.WikiError)
        assert newest == wiki.newest_versions(made[0], 50)[:3]
        assert found[made[1]] == ()


def test_many_versions_are_read_in_a_few_requests(sandbox: Sandbox) -> None:
    page = sandbox.create("a", content="0\n")["id"]
    for n in range(1, VERSION_BATCH + 2):
        sandbox.edit("a", content=f"{n}\n")
    with Wiki(sandbox.url, sandbox.token) as wiki:
        wanted = [(page, version.id) for version in wiki.newest_versions(page, 50)]
        sandbox.requests.clear()
        found = wiki.versions(wanted)
    assert len(sandbox.requests) == 2
    texts = [one.page.content for one in found.values() if isinstance(one, PageVersion)]
    assert texts == [f"{n}\n" for n in reversed(range(VERSION_BATCH + 1))]
    assert list(found) == wanted


def test_nothing_wanted_sends_nothing() -> None:
    with Hostile([pages({})]) as server, Wiki(server.url, "token") as wiki:
        assert (wiki.version_lists([], 50), wiki.versions([])) == ({}, {})
        assert server.asked == []


def test_a_page_without_a_history_to_show_does_not_stop_the_others(sandbox: Sandbox) -> None:
    kept, lost = sandbox.create("kept")["id"], sandbox.create("lost")["id"]
    sandbox.edit("kept", content="new\n")
    sandbox.delete("lost")
    with Wiki(sandbox.url, sandbox.token) as wiki:
        found = wiki.version_lists([lost, kept], 50)
        assert isinstance(found[lost], errors.PageGone)
        [version] = wiki.newest_versions(kept, 50)
        read = wiki.versions([(lost, 1), (kept, 99_999), (kept, version.id)])
    assert [type(one) for one in read.values()] == [errors.PageGone, errors.PageGone, PageVersion]


def test_each_pages_refusal_is_told_apart() -> None:
    rule = fault(
        "You are not authorized to view the history of this page.", "pages", "p1", code=6012
    )
    sent = pages(
        {"p0": trail(5, 4), "p1": None, "p2": None, "p3": None, "p4": None},
        rule,
        gone("pages", "p2"),
        fault(TRIPS, "pages", "p3"),
        fault("Knex: Timeout", "pages", "p4"),
    )
    with Hostile([sent]) as server, Wiki(server.url, "token") as wiki:
        found = list(wiki.version_lists([1, 2, 3, 4, 5], 50).values())
    assert [type(one) for one in found] == [
        tuple,
        errors.Forbidden,
        errors.PageGone,
        errors.PageGone,
        errors.Unreachable,
    ]


def test_a_key_that_may_read_no_history_is_told_which_right_it_lacks(sandbox: Sandbox) -> None:
    page = sandbox.create("a")["id"]
    token = sandbox.key(["read:pages", "read:source", "write:pages", "manage:pages"])
    with Wiki(sandbox.url, token) as wiki:
        for ask in (lambda: wiki.version_lists([page], 50), lambda: wiki.versions([(page, 1)])):
            with pytest.raises(errors.Forbidden) as caught:
                ask()
            assert caught.value.needs == ("read:history",)


def test_forbidden_for_one_page_is_forbidden_for_all() -> None:
    sent = pages({"p0": None}, forbidden("pages", "p0"))
    with (
        Hostile([sent]) as server,
        Wiki(server.url, "token") as wiki,
        pytest.raises(errors.Forbidden),
    ):
        wiki.versions([(7, 1)])


@pytest.mark.parametrize("answered", [past(7, 4), past(8, 3)])
def test_another_version_than_asked_for_is_not_taken(answered: dict[str, Any]) -> None:
    replies = [pages({"p0": answered}), pages({"version": answered})]
    with Hostile(replies) as server, Wiki(server.url, "token") as wiki:
        with pytest.raises(errors.UnexpectedResponse):
            wiki.versions([(7, 3)])
        with pytest.raises(errors.UnexpectedResponse):
            wiki.version(7, 3)
