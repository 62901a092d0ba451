"""The file ``guide/README.md`` as the page ``guide``, through the command line."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from support.git_repository import alone, repository
from support.workspace import Workspace, page
from wikisync.apply import second_look
from wikisync.folder.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox

LINES = "".join(f"Line {n} of what the guide says.\n\n" for n in range(9))
HERE = "[a](a.md) [b](b.md#c) ![](img/x.png) [up](../other.md) [two](two) [abs](/guide/a)"
THERE = "[a](guide/a.md) [b](guide/b.md#c) ![](guide/img/x.png) [up](other.md) [two](two) [abs](/guide/a)"  # noqa: E501
CODE = "`[a](a.md)`\n\n    ![](img/x.png)\n"
GUIDE = f"{HERE}\n\n{CODE}\n{LINES}"
ON_WIKI = f"{THERE}\n\n{CODE}\n{LINES}"


@pytest.fixture
def index(workspace: Workspace) -> Workspace:
    workspace.configure(index="README")
    return workspace


@pytest.fixture
def known(index: Workspace) -> Workspace:
    """A front page, the page ``guide`` with a page below it, and another; in sync."""
    index.write("README.md", page("Home", f"[g](guide/README.md) ![](img/h.png)\n\n{LINES}"))
    index.write("guide/README.md", page("Guide", GUIDE))
    index.write("guide/a.md", page("A", f"[up](README.md) A.\n\n{LINES}".replace("Line", "Row")))
    index.write("other.md", page("Other", LINES.replace("guide", "other")))
    index.run("push", "--yes").ok()
    return index


def content(workspace: Workspace, path: str) -> str:
    row = workspace.sandbox.page(path)
    assert row is not None, path
    return str(row["content"])


def in_sync(workspace: Workspace) -> None:
    result = workspace.run("sync", "--yes", "--json").ok()
    assert (result.json["actions"], len(result.asked)) == ([], 1)


def body(workspace: Workspace, file: str) -> str:
    return workspace.read(file).partition("---\n\n")[2]


def forget(workspace: Workspace) -> None:
    shutil.rmtree(workspace.state)


def test_an_index_file_is_pushed_as_the_page_of_its_folder(known: Workspace) -> None:
    assert {row["path"] for row in known.sandbox.pages()} == {"home", "guide", "guide/a", "other"}
    assert content(known, "guide") == ON_WIKI
    assert "[g](guide/README.md) ![](img/h.png)" in content(known, "home")  # as the file has it
    in_sync(known)


def test_a_dry_run_says_what_a_push_would_do_and_does_nothing(index: Workspace) -> None:
    index.write("guide/README.md", page("Guide", GUIDE))
    result = index.run("push", "--dry-run", "--json")
    assert result.planned() == [("create", "wiki", "guide")]
    assert result.action("guide")["file"] == "guide/README.md"
    assert index.sandbox.pages() == []


def test_an_edit_on_the_wiki_changes_only_its_line_of_the_file(known: Workspace) -> None:
    before = known.read("guide/README.md")
    known.sandbox.edit("guide", content=ON_WIKI.replace("Line 3 of", "Line 3, edited, of"))
    assert known.run("pull", "--dry-run", "--json").planned() == [("update", "folder", "guide")]
    assert known.read("guide/README.md") == before
    known.run("pull", "--yes").ok()
    after = known.read("guide/README.md")
    changed = set(after.splitlines()) - set(before.splitlines())
    assert {line for line in changed if not line.startswith("date:")} == {
        "Line 3, edited, of what the guide says."
    }
    in_sync(known)


def test_a_link_written_on_the_wiki_comes_as_the_file_needs_it(known: Workspace) -> None:
    new = ON_WIKI + "[n](guide/new.md) [o](other.md) ![](y.png)\n"
    known.sandbox.edit("guide", content=new)
    known.run("pull", "--yes").ok()
    assert body(known, "guide/README.md").endswith("[n](new.md) [o](../other.md) ![](../y.png)\n")
    in_sync(known)
    known.change("guide/README.md", "[n](new.md)", "[n](newer.md)")
    known.run("push", "--yes").ok()
    assert content(known, "guide") == new.replace("guide/new.md", "guide/newer.md")


@pytest.mark.parametrize("target", ["./a.md", "../guide/a.md", "x/../a.md", "../../a.md", "../two"])
def test_a_link_in_any_spelling_stays_as_it_is_in_the_file(index: Workspace, target: str) -> None:
    index.write("guide/README.md", page("Guide", f"[x]({target})\n\n{LINES}"))
    index.run("push", "--yes").ok()
    index.sandbox.edit("guide", content=content(index, "guide").replace("Line 3", "Line three"))
    index.run("pull", "--yes").ok()
    assert body(index, "guide/README.md") == f"[x]({target})\n\n{LINES}".replace(
        "Line 3", "Line three"
    )
    in_sync(index)


@pytest.mark.parametrize("target", ["./a.md", "guide/./a.md", "../a.md", "guide/../a.md", "guide"])
def test_a_link_in_any_spelling_stays_as_it_is_on_the_wiki(index: Workspace, target: str) -> None:
    text = f"[x]({target}) ![]({target})\n\n{LINES}"
    index.sandbox.create("guide", content=text)
    index.sandbox.create("guide/a", content="A.")
    index.run("pull", "--yes").ok()
    in_sync(index)
    index.change("guide/README.md", "Line 3", "Line three")
    index.run("push", "--yes").ok()
    assert content(index, "guide") == text.replace("Line 3", "Line three")


def test_a_new_page_is_an_index_file_where_the_wiki_has_pages_below_it(index: Workspace) -> None:
    for path in ("home", "guide", "guide/a/b", "other"):
        index.sandbox.create(path, content=LINES)
    index.sandbox.create("home", "fr", content=LINES)
    index.sandbox.create("guide", "fr", content=LINES)
    index.run("pull", "--yes").ok()
    assert set(index.files()) == {
        *("README.md", "guide/README.md", "guide/a/b.md", "other.md"),
        *("fr/README.md", "fr/guide.md"),
    }
    in_sync(index)


def test_a_page_keeps_the_form_of_its_file(index: Workspace) -> None:
    index.write("guide.md", page("Guide", f"![](guide/x.png)\n\n{LINES}"))
    index.write("plain/README.md", page("Plain", f"![](x.png)\n\n{LINES}"))
    index.write("home.md", page("Home", LINES))
    index.run("push", "--yes").ok()
    index.sandbox.create("guide/a", content="Below.")
    for path in ("guide", "plain", "home"):
        index.sandbox.edit(path, content=content(index, path) + "More.\n")
    index.run("pull", "--yes").ok()
    assert set(index.files()) == {"guide.md", "guide/a.md", "plain/README.md", "home.md"}
    assert content(index, "plain").startswith("![](plain/x.png)")
    assert body(index, "plain/README.md").startswith("![](x.png)")
    assert body(index, "guide.md").startswith("![](guide/x.png)")
    in_sync(index)


def test_both_forms_of_one_page_are_a_problem_that_names_both(known: Workspace) -> None:
    known.write("guide.md", page("Guide", "Another.\n"))
    before = known.both_sides()
    result = known.run("sync", "--yes", "--json")
    assert result.code == 1
    [problem] = result.json["problems"]
    assert {"guide.md", "guide/README.md"} <= set(
        f"{problem['file']} {problem['message']}".replace(",", " ").replace("`", " ").split()
    )
    assert known.both_sides() == before


@pytest.mark.parametrize("name", ["readme.md", "Readme.md"])
def test_case_does_not_count_in_the_name_of_an_index_file(index: Workspace, name: str) -> None:
    index.write(f"guide/{name}", page("Guide", GUIDE))
    index.run("push", "--yes").ok()
    assert content(index, "guide") == ON_WIKI
    index.sandbox.edit("guide", content=f"{ON_WIKI}More.\n")
    index.run("pull", "--yes").ok()
    assert set(index.files()) == {f"guide/{name}"}


def test_a_page_of_the_name_of_index_files_has_no_file(index: Workspace) -> None:
    index.sandbox.create("guide/README", content=LINES)
    result = index.run("pull", "--yes", "--json")
    assert [problem["file"] for problem in result.json["problems"]] == ["en/guide/README"]
    assert index.files() == {}


def test_a_file_that_takes_the_other_form_is_the_same_page(known: Workspace) -> None:
    known.write("other/README.md", known.read("other.md"))
    known.remove("other.md")
    pages = known.sandbox.pages()
    result = known.run("sync", "--yes", "--json").ok()
    assert result.done() == [("adopt", "folder", "other")]
    assert known.sandbox.pages() == pages
    in_sync(known)
    known.sandbox.edit("other", content="Edited.\n" + LINES)
    known.run("pull", "--yes").ok()
    assert "other.md" not in known.files()
    assert "Edited." in known.read("other/README.md")


def test_a_page_moved_on_the_wiki_keeps_its_form_and_its_links_lead_where_they_did(
    known: Workspace,
) -> None:
    known.sandbox.move("guide", "manual")
    result = known.run("pull", "--dry-run", "--json")
    assert result.action("manual")["file"] == "manual/README.md"
    known.run("pull", "--yes").ok()
    assert set(known.files()) == {"README.md", "manual/README.md", "guide/a.md", "other.md"}
    assert content(known, "manual") == ON_WIKI  # Wiki.js rewrites no links
    assert body(known, "manual/README.md").startswith("[a](../guide/a.md) [b](../guide/b.md#c)")
    assert CODE in known.read("manual/README.md")
    in_sync(known)
    forget(known)
    in_sync_without_memory(known)


def in_sync_without_memory(workspace: Workspace) -> None:
    before = workspace.both_sides()
    result = workspace.run("sync", "--yes", "--json").ok()
    assert {action["action"] for action in result.json["actions"]} <= {"adopt"}
    assert workspace.both_sides() == before


def test_such_a_move_is_undone_to_the_byte(known: Workspace) -> None:
    before = known.files()
    known.sandbox.move("guide", "manual")
    known.run("pull", "--yes").ok()
    assert known.files() != before
    known.run("undo", "--yes").ok()
    assert known.files() == before


def test_a_page_moved_and_edited_on_the_wiki_comes_with_both(known: Workspace) -> None:
    known.sandbox.move("guide", "manual")
    known.sandbox.edit("manual", content=ON_WIKI.replace("Line 3", "Line three"))
    known.run("pull", "--yes").ok()
    assert "[a](../guide/a.md)" in known.read("manual/README.md")
    assert "Line three" in known.read("manual/README.md")
    in_sync(known)


def test_a_page_moved_on_the_wiki_and_edited_here_keeps_the_edit(known: Workspace) -> None:
    known.change("guide/README.md", "Line 3", "Line three")
    known.sandbox.move("guide", "manual")
    known.run("sync", "--yes").ok()
    assert "[a](../guide/a.md)" in known.read("manual/README.md")
    assert content(known, "manual") == ON_WIKI.replace("Line 3", "Line three")
    in_sync(known)


def test_pages_that_swap_places_on_the_wiki_swap_their_index_files(known: Workspace) -> None:
    known.write("plain/README.md", page("Plain", f"![](x.png)\n\n{LINES.replace('Line', 'Sign')}"))
    known.run("push", "--yes").ok()
    known.sandbox.move("guide", "aside")
    known.sandbox.move("plain", "guide")
    known.sandbox.move("aside", "plain")
    known.run("pull", "--yes").ok()
    assert body(known, "guide/README.md").startswith("![](../plain/x.png)")
    assert body(known, "plain/README.md").startswith("[a](../guide/a.md)")
    in_sync(known)


def test_a_folder_renamed_here_moves_its_page_with_the_links_of_the_file(known: Workspace) -> None:
    row = known.sandbox.page("guide")
    (known.folder / "guide").rename(known.folder / "manual")
    result = known.run("push", "--dry-run", "--json").ok()
    assert ("move", "wiki", "manual") in result.planned()
    known.run("push", "--yes").ok()
    moved = known.sandbox.page("manual")
    assert row is not None
    assert moved is not None
    assert moved["id"] == row["id"]
    assert content(known, "manual") == ON_WIKI.replace("guide/a", "manual/a", 1).replace(
        "guide/b", "manual/b"
    ).replace("guide/img", "manual/img")
    in_sync(known)


def test_edits_on_both_sides_merge_in_the_form_of_each(known: Workspace) -> None:
    known.change("guide/README.md", "[b](b.md#c)", "[b](c.md)")
    known.change("guide/README.md", "Line 1 ", "Line one ")
    known.sandbox.edit("guide", content=ON_WIKI.replace("Line 7", "Line seven"))
    known.run("sync", "--yes").ok()
    merged = ON_WIKI.replace("Line 1 ", "Line one ").replace("Line 7", "Line seven")
    assert content(known, "guide").strip() == merged.replace("b.md#c", "c.md").strip()
    assert body(known, "guide/README.md").startswith(HERE.replace("b.md#c", "c.md"))
    in_sync(known)


def test_a_conflict_is_written_with_the_links_of_the_file(known: Workspace) -> None:
    known.change("guide/README.md", "Line 3 ", "![](here.png) ")
    known.sandbox.edit("guide", content=ON_WIKI.replace("Line 3 ", "![](guide/there.png) "))
    known.run("pull", "--yes", "--markers")
    text = known.read("guide/README.md")
    assert "![](here.png) of" in text
    assert "![](there.png) of" in text
    assert text.count("[a](a.md)") == 2  # also in code
    assert "guide/" not in text.replace("(/guide/a)", "")


def test_a_deleted_page_is_restored_into_its_index_file(known: Workspace) -> None:
    before = known.read("guide/README.md")
    known.remove("guide/README.md")
    known.run("push", "--yes", "--delete").ok()
    assert known.sandbox.page("guide") is None
    number = known.run("log", "guide", "--json").json["backups"][0]["backup"]
    known.run("restore", str(number), "--yes").ok()
    assert body(known, "guide/README.md").startswith(HERE)
    assert body(known, "guide/README.md") == before.partition("---\n\n")[2]


def test_without_a_memory_nothing_is_made_twice(known: Workspace) -> None:
    forget(known)
    in_sync_without_memory(known)


def test_a_fresh_clone_finds_the_base_in_git(
    known: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone(monkeypatch)
    repo = repository(known.root)
    repo.write(".gitignore", ".wikisync\n")
    repo.commit()
    known.change("guide/README.md", "Line 1 ", "Line one ")
    known.change("guide/README.md", "[b](b.md#c)", "[b](c.md)")
    known.sandbox.edit("guide", content=ON_WIKI.replace("Line 7", "Line seven"))
    forget(known)
    known.run("sync", "--yes").ok()
    for text in (content(known, "guide"), known.read("guide/README.md")):
        assert "Line one " in text
        assert "Line seven" in text
    assert content(known, "guide").startswith(THERE.replace("b.md#c", "c.md"))
    in_sync(known)


def test_all_goes_into_an_empty_folder_as_it_was(
    known: Workspace, sandbox: Sandbox, tmp_path: Path
) -> None:
    root = tmp_path / "clone"
    root.mkdir()
    clone = Workspace(root, sandbox)
    clone.configure(index="README")
    clone.run("pull", "--yes").ok()
    assert set(clone.files()) == set(known.files())
    for file in known.files():
        assert body(clone, file) == body(known, file), file


def test_the_setting_that_comes_later_changes_nothing_that_was_a_page(
    workspace: Workspace,
) -> None:
    workspace.push(guide__README=page("Guide", GUIDE), guide=page("Top", LINES))
    before = workspace.both_sides()
    workspace.configure(index="README")
    result = workspace.run("sync", "--yes", "--json")
    assert result.code == 1
    assert workspace.both_sides() == before
    [problem] = (one for one in result.json["problems"] if one["file"] == "guide/README.md")
    assert "en/guide/README, and with `index` in wikisync.toml" in problem["message"]


def test_a_page_of_another_name_becomes_the_page_of_its_folder_as_the_manual_says(
    workspace: Workspace,
) -> None:
    workspace.push(guide__README=page("Guide", GUIDE), other=page("Other", "Other.\n"))
    row = workspace.sandbox.page("guide/README")
    (workspace.folder / "guide/README.md").rename(workspace.folder / "guide.md")
    workspace.run("push", "--yes").ok()
    workspace.configure(index="README")
    (workspace.folder / "guide").mkdir(exist_ok=True)
    (workspace.folder / "guide.md").rename(workspace.folder / "guide/README.md")
    workspace.run("push", "--yes").ok()
    assert row is not None
    assert (workspace.sandbox.page("guide") or {})["id"] == row["id"]
    assert content(workspace, "guide") == ON_WIKI
    in_sync(workspace)


def test_a_conflict_without_a_memory_is_written_with_the_links_of_the_file(
    index: Workspace,
) -> None:
    index.write("guide/README.md", page("Guide", f"![](here.png) one\n\n{LINES}"))
    index.sandbox.create("guide", title="Guide", content=f"![](guide/there.png) two\n\n{LINES}")
    index.run("pull", "--yes", "--markers")
    text = index.read("guide/README.md")
    assert "<<<<<<<" in text
    assert "![](here.png) one" in text
    assert "![](there.png) two" in text


def test_a_backup_of_a_file_is_restored_with_the_links_that_its_present_name_needs(
    known: Workspace,
) -> None:
    known.change("guide/README.md", "Line 3", "Line three")
    known.sandbox.edit("guide", content=ON_WIKI.replace("Line 3", "Line III"))
    result = known.run("pull", "--prefer", "wiki", "--yes", "--json").ok()
    [number] = result.action("guide")["backups"]
    known.sandbox.move("guide", "manual")
    known.run("pull", "--yes").ok()
    known.run("restore", str(number), "--yes").ok()
    text = body(known, "manual/README.md")
    assert text.startswith("[a](../guide/a.md) [b](../guide/b.md#c)")
    assert "Line three" in text
    known.run("push", "--yes").ok()
    assert content(known, "manual") == ON_WIKI.replace("Line 3", "Line three")


def test_a_page_is_not_deleted_if_its_file_takes_the_other_form_meanwhile(
    known: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = known.read("guide/README.md")
    known.remove("guide/README.md")
    monkeypatch.setattr(second_look, "wait", lambda _: known.write("guide.md", text))
    result = known.run("push", "--delete", "--yes", "--json")
    assert known.sandbox.page("guide") is not None
    assert result.action("guide")["outcome"] != "done"


def test_a_file_edited_while_it_is_moved_stays_where_it_is(
    known: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Folder.delete

    def delete(folder: Folder, file: str, expected: bytes) -> None:
        if file == "guide/README.md":
            known.change(file, "Line 3", "Line three")
        real(folder, file, expected)

    known.sandbox.move("guide", "manual")
    monkeypatch.setattr(Folder, "delete", delete)
    known.run("pull", "--yes")
    monkeypatch.undo()
    assert "Line three" in known.read("guide/README.md")
    assert "manual/README.md" not in known.files()
    known.run("sync", "--yes").ok()
    assert "Line three" in known.read("manual/README.md")
    assert content(known, "manual") == ON_WIKI.replace("Line 3", "Line three")


def test_index_files_move_into_the_folder_of_their_locale(known: Workspace) -> None:
    pages = known.sandbox.pages()
    known.configure(index="README", locale_folders="all")
    (known.root / "en").mkdir()
    for name in ("README.md", "guide", "other.md"):
        (known.folder / name).rename(known.root / "en" / name)
    (known.root / "en").rename(known.folder / "en")
    result = known.run("sync", "--yes", "--json").ok()
    assert {action["action"] for action in result.json["actions"]} == {"adopt"}
    assert known.sandbox.pages() == pages
    in_sync(known)


def test_a_page_without_a_file_keeps_the_form_that_it_had_in_a_former_layout(
    known: Workspace,
) -> None:
    known.configure(index="README", locale_folders="all")
    for name in ("README.md", "other.md", "guide/a.md"):
        known.write(f"en/{name}", known.read(name))
        known.remove(name)
    known.remove("guide/README.md")
    known.run("pull", "--yes", "--prefer", "wiki").ok()
    assert "en/guide/README.md" in known.files()
    assert "en/guide.md" not in known.files()


def test_with_a_root_the_index_file_at_the_top_is_the_page_at_the_root(
    workspace: Workspace,
) -> None:
    workspace.configure(index="README", root="products/rocket")
    for path in ("home", "products", "products/rocketry"):
        workspace.sandbox.create(path, content="Of others.\n")
    workspace.sandbox.create("products/rocket", "fr", content="![](rocket/x.png) Bonjour.\n")
    workspace.write("README.md", page("Rocket", f"![](x.png) [up](../products.md)\n\n{LINES}"))
    workspace.write("guide/README.md", page("Guide", GUIDE))
    workspace.run("sync", "--yes").ok()
    assert set(workspace.files()) == {"README.md", "guide/README.md", "fr/README.md"}
    assert body(workspace, "fr/README.md").startswith("![](x.png) Bonjour.")
    assert content(workspace, "products/rocket") == (
        f"![](rocket/x.png) [up](products.md)\n\n{LINES}"
    )
    assert content(workspace, "products/rocket/guide") == ON_WIKI
    in_sync(workspace)
    forget(workspace)
    in_sync_without_memory(workspace)


def test_a_difference_is_shown_without_the_links_that_only_look_different(
    known: Workspace,
) -> None:
    known.change("guide/README.md", "Line 3", "Line three")
    diff = known.run("diff", "--json").action("guide")["diff"]
    changed = [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in "+++---"]
    assert changed == [
        "-Line 3 of what the guide says.",
        "+Line three of what the guide says.",
    ]


@pytest.mark.parametrize("file", ["guide/README.md", "guide.md"])
def test_a_page_whose_file_git_has_deleted_stays_deleted_in_a_fresh_clone(
    index: Workspace, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    alone(monkeypatch)
    index.write(file, page("Guide", GUIDE))
    index.write("guide/about.md", page("About", "About.\n"))
    index.write("other.md", page("Other", "Other.\n"))
    index.run("push", "--yes").ok()
    repo = repository(index.root)
    repo.write(".gitignore", ".wikisync\n")
    repo.commit()
    index.remove(file)
    repo.commit()
    forget(index)
    index.run("sync", "--yes", "--delete", "--allow", "emptied").ok()
    assert index.sandbox.page("guide") is None
    assert set(index.files()) == {"guide/about.md", "other.md"}


@pytest.mark.parametrize("edit", [False, True])
def test_a_moved_index_file_is_found_again_in_a_fresh_clone(
    known: Workspace, monkeypatch: pytest.MonkeyPatch, edit: bool
) -> None:
    alone(monkeypatch)
    repo = repository(known.root)
    repo.write(".gitignore", ".wikisync\n")
    repo.commit()
    before = {row["path"]: row["id"] for row in known.sandbox.pages()}
    known.sandbox.move("guide", "manual")
    known.sandbox.edit("manual", content=ON_WIKI.replace("Line 3", "Line three"))
    if edit:
        known.change("guide/README.md", "Line 7", "Line seven")
    forget(known)
    known.run("sync", "--yes").ok()
    assert {row["id"] for row in known.sandbox.pages()} == set(before.values())
    assert "guide/README.md" not in known.files()
    assert "[a](../guide/a.md)" in known.read("manual/README.md")
    assert "Line three" in known.read("manual/README.md")
    assert ("Line seven" in content(known, "manual")) is edit
    assert content(known, "manual").startswith(THERE)
    in_sync(known)


def test_a_reviewed_plan_is_applied_with_the_links_of_each_side(known: Workspace) -> None:
    known.sandbox.move("guide", "manual")
    known.sandbox.edit("manual", content=ON_WIKI.replace("Line 3", "Line three"))
    known.change("README.md", "Line 5", "Line five")
    known.write("plain/README.md", page("Plain", f"![](x.png)\n\n{LINES.replace('Line', 'Sign')}"))
    known.run("plan", "sync", "-o", "plan.json").ok()
    known.run("apply", "plan.json", "--yes").ok()
    assert body(known, "manual/README.md").startswith("[a](../guide/a.md)")
    assert "Line three" in known.read("manual/README.md")
    assert content(known, "plain").startswith("![](plain/x.png)")
    assert "Line five" in content(known, "home")
    in_sync(known)


def test_a_mirror_writes_the_links_of_each_side(known: Workspace) -> None:
    known.sandbox.edit("guide", content="[n](guide/n.md) Other.\n")
    known.run("push", "--mirror", "--yes").ok()
    assert content(known, "guide") == ON_WIKI
    known.change("guide/README.md", "[a](a.md)", "[z](z.md)")
    known.run("pull", "--mirror", "--yes").ok()
    assert body(known, "guide/README.md").startswith("[a](a.md)")
    in_sync(known)


@pytest.mark.parametrize(
    ("file", "here", "there"),
    [
        (
            "guide/README.html",
            '<p><a href="a.html">a</a> <img src="img/x.png"> <pre><a href="a.html">a</a></pre></p>',
            '<p><a href="guide/a.html">a</a> <img src="guide/img/x.png">'
            ' <pre><a href="a.html">a</a></pre></p>',
        ),
        (
            "guide/README.adoc",
            "link:a.adoc[a] image:../x.png[]\n\n----\nlink:a.adoc[a]\n----\n",
            "link:guide/a.adoc[a] image:x.png[]\n\n----\nlink:a.adoc[a]\n----\n",
        ),
    ],
)
def test_html_and_asciidoc_have_index_files_too(
    index: Workspace, file: str, here: str, there: str
) -> None:
    index.write(file, here)
    index.run("push", "--yes").ok()
    assert content(index, "guide") == there
    index.sandbox.edit("guide", content=f"{there}\n")
    index.sandbox.edit("guide", content=there.replace("x.png", "y.png"))
    index.run("pull", "--yes").ok()
    assert here.replace("x.png", "y.png") in index.read(file)
    in_sync(index)


def test_a_page_whose_links_are_unclear_is_the_same_on_both_sides(index: Workspace) -> None:
    text = "<div>\n<!-- never closed\n\n[a](a.md)\n"
    index.write("guide/README.md", page("Guide", text))
    index.run("push", "--yes").ok()
    assert content(index, "guide") == text
    in_sync(index)


def test_offline_an_index_file_is_compared_with_the_base(known: Workspace) -> None:
    assert known.run("status", "--offline", "--json").ok().json["actions"] == []
    known.change("guide/README.md", "[a](a.md)", "[z](z.md)")
    result = known.run("status", "--offline", "--json").ok()
    assert [(a["path"], a["fields"]) for a in result.json["actions"]] == [("guide", ["content"])]


def test_a_plan_made_without_index_files_is_refused_with_them(known: Workspace) -> None:
    known.change("other.md", "Line 3", "Line three")
    known.run("plan", "push", "-o", "plan.json").ok()
    known.configure()
    result = known.run("apply", "plan.json", "--yes")
    assert result.code == 4
    assert "made with another configuration" in result.text, result.text


@pytest.mark.parametrize(("before", "after"), [("README", ""), ("", "README"), ("README", "index")])
def test_no_backup_is_restored_with_the_links_of_another_setting(
    workspace: Workspace, before: str, after: str
) -> None:
    setting = {True: {"index": before}, False: {}}
    workspace.configure(**setting[bool(before)])
    path = "guide" if before else "guide/README"
    workspace.sandbox.create(path, content=ON_WIKI)
    workspace.sandbox.create("guide/a", content=LINES)
    workspace.run("pull", "--yes").ok()
    workspace.change("guide/README.md", "Line 3", "Line three")
    workspace.run("push", "--yes").ok()
    files = workspace.files()
    workspace.configure(**{"index": after} if after else {})
    result = workspace.run("restore", "1", "--yes")
    assert result.code == 2
    assert "`index` in wikisync.toml" in result.err
    assert workspace.files() == files
    workspace.configure(**setting[bool(before)])
    workspace.run("restore", "1", "--yes").ok()
    workspace.run("push", "--yes").ok()
    assert content(workspace, path) == ON_WIKI


def test_no_move_of_an_index_file_is_undone_with_the_links_of_another_setting(
    known: Workspace,
) -> None:
    before = known.files()
    known.sandbox.move("guide", "manual")
    known.run("pull", "--yes").ok()
    moved = known.files()
    known.configure()
    assert known.run("undo", "--yes").code == 3
    assert known.files() == moved
    known.configure(index="README")
    known.run("undo", "2", "--yes").ok()
    assert known.files() == before
