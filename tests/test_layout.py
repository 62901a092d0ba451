"""Imports go down one list of packages, from the command line to the errors (architecture)."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

import pytest

import wikisync

ROOT = Path(wikisync.__file__).parent

ORDER = (
    "__main__",
    "cli",
    "github",
    "review",
    "preview",
    "watch",
    "workflow",
    "planfile",
    "report",
    "request",
    "doctor",
    "snapshot",
    "apply",
    "state",
    "folder",
    "wiki",
    "git",
    "planning",
    "checking",
    "page",
    "rendering",
    "config",
    "settings",
    "check_levels",
    "gitignore",
    "installation",
    "request_headers",
    "concurrency",
    "loopback",
    "progress",
    "private_files",
    "executables",
    "errors",
)
"""The packages and top modules, each of which may import those after it alone."""

UPWARD = {("errors.pages", "page.model.Key"), ("errors.wiki", "page.model.Key")}
"""Errors name the page that they are about: a type, which is not imported at run time."""

SANDBOX_IMPORTS = {"errors", "private_files", "rendering", "wikisync"}
"""What the sandbox may import: it is a wiki of its own, and shares no code with the client.

How a page looks is no part of the API that the client relies on.
"""

SANDBOX_USERS = {"cli"}

PURE = {"page", "planning", "checking"}
"""Packages that neither read nor write: no file, no network, no clock, no process."""

EFFECTS = {"os", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "time"}

OUTSIDE = {
    "gql": {"wiki.gql_session"},
    "graphql": {"wiki.gql_session", "sandbox"},
    "httpx2": {
        *("wiki.transport", "wiki.http_transport", "wiki.connections", "wiki.file_transport"),
        *("wiki.http_errors", "wiki.http_bounds"),
        "github.api",
    },
    "httpcore2": {"wiki.http_bounds"},
    "stamina": {"wiki.retries", "github.api"},
    "subprocess": {"git.process", "cli.demo", "cli.pager"},
    "sqlite3": {"state.database", "sandbox"},
    "yaml": {"page"},
    "frontmatter": {"page"},
    "pathspec": {"planning.path_filter", "settings"},
    "filelock": {"state.lock"},
    "rich": {"report", "cli", "github.action"},
    "typer": {"cli"},
    "starlette": {"sandbox", "review", "preview", "loopback"},
    "uvicorn": {"sandbox", "loopback"},
    "watchfiles": {"watch.events", "preview.watch"},
    "markdown_it": {"sandbox", "rendering", "page.headings", "page.markdown_links", "checking"},
    "mdit_py_plugins": {"sandbox", "rendering"},
    "pymdownx": {"rendering.emoji"},
    "jinja2": {"report.html", "preview.view"},
    "markupsafe": {"report.html", "preview.view"},
    "nh3": {"report.html", "rendering.sanitize"},
}
"""Library → the only packages or modules that may import it."""

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


def users(names: set[str]) -> set[str]:
    """The modules that import any of these."""
    return {module for module in MODULES if any(below(name, names) for name in imports(module))}


def below(name: str, names: set[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in names)


def ours(name: str) -> bool:
    return name.partition(".")[0] in PACKAGES


def package(module: str) -> str:
    return module.partition(".")[0]


def test_no_import_goes_up() -> None:
    place = {name: number for number, name in enumerate(ORDER)}
    upward = {
        (module, name)
        for module in MODULES
        for name in imports(module)
        if package(module) in place and package(name) in place
        if place[package(name)] < place[package(module)]
    }
    assert upward == UPWARD


def test_every_package_has_its_place() -> None:
    assert {package(module) for module in MODULES} == {*ORDER, "sandbox", "__init__"}


def test_what_decides_touches_no_disk_no_network_and_no_clock() -> None:
    touching = {
        (module, name)
        for module in MODULES
        for name in imports(module)
        if package(module) in PURE and below(name, EFFECTS)
    }
    assert touching == set()


def test_the_sandbox_is_a_wiki_of_its_own() -> None:
    shared = {
        (module, name)
        for module in MODULES
        for name in imports(module)
        if package(module) == "sandbox" and ours(name) and not below(name, SANDBOX_IMPORTS)
        if package(name) != "sandbox"
    }
    assert shared == set()


def test_only_the_command_line_runs_the_sandbox() -> None:
    assert {package(module) for module in users({"sandbox"})} - {"sandbox"} <= SANDBOX_USERS


@pytest.mark.parametrize("library", OUTSIDE)
def test_a_library_is_known_only_where_it_is_wrapped(library: str) -> None:
    assert {user for user in users({library}) if not below(user, OUTSIDE[library])} == set()


def test_no_import_is_relative() -> None:
    assert [module for module, source in sources().items() if source.relative] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [module for module, source in sources().items() if not source.documented] == []


def test_a_module_is_small_enough_to_read() -> None:
    long = {module: source.lines for module, source in sources().items() if source.lines > LIMIT}
    assert long == {}
