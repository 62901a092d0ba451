"""A network that cannot be relied on, between a program and its wiki."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from wikisync.sandbox import (
    ApiError,
    Drop,
    Hook,
    LoseTags,
    Status,
    TreeRace,
    Truncated,
    WriteThenFail,
    pages,
)
from wikisync.sandbox.auth import administrator

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.sandbox import Sandbox
    from wikisync.sandbox.execution import RequestedField
    from wikisync.sandbox.faults import FieldEffect, RequestEffect

WRITES: Final = ("pages.create", "pages.update", "pages.move", "pages.delete")
TAGGED: Final = ("pages.create", "pages.update")

_WHOLE: Final[dict[str, RequestEffect]] = {
    "cut before": Drop(),
    "cut after": Drop(after=True),
    "502 before": Status(502),
    "502 after": Status(502, after=True),
    "half an answer": Truncated(),
}
_FIELDS: Final[dict[str, tuple[FieldEffect, tuple[str, ...]]]] = {
    "fails after writing": (WriteThenFail(), WRITES),
    "loses tags": (LoseTags(), TAGGED),
    "loses the tree": (TreeRace(), ("pages.create", "pages.move", "pages.delete")),
}
KINDS: Final = (*_WHOLE, *_FIELDS, "late")


def disturb(sandbox: Sandbox, kind: str, nth: int, times: int) -> Callable[[], None]:
    """From the ``nth`` request (or write) on something goes wrong.

    Returns what is still on its way when the run is over, to be called then.
    """
    # There are fewer writes than requests.
    if kind == "late":
        return _late(sandbox, (nth + 1) // 2, times)
    if kind in _FIELDS:
        effect, on = _FIELDS[kind]
        sandbox.faults.add(effect, on=on, nth=(nth + 1) // 2, times=times)
    else:
        sandbox.faults.add(_WHOLE[kind], nth=nth, times=times)
    return lambda: None


def go_away(sandbox: Sandbox) -> None:
    """The wiki answers nothing, until its faults are cleared."""
    sandbox.faults.add(Drop(), times=None)


def meanwhile(sandbox: Sandbox, act: Callable[[], object], nth: int, *, after: bool) -> None:
    """Somebody does something when the ``nth`` request comes in, or before it is answered.

    The first request is left alone: while it is under way the folder is being read.
    """
    sandbox.faults.add(Hook(act, after=after), nth=nth + 1)


def _late(sandbox: Sandbox, nth: int, delay: int) -> Callable[[], None]:
    """The ``nth`` write gets no answer, and is done when some more questions were asked.

    As with a proxy that gave up on a wiki that did not.
    """
    under_way: list[RequestedField] = []

    def arrive() -> None:
        for asked in under_way:
            with suppress(ApiError):
                _do(sandbox, asked)
        under_way.clear()

    sandbox.faults.add(
        Hook(lambda: under_way.append(sandbox.requests[-1].requested[0])), on=WRITES, nth=nth
    )
    sandbox.faults.add(Drop(), on=WRITES, nth=nth)
    waiting = partial(_asked_since, under_way)
    sandbox.faults.add(Hook(arrive), nth=delay, when=waiting)
    return arrive


def _asked_since(under_way: list[RequestedField], asked: RequestedField) -> bool:
    return bool(under_way) and not asked.is_mutation


def _do(sandbox: Sandbox, asked: RequestedField) -> None:
    who, sent = administrator(sandbox.store), dict(asked.arguments)
    match asked.name:
        case "create":
            pages.create(sandbox.store, who, sent)
        case "update":
            pages.update(sandbox.store, who, sent)
        case "move":
            pages.move(sandbox.store, who, sent)
        case "delete":
            pages.delete(sandbox.store, who, sent["id"])
