"""Files of the folder as they are sent: whole or a part, so that a video can be sought in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preview.test_server import enter, get
from support.preview_run import previewing, write
from support.workspace import page
from wikisync.preview.files import Part, part_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("", Part(0, 10, wanted=False)),
        ("bytes=0-", Part(0, 10, wanted=True)),
        ("bytes=2-4", Part(2, 5, wanted=True)),
        ("bytes=8-99", Part(8, 10, wanted=True)),
        ("bytes=-3", Part(7, 10, wanted=True)),
        ("bytes=-99", Part(0, 10, wanted=True)),
        ("bytes=10-", None),
        ("bytes=4-2", None),
        ("bytes=-0", None),
        ("bytes=-", Part(0, 10, wanted=False)),
        ("bytes=0-1,3-4", Part(0, 10, wanted=False)),
        ("lines=0-1", Part(0, 10, wanted=False)),
        (f"bytes=0-{'9' * 5000}", Part(0, 10, wanted=False)),
        ("bytes=²-", Part(0, 10, wanted=False)),
    ],
)
def test_a_range_names_a_part_of_the_file(wanted: str, part: Part | None) -> None:
    assert part_of(10, wanted) == part


def test_a_video_is_sent_in_parts_and_whole(tmp_path: Path) -> None:
    write(tmp_path, "home.md", page("Home"))
    write(tmp_path, "a.webm", b"0123456789")
    with previewing(tmp_path) as address:
        visitor = enter(address)
        whole = get(visitor, "file/a.webm")
        assert (whole.status, whole.text) == (200, "0123456789")
        assert whole.headers["accept-ranges"] == "bytes"
        part = get(visitor, "file/a.webm", range="bytes=2-4")
        assert (part.status, part.text) == (206, "234")
        assert part.headers["content-range"] == "bytes 2-4/10"
        assert part.headers["content-security-policy"].endswith("; sandbox")
        beyond = get(visitor, "file/a.webm", range="bytes=10-")
        assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */10")


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "home.md", page("Home"))
    file = write(tmp_path, "img/a.png", b"png")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a.png").write_bytes(b"secret")
    with previewing(tmp_path) as address:
        visitor = enter(address)
        file.unlink()
        file.symlink_to(tmp_path / "secret.txt")
        assert get(visitor, "file/img/a.png").status == 404
        file.unlink()
        file.parent.rmdir()
        file.parent.symlink_to(tmp_path / "elsewhere")
        assert get(visitor, "file/img/a.png").status == 404
