"""``wikisync review``: what was ticked is published, under its lease, and nothing else ever is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from review.visitor import Visitor
from support import manual
from support.review_process import reviewing
from support.workspace import Workspace, page
from wikisync.sandbox import Refuse
from wikisync.state.lock import run_lock

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture
def edited(workspace: Workspace) -> Workspace:
    """Three pages, each with an edit here."""
    workspace.push(**{name: page(name.title(), "Text.\n") for name in ("one", "two", "three")})
    for name in ("one", "two", "three"):
        workspace.change(f"{name}.md", "Text.", f"Edited {name}.")
    return workspace


def contents(workspace: Workspace) -> dict[str, str]:
    """What the wiki holds: path → content."""
    return {row["path"]: row["content"].strip() for row in workspace.sandbox.pages()}


def test_two_of_three_pages_are_ticked_and_the_wiki_shows_exactly_them(edited: Workspace) -> None:
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        visitor.publish("one.md", "three.md")
        visitor.watch()
        result = review.end().ok()
    assert contents(edited) == {"one": "Edited one.", "two": "Text.", "three": "Edited three."}
    assert "3 pages: 2 updated on the wiki, 1 not ticked.\n" in result.out
    assert "To see the rest again: wikisync review.\n" in result.out
    assert "two.md" not in result.out
    edited.run("push", "--yes").ok()
    assert contents(edited)["two"] == "Edited two."


def test_the_result_is_printed_while_its_page_can_still_be_reloaded(edited: Workspace) -> None:
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        visitor.publish("one.md")
        state = visitor.watch(stay=True)
        assert "Published 1 page" in visitor.page().text
        assert "Published 1 page" in visitor.page().text
        assert state["lines"][0] in review.printed(2)
        visitor.close()
        review.end().ok()


def test_the_page_shows_the_differences_and_not_the_token(edited: Workspace) -> None:
    with reviewing(edited) as review:
        shown = Visitor(review.address).enter().page().text
        review.interrupt()
        review.end()
    assert "Edited one." in shown or "<ins>Edited one" in shown
    assert edited.sandbox.token not in shown


def test_a_page_that_changed_meanwhile_loses_its_tick_and_the_others_are_published(
    edited: Workspace,
) -> None:
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        edited.sandbox.edit("one", content="Somebody was faster.\n")
        before = edited.sandbox.pages()
        visitor.publish("one.md", "two.md")
        state = visitor.watch()
        assert (state["phase"], state["round"]) == ("open", 2)
        assert edited.sandbox.pages() == before
        shown = visitor.page().text
        assert "one.md</bdi></a>: <bdi>Changed during the review: its content changed on" in shown
        assert "Somebody was faster." in shown
        assert re.findall(r'value="(\d+)"[^>]* checked', shown) == [visitor.value("two.md")]
        visitor.publish("two.md")
        state = visitor.watch()
        assert (state["phase"], state["good"]) == ("ended", True)  # all that was ticked
        result = review.end()
    assert contents(edited) == {
        "one": "Somebody was faster.",
        "two": "Edited two.",
        "three": "Text.",
    }
    assert result.code == 3  # one.md is a conflict by now
    assert "conflict  one.md" in result.out


def test_a_review_in_which_a_page_changed_can_be_cancelled(edited: Workspace) -> None:
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        edited.change("one.md", "Edited one.", "Nobody reviewed this.")
        before = edited.both_sides()
        visitor.publish("one.md")
        assert visitor.watch()["phase"] == "open"
        assert "Nobody reviewed this." in visitor.page().text
        visitor.close()
        visitor.watch()
        assert review.end().code == 4
    assert edited.both_sides() == before


def test_an_edit_here_is_published_after_its_new_difference_was_ticked(edited: Workspace) -> None:
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        edited.change("one.md", "Edited one.", "Edited twice.")
        visitor.publish("one.md")
        visitor.watch()
        assert contents(edited)["one"] == "Text."
        visitor.publish("one.md")
        visitor.watch()
        review.end().ok()
    assert contents(edited)["one"] == "Edited twice."


def test_another_run_at_the_same_time_ends_no_review_and_takes_no_tick(edited: Workspace) -> None:
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        with run_lock(edited.state, "2026-01-01T00:00:00Z"):
            visitor.publish("one.md", "two.md")
            assert visitor.watch()["phase"] == "open"
        shown = visitor.page().text
        assert "Another run of wikisync is active" in shown
        assert len(re.findall(r'name="page" value="\d+"[^>]* checked', shown)) == 2
        visitor.publish("one.md", "two.md")
        visitor.watch()
        review.end().ok()
    assert contents(edited) == {"one": "Edited one.", "two": "Edited two.", "three": "Text."}


def test_an_edit_of_a_page_that_was_not_ticked_does_no_harm(edited: Workspace) -> None:
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        edited.sandbox.edit("two", content="Somebody was faster.\n")
        visitor.publish("one.md")
        visitor.watch()
        review.end().ok()
    assert contents(edited)["one"] == "Edited one."
    assert contents(edited)["two"] == "Somebody was faster."


def test_while_the_page_is_open_others_may_work(edited: Workspace) -> None:
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        edited.run("push", "two", "--yes").ok()
        visitor.publish("one.md")
        visitor.watch()
        review.end().ok()
    assert contents(edited) == {"one": "Edited one.", "two": "Edited two.", "three": "Text."}


def test_the_address_is_told_as_the_manual_shows_it(edited: Workspace) -> None:
    with reviewing(edited) as review:
        review.interrupt()
        review.end()
    told = re.sub(r":\d+/enter/\S+", ":3010/enter/…", review.line)
    assert f"$ wikisync review\n{told}```" in manual.text("guide/review.md")


def test_closing_it_writes_nothing(edited: Workspace) -> None:
    before = edited.both_sides()
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        visitor.close()
        visitor.watch()
        result = review.end()
    assert result.code == 4
    assert "Cancelled. Nothing was written." in result.out
    assert edited.both_sides() == before


def test_ctrl_c_ends_it_and_nothing_is_written(edited: Workspace) -> None:
    before = edited.both_sides()
    with reviewing(edited) as review:
        review.interrupt()
        result = review.end()
    assert result.code == 4
    assert "Traceback" not in result.text
    assert edited.both_sides() == before


def test_a_write_that_fails_is_shown_and_the_exit_code_says_so(edited: Workspace) -> None:
    refusal = Refuse("PageUpdateForbidden", "No.", 6009)
    edited.sandbox.faults.add(refusal, on="update", path="one", times=None)
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        value = visitor.value("one.md")
        visitor.publish("one.md", "two.md")
        state = visitor.watch()
        result = review.end()
    assert result.code == 1
    assert state["outcomes"][value]["result"] == "failed"
    assert state["good"] is False
    assert contents(edited)["two"] == "Edited two."


def test_a_pull_is_reviewed_too_and_a_path_limits_it(edited: Workspace) -> None:
    edited.push()
    for name in ("one", "two"):
        edited.sandbox.edit(name, content="Theirs.\n")
    with reviewing(edited, "pull", "one") as review:
        visitor = Visitor(review.address).enter()
        assert "two.md" not in visitor.page().text
        visitor.publish("one.md")
        visitor.watch()
        review.end().ok()
    assert edited.read("one.md").endswith("Theirs.\n")
    assert edited.read("two.md").endswith("Edited two.\n")


def test_a_page_is_deleted_only_where_that_was_asked_and_ticked(edited: Workspace) -> None:
    edited.remove("one.md")
    edited.remove("two.md")
    with reviewing(edited, "--delete", "--max-delete", "2") as review:
        visitor = Visitor(review.address).enter()
        visitor.publish("one.md")
        visitor.watch()
        review.end().ok()
    assert contents(edited).keys() == {"two", "three"}


def test_a_page_that_moved_and_was_edited_is_one_tick(workspace: Workspace) -> None:
    long = "".join(f"Line {number} of the page.\n" for number in range(20))
    workspace.push(one=page("One", long), two=page("Two"))
    workspace.change("one.md", "Line 3 of", "Line three of")
    (workspace.folder / "one.md").rename(workspace.folder / "uno.md")
    with reviewing(workspace) as review:
        visitor = Visitor(review.address).enter()
        visitor.publish("uno.md")
        visitor.watch()
        result = review.end().ok()
    assert "moved on the wiki" in result.out
    assert contents(workspace).keys() == {"uno", "two"}
    assert "Line three of" in contents(workspace)["uno"]


def test_json_is_the_one_object_of_every_command(edited: Workspace) -> None:
    with reviewing(edited, "--json") as review:
        visitor = Visitor(review.address).enter()
        visitor.publish("one.md")
        visitor.watch()
        result = review.end().ok()
    assert result.json["command"] == "review"
    assert result.done() == [("update", "wiki", "one")]


def test_where_there_is_nothing_to_tick_no_page_is_served(workspace: Workspace) -> None:
    workspace.push(home=page("Home"))
    result = workspace.run("review", "--no-browser").ok()
    assert "1 page: 1 in sync." in result.out
    assert "http://127.0.0.1" not in result.err.replace(workspace.sandbox.url, "")


def test_a_run_of_a_review_can_be_taken_back(edited: Workspace) -> None:
    with reviewing(edited) as review:
        visitor = Visitor(review.address).enter()
        visitor.publish("one.md")
        visitor.watch()
        review.end().ok()
    assert "review" in edited.run("log").ok().out
    edited.run("undo", "--yes").ok()
    assert contents(edited)["one"] == "Text."


def test_without_the_extra_it_says_what_to_install(edited: Workspace, tmp_path: Path) -> None:
    (tmp_path / "nh3.py").write_text("raise ModuleNotFoundError(name='nh3')\n")
    result = edited.process("review", env={"PYTHONPATH": str(tmp_path)})
    assert result.code == 2
    assert re.search(r"Install it: pip install '.+\[report\]'\n", result.err)
