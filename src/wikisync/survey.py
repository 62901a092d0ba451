"""The look at both sides and the base, before anything is decided.

The folder is scanned while the wiki answers its one request; then what the list cannot tell is
read. Nothing is written here, on either side or in the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.errors import (
    BadName,
    Forbidden,
    NotConfigured,
    PageGone,
    PageHidden,
    Unreachable,
    WikisyncError,
)
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import Key, Listed, Record, has_file_form
from wikisync.page.paths import Locales, file_of, folded, unreachable
from wikisync.sides.aside import aside
from wikisync.sides.scan import Named, name, scan
from wikisync.sync.plan import Base, Elsewhere, Hidden, Remote, There
from wikisync.sync.planner import Sides
from wikisync.sync.reconcile import to_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wikisync.report.progress import Progress
    from wikisync.sides.folder import Folder
    from wikisync.sides.wiki import Wiki
    from wikisync.state import State


@dataclass(frozen=True, slots=True)
class Survey:
    """Both sides and the base as they are now.

    ``authenticated`` is False for a guest's token; ``anew``: the base was not looked at.
    """

    sides: Sides
    locales: Locales
    authenticated: bool = True
    anew: bool = False


def survey(
    folder: Folder, wiki: Wiki, state: State, progress: Progress, *, anew: bool = False
) -> Survey:
    """Look at both sides; ``anew``: as on a first run. Raises what makes the look impossible."""
    bases = {} if anew else _managed(state.bases.load(), folder)
    with progress("Looking at the folder and the wiki") as step:
        answer = aside(wiki.connect)
        scanned = scan(folder, bases.values(), step)
        connection = answer.result()
    locales = Locales(connection.default_locale, connection.locales, connection.namespacing)
    named = name(scanned, bases, locales)
    if not connection.authenticated:
        return Survey(_sides(bases, named, {}, folder, locales), locales, authenticated=False)
    there = _there(bases, named, connection.pages, wiki, progress)
    return Survey(_sides(bases, named, there, folder, locales), locales, anew=anew)


def survey_offline(folder: Folder, state: State, progress: Progress) -> Survey:
    """Look at the folder alone, with the base in the wiki's place.

    Raises NotConfigured where no run has yet met the wiki.
    """
    remembered = state.meta("locales")
    if remembered is None:
        raise NotConfigured("base")
    default, *installed = remembered.split()
    locales = Locales(default, tuple(installed), state.meta("namespacing") == "true")
    bases = _managed(state.bases.load(), folder)
    with progress("Looking at the folder") as step:
        named = name(scan(folder, bases.values(), step), bases, locales)
    there: dict[Key, There] = {key: _remembered(base) for key, base in bases.items()}
    return Survey(_sides(bases, named, there, folder, locales), locales)


def _managed(bases: Mapping[Key, Base], folder: Folder) -> dict[Key, Base]:
    """The bases but for files that ``ignore`` names: those are left alone, and never gone."""
    return {key: base for key, base in bases.items() if not folder.ignores(base.file)}


def _there(
    bases: Mapping[Key, Base],
    named: Named,
    pages: Iterable[Listed],
    wiki: Wiki,
    progress: Progress,
) -> dict[Key, There]:
    """Every page that the wiki or the base knows, as the wiki has it now."""
    listed = {
        page.key: page
        for page in pages
        if has_file_form(page.content_type) or page.key in named.here
    }
    look = to_read(bases, named.here, listed)
    there: dict[Key, There] = {
        key: Remote(page, bases[key].there if key in bases else None)
        for key, page in listed.items()
    }
    with progress("Reading what may have changed", len(look.read) + len(look.missing)) as step:
        for page, got in wiki.read(look.read):
            step()
            there[page.key] = _seen(page.key, got)
        ids = {(page.id, page.created_at): page.key for page in listed.values()}
        there |= _missing(look.missing, ids, wiki, step)
    held = {*named.here, *named.blocked}
    for base in look.missing:
        # A page that moved away is one page: as long as its file bears the old name, the new one is
        # no page of its own.
        gone = there[base.key]
        if isinstance(gone, Elsewhere) and base.key in held and gone.key not in {*bases, *held}:
            there.pop(gone.key, None)
    return there


def _missing(
    missing: Iterable[Base],
    ids: Mapping[tuple[int, str], Key],
    wiki: Wiki,
    step: Callable[[], None],
) -> dict[Key, There]:
    """Pages that the list lacks: absence is not deletion (facts, *Reading*)."""
    found: dict[Key, There] = {}
    unlisted = []
    for base in missing:
        if (key := ids.get((base.id, base.created_at))) is not None:
            step()
            found[base.key] = Elsewhere(key)
        else:
            unlisted.append(_remembered(base).listed)
    try:
        for page, got in wiki.read(unlisted):
            step()
            # The list, which has the tags, left it out: only a read of its own is whole.
            seen = _whole(wiki, got) if isinstance(got, Record) else got
            if isinstance(seen, Record) and seen.created_at != page.created_at:
                seen = PageGone(wiki.url, page.id)  # the id is another page's now
            found[page.key] = _seen(page.key, seen)
    except (Forbidden, PageHidden):
        found |= {page.key: Hidden() for page in unlisted if page.key not in found}
    return found


def _whole(wiki: Wiki, record: Record) -> Record | WikisyncError:
    try:
        return wiki.read_one(record.id)
    except (PageGone, PageHidden) as error:
        return error


def _seen(key: Key, got: Record | WikisyncError) -> There:
    match got:
        case PageGone():
            return None
        case PageHidden():
            return Hidden()
        case Unreachable(reason=reason):  # of this page alone, among others that were read
            return Hidden(reason.rstrip("."))
        case WikisyncError():
            raise got
    if got.key != key:
        return Elsewhere(got.key)
    return Remote(_listed(got), fingerprint(got.page), got)


def _listed(record: Record) -> Listed:
    page = record.page
    return Listed(
        record.id,
        record.key,
        page.title or "",
        page.description or "",
        record.content_type,
        bool(page.published),
        bool(page.private),
        record.created_at,
        record.updated_at,
        page.tags or (),
    )


def _remembered(base: Base) -> Remote:
    """The page as the base has it, where the wiki does not show it."""
    listed = Listed(
        id=base.id,
        key=base.key,
        title="",
        description="",
        content_type=base.content_type,
        published=True,
        private=False,
        created_at=base.created_at,
        updated_at=base.updated_at,
        tags=(),
    )
    return Remote(listed, base.there)


def _sides(
    bases: Mapping[Key, Base],
    named: Named,
    there: Mapping[Key, There],
    folder: Folder,
    locales: Locales,
) -> Sides:
    taken: dict[str, str] = {}
    if folder.folds_case():
        taken = {folded(local.file): local.file for local in named.here.values()}

    def name_of(key: Key, listed: Listed) -> str:
        file = _file_of(key, listed, locales)
        other = taken.setdefault(folded(file), file) if folder.folds_case() else file
        if other != file:
            raise BadName(file, f"{other} has the same name on this file system")
        return file

    there = {
        key: found
        for key, found in there.items()
        if key in bases or key in named.here or not _ignored(key, found, folder, locales)
    }
    return Sides(
        bases,
        named.here,
        there,
        name_of,
        unreachable=lambda key: unreachable(key, locales),
        blocked=named.blocked,
        problems=named.problems,
    )


def _file_of(key: Key, listed: Listed, locales: Locales) -> str:
    if not has_file_form(listed.content_type):
        raise BadName(str(key), f"a page of {listed.content_type} has no file form")
    return file_of(key, listed.content_type, locales)


def _ignored(key: Key, there: There, folder: Folder, locales: Locales) -> bool:
    if not isinstance(there, Remote):
        return False
    try:
        return folder.ignores(_file_of(key, there.listed, locales))
    except BadName:
        return False
