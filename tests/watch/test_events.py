"""Which changes in the folder are told, by the system's events or by looking."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import watchfiles

from wikisync.folder.folder import Folder
from wikisync.watch import events
from wikisync.watch.events import Watcher
from wikisync.watch.files import Changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 30.0


@contextmanager
def watching(root: Path) -> Iterator[Changes]:
    changes, stop = Changes(), threading.Event()
    folder = Folder(root, missing_ok=True, with_assets=True)
    thread = threading.Thread(target=Watcher(folder, changes, stop).run, daemon=True)
    thread.start()
    yield changes
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def told(changes: Changes, act: Callable[[int], object]) -> frozenset[str]:
    """Do something again and again until a change is told: the thread may not watch yet."""
    for number in range(200):
        act(number)
        if found := changes.wait(PATIENCE / 200):
            return found
    return frozenset()


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """No events to be had, and looks that need not be waited for."""

    def refuse(*_args: object, **_more: object) -> None:
        raise OSError("no more watches")

    monkeypatch.setattr(watchfiles, "watch", refuse)
    monkeypatch.setattr(events, "_TICK", 5)
    monkeypatch.setattr(events, "_LOOK", 0.0)
    monkeypatch.setattr(events, "_LOOK_SHARE", 0)


def test_a_saved_file_is_told_and_a_temporary_one_is_not(tmp_path: Path) -> None:
    def save(number: int) -> None:
        (tmp_path / "a.md~").write_text(str(number), encoding="utf-8")
        (tmp_path / "a.md").write_text(str(number), encoding="utf-8")

    with watching(tmp_path) as changes:
        assert told(changes, save) == {"a.md"}


def test_a_renamed_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "name-0").mkdir()
    (tmp_path / "name-0" / "a.md").write_text("a", encoding="utf-8")

    def rename(number: int) -> None:
        (tmp_path / f"name-{number}").rename(tmp_path / f"name-{number + 1}")

    with watching(tmp_path) as changes:
        assert any(file.startswith("name-") for file in told(changes, rename))


def test_a_folder_that_is_removed_and_made_again_is_watched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_TICK", 20)
    root = tmp_path / "pages"
    root.mkdir()
    with watching(root) as changes:
        told(changes, lambda number: (root / "a.md").write_text(str(number), encoding="utf-8"))
        (root / "a.md").unlink()
        root.rmdir()
        while "." not in changes.wait(PATIENCE):
            pass
        root.mkdir()
        save = root / "b.md"
        found: frozenset[str] = frozenset()
        while "b.md" not in found:
            found = told(changes, lambda number: save.write_text(str(number), encoding="utf-8"))
            assert found


@pytest.mark.usefixtures("deaf")
def test_without_events_a_save_is_found_by_looking(tmp_path: Path) -> None:
    def save(number: int) -> None:
        (tmp_path / "a.md~").write_text(str(number), encoding="utf-8")
        (tmp_path / "a.md").write_text("x" * number, encoding="utf-8")

    with watching(tmp_path) as changes:
        assert told(changes, save) == {"a.md"}


@pytest.mark.usefixtures("deaf")
def test_without_events_a_folder_that_comes_late_is_found(tmp_path: Path) -> None:
    root = tmp_path / "pages"

    def come_or_go(number: int) -> None:
        root.rmdir() if number % 2 else root.mkdir()

    with watching(root) as changes:
        assert told(changes, come_or_go) == {"."}


def test_events_that_end_are_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a file whose name is no UTF-8: ``watchfiles`` cannot say it."""
    calls = []

    def watch(*_args: object, **_more: object) -> Iterator[set[tuple[int, str]]]:
        calls.append(True)
        if len(calls) == 1:
            raise RuntimeError("unable to decode a path")
        yield {(1, str(tmp_path / "a.md"))}

    monkeypatch.setattr(watchfiles, "watch", watch)
    monkeypatch.setattr(events, "_TICK", 5)
    monkeypatch.setattr(events, "_AGAIN", 0.0)
    with watching(tmp_path) as changes:
        assert changes.wait(PATIENCE) == {"a.md"}
