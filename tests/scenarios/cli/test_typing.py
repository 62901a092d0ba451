"""What a user types: values that are not valid, and what the shell completes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.workspace import page
from wikisync.cli.completion import complete_backup, complete_page, complete_run

if TYPE_CHECKING:
    from support.workspace import Workspace


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("push --prefer lokal", "'lokal' is not one of local, wiki. Did you mean local?"),
        ("push --prefer x", "'x' is not one of local, wiki."),
        ("plan psh -o p.json", "'psh' is not one of push, pull, sync. Did you mean push?"),
        ("push --jobs 0", "'0' is not a whole number, 1 or more."),
        ("push --jobs many", "'many' is not a whole number, 1 or more."),
        ("push --max-delete -1", "'-1' is not a whole number, 0 or more."),
        (
            "undo last",
            "'last' is not a whole number. Give the number of the run, from wikisync log.",
        ),
        ("restore a.md", "Give the number of the backup, from wikisync log PATH."),
        ("push --allow max-delte", "Did you mean max-delete?"),
        ("pusch", "Did you mean 'push'?"),
    ],
)
def test_a_value_that_is_not_valid_is_explained_in_plain_words(
    workspace: Workspace, typed: str, said: str
) -> None:
    result = workspace.run(*typed.split())
    assert result.code == 2
    assert said in " ".join(result.err.split())
    assert "Value error" not in result.err
    assert "Input should" not in result.err


def complete(workspace: Workspace, *words: str) -> list[str]:
    """The lines that bash gets for the last of the words."""
    line = {"COMP_WORDS": " ".join(("wikisync", *words)), "COMP_CWORD": str(len(words))}
    result = workspace.process(env={**line, "_WIKISYNC_COMPLETE": "complete_bash"})
    assert result.err == ""
    return result.out.split()


@pytest.fixture
def project(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Two runs: pages created, and one of them changed on the wiki and fetched."""
    workspace.push(home=page("Home"), guide__install=page("A"), guide__use=page("B"))
    workspace.sandbox.edit("home", title="House")
    workspace.run("pull", "--yes").ok()
    monkeypatch.chdir(workspace.root)
    return workspace


def test_pages_are_completed_by_their_path_and_as_files(project: Workspace) -> None:
    project.remove("guide/use.md")
    project.write("guide/index.md", page("New"))
    assert complete_page("") == ["guide/", "home"]
    assert complete_page("guide/") == ["guide/index", "guide/install", "guide/use"]
    assert complete_page("pages/guide/in") == ["pages/guide/index.md", "pages/guide/install.md"]
    assert complete(project, "push", "guide/ins") == ["guide/install"]


def test_one_folder_alone_is_completed_with_what_is_in_it(project: Workspace) -> None:
    assert complete_page("gu") == ["guide/install", "guide/use"]
    project.write("deep/er/only.md", page("Only"))
    assert complete_page("de") == ["deep/er/only"]
    assert complete_page("pages/gu") == ["pages/guide/install.md", "pages/guide/use.md"]


def test_runs_backups_and_rules_are_completed(project: Workspace) -> None:
    assert [number for number, _ in complete_run("")] == ["2", "1"]
    assert complete_run("2")[0][1].startswith("run 2 (pull, ")
    [(_, words)] = complete_backup("1")
    assert words.startswith("home.md: the file, before it was updated by run 2")
    assert complete(project, "push", "--allow", "e") == ["emptied"]
    assert complete(project, "push", "--prefer", "w") == ["wiki"]


def test_completion_says_nothing_where_there_is_nothing_to_complete(workspace: Workspace) -> None:
    (workspace.root / "wikisync.toml").write_text("url = 1\n")
    for words in (("push", "g"), ("undo", ""), ("restore", "")):
        assert complete(workspace, *words) == []
