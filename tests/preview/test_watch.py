"""Waiting for changes: by events, and by looking where there are none."""

from __future__ import annotations

import sys
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from support.workspace import PATIENCE
from wikisync.preview import watch
from wikisync.preview.watch import watch_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_without_the_library_the_folder_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    stop, looked = Event(), Event()
    thread = Thread(target=watch_folder, args=(tmp_path, stop, looked.set, int))
    thread.start()
    assert looked.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_change_is_noticed_by_an_event(tmp_path: Path) -> None:
    stop, looked = Event(), Event()
    thread = Thread(target=watch_folder, args=(tmp_path, stop, looked.set, int))
    thread.start()
    number = 0
    while not looked.wait(0.05):  # until the watch has begun
        number += 1
        (tmp_path / f"{number}.md").write_text("x")
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert number < 100  # 5 seconds; without events the folder is looked at after 10


@pytest.mark.parametrize("library", [True, False])
def test_what_lies_elsewhere_is_looked_at_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, library: bool
) -> None:
    monkeypatch.setattr(watch, "OFTEN_SECONDS", 0.05)
    if not library:
        monkeypatch.setitem(sys.modules, "watchfiles", None)
    stop, looked = Event(), Event()
    thread = Thread(target=watch_folder, args=(tmp_path, stop, int, looked.set))
    thread.start()
    assert looked.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.parametrize("library", [True, False])
def test_a_folder_that_was_removed_and_made_again_is_watched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, library: bool
) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", 1000.0)
    monkeypatch.setattr(watch, "OFTEN_SECONDS", 0.05)
    if not library:
        monkeypatch.setitem(sys.modules, "watchfiles", None)
    root = tmp_path / "pages"
    root.mkdir()
    stop, again = Event(), Event()

    def look() -> None:
        if (root / "again.md").exists():
            again.set()

    thread = Thread(target=watch_folder, args=(root, stop, look, int))
    thread.start()
    root.rename(tmp_path / "old")
    again.wait(0.2)  # the folder is missing for a while
    root.mkdir()
    again.wait(0.2)
    (root / "again.md").write_text("x")
    assert again.wait(PATIENCE)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
