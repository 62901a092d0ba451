"""The fields of the administration: languages, users, groups, logins, keys and the system.

The fields below ``pages``: from the API's words to the operations on pages.

How a field answers: what a resolver is given, and what becomes of a success or a failure.

A field of a mutation answers with a ``responseResult``, success or failure; a field of a query
raises. Faults on single fields are played here.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox import administration, auth, page_extras, pages, queries
from wikisync.sandbox.auth import USERS
from wikisync.sandbox.faults import LoseTags, Refuse, TreeRace, WriteThenFail
from wikisync.sandbox.validation import LOSE_TAGS, NO_TROUBLE, TREE_RACE, ApiError, named, plain

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo

    from wikisync.sandbox.auth import Principal
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


def _create(request: Request, sent: Row, trouble: frozenset[str]) -> Row:
    page = pages.create(request.store, request.who, sent, trouble)
    return {"page": queries.written(page)}


def _update(request: Request, sent: Row, trouble: frozenset[str]) -> Row:
    page = pages.update(request.store, request.who, sent, trouble)
    return {"page": queries.written(page)}


def _rename_tag(request: Request, sent: Row, _: frozenset[str]) -> None:
    tag = {"tag": sent["tag"].strip().lower(), "title": sent["title"].strip()}
    if not request.store.change("tags", sent["id"], tag):
        raise plain("This tag does not exist.")


def _delete_tag(request: Request, sent: Row, _: frozenset[str]) -> None:
    if not request.store.run("delete from tags where id = ?", sent["id"]):
        raise plain("This tag does not exist.")


def _page_tags(page: Row, info: Info) -> list[Row]:
    request: Request = info.context
    return page_extras.of(request.store, page["id"])


PAGE_RESOLVERS: Final[dict[str, dict[str, Resolver]]] = {
    "PageQuery": {
        "list": query(lambda r, a: queries.listed(r.store, r.who, a)),
        "single": query(lambda r, a: queries.single(r.store, r.who, a["id"])),
        "singleByPath": query(
            lambda r, a: queries.single_by_path(r.store, r.who, a["locale"], a["path"])
        ),
        "tags": query(lambda r, _: page_extras.visible(r.store, r.who)),
        "searchTags": query(lambda r, a: page_extras.search(r.store, r.who, a["query"])),
        "tree": query(lambda r, a: queries.tree_level(r.store, r.who, a)),
        "links": query(lambda r, a: queries.linked(r.store, r.who, a["locale"])),
        "checkConflicts": query(
            lambda r, a: queries.changed_since(r.store, r.who, a["id"], a["checkoutDate"])
        ),
        "conflictLatest": query(lambda r, a: queries.conflict_latest(r.store, r.who, a["id"])),
        "history": query(
            lambda r, a: page_extras.version_list(
                r.store, r.who, a["id"], a.get("offsetPage") or 0, a.get("offsetSize") or 100
            )
        ),
        "version": query(
            lambda r, a: page_extras.version(r.store, r.who, a["pageId"], a["versionId"])
        ),
    },
    "PageMutation": {
        "create": mutation("Page created successfully.")(_create),
        "update": mutation("Page has been updated.")(_update),
        "move": mutation("Page has been moved.")(lambda r, a, t: pages.move(r.store, r.who, a, t)),
        "delete": mutation("Page has been deleted.")(
            lambda r, a, t: pages.delete(r.store, r.who, a["id"], t)
        ),
        "convert": mutation("Page has been converted.")(
            lambda r, a, _: pages.convert_to(r.store, r.who, a["id"], a["editor"])
        ),
        "restore": mutation("Page version restored successfully.")(
            lambda r, a, _: pages.restore(r.store, r.who, a["pageId"], a["versionId"])
        ),
        "render": mutation("Page rendered successfully.")(
            lambda r, a, _: pages.render(r.store, a["id"])
        ),
        "rebuildTree": mutation("Page tree rebuilt successfully.")(
            lambda r, _, t: pages.rebuild_tree(r.store, t)
        ),
        "flushCache": mutation("Pages Cache has been flushed successfully.")(lambda *_: None),
        "updateTag": mutation("Tag has been updated successfully.")(_rename_tag),
        "deleteTag": mutation("Tag has been deleted.")(_delete_tag),
    },
    "Page": {"tags": _page_tags},
}


VERSION: Final = "2.5.314"


def _profile(request: Request, _: Row) -> Row:
    if request.who.is_guest:
        raise named("AuthRequired")
    since = request.store.setting("since")
    total = request.store.rows("select count(*) as total from pages where creatorId = 1")[0]
    return {
        "id": request.who.id,
        "name": USERS[request.who.id]["name"],
        "email": USERS[request.who.id]["email"],
        "providerKey": "local",
        "providerName": "Local",
        "isSystem": False,
        "isVerified": True,
        **dict.fromkeys(("location", "jobTitle", "dateFormat", "appearance"), ""),
        "timezone": "America/New_York",
        **dict.fromkeys(("createdAt", "updatedAt", "lastLoginAt"), since),
        "groups": ["Administrators"],
        "pagesTotal": total["total"],
    }


def _system(_: object, info: Info) -> Row:
    store: Store = info.context.store
    totals = {
        f"{table}Total": store.rows(f"select count(*) as n from {table}")[0]["n"]
        for table in ("pages", "tags", "groups")
    }
    return {
        **totals,
        "usersTotal": len(USERS),
        "currentVersion": VERSION,
        "latestVersion": VERSION,
        "dbType": "PostgreSQL",
        "dbVersion": "15",
        "hostname": "localhost",
        "platform": platform.system().lower(),
    }


def _strategies(_: Request, __: Row) -> list[Row]:
    local = {"key": "local", "title": "Local", "useForm": True}
    shared = {"key": "local", "displayName": "Local", "order": 0, "isEnabled": True}
    return [{**shared, "strategy": local, "selfRegistration": False}]


def _new_key(request: Request, sent: Row, _: frozenset[str]) -> Row:
    group = 1 if sent["fullAccess"] else sent.get("group")
    return {"key": auth.create(request.store, sent["name"], sent["expiration"], group)}


def _login(request: Request, sent: Row, _: frozenset[str]) -> Row:
    return auth.login(request.store, sent["username"], sent["password"], sent["strategy"])


ADMIN_RESOLVERS: Final[dict[str, dict[str, Resolver]]] = {
    "LocalizationQuery": {
        "locales": query(lambda r, _: administration.list_locales(r.store)),
        "config": query(lambda r, _: administration.config(r.store)),
    },
    "LocalizationMutation": {
        "downloadLocale": mutation("Locale downloaded successfully")(
            lambda r, a, _: administration.install(r.store, [a["locale"]])
        ),
        "updateLocale": mutation("Locale config updated")(
            lambda r, a, _: administration.configure(r.store, a)
        ),
    },
    "UserQuery": {"profile": query(_profile)},
    "SystemQuery": {"info": _system},
    "GroupQuery": {
        "list": query(lambda r, _: administration.list_groups(r.store)),
        "single": query(lambda r, a: administration.single(r.store, a["id"])),
    },
    "GroupMutation": {
        "create": mutation("Group created successfully.")(
            lambda r, a, _: {"group": administration.add(r.store, a["name"])}
        ),
        "update": mutation("Group has been updated.")(
            lambda r, a, _: administration.change(r.store, a)
        ),
        "delete": mutation("Group has been deleted.")(
            lambda r, a, _: administration.remove(r.store, a["id"])
        ),
    },
    "AuthenticationQuery": {
        "apiKeys": query(lambda r, _: auth.list_keys(r.store)),
        "apiState": query(lambda r, _: bool(r.store.setting("api"))),
        "activeStrategies": query(_strategies),
    },
    "AuthenticationMutation": {
        "createApiKey": mutation("API Key created successfully")(_new_key),
        "login": mutation("Login success")(_login),
        "revokeApiKey": mutation("API Key revoked successfully")(
            lambda r, a, _: auth.revoke(r.store, a["id"])
        ),
        "setApiState": mutation("API State changed successfully")(
            lambda r, a, _: r.store.settle({"api": a["enabled"]})
        ),
    },
}
