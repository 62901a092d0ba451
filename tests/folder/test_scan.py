"""From files to pages: what is one, what is none, and which keys are not to be taken for gone."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from support.apply_run import page
from support.values import PAGE, base, key
from wikisync.errors import BadName, BadPage, FolderError
from wikisync.folder import scan as module
from wikisync.folder.conflicts import refuse_conflicts
from wikisync.folder.folder import Folder, digest_of
from wikisync.folder.scan import KeyedPages, assign_keys, scan
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.page.paths import Layout, Locales

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.planning.model import Base

LAYOUT = Layout(Locales("en", ("en", "fr")))


def put(root: Path, file: str, text: str | bytes = "") -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else (text or page()).encode())


def named(root: Path, *bases: Base) -> KeyedPages:
    known = {one.key: one for one in bases}
    scanned = scan(Folder(root), bases)
    return refuse_conflicts(assign_keys(scanned, known, LAYOUT), scanned, lambda _key, _file: ())


def keys(found: KeyedPages) -> list[str]:
    return sorted(map(str, found.local))


def test_files_are_pages_by_their_names(tmp_path: Path) -> None:
    for file in ("home.md", "guide/setup.html", "fr/home.md", "guide/notes.adoc"):
        put(tmp_path, file)
    found = named(tmp_path)
    assert keys(found) == ["en/guide/notes", "en/guide/setup", "en/home", "fr/home"]
    assert (found.problems, found.blocked) == ((), frozenset())
    home = found.local[key("home")]
    whole = parse(page().encode(), "markdown").page
    assert (home.file, home.content_type) == ("home.md", "markdown")
    assert (home.fingerprint, home.digest) == (fingerprint(whole), digest_of(page().encode()))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"\xff\xfe not UTF-8", 1),
        (b"---\ntitle: x\npublished: maybe\n---\nText.\n", 3),
        (b"a\0b", 1),
        (page("<<<<<<< a\n=======\n>>>>>>> b\n").encode(), 11),
        (b"---\ntitle: no content\n---\n", None),
        (page(title="x" * 300).encode(), 2),
        (b"---\ntitle: x\ndescription: " + b"x" * 300 + b"\n---\nText.\n", 3),
    ],
)
def test_a_bad_file_is_a_problem_with_its_line_and_its_page_is_not_gone(
    tmp_path: Path, text: bytes, line: int | None
) -> None:
    put(tmp_path, "home.md", text)
    put(tmp_path, "news.md")
    found = named(tmp_path, base("home"))
    assert keys(found) == ["en/news"]
    assert found.blocked == {key("home")}
    [problem] = found.problems
    assert isinstance(problem, BadPage)
    assert (problem.file, problem.line) == ("home.md", line)


def test_a_bad_file_without_a_base_blocks_its_name_all_the_same(tmp_path: Path) -> None:
    put(tmp_path, "fr/home.md", b"\xff")
    assert named(tmp_path).blocked == {key("home", "fr")}


def test_two_files_for_one_page_are_a_problem_and_neither_is_taken(tmp_path: Path) -> None:
    put(tmp_path, "home.md")
    put(tmp_path, "home.html")
    found = named(tmp_path, base("home"))
    assert (keys(found), set(found.blocked)) == ([], {key("home")})
    [problem] = found.problems
    assert isinstance(problem, BadPage)
    assert {"home.md", "home.html"} <= {problem.file, *problem.what.replace(",", " ").split()}


def test_a_bad_file_beside_a_good_one_of_its_page_blocks_both(tmp_path: Path) -> None:
    put(tmp_path, "home.md", b"\xff")
    put(tmp_path, "home.html")
    found = named(tmp_path)
    assert (keys(found), set(found.blocked)) == ([], {key("home")})


@pytest.mark.parametrize("file", ["with space.md", "v1.2.md"])
def test_a_name_that_is_no_pages_is_a_problem_and_stops_no_other(tmp_path: Path, file: str) -> None:
    put(tmp_path, file)
    put(tmp_path, "home.md")
    found = named(tmp_path)
    assert keys(found) == ["en/home"]
    [problem] = found.problems
    assert isinstance(problem, BadName)
    assert problem.name == file


def test_a_name_that_is_no_text_is_a_problem_and_stops_no_other(tmp_path: Path) -> None:
    put(tmp_path, os.fsdecode(b"caf\xe9.md"))
    put(tmp_path, "home.md")
    found = named(tmp_path)
    assert keys(found) == ["en/home"]
    assert isinstance(found.problems[0], BadName)


def test_a_page_whose_locale_is_not_installed_any_more_is_not_gone(tmp_path: Path) -> None:
    put(tmp_path, "de/home.md")
    german = replace(base("home"), key=key("home", "de"), file="de/home.md")
    found = named(tmp_path, german)
    assert (keys(found), german.key in found.blocked) == ([], True)
    [problem] = found.problems
    assert isinstance(problem, BadName)
    assert "de/home" in problem.rule


def test_a_file_that_cannot_be_read_is_a_problem_and_its_page_is_not_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "home.md")
    put(tmp_path, "news.md")
    whole = Folder.read

    def read(folder: Folder, file: str) -> bytes:
        if file == "home.md":
            raise FolderError(file, "read", "permission denied")
        return whole(folder, file)

    monkeypatch.setattr(Folder, "read", read)
    found = named(tmp_path, base("home"))
    assert (keys(found), set(found.blocked)) == (["en/news"], {key("home")})


def test_pages_in_a_folder_that_cannot_be_read_are_not_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "guide/setup.md")
    put(tmp_path, "home.md")
    whole = os.open

    def refuse(path: Any, *args: Any, **more: Any) -> int:
        if str(path).endswith("guide"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return whole(path, *args, **more)

    monkeypatch.setattr(os, "open", refuse)
    found = named(tmp_path, base("guide/setup"), base("guidelines"), base("home"))
    assert (keys(found), set(found.blocked)) == (["en/home"], {key("guide/setup")})
    assert [problem.name for problem in found.problems] == ["guide/"]


def test_a_page_whose_file_became_a_link_is_not_gone(tmp_path: Path) -> None:
    put(tmp_path, "real/home.md")
    (tmp_path / "home.md").symlink_to("real/home.md")
    (tmp_path / "linked").symlink_to("real")
    found = named(tmp_path, base("home"), base("linked/home"), base("gone"))
    assert found.blocked == {key("home"), key("linked/home")}
    assert [problem.name for problem in found.problems] == ["home.md", "linked/home.md"]


def test_a_file_with_the_bytes_of_its_base_is_not_parsed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "home.md")
    print_ = fingerprint(PAGE)
    known = replace(base("home"), digest=digest_of(page().encode()), local=print_)
    monkeypatch.setattr(module, "parse", None)
    assert named(tmp_path, known).local[key("home")].fingerprint == print_


def test_progress_is_told_for_every_file(tmp_path: Path) -> None:
    for file in ("home.md", "news.md", "team.md"):
        put(tmp_path, file)
    steps: list[None] = []
    scan(Folder(tmp_path), (), lambda: steps.append(None))
    assert len(steps) == 3
