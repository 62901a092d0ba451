"""Define the callable that long operations report their steps to.

The library itself never prints; ``report.progress`` shows the steps in a terminal.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


class Step(Protocol):
    """Called when ``count`` steps of an operation are done. Thread-safe.

    ``name`` is the page or file of the last step, if it has one.
    """

    def __call__(self, count: int = 1, name: str = "") -> None:
        """Note the steps."""


class Progress(Protocol):
    """Called when an operation starts; its context yields a function to call after each step.

    ``text`` names the operation. ``total`` is the number of steps, or None if it is not known.
    ``in_bytes``: each step is a byte.
    """

    def __call__(
        self, text: str, total: int | None = None, *, in_bytes: bool = False
    ) -> AbstractContextManager[Step]:
        """Return the context of an operation."""


@contextmanager
def silent(
    text: str,  # noqa: ARG001
    total: int | None = None,  # noqa: ARG001
    *,
    in_bytes: bool = False,  # noqa: ARG001
) -> Iterator[Step]:
    """Report no progress."""
    yield lambda count=1, name="": None  # noqa: ARG005


class Counted:
    """An open file that counts the bytes read from it or written to it."""

    def __init__(self, file: IO[bytes], moved: Callable[[int], None]) -> None:
        self._file, self._moved = file, moved

    def read(self, size: int = -1) -> bytes:
        """Read bytes."""
        data = self._file.read(size)
        self._moved(len(data))
        return data

    def write(self, data: bytes) -> int:
        """Write bytes."""
        self._moved(len(data))
        return self._file.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file."""
        return self._file.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        """Cut the file off."""
        return self._file.truncate(size)


def counted(file: object, moved: Callable[[int], None]) -> IO[bytes]:
    """Return an open file that calls ``moved`` with each number of bytes."""
    return cast("IO[bytes]", Counted(cast("IO[bytes]", file), moved))
