"""The journal: the tables of runs and of their intents, written before each write (promise 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, get_args

from wikisync.page.model import Key
from wikisync.planning.model import Side, Verb
from wikisync.state.bases import StoredBase
from wikisync.state.intents import Entry, Intents, check_entry
from wikisync.state.packing import BLOB, NULL, NUMBER, TEXT, Unpacker, check_row

if TYPE_CHECKING:
    from collections.abc import Iterable


_VERBS: Final = get_args(Verb)
_RUN_TYPES: Final = (NUMBER, TEXT, TEXT, TEXT | NULL, NUMBER | NULL, TEXT | NULL, NUMBER)
_INTENT_TYPES: Final = (
    *(NUMBER, NUMBER, TEXT, TEXT, TEXT, TEXT, TEXT),
    *(NUMBER | NULL, TEXT | NULL, TEXT | NULL, BLOB | NULL, NUMBER, BLOB | NULL),
    *(TEXT | NULL, TEXT | NULL, TEXT, TEXT | NULL),
)
_NAMED_TYPES: Final = (NUMBER, NUMBER | NULL, TEXT, TEXT, TEXT)

_RUN: Final = "INSERT INTO run (command, started, undoes, plan) VALUES (?, ?, ?, ?) RETURNING id"
_RUNS: Final = "SELECT id, command, started, ended, undoes, plan, complete FROM run"
_INTENT: Final = (
    "INSERT INTO intent (run, kind, verb, side, locale, path, file, page_id, expected, wanted,"
    " after, follows_file, before, from_locale, from_path, from_file)"
    " VALUES (?, 'page', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
_INTENTS: Final = (
    "SELECT id, run, verb, side, locale, path, file, page_id, expected, wanted, after,"
    " follows_file, before, from_locale, from_path, from_file, outcome FROM intent"
    " WHERE kind = 'page'"
)
_DELETED: Final = (
    # An undo of a pull deletes files, but not their pages.
    "SELECT page_id, before FROM intent JOIN run ON run.id = run"
    " WHERE kind = 'page' AND verb = 'delete' AND outcome = 'done'"
    " AND (side = 'wiki' OR undoes IS NULL)"
    " AND page_id IS NOT NULL AND before IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to be made, with all that the next run needs to recover it.

    ``expected`` and ``wanted`` are the content before and after: a fingerprint as text for a page,
    a hexadecimal digest for a file, None for no page or file. ``before`` is the base before the
    write, ``after`` the base after it (None: none); with ``follows_file`` only the file's half of
    ``after`` is set, the rest is taken from the page as it then is. A move has ``from_key`` and
    ``from_file``.
    """

    run: int
    verb: Verb
    side: Side
    key: Key
    file: str
    page_id: int | None
    expected: str | None
    wanted: str | None
    after: StoredBase | None = None
    follows_file: bool = False
    before: StoredBase | None = None
    from_key: Key | None = None
    from_file: str = ""


JournalEntry = Entry[Intent]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run in the journal. Times are ISO; ``undoes`` is the number of the run that it undid.

    ``plan`` is the id of the plan file that it applied; ``complete`` is whether nothing of that
    plan is left to be done.
    """

    number: int
    command: str
    started: str
    ended: str | None
    undoes: int | None
    plan: str | None = None
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """The names of a page in a run. ``page_id`` is None if the page was never created."""

    run: int
    page_id: int | None
    key: Key
    file: str


class Journal(Intents[Intent]):
    """The tables of runs and of the intents of pages. Every method can raise StateError."""

    SELECT = _INTENTS

    def begin_run(
        self, command: str, at: str, undoes: int | None = None, plan: str | None = None
    ) -> int:
        """Begin a run and return its number. ``at`` is ISO time, ``plan`` the id of a plan file."""
        with self._db.transaction():
            return int(self._db.row(_RUN, (command, at, undoes, plan))[0])

    def end_run(self, run: int, at: str) -> None:
        """Store the time at which a run ended (ISO)."""
        self._db.write("UPDATE run SET ended = ? WHERE id = ?", (at, run))

    def runs(self) -> list[RunRecord]:
        """Return every run, the newest first."""
        with self._db.translate_errors():
            return [_run_record(row) for row in self._db.rows(f"{_RUNS} ORDER BY id DESC")]

    def runs_of_plan(self, plan: str) -> list[RunRecord]:
        """Return the runs that applied the plan file of this id, the newest first."""
        with self._db.translate_errors():
            rows = self._db.rows(f"{_RUNS} WHERE plan = ? ORDER BY id DESC", (plan,))
            return [_run_record(row) for row in rows]

    def mark_complete(self, run: int) -> None:
        """Mark the plan file that a run applied as completely applied."""
        self._db.write("UPDATE run SET complete = 1 WHERE id = ?", (run,))

    def begin(self, intent: Intent) -> int:
        """Store an intent before its write. Return its number."""
        values = (
            intent.run,
            intent.verb,
            intent.side,
            intent.key.locale,
            intent.key.path,
            intent.file,
            intent.page_id,
            intent.expected,
            intent.wanted,
            None if intent.after is None else intent.after.pack(),
            intent.follows_file,
            None if intent.before is None else intent.before.pack(),
            None if intent.from_key is None else intent.from_key.locale,
            None if intent.from_key is None else intent.from_key.path,
            intent.from_file,
        )
        with self._db.transaction():
            return int(self._db.row(_INTENT, values)[0])

    def begin_date_rewrite(self, run: int, page_id: int, old: str, new: str) -> None:
        """Announce a rewrite of the ``date`` line in a file that this run wrote.

        ``old`` and ``new`` are the file's hexadecimal digests before and after.
        """
        self._db.write(
            "UPDATE intent SET rewrite = ? WHERE run = ? AND side = 'folder' AND page_id = ?"
            " AND kind = 'page' AND wanted = ? AND outcome = 'done'",
            (new, run, page_id, old),
        )

    def end_date_rewrite(self, run: int, page_id: int, found: str) -> None:
        """End the rewrite of a ``date`` line. ``found`` is the file's digest now.

        If the rewrite was done, an undo of the run expects the file with the new digest.
        """
        self._db.write(
            "UPDATE intent SET wanted = CASE rewrite WHEN ? THEN rewrite ELSE wanted END,"
            " rewrite = NULL"
            " WHERE run = ? AND page_id = ? AND rewrite IS NOT NULL",
            (found, run, page_id),
        )

    def unfinished_date_rewrites(self) -> list[tuple[int, int, str, str]]:
        """Return (run, page id, file, new digest) of each rewrite that was not ended."""
        # Of a file that was moved twice, the last name counts.
        rows = self._db.rows(
            "SELECT run, page_id, file, rewrite FROM intent WHERE id IN (SELECT max(id) FROM intent"
            " WHERE rewrite IS NOT NULL GROUP BY run, page_id)"
        )
        with self._db.translate_errors():
            for row in rows:
                check_row(row, (NUMBER, NUMBER, TEXT, TEXT))
            return rows

    def deleted(self, ids: Iterable[int]) -> frozenset[tuple[int, str]]:
        """Return (id, creation time) of those of these pages that a run deleted on either side."""
        wanted, found = set(ids), set()
        with self._db.translate_errors():
            rows = self._db.rows(_DELETED) if wanted else []
            for page_id, before in rows:
                if page_id in wanted:
                    found.add((int(page_id), StoredBase.unpack(before).base.created_at))
        return frozenset(found)

    def names(self) -> list[Named]:
        """Return the names that pages had in each run, without duplicates."""
        rows = self._db.rows(
            "SELECT DISTINCT run, page_id, locale, path, file FROM intent WHERE kind = 'page' UNION"
            " SELECT DISTINCT run, page_id, from_locale, from_path, from_file FROM intent"
            " WHERE kind = 'page' AND from_path IS NOT NULL"
        )
        with self._db.translate_errors():
            for row in rows:
                check_row(row, _NAMED_TYPES)
        return [Named(run, page, Key(locale, path), file) for run, page, locale, path, file in rows]

    def interrupted(self) -> bool:
        """Return whether a run has not ended, or has left an open intent."""
        if self._db.row("SELECT 1 FROM intent WHERE outcome IS NULL") is not None:
            return True
        return self._db.row("SELECT 1 FROM run WHERE ended IS NULL") is not None

    def end_interrupted(self, at: str) -> None:
        """End all interrupted runs, once their intents are ended."""
        self._db.write("UPDATE run SET ended = ? WHERE ended IS NULL", (at,))

    def latest_time(self) -> str | None:
        """Return the latest time at which a run began or ended (ISO), or None."""
        row = self._db.row("SELECT max(started), max(ended) FROM run")
        return max((str(at) for at in row if at is not None), default=None)

    def has_expired(self, before: str) -> bool:
        """Return whether ``delete_older`` would delete a run."""
        return self._db.row("SELECT 1 FROM run WHERE retained_since < ?", (before,)) is not None

    def delete_older(self, now: str, before: str) -> None:
        """Delete runs that were retained since before a time (ISO), with their backups.

        ``now`` is the time of a clock known to be right. It starts the retention of runs that ended
        since the last call: their own times may come from a clock that was wrong.
        """
        old = "(SELECT id FROM run WHERE retained_since < ?)"
        with self._db.transaction():
            self._db.write(
                "UPDATE run SET retained_since = ?"
                " WHERE retained_since IS NULL AND ended IS NOT NULL",
                (now,),
            )
            self._db.write(
                f"DELETE FROM backup WHERE intent IN (SELECT id FROM intent WHERE run IN {old})",
                (before,),
            )
            self._db.write(f"DELETE FROM intent WHERE run IN {old}", (before,))
            self._db.write("DELETE FROM run WHERE retained_since < ?", (before,))

    def entry(self, row: tuple[Any, ...], unpack: Unpacker) -> JournalEntry:
        """Return the entry of a row. Raises ValueError or TypeError for values that are none."""
        return _entry(row, unpack)


def _run_record(row: tuple[Any, ...]) -> RunRecord:
    check_row(row, _RUN_TYPES)
    number, command, started, ended, undoes, plan, complete = row
    return RunRecord(number, command, started, ended, undoes, plan, bool(complete))


def _entry(row: tuple[Any, ...], unpack: Unpacker) -> JournalEntry:
    check_row(row, _INTENT_TYPES)
    (
        number,
        run,
        verb,
        side,
        locale,
        path,
        file,
        page_id,
        expected,
        wanted,
        after,
        follows_file,
        before,
    ) = row[:13]
    from_locale, from_path, from_file, outcome = row[13:]
    check_entry(f"{file}{from_file}", verb, _VERBS, side, outcome)
    intent = Intent(
        run,
        verb,
        side,
        Key(locale, path),
        file,
        page_id,
        expected,
        wanted,
        None if after is None else StoredBase.unpack_with(unpack, after),
        bool(follows_file),
        None if before is None else StoredBase.unpack_with(unpack, before),
        None if from_path is None else Key(from_locale, from_path),
        from_file,
    )
    return Entry(number, intent, outcome)


def now() -> str:
    """Return the current time as the state stores times: ISO, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
