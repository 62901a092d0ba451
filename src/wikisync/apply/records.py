"""The pages that actions need whole, read in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import PageChanged, PageGone, WikisyncError
from wikisync.page.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.page.model import Listed, Record
    from wikisync.planning.model import Action
    from wikisync.wiki.client import Wiki


class RecordReader:
    """The pages that actions need whole: as planned, or read in batches as they are come to."""

    def __init__(self, wiki: Wiki, actions: Sequence[Action]) -> None:
        unread = [
            action.remote.listed
            for action in actions
            if action.side == "folder"
            and action.verb != "move"
            and action.remote is not None
            and action.remote.record is None
        ]
        self._coming = wiki.read(unread) if unread else iter(())
        self._broken: WikisyncError | None = None

    def of(self, action: Action) -> Record:
        """The action's page, whole. Raises what the wiki answered in its place."""
        if action.remote is None:
            raise AssertionError(f"{action.key}: nothing on the wiki to bring here")
        if action.remote.record is not None:
            return action.remote.record
        record = self._read(action, action.remote.listed)
        if record.key != action.key:
            raise PageChanged(action.key, f"it was moved to {record.key} on the wiki")
        lease = action.remote.fingerprint
        if lease is not None and (fields := fingerprint(record.page).changed_fields(lease)):
            raise PageChanged(action.key, f"its {', '.join(fields)} changed on the wiki")
        return record

    def _read(self, action: Action, wanted: Listed) -> Record:
        if self._broken is not None:
            raise self._broken
        try:
            got = next((got for listed, got in self._coming if listed.id == wanted.id), None)
        except WikisyncError as error:
            # It ends the reading of all that were to follow, for the same reason.
            self._broken = error
            raise
        if got is None:
            raise AssertionError(f"{action.key}: not among the pages to be read")
        if isinstance(got, PageGone):
            raise PageChanged(action.key, "it was deleted on the wiki")
        if isinstance(got, WikisyncError):
            raise got
        return got
