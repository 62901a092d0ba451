"""Collect both sides and the base as they are now, as the planner's input.

The folder is scanned while the wiki answers one request with its list of pages; then the pages that
may have changed are read. Nothing is written, neither to a side nor to the state. Contents are
loaded only if the planner needs them, to detect renames and to merge.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.errors import MisplacedFiles, NotConfigured
from wikisync.folder.conflicts import refuse_conflicts
from wikisync.folder.scan import KeyedPages, Scan, assign_keys, scan, with_current_names
from wikisync.page.model import keeps_long_texts, parse_instant
from wikisync.page.paths import (
    Layout,
    Locales,
    is_locale,
    reason_unreachable,
    to_nfc,
)
from wikisync.planning.model import Base, Local, Remote, RemoteState
from wikisync.planning.notes import Note
from wikisync.planning.rename_detection import RenameInput, detect_renames
from wikisync.planning.snapshot import Snapshot
from wikisync.snapshot.assets import NO_ASSETS, AssetCollector, AssetOptions, CollectedAssets
from wikisync.snapshot.base_recovery import recover_bases
from wikisync.snapshot.content import ContentLoader
from wikisync.snapshot.file_names import FileNames
from wikisync.snapshot.first_request import ask_for_list
from wikisync.snapshot.known_contents import known_contents
from wikisync.snapshot.new_names import NewNames
from wikisync.snapshot.root import root_notes, split_by_root
from wikisync.snapshot.same_names import NameLookup
from wikisync.snapshot.twins import block_twins
from wikisync.snapshot.wiki_pages import WikiPages, read_wiki, remote_from_base

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key, Listed
    from wikisync.planning.model import Local
    from wikisync.progress import Progress
    from wikisync.snapshot.first_request import Listing
    from wikisync.state import State
    from wikisync.state.bases import StoredBase
    from wikisync.wiki.client import Wiki, WikiIndex


@dataclass(frozen=True, slots=True)
class CollectedState:
    """Both sides and the base as they are now.

    ``authenticated`` is False if the wiki treats the token as a guest's. ``without_state``: the
    bases of the state were ignored. ``recovered`` are bases that the state does not have, found in
    the histories of git and the wiki; ``notes`` say why others were not found. ``scanned`` is the
    scan of the folder; ``unnoticed`` are pages that changed while their time did not.
    ``listed`` is the wiki's list of pages, also of those outside the root; ``pages_left_out``
    counts the pages whose files would be ignored. ``assets`` are the images and files; None if
    none are synced.
    """

    snapshot: Snapshot
    layout: Layout
    authenticated: bool = True
    without_state: bool = False
    recovered: dict[Key, StoredBase] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    scanned: Scan = field(default_factory=Scan)
    unnoticed: tuple[Key, ...] = ()
    listed: tuple[Listed, ...] = ()
    pages_left_out: int = 0
    assets: CollectedAssets | None = None


def collect(
    folder: Folder,
    wiki: Wiki,
    state: State,
    progress: Progress,
    layout: Layout,
    *,
    without_state: bool = False,
    verify: bool = False,
    assets: AssetOptions = NO_ASSETS,
    listing: Listing | None = None,
) -> CollectedState:
    """Read both sides. Raises WikiError, FolderError and StateError.

    ``layout`` is that of the configuration; the wiki's locales are added. ``without_state`` ignores
    the bases of the state, as in a first run; ``verify`` reads every page and file, also those that
    seem unchanged. ``listing`` is the answer to the first request, if that was sent before.
    """
    with progress("Looking at the folder and the wiki") as step:
        # First, since the folder is scanned while the wiki works.
        answer = listing or ask_for_list(wiki, state, assets.choice, without_state=without_state)
        bases: Mapping[Key, Base] = {} if without_state else state.bases.load()
        scanned = scan(folder, bases.values(), step, {} if verify else state.files.load())
        bases = _managed(bases, folder)
        connection, asset_index = answer.result()
    layout = replace(layout, locales=_locales(connection, bases))
    pages, outside = split_by_root(connection.pages, layout)
    wiki.expect_only(pages)
    on_wiki, long_texts = {page.key for page in pages}, keeps_long_texts(connection.pages)
    named = assign_keys(scanned, bases, layout, on_wiki, long_texts=long_texts)
    named = block_twins(named, pages, bases)
    bases = with_current_names(bases, scanned, named, layout)
    recovered: dict[Key, StoredBase] = {}
    if not connection.authenticated:
        content = ContentLoader(folder, state, named.local, recovered)
        snapshot = _snapshot(bases, named, WikiPages(), folder, layout, content)
        return CollectedState(snapshot, layout, authenticated=False, scanned=scanned)
    wiki_pages = read_wiki(bases, named, pages, outside, wiki, progress, layout, verify=verify)
    named = refuse_conflicts(named, scanned, known_contents(state, bases, wiki_pages, named))
    content = ContentLoader(folder, state, named.local, recovered)
    with progress("Looking where the two histories meet"):
        visible = {k: found for k, found in wiki_pages.remote.items() if k not in named.blocked}
        # Where the layout is in doubt, a file and a page of two names may be two pages.
        sure = not any(isinstance(problem, MisplacedFiles) for problem in named.problems)
        found_bases = recover_bases(wiki, named.local, visible, bases, folder, layout, moves=sure)
    recovered.update(found_bases.bases)
    wiki_pages.remote.update(found_bases.read)
    wiki_pages.moved.update(found_bases.moved)
    known = {**bases, **{key: found.base for key, found in found_bases.bases.items()}}
    snapshot = _snapshot(known, named, wiki_pages, folder, layout, content)
    snapshot = replace(snapshot, wiki_key=NameLookup(wiki, wiki_pages.remote))
    collected_assets = None
    if asset_index is not None:
        collector = AssetCollector(
            folder, state, progress, layout, assets, without_state=without_state, verify=verify
        )
        collected_assets, snapshot = collector.collect(wiki, asset_index, snapshot)
    return CollectedState(
        snapshot,
        layout,
        without_state=without_state,
        recovered=recovered,
        notes=(
            *root_notes(bases, named, wiki_pages, connection.pages, layout),
            *found_bases.notes,
            *((Note("verified", len(bases)),) if verify else ()),
            *(collected_assets.notes if collected_assets is not None else ()),
        ),
        scanned=scanned,
        unnoticed=_unnoticed(bases, wiki_pages) if verify else (),
        listed=connection.pages,
        pages_left_out=len(wiki_pages.remote) - len(snapshot.remote),
        assets=collected_assets,
    )


def _locales(index: WikiIndex, bases: Iterable[Key]) -> Locales:
    """Return the wiki's locales: those installed, and those that its pages have or had.

    With SQLite a wiki can have pages of a locale that is not installed (wikijs.md, *Other
    databases*). ``bases`` are the keys of the pages that it had.
    """
    keys = (*(page.key for page in index.pages), *bases)
    used = sorted({key.locale for key in keys if is_locale(key.locale)})
    return Locales(
        index.default_locale, tuple(dict.fromkeys((*index.locales, *used))), index.namespacing
    )


def _unnoticed(bases: Mapping[Key, Base], wiki_pages: WikiPages) -> tuple[Key, ...]:
    """Return the keys of pages whose content changed on the wiki while their time did not."""
    found = []
    for key, base in bases.items():
        remote = wiki_pages.remote.get(key)
        if not isinstance(remote, Remote) or remote.fingerprint is None or key in wiki_pages.moved:
            continue
        same_time = remote.listed.updated_at == base.updated_at
        if same_time and base.remote.changed_fields(remote.fingerprint):
            found.append(key)
    return tuple(found)


def collect_offline(
    folder: Folder,
    state: State,
    progress: Progress,
    layout: Layout,
    assets: AssetOptions = NO_ASSETS,
) -> CollectedState:
    """Read the folder alone, and take the base as the wiki's side.

    Raises NotConfigured if no run has connected to the wiki yet.
    """
    known = state.meta("locales")
    if known is None:
        raise NotConfigured("base")
    default, *installed = known.split()
    locales = Locales(default, tuple(installed), state.meta("namespacing") == "true")
    layout = replace(layout, locales=locales)
    bases: Mapping[Key, Base] = state.bases.load()
    with progress("Looking at the folder") as step:
        scanned = scan(folder, bases.values(), step, state.files.load())
        bases = _managed(bases, folder)
        long_texts = state.meta("long_texts") == "true"
        named = assign_keys(scanned, bases, layout, long_texts=long_texts)
        bases = with_current_names(bases, scanned, named, layout)
    wiki_pages = WikiPages({key: remote_from_base(base) for key, base in bases.items()})
    named = refuse_conflicts(named, scanned, known_contents(state, bases, wiki_pages, named))
    content = ContentLoader(folder, state, named.local, {})
    snapshot = _snapshot(bases, named, wiki_pages, folder, layout, content)
    collected_assets = None
    if assets.choice != "none":
        collector = AssetCollector(folder, state, progress, layout, assets)
        collected_assets = collector.collect_offline(state.meta("url") or "", snapshot)
    return CollectedState(snapshot, layout, scanned=scanned, assets=collected_assets)


def _managed(bases: Mapping[Key, Base], folder: Folder) -> Mapping[Key, Base]:
    """Return the bases without those of ignored files, which never count as gone.

    The folder has been listed.
    """
    ignored = {
        key
        for key, base in bases.items()
        if to_nfc(base.file) not in folder.listed and folder.ignores(base.file)
    }
    return {key: base for key, base in bases.items() if key not in ignored} if ignored else bases


def _snapshot(
    bases: Mapping[Key, Base],
    named: KeyedPages,
    wiki_pages: WikiPages,
    folder: Folder,
    layout: Layout,
    content: ContentLoader,
) -> Snapshot:
    names = FileNames.beside(named.local.values(), wiki_pages.remote, folder, layout)
    known_keys = {*bases, *named.local, *wiki_pages.moved.values()}
    remote = {
        key: found
        for key, found in wiki_pages.remote.items()
        if key in known_keys or not names.is_ignored(key, found)
    }
    arrived = set(wiki_pages.moved.values())

    def occupied(key: Key) -> bool:
        return remote.get(key) is not None and key not in arrived

    def exists(key: Key) -> bool:
        return (
            key not in wiki_pages.displaced
            and remote.get(wiki_pages.moved.get(key, key)) is not None
        )

    renames = detect_renames(
        RenameInput(
            bases,
            named.local,
            named.blocked,
            wiki_pages.moved,
            # The page at the new key may move away too; if not, the planner reports a conflict.
            is_free=lambda key: not occupied(key) or not _is_same(remote[key], named.local[key]),
            similarity=content.similarity,
            has_page=occupied,
            page_exists=exists,
            length=content.length,
            same_creation=lambda page, file: (
                content.created(file) == parse_instant(bases[page].created_at) is not None
            ),
        )
    )
    new_names = NewNames(
        folder.listed, named.local, wiki_pages.remote, {**wiki_pages.moved, **renames.moved}, layout
    )
    return Snapshot(
        bases,
        named.local,
        remote,
        names.name,
        renames.moved,
        wiki_pages.moved,
        wiki_pages.displaced,
        renames.ambiguous,
        content.merge,
        reason_unreachable=lambda key: (
            reason_unreachable(key, layout) or new_names.reason_like_another(key)
        ),
        propose_name=new_names.propose,
        ignores=folder.ignores,
        blocked=named.blocked,
        problems=tuple(new_names.with_proposals(named.problems)),
    )


def _is_same(remote: RemoteState, local: Local) -> bool:
    """Return whether a new file equals the page at its key: then it is not a renamed file."""
    if not isinstance(remote, Remote) or remote.fingerprint is None:
        return False
    return not local.fingerprint.changed_fields(remote.fingerprint)
