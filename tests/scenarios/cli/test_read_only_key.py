"""A key with ``read:pages`` and ``read:source`` alone reads everything, and writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.texts import TEXT, full_text
from support.workspace import Workspace, page
from wikisync.sandbox.faults import Hook, Redirect, Status

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox

READING = ["read:pages", "read:source"]
RULES: list[dict[str, Any]] = [
    {"id": "a", "deny": False, "match": "START", "path": "", "locales": [], "roles": READING},
    {
        "id": "b",
        "deny": True,
        "match": "START",
        "path": "secret",
        "locales": [],
        "roles": ["read:source"],
    },
]


@pytest.fixture
def reader(workspace: Workspace) -> dict[str, str | None]:
    """The environment of one whose key may only read."""
    return {"WIKISYNC_TOKEN": workspace.sandbox.key(READING)}


@pytest.fixture
def other(tmp_path: Path, sandbox: Sandbox) -> Workspace:
    """A second folder on the same wiki."""
    (tmp_path / "other").mkdir()
    return Workspace(tmp_path / "other", sandbox)


def fill(sandbox: Sandbox) -> None:
    """Pages of every kind whose files show all that they have."""
    sandbox.create("home", title='A: b # "c" - d', description="It's: so", content=TEXT)
    sandbox.create("空/白", title="空白", content="「空」\r\n\r\nend", tags=["a, b", "two words"])
    sandbox.create("draft", isPublished=False, content=full_text("draft"))
    sandbox.create("guide", locale="fr", content="---\ntitle: x\n---\n\nA second header.\n")
    sandbox.create("html", editor="code", content="<p>x</p>\n")
    sandbox.create("adoc", editor="asciidoc", content="= T\n\ntext\n")
    sandbox.create("per%20cent", content=full_text("percent"))
    sandbox.create("with+plus&amp;'(1)~", content=full_text("plus"))


def test_a_pull_writes_the_files_that_a_key_with_all_rights_gets(
    workspace: Workspace, other: Workspace, reader: dict[str, str | None]
) -> None:
    fill(workspace.sandbox)
    workspace.run("pull", "--yes", env=reader).ok()
    other.run("pull", "--yes").ok()
    assert workspace.files() == other.files()
    assert len(workspace.files()) == 8


@pytest.mark.parametrize(
    "args", [("status",), ("diff",), ("pull", "--dry-run"), ("plan", "sync", "-o", "plan.json")]
)
def test_a_command_that_only_reads_says_what_it_says_with_all_rights(
    workspace: Workspace, reader: dict[str, str | None], args: tuple[str, ...]
) -> None:
    sandbox = workspace.sandbox
    fill(sandbox)
    workspace.run("pull", "--yes").ok()
    sandbox.edit("home", content=TEXT + "One line more.\n")
    sandbox.edit("html", content="<p>y</p>\n")
    sandbox.edit("空/白", tags=["three"])
    sandbox.create("new", content=full_text("new"))
    sandbox.move("draft", "later")
    sandbox.delete("per%20cent")
    workspace.write("mine.md", page("Mine"))
    workspace.write("guide.md", page("Guide"))
    told = workspace.run(*args, "--json", env=reader)
    (workspace.root / "plan.json").unlink(missing_ok=True)
    assert told.json == workspace.run(*args, "--json").json


def test_changing_between_the_two_keys_changes_nothing_in_the_plan(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    sandbox = workspace.sandbox
    fill(sandbox)
    sandbox.create(
        "dated",
        content=full_text("dated"),
        publishStartDate="2030-01-01T00:00:00.000Z",
        scriptCss="p{color:red}",
        scriptJs="go()",
    )
    workspace.run("pull", "--yes", env=reader).ok()
    assert workspace.run("status", "--exit-code").ok().asked
    for path in ("dated", "home"):
        sandbox.render(path)  # a new time, so that the page is read
    assert workspace.run("status", "--exit-code").code == 0
    workspace.run("pull", "--yes").ok()
    sandbox.render("dated")
    assert workspace.run("status", "--exit-code", env=reader).code == 0
    sandbox.edit("dated", content=full_text("dated") + "More.\n")
    workspace.run("pull", "--yes", env=reader).ok()
    workspace.write("dated.md", workspace.read("dated.md") + "And more.\n")
    workspace.run("push", "--yes").ok()
    now = sandbox.page("dated") or {}
    assert now["publishStartDate"] == "2030-01-01T00:00:00.000Z"
    assert (now["scriptCss"], now["scriptJs"]) == ("p{color:red}", "go()")


def test_a_file_keeps_the_lines_that_the_key_cannot_read(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    sandbox = workspace.sandbox
    sandbox.create("a", content=TEXT, publishStartDate="2030-01-01T00:00:00.000Z")
    workspace.run("pull", "--yes").ok()
    assert "publishStartDate: 2030" in workspace.read("a.md")
    sandbox.edit("a", content=TEXT + "More.\n")
    workspace.run("pull", "--yes", env=reader).ok()
    assert "publishStartDate: 2030" in workspace.read("a.md")
    assert "More." in workspace.read("a.md")


def test_a_plan_made_with_it_is_applied_with_a_key_that_may_write(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    sandbox = workspace.sandbox
    fill(sandbox)
    workspace.run("pull", "--yes").ok()
    sandbox.render("home")
    workspace.write("home.md", workspace.read("home.md") + "Mine.\n")
    workspace.write("new.md", page("New"))
    workspace.run("plan", "push", "-o", "plan.json", env=reader).ok()
    workspace.run("apply", "plan.json", "--yes").ok()
    assert (sandbox.page("home") or {})["content"].endswith("Mine.\n")
    assert sandbox.page("new") is not None


def test_a_push_with_it_writes_nothing_and_names_the_right_that_is_missing(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    workspace.sandbox.create("a", content=TEXT)
    workspace.run("pull", "--yes", env=reader).ok()
    workspace.write("a.md", workspace.read("a.md") + "Mine.\n")
    workspace.write("new.md", page("New"))
    before = workspace.sandbox.pages()
    told = workspace.run("push", "--yes", env=reader)
    assert told.code == 1
    assert "write:pages" in told.text
    assert "manage:pages" in told.text
    assert workspace.sandbox.pages() == before


def test_a_page_whose_source_the_key_may_not_read_is_named_and_the_others_come(
    workspace: Workspace,
) -> None:
    sandbox = workspace.sandbox
    sandbox.create("open", content=TEXT)
    sandbox.create("secret/a", content=full_text("secret"))
    key = sandbox.key(READING, RULES)
    told = workspace.run("pull", "--yes", env={"WIKISYNC_TOKEN": key})
    assert told.code == 1
    assert "secret/a" in told.text
    assert "read:source" in told.text
    assert set(workspace.files()) == {"open.md"}


def test_a_page_that_changes_after_the_list_comes_as_it_is_then(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    sandbox = workspace.sandbox
    sandbox.create("a", content=TEXT, tags=["one"])
    sandbox.faults.add(
        Hook(lambda: sandbox.edit("a", content=TEXT + "Later.\n", tags=["x, y"])), on="file"
    )
    workspace.run("pull", "--yes", env=reader).ok()
    assert "Later." in workspace.read("a.md")
    assert "x, y" in workspace.read("a.md")
    assert workspace.run("status", "--exit-code").code == 0


@pytest.mark.parametrize("status", [404, 403])
def test_a_page_that_cannot_be_downloaded_is_no_deletion(
    workspace: Workspace, reader: dict[str, str | None], status: int
) -> None:
    sandbox = workspace.sandbox
    sandbox.create("a", content=TEXT)
    sandbox.create("b", content=full_text("b"))
    workspace.run("pull", "--yes").ok()
    before = workspace.files()
    for path in ("a", "b"):
        sandbox.edit(path, content=full_text(path) + "More.\n")
    sandbox.faults.add(Status(status), on="file", path="a", times=None)
    told = workspace.run("pull", "--delete", "--yes", env=reader)
    assert told.code in {1, 3}
    assert "a.md" in told.text
    assert workspace.files()["a.md"] == before["a.md"]
    assert "More." in workspace.read("b.md")


def test_a_redirect_of_a_download_is_not_followed(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    workspace.sandbox.create("a", content=TEXT)
    workspace.sandbox.faults.add(Redirect("http://127.0.0.1:1/x"), on="file", times=None)
    told = workspace.run("pull", "--yes", env=reader)
    assert told.code == 1
    assert "http://127.0.0.1:1/x" in told.text
    assert workspace.files() == {}


def test_a_hiccup_of_a_download_is_tried_again(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    workspace.sandbox.create("a", content=TEXT)
    workspace.sandbox.faults.add(Status(502), on="file", times=2)
    workspace.run("pull", "--yes", env=reader).ok()
    assert set(workspace.files()) == {"a.md"}


def test_init_says_what_such_a_key_can_do(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    workspace.sandbox.create("a", content=TEXT)
    said = workspace.run("init", env=reader).ok().out
    assert "may only read" in said
    assert "manage:pages" in said


def styled(workspace: Workspace) -> Workspace:
    """A page whose file names its style, known to a key that reads all."""
    sandbox = workspace.sandbox
    sandbox.create("styled", content=full_text("one"), scriptCss="p{color:red}")
    workspace.run("pull", "--yes").ok()
    workspace.change("styled.md", "dateCreated", "scriptCss: p{color:green}\ndateCreated")
    workspace.run("push", "--yes").ok()
    return workspace


@pytest.mark.parametrize(
    "command", ["pull", "pull after an edit", "pull after a rendering", "pull --mirror"]
)
def test_what_it_cannot_see_is_found_by_a_key_that_can(
    workspace: Workspace, reader: dict[str, str | None], command: str
) -> None:
    sandbox = styled(workspace).sandbox
    edit = {"content": full_text("two")} if command == "pull after an edit" else {}
    sandbox.edit("styled", scriptCss="p{color:blue}", **edit)
    args, _, more = command.partition(" after ")
    workspace.run(*args.split(), "--yes", env=reader).ok()
    if more == "a rendering":
        sandbox.render("styled")
        workspace.run("pull", "--yes", env=reader).ok()
    workspace.write("styled.md", workspace.read("styled.md") + "Mine.\n")
    workspace.run("push", "--yes")
    assert (sandbox.page("styled") or {})["scriptCss"] == "p{color:blue}"
    workspace.run("sync", "--yes").ok()
    assert "scriptCss: p{color:blue}" in workspace.read("styled.md")
    assert (sandbox.page("styled") or {})["content"].endswith("Mine.\n")
    assert workspace.run("sync", "--yes", "--json").ok().done() == []


def test_a_style_changed_here_is_still_a_change_after_a_pull_that_could_not_read_it(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    sandbox = styled(workspace).sandbox
    for mirror in ((), ("--mirror",)):
        sandbox.edit("styled", content=full_text(f"two {mirror}"))
        workspace.change("styled.md", "color:green", "color:pink")
        workspace.run("pull", "--yes", *mirror, env=reader)
        assert "color:pink" in workspace.read("styled.md")
        assert workspace.run("sync", "--yes", "--json").ok().done() != []
        assert (sandbox.page("styled") or {})["scriptCss"] == "p{color:pink}"
        workspace.change("styled.md", "color:pink", "color:green")
        workspace.run("sync", "--yes").ok()


def test_a_pull_with_it_moves_and_deletes_files_as_with_all_rights(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    sandbox = workspace.sandbox
    for path in ("a", "b", "c"):
        sandbox.create(path, content=full_text(path))
    workspace.run("pull", "--yes", env=reader).ok()
    sandbox.move("a", "moved/a")
    sandbox.delete("b")
    workspace.run("pull", "--delete", "--yes", env=reader).ok()
    assert set(workspace.files()) == {"moved/a.md", "c.md"}
    before = workspace.files()
    workspace.run("undo", "--yes", env=reader).ok()
    assert set(workspace.files()) == {"a.md", "b.md", "c.md"}
    assert before["moved/a.md"].splitlines()[-1] == workspace.files()["a.md"].splitlines()[-1]


def test_a_pull_with_it_takes_a_page_that_moved_to_the_place_of_a_deleted_one(
    workspace: Workspace, reader: dict[str, str | None]
) -> None:
    sandbox = workspace.sandbox
    for path in ("a", "b"):
        sandbox.create(path, title=f"Page {path}", content=full_text(path))
    workspace.run("pull", "--yes", env=reader).ok()
    text = workspace.read("a.md").partition("---\n\n")[2]
    sandbox.delete("b")
    sandbox.move("a", "b")
    workspace.run("pull", "--delete", "--yes", env=reader).ok()
    assert set(workspace.files()) == {"b.md"}
    assert workspace.read("b.md").endswith(text)
    assert workspace.run("status", "--exit-code", env=reader).code == 0


def test_a_page_comes_however_many_before_it_the_key_may_not_read(workspace: Workspace) -> None:
    sandbox = workspace.sandbox
    sandbox.fill([f"secret/{number:03}" for number in range(110)], full_text("secret"))
    sandbox.create("zebra", content=TEXT)
    key = sandbox.key(READING, RULES)
    told = workspace.run("pull", "--yes", "--jobs", "1", env={"WIKISYNC_TOKEN": key})
    assert told.code == 1
    assert set(workspace.files()) == {"zebra.md"}
