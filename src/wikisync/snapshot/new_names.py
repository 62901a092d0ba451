"""Judge the names of new pages: those that differ in case alone, and proposals for others.

Many file systems, and some databases of wikis, take names that differ in case for one, so a new
page gets no such name; pages that have one are kept in step (files.md, *Names*).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.errors import BadName, MisplacedFiles
from wikisync.page.name_proposals import proposed_name
from wikisync.page.paths import case_folded, file_of, key_of, to_nfc
from wikisync.planning.model import Hidden, Remote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from wikisync.errors import BadPage
    from wikisync.page.model import Key
    from wikisync.page.paths import Layout
    from wikisync.planning.model import Local, RemoteState


class NewNames:
    """The names that are there: ``files`` of the folder, and pages on both sides by key.

    ``moved`` maps the keys of pages whose files were renamed to their new keys.
    """

    def __init__(
        self,
        files: Collection[str],
        local: Mapping[Key, Local],
        remote: Mapping[Key, RemoteState],
        moved: Mapping[Key, Key],
        layout: Layout,
    ) -> None:
        self._files = files
        self._local = local
        self._remote = remote
        self._moved = moved
        self._layout = layout
        self._taken: set[str] | None = None
        self._by_case: dict[tuple[str, str], list[Key]] | None = None

    def reason_like_another(self, key: Key) -> str | None:
        """Return why a new page must not have a key, if another differs from it in case alone."""
        if self._by_case is None:
            self._by_case = {}
            there = (k for k, page in self._remote.items() if isinstance(page, Remote | Hidden))
            for other in dict.fromkeys((*there, *self._local)):
                self._by_case.setdefault(_folded(other), []).append(other)
        for other in self._by_case.get(_folded(key), ()):
            if other == key or self._moved.get(other) == key:
                continue
            local = self._local.get(other)
            what = f"the page {other}" + (f" ({local.file})" if local else " of the wiki")
            return f"it differs from {what} only in upper and lower case"
        return None

    def propose(self, file: str) -> str:
        """Return a name for the page of a file that cannot have its own; each is given once."""
        if self._taken is None:
            self._taken = {*self._files, *_names(self._remote, self._layout)}
        proposed = proposed_name(file, self._taken - {to_nfc(file)}, self._layout)
        self._taken.add(proposed)
        return proposed

    def with_proposals(self, problems: Iterable[BadPage | BadName]) -> list[BadPage | BadName]:
        """Return the problems, each with a proposal where the wiki refuses the name of a file."""
        return [
            replace(problem, proposal=self.propose(problem.name))
            if isinstance(problem, BadName) and self._is_refused(problem)
            else problem
            for problem in problems
        ]

    def _is_refused(self, problem: BadName) -> bool:
        if isinstance(problem, MisplacedFiles) or to_nfc(problem.name) not in self._files:
            return False
        try:
            key_of(problem.name, self._layout)
        except BadName:
            return True
        return False


def _folded(key: Key) -> tuple[str, str]:
    return key.locale, case_folded(key.path)


def _names(keys: Iterable[Key], layout: Layout) -> Iterable[str]:
    """Yield a file's name for each page of the wiki that can have one."""
    for key in keys:
        try:
            yield file_of(key, "markdown", layout)
        except BadName:
            continue
