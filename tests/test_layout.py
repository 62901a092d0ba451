"""Imports follow the data, as the design's *Layout* has it; who knows whom is written down here."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

import pytest

import wikisync

ROOT = Path(wikisync.__file__).parent

MAY_KNOW: dict[str, set[str]] = {
    "errors": {"page"},
    "page": {"errors"},
    "sync": {"errors", "page"},
    "programs": set(),
    "sides": {"errors", "page", "programs", "sync.plan", "wikisync"},
    "private": set(),
    "state": {"errors", "private", "page", "sync.plan", "sides.git_process"},
    "apply": {"errors", "page", "sync", "sides", "state"},
    "config": {"errors"},
    "lock": {"errors", "private", "state.location"},
    "interrupt": set(),
    "meet": {"errors", "page", "sync", "sides", "state"},
    "survey": {"errors", "page", "sync", "sides", "state", "meet", "report.progress"},
    "planfile": {
        "errors",
        "page",
        "sync",
        "compare",
        "config",
        "request",
        "report.data",
        "meet",
        "apply.context",
        "sides.atomic",
        "sides.bounded_json",
        "private",
        "wikisync",
    },
    "compare": {"errors", "page", "sync", "sides", "state", "survey"},
}
"""Room → the rooms, or modules of theirs, that it may import. The rest is above all of these."""

ABOVE = {
    "workflow",
    "desk",
    "past",
    "backups",
    "begin",
    "console",
    "cli",
    "demo",
    "options",
    "pager",
    "html_file",
    "review",
    "console_review",
    "console_run",
    "cli_review",
    "planning",
    "request",
    "reviewed",
    "console_plan",
    "cli_plan",
    "github",
    "__main__",
}

OUTSIDE = {
    "gql": {"sides.wire"},
    "graphql": {"sides.wire", "sandbox"},
    "httpx2": {"sides.wire", "sides.trouble", "sides.http_bounds", "github.api"},
    "httpcore2": {"sides.http_bounds"},
    "stamina": {"sides.wire", "github.api"},
    "subprocess": {"sides.git_process", "demo", "pager"},
    "sqlite3": {"state.database", "sandbox"},
    "yaml": {"page"},
    "frontmatter": {"page"},
    "pathspec": {"sides.folder", "sync.select", "config"},
    "filelock": {"lock"},
    "rich": {"report", "console", "github.action", "cli", "options"},
    "typer": {"cli", "cli_plan", "cli_review", "console", "console_run", "options"},
    "starlette": {"sandbox", "review"},
    "uvicorn": {"sandbox", "review"},
    "markdown_it": {"sandbox", "report.html"},
    "mdit_py_plugins": {"sandbox", "report.html"},
    "jinja2": {"report.html"},
    "markupsafe": {"report.html"},
    "nh3": {"report.html"},
}
"""Library → the only rooms or modules that may import it."""

LIMIT = 350
"""Lines of a module, at the most."""

MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.rglob("*.py")
)
PACKAGES = {module.partition(".")[0] for module in MODULES} | {"wikisync"}


@dataclass(frozen=True)
class Source:
    """What the rules look at in a module."""

    lines: int
    documented: bool
    imports: frozenset[str]
    """Every module that it imports, wherever in it; ours without ``wikisync.`` in front."""
    relative: bool
    """Whether it has an import relative to its own package."""


@functools.cache
def sources() -> dict[str, Source]:
    """Parse each module once, for all rules."""
    return {module: read(ROOT / (module.replace(".", "/") + ".py")) for module in MODULES}


def read(path: Path) -> Source:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    found: set[str] = set()
    relative = False
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(origin, names, 0):
                found |= {f"{origin}.{alias.name}" for alias in names}
            case ast.ImportFrom():
                relative = True
    return Source(
        len(text.splitlines()),
        bool(ast.get_docstring(tree)),
        frozenset(name.removeprefix("wikisync.") for name in found),
        relative,
    )


def imports(module: str) -> frozenset[str]:
    return sources()[module].imports


def users(rooms: set[str]) -> set[str]:
    """The modules that import any of these."""
    return {module for module in MODULES if any(below(name, rooms) for name in imports(module))}


def below(name: str, rooms: set[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def ours(name: str) -> bool:
    return name.partition(".")[0] in PACKAGES


def room(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize("own", MAY_KNOW)
def test_a_room_knows_only_the_rooms_before_it(own: str) -> None:
    strange = {
        (module, name)
        for module in MODULES
        for name in imports(module)
        if room(module) == own and ours(name) and not below(name, MAY_KNOW[own] | {own})
    }
    assert strange == set()


def test_reports_know_no_side_and_no_state() -> None:
    strange = {
        (module, name)
        for module in MODULES
        for name in imports(module)
        if room(module) == "report" and below(name, {"sides", "state", "console", "cli"})
    }
    assert strange == set()


def test_the_sandbox_is_a_wiki_of_its_own_and_knows_no_side() -> None:
    known = {"sandbox", "errors", "private", "wikisync"}
    strange = {
        (module, name)
        for module in MODULES
        for name in imports(module)
        if room(module) == "sandbox" and ours(name) and not below(name, known)
    }
    assert strange == set()


def test_the_command_line_comes_last() -> None:
    assert users({"cli"}) == {"__main__"}
    assert users({"console"}) <= {
        "cli",
        "cli_plan",
        "cli_review",
        "console_plan",
        "console_review",
        "console_run",
        "options",
    }


def test_only_the_sandbox_and_what_runs_it_know_the_sandbox() -> None:
    outside = {module for module in users({"sandbox"}) if room(module) != "sandbox"}
    assert outside <= {"console_run", "demo"}


@pytest.mark.parametrize("library", OUTSIDE)
def test_a_library_is_known_only_where_it_is_wrapped(library: str) -> None:
    assert {user for user in users({library}) if not below(user, OUTSIDE[library])} == set()


def test_every_room_has_its_place() -> None:
    rooms = {room(module) for module in MODULES}
    assert rooms - {*MAY_KNOW, *ABOVE, "report", "sandbox", "__init__"} == set()


def test_no_import_is_relative() -> None:
    assert [module for module, source in sources().items() if source.relative] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [module for module, source in sources().items() if not source.documented] == []


def test_a_module_is_small_enough_to_read() -> None:
    long = {module: source.lines for module, source in sources().items() if source.lines > LIMIT}
    assert long == {}
