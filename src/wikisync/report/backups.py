"""Format the list of backups, for a terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wikisync.planning.model import Plan
from wikisync.report.json_output import as_data, one_line
from wikisync.report.text import backup_in_words, escape_control, local_time, size_text
from wikisync.report.wrapping import print_line
from wikisync.request import Report, Request
from wikisync.state.asset_backups import AssetBackup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from wikisync.state.backups import Backup


def show(backups: Sequence[Backup | AssetBackup], console: Console) -> None:
    """Print each backup with its number, time, run, page, and what it is; the newest first."""
    for backup in backups:
        print_line(
            console,
            f"backup {backup.number}  {local_time(backup.at)}  {escape_control(_name(backup))}",
            "bold",
        )
        print_line(console, f"  {backup_in_words(backup)}")
    if backups:
        print_line(
            console,
            "See one: wikisync restore NUMBER --print. Restore it: wikisync restore NUMBER.",
        )
    else:
        print_line(console, "There are no backups: no run has overwritten or deleted this.")


def _name(backup: Backup | AssetBackup) -> str:
    if isinstance(backup, AssetBackup):
        name = f"{backup.file}  {size_text(backup.size)}"
        return name if backup.new_path == backup.path else f"{name} → {backup.new_file}"
    if backup.new_key == backup.key:
        return backup.file
    return f"{backup.file} → {backup.new_file}"


def to_json(
    backups: Sequence[Backup | AssetBackup], paths: tuple[str, ...], wiki: str, folder: str
) -> str:
    """Return the list as one JSON object: what every command has, and ``backups``."""
    report = Report(Request("log", "sync", paths), wiki, folder, Plan())
    return one_line({**as_data(report), "backups": [as_values(backup) for backup in backups]})


def as_values(backup: Backup | AssetBackup) -> dict[str, Any]:
    """Return a backup as the values that JSON has."""
    return {
        "kind": "asset" if isinstance(backup, AssetBackup) else "page",
        "backup": backup.number,
        "at": backup.at,
        "run": backup.run,
        "command": backup.command,
        "action": backup.verb,
        "outcome": backup.outcome or "unsettled",
        "side": backup.side,
        "what": backup.kind,
        "locale": None if isinstance(backup, AssetBackup) else backup.key.locale,
        "path": backup.path if isinstance(backup, AssetBackup) else backup.key.path,
        "file": backup.file,
    }
