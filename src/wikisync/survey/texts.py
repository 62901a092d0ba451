"""The texts that deciding needs: of files that may have been renamed, of pages that may merge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.errors import BadPage, FolderError
from wikisync.folder.folder import digest_of
from wikisync.git.repository import merge_file
from wikisync.page.document import first_heading, parse
from wikisync.planning.merge import MergeConflict, Merged, three_way
from wikisync.planning.rename_detection import similarity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key, Page
    from wikisync.planning.model import Conflict, Local
    from wikisync.state import State
    from wikisync.state.bases import StoredBase


@dataclass(slots=True)
class ContentLoader:
    """Reads files and bases when they are asked for, each once.

    ``recovered`` are bases that the state does not have yet.
    """

    folder: Folder
    state: State
    here: Mapping[Key, Local]
    recovered: Mapping[Key, StoredBase]
    _bases: dict[Key, Page | None] = field(default_factory=dict)
    _files: dict[bytes, Page | None] = field(default_factory=dict)

    def similarity(self, was: Key, here: Key) -> float:
        """How near the text of a page at the base is to that of a file here, from 0 to 1.

        Where they have not the same title, only whole lines count for it.
        """
        local = self.here[here]
        base, file = self.base(was), self.file(local)
        if base is None or file is None:
            return 0.0
        title = file.title or first_heading(file.content, local.content_type)
        return similarity(base.content, file.content, by_lines=title != base.title)

    def merge(self, was: Key, conflict: Conflict) -> Merged | MergeConflict | None:
        """The merge of a page that changed on both sides; None where a text is not at hand."""
        here, there = conflict.local, conflict.remote
        if here is None or there is None or there.record is None:
            return None
        base, file = self.base(was), self.file(here)
        if base is None or file is None:
            return None
        changed = (conflict.local_changes, conflict.remote_changes)
        return three_way(base, file, there.record.page, changed, merge_text)

    def base(self, was: Key) -> Page | None:
        """The page as both sides last agreed on it."""
        if was not in self._bases:
            known = self.recovered.get(was) or self.state.bases.get(was)
            self._bases[was] = None if known is None else known.page
        return self._bases[was]

    def file(self, local: Local) -> Page | None:
        """The page that a file is, under whatever name it lies now; None where it changed since."""
        if local.digest not in self._files:
            # A page that is to move has the name already that its file will get.
            names = (found.file for found in self.here.values() if found.digest == local.digest)
            self._files[local.digest] = self._read(next(names, local.file), local)
        return self._files[local.digest]

    def _read(self, file: str, local: Local) -> Page | None:
        try:
            data = self.folder.read(file)
            if digest_of(data) != local.digest:
                return None
            return parse(data, local.content_type, file=file).page
        except (FolderError, BadPage):
            return None


def merge_text(here: str, base: str, there: str) -> tuple[str, bool] | None:
    """Git's three-way merge of a text, and whether it is clean; None without git."""
    merged = merge_file(here, base, there)
    return None if merged is None else (merged.text, merged.clean)
