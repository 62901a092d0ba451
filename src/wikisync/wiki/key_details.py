"""Parse what the wiki says of an API key: its group, and where it may write. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.errors import Forbidden, PageGone
from wikisync.wiki import api_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.wiki.responses import Answer


@dataclass(frozen=True, slots=True)
class PageRule:
    """A page rule of a group. ``locales`` is empty for all of them."""

    deny: bool
    roles: tuple[str, ...]
    locales: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the wiki: its name, its permissions and its page rules."""

    name: str
    permissions: frozenset[str]
    rules: tuple[PageRule, ...]

    def grants(self, permission: str) -> bool:
        """Return whether the group has a permission, and a page rule that grants it somewhere."""
        if "manage:system" in self.permissions:
            return True
        return permission in self.permissions and any(
            permission in rule.roles for rule in self.rules if not rule.deny
        )

    @property
    def is_limited_to_locales(self) -> bool:
        """Return whether page rules name locales, which denies every deletion
        (wikijs.md, *Permissions*)."""
        return "manage:system" not in self.permissions and any(rule.locales for rule in self.rules)


@dataclass(frozen=True, slots=True)
class KeyDetails:
    """The wiki's version and the key's group; None where the key may not see it."""

    version: str | None
    group: Group | None


def read_key_details(answer: Answer) -> KeyDetails:
    """Read the response to ``key_details``."""
    version = group = None
    if answer.fault_at("system", "info", "currentVersion") is None:
        version = answer.node["system"]["info"].text("currentVersion")
    if answer.fault_at("groups", "single") is None:
        node = answer.node["groups"]["single"]
        if not node.is_null:  # the group was deleted
            rules = tuple(
                PageRule(rule.flag("deny"), rule.texts("roles"), rule.texts("locales"))
                for rule in node.items("pageRules")
            )
            group = Group(node.text("name"), frozenset(node.texts("permissions")), rules)
    return KeyDetails(version, group)


def read_may_write_pages(answer: Answer, requested: Sequence[int]) -> dict[int, bool]:
    """Read the response to ``queries.may_write_pages``: by id, without missing pages."""
    found: dict[int, bool] = {}
    for n, page in enumerate(requested):
        fault = answer.fault_at("pages", f"p{n}")
        if fault is None:
            found[page] = True
            continue
        error = api_errors.query_error(answer.url, fault, ("write:pages",), page)
        if isinstance(error, Forbidden):
            found[page] = False
        elif not isinstance(error, PageGone):
            raise error
    return found
