"""Moves, both ways: the page keeps its id and its history, and nobody's work is in the way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from support.apply_run import page, results
from support.texts import full_text
from wikisync.apply.undo import revert, undo_steps
from wikisync.errors import FileChanged, PageChanged
from wikisync.sandbox import Drop, Hook, Status, TreeRace, Truncated, WriteThenFail
from wikisync.wiki.client import Wiki

if TYPE_CHECKING:
    from support.apply_run import SyncSetup
    from wikisync.apply.result import ActionResult
    from wikisync.page.model import Key
    from wikisync.sandbox import Sandbox

WROTE = [
    WriteThenFail(),
    Drop(after=True),
    Status(504, after=True),
    Truncated(),
    Truncated(cut=True),
    TreeRace(),
]


HOME = full_text("Of home.\n")
OTHER = full_text("Quite another text.\n")
OTHER_EDITED = full_text("Quite another text, edited.\n")
MIDDLE = full_text("Two.\n").strip()


@pytest.fixture
def synced(setup: SyncSetup) -> SyncSetup:
    """The pages ``home`` and ``other``, the same on both sides."""
    setup.write("home.md", page(HOME, "Home"))
    setup.write("other.md", page(OTHER, "Other"))
    assert len(setup.do()) == 2
    return setup


def there(sandbox: Sandbox) -> dict[str, tuple[int, str, str]]:
    """Every page of the wiki: key → id, title, content."""
    return {
        f"{found['locale']}/{found['path']}": (found["id"], found["title"], found["content"])
        for found in sandbox.pages()
    }


def rename(setup: SyncSetup, old: str, new: str) -> None:
    path = setup.root / new
    path.parent.mkdir(parents=True, exist_ok=True)
    (setup.root / old).rename(path)


def swap_files(setup: SyncSetup) -> None:
    rename(setup, "home.md", "swap")
    rename(setup, "other.md", "home.md")
    rename(setup, "swap", "other.md")


def swap_pages(setup: SyncSetup) -> None:
    setup.sandbox.move("home", "swap")
    setup.sandbox.move("other", "home")
    setup.sandbox.move("swap", "other")


def at_peace(setup: SyncSetup) -> None:
    """Nothing is left to do, and every page has its file."""
    plan = setup.plan()
    assert (plan.actions, plan.conflicts, plan.problems, plan.base_deletes) == ((), (), (), ())
    assert plan.in_sync == len(setup.sandbox.pages()) == len(setup.files())


def left_alone(outcomes: list[ActionResult], path: str = "start") -> str:
    [outcome] = outcomes
    assert outcome.result == "skipped"
    assert isinstance(outcome.error, PageChanged | FileChanged)
    conflict = outcome.conflict
    assert conflict is not None
    assert (conflict.kind, conflict.key.path) == ("changed-before-write", path)
    return conflict.detail


def take_back_last(setup: SyncSetup) -> None:
    number = setup.runs[-1].run_number
    run = setup.run()
    for step in undo_steps(setup.state, number):
        revert(run, step)


# What a move does


def test_a_renamed_file_moves_its_page_which_keeps_its_id(synced: SyncSetup) -> None:
    before = there(synced.sandbox)
    rename(synced, "home.md", "guide/start.md")
    assert results(synced.do("push")) == ["move wiki guide/start: done"]
    after = there(synced.sandbox)
    assert after["en/guide/start"] == before["en/home"]
    assert after.keys() == {"en/guide/start", "en/other"}
    at_peace(synced)


def test_a_moved_page_renames_its_file_which_keeps_its_bytes(synced: SyncSetup) -> None:
    text = synced.text("home.md")
    synced.sandbox.move("home", "guide/start")
    assert results(synced.do("pull")) == ["move folder guide/start: done"]
    assert synced.files() == ["guide/start.md", "other.md"]
    assert synced.text("guide/start.md") == text
    at_peace(synced)


def test_a_moved_file_keeps_its_times_and_its_permissions(synced: SyncSetup) -> None:
    path = synced.root / "home.md"
    path.chmod(0o640)
    os.utime(path, (1_600_000_000, 1_600_000_000))
    synced.sandbox.move("home", "start")
    synced.do("pull")
    found = (synced.root / "start.md").stat()
    assert (found.st_mtime, found.st_mode & 0o777) == (1_600_000_000, 0o640)


def test_the_history_of_a_moved_page_goes_on(synced: SyncSetup) -> None:
    rename(synced, "home.md", "start.md")
    synced.do("push")
    synced.write("start.md", page("Edited.\n", "Home"))
    synced.do("push")
    number = there(synced.sandbox)["en/start"][0]
    held = [
        synced.wiki.version(number, v.id).page.content
        for v in synced.wiki.newest_versions(number, 50)
    ]
    assert set(held) == {HOME}
    assert len(held) >= 2


def test_the_folder_that_a_move_leaves_empty_goes(synced: SyncSetup) -> None:
    synced.sandbox.move("home", "deep/er/start")
    synced.do("pull")
    synced.sandbox.move("deep/er/start", "home")
    synced.do("pull")
    assert sorted(path.name for path in synced.root.iterdir()) == ["home.md", "other.md"]


def test_a_file_moved_to_another_language_moves_the_page_there(synced: SyncSetup) -> None:
    before = there(synced.sandbox)["en/home"]
    rename(synced, "home.md", "fr/home.md")
    synced.do("push")
    assert there(synced.sandbox)["fr/home"] == before
    at_peace(synced)


def test_a_page_moved_to_another_language_moves_the_file_there(synced: SyncSetup) -> None:
    synced.sandbox.move("home", "home", "en", "fr")
    synced.do("pull")
    assert synced.files() == ["fr/home.md", "other.md"]
    at_peace(synced)


def test_renamed_and_edited_here_is_both_on_the_wiki(synced: SyncSetup) -> None:
    number = there(synced.sandbox)["en/other"][0]
    rename(synced, "other.md", "another.md")
    synced.write("another.md", page(OTHER_EDITED, "Other"))
    assert results(synced.do("push")) == ["move wiki another: done", "update wiki another: done"]
    assert there(synced.sandbox)["en/another"] == (number, "Other", OTHER_EDITED)
    at_peace(synced)


def test_moved_and_edited_on_the_wiki_is_both_here(synced: SyncSetup) -> None:
    synced.sandbox.move("home", "start")
    synced.sandbox.edit("start", content="Edited there.\n")
    assert results(synced.do("pull")) == ["move folder start: done", "update folder start: done"]
    assert synced.text("start.md").endswith("Edited there.\n")
    at_peace(synced)


def test_renamed_here_and_edited_on_the_wiki_meet_in_a_sync(synced: SyncSetup) -> None:
    rename(synced, "home.md", "start.md")
    synced.sandbox.edit("home", content="Edited there.\n")
    assert results(synced.do()) == ["move wiki start: done", "update folder start: done"]
    assert synced.text("start.md").endswith("Edited there.\n")
    at_peace(synced)


def test_moved_on_the_wiki_and_edited_here_meet_in_a_sync(synced: SyncSetup) -> None:
    synced.sandbox.move("home", "start")
    synced.write("home.md", page("Edited here.\n", "Home"))
    assert results(synced.do()) == ["move folder start: done", "update wiki start: done"]
    assert there(synced.sandbox)["en/start"][2] == "Edited here.\n"
    at_peace(synced)


def test_renamed_on_one_side_and_edited_on_both_is_moved_and_merged(synced: SyncSetup) -> None:
    synced.write("home.md", page(f"One.\n\n{MIDDLE}\n\nThree.\n", "Home"))
    synced.do()
    rename(synced, "home.md", "start.md")
    synced.write("start.md", page(f"1.\n\n{MIDDLE}\n\nThree.\n", "Home"))
    synced.sandbox.edit("home", content=f"One.\n\n{MIDDLE}\n\n3.\n")
    assert results(synced.do()) == ["move wiki start: done", "merge wiki start: done"]
    assert there(synced.sandbox)["en/start"][2] == f"1.\n\n{MIDDLE}\n\n3.\n"
    assert synced.text("start.md").endswith(f"\n\n1.\n\n{MIDDLE}\n\n3.\n")
    at_peace(synced)


def test_moved_on_the_wiki_and_edited_on_both_is_moved_and_merged(synced: SyncSetup) -> None:
    synced.write("home.md", page(f"One.\n\n{MIDDLE}\n\nThree.\n", "Home"))
    synced.do()
    synced.write("home.md", page(f"1.\n\n{MIDDLE}\n\nThree.\n", "Home"))
    synced.sandbox.move("home", "start")
    synced.sandbox.edit("start", content=f"One.\n\n{MIDDLE}\n\n3.\n")
    assert results(synced.do()) == ["move folder start: done", "merge wiki start: done"]
    assert there(synced.sandbox)["en/start"][2] == f"1.\n\n{MIDDLE}\n\n3.\n"
    at_peace(synced)


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_moved_to_the_same_place_on_both_sides_is_at_peace(synced: SyncSetup, command: Any) -> None:
    rename(synced, "home.md", "start.md")
    synced.sandbox.move("home", "start")
    assert synced.do(command) == []
    at_peace(synced)
    assert {str(key) for key in synced.state.bases.load()} == there(synced.sandbox).keys()


@pytest.mark.parametrize(("prefer", "name"), [("local", "mine"), ("wiki", "theirs")])
def test_a_preference_settles_where_a_page_goes(synced: SyncSetup, prefer: str, name: str) -> None:
    number = there(synced.sandbox)["en/home"][0]
    rename(synced, "home.md", "mine.md")
    synced.sandbox.move("home", "theirs")
    assert synced.do() == []
    synced.do(prefer=prefer)
    assert set(synced.files()) == {f"{name}.md", "other.md"}
    assert there(synced.sandbox)[f"en/{name}"][0] == number
    at_peace(synced)


# The title that Wiki.js changes along with a path


def test_a_title_that_is_the_end_of_the_path_stays_when_the_file_is_renamed(
    setup: SyncSetup,
) -> None:
    setup.write("home.md", page(title="home"))
    setup.do()
    rename(setup, "home.md", "start.md")
    assert results(setup.do("push")) == ["move wiki start: done"]
    assert there(setup.sandbox)["en/start"][1] == "home"
    assert "title: home\n" in setup.text("start.md")
    at_peace(setup)


def test_a_title_that_is_the_end_of_the_path_stays_when_the_page_is_moved(setup: SyncSetup) -> None:
    setup.write("home.md", page(title="home"))
    setup.do()
    setup.sandbox.move("home", "start")
    setup.do()
    assert there(setup.sandbox)["en/start"][1] == "home"
    assert "title: home\n" in setup.text("start.md")
    at_peace(setup)


# Places that change hands


@pytest.mark.parametrize("swap", [swap_files, swap_pages])
def test_pages_that_changed_places_keep_their_ids_and_texts(synced: SyncSetup, swap: Any) -> None:
    before = there(synced.sandbox)
    swap(synced)
    assert {outcome.result for outcome in synced.do()} == {"done"}
    after = there(synced.sandbox)
    assert (after["en/home"], after["en/other"]) == (before["en/other"], before["en/home"])
    assert synced.text("home.md").endswith("Quite another text.\n")
    assert synced.text("other.md").endswith("Of home.\n")
    assert len(after) == 2
    at_peace(synced)


def test_pages_that_changed_places_and_were_edited_are_both(synced: SyncSetup) -> None:
    swap_files(synced)
    synced.sandbox.edit("home", content="Of home, edited.\n")
    synced.do()
    assert there(synced.sandbox)["en/other"][2] == "Of home, edited.\n"
    assert synced.text("other.md").endswith("Of home, edited.\n")
    at_peace(synced)


def test_a_chain_of_moves_here_keeps_every_page(synced: SyncSetup) -> None:
    before = there(synced.sandbox)
    rename(synced, "other.md", "third.md")
    rename(synced, "home.md", "other.md")
    synced.do()
    after = there(synced.sandbox)
    assert (after["en/other"], after["en/third"]) == (before["en/home"], before["en/other"])
    at_peace(synced)


def test_a_chain_of_moves_on_the_wiki_keeps_every_page(synced: SyncSetup) -> None:
    synced.sandbox.move("other", "third")
    synced.sandbox.move("home", "other")
    synced.do()
    assert synced.text("other.md").endswith("Of home.\n")
    assert synced.text("third.md").endswith("Quite another text.\n")
    assert synced.files() == ["other.md", "third.md"]
    at_peace(synced)


def test_a_ring_of_three_on_the_wiki_keeps_every_page(synced: SyncSetup) -> None:
    synced.write("third.md", page("One more.\n", "Third"))
    synced.do()
    synced.sandbox.move("third", "aside")
    synced.sandbox.move("other", "third")
    synced.sandbox.move("home", "other")
    synced.sandbox.move("aside", "home")
    synced.do()
    found = {
        name: synced.text(f"{name}.md").splitlines()[-1] for name in ("home", "other", "third")
    }
    assert found == {"home": "One more.", "other": "Of home.", "third": "Quite another text."}
    at_peace(synced)


def test_a_page_created_in_the_place_of_one_that_moved_is_another_page(synced: SyncSetup) -> None:
    synced.sandbox.move("home", "start")
    synced.sandbox.create("home", content="A newcomer.\n")
    synced.do()
    synced.do()
    assert synced.text("start.md").endswith("Of home.\n")
    assert synced.text("home.md").endswith("A newcomer.\n")
    at_peace(synced)


def test_a_file_written_in_the_place_of_one_that_was_renamed_ends_as_two_pages(
    setup: SyncSetup,
) -> None:
    setup.write("home.md", page(HOME, "Home"))
    setup.do()
    rename(setup, "home.md", "start.md")
    setup.write("home.md", page("A newcomer.\n", "New"))
    setup.do()
    setup.do()
    assert {key: found[2] for key, found in there(setup.sandbox).items()} == {
        "en/home": "A newcomer.\n",
        "en/start": HOME,
    }
    at_peace(setup)


# Between the plan and the write


def test_a_page_edited_on_the_wiki_since_the_plan_is_not_moved(synced: SyncSetup) -> None:
    rename(synced, "home.md", "start.md")
    plan = synced.plan("push")
    synced.sandbox.edit("home", content="Theirs.\n")
    assert "content" in left_alone(synced.apply(plan))
    assert there(synced.sandbox)["en/home"][2] == "Theirs.\n"
    assert synced.mutations()["pages.move"] == 0


def test_a_page_moved_on_the_wiki_since_the_plan_is_not_moved(synced: SyncSetup) -> None:
    rename(synced, "home.md", "start.md")
    plan = synced.plan("push")
    synced.sandbox.move("home", "away")
    assert "en/away" in left_alone(synced.apply(plan))
    assert synced.mutations()["pages.move"] == 0


def test_a_page_deleted_on_the_wiki_since_the_plan_is_not_brought_back(synced: SyncSetup) -> None:
    rename(synced, "home.md", "start.md")
    plan = synced.plan("push")
    synced.sandbox.delete("home")
    assert "deleted" in left_alone(synced.apply(plan))
    assert there(synced.sandbox).keys() == {"en/other"}


def test_a_place_taken_on_the_wiki_since_the_plan_is_not_moved_onto(synced: SyncSetup) -> None:
    before = there(synced.sandbox)
    rename(synced, "home.md", "start.md")
    plan = synced.plan("push")
    synced.sandbox.create("start", content="Faster.\n")
    assert left_alone(synced.apply(plan)) == "the page exists now"
    assert there(synced.sandbox)["en/home"] == before["en/home"]
    assert there(synced.sandbox)["en/start"][2] == "Faster.\n"


def test_a_place_taken_here_since_the_plan_is_not_moved_onto(synced: SyncSetup) -> None:
    text = synced.text("home.md")
    synced.sandbox.move("home", "start")
    plan = synced.plan("pull")
    synced.write("start.md", page("Faster.\n"))
    left_alone(synced.apply(plan))
    assert (synced.text("home.md"), synced.text("start.md")) == (text, page("Faster.\n"))


def test_a_file_edited_since_the_plan_is_not_renamed(synced: SyncSetup) -> None:
    synced.sandbox.move("home", "start")
    plan = synced.plan("pull")
    synced.write("home.md", page("In the last moment.\n"))
    assert "edited" in left_alone(synced.apply(plan))
    assert synced.text("home.md") == page("In the last moment.\n")
    assert synced.files() == ["home.md", "other.md"]


def test_a_file_deleted_since_the_plan_is_not_brought_back(synced: SyncSetup) -> None:
    synced.sandbox.move("home", "start")
    plan = synced.plan("pull")
    (synced.root / "home.md").unlink()
    left_alone(synced.apply(plan))
    assert synced.files() == ["other.md"]


@pytest.mark.parametrize("again", ["delete", "move"])
def test_a_file_is_not_renamed_after_a_page_that_has_gone_on(synced: SyncSetup, again: str) -> None:
    synced.sandbox.move("home", "start")
    plan = synced.plan("pull")
    if again == "delete":
        synced.sandbox.delete("start")
    else:
        synced.sandbox.move("start", "further")
    left_alone(synced.apply(plan))
    assert synced.files() == ["home.md", "other.md"]


def test_what_was_to_follow_a_move_that_did_not_happen_is_left_alone(synced: SyncSetup) -> None:
    synced.write("home.md", page("Of home, here.\n", "Home"))
    synced.sandbox.move("home", "start")
    plan = synced.plan()
    synced.sandbox.edit("start", content="Theirs.\n")
    assert "done" not in {o.result for o in synced.apply(plan) if o.action.verb != "move"}
    assert there(synced.sandbox)["en/start"][2] == "Theirs.\n"


def test_a_swap_that_is_stopped_half_way_is_ended_by_the_next_run(synced: SyncSetup) -> None:
    for swap in (swap_files, swap_pages):
        before = there(synced.sandbox)
        swap(synced)
        done: list[bool] = []
        synced.apply(synced.plan(), stop=lambda done=done: bool(done) or done.append(True))  # type: ignore[misc]
        assert len(there(synced.sandbox)) == 2
        synced.do()
        after = there(synced.sandbox)
        assert (after["en/home"], after["en/other"]) == (before["en/other"], before["en/home"])
        at_peace(synced)


# Answers


@pytest.mark.parametrize("fault", WROTE)
def test_a_move_that_failed_after_moving_is_found_done(synced: SyncSetup, fault: Any) -> None:
    rename(synced, "home.md", "start.md")
    synced.sandbox.faults.add(fault, on="move")
    assert results(synced.do("push")) == ["move wiki start: done"]
    assert synced.mutations()["pages.move"] == 1
    at_peace(synced)


@pytest.mark.parametrize("fault", [Drop(), Status(502)])
def test_a_move_that_never_came_there_is_failed_and_done_by_the_next_run(
    synced: SyncSetup, fault: Any
) -> None:
    rename(synced, "home.md", "start.md")
    synced.sandbox.faults.add(fault, on="move", times=None)
    assert results(synced.do("push")) == ["move wiki start: failed"]
    synced.sandbox.faults.clear()
    synced.settle()
    assert results(synced.do("push")) == ["move wiki start: done"]
    at_peace(synced)


def test_a_move_that_was_killed_after_it_is_found_done_by_the_next_run(
    synced: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    move = Wiki.move

    def killed(wiki: Wiki, number: int, to: Key) -> None:
        move(wiki, number, to)
        raise Killed

    rename(synced, "home.md", "start.md")
    plan = synced.plan("push")
    monkeypatch.setattr(Wiki, "move", killed)
    with pytest.raises(Killed):
        synced.apply(plan)
    assert synced.settle() == 1
    at_peace(synced)


def test_an_edit_in_the_moment_of_the_move_stays(synced: SyncSetup) -> None:
    rename(synced, "home.md", "start.md")
    edit = Hook(lambda: synced.sandbox.edit("home", content="Theirs.\n"))
    synced.sandbox.faults.add(edit, on="move")
    synced.do("push")
    assert there(synced.sandbox)["en/start"][2] == "Theirs.\n"
    synced.do("pull")
    assert synced.text("start.md").endswith("Theirs.\n")
    at_peace(synced)


# Taking it back


def test_a_move_on_the_wiki_is_taken_back(synced: SyncSetup) -> None:
    before = there(synced.sandbox)
    rename(synced, "home.md", "start.md")
    synced.do("push")
    take_back_last(synced)
    assert there(synced.sandbox) == before
    assert results(synced.do("push")) == ["move wiki start: done"]
    at_peace(synced)


def test_a_move_here_is_taken_back(synced: SyncSetup) -> None:
    text = synced.text("home.md")
    synced.sandbox.move("home", "start")
    synced.do("pull")
    take_back_last(synced)
    assert synced.files() == ["home.md", "other.md"]
    assert synced.text("home.md") == text
    assert results(synced.do("pull")) == ["move folder start: done"]
    at_peace(synced)


@pytest.mark.parametrize("swap", [swap_files, swap_pages])
def test_a_swap_is_taken_back_and_can_be_done_again(synced: SyncSetup, swap: Any) -> None:
    swap(synced)
    pages = there(synced.sandbox)
    bodies = {name: synced.text(name).rpartition("---")[2] for name in synced.files()}
    synced.do()
    after = there(synced.sandbox)
    take_back_last(synced)
    assert there(synced.sandbox) == pages
    assert {name: synced.text(name).rpartition("---")[2] for name in synced.files()} == bodies
    synced.do()
    assert there(synced.sandbox) == after
    at_peace(synced)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("swap", [swap_files, swap_pages])
def test_a_swap_that_is_taken_back_in_two_goes_is_wholly_taken_back(
    synced: SyncSetup, swap: Any, count: int
) -> None:
    swap(synced)
    pages, files = there(synced.sandbox), synced.files()
    synced.do()
    number = synced.runs[-1].run_number
    first, second = (synced.state.journal.begin_run("undo", "", number) for _ in range(2))
    run = synced.run()
    run.run_number = first
    for step in undo_steps(synced.state, number)[:count]:
        revert(run, step)
    run.run_number = second
    for step in undo_steps(synced.state, number):
        revert(run, step)
    assert (there(synced.sandbox), synced.files()) == (pages, files)
    assert undo_steps(synced.state, number) == ()


def test_a_page_that_moved_where_another_was_waits_until_that_has_its_place(
    synced: SyncSetup,
) -> None:
    rename(synced, "other.md", "mine.md")
    synced.sandbox.move("other", "theirs")
    rename(synced, "home.md", "other.md")
    synced.sandbox.move("home", "other")
    before = there(synced.sandbox)
    assert synced.do() == []
    assert there(synced.sandbox) == before
    assert results(synced.do(prefer="local")) == ["move wiki mine: done"]
    synced.do()
    assert set(synced.files()) == {"mine.md", "other.md"}
    assert there(synced.sandbox)["en/mine"] == before["en/theirs"]
    at_peace(synced)
    known = {str(key): base.id for key, base in synced.state.bases.load().items()}
    assert known == {name: found[0] for name, found in there(synced.sandbox).items()}


def test_a_move_and_an_edit_are_both_taken_back(synced: SyncSetup) -> None:
    before = there(synced.sandbox)
    rename(synced, "other.md", "another.md")
    synced.write("another.md", page(OTHER_EDITED, "Other"))
    synced.do("push")
    take_back_last(synced)
    assert there(synced.sandbox) == before


def test_a_move_of_a_page_that_moved_on_since_is_not_taken_back(synced: SyncSetup) -> None:
    rename(synced, "home.md", "start.md")
    synced.do("push")
    synced.sandbox.move("start", "further")
    [step] = undo_steps(synced.state, synced.runs[-1].run_number)
    with pytest.raises(PageChanged):
        revert(synced.run(), step)
    assert "en/further" in there(synced.sandbox)


# On odd disks


@pytest.mark.parametrize("links", [True, False])
def test_where_no_name_can_be_claimed_in_one_step_a_file_is_moved_all_the_same(
    synced: SyncSetup, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("wikisync.folder.atomic_rename._system_call", lambda: None)
    if not links:
        monkeypatch.setattr(os, "link", link)
    synced.sandbox.move("home", "start")
    assert results(synced.do("pull")) == ["move folder start: done"]
    assert synced.files() == ["other.md", "start.md"]
    at_peace(synced)
