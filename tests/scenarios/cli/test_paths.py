"""PATH arguments: a file or folder as the shell completes it, a page's path, a pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.workspace import Workspace, page

if TYPE_CHECKING:
    from support.workspace import Result


@pytest.fixture
def tree(workspace: Workspace) -> Workspace:
    """New pages in several folders, all waiting to be pushed."""
    for name in ("home", "guide/home", "guide/install", "guide/deep/more", "guidebook", "fr/home"):
        workspace.write(f"{name}.md", page(name.title()))
    return workspace


def meant(result: Result) -> set[str]:
    """The files that a plan is about."""
    return {action["file"] for action in result.ok().json["actions"]}


GUIDE = {"guide/home.md", "guide/install.md", "guide/deep/more.md"}


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("pages/guide/install.md", {"guide/install.md"}),
        ("./pages/guide/install.md", {"guide/install.md"}),
        ("pages/guide", GUIDE),
        ("pages/guide/", GUIDE),
        ("guide/install", {"guide/install.md"}),
        ("guide/install.md", {"guide/install.md"}),
        ("/guide/install", {"guide/install.md"}),
        ("guide", GUIDE),
        ("guide/**", GUIDE),
        ("guide/*", GUIDE),
        ("guide/i*", {"guide/install.md"}),
        ("pages/guide/**", GUIDE),
        ("**/home", {"home.md", "guide/home.md", "fr/home.md"}),
        ("**/home.md", {"home.md", "guide/home.md", "fr/home.md"}),
        ("fr", {"fr/home.md"}),
        ("fr/home", {"fr/home.md"}),
        ("pages/fr/home.md", {"fr/home.md"}),
    ],
)
def test_a_path_means_these_pages_from_the_projects_folder(
    tree: Workspace, path: str, files: set[str]
) -> None:
    assert meant(tree.run("status", path, "--json")) == files


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("install.md", {"guide/install.md"}),
        ("./install.md", {"guide/install.md"}),
        ("home.md", {"guide/home.md"}),
        ("../home.md", {"home.md"}),
        ("deep", {"guide/deep/more.md"}),
        (".", GUIDE),
        ("deep/*", {"guide/deep/more.md"}),
        ("guide/install", {"guide/install.md"}),
    ],
)
def test_a_path_means_what_the_shell_completes_it_to_from_another_folder(
    tree: Workspace, path: str, files: set[str]
) -> None:
    result = tree.run("status", path, "--json", cwd=tree.folder / "guide")
    assert meant(result) == files


def test_an_absolute_file_name_is_understood(tree: Workspace) -> None:
    file = str(tree.folder / "guide" / "install.md")
    assert meant(tree.run("status", file, "--json")) == {"guide/install.md"}


def test_a_dot_in_the_projects_folder_means_everything(tree: Workspace) -> None:
    for path in (".", "pages"):
        assert len(meant(tree.run("status", path, "--json"))) == 6


def test_several_paths_are_taken_together(tree: Workspace) -> None:
    found = meant(tree.run("status", "guidebook", "guide/deep", "--json"))
    assert found == {"guidebook.md", "guide/deep/more.md"}


def test_a_path_without_a_locale_means_no_page_of_another_locale(tree: Workspace) -> None:
    assert meant(tree.run("status", "home", "--json")) == {"home.md"}
    assert meant(tree.run("status", "en/home", "--json")) == {"home.md"}
    assert meant(tree.run("status", "fr/home", "--json")) == {"fr/home.md"}


def test_a_push_of_one_path_leaves_the_others_alone(tree: Workspace) -> None:
    tree.run("push", "guide/install", "--yes").ok()
    assert [found["path"] for found in tree.sandbox.pages()] == ["guide/install"]


@pytest.mark.parametrize(
    "path",
    [
        "other/place",
        "pages/other/place.md",
        "other/place.md",
        "other/**",
        "fr/other",
        "fr/other.md",
        "pages/fr",
        "fr",
    ],
)
def test_a_path_may_name_a_page_that_is_only_on_the_wiki(workspace: Workspace, path: str) -> None:
    workspace.sandbox.create("other/place")
    workspace.sandbox.create("other", "fr")
    found = meant(workspace.run("pull", path, "--dry-run", "--json"))
    assert found == ({"fr/other.md"} if "fr" in path else {"other/place.md"})


def test_a_path_may_name_a_page_that_is_gone_here(tree: Workspace) -> None:
    tree.run("push", "--yes").ok()
    tree.remove("guide/install.md")
    assert meant(tree.run("status", "pages/guide/install.md", "--json")) == {"guide/install.md"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("install", "guide/install.md"),
        ("install.md", "guide/install.md"),
        ("guide/instal", "guide/install.md"),
        ("pages/guide/instal.md", "guide/install.md"),
    ],
)
def test_a_path_that_means_no_page_is_answered_with_the_one_that_was_meant(
    tree: Workspace, typed: str, meant: str
) -> None:
    result = tree.run("status", typed)
    assert result.code == 2
    assert f"Did you mean {meant}?" in result.err


NOWHERE = ["no/such", "pages/none.md", "../home.md", "none/**", "", "/usr", "x" * 300]


@pytest.mark.parametrize("path", NOWHERE)
def test_a_path_that_means_no_page_is_wrong_usage_and_writes_nothing(
    tree: Workspace, path: str
) -> None:
    before = tree.both_sides()
    result = tree.run("push", "home", path, "--yes")
    assert result.code == 2
    assert "no such page in the folder or on the wiki" in result.err
    assert tree.both_sides() == before


def test_a_path_limits_what_problems_and_conflicts_are_told(tree: Workspace) -> None:
    tree.write("guide/bad.md", b"\xff\xfe")
    result = tree.run("push", "home", "--yes", "--json").ok()
    assert result.json["problems"] == []
    assert tree.run("push", "guide", "--yes").code == 1


def test_the_configuration_is_found_upwards_and_can_be_named(tree: Workspace) -> None:
    assert tree.run("status", "home", cwd=tree.folder / "guide").ok()
    other = tree.root.parent
    assert tree.run("status", cwd=other).code == 2
    named = tree.run("status", "home", "--config", "project/wikisync.toml", cwd=other)
    assert "home.md" in named.ok().out


def test_a_dot_in_a_folder_beside_the_pages_means_none_of_them(tree: Workspace) -> None:
    beside = tree.root / "src"
    beside.mkdir()
    assert tree.run("push", ".", "--yes", cwd=beside).code == 2
    assert tree.sandbox.pages() == []


def test_ignored_and_hidden_files_are_no_pages(workspace: Workspace) -> None:
    workspace.configure(ignore=["drafts/", "*.tmp.md"])
    for name in ("home", "drafts/a", "x.tmp", ".hidden", ".obsidian/note"):
        workspace.write(f"{name}.md", page("Page"))
    assert meant(workspace.run("status", "--json")) == {"home.md"}
