"""No name from the wiki, and no link, leads out of the folder (promise 9)."""

from __future__ import annotations

import os

import pytest

from scenarios.hostile.scene import contents
from support.workspace import Workspace, page, tree

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links are otherwise there")

ESCAPES = ["../evil", "../../evil", "/etc/evil", "a/../../evil", "./evil", "C:/evil", "~/evil"]
AWKWARD = [
    *("con", "a/nul", "a:b", "a*b", "a|b", 'a"b', "a<b", "a\tb", "a\nb", "-rf", ".git/config")
]
AWKWARD += [".wikisync/state", "a//b", "a/", "pages", "wikisync", "\u202egnp", "a\u0000b"]


@pytest.mark.parametrize("path", [*ESCAPES, *AWKWARD])
def test_no_path_of_the_wiki_writes_outside_the_folder(workspace: Workspace, path: str) -> None:
    workspace.sandbox.create("good")
    made = workspace.sandbox.create("name", content="Evil.\n")
    # Whatever the wiki's own rules are: an old database, an import, another program.
    workspace.sandbox.store.update("pages", made["id"], {"path": path})
    outside = {
        name: data for name, data in tree(workspace.root.parent).items() if "pages/" not in name
    }
    result = workspace.run("pull", "--yes", "--json")
    assert result.code in {0, 1}
    assert "good.md" in workspace.files()
    for name in workspace.files():
        assert not any(part.startswith(".") for part in name.split("/")), name
    after = tree(workspace.root.parent)
    new = {name for name in after if name not in outside and "project/pages/" not in name}
    assert all(name.startswith("project/.wikisync/") for name in new), new
    assert all(after[name] == data for name, data in outside.items())
    if result.code == 0:
        workspace.run("sync", "--json").ok()
    else:
        assert len(result.json["problems"]) + result.json["counts"]["failed"] == 1


@pytest.fixture
def linked(workspace: Workspace) -> Workspace:
    """A file and a folder outside, to which links lead."""
    (workspace.root / "outside").mkdir()
    (workspace.root / "outside" / "secret.md").write_text(page("Secret", "Not yours.\n"))
    return workspace


def untouched(workspace: Workspace) -> bool:
    return tree(workspace.root / "outside") == {
        "secret.md": page("Secret", "Not yours.\n").encode()
    }


def test_a_link_is_not_pushed(linked: Workspace) -> None:
    (linked.folder / "link.md").symlink_to(linked.root / "outside" / "secret.md")
    (linked.folder / "linked").symlink_to(linked.root / "outside", target_is_directory=True)
    linked.push(home=page("Home"))
    assert list(contents(linked)) == ["home"]


@pytest.mark.parametrize("command", ["pull", "sync"])
def test_a_page_whose_name_is_a_link_here_is_not_written_through_it(
    linked: Workspace, command: str
) -> None:
    (linked.folder / "link.md").symlink_to(linked.root / "outside" / "secret.md")
    (linked.folder / "linked").symlink_to(linked.root / "outside", target_is_directory=True)
    (linked.folder / "dangling.md").symlink_to(linked.root / "outside" / "new.md")
    for path in ("link", "linked/secret", "linked/new", "dangling", "good"):
        linked.sandbox.create(path, content="Theirs.\n")
    result = linked.run(command, "--delete", "--prefer", "wiki", "--yes", "--json")
    assert result.code == 1
    assert result.done() == [("create", "folder", "good")]
    assert untouched(linked)
    for path in ("link", "linked/secret", "linked/new", "dangling"):
        assert "link" in str(result.action(path)["reason"])
    assert len(contents(linked)) == 5


def test_a_file_that_became_a_link_is_neither_gone_nor_written_through(linked: Workspace) -> None:
    linked.push(home=page("Home"), news=page("News"))
    linked.sandbox.edit("home", content="Theirs.\n")
    linked.remove("home.md")
    (linked.folder / "home.md").symlink_to(linked.root / "outside" / "secret.md")
    for command in ("push", "pull", "sync"):
        result = linked.run(command, "--delete", "--prefer", "local", "--yes", "--json")
        assert result.code == 1
        assert [problem["file"] for problem in result.json["problems"]] == ["home.md"]
    assert untouched(linked)
    assert contents(linked)["home"] == "Theirs.\n"


def test_a_folder_that_became_a_link_is_neither_gone_nor_written_through(
    linked: Workspace,
) -> None:
    linked.push(guide__a=page("A"), guide__b=page("B"), news=page("News"))
    linked.sandbox.edit("guide/a", content="Theirs.\n")
    linked.sandbox.delete("guide/b")
    (linked.folder / "guide").rename(linked.root / "moved")
    (linked.folder / "guide").symlink_to(linked.root / "moved", target_is_directory=True)
    before = tree(linked.root / "moved")
    for command in ("push", "pull", "sync"):
        result = linked.run(command, "--delete", "--max-delete", "9", "--yes", "--json")
        assert result.code in {1, 3}
        assert result.json["counts"]["delete"] == 0
    assert tree(linked.root / "moved") == before
    assert sorted(contents(linked)) == ["guide/a", "news"]
