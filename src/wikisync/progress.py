"""Define the callable that long operations report their steps to.

The library itself never prints; ``report.progress`` shows the steps in a terminal.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
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
