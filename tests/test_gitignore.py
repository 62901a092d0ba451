"""Patterns of a .gitignore mean what they mean to git."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from wikisync.gitignore import Patterns

if TYPE_CHECKING:
    from pathlib import Path

PATTERNS = (
    *("build", "build/", "/build", "*.md", "/*.md", "doc/*.md", "doc/**", "**/x", "a/**/b", "a/**"),
    *("**", "*", "a**b", "a/**b", "[ab].md", "[!ab].md", "[^ab].md", "[a-c]x", "[]x].md"),
    *("[a\\]b].md", "[[:digit:]].md", "[[:foo:]].md", "[[:upper:][:digit:]]x", "[[:space:]]"),
    *("[ab", "x\\", "a\\*b", "\\#x", "\\!x", "x ", "x\\ ", "x\\  ", "?.md", "a?b", "/", "//"),
    *("a//b", "/a/", "a/", "*/b", "**/b/**", "**/a/**/b/**/c", "*a*b*c*", "a*a*a", "[]-a].md"),
    *("[a-].md", "[--0].md", "***", "/**", "/**/b", "a/***/b", "[/]", "a[/]b", "a[!x]b", "foo["),
    *("\\a", "[\\a-c]", "*[ab]*", "#c", "é*", "[!]", "[]", "[!]]x", "[^]]x", "", " ", "a b"),
)
NAMES = (
    *("build", "a", "b", "x", "x ", "a.md", "b.md", "c.md", "].md", "-.md", "1.md", "a/b", "a/x/b"),
    *(
        "a/x/y/b",
        "a/b/c",
        "x/a/b",
        "x/build",
        "doc/a.md",
        "doc/x/a.md",
        "doc",
        "a*b",
        "axb",
        "axxb",
    ),
    *("abc", "aXbYc", "aaa", "aa", "#x", "!x", "a/bb/c", "a/b/x/c", "ax", "bx", "[ab", "foo["),
    *("é", "éa", "1x", "Ax", "[", "[]", "^x", "]x", "a]b.md", "a/bx/c", "x/y/z/b/q", "-", "a-.md"),
    *("x/a/q/b/r/c", "#c", "a b", " "),
)


def ours(pattern: str, name: str) -> bool:
    """Whether a pattern ignores a file of this name, or a folder above it."""
    parsed = Patterns.parse([pattern], [""])
    parts = name.split("/")
    above = ("/".join(parts[:end]) + "/" for end in range(1, len(parts)))
    return any(parsed.decide(path) for path in (*above, name))


def test_each_pattern_ignores_the_names_that_git_ignores(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    for number, pattern in enumerate(PATTERNS):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / ".gitignore").write_text(pattern + "\n", encoding="utf-8")
    asked = [f"{number}/{name}" for number in range(len(PATTERNS)) for name in NAMES]
    answer = subprocess.run(
        [*git, "check-ignore", "--no-index", "--stdin", "-z"],
        input="\0".join(asked).encode(),
        capture_output=True,
        check=True,
    )
    ignored = set(answer.stdout.decode().split("\0"))
    differing = [
        (pattern, name)
        for number, pattern in enumerate(PATTERNS)
        for name in NAMES
        if ours(pattern, name) != (f"{number}/{name}" in ignored)
    ]
    assert differing == []


@pytest.mark.parametrize(
    ("lines", "name", "ignored"),
    [
        (["*.md", "!a.md"], "a.md", False),
        (["!a.md", "*.md"], "a.md", True),
        (["*.md", "!a.md"], "b.md", True),
        (["b/", "!b/"], "b/", False),
        (["*.md", "!b/"], "b/a.md", True),  # a pattern for folders says nothing about files
        (["*.md"], "a.html", None),
        (["b/"], "b", None),
        (["# a.md", "a.md\r"], "a.md", True),
    ],
)
def test_the_last_pattern_that_matches_decides(
    lines: list[str], name: str, ignored: bool | None
) -> None:
    assert Patterns.parse(lines, [".md", ".html"]).decide(name) is ignored


def test_patterns_that_cannot_match_a_page_are_not_asked_about_files() -> None:
    lines = ["*.pyc", ".env*", "build/", "Thumbs.db", "notes-*", "*.md", "a/x.md"]
    patterns = Patterns.parse(lines, [".md", ".html"])
    assert len(patterns.for_files.names) == 2
    assert patterns.may_match_files_in("a/")
    assert not patterns.may_match_files_in("b/")
    assert patterns.decide(".env.local/") is True


@pytest.mark.parametrize("pattern", ["*a" * 40, "**/a/" * 40 + "b", "[!b]*" * 40 + "c"])
def test_a_pattern_of_many_stars_is_matched_before_anybody_tires(pattern: str) -> None:
    name = "a" * 200 + "b/" + "a/" * 100 + "x.md"  # with backtracking it would take years
    assert Patterns.parse([pattern], [".md"]).decide(name) is None
