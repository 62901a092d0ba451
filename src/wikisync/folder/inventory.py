"""List all files of the folder, pages and others, with their stamps, in one walk.

What is left out is said in ``listing``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.errors import FolderError
from wikisync.folder.ignore_rules import IgnoreRules
from wikisync.folder.listing import Listing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wikisync.planning.model import Stamp


@dataclass(slots=True)
class Inventory:
    """The files of the folder by name, with ``/``; ``unread`` are files and folders that fail."""

    pages: dict[str, Stamp] = field(default_factory=dict)
    others: dict[str, Stamp] = field(default_factory=dict)
    unread: list[FolderError] = field(default_factory=list)


def take_inventory(root: Path, ignore: Sequence[str]) -> Inventory:
    """Return the files below ``root``. Raises FolderError where it cannot be read."""
    rules = IgnoreRules(root, ignore, every_file=True)
    listing = Listing(root, rules, missing_ok=False, with_assets=True)
    found = Inventory(others=listing.assets)
    for seen in listing.walk():
        if isinstance(seen, FolderError):
            found.unread.append(seen)
        else:
            found.pages[seen.file] = seen.stamp
    return found
