"""With another database the wiki takes other texts for one, and keeps what PostgreSQL refuses.

The table is that of wikijs.md, *Other databases*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from scenarios.contract.replay import CONTRACT, STEPS, Client
from support.graphql_client import CREATE, MOVE, NEW, UPDATE, ask, do
from wikisync.cli.sandbox_commands import DatabaseName
from wikisync.sandbox import Sandbox
from wikisync.sandbox.database import DATABASES, general_ci

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL: Final = ("postgresql", "mariadb", "sqlite")
BY_PATH: Final = (
    "query($path:String!){pages{singleByPath(path:$path,locale:" + '"en"' + "){id path}}}"
)
DATABASE: Final = "{system{info{dbType}}}"


@pytest.fixture(params=ALL)
def wiki(request: pytest.FixtureRequest) -> Iterator[tuple[str, Sandbox]]:
    """The name of a database, and a wiki that has it."""
    with Sandbox(locales=("en",), collation=request.param) as sandbox:
        yield request.param, sandbox


@pytest.fixture
def mariadb() -> Iterator[Sandbox]:
    with Sandbox(collation="mariadb") as sandbox:
        yield sandbox


def create(sandbox: Sandbox, path: str, **more: Any) -> dict[str, Any]:
    return do(sandbox, CREATE, **{**NEW, "path": path, **more})


def update(sandbox: Sandbox, path: str, **more: Any) -> dict[str, Any]:
    page = sandbox.page(path)
    assert page is not None
    sent = {"content": "other", "description": "", "isPublished": True, "locale": "en"}
    return do(sandbox, UPDATE, **{**sent, "id": page["id"], "path": path, "title": "T", **more})


@pytest.mark.parametrize(("one", "other"), [("Case", "case"), ("café", "cafe"), ("а/ё", "а/е")])
def test_paths_that_differ_in_case_or_accent_are_one_page_for_mariadb_alone(
    wiki: tuple[str, Sandbox], one: str, other: str
) -> None:
    name, sandbox = wiki
    assert create(sandbox, one)["succeeded"]
    second = create(sandbox, other)
    asked = ask(sandbox, BY_PATH, path=other)["pages"]["singleByPath"]["path"]
    if name == "mariadb":
        assert second["errorCode"] == 6002
        assert asked == one
    else:
        assert second["succeeded"]
        assert asked == other


def test_a_sharp_s_and_two_of_its_letters_are_two_pages_everywhere(
    wiki: tuple[str, Sandbox],
) -> None:
    _, sandbox = wiki
    assert create(sandbox, "straße")["succeeded"]
    assert create(sandbox, "strasse")["succeeded"]


def test_a_page_cannot_be_moved_to_what_mariadb_takes_for_its_own_path(
    wiki: tuple[str, Sandbox],
) -> None:
    name, sandbox = wiki
    page = sandbox.create("Case")
    result = do(sandbox, MOVE, id=page["id"], path="case", locale="en")
    assert result["errorCode"] == (6006 if name == "mariadb" else 0)


@pytest.mark.parametrize("tag", ["a", "ä"])
def test_a_tag_that_mariadb_takes_for_a_known_one_costs_the_page_its_tags_each_time(
    wiki: tuple[str, Sandbox], tag: str
) -> None:
    name, sandbox = wiki
    sandbox.create("known", tags=["á"])
    sandbox.create("page", content="one", tags=["kept"])
    for content in ("two", "three"):
        result = update(sandbox, "page", content=content, tags=[tag, "other"])
        page = sandbox.page("page")
        assert page is not None
        assert page["content"] == content
        if name == "mariadb":
            assert result["slug"] == "UniqueViolationError"
            assert f"Duplicate entry '{tag}' for key 'tags_tag_unique'" in result["message"]
            assert page["tags"] == ["kept"]
        else:
            assert result["succeeded"]
            assert page["tags"] == [tag, "other"]


def test_a_new_page_whose_tag_is_a_known_one_for_mariadb_is_there_without_its_tags(
    mariadb: Sandbox,
) -> None:
    mariadb.create("known", tags=["á"])
    assert create(mariadb, "page", tags=["a", "other"])["slug"] == "UniqueViolationError"
    page = mariadb.page("page")
    assert page is not None
    assert page["tags"] == []


def test_two_new_tags_that_are_one_for_mariadb_cost_the_page_both_each_time(
    wiki: tuple[str, Sandbox],
) -> None:
    name, sandbox = wiki
    refused = name == "mariadb"
    assert create(sandbox, "page", tags=["a", "á"])["succeeded"] is not refused
    for _ in range(2):
        page = sandbox.page("page")
        assert page is not None
        assert page["tags"] == ([] if refused else ["a", "á"])
        assert update(sandbox, "page", tags=["a", "á"])["succeeded"] is not refused


def test_tags_are_trimmed_and_lower_cased_everywhere(wiki: tuple[str, Sandbox]) -> None:
    _, sandbox = wiki
    sandbox.create("page", tags=[" A ", "a", "B"])
    assert sandbox.pages()[0]["tags"] == ["a", "b"]


@pytest.mark.parametrize("field", ["title", "description", "path"])
def test_a_text_that_is_too_long_is_kept_whole_by_sqlite_alone(
    wiki: tuple[str, Sandbox], field: str
) -> None:
    name, sandbox = wiki
    text = "x" * 256
    result = create(sandbox, **{"path": "page", field: text})
    assert result["slug"] == ("ok" if name == "sqlite" else "DataError")
    assert [page[field] for page in sandbox.pages()] == ([text] if name == "sqlite" else [])


@pytest.mark.parametrize(("field", "value"), [("locale", "de"), ("editor", "vi")])
def test_a_locale_or_an_editor_that_is_not_there_is_kept_by_sqlite_alone(
    wiki: tuple[str, Sandbox], field: str, value: str
) -> None:
    name, sandbox = wiki
    result = create(sandbox, "page", **{field: value})
    assert result["slug"] == ("ok" if name == "sqlite" else "ForeignKeyViolationError")
    assert len(sandbox.pages()) == (name == "sqlite")


def test_nul_is_refused_by_postgresql_alone(wiki: tuple[str, Sandbox]) -> None:
    name, sandbox = wiki
    result = create(sandbox, "page", content="a\0b")
    assert result["slug"] == ("DataError" if name == "postgresql" else "ok")


def test_the_list_is_in_the_order_of_the_database(wiki: tuple[str, Sandbox]) -> None:
    name, sandbox = wiki
    for path in ("b", "Z", "ä", "B2"):
        sandbox.create(path)
    listed = ask(sandbox, "{pages{list(orderBy:PATH){path}}}")["pages"]["list"]
    order = ["ä", "b", "B2", "Z"] if name == "mariadb" else ["B2", "Z", "b", "ä"]
    assert [page["path"] for page in listed] == order


def test_the_wiki_names_its_database(wiki: tuple[str, Sandbox]) -> None:
    name, sandbox = wiki
    assert ask(sandbox, DATABASE)["system"]["info"]["dbType"] == DATABASES[name].name


def test_a_backup_comes_back_into_the_same_database(mariadb: Sandbox) -> None:
    mariadb.create("Case")
    mariadb.restore(mariadb.dump())
    assert create(mariadb, "case")["errorCode"] == 6002


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("e", "É", True),
        ("ё", "Е", True),
        ("ά", "Α", True),
        ("ß", "s", True),
        ("a ", "a", True),
        ("\U0001f680", "\U0001f389", True),
        ("é", "e\u0301", False),
        ("か", "が", False),
        ("각", "가", False),
        ("æ", "ae", False),
    ],
)
def test_texts_are_compared_as_utf8mb4_general_ci_does(one: str, other: str, *, same: bool) -> None:
    assert (general_ci(one) == general_ci(other)) is same


UNLIKE: Final = {
    "mariadb": {"case matters in a path, again", "create NUL in content"},
    "sqlite": {
        "create long title",
        "create long path",
        "create long description",
        "create unknown locale",
        "create unknown editor",
        "create NUL in content",
    },
}


@pytest.mark.parametrize("name", UNLIKE)
def test_all_else_is_answered_as_recorded_with_postgresql(name: str) -> None:
    with Sandbox(locales=("en", "fr"), collation=name) as sandbox:
        client = Client(sandbox.url)
        client.set_up(CONTRACT["roles"])
        unlike = {step["title"] for step in STEPS if client.take(step)}
    assert {title for title in unlike if "list" not in title} == UNLIKE[name]


def test_the_command_offers_the_databases_that_there_are() -> None:
    assert {str(name) for name in DatabaseName} == set(DATABASES)
