"""A whole repository as the folder: its documents are pages, what programs put there is not."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from support.texts import TEXT
from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Result, Workspace

PAGES = ("README", "docs/install", "docs/notes")
NO_HEADER = f"# The rocket\n\n{TEXT}"


def put(workspace: Workspace, file: str, text: str = NO_HEADER) -> None:
    path = workspace.root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def repository(workspace: Workspace) -> Workspace:
    """A project in JavaScript and Python, with its documents, as it lies on a developer's disk."""
    workspace.configure(folder=".")
    workspace.folder.rmdir()
    put(workspace, ".git/HEAD", "ref: refs/heads/main\n")
    put(workspace, ".git/description.md")
    put(workspace, ".gitignore", "*.local.md\n/coverage/\n")
    put(workspace, "package.json", "{}")
    put(workspace, "venv/pyvenv.cfg", "")
    put(workspace, "vendored/.git", "gitdir: ../.git/modules/vendored\n")
    for name in PAGES:
        put(workspace, f"{name}.md", page(name) if name == "docs/notes" else NO_HEADER)
    for file in (
        *(
            "node_modules/left-pad/README.md",
            "docs/node_modules/x/README.md",
            "venv/lib/LICENSE.md",
        ),
        *("build/index.html", "coverage/index.html", "todo.local.md", "docs/todo.local.md"),
        *("vendored/README.md", ".github/PULL_REQUEST_TEMPLATE.md"),
    ):
        put(workspace, file)
    return workspace


def paths(repository: Workspace) -> list[str]:
    return sorted(found["path"] for found in repository.sandbox.pages())


def test_its_documents_are_offered_and_nothing_else(repository: Workspace) -> None:
    expected = [("create", "wiki", name) for name in PAGES]
    assert repository.run("push", "--dry-run", "--json").ok().planned() == expected
    assert paths(repository) == []
    assert repository.run("push", "--yes", "--json").ok().done() == expected
    found = {one["path"]: one for one in repository.sandbox.pages()}
    assert found["README"]["title"] == "The rocket"
    assert repository.run("push", "--yes", "--json").json["actions"] == []
    shutil.rmtree(repository.state)  # without a memory
    assert repository.run("pull", "--dry-run", "--json").ok().planned() == [
        ("adopt", "folder", name) for name in PAGES
    ]


def test_status_says_in_one_line_how_many_were_left_out_and_why(repository: Workspace) -> None:
    (line,) = (line for line in repository.run("status").out.splitlines() if "Left out" in line)
    assert line.split("Left out: ")[1] == (
        "6 folders and 2 files (build output: build/; dependencies: node_modules/,"
        " docs/node_modules/; virtual environment: venv/; .gitignore: coverage/, todo.local.md,"
        " docs/todo.local.md; another Git repository: vendored/)."
    )
    (note,) = repository.run("status", "--json").json["notes"]
    assert note.startswith("Left out: 6 folders and 2 files (")
    assert "Left out" not in repository.run("push", "--dry-run").text
    assert "Left out" not in repository.run("diff").text


def test_a_folder_without_such_files_says_nothing_of_it(workspace: Workspace) -> None:
    workspace.push(home=page())
    assert "notes" not in workspace.run("status", "--json").json


def test_a_page_of_the_wiki_that_would_be_left_out_is_not_fetched_and_status_counts_it(
    repository: Workspace,
) -> None:
    repository.run("push", "--yes").ok()
    for path in ("build/intro", "coverage/intro", "venv/intro", "docs/intro"):
        repository.sandbox.create(path, content=TEXT)
    assert repository.run("pull", "--dry-run", "--json").ok().planned() == [
        ("create", "folder", "docs/intro")
    ]
    repository.run("pull", "--yes").ok()
    assert not (repository.root / "build/intro.md").exists()
    assert "2 files and 3 pages on the wiki (" in repository.run("status").out
    repository.configure(folder=".", ignore=["!build/", "build/index.html"])
    assert repository.run("pull", "--yes", "--json").ok().done() == [
        ("create", "folder", "build/intro")
    ]
    assert repository.run("push", "--yes", "--json").ok().json["actions"] == []


@pytest.mark.parametrize("with_memory", [True, False])
def test_a_page_that_becomes_ignored_is_left_alone_on_both_sides(
    repository: Workspace, with_memory: bool
) -> None:
    repository.run("push", "--yes").ok()
    put(repository, ".gitignore", "*.local.md\n/coverage/\n/docs/\n")
    put(repository, "docs/install.md", "# Changed\n")
    repository.sandbox.edit("docs/notes", content=f"{TEXT}\nMore.")
    if not with_memory:
        shutil.rmtree(repository.state)
    before = repository.sandbox.pages()

    def writes(result: Result) -> list[str]:
        return [a["path"] for a in result.json["actions"] if a["action"] != "adopt"]

    for command in ("push", "pull", "sync"):
        assert writes(repository.run(command, "--delete", "--dry-run", "--json").ok()) == []
        assert writes(repository.run(command, "--delete", "--yes", "--json").ok()) == []
    for command in ("push", "pull"):
        assert writes(repository.run(command, "--mirror", "--delete", "--yes", "--json").ok()) == []
    assert repository.sandbox.pages() == before
    assert (repository.root / "docs/install.md").read_text("utf-8") == "# Changed\n"
    if with_memory:
        put(repository, ".gitignore", "*.local.md\n/coverage/\n")  # and taken back in
        assert repository.run("sync", "--dry-run", "--json").ok().planned() == [
            ("update", "wiki", "docs/install"),
            ("update", "folder", "docs/notes"),
        ]


def test_a_page_that_moves_to_where_it_would_be_left_out_stays_and_that_is_said(
    repository: Workspace,
) -> None:
    repository.run("push", "--yes").ok()
    repository.sandbox.move("docs/notes", "coverage/notes")
    result = repository.run("pull", "--yes")
    assert result.code == 1
    assert "coverage/notes.md" in result.text
    assert (repository.root / "docs/notes.md").exists()
