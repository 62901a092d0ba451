"""What is not taken as a page: folders that programs made, what git ignores, the setting."""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

import pytest

from wikisync.folder.folder import FileStat, Folder

if TYPE_CHECKING:
    from pathlib import Path

TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# made by a test\n"


def put(root: Path, *files: str, text: str = "x") -> None:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def taken(folder: Folder) -> list[str]:
    found = [seen for seen in folder.list_files() if isinstance(seen, FileStat)]
    return [seen.file for seen in found]


@pytest.mark.parametrize(
    ("marker", "text", "inside", "reason"),
    [
        ("node_modules/a/x", "", "node_modules/a/readme.md", "dependencies"),
        ("b/bower_components/x", "", "b/bower_components/readme.md", "dependencies"),
        ("a/__pycache__/x", "", "a/__pycache__/x.md", "build"),
        ("env/pyvenv.cfg", "", "env/lib/readme.md", "environment"),
        ("env/conda-meta/history", "", "env/share/readme.md", "environment"),
        ("cache/CACHEDIR.TAG", TAG, "cache/v/x.md", "build"),
        ("other/.git/HEAD", "", "other/readme.md", "repository"),
        ("sub/.git", "gitdir: ../.git/modules/sub\n", "sub/readme.md", "repository"),
        ("Cargo.toml", "", "target/doc/x.html", "build"),
        ("java/pom.xml", "", "java/target/x.html", "build"),
        ("package.json", "", "build/x.html", "build"),
        ("pyproject.toml", "", "dist/x.md", "build"),
        ("mkdocs.yml", "", "site/x.html", "build"),
        ("_config.yml", "", "_site/x.html", "build"),
        ("docs/conf.py", "", "docs/_build/x.html", "build"),
        ("hugo.toml", "", "public/x.html", "build"),
        ("book.toml", "", "book/x.html", "build"),
        ("go.mod", "", "vendor/x/readme.md", "dependencies"),
    ],
)
def test_folders_that_a_program_made_are_left_out(
    tmp_path: Path, marker: str, text: str, inside: str, reason: str
) -> None:
    put(tmp_path, "page.md", inside)
    put(tmp_path, marker, text=text)
    folder = Folder(tmp_path)
    assert taken(folder) == ["page.md"]
    assert list(folder.left_out.values()) == [reason]
    assert folder.ignores(inside)
    assert not folder.ignores("page.md")


@pytest.mark.parametrize(
    "file", ["build/x.md", "dist/x.md", "target/x.md", "site/x.md", "public/x.md", "vendor/x.md"]
)
def test_a_folder_of_such_a_name_is_one_of_pages_without_the_program_beside_it(
    tmp_path: Path, file: str
) -> None:
    put(tmp_path, file, "guide/CACHEDIR.TAG", "guide/x.md")  # without the signature
    folder = Folder(tmp_path)
    assert sorted(taken(folder)) == sorted([file, "guide/x.md"])
    assert folder.left_out == {}


def test_what_git_ignores_is_left_out_on_each_level(tmp_path: Path) -> None:
    put(tmp_path, ".git/HEAD")
    put(tmp_path, ".git/info/exclude", text="mine.md\n")
    put(tmp_path, ".gitignore", text="*.tmp.md\n/gen/\nnotes.md\n")
    put(tmp_path, "a/.gitignore", text="!notes.md\nonly.md\n")
    files = [
        "mine.md",
        "x.tmp.md",
        "gen/x.md",
        "notes.md",
        "a/x.tmp.md",
        "a/only.md",
        "a/b/only.md",
    ]
    put(tmp_path, *files, "a/notes.md", "only.md", "a/gen/x.md")
    folder = Folder(tmp_path)
    assert sorted(taken(folder)) == ["a/gen/x.md", "a/notes.md", "only.md"]
    left_out = {name for name in folder.left_out if not name.endswith("/")}
    assert left_out == {*files} - {"gen/x.md"}
    assert folder.left_out["gen/"] == "gitignore"
    assert all(folder.ignores(file) for file in files)
    assert folder.ignores("gen/not/there.md")
    assert not folder.ignores("a/gen/not/there.md")


def test_a_folder_in_a_repository_has_the_patterns_from_above_it(tmp_path: Path) -> None:
    put(tmp_path, ".git/HEAD")
    put(tmp_path, ".git/info/exclude", text="mine.md\n")
    put(tmp_path, ".gitignore", text="/docs/gen/\n*.tmp.md\n/x.md\n")
    put(tmp_path, "docs/.gitignore", text="/own.md\n")
    put(
        tmp_path,
        *(f"docs/{name}" for name in ("gen/x.md", "a.tmp.md", "mine.md", "own.md", "x.md")),
    )
    assert taken(Folder(tmp_path / "docs")) == ["x.md"]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (".gitignore", "/docs/pages/"),
        (".gitignore", "docs/"),
        ("docs/.gitignore", "pages/*\n!pages/.gitkeep"),
        ("docs/pages/.gitignore", "*\n!.gitignore"),
        (".gitignore", "*.md"),
    ],
)
def test_where_git_ignores_the_whole_folder_it_is_not_asked(
    tmp_path: Path, file: str, line: str
) -> None:
    put(tmp_path, ".git/HEAD")
    put(tmp_path, file, text=line + "\n")
    put(tmp_path, "docs/pages/a.md", "docs/pages/b/c.md", "docs/pages/node_modules/x.md")
    assert taken(Folder(tmp_path / "docs/pages")) == ["a.md", "b/c.md"]


def test_a_repository_that_ignores_all_but_some_is_believed(tmp_path: Path) -> None:
    put(tmp_path, ".git/HEAD", "docs/a.md", "b.md")
    put(tmp_path, ".gitignore", text="/*\n!/docs/\n")
    assert taken(Folder(tmp_path)) == ["docs/a.md"]


def test_without_a_repository_the_folders_own_gitignore_counts(tmp_path: Path) -> None:
    put(tmp_path, "pages/a.md", "pages/b.md")
    put(tmp_path, ".gitignore", text="a.md\n")
    put(tmp_path, "pages/.gitignore", text="b.md\n")
    assert taken(Folder(tmp_path / "pages")) == ["a.md"]


def test_the_setting_goes_before_all_other_rules(tmp_path: Path) -> None:
    put(tmp_path, ".gitignore", text="*.tmp.md\n")
    put(tmp_path, "package.json", "other/.git/HEAD", "env/pyvenv.cfg")
    put(tmp_path, "build/a.md", "build/node_modules/x.md", "other/a.md", "env/a.md", "x.tmp.md")
    put(tmp_path, "drafts/a.md", "y.tmp.md")
    folder = Folder(tmp_path, ["!build/", "!other/", "!x.tmp.md", "drafts/"])
    assert taken(folder) == ["build/a.md", "other/a.md", "x.tmp.md"]
    assert folder.left_out == {
        "build/node_modules/": "dependencies",
        "drafts/": "ignore",
        "env/": "environment",
        "y.tmp.md": "gitignore",
    }
    assert not folder.ignores("build/a.md")
    assert folder.ignores("env/a.md")


def test_patterns_and_names_are_compared_in_one_unicode_form(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "été") for form in ("NFC", "NFD"))
    put(tmp_path, f"{decomposed}/a.md", f"{composed}.md")
    put(tmp_path, ".gitignore", text=f"{composed}/\n")
    folder = Folder(tmp_path, [f"{decomposed}.md"])
    assert taken(folder) == []
    assert folder.ignores(f"{composed}/a.md")
    assert folder.ignores(f"{decomposed}.md")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_a_gitignore_that_is_a_link_or_cannot_be_read_has_no_patterns(tmp_path: Path) -> None:
    put(tmp_path, "patterns", text="*.md\n")
    put(tmp_path, "pages/a/x.md", "pages/b/.gitignore/x", "pages/b/x.md")
    (tmp_path / "pages/a/.gitignore").symlink_to(tmp_path / "patterns")
    assert taken(Folder(tmp_path / "pages")) == ["a/x.md", "b/x.md"]


def test_rules_are_read_anew_each_time_the_folder_is_listed(tmp_path: Path) -> None:
    put(tmp_path, "a.md", "b.md")
    folder = Folder(tmp_path)
    assert not folder.ignores("a.md")
    put(tmp_path, ".gitignore", text="a.md\n")
    assert taken(folder) == ["b.md"]
    assert folder.ignores("a.md")


def test_temporary_files_are_not_searched_for_in_what_is_left_out(tmp_path: Path) -> None:
    draft = ".wikisync-0123456789ab"
    put(tmp_path, f"node_modules/a/{draft}", f"env/{draft}", "env/pyvenv.cfg", f"guide/{draft}")
    Folder(tmp_path).remove_temporary_files()
    left = sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob(draft))
    assert left == [f"env/{draft}", f"node_modules/a/{draft}"]
