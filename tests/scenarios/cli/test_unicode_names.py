"""One name in two Unicode forms is one page: macOS writes NFD, other systems NFC.

These tests need a file system that keeps both forms apart, as those of Linux do.
"""

from __future__ import annotations

import shutil
import sqlite3
import unicodedata
from typing import TYPE_CHECKING

import pytest

from support.git_repository import alone, repository
from support.texts import TEXT
from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Result, Workspace


def normalized(form: str, text: str) -> str:
    return unicodedata.normalize("NFC" if form == "NFC" else "NFD", text)


NFC, NFD = (normalized(form, "café/été") for form in ("NFC", "NFD"))
FORMS = pytest.mark.parametrize("form", ["NFC", "NFD"])
MEMORY = pytest.mark.parametrize("memory", [True, False], ids=["memory", "no memory"])


def paths(workspace: Workspace) -> list[str]:
    return sorted(found["path"] for found in workspace.sandbox.pages())


def forget(workspace: Workspace, memory: bool) -> None:
    if not memory:
        shutil.rmtree(workspace.state)


def respell(workspace: Workspace, old: str, new: str) -> None:
    """Move a page's file to the other form, as a checkout on another system does."""
    text = workspace.raw(f"{old}.md")
    shutil.rmtree(workspace.folder / old.partition("/")[0])
    workspace.write(f"{new}.md", text)


def steps(result: Result) -> list[tuple[str, str, str]]:
    """What is planned or done, but for pages that are only noted as equal."""
    found = result.json["actions"]
    return [(a["action"], a["side"], a["path"]) for a in found if a["action"] != "adopt"]


@FORMS
def test_a_new_page_is_sent_in_nfc_and_its_file_keeps_its_form(
    workspace: Workspace, form: str
) -> None:
    name = normalized(form, NFC)
    workspace.write(f"{name}.md", page())
    expected = [("create", "wiki", NFC)]
    assert steps(workspace.run("push", "--dry-run", "--json").ok()) == expected
    assert workspace.run("push", "--yes", "--json").ok().done() == expected
    assert paths(workspace) == [NFC]
    assert list(workspace.files()) == [f"{name}.md"]
    assert workspace.run("sync", "--yes", "--json").ok().json["actions"] == []


@MEMORY
@pytest.mark.parametrize("command", ["push", "pull", "sync"])
@pytest.mark.parametrize(("old", "new"), [(NFC, NFD), (NFD, NFC)], ids=["to NFD", "to NFC"])
def test_a_file_that_is_in_the_other_form_now_is_the_same_page(
    workspace: Workspace, command: str, old: str, new: str, memory: bool
) -> None:
    workspace.write(f"{old}.md", page())
    workspace.run("push", "--yes").ok()
    respell(workspace, old, new)
    forget(workspace, memory)
    before = workspace.both_sides()
    assert steps(workspace.run(command, "--delete", "--dry-run", "--json").ok()) == []
    assert steps(workspace.run(command, "--delete", "--yes", "--json").ok()) == []
    assert workspace.both_sides() == before
    workspace.change(f"{new}.md", TEXT, f"{TEXT}\nMore.\n")
    assert steps(workspace.run("push", "--yes", "--json").ok()) == [("update", "wiki", NFC)]
    workspace.sandbox.edit(NFC, content=f"{TEXT}\nOther.\n")
    assert steps(workspace.run("pull", "--yes", "--json").ok()) == [("update", "folder", NFC)]
    assert list(workspace.files()) == [f"{new}.md"]


@MEMORY
@FORMS
def test_a_page_that_the_wiki_has_in_nfd_is_updated_where_it_is(
    workspace: Workspace, form: str, memory: bool
) -> None:
    workspace.sandbox.create(NFD, content=TEXT)
    name = normalized(form, NFC)
    workspace.run("pull", "--yes").ok()
    assert list(workspace.files()) == [f"{NFC}.md"]
    if name != NFC:
        respell(workspace, NFC, name)
    forget(workspace, memory)
    assert steps(workspace.run("sync", "--yes", "--json").ok()) == []
    workspace.change(f"{name}.md", TEXT, f"{TEXT}\nMore.\n")
    expected = [("update", "wiki", NFC)]
    assert steps(workspace.run("push", "--dry-run", "--json").ok()) == expected
    assert workspace.run("push", "--yes", "--json").ok().done() == expected
    assert paths(workspace) == [NFD]
    assert "More." in workspace.sandbox.pages()[0]["content"]
    workspace.run("undo", "--yes").ok()
    assert paths(workspace) == [NFD]
    assert "More." not in workspace.sandbox.pages()[0]["content"]
    workspace.remove(f"{name}.md")
    result = workspace.run("push", "--delete", "--allow", "emptied", "--yes", "--json").ok()
    assert result.done() == [("delete", "wiki", NFC)]
    assert paths(workspace) == []


@FORMS
def test_both_forms_in_the_folder_are_a_problem_that_says_which_to_keep(
    workspace: Workspace, form: str
) -> None:
    kept, other = (NFC, NFD) if form == "NFC" else (NFD, NFC)
    workspace.write(f"{kept}.md", page())
    workspace.run("push", "--yes").ok()
    workspace.write(f"{other}.md", page(content=f"{TEXT}\nAnother.\n"))
    before = workspace.both_sides()
    for command in ("push", "pull", "sync"):
        result = workspace.run(command, "--delete", "--yes", "--json")
        assert (result.code, result.json["actions"]) == (1, [])
        (problem,) = result.json["problems"]
        assert problem["file"] == f"{kept}.md"
        keep, delete = problem["message"].split("delete")
        escaped = {NFC: r"$'caf\u00e9/\u00e9t\u00e9.md'", NFD: r"$'cafe\u0301/e\u0301te\u0301.md'"}
        assert escaped[kept] in keep
        assert escaped[other] in delete
    assert workspace.both_sides() == before
    workspace.remove(f"{other}.md")
    assert steps(workspace.run("sync", "--yes", "--json").ok()) == []


@MEMORY
def test_both_forms_on_the_wiki_are_a_problem_that_says_which_to_keep(
    workspace: Workspace, memory: bool
) -> None:
    workspace.sandbox.create(NFC, content=TEXT)
    workspace.run("pull", "--yes").ok()
    workspace.sandbox.create(NFD, content=f"{TEXT}\nAnother.\n")
    workspace.sandbox.create("other", content=TEXT)
    forget(workspace, memory)
    pages = workspace.sandbox.pages()
    for command in ("push", "pull", "sync"):
        result = workspace.run(command, "--delete", "--yes", "--json")
        assert result.code == 1
        assert {path for _verb, _side, path in steps(result)} <= {"other"}
        (problem,) = result.json["problems"]
        keep, delete = problem["message"].split("delete")
        assert "/en/caf%C3%A9/%C3%A9t%C3%A9" in keep
        assert "/en/cafe%CC%81/e%CC%81te%CC%81" in delete
    assert workspace.sandbox.pages() == pages
    workspace.sandbox.delete(NFD)
    assert steps(workspace.run("sync", "--yes", "--json").ok()) == []


def test_a_new_page_goes_into_the_folder_that_is_there_in_either_form(workspace: Workspace) -> None:
    workspace.write(f"{NFD}.md", page())
    workspace.run("push", "--yes").ok()
    workspace.sandbox.create("café/neu", content=TEXT)
    workspace.run("pull", "--yes").ok()
    folder = NFD.partition("/")[0]
    assert sorted(workspace.files()) == sorted([f"{folder}/neu.md", f"{NFD}.md"])
    assert steps(workspace.run("sync", "--yes", "--json").ok()) == []


@FORMS
def test_moves_both_ways_and_undo_know_a_file_in_either_form(
    workspace: Workspace, form: str
) -> None:
    name = normalized(form, "été")
    workspace.write(f"{name}.md", page())
    workspace.run("push", "--yes").ok()
    workspace.sandbox.move("été", "hiver")
    assert steps(workspace.run("pull", "--yes", "--json").ok()) == [("move", "folder", "hiver")]
    workspace.run("undo", "--yes").ok()
    assert [unicodedata.normalize("NFC", file) for file in workspace.files()] == ["été.md"]
    workspace.run("pull", "--yes").ok()
    new = normalized(form, "août")
    (workspace.folder / "hiver.md").rename(workspace.folder / f"{new}.md")
    assert steps(workspace.run("push", "--yes", "--json").ok()) == [("move", "wiki", "août")]
    assert paths(workspace) == ["août"]
    assert list(workspace.files()) == [f"{new}.md"]


@FORMS
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_path_arguments_mean_a_file_in_either_form(
    workspace: Workspace, form: str, typed: str
) -> None:
    name, argument = (normalized(one, NFC) for one in (form, typed))
    workspace.write(f"{name}.md", page())
    workspace.write("other.md", page())
    folder = argument.partition("/")[0]
    for given in (argument, f"pages/{argument}.md", folder, f"{argument[:-2]}*"):
        result = workspace.run("push", given, "--dry-run", "--json").ok()
        assert steps(result) == [("create", "wiki", NFC)], given


@pytest.mark.parametrize(("planned", "applied"), [(NFC, NFD), (NFD, NFC)])
def test_a_plan_is_applied_where_the_file_is_in_the_other_form(
    workspace: Workspace, planned: str, applied: str
) -> None:
    workspace.write(f"{planned}.md", page())
    workspace.run("push", "--yes").ok()
    workspace.change(f"{planned}.md", TEXT, f"{TEXT}\nMore.\n")
    workspace.run("plan", "push", "-o", "plan.json").ok()
    respell(workspace, planned, applied)
    assert workspace.run("apply", "plan.json", "--yes", "--json").ok().done() == [
        ("update", "wiki", NFC)
    ]


@pytest.mark.parametrize(("old", "new"), [(NFC, NFD), (NFD, NFC)], ids=["to NFD", "to NFC"])
def test_a_backup_is_restored_into_the_file_in_its_present_form(
    workspace: Workspace, old: str, new: str
) -> None:
    workspace.write(f"{old}.md", page())
    workspace.run("push", "--yes").ok()
    workspace.sandbox.edit(NFC, content=f"{TEXT}\nOther.\n")
    workspace.run("pull", "--yes").ok()
    respell(workspace, old, new)
    number = workspace.run("log", f"{new}.md", "--json").ok().json["backups"][0]["backup"]
    workspace.run("restore", str(number), "--yes").ok()
    assert list(workspace.files()) == [f"{new}.md"]
    assert "Other." not in workspace.read(f"{new}.md")


@FORMS
def test_without_a_memory_a_page_is_merged_by_what_git_has_in_the_same_form(
    workspace: Workspace, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone(monkeypatch)
    name = normalized(form, NFC)
    repo = repository(workspace.root)
    repo.commit({f"pages/{name}.md": page()})
    workspace.sandbox.create(NFC, title="A page", content=TEXT)
    workspace.sandbox.edit(NFC, content=f"Before.\n\n{TEXT}")
    repo.commit({f"pages/{name}.md": page(content=f"{TEXT}\nAfter.\n")})
    assert steps(workspace.run("sync", "--yes", "--json").ok()) == [("merge", "wiki", NFC)]
    assert "Before." in workspace.read(f"{name}.md")
    assert "After." in workspace.sandbox.pages()[0]["content"]


def test_a_key_that_may_only_read_gets_a_page_that_the_wiki_has_in_nfd(
    workspace: Workspace,
) -> None:
    workspace.sandbox.create(NFD, content=TEXT)
    token = workspace.sandbox.key(["read:pages", "read:source"])
    result = workspace.run("pull", "--yes", "--json", env={"WIKISYNC_TOKEN": token}).ok()
    assert result.done() == [("create", "folder", NFC)]
    assert TEXT in workspace.read(f"{NFC}.md")


def test_a_memory_with_names_in_nfd_is_taken_on(workspace: Workspace) -> None:
    """Earlier versions sent names as they are on disk."""
    workspace.write(f"{NFD}.md", page())
    workspace.run("push", "--yes").ok()
    workspace.sandbox.delete(NFC)
    workspace.sandbox.create(NFD, title="A page", content=TEXT)
    workspace.run("pull", "--yes").ok()
    with sqlite3.connect(workspace.state / "state.db") as state:
        state.execute("UPDATE base SET path = ?", (NFD,))
    before = workspace.both_sides()
    assert steps(workspace.run("sync", "--yes", "--json").ok()) == []
    assert steps(workspace.run("sync", "--delete", "--yes", "--json").ok()) == []
    assert workspace.bases() == [NFC]
    assert workspace.both_sides() == before
