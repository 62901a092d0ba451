"""Imports follow the data, as the design's *Layout* has it; who knows whom is written down here."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import wikisync

ROOT = Path(wikisync.__file__).parent

MAY_KNOW: dict[str, set[str]] = {
    "errors": {"page"},
    "page": {"errors"},
    "sync": {"errors", "page"},
    "sides": {"errors", "page", "sync.plan", "wikisync"},
    "state": {"errors", "page", "sync.plan"},
    "apply": {"errors", "page", "sync", "sides", "state"},
    "config": {"errors"},
    "lock": {"errors"},
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
        "wikisync",
    },
    "compare": {"errors", "page", "sync", "sides", "state", "survey"},
}
"""Room → the rooms, or modules of theirs, that it may import. The rest is above all of these."""

ABOVE = {
    "workflow",
    "desk",
    "past",
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
    "httpx2": {"sides.wire", "sides.trouble", "github.api"},
    "stamina": {"sides.wire", "github.api"},
    "subprocess": {"sides.git_process", "github.git", "demo", "pager"},
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

MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.rglob("*.py")
)


def imports(module: str) -> set[str]:
    """Every module that a module imports, wherever in it; ours without ``wikisync.`` in front."""
    path = ROOT / (module.replace(".", "/") + ".py")
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(origin, names, 0):
                found |= {f"{origin}.{alias.name}" for alias in names}
            case ast.ImportFrom():
                pytest.fail(f"{module} has a relative import")
    return {name.removeprefix("wikisync.") for name in found}


def below(name: str, rooms: set[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def ours(name: str) -> bool:
    return below(name, {module.partition(".")[0] for module in MODULES} | {"wikisync"})


def room(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize("module", [m for m in MODULES if room(m) in MAY_KNOW])
def test_a_room_knows_only_the_rooms_before_it(module: str) -> None:
    own = room(module)
    known = {name for name in imports(module) if ours(name)}
    strange = {name for name in known if not below(name, MAY_KNOW[own] | {own})}
    assert strange == set()


@pytest.mark.parametrize("module", [m for m in MODULES if room(m) == "report"])
def test_reports_know_no_side_and_no_state(module: str) -> None:
    strange = {
        name for name in imports(module) if below(name, {"sides", "state", "console", "cli"})
    }
    assert strange == set()


@pytest.mark.parametrize("module", [m for m in MODULES if room(m) == "sandbox"])
def test_the_sandbox_is_a_wiki_of_its_own_and_knows_no_side(module: str) -> None:
    known = {name for name in imports(module) if ours(name)}
    assert {name for name in known if not below(name, {"sandbox", "errors", "wikisync"})} == set()


def test_the_command_line_comes_last() -> None:
    users = {module for module in MODULES for name in imports(module) if below(name, {"cli"})}
    assert users == {"__main__"}
    users = {module for module in MODULES for name in imports(module) if below(name, {"console"})}
    assert users <= {
        "cli",
        "cli_plan",
        "cli_review",
        "console_plan",
        "console_review",
        "console_run",
        "options",
    }


def test_only_the_sandbox_and_what_runs_it_know_the_sandbox() -> None:
    users = {
        module
        for module in MODULES
        for name in imports(module)
        if below(name, {"sandbox"}) and room(module) != "sandbox"
    }
    assert users <= {"console_run", "demo"}


@pytest.mark.parametrize("library", OUTSIDE)
def test_a_library_is_known_only_where_it_is_wrapped(library: str) -> None:
    users = {module for module in MODULES for name in imports(module) if below(name, {library})}
    assert {user for user in users if not below(user, OUTSIDE[library])} == set()


def test_every_room_has_its_place() -> None:
    rooms = {room(module) for module in MODULES}
    assert rooms - {*MAY_KNOW, *ABOVE, "report", "sandbox", "__init__"} == set()


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is_for(module: str) -> None:
    tree = ast.parse((ROOT / (module.replace(".", "/") + ".py")).read_text("utf-8"))
    assert ast.get_docstring(tree)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_small_enough_to_read(module: str) -> None:
    path = ROOT / (module.replace(".", "/") + ".py")
    assert len(path.read_text("utf-8").splitlines()) <= 350
