"""Killed between any two steps of a write here: no save is lost, and nothing is left lying about.

A file is written, deleted or renamed in a process that dies; what it left is cleared as the next
run does. Somebody may save in between, at the worst moment there is.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

import pytest

from scenarios.crash.points import Crash, Points, watched
from wikisync.errors import FileChanged
from wikisync.folder import atomic_rename
from wikisync.folder.directory import Directory
from wikisync.folder.folder import Folder, digest_of
from wikisync.folder.temporary import aside_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OLD, NEW, SAVED, LATER = b"old\n", b"new\n", b"saved\n", b"later\n"

WORKS: dict[str, Callable[[Folder], None]] = {
    "write": lambda folder: folder.write("a.md", NEW, digest_of(OLD)),
    "delete": lambda folder: folder.delete("a.md", digest_of(OLD)),
    "move": lambda folder: folder.move("a.md", "b.md", digest_of(OLD)),
}
MOMENTS = {
    "write": ("exchange", "exchange"),
    "delete": ("rename", "rename_exclusive"),
    "move": ("rename_exclusive",) * 2,
}
"""What each does right after its last look, and what to put back what it then found."""

ENDS = {"write": ({"a.md": NEW}), "delete": {}, "move": {"b.md": OLD}}


def files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.iterdir()}


def dies(folder: Folder, work: str, last: int) -> bool:
    """Do a work in a process that dies at a point; whether it did."""
    with watched(points := Points(last)), suppress(Crash, FileChanged):
        WORKS[work](folder)
    return points.dead


@contextmanager
def saved(folder: Folder, work: str, saves: tuple[bytes, ...]) -> Iterator[list[bytes]]:
    """At the worst moments of a work somebody saves; yields what was saved so far."""
    made: list[bytes] = []
    moments = list(zip(MOMENTS[work], saves, strict=False))

    def watching(method: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            if moments and moments[0][0] == method:
                made.append(moments.pop(0)[1])
                # A thread of somebody else's: what it does is no effect of the process.
                person = threading.Thread(target=save, args=(folder.root, made[-1]))
                person.start()
                person.join()
            return real(*args, **more)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for method in set(MOMENTS[work]):
            patch.setattr(Directory, method, watching(method, getattr(Directory, method)))
        yield made


def save(root: Path, data: bytes) -> None:
    (root / "beside").write_bytes(data)
    (root / "beside").replace(root / "a.md")


@pytest.fixture(params=[True, False], ids=["swaps", "cannot swap"])
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Folder:
    if not request.param:
        monkeypatch.setattr(atomic_rename, "_system_call", lambda: None)
    elif atomic_rename._system_call() is None:
        pytest.skip("this system cannot swap two names")
    return Folder(tmp_path)


@pytest.mark.parametrize("work", WORKS)
def test_killed_anywhere_a_file_is_as_before_or_as_after_and_nothing_is_beside_it(
    folder: Folder, work: str
) -> None:
    for last in count(1):
        for name in files(folder.root):
            (folder.root / name).unlink()
        save(folder.root, OLD)
        died = dies(folder, work, last)
        folder.finish_move("a.md", "b.md")
        assert folder.remove_temporary_files() == []
        assert files(folder.root) in ({"a.md": OLD}, ENDS[work]), last
        if not died:
            break
    assert last > 2


@pytest.mark.parametrize("saves", [(SAVED,), (SAVED, LATER)], ids=["saved", "saved twice"])
@pytest.mark.parametrize("work", WORKS)
def test_killed_anywhere_what_was_saved_in_the_last_moment_is_in_a_file(
    tmp_path: Path, work: str, saves: tuple[bytes, ...]
) -> None:
    if atomic_rename._system_call() is None:
        pytest.skip("this system cannot swap two names")
    folder = Folder(tmp_path)
    most: list[bytes] = []
    for last in count(1):
        for name in files(folder.root):
            (folder.root / name).unlink()
        save(folder.root, OLD)
        with saved(folder, work, saves) as made:
            died = dies(folder, work, last)
        kept = folder.remove_temporary_files()
        found = files(folder.root)
        assert set(made) <= set(found.values()), (last, found)
        if made and (not died or len(made) == 1):
            # The last save has the file's own name, or the new one; of two, a later run cannot
            # tell which was the last.
            assert made[-1] in {found.get("a.md"), found.get("b.md")}, (last, found)
        assert set(kept) <= set(found)
        assert not [name for name in found if name.startswith(".")], (last, found)
        most = max(most, made, key=len)
        if not died:
            break
    assert tuple(most) == saves


@pytest.mark.parametrize(
    ("held", "at_name", "end"),
    [
        (NEW, OLD, {"a.md": OLD}),  # not yet swapped
        (OLD, NEW, {"a.md": NEW}),  # swapped, and looked at by nobody
        (SAVED, NEW, {"a.md": SAVED}),  # a save that was swapped out
        (SAVED, None, {"a.md": SAVED}),
        (NEW, SAVED, {"a.md": SAVED}),
        (OLD, SAVED, {"a.md": SAVED}),
        (SAVED, LATER, {"a.md": LATER, "beside": SAVED}),
    ],
)
def test_a_file_left_aside_is_decided_about_by_what_it_holds(
    tmp_path: Path, held: bytes, at_name: bytes | None, end: dict[str, bytes]
) -> None:
    (tmp_path / aside_name("a.md", digest_of(OLD), digest_of(NEW))).write_bytes(held)
    if at_name is not None:
        (tmp_path / "a.md").write_bytes(at_name)
    beside = Folder(tmp_path).remove_temporary_files()
    found = {("beside" if name in beside else name): data for name, data in files(tmp_path).items()}
    assert found == end


def test_a_deletion_that_was_not_ended_is_not_done_by_clearing_up(tmp_path: Path) -> None:
    (tmp_path / aside_name("a.md", digest_of(OLD), None)).write_bytes(OLD)
    assert Folder(tmp_path).remove_temporary_files() == []
    assert files(tmp_path) == {"a.md": OLD}


@pytest.mark.parametrize("name", ["a" * 250 + ".md", "é" * 100 + ".md"])
def test_a_save_under_a_name_too_long_to_be_noted_is_kept_too(tmp_path: Path, name: str) -> None:
    (tmp_path / aside_name(name, digest_of(OLD), digest_of(NEW))).write_bytes(SAVED)
    (tmp_path / name).write_bytes(NEW)
    Folder(tmp_path).remove_temporary_files()
    assert sorted(files(tmp_path).values()) == sorted([NEW, SAVED])
