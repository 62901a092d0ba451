"""A ``.wikisync`` that came with the repository: nothing is opened through it, nothing believed."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scenarios.hostile.scene import contents, writes
from support.git_repository import Repo, alone, count_processes
from support.values import PAGE, base
from support.workspace import Workspace, page
from wikisync.errors import Locked, StateError
from wikisync.state import State
from wikisync.state.bases import StoredBase
from wikisync.state.lock import run_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AT = "2026-01-01T00:00:00.000Z"
SECRET = b"what somebody needs\n"

COMMANDS = [
    *(("status",), ("diff",), ("log",), ("status", "--offline"), ("undo", "--yes")),
    *((command, "--yes") for command in ("push", "pull", "sync")),
]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")


@pytest.fixture(autouse=True)
def own_git(monkeypatch: pytest.MonkeyPatch) -> None:
    alone(monkeypatch)


def git(folder: Path, *asked: str) -> str:
    return Repo(folder).git(*asked)


def use(folder: Path) -> None:
    """Whatever a run opens in the state's folder."""
    with run_lock(folder, AT), closing(State.open(folder)) as state:
        state.set_meta(url="http://example.com")


def symbolic(name: Path, outside: Path) -> None:
    name.symlink_to(outside)


def hard(name: Path, outside: Path) -> None:
    os.link(outside, name)


def fifo(name: Path, _outside: Path) -> None:
    os.mkfifo(name)


def folder_of(name: Path, _outside: Path) -> None:
    name.mkdir()


PLANTED: list[Callable[[Path, Path], None]] = [symbolic, hard, fifo, folder_of]
NAMES = (
    *(".gitignore", "lock", "lock.json"),
    *("state.db", "state.db-wal", "state.db-shm", "state.db-journal"),
)


@pytest.mark.parametrize("plant", PLANTED)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_the_state_is_opened_that_is_no_plain_file_with_one_name(
    tmp_path: Path, name: str, plant: Callable[[Path, Path], None]
) -> None:
    folder, outside = tmp_path / ".wikisync", tmp_path / "outside"
    outside.write_bytes(SECRET)
    folder.mkdir()
    if name.startswith("state.db-"):
        State.open(folder).close()
    plant(folder / name, outside)
    with pytest.raises(StateError) as caught:
        use(folder)
    assert caught.value.why == "unsafe"
    assert caught.value.file == str(folder / name)
    assert outside.read_bytes() == SECRET


def test_a_link_to_nothing_makes_no_file_outside(tmp_path: Path) -> None:
    folder, outside = tmp_path / ".wikisync", tmp_path / "outside"
    folder.mkdir()
    for name in ("state.db", ".gitignore", "lock", "lock.json"):
        (folder / name).symlink_to(outside)
    for create in (True, False):
        with pytest.raises(StateError, match="unsafe"):
            State.open(folder, create=create)
    assert not outside.exists()


def test_a_state_folder_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    State.open(elsewhere).close()
    before = sorted(elsewhere.iterdir())
    folder = tmp_path / "project" / ".wikisync"
    folder.parent.mkdir()
    folder.symlink_to(elsewhere)
    with pytest.raises(StateError, match="unsafe"):
        use(folder)
    for create in (True, False):
        with pytest.raises(StateError, match="unsafe"):
            State.open(folder, create=create)
    assert sorted(elsewhere.iterdir()) == before


def test_a_holders_note_is_never_followed_nor_read_for_ever(tmp_path: Path) -> None:
    folder = tmp_path / ".wikisync"
    with run_lock(folder, AT):
        endless = f'{{"pid": 1e999, "since": "{AT}"}}'.encode()
        for note in (b"[" * 100_000, b'{"pid": 1, "since": "\\u001b[2J"}', endless):
            (folder / "lock.json").write_bytes(note)
            with pytest.raises(Locked) as caught, run_lock(folder, AT):
                pytest.fail("two runs at once")
            assert (caught.value.pid, caught.value.since) == (None, None)


def test_a_journal_that_names_another_file_deletes_nothing(tmp_path: Path) -> None:
    """SQLite deletes the super-journal that a hot journal names."""
    folder, outside = tmp_path / ".wikisync", tmp_path / "outside"
    outside.write_bytes(SECRET)
    with closing(State.open(folder)) as state:
        state.bases.put(StoredBase(base("a"), PAGE))
    make_hot_journal(folder / "state.db", outside)
    with pytest.raises(StateError, match="unsafe"):
        use(folder)
    assert outside.read_bytes() == SECRET


def make_hot_journal(database: Path, named: Path) -> None:
    """A rollback journal of no pages whose end names a super-journal."""
    size = database.stat().st_size // 4096
    head = bytes.fromhex("d9d505f920a163d7") + b"".join(
        number.to_bytes(4, "big") for number in (0, 0x1234, size, 512, 4096)
    )
    name = str(named).encode()
    tail = (2**30 // 4096 + 1).to_bytes(4, "big") + name
    tail += len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big")
    tail += bytes.fromhex("d9d505f920a163d7")
    journal = database.with_name("state.db-journal")
    journal.write_bytes(head.ljust(512, b"\0") + tail)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_a_linked_state_and_says_what_to_do(
    workspace: Workspace, command: tuple[str, ...]
) -> None:
    workspace.write("home.md", page("Home"))
    outside = workspace.root / "outside"
    outside.write_bytes(SECRET)
    workspace.state.mkdir()
    (workspace.state / "state.db").symlink_to(outside)
    result = workspace.run(*command)
    assert (result.code, writes(result), contents(workspace)) == (4, [], {})
    assert "state.db was not opened: it is a link." in result.err
    assert "Move it away." in result.err
    assert outside.read_bytes() == SECRET


# What git tracks.


@pytest.fixture
def tracked(workspace: Workspace) -> Workspace:
    """A repository that somebody committed a state to, which is in sync with the wiki."""
    workspace.push(home=page("Home"))
    git(workspace.root, "init", "-q")
    git(workspace.root, "add", "-f", "--", ".wikisync")
    return workspace


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_a_state_that_git_tracks(
    tracked: Workspace, command: tuple[str, ...]
) -> None:
    tracked.write("home.md", page("Home", "Other.\n"))
    before = tracked.both_sides()
    result = tracked.run(*command)
    assert (result.code, writes(result), tracked.both_sides()) == (4, [], before)
    assert "git rm --cached -r .wikisync" in result.err


def test_the_advice_for_a_tracked_state_helps(tracked: Workspace) -> None:
    assert tracked.run("status").code == 4
    git(tracked.root, "rm", "-q", "--cached", "-r", ".wikisync")
    assert tracked.run("status", "--json").ok().json["counts"]["in_sync"] == 1


@pytest.mark.parametrize(
    "how", ["version 4", "split", "worktree", "subfolder", "other case", "own repository"]
)
def test_a_tracked_state_is_found_in_every_form_of_repository(tmp_path: Path, how: str) -> None:
    top = tmp_path / "top"
    root = top / "deep" if how == "subfolder" else top
    folder = root / ".wikisync"
    if how == "worktree":
        other = tmp_path / "other"
        other.mkdir()
        git(other, "init", "-q")
        git(other, "commit", "-q", "--allow-empty", "-m", "one")
        git(other, "worktree", "add", "-q", str(top))
    State.open(folder).close()
    if how == "own repository":
        git(folder, "init", "-q")
    elif how != "worktree":
        git(top, "init", "-q")
    (root / ".wikiold").write_text("")
    if how == "other case":  # as it is written out where names that differ in case are one
        (root / ".WikiSync").mkdir()
        (root / ".WikiSync" / "state.db").write_text("")
        git(root, "add", "-f", ".WikiSync")
    elif how != "own repository":
        git(root, "add", "-f", ".wikiold", ".wikisync")
    if how == "version 4":
        git(top, "update-index", "--index-version", "4")
    if how == "split":
        git(top, "update-index", "--split-index")
    with pytest.raises(StateError, match="tracked"):
        State.open(folder, create=False)


def test_a_state_that_git_does_not_track_costs_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "page.md").write_text("")
    git(tmp_path, "add", "-A")
    started = count_processes(monkeypatch)
    State.open(tmp_path / ".wikisync").close()
    assert started == []


def test_a_gitignore_that_git_tracks_is_no_state(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    State.open(tmp_path / ".wikisync").close()
    git(tmp_path, "add", "-f", ".wikisync/.gitignore")
    State.open(tmp_path / ".wikisync").close()


# Who may read it.


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_a_state_is_its_owners_alone_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    folder = tmp_path / ".wikisync"
    before = os.umask(mask)
    try:
        with run_lock(folder, AT), closing(State.open(folder)) as state:
            state.set_meta(url="x")
            found = modes(folder)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {"lock", "lock.json", "state.db", "state.db-wal", "state.db-shm"} <= found.keys()
    assert set(found.values()) == {0o600}


@pytest.mark.parametrize("create", [True, False])
def test_a_state_that_others_could_read_is_narrowed(tmp_path: Path, create: bool) -> None:
    folder = tmp_path / ".wikisync"
    State.open(folder).close()
    folder.chmod(0o755)
    (folder / "state.db").chmod(0o644)
    State.open(folder, create=create).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes(folder)["state.db"] == 0o600
