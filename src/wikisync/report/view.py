"""How a user wants to see differences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A line for each page (``stat``), two columns (``side_by_side``), or a unified diff.

    ``pager``: long output at a terminal may go through a pager; whoever makes the console sees to
    that.
    """

    stat: bool = False
    side_by_side: bool = False
    pager: bool = True
