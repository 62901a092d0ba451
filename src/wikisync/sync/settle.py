"""What became of a write that was interrupted, told by values alone (promise 5). Pure.

Whoever wrote it, and whatever the wiki answered, does not matter: what stands there now is as it
was wanted, or as it was before, or half of what was wanted, or something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import Key

WriteOutcome = Literal["done", "undone", "half", "changed"]


def classify_page_write(
    found: Fingerprint | None,
    lease: Fingerprint | None,
    wanted: Fingerprint | None,
    unsent: frozenset[str],
) -> WriteOutcome:
    """The verdict on a write to the wiki. ``None``: no page, now, before or wanted.

    ``unsent`` are fields that the wiki may keep otherwise than sent. *half* is our content without
    our tags, which the wiki leaves behind when creations race (facts, *Speed and races of writes*).
    """
    if found is None or wanted is None:
        return _plain(found, lease, wanted)
    unlike = set(wanted.changed_fields(found))
    # First: a write of nothing but what is unsent would else be done before it is.
    if unlike and lease is not None and not lease.changed_fields(found):
        return "undone"
    unlike -= unsent
    if not unlike:
        return "done"
    return "half" if unlike == {"tags"} else "changed"


def _plain(
    found: Fingerprint | None, lease: Fingerprint | None, wanted: Fingerprint | None
) -> WriteOutcome:
    if found is None and wanted is None:
        return "done"
    if found is None:
        return "undone" if lease is None else "changed"
    return "undone" if lease is not None and not lease.changed_fields(found) else "changed"


def classify_conversion(
    found: Fingerprint | None, lease: Fingerprint, wanted: Fingerprint
) -> WriteOutcome:
    """The verdict on a page that the wiki was to convert: its editor tells, whatever its text."""
    if found is None:
        return "changed"
    if "editor" not in wanted.changed_fields(found):
        return "done"
    return "changed" if lease.changed_fields(found) else "undone"


def classify_file_write(found: str | None, lease: str | None, wanted: str | None) -> WriteOutcome:
    """The verdict on a write here, by the digests of the file's bytes. ``None``: no file."""
    if found == wanted:
        return "done"
    return "undone" if found == lease else "changed"


def classify_move(found: Key | None, origin: Key | None, goal: Key) -> WriteOutcome:
    """The verdict on a move on the wiki, by where the page is now. ``None``: it is gone."""
    if found == goal:
        return "done"
    return "undone" if found is not None and found == origin else "changed"
