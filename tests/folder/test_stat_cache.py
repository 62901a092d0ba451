"""What is unchanged since it was last read is not read again, and an edit is never overlooked."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.apply_run import page
from support.values import base
from wikisync.folder import filesystem
from wikisync.folder.filesystem import TIME_RESOLUTION, stat_is_reliable
from wikisync.folder.folder import Folder, digest_of
from wikisync.folder.scan import Scan, scan

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.planning.model import Base, Stamp

LONG_AGO = time.time() - 3600
KNOWN = dict[str, "tuple[Stamp, bytes]"]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read, in order."""
    done: list[str] = []
    real = Folder.read

    def read(self: Folder, file: str) -> bytes:
        done.append(file)
        return real(self, file)

    monkeypatch.setattr(Folder, "read", read)
    return done


def known(text: str) -> Base:
    return replace(base("home"), digest=digest_of(text.encode()))


def look(root: Path, one: Base, stamped: KNOWN | None = None) -> Scan:
    return scan(Folder(root), (one,), stamps=stamped)


def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the clock is an hour ahead of whatever is on disk."""
    ahead = time.time_ns() + 3600 * 10**9
    monkeypatch.setattr("wikisync.folder.scan.time.time_ns", lambda: ahead)


def test_a_first_scan_reads_each_file_once(tmp_path: Path, reads: list[str]) -> None:
    for name in ("home.md", "news.md"):
        (tmp_path / name).write_text(page(), "utf-8")
    look(tmp_path, known(page()))
    assert reads == ["home.md", "news.md"]


def test_an_unchanged_file_is_not_read_again_and_is_the_same_page(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home.md").write_text(page(), "utf-8")
    old(monkeypatch)
    first = look(tmp_path, known(page()))
    second = look(tmp_path, known(page()), first.read)
    assert (reads, second.pages) == (["home.md"], first.pages)


@pytest.mark.parametrize("change", ["size", "time", "inode"])
def test_a_file_with_another_stamp_is_read(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    file = tmp_path / "home.md"
    file.write_text(page(), "utf-8")
    old(monkeypatch)
    first = look(tmp_path, known(page()))
    match change:
        case "size":
            file.write_text(page("More.\n"), "utf-8")
        case "time":
            os.utime(file, (LONG_AGO, LONG_AGO))
        case _:
            other = tmp_path / "other"
            other.write_text(page(), "utf-8")
            other.replace(file)
    look(tmp_path, known(page()), first.read)
    assert reads == ["home.md", "home.md"]


def test_an_edit_that_keeps_size_and_time_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ``touch -r`` does: the time of the entry tells all the same."""
    file = tmp_path / "home.md"
    file.write_text(page("Old.\n"), "utf-8")
    was = file.stat()
    old(monkeypatch)
    first = look(tmp_path, known(page("Old.\n")))
    assert first.read
    file.write_text(page("New.\n"), "utf-8")
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
    [found] = look(tmp_path, known(page("Old.\n")), first.read).pages
    assert found.digest == digest_of(page("New.\n").encode())


def test_an_edit_within_the_racy_moment_is_seen_though_the_stamp_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock so coarse that the next write bears the same times."""
    file = tmp_path / "home.md"
    file.write_text(page("Old.\n"), "utf-8")
    was = time.time_ns()
    monkeypatch.setattr(
        "wikisync.folder.listing.stamp_of", lambda found: (found.st_size, was, was, found.st_ino)
    )
    first = look(tmp_path, known(page("Old.\n")))
    with file.open("r+", encoding="utf-8") as handle:
        handle.write(page("New.\n"))
    [found] = look(tmp_path, known(page("Old.\n")), first.read).pages
    assert found.digest == digest_of(page("New.\n").encode())
    assert first.read == {}


def test_a_stamp_tells_only_what_was_written_well_before_the_look() -> None:
    now = 10**18
    assert stat_is_reliable((1, now - TIME_RESOLUTION - 1, now - TIME_RESOLUTION - 1, 1), now)
    assert not stat_is_reliable((1, now - TIME_RESOLUTION, now - TIME_RESOLUTION - 1, 1), now)
    assert not stat_is_reliable((1, now - TIME_RESOLUTION - 1, now - TIME_RESOLUTION, 1), now)
    assert not stat_is_reliable((1, now + TIME_RESOLUTION, 0, 1), now)
    assert filesystem.TIME_RESOLUTION >= 2 * 10**9


def test_a_file_that_differs_from_the_base_is_read_whatever_its_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home.md").write_text(page("Mine.\n"), "utf-8")
    old(monkeypatch)
    first = look(tmp_path, known(page("Agreed.\n")))
    assert first.read == {}
    [found] = first.pages
    assert found.digest == digest_of(page("Mine.\n").encode())


def test_a_known_file_that_is_gone_is_told(tmp_path: Path) -> None:
    stamp = (1, 2, 3, 4)
    assert look(tmp_path, known(page()), {"gone.md": (stamp, b"x")}).gone == ("gone.md",)
