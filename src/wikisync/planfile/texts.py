"""Whether the texts that a plan shows are those that its leases are about. Pure.

Whoever reviews reads the texts, and whoever applies compares the leases: the two must say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.page.fingerprint import fingerprint
from wikisync.planning.model import Action

if TYPE_CHECKING:
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.workflow.diff import PageDiff


def texts_match(pair: PageDiff) -> bool:
    """Whether a pair shows what its item saw on the two sides, and what would come of it."""
    old, new = _expected(pair)
    shown_old = None if pair.old is None else fingerprint(pair.old)
    shown_new = None if pair.new is None else fingerprint(pair.new)
    return (shown_old, shown_new) == (old, new) and _here_is_true(pair)


def _here_is_true(pair: PageDiff) -> bool:
    """Whether the folder's page is there where the wiki's alone would not tell: in a merge."""
    item = pair.item
    merges = isinstance(item, Action) and item.merged is not None and not item.writes_markers
    if not merges or item.local is None:
        return pair.in_folder is None
    return pair.in_folder is not None and fingerprint(pair.in_folder) == item.local.fingerprint


def _expected(pair: PageDiff) -> tuple[Fingerprint | None, Fingerprint | None]:
    item = pair.item
    here = None if item.local is None else item.local.fingerprint
    there = None if item.remote is None else item.remote.fingerprint
    # What a file does not name is taken from the page.
    both = here.with_defaults_from(there) if here is not None and there is not None else here
    if not isinstance(item, Action):
        return there, both
    if item.verb == "move":
        return here, here
    if item.merged is not None and not item.writes_markers:
        return there, fingerprint(item.merged)
    if item.verb == "delete":
        return (there if item.side == "wiki" else here), None
    return (here, there) if item.side == "folder" else (there, both)
