"""Long lists: one reason for many pages is said once, and ``--all`` has the rest."""

from __future__ import annotations

from support.texts import TEXT
from support.workspace import Workspace, page

SCREEN = 24
"""The lines of a terminal."""


def fill(workspace: Workspace) -> None:
    """Write 500 files: most are new pages, and many have a problem of one of four kinds."""
    for number in range(500):
        name = f"part-{number % 7}/page-{number:03}"
        if number % 10 == 1:
            workspace.write(f"{name}.v1.md", TEXT)
        elif number % 10 == 2:
            workspace.write(f"{name}.md", page("A", description="x" * (256 + number)))
        elif number % 10 == 3:
            workspace.write(f"{name}.md", page("A", more="draft: true\n"))
        elif number % 10 == 4:
            workspace.write(f"{name}.md", f"+++\ntitle = 'A'\n+++\n{TEXT}")
        else:
            workspace.write(f"{name}.md", page(f"Page {number}", f"{TEXT}\n{number}\n"))


def test_a_status_of_500_pages_with_problems_of_a_few_kinds_fits_on_a_screen(
    workspace: Workspace,
) -> None:
    fill(workspace)
    result = workspace.run("status")
    assert result.code == 1
    assert len(result.out.splitlines()) <= SCREEN
    assert all(len(line) <= 300 for line in result.out.splitlines())
    for reason in ("page paths cannot contain dots", "the limit is 255", "the header is TOML"):
        assert result.out.count(reason) == 1
    assert "50 files: page paths cannot contain dots" in result.out
    assert "and 48 more (--all)" in result.out
    assert "… and 297 more (--all)" in result.out
    assert result.out.splitlines()[-2].startswith("300 pages: 300 to create on the wiki, 200 prob")


def test_all_lists_every_page_and_every_problem_on_its_own(workspace: Workspace) -> None:
    fill(workspace)
    out = workspace.run("status", "--all").out
    assert out.count("  create on the wiki ") == 300
    assert out.count("  problem  part-") == 200
    assert "more" not in out
    places = [line.split(":")[0] for line in out.splitlines() if line.startswith("  problem")]
    assert places == sorted(places)


def test_the_json_is_whole_and_its_problems_are_in_the_order_of_paths(workspace: Workspace) -> None:
    fill(workspace)
    data = workspace.run("status", "--json").json
    assert (len(data["actions"]), len(data["problems"])) == (300, 200)
    files = [problem["file"] for problem in data["problems"]]
    assert files == sorted(files)
    assert data == workspace.run("status", "--json", "--all").json


def test_a_few_problems_are_said_one_by_one_with_their_lines(workspace: Workspace) -> None:
    for name in ("one", "two", "three", "four"):
        workspace.write(f"{name}.md", page("A", published="maybe"))
    workspace.write("robot.md", "+++\ntitle = 1\n")
    out = workspace.run("status").out
    for name in ("one", "two", "three", "four"):
        assert f"problem  {name}.md:4: `published` must be true or false" in out
    assert "--all" not in out
    names = [line.split()[1].partition(".")[0] for line in out.splitlines()[:-1]]
    assert names == ["four", "one", "robot", "three", "two"]


def test_conflicts_of_one_reason_are_said_once_with_what_to_do(workspace: Workspace) -> None:
    for number in range(30):
        workspace.write(f"page-{number:02}.md", page("Mine", f"{TEXT}\n{number}\n"))
        workspace.sandbox.create(f"page-{number:02}", title="Theirs", content=f"Other {number}.\n")
    result = workspace.run("status")
    assert result.code == 3
    assert result.out.count("It exists in the folder and on the wiki") == 1
    assert "conflict  30 pages: It exists in the folder and on the wiki" in result.out
    assert "page-00.md, page-01.md, page-02.md and 27 more (--all)" in result.out
    assert "wikisync push PATH --prefer local" in result.out
    whole = workspace.run("push", "--yes", "--all").out
    assert whole.count("It exists in the folder and on the wiki") == 30
    assert "wikisync push page-29.md --prefer local" in whole
    assert len(workspace.run("status", "--json").json["conflicts"]) == 30


def test_what_is_held_back_is_said_once(workspace: Workspace) -> None:
    for number in range(30):
        workspace.write(f"page-{number:02}.md", page(f"Page {number}", f"{TEXT}\n{number}\n"))
    workspace.run("push", "--yes").ok()
    for number in range(3, 30):
        workspace.remove(f"page-{number:02}.md")
    out = workspace.run("push", "--dry-run").out
    assert out.count("gone here, kept on the wiki (--delete removes it)") == 1
    assert "… and 26 more for the same reason (--all)" in out
    out = workspace.run("push", "--dry-run", "--all").out
    assert out.count("gone here, kept on the wiki (--delete removes it)") == 27


def test_names_that_are_refused_are_said_once_with_a_proposal_as_an_example(
    workspace: Workspace,
) -> None:
    for number in range(30):
        word = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        workspace.write(f"The {word} page.md", page("A"))
    out = workspace.run("status").out
    assert out.count("30 files: page paths cannot contain spaces") == 1
    assert out.count("Rename it, for example to the-") == 1
    assert workspace.run("status", "--all").out.count("Rename it, for example to the-") == 30


def test_a_note_that_leaves_names_out_says_how_to_get_them(workspace: Workspace) -> None:
    workspace.configure(ignore=["draft-*"])
    for number in range(8):
        workspace.write(f"draft-{number}.md", page(f"Draft {number}"))
    assert "draft-2.md and 5 more (--all)" in workspace.run("status").ok().out
    assert "draft-7.md)" in workspace.run("status", "--all").ok().out
