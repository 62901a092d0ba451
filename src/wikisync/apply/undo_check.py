"""Check each step of an undo against the pages and files as they are now.

A step is checked as if the steps before it were done: they free and take names.
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
    from wikisync.page.paths import Layout
    from wikisync.state.journal import Intent
    from wikisync.wiki.client import Wiki

BATCH: Final = 20
"""The number of pages that are read in one request."""

GONE: Final = "it is not there any more"


def check(
    steps: Sequence[UndoStep],
    folder: Folder,
    wiki: Wiki,
    pages: Iterable[Listed],
    dates: Mapping[tuple[int, str], str],
    layout: Layout,
) -> tuple[UndoStep, ...]:
    """Return the steps, each with ``blocked_by`` set if it cannot be done.

    Writes with an unknown outcome are left out if the page or file is as before them. ``pages`` is
    the wiki's list, of which those outside the root are not read; ``dates`` maps run and file to
    the digest of a file whose ``date`` line was being rewritten. Raises WikiError if the wiki
    cannot be asked.
    """
    files, remote = _Files(folder, dates), _Pages(wiki, pages, steps, layout)
    found: list[UndoStep] = []
    for step in steps:
        side = files if step.entry.intent.side == "folder" else remote
        if step.entry.outcome != "done" and side.as_before(step):
            continue
        reason = side.problem(step)
        if not reason:
            side.revert(step)
        page = step.action.id or remote.at(step.entry.intent.key)
        found.append(replace(step, blocked_by=reason, action=replace(step.action, id=page)))
    return tuple(found)


class _Files:
    """The files as they will be after the steps checked so far."""

    def __init__(self, folder: Folder, dates: Mapping[tuple[int, str], str]) -> None:
        self._folder = folder
        self._dates = dates
        self._later: dict[str, str | None] = {}

    def problem(self, step: UndoStep) -> str:
        intent = step.entry.intent
        try:
            found = self._digest(intent.file)
            if step.action.verb == "create":
                return "a file of that name exists now" if found is not None else ""
            if found is None:
                return GONE
            if found not in {intent.wanted, self._dates.get((intent.run, intent.file))}:
                return "it was edited since"
            if step.action.verb == "move":
                if not self._folder.layout.is_file_of(intent.file, intent.key):
                    return "`index` in wikisync.toml was changed"
                if not self._is_free(intent):
                    return "a file of that name exists now"
        except FolderError as error:
            return error.reason
        return ""

    def as_before(self, step: UndoStep) -> bool:
        intent = step.entry.intent
        try:
            if step.action.verb == "move":
                return (
                    self._digest(intent.file) is None
                    and self._digest(intent.from_file) == intent.expected
                )
            return self._digest(intent.file) == intent.expected
        except FolderError:
            return False

    def revert(self, step: UndoStep) -> None:
        intent = step.entry.intent
        if step.action.verb == "move":
            # An index file gets the links back that it had under its old name.
            relinked = self._has_other_links(intent)
            self._later[intent.from_file] = (
                intent.expected if relinked else self._digest(intent.file)
            )
            self._later[intent.file] = None
        else:
            self._later[intent.file] = intent.expected

    def _has_other_links(self, intent: Intent) -> bool:
        """Return whether a move changed links; a new ``date`` line changes ``wanted`` as well."""
        layout = self._folder.layout
        old = layout.link_folder(intent.from_file, intent.from_key or intent.key)
        return intent.wanted != intent.expected and old != layout.link_folder(
            intent.file, intent.key
        )

    def _is_free(self, intent: Intent) -> bool:
        if self._digest(intent.from_file) is None:
            return True
        # The names differ only in case, or a move was killed half-way.
        target, path = self._folder.root / intent.from_file, self._folder.root / intent.file
        return intent.from_file not in self._later and target.samefile(path)

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
    """The pages as they will be after the steps checked so far."""

    def __init__(
        self, wiki: Wiki, pages: Iterable[Listed], steps: Sequence[UndoStep], layout: Layout
    ) -> None:
        self._wiki = wiki
        self._at: dict[Key, int | None] = {page.key: page.id for page in pages}
        self._outside = {
            number: key for key, number in self._at.items() if not layout.contains(key)
        }
        self._later: dict[int, Key] = {}
        self._read: dict[int, Record | WikisyncError] = {}
        ids = [
            page
            for step in steps
            if step.entry.intent.side == "wiki" and step.action.verb != "create"
            if (page := step.entry.intent.page_id) is not None and page not in self._outside
        ]
        ids = list(dict.fromkeys(ids))
        for start in range(0, len(ids), BATCH):
            self._read |= wiki.read_current(ids[start : start + BATCH])

    def at(self, key: Key) -> int | None:
        """Return the id of the page at a key, or None."""
        return self._at.get(key)

    def problem(self, step: UndoStep) -> str:
        intent, verb = step.entry.intent, step.action.verb
        if verb == "create":
            return "the page exists now" if self.at(intent.key) is not None else ""
        if intent.page_id in self._later:
            key = self._later[intent.page_id]
            reason = "" if key == intent.key else _moved(key)
        else:
            reason = self._changed(intent)
        if (
            not reason
            and verb == "move"
            and intent.from_key is not None
            and self.at(intent.from_key)
        ):
            return "the page exists now"
        return reason

    def as_before(self, step: UndoStep) -> bool:
        intent = step.entry.intent
        if intent.expected is None:
            return self.at(intent.key) is None
        record = self._record(intent)
        at = intent.from_key or intent.key
        if record is None or isinstance(record, WikisyncError) or record.key != at:
            return False
        return not fingerprint(record.page).changed_fields(Fingerprint.parse(intent.expected))

    def revert(self, step: UndoStep) -> None:
        intent, verb = step.entry.intent, step.action.verb
        if verb == "delete":
            self._at[intent.key] = None
        elif intent.page_id is not None and verb != "create":
            self._later[intent.page_id] = intent.from_key or intent.key
        if verb == "create":
            self._at[intent.key] = intent.page_id or 0
        if verb == "move" and intent.from_key is not None:
            self._at[intent.key], self._at[intent.from_key] = None, intent.page_id

    def _changed(self, intent: Intent) -> str:
        if intent.page_id in self._outside:
            return _moved(self._outside[intent.page_id])
        record = self._record(intent)
        if record is None:
            return "it was deleted on the wiki"
        if isinstance(record, PageHidden):
            return "the API key cannot see it"
        if isinstance(record, WikisyncError):
            raise record
        if record.key != intent.key:
            return _moved(record.key)
        if intent.wanted is None:
            return "it is not known how the run left it"
        fields = fingerprint(record.page).changed_fields(Fingerprint.parse(intent.wanted))
        return f"its {', '.join(fields)} changed on the wiki" if fields else ""

    def _record(self, intent: Intent) -> Record | WikisyncError | None:
        """Return the page of a write, or the one at its key: a restored page has another id."""
        found = None if intent.page_id is None else self._read.get(intent.page_id)
        if found is not None and not isinstance(found, PageGone):
            return found
        other = self.at(intent.key)
        if not other:
            return None
        if other not in self._read:
            self._read |= self._wiki.read_current([other])
        found = self._read[other]
        return None if isinstance(found, PageGone) else found


def _moved(key: Key) -> str:
    return f"it was moved to {key} on the wiki"
