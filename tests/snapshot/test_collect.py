"""What is seen of both sides: hidden is not gone, moved is one page, ignored is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.apply_run import page, results
from wikisync.errors import NotConfigured
from wikisync.page.paths import Layout
from wikisync.planning.guards import check_authenticated
from wikisync.progress import silent
from wikisync.snapshot.collect import collect, collect_offline
from wikisync.wiki.client import Wiki

if TYPE_CHECKING:
    from support.apply_run import SyncSetup

RIGHTS = ["read:pages", "read:source", "write:pages", "manage:pages", "delete:pages"]


@pytest.fixture
def synced(setup: SyncSetup) -> SyncSetup:
    for name in ("home", "team/plan"):
        setup.write(f"{name}.md")
    setup.do()
    return setup


def asked(setup: SyncSetup) -> int:
    before = len(setup.sandbox.requests)
    setup.plan()
    return len(setup.sandbox.requests) - before


def rule(path: str, *, deny: bool = False) -> dict[str, object]:
    return {
        "id": path,
        "deny": deny,
        "match": "START",
        "path": path,
        "locales": [],
        "roles": RIGHTS,
    }


def test_an_unchanged_wiki_is_looked_at_with_one_request(synced: SyncSetup) -> None:
    assert asked(synced) == 1


def test_a_page_that_the_key_may_no_longer_see_is_hidden_and_not_gone(synced: SyncSetup) -> None:
    token = synced.sandbox.key(RIGHTS, [rule(""), rule("team", deny=True)])
    with Wiki(synced.sandbox.url, token) as synced.wiki:
        plan = synced.plan("pull", delete=True)
    assert [(c.kind, c.key.path) for c in plan.conflicts] == [("hidden", "team/plan")]
    assert plan.actions == ()


def test_a_key_that_may_see_nothing_any_more_is_taken_for_a_guest(synced: SyncSetup) -> None:
    token = synced.sandbox.key(RIGHTS, [rule("elsewhere")])
    with Wiki(synced.sandbox.url, token) as wiki:
        surveyed = collect(synced.folder, wiki, synced.state, silent, Layout())
    [refusal] = check_authenticated(surveyed.authenticated, surveyed.snapshot)
    assert (refusal.rule, refusal.count) == ("guest", 2)


def test_a_token_of_nobody_is_a_guest_whatever_it_sees(synced: SyncSetup) -> None:
    with Wiki(synced.sandbox.url, "garbage") as wiki:
        surveyed = collect(synced.folder, wiki, synced.state, silent, Layout())
    assert not surveyed.authenticated


def test_a_page_deleted_on_the_wiki_is_gone(synced: SyncSetup) -> None:
    synced.sandbox.delete("home")
    assert results(synced.do("pull", delete=True)) == ["delete folder home: done"]


def test_a_page_moved_on_the_wiki_is_one_page_until_its_file_follows(synced: SyncSetup) -> None:
    synced.sandbox.move("home", "start")
    plan = synced.plan("push", delete=True)
    assert (plan.actions, plan.conflicts, plan.pages) == ((), (), 2)
    assert plan.other_way == {"folder": 1}
    (synced.root / "home.md").rename(synced.root / "start.md")
    synced.do()
    plan = synced.plan()
    assert (plan.actions, plan.conflicts, plan.in_sync) == ((), (), 2)


def test_a_page_moved_on_the_wiki_and_deleted_here_comes_back_under_its_new_name(
    synced: SyncSetup,
) -> None:
    synced.sandbox.move("home", "start")
    (synced.root / "home.md").unlink()
    assert results(synced.do("sync", delete=True)) == ["create folder start: done"]


def test_a_page_moved_over_another_files_name_is_not_created_twice(synced: SyncSetup) -> None:
    synced.sandbox.move("home", "start")
    synced.write("start.md", page("Mine.\n"))
    plan = synced.plan()
    assert [(c.kind, c.key.path) for c in plan.conflicts] == [("target-occupied", "home")]
    assert plan.actions == ()


def test_pages_that_took_each_others_names_are_moves_and_no_deletions(synced: SyncSetup) -> None:
    synced.sandbox.edit("home", content="Home.\n")
    synced.do()
    synced.sandbox.move("home", "swap")
    synced.sandbox.move("team/plan", "home")
    synced.sandbox.move("swap", "team/plan")
    verbs = {(a.verb, a.side) for a in synced.plan(delete=True).actions}
    assert verbs == {("move", "folder")}


def test_a_page_converted_to_what_no_file_holds_is_a_conflict(synced: SyncSetup) -> None:
    synced.sandbox.store.run("update pages set contentType = 'yml' where id = 1")
    plan = synced.plan(delete=True)
    assert [c.kind for c in plan.conflicts] == ["converted-remotely"]
    assert plan.actions == ()


def test_a_new_file_under_the_name_of_what_no_file_holds_is_a_conflict(setup: SyncSetup) -> None:
    setup.sandbox.create("home")
    setup.sandbox.store.run("update pages set contentType = 'yml'")
    setup.write("home.md")
    assert [c.kind for c in setup.plan().conflicts] == ["content-type-edited"]


@pytest.mark.parametrize("ignore", ["team/", "team/plan.md", "*/plan.*"])
def test_what_is_ignored_is_neither_fetched_nor_gone(setup: SyncSetup, ignore: str) -> None:
    for name in ("home", "team/plan"):
        setup.sandbox.create(name)
    setup.ignore = (ignore,)
    setup.do("pull")
    assert setup.files() == ["home.md"]
    setup.write("team/plan.md")
    plan = setup.plan(delete=True)
    assert (plan.actions, plan.conflicts, plan.pages) == ((), (), 1)


def test_what_is_ignored_only_now_is_not_gone(synced: SyncSetup) -> None:
    synced.ignore = ("team/",)
    plan = synced.plan(delete=True)
    assert (plan.actions, plan.conflicts, plan.in_sync) == ((), (), 1)
    assert synced.plan("pull").base_deletes == ()


def test_offline_the_base_stands_for_the_wiki(synced: SyncSetup) -> None:
    with pytest.raises(NotConfigured):
        collect_offline(synced.folder, synced.state, silent, Layout())
    synced.state.set_meta(locales="en en fr", namespacing="false")
    before = len(synced.sandbox.requests)
    surveyed = collect_offline(synced.folder, synced.state, silent, Layout())
    assert len(surveyed.snapshot.remote) == 2
    assert len(synced.sandbox.requests) == before
