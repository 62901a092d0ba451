"""Say which links of a plan's pages lead nowhere, and who links to a page under its old name.

Only for what is published. The pages of both sides are known, so nothing more is asked of the wiki.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from wikisync.checking.facts import read_facts
from wikisync.checking.folder_facts import content_type_of
from wikisync.errors import FolderError
from wikisync.page.link_targets import Referrer
from wikisync.page.paths import RESERVED, to_nfc
from wikisync.page.places import Places
from wikisync.planning.model import Create, Delete, Hidden, Merge, Move, Remote, Update
from wikisync.planning.notes import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wikisync.folder.folder import Folder
    from wikisync.page.link_targets import Destination
    from wikisync.page.model import Key
    from wikisync.planning.model import Action
    from wikisync.request import Report
    from wikisync.snapshot.collect import CollectedState

_MOST: Final = 1_000
"""Pages of a plan whose links are read; more take several seconds."""

_SHOWN: Final = 10

_PUBLISHING: Final = frozenset({"push", "sync", "plan"})


def with_link_notes(
    folder: Folder, report: Report, collected: CollectedState | None, url: str
) -> Report:
    """Return a report with notes of dead links in what it publishes, and of links to old names."""
    request = report.request
    if collected is None or request.direction == "pull" or request.command not in _PUBLISHING:
        return report
    actions = [a for a in report.plan.writes if a.side == "wiki" and a.skip_reason is None]
    if not actions or len(actions) > _MOST:
        return report
    links = _Links(folder, collected, actions, url)
    return replace(report, notes=(*report.notes, *links.notes()))


def _named(files: Sequence[str]) -> str:
    """Return the first files, and how many more there are. A plan file has no more of a note."""
    rest = len(files) - _SHOWN
    return ", ".join(files[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


class _Links:
    """The links of the folder's pages, seen after a plan was carried out."""

    def __init__(
        self, folder: Folder, collected: CollectedState, actions: list[Action], url: str
    ) -> None:
        snapshot = collected.snapshot
        self._folder = folder
        self._actions = actions
        self._url = url
        gone = {action.key for action in actions if isinstance(action, Delete)}
        self._moved = {a.from_key: a for a in actions if isinstance(a, Move) and a.from_key}
        self._files = {key: to_nfc(local.file) for key, local in snapshot.local.items()}
        shown = {
            key for key, found in snapshot.remote.items() if isinstance(found, Remote | Hidden)
        }
        remote = (shown | {page.key for page in collected.listed}) - gone - self._moved.keys()
        self._places = Places(collected.layout, self._files, remote, ignores=folder.ignores)

    def notes(self) -> Iterator[Note]:
        """Yield a note of the dead links, and one for each page that others link to as it was."""
        published = {
            a.key: a.file for a in self._actions if isinstance(a, Create | Update | Merge | Move)
        }
        dead = 0
        files: dict[str, None] = {}
        for key, file in published.items():
            for destination in self._missing(key, file):
                if destination.key not in self._moved:
                    dead += 1
                    files[file] = None
        if dead:
            yield Note("dead-links", dead, _named(list(files)))
        for old, action in self._moved.items():
            found = tuple(self._linking(old))
            if found:
                detail = f"{old.path} → {action.key.path}: {_named(found)}"
                yield Note("old-links", len(found), detail)

    def _linking(self, old: Key) -> Iterator[str]:
        """Yield the files that link to a page under its old key."""
        last = old.path.rpartition("/")[2]
        words = {last.encode(), quote(last).encode()}
        for key, file in sorted(self._files.items()):
            try:
                data = self._folder.read(file)
            except FolderError:
                continue
            if any(word in data for word in words) and any(
                destination.key == old for destination in self._missing(key, file, data)
            ):
                yield file

    def _missing(self, key: Key, file: str, data: bytes | None = None) -> Iterator[Destination]:
        """Yield where those links of a file lead that lead to no page."""
        try:
            data = self._folder.read(file) if data is None else data
        except FolderError:
            return
        kind = content_type_of(file)
        page = Referrer.of(file, key, kind, self._places.layout, self._url)
        for link in read_facts(data, kind).links:
            leads = self._places.leads_to(link.target, link.kind, page)
            wiki = leads.wiki
            reserved = wiki.key is not None and wiki.key.path.partition("/")[0] in RESERVED
            if wiki.key is not None and leads.on_wiki == "no" and not reserved:
                yield wiki
