"""Check the folder without asking the wiki: list the files, read the pages, and apply the rules."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wikisync.check_levels import levels
from wikisync.checking.folder_facts import FolderFacts, content_type_of, guess_locales
from wikisync.checking.model import CheckResult
from wikisync.checking.rules import all_findings
from wikisync.errors import BadPage, FolderError
from wikisync.folder.folder import Folder
from wikisync.folder.inventory import take_inventory
from wikisync.page.conflict_blocks import new_conflict
from wikisync.page.document import parse
from wikisync.page.model import Key
from wikisync.page.paths import Layout, Locales, to_nfc
from wikisync.page.places import Places, page_files
from wikisync.planning.path_filter import check_selected, page_selector, parse_paths
from wikisync.state import State, check_cache
from wikisync.workflow.check_reading import AnchorReader, read_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wikisync.checking.model import Finding
    from wikisync.config import Config
    from wikisync.folder.inventory import Inventory
    from wikisync.progress import Progress
    from wikisync.state.check_cache import CachedFile


@dataclass(frozen=True, slots=True)
class WikiMemory:
    """What the state knows of the wiki; ``locales`` is None where no run has asked it yet."""

    locales: Locales | None = None
    pages: frozenset[Key] = frozenset()
    assets: frozenset[str] = frozenset()
    long_texts: bool = False


@dataclass(frozen=True, slots=True)
class CheckedFolder:
    """A folder that was read, and what is wrong in all of it.

    ``names`` maps names in NFC to those on disk. ``is_known``: the state has the wiki's pages.
    """

    folder: Folder
    inventory: Inventory
    facts: FolderFacts
    names: Mapping[str, str]
    findings: tuple[Finding, ...]
    is_known: bool


def run_check(config: Config, paths: Sequence[str], progress: Progress) -> CheckResult:
    """Return what is wrong in the folder, or in the files that ``paths`` select.

    Raises FolderError, StateError and NoSuchPath.
    """
    return result_of(check_folder(config, progress), config, paths)


def result_of(checked: CheckedFolder, config: Config, paths: Sequence[str]) -> CheckResult:
    """Return the result of a folder that was checked. Raises NoSuchPath."""
    is_selected = file_selector(checked, config, paths)
    return CheckResult(
        config.folder_name,
        tuple(finding for finding in checked.findings if is_selected(finding.file)),
        sum(is_selected(to_nfc(file)) for file in checked.inventory.pages),
        sum(is_selected(to_nfc(file)) for file in checked.inventory.others),
        checked.is_known,
    )


def check_folder(config: Config, progress: Progress) -> CheckedFolder:
    """Read the folder and the state, and apply every rule. Nothing is written but the cache."""
    memory = recall(config)
    inventory = take_inventory(config.folder, config.ignore)
    locales = memory.locales or guess_locales(inventory.pages, config.locale_folders)
    layout = Layout(locales, config.locale_folders, config.root, config.index)
    folder = Folder(config.folder, config.ignore, layout)
    names = {to_nfc(file): file for file in inventory.pages}
    cached = check_cache.load(config.state)
    with progress("Checking", len(inventory.pages)) as step:
        pages = read_pages(folder, inventory.pages, cached, step)
    before = dict(pages)
    by_page, shared = page_files(inventory.pages, layout)
    places = Places(
        layout,
        by_page,
        memory.pages,
        {to_nfc(file): stamp[0] for file, stamp in inventory.others.items()},
        folder.ignores,
        _exists_beside(config.folder),
        shared,
        memory.assets,
    )
    facts = FolderFacts(
        places,
        {to_nfc(file): found.facts for file, found in pages.items()},
        levels(config.check),
        memory.pages,
        config.url,
        memory.long_texts,
        config.assets,
        config.max_asset_size,
        anchors=AnchorReader(folder, pages, names, shared),
        known_marks=_known_marks(config, folder, places, pages),
    )
    findings = all_findings(facts, inventory.pages, inventory.unread)
    if pages != cached or before != pages:
        check_cache.save(config.state, pages)
    return CheckedFolder(folder, inventory, facts, names, findings, memory.locales is not None)


def file_selector(
    checked: CheckedFolder, config: Config, paths: Sequence[str]
) -> Callable[[str], bool]:
    """Return whether ``paths`` select a file, as a function of its NFC name. Raises NoSuchPath."""
    filters = parse_paths(paths, config.folder, Path.cwd(), config.root)
    keys = {file: key for key, file in checked.facts.places.files.items()}
    files = [*map(to_nfc, checked.inventory.pages), *checked.facts.places.assets]
    check_selected(filters, [(keys.get(file, Key("", file)), file) for file in files])
    is_selected = page_selector(filters)
    return lambda file: is_selected(keys.get(file, Key("", file)), file)


def recall(config: Config) -> WikiMemory:
    """Return what the state knows of the configured wiki. Raises StateError."""
    with closing(State.open(config.state, create=False)) as state:
        locales = state.meta("locales")
        if locales is None or (state.meta("root") or "") != config.root:
            return WikiMemory()
        default, *installed = locales.split()
        return WikiMemory(
            Locales(default, tuple(installed), state.meta("namespacing") == "true"),
            frozenset(state.bases.keys()),
            frozenset(state.asset_bases.load()),
            state.meta("long_texts") == "true",
        )


def _known_marks(
    config: Config, folder: Folder, places: Places, pages: Mapping[str, CachedFile]
) -> frozenset[str]:
    """Return the files with conflict markers that their page had at the last run too."""
    marked = [file for file, found in pages.items() if found.facts.marks is not None]
    if not marked:
        return frozenset()
    known: set[str] = set()
    keys = {file: key for key, file in places.files.items()}
    with closing(State.open(config.state, create=False)) as state:
        for file in marked:
            key = keys.get(to_nfc(file))
            stored = state.bases.get(key) if key is not None else None
            if stored is None:
                continue
            try:
                document = parse(folder.read(file), content_type_of(file))
            except (BadPage, FolderError):
                continue
            content = document.file_content
            if new_conflict(content, [stored.page.content], document.content_type) is None:
                known.add(to_nfc(file))
    return frozenset(known)


def _exists_beside(folder: Path) -> Callable[[str], bool]:
    """Return a function that tells whether a file outside of the folder exists.

    Its name is relative to the folder, and begins with ``../``.
    """

    def exists(name: str) -> bool:
        try:
            return (folder / name).exists()
        except (OSError, ValueError):
            return False

    return exists
