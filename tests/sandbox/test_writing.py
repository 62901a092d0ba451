"""The habits of writing that a recorded conversation does not show (wikijs.md, *Writing*)."""

from __future__ import annotations

from typing import Any

import pytest

from support.graphql_client import CREATE, DELETE, MOVE, NEW, UPDATE, ask, do, post
from wikisync.sandbox import ApiError, Sandbox

FULL: dict[str, Any] = {
    "content": "two",
    "description": "d",
    "isPublished": True,
    "locale": "en",
    "path": "a",
    "tags": ["x"],
    "title": "A",
}


@pytest.fixture
def page(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.create(
        "a",
        content="one",
        title="A",
        tags=["x"],
        publishStartDate="2030-01-01T00:00:00.000Z",
        publishEndDate="2031-01-01T00:00:00.000Z",
        scriptCss="a{b:c}",
        scriptJs="void 0",
    )


def test_an_update_that_leaves_out_the_publish_dates_blanks_them(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    assert do(sandbox, UPDATE, id=page["id"], **FULL)["succeeded"]
    now = sandbox.pages()[0]
    assert (now["publishStartDate"], now["publishEndDate"]) == ("", "")


def test_an_update_that_leaves_out_published_unpublishes(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    assert do(sandbox, UPDATE, id=page["id"], content="two", tags=[])["succeeded"]
    assert not sandbox.pages()[0]["isPublished"]


def test_style_and_script_are_judged_by_the_path_that_is_sent(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    rights = ["write:pages", "write:styles", "write:scripts", "manage:pages"]
    rules = [
        {**rule, "id": "r", "match": "START", "deny": False, "locales": []}
        for rule in (
            {"roles": ["write:pages", "manage:pages"], "path": ""},
            {"roles": ["write:styles", "write:scripts"], "path": "other"},
        )
    ]
    key = sandbox.key(rights, rules)
    assert do(sandbox, UPDATE, key, id=page["id"], **FULL)["succeeded"]
    assert sandbox.pages()[0]["scriptCss"] == "a{b:c}"
    assert do(sandbox, UPDATE, key, id=page["id"], **{**FULL, "path": "other"})["succeeded"]
    assert (sandbox.pages()[0]["scriptCss"], sandbox.pages()[0]["scriptJs"]) == ("", "")


@pytest.mark.parametrize("field", ["content", "title", "description"])
def test_nul_in_an_update_changes_nothing_but_the_history(
    sandbox: Sandbox, page: dict[str, Any], field: str
) -> None:
    result = do(sandbox, UPDATE, id=page["id"], **{**FULL, field: "a\0b"})
    assert result["slug"] == "DataError"
    assert sandbox.pages() == [page]
    history = "query($id:Int!){pages{history(id:$id){total}}}"
    assert ask(sandbox, history, id=page["id"])["pages"]["history"]["total"] == 1


@pytest.mark.parametrize("size", [255, 256])
def test_a_title_holds_255_characters_of_any_script(sandbox: Sandbox, size: int) -> None:
    result = do(sandbox, CREATE, **{**NEW, "path": "a", "title": "全" * size})
    assert result["succeeded"] == (size == 255)
    assert len(sandbox.pages()) == (size == 255)


def test_a_tag_that_is_too_long_fails_after_the_page_was_made(sandbox: Sandbox) -> None:
    result = do(sandbox, CREATE, **{**NEW, "path": "a", "tags": ["ok", "t" * 256]})
    assert result["slug"] == "DataError"
    assert [(page["path"], page["tags"]) for page in sandbox.pages()] == [("a", [])]


def test_tags_are_trimmed_lowered_and_made_unique(sandbox: Sandbox) -> None:
    tags = [" B ", "b", "a, c", "", "\ufeffÄ\xa0"]
    assert do(sandbox, CREATE, **{**NEW, "path": "a", "tags": tags})["succeeded"]
    assert sandbox.pages()[0]["tags"] == ["b", "a, c", "", "ä"]


def test_an_update_replaces_the_tags(sandbox: Sandbox, page: dict[str, Any]) -> None:
    assert do(sandbox, UPDATE, id=page["id"], **{**FULL, "tags": ["y", "Z"]})["succeeded"]
    assert sandbox.pages()[0]["tags"] == ["y", "z"]


def test_css_is_minified(sandbox: Sandbox) -> None:
    css = "/* x */\na {\n  b: c;\n}\n\nd::after { content: 'a  ;}'; }"
    sandbox.create("a", scriptCss=css)
    assert sandbox.pages()[0]["scriptCss"] == "a{b:c}d::after{content:'a  ;}'}"


def test_half_a_character_pair_becomes_a_replacement_character(sandbox: Sandbox) -> None:
    assert do(sandbox, CREATE, **{**NEW, "path": "a", "content": "x\ud83dy"})["succeeded"]
    assert sandbox.pages()[0]["content"] == "x\ufffdy"


def test_a_path_of_slashes_alone_is_the_empty_path(sandbox: Sandbox) -> None:
    assert do(sandbox, CREATE, **{**NEW, "path": "/"})["succeeded"]
    assert sandbox.pages()[0]["path"] == ""


def test_an_update_with_a_path_but_no_locale_writes_and_fails(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    sent = {**FULL, "path": "b", "locale": None}
    result = do(sandbox, UPDATE, id=page["id"], **sent)
    assert (result["succeeded"], result["errorCode"]) == (False, 1)
    assert (sandbox.pages()[0]["path"], sandbox.pages()[0]["content"]) == ("a", "two")


def test_an_update_with_a_slash_at_the_end_of_its_own_path_collides_with_itself(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    result = do(sandbox, UPDATE, id=page["id"], **{**FULL, "path": "a/"})
    assert result["errorCode"] == 6006
    assert sandbox.pages()[0]["content"] == "two"


def test_an_update_that_moves_without_the_right_to_writes_and_fails(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    key = sandbox.key(["write:pages"])
    result = do(sandbox, UPDATE, key, id=page["id"], **{**FULL, "path": "b"})
    assert result["errorCode"] == 6007
    assert (sandbox.pages()[0]["path"], sandbox.pages()[0]["content"]) == ("a", "two")


def test_an_update_to_an_illegal_path_writes_and_fails(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    assert do(sandbox, UPDATE, id=page["id"], **{**FULL, "path": "a.b"})["errorCode"] == 6005
    assert sandbox.pages()[0]["content"] == "two"


def test_tags_that_are_null_fail_after_the_page_was_written(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    result = do(sandbox, UPDATE, id=page["id"], **{**FULL, "tags": None})
    assert result["message"] == "Cannot read properties of null (reading 'map')"
    assert (sandbox.pages()[0]["content"], sandbox.pages()[0]["tags"]) == ("two", ["x"])


def test_a_move_to_a_language_that_is_not_installed_is_refused(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    result = do(sandbox, MOVE, id=page["id"], path="a", locale="xx")
    assert result["slug"] == "ForeignKeyViolationError"
    assert sandbox.pages() == [page]


def test_a_page_that_was_just_written_does_not_know_its_locale_or_editor(sandbox: Sandbox) -> None:
    query = CREATE.replace("page{id updatedAt}", "page{id locale}")
    answer = post(sandbox, query, **{**NEW, "path": "a"})
    assert answer.json["data"]["pages"]["create"]["responseResult"]["succeeded"]
    assert answer.json["data"]["pages"]["create"]["page"] is None
    assert answer.json["errors"][0]["message"] == (
        "Cannot return null for non-nullable field Page.locale."
    )


def test_restore_brings_back_content_and_path_but_loses_tags_style_and_script(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    sandbox.edit("a", content="two")
    sandbox.move("a", "b")
    trail = "query($id:Int!){pages{history(id:$id){trail{versionId}}}}"
    versions = ask(sandbox, trail, id=page["id"])["pages"]["history"]["trail"]
    restore = (
        "mutation($p:Int!,$v:Int!){pages{restore(pageId:$p,versionId:$v)"
        "{responseResult{succeeded errorCode slug message}}}}"
    )
    assert do(sandbox, restore, p=page["id"], v=versions[-1]["versionId"])["succeeded"]
    now = sandbox.pages()[0]
    assert (now["path"], now["content"]) == ("a", "one")
    assert now["publishEndDate"] == "2031-01-01T00:00:00.000Z"
    assert (now["tags"], now["scriptCss"], now["scriptJs"]) == ([], "", "")


@pytest.mark.parametrize(
    ("editor", "kind"), [("ckeditor", "html"), ("code", "html"), ("markdown", "markdown")]
)
def test_convert_changes_editor_and_content_type(sandbox: Sandbox, editor: str, kind: str) -> None:
    page = sandbox.create("a", content="<p>x</p>", editor="wysiwyg")
    convert = (
        "mutation($id:Int!,$e:String!){pages{convert(id:$id,editor:$e)"
        "{responseResult{succeeded errorCode slug message}}}}"
    )
    assert do(sandbox, convert, id=page["id"], e=editor)["succeeded"]
    assert (sandbox.pages()[0]["editor"], sandbox.pages()[0]["contentType"]) == (editor, kind)


def test_a_key_limited_to_some_languages_may_delete_in_none(
    sandbox: Sandbox, page: dict[str, Any]
) -> None:
    rule = {"id": "r", "roles": ["delete:pages"], "match": "START", "deny": False, "path": ""}
    limited = sandbox.key(["delete:pages"], [{**rule, "locales": ["en"]}])
    assert do(sandbox, DELETE, limited, id=page["id"])["errorCode"] == 6010
    free = sandbox.key(["delete:pages"], [{**rule, "locales": []}])
    assert do(sandbox, DELETE, free, id=page["id"])["succeeded"]


def test_ids_are_never_given_twice(sandbox: Sandbox, page: dict[str, Any]) -> None:
    sandbox.delete("a")
    assert sandbox.create("a")["id"] > page["id"]


def test_a_person_meets_the_same_refusals(sandbox: Sandbox) -> None:
    sandbox.create("a")
    with pytest.raises(ApiError) as caught:
        sandbox.create("a")
    assert caught.value.code == 6002
    with pytest.raises(ApiError):
        sandbox.edit("nowhere", content="x")
