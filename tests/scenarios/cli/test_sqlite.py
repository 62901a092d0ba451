"""A wiki on SQLite holds what others refuse: long titles, pages of locales that are not installed.

What a file can hold is fetched and goes both ways; the rest is named (wikijs.md, *Other
databases*).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from support.texts import TEXT
from support.workspace import Workspace, page
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG: Final = "A title that goes on and on. " * 12


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A wiki on SQLite, with the locale en alone."""
    with Sandbox(locales=("en",), collation="sqlite") as sandbox:
        yield sandbox


def quiet(workspace: Workspace) -> None:
    before = workspace.both_sides()
    assert len(workspace.run("sync", "--yes").ok().asked) == 1
    assert workspace.both_sides() == before


@pytest.mark.parametrize("field", ["title", "description"])
def test_a_text_that_most_wikis_refuse_is_fetched_and_goes_back_with_an_edit(
    workspace: Workspace, field: str
) -> None:
    workspace.sandbox.create("long", content=TEXT, **{field: LONG.strip()})
    workspace.run("pull", "--yes").ok()
    assert LONG.strip() in workspace.read("long.md")
    quiet(workspace)
    workspace.change("long.md", TEXT, f"{TEXT}More.\n")
    assert workspace.run("status", "--offline").code == 0
    workspace.run("push", "--yes").ok()
    found = workspace.sandbox.page("long")
    assert found is not None
    assert (found[field], found["content"]) == (LONG.strip(), f"{TEXT}More.\n")
    quiet(workspace)


def test_in_a_fresh_clone_a_long_title_is_in_sync(workspace: Workspace) -> None:
    workspace.sandbox.create("long", content=TEXT, title=LONG.strip())
    workspace.run("pull", "--yes").ok()
    for file in workspace.state.iterdir():
        file.unlink()
    workspace.run("push", "--yes").ok()
    quiet(workspace)


def test_a_new_long_title_is_a_problem_until_the_wiki_shows_that_it_keeps_one(
    workspace: Workspace,
) -> None:
    workspace.write("long.md", page(LONG.strip(), "Quite another text.\n"))
    (problem,) = workspace.run("push", "--yes", "--json").json["problems"]
    assert "the limit is 255" in problem["message"]
    assert workspace.sandbox.pages() == []
    workspace.sandbox.create("other", content=TEXT, title=LONG.strip())
    workspace.run("sync", "--yes").ok()
    found = workspace.sandbox.page("long")
    assert found is not None
    assert found["title"] == LONG.strip()


def test_a_path_that_is_too_long_is_named_and_the_others_are_fetched(
    workspace: Workspace,
) -> None:
    path = "/".join(["segment"] * 40)
    workspace.sandbox.create(path)
    workspace.sandbox.create("other")
    result = workspace.run("pull", "--yes", "--json")
    (problem,) = result.json["problems"]
    assert path in problem["file"]
    assert "the limit is 255" in problem["message"]
    assert list(workspace.files()) == ["other.md"]


def test_pages_of_a_locale_that_is_not_installed_go_both_ways(workspace: Workspace) -> None:
    workspace.sandbox.create("home", locale="de", content=TEXT)
    workspace.sandbox.create("home", content=TEXT)
    workspace.run("pull", "--yes").ok()
    assert sorted(workspace.files()) == ["de/home.md", "home.md"]
    workspace.change("de/home.md", TEXT, f"{TEXT}Mehr.\n")
    workspace.write("de/neu.md", page("Neu"))
    workspace.run("push", "--yes").ok()
    found = {(row["locale"], row["path"]): row["content"] for row in workspace.sandbox.pages()}
    assert found["de", "home"] == f"{TEXT}Mehr.\n"
    assert ("de", "neu") in found
    quiet(workspace)


def test_a_locale_that_no_page_has_is_no_folder_of_pages(workspace: Workspace) -> None:
    workspace.write("de/neu.md", page("Neu"))
    (problem,) = workspace.run("push", "--yes", "--json").json["problems"]
    assert "not installed" in problem["message"]
    assert workspace.sandbox.pages() == []


def test_a_page_whose_locale_can_be_no_folder_is_named(workspace: Workspace) -> None:
    workspace.sandbox.create("home", locale="../x", content=TEXT)
    result = workspace.run("pull", "--yes", "--json")
    (problem,) = result.json["problems"]
    assert "../x" in problem["file"]
    assert workspace.files() == {}


def test_the_last_page_of_such_a_locale_is_deleted_here_when_it_is_there(
    workspace: Workspace,
) -> None:
    workspace.sandbox.create("home", locale="de", content=TEXT)
    workspace.sandbox.create("home", content=TEXT)
    workspace.run("pull", "--yes").ok()
    workspace.sandbox.delete("home", locale="de")
    result = workspace.run("pull", "--yes", "--delete", "--max-delete", "2")
    assert result.code == 0, result
    assert list(workspace.files()) == ["home.md"]


def test_a_page_with_nul_which_no_file_may_hold_is_named(workspace: Workspace) -> None:
    workspace.sandbox.create("nul", content="a\0b\n")
    result = workspace.run("pull", "--yes")
    assert "nul.md:1: contains a NUL character" in result.text
    assert workspace.files() == {}
