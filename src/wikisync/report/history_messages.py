"""Word the errors about runs and backups: none of that number, or none to undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import BackupDamaged

if TYPE_CHECKING:
    from wikisync.errors import BackupMissing, NoSuchRun


def no_such_run_message(error: NoSuchRun) -> tuple[str, str]:
    """Return the text and the hint for a run that is not there, or cannot be undone."""
    if error.undone is not None:
        before = "" if error.before is None else f" The one before it is run {error.before}."
        return (
            f"Run {error.undone}, the last one, was undone already.",
            f"To undo an earlier run as well, name it: wikisync undo RUN.{before} List the runs:"
            " wikisync log.",
        )
    if error.number is None:
        return "There is no run to undo: none has written anything.", ""
    return f"There is no run {error.number}.", "List the runs: wikisync log."


def backup_message(error: BackupMissing | BackupDamaged) -> tuple[str, str]:
    """Return the text and the hint for a backup that is not there, or that is damaged."""
    if isinstance(error, BackupDamaged):
        return (
            f"Backup {error.number} is damaged, {error.file}: {error.reason}.",
            "A copy of .wikisync, such as a backup of this machine, may have the file. Put it back"
            " under this name. Git or the wiki may have the old version too. Other backups are not"
            " affected.",
        )
    return (
        f"There is no backup {error.name}; it may have expired.",
        "List a page's backups: wikisync log PATH. They are deleted after keep_days.",
    )
