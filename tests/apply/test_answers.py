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
    from support.apply_run import SyncSetup

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
def test_a_creation_that_failed_after_writing_is_found_done(setup: SyncSetup, fault: Any) -> None:
    setup.write("home.md")
    setup.sandbox.faults.add(fault, on="create")
    assert results(setup.do("push")) == ["create wiki home: done"]
    assert (setup.plan().in_sync, setup.mutations()["pages.create"]) == (1, 1)


@pytest.mark.parametrize("fault", WROTE)
def test_an_update_that_failed_after_writing_is_found_done(setup: SyncSetup, fault: Any) -> None:
    setup.write("home.md")
    setup.do()
    setup.write("home.md", page("New.\n"))
    setup.sandbox.faults.add(fault, on="update")
    assert results(setup.do("push")) == ["update wiki home: done"]
    # Where the wiki says that it failed, or nothing, readers may not see it: it is written again.
    assert (setup.plan().in_sync, setup.mutations()["pages.update"]) == (
        1,
        1 if isinstance(fault, TreeRace) else 2,  # which an update does not meet
    )


@pytest.mark.parametrize("verb", ["create", "update"])
def test_a_page_that_the_wiki_cannot_show_is_told_with_the_wikis_words(
    setup: SyncSetup, verb: str
) -> None:
    setup.write("home.md")
    if verb == "update":
        setup.do()
        setup.write("home.md", page("New.\n"))
    failing = WriteThenFail(message="Error when running job render-page: value too long")
    setup.sandbox.faults.add(failing, on=("create", "update"), times=2)
    [outcome] = setup.do("push")
    assert outcome.result == "failed"
    assert isinstance(outcome.error, RenderFailed)
    assert "value too long" in str(error_message(outcome.error))
    assert "the page was saved" in str(error_message(outcome.error)).lower()
    found = setup.sandbox.page("home")
    assert found is not None
    assert found["content"] in setup.text("home.md")
    assert setup.plan().in_sync == 1


def test_a_page_that_somebody_else_made_alike_or_deleted_says_nothing_of_the_tree(
    setup: SyncSetup,
) -> None:
    setup.write("gone.md")
    setup.do()
    (setup.root / "gone.md").unlink()
    setup.write("home.md", page("Alike.\n"))
    plan = setup.plan("push", delete=True)
    setup.sandbox.create("home", title="A page", content="Alike.\n")
    setup.sandbox.faults.add(Hook(lambda: setup.sandbox.delete("gone")), on="delete")
    wiki_writes.mark_dirty(setup.state)
    assert [o.result for o in setup.apply(plan)] == ["done", "done"]
    assert setup.mutations()["pages.create"] == 1  # that of gone.md
    assert setup.state.meta("tree") == "dirty"


def test_a_token_that_expired_does_not_end_the_doubt_about_the_tree(setup: SyncSetup) -> None:
    wiki_writes.mark_dirty(setup.state)
    with Wiki(setup.sandbox.url, setup.sandbox.key(["read:pages"], expired=True)) as guest:
        [note] = wiki_writes.rebuild_if_dirty(guest, setup.state)
    assert "the token is not known" in note.detail
    assert wiki_writes.rebuild_if_dirty(setup.wiki, setup.state) == ()
    assert setup.mutations()["pages.rebuildTree"] == 2


def test_a_doubt_that_cannot_be_noted_stops_no_page(
    setup: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **values: str) -> None:
        raise StateError("state.db", "unwritable", "the disk is full")

    setup.at_once = 2
    for name in ("left", "right", "top"):
        setup.write(f"{name}.md", page(f"{name}\n"))
    plan = setup.plan("push")
    monkeypatch.setattr(type(setup.state), "set_meta", full)
    assert [o.result for o in setup.apply(plan)] == ["done"] * 3


@pytest.mark.parametrize("fault", [WriteThenFail(), TreeRace(), Drop(after=True)])
@pytest.mark.parametrize("verb", ["create", "move", "delete"])
def test_a_write_that_may_have_left_the_tree_incomplete_puts_it_in_doubt(
    setup: SyncSetup, verb: str, fault: Any
) -> None:
    setup.write("home.md")
    if verb != "create":
        setup.do()
        (setup.root / "home.md").rename(setup.root / "away.md")
    if verb == "delete":
        (setup.root / "away.md").unlink()
    setup.sandbox.faults.add(fault, on=verb)
    assert [o.result for o in setup.do("push", delete=True)] == ["done"]
    assert setup.state.meta("tree") == "dirty"
    assert wiki_writes.rebuild_if_dirty(setup.wiki, setup.state) == ()
    assert setup.sandbox.tree_is_complete
    assert setup.mutations()["pages.rebuildTree"] == 1
    assert setup.state.meta("tree") == "clean"


@pytest.mark.parametrize("fault", WROTE)
def test_a_deletion_that_failed_after_deleting_is_found_done(setup: SyncSetup, fault: Any) -> None:
    setup.write("home.md")
    setup.do()
    (setup.root / "home.md").unlink()
    setup.sandbox.faults.add(fault, on="delete")
    assert results(setup.do("push", delete=True)) == ["delete wiki home: done"]
    assert (setup.sandbox.pages(), setup.state.bases.load()) == ([], {})


@pytest.mark.parametrize("fault", NOT_WROTE)
@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_a_write_that_did_not_happen_is_a_failure_and_done_by_the_next_run(
    setup: SyncSetup, verb: str, fault: Any
) -> None:
    setup.write("home.md")
    if verb != "create":
        setup.do()
    if verb == "update":
        setup.write("home.md", page("New.\n"))
    if verb == "delete":
        (setup.root / "home.md").unlink()
    before = setup.sandbox.pages()
    setup.sandbox.faults.add(fault, on=verb)
    [outcome] = setup.do("push", delete=True)
    assert (outcome.result, type(outcome.error)) == ("failed", WriteUncertain)
    assert setup.sandbox.pages() == before
    assert results(setup.do("push", delete=True)) == [f"{verb} wiki home: done"]


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_a_refusal_that_changes_nothing_is_a_failure(setup: SyncSetup, verb: str) -> None:
    for name in ("home", "news"):
        if verb != "create":
            setup.write(f"{name}.md")
    setup.do()
    for name in ("home", "news"):
        if verb == "delete":
            (setup.root / f"{name}.md").unlink()
        else:
            setup.write(f"{name}.md", page("New.\n"))
    setup.sandbox.faults.add(Refuse("Forbidden", "You are not authorized.", 6009), on=verb)
    outcomes = setup.do("push", delete=True)
    assert results(outcomes) == [f"{verb} wiki home: failed", f"{verb} wiki news: done"]
    assert isinstance(outcomes[0].error, Forbidden)
    assert setup.state.journal.open_entries() == []


def test_what_the_wiki_rejects_is_a_failure_with_its_words(setup: SyncSetup) -> None:
    setup.write("home.md", page(tags="x" * 300))
    [outcome] = setup.do("push")
    assert (outcome.result, type(outcome.error)) == ("failed", Rejected)
    assert setup.sandbox.pages() == []


@pytest.mark.parametrize("verb", ["create", "update"])
def test_tags_lost_in_a_race_are_written_again(setup: SyncSetup, verb: str) -> None:
    if verb == "update":
        setup.write("home.md", page(tags="old"))
        setup.do()
    setup.write("home.md", page("New.\n", tags="one, two"))
    setup.sandbox.faults.add(LoseTags(), on=verb)
    assert results(setup.do("push")) == [f"{verb} wiki home: done"]
    found = setup.sandbox.page("home")
    assert found is not None
    assert (found["content"], sorted(found["tags"])) == ("New.\n", ["one", "two"])
    assert setup.plan().in_sync == 1


def test_tags_lost_again_and_again_are_told_and_come_right_in_the_next_run(
    setup: SyncSetup,
) -> None:
    setup.write("home.md", page(tags="one"))
    setup.sandbox.faults.add(LoseTags(), on=("create", "update"), times=3)
    [outcome] = setup.do("push")
    assert (outcome.result, type(outcome.error)) == ("failed", WriteUncertain)
    assert setup.settle() == 1
    assert results(setup.do("push")) == ["update wiki home: done"]
    found = setup.sandbox.page("home")
    assert found is not None
    assert found["tags"] == ["one"]


def test_an_update_overtaken_by_somebody_is_not_said_to_be_done(setup: SyncSetup) -> None:
    setup.write("home.md")
    setup.do()
    setup.write("home.md", page("Mine.\n"))
    edit = Hook(lambda: setup.sandbox.edit("home", content="Theirs.\n"), after=True)
    setup.sandbox.faults.add(edit, on="update")
    [outcome] = setup.do("push")
    assert (outcome.result, type(outcome.error)) == ("skipped", PageChanged)
    assert outcome.conflict is not None
    assert setup.plan().conflicts[0].kind == "both-changed"


def test_a_creation_overtaken_by_somebody_is_not_said_to_be_done(setup: SyncSetup) -> None:
    setup.write("home.md")
    edit = Hook(lambda: setup.sandbox.edit("home", content="Theirs.\n"), after=True)
    setup.sandbox.faults.add(edit, on="create")
    [outcome] = setup.do("push")
    assert (outcome.result, type(outcome.error)) == ("skipped", PageChanged)


def test_an_edit_between_the_look_and_the_write_is_found_and_named(setup: SyncSetup) -> None:
    setup.write("home.md")
    setup.do()
    setup.write("home.md", page("Mine.\n"))
    setup.sandbox.faults.add(
        Hook(lambda: setup.sandbox.edit("home", content="Theirs.\n")), on="update"
    )
    [outcome] = setup.do("push")
    assert outcome.conflict is not None
    assert outcome.conflict.kind == "overwrote-edit"


def test_a_deletion_that_only_says_so_is_not_believed(setup: SyncSetup) -> None:
    setup.write("home.md")
    setup.do()
    (setup.root / "home.md").unlink()
    again = Hook(lambda: setup.sandbox.create("home", content="Back.\n"), after=True)
    setup.sandbox.faults.add(again, on="delete")
    assert results(setup.do("push", delete=True)) == ["delete wiki home: done"]
    assert results(setup.do("pull")) == ["create folder home: done"]


def test_a_key_that_may_not_write_fails_page_by_page_and_changes_nothing(setup: SyncSetup) -> None:
    for name in ("home", "news"):
        setup.write(f"{name}.md")
    token = setup.sandbox.key(["read:pages", "read:source", "manage:pages"])
    with Wiki(setup.sandbox.url, token) as setup.wiki:
        outcomes = setup.do("push")
    assert results(outcomes) == ["create wiki home: failed", "create wiki news: failed"]
    assert all(isinstance(outcome.error, Forbidden) for outcome in outcomes)
    assert setup.sandbox.pages() == []
