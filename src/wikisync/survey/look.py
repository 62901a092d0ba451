"""Both sides and the base as they are now, put together for the planner.

The folder is scanned while the wiki answers its one request; then what the list cannot tell is
read. Nothing is written here, on either side or in the state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.concurrency import run_in_thread
from wikisync.errors import BadName, NotConfigured
from wikisync.folder.scan import NamedPages, Scan, assign_keys, scan
from wikisync.meet import recover_bases
from wikisync.page.model import Key, Listed, has_file_form
from wikisync.page.paths import Locales, case_folded, file_of, reason_unreachable
from wikisync.page.windows_names import windows_refusal
from wikisync.planning.model import Base, Local, Note, Remote, RemoteState
from wikisync.planning.rename_detection import RenameInput, detect_renames
from wikisync.planning.snapshot import Snapshot
from wikisync.survey.on_wiki import WikiPages, read_wiki, remote_from_base
from wikisync.survey.texts import ContentLoader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wikisync.folder.folder import Folder
    from wikisync.report.progress import Progress
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
