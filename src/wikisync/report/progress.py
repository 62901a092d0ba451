"""Show progress on long work in a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.progress import Step


@contextmanager
def on_terminal(text: str, total: int | None = None, *, in_bytes: bool = False) -> Iterator[Step]:
    """Show a bar on stderr, and remove it at the end. Yield a function to advance it."""
    if total == 0:
        yield lambda _count=1: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
    )
    from rich.progress import Progress as Bar

    shown: list[ProgressColumn] = [SpinnerColumn(), TextColumn("{task.description}")]
    if total is not None:
        shown += [BarColumn(), DownloadColumn() if in_bytes else MofNCompleteColumn()]
    with Bar(*shown, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda count=1: bar.advance(task, count)
