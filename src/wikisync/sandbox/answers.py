"""How a field answers: what a resolver is given, and what becomes of a success or a failure.

A field of a mutation answers with a ``responseResult``, success or failure; a field of a query
raises. Faults on single fields are played here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wikisync.sandbox.faults import LoseTags, Refuse, TreeRace, WriteThenFail
from wikisync.sandbox.problems import LOSE_TAGS, NO_TROUBLE, TREE_RACE, ApiError

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo

    from wikisync.sandbox.access import Principal
    from wikisync.sandbox.faults import FieldEffect
    from wikisync.sandbox.store import Row, Store

    Info = GraphQLResolveInfo[Any]

Resolver = Any
"""A function that graphql-core calls with (source, info, **arguments)."""

Act = Callable[..., "Row | None"]
"""Does what a mutation's field says, given (request, arguments, trouble); what else to answer."""


@dataclass(frozen=True)
class Request:
    """What resolvers need to know of a request. ``faults``: response path → what to play there."""

    store: Store
    who: Principal
    faults: Mapping[tuple[str, ...], FieldEffect] = field(default_factory=dict)


def _succeeded(message: str) -> Row:
    return {"succeeded": True, "errorCode": 0, "slug": "ok", "message": message}


def _failed(problem: ApiError) -> Row:
    return {
        "succeeded": False,
        "errorCode": problem.code,
        "slug": problem.slug,
        "message": problem.message,
    }


def mutation(message: str) -> Callable[[Act], Resolver]:
    """Make a mutation's resolver of a function that does it and returns what else to answer."""

    def made(act: Act) -> Resolver:
        def resolve(_: object, info: Info, **sent: Any) -> Row:
            request: Request = info.context
            try:
                with request.store.lock:
                    answer = _play(act, request, _path(info), sent)
            except ApiError as problem:
                return {"responseResult": _failed(problem)}
            return {**(answer or {}), "responseResult": _succeeded(message)}

        return resolve

    return made


def _path(info: Info) -> tuple[str, ...]:
    return tuple(str(part) for part in info.path.as_list())


def _play(act: Act, request: Request, path: tuple[str, ...], sent: dict[str, Any]) -> Row | None:
    """Do it, with the fault that a test wants here."""
    match request.faults.get(path):
        case Refuse() as fault:
            raise ApiError(fault.slug, fault.message, fault.code)
        case WriteThenFail() as fault:
            with suppress(ApiError):
                act(request, sent, NO_TROUBLE)
            raise ApiError(fault.slug, fault.message, fault.code)
        case LoseTags():
            return act(request, sent, frozenset({LOSE_TAGS}))
        case TreeRace():
            return act(request, sent, frozenset({TREE_RACE}))
        case None:
            return act(request, sent, NO_TROUBLE)


def query(read: Callable[[Request, dict[str, Any]], Any]) -> Resolver:
    """Make a query's resolver of a function that reads."""

    def resolve(_: object, info: Info, **sent: Any) -> Any:
        request: Request = info.context
        match request.faults.get(_path(info)):
            case Refuse() as fault:
                raise ApiError(fault.slug, fault.message, fault.code)
            case _:
                return read(request, sent)

    return resolve
