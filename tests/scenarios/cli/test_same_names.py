"""Where the wiki's database takes two names or tags for one, that is said, and nothing is lost.

MariaDB and MySQL compare without case and accents (wikijs.md, *Other databases*). Nothing is
assumed of PostgreSQL, where they are two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.texts import TEXT
from support.workspace import Workspace, page
from wikisync.sandbox import Drop, Hook, LoseTags, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A wiki on MariaDB."""
    with Sandbox(collation="mariadb") as sandbox:
        yield sandbox


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[Workspace]:
    """A project folder with a wiki on PostgreSQL."""
    root = tmp_path / "postgresql"
    root.mkdir()
    with Sandbox() as other:
        yield Workspace(root, other)


def tags(workspace: Workspace, path: str) -> list[str]:
    found = workspace.sandbox.page(path)
    assert found is not None
    names: list[str] = found["tags"]
    return names


def quiet(workspace: Workspace) -> None:
    """Once other pages are fetched nothing differs, and a run asks for one list and no more."""
    workspace.run("pull", "--yes").ok()
    before = workspace.both_sides()
    result = workspace.run("sync", "--yes").ok()
    assert len(result.asked) == 1
    assert "In sync" in result.out or "in sync" in result.out
    assert workspace.both_sides() == before


# Names of pages.


@pytest.mark.parametrize(("there", "new"), [("cafe", "café"), ("Case", "case")])
@pytest.mark.parametrize("command", ["status", "push"])
def test_a_file_whose_name_the_wiki_takes_for_a_pages_is_a_problem_that_names_the_page(
    workspace: Workspace, command: str, there: str, new: str
) -> None:
    workspace.sandbox.create(there, content=TEXT)
    workspace.run("pull", "--yes").ok()
    workspace.write(f"{new}.md", page("Another page", "Quite another text.\n"))
    result = workspace.run(command, "--json", *(["--yes"] if command == "push" else []))
    (problem,) = result.json["problems"]
    assert problem["file"] == f"{new}.md"
    assert f"en/{there}" in problem["message"]
    assert "Somebody" not in result.text
    assert "Run the command again" not in result.text
    assert [seen for seen in result.asked if seen.is_mutation] == []
    assert [row["path"] for row in workspace.sandbox.pages()] == [there]


def test_the_other_pages_of_the_push_are_sent(workspace: Workspace) -> None:
    workspace.sandbox.create("cafe")
    workspace.run("pull", "--yes").ok()
    workspace.write("café.md", page())
    workspace.write("other.md", page("Other"))
    workspace.run("push", "--yes")
    assert sorted(row["path"] for row in workspace.sandbox.pages()) == ["cafe", "other"]


def test_of_two_new_files_that_are_one_page_the_second_is_named_with_the_first(
    workspace: Workspace,
) -> None:
    workspace.write("cafe.md", page("One"))
    workspace.write("café.md", page("Two", "Quite another text.\n"))
    result = workspace.run("push", "--yes")
    assert result.code == 1
    assert "en/cafe" in result.text
    assert "Run the command again" not in result.text
    assert [row["path"] for row in workspace.sandbox.pages()] == ["cafe"]
    (problem,) = workspace.run("status", "--json").json["problems"]
    assert (problem["file"], "en/cafe" in problem["message"]) == ("café.md", True)
    workspace.sandbox.requests.clear()
    workspace.run("push", "--yes")
    assert not any(seen.is_mutation for seen in workspace.sandbox.requests)


def test_the_advice_works_a_name_that_differs_in_more_is_published(workspace: Workspace) -> None:
    workspace.sandbox.create("cafe")
    workspace.run("pull", "--yes").ok()
    workspace.write("café.md", page("Another", "Quite another text.\n"))
    workspace.run("push", "--yes")
    result = workspace.run("status")
    assert "for example to café-2.md" in result.text
    (workspace.folder / "café.md").rename(workspace.folder / "café-2.md")
    workspace.run("push", "--yes").ok()
    assert sorted(row["path"] for row in workspace.sandbox.pages()) == ["cafe", "café-2"]


@pytest.mark.parametrize(("old", "new"), [("cafe", "café"), ("Case", "case"), ("dir/B", "Dir/b")])
def test_a_page_can_be_renamed_in_case_or_accent_alone(
    workspace: Workspace, old: str, new: str
) -> None:
    workspace.push(**{old.replace("/", "__"): page("A page")})
    (number,) = (row["id"] for row in workspace.sandbox.pages())
    target = workspace.folder / f"{new}.md"
    target.parent.mkdir(exist_ok=True)
    (workspace.folder / f"{old}.md").rename(target)
    workspace.change(f"{new}.md", "title: A page", "title: Renamed")
    workspace.run("push", "--yes").ok()
    found = [(row["id"], row["path"], row["title"]) for row in workspace.sandbox.pages()]
    assert found == [(number, new, "Renamed")]
    quiet(workspace)
    workspace.run("undo", "--yes").ok()
    assert [(row["id"], row["path"]) for row in workspace.sandbox.pages()] == [(number, old)]


def test_a_page_is_not_moved_to_what_the_wiki_takes_for_another(workspace: Workspace) -> None:
    workspace.push(cafe=page("One"), other=page("Two", "Quite another text, long enough.\n" * 5))
    (workspace.folder / "other.md").rename(workspace.folder / "café.md")
    result = workspace.run("push", "--yes")
    assert result.code == 3
    assert "en/cafe" in result.text
    assert sorted(row["path"] for row in workspace.sandbox.pages()) == ["cafe", "other"]


def test_a_page_takes_the_place_of_one_that_is_deleted_in_the_same_push(
    workspace: Workspace,
) -> None:
    workspace.push(cafe=page("One", "One text.\n"), more=page("More"))
    workspace.remove("cafe.md")
    workspace.write("café.md", page("Two", "Quite another text.\n"))
    workspace.run("push", "--yes", "--delete", "--max-delete", "5").ok()
    assert sorted(row["path"] for row in workspace.sandbox.pages()) == ["café", "more"]
    quiet(workspace)


def test_on_postgresql_names_that_differ_in_accents_are_pages(postgresql: Workspace) -> None:
    postgresql.sandbox.create("cafe")
    postgresql.run("pull", "--yes").ok()
    postgresql.write("café.md", page("Another", "Quite another text.\n"))
    postgresql.run("push", "--yes").ok()
    found = sorted(row["path"] for row in postgresql.sandbox.pages())
    assert found == ["cafe", "café"]


def test_the_wiki_is_asked_only_about_names_that_resemble_a_pages(workspace: Workspace) -> None:
    workspace.sandbox.create("cafe")
    workspace.run("pull", "--yes").ok()
    workspace.write("tea.md", page())
    assert len(workspace.run("status").asked) == 1


# Tags.


def test_a_tag_is_sent_as_the_wiki_spells_it(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.run("pull", "--yes").ok()
    workspace.write("new.md", page("New", tags="a, other"))
    result = workspace.run("push", "--yes").ok()
    assert tags(workspace, "new") == ["á", "other"]
    assert "takes the tag a for á" in result.text
    assert "new.md" in result.text
    assert "tags: a, other" in workspace.read("new.md")
    quiet(workspace)


@pytest.mark.parametrize("content", [TEXT, "Another text.\n"])
def test_a_tag_is_sent_as_the_wiki_spells_it_to_a_page_that_is_there(
    workspace: Workspace, content: str
) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.push(page=page("Page", tags="old"))
    workspace.write("page.md", page("Page", content, tags="old, Ä"))
    workspace.run("push", "--yes").ok()
    assert tags(workspace, "page") == ["old", "á"]
    quiet(workspace)


def test_what_was_learned_about_a_tag_is_kept_for_the_next_run(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.push(page=page("Page", tags="a"))
    workspace.write("page.md", page("Page", "Another text.\n", tags="a"))
    result = workspace.run("push", "--yes").ok()
    assert sum(seen.is_mutation for seen in result.asked) == 1
    assert tags(workspace, "page") == ["á"]


def test_a_spelling_that_the_wiki_has_no_more_is_not_used(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.push(page=page("Page", tags="a"))
    workspace.sandbox.delete("known")
    workspace.sandbox.edit("page", tags=[])
    workspace.sandbox.store.run("delete from tags")
    workspace.write("page.md", page("Page", "Another text.\n", tags="a, b"))
    workspace.run("push", "--yes", "--prefer", "local").ok()
    assert tags(workspace, "page") == ["a", "b"]


def test_two_tags_of_one_page_that_are_one_on_the_wiki_are_named(workspace: Workspace) -> None:
    workspace.write("page.md", page("Page", tags="a, á, b"))
    result = workspace.run("push", "--yes").ok()
    assert tags(workspace, "page") == ["a", "b"]
    assert "page.md: the tags a and á are one tag on the wiki, a." in result.text
    quiet(workspace)


def test_two_tags_that_are_one_are_named_as_the_file_has_them(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.write("one.md", page("One", tags="a"))
    workspace.write("two.md", page("Two", tags="a, ä"))
    result = workspace.run("push", "--yes").ok()
    assert "two.md: the tags a and ä are one tag on the wiki, á." in result.text
    assert "spelling: one.md." in result.text


@pytest.mark.parametrize("jobs", [1, 4])
def test_pages_of_one_push_with_tags_that_are_one_get_the_first_ones(
    workspace: Workspace, jobs: int
) -> None:
    workspace.configure(jobs=jobs)
    for number, tag in enumerate(("á", "a", "Ä", "å")):
        workspace.write(f"page-{number}.md", page(f"Page {number}", tags=tag))
    workspace.run("push", "--yes").ok()
    assert {tuple(row["tags"]) for row in workspace.sandbox.pages()} == {("á",)}
    quiet(workspace)


def test_a_merge_keeps_a_tag_that_the_wiki_spells_otherwise(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.push(page=page("Page", f"one\n{TEXT}two\n", tags="a"))
    workspace.change("page.md", "one\n", "ONE\n")
    workspace.sandbox.edit("page", content=f"one\n{TEXT}TWO\n")
    workspace.run("sync", "--yes").ok()
    assert f"ONE\n{TEXT}TWO" in workspace.read("page.md")
    assert "tags: a\n" in workspace.read("page.md")
    quiet(workspace)


def test_a_pull_of_an_edit_leaves_the_tags_line_alone(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.push(page=page("Page", tags="a"))
    workspace.sandbox.edit("page", content="Another text.\n")
    workspace.run("pull", "--yes").ok()
    assert "tags: a\n" in workspace.read("page.md")
    assert "Another text." in workspace.read("page.md")
    quiet(workspace)


def test_a_tag_whose_spelling_cannot_be_seen_is_named_with_advice_that_works(
    workspace: Workspace,
) -> None:
    workspace.sandbox.create("gone", tags=["á"])
    workspace.sandbox.delete("gone")
    workspace.write("page.md", page("Page", tags="a"))
    for _ in range(2):
        result = workspace.run("push", "--yes")
        assert result.code == 1
        assert "takes a for a tag that it has in another spelling" in result.text
        assert "Run it again" not in result.text
        assert tags(workspace, "page") == []
    workspace.change("page.md", "tags: a", "tags: á")
    workspace.run("push", "--yes").ok()
    assert tags(workspace, "page") == ["á"]
    quiet(workspace)


def test_a_race_for_a_tag_replaces_none(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.sandbox.faults.add(LoseTags(), on="create")
    workspace.write("page.md", page("Page", tags="b"))
    workspace.run("push", "--yes").ok()
    assert tags(workspace, "page") == ["b"]


@pytest.mark.parametrize("tag", ["a", "Á"])
def test_on_postgresql_no_tag_is_replaced(postgresql: Workspace, tag: str) -> None:
    postgresql.sandbox.create("known", tags=["ä"])
    postgresql.sandbox.faults.add(LoseTags(), on="create")
    postgresql.sandbox.faults.add(LoseTags(), on="update")
    postgresql.write("page.md", page("Page", tags=tag))
    postgresql.run("push", "--yes")
    postgresql.run("push", "--yes").ok()
    assert tags(postgresql, "page") == [tag.lower()]


def test_a_creation_that_is_not_answered_is_ended_by_the_next_run(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.run("pull", "--yes").ok()
    workspace.write("page.md", page("Page", tags="a"))
    workspace.sandbox.faults.add(Drop(after=True), on="create")
    workspace.run("push", "--yes")
    workspace.run("push", "--yes").ok()
    assert tags(workspace, "page") == ["á"]
    quiet(workspace)


# Odd circumstances.


@pytest.mark.parametrize("rights", [["read:pages"], ["read:pages", "manage:pages"]])
def test_a_key_that_may_only_read_sees_the_status(workspace: Workspace, rights: list[str]) -> None:
    """It cannot ask which page has a name, so the file is announced as new."""
    workspace.sandbox.create("cafe")
    workspace.write("café.md", page("Another", "Quite another text.\n"))
    token = workspace.sandbox.key(rights)
    result = workspace.run("status", "--json", env={"WIKISYNC_TOKEN": token})
    assert ("create", "wiki", "café") in result.planned()


def test_a_renaming_in_case_alone_can_be_planned_and_applied(workspace: Workspace) -> None:
    workspace.push(Case=page("A page"), other=page("Other", "Quite another text.\n"))
    (workspace.folder / "Case.md").rename(workspace.folder / "case.md")
    plan = workspace.root / "plan.json"
    workspace.run("plan", "push", "-o", str(plan)).ok()
    workspace.run("apply", str(plan), "--yes").ok()
    assert sorted(row["path"] for row in workspace.sandbox.pages()) == ["case", "other"]
    quiet(workspace)


def test_what_a_dry_run_announces_of_a_renaming_in_case_is_one_move(workspace: Workspace) -> None:
    workspace.push(Case=page("A page"))
    (workspace.folder / "Case.md").rename(workspace.folder / "case.md")
    result = workspace.run("push", "--dry-run").ok()
    assert "case.md" in result.out
    assert "-moving" not in result.text


def test_pages_that_swap_names_with_other_accents_are_moved(workspace: Workspace) -> None:
    one, two = "One text that is long enough.\n" * 8, "Another that is as long as that.\n" * 8
    workspace.push(one=page("One", one), two=page("Two", two))
    for old, new in (("one.md", "x.md"), ("two.md", "oné.md"), ("x.md", "twó.md")):
        (workspace.folder / old).rename(workspace.folder / new)
    workspace.run("push", "--yes").ok()
    found = {row["path"]: row["title"] for row in workspace.sandbox.pages()}
    assert found == {"oné": "Two", "twó": "One"}
    quiet(workspace)


def test_a_page_that_was_renamed_in_case_on_the_wiki_renames_its_file(
    workspace: Workspace,
) -> None:
    workspace.push(Case=page("A page"))
    workspace.sandbox.move("Case", "elsewhere")
    workspace.sandbox.move("elsewhere", "case")
    workspace.run("pull", "--yes").ok()
    assert list(workspace.files()) == ["case.md"]
    quiet(workspace)


def test_the_preference_for_the_wiki_undoes_a_renaming_onto_another_page(
    workspace: Workspace,
) -> None:
    workspace.push(cafe=page("One"), other=page("Two", "Quite another text, long enough.\n" * 5))
    (workspace.folder / "other.md").rename(workspace.folder / "café.md")
    workspace.run("sync", "--yes", "--prefer", "wiki").ok()
    assert sorted(workspace.files()) == ["cafe.md", "other.md"]
    quiet(workspace)


def test_a_page_published_again_over_a_deleted_one_in_another_case(workspace: Workspace) -> None:
    """The conflict is settled for the folder, and the wiki has the name for another page now."""
    workspace.push(Case=page("A page"))
    workspace.sandbox.delete("Case")
    workspace.sandbox.create("case", content="Somebody's page.\n")
    workspace.change("Case.md", "title: A page", "title: Edited")
    result = workspace.run("push", "--yes", "--prefer", "local")
    assert "en/case" in result.text
    assert "Run the command again" not in result.text
    assert [row["path"] for row in workspace.sandbox.pages()] == ["case"]
    assert workspace.sandbox.pages()[0]["content"] == "Somebody's page.\n"


def test_an_edit_while_the_spelling_is_looked_up_is_not_overwritten(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.push(page=page("Page", tags="old"))
    workspace.write("page.md", page("Page", "My text.\n", tags="old, a"))

    def edit() -> None:
        workspace.sandbox.edit("page", content="Somebody's text.\n")

    workspace.sandbox.faults.add(Hook(edit), on="list", nth=2)
    result = workspace.run("push", "--yes")
    assert result.code != 0
    found = workspace.sandbox.page("page")
    assert found is not None
    assert found["content"] == "Somebody's text.\n"


def test_an_undo_of_a_push_that_replaced_a_tag_brings_the_page_back(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.push(page=page("Page", tags="old"))
    workspace.write("page.md", page("Page", "Another text.\n", tags="old, a"))
    workspace.run("push", "--yes").ok()
    workspace.run("undo", "--yes").ok()
    assert tags(workspace, "page") == ["old"]
    workspace.run("push", "--yes").ok()
    assert tags(workspace, "page") == ["old", "á"]


def test_json_and_html_have_the_notes(workspace: Workspace) -> None:
    workspace.sandbox.create("known", tags=["á"])
    workspace.write("page.md", page("Page", tags="a, ä"))
    result = workspace.run("push", "--yes", "--json").ok()
    (note,) = result.json["notes"]
    assert "the tags a and ä are one tag on the wiki, á" in note


def test_a_tag_that_would_be_a_command_to_the_terminal_is_shown_as_text(
    workspace: Workspace,
) -> None:
    workspace.sandbox.create("known", tags=["á\x1b[2J"])
    workspace.write("page.md", page("Page", tags='"a\\u001b[2J"'))
    result = workspace.run("push", "--yes")
    assert "\x1b" not in result.text
