"""A folder for each locale or for all but the default: what is not so is said, never changed."""

from __future__ import annotations

import re
import shutil
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import pytest

from scenarios.hostile.scene import quiet, writes
from support.texts import full_text
from support.workspace import Workspace, page
from wikisync.sandbox import administration

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ALL: Final = "all"
DELETE: Final = ("--delete", "--max-delete", "99", "--allow", "emptied", "--allow", "all-changed")
NAMES: Final = ("home", "guide/a", "guide/b")


def keys(workspace: Workspace) -> set[tuple[str, str]]:
    return {(found["locale"], found["path"]) for found in workspace.sandbox.pages()}


def text_of(name: str) -> str:
    return full_text(f"The text of {name}.\n")


def write_all(workspace: Workspace, folder: str, names: Iterable[str] = NAMES) -> None:
    for name in names:
        workspace.write(f"{folder}{name}.md", page(name, text_of(name)))


def move_all(workspace: Workspace, old: str, new: str) -> None:
    """What ``git mv`` does to the files of the default locale."""
    for name in NAMES:
        target = workspace.folder / f"{new}{name}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        (workspace.folder / f"{old}{name}.md").rename(target)


def without_dates(data: bytes) -> bytes:
    return re.sub(rb"^(date|dateCreated): .*$", rb"\1:", data, flags=re.MULTILINE)


def everything(workspace: Workspace) -> tuple[Any, ...]:
    return workspace.sandbox.pages(), workspace.files()


@pytest.fixture
def spaced(workspace: Workspace) -> Workspace:
    """A folder with English and French pages below ``en/`` and ``fr/``, in sync."""
    workspace.configure(locale_folders=ALL)
    write_all(workspace, "en/")
    workspace.write("fr/home.md", page("Accueil"))
    workspace.run("push", "--yes").ok()
    return workspace


def test_pages_of_every_locale_go_to_the_wiki_from_their_folders(spaced: Workspace) -> None:
    assert keys(spaced) == {("fr", "home"), *(("en", name) for name in NAMES)}
    quiet(spaced)


def test_pages_of_every_locale_come_into_their_folders(workspace: Workspace) -> None:
    workspace.configure(locale_folders=ALL)
    workspace.sandbox.create("home")
    workspace.sandbox.create("guide/a", locale="fr")
    workspace.run("pull", "--dry-run").ok()
    assert workspace.files() == {}
    workspace.run("pull", "--yes").ok()
    assert sorted(workspace.files()) == ["en/home.md", "fr/guide/a.md"]
    quiet(workspace)


def test_without_a_memory_such_a_folder_is_known_again(spaced: Workspace) -> None:
    before = everything(spaced)
    shutil.rmtree(spaced.state)
    result = spaced.run("sync", "--yes", "--json").ok()
    assert {action["action"] for action in result.json["actions"]} == {"adopt"}
    assert everything(spaced) == before
    quiet(spaced)


def test_a_folder_of_every_locale_goes_and_comes_back_byte_for_byte_but_for_dates(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.configure(locale_folders=ALL)
    titles = ("Plain", "With 「signs」", "été", "A, B", "100 %")
    for number, (locale, title) in enumerate(product(("en", "fr"), titles)):
        name = f"{locale}/{'deep/' * (number % 3)}page-{number}"
        text = page(title, f"\n# {title}\n\n{text_of(name)}", tags="b, a", description=title)
        workspace.write(f"{name}.md", text)
        html = text.removeprefix("---").replace("\n---\n", "\n-->\n", 1)
        html = html.replace("editor: markdown", "editor: ckeditor")
        workspace.write(f"{name}x.html", f"<!--{html}")
    before = {name: without_dates(data) for name, data in workspace.files().items()}
    workspace.run("push", "--yes").ok()
    (tmp_path / "clone").mkdir()
    clone = Workspace(tmp_path / "clone", workspace.sandbox)
    clone.configure(locale_folders=ALL)
    clone.run("pull", "--yes").ok()
    assert {name: without_dates(data) for name, data in clone.files().items()} == before
    assert {name: without_dates(data) for name, data in workspace.files().items()} == before
    quiet(clone)
    quiet(workspace)


def test_moves_go_both_ways_within_and_between_the_folders(spaced: Workspace) -> None:
    (spaced.folder / "en/guide/a.md").rename(spaced.folder / "en/guide/c.md")
    spaced.sandbox.move("guide/b", "tips", "en", "fr")
    result = spaced.run("sync", "--yes", "--json").ok()
    assert sorted(result.done()) == [("move", "folder", "tips"), ("move", "wiki", "guide/c")]
    assert sorted(spaced.files()) == ["en/guide/c.md", "en/home.md", "fr/home.md", "fr/tips.md"]
    quiet(spaced)


@pytest.mark.parametrize("command", ["status", "push", "pull", "sync"])
@pytest.mark.parametrize("memory", [True, False], ids=["with-memory", "without"])
def test_a_folder_of_locale_folders_is_left_alone_until_the_setting_says_so(
    spaced: Workspace, command: str, memory: bool
) -> None:
    spaced.configure()
    if not memory:
        shutil.rmtree(spaced.state)
    spaced.sandbox.create("new-there")
    spaced.write("en/new-here.md", page("New"))
    before = everything(spaced)
    args = () if command == "status" else (*DELETE, "--yes")
    for rehearsal in [()] if command == "status" else [("--dry-run",), ()]:
        result = spaced.run(command, *args, *rehearsal, "--json")
        assert result.code == 1
        (problem,) = result.json["problems"]
        assert "keeps the pages of the wiki's default locale in en/ (4 files)" in problem["message"]
        assert {action["action"] for action in result.json["actions"]} <= {"adopt"}
        assert (result.json["refusals"], result.json["conflicts"]) == ([], [])
        assert writes(result) == []
        assert everything(spaced) == before


def test_status_says_once_which_setting_is_missing(spaced: Workspace) -> None:
    spaced.configure()
    result = spaced.run("status")
    assert result.text.count("locale_folders") == 1
    assert 'Set locale_folders = "all" in wikisync.toml' in result.text


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
@pytest.mark.parametrize("memory", [True, False], ids=["with-memory", "without"])
def test_pages_at_the_top_are_left_alone_where_the_setting_wants_folders(
    workspace: Workspace, command: str, memory: bool
) -> None:
    write_all(workspace, "")
    workspace.run("push", "--yes").ok()
    workspace.configure(locale_folders=ALL)
    if not memory:
        shutil.rmtree(workspace.state)
    workspace.sandbox.create("new-there")
    workspace.write("new-here.md", page("New"))
    before = everything(workspace)
    for rehearsal in [("--dry-run",), ()]:
        result = workspace.run(command, *DELETE, "--yes", *rehearsal, "--json")
        assert result.code == 1
        (problem,) = result.json["problems"]
        assert "outside of en/ (4 files)" in problem["message"]
        assert result.json["actions"] == result.json["conflicts"] == []
        assert everything(workspace) == before


@pytest.mark.parametrize(
    ("old", "new", "then"), [("", "en/", ALL), ("en/", "", "others")], ids=["to-all", "from-all"]
)
def test_the_setting_and_the_files_change_together_and_the_memory_stays(
    workspace: Workspace, old: str, new: str, then: str
) -> None:
    workspace.configure(locale_folders="others" if then == ALL else ALL)
    write_all(workspace, old)
    workspace.run("push", "--yes").ok()
    move_all(workspace, old, new)
    workspace.configure(locale_folders=then)
    before = everything(workspace)
    assert workspace.run("push", *DELETE, "--yes", "--json").ok().done() == [
        ("adopt", "folder", name) for name in sorted(NAMES)
    ]
    assert everything(workspace) == before
    quiet(workspace)
    workspace.sandbox.edit("home", content="Edited there.\n")
    workspace.change(f"{new}guide/a.md", "The text", "Another text")
    workspace.sandbox.delete("guide/b")
    workspace.run("sync", "--delete", "--yes").ok()
    assert "Edited there." in workspace.read(f"{new}home.md")
    assert sorted(workspace.files()) == [f"{new}guide/a.md", f"{new}home.md"]
    quiet(workspace)


def test_a_page_whose_file_vanished_with_the_old_layout_comes_back_into_the_new_one(
    workspace: Workspace,
) -> None:
    write_all(workspace, "")
    workspace.run("push", "--yes").ok()
    move_all(workspace, "", "en/")
    workspace.configure(locale_folders=ALL)
    workspace.remove("en/home.md")
    workspace.run("pull", "--prefer", "wiki", "--yes").ok()
    assert sorted(workspace.files()) == ["en/guide/a.md", "en/guide/b.md", "en/home.md"]
    workspace.run("sync", "--yes").ok()
    quiet(workspace)


def test_a_single_file_in_the_folder_of_the_default_locale_stops_nothing_else(
    workspace: Workspace,
) -> None:
    write_all(workspace, "")
    workspace.run("push", "--yes").ok()
    workspace.write("en/stray.md", page("Stray"))
    workspace.sandbox.create("new-there")
    result = workspace.run("sync", "--yes", "--json")
    assert result.code == 1
    (problem,) = result.json["problems"]
    assert problem["file"] == "en/stray.md"
    assert result.done() == [("create", "folder", "new-there")]
    assert "stray" not in {path.rpartition("/")[2] for _, path in keys(workspace)}


def test_a_file_beside_the_locale_folders_stops_nothing_else(spaced: Workspace) -> None:
    spaced.write("README.md", "About this repository.\n")
    spaced.sandbox.create("new-there")
    result = spaced.run("sync", "--yes", "--json")
    (problem,) = result.json["problems"]
    assert problem["file"] == "README.md"
    assert "`ignore`" in spaced.run("status").text
    assert result.done() == [("create", "folder", "new-there")]
    assert not any("README" in path for _, path in keys(spaced))


def test_a_page_that_has_the_name_of_a_locale_in_its_path_is_no_contradiction(
    workspace: Workspace,
) -> None:
    workspace.sandbox.create("en/home")
    workspace.run("pull", "--yes").ok()
    assert sorted(workspace.files()) == ["en/home.md"]
    quiet(workspace)
    workspace.run("status", "--offline").ok()


def test_a_plan_file_has_the_contradiction_too(spaced: Workspace) -> None:
    spaced.change("fr/home.md", "Text.", "Texte.")
    spaced.configure()
    spaced.run("plan", "push", "-o", "plan.json")
    assert spaced.run("show", "plan.json").text.count("keeps the pages of") == 1
    result = spaced.run("apply", "plan.json", "--yes", "--json")
    assert result.done() == [("update", "wiki", "home")]
    assert len(result.json["problems"]) == 1


def test_a_misplaced_file_can_be_named_as_a_path(spaced: Workspace) -> None:
    spaced.configure()
    assert spaced.run("status", "pages/en/home.md").code == 1
    assert spaced.run("status", "fr/home").code == 0


def make_french_the_default(workspace: Workspace) -> None:
    sent = {"locale": "fr", "autoUpdate": False, "namespacing": True, "namespaces": ["en", "fr"]}
    administration.configure_locales(workspace.sandbox.store, sent)


def test_with_all_locale_folders_another_default_of_the_wiki_changes_nothing(
    spaced: Workspace,
) -> None:
    make_french_the_default(spaced)
    quiet(spaced)


@pytest.mark.parametrize("memory", [True, False], ids=["with-memory", "without"])
def test_by_default_another_default_of_the_wiki_is_said_and_no_page_of_it_changes(
    workspace: Workspace, memory: bool
) -> None:
    write_all(workspace, "")
    workspace.write("fr/home.md", page("Accueil"))
    workspace.run("push", "--yes").ok()
    make_french_the_default(workspace)
    if not memory:
        shutil.rmtree(workspace.state)
    before = everything(workspace)
    for command in ("push", "pull", "sync") if memory else ():
        result = workspace.run(command, *DELETE, "--yes", "--json")
        assert result.code == 1
        assert "fr/home.md" in {problem["file"] for problem in result.json["problems"]}
        assert result.json["actions"] == result.json["conflicts"] == []
        assert len({problem["message"] for problem in result.json["problems"]}) == 2
        assert everything(workspace) == before
    shown = workspace.run("sync", "--dry-run", "--json").json
    assert "fr/home.md" in {problem["file"] for problem in shown["problems"]}
    assert not [a for a in shown["actions"] if a["action"] in {"delete", "move", "update"}]


def test_init_writes_the_setting_that_fits_the_folder(spaced: Workspace) -> None:
    (spaced.root / "wikisync.toml").unlink()
    shutil.rmtree(spaced.state)
    result = spaced.run("init", spaced.sandbox.url).ok()
    assert 'locale_folders = "all"' in (spaced.root / "wikisync.toml").read_text()
    assert 'locale_folders = "all"' in result.text
    spaced.run("sync", "--yes").ok()
    quiet(spaced)


def test_init_without_a_key_looks_at_the_folder_alone(spaced: Workspace) -> None:
    (spaced.root / "wikisync.toml").unlink()
    spaced.run("init", spaced.sandbox.url, env={"WIKISYNC_TOKEN": None}).ok()
    assert 'locale_folders = "all"' in (spaced.root / "wikisync.toml").read_text()


@pytest.mark.parametrize("files", [["home.md"], ["fr/home.md"], ["en/a.md", "b.md", "c.md"], []])
def test_init_writes_no_setting_for_a_folder_as_it_is_by_default(
    workspace: Workspace, files: list[str]
) -> None:
    (workspace.root / "wikisync.toml").unlink()
    for file in files:
        workspace.write(file, page())
    workspace.run("init", workspace.sandbox.url).ok()
    assert "locale_folders" not in (workspace.root / "wikisync.toml").read_text()
