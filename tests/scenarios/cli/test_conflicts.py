"""Both sides changed the same page: it is named and left alone, until the user says who wins."""

from __future__ import annotations

import pytest

from support.workspace import Workspace, page
from wikisync.sandbox import Hook


@pytest.fixture
def split(workspace: Workspace) -> Workspace:
    """A page that was changed on both sides, beside one that was not."""
    workspace.push(home=page("Home", "# Home\n"), other=page("Other"))
    workspace.change("home.md", "# Home", "# Mine")
    workspace.sandbox.edit("home", content="# Theirs\n")
    return workspace


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_a_page_changed_on_both_sides_is_a_conflict_and_nothing_is_written(
    split: Workspace, command: str
) -> None:
    before = split.both_sides()
    result = split.run(command, "--yes", "--json")
    assert result.code == 3
    assert result.json["actions"] == []
    (conflict,) = result.json["conflicts"]
    assert {name: conflict[name] for name in ("locale", "path", "file")} == {
        "locale": "en",
        "path": "home",
        "file": "home.md",
    }
    assert "wikisync push home.md --prefer local" in conflict["reason"]
    assert "wikisync pull home.md --prefer wiki" in conflict["reason"]
    assert result.json["counts"]["conflict"] == 1
    assert split.both_sides() == before


def test_status_names_the_conflict_with_the_ways_out(split: Workspace) -> None:
    result = split.run("status")
    assert result.code == 3
    assert "home.md" in result.out
    assert "The content cannot be merged automatically." in result.out
    assert "--prefer local" in result.out


def test_diff_of_a_conflict_shows_what_a_preference_would_take_along(split: Workspace) -> None:
    split.write("home.md", page("Home", "# Mine\n", tags="mine"))
    (conflict,) = split.run("diff", "--json").json["conflicts"]
    assert conflict["reason"].startswith(
        "The tags and content changed in the folder, and the content on the wiki,"
    )
    assert "+tags: mine\n" in conflict["diff"]


def test_a_run_with_nothing_but_a_conflict_counts_no_pages_in_sync(split: Workspace) -> None:
    assert "\n1 page: 1 conflict.\n" in split.run("status", "home").out


def test_prefer_local_settles_it_and_the_wikis_page_is_kept(split: Workspace) -> None:
    result = split.run("push", "--prefer", "local", "--yes", "--json").ok()
    assert result.done() == [("update", "wiki", "home")]
    home = split.sandbox.page("home")
    assert home is not None
    assert home["content"] == "# Mine\n"
    assert split.kept() == [("update", "wiki", "home", "# Theirs\n")]
    assert len(split.run("sync").ok().asked) == 1


def test_prefer_wiki_settles_it_and_the_file_is_kept(split: Workspace) -> None:
    mine = split.read("home.md")
    result = split.run("pull", "--prefer", "wiki", "--yes", "--json").ok()
    assert result.done() == [("update", "folder", "home")]
    assert split.read("home.md").endswith("# Theirs\n")
    assert split.kept() == [("update", "folder", "home", mine)]
    assert len(split.run("sync").ok().asked) == 1


@pytest.mark.parametrize(("command", "prefer"), [("push", "wiki"), ("pull", "local")])
def test_a_preference_for_the_side_that_is_not_written_waits_for_the_other_command(
    split: Workspace, command: str, prefer: str
) -> None:
    before = split.both_sides()
    result = split.run(command, "--prefer", prefer, "--yes", "--json").ok()
    assert (result.json["actions"], result.json["conflicts"]) == ([], [])
    assert result.json["counts"]["other_way"] == 1
    assert split.both_sides() == before


@pytest.mark.parametrize(("prefer", "wins"), [("local", "# Mine\n"), ("wiki", "# Theirs\n")])
def test_sync_settles_it_either_way(split: Workspace, prefer: str, wins: str) -> None:
    split.run("sync", "--prefer", prefer, "--yes").ok()
    home = split.sandbox.page("home")
    assert home is not None
    assert home["content"] == wins
    assert split.read("home.md").endswith(wins)


def test_a_conflict_does_not_stop_the_other_pages(split: Workspace) -> None:
    split.change("other.md", "Text.", "Better.")
    result = split.run("push", "--yes", "--json")
    assert result.code == 3
    assert result.done() == [("update", "wiki", "other")]


@pytest.mark.parametrize(("prefer", "wins"), [("local", "Mine.\n"), ("wiki", "Theirs.\n")])
def test_a_page_made_on_both_sides_is_a_conflict_until_someone_is_preferred(
    workspace: Workspace, prefer: str, wins: str
) -> None:
    workspace.write("new.md", page("New", "Mine.\n"))
    workspace.sandbox.create("new", title="New", content="Theirs.\n")
    assert workspace.run("sync", "--yes").code == 3
    workspace.run("sync", "--prefer", prefer, "--yes").ok()
    new = workspace.sandbox.page("new")
    assert new is not None
    assert new["content"] == wins
    assert workspace.read("new.md").endswith(wins)


def test_a_page_that_somebody_edits_between_plan_and_write_is_left_to_them(
    split: Workspace,
) -> None:
    from wikisync.sandbox import Hook

    split.change("other.md", "Text.", "Mine.")
    edit = Hook(lambda: split.sandbox.edit("other", content="Faster.\n"))
    split.sandbox.faults.add(edit, on="single", path="other")
    result = split.run("push", "other", "--yes", "--json")
    assert result.code == 3
    assert result.action("other")["outcome"] == "skipped"
    assert "Changed during this run" in result.json["conflicts"][0]["reason"]
    other = split.sandbox.page("other")
    assert other is not None
    assert other["content"] == "Faster.\n"
    assert split.read("other.md").endswith("Mine.\n")


def test_a_page_edited_right_after_our_write_is_theirs_and_named(split: Workspace) -> None:
    from wikisync.sandbox import Hook

    split.change("other.md", "Text.", "Mine.")
    edit = Hook(lambda: split.sandbox.edit("other", content="Faster.\n"), after=True)
    split.sandbox.faults.add(edit, on="update")
    assert split.run("push", "other", "--yes").code == 3
    assert split.run("status", "other").code == 3
    other = split.sandbox.page("other")
    assert other is not None
    assert other["content"] == "Faster.\n"


def test_a_page_that_was_moved_on_both_sides_is_named_with_its_new_names(
    workspace: Workspace,
) -> None:
    workspace.push(home=page("Home"), other=page("Other", "# Another\n"))
    workspace.sandbox.move("other", "else/where")
    (workspace.folder / "other.md").rename(workspace.folder / "there.md")
    before = workspace.both_sides()
    result = workspace.run("sync", "--yes", "--json")
    assert result.code == 3
    (conflict,) = result.json["conflicts"]
    assert conflict["file"] == "there.md"
    assert "en/else/where" in conflict["reason"]
    assert workspace.both_sides() == before


def test_a_page_that_became_html_does_not_come_back_into_a_markdown_file(
    workspace: Workspace,
) -> None:
    workspace.push(guide=page("Guide"), other=page("Other"))
    workspace.sandbox.delete("guide")
    workspace.sandbox.create("guide", content="<p>New</p>", editor="ckeditor")
    workspace.remove("guide.md")
    workspace.run("pull", "--yes", "--prefer", "wiki").ok()
    assert "guide.md" not in workspace.files()
    assert "<p>New</p>" in workspace.read("guide.html")
    assert workspace.run("status", "--exit-code").code == 0


def test_a_page_that_got_the_id_of_a_deleted_one_did_not_move(workspace: Workspace) -> None:
    workspace.push(first=page("First"), second=page("Second"))
    old = workspace.sandbox.page("second")
    assert old is not None
    workspace.sandbox.delete("second")
    workspace.sandbox.create("newcomer")
    workspace.sandbox.store.run("update pages set id = ? where path = 'newcomer'", old["id"])
    result = workspace.run("pull", "--yes", "--delete", "--json").ok()
    assert sorted(result.done()) == [
        ("create", "folder", "newcomer"),
        ("delete", "folder", "second"),
    ]


def test_a_file_stays_whose_page_came_back_while_the_question_was_asked(
    workspace: Workspace,
) -> None:
    workspace.push(first=page("First"), second=page("Second"))
    workspace.sandbox.delete("second")
    workspace.sandbox.faults.add(
        Hook(lambda: workspace.sandbox.create("second")), on="singleByPath"
    )
    result = workspace.run("pull", "--yes", "--delete", "--json")
    assert result.code == 3
    assert "second.md" in workspace.files()
