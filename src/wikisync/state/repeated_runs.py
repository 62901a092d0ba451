"""Leave out of the journal what fails again and again, as while ``watch`` runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wikisync.state.database import Database

_ATTEMPTS: Final = (
    "SELECT kind, verb, side, locale, path, file, expected, wanted, outcome FROM intent"
    " WHERE run = ? ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9"
)
_BEFORE: Final = (
    "SELECT id FROM run WHERE id = (SELECT max(id) FROM run WHERE id < ?) AND command ="
    " (SELECT command FROM run WHERE id = ?) AND ended IS NOT NULL"
)
_OVERTAKEN: Final = (
    "SELECT 1 FROM backup JOIN intent ON intent.id = intent WHERE run = ? AND backup.kind !="
    " 'before'"
)
_BACKUPS: Final = "DELETE FROM backup WHERE intent IN (SELECT id FROM intent WHERE run = ?)"
_WITHOUT_EFFECT: Final = frozenset({"failed", "skipped"})


def drop_repeated_run(db: Database, number: int) -> None:
    """Delete a run that tried what the run before it had tried, where neither changed anything."""
    before = db.row(_BEFORE, (number, number))
    if before is None or db.row(_OVERTAKEN, (number,)) is not None:
        return
    attempts = db.rows(_ATTEMPTS, (number,))
    if not {row[-1] for row in attempts} <= _WITHOUT_EFFECT:
        return
    if attempts != db.rows(_ATTEMPTS, (before[0],)):
        return
    with db.transaction():
        db.write(_BACKUPS, (number,))
        db.write("DELETE FROM intent WHERE run = ?", (number,))
        db.write("DELETE FROM run WHERE id = ?", (number,))
