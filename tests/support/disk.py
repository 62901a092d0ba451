"""A folder on disk for tests: files put there, all that is there, and a disk that refuses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = b"old\r\n", b"new\n"


def put(root: Path, *files: str, data: bytes = OLD) -> None:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def everything(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def failing(number: int) -> object:
    def call(*_args: object, **_named: object) -> None:
        raise OSError(number, os.strerror(number))

    return call
