"""A refusal is not a promise: what failed after it was written is found, and made whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scenarios.hostile.scene import RIGHTS, contents, on_wiki, quiet, writes
from support.texts import TEXT
from support.workspace import Workspace, page
from wikisync.sandbox import Drop, Hook, LoseTags, Refuse, Status, TreeRace, WriteThenFail

if TYPE_CHECKING:
    from support.workspace import Result
    from wikisync.sandbox.faults import FieldEffect, RequestEffect

PUSH = ("push", "--delete", "--allow", "emptied", "--yes", "--json")
FAILED = "Error when running job render-page: out of memory\n"
NAMES = ("home", "news", "team")


def push(workspace: Workspace) -> Result:
    return workspace.run(*PUSH)


def waiting(workspace: Workspace, verb: str) -> None:
    """Three pages that wait to be created, updated or deleted."""
    if verb != "create":
        workspace.push(
            **{name: page(name, "Old.\n", tags="old") for name in NAMES}, rest=page("Rest")
        )
    for name in NAMES:
        if verb == "delete":
            workspace.remove(f"{name}.md")
        else:
            workspace.write(f"{name}.md", page(name, "New.\n", tags=f"new-{name}, both"))


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_a_failed_render_or_tree_after_the_write_is_found_done_or_named(
    workspace: Workspace, verb: str
) -> None:
    waiting(workspace, verb)
    fault = workspace.sandbox.faults.add(WriteThenFail("Error", FAILED), on=verb, times=None)
    args = ("--max-delete", "9") if verb == "delete" else ()
    result = workspace.run(*PUSH, *args)
    if verb == "update":  # which failed twice: readers see what they saw before
        assert (result.code, fault.applied) == (1, 6)
        assert result.text.count("the wiki failed to render it") == len(NAMES)
    else:
        assert (result.code, fault.applied) == (0, 3)
        assert [path for _verb, _side, path in result.done()] == list(NAMES)
    left = {"rest": TEXT} if verb != "create" else {}
    assert contents(workspace) == {
        **left,
        **dict.fromkeys(NAMES if verb != "delete" else (), "New.\n"),
    }
    if verb == "update":  # each run tries once more, and names them until a write succeeded whole
        again = workspace.run("sync", "--json")
        assert (again.code, fault.applied) == (1, 9)
        assert all(f"{name}.md" in again.json["notes"][0] for name in NAMES)
        workspace.sandbox.faults.clear()
        assert writes(workspace.run("sync", "--json").ok()) == ["pages.update"] * 3
    quiet(workspace)


def test_a_page_created_in_a_lost_race_for_the_tree_is_written_again_for_its_search_entry(
    workspace: Workspace,
) -> None:
    waiting(workspace, "create")
    workspace.sandbox.faults.add(TreeRace(), on="create", path="news")
    result = push(workspace).ok()
    assert writes(result) == ["pages.create", "pages.create", "pages.update", "pages.create"]
    (repair,) = (one for seen in result.asked for one in seen.requested if one.name == "update")
    created = next(
        one.arguments
        for seen in result.asked
        for one in seen.requested
        if one.name == "create" and one.arguments["path"] == "news"
    )
    assert {**repair.arguments, "id": None} == {**created, "id": None}
    quiet(workspace)


def test_a_repair_that_fails_too_is_no_loss(workspace: Workspace) -> None:
    waiting(workspace, "create")
    workspace.sandbox.faults.add(TreeRace(), on="create", path="news")
    workspace.sandbox.faults.add(Drop(), on="update")
    result = push(workspace)
    assert (result.code, result.json["counts"]["failed"]) == (1, 1)
    assert "news.md" in result.json["notes"][0]
    assert contents(workspace) == dict.fromkeys(NAMES, "New.\n")
    assert writes(push(workspace).ok()) == ["pages.update"]
    assert contents(workspace) == dict.fromkeys(NAMES, "New.\n")
    quiet(workspace)


@pytest.mark.parametrize("verb", ["create", "update"])
def test_tags_lost_in_a_race_are_written_again(workspace: Workspace, verb: str) -> None:
    waiting(workspace, verb)
    for name in NAMES:
        workspace.sandbox.faults.add(LoseTags(), on=verb, path=name)
    push(workspace).ok()
    for name in NAMES:
        assert sorted(on_wiki(workspace, name)["tags"]) == ["both", f"new-{name}"]
    quiet(workspace)


@pytest.mark.parametrize("verb", ["create", "update"])
def test_tags_lost_whenever_they_are_written_are_told_and_come_with_the_next_run(
    workspace: Workspace, verb: str
) -> None:
    waiting(workspace, verb)
    workspace.sandbox.faults.add(LoseTags(), on=("create", "update"), times=None)
    result = push(workspace)
    assert result.code == 1
    assert "Run it again: it checks first." in result.action("news")["reason"]
    assert set(contents(workspace)) >= set(NAMES)
    workspace.sandbox.faults.clear()
    push(workspace).ok()
    for name in NAMES:
        assert sorted(on_wiki(workspace, name)["tags"]) == ["both", f"new-{name}"]
        assert on_wiki(workspace, name)["content"] == "New.\n"
    quiet(workspace)


def test_an_update_always_sends_the_whole_record_so_that_nothing_is_wiped(
    workspace: Workspace,
) -> None:
    workspace.push(home=page("Home"))
    dates = {"publishStartDate": "2020-01-01T00:00:00.000Z", "publishEndDate": "2040-01-01"}
    styles = {"scriptCss": "a{b:c}", "scriptJs": "f()"}
    whole: dict[str, Any] = {
        "isPublished": True,
        "tags": ["kept"],
        "description": "Kept",
        **dates,
        **styles,
    }
    workspace.sandbox.edit("home", **whole)
    workspace.run("pull", "--yes").ok()
    workspace.change("home.md", "Text.", "New.")
    result = push(workspace).ok()
    (sent,) = (one.arguments for seen in result.asked for one in seen.requested if one.is_mutation)
    assert set(sent) == {
        *("id", "path", "locale", "title", "description", "content", "tags", "isPublished"),
        *("publishStartDate", "publishEndDate", "scriptCss", "scriptJs", "editor", "isPrivate"),
    }
    assert None not in sent.values()
    page_now = on_wiki(workspace, "home")
    assert {name: page_now[name] for name in whole} == whole


def test_an_update_never_moves_a_page_onto_a_taken_path(workspace: Workspace) -> None:
    workspace.push(home=page("Home"), news=page("News"))
    made = on_wiki(workspace, "home")["id"]
    workspace.change("home.md", "Text.", "Mine.")
    # Moved, and another made in its place, between the last look and the write.
    workspace.sandbox.faults.add(
        Hook(
            lambda: (
                workspace.sandbox.move("home", "old/home"),
                workspace.sandbox.create("home", content="Else.\n"),
            )
        ),
        on="update",
    )
    result = push(workspace)
    assert result.code == 3
    assert "moved to en/old/home" in result.json["conflicts"][0]["reason"]
    found = contents(workspace)
    assert found["home"] == "Else.\n"
    assert found["news"] == TEXT
    assert found.keys() == {"home", "news", "old/home"}
    assert "Mine." in workspace.read("home.md")
    # The next run gives the file its page's name, and each page its own text.
    workspace.run("sync", "--yes").ok()
    mine = TEXT.replace("Text.", "Mine.")
    assert contents(workspace) | {"news": ""} == {"home": "Else.\n", "old/home": mine, "news": ""}
    assert on_wiki(workspace, "old/home")["id"] == made


LOST: list[RequestEffect | FieldEffect] = [Drop(), Status(502), Refuse("Error", "nothing", 1)]


@pytest.mark.parametrize("effect", LOST, ids=repr)
@pytest.mark.parametrize("field", ["scriptJs: run()", "scriptCss: a{b:c}"])
def test_a_write_of_style_or_script_alone_that_did_not_happen_is_not_said_to_be_done(
    workspace: Workspace, field: str, effect: RequestEffect | FieldEffect
) -> None:
    workspace.push(home=page("Home"))
    workspace.write("home.md", page("Home", more=f"{field}\n"))
    workspace.sandbox.faults.add(effect, on="update")
    assert push(workspace).code == 1
    push(workspace).ok()
    name, _, value = field.partition(": ")
    assert on_wiki(workspace, "home")[name] == value
    quiet(workspace)


def test_one_that_was_cut_off_unknown_is_settled_as_not_done(workspace: Workspace) -> None:
    workspace.push(home=page("Home"))
    workspace.write("home.md", page("Home", more="scriptJs: run()\n"))
    workspace.sandbox.faults.add(Drop(), on="update")
    workspace.sandbox.faults.add(Drop(), on="single", nth=2, times=None)
    assert push(workspace).code == 1
    workspace.sandbox.faults.clear()
    push(workspace).ok()
    assert on_wiki(workspace, "home")["scriptJs"] == "run()"
    quiet(workspace)


@pytest.mark.parametrize("verb", ["create", "update"])
@pytest.mark.parametrize(
    ("field", "right"),
    [("scriptJs: run()", "write:scripts"), ("scriptCss: a{b:c}", "write:styles")],
)
def test_style_or_script_that_the_wiki_drops_without_a_word_is_named_until_it_is_taken(
    workspace: Workspace, verb: str, field: str, right: str
) -> None:
    if verb == "update":
        workspace.push(home=page("Home"))
    workspace.write("home.md", page("Home", "New.\n", more=f"{field}\n"))
    token = workspace.sandbox.key([name for name in RIGHTS if name != right])
    for _again in range(2):
        result = workspace.run(*PUSH, env={"WIKISYNC_TOKEN": token})
        assert result.code == 1
        assert right in result.action("home")["reason"]
        assert on_wiki(workspace, "home")["content"] == "New.\n"
    push(workspace).ok()
    name, _, value = field.partition(": ")
    assert on_wiki(workspace, "home")[name] == value
    quiet(workspace)
