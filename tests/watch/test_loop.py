"""The loop of ``watch``: saves go to the wiki, edits there come here, nothing is deleted."""

from __future__ import annotations

import gc
import os
import signal
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from support.texts import TEXT
from support.watching import Clock, Watched, watched
from support.workspace import Workspace, page
from wikisync.errors import ApiDisabled, StateError, Unauthenticated
from wikisync.report.json_output import results
from wikisync.report.watch_events import Agreed, Attention, Away, Done, Kept, Waits
from wikisync.sandbox import Drop, Hook, Status
from wikisync.state import State
from wikisync.state.database import Database
from wikisync.state.journal import now
from wikisync.state.lock import run_lock
from wikisync.wiki.transport import GraphQLTransport

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wikisync.sandbox import Sandbox


@pytest.fixture
def workspace(tmp_path: Path, sandbox: Sandbox) -> Workspace:
    made = Workspace(tmp_path, sandbox)
    made.push(home=page("Home"), guide__a=page("A", f"{TEXT}\nOne.\n\nTwo.\n\nThree.\n"))
    return made


def done(found: Watched) -> list[tuple[str, str, str]]:
    return [
        (action.verb, action.side, action.file)
        for event in found.events
        if isinstance(event, Done)
        for action, outcome in results(event.report)
        if outcome is not None and outcome.result == "done"
    ]


def content(sandbox: Sandbox, path: str) -> str:
    row = sandbox.page(path)
    assert row is not None
    return str(row["content"]).strip()


def requests(sandbox: Sandbox) -> int:
    return len(sandbox.requests)


def save(workspace: Workspace, name: str, text: str) -> Iterable[str]:
    workspace.write(name, text)
    return (name,)


def nothing() -> None:
    return None


def test_a_saved_file_is_on_the_wiki_after_the_quiet(workspace: Workspace) -> None:
    found = watched(workspace, lambda: save(workspace, "home.md", page("Home", "New text.")))
    assert done(found) == [("update", "wiki", "home.md")]
    assert content(workspace.sandbox, "home") == "New text."


def test_an_edit_on_the_wiki_comes_into_the_folder(workspace: Workspace) -> None:
    found = watched(
        workspace, lambda: workspace.sandbox.edit("home", content="From the wiki."), nothing
    )
    assert done(found) == [("update", "folder", "home.md")]
    assert "From the wiki." in workspace.read("home.md")


def test_edits_on_both_sides_are_merged(workspace: Workspace) -> None:
    def both() -> Iterable[str]:
        workspace.sandbox.edit("guide/a", content=f"{TEXT}\nOne, there.\n\nTwo.\n\nThree.\n")
        workspace.change("guide/a.md", "Three.", "Three, here.")
        return ("guide/a.md",)

    found = watched(workspace, both)
    assert [verb for verb, _side, _file in done(found)] == ["merge"]
    text = workspace.read("guide/a.md")
    assert "One, there." in text
    assert "Three, here." in text


def test_idle_looks_cost_one_request_each(workspace: Workspace) -> None:
    watched(workspace)  # the first comparison may take more
    before = requests(workspace.sandbox)
    found = watched(workspace, nothing, nothing, nothing)
    looks = sum(isinstance(event, Agreed) for event in found.events)
    assert looks >= 1
    assert requests(workspace.sandbox) - before == looks


def test_nothing_is_deleted_on_either_side_and_that_is_said_once(workspace: Workspace) -> None:
    def delete() -> Iterable[str]:
        workspace.remove("home.md")
        workspace.sandbox.delete("guide/a")
        return ("home.md",)

    found = watched(workspace, delete, lambda: ("x.md",), lambda: ("x.md",))
    assert done(found) == []
    assert [event for event in found.events if isinstance(event, Kept)] == [Kept(1, 1)]
    assert workspace.sandbox.page("home") is not None
    assert "guide/a.md" in workspace.files()
    assert len(workspace.run("log", "--json").json["runs"]) == 1  # no run for nothing


def test_a_conflict_is_said_once_and_other_pages_go_on(workspace: Workspace) -> None:
    def collide() -> Iterable[str]:
        workspace.sandbox.edit("home", content="There.")
        return save(workspace, "home.md", page("Home", "Here."))

    found = watched(
        workspace,
        collide,
        lambda: save(workspace, "other.md", page("Other")),
        lambda: save(workspace, "more.md", page("More")),
    )
    told = [event for event in found.events if isinstance(event, Attention)]
    assert [conflict.file for event in told for conflict in event.report.plan.conflicts] == [
        "home.md"
    ]
    assert done(found) == [("create", "wiki", "other.md"), ("create", "wiki", "more.md")]


def test_a_conflict_that_changes_is_said_again(workspace: Workspace) -> None:
    def collide(text: str) -> Iterable[str]:
        workspace.sandbox.edit("home", content=f"There {text}.")
        return save(workspace, "home.md", page("Home", f"Here {text}."))

    found = watched(workspace, lambda: collide("1"), lambda: collide("2"))
    told = [event for event in found.events if isinstance(event, Attention)]
    assert len(told) == 2


def test_a_broken_file_is_a_problem_said_once(workspace: Workspace) -> None:
    def broken() -> Iterable[str]:
        workspace.write("bad.md", b"---\ntitle: [\n---\n\xff")
        return ("bad.md",)

    found = watched(workspace, broken, lambda: ("x.md",))
    told = [event for event in found.events if isinstance(event, Attention)]
    assert [problem.name for event in told for problem in event.report.plan.problems] == ["bad.md"]


def test_a_wiki_that_is_away_is_waited_for_and_said_once(workspace: Workspace) -> None:
    def away() -> Iterable[str]:
        workspace.sandbox.faults.add(Drop(), times=None)
        return save(workspace, "home.md", page("Home", "Later."))

    found = watched(
        workspace,
        away,
        nothing,
        nothing,
        lambda: workspace.sandbox.faults.clear(),
        nothing,
        nothing,
    )
    names = found.names()
    assert names.count("Away") == 1
    assert names.count("Back") == 1
    assert names.index("Away") < names.index("Back") < names.index("Done")
    assert content(workspace.sandbox, "home") == "Later."
    assert isinstance(next(e for e in found.events if isinstance(e, Away)).seconds, float)


def test_a_state_that_is_damaged_ends_it(workspace: Workspace) -> None:
    def damage() -> Iterable[str]:
        for file in workspace.state.glob("state.db*"):
            file.unlink()
        (workspace.state / "state.db").write_bytes(b"no database, though it has some length")
        return save(workspace, "home.md", page("Home", "Unsent."))

    with pytest.raises(StateError, match="damaged"):
        watched(workspace, damage, *[nothing] * 5)
    assert content(workspace.sandbox, "home") != "Unsent."


def test_a_disk_that_is_full_is_waited_for(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = State.open

    def full() -> Iterable[str]:
        def refuse(folder: Path, **_options: object) -> State:
            raise StateError(str(folder), "unwritable", "database or disk is full")

        monkeypatch.setattr(State, "open", refuse)
        return save(workspace, "home.md", page("Home", "Later."))

    def freed() -> None:
        monkeypatch.setattr(State, "open", opened)

    found = watched(workspace, full, nothing, freed, nothing, nothing)
    assert [name for name in found.names() if name in {"Away", "Back"}] == ["Away", "Back"]
    assert content(workspace.sandbox, "home") == "Later."


def test_a_key_that_is_no_longer_valid_ends_it(workspace: Workspace) -> None:
    workspace.env["WIKISYNC_TOKEN"] = "none"
    try:
        found = watched(workspace)
    except Unauthenticated:
        return
    assert found.refused is not None
    assert found.refused.plan.refusals[0].rule == "guest"


def test_a_key_that_is_revoked_ends_it(workspace: Workspace) -> None:
    def revoke() -> Iterable[str]:
        workspace.sandbox.revoke(workspace.sandbox.token)
        return ("home.md",)

    with pytest.raises(ApiDisabled):
        watched(workspace, revoke, nothing)


def test_a_guard_that_refuses_ends_it_with_its_reason(tmp_path: Path, sandbox: Sandbox) -> None:
    workspace = Workspace(tmp_path, sandbox)
    workspace.push(**{f"p{n}": page(f"P{n}") for n in range(20)})

    def change_all() -> Iterable[str]:
        for n in range(20):
            workspace.write(f"p{n}.md", page(f"P{n}", f"{TEXT} {n}"))
        return ("p0.md",)

    found = watched(workspace, change_all, nothing)
    assert found.refused is not None
    assert [refusal.rule for refusal in found.refused.plan.refusals] == ["all-changed"]
    assert all(TEXT.strip() == content(sandbox, f"p{n}") for n in range(20))


def test_while_git_is_in_the_middle_of_a_rebase_nothing_is_compared(workspace: Workspace) -> None:
    marker = workspace.root / ".git" / "rebase-merge"

    def rebase() -> Iterable[str]:
        marker.mkdir(parents=True)
        return save(workspace, "home.md", page("Home", "Half way."))

    def finished() -> Iterable[str]:
        marker.rmdir()
        return save(workspace, "home.md", page("Home", "Rebased."))

    (workspace.root / ".git").mkdir()
    found = watched(workspace, rebase, lambda: ("home.md",), finished, nothing)
    assert [event for event in found.events if isinstance(event, Waits)] == [
        Waits("git", "a rebase")
    ]
    assert done(found) == [("update", "wiki", "home.md")]
    assert content(workspace.sandbox, "home") == "Rebased."


def test_after_a_sleep_of_the_machine_the_wiki_is_looked_at_at_once(workspace: Workspace) -> None:
    clock = Clock()

    def sleep() -> None:
        workspace.sandbox.edit("home", content="Overnight.")
        clock.asleep = 3600.0

    def awake() -> None:
        assert "Overnight." in workspace.read("home.md")
        assert clock.now < 60

    watched(workspace, sleep, awake, every=3600.0, clock=clock)
    assert "Overnight." in workspace.read("home.md")


@pytest.mark.parametrize(("direction", "expected"), [("push", "home.md"), ("pull", "guide/a.md")])
def test_one_direction_alone_leaves_the_other_side_as_it_is(
    workspace: Workspace, direction: str, expected: str
) -> None:
    def both() -> Iterable[str]:
        workspace.sandbox.edit("guide/a", content="There.")
        return save(workspace, "home.md", page("Home", "Here."))

    found = watched(workspace, both, nothing, direction=direction)  # type: ignore[arg-type]
    assert [file for _verb, _side, file in done(found)] == [expected]


def test_paths_limit_what_is_watched(workspace: Workspace) -> None:
    def both() -> Iterable[str]:
        workspace.write("guide/a.md", page("A", "Changed."))
        return save(workspace, "home.md", page("Home", "Changed."))

    found = watched(workspace, both, paths=("guide",))
    assert [file for _verb, _side, file in done(found)] == ["guide/a.md"]


def test_an_action_that_fails_is_said_once_and_tried_again(workspace: Workspace) -> None:
    workspace.sandbox.faults.add(Drop(), on="update", times=2)
    found = watched(
        workspace, lambda: save(workspace, "home.md", page("Home", "Retried.")), nothing, nothing
    )
    assert content(workspace.sandbox, "home") == "Retried."
    assert found.names().count("Done") == 2  # once that it failed, once that it is done


def test_an_image_goes_with_its_page_and_its_deletion_does_not(workspace: Workspace) -> None:
    def insert() -> Iterable[str]:
        workspace.write("img/a.png", b"first")
        return save(workspace, "home.md", page("Home", "![a](/img/a.png)"))

    def remove() -> Iterable[str]:
        workspace.remove("img/a.png")
        return ("img/a.png",)

    found = watched(workspace, insert, remove, lambda: ("x.md",), lambda: ("x.md",))
    files = [
        (o.action.verb, o.action.path)
        for event in found.events
        if isinstance(event, Done)
        for o in event.report.asset_outcomes
    ]
    assert files == [("create", "img/a.png")]
    assert [event for event in found.events if isinstance(event, Kept)] == [Kept(0, 1)]
    assert workspace.sandbox.assets.read("img/a.png") == b"first"
    assert len(workspace.run("log", "--json").json["runs"]) == 2  # the push, and the insertion


def test_while_another_run_is_active_it_waits_says_so_once_and_goes_on(
    workspace: Workspace,
) -> None:
    with ExitStack() as held:

        def lock() -> Iterable[str]:
            held.enter_context(run_lock(workspace.state, now()))
            return save(workspace, "home.md", page("Home", "Meanwhile."))

        found = watched(workspace, lock, lambda: ("home.md",), held.close, nothing)
    assert [event.reason for event in found.events if isinstance(event, Waits)] == ["locked"]
    assert content(workspace.sandbox, "home") == "Meanwhile."


def test_a_save_whose_event_was_lost_is_found_by_the_next_look(workspace: Workspace) -> None:
    def unheard() -> None:
        workspace.write("home.md", page("Home", "Unheard."))

    found = watched(workspace, unheard, *[nothing] * 13)
    assert done(found) == [("update", "wiki", "home.md")]
    assert content(workspace.sandbox, "home") == "Unheard."


def test_a_file_that_is_saved_while_its_plan_is_made_goes_whole_and_once(
    workspace: Workspace,
) -> None:
    found = Watched()

    def again() -> None:
        workspace.write("home.md", page("Home", "The second half."))
        found.changes.add(["home.md"])

    def first() -> Iterable[str]:
        workspace.sandbox.faults.add(Hook(again, after=True), nth=1)
        return save(workspace, "home.md", page("Home", "Half"))

    watched(workspace, first, into=found)
    assert done(found) == [("update", "wiki", "home.md")]
    assert content(workspace.sandbox, "home") == "The second half."
    asked = [one.name for seen in workspace.sandbox.requests for one in seen.requested]
    assert asked.count("update") == 1


def test_a_file_that_is_empty_while_it_is_saved_is_no_problem(workspace: Workspace) -> None:
    found = Watched()

    def filled() -> None:
        workspace.write("home.md", page("Home", "Filled."))
        found.changes.add(["home.md"])

    def first() -> Iterable[str]:
        workspace.sandbox.faults.add(Hook(filled, after=True), nth=1)
        return save(workspace, "home.md", "")

    watched(workspace, first, into=found)
    assert [event for event in found.events if isinstance(event, Attention)] == []
    assert content(workspace.sandbox, "home") == "Filled."


def test_what_is_to_be_written_when_the_user_stops_is_left_for_the_next_run(
    workspace: Workspace,
) -> None:
    found = Watched()

    def first() -> Iterable[str]:
        workspace.sandbox.faults.add(Hook(lambda: found.changes.stop(), after=True), nth=1)
        return save(workspace, "home.md", page("Home", "Unsent."))

    watched(workspace, first, into=found)
    assert done(found) == []
    assert found.names()[-1] == "Stopped"
    assert content(workspace.sandbox, "home") != "Unsent."


def test_a_folder_that_is_gone_is_waited_for_and_not_made_anew(workspace: Workspace) -> None:
    aside = workspace.root / "aside"

    def gone() -> Iterable[str]:
        workspace.folder.rename(aside)
        return (".",)

    def back() -> Iterable[str]:
        assert not workspace.folder.exists()
        aside.rename(workspace.folder)
        return (".",)

    found = watched(workspace, gone, *[nothing] * 20, back)
    assert [event for event in found.events if isinstance(event, Waits)] == [
        Waits("folder", "pages")
    ]
    assert done(found) == []
    assert not any(isinstance(event, Kept) for event in found.events)


def test_what_is_left_to_the_user_is_counted_beside_what_is_the_same(workspace: Workspace) -> None:
    def collide() -> Iterable[str]:
        workspace.sandbox.edit("home", content="There.")
        workspace.remove("guide/a.md")
        workspace.write("empty.md", "")
        return save(workspace, "home.md", page("Home", "Here."))

    found = watched(workspace, collide)
    left = [event.unsettled for event in found.events if isinstance(event, Agreed)]
    assert left[0] == 0
    assert left[-1] == 3


def test_another_reason_why_it_fails_is_said_but_none_twice(workspace: Workspace) -> None:
    faults = workspace.sandbox.faults

    def away() -> Iterable[str]:
        faults.clear()
        faults.add(Drop(), times=None)
        return ("home.md",)

    def odd() -> None:
        faults.clear()
        faults.add(Status(404), times=None)

    def back() -> None:
        faults.clear()

    found = watched(workspace, away, nothing, odd, nothing, away, nothing, back, nothing)
    told = [type(event.error).__name__ for event in found.events if isinstance(event, Away)]
    assert told == ["Unreachable", "UnexpectedResponse"]


def test_a_note_is_said_once(workspace: Workspace) -> None:
    def odd_editor() -> Iterable[str]:
        text = page("Home").replace("editor: markdown", "editor: wysiwyg")
        return save(workspace, "home.md", text)

    found = watched(workspace, odd_editor, lambda: ("x.md",))
    notes = [note.kind for e in found.events if isinstance(e, Attention) for note in e.report.notes]
    assert notes == ["header-editor"]


def test_what_fails_again_and_again_is_one_run_of_the_log(workspace: Workspace) -> None:
    workspace.sandbox.faults.add(Status(502), on="update", times=None)
    before = len(workspace.run("log", "--json").json["runs"])
    found = watched(
        workspace, lambda: save(workspace, "home.md", page("Home", "Never.")), *[nothing] * 60
    )
    assert found.clock.now > 250
    assert found.names().count("Done") == 1
    assert len(workspace.run("log", "--json").json["runs"]) == before + 1


def test_ctrl_c_does_not_wait_for_a_wiki_that_does_not_answer(workspace: Workspace) -> None:
    ended, answers = threading.Event(), []

    def press() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        answers.append(ended.wait(20))

    def first() -> Iterable[str]:
        workspace.sandbox.faults.add(Hook(press), nth=1)
        return save(workspace, "home.md", page("Home", "Unsent."))

    found = watched(workspace, first)
    ended.set()
    assert found.names()[-1] == "Stopped"
    assert False not in answers
    assert content(workspace.sandbox, "home") != "Unsent."


def test_a_comparison_leaves_nothing_in_memory(workspace: Workspace) -> None:
    def clients() -> int:
        return sum(isinstance(one, GraphQLTransport | Database) for one in gc.get_objects())

    watched(workspace)
    gc.collect()
    before = clients()
    gc.disable()  # it is not to be waited for: what is left is large, and few objects
    try:
        watched(workspace, lambda: save(workspace, "home.md", page("Home", "New.")), nothing)
        assert clients() <= before
    finally:
        gc.enable()
