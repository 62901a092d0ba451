"""Read the wiki's state of every page that is on it or has a base."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from wikisync.errors import Forbidden, PageGone, PageHidden, Unreachable, WikisyncError
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import Key, Listed, Record, has_file_form
from wikisync.planning.model import Base, Hidden, MovedAway, Remote, RemoteState
from wikisync.planning.reconcile import pages_to_fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wikisync.folder.scan import KeyedPages
    from wikisync.page.paths import Layout
    from wikisync.progress import Progress
    from wikisync.wiki.client import Wiki


FEW: Final = 20
"""Hidden pages that are looked for at their keys, with a request each."""


@dataclass(frozen=True, slots=True)
class WikiPages:
    """The pages by their present keys.

    ``moved`` maps the key of a base to the present key of its page, if it was moved. ``displaced``
    has, by the key of the base, the state of pages whose key another page has now. ``left`` maps
    the key of a base to the present key of its page, if it was moved out of the root; None where
    the key may not see it there.
    """

    remote: dict[Key, RemoteState] = field(default_factory=dict)
    moved: dict[Key, Key] = field(default_factory=dict)
    displaced: dict[Key, RemoteState] = field(default_factory=dict)
    left: dict[Key, Key | None] = field(default_factory=dict)


def read_wiki(
    bases: Mapping[Key, Base],
    named: KeyedPages,
    pages: Iterable[Listed],
    outside: Mapping[tuple[int, str], Key],
    wiki: Wiki,
    progress: Progress,
    layout: Layout,
    *,
    verify: bool = False,
) -> WikiPages:
    """Return each of ``pages`` and every page that has a base, as the wiki has it now.

    ``pages`` are those that the wiki lists below the root, ``outside`` the keys of the others by id
    and time of creation. Pages that may have changed are read, and none outside; with ``verify``
    every page that has a base or a file. Raises WikiError.
    """
    listed = {
        page.key: page
        for page in pages
        if has_file_form(page.content_type) or page.key in named.local
    }
    # A page never changes its id and its time of creation.
    key_by_identity = {(page.id, page.created_at): page.key for page in listed.values()}
    moved = {
        key: at
        for key, base in bases.items()
        if (at := key_by_identity.get((base.id, base.created_at), key)) != key
    }
    left: dict[Key, Key | None] = {
        key: outside[identity]
        for key, base in bases.items()
        if (identity := (base.id, base.created_at)) in outside
    }
    to_fetch = pages_to_fetch(bases, named.local, listed, moved)
    missing_bases = [base for base in to_fetch.missing if base.key not in left]
    if verify:
        known = (page for key, page in listed.items() if key in bases or key in named.local)
        to_fetch = replace(
            to_fetch, read=tuple({page.id: page for page in (*to_fetch.read, *known)}.values())
        )
    remote: dict[Key, RemoteState] = {
        key: Remote(page, bases[key].remote if key in bases else None)
        for key, page in listed.items()
    }
    with progress("Reading what may have changed", len(to_fetch.read) + len(missing_bases)) as step:
        for page, got in wiki.read(to_fetch.read):
            step(name=str(page.key))
            remote[page.key] = remote_state(page.key, got)
        missing = _missing(missing_bases, wiki, step)
    for key in _moved_out_of_sight(missing, wiki) if layout.root else ():
        left[key] = missing[key] = None
    displaced = {key: found for key, found in missing.items() if key in remote}
    remote |= {key: found for key, found in missing.items() if key not in remote}
    remote |= {key: None for key in left if key not in remote}
    return WikiPages(remote, moved, displaced, left)


def _missing(
    missing: Iterable[Base],
    wiki: Wiki,
    step: Callable[[], None],
) -> dict[Key, RemoteState]:
    """Read the pages that the list lacks: absence is not deletion (wikijs.md, *Reading*)."""
    found: dict[Key, RemoteState] = {}
    unlisted = [remote_from_base(base).listed for base in missing]
    try:
        for page, got in wiki.read(unlisted):
            step()
            # A batch takes the tags from the list, which lacks this page: read it on its own.
            complete = _whole(wiki, got) if isinstance(got, Record) else got
            if isinstance(complete, Record) and complete.created_at != page.created_at:
                complete = PageGone(wiki.url, page.id)  # the id is another page's now
            found[page.key] = remote_state(page.key, complete)
    except (Forbidden, PageHidden):
        found |= {page.key: Hidden() for page in unlisted if page.key not in found}
    return found


def _moved_out_of_sight(missing: Mapping[Key, RemoteState], wiki: Wiki) -> list[Key]:
    """Return the pages that are hidden while no page is at their key: they were moved from there.

    The page rules of a key may cover the root alone. Where many pages are hidden at once, the rules
    changed, and each stays a conflict.
    """
    hidden = [key for key, state in missing.items() if state == Hidden()]
    return [key for key in hidden if _is_free(key, wiki)] if len(hidden) <= FEW else []


def _is_free(key: Key, wiki: Wiki) -> bool:
    try:
        return wiki.find(key) is None
    except (PageHidden, Forbidden):
        return False


def _whole(wiki: Wiki, record: Record) -> Record | WikisyncError:
    try:
        return wiki.read_one(record.id)
    except (PageGone, PageHidden) as error:
        return error


def remote_state(key: Key, got: Record | WikisyncError) -> RemoteState:
    """Return the state of the page that should be at ``key``. Raises errors of other causes."""
    match got:
        case PageGone():
            return None
        case PageHidden():
            return Hidden()
        case Unreachable(reason=reason):  # for this page of a batch only
            return Hidden(reason.rstrip("."))
        case WikisyncError():
            raise got
    if got.key != key:
        return MovedAway(got.key)
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


def remote_from_base(base: Base) -> Remote:
    """Return the page of a base as if the wiki had listed it unchanged."""
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
    return Remote(listed, base.remote)
