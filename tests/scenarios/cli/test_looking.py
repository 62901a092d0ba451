"""Commands that only look write nothing anywhere: status, diff, every dry run."""

from __future__ import annotations

import pytest

from support.workspace import Workspace, page


@pytest.fixture
def differing(workspace: Workspace) -> Workspace:
    """Something of every kind to do."""
    names = ("edited", "theirs", "both", "gone-here", "gone-there", "equal")
    workspace.push(**{name: page(name.title(), f"# {name}\n", tags="one") for name in names})
    workspace.change("edited.md", "# edited", "# edited here")
    workspace.sandbox.edit("theirs", content="# edited there\n", title="New title")
    workspace.change("both.md", "# both", "# both, mine")
    workspace.sandbox.edit("both", content="# both, theirs\n")
    workspace.remove("gone-here.md")
    workspace.sandbox.delete("gone-there")
    workspace.write("new.md", page("New", "# New\n"))
    workspace.sandbox.create("other", content="# Other\n")
    return workspace


LOOKS = [
    ("status",),
    ("diff",),
    ("diff", "--pull"),
    ("push", "--dry-run"),
    ("pull", "-n", "--delete"),
    ("sync", "--dry-run", "--delete", "--prefer", "local"),
    ("sync", "--dry-run", "--yes"),
]


@pytest.mark.parametrize("args", LOOKS, ids=" ".join)
def test_a_look_writes_nothing_here_on_the_wiki_or_in_the_state(
    differing: Workspace, args: tuple[str, ...]
) -> None:
    before = differing.snapshot()
    for more in ((), ("--json",)):
        result = differing.run(*args, *more)
        assert not any(seen.is_mutation for seen in result.asked)
    assert differing.snapshot() == before


@pytest.mark.parametrize("args", LOOKS, ids=" ".join)
def test_a_look_before_the_first_run_leaves_no_trace(
    workspace: Workspace, args: tuple[str, ...]
) -> None:
    workspace.write("home.md", page("Home"))
    workspace.sandbox.create("other")
    workspace.run(*args).ok()
    assert sorted(file.name for file in workspace.root.iterdir()) == ["pages", "wikisync.toml"]
    assert list(workspace.files()) == ["home.md"]


def test_a_dry_run_says_what_the_run_then_does(differing: Workspace) -> None:
    wish = ("sync", "--delete", "--max-delete", "9", "--prefer", "wiki", "--json")
    planned = differing.run(*wish, "--dry-run").ok()
    assert planned.json["dry_run"] is True
    done = differing.run(*wish, "--yes").ok()
    assert done.json["dry_run"] is False
    assert planned.planned() == done.done()
    assert len(done.done()) == 7


def test_a_dry_run_says_that_nothing_was_written_and_how_to_do_it(differing: Workspace) -> None:
    shown = differing.run("push", "--dry-run").out
    assert shown.endswith("Nothing was written. To do it, leave out --dry-run.\n")


def test_status_names_every_page_that_differs_and_counts_the_rest(differing: Workspace) -> None:
    result = differing.run("status", "--json")
    assert result.code == 3
    found = {a["path"]: (a["action"], a["side"], a["outcome"]) for a in result.json["actions"]}
    assert found == {
        "edited": ("update", "wiki", "planned"),
        "theirs": ("update", "folder", "planned"),
        "gone-here": ("delete", "wiki", "skipped"),
        "gone-there": ("delete", "folder", "skipped"),
        "new": ("create", "wiki", "planned"),
        "other": ("create", "folder", "planned"),
    }
    assert result.json["counts"]["in_sync"] == 1
    assert result.json["counts"]["pages"] == 8


def test_diff_shows_fields_and_content_as_a_push_would_make_them(workspace: Workspace) -> None:
    workspace.push(home=page("Home", "One\nTwo\nThree\n", tags="x"))
    workspace.write("home.md", page("House", "One\n2\nThree\n", tags="x, y", published="false"))
    result = workspace.run("diff", "--json").ok()
    assert result.action("home")["diff"] == (
        "--- wiki/en/home\n+++ home.md\n"
        "-title: Home\n+title: House\n-published: true\n+published: false\n-tags: x\n+tags: x, y\n"
        "@@ -1,3 +1,3 @@\n One\n-Two\n+2\n Three\n"
    )
    assert result.action("home")["diff"] in workspace.run("diff").ok().out


def test_diff_pull_shows_the_other_direction(workspace: Workspace) -> None:
    workspace.push(home=page("Home", "One\n"))
    workspace.sandbox.edit("home", content="Two\n", title="House")
    pulled = workspace.run("diff", "--pull", "--json").ok().action("home")["diff"]
    assert pulled == (
        "--- home.md\n+++ wiki/en/home\n-title: Home\n+title: House\n@@ -1 +1 @@\n-One\n+Two\n"
    )
    pushed = workspace.run("diff", "--json").ok().json
    assert (pushed["actions"], pushed["counts"]["other_way"]) == ([], 1)


def test_diff_sync_shows_both_directions_and_the_merged_page_against_both_sides(
    workspace: Workspace,
) -> None:
    workspace.push(home=page("Home", "One\n\nTwo\n\nThree\n"), mine=page("Mine"), theirs=page("T"))
    workspace.change("home.md", "One", "1")
    workspace.sandbox.edit("home", content="One\n\nTwo\n\n3\n")
    workspace.change("mine.md", "Mine", "Ours")
    workspace.sandbox.edit("theirs", title="Theirs")
    before = workspace.both_sides()
    shown = workspace.run("diff", "--sync", "--json").ok()
    assert shown.planned() == [
        ("merge", "wiki", "home"),
        ("update", "wiki", "mine"),
        ("update", "folder", "theirs"),
    ]
    assert shown.action("home")["diff"] == (
        "--- wiki/en/home\n+++ home.md (merged)\n@@ -1,4 +1,4 @@\n-One\n+1\n \n Two\n \n"
        "--- home.md\n+++ home.md (merged)\n@@ -2,4 +2,4 @@\n \n Two\n \n-Three\n+3\n"
    )
    assert shown.action("home")["diff"] in workspace.run("diff", "--sync").ok().out
    assert workspace.both_sides() == before
    assert workspace.run("diff", "--sync", "--pull").code == 2


@pytest.mark.parametrize(
    ("here", "there", "advice"),
    [
        (True, False, "See what changed: wikisync diff. Publish: wikisync push.\n"),
        (False, True, "See what changed: wikisync diff --pull. Fetch: wikisync pull.\n"),
        (True, True, "See what changed: wikisync diff --sync. Publish: wikisync push. Fetch"),
    ],
)
def test_status_names_the_commands_that_show_and_do_what_it_lists(
    workspace: Workspace, here: bool, there: bool, advice: str
) -> None:
    workspace.push(mine=page("Mine"), theirs=page("Theirs"))
    if here:
        workspace.change("mine.md", "Mine", "Ours")
    if there:
        workspace.sandbox.edit("theirs", title="Those")
    assert advice in workspace.run("status").ok().out


def test_diff_of_a_first_push_and_a_first_pull_shows_whole_pages(workspace: Workspace) -> None:
    workspace.write("mine.md", page("Mine", "Mine.\n"))
    workspace.sandbox.create("theirs", title="Theirs", content="Theirs.\n", tags=["t"])
    pushed = workspace.run("diff", "--json").ok().action("mine")["diff"]
    assert pushed.startswith("--- /dev/null\n+++ mine.md\n+title: Mine\n")
    assert pushed.endswith("+Mine.\n")
    pulled = workspace.run("diff", "--pull", "--json").ok().action("theirs")["diff"]
    assert pulled.startswith("--- /dev/null\n+++ wiki/en/theirs\n+title: Theirs\n")
    assert "+tags: t\n" in pulled
    assert pulled.endswith("+Theirs.\n")


def test_diff_of_a_deletion_shows_what_would_go(workspace: Workspace) -> None:
    workspace.push(home=page("Home"), other=page("Other", "Going.\n"))
    workspace.remove("other.md")
    gone = workspace.run("diff", "--delete", "--json").ok().action("other")["diff"]
    assert gone.startswith("--- wiki/en/other\n+++ /dev/null\n-title: Other\n")
    assert gone.endswith("-Going.\n")


def test_diff_of_a_conflict_shows_both_versions(differing: Workspace) -> None:
    result = differing.run("diff", "both", "--json")
    assert result.code == 3
    (conflict,) = result.json["conflicts"]
    assert "-# both, theirs\n+# both, mine\n" in conflict["diff"]


def test_offline_makes_no_request_and_tells_what_changed_here(differing: Workspace) -> None:
    result = differing.run("status", "--offline", "--json").ok()
    assert result.asked == ()
    changed = {action["path"]: action["action"] for action in result.json["actions"]}
    assert changed == {"both": "update", "edited": "update", "gone-here": "delete", "new": "create"}
    shown = differing.run("diff", "--offline", "--json").ok()
    assert shown.asked == ()
    assert "+# both, mine\n" in shown.action("both")["diff"]


def test_offline_needs_neither_token_nor_wiki(differing: Workspace) -> None:
    differing.sandbox.close()
    result = differing.run("status", "--offline", "--json", env={"WIKISYNC_TOKEN": None}).ok()
    assert result.action("edited")["action"] == "update"


def test_offline_before_the_first_run_says_what_to_do(workspace: Workspace) -> None:
    result = workspace.run("status", "--offline")
    assert result.code == 2
    assert "Run wikisync push, pull or sync once." in result.err
