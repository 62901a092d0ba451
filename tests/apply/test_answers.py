"""An answer is not believed, it is checked (promise 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.apply_run import page, results
from wikisync.apply import wiki_writes
from wikisync.errors import (
    Forbidden,
    PageChanged,
    Rejected,
    RenderFailed,
    StateError,
    WriteUncertain,
)
from wikisync.report.error_messages import error_message
from wikisync.sandbox import (
    Drop,
    Hook,
    Html,
    LoseTags,
    Refuse,
    Status,
    TreeRace,
    Truncated,
    WriteThenFail,
)
from wikisync.wiki.client import Wiki

if TYPE_CHECKING:
    from support.apply_run import Rig

WROTE = [
    WriteThenFail(),
    Drop(after=True),
    Status(504, after=True),
    Truncated(),
    Truncated(cut=True),
    TreeRace(),
]
NOT_WROTE = [Refuse(), Drop(), Status(502), Html()]


@pytest.mark.parametrize("fault", WROTE)
def test_a_creation_that_failed_after_writing_is_found_done(rig: Rig, fault: Any) -> None:
    rig.write("home.md")
    rig.box.faults.add(fault, on="create")
    assert results(rig.do("push")) == ["create wiki home: done"]
    assert (rig.plan().in_sync, rig.mutations()["pages.create"]) == (1, 1)


@pytest.mark.parametrize("fault", WROTE)
def test_an_update_that_failed_after_writing_is_found_done(rig: Rig, fault: Any) -> None:
    rig.write("home.md")
    rig.do()
    rig.write("home.md", page("New.\n"))
    rig.box.faults.add(fault, on="update")
    assert results(rig.do("push")) == ["update wiki home: done"]
    # Where the wiki says that it failed, or nothing, readers may not see it: it is written again.
    assert (rig.plan().in_sync, rig.mutations()["pages.update"]) == (
        1,
        1 if isinstance(fault, TreeRace) else 2,  # which an update does not meet
    )


@pytest.mark.parametrize("verb", ["create", "update"])
def test_a_page_that_the_wiki_cannot_show_is_told_with_the_wikis_words(rig: Rig, verb: str) -> None:
    rig.write("home.md")
    if verb == "update":
        rig.do()
        rig.write("home.md", page("New.\n"))
    failing = WriteThenFail(message="Error when running job render-page: value too long")
    rig.box.faults.add(failing, on=("create", "update"), times=2)
    [outcome] = rig.do("push")
    assert outcome.result == "failed"
    assert isinstance(outcome.error, RenderFailed)
    assert "value too long" in str(error_message(outcome.error))
    assert "the page was saved" in str(error_message(outcome.error)).lower()
    found = rig.box.page("home")
    assert found is not None
    assert found["content"] in rig.text("home.md")
    assert rig.plan().in_sync == 1


def test_a_page_that_somebody_else_made_alike_or_deleted_says_nothing_of_the_tree(rig: Rig) -> None:
    rig.write("gone.md")
    rig.do()
    (rig.root / "gone.md").unlink()
    rig.write("home.md", page("Alike.\n"))
    plan = rig.plan("push", delete=True)
    rig.box.create("home", title="A page", content="Alike.\n")
    rig.box.faults.add(Hook(lambda: rig.box.delete("gone")), on="delete")
    wiki_writes.mark_dirty(rig.state)
    assert [o.result for o in rig.apply(plan)] == ["done", "done"]
    assert rig.mutations()["pages.create"] == 1  # that of gone.md
    assert rig.state.meta("tree") == "dirty"


def test_a_token_that_expired_does_not_end_the_doubt_about_the_tree(rig: Rig) -> None:
    wiki_writes.mark_dirty(rig.state)
    with Wiki(rig.box.url, rig.box.key(["read:pages"], expired=True)) as guest:
        [note] = wiki_writes.rebuild_if_dirty(guest, rig.state)
    assert "the token is not known" in note.detail
    assert wiki_writes.rebuild_if_dirty(rig.wiki, rig.state) == ()
    assert rig.mutations()["pages.rebuildTree"] == 2


def test_a_doubt_that_cannot_be_noted_stops_no_page(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **values: str) -> None:
        raise StateError("state.db", "unwritable", "the disk is full")

    rig.at_once = 2
    for name in ("left", "right", "top"):
        rig.write(f"{name}.md", page(f"{name}\n"))
    plan = rig.plan("push")
    monkeypatch.setattr(type(rig.state), "set_meta", full)
    assert [o.result for o in rig.apply(plan)] == ["done"] * 3


@pytest.mark.parametrize("fault", [WriteThenFail(), TreeRace(), Drop(after=True)])
@pytest.mark.parametrize("verb", ["create", "move", "delete"])
def test_a_write_that_may_have_left_the_tree_incomplete_puts_it_in_doubt(
    rig: Rig, verb: str, fault: Any
) -> None:
    rig.write("home.md")
    if verb != "create":
        rig.do()
        (rig.root / "home.md").rename(rig.root / "away.md")
    if verb == "delete":
        (rig.root / "away.md").unlink()
    rig.box.faults.add(fault, on=verb)
    assert [o.result for o in rig.do("push", delete=True)] == ["done"]
    assert rig.state.meta("tree") == "dirty"
    assert wiki_writes.rebuild_if_dirty(rig.wiki, rig.state) == ()
    assert rig.box.tree_is_complete
    assert rig.mutations()["pages.rebuildTree"] == 1
    assert rig.state.meta("tree") == "clean"


@pytest.mark.parametrize("fault", WROTE)
def test_a_deletion_that_failed_after_deleting_is_found_done(rig: Rig, fault: Any) -> None:
    rig.write("home.md")
    rig.do()
    (rig.root / "home.md").unlink()
    rig.box.faults.add(fault, on="delete")
    assert results(rig.do("push", delete=True)) == ["delete wiki home: done"]
    assert (rig.box.pages(), rig.state.bases.load()) == ([], {})


@pytest.mark.parametrize("fault", NOT_WROTE)
@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_a_write_that_did_not_happen_is_a_failure_and_done_by_the_next_run(
    rig: Rig, verb: str, fault: Any
) -> None:
    rig.write("home.md")
    if verb != "create":
        rig.do()
    if verb == "update":
        rig.write("home.md", page("New.\n"))
    if verb == "delete":
        (rig.root / "home.md").unlink()
    before = rig.box.pages()
    rig.box.faults.add(fault, on=verb)
    [outcome] = rig.do("push", delete=True)
    assert (outcome.result, type(outcome.error)) == ("failed", WriteUncertain)
    assert rig.box.pages() == before
    assert results(rig.do("push", delete=True)) == [f"{verb} wiki home: done"]


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_a_refusal_that_changes_nothing_is_a_failure(rig: Rig, verb: str) -> None:
    for name in ("home", "news"):
        if verb != "create":
            rig.write(f"{name}.md")
    rig.do()
    for name in ("home", "news"):
        if verb == "delete":
            (rig.root / f"{name}.md").unlink()
        else:
            rig.write(f"{name}.md", page("New.\n"))
    rig.box.faults.add(Refuse("Forbidden", "You are not authorized.", 6009), on=verb)
    outcomes = rig.do("push", delete=True)
    assert results(outcomes) == [f"{verb} wiki home: failed", f"{verb} wiki news: done"]
    assert isinstance(outcomes[0].error, Forbidden)
    assert rig.state.journal.open_entries() == []


def test_what_the_wiki_rejects_is_a_failure_with_its_words(rig: Rig) -> None:
    rig.write("home.md", page(tags="x" * 300))
    [outcome] = rig.do("push")
    assert (outcome.result, type(outcome.error)) == ("failed", Rejected)
    assert rig.box.pages() == []


@pytest.mark.parametrize("verb", ["create", "update"])
def test_tags_lost_in_a_race_are_written_again(rig: Rig, verb: str) -> None:
    if verb == "update":
        rig.write("home.md", page(tags="old"))
        rig.do()
    rig.write("home.md", page("New.\n", tags="one, two"))
    rig.box.faults.add(LoseTags(), on=verb)
    assert results(rig.do("push")) == [f"{verb} wiki home: done"]
    found = rig.box.page("home")
    assert found is not None
    assert (found["content"], sorted(found["tags"])) == ("New.\n", ["one", "two"])
    assert rig.plan().in_sync == 1


def test_tags_lost_again_and_again_are_told_and_come_right_in_the_next_run(rig: Rig) -> None:
    rig.write("home.md", page(tags="one"))
    rig.box.faults.add(LoseTags(), on=("create", "update"), times=3)
    [outcome] = rig.do("push")
    assert (outcome.result, type(outcome.error)) == ("failed", WriteUncertain)
    assert rig.settle() == 1
    assert results(rig.do("push")) == ["update wiki home: done"]
    found = rig.box.page("home")
    assert found is not None
    assert found["tags"] == ["one"]


def test_an_update_overtaken_by_somebody_is_not_said_to_be_done(rig: Rig) -> None:
    rig.write("home.md")
    rig.do()
    rig.write("home.md", page("Mine.\n"))
    edit = Hook(lambda: rig.box.edit("home", content="Theirs.\n"), after=True)
    rig.box.faults.add(edit, on="update")
    [outcome] = rig.do("push")
    assert (outcome.result, type(outcome.error)) == ("skipped", PageChanged)
    assert outcome.conflict is not None
    assert rig.plan().conflicts[0].kind == "both-changed"


def test_a_creation_overtaken_by_somebody_is_not_said_to_be_done(rig: Rig) -> None:
    rig.write("home.md")
    edit = Hook(lambda: rig.box.edit("home", content="Theirs.\n"), after=True)
    rig.box.faults.add(edit, on="create")
    [outcome] = rig.do("push")
    assert (outcome.result, type(outcome.error)) == ("skipped", PageChanged)


def test_an_edit_between_the_look_and_the_write_is_found_and_named(rig: Rig) -> None:
    rig.write("home.md")
    rig.do()
    rig.write("home.md", page("Mine.\n"))
    rig.box.faults.add(Hook(lambda: rig.box.edit("home", content="Theirs.\n")), on="update")
    [outcome] = rig.do("push")
    assert outcome.conflict is not None
    assert outcome.conflict.kind == "overwrote-edit"


def test_a_deletion_that_only_says_so_is_not_believed(rig: Rig) -> None:
    rig.write("home.md")
    rig.do()
    (rig.root / "home.md").unlink()
    again = Hook(lambda: rig.box.create("home", content="Back.\n"), after=True)
    rig.box.faults.add(again, on="delete")
    assert results(rig.do("push", delete=True)) == ["delete wiki home: done"]
    assert results(rig.do("pull")) == ["create folder home: done"]


def test_a_key_that_may_not_write_fails_page_by_page_and_changes_nothing(rig: Rig) -> None:
    for name in ("home", "news"):
        rig.write(f"{name}.md")
    token = rig.box.key(["read:pages", "read:source", "manage:pages"])
    with Wiki(rig.box.url, token) as rig.wiki:
        outcomes = rig.do("push")
    assert results(outcomes) == ["create wiki home: failed", "create wiki news: failed"]
    assert all(isinstance(outcome.error, Forbidden) for outcome in outcomes)
    assert rig.box.pages() == []
