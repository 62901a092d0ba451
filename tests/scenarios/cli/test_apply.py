"""What was reviewed is done, once; or nothing is, and every page that moved on is named."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from support.terminal import Terminal
from support.workspace import Result, Workspace, page
from wikisync.sandbox import Drop, Hook, Refuse, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable


def text(name: str) -> str:
    """Some lines that no other page has, so that none is taken for another that was renamed."""
    lines = [sha256(f"{name}{number}".encode()).hexdigest() for number in range(5)]
    return "".join(f"{line}\n" for line in [f"This is {name}.", *lines])


@pytest.fixture
def ready(workspace: Workspace) -> Workspace:
    """Pages in sync: what is to be done to them comes with the test."""
    names = ("one", "two", "old", "gone", "home")
    workspace.push(**{name: page(name.title(), text(name)) for name in names})
    return workspace


@pytest.fixture
def planned(ready: Workspace) -> Workspace:
    """Two updates, a page to create, one to delete and one to move, in a plan file."""
    for name in ("one", "two"):
        ready.change(f"{name}.md", "This is", "Changed:")
    ready.write("new.md", page("New", text("new")))
    ready.remove("gone.md")
    (ready.folder / "old.md").rename(ready.folder / "renamed.md")
    plan(ready)
    return ready


def plan(workspace: Workspace, command: str = "push", *args: str) -> None:
    assert workspace.run("plan", command, "--delete", "-o", "plan.json", *args).code in {0, 3}


def apply(workspace: Workspace, *args: str) -> Result:
    return workspace.run("apply", "plan.json", "--yes", "--json", *args)


DONE = [
    ("create", "wiki", "new"),
    ("move", "wiki", "renamed"),
    ("update", "wiki", "one"),
    ("update", "wiki", "two"),
    ("delete", "wiki", "gone"),
]


def refused(workspace: Workspace, *args: str) -> dict[str, str]:
    """The pages that a plan is refused for, each with the reason; nothing was written."""
    before = workspace.both_sides()
    result = apply(workspace, *args)
    assert result.code == 4, result
    assert not any(seen.is_mutation for seen in result.asked)
    assert workspace.both_sides() == before
    assert not [a for a in result.json["actions"] if a["outcome"] != "planned"]
    assert {refusal["rule"] for refusal in result.json["refusals"]} == {"stale"}
    return {refusal["file"]: refusal["message"] for refusal in result.json["refusals"]}


def content(workspace: Workspace, path: str) -> str:
    found = workspace.sandbox.page(path)
    assert found is not None
    return str(found["content"])


# ---- what was reviewed


def test_a_plan_is_carried_out_as_it_was_reviewed(planned: Workspace) -> None:
    result = apply(planned).ok()
    assert result.done() == DONE
    assert result.json["command"] == "apply"
    assert content(planned, "one") == text("one").replace("This is", "Changed:")
    assert planned.sandbox.page("gone") is None
    assert planned.run("status", "--exit-code").code == 0


@pytest.mark.parametrize("command", ["pull", "sync"])
def test_plans_of_the_other_directions_are_carried_out_too(ready: Workspace, command: str) -> None:
    ready.sandbox.edit("one", content="Theirs.\n")
    ready.sandbox.create("fresh", content="Fresh.\n", tags=["new"])
    ready.sandbox.delete("gone")
    ready.change("two.md", "This is", "Changed:")
    plan(ready, command)
    done = apply(ready).ok().done()
    here = [
        ("create", "folder", "fresh"),
        ("update", "folder", "one"),
        ("delete", "folder", "gone"),
    ]
    wiki = [("update", "wiki", "two")] if command == "sync" else []
    assert set(done) == {*here, *wiki}
    assert "Fresh." in ready.read("fresh.md")
    assert not (ready.folder / "gone.md").exists()


def test_the_run_of_a_plan_is_in_the_log_and_can_be_taken_back(planned: Workspace) -> None:
    before = planned.sandbox.page("one")
    assert before is not None
    apply(planned).ok()
    assert planned.run("log").out.startswith("run 2 ")
    assert "apply" in planned.run("log").out.splitlines()[0]
    planned.run("undo", "--yes").ok()
    assert content(planned, "one") == before["content"]


def test_what_came_after_the_plan_is_left_alone_and_told(planned: Workspace) -> None:
    planned.change("home.md", "This is", "Changed:")
    planned.write("later.md", page("Later"))
    result = planned.run("apply", "plan.json", "--yes").ok()
    assert "2 other pages changed after the plan was made: left alone." in result.out
    assert content(planned, "home") == text("home")
    assert planned.sandbox.page("later") is None


def test_a_plan_of_some_pages_is_the_same_plan_from_any_folder(ready: Workspace) -> None:
    ready.write("guide/one.md", page("One", text("guide/one")))
    ready.write("guide/two.md", page("Two", text("guide/two")))
    ready.run("plan", "push", "o*", "-o", "../../plan.json", cwd=ready.folder / "guide").ok()
    assert apply(ready).done() == [("create", "wiki", "guide/one")]


def test_a_file_that_only_got_another_date_is_still_as_it_was_reviewed(planned: Workspace) -> None:
    planned.change("one.md", "date: 20", "date: 19")
    planned.change("two.md", "\n", "\r\n")
    assert apply(planned).ok().done() == DONE


def test_a_page_that_was_only_rendered_again_is_still_as_it_was_reviewed(
    planned: Workspace,
) -> None:
    for name in ("one", "old", "gone"):
        planned.sandbox.render(name)
    assert apply(planned).ok().done() == DONE


# ---- what moved on


def edited_here(workspace: Workspace) -> str:
    workspace.change("one.md", "Changed:", "Changed again:")
    return "its content changed in the folder"


def retitled_here(workspace: Workspace) -> str:
    workspace.change("one.md", "title: One", "title: Other")
    return "its title changed in the folder"


def deleted_here(workspace: Workspace) -> str:
    workspace.remove("one.md")
    return "its file was deleted"


def renamed_here(workspace: Workspace) -> str:
    (workspace.folder / "one.md").rename(workspace.folder / "elsewhere.md")
    return "its file is elsewhere.md now"


def broken_here(workspace: Workspace) -> str:
    workspace.write("one.md", b"\xff")
    return "its file is no longer a valid page"


def edited_on_the_wiki(workspace: Workspace) -> str:
    workspace.sandbox.edit("one", content="Theirs.\n")
    return "its content changed on the wiki"


def tagged_on_the_wiki(workspace: Workspace) -> str:
    workspace.sandbox.edit("one", tags=["theirs"])
    return "its tags changed on the wiki"


def deleted_on_the_wiki(workspace: Workspace) -> str:
    workspace.sandbox.delete("one")
    return "the page was deleted on the wiki"


def moved_on_the_wiki(workspace: Workspace) -> str:
    workspace.sandbox.move("one", "far/away")
    return "the page was moved to en/far/away on the wiki"


def made_anew_on_the_wiki(workspace: Workspace) -> str:
    workspace.sandbox.delete("one")
    workspace.sandbox.create("one", content=text("one"), title="One")
    return "there is another page on the wiki now"


def edited_on_both(workspace: Workspace) -> str:
    edited_here(workspace)
    edited_on_the_wiki(workspace)
    return "its content changed in the folder and its content changed on the wiki"


def done_by_another(workspace: Workspace) -> str:
    workspace.sandbox.edit("one", content=text("one").replace("This is", "Changed:"))
    return "already as planned"


CHANGES = [
    edited_here,
    retitled_here,
    deleted_here,
    renamed_here,
    broken_here,
    edited_on_the_wiki,
    tagged_on_the_wiki,
    deleted_on_the_wiki,
    moved_on_the_wiki,
    made_anew_on_the_wiki,
    edited_on_both,
    done_by_another,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_page_that_moved_on_is_named_and_nothing_is_written(
    planned: Workspace, change: Callable[[Workspace], str]
) -> None:
    reason = change(planned)
    found = refused(planned)
    assert found.keys() == {"one.md"}
    assert reason in found["one.md"]


@pytest.mark.parametrize("change", CHANGES)
def test_with_skip_stale_the_rest_is_done(
    planned: Workspace, change: Callable[[Workspace], str]
) -> None:
    reason = change(planned)
    before = planned.sandbox.page("one"), planned.files().get("one.md")
    result = apply(planned, "--skip-stale")
    done = [step for step in result.done() if step[0] != "adopt"]
    assert done == [step for step in DONE if step[2] != "one"]
    (skipped,) = (a for a in result.json["actions"] if a["outcome"] == "skipped")
    assert skipped["path"] == "one"
    assert reason in skipped["reason"]
    assert (planned.sandbox.page("one"), planned.files().get("one.md")) == before
    assert result.code == (0 if change is done_by_another else 3)


def test_every_page_that_moved_on_is_named(planned: Workspace) -> None:
    planned.sandbox.edit("one", content="Theirs.\n")
    planned.change("two.md", "Changed:", "Changed again:")
    planned.sandbox.edit("gone", content="Theirs.\n")
    planned.sandbox.create("new", content="Theirs.\n")
    planned.sandbox.edit("old", content="Theirs.\n")
    found = refused(planned)
    assert found.keys() == {"one.md", "two.md", "gone.md", "new.md", "renamed.md"}
    assert "the page exists on the wiki now" in found["new.md"]
    shown = planned.run("apply", "plan.json", "--yes").out
    assert shown.count("  refused  ") == 5
    assert shown.count("--skip-stale") == 1
    assert "Nothing was written." in shown


def test_only_pages_of_the_plan_are_read(ready: Workspace) -> None:
    ready.sandbox.create("fresh", content="Fresh.\n")
    plan(ready, "pull")
    for number in range(5):
        ready.sandbox.create(f"later-{number}", content=f"Later {number}.\n")
    result = apply(ready).ok()
    assert result.done() == [("create", "folder", "fresh")]
    read = [one for seen in result.asked for one in seen.requested if one.name == "single"]
    assert len(read) == 1


def test_a_page_that_moved_on_before_a_pull_is_named(ready: Workspace) -> None:
    ready.sandbox.edit("one", content="Theirs.\n")
    ready.sandbox.create("fresh", content="Fresh.\n")
    ready.sandbox.create("later", content="Later.\n")
    plan(ready, "pull")
    ready.change("one.md", "This is", "Changed:")
    ready.sandbox.edit("fresh", content="Fresher.\n")
    ready.sandbox.delete("later")
    found = refused(ready)
    assert "its content changed in the folder" in found["one.md"]
    assert "its content changed on the wiki" in found["fresh.md"]
    assert "the page was deleted on the wiki" in found["later.md"]


def test_pages_that_change_places_go_together_or_not_at_all(ready: Workspace) -> None:
    (ready.folder / "one.md").rename(ready.folder / "x.md")
    (ready.folder / "two.md").rename(ready.folder / "one.md")
    (ready.folder / "x.md").rename(ready.folder / "two.md")
    ready.change("home.md", "This is", "Changed:")
    plan(ready)
    ready.sandbox.edit("one", content="Theirs.\n")
    found = refused(ready)
    assert "its content changed on the wiki" in found["two.md"]
    assert "it depends on two.md" in found["one.md"]
    before = ready.sandbox.page("one"), ready.sandbox.page("two")
    assert apply(ready, "--skip-stale").done() == [("update", "wiki", "home")]
    assert (ready.sandbox.page("one"), ready.sandbox.page("two")) == before


def test_pages_that_change_places_do_where_nothing_moved_on(ready: Workspace) -> None:
    (ready.folder / "one.md").rename(ready.folder / "x.md")
    (ready.folder / "two.md").rename(ready.folder / "one.md")
    (ready.folder / "x.md").rename(ready.folder / "two.md")
    plan(ready)
    apply(ready).ok()
    assert (content(ready, "one"), content(ready, "two")) == (text("two"), text("one"))


def test_an_edit_of_the_very_moment_is_still_not_overwritten(planned: Workspace) -> None:
    """The look at every page does not replace the look right before each write."""
    planned.sandbox.faults.add(
        Hook(lambda: planned.sandbox.edit("two", content="Theirs.\n")), on="update", path="one"
    )
    result = apply(planned, "--jobs", "1")
    assert result.code == 3
    assert content(planned, "two") == "Theirs.\n"


def test_an_edit_while_the_page_is_written_beside_another_is_named_and_kept(
    planned: Workspace,
) -> None:
    """Two pages are looked at together and written together: what comes between is found after."""
    planned.sandbox.faults.add(
        Hook(lambda: planned.sandbox.edit("two", content="Theirs.\n")), on="update", path="two"
    )
    result = apply(planned)
    assert result.code == 3
    assert [conflict["path"] for conflict in result.json["conflicts"]] == ["two"]
    planned.run("undo", "--yes")
    assert content(planned, "two") == "Theirs.\n"


# ---- for another one


def test_a_plan_for_another_wiki_is_refused_before_anything_is_asked(planned: Workspace) -> None:
    with Sandbox() as other:
        result = planned.run(
            *("apply", "plan.json", "--yes", "--json"),
            env={"WIKISYNC_URL": other.url, "WIKISYNC_TOKEN": other.token},
        )
        assert list(other.requests) == []
    foreign(result, planned.sandbox.url)


def foreign(result: Result, *words: str) -> None:
    assert result.code == 4
    ((rule, message),) = ((r["rule"], r["message"]) for r in result.json["refusals"])
    assert rule == "foreign-plan"
    assert all(word in message for word in words)
    assert not result.asked


def test_a_plan_for_another_folder_is_refused(planned: Workspace) -> None:
    shutil.copytree(planned.folder, planned.root / "others")
    planned.configure(folder="others")
    foreign(apply(planned), "folder was pages, and is now others")


def test_a_plan_for_another_configuration_is_refused(planned: Workspace) -> None:
    planned.configure(ignore=["two.md"], write_back=False)
    foreign(
        apply(planned),
        "ignore was empty, and is now two.md",
        "write_back was true, and is now false",
    )


def test_settings_that_decide_nothing_make_no_plan_foreign(planned: Workspace) -> None:
    planned.configure(jobs=2, keep_days=5)
    apply(planned).ok()


def test_a_plan_for_a_wiki_that_was_set_up_anew_is_refused(planned: Workspace) -> None:
    """At the same address, with pages of the same names."""
    for name in ("one", "two", "old", "gone", "home"):
        planned.sandbox.delete(name)
        planned.sandbox.create(name, content=text(name), title=name.title())
    result = apply(planned)
    assert result.code == 4
    assert not any(seen.is_mutation for seen in result.asked)


# ---- once


def applied(result: Result) -> None:
    assert result.code == 4
    assert [refusal["rule"] for refusal in result.json["refusals"]] == ["applied"]
    assert not result.asked


def test_an_applied_plan_is_not_applied_twice(planned: Workspace) -> None:
    apply(planned).ok()
    applied(apply(planned))


def test_nor_after_its_run_was_taken_back(planned: Workspace) -> None:
    apply(planned).ok()
    planned.run("undo", "--yes").ok()
    before = planned.both_sides()
    applied(apply(planned))
    assert planned.both_sides() == before


def test_nor_for_the_pages_that_were_skipped(planned: Workspace) -> None:
    planned.sandbox.edit("one", content="Theirs.\n")
    assert apply(planned, "--skip-stale").code == 3
    applied(apply(planned))
    applied(apply(planned, "--skip-stale"))


def test_without_a_memory_an_applied_plan_is_told_by_what_there_is(planned: Workspace) -> None:
    apply(planned).ok()
    shutil.rmtree(planned.state)
    before = planned.both_sides()
    assert apply(planned).code == 4
    assert planned.both_sides() == before


def test_a_plan_that_was_declined_may_be_applied_later(planned: Workspace) -> None:
    with Terminal(planned, "apply", "plan.json") as terminal:
        terminal.expect("?")
        terminal.type("n\n")
        assert terminal.end().code == 4
    assert apply(planned).ok().done() == DONE


def test_a_plan_that_was_refused_may_be_applied_once_all_is_as_it_was(planned: Workspace) -> None:
    was = planned.read("one.md")
    planned.write("one.md", was + "More.\n")
    refused(planned)
    planned.write("one.md", was)
    assert apply(planned).ok().done() == DONE


def test_a_run_that_was_cut_off_is_gone_on_with(planned: Workspace) -> None:
    planned.sandbox.faults.add(Drop(), on="update", times=None)
    first = apply(planned)
    assert first.code == 1
    assert ("create", "wiki", "new") in first.done()
    planned.sandbox.faults.clear()
    second = planned.run("apply", "plan.json", "--yes")
    assert second.code == 0, second
    assert "of the plan had been done before it was interrupted" in second.out
    assert content(planned, "two") == text("two").replace("This is", "Changed:")
    assert planned.run("status", "--exit-code").code == 0
    applied(apply(planned))


def test_a_run_that_was_cut_off_and_taken_back_is_done_again_as_a_whole(
    planned: Workspace,
) -> None:
    planned.sandbox.faults.add(Drop(), on="update", times=None)
    assert apply(planned).code == 1
    planned.sandbox.faults.clear()
    planned.run("undo", "--yes").ok()
    assert planned.sandbox.page("new") is None
    assert refused(planned).keys() == {"gone.md"}  # which came back as another page
    assert apply(planned, "--skip-stale").done() == DONE[:-1]


def test_a_page_that_the_wiki_refused_is_tried_again_and_no_other(planned: Workspace) -> None:
    planned.sandbox.faults.add(Refuse("PageUpdateForbidden", "No.", 6009), on="update", times=None)
    assert apply(planned).code == 1
    planned.sandbox.faults.clear()
    again = apply(planned).ok()
    assert set(again.done()) == {("update", "wiki", "one"), ("update", "wiki", "two")}


def test_between_two_tries_a_page_that_moved_on_is_still_left_alone(planned: Workspace) -> None:
    planned.sandbox.faults.add(Refuse("PageUpdateForbidden", "No.", 6009), on="update", times=None)
    assert apply(planned).code == 1
    planned.sandbox.faults.clear()
    planned.sandbox.edit("one", content="Theirs.\n")
    assert refused(planned).keys() == {"one.md"}


# ---- the guards count again


def test_the_guards_count_again(workspace: Workspace) -> None:
    workspace.push(**{f"page-{n}": page(f"Page {n}", text(str(n))) for n in range(20)})
    for number in range(20):
        workspace.change(f"page-{number}.md", "This is", "Changed:")
    workspace.run("plan", "push", "--allow", "all-changed", "-o", "plan.json").ok()
    result = apply(workspace)
    assert result.code == 4
    assert [refusal["rule"] for refusal in result.json["refusals"]] == ["all-changed"]
    assert len(apply(workspace, "--allow", "all-changed").ok().done()) == 20


def test_a_limit_that_was_given_with_the_plan_is_part_of_it(workspace: Workspace) -> None:
    workspace.push(**{f"page-{n}": page(f"Page {n}", text(str(n))) for n in range(9)})
    for number in range(3):
        workspace.remove(f"page-{number}.md")
    plan(workspace, "push", "--max-delete", "3")
    lower = apply(workspace, "--max-delete", "1")
    assert [refusal["rule"] for refusal in lower.json["refusals"]] == ["max-delete"]
    assert len(apply(workspace).ok().done()) == 3


def test_deletions_that_were_not_reviewed_count_for_no_guard(workspace: Workspace) -> None:
    workspace.push(**{f"page-{n}": page(f"Page {n}", text(str(n))) for n in range(9)})
    workspace.remove("page-0.md")
    plan(workspace)
    for number in range(1, 6):
        workspace.remove(f"page-{number}.md")
    assert apply(workspace).ok().done() == [("delete", "wiki", "page-0")]


def test_a_guests_token_is_refused(planned: Workspace) -> None:
    result = planned.run(
        "apply", "plan.json", "--yes", "--json", env={"WIKISYNC_TOKEN": "eyJ.wrong.x"}
    )
    assert result.code == 4
    assert [refusal["rule"] for refusal in result.json["refusals"]] == ["guest"]


# ---- asking


def test_off_a_terminal_nothing_is_written_without_yes(planned: Workspace) -> None:
    before = planned.both_sides()
    result = planned.run("apply", "plan.json")
    assert (result.code, result.out) == (2, "")
    assert planned.both_sides() == before
    assert json.loads((planned.root / "plan.json").read_text("utf-8"))["id"]


def test_on_a_terminal_the_plan_is_shown_and_asked_about(planned: Workspace) -> None:
    planned.sandbox.edit("two", content="Theirs.\n")
    with Terminal(planned, "apply", "plan.json", "--skip-stale") as terminal:
        terminal.expect("1 page on the wiki? [y/N]")
        assert "two.md: It changed after the plan was made" in terminal.shown
        terminal.type("y\n")
        result = terminal.end()
    assert result.code == 3
    assert content(planned, "one") == text("one").replace("This is", "Changed:")
    assert content(planned, "two") == "Theirs.\n"


def test_quiet_says_nothing_of_a_plan_that_was_carried_out(planned: Workspace) -> None:
    result = planned.run("apply", "plan.json", "--yes", "--quiet").ok()
    assert result.text == ""


def test_a_plan_with_nothing_to_do_may_be_applied_as_often_as_one_likes(ready: Workspace) -> None:
    plan(ready)
    ready.sandbox.render("home")  # which is noted, and is no change
    assert apply(ready).ok().done() == []
    assert apply(ready).ok().done() == []
