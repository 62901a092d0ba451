"""The fields of the administration: languages, users, groups, logins, keys and the system."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Final

from wikisync.sandbox import groups, keys, locales
from wikisync.sandbox.access import USERS
from wikisync.sandbox.answers import mutation, query
from wikisync.sandbox.problems import named

if TYPE_CHECKING:
    from wikisync.sandbox.answers import Info, Request, Resolver
    from wikisync.sandbox.store import Row, Store

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
    return {"key": keys.create(request.store, sent["name"], sent["expiration"], group)}


def _login(request: Request, sent: Row, _: frozenset[str]) -> Row:
    return keys.login(request.store, sent["username"], sent["password"], sent["strategy"])


ADMIN_RESOLVERS: Final[dict[str, dict[str, Resolver]]] = {
    "LocalizationQuery": {
        "locales": query(lambda r, _: locales.list_locales(r.store)),
        "config": query(lambda r, _: locales.config(r.store)),
    },
    "LocalizationMutation": {
        "downloadLocale": mutation("Locale downloaded successfully")(
            lambda r, a, _: locales.install(r.store, [a["locale"]])
        ),
        "updateLocale": mutation("Locale config updated")(
            lambda r, a, _: locales.configure(r.store, a)
        ),
    },
    "UserQuery": {"profile": query(_profile)},
    "SystemQuery": {"info": _system},
    "GroupQuery": {
        "list": query(lambda r, _: groups.list_groups(r.store)),
        "single": query(lambda r, a: groups.single(r.store, a["id"])),
    },
    "GroupMutation": {
        "create": mutation("Group created successfully.")(
            lambda r, a, _: {"group": groups.add(r.store, a["name"])}
        ),
        "update": mutation("Group has been updated.")(lambda r, a, _: groups.change(r.store, a)),
        "delete": mutation("Group has been deleted.")(
            lambda r, a, _: groups.remove(r.store, a["id"])
        ),
    },
    "AuthenticationQuery": {
        "apiKeys": query(lambda r, _: keys.list_keys(r.store)),
        "apiState": query(lambda r, _: bool(r.store.setting("api"))),
        "activeStrategies": query(_strategies),
    },
    "AuthenticationMutation": {
        "createApiKey": mutation("API Key created successfully")(_new_key),
        "login": mutation("Login success")(_login),
        "revokeApiKey": mutation("API Key revoked successfully")(
            lambda r, a, _: keys.revoke(r.store, a["id"])
        ),
        "setApiState": mutation("API State changed successfully")(
            lambda r, a, _: r.store.settle({"api": a["enabled"]})
        ),
    },
}
