"""``wikisync check``: what it prints, its exit codes, and that it asks nothing of the wiki."""

from __future__ import annotations

import pytest

from support.workspace import Workspace, page, tree
from wikisync.folder.folder import Folder
from wikisync.workflow import check_reading

ONE = page("One", "See [x](two), and [y](/gone).\n")
TWO = page("Two")
OFFLINE = {"WIKISYNC_TOKEN": None, "WIKISYNC_URL": None}


@pytest.fixture
def two(workspace: Workspace) -> Workspace:
    workspace.write("guide/one.md", ONE)
    workspace.write("guide/two.md", TWO)
    return workspace


def rules(workspace: Workspace, *args: str) -> list[tuple[str, str]]:
    found = workspace.run("check", "--json", *args).json["findings"]
    return [(one["file"], one["rule"]) for one in found]


def test_it_finds_what_is_wrong_without_a_key_and_without_asking_the_wiki(two: Workspace) -> None:
    got = two.run("check", env=OFFLINE)
    assert got.code == 1
    assert not got.asked
    assert "guide/one.md" in got.out
    assert "  11:9    error    Readers who follow two are led below this page" in got.out
    assert got.out.endswith("2 pages checked: 2 errors in 1 file.\n")
    assert got.err == ""


def test_a_clean_folder_ends_with_0(two: Workspace) -> None:
    two.write("guide/one.md", page("One", "See [x](two.md).\n"))
    got = two.run("check").ok()
    assert got.out == "2 pages checked: nothing found.\n"
    assert two.run("check", "--quiet").ok().text == ""


def test_warnings_alone_end_with_0(two: Workspace) -> None:
    two.write("guide/one.md", page("One", "See [x](two.md#gone).\n"))
    got = two.run("check").ok()
    assert "warning  Readers who follow two.md#gone see the top of guide/two" in got.out
    assert got.out.endswith("2 pages checked: 1 warning in 1 file.\n")


def test_quiet_prints_the_findings_alone_to_stderr(two: Workspace) -> None:
    got = two.run("check", "-q")
    assert got.out == ""
    assert got.err.startswith("guide/one.md\n")
    assert "checked" not in got.err


def test_json_has_each_finding_and_the_counts(two: Workspace) -> None:
    got = two.run("check", "--json")
    assert got.code == 1
    child, dead = got.json["findings"]
    assert child == {
        "rule": "child-link",
        "level": "error",
        "file": "guide/one.md",
        "line": 11,
        "column": 9,
        "message": "Readers who follow two are led below this page, to guide/one/two, which does"
        " not exist. Probably guide/two.md is meant.",
        "fix": "two.md",
    }
    assert dead["rule"] == "dead-link"
    assert dead["fix"] is None
    assert got.json["version"] == 1
    assert got.json["counts"] == {
        "files": 2,
        "assets": 0,
        "error": 2,
        "warning": 0,
        "rules": {"child-link": 1, "dead-link": 1},
    }


def test_the_configuration_sets_the_levels(two: Workspace) -> None:
    file = two.root / "wikisync.toml"
    text = file.read_text("utf-8")
    file.write_text(f'{text}\n[check]\ndead-link = "off"\nchild-link = "warning"\n', "utf-8")
    got = two.run("check").ok()
    assert got.out.endswith("2 pages checked: 1 warning in 1 file.\n")


def test_an_unknown_rule_is_an_error_that_names_the_nearest(two: Workspace) -> None:
    file = two.root / "wikisync.toml"
    text = file.read_text("utf-8")
    file.write_text(f'{text}\n[check]\ndead-links = "off"\n', "utf-8")
    got = two.run("check")
    assert got.code == 2
    assert "did you mean `dead-link`?" in got.err


def test_a_path_limits_the_findings_and_must_be_there(two: Workspace) -> None:
    two.write("other.md", page("Other", "[x](/nowhere)\n"))
    assert rules(two, "other.md") == [("other.md", "dead-link")]
    assert rules(two, "pages/guide") == rules(two, "guide/**")
    assert {file for file, _ in rules(two, "guide")} == {"guide/one.md"}
    got = two.run("check", "nosuch")
    assert got.code == 2
    assert "nosuch" in got.err


def test_pages_of_the_wiki_are_known_from_the_last_run(two: Workspace) -> None:
    two.sandbox.create("gone", title="Gone", content="text")
    two.write("guide/one.md", page("One", "[x](two.md) [y](/gone)\n"))
    assert rules(two) == [("guide/one.md", "dead-link")]
    two.run("sync", "--yes").ok()
    two.remove("gone.md")
    assert rules(two) == []


def test_a_page_about_git_may_keep_its_conflict_markers(two: Workspace) -> None:
    marks = page("Git", "# Git\n\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n")
    two.write("git.md", page("Git", "# Git\n"))
    two.run("push", "--yes").ok()
    two.write("git.md", marks)
    assert ("git.md", "conflict-marks") in rules(two)
    two.sandbox.edit("git", content="# Git\n\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n")
    two.run("pull", "--yes", "--prefer", "wiki").ok()
    assert ("git.md", "conflict-marks") not in rules(two)


def test_ignored_files_are_not_checked(two: Workspace) -> None:
    (two.root / ".gitignore").write_text("/pages/guide/one.md\n", "utf-8")
    (two.root / ".git").mkdir()
    assert rules(two) == []


def test_nothing_is_written_but_the_cache(two: Workspace) -> None:
    before = two.files()
    two.run("check")
    assert two.files() == before
    assert set(tree(two.state)) == {".gitignore", "check.json"}


def test_an_unchanged_file_is_not_read_again(
    two: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_reading, "stat_is_reliable", lambda _stamp, _at: True)
    first = two.run("check", "--json").out
    read: list[str] = []

    def reading(folder: Folder, file: str) -> bytes:
        read.append(file)
        return (folder.root / file).read_bytes()

    monkeypatch.setattr(Folder, "read", reading)
    assert two.run("check", "--json").out == first
    assert read == []
    two.write("guide/two.md", TWO + "\n[x](/gone-too)\n")
    assert len(two.run("check", "--json").json["findings"]) == 3
    assert read == ["guide/two.md"]


@pytest.mark.parametrize("data", [b"", b"{", b"[1,{}]", b"[1,{'a':1}]", b'[1,{"a":[1]}]', b"\xff"])
def test_a_damaged_cache_is_not_used_and_written_again(two: Workspace, data: bytes) -> None:
    first = two.run("check", "--json").out
    whole = (two.state / "check.json").read_bytes()
    (two.state / "check.json").write_bytes(data)
    assert two.run("check", "--json").out == first
    assert len((two.state / "check.json").read_bytes()) == len(whole)


def test_a_cache_that_is_a_link_is_not_followed(two: Workspace) -> None:
    two.run("check")
    other = two.root / "other.json"
    other.write_text("mine", "utf-8")
    (two.state / "check.json").unlink()
    (two.state / "check.json").symlink_to(other)
    assert two.run("check").code == 1
    assert other.read_text("utf-8") == "mine"


def test_many_new_pages_are_read_in_several_processes_with_the_same_result(
    two: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = two.run("check", "--json").out
    (two.state / "check.json").unlink()
    monkeypatch.setattr(check_reading, "_MANY", 1)
    monkeypatch.setattr(check_reading, "_CHUNK", 1)
    monkeypatch.setattr(check_reading, "_processors", lambda: 2)
    assert two.run("check", "--json").out == alone


def test_a_missing_folder_is_an_error(workspace: Workspace) -> None:
    workspace.folder.rmdir()
    got = workspace.run("check")
    assert got.code == 1
    assert "cannot read it" in got.err
