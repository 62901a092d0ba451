"""What a real Wiki.js was recorded to answer is read as what it means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wikisync import errors
from wikisync.page.model import Key, Listed
from wikisync.wiki import (
    api_errors,
    asset_responses,
    file_responses,
    history,
    http_errors,
    responses,
)
from wikisync.wiki.responses import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://wiki.example.org"
KEY = Key("en", "a")
CONTRACT = Path(__file__).parents[1] / "scenarios" / "contract"
RECORDED: dict[str, dict[str, Any]] = {
    step["title"]: step
    for step in json.loads((CONTRACT / "contract.json").read_text("utf-8"))["steps"]
}


def replay(title: str, **names: str) -> Answer:
    """The recorded answer, as if it came now; ``names`` rename fields of ``pages``."""
    step = RECORDED[title]
    body = json.dumps(step["body"])
    for old, new in names.items():
        body = body.replace(f'"{old}"', f'"{new}"')
    told = http_errors.parse_http_response(
        URL, step["status"], {"content-type": step["type"]}, body.encode()
    )
    return Answer(URL, told.get("data"), api_errors.faults(told.get("errors")))


def create(title: str) -> object:
    return responses.read_write_result(replay(title), api_errors.CREATE, 0, KEY)


def update(title: str) -> object:
    return responses.read_write_result(replay(title), api_errors.UPDATE, 7, KEY)


def move(title: str) -> object:
    return responses.read_write_result(replay(title), api_errors.MOVE, 7, KEY)


def delete(title: str) -> object:
    return responses.read_write_result(replay(title), api_errors.DELETE, 7, None)


def read(title: str) -> object:
    return responses.read_page(replay(title), 7)


def read_history_of(title: str) -> object:
    return history.read_history(replay(title), 7)


def version(title: str) -> object:
    return history.read_version(replay(title), 7, 99_999)


def whatever(title: str) -> object:
    return responses.read_index(replay(title))


REFUSALS: list[tuple[Callable[[str], object], type[errors.WikiError], str]] = [
    (create, errors.Rejected, "create taken path"),
    (create, errors.Rejected, "create illegal path a.b"),
    (create, errors.Rejected, "create illegal path a b"),
    (create, errors.Rejected, "create illegal path a\\b"),
    (create, errors.Rejected, "create illegal path a//b"),
    (create, errors.Rejected, "create illegal path a/../b"),
    (create, errors.Rejected, "create empty content"),
    (create, errors.Rejected, "create blank content"),
    (create, errors.Rejected, "create long title"),
    (create, errors.Rejected, "create long path"),
    (create, errors.Rejected, "create long description"),
    (create, errors.Rejected, "create unknown locale"),
    (create, errors.Rejected, "create unknown editor"),
    (create, errors.Rejected, "create NUL in content"),
    (create, errors.Forbidden, "create as guest"),
    (create, errors.Forbidden, "create as reader"),
    (create, errors.Forbidden, "create outside the page rules"),
    (create, errors.UnexpectedResponse, "create without a required argument"),
    (create, errors.UnexpectedResponse, "create without a required variable"),
    (update, errors.WriteUncertain, "update without tags answers with an error"),
    (update, errors.WriteUncertain, "update onto a taken path writes, then fails to move"),
    (update, errors.Rejected, "update without content"),
    (update, errors.Rejected, "update blank content"),
    (update, errors.PageGone, "update a missing page"),
    (update, errors.Forbidden, "update as reader"),
    (update, errors.Forbidden, "update outside the page rules"),
    (move, errors.WriteUncertain, "move onto a taken path"),
    (move, errors.Rejected, "move to an illegal path"),
    (move, errors.PageGone, "move a missing page"),
    (move, errors.Forbidden, "move as writer"),
    (delete, errors.Forbidden, "delete as manager"),
    (delete, errors.PageGone, "delete again"),
    (delete, errors.Forbidden, "delete outside the page rules"),
    (read, errors.PageGone, "read a missing page"),
    (read, errors.PageGone, "read the deleted"),
    (read, errors.PageHidden, "read as guest"),
    (read, errors.PageHidden, "read as reader"),
    (read, errors.PageHidden, "read as source"),
    (read, errors.PageHidden, "read as writer"),
    (read, errors.PageHidden, "read outside the page rules"),
    (read_history_of, errors.Forbidden, "history as manager"),
    (version, errors.PageGone, "missing version"),
    (whatever, errors.UnexpectedResponse, "unknown field"),
    (whatever, errors.UnexpectedResponse, "syntax error"),
    (whatever, errors.UnexpectedResponse, "two operations"),
    (whatever, errors.UnexpectedResponse, "not JSON"),
    (whatever, errors.TooLarge, "too large"),
    (whatever, errors.ApiDisabled, "the API is off"),
    (whatever, errors.ApiDisabled, "a revoked key"),
]

# Read in other tests below, or of a kind that this program never asks.
ELSEWHERE = {
    "profile as guest",
    "a token that is no token is a guest",
    "read a missing path",
    "read several at once by alias, one missing",
    "read several at once as an array",
    "convert to the editor it has",
    "version of the server, as guest",
    "log in with a wrong password",
}


@pytest.mark.parametrize(("verb", "error", "title"), REFUSALS, ids=[row[2] for row in REFUSALS])
def test_a_recorded_refusal_is_the_error_it_means(
    verb: Callable[[str], object], error: type[errors.WikiError], title: str
) -> None:
    with pytest.raises(errors.WikiError) as caught:
        verb(title)
    assert type(caught.value) is error


def failed(step: dict[str, Any]) -> bool:
    text = json.dumps(step["body"])
    return step["status"] != 200 or '"errors"' in text or '"succeeded": false' in text


ASSETS = json.loads((CONTRACT / "assets.json").read_text("utf-8"))["steps"]
MUTATIONS = (asset_responses.CREATE_FOLDER, asset_responses.RENAME, asset_responses.DELETE)


def asset_answer(step: dict[str, Any]) -> Answer:
    told = http_errors.parse_http_response(
        URL, step["status"], {"content-type": step["type"]}, json.dumps(step["body"]).encode()
    )
    return Answer(URL, told.get("data"), api_errors.faults(told.get("errors")))


@pytest.mark.parametrize(
    ("title", "role", "error"),
    [
        ("folder 'img'", "admin", errors.Rejected),
        ("folder below one that is not there", "admin", errors.Rejected),
        ("folder as reader", "reader", errors.Forbidden),
        ("rename", "admin", None),
        ("rename to another kind", "admin", errors.Rejected),
        ("rename to the same", "admin", errors.Rejected),
        ("rename to nothing", "admin", errors.Rejected),
        ("rename as uploader", "uploader", errors.Forbidden),
        ("rename one that is not there", "admin", errors.AssetGone),
        ("delete as keeper", "keeper", None),
        ("delete as reader", "reader", errors.Forbidden),
        ("delete one that is not there", "admin", errors.AssetGone),
    ],
)
def test_a_recorded_result_about_an_asset_is_the_error_it_means(
    title: str, role: str, error: type[errors.WikiError] | None
) -> None:
    (step,) = (one for one in ASSETS if (one["title"], one["as"]) == (title, role))
    (write,) = (one for one in MUTATIONS if f"{{{one.name}(" in step["query"])
    if error is None:
        asset_responses.require_success(asset_answer(step), write)
        return
    with pytest.raises(errors.WikiError) as caught:
        asset_responses.require_success(asset_answer(step), write)
    assert type(caught.value) is error


def test_every_recorded_answer_to_an_upload_is_read_as_what_it_means() -> None:
    meant = {200: type(None), 403: errors.Forbidden, 400: errors.Rejected}
    steps = [step for step in ASSETS if "upload" in step or "form" in step]
    assert len(steps) > 30
    for step in steps:
        body = step["body"]
        raw = body if isinstance(body, str) else json.dumps(body)
        raw = raw.replace("<a page>", "<html><span>File too large</span></html>")
        found = file_responses.upload_error(
            URL, step["status"], {"content-type": step["type"]}, raw.encode(), ("a", 1)
        )
        assert type(found) is meant.get(step["status"], errors.AssetTooLarge), step["title"]


def test_every_recorded_answer_to_a_download_is_read_as_what_it_means() -> None:
    meant = {200: type(None), 403: errors.Forbidden, 404: errors.AssetGone}
    steps = [step for step in ASSETS if "get" in step]
    assert len(steps) > 25
    for step in steps:
        found = file_responses.download_error(
            URL, step["status"], {"content-type": step["type"]}, step["body"].encode(), "a.png"
        )
        assert type(found) is meant[step["status"]], step["title"]


def test_no_recorded_refusal_of_pages_is_left_out() -> None:
    tried = {title for _, _, title in REFUSALS} | ELSEWHERE
    probes = {title for title in RECORDED if title.startswith("may ")}
    assets = {title for title, step in RECORDED.items() if "assets" in json.dumps(step["body"])}
    refused = {title for title, step in RECORDED.items() if failed(step)}
    files = {title for title, step in RECORDED.items() if "query" not in step} - tried
    assert refused - tried - probes - assets - files == set()


@pytest.mark.parametrize("role", ["guest", "reader", "source", "writer", "manager", "admin"])
def test_who_may_write_is_told_from_who_may_not(role: str) -> None:
    title = f"may {role} write? asked of a page that is not there"
    assert responses.may_write(replay(title)) is (role in {"writer", "manager", "admin"})


@pytest.mark.parametrize("title", ["profile as guest", "a token that is no token is a guest"])
def test_a_token_of_nobody_is_seen_by_its_profile(title: str) -> None:
    fault = replay(title).fault_at("users", "profile")
    assert fault is not None
    assert fault.unauthenticated


def test_a_path_that_is_not_there_is_none() -> None:
    assert responses.read_found_page(replay("read a missing path"), KEY) is None


def test_one_missing_page_fails_alone() -> None:
    answer = replay("read several at once by alias, one missing", a="p0", gone="p1", b="p2")
    assert answer.fault_at("pages", "p0") is None
    assert answer.fault_at("pages", "p2") is None
    fault = answer.fault_at("pages", "p1")
    assert fault is not None
    error = api_errors.read_error(URL, fault, 99999)
    assert isinstance(error, errors.PageGone)
    assert error.id == 99999


def numbered(title: str) -> Answer:
    """A recorded answer with its placeholders for ids made numbers."""
    text = json.dumps(RECORDED[title]["body"])
    for step in RECORDED.values():
        for name in step.get("save", {}):
            text = text.replace(f'"${name}"', "7" if name[0] in "iv" else '"2020"')
    told = json.loads(text.replace('"<id>"', "7"))
    return Answer(URL, told["data"])


def test_a_page_is_read_whole() -> None:
    record = responses.read_page(numbered("read everything"), 7)
    assert record.key == Key("en", "team/全部/page-1")
    page = record.page
    assert page.tags == ("beta", "alpha", "动画", "two words", "a, b")
    assert page.title == 'Title: with # "marks" 「全」'
    assert (page.publish_start, page.publish_end) == (
        "2030-01-01T00:00:00.000Z",
        "2031-01-01T00:00:00.000Z",
    )
    assert (page.script_css, page.script_js) == ("a{b:c}", "void 0")
    assert (page.editor, page.published, page.private) == ("markdown", True, False)


def test_the_list_is_read_as_it_is() -> None:
    told = numbered("list").data
    assert told is not None
    config = {"config": {"locale": "en", "namespacing": False}, "locales": []}
    told = {**told, "users": {"profile": {"name": "A"}}, "localization": config}
    connection = responses.read_index(Answer(URL, told))
    assert len(connection.pages) == 14
    draft = connection.pages[2]
    assert isinstance(draft, Listed)
    assert (draft.title, draft.published) == ("  spaced title  ", False)
    assert connection.pages[1].tags == ("beta", "alpha", "动画", "two words", "a, b")
    assert connection.locales == ("en",)


def test_a_history_and_a_version_are_read() -> None:
    versions = history.read_history(numbered("history"), 7)
    assert len(versions) == 3
    assert [one.action for one in versions] == ["move", "edit", "initial"]
    assert numbered("version").node["pages"]["version"].text("content") == "# Two\n"


@pytest.mark.parametrize("title", ["create", "create with everything"])
def test_a_recorded_success_is_written(title: str) -> None:
    assert responses.read_write_result(numbered(title), api_errors.CREATE, 0, KEY).id == 7


@pytest.mark.parametrize(
    ("title", "write"),
    [("move", api_errors.MOVE), ("delete", api_errors.DELETE)],
)
def test_a_recorded_move_or_deletion_is_done(title: str, write: api_errors.Mutation) -> None:
    assert responses.read_write_result(numbered(title), write, 7, KEY).id == 7
