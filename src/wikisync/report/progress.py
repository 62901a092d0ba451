"""Progress on long work: what the workflow is given, and what a terminal shows of it.

Work reports its steps through a ``Progress``; the library itself never prints.
"""

from __future__ import annotations

import sys
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


@contextmanager
def on_terminal(text: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """A bar on stderr, gone when the work is done."""
    if total == 0:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bar

    shown = [SpinnerColumn(), TextColumn("{task.description}")]
    if total is not None:
        shown += [BarColumn(), MofNCompleteColumn()]
    with Bar(*shown, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda: bar.advance(task)
