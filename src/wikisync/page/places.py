"""Hold the pages and files that links may lead to, and decide whether one does. Pure.

``leads_to`` is what ``check`` and the warning of a push ask (architecture.md, *The packages*).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from wikisync.errors import BadName
from wikisync.page.link_targets import ELSEWHERE, Destination, Referrer, in_folder, on_wiki
from wikisync.page.model import Key
from wikisync.page.paths import EXTENSIONS, HOME, Layout, case_folded, key_of, to_nfc

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from wikisync.page.links import LinkKind

Found = Literal["yes", "no", "unknown"]
"""Whether a link leads to something. Unknown: it is outside ``root``, or ignored."""


@dataclass(frozen=True, slots=True)
class Leads:
    """What a link leads to on each side, whether that is there, and which file it is.

    The files are names below the folder, in NFC; "" if there is none.
    """

    wiki: Destination
    folder: Destination
    on_wiki: Found
    in_folder: Found
    wiki_file: str = ""
    folder_file: str = ""


NOWHERE: Final = Leads(ELSEWHERE, ELSEWHERE, "unknown", "unknown")
"""A link to another site."""


@dataclass
class Places:
    """The pages and files that are known.

    ``files`` maps each page to its file, also where the wiki would refuse the file's name.
    ``remote`` are pages known to be on the wiki. ``assets`` maps the files that are no pages to
    their sizes in bytes, by name below the folder. Names are in NFC. ``ignores`` returns whether a
    name below the folder is left out: what is there is not known. ``exists_outside`` returns
    whether a file exists whose name begins with ``../``. ``shared`` are the files of pages that
    have several, ``remote_assets`` the paths of assets known to be on the wiki.
    """

    layout: Layout
    files: Mapping[Key, str]
    remote: Collection[Key] = ()
    assets: Mapping[str, int] = field(default_factory=dict)
    ignores: Callable[[str], bool] = lambda _name: False
    exists_outside: Callable[[str], bool] = lambda _name: False
    shared: frozenset[str] = frozenset()
    remote_assets: Collection[str] = ()

    def __post_init__(self) -> None:
        self.page_files = frozenset(self.files.values()) | self.shared
        self._folders: set[str] = set()
        for name in (*self.page_files, *self.assets):
            above = name.rpartition("/")[0]
            while above and above not in self._folders:
                self._folders.add(above)
                above = above.rpartition("/")[0]
        self._folded: dict[tuple[str, str], list[Key]] | None = None
        self._folded_assets: dict[str, list[str]] | None = None
        self._known: dict[tuple[str, ...], Leads] = {}

    def leads_to(self, target: str, kind: LinkKind, page: Referrer) -> Leads:
        """Return what a target, spelt as in the page's file, leads to on both sides."""
        if page.is_elsewhere(target):
            return NOWHERE
        known: tuple[str, ...]
        if target[:1] == "/":  # the same from every page of the locale
            known = (target, kind, page.key.locale, page.content_type)
        else:
            known = (target, kind, page.file)
        if (leads := self._known.get(known)) is None:
            leads = self._known[known] = self._leads_to(target, kind, page)
        return leads

    def _leads_to(self, target: str, kind: LinkKind, page: Referrer) -> Leads:
        wiki = on_wiki(target, kind, page, self.layout)
        if wiki.kind == "elsewhere":
            return NOWHERE
        folder = in_folder(target, page, self.layout)
        found, wiki_file = self._on_wiki(wiki)
        there, file = self._in_folder(folder)
        return Leads(wiki, folder, found, there, wiki_file, file)

    def has_page(self, key: Key) -> bool:
        """Return whether a page is known on either side."""
        return key in self.files or key in self.remote

    def asset_path(self, file: str) -> str:
        """Return the path on the wiki of a file below the folder that is no page."""
        return f"{self.layout.root}/{file}" if self.layout.root else file

    def asset_file(self, path: str) -> str | None:
        """Return the name below the folder of an asset of the wiki; None outside ``root``."""
        root = self.layout.root
        if not root:
            return path
        return path.removeprefix(f"{root}/") if path.startswith(f"{root}/") else None

    def pages_like(self, key: Key) -> list[Key]:
        """Return the pages whose path differs from a key's in case alone."""
        if self._folded is None:
            self._folded = {}
            for other in dict.fromkeys((*self.files, *self.remote)):
                self._folded.setdefault((other.locale, case_folded(other.path)), []).append(other)
        found = self._folded.get((key.locale, case_folded(key.path)), [])
        return [other for other in found if other != key]

    def assets_like(self, path: str) -> list[str]:
        """Return the paths of assets that differ from an asset's path in case alone."""
        if self._folded_assets is None:
            self._folded_assets = {}
            for file in self.assets:
                other = self.asset_path(file)
                self._folded_assets.setdefault(case_folded(other), []).append(other)
        found = self._folded_assets.get(case_folded(path), [])
        return [other for other in found if other != path]

    def meant_by(self, folder: Destination) -> list[str]:
        """Return the pages' files that a link without an ending may have been meant for.

        These are the files of that name beside the page; where there are none, those of that name
        from the top of the folder.
        """
        if folder.kind != "file" or not folder.path:
            return []
        return self._files_of(folder.path)

    def files_named(self, stem: str) -> list[str]:
        """Return the pages' files that have a name, without its suffix, from the folder's top."""
        return self._files_of(stem) if stem else []

    def _files_of(self, stem: str) -> list[str]:
        names = [f"{stem}{suffix}" for suffix in EXTENSIONS]
        index = self.layout.index
        names += [f"{stem}/{index}{suffix}" for suffix in EXTENSIONS] if index else []
        return [name for name in names if name in self.page_files]

    def _on_wiki(self, wiki: Destination) -> tuple[Found, str]:
        if wiki.key is not None:
            return self._page(wiki.key)
        file = self.asset_file(wiki.path)
        if file is not None and file in self.assets:
            return "yes", file
        if wiki.path in self.remote_assets:
            return "yes", ""
        if file is None:
            return "unknown", ""
        if not file:  # Wiki.js takes a first segment of one letter out of an address
            return "no", ""
        # A file such as ``v1.2.md`` cannot be a page, and is meant all the same.
        named = Key(self.layout.locales.default, wiki.path)
        if named in self.files:
            return "yes", self.files[named]
        return ("unknown" if self.ignores(file) else "no"), ""

    def _page(self, key: Key) -> tuple[Found, str]:
        if key in self.files:
            return "yes", self.files[key]
        if key in self.remote:
            return "yes", ""
        if not self.layout.contains(key):
            return "unknown", ""
        below = key.path.removeprefix(f"{self.layout.root}/") if self.layout.root else key.path
        in_locale = f"{key.locale}/{below}" if key.locale in self.layout.folders else below
        return ("unknown" if self.ignores(f"{in_locale}.md") else "no"), ""

    def _in_folder(self, folder: Destination) -> tuple[Found, str]:
        if folder.kind == "outside":
            return ("yes" if self.exists_outside(folder.path) else "no"), ""
        path = folder.path
        if path in self.page_files or path in self.assets:
            return "yes", path
        if not path or path in self._folders:
            index = [name for name in self._files_of(path) if self.layout.is_index(name)]
            return "yes", index[0] if index else ""
        return ("unknown" if self.ignores(path) else "no"), ""


def page_files(files: Iterable[str], layout: Layout) -> tuple[dict[Key, str], frozenset[str]]:
    """Return the file of each page, also of those whose name the wiki would refuse.

    Of several files of one page the first is taken; the second value are all of them.
    """
    found: dict[Key, str] = {}
    shared: set[str] = set()
    for file in files:
        name = to_nfc(file)
        try:
            key = key_of(name, layout)
        except BadName:
            key = _unchecked_key(name, layout)
        if found.setdefault(key, name) != name:
            shared |= {found[key], name}
    return found, frozenset(shared)


def _unchecked_key(file: str, layout: Layout) -> Key:
    """Return the key that a file would have if the wiki took every name."""
    stem = file.rpartition(".")[0] or file
    locale, (first, slash, rest) = layout.locales.default, stem.partition("/")
    if slash and first in layout.folders:
        locale, stem = first, rest
    if layout.is_index(file):
        stem = stem.rpartition("/")[0]
        stem = "/".join(part for part in (layout.root, stem) if part) or HOME
    elif layout.root:
        stem = f"{layout.root}/{stem}"
    return Key(locale, stem)
