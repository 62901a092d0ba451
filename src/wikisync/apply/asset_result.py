"""The result of an action on an asset: done, skipped or failed, with its error and its backups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.apply.result import Ended
from wikisync.errors import AssetChanged, FileChanged, StalePlan, WikisyncError
from wikisync.planning.asset_model import AssetConflict

if TYPE_CHECKING:
    from wikisync.apply.result import Result
    from wikisync.planning.asset_model import AssetAction, AssetConflictKind


@dataclass(frozen=True, slots=True)
class AssetResult(Ended):
    """The result of an action on an asset, with the same meaning as ``ActionResult``."""

    action: AssetAction
    result: Result
    error: WikisyncError | None = None
    backups: tuple[int, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the action failed, or is done with an error."""
        return self.result == "failed" or (self.result == "done" and self.error is not None)

    @property
    def conflict(self) -> AssetConflict | None:
        """The conflict to report: an asset or file that was not as planned."""
        match self.error:
            case StalePlan(_key, _file, found, done):
                return None if done else self._conflict("stale", found)
            case AssetChanged(_path, found) if self.result == "skipped":
                return self._conflict("changed-before-write", found)
            case FileChanged(_file, _doing, reason) if self.result == "skipped":
                return self._conflict("changed-before-write", reason)
        return None

    def _conflict(self, kind: AssetConflictKind, detail: str) -> AssetConflict:
        action = self.action
        return AssetConflict(
            path=action.path,
            file=action.file,
            kind=kind,
            local=action.local,
            remote=action.remote,
            base=action.base,
            detail=detail,
        )
