"""The verbs: what they send, and what they make of what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from wiki.bodies import (
    TIME,
    connected,
    fault,
    forbidden,
    gone,
    hidden,
    item,
    result,
    whole,
)
from wiki.hostile import Hostile, reply
from wikisync import errors
from wikisync.page.model import Key, Listed, Page, Record
from wikisync.wiki.client import Wiki
from wikisync.wiki.page_reader import BATCH_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "token"
KEY = Key("en", "guide/a")
PAGE = Page(
    content="# Text\r\n\r\n",
    title="Title",
    description="",
    published=False,
    tags=("One", " two ", "", "one"),
    editor="markdown",
    publish_start="",
    publish_end="2031-01-01T00:00:00.000Z",
    script_css="a{b:c}",
    script_js="",
    private=False,
)


def pages(data: dict[str, Any], *faults: dict[str, Any]) -> Any:
    return reply({"data": {"pages": data}, **({"errors": faults} if faults else {})})


def listed(page: int) -> Listed:
    key = Key("en", f"p{page}")
    return Listed(page, key, f"Page {page}", "", "markdown", True, False, TIME, TIME, (f"t{page}",))


def test_one_request_tells_who_asks_the_locales_and_every_page() -> None:
    body = connected(item(1, tags=["a, b"]), item(2, title=None, description=None, tags=None))
    with Hostile([reply(body)]) as server, Wiki(server.url + "/wiki/", TOKEN) as wiki:
        found = wiki.connect()
        assert [asked.path for asked in server.asked] == ["/wiki/graphql"]
    assert (found.authenticated, found.user) == (True, "Administrator")
    assert (found.default_locale, found.namespacing, found.locales) == ("en", False, ("en", "fr"))
    assert found.pages[0].tags == ("a, b",)
    assert (found.pages[1].title, found.pages[1].description, found.pages[1].tags) == ("", "", ())


def test_a_guest_is_told_by_the_profile_even_where_the_list_is_public() -> None:
    nobody = fault("You must be authenticated", "users", "profile", code=1019)
    body = {**connected(item()), "errors": [nobody]}
    body["data"]["users"] = {"profile": None}
    with Hostile([reply(body)]) as server, Wiki(server.url, TOKEN) as wiki:
        found = wiki.connect()
    assert (found.authenticated, found.user, len(found.pages)) == (False, None, 1)


def test_a_guest_who_sees_no_list_is_a_guest_before_it_is_forbidden() -> None:
    nobody = fault("You must be authenticated", "users", "profile", code=1019)
    data = {"users": {"profile": None}, "localization": None, "pages": None}
    with (
        Hostile([reply({"data": data, "errors": [nobody, forbidden("pages", "list")]})]) as server,
        Wiki(server.url, TOKEN) as wiki,
        pytest.raises(errors.Unauthenticated),
    ):
        wiki.connect()


def test_a_key_that_may_not_list_is_told_which_right_it_lacks() -> None:
    body = {"data": {"pages": None}, "errors": [forbidden("pages", "list")]}
    with Hostile([reply(body)]) as server:
        with Wiki(server.url, TOKEN) as wiki, pytest.raises(errors.Forbidden) as caught:
            wiki.connect()
        assert caught.value.needs == ("read:pages",)
        assert len(server.asked) == 1


def test_a_key_whose_user_is_locked_is_no_guest() -> None:
    locked = fault("Your account has been disabled.", "users", "profile", code=1013)
    body = {**connected(), "errors": [locked]}
    body["data"]["users"] = {"profile": None}
    with Hostile([reply(body)]) as server, Wiki(server.url, TOKEN) as wiki:
        assert wiki.connect().authenticated


def test_pages_are_read_in_batches_in_their_order_with_the_lists_tags() -> None:
    count = 2 * BATCH_SIZE + 1
    replies = [
        pages({f"p{n}": whole(start + n) for n in range(min(BATCH_SIZE, count - start + 1))})
        for start in range(1, count + 1, BATCH_SIZE)
    ]
    with Hostile(replies) as server, Wiki(server.url, TOKEN, jobs=1) as wiki:
        reading = wiki.read([listed(n) for n in range(1, count + 1)])
        first, record = next(reading)
        assert len(server.asked) == 1
        assert isinstance(record, Record)
        assert (first.id, record.id, record.page.tags) == (1, 1, ("t1",))
        rest = list(reading)
        assert [page.id for page, _ in rest] == list(range(2, count + 1))
        assert len(server.asked) == 3
        assert server.asked[2].json["variables"] == {"i0": count}


def test_nothing_to_read_sends_nothing() -> None:
    with Hostile([pages({})]) as server, Wiki(server.url, TOKEN) as wiki:
        assert list(wiki.read([])) == []
        assert server.asked == []


def test_a_page_that_cannot_be_read_does_not_stop_the_others() -> None:
    sent = pages(
        {"p0": None, "p1": whole(2), "p2": None, "p3": None},
        gone("pages", "p0"),
        hidden("pages", "p2"),
        fault("Knex: Timeout", "pages", "p3"),
    )
    with Hostile([sent]) as server, Wiki(server.url, TOKEN) as wiki:
        found = [error for _, error in wiki.read([listed(n) for n in (1, 2, 3, 4)])]
    assert [type(one) for one in found] == [
        errors.PageGone,
        Record,
        errors.PageHidden,
        errors.Unreachable,
    ]


def test_a_key_that_reads_nothing_of_the_whole_list_is_forbidden() -> None:
    sent = pages({"p0": None, "p1": None}, hidden("pages", "p0"), hidden("pages", "p1"))
    with Hostile([reply(connected(item(1), item(2))), sent]) as server:
        with Wiki(server.url, TOKEN) as wiki:
            found = wiki.connect().pages
            with pytest.raises(errors.Forbidden) as caught:
                list(wiki.read(found))
        assert caught.value.needs == ("read:source",)


def test_pages_that_rules_hide_are_named_one_by_one() -> None:
    some = pages({"p0": None, "p1": whole(2)}, hidden("pages", "p0"))
    one = pages({"p0": None}, hidden("pages", "p0"))
    replies = [reply(connected(item(1), item(2))), some, one]
    with Hostile(replies) as server, Wiki(server.url, TOKEN) as wiki:
        found = wiki.connect().pages
        first = [type(result) for _, result in wiki.read(found)]
        # The next run asks for the hidden one alone: that is no reason to refuse it all.
        again = [type(result) for _, result in wiki.read(found[:1])]
    assert first == [errors.PageHidden, Record]
    assert again == [errors.PageHidden]


@pytest.mark.parametrize(
    ("path", "needs"),
    [
        (("pages", "p0"), ("read:pages",)),
        (("pages", "p0", "content"), ("read:source",)),
        (("pages", "p0", "editor"), ("write:pages",)),
    ],
)
def test_a_right_that_is_lacking_whatever_the_page_stops_the_reading(
    path: tuple[str, ...], needs: tuple[str, ...]
) -> None:
    with Hostile([pages({"p0": None}, forbidden(*path))]) as server:
        with Wiki(server.url, TOKEN) as wiki, pytest.raises(errors.Forbidden) as caught:
            list(wiki.read([listed(1)]))
        assert (caught.value.needs, caught.value.key) == (needs, None)


def test_another_page_than_asked_for_is_not_taken() -> None:
    with (
        Hostile([pages({"p0": whole(2)})]) as server,
        Wiki(server.url, TOKEN) as wiki,
        pytest.raises(errors.UnexpectedResponse),
    ):
        list(wiki.read([listed(1)]))


def test_a_page_read_alone_has_its_own_tags() -> None:
    sent = pages({"single": whole(1, tags=[{"tag": "x"}])})
    with Hostile([sent]) as server, Wiki(server.url, TOKEN) as wiki:
        record = wiki.read_one(1)
    assert record.page.tags == ("x",)
    assert record.updated_at == TIME


@pytest.mark.parametrize(("kind", "what"), [(errors.PageGone, gone), (errors.PageHidden, hidden)])
def test_a_page_that_is_gone_is_told_from_one_that_is_hidden(
    kind: type[errors.PageGone | errors.PageHidden], what: Callable[..., dict[str, Any]]
) -> None:
    with Hostile([pages({"single": None}, what("pages", "single"))]) as server:
        with Wiki(server.url, TOKEN) as wiki, pytest.raises(kind) as caught:
            wiki.read_one(5)
        assert vars(caught.value)["id"] == 5
        assert len(server.asked) == 1


def test_a_path_is_looked_up_and_may_hold_nothing() -> None:
    there = pages({"singleByPath": whole(9, path="guide/a", tags=[])})
    nothing = pages({"singleByPath": None}, gone("pages", "singleByPath"))
    covered = pages({"singleByPath": None}, hidden("pages", "singleByPath"))
    with Hostile([there, nothing, covered]) as server, Wiki(server.url, TOKEN) as wiki:
        record = wiki.find(KEY)
        assert record is not None
        assert record.id == 9
        assert server.asked[0].json["variables"] == {"path": "guide/a", "locale": "en"}
        assert wiki.find(KEY) is None
        with pytest.raises(errors.PageHidden) as caught:
            wiki.find(KEY)
        assert caught.value.key == KEY


def test_a_page_that_the_wiki_takes_for_another_is_not_at_its_path() -> None:
    other = pages({"singleByPath": whole(9, path="Guide/A", tags=[])})
    with Hostile([other, other]) as server, Wiki(server.url, TOKEN) as wiki:
        assert wiki.find(KEY) is None
        found = wiki.look_up(KEY)
        assert found is not None
        assert found.key == Key("en", "Guide/A")


@pytest.mark.parametrize("key", ["tags_tag_unique", "tags.tags_tag_unique"])
def test_a_tag_that_the_wiki_has_in_another_spelling_is_named(key: str) -> None:
    """MySQL 8 puts the table before the key. What comes before is longer than what is shown."""
    words = f"insert into `tags` ({'x' * 400}) - Duplicate entry 'it's' for key '{key}'"
    refused = reply(result("update", 1, "UniqueViolationError", words))
    with Hostile([refused]) as server, Wiki(server.url, TOKEN) as wiki:
        with pytest.raises(errors.TagTaken) as caught:
            wiki.update(5, KEY, PAGE)
        assert caught.value.tag == "it's"


def test_a_race_for_a_tag_on_postgresql_is_no_other_spelling() -> None:
    words = 'duplicate key value violates unique constraint "tags_tag_unique"'
    refused = reply(result("update", 1, "UniqueViolationError", words))
    with Hostile([refused]) as server, Wiki(server.url, TOKEN) as wiki:
        with pytest.raises(errors.WriteUncertain) as caught:
            wiki.update(5, KEY, PAGE)
        assert not isinstance(caught.value, errors.TagTaken)


def test_a_write_sends_the_full_record_and_no_empty_tag() -> None:
    replies = [reply(result("create")), reply(result("update"))]
    with Hostile(replies) as server, Wiki(server.url, TOKEN) as wiki:
        made = wiki.create(KEY, PAGE)
        assert (made.id, made.created_at, made.updated_at) == (7, TIME, TIME)
        wiki.update(7, KEY, PAGE)
        record = {
            "content": "# Text\r\n\r\n",
            "title": "Title",
            "description": "",
            "isPublished": False,
            "isPrivate": False,
            "tags": ["one", "two"],
            "editor": "markdown",
            "publishStartDate": "",
            "publishEndDate": "2031-01-01T00:00:00.000Z",
            "scriptCss": "a{b:c}",
            "scriptJs": "",
            "locale": "en",
            "path": "guide/a",
        }
        assert server.asked[0].json["variables"] == record
        assert server.asked[1].json["variables"] == {"id": 7, **record}


def test_a_page_that_does_not_name_every_field_is_never_sent() -> None:
    with Hostile([reply(result("update"))]) as server, Wiki(server.url, TOKEN) as wiki:
        for page in (
            replace(PAGE, title=None),
            replace(PAGE, published=None),
            replace(PAGE, tags=None),
            replace(PAGE, script_js=None),
        ):
            with pytest.raises(ValueError, match="every field"):
                wiki.update(7, KEY, page)
        assert server.asked == []


@pytest.mark.parametrize("tag", ["t" * 256, "nul\0"])
def test_a_tag_that_would_fail_after_the_page_is_written_is_not_sent(tag: str) -> None:
    with Hostile([reply(result("update"))]) as server, Wiki(server.url, TOKEN) as wiki:
        with pytest.raises(errors.Rejected):
            wiki.update(7, KEY, replace(PAGE, tags=(tag,)))
        assert server.asked == []


def test_an_update_is_written_even_where_the_answer_shows_no_page() -> None:
    body = result("update")
    body["data"]["pages"]["update"]["page"] = None
    with Hostile([reply(body)]) as server, Wiki(server.url, TOKEN) as wiki:
        made = wiki.update(7, KEY, PAGE)
    assert (made.id, made.updated_at) == (7, None)


def test_an_illegal_path_found_by_an_update_proves_nothing() -> None:
    # An update looks at its path when the rest is written.
    with (
        Hostile([reply(result("update", 6005, "PageIllegalPath"))]) as server,
        Wiki(server.url, TOKEN) as wiki,
        pytest.raises(errors.WriteUncertain),
    ):
        wiki.update(7, Key("en", "a.b"), PAGE)


def test_a_page_is_moved_and_deleted() -> None:
    replies = [reply(result("move")), reply(result("delete"))]
    with Hostile(replies) as server, Wiki(server.url, TOKEN) as wiki:
        wiki.move(7, Key("fr", "b"))
        wiki.delete(7)
        assert server.asked[0].json["variables"] == {"id": 7, "path": "b", "locale": "fr"}
        assert server.asked[1].json["variables"] == {"id": 7}


@pytest.mark.parametrize(
    ("name", "needs", "verb"),
    [
        ("create", "write:pages", lambda wiki: wiki.create(KEY, PAGE)),
        ("update", "write:pages", lambda wiki: wiki.update(7, KEY, PAGE)),
        ("move", "manage:pages", lambda wiki: wiki.move(7, KEY)),
    ],
)
def test_a_forbidden_write_names_the_right_and_the_page(
    name: str, needs: str, verb: Callable[[Wiki], object]
) -> None:
    with Hostile([pages({name: None}, forbidden("pages", name))]) as server:
        with Wiki(server.url, TOKEN) as wiki, pytest.raises(errors.Forbidden) as caught:
            verb(wiki)
        assert (caught.value.needs, caught.value.key) == ((needs,), KEY)


def test_forbidden_below_a_write_that_ran_is_unsure() -> None:
    body = result("create")
    body["errors"] = [forbidden("pages", "create", "page", "id")]
    with (
        Hostile([reply(body)]) as server,
        Wiki(server.url, TOKEN) as wiki,
        pytest.raises(errors.WriteUncertain),
    ):
        wiki.create(KEY, PAGE)


def test_whether_a_key_may_write_is_asked_without_writing() -> None:
    yes = pages({}, gone("pages", "checkConflicts"))
    no = pages({}, forbidden("pages", "checkConflicts"))
    with Hostile([yes, no]) as server, Wiki(server.url, TOKEN) as wiki:
        assert wiki.may_write()
        assert not wiki.may_write()
        assert all("mutation" not in asked.json["query"] for asked in server.asked)


def test_the_history_of_a_page_that_is_gone_cannot_be_reached() -> None:
    # The server looks for a field of a page that it did not find.
    trips = "Cannot read properties of undefined (reading 'path')"
    replies = [
        pages({"history": None}, fault(trips, "pages", "history")),
        pages({"version": None}, fault(trips, "pages", "version")),
        pages({"version": None}),
    ]
    with Hostile(replies) as server, Wiki(server.url, TOKEN) as wiki:
        with pytest.raises(errors.PageGone):
            wiki.newest_versions(7, 50)
        for _ in range(2):
            with pytest.raises(errors.PageGone):
                wiki.version(7, 1)


def test_a_version_names_no_tags_no_style_and_no_script() -> None:
    body = {**whole(1), "versionId": 3, "versionDate": TIME, "pageId": 7}
    with Hostile([pages({"version": body})]) as server, Wiki(server.url, TOKEN) as wiki:
        past = wiki.version(7, 3)
    assert (past.version_id, past.page_id, past.date) == (3, 7, TIME)
    assert (past.page.tags, past.page.script_css, past.page.script_js) == (None, None, None)
    assert past.page.content == "# Heading\n"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"id": "1"}, "text in id where a whole number was due"),
    ({"id": 2**31}, "a number in id where a whole number of 32 bits was due"),
    ({"id": True}, "true or false in id where a whole number was due"),
    ({"id": 1.0}, "a number in id where a whole number was due"),
    ({"path": None}, "null in path where text was due"),
    ({"locale": 5}, "a number in locale where text was due"),
    ({"title": []}, "a list in title where text was due"),
    ({"isPublished": 1}, "a number in isPublished where true or false was due"),
    ({"updatedAt": {}}, "an object in updatedAt where text was due"),
    ({"tags": "a"}, "text in tags where a list of texts was due"),
    ({"tags": ["a", None]}, "null in an item of tags where text was due"),
]


@pytest.mark.parametrize(("wrong", "found"), WRONG, ids=[row[1] for row in WRONG])
def test_a_value_of_another_kind_than_the_schema_says_is_named(
    wrong: dict[str, Any], found: str
) -> None:
    with Hostile([reply(connected(item(**wrong)))]) as server:
        with Wiki(server.url, TOKEN) as wiki, pytest.raises(errors.UnexpectedResponse) as caught:
            wiki.connect()
        assert caught.value.found == found
        assert len(server.asked) == 1


@pytest.mark.parametrize("wrong", [None, [], "x", 5, {}, {"list": None}, {"list": [None]}])
def test_an_answer_of_another_shape_is_no_wikis(wrong: object) -> None:
    body = connected()
    body["data"]["pages"] = wrong
    with (
        Hostile([reply(body)]) as server,
        Wiki(server.url, TOKEN) as wiki,
        pytest.raises(errors.UnexpectedResponse),
    ):
        wiki.connect()
