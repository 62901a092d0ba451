"""Name the files of the wiki's pages that have none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.errors import BadName
from wikisync.page.model import has_file_form
from wikisync.page.paths import case_folded, file_of, keys_above
from wikisync.page.windows_names import windows_refusal
from wikisync.planning.model import Remote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key, Listed
    from wikisync.page.paths import Layout
    from wikisync.planning.model import Local, RemoteState


@dataclass(slots=True)
class FileNames:
    """Names the files of pages. ``above`` are the keys with pages below: these get index files.

    On a file system that ignores case, ``taken`` maps each folded name to the one that has it.
    ``found`` are the names so far, by key, content type and the name that they are like.
    """

    folder: Folder
    layout: Layout
    above: frozenset[Key] = frozenset()
    taken: dict[str, str] = field(default_factory=dict)
    found: dict[tuple[Key, str, str], str] = field(default_factory=dict)

    @classmethod
    def beside(
        cls,
        local: Iterable[Local],
        remote: Mapping[Key, RemoteState],
        folder: Folder,
        layout: Layout,
    ) -> FileNames:
        """Return the names of files beside those in the folder, for pages of the wiki."""
        shown = (key for key, found in remote.items() if isinstance(found, Remote))
        names = cls(folder, layout, keys_above(shown) if layout.index else frozenset())
        if folder.folds_case():
            for found in local:
                names.taken |= {case_folded(part): part for part in _path_prefixes(found.file)}
        return names

    def name(self, key: Key, listed: Listed, like: str = "") -> str:
        """Return the file of a page, of the form of ``like``. Raises BadName if it can have none.

        Without ``like`` it is an index file if the wiki has pages below, and the layout has those.
        """
        file = self._name(key, listed, like)
        if self.folder.on_windows and (why := windows_refusal(file)) is not None:
            raise BadName(file, why)
        for part in _path_prefixes(file) if self.folder.folds_case() else ():
            if (other := self.taken.setdefault(case_folded(part), part)) != part:
                raise BadName(file, f"{other} has the same name on this file system")
        return file

    def is_ignored(self, key: Key, remote: RemoteState) -> bool:
        """Return whether a page's file would be ignored."""
        if not isinstance(remote, Remote):
            return False
        try:
            return self.folder.ignores(self._name(key, remote.listed))
        except BadName:
            return False

    def _name(self, key: Key, listed: Listed, like: str = "") -> str:
        asked = key, listed.content_type, like
        if (known := self.found.get(asked)) is not None:
            return known
        if not has_file_form(listed.content_type):
            raise BadName(str(key), f"pages of type {listed.content_type} cannot be saved as files")
        as_index = self.layout.is_index(like) if like else key in self.above
        file = file_of(key, listed.content_type, self.layout, as_index=as_index)
        name = self.found[asked] = self.folder.spelled(file)
        return name


def _path_prefixes(file: str) -> Iterator[str]:
    """Yield the names of the folders that a file is in, then its own."""
    parts = file.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
