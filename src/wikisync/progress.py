"""Progress on long work: the callable that a workflow reports its steps to.

The library itself never prints; ``report.progress`` shows the steps in a terminal.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


class Progress(Protocol):
    """Called when a piece of work begins; the context gives a function to call at each step.

    ``total`` is the number of steps, where it is known.
    """

    def __call__(
        self, text: str, total: int | None = None
    ) -> AbstractContextManager[Callable[[], None]]:
        """Begin the work."""


@contextmanager
def silent(text: str, total: int | None = None) -> Iterator[Callable[[], None]]:  # noqa: ARG001
    """Progress that nobody watches."""
    yield lambda: None
