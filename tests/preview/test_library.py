"""What the preview knows of the folder, and what it finds out after a change."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.preview_run import write
from support.workspace import Workspace, page, tree
from wikisync.config import load
from wikisync.errors import FolderError
from wikisync.page.model import Key
from wikisync.preview.library import Change, Library
from wikisync.preview.view import list_json

if TYPE_CHECKING:
    from wikisync.sandbox import Sandbox


def library(project: Path) -> Library:
    config = load(start=project, env={}, need_token=False, need_url=False)
    return Library(config)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, "home.md", page("Home", "Text.\n"))
    write(tmp_path, "guide/one.md", "# A heading\n\nText.\n")
    write(tmp_path, "draft.md", page("A draft", "Text.\n", published="false"))
    write(tmp_path, "img/a.png", b"png")
    return tmp_path


def titles(found: Library) -> dict[str, tuple[str, bool]]:
    return {entry.file: (entry.title, entry.draft) for entry in found.snapshot.entries.values()}


def test_pages_are_known_at_once_and_their_titles_after_reading(project: Path) -> None:
    found = library(project)
    assert titles(found) == dict.fromkeys(["draft.md", "guide/one.md", "home.md"], ("", False))
    assert list(found.snapshot.assets) == ["img/a.png"]
    assert found.read_titles() == Change(2, listed=True)
    assert titles(found) == {
        "draft.md": ("A draft", True),
        "guide/one.md": ("A heading", False),
        "home.md": ("Home", False),
    }


def test_nothing_new_is_no_change(project: Path) -> None:
    found = library(project)
    found.read_titles()
    assert found.refresh() is None
    assert found.snapshot.version == 2


def test_a_save_is_a_change_and_another_title_a_change_of_the_list(project: Path) -> None:
    found = library(project)
    found.read_titles()
    write(project, "home.md", page("Home", "Other text.\n"))
    assert found.refresh() == Change(3)
    write(project, "home.md", page("Another title", "Other text.\n"))
    assert found.refresh() == Change(4, listed=True)
    assert titles(found)["home.md"] == ("Another title", False)


def test_a_rename_is_recognised_also_of_a_whole_folder(project: Path) -> None:
    found = library(project)
    (project / "pages/home.md").rename(project / "pages/start.md")
    (project / "pages/guide").rename(project / "pages/manual")
    change = found.refresh()
    assert change is not None
    assert change.moved == {"home.md": "start.md", "guide/one.md": "manual/one.md"}
    assert change.listed


def test_who_missed_several_renames_learns_the_last_name(project: Path) -> None:
    found = library(project)
    (project / "pages/home.md").rename(project / "pages/start.md")
    found.refresh()
    (project / "pages/start.md").rename(project / "pages/front.md")
    (project / "pages/draft.md").rename(project / "pages/home.md")
    found.refresh()
    assert found.since(1) == Change(3, {"home.md": "front.md", "draft.md": "home.md"}, listed=True)
    assert found.since(2) == Change(3, {"start.md": "front.md", "draft.md": "home.md"}, listed=True)
    assert found.since(3) is None


def test_a_copy_with_the_same_time_in_place_of_a_file_is_a_rename(project: Path) -> None:
    """So git and some editors rename: a new file, and then the old one is deleted."""
    found = library(project)
    old = project / "pages/home.md"
    new = write(project, "start.md", old.read_bytes())
    stat = old.stat()
    os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    old.unlink()
    change = found.refresh()
    assert change is not None
    assert change.moved == {"home.md": "start.md"}


def test_a_deleted_file_is_gone_and_one_that_is_no_page_has_its_name(project: Path) -> None:
    found = library(project)
    (project / "pages/home.md").unlink()
    write(project, "odd.md", "---\npublished: perhaps\n---\n\nText.\n")
    change = found.refresh()
    assert change is not None
    assert change.moved == {}
    assert "home.md" not in found.snapshot.entries
    assert titles(found)["odd.md"] == ("odd", False)


def test_what_is_known_stays_while_the_folder_cannot_be_read(project: Path) -> None:
    found = library(project)
    (project / "pages").rename(project / "aside")
    assert found.refresh() is None
    assert "home.md" in found.snapshot.entries


def test_a_folder_that_is_not_there_is_an_error_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        library(tmp_path)


def test_hidden_files_and_links_are_no_files_of_the_folder(project: Path) -> None:
    write(project, ".hidden.png", b"x")
    write(project, ".git/config", b"x")
    (project / "secret.png").write_bytes(b"secret")
    (project / "pages/link.png").symlink_to(project / "secret.png")
    assert list(library(project).snapshot.assets) == ["img/a.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_is_left_out(project: Path) -> None:
    for name in (b"pages/\xff.md", b"pages/\xff.png"):
        Path(os.fsdecode(os.fsencode(project) + b"/" + name)).write_text("Text.")
    found = library(project)
    found.read_titles()
    assert len(found.snapshot.entries) == 3
    assert json.loads(list_json(found.snapshot))["version"] == 2
    list_json(found.snapshot).encode()


def test_what_a_run_beside_the_preview_changes_is_followed(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    workspace = Workspace(tmp_path, sandbox)
    workspace.write("one.md", page("One", "[two](/two)\n"))
    workspace.write("two.md", page("Two", "Text.\n"))
    found = library(tmp_path)
    found.read_titles()
    assert not found.is_synced
    assert found.refresh_memory() is None
    workspace.push()
    assert found.refresh_memory() == Change(3, listed=True)  # the wiki's locales are known now
    assert found.is_synced
    assert found.refresh_memory() is None
    workspace.remove("two.md")
    found.refresh()
    assert Key("en", "two") in found.snapshot.places.remote  # on the wiki still
    workspace.run("push", "--delete", "--yes").ok()
    assert found.refresh_memory() == Change(5)
    assert Key("en", "two") not in found.snapshot.places.remote


def test_an_edit_that_a_run_published_is_followed(tmp_path: Path, sandbox: Sandbox) -> None:
    workspace = Workspace(tmp_path, sandbox)
    workspace.push(one=page("One", "Text.\n"))
    found = library(tmp_path)
    workspace.change("one.md", "Text.", "New text.")
    found.refresh()
    assert found.refresh_memory() is None
    workspace.push()
    assert found.refresh_memory() is not None
    synced = found.synced(Key("en", "one"))
    assert synced is not None
    assert synced.page.content.strip() == "New text."


def test_what_is_known_stays_while_the_state_cannot_be_read(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    workspace = Workspace(tmp_path, sandbox)
    workspace.push(one=page("One", "Text.\n"))
    found = library(tmp_path)
    (workspace.state / "state.db").write_bytes(b"no database")
    assert found.refresh_memory() is None
    assert found.is_synced


def test_looking_at_the_state_writes_nothing_in_it(tmp_path: Path, sandbox: Sandbox) -> None:
    workspace = Workspace(tmp_path, sandbox)
    workspace.push(one=page("One", "Text.\n"))
    before = tree(workspace.state)
    found = library(tmp_path)
    found.refresh_memory()
    found.synced(Key("en", "one"))
    assert tree(workspace.state) == before
