"""What git once had is found in a few processes, whatever names and histories a repository has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.git_repository import HOUR, START, Repo, alone, count_processes, repository
from wikisync.errors import FolderError
from wikisync.git import repository as module
from wikisync.git.repository import GitFailed, MergeResult, Repository, merge_file


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    alone(monkeypatch)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return repository(tmp_path / "repo")


def at(folder: Path) -> Repository:
    found = Repository.at(folder)
    assert found is not None
    return found


def texts(repo: Repository, file: str) -> list[str | None]:
    """The versions of a file as texts, newest first; None where it was taken away."""
    versions = repo.versions([file])[file]
    read = dict(repo.read_blobs(v.blob for v in versions if v.blob))
    return [None if v.blob is None else (read[v.blob] or b"?").decode() for v in versions]


def test_a_files_versions_are_found_newest_first_with_their_times(repo: Repo) -> None:
    for text in ("one", "two", "three"):
        repo.commit({"a.md": text, "b.md": "b"})
    found = at(repo.root)
    assert texts(found, "a.md") == ["three", "two", "one"]
    times = [version.time for version in found.versions(["a.md"])["a.md"]]
    assert times == [START + 3 * HOUR, START + 2 * HOUR, START + HOUR]
    assert set(found.versions(["b.md"])) == {"b.md"}
    assert set(found.versions()) == {"a.md", "b.md"}


def test_a_file_that_came_back_to_an_old_text_has_it_twice(repo: Repo) -> None:
    for text in ("one", "two", "one"):
        repo.commit({"a.md": text})
    assert texts(at(repo.root), "a.md") == ["one", "two", "one"]


def test_a_file_that_is_gone_is_found_and_said_to_be_gone(repo: Repo) -> None:
    repo.commit({"a.md": "one", "b.md": "b"})
    repo.commit({"a.md": None})
    assert texts(at(repo.root), "a.md") == [None, "one"]


def test_a_file_that_was_moved_has_a_history_under_each_name(repo: Repo) -> None:
    repo.commit({"a.md": "one\n" * 20})
    repo.git("mv", "a.md", "b.md")
    repo.commit()
    found = at(repo.root)
    assert texts(found, "a.md") == [None, "one\n" * 20]
    assert texts(found, "b.md") == ["one\n" * 20]


def test_a_folder_below_the_root_has_names_of_its_own(repo: Repo) -> None:
    repo.commit({"docs/wiki/a.md": "a", "a.md": "not this one", "docs/a.md": "nor this"})
    found = at(repo.root / "docs/wiki")
    assert set(found.versions()) == {"a.md"}
    assert texts(found, "a.md") == ["a"]


def test_a_folder_of_any_name_is_the_one_that_is_meant(repo: Repo) -> None:
    for name in ("*", ":(top)", "a\nb", 'q"uote', "ü 字", "--all"):
        repo.commit({f"{name}/a.md": name, "other/a.md": "other"})
        assert texts(at(repo.root / name), "a.md")[0] == name


def test_files_of_any_name_are_told_apart(repo: Repo) -> None:
    names = [
        "new\nline.md",
        'quo"te.md',
        "tab\t.md",
        "ü.md",
        "commit 12.md",
        ":100644 x.md",
        "-.md",
    ]
    repo.commit(dict.fromkeys(names, "text"))
    (repo.root / os.fsdecode(b"no-utf8-\xff.md")).write_text("x")
    repo.commit()
    assert sorted(at(repo.root).versions()) == sorted(names)


def test_what_a_merge_by_hand_made_is_a_version_too(repo: Repo) -> None:
    repo.commit({"a.md": "base\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.md": "side\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"a.md": "main\n"})
    repo.git("merge", "-q", "side", check=False)
    repo.commit({"a.md": "neither\n"})
    repo.commit({"a.md": "later\n"})
    found = texts(at(repo.root), "a.md")
    assert found[:2] == ["later\n", "neither\n"]
    assert set(found[2:]) == {"main\n", "side\n", "base\n"}


def test_a_merge_does_not_make_a_text_younger_than_its_commit(repo: Repo) -> None:
    repo.commit({"a.md": "base"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"b.md": "b"})
    repo.git("checkout", "-q", "main")
    edited = repo.commit({"a.md": "edited"})
    repo.now += HOUR
    repo.git("merge", "-q", "--no-ff", "-m", "x", "side")
    newest, _ = at(repo.root).versions(["a.md"])["a.md"]
    assert newest.time == edited


def test_histories_that_have_nothing_in_common_are_both_read(repo: Repo) -> None:
    repo.commit({"a.md": "a"})
    repo.git("checkout", "-q", "--orphan", "other")
    repo.git("rm", "-rqf", ".")
    repo.commit({"b.md": "b"})
    repo.git("merge", "-q", "--allow-unrelated-histories", "-m", "x", "main")
    assert {"a.md", "b.md"} <= set(at(repo.root).versions())


def test_links_and_submodules_are_no_versions(repo: Repo, tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner")
    inner.commit({"x.md": "x"})
    (repo.root / "link.md").symlink_to("a.md")
    repo.commit({"a.md": "a"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.root), "b.md")
    repo.commit()
    assert set(at(repo.root).versions([*("a.md", "b.md", "link.md")])) == {"a.md"}


def test_a_file_that_became_a_link_is_gone(repo: Repo) -> None:
    repo.commit({"a.md": "a"})
    repo.commit({"a.md": None})
    (repo.root / "a.md").symlink_to("b.md")
    repo.commit({"b.md": "b"})
    assert texts(at(repo.root), "a.md") == [None, "a"]


def test_a_repository_without_a_commit_has_no_history(repo: Repo) -> None:
    repo.write("a.md", "a")
    assert at(repo.root).versions(["a.md"]) == {}


def test_a_shallow_clone_is_told_from_a_whole_one(repo: Repo, tmp_path: Path) -> None:
    for text in ("one", "two"):
        repo.commit({"a.md": text})
    cut = repo.clone(tmp_path / "cut", "--depth", "1")
    assert not at(repo.root).shallow
    assert at(cut.root).shallow
    assert texts(at(cut.root), "a.md") == ["two"]


def test_a_clone_without_contents_is_not_made_to_fetch_them(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    for text in ("one", "two"):
        repo.commit({"a.md": text})
    lean = at(repo.clone(tmp_path / "lean", "--filter=blob:none").root)
    blobs = [version.blob for version in lean.versions(["a.md"])["a.md"] if version.blob]
    read: dict[str, bytes | None] = {}
    partial = True
    try:
        read = dict(
            lean.read_blobs(blobs)
        )  # a newer git says that one is missing, an older one fails
    except GitFailed as failure:
        partial = failure.partial
    assert partial
    assert read.get(blobs[1]) is None
    kept = subprocess.run(
        ["git", "rev-list", "--objects", "--missing=print", "HEAD"],
        cwd=tmp_path / "lean",
        capture_output=True,
        check=True,
    )
    assert kept.stdout.count(b"?") == 1


def test_a_linked_work_tree_has_the_repositorys_history(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.md": "one"})
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    assert texts(at(tmp_path / "linked"), "a.md") == ["one"]


@pytest.mark.parametrize("where", ["nowhere", "missing", "bare", "inside"])
def test_without_a_work_tree_there_is_no_repository(repo: Repo, tmp_path: Path, where: str) -> None:
    (tmp_path / "nowhere").mkdir()
    repo.git("init", "-q", "--bare", str(tmp_path / "bare"))
    (tmp_path / "inside").symlink_to(repo.root / ".git")
    assert Repository.at(tmp_path / where) is None


def test_a_repository_that_git_cannot_open_is_an_error_that_says_why(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text(f"gitdir: {tmp_path}/nowhere\n")
    with pytest.raises(GitFailed, match="nowhere"):
        Repository.at(tmp_path)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="only root can make a repository somebody else's",
)
def test_a_repository_of_somebody_else_is_an_error_that_says_so(repo: Repo) -> None:
    repo.commit({"a.md": "a"})
    os.chown(repo.root / ".git", 12345, 12345)
    os.chown(repo.root, 12345, 12345)
    with pytest.raises(GitFailed, match="dubious ownership"):
        Repository.at(repo.root)


def test_a_text_is_as_old_as_its_author_says_whatever_a_rebase_did(repo: Repo) -> None:
    repo.commit({"a.md": "one"})
    written = repo.commit({"a.md": "two"})
    repo.now += 100 * HOUR
    repo.git("commit", "-q", "--amend", "--no-edit", f"--date=@{written} +0000")
    assert [version.time for version in at(repo.root).versions(["a.md"])["a.md"]] == [
        START + 2 * HOUR,
        START + HOUR,
    ]


def test_without_git_there_is_no_repository(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"a.md": "a"})
    monkeypatch.setenv("PATH", str(repo.root))
    assert Repository.at(repo.root) is None
    assert merge_file("a\n", "b\n", "c\n") is None


def test_what_the_environment_says_of_another_repository_does_not_count(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = repository(tmp_path / "other")
    other.commit({"a.md": "other"})
    repo.commit({"a.md": "this"})
    # As in a hook of the other one.
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    assert texts(at(repo.root), "a.md") == ["this"]


def test_no_setting_changes_what_is_read(repo: Repo) -> None:
    for text in ("one", "two"):
        repo.commit({"pages/a.md": text})
    for name, value in {
        "diff.relative": "true",
        "log.showRoot": "false",
        "log.showSignature": "true",
        "log.follow": "true",
        "log.diffMerges": "off",
        "diff.renames": "copies",
        "core.quotePath": "true",
        "core.abbrev": "4",
        "color.ui": "always",
        "core.pager": "false",
        "core.fsmonitor": "touch ran",
        "merge.conflictStyle": "diff3",
    }.items():
        repo.git("config", name, value)
    assert texts(at(repo.root / "pages"), "a.md") == ["two", "one"]
    assert not (repo.root / "ran").exists()


def test_git_is_not_told_the_token(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nenv > {tmp_path}/seen\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setenv("WIKISYNC_TOKEN", "secret")
    monkeypatch.setenv("WIKISYNC_HEADERS", "X-Secret: secret")
    assert Repository.at(repo.root) is None
    seen = (tmp_path / "seen").read_text()
    assert "PATH=" in seen
    assert "secret" not in seen


def test_any_number_of_contents_is_read_by_one_process(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, str | bytes | None] = {f"{n}.md": f"{n}\n" * 5000 for n in range(300)}
    repo.commit(files)
    commands = count_processes(monkeypatch)
    found = at(repo.root)
    versions = found.versions(files)
    blobs = {v.blob: file for file, [v] in versions.items() if v.blob}
    read = {blobs[blob]: data for blob, data in found.read_blobs(blobs)}
    assert read == {file: str(text).encode() for file, text in files.items()}
    assert len(commands) == 3


def test_a_content_that_is_missing_or_no_content_does_not_stop_the_others(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a.md": "a", "empty.md": "", "large.md": "x" * 100_000})
    found = at(repo.root)
    blob = {file: version.blob or "" for file, [version] in found.versions().items()}
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 1000)
    asked = ["0" * 40, blob["large.md"], blob["empty.md"], blob["a.md"]]
    assert [data for _, data in found.read_blobs(asked)] == [None, None, b"", b"a"]


def test_reading_may_stop_in_the_middle(repo: Repo) -> None:
    repo.commit({"a.md": "a" * 1_000_000})
    found = at(repo.root)
    [version] = found.versions()["a.md"]
    reading = found.read_blobs([version.blob or ""] * 100)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert list(found.read_blobs([])) == []


def test_a_history_that_is_damaged_is_an_error_that_says_why(repo: Repo) -> None:
    repo.commit({"a.md": "one"})
    head = repo.git("rev-parse", "HEAD")
    found = at(repo.root)
    (repo.root / ".git/objects" / head[:2] / head[2:]).unlink()
    with pytest.raises(GitFailed) as caught:
        found.versions(["a.md"])
    assert caught.value.reason
    assert "\n" not in caught.value.reason


def test_a_git_that_dies_in_the_middle_is_an_error(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a.md": "one"})
    found = at(repo.root)
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nread line\necho "$line blob 100"\necho short\nexit 3\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    with pytest.raises(GitFailed, match="3"):
        list(found.read_blobs(["1" * 40, "2" * 40]))


def test_ctrl_c_leaves_no_git_behind(repo: Repo, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    os.mkfifo(tmp_path / "pid")
    program.write_text(f"#!/bin/sh\nread line\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    program.chmod(0o755)
    code = (
        "import pathlib, sys; from wikisync.git.repository import Repository\n"
        "list(Repository(pathlib.Path(sys.argv[1]), b'', shallow=False).read_blobs(['1' * 40]))\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", code, str(repo.root)],
        env={**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    child = int((tmp_path / "pid").read_text())  # which it says once it was asked something
    os.kill(started.pid, signal.SIGINT)
    started.wait(timeout=60)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_merge_takes_what_either_side_changed() -> None:
    base = "one\ntwo\nthree\nfour\nfive\n"
    here, there = base.replace("one", "ONE"), base.replace("five", "FÜNF")
    assert merge_file(here, base, there) == MergeResult("ONE\ntwo\nthree\nfour\nFÜNF\n", clean=True)


def test_a_merge_marks_what_both_sides_changed() -> None:
    merged = merge_file("here\n", "base\n", "there\n")
    marked = "<<<<<<< here\nhere\n=======\nthere\n>>>>>>> wiki\n"
    assert merged == MergeResult(marked, clean=False)


def test_a_merge_looks_the_same_whatever_the_users_settings_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[merge]\n\tconflictStyle = diff3\n[core]\n\tpager = false\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    merged = merge_file("here\n", "base\n", "there\n")
    assert merged is not None
    assert "base" not in merged.text


def test_more_conflicts_than_an_exit_code_can_count_are_conflicts_still() -> None:
    base = "".join(f"{n}\nsame\nsame\nsame\n" for n in range(400))
    merged = merge_file(base.replace("same", "a"), base, base.replace("same", "b"))
    assert merged is not None
    assert not merged.clean


def test_a_merge_that_git_refuses_is_an_error_and_no_merge() -> None:
    with pytest.raises(FolderError):
        merge_file("a\0\n", "b\0\n", "c\0\n")
