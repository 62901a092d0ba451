"""Who asks, and what that one may do.

Two things decide: the permissions of the key's groups, and for pages the groups' page rules, of
which the most specific one counts (facts, *Endpoint, tokens, permissions*). No access is decided
elsewhere.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wikisync.sandbox.store import Store

ALL_POWERFUL: Final = "manage:system"

ADMINISTRATOR: Final = 1
GUEST: Final = 2
"""The ids of the only two users and, as in Wiki.js, of their groups."""

USERS: Final = {
    ADMINISTRATOR: {"name": "Administrator", "email": "admin@example.com"},
    GUEST: {"name": "Guest", "email": "guest@example.com"},
}

WEAKER: Final[dict[str, frozenset[str]]] = {
    "START": frozenset({"END", "REGEX", "EXACT", "TAG"}),
    "END": frozenset({"REGEX", "EXACT", "TAG"}),
    "REGEX": frozenset({"EXACT", "TAG"}),
    "TAG": frozenset({"EXACT"}),
    "EXACT": frozenset(),
}
"""A kind of rule → the kinds that win over it where both are equally long."""


@dataclass(frozen=True)
class Rule:
    """One page rule of a group."""

    roles: frozenset[str]
    match: str
    deny: bool
    path: str
    locales: tuple[str, ...]

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Rule:
        """A rule from its form in the database and in the API."""
        return cls(
            roles=frozenset(stored["roles"]),
            match=stored["match"],
            deny=stored["deny"],
            path=stored["path"],
            locales=tuple(stored.get("locales") or ()),
        )

    def hits(self, path: str, locale: str | None) -> bool:
        """Whether the rule speaks of this page. Rules by tag never do: no one passes tags on."""
        if self.locales and locale not in self.locales:
            return False
        match self.match:
            case "START":
                return f"/{path}".startswith(f"/{self.path}")
            case "END":
                return path.endswith(self.path)
            case "REGEX":
                return re.search(self.path, path) is not None
            case "EXACT":
                return path == self.path
            case _:
                return False


@dataclass(frozen=True)
class Principal:
    """The one who sends a request, as the wiki sees that one."""

    id: int
    name: str
    permissions: frozenset[str]
    rules: tuple[Rule, ...] = field(default=(), repr=False)

    @property
    def is_guest(self) -> bool:
        """Whether the wiki knows this one by no key and no login."""
        return self.id == GUEST

    def has(self, permissions: Iterable[str]) -> bool:
        """Whether one of these permissions is held, whatever the page."""
        return not self.permissions.isdisjoint(permissions)

    def may(self, permissions: Sequence[str], path: str, locale: str | None) -> bool:
        """Whether a page with this path and locale may be treated so."""
        if ALL_POWERFUL in self.permissions:
            return True
        if not self.has(permissions):
            return False
        winner: Rule | None = None
        for rule in self.rules:
            if not rule.roles.isdisjoint(permissions) and rule.hits(path, locale):
                winner = _stronger(winner, rule)
        return winner is not None and not winner.deny


def _stronger(held: Rule | None, rule: Rule) -> Rule:
    """Which of two rules that speak of a page decides; ``held`` is the one met first."""
    if held is None or len(rule.path) > len(held.path):
        return rule
    if len(rule.path) < len(held.path) or held.match in WEAKER[rule.match]:
        return held
    if rule.match == held.match and held.deny and not rule.deny:
        return held
    return rule


def member(store: Store, id: int, name: str, group: int) -> Principal:  # noqa: A002
    """A user or key that belongs to one group; a group that is gone leaves no rights."""
    row = store.row("select permissions, pageRules from groups where id = ?", group)
    if row is None:
        return Principal(id, name, frozenset())
    rules = tuple(Rule.read(stored) for stored in json.loads(row["pageRules"]))
    return Principal(id, name, frozenset(json.loads(row["permissions"])), rules)


def administrator(store: Store) -> Principal:
    """The one who may everything."""
    return member(store, ADMINISTRATOR, "Administrator", ADMINISTRATOR)


def guest(store: Store) -> Principal:
    """The public."""
    return member(store, GUEST, "Guest", GUEST)
