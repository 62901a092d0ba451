"""``--html FILE``: the differences as one page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.workspace import Workspace, page


@pytest.fixture
def edited(workspace: Workspace) -> Workspace:
    """An edit here, and one on the wiki."""
    workspace.push(home=page("Home"), other=page("Other"))
    workspace.change("home.md", "Text.", "Words of mine.")
    workspace.sandbox.edit("other", content="Words of theirs.\n")
    return workspace


def test_diff_writes_the_page_and_lists_what_is_in_it(edited: Workspace) -> None:
    result = edited.run("diff", "--html", "report.html").ok()
    shown = (edited.root / "report.html").read_text("utf-8")
    assert "Words of mine." in shown
    assert "Words of theirs." not in shown
    assert "update on the wiki     home.md  content" in result.out
    assert "Words of mine." not in result.out
    assert result.err == "Wrote report.html\n"


def test_the_page_of_a_pull_shows_what_comes_from_the_wiki(edited: Workspace) -> None:
    edited.run("diff", "--pull", "--html", "report.html").ok()
    shown = (edited.root / "report.html").read_text("utf-8")
    assert "What a pull would change" in shown
    assert "Words of theirs." in shown


def test_json_is_as_without_the_page(edited: Workspace) -> None:
    assert (
        edited.run("diff", "--json", "--html", "report.html").json
        == edited.run("diff", "--json").json
    )
    assert (edited.root / "report.html").exists()


def test_a_path_limits_the_page_too(edited: Workspace) -> None:
    edited.write("extra.md", page("Extra"))
    edited.run("diff", "extra", "--html", "report.html").ok()
    shown = (edited.root / "report.html").read_text("utf-8")
    assert "extra.md" in shown
    assert "home.md" not in shown


def test_the_token_is_not_in_the_page(edited: Workspace) -> None:
    edited.run("diff", "--html", "report.html").ok()
    assert edited.sandbox.token not in (edited.root / "report.html").read_text("utf-8")


def test_a_page_among_the_pages_is_refused_before_anything_is_asked(edited: Workspace) -> None:
    result = edited.run("diff", "--html", "pages/report.html")
    assert result.code == 2
    assert "pages/report.html is not outside pages/, where pages are." in result.err
    assert result.asked == ()
    assert not (edited.folder / "report.html").exists()


def test_a_page_that_cannot_be_written_is_an_error_in_words(edited: Workspace) -> None:
    result = edited.run("diff", "--html", "nowhere/report.html")
    assert result.code == 1
    assert "nowhere/report.html: cannot write it: no such file or directory." in result.err


def test_without_the_extra_it_says_what_to_install(edited: Workspace, tmp_path: Path) -> None:
    (tmp_path / "nh3.py").write_text("raise ModuleNotFoundError(name='nh3')\n")
    result = edited.process("diff", "--html", "report.html", env={"PYTHONPATH": str(tmp_path)})
    assert result.code == 2
    assert "This command needs the extra report, which is not installed." in result.err
    clone = Path(__file__).parents[3]
    assert f"Install it: pip install '{clone}[report]'" in result.err


def test_commands_that_make_no_page_do_not_load_what_makes_it() -> None:
    code = "import sys, wikisync.cli.terminal, wikisync.cli.commands; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"jinja2", "nh3", "markdown_it", "starlette"} & set(run.stdout.split())


def test_a_plan_and_what_show_prints_of_it_can_be_pages_too(edited: Workspace) -> None:
    edited.run("plan", "push", "-o", "plan.json", "--html", "plan.html").ok()
    edited.run("show", "plan.json", "--html", "shown.html").ok()
    for name in ("plan.html", "shown.html"):
        shown = (edited.root / name).read_text("utf-8")
        assert "What a push would change" in shown
        assert "Words of mine." in shown
