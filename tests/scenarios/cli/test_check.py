"""``wikisync check``: what it prints, its exit codes, and that it asks nothing of the wiki."""

from __future__ import annotations

import json

import pytest
import yaml

from support import manual
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
    assert "\n2 pages checked: 2 errors in 1 file.\n" in got.out
    assert "wikisync check --fix mends 1 of them" in got.out
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
    assert "\n2 pages checked: 1 warning in 1 file.\n" in got.out


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


# ---- --fix


@pytest.fixture
def odd(workspace: Workspace) -> Workspace:
    """A folder with names that the wiki refuses, and links to them."""
    workspace.write("home.md", page("Home", "[x](guide/My%20Page.md) [y](guide/one)\n"))
    text = "[x](two) [y](/guide/My%20Page) ![z](img/A%20b.png)\n"
    workspace.write("guide/one.md", page("One", text, description="x  y "))
    workspace.write("guide/two.md", TWO)
    workspace.write("guide/My Page.md", page("My", "[x](two.md)\n"))
    workspace.write("guide/img/A b.png", b"png")
    return workspace


FIXED = {
    *("home.md", "guide/one.md", "guide/two.md", "guide/my-page.md", "guide/img/a-b.png"),
}


def test_fix_renames_files_and_mends_every_reference_and_says_so(odd: Workspace) -> None:
    one = odd.read("guide/one.md")
    got = odd.run("check", "--fix").ok()
    assert odd.files().keys() == FIXED
    mended = one.replace("(two)", "(two.md)").replace("My%20Page", "my-page")
    assert odd.read("guide/one.md") == mended.replace("A%20b", "a-b")
    assert odd.read("home.md").endswith("[x](guide/my-page.md) [y](guide/one)\n")
    assert not got.asked
    assert "guide/My Page.md: renamed to guide/my-page.md" in got.out
    assert "guide/img/A b.png: renamed to guide/img/a-b.png" in got.out
    assert "guide/one.md:11: two became two.md" in got.out
    assert "home.md:11: guide/My%20Page.md became guide/my-page.md" in got.out


def test_a_second_fix_does_nothing(odd: Workspace) -> None:
    odd.run("check", "--fix").ok()
    before = odd.files()
    got = odd.run("check", "--fix").ok()
    assert odd.files() == before
    assert got.out == "4 pages and 1 other file checked: nothing found.\n"


def test_a_dry_run_shows_the_same_and_writes_nothing(odd: Workspace) -> None:
    before = odd.files()
    got = odd.run("check", "--fix", "--dry-run")
    assert odd.files() == before
    assert "guide/My Page.md: would be renamed to guide/my-page.md" in got.out
    assert not (odd.state / "state.db").exists()
    planned = odd.run("check", "--fix", "--dry-run", "--json").json["fixes"]
    done = odd.run("check", "--fix", "--json").json["fixes"]
    assert [{**step, "outcome": "done"} for step in planned] == done
    assert {step["outcome"] for step in planned} == {"planned"}


def test_dry_run_alone_is_wrong_usage(odd: Workspace) -> None:
    assert odd.run("check", "--dry-run").code == 2


def test_undo_takes_a_fix_back(odd: Workspace) -> None:
    before = odd.files()
    odd.run("check", "--fix").ok()
    assert "check" in odd.run("log").ok().out
    odd.run("undo", "--yes").ok()
    assert odd.files() == before


def test_what_a_fix_overwrites_is_a_backup(odd: Workspace) -> None:
    home = odd.read("home.md")
    odd.run("check", "--fix").ok()
    assert ("update", "folder", "home", home) in odd.kept()


def test_a_file_that_is_edited_meanwhile_is_left_alone_and_named(
    odd: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Folder.write

    def writing(folder: Folder, file: str, data: bytes, expected: bytes | None) -> None:
        if file == "home.md":
            odd.change("home.md", "Home", "Mine")
        write(folder, file, data, expected)

    monkeypatch.setattr(Folder, "write", writing)
    got = odd.run("check", "--fix")
    assert got.code == 1
    assert "home.md: not changed:" in got.out
    assert "title: Mine" in odd.read("home.md")
    assert "guide/my-page.md" in odd.files()
    monkeypatch.undo()
    assert "title: Mine" in odd.read("home.md")


def test_fix_of_a_path_mends_its_findings_and_all_references(odd: Workspace) -> None:
    odd.run("check", "--fix", "guide/My Page.md")
    assert "guide/my-page.md" in odd.files()
    assert "guide/img/A b.png" in odd.files()
    assert "(guide/my-page.md)" in odd.read("home.md")
    assert "(two)" in odd.read("guide/one.md")


def test_a_fix_that_was_stopped_between_links_and_names_is_completed(
    odd: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moving(_folder: Folder, _old: str, _new: str, _expected: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Folder, "move", moving)
    assert odd.run("check", "--fix").code
    monkeypatch.undo()
    assert "(guide/my-page.md)" in odd.read("home.md")
    assert "guide/My Page.md" in odd.files()
    odd.run("check", "--fix").ok()
    assert odd.files().keys() == FIXED
    odd.run("check").ok()


def test_after_a_fix_the_pages_are_published(odd: Workspace) -> None:
    odd.run("check", "--fix").ok()
    odd.run("push", "--yes").ok()
    assert odd.sandbox.page("guide/my-page") is not None


# ---- for other programs


def test_sarif_is_written_beside_what_is_printed(two: Workspace) -> None:
    got = two.run("check", "--sarif", "found.sarif")
    assert got.code == 1
    found = json.loads((two.root / "found.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert [one["ruleId"] for one in found] == ["child-link", "dead-link"]
    place = found[0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "pages/guide/one.md"


def test_sarif_s_addresses_begin_at_the_top_of_the_repository(two: Workspace) -> None:
    (two.root.parent / ".git").mkdir()
    two.run("check", "--sarif", "found.sarif", "-q")
    found = json.loads((two.root / "found.sarif").read_text("utf-8"))["runs"][0]["results"]
    place = found[0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "project/pages/guide/one.md"


def test_on_github_findings_are_annotations(two: Workspace) -> None:
    env = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(two.root)}
    got = two.run("check", env={**env, **OFFLINE})
    assert got.code == 1
    line = "::error file=pages/guide/one.md,line=11,title=wikisync%3A child-link::Readers who"
    assert line in got.err


def test_the_hook_for_others_is_this_command() -> None:
    text = (manual.ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    (hook,) = yaml.safe_load(text)
    assert hook["entry"] == "wikisync check"
    assert hook["language"] == "python"
    shown = manual.text("guide/check.md")
    assert f"- id: {hook['id']}" in shown


def test_without_a_configuration_and_its_folder_check_says_how_to_name_the_folder(
    workspace: Workspace,
) -> None:
    (workspace.root / "wikisync.toml").unlink()
    workspace.folder.rmdir()
    refused = workspace.run("check", "docs")
    assert refused.code == 2
    assert 'folder = "docs"' in " ".join(refused.err.split())
    (workspace.root / "docs").mkdir()
    (workspace.root / "docs" / "start.md").write_text("# Start\n")
    (workspace.root / "wikisync.toml").write_text('folder = "docs"\n')
    assert "1 page checked: nothing found." in workspace.run("check").ok().out


def test_with_a_path_the_files_that_it_selects_are_counted(odd: Workspace) -> None:
    odd.write("other.md", page("Other"))
    counts = odd.run("check", "--json").json["counts"]
    assert (counts["files"], counts["assets"]) == (5, 1)
    counts = odd.run("check", "guide", "--json").json["counts"]
    assert (counts["files"], counts["assets"]) == (3, 1)
    mended = odd.run("check", "--fix", "home.md")
    assert "1 page checked" in mended.out
