"""A process that dies: at the point of one's choice, between any two of its effects on the world.

Every write to the wiki, every transaction and every change of a file is an effect, and has a point
before it and one after it; a file that is being written has one amid its bytes. Two points between
which nothing changed are one. From the moment of death on nothing has an effect any more: no
clean-up, no rollback, no closing of the state.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from wikisync.folder import atomic_rename
from wikisync.folder.directory import Directory
from wikisync.wiki.transport import GraphQLTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILE_EFFECTS: Final = ("replace", "link", "unlink", "mkdir", "rmdir", "chmod", "fchmod")
IDLE_EFFECTS: Final = ("fsync",)


class Crash(BaseException):
    """The process died. Nobody catches this."""


class Points:
    """Counts the points of a process, which dies at the one numbered ``last`` (None: at none).

    ``die`` is how: by an exception, unless told otherwise.
    """

    def __init__(self, last: int | None = None, die: Callable[[], None] | None = None) -> None:
        self.last = last
        self.passed: list[str] = []
        self.dead = False
        self.connections: list[sqlite3.Connection] = []
        self.wires: list[Any] = []
        self._die = die
        self._new = True
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._asked = 0
        self._answered = threading.Condition()

    def elsewhere(self) -> bool:
        """Whether somebody else is at work: a person who writes while the process waits."""
        if threading.current_thread().name.startswith("wikisync"):
            return False  # a thread of the process's own
        return threading.get_ident() != self._thread

    def before(self, effect: str) -> None:
        """A point, if anything changed since the last one. What follows changes something."""
        self._at(f"before {effect}", new=self._new)
        self._new = True

    def after(self, effect: str) -> None:
        """A point."""
        self._at(f"after {effect}", new=True)
        self._new = False

    def _at(self, name: str, *, new: bool) -> None:
        with self._lock:
            if new and not self.dead:
                self.passed.append(name)
                self.dead = len(self.passed) == self.last
        if self.dead and self._die is not None:
            self._die()
        self.alive(name)

    def alive(self, name: str = "") -> None:
        """Where nothing changes, and yet only the living go on."""
        if self.dead:
            raise Crash(name)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """The wiki has a request: what it does with it does not end with the process.

        The dead ask nothing: whoever comes here after ``bury`` has counted finds that out.
        """
        with self._answered:
            self.alive("a request")
            self._asked += 1
        try:
            yield
        finally:
            with self._answered:
                self._asked -= 1
                self._answered.notify_all()

    def hang_up(self) -> None:
        """Close what the system closes of a process that is gone: its connections to the wiki."""
        for thread in threading.enumerate():
            if thread.name.startswith("wikisync lane"):
                thread.join(30)
        # Not before: a connection that is being made while its pool closes stays open for ever.
        for transport in self.wires:
            transport.close()

    def bury(self, state: Path) -> None:
        """Take back what only a living process could do: SQLite's goodbye to its files.

        Before that, the wiki comes to the end of what it was asked for.
        """
        with self._answered:
            self._answered.wait_for(lambda: not self._asked, 30)
        left = {name: file for name in _STATE if (file := state / name).exists()}
        bodies = {name: file.read_bytes() for name, file in left.items()}
        for connection in self.connections:
            sqlite3.Connection.close(connection)
        for name in _STATE:
            (state / name).unlink(missing_ok=True)
        for name, body in bodies.items():
            (state / name).write_bytes(body)


_STATE: Final = ("state.db", "state.db-wal")


def dies(points: Points, state: Path, work: Callable[[], object]) -> str | None:
    """Do ``work`` in a process that may die; where it died, None if it came to its end.

    ``state`` is the folder of its state.
    """
    try:
        with watched(points):
            work()
    except Crash as crash:
        where = str(crash)
    else:
        return None
    points.bury(state)
    points.hang_up()
    return where


@contextmanager
def watched(points: Points) -> Iterator[None]:
    """Every effect inside passes ``points``."""
    with ExitStack() as stack:
        stack.enter_context(
            patch.object(GraphQLTransport, "mutate", _writing(points, GraphQLTransport.mutate))
        )
        stack.enter_context(
            patch.object(GraphQLTransport, "query", _reading(points, GraphQLTransport.query))
        )
        stack.enter_context(
            patch.object(GraphQLTransport, "__init__", _opened(points, GraphQLTransport.__init__))
        )
        stack.enter_context(
            patch.object(GraphQLTransport, "close", _closing(points, GraphQLTransport.close))
        )
        stack.enter_context(patch.object(sqlite3, "connect", _connecting(points, sqlite3.connect)))
        stack.enter_context(patch.object(Path, "open", _opening(points, Path.open)))
        for name in ("create", "create_raw"):
            real = getattr(Directory, name)
            stack.enter_context(patch.object(Directory, name, _creating(points, real)))
        for name in ("exchange", "rename_exclusive"):
            real = getattr(atomic_rename, name)
            stack.enter_context(patch.object(atomic_rename, name, _changing(points, name, real)))
        for name in FILE_EFFECTS:
            real = getattr(os, name)
            stack.enter_context(patch.object(os, name, _changing(points, name, real)))
        for name in IDLE_EFFECTS:
            stack.enter_context(patch.object(os, name, _idling(points, name)))
        yield


def _opened(points: Points, real: Callable[..., Any]) -> Callable[..., Any]:
    def init(wire: Any, *args: Any, **named: Any) -> None:
        real(wire, *args, **named)
        points.wires.append(wire._http.client._transport)

    return init


def _closing(points: Points, real: Callable[..., None]) -> Callable[..., None]:
    """The dead do not say goodbye; ``hang_up`` does, when nobody asks any more."""

    def close(wire: GraphQLTransport) -> None:
        if not points.dead:
            real(wire)

    return close


def _writing(points: Points, real: Callable[..., Any]) -> Callable[..., Any]:
    def mutate(wire: GraphQLTransport, text: str, *args: Any) -> Any:
        what = text.split("(", 1)[0]
        points.before(what)
        with points.asking():
            answer = real(wire, text, *args)
        points.after(what)
        return answer

    return mutate


def _reading(points: Points, real: Callable[..., Any]) -> Callable[..., Any]:
    def query(*args: Any) -> Any:
        with points.asking():
            return real(*args)

    return query


def _changing(points: Points, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def change(path: Any, *args: Any, **more: Any) -> Any:
        if points.elsewhere():
            return real(path, *args, **more)
        if isinstance(path, str | Path) and Path(path).name.startswith("lock"):
            # The lock goes with its process; what is said of its holder stays.
            return None if points.dead else real(path, *args, **more)
        points.before(name)
        done = real(path, *args, **more)
        points.after(name)
        return done

    return change


def _idling(points: Points, name: str) -> Callable[..., None]:
    """What matters only when the power goes too: it is passed, not done."""

    def idle(*_: Any) -> None:
        if not points.elsewhere():
            points.before(name)

    return idle


def _opening(points: Points, real: Callable[..., Any]) -> Callable[..., Any]:
    def opened(path: Path, mode: str = "r", *args: Any, **more: Any) -> Any:
        if points.elsewhere() or not set(mode) & set("wxa"):
            return real(path, mode, *args, **more)
        points.before("open")
        return _Half(points, real(path, mode, *args, **more))

    return opened


def _creating(points: Points, real: Callable[..., Any]) -> Callable[..., Any]:
    def create(directory: Directory, name: str) -> Any:
        if points.elsewhere():
            return real(directory, name)
        points.before("create")
        return _Half(points, real(directory, name))

    return create


class _Half:
    """A file that is being written: half of it, then the rest."""

    def __init__(self, points: Points, handle: Any) -> None:
        self._points = points
        self._handle = handle

    def __enter__(self) -> _Half:
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handle, name)

    def write(self, data: Any) -> int:
        self._points.before("write")
        self._handle.write(data[: len(data) // 2])
        self._handle.flush()
        self._points.before("the rest of a write")
        self._handle.write(data[len(data) // 2 :])
        return len(data)


def _connecting(points: Points, real: Callable[..., Any]) -> Callable[..., Any]:
    class Mortal(sqlite3.Connection):
        """A connection whose transactions are effects."""

        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            if "synchronous" in sql:
                sql = "PRAGMA synchronous = OFF"  # of use only when the power goes
            if not sql.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
                return super().execute(sql, *args)
            points.before(sql)
            done = super().execute(sql, *args)
            if sql == "COMMIT":
                points.after(sql)
            return done

        def close(self) -> None:
            if not points.dead:
                super().close()

    def connect(*args: Any, **more: Any) -> sqlite3.Connection:
        if points.elsewhere():
            elses: sqlite3.Connection = real(*args, **more)
            return elses
        connection: sqlite3.Connection = real(*args, factory=Mortal, **more)
        points.connections.append(connection)
        return connection

    return connect
