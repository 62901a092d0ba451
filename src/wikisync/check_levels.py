"""Name the rules of ``wikisync check`` and their levels, and read the setting ``[check]``. Pure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

Level = Literal["error", "warning", "off"]
"""How a rule's findings count: an error makes the command exit with 1."""

Rule = Literal[
    "header",
    "header-key",
    "encoding",
    "length",
    "conflict-marks",
    "name",
    "name-case",
    "duplicate",
    "reserved-name",
    "dead-link",
    "dead-anchor",
    "dead-asset",
    "case-link",
    "child-link",
    "wiki-link",
    "folder-only-link",
    "wiki-only-link",
    "asset-name",
    "asset-unreadable",
    "asset-size",
    "unused-asset",
    "no-title",
    "no-header",
]

DEFAULTS: Final[dict[Rule, Level]] = {
    "header": "error",
    "header-key": "warning",
    "encoding": "error",
    "length": "error",
    "conflict-marks": "error",
    "name": "error",
    "name-case": "error",
    "duplicate": "error",
    "reserved-name": "error",
    "dead-link": "error",
    "dead-anchor": "warning",
    "dead-asset": "warning",
    "case-link": "error",
    "child-link": "error",
    "wiki-link": "warning",
    "folder-only-link": "off",
    "wiki-only-link": "off",
    "asset-name": "error",
    "asset-unreadable": "error",
    "asset-size": "error",
    "unused-asset": "off",
    "no-title": "warning",
    "no-header": "off",
}
"""Each rule's level where ``[check]`` does not name it, in the order of the manual."""


def levels(setting: Mapping[Rule, Level]) -> dict[Rule, Level]:
    """Return the level of each rule, by the defaults and a valid setting."""
    return {rule: setting.get(rule, level) for rule, level in DEFAULTS.items()}


def setting_problem(setting: object) -> str | None:
    """Return what ``[check]`` is expected to be, if it is not; else None."""
    if not isinstance(setting, dict):
        return 'a table [check] of rules, such as dead-link = "warning"'
    for name, level in setting.items():
        if name not in DEFAULTS:
            similar = get_close_matches(name, DEFAULTS, 1)
            guess = f" (did you mean `{similar[0]}`?)" if similar else ""
            return f"rules{guess}; `{name}` is none. The rules are {', '.join(DEFAULTS)}"
        if level not in get_args(Level):
            return f'a table in which `{name}` is "error", "warning" or "off"'
    return None
