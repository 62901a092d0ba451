"""Compare what a run left with what is there now, before any of it is taken back.

A step of an undo sees what the steps before it will have done: names that they free, or take.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wikisync.errors import FolderError, PageGone, PageHidden, WikisyncError
from wikisync.folder.folder import digest_of
from wikisync.page.fingerprint import Fingerprint, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wikisync.apply.undo import UndoStep
    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key, Listed, Record
    from wikisync.state.journal import Intent
    from wikisync.wiki.client import Wiki

BATCH: Final = 20
"""Pages that are read in one request."""

GONE: Final = "it is not there any more"


def check(
    steps: Sequence[UndoStep],
    folder: Folder,
    wiki: Wiki,
    pages: Iterable[Listed],
    dates: Mapping[tuple[int, str], str],
) -> tuple[UndoStep, ...]:
    """Return the steps, each with what stands in its way now, if anything.

    Left out are writes of which a killed run left open whether they were done, where all is as it
    was before. ``pages`` is the wiki's list; ``dates`` are digests of files whose ``date`` line was
    being written, by run and file. Raises WikiError where the wiki cannot be asked.
    """
    files, there = _Files(folder, dates), _Pages(wiki, pages, steps)
    found: list[UndoStep] = []
    for step in steps:
        side = files if step.noted.intent.side == "folder" else there
        if step.noted.outcome != "done" and side.as_before(step):
            continue
        reason = side.problem(step)
        if not reason:
            side.take_back(step)
        page = step.action.id or there.at(step.noted.intent.key)
        found.append(replace(step, in_the_way=reason, action=replace(step.action, id=page)))
    return tuple(found)


class _Files:
    """The files as they are, and as the steps so far will leave them."""

    def __init__(self, folder: Folder, dates: Mapping[tuple[int, str], str]) -> None:
        self._folder = folder
        self._dates = dates
        self._later: dict[str, str | None] = {}

    def problem(self, step: UndoStep) -> str:
        past = step.noted.intent
        try:
            found = self._digest(past.file)
            if step.action.verb == "create":
                return "a file of that name is there now" if found is not None else ""
            if found is None:
                return GONE
            if found not in {past.wanted, self._dates.get((past.run, past.file))}:
                return "it was edited meanwhile"
            if step.action.verb == "move" and not self._is_free(past):
                return "a file of that name is there now"
        except FolderError as error:
            return error.reason
        return ""

    def as_before(self, step: UndoStep) -> bool:
        past = step.noted.intent
        try:
            if step.action.verb == "move":
                return (
                    self._digest(past.file) is None
                    and self._digest(past.from_file) == past.expected
                )
            return self._digest(past.file) == past.expected
        except FolderError:
            return False

    def take_back(self, step: UndoStep) -> None:
        past = step.noted.intent
        if step.action.verb == "move":
            self._later[past.from_file] = self._digest(past.file)
            self._later[past.file] = None
        else:
            self._later[past.file] = past.expected

    def _is_free(self, past: Intent) -> bool:
        if self._digest(past.from_file) is None:
            return True
        # Names that differ in case alone, or a move that was killed half-way.
        goal, path = self._folder.root / past.from_file, self._folder.root / past.file
        return past.from_file not in self._later and goal.samefile(path)

    def _digest(self, file: str) -> str | None:
        if file in self._later:
            return self._later[file]
        try:
            return digest_of(self._folder.read(file)).hex()
        except FolderError as error:
            if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
                return None
            raise


class _Pages:
    """The pages as they are, and as the steps so far will leave them."""

    def __init__(self, wiki: Wiki, pages: Iterable[Listed], steps: Sequence[UndoStep]) -> None:
        self._wiki = wiki
        self._at: dict[Key, int | None] = {page.key: page.id for page in pages}
        self._later: dict[int, Key] = {}
        self._read: dict[int, Record | WikisyncError] = {}
        ids = [
            page
            for step in steps
            if step.noted.intent.side == "wiki" and step.action.verb != "create"
            if (page := step.noted.intent.page_id) is not None
        ]
        ids = list(dict.fromkeys(ids))
        for start in range(0, len(ids), BATCH):
            self._read |= wiki.read_current(ids[start : start + BATCH])

    def at(self, key: Key) -> int | None:
        """The id of the page at a key."""
        return self._at.get(key)

    def problem(self, step: UndoStep) -> str:
        past, verb = step.noted.intent, step.action.verb
        if verb == "create":
            return "there is a page now" if self.at(past.key) is not None else ""
        if past.page_id in self._later:
            key = self._later[past.page_id]
            reason = "" if key == past.key else _moved(key)
        else:
            reason = self._changed(past)
        if not reason and verb == "move" and past.from_key is not None and self.at(past.from_key):
            return "there is a page now"
        return reason

    def as_before(self, step: UndoStep) -> bool:
        past = step.noted.intent
        if past.expected is None:
            return self.at(past.key) is None
        record = self._record(past)
        at = past.from_key or past.key
        if record is None or isinstance(record, WikisyncError) or record.key != at:
            return False
        return not fingerprint(record.page).changed_fields(Fingerprint.parse(past.expected))

    def take_back(self, step: UndoStep) -> None:
        past, verb = step.noted.intent, step.action.verb
        if verb == "delete":
            self._at[past.key] = None
        elif past.page_id is not None and verb != "create":
            self._later[past.page_id] = past.from_key or past.key
        if verb == "create":
            self._at[past.key] = past.page_id or 0
        if verb == "move" and past.from_key is not None:
            self._at[past.key], self._at[past.from_key] = None, past.page_id

    def _changed(self, past: Intent) -> str:
        record = self._record(past)
        if record is None:
            return "it was deleted on the wiki"
        if isinstance(record, PageHidden):
            return "the key may not see it"
        if isinstance(record, WikisyncError):
            raise record
        if record.key != past.key:
            return _moved(record.key)
        if past.wanted is None:
            return "it is not known how the run left it"
        fields = fingerprint(record.page).changed_fields(Fingerprint.parse(past.wanted))
        return f"its {', '.join(fields)} changed on the wiki" if fields else ""

    def _record(self, past: Intent) -> Record | WikisyncError | None:
        """The page of a write; deleted and brought back, it has another id."""
        found = None if past.page_id is None else self._read.get(past.page_id)
        if found is not None and not isinstance(found, PageGone):
            return found
        other = self.at(past.key)
        if not other:
            return None
        if other not in self._read:
            self._read |= self._wiki.read_current([other])
        found = self._read[other]
        return None if isinstance(found, PageGone) else found


def _moved(key: Key) -> str:
    return f"it was moved to {key} on the wiki"
