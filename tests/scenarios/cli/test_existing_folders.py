"""Each folder of the manual's page "Fit an existing repository" fits with the lines shown there."""

from __future__ import annotations

import re
import shutil
import tomllib
from typing import TYPE_CHECKING

import pytest

from support import manual
from support.git_repository import alone, repository
from support.git_storage import stored
from support.texts import TEXT
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from support.workspace import Workspace

PAGE = manual.sections(manual.text("guide/existing.md"))
_BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.M | re.S)


def file(title: str) -> str:
    """A file as the storage writes it."""
    times = {"updatedAt": "2024-05-01T10:00:02.000Z", "createdAt": "2023-01-01T10:00:00.000Z"}
    row = {"title": title, "description": "", "isPublished": 1, "tags": ["one"], **times}
    return stored({**row, "content": f"{title}. {TEXT}"})


LAYOUTS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "Wiki.js's Git storage": (
        {
            "home.md": file("Home: the front page"),
            "guide/a.md": file("A"),
            "fr/home.md": file("Accueil"),
            "img/x.png": "x",
        },
        {"home.md": "en/home", "guide/a.md": "en/guide/a", "fr/home.md": "fr/home"},
    ),
    "All locales in folders": (
        {"en/home.md": file("Home"), "en/guide/a.md": file("A"), "fr/home.md": file("Accueil")},
        {"en/home.md": "en/home", "en/guide/a.md": "en/guide/a", "fr/home.md": "fr/home"},
    ),
    "`docs/` of a code repository": (
        {
            "README.md": "# Not below docs\n",
            "docs/install.md": f"# Install\n\n[a](guide/a.md)\n{TEXT}",
            "docs/guide/a.md": f"# Guide\n\n![x](../img/a.png)\n{TEXT}",
            "docs/img/a.png": "x",
        },
        {
            "docs/install.md": "en/products/rocket/install",
            "docs/guide/a.md": "en/products/rocket/guide/a",
        },
    ),
    "MkDocs or Docusaurus": (
        {
            "mkdocs.yml": "site_name: Rocket\n",
            "docs/index.md": f"# Welcome\n\n[a](guide/next.md)\n{TEXT}",
            "docs/guide/index.md": f"---\ntags: [one]\nslug: /g\n---\n# G\n\n[n](next.md)\n{TEXT}",
            "docs/guide/next.md": f"# Next\n\n{TEXT}",
            "docs/component.mdx": "x",
        },
        {
            "docs/index.md": "en/products/rocket",
            "docs/guide/index.md": "en/products/rocket/guide",
            "docs/guide/next.md": "en/products/rocket/guide/next",
        },
    ),
    "An Obsidian vault": (
        {
            ".obsidian/note.md": "x",
            "templates/daily.md": "x",
            "attachments/readme.md": "x",
            "Projects/Rocket.md": f"---\naliases: [r]\ntags: [one]\n---\n# R\n\n[[Note]]\n{TEXT}",
            "board.canvas": "{}",
        },
        {"Projects/Rocket.md": "en/notes/Projects/Rocket"},
    ),
    "A whole repository": (
        {
            "README.md": f"# Rocket\n\n[g](docs/guide.md)\n{TEXT}",
            "docs/guide.md": f"# Guide\n\n{TEXT}",
            "src/parser/README.md": f"# Parser\n\n{TEXT}",
            "CHANGELOG.md": "x",
            "LICENSE.md": "x",
            "tests/a.md": "x",
            "node_modules/x/README.md": "x",
            "venv/pyvenv.cfg": "x",
            "venv/a.md": "x",
            ".gitignore": "dist/\n",
            "dist/a.md": "x",
        },
        {
            "README.md": "en/products/rocket",
            "docs/guide.md": "en/products/rocket/docs/guide",
            "src/parser/README.md": "en/products/rocket/src/parser",
        },
    ),
}


@pytest.fixture
def laid_out(
    workspace: Workspace, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """A Git repository with the files of a layout, and the lines that the manual shows for it."""
    alone(monkeypatch)
    workspace.folder.rmdir()
    repo = repository(workspace.root)
    (shown,) = _BLOCK.findall(PAGE[request.param])
    settings = tomllib.loads(shown)
    workspace.configure(**{**settings, "url": workspace.sandbox.url})
    if "root" in settings:
        workspace.sandbox.create("elsewhere", content=f"Not of this folder. {TEXT}")
    repo.commit(dict(LAYOUTS[request.param][0]))
    return workspace


def pages(sandbox: Sandbox) -> set[str]:
    found = {f"{row['locale']}/{row['path']}" for row in sandbox.pages()}
    return found - {"en/elsewhere"}


def test_the_layouts_are_those_of_the_manual() -> None:
    assert [title for title in PAGE if _BLOCK.search(PAGE[title])] == list(LAYOUTS)


@pytest.mark.parametrize(
    ("laid_out", "title"), [(title, title) for title in LAYOUTS], indirect=["laid_out"]
)
def test_a_folder_of_each_layout_is_published_and_fetched_as_it_is(
    laid_out: Workspace, title: str
) -> None:
    files, expected = LAYOUTS[title]
    root = laid_out.root
    before = {name: (root / name).read_bytes() for name in files}
    sandbox = laid_out.sandbox
    assert pages(sandbox) == set()
    dry = laid_out.run("push", "--dry-run", "--json").ok()
    assert dry.json["counts"]["create"] == len(expected)
    assert dry.json["problems"] == []
    laid_out.run("push", "--yes").ok()
    assert pages(sandbox) == set(expected.values())
    assert {name: (root / name).read_bytes() for name in files} == before
    # An edit on the wiki gets into the file that the page is from, and nothing else changes.
    name, key = next(iter(expected.items()))
    locale, _, path = key.partition("/")
    row = sandbox.page(path, locale) or {}
    sandbox.edit(path, locale, content=f"{row['content']}\nFrom the wiki.\n")
    laid_out.run("pull", "--yes").ok()
    assert [each for each in files if (root / each).read_bytes() != before[each]] == [name]
    assert (root / name).read_text("utf-8").endswith("From the wiki.\n")
    # Without a memory the same is true of both sides.
    shutil.rmtree(laid_out.state)
    result = laid_out.run("sync", "--yes", "--json").ok()
    assert {action for action, _, _ in result.done()} <= {"adopt"}
    assert laid_out.run("status", "--exit-code").code == 0
    assert pages(sandbox) == set(expected.values())
