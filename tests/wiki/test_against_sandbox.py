"""The verbs against a wiki that keeps what it is given, as a round."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from wikisync import errors
from wikisync.page.model import Key, Page, Record
from wikisync.sandbox.faults import Drop, Html, Status, Truncated, WriteThenFail
from wikisync.wiki.client import Wiki
from wikisync.wiki.page_reader import BATCH_CHARACTERS, BATCH_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.sandbox import Sandbox

KEY = Key("en", "guide/a")
PAGE = Page(
    content="one\r\ntwo   \r\n\r\n 😀\t\n\n",
    title="Title: with # “marks” 「全」",
    description="It's a description: yes",
    published=False,
    tags=("two words", "a, b"),
    editor="markdown",
    publish_start="2030-01-01T00:00:00.000Z",
    publish_end="",
    script_css="a{b:c}",
    script_js="void 0",
    private=False,
)


@pytest.fixture
def wiki(sandbox: Sandbox) -> Iterator[Wiki]:
    with Wiki(sandbox.url, sandbox.token) as wiki:
        yield wiki


def test_what_is_written_is_read_back_to_the_byte(wiki: Wiki) -> None:
    made = wiki.create(KEY, PAGE)
    record = wiki.read_one(made.id)
    assert record.key == KEY
    assert replace(record.page, tags=()) == replace(PAGE, tags=())
    assert set(record.page.tags or ()) == set(PAGE.tags or ())
    assert wiki.find(KEY) == record
    [listed] = wiki.connect().pages
    assert (listed.key, listed.updated_at) == (KEY, record.updated_at)
    [(_, found)] = wiki.read([listed])
    assert isinstance(found, Record)
    assert replace(found.page, tags=()) == replace(record.page, tags=())


def test_an_update_of_one_field_wipes_no_other(wiki: Wiki) -> None:
    made = wiki.create(KEY, PAGE)
    wiki.update(made.id, KEY, replace(PAGE, title="Other"))
    after = wiki.read_one(made.id).page
    assert replace(after, title=PAGE.title, tags=()) == replace(PAGE, tags=())
    assert set(after.tags or ()) == set(PAGE.tags or ())


def test_a_page_moves_and_goes(wiki: Wiki) -> None:
    made = wiki.create(KEY, PAGE)
    wiki.move(made.id, Key("fr", "guide/b"))
    assert wiki.find(KEY) is None
    assert wiki.read_one(made.id).key == Key("fr", "guide/b")
    wiki.delete(made.id)
    with pytest.raises(errors.PageGone):
        wiki.read_one(made.id)
    with pytest.raises(errors.PageGone):
        wiki.delete(made.id)
    with pytest.raises(errors.PageGone):
        wiki.update(made.id, KEY, PAGE)
    with pytest.raises(errors.PageGone):
        wiki.newest_versions(made.id, 50)


def test_many_pages_are_read_and_one_that_went_meanwhile_is_named(
    sandbox: Sandbox, wiki: Wiki
) -> None:
    for n in range(BATCH_SIZE + 3):
        sandbox.create(f"p{n}", tags=[f"t{n}"])
    pages = wiki.connect().pages
    sandbox.delete("p7")
    found = dict(wiki.read(pages))
    assert list(found) == list(pages)
    lost = [page.key.path for page, got in found.items() if isinstance(got, errors.PageGone)]
    assert lost == ["p7"]
    assert sum(isinstance(got, Record) for got in found.values()) == BATCH_SIZE + 2


def test_a_key_of_nobody_is_a_guest_in_the_same_request(sandbox: Sandbox) -> None:
    sandbox.create("home")
    for token in ("garbage", sandbox.key(["manage:system"], expired=True)):
        with Wiki(sandbox.url, token) as wiki:
            before = len(sandbox.requests)
            assert not wiki.connect().authenticated
            assert len(sandbox.requests) == before + 1
    sandbox.limit_public([])
    with Wiki(sandbox.url, "garbage") as wiki, pytest.raises(errors.Unauthenticated):
        wiki.connect()


def test_an_api_that_is_off_and_a_key_that_is_revoked_are_told(
    sandbox: Sandbox, wiki: Wiki
) -> None:
    sandbox.switch_api(on=False)
    with pytest.raises(errors.ApiDisabled, match="disabled"):
        wiki.connect()
    sandbox.switch_api(on=True)
    sandbox.revoke(sandbox.token)
    with pytest.raises(errors.ApiDisabled, match="revoked"):
        wiki.connect()


@pytest.mark.parametrize(
    ("permissions", "needs"),
    [
        (["read:pages"], ("read:source",)),
        (["read:pages", "manage:pages"], ("read:source", "write:pages")),
    ],
)
def test_a_key_that_cannot_read_is_told_what_it_lacks(
    sandbox: Sandbox, permissions: list[str], needs: tuple[str, ...]
) -> None:
    sandbox.create("home")
    with Wiki(sandbox.url, sandbox.key(permissions)) as wiki:
        pages = wiki.connect().pages
        with pytest.raises(errors.Forbidden) as caught:
            list(wiki.read(pages))
        assert set(caught.value.needs) <= set(needs)


def test_a_key_that_may_write_is_told_from_one_that_may_not(sandbox: Sandbox, wiki: Wiki) -> None:
    assert wiki.may_write()
    with Wiki(sandbox.url, sandbox.key(["read:pages", "read:source"])) as reader:
        assert not reader.may_write()


def test_what_a_rule_hides_is_hidden_and_not_gone(sandbox: Sandbox) -> None:
    sandbox.create("team/a")
    hidden = sandbox.create("other")
    rights = ["read:pages", "read:source", "write:pages", "manage:pages"]
    rule = {"id": "a", "deny": False, "match": "START", "path": "team", "locales": []}
    public = {"id": "b", "deny": False, "match": "START", "path": "", "locales": []}
    rules = [{**rule, "roles": rights}, {**public, "roles": ["read:pages"]}]
    with Wiki(sandbox.url, sandbox.key(rights, rules)) as wiki:
        found = {page.key.path: got for page, got in wiki.read(wiki.connect().pages)}
        assert isinstance(found["team/a"], Record)
        assert isinstance(found["other"], errors.PageHidden)
        with pytest.raises(errors.Forbidden) as caught:
            wiki.update(hidden["id"], Key("en", "other"), PAGE)
        assert caught.value.needs == ("write:pages",)


@pytest.mark.parametrize("fault", [Drop(), Status(502), Status(503), Truncated(cut=True)])
def test_a_passing_fault_does_not_stop_a_read(sandbox: Sandbox, wiki: Wiki, fault: Drop) -> None:
    sandbox.create("home")
    sandbox.faults.add(fault, on="list", times=3)
    assert len(wiki.connect().pages) == 1


@pytest.mark.parametrize(
    "fault",
    [Drop(after=True), Status(504, after=True), Truncated(), Truncated(cut=True), WriteThenFail()],
)
def test_a_write_whose_answer_is_lost_is_unsure_and_made_once(
    sandbox: Sandbox, wiki: Wiki, fault: Drop
) -> None:
    sandbox.faults.add(fault, on="create")
    with pytest.raises(errors.WriteUncertain):
        wiki.create(KEY, PAGE)
    assert [page["path"] for page in sandbox.pages()] == ["guide/a"]


@pytest.mark.parametrize("fault", [Drop(), Status(502), Html()])
def test_a_write_that_may_not_have_arrived_is_unsure_too(
    sandbox: Sandbox, wiki: Wiki, fault: Drop
) -> None:
    sandbox.faults.add(fault, on="create")
    with pytest.raises(errors.WriteUncertain):
        wiki.create(KEY, PAGE)
    assert sandbox.pages() == []


def test_the_history_holds_what_the_page_was(wiki: Wiki) -> None:
    made = wiki.create(KEY, PAGE)
    first = wiki.read_one(made.id)
    wiki.update(made.id, KEY, replace(PAGE, content="new"))
    [version] = wiki.newest_versions(made.id, 50)
    assert version.date == first.updated_at
    past = wiki.version(made.id, version.id)
    assert past.page.content == PAGE.content
    assert past.key == KEY
    with pytest.raises(errors.PageGone):
        wiki.version(made.id, 99_999)


def test_of_large_pages_fewer_are_asked_for_at_a_time(sandbox: Sandbox) -> None:
    count = 2 * BATCH_SIZE
    for n in range(count):
        sandbox.create(f"p{n}", content="x" * (BATCH_CHARACTERS // 5))
    with Wiki(sandbox.url, sandbox.token, jobs=1) as wiki:
        listed = wiki.connect().pages
        sandbox.requests.clear()
        found = list(wiki.read(listed))
    assert [page.id for page, _ in found] == [page.id for page in listed]
    sizes = [len(seen.fields) for seen in sandbox.requests]
    assert sizes == [BATCH_SIZE, *[5] * (BATCH_SIZE // 5)]


def test_after_large_pages_more_of_small_ones_are_asked_for_again(sandbox: Sandbox) -> None:
    for n in range(BATCH_SIZE):
        sandbox.create(f"large-{n}", content="x" * (BATCH_CHARACTERS // 10))
    for n in range(2 * BATCH_SIZE):
        sandbox.create(f"small-{n}", content="x")
    with Wiki(sandbox.url, sandbox.token, jobs=1) as wiki:
        listed = wiki.connect().pages
        sandbox.requests.clear()
        assert len(list(wiki.read(listed))) == 3 * BATCH_SIZE
    sizes = [len(seen.fields) for seen in sandbox.requests]
    assert sizes == [BATCH_SIZE, 10, BATCH_SIZE, BATCH_SIZE - 10]


def test_the_wikis_clock_is_that_of_its_answers(wiki: Wiki) -> None:
    assert wiki.time is None
    wiki.connect()
    assert wiki.time is not None
    assert abs(wiki.time - datetime.now(UTC)) < timedelta(minutes=5)
