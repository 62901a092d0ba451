"""Resolve the fields of the API: pages, locales, users, groups, logins, keys and the system.

A field of a mutation answers with a ``responseResult``, success or failure; a field of a query
raises. Faults on single fields are injected here.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox import administration, auth, page_extras, pages, queries
from wikisync.sandbox.auth import USERS
from wikisync.sandbox.faults import Duplicate, LoseTags, Refuse, TreeRace, WriteThenFail
from wikisync.sandbox.uploads import DEFAULT_LIMIT
from wikisync.sandbox.validation import (
    DUPLICATE,
    LOSE_TAGS,
    NO_RACES,
    TREE_RACE,
    ApiError,
    named_error,
    unnamed_error,
)

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo

    from wikisync.sandbox.auth import Principal
    from wikisync.sandbox.faults import FieldEffect
    from wikisync.sandbox.store import Row, Store

    Info = GraphQLResolveInfo[Any]


Resolver = Any
"""A function that graphql-core calls with (source, info, **arguments)."""

MutationFunction = Callable[..., "Row | None"]
"""Runs a mutation, given (request, arguments, races), and returns further fields of the answer."""


@dataclass(frozen=True)
class Request:
    """Hold what resolvers need. ``faults``: response path → the fault to inject there."""

    store: Store
    principal: Principal
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


def mutation(message: str) -> Callable[[MutationFunction], Resolver]:
    """Return a decorator that turns a function into the resolver of a mutation.

    The function returns the other fields of the answer. An ApiError becomes a failed
    ``responseResult``.
    """

    def made(act: MutationFunction) -> Resolver:
        def resolve(_: object, info: Info, **sent: Any) -> Row:
            request: Request = info.context
            try:
                with request.store.lock:
                    answer = _run_with_fault(act, request, _path(info), sent)
            except ApiError as problem:
                return {"responseResult": _failed(problem)}
            return {**(answer or {}), "responseResult": _succeeded(message)}

        return resolve

    return made


def _path(info: Info) -> tuple[str, ...]:
    return tuple(str(part) for part in info.path.as_list())


def _run_with_fault(
    act: MutationFunction, request: Request, path: tuple[str, ...], sent: dict[str, Any]
) -> Row | None:
    """Run a mutation with the fault that a test ordered for it."""
    match request.faults.get(path):
        case Refuse() as fault:
            raise ApiError(fault.slug, fault.message, fault.code)
        case WriteThenFail() as fault:
            with suppress(ApiError):
                act(request, sent, NO_RACES)
            raise ApiError(fault.slug, fault.message, fault.code)
        case LoseTags():
            return act(request, sent, frozenset({LOSE_TAGS}))
        case TreeRace():
            return act(request, sent, frozenset({TREE_RACE}))
        case Duplicate(applies=True):
            return act(request, sent, frozenset({DUPLICATE}))
        case _:
            return act(request, sent, NO_RACES)


def query(read: Callable[[Request, dict[str, Any]], Any]) -> Resolver:
    """Return the resolver of a query that calls ``read``."""

    def resolve(_: object, info: Info, **sent: Any) -> Any:
        request: Request = info.context
        match request.faults.get(_path(info)):
            case Refuse() as fault:
                raise ApiError(fault.slug, fault.message, fault.code)
            case _:
                return read(request, sent)

    return resolve


def _create(request: Request, sent: Row, races: frozenset[str]) -> Row:
    page = pages.create(request.store, request.principal, sent, races)
    return {"page": queries.write_result(page)}


def _update(request: Request, sent: Row, races: frozenset[str]) -> Row:
    page = pages.update(request.store, request.principal, sent, races)
    return {"page": queries.write_result(page)}


def _rename_tag(request: Request, sent: Row, _: frozenset[str]) -> None:
    tag = {"tag": sent["tag"].strip().lower(), "title": sent["title"].strip()}
    if not request.store.update("tags", sent["id"], tag):
        raise unnamed_error("This tag does not exist.")


def _delete_tag(request: Request, sent: Row, _: frozenset[str]) -> None:
    if not request.store.run("delete from tags where id = ?", sent["id"]):
        raise unnamed_error("This tag does not exist.")


def _page_tags(page: Row, info: Info) -> list[Row]:
    request: Request = info.context
    return page_extras.tags_of(request.store, page["id"])


PAGE_RESOLVERS: Final[dict[str, dict[str, Resolver]]] = {
    "PageQuery": {
        "list": query(lambda r, a: queries.list_pages(r.store, r.principal, a)),
        "single": query(lambda r, a: queries.single(r.store, r.principal, a["id"])),
        "singleByPath": query(
            lambda r, a: queries.single_by_path(r.store, r.principal, a["locale"], a["path"])
        ),
        "tags": query(lambda r, _: page_extras.visible_tags(r.store, r.principal)),
        "searchTags": query(lambda r, a: page_extras.search_tags(r.store, r.principal, a["query"])),
        "tree": query(lambda r, a: queries.tree_level(r.store, r.principal, a)),
        "links": query(lambda r, a: queries.list_links(r.store, r.principal, a["locale"])),
        "checkConflicts": query(
            lambda r, a: queries.changed_since(r.store, r.principal, a["id"], a["checkoutDate"])
        ),
        "conflictLatest": query(
            lambda r, a: queries.conflict_latest(r.store, r.principal, a["id"])
        ),
        "history": query(
            lambda r, a: page_extras.version_list(
                r.store, r.principal, a["id"], a.get("offsetPage") or 0, a.get("offsetSize") or 100
            )
        ),
        "version": query(
            lambda r, a: page_extras.version(r.store, r.principal, a["pageId"], a["versionId"])
        ),
    },
    "PageMutation": {
        "create": mutation("Page created successfully.")(_create),
        "update": mutation("Page has been updated.")(_update),
        "move": mutation("Page has been moved.")(
            lambda r, a, t: pages.move(r.store, r.principal, a, t)
        ),
        "delete": mutation("Page has been deleted.")(
            lambda r, a, t: pages.delete(r.store, r.principal, a["id"], t)
        ),
        "convert": mutation("Page has been converted.")(
            lambda r, a, _: pages.convert_to(r.store, r.principal, a["id"], a["editor"])
        ),
        "restore": mutation("Page version restored successfully.")(
            lambda r, a, _: pages.restore(r.store, r.principal, a["pageId"], a["versionId"])
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
    if request.principal.is_guest:
        raise named_error("AuthRequired")
    since = request.store.setting("since")
    total = request.store.rows("select count(*) as total from pages where creatorId = 1")[0]
    return {
        "id": request.principal.id,
        "name": USERS[request.principal.id]["name"],
        "email": USERS[request.principal.id]["email"],
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
        "dbType": store.database.name,
        "dbVersion": store.database.version,
        "hostname": "localhost",
        "platform": platform.system().lower(),
    }


def _site_config(request: Request, _: Row) -> Row:
    return {"uploadMaxFileSize": request.store.setting("maxFileSize") or DEFAULT_LIMIT}


def _strategies(_: Request, __: Row) -> list[Row]:
    local = {"key": "local", "title": "Local", "useForm": True}
    shared = {"key": "local", "displayName": "Local", "order": 0, "isEnabled": True}
    return [{**shared, "strategy": local, "selfRegistration": False}]


def _new_key(request: Request, sent: Row, _: frozenset[str]) -> Row:
    group = 1 if sent["fullAccess"] else sent.get("group")
    return {"key": auth.create_key(request.store, sent["name"], sent["expiration"], group)}


def _login(request: Request, sent: Row, _: frozenset[str]) -> Row:
    return auth.login(request.store, sent["username"], sent["password"], sent["strategy"])


ADMIN_RESOLVERS: Final[dict[str, dict[str, Resolver]]] = {
    "LocalizationQuery": {
        "locales": query(lambda r, _: administration.list_locales(r.store)),
        "config": query(lambda r, _: administration.locale_config(r.store)),
    },
    "LocalizationMutation": {
        "downloadLocale": mutation("Locale downloaded successfully")(
            lambda r, a, _: administration.install_locales(r.store, [a["locale"]])
        ),
        "updateLocale": mutation("Locale config updated")(
            lambda r, a, _: administration.configure_locales(r.store, a)
        ),
    },
    "UserQuery": {"profile": query(_profile)},
    "SiteQuery": {"config": query(_site_config)},
    "SystemQuery": {"info": _system},
    "GroupQuery": {
        "list": query(lambda r, _: administration.list_groups(r.store)),
        "single": query(lambda r, a: administration.get_group(r.store, a["id"])),
    },
    "GroupMutation": {
        "create": mutation("Group created successfully.")(
            lambda r, a, _: {"group": administration.create_group(r.store, a["name"])}
        ),
        "update": mutation("Group has been updated.")(
            lambda r, a, _: administration.update_group(r.store, a)
        ),
        "delete": mutation("Group has been deleted.")(
            lambda r, a, _: administration.delete_group(r.store, a["id"])
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
            lambda r, a, _: auth.revoke_key(r.store, a["id"])
        ),
        "setApiState": mutation("API State changed successfully")(
            lambda r, a, _: r.store.set_settings({"api": a["enabled"]})
        ),
    },
}
