"""The table of intents as the journals of pages and of assets share it: which are open, their end.

An intent is a write that is about to be made, stored before it with all that the next run needs to
recover it (promise 5).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Literal, TypeVar, get_args

from wikisync.planning.model import Side
from wikisync.state.packing import Unpacker

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.state.database import Database

T = TypeVar("T")

Outcome = Literal["done", "failed", "skipped", "unknown"]

# The base to store afterwards is of no use once the intent has ended.
_END: Final = (
    "UPDATE intent SET outcome = ?, page_id = coalesce(?, page_id), wanted = coalesce(?, wanted),"
    " after = NULL WHERE id = ?"
)


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """An intent in the journal. ``outcome`` is None while it is open."""

    number: int
    intent: T
    outcome: Outcome | None


class Intents(ABC, Generic[T]):
    """The intents of one kind. Every method can raise StateError.

    ``SELECT`` is the query of its rows, up to a condition; ``entry`` reads one.
    """

    SELECT: ClassVar[str]

    def __init__(self, db: Database) -> None:
        self._db = db

    @abstractmethod
    def entry(self, row: tuple[Any, ...], unpack: Unpacker) -> Entry[T]:
        """Return the entry of a row. Raises ValueError or TypeError for values that are none."""

    def end(
        self,
        number: int,
        outcome: Outcome,
        *,
        id: int | None = None,  # noqa: A002  (the wiki's)
        wanted: str | None = None,
    ) -> None:
        """End an intent, with the page's or asset's id and content after the write, if known."""
        self._db.write(_END, (outcome, id, wanted, number))

    def open_entries(self) -> list[Entry[T]]:
        """Return the open intents, the oldest first."""
        return self._entries("AND outcome IS NULL ORDER BY id")

    def entries(self, run: int) -> list[Entry[T]]:
        """Return every intent of a run, in order."""
        return self._entries("AND run = ? ORDER BY id", run)

    def _entries(self, condition: str, *values: object) -> list[Entry[T]]:
        with self._db.translate_errors():
            rows = self._db.rows(f"{self.SELECT} {condition}", values)
            unpack = Unpacker(value for row in rows for value in row)
            return [self.entry(row, unpack) for row in rows]


def check_entry(
    names: str, verb: object, verbs: Collection[str], side: object, outcome: object
) -> None:
    """Raise ValueError for names with a NUL, or an unknown verb, side or outcome."""
    if "\0" in names:
        raise ValueError("a file's name holds a NUL")
    known = verb in verbs and side in get_args(Side)
    if not known or outcome not in (None, *get_args(Outcome)):
        raise ValueError("an entry of the journal has an unknown verb, side or outcome")
