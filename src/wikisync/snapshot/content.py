"""Load the contents of files and bases, for the planner to detect renames and to merge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.errors import BadPage, FolderError
from wikisync.folder.folder import digest_of
from wikisync.git.repository import merge_file
from wikisync.page.document import parse
from wikisync.page.fingerprint import normalize_content
from wikisync.page.headings import first_heading
from wikisync.page.model import parse_instant
from wikisync.planning.merge import MergeConflict, Merged, three_way
from wikisync.planning.rename_detection import STUB, similarity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from wikisync.folder.folder import Folder
    from wikisync.page.document import Document
    from wikisync.page.model import Key, Page
    from wikisync.planning.model import Conflict, Local
    from wikisync.state import State
    from wikisync.state.bases import StoredBase


@dataclass(slots=True)
class ContentLoader:
    """Loads the contents of files and bases on demand, each once.

    ``recovered`` are bases that the state does not have yet.
    """

    folder: Folder
    state: State
    local: Mapping[Key, Local]
    recovered: Mapping[Key, StoredBase]
    _bases: dict[Key, Page | None] = field(default_factory=dict)
    _files: dict[tuple[bytes, str], Document | None] = field(default_factory=dict)

    def similarity(self, base_key: Key, file_key: Key) -> float:
        """Return how similar a page at its base and a file are, from 0 to 1.

        If the titles differ, only whole lines count, and a very short page is never similar.
        """
        local = self.local[file_key]
        base, file = self.base(base_key), self.file(local)
        if base is None or file is None:
            return 0.0
        title = file.title or first_heading(file.content, local.content_type)
        if title != base.title and self.length(base_key) < STUB:
            return 0.0
        return similarity(base.content, file.content, by_lines=title != base.title)

    def length(self, page: Key) -> int:
        """Return the characters of content that a page has at the base; 0 without a base."""
        base = self.base(page)
        return 0 if base is None else len(normalize_content(base.content))

    def created(self, file_key: Key) -> datetime | None:
        """Return when a file's page was created, by its header; None if it does not say that."""
        document = self._document(self.local[file_key])
        return None if document is None else parse_instant(document.date_created or "")

    def merge(self, base_key: Key, conflict: Conflict) -> Merged | MergeConflict | None:
        """Merge a page that changed on both sides. Return None if a content cannot be loaded."""
        local, remote = conflict.local, conflict.remote
        if local is None or remote is None or remote.record is None:
            return None
        base, file = self.base(base_key), self.file(local)
        if base is None or file is None:
            return None
        changed = (conflict.local_changes, conflict.remote_changes)
        return three_way(base, file, remote.record.page, changed, merge_text)

    def base(self, base_key: Key) -> Page | None:
        """Return the page as both sides last agreed on it, or None."""
        if base_key not in self._bases:
            stored = self.recovered.get(base_key) or self.state.bases.get(base_key)
            self._bases[base_key] = None if stored is None else stored.page
        return self._bases[base_key]

    def file(self, local: Local) -> Page | None:
        """Return the page of a file, found by its digest; None if it changed since the scan."""
        document = self._document(local)
        return None if document is None else document.page

    def _document(self, local: Local) -> Document | None:
        known = (local.digest, local.link_folder)
        if known not in self._files:
            # The plan has the future name of a file whose page is to be moved.
            names = (
                found.file
                for found in self.local.values()
                if (found.digest, found.link_folder) == known
            )
            self._files[known] = self._read(next(names, local.file), local)
        return self._files[known]

    def _read(self, file: str, local: Local) -> Document | None:
        try:
            data = self.folder.read(file)
            if digest_of(data) != local.digest:
                return None
            return parse(data, local.content_type, file=file, link_folder=local.link_folder)
        except (FolderError, BadPage):
            return None


def merge_text(local: str, base: str, remote: str) -> tuple[str, bool] | None:
    """Return git's three-way merge of a text and whether it is clean; None without git."""
    merged = merge_file(local, base, remote)
    return None if merged is None else (merged.text, merged.clean)
