"""A save that falls between the last look at a file and its replacement is in a file afterwards."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from support.disk import NEW, OLD, everything, put
from wikisync.errors import FileChanged, FolderError
from wikisync.folder import atomic_rename
from wikisync.folder.directory import Directory
from wikisync.folder.folder import Folder, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAVED = b"saved in the last moment\n"
LATER = b"saved a moment later\n"

needs_exchange = pytest.mark.skipif(
    atomic_rename._system_call() is None, reason="this system cannot swap two names"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "pages"
    path.mkdir()
    put(path, "a.md")
    return path


def save_in_place(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def save_by_rename(path: Path, data: bytes) -> None:
    """As many editors do: the new file is written beside the old one, and takes its name."""
    beside = path.with_name(f"{path.name}.tmp")
    beside.write_bytes(data)
    beside.replace(path)


def save_by_renaming_away(path: Path, data: bytes) -> None:
    """As vim does: the old file gets another name, and the new one is written."""
    if path.exists():
        path.replace(path.with_name(f"{path.name}~"))
    path.write_bytes(data)


SAVES = [save_in_place, save_by_rename, save_by_renaming_away]


@contextmanager
def before(
    monkeypatch: pytest.MonkeyPatch, method: str, *saves: Callable[[], None]
) -> Iterator[None]:
    """Before each call of a directory's method, the next of ``saves`` happens."""
    waiting, real = list(saves), getattr(Directory, method)

    def call(*args: object, **named: object) -> object:
        if waiting:
            waiting.pop(0)()
        return real(*args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Directory, method, call)
        yield


def texts(root: Path) -> set[bytes]:
    return {(root / name).read_bytes() for name in everything(root)}


@needs_exchange
@pytest.mark.parametrize("save", SAVES)
def test_a_save_between_the_last_look_and_the_replacement_is_put_back(
    root: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[[Path, bytes], None]
) -> None:
    with (
        before(monkeypatch, "exchange", lambda: save(root / "a.md", SAVED)),
        pytest.raises(FileChanged, match="edited during the run"),
    ):
        Folder(root).write("a.md", NEW, digest_of(OLD))
    assert (root / "a.md").read_bytes() == SAVED
    assert [name for name in everything(root) if name.startswith(".")] == []


@needs_exchange
@pytest.mark.parametrize("save", SAVES)
def test_a_save_while_an_earlier_one_is_put_back_stays_and_the_earlier_one_is_beside_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[[Path, bytes], None]
) -> None:
    first, second = (lambda: save(root / "a.md", SAVED)), (lambda: save(root / "a.md", LATER))
    with (
        before(monkeypatch, "exchange", first, second),
        pytest.raises(FileChanged, match=r"an earlier save of it is in a\.md\.saved-") as caught,
    ):
        Folder(root).write("a.md", NEW, digest_of(OLD))
    assert (root / "a.md").read_bytes() == LATER
    saved = caught.value.reason.rpartition(" ")[2]
    assert (root / saved).read_bytes() == SAVED
    assert [name for name in everything(root) if name.startswith(".")] == []


def truncate(handle: IO[bytes]) -> None:
    handle.truncate(0)


@needs_exchange
def test_whoever_has_the_file_open_when_it_is_put_back_still_writes_to_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (root / "a.md").open("wb", buffering=0) as editor:  # which empties it
        (root / "a.md").write_bytes(OLD)
        emptied = partial(truncate, editor)
        with before(monkeypatch, "exchange", emptied), pytest.raises(FileChanged):
            Folder(root).write("a.md", NEW, digest_of(OLD))
        editor.write(SAVED)
    assert (root / "a.md").read_bytes() == SAVED


@needs_exchange
@pytest.mark.parametrize("what", ["link", "folder", "nothing"])
def test_what_is_no_file_any_more_is_left_as_it_is(
    root: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def swap() -> None:
        (root / "a.md").unlink()
        match what:
            case "link":
                (root / "a.md").symlink_to("elsewhere")
            case "folder":
                (root / "a.md").mkdir()

    with before(monkeypatch, "exchange", swap), pytest.raises(FileChanged):
        Folder(root).write("a.md", NEW, digest_of(OLD))
    left = root / "a.md"
    assert (left.is_symlink(), left.is_dir()) == (what == "link", what == "folder")
    assert everything(root) == ([] if what == "nothing" else ["a.md"])


@needs_exchange
def test_a_file_that_is_saved_all_the_time_ends_with_a_save_and_keeps_another(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves = [partial(save_by_rename, root / "a.md", b"%d" % n) for n in range(300)]
    with before(monkeypatch, "exchange", *saves), pytest.raises(FileChanged):
        Folder(root).write("a.md", NEW, digest_of(OLD))
    assert (root / "a.md").read_bytes().isdigit()
    assert [name for name in everything(root) if name.startswith(".")] == []


@pytest.mark.parametrize("save", SAVES)
def test_a_save_between_the_last_look_and_a_deletion_is_put_back(
    root: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[[Path, bytes], None]
) -> None:
    with (
        before(monkeypatch, "rename", lambda: save(root / "a.md", SAVED)),
        pytest.raises(FileChanged),
    ):
        Folder(root).delete("a.md", digest_of(OLD))
    assert (root / "a.md").read_bytes() == SAVED


def test_a_save_amid_a_deletion_stays_and_what_was_taken_out_is_beside_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        before(monkeypatch, "rename", lambda: save_in_place(root / "a.md", SAVED)),
        before(monkeypatch, "rename_exclusive", lambda: save_in_place(root / "a.md", LATER)),
        pytest.raises(FileChanged, match="an earlier save"),
    ):
        Folder(root).delete("a.md", digest_of(OLD))
    assert (root / "a.md").read_bytes() == LATER
    assert texts(root) == {LATER, SAVED}


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_save_while_a_file_is_renamed_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch, exclusive: bool
) -> None:
    if not exclusive:
        monkeypatch.setattr(atomic_rename, "_system_call", lambda: None)
    with (
        before(monkeypatch, "rename_exclusive", lambda: save_by_rename(root / "a.md", SAVED)),
        pytest.raises(FileChanged),
    ):
        Folder(root).move("a.md", "b.md", digest_of(OLD))
    assert everything(root) == ["a.md"]
    assert (root / "a.md").read_bytes() == SAVED


def test_a_name_that_is_taken_in_the_last_moment_is_left_to_who_took_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(root)
    writes: list[Callable[[], None]] = [
        lambda: folder.write("b.md", NEW, None),
        lambda: folder.move("a.md", "b.md", digest_of(OLD)),
    ]
    for write in writes:
        (root / "b.md").unlink(missing_ok=True)
        with (
            before(monkeypatch, "rename_exclusive", lambda: save_in_place(root / "b.md", SAVED)),
            pytest.raises(FileChanged, match="of that name"),
        ):
            write()
        assert everything(root) == ["a.md", "b.md"]
        assert (root / "b.md").read_bytes() == SAVED


def test_where_two_names_cannot_be_swapped_a_file_is_replaced_all_the_same(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_rename, "_system_call", lambda: None)
    Folder(root).write("a.md", NEW, digest_of(OLD))
    assert (everything(root), (root / "a.md").read_bytes()) == (["a.md"], NEW)


@pytest.mark.parametrize("number", sorted(atomic_rename._UNSUPPORTED))
def test_a_file_system_that_cannot_swap_is_no_error(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(atomic_rename, "_system_call", lambda: lambda *_args: number)
    Folder(root).write("a.md", NEW, digest_of(OLD))
    Folder(root).write("b.md", NEW, None)
    Folder(root).move("b.md", "c.md", digest_of(NEW))
    assert everything(root) == ["a.md", "c.md"]


@needs_exchange
def test_two_names_are_swapped_in_one_step(root: Path) -> None:
    put(root, "b.md", data=NEW)
    inodes = [(root / name).stat().st_ino for name in ("a.md", "b.md")]
    handle = os.open(root, os.O_RDONLY)
    try:
        assert atomic_rename.exchange("a.md", "b.md", handle)
        with pytest.raises(FileNotFoundError):
            atomic_rename.exchange("a.md", "none.md", handle)
        with pytest.raises(FileExistsError):
            atomic_rename.rename_exclusive("a.md", "b.md", handle, handle)
    finally:
        os.close(handle)
    assert [(root / name).stat().st_ino for name in ("b.md", "a.md")] == inodes


# Where directories are swapped for links


@pytest.mark.parametrize(
    "method", ["create", "rename_exclusive", "rename", "exchange", "digest", "unlink"]
)
@pytest.mark.parametrize("work", ["write", "new", "delete", "move"])
def test_a_directory_that_becomes_a_link_amid_a_write_leads_nowhere_else(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, work: str
) -> None:
    out = tmp_path / "out"
    put(out, "a.md", data=b"not to be touched")
    put(root, "part/a.md", "other/x.md")

    def planted() -> None:
        (root / "part").rename(tmp_path / "was")
        (root / "part").symlink_to(out)

    folder = Folder(root)
    works: dict[str, Callable[[], None]] = {
        "write": lambda: folder.write("part/a.md", NEW, digest_of(OLD)),
        "new": lambda: folder.write("part/b.md", NEW, None),
        "delete": lambda: folder.delete("part/a.md", digest_of(OLD)),
        "move": lambda: folder.move("other/x.md", "part/x.md", digest_of(OLD)),
    }
    with before(monkeypatch, method, planted), suppress(FolderError):
        works[work]()
    assert everything(out) == ["a.md"]
    assert (out / "a.md").read_bytes() == b"not to be touched"


def test_a_directory_that_becomes_a_link_amid_a_look_is_not_read(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "out", "secret.md")
    put(root, "part/a.md")
    found = []
    for seen in (looking := Folder(root).list_files()):
        found.append(seen)
        (root / "part/a.md").unlink(missing_ok=True)
        if not (root / "part").is_symlink():
            (root / "part").rmdir()
            (root / "part").symlink_to(tmp_path / "out")
    assert looking is not None
    assert [getattr(seen, "file", "") for seen in found] == ["a.md", "part/"]
    assert isinstance(found[1], FolderError)
    with pytest.raises(FolderError, match="link"):
        Folder(root).read("part/secret.md")


def test_a_fifo_of_a_pages_name_is_named_and_hangs_nothing(root: Path) -> None:
    os.mkfifo(root / "b.md")
    with pytest.raises(FolderError, match="no regular file"):
        Folder(root).read("b.md")
    with pytest.raises(FolderError):
        Folder(root).delete("b.md", digest_of(OLD))
    assert everything(root) == ["a.md", "b.md"]


def test_a_file_that_grows_over_the_limit_while_it_is_read_is_none(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wikisync.folder.directory.MAX_FILE_BYTES", 10)
    real = os.fstat

    def grows(handle: int) -> os.stat_result:
        found = real(handle)
        put(root, "a.md", data=b"x" * 20)
        return found

    monkeypatch.setattr(os, "fstat", grows)
    with pytest.raises(FolderError, match="over"):
        Folder(root).read("a.md")


def test_folders_nested_deeper_than_python_calls_are_looked_at(root: Path) -> None:
    (root / "/".join(["d"] * 250)).mkdir(parents=True)
    folder, before = Folder(root), sys.getrecursionlimit()
    sys.setrecursionlimit(len(list(traceback.walk_stack(None))) + 100)
    try:
        found = list(folder.list_files())
        folder.remove_temporary_files()
    finally:
        sys.setrecursionlimit(before)
    assert [seen.file for seen in found] == ["a.md"]


def test_what_a_killed_move_left_of_folders_is_cleared_away(root: Path) -> None:
    put(root, "old/deep/x.md")
    (root / "old/deep/x.md").rename(root / "new.md")
    Folder(root).finish_move("old/deep/x.md", "new.md")
    assert everything(root) == ["a.md", "new.md"]
