"""Hold the pages and files of the folder in memory, and find out what changed.

One thread calls ``refresh``; others read ``snapshot``, which is replaced as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.checking.folder_facts import guess_locales
from wikisync.errors import BadPage, FolderError
from wikisync.folder.folder import Folder
from wikisync.folder.inventory import take_inventory
from wikisync.page.document import parse
from wikisync.page.model import CONTENT_TYPES, Key
from wikisync.page.paths import EXTENSIONS, Layout, to_nfc
from wikisync.page.places import Places, page_files
from wikisync.preview.base import last_synced
from wikisync.preview.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.config import Config
    from wikisync.page.document import Document
    from wikisync.page.model import ContentType
    from wikisync.planning.model import Stamp
    from wikisync.preview.base import Version


@dataclass(frozen=True, slots=True)
class Entry:
    """A page's file: its name in NFC, its key, its title, and whether it is a draft.

    ``title`` is empty until the file is read.
    """

    file: str
    key: Key
    title: str = ""
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The folder at a moment: the pages by file, the other files, and what links may lead to.

    ``version`` is higher each time that anything changed.
    """

    version: int
    entries: Mapping[str, Entry]
    assets: Mapping[str, Stamp]
    places: Places
    stamps: Mapping[str, Stamp] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What a refresh found: the new version, and renamed files by their old names.

    ``listed``: the list of pages is another.
    """

    version: int
    moved: Mapping[str, str] = field(default_factory=dict)
    listed: bool = False


class Library:
    """The folder of a configuration, and what the state has of its wiki.

    Raises FolderError and StateError where these cannot be read at the start.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._memory = Memory(config)
        self.url = config.url
        inventory = take_inventory(config.folder, config.ignore)
        self._set_layout(inventory.pages)
        self.snapshot = self._snapshot(_by_nfc(inventory.pages), _by_nfc(inventory.others), 1, {})
        self._moves: list[tuple[int, Mapping[str, str]]] = []

    @property
    def is_synced(self) -> bool:
        """Return whether the folder was ever synced with the wiki."""
        return self._memory.known.locales is not None

    @property
    def long_texts(self) -> bool:
        """Return whether the wiki is known to keep titles and descriptions of any length."""
        return self._memory.known.long_texts

    def _set_layout(self, pages: Iterable[str]) -> None:
        config, known = self._config, self._memory.known
        locales = known.locales or guess_locales(pages, config.locale_folders)
        self._layout = Layout(locales, config.locale_folders, config.root, config.index)
        self.folder = Folder(config.folder, config.ignore, self._layout)

    def read_titles(self) -> Change:
        """Read the titles of all pages, which the first snapshot does not have."""
        now = self.snapshot
        entries = {file: self._titled(entry) for file, entry in now.entries.items()}
        self.snapshot = replace(now, version=now.version + 1, entries=entries)
        return Change(self.snapshot.version, listed=True)

    def refresh(self) -> Change | None:
        """Look at the folder, and return what changed; None if nothing did.

        Keeps what is known where the folder cannot be read, as in the midst of a checkout.
        """
        before = self.snapshot
        try:
            inventory = take_inventory(self._config.folder, self._config.ignore)
        except FolderError:
            return None
        pages, others = _by_nfc(inventory.pages), _by_nfc(inventory.others)
        if pages == before.stamps and others == before.assets:
            return None
        same = {file for file, stamp in pages.items() if before.stamps.get(file) == stamp}
        kept = {file: entry for file, entry in before.entries.items() if file in same}
        self.snapshot = now = self._snapshot(pages, others, before.version + 1, kept)
        gone = before.stamps.keys() - pages.keys()
        moved = _renamed(
            {file: before.stamps[file] for file in gone},
            {file: pages[file] for file in pages.keys() - before.stamps.keys()},
        )
        if moved:
            self._moves.append((now.version, moved))
        return Change(now.version, moved, listed=dict(now.entries) != dict(before.entries))

    def refresh_memory(self) -> Change | None:
        """Look at the state, and return what changed by a run; None if nothing did."""
        if not self._memory.refresh():
            return None
        before = self.snapshot
        self._set_layout(before.stamps)
        self.snapshot = now = self._snapshot(
            before.stamps, before.assets, before.version + 1, before.entries
        )
        return Change(now.version, listed=dict(now.entries) != dict(before.entries))

    def since(self, version: int) -> Change | None:
        """Return what changed after a version, with all renames; None if nothing did."""
        now = self.snapshot.version
        if version == now:
            return None
        moved: dict[str, str] = {}
        for at, names in self._moves:
            if at > version:
                moved = {old: names.get(new, new) for old, new in moved.items()} | {
                    old: new for old, new in names.items() if old not in moved.values()
                }
        return Change(now, moved, listed=True)

    def read(self, file: str) -> Document:
        """Return a page's file, parsed. Raises FolderError and BadPage."""
        key = self.snapshot.entries[file].key if file in self.snapshot.entries else None
        link_folder = self._layout.link_folder(file, key) if key is not None else ""
        return parse(
            self.folder.read(file), content_type_of(file), file=file, link_folder=link_folder
        )

    def text(self, file: str) -> str:
        """Return the text of a file that may be no page. Raises FolderError."""
        return self.folder.read(file).decode("utf-8", "replace")

    def synced(self, key: Key) -> Version | None:
        """Return a page as the folder and the wiki last agreed on it, if the state has it."""
        return last_synced(self._config.state, key) if self.is_synced else None

    def _snapshot(
        self,
        pages: Mapping[str, Stamp],
        others: Mapping[str, Stamp],
        version: int,
        kept: Mapping[str, Entry],
    ) -> Snapshot:
        by_page, shared = page_files(pages, self._layout)
        keys = {file: key for key, file in by_page.items()}
        entries: dict[str, Entry] = {}
        for file in sorted(pages):
            key = keys.get(file) or _key_beside(file, self._layout)
            known = kept.get(file)
            if known is None or known.key != key:
                known = Entry(file, key) if version == 1 else self._titled(Entry(file, key))
            entries[file] = known
        places = Places(
            self._layout,
            by_page,
            self._memory.known.pages,
            {file: stamp[0] for file, stamp in others.items()},
            self.folder.ignores,
            shared=shared,
            remote_assets=self._memory.known.assets,
        )
        return Snapshot(version, entries, others, places, pages)

    def _titled(self, entry: Entry) -> Entry:
        try:
            document = parse(self.folder.read(entry.file), content_type_of(entry.file))
        except (BadPage, FolderError):
            return replace(entry, title=_name(entry))
        title = document.suggested_title or _name(entry)
        return replace(entry, title=title, draft=document.page.published is False)


def content_type_of(file: str, editor: str | None = None) -> ContentType:
    """Return the content type of a page, by its editor or its file's name."""
    return CONTENT_TYPES.get(editor or "", EXTENSIONS[file[file.rindex(".") :]])


def _by_nfc(files: Mapping[str, Stamp]) -> dict[str, Stamp]:
    """Return files by their names in NFC. Names that are no UTF-8 have no address: left out."""
    return {to_nfc(file): stamp for file, stamp in files.items() if _is_text(file)}


def _is_text(name: str) -> bool:
    return name.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in name)


def _name(entry: Entry) -> str:
    return entry.key.path.rpartition("/")[2]


def _key_beside(file: str, layout: Layout) -> Key:
    """Return a key for a file whose page has another file too."""
    return Key(layout.locales.default, file.rpartition(".")[0])


def _renamed(gone: Mapping[str, Stamp], new: Mapping[str, Stamp]) -> dict[str, str]:
    """Return the new names of files: of the same size and time, and of several, the same inode.

    An inode alone says nothing: that of a deleted file is given to the next new one.
    """
    found: dict[str, str] = {}
    for old, stamp in gone.items():
        names = [name for name, other in new.items() if other[:2] == stamp[:2]]
        if len(names) > 1:
            names = [name for name in names if new[name][3] == stamp[3]]
        if len(names) == 1:
            found[old] = names[0]
    return found
