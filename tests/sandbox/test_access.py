"""Which page rule decides where several speak of a page."""

from __future__ import annotations

import pytest

from wikisync.sandbox.auth import Principal, Rule

READ = ["read:pages"]


def rule(text: str) -> Rule:
    """``+START guide`` allows, ``-EXACT guide/a en`` denies, in one language only."""
    match, path, *locales = text.split(" ")
    roles = frozenset(READ)
    return Rule(roles, match[1:], match[0] == "-", path, tuple(locales))


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ([], False),
        (["+START "], True),
        (["+START guide"], True),
        (["+START uide"], False),
        (["+END /a"], True),
        (["+EXACT guide/a"], True),
        (["+EXACT guide"], False),
        (["+REGEX ^g.*a$"], True),
        (["+TAG guide/a"], False),
        (["+START  en"], True),
        (["+START  fr de"], False),
        (["+START ", "-START guide"], False),
        (["-START guide", "+START "], False),
        (["-START ", "+START guide"], True),
        (["-START guide", "+START guide"], False),
        (["+START guide", "-START guide"], False),
        (["-END guide/a", "+START guide/a"], False),
        (["+START guide/a", "-END guide/a"], False),
        (["-EXACT guide/a", "+REGEX guide/a"], False),
        (["-REGEX guide/a", "+EXACT guide/a"], True),
        (["+EXACT guide/a", "-START  en"], True),
    ],
)
def test_the_longest_rule_wins_then_the_more_exact_then_the_denial(
    rules: list[str], allowed: bool
) -> None:
    who = Principal(3, "x", frozenset(READ), tuple(rule(text) for text in rules))
    assert who.may(READ, "guide/a", "en") is allowed


def test_a_rule_is_of_no_use_without_the_permission() -> None:
    who = Principal(3, "x", frozenset({"write:pages"}), (rule("+START "),))
    assert not who.may(READ, "guide/a", "en")


def test_a_rule_speaks_of_its_roles_alone() -> None:
    who = Principal(3, "x", frozenset({"read:pages", "write:pages"}), (rule("+START "),))
    assert not who.may(["write:pages"], "guide/a", "en")


def test_one_who_manages_the_system_needs_no_rule() -> None:
    assert Principal(1, "x", frozenset({"manage:system"})).may(["delete:pages"], "a", None)
