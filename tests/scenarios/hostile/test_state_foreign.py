"""A state belongs to one wiki and one folder; with another it is asked about, never assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.hostile.scene import RIGHTS, contents, quiet, writes
from support.texts import TEXT
from support.workspace import Workspace, page
from wikisync.sandbox import Drop, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    Env = dict[str, str | None]

LIFT = ("--allow", "foreign-state")
DELETE = ("--delete", "--max-delete", "99", "--allow", "emptied", "--allow", "all-changed")


@pytest.fixture
def synced(workspace: Workspace) -> Workspace:
    workspace.push(**{f"page-{n}": page(f"Page {n}") for n in range(4)})
    return workspace


@pytest.fixture
def other() -> Iterator[Sandbox]:
    """Another wiki, with a page of the same name, id and text, and one of its own."""
    with Sandbox() as wiki:
        wiki.create("page-0", title="Page 0", content=TEXT)
        wiki.create("only-there", content="Theirs.\n")
        yield wiki


def at(sandbox: Sandbox) -> Env:
    return {"WIKISYNC_URL": sandbox.url, "WIKISYNC_TOKEN": sandbox.token}


@pytest.mark.parametrize("command", ["status", "diff", "push", "pull", "sync", "undo"])
def test_no_command_uses_the_memory_of_another_wiki(
    synced: Workspace, other: Sandbox, command: str
) -> None:
    pages, files, bases = other.pages(), synced.files(), synced.bases()
    args = {"status": (), "diff": (), "undo": ("--yes",)}.get(command, (*DELETE, "--yes"))
    result = synced.run(command, *args, "--json", env=at(other))
    assert result.code == 4
    assert [refusal["rule"] for refusal in result.json["refusals"]] == ["foreign-state"]
    said = f"This run is for {other.url}, but the last run was for {synced.sandbox.url}."
    if command == "undo":
        said = f"{other.url} is not the wiki of the last run."
    assert said in result.json["refusals"][0]["message"]
    assert (other.pages(), synced.files(), synced.bases()) == (pages, files, bases)


def test_beginning_anew_with_another_wiki_deletes_nothing(
    synced: Workspace, other: Sandbox
) -> None:
    synced.remove("page-3.md")
    result = synced.run("sync", *DELETE, *LIFT, "--yes", "--json", env=at(other)).ok()
    assert result.json["counts"]["delete"] == 0
    assert {page["path"] for page in other.pages()} == {
        *("page-0", "page-1", "page-2", "only-there")
    }
    assert sorted(synced.files()) == ["only-there.md", "page-0.md", "page-1.md", "page-2.md"]
    assert synced.run("sync", "--json", env=at(other)).ok().json["counts"]["in_sync"] == 4
    assert len(contents(synced)) == 4


@pytest.mark.parametrize("args", [("--dry-run",), ()], ids=["rehearsed", "declined"])
def test_an_anew_that_is_not_carried_out_forgets_nothing(
    synced: Workspace, other: Sandbox, args: tuple[str, ...]
) -> None:
    bases = synced.bases()
    result = synced.run("push", *LIFT, *args, env=at(other))
    assert writes(result) == []
    assert synced.bases() == bases
    quiet(synced)


@pytest.mark.parametrize("lift", [(), LIFT])
def test_a_guest_is_told_so_and_the_memory_is_left(
    synced: Workspace, lift: tuple[str, ...]
) -> None:
    bases = synced.bases()
    env: Env = {
        "WIKISYNC_URL": synced.sandbox.url.replace("127.0.0.1", "localhost"),
        "WIKISYNC_TOKEN": synced.sandbox.key(RIGHTS, expired=True),
    }
    synced.sandbox.limit_public()
    result = synced.run("pull", *DELETE, *lift, "--yes", "--json", env=env)
    assert result.code == 4
    assert [refusal["rule"] for refusal in result.json["refusals"]] == ["guest"]
    assert synced.bases() == bases


def test_the_same_wiki_under_another_name_is_asked_about(synced: Workspace) -> None:
    env: Env = {"WIKISYNC_URL": synced.sandbox.url.replace("127.0.0.1", "localhost")}
    result = synced.run("push", "--yes", env=env)
    assert result.code == 4
    assert "The wiki's pages are the same as then" in result.text
    synced.remove("page-3.md")
    synced.run("push", *DELETE, *LIFT, "--yes", env=env).ok()
    assert len(contents(synced)) == 3
    synced.run("status", env=env).ok()


def test_pages_that_were_deleted_and_made_again_are_still_this_wikis(synced: Workspace) -> None:
    for path in list(contents(synced)):
        synced.sandbox.delete(path)
        synced.sandbox.create(path, title=path.replace("page-", "Page "), content=TEXT)
    synced.run("sync", "--yes").ok()
    env: Env = {"WIKISYNC_URL": synced.sandbox.url.replace("127.0.0.1", "localhost")}
    assert "The wiki's pages are the same as then" in synced.run("push", env=env).text


def test_what_was_begun_on_one_wiki_is_not_settled_on_another(
    synced: Workspace, other: Sandbox
) -> None:
    synced.change("page-1.md", "Text.", "Mine.")
    synced.sandbox.faults.add(Drop(after=True), on="update")
    synced.sandbox.faults.add(Drop(), on="single", nth=2, times=None)
    assert synced.run("push", "--yes").code == 1
    synced.sandbox.faults.clear()
    refused = synced.run("sync", "--yes", env=at(other))
    assert refused.code == 4
    assert synced.run("status", "--json").json["unsettled"] == 1
    synced.run("sync", *LIFT, "--yes", env=at(other)).ok()
    assert "unsettled" not in synced.run("status", "--json", env=at(other)).ok().json


def test_a_folder_that_was_renamed_is_asked_about_and_goes_on(synced: Workspace) -> None:
    synced.folder.rename(synced.root / "docs")
    synced.configure(folder="docs")
    result = synced.run("push", *DELETE, "--yes")
    assert result.code == 4
    hint = "If you renamed the folder or the wiki's address changed: --allow foreign-state."
    assert hint in result.out
    assert "folder docs/, but the last run used pages/" in result.out
    result = synced.run("sync", *DELETE, *LIFT, "--yes", "--json").ok()
    assert (result.json["actions"], result.json["counts"]["in_sync"]) == ([], 4)
    assert len(contents(synced)) == 4
    synced.run("sync").ok()


def test_a_folder_that_is_not_the_old_one_deletes_nothing_unless_all_is_lifted(
    synced: Workspace,
) -> None:
    synced.configure(folder="elsewhere")
    (synced.root / "elsewhere").mkdir()
    result = synced.run("push", "--delete", *LIFT, "--yes", "--json")
    assert result.code == 4
    assert {refusal["rule"] for refusal in result.json["refusals"]} == {"emptied", "max-delete"}
    assert len(contents(synced)) == 4


def test_a_run_with_one_wiki_is_not_taken_back_on_another(
    synced: Workspace, other: Sandbox
) -> None:
    synced.run("sync", *LIFT, "--yes", env=at(other)).ok()
    pages = other.pages()
    result = synced.run("undo", "1", "--yes", env=at(other))
    assert (result.code, other.pages()) == (2, pages)
    assert "page-0" in synced.run("log", "--json").ok().out
