"""Show progress on long work in a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from wikisync.report.text import escape_control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import ProgressColumn

    from wikisync.progress import Step

_BAR: Final = 20


@contextmanager
def on_terminal(text: str, total: int | None = None, *, in_bytes: bool = False) -> Iterator[Step]:
    """Show a bar on stderr, and remove it at the end. Yield a function to advance it.

    With a total, it shows how many steps are done, the time left, and the name of the last one.
    """
    if total == 0:
        yield lambda count=1, name="": None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    shown = _columns(total, in_bytes=in_bytes)
    with Bar(*shown, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(text, total=total, name="")

        def step(count: int = 1, name: str = "") -> None:
            bar.update(task, advance=count, name=escape_control(name))

        yield step


def _columns(total: int | None, *, in_bytes: bool) -> list[ProgressColumn]:
    """Return what is shown of a task; no colour is that of an error."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    shown: list[ProgressColumn] = [
        SpinnerColumn(style="cyan"),
        TextColumn("{task.description}", markup=False),
    ]
    if total is None:
        return shown
    name = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    return [
        *shown,
        BarColumn(bar_width=_BAR, complete_style="cyan", finished_style="cyan"),
        DownloadColumn() if in_bytes else MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("left", style="dim"),
        TextColumn("{task.fields[name]}", style="dim", markup=False, table_column=name),
    ]
