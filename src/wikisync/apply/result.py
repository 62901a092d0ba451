"""The result of an action: done, skipped or failed, with its error and its backups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from wikisync.errors import (
    ApiDisabled,
    FileChanged,
    Interrupted,
    OverwroteConcurrentEdit,
    PageChanged,
    StalePlan,
    StateError,
    Unauthenticated,
    UnexpectedResponse,
    Unreachable,
    WikisyncError,
)
from wikisync.planning.model import Conflict, Create, Merge, Move, Update, is_temporary_move

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from wikisync.page.model import Key, Listed
    from wikisync.planning.model import Action, ConflictKind
    from wikisync.wiki.client import Wiki

Result = Literal["done", "skipped", "failed"]

FATAL = (ApiDisabled, Unauthenticated, UnexpectedResponse, StateError, Unreachable)
"""Errors that end a run, since every other page would meet them too."""


class Ended:
    """What follows from how an action ended, on a page or an asset."""

    __slots__ = ()
    result: Result
    error: WikisyncError | None

    @property
    def is_unfinished(self) -> bool:
        """Whether the same action may be tried again: it failed, or was not started."""
        return self.result == "failed" or (
            self.result == "skipped" and self.fatal_error is not None
        )

    @property
    def fatal_error(self) -> WikisyncError | None:
        """The error, if it ends the run."""
        return self.error if isinstance(self.error, (*FATAL, Interrupted)) else None


@dataclass(frozen=True, slots=True)
class ActionResult(Ended):
    """The result of an action.

    ``error`` is why it was skipped or failed; of one that is done, a problem that came with it.
    ``backups`` are the numbers of the backups of what it replaced.
    """

    action: Action
    result: Result
    error: WikisyncError | None = None
    backups: tuple[int, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the action failed, or is done with an error that is not a replaced edit."""
        with_error = self.result == "done" and not isinstance(
            self.error, OverwroteConcurrentEdit | None
        )
        return self.result == "failed" or with_error

    @property
    def conflict(self) -> Conflict | None:
        """The conflict to report: a page or file that was not as planned, or a replaced edit."""
        if isinstance(self.error, OverwroteConcurrentEdit):
            conflict = self._conflict("overwrote-edit", str(self.error.version))
            return replace(conflict, backups=(self.error.backup,))
        if self.result == "done" and _writes_markers(self.action):
            return self._conflict("marked", "")
        if isinstance(self.error, StalePlan):
            return None if self.error.done else self._conflict("stale", self.error.found)
        if self.result != "skipped" or not isinstance(self.error, PageChanged | FileChanged):
            return None
        found = self.error.found if isinstance(self.error, PageChanged) else self.error.reason
        return self._conflict("changed-before-write", found)

    def _conflict(self, kind: ConflictKind, detail: str) -> Conflict:
        action = self.action
        return Conflict(
            action.key, action.file, kind, action.fields, detail, action.local, action.remote
        )


def find_missing(
    outcomes: Sequence[ActionResult], pages: Iterable[Listed] | None, wiki: Wiki
) -> tuple[ActionResult, ...]:
    """Return the results of a run, with pages that are gone at its end as skipped.

    ``pages`` is the wiki's list at the end of the run, None if it could not be read. A written page
    that is not listed is looked for by its key: absence from the list is not deletion.
    """
    existing = None if pages is None else {page.key for page in pages}
    return tuple(
        replace(
            result,
            result="skipped",
            error=PageChanged(result.action.key, "it was gone when the run ended"),
        )
        if existing is not None
        and result.result == "done"
        and result.action.side == "wiki"
        and isinstance(result.action, _LEAVES_PAGE)
        and not is_temporary_move(result.action)
        and result.action.key not in existing
        and _is_gone(wiki, result.action.key)
        else result
        for result in outcomes
    )


def _is_gone(wiki: Wiki, key: Key) -> bool:
    try:
        return wiki.find(key) is None
    except WikisyncError:
        return False


def run_action(
    action: Action, work: Callable[[], WikisyncError | None], fatal_error: WikisyncError | None
) -> ActionResult:
    """Return the result of an action that ``work`` executes, or skips after a ``fatal_error``.

    ``work`` returns an error that came with a write that is done, or None.
    """
    if fatal_error is not None:
        return ActionResult(action, "skipped", fatal_error)
    try:
        return ActionResult(action, "done", work())
    except (PageChanged, FileChanged) as error:
        return ActionResult(action, "skipped", error)
    except WikisyncError as error:
        return ActionResult(action, "failed", error)


def _writes_markers(action: Action) -> bool:
    return isinstance(action, Merge) and action.writes_markers


_LEAVES_PAGE: Final = Create | Update | Move | Merge
"""The actions after which their page exists."""
