"""The journal: runs, and what each was about to write (promise 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from wikisync.page.model import Key
from wikisync.planning.model import Side, Verb
from wikisync.state.bases import StoredBase
from wikisync.state.packing import BLOB, NULL, NUMBER, TEXT, Unpacker, check_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.state.database import Database

Outcome = Literal["done", "failed", "skipped", "unknown"]

_VERBS: Final = get_args(Verb)
_SIDES: Final = get_args(Side)
_RUN_TYPES: Final = (NUMBER, TEXT, TEXT, TEXT | NULL, NUMBER | NULL, TEXT | NULL, NUMBER)
_INTENT_TYPES: Final = (
    *(NUMBER, NUMBER, TEXT, TEXT, TEXT, TEXT, TEXT),
    *(NUMBER | NULL, TEXT | NULL, TEXT | NULL, BLOB | NULL, NUMBER, BLOB | NULL),
    *(TEXT | NULL, TEXT | NULL, TEXT, TEXT | NULL),
)
_NAMED_TYPES: Final = (NUMBER, NUMBER | NULL, TEXT, TEXT, TEXT)

_RUN: Final = "INSERT INTO run (command, started, undoes, plan) VALUES (?, ?, ?, ?) RETURNING id"
_RUNS: Final = "SELECT id, command, started, ended, undoes, plan, whole FROM run"
_INTENT: Final = (
    "INSERT INTO intent (run, verb, side, locale, path, file, page_id, lease, wanted, after,"
    " follow, before, old_locale, old_path, old_file)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
_INTENTS: Final = (
    "SELECT id, run, verb, side, locale, path, file, page_id, lease, wanted, after, follow, before,"
    " old_locale, old_path, old_file, outcome FROM intent"
)
# What would follow from an intent is of no use once it has ended.
_END: Final = (
    "UPDATE intent SET outcome = ?, page_id = coalesce(?, page_id), wanted = coalesce(?, wanted),"
    " after = NULL WHERE id = ?"
)
_DELETED: Final = (
    # An undo of a pull deletes files of pages that live on.
    "SELECT page_id, before FROM intent JOIN run ON run.id = run"
    " WHERE verb = 'delete' AND outcome = 'done' AND (side = 'wiki' OR undoes IS NULL)"
    " AND page_id IS NOT NULL AND before IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be written, and all that the next run needs if this one stops here.

    ``lease`` and ``wanted`` say what stands there before and after: a fingerprint as text on the
    wiki, the digest of a file's bytes here, None for *nothing there*. ``after`` is the base
    once it is written (None: none), and with ``follow`` only its half that is here: the rest
    is the page as the wiki then has it. ``before`` is the base until then. A move comes from
    ``origin``, and from ``from_file``.
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


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An intent as the journal has it. ``outcome`` None: no run has ended it."""

    number: int
    intent: Intent
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run of the log. Times are ISO; ``undoes`` is the run that it took back, if any.

    ``plan`` is the id of the plan file that it applied, if it did, and ``whole`` tells that nothing
    of it is left to be done.
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
    """A page's names at the time of a run. ``page_id`` is None where the wiki gave it none."""

    run: int
    page_id: int | None
    key: Key
    file: str


class Journal:
    """The tables of runs and intents. Every method can raise StateError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin_run(
        self, command: str, at: str, undoes: int | None = None, plan: str | None = None
    ) -> int:
        """A new run's number. ``at`` is ISO time, ``plan`` the id of a plan file."""
        with self._db.transaction():
            return int(self._db.row(_RUN, (command, at, undoes, plan))[0])

    def end_run(self, run: int, at: str) -> None:
        """Note when a run ended."""
        self._db.write("UPDATE run SET ended = ? WHERE id = ?", (at, run))

    def runs(self) -> list[RunRecord]:
        """Every run, the newest first."""
        with self._db.translate_errors():
            return [_run_record(row) for row in self._db.rows(f"{_RUNS} ORDER BY id DESC")]

    def runs_of_plan(self, plan: str) -> list[RunRecord]:
        """The runs that applied the plan file of this id, the newest first."""
        with self._db.translate_errors():
            rows = self._db.rows(f"{_RUNS} WHERE plan = ? ORDER BY id DESC", (plan,))
            return [_run_record(row) for row in rows]

    def mark_complete(self, run: int) -> None:
        """Note that nothing is left to be done of the plan file that a run applied."""
        self._db.write("UPDATE run SET whole = 1 WHERE id = ?", (run,))

    def begin(self, intent: Intent) -> int:
        """Note what is about to be written, before it is. Returns the intent's number."""
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

    def end(
        self,
        number: int,
        outcome: Outcome,
        *,
        page_id: int | None = None,
        wanted: str | None = None,
    ) -> None:
        """Note what became of an intent: the page's id, and what stands there now, where known."""
        self._db.write(_END, (outcome, page_id, wanted, number))

    def begin_date_rewrite(self, run: int, page_id: int, old: str, new: str) -> None:
        """Note that a page's file, which this run wrote, is about to get other bytes from it.

        That is its ``date`` line, which follows the wiki's time. ``old`` and ``new`` are digests.
        """
        self._db.write(
            "UPDATE intent SET next = ? WHERE run = ? AND side = 'folder' AND page_id = ?"
            " AND wanted = ? AND outcome = 'done'",
            (new, run, page_id, old),
        )

    def end_date_rewrite(self, run: int, page_id: int, found: str) -> None:
        """Note whether a page's file got the bytes that were announced; ``found``: its digest now.

        Taking the run back thus finds the file as the run left it.
        """
        self._db.write(
            "UPDATE intent SET wanted = CASE next WHEN ? THEN next ELSE wanted END, next = NULL"
            " WHERE run = ? AND page_id = ? AND next IS NOT NULL",
            (found, run, page_id),
        )

    def unfinished_date_rewrites(self) -> list[tuple[int, int, str, str]]:
        """(run, page's id, file, digest) where it is not known whether the file got these bytes."""
        # Of a file that was moved twice, the last name counts.
        rows = self._db.rows(
            "SELECT run, page_id, file, next FROM intent WHERE id IN (SELECT max(id) FROM intent"
            " WHERE next IS NOT NULL GROUP BY run, page_id)"
        )
        with self._db.translate_errors():
            for row in rows:
                check_row(row, (NUMBER, NUMBER, TEXT, TEXT))
            return rows

    def open_entries(self) -> list[JournalEntry]:
        """The intents that no run has ended, oldest first."""
        return self._entries("WHERE outcome IS NULL ORDER BY id")

    def entries(self, run: int) -> list[JournalEntry]:
        """Every intent of a run, in order."""
        return self._entries("WHERE run = ? ORDER BY id", run)

    def deleted(self, ids: Iterable[int]) -> frozenset[tuple[int, str]]:
        """Which pages of these ids a run deleted, or deleted the files of, with their creation."""
        wanted, found = set(ids), set()
        with self._db.translate_errors():
            rows = self._db.rows(_DELETED) if wanted else []
            for page_id, before in rows:
                if page_id in wanted:
                    found.add((int(page_id), StoredBase.unpack(before).base.created_at))
        return frozenset(found)

    def names(self) -> list[Named]:
        """Every name that a page had when a run wrote to it or its file: each once."""
        rows = self._db.rows(
            "SELECT DISTINCT run, page_id, locale, path, file FROM intent UNION"
            " SELECT DISTINCT run, page_id, old_locale, old_path, old_file FROM intent"
            " WHERE old_path IS NOT NULL"
        )
        with self._db.translate_errors():
            for row in rows:
                check_row(row, _NAMED_TYPES)
        return [Named(run, page, Key(locale, path), file) for run, page, locale, path, file in rows]

    def interrupted(self) -> bool:
        """Whether a run never came to its end, or left a write of which nothing is known."""
        if self._db.row("SELECT 1 FROM intent WHERE outcome IS NULL") is not None:
            return True
        return self._db.row("SELECT 1 FROM run WHERE ended IS NULL") is not None

    def end_interrupted(self, at: str) -> None:
        """Note that what interrupted runs had begun is settled."""
        self._db.write("UPDATE run SET ended = ? WHERE ended IS NULL", (at,))

    def latest_time(self) -> str | None:
        """The latest time that any run began or ended, as ISO; None where there was no run."""
        row = self._db.row("SELECT max(started), max(ended) FROM run")
        return max((str(at) for at in row if at is not None), default=None)

    def has_expired(self, before: str) -> bool:
        """Whether ``forget`` would forget something."""
        return self._db.row("SELECT 1 FROM run WHERE aged_from < ?", (before,)) is not None

    def delete_older(self, now: str, before: str) -> None:
        """Forget runs of which a right clock has known since a time (ISO), with their
        backups.

        ``now`` is by a clock that is right. Those that ended since it was last asked age from now
        on: the times of their own may be those of a clock that was wrong.
        """
        old = "(SELECT id FROM run WHERE aged_from < ?)"
        with self._db.transaction():
            self._db.write(
                "UPDATE run SET aged_from = ? WHERE aged_from IS NULL AND ended IS NOT NULL", (now,)
            )
            self._db.write(
                f"DELETE FROM backup WHERE intent IN (SELECT id FROM intent WHERE run IN {old})",
                (before,),
            )
            self._db.write(f"DELETE FROM intent WHERE run IN {old}", (before,))
            self._db.write("DELETE FROM run WHERE aged_from < ?", (before,))

    def _entries(self, condition: str, *values: object) -> list[JournalEntry]:
        with self._db.translate_errors():
            rows = self._db.rows(f"{_INTENTS} {condition}", values)
            unpack = Unpacker(value for row in rows for value in row)
            return [_entry(row, unpack) for row in rows]


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
    if verb not in _VERBS or side not in _SIDES or outcome not in (None, *get_args(Outcome)):
        raise ValueError("an entry of the journal is none that a run makes")
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
    return JournalEntry(number, intent, outcome)
