"""A plan written down for review: what is in its file, what is shown of it, what is not."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from support.texts import full_text
from support.workspace import Workspace, page

if TYPE_CHECKING:
    from pathlib import Path

    from support.workspace import Result


@pytest.fixture
def differing(workspace: Workspace) -> Workspace:
    """An update for each side, a new page, a conflict, a deletion and a renamed file."""
    names = ("mine", "theirs", "both", "gone", "old", "home")
    workspace.push(**{name: page(name.title(), full_text(f"This is {name}.\n")) for name in names})
    workspace.change("mine.md", "This is mine.", "My words.")
    workspace.sandbox.edit("theirs", content="Their words.\n")
    workspace.change("both.md", "This is both.", "My words.")
    workspace.sandbox.edit("both", content="Their words.\n")
    workspace.write("new.md", page("New", "New words.\n"))
    workspace.remove("gone.md")
    (workspace.folder / "old.md").rename(workspace.folder / "renamed.md")
    return workspace


def written(workspace: Workspace, name: str = "plan.json") -> dict[str, Any]:
    value = json.loads((workspace.root / name).read_text("utf-8"))
    assert isinstance(value, dict)
    return value


def steps(data: dict[str, Any]) -> list[str]:
    return [f"{a['action']} {a['side']} {a['path']}" for a in data["actions"]]


ALL = [
    "create wiki new",
    "move wiki renamed",
    "update wiki mine",
    "delete wiki gone",
]


def planned(workspace: Workspace, *args: str) -> Result:
    return workspace.run("plan", "push", "--delete", "-o", "plan.json", *args)


def test_a_plan_writes_its_file_and_nothing_else(differing: Workspace) -> None:
    before = differing.snapshot()
    result = planned(differing)
    assert result.code == 3  # a conflict remains
    assert differing.snapshot() == before
    assert not any(seen.is_mutation for seen in result.asked)
    assert steps(written(differing)) == ALL


def test_a_plan_is_shown_as_status_shows_it_and_says_what_to_do_next(differing: Workspace) -> None:
    shown = planned(differing).out
    assert "update on the wiki     mine.md" in shown
    assert "Wrote plan.json." in shown
    assert "wikisync show plan.json" in shown
    assert "wikisync apply plan.json" in shown


def test_a_plan_file_has_the_object_that_json_prints(differing: Workspace) -> None:
    printed = planned(differing, "--json").json
    data = written(differing)
    for name in printed.keys() - {"actions", "conflicts", "version"}:
        assert data[name] == printed[name], name
    for name in ("actions", "conflicts"):
        for whole, known in zip(data[name], printed[name], strict=True):
            assert known.items() <= whole.items()


def test_a_plan_file_has_the_leases_the_texts_and_the_difference(differing: Workspace) -> None:
    planned(differing)
    data = written(differing)
    (update,) = (action for action in data["actions"] if action["path"] == "mine")
    assert update["old"]["content"] == full_text("This is mine.\n")
    assert update["new"]["content"].strip().startswith("My words.")
    assert "-This is mine.\n" in update["diff"]
    assert "+My words.\n" in update["diff"]
    assert update["here"]["file"] == "mine.md"
    known = differing.sandbox.page("mine")
    assert known is not None
    assert update["there"]["id"] == known["id"]
    assert update["here"]["fingerprint"].count(".") == update["there"]["fingerprint"].count(".")
    (conflict,) = data["conflicts"]
    assert conflict["old"]["content"].strip() == "Their words."
    assert conflict["new"]["content"].strip().startswith("My words.")


def test_a_plan_file_says_what_it_was_made_for(differing: Workspace) -> None:
    differing.configure(ignore=["drafts/"], write_back=False)
    planned(differing, "mine", "pages/new.md", "--max-delete", "3", "--prefer", "local")
    data = written(differing)
    assert (data["kind"], data["version"]) == ("wikisync plan", 2)
    assert data["wish"] == {
        "direction": "push",
        "paths": [
            {"typed": "mine", "names": ["mine"], "as_file": False},
            {"typed": "pages/new.md", "names": ["new.md"], "as_file": True},
        ],
        "delete": True,
        "prefer": "local",
        "markers": False,
        "convert": False,
        "mirror": False,
        "max_delete": 3,
    }
    assert steps(data) == ["create wiki new", "update wiki mine"]
    layout = {"root": "", "locale_folders": "others", "index": "", "assets": "referenced"}
    assert data["settings"] == {"ignore": ["drafts/"], "write_back": False, **layout}
    assert (data["wiki"], data["folder"]) == (differing.sandbox.url, "pages")


def test_a_plan_file_holds_no_secret(differing: Workspace) -> None:
    planned(differing)
    text = (differing.root / "plan.json").read_text("utf-8")
    assert differing.sandbox.token not in text
    assert differing.sandbox.token.rpartition(".")[2] not in text


def test_show_prints_a_plan_as_diff_does_without_wiki_or_token(differing: Workspace) -> None:
    planned(differing)
    diff = differing.run("diff", "--delete")
    shown = differing.run("show", "plan.json", env={"WIKISYNC_TOKEN": None})
    assert (shown.code, shown.asked) == (3, ())
    more = shown.out.removeprefix(diff.out)
    assert more != shown.out
    assert f"a push of pages ↔ {differing.sandbox.url}" in more
    assert "wikisync apply plan.json" in more
    data = differing.run("show", "plan.json", "--json", env={"WIKISYNC_TOKEN": None}).json
    wanted = differing.run("diff", "--delete", "--json").json
    assert data == {**wanted, "command": "show"}


def test_show_works_anywhere(differing: Workspace, tmp_path: Path) -> None:
    planned(differing)
    file = str(differing.root / "plan.json")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert "My words." in differing.run("show", file, cwd=elsewhere).out


def test_the_exit_codes_are_those_of_every_look(workspace: Workspace) -> None:
    workspace.push(home=page("Home"))
    clean = workspace.run("plan", "push", "-o", "plan.json", "--exit-code")
    assert clean.code == 0
    assert "nothing to do" in clean.out
    workspace.change("home.md", "Text.", "Mine.")
    assert workspace.run("plan", "push", "-o", "plan.json").code == 0
    assert workspace.run("plan", "push", "-o", "plan.json", "--exit-code").code == 5
    assert workspace.run("show", "plan.json", "--exit-code").code == 5
    workspace.write("bad.md", b"\xff")
    assert workspace.run("plan", "push", "-o", "plan.json").code == 1
    assert workspace.run("show", "plan.json").code == 1


def test_a_plan_that_a_guard_refuses_is_not_written(workspace: Workspace) -> None:
    workspace.push(**{f"page-{n}": page(f"Page {n}") for n in range(9)})
    for number in range(3):
        workspace.remove(f"page-{number}.md")
    result = workspace.run("plan", "push", "--delete", "-o", "plan.json")
    assert result.code == 4
    assert "refused (max-delete)" in result.out
    assert not (workspace.root / "plan.json").exists()
    assert (
        workspace.run("plan", "push", "--delete", "-o", "plan.json", "--max-delete", "3").code == 0
    )
    assert len(written(workspace)["actions"]) == 3


def test_the_file_has_to_be_named(workspace: Workspace) -> None:
    result = workspace.run("plan", "push")
    assert result.code == 2
    assert "--output" in result.err


@pytest.mark.parametrize("name", ["pages/home.md", "wikisync.toml", "notes.txt"])
def test_a_file_that_is_no_plan_is_not_written_over(workspace: Workspace, name: str) -> None:
    workspace.push(home=page("Home"))
    (workspace.root / "notes.txt").write_text("mine\n")
    before = (workspace.root / name).read_bytes()
    result = workspace.run("plan", "push", "-o", name)
    assert result.code == 2
    assert "not a plan" in result.err
    assert not result.asked
    assert (workspace.root / name).read_bytes() == before


@pytest.mark.parametrize("name", ["missing/plan.json", "pages", "/dev/null"])
def test_where_no_plan_can_be_written_it_is_said_before_anything_is_asked(
    workspace: Workspace, name: str
) -> None:
    result = workspace.run("plan", "push", "-o", name)
    assert result.code == 2
    assert f"{name} was not written" in result.err
    assert not result.asked
    assert not list(workspace.root.glob("*plan*"))


@pytest.mark.parametrize("name", ["pages/plan.md", "pages/guide/../plan.html", "link"])
def test_a_plan_is_not_written_where_the_next_push_would_publish_it(
    workspace: Workspace, name: str
) -> None:
    workspace.push(guide__a=page("A"))
    (workspace.root / "link").symlink_to("pages/plan.md")
    result = workspace.run("plan", "push", "-o", name)
    assert result.code == 2
    assert "would take it for a page" in result.err
    assert not result.asked
    assert [path.name for path in (workspace.root / "pages").rglob("*.*")] == ["a.md"]
    workspace.run("plan", "push", "-o", "pages/plan.json").ok()


def test_a_plan_is_written_over_a_plan_and_over_an_empty_file(workspace: Workspace) -> None:
    (workspace.root / "plan.json").touch()
    for content in ("One.\n", "Two.\n"):
        workspace.write("home.md", page("Home", content))
        workspace.run("plan", "push", "-o", "plan.json").ok()
        assert written(workspace)["actions"][0]["new"]["content"] == content


def test_a_plan_through_a_link_lands_where_it_leads(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home"))
    (workspace.root / "plan.json").symlink_to("real.json")
    workspace.run("plan", "push", "-o", "plan.json").ok()
    assert (workspace.root / "plan.json").is_symlink()
    assert steps(written(workspace, "real.json")) == ["create wiki home"]


def test_a_full_disk_leaves_no_half_plan(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.write("home.md", page("Home"))
    workspace.run("plan", "push", "-o", "plan.json").ok()
    before = (workspace.root / "plan.json").read_bytes()
    workspace.write("other.md", page("Other"))

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = workspace.run("plan", "push", "-o", "plan.json")
    assert result.code == 2
    assert "no space left on device" in result.err
    assert (workspace.root / "plan.json").read_bytes() == before
    assert list(workspace.root.glob("*plan*")) == [workspace.root / "plan.json"]
    assert list(workspace.root.glob(".*plan*")) == []


def test_markers_are_not_for_a_push(workspace: Workspace) -> None:
    assert workspace.run("plan", "push", "--markers", "-o", "plan.json").code == 2


def test_a_plan_is_shown_in_each_way_that_diff_shows(workspace: Workspace) -> None:
    workspace.push(one=page("One", "Old.\n"))
    workspace.change("one.md", "Old.", "New.")
    workspace.run("plan", "push", "-o", "plan.json").ok()
    plain = workspace.run("show", "plan.json").ok()
    assert "-Old.\n+New.\n" in plain.out
    for view in ("--stat", "--side-by-side"):
        shown = workspace.run("show", "plan.json", view).ok()
        assert shown.out.startswith(workspace.run("diff", view).ok().out)
    assert workspace.run("show", "plan.json", "--stat", "--side-by-side").code == 2


def test_show_takes_paths(workspace: Workspace) -> None:
    for name in ("home", "guide/a", "guide/b"):
        workspace.write(f"{name}.md", page(name))
    workspace.run("plan", "push", "-o", "plan.json").ok()
    shown = workspace.run("show", "plan.json", "guide", "--json").ok()
    assert [action["path"] for action in shown.json["actions"]] == ["guide/a", "guide/b"]
    assert shown.json["counts"]["pages"] == 2
    stat = workspace.run("show", "plan.json", "pages/guide/a.md", "--stat").ok().out
    assert "guide/a.md" in stat
    assert "home.md" not in stat
    assert workspace.run("show", "plan.json", "nowhere").code == 2
