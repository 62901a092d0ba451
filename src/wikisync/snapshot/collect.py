"""Both sides and the base as they are now, put together for the planner.

The folder is scanned while the wiki answers its one request; then what the list cannot tell is
read. Nothing is written here, on either side or in the state.

The texts that deciding needs: of files that may have been renamed, of pages that may merge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.concurrency import run_in_thread
from wikisync.errors import BadName, BadPage, FolderError, NotConfigured
from wikisync.folder.folder import digest_of
from wikisync.folder.scan import NamedPages, Scan, assign_keys, scan
from wikisync.git.repository import merge_file
from wikisync.page.document import first_heading, parse
from wikisync.page.model import Key, Listed, has_file_form
from wikisync.page.paths import Locales, case_folded, file_of, reason_unreachable
from wikisync.page.windows_names import windows_refusal
from wikisync.planning.merge import MergeConflict, Merged, three_way
from wikisync.planning.model import Base, Local, Note, Remote, RemoteState
from wikisync.planning.rename_detection import RenameInput, detect_renames, similarity
from wikisync.planning.snapshot import Snapshot
from wikisync.snapshot.base_recovery import recover_bases
from wikisync.snapshot.wiki_pages import WikiPages, read_wiki, remote_from_base

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key, Page
    from wikisync.planning.model import Conflict, Local
    from wikisync.progress import Progress
    from wikisync.state import State
    from wikisync.state.bases import StoredBase
    from wikisync.wiki.client import Wiki


@dataclass(frozen=True, slots=True)
class CollectedState:
    """Both sides and the base as they are now.

    ``authenticated`` is False for a guest's token; ``anew``: the base was not looked at.
    ``recovered`` are bases that the state does not have: found where the two histories meet;
    ``notes`` say what stood in the way of that. ``scanned`` is what the look at the folder found;
    ``unnoticed`` are pages that changed while their time did not.
    """

    snapshot: Snapshot
    locales: Locales
    authenticated: bool = True
    without_state: bool = False
    recovered: dict[Key, StoredBase] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    scanned: Scan = field(default_factory=Scan)
    unnoticed: tuple[Key, ...] = ()


def collect(
    folder: Folder,
    wiki: Wiki,
    state: State,
    progress: Progress,
    *,
    anew: bool = False,
    verify: bool = False,
) -> CollectedState:
    """Look at both sides; ``anew``: as on a first run; ``verify``: reading all.

    Raises what makes the look impossible.
    """
    with progress("Looking at the folder and the wiki") as step:
        answer = run_in_thread(wiki.connect)  # first of all: the rest is done while the wiki works
        bases = {} if anew else _managed(state.bases.load(), folder)
        scanned = scan(folder, bases.values(), step, {} if verify else state.files.load())
        connection = answer.result()
    locales = Locales(connection.default_locale, connection.locales, connection.namespacing)
    named = assign_keys(scanned, bases, locales)
    recovered: dict[Key, StoredBase] = {}
    texts = ContentLoader(folder, state, named.local, recovered)
    if not connection.authenticated:
        sides = _sides(bases, named, WikiPages(), folder, locales, texts)
        return CollectedState(sides, locales, authenticated=False, scanned=scanned)
    seen = read_wiki(bases, named, connection.pages, wiki, progress, verify=verify)
    with progress("Looking where the two histories meet"):
        met = recover_bases(wiki, named.local, seen.remote, bases, folder, locales)
    recovered.update(met.bases)
    seen.remote.update(met.read)
    seen.moved.update(met.moved)
    known = {**bases, **{key: found.base for key, found in met.bases.items()}}
    sides = _sides(known, named, seen, folder, locales, texts)
    return CollectedState(
        sides,
        locales,
        without_state=anew,
        recovered=recovered,
        notes=(*met.notes, Note("verified", len(bases))) if verify else met.notes,
        scanned=scanned,
        unnoticed=_unnoticed(bases, seen) if verify else (),
    )


def _unnoticed(bases: Mapping[Key, Base], seen: WikiPages) -> tuple[Key, ...]:
    """The pages whose content changed on the wiki while their time did not."""
    found = []
    for key, base in bases.items():
        there = seen.remote.get(key)
        if not isinstance(there, Remote) or there.fingerprint is None or key in seen.moved:
            continue
        same_time = there.listed.updated_at == base.updated_at
        if same_time and base.remote.changed_fields(there.fingerprint):
            found.append(key)
    return tuple(found)


def collect_offline(folder: Folder, state: State, progress: Progress) -> CollectedState:
    """Look at the folder alone, with the base in the wiki's place.

    Raises NotConfigured where no run has yet met the wiki.
    """
    known = state.meta("locales")
    if known is None:
        raise NotConfigured("base")
    default, *installed = known.split()
    locales = Locales(default, tuple(installed), state.meta("namespacing") == "true")
    bases = _managed(state.bases.load(), folder)
    with progress("Looking at the folder") as step:
        scanned = scan(folder, bases.values(), step, state.files.load())
        named = assign_keys(scanned, bases, locales)
    seen = WikiPages({key: remote_from_base(base) for key, base in bases.items()})
    texts = ContentLoader(folder, state, named.local, {})
    return CollectedState(
        _sides(bases, named, seen, folder, locales, texts), locales, scanned=scanned
    )


def _managed(bases: Mapping[Key, Base], folder: Folder) -> dict[Key, Base]:
    """The bases but for files that ``ignore`` names: those are left alone, and never gone."""
    return {key: base for key, base in bases.items() if not folder.ignores(base.file)}


def _sides(
    bases: Mapping[Key, Base],
    named: NamedPages,
    seen: WikiPages,
    folder: Folder,
    locales: Locales,
    texts: ContentLoader,
) -> Snapshot:
    taken: dict[str, str] = {}
    if folder.folds_case():
        for local in named.local.values():
            taken |= {case_folded(part): part for part in _with_folders(local.file)}

    def name_of(key: Key, listed: Listed) -> str:
        file = _file_of(key, listed, locales)
        if folder.on_windows and (why := windows_refusal(file)) is not None:
            raise BadName(file, why)
        for part in _with_folders(file) if folder.folds_case() else ():
            if (other := taken.setdefault(case_folded(part), part)) != part:
                raise BadName(file, f"{other} has the same name on this file system")
        return file

    known_keys = {*bases, *named.local, *seen.moved.values()}
    there = {
        key: found
        for key, found in seen.remote.items()
        if key in known_keys or not _ignored(key, found, folder, locales)
    }
    arrived = set(seen.moved.values())

    def occupied(key: Key) -> bool:
        return there.get(key) is not None and key not in arrived

    def lives(key: Key) -> bool:
        return key not in seen.displaced and there.get(seen.moved.get(key, key)) is not None

    renames = detect_renames(
        RenameInput(
            bases,
            named.local,
            named.blocked,
            seen.moved,
            # A page that is there may yet leave; if not, it is said to be in the way.
            free=lambda key: not occupied(key) or not _is_same(there[key], named.local[key]),
            similarity=texts.similarity,
            occupied=occupied,
            lives=lives,
        )
    )
    return Snapshot(
        bases,
        named.local,
        there,
        name_of,
        renames.moved,
        seen.moved,
        seen.displaced,
        renames.ambiguous,
        texts.merge,
        reason_unreachable=lambda key: reason_unreachable(key, locales),
        ignores=folder.ignores,
        blocked=named.blocked,
        problems=named.problems,
    )


def _with_folders(file: str) -> Iterator[str]:
    """A file's name, below those of the folders that it is in."""
    parts = file.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts) + 1))


def _is_same(there: RemoteState, here: Local) -> bool:
    """Whether a new file is the page that has its name: then it is no other page's."""
    if not isinstance(there, Remote) or there.fingerprint is None:
        return False
    return not here.fingerprint.changed_fields(there.fingerprint)


def _file_of(key: Key, listed: Listed, locales: Locales) -> str:
    if not has_file_form(listed.content_type):
        raise BadName(str(key), f"a page of {listed.content_type} has no file form")
    return file_of(key, listed.content_type, locales)


def _ignored(key: Key, there: RemoteState, folder: Folder, locales: Locales) -> bool:
    if not isinstance(there, Remote):
        return False
    try:
        return folder.ignores(_file_of(key, there.listed, locales))
    except BadName:
        return False


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
