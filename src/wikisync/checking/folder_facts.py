"""Hold what a check knows of the whole folder, and of the wiki as the last run left it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from wikisync.config import DEFAULT_ASSET_SIZE
from wikisync.page.asset_names import name_problem
from wikisync.page.link_targets import Referrer
from wikisync.page.paths import EXTENSIONS, Locales, looks_like_locale, to_nfc

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from wikisync.check_levels import Level, Rule
    from wikisync.checking.model import PageFacts
    from wikisync.config import AssetChoice, LocaleFolders
    from wikisync.page.model import ContentType, Key
    from wikisync.page.places import Leads, Places


@dataclass
class FolderFacts:
    """What a check decides from.

    ``pages`` are the facts of each page's file, ``names`` each file's name as it is on disk by its
    name in NFC. ``remote`` are the pages known to be on the wiki. ``anchors`` returns those of a
    page's file, or None where they are not known. ``known_marks`` are files whose conflict markers
    the page on the wiki has too. ``assets`` is the setting: with ``none``, nothing is known
    of the files that pages refer to.
    """

    places: Places
    pages: Mapping[str, PageFacts]
    levels: Mapping[Rule, Level]
    remote: Collection[Key] = ()
    url: str = ""
    long_texts: bool = False
    assets: AssetChoice = "referenced"
    max_asset_size: int = DEFAULT_ASSET_SIZE
    anchors: Callable[[str], frozenset[str] | None] = lambda _file: None
    known_marks: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def referrers(self) -> dict[str, Referrer]:
        """Return each page's file with what its links are read by."""
        return {
            file: Referrer.of(file, key, content_type_of(file), self.places.layout, self.url)
            for key, file in self.places.files.items()
        }

    @cached_property
    def links(self) -> dict[str, list[Leads]]:
        """Return what the links of each page lead to, in their order."""
        return {
            file: [
                self.places.leads_to(link.target, link.kind, self.referrers[file])
                for link in facts.links
            ]
            for file, facts in self.pages.items()
            if file in self.referrers
        }

    @cached_property
    def referred(self) -> frozenset[str]:
        """Return the files that are no pages and that a page refers to, on either side.

        A file counts too if a page refers to the name that is proposed for it: a fix was stopped.
        """
        places = self.places
        every = [leads for found in self.links.values() for leads in found]
        files = {file for leads in every for file in (leads.wiki_file, leads.folder_file)}
        missing = {leads.wiki.path for leads in every if leads.on_wiki == "no" and leads.wiki.path}
        if missing:
            for file in places.assets.keys() - files:
                problem = name_problem(places.asset_path(file))
                if problem is not None and problem.proposed in missing:
                    files.add(file)
        return frozenset(files & places.assets.keys())


def content_type_of(file: str) -> ContentType:
    """Return the content type of a page's file."""
    return EXTENSIONS[file[file.rindex(".") :]]


def guess_locales(files: Iterable[str], locale_folders: LocaleFolders) -> Locales:
    """Return the locales of a wiki that no run has read yet, by the names of folders.

    The default locale is "" where it has no folder.
    """
    counts: dict[str, int] = {}
    for file in files:
        first, slash, _ = to_nfc(file).partition("/")
        if slash and looks_like_locale(first):
            counts[first] = counts.get(first, 0) + 1
    found = tuple(sorted(counts))
    if locale_folders == "others" or not found:
        return Locales("", found)
    default = "en" if "en" in counts else max(found, key=lambda name: counts[name])
    return Locales(default, found)
