"""Which files are listed besides the pages: by the same rules, and none that is a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wikisync.errors import FolderError
from wikisync.folder.folder import Folder
from wikisync.folder.inventory import take_inventory

if TYPE_CHECKING:
    from pathlib import Path


def put(root: Path, *files: str, text: str = "x") -> None:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def listed(folder: Folder) -> set[str]:
    for _seen in folder.list_files():
        pass
    return set(folder.assets)


def test_the_other_files_are_listed_with_the_pages_only_if_they_are_asked_for(
    tmp_path: Path,
) -> None:
    put(tmp_path, "a.md", "a.png", "guide/b.pdf", "guide/LICENSE")
    assert listed(Folder(tmp_path)) == set()
    folder = Folder(tmp_path, with_assets=True)
    assert listed(folder) == {"a.png", "guide/b.pdf", "guide/LICENSE"}
    assert folder.listed == {"a.md"}


def test_what_git_or_the_setting_ignores_is_not_listed_whatever_its_ending(tmp_path: Path) -> None:
    put(tmp_path, ".git/HEAD", "a.png", "b.log", "c/d.log", "c/e.png", "tmp/f.png", "g.psd")
    put(tmp_path, ".gitignore", text="*.log\n/tmp/\n")
    put(tmp_path, "c/.gitignore", text="e.png\n")
    folder = Folder(tmp_path, ("*.psd",), with_assets=True)
    assert listed(folder) == {"a.png"}
    assert set(take_inventory(tmp_path, ("*.psd",)).others) == {"a.png"}
    assert folder.ignores("x.psd")
    assert folder.left_out == {"tmp/": "gitignore"}


def test_hidden_files_links_folders_of_programs_and_the_settings_are_not_listed(
    tmp_path: Path,
) -> None:
    put(tmp_path, ".a.png", ".b/c.png", "node_modules/d.png", "wikisync.toml", "e.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "e.png")
    (tmp_path / "folder").symlink_to(tmp_path / ".b")
    assert listed(Folder(tmp_path, with_assets=True)) == {"e.png"}


def test_a_missing_folder_has_no_files(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "none", missing_ok=True, with_assets=True)
    assert listed(folder) == set()
    with pytest.raises(FolderError):
        listed(Folder(tmp_path / "none", with_assets=True))
