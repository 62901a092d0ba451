"""A console to look at in tests: what it shows, with styles or without."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.report.diff.styled_text import StyledLine


def console(*, terminal: bool = True, width: int = 80, colour: bool = True) -> Console:
    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=terminal,
        color_system="standard",
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
    )


def printed(on: Console) -> str:
    assert isinstance(on.file, io.StringIO)
    return on.file.getvalue()


def plain(lines: Iterable[StyledLine]) -> list[str]:
    """Lines without their styles."""
    return ["".join(piece.text for piece in line) for line in lines]


def signed(lines: Iterable[StyledLine]) -> list[str]:
    """Lines with what is marked in brackets."""
    return [
        "".join(f"[{p.text}]" if p.style.endswith("reverse") else p.text for p in line)
        for line in lines
    ]
