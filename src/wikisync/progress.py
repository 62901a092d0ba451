"""Define the callable that long operations report their steps to.

The library itself never prints; ``report.progress`` shows the steps in a terminal.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


class Progress(Protocol):
    """Called when an operation starts; its context yields a function to call after each step.

    ``text`` names the operation. ``total`` is the number of steps, or None if it is not known.
    """

    def __call__(
        self, text: str, total: int | None = None
    ) -> AbstractContextManager[Callable[[], None]]:
        """Return the context of an operation."""


@contextmanager
def silent(text: str, total: int | None = None) -> Iterator[Callable[[], None]]:  # noqa: ARG001
    """Report no progress."""
    yield lambda: None
