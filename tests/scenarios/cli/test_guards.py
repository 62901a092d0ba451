"""Guards refuse a whole plan before the first write, each by the name of its rule (exit code 4)."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from support.workspace import Workspace, page
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.workspace import Result

    Env = dict[str, str | None] | None


def refused(workspace: Workspace, rule: str, *args: str, env: Env = None) -> Result:
    """A command that is refused by this rule alone, and changed nothing."""
    before = workspace.both_sides()
    result = workspace.run(*args, "--json", env=env)
    assert result.code == 4, result
    assert [refusal["rule"] for refusal in result.json["refusals"]] == [rule]
    assert result.json["refusals"][0]["message"]
    assert not any(seen.is_mutation for seen in result.asked)
    assert workspace.both_sides() == before
    shown = workspace.run(*args, env=env)
    assert shown.code == 4
    assert f"refused ({rule})" in shown.out
    assert "Nothing was written." in shown.out
    return result


def filled(workspace: Workspace, count: int) -> Workspace:
    """A workspace of so many pages in sync."""
    workspace.push(**{f"page-{n}": page(f"Page {n}") for n in range(count)})
    return workspace


@pytest.mark.parametrize("command", ["push", "pull", "sync", "status", "diff"])
def test_a_malformed_token_is_a_guests(workspace: Workspace, command: str) -> None:
    filled(workspace, 2)
    writes = () if command in {"status", "diff"} else ("--yes",)
    result = refused(workspace, "guest", command, *writes, env={"WIKISYNC_TOKEN": "eyJ.wrong.x"})
    assert "New API Key" in result.text or "new API key" in result.text
    assert "eyJ.wrong.x" not in result.text


def test_an_expired_token_is_a_guests(workspace: Workspace) -> None:
    filled(workspace, 2)
    token = workspace.sandbox.key(["read:pages"], expired=True)
    refused(workspace, "guest", "pull", "--delete", "--yes", env={"WIKISYNC_TOKEN": token})


def test_a_guest_of_a_wiki_that_shows_the_public_nothing_is_refused_alike(
    workspace: Workspace,
) -> None:
    filled(workspace, 2)
    workspace.sandbox.limit_public()
    refused(workspace, "guest", "pull", "--delete", "--yes", env={"WIKISYNC_TOKEN": "eyJ.wrong.x"})


def test_a_guest_is_not_let_in_by_allow(workspace: Workspace) -> None:
    result = workspace.run("push", "--allow", "guest", "--yes")
    assert result.code == 2
    assert "guest" in result.err


def test_a_token_that_sees_nothing_where_there_were_pages_is_refused(workspace: Workspace) -> None:
    filled(workspace, 2)
    roles = ["read:pages", "read:source", "manage:pages", "write:pages", "delete:pages"]
    rule = {"id": "no", "deny": True, "match": "START", "roles": roles, "path": "", "locales": []}
    token = workspace.sandbox.key(roles, [rule])
    refused(workspace, "guest", "pull", "--delete", "--yes", env={"WIKISYNC_TOKEN": token})


def test_more_deletions_than_the_limit_are_refused(workspace: Workspace) -> None:
    filled(workspace, 5)
    for n in range(2):
        workspace.remove(f"page-{n}.md")
    result = refused(workspace, "max-delete", "push", "--delete", "--yes")
    assert "2 pages would be deleted, and the limit is 1." in result.json["refusals"][0]["message"]
    assert "--max-delete 2" in result.json["refusals"][0]["message"]
    assert "It is 10 % of the pages, and at most 10." in result.json["refusals"][0]["message"]
    own = refused(workspace, "max-delete", "push", "--delete", "--yes", "--max-delete", "1")
    assert "10 %" not in own.json["refusals"][0]["message"]


@pytest.mark.parametrize("lift", [("--max-delete", "2"), ("--allow", "max-delete")])
def test_the_limit_of_deletions_is_lifted_as_the_message_says(
    workspace: Workspace, lift: tuple[str, str]
) -> None:
    filled(workspace, 5)
    for n in range(2):
        workspace.sandbox.delete(f"page-{n}")
    refused(workspace, "max-delete", "pull", "--delete", "--yes")
    workspace.run("pull", "--delete", *lift, "--yes").ok()
    assert len(workspace.files()) == 3


def test_the_limit_of_deletions_can_be_configured_and_overridden(workspace: Workspace) -> None:
    filled(workspace, 5)
    workspace.configure(max_delete=0)
    workspace.remove("page-0.md")
    refused(workspace, "max-delete", "push", "--delete", "--yes")
    workspace.run("push", "--delete", "--max-delete", "1", "--yes").ok()
    assert len(workspace.sandbox.pages()) == 4


def test_an_emptied_folder_is_not_believed(workspace: Workspace) -> None:
    filled(workspace, 3)
    for name in workspace.files():
        workspace.remove(name)
    result = refused(workspace, "emptied", "push", "--delete", "--max-delete", "9", "--yes")
    assert "no pages in the folder" in result.json["refusals"][0]["message"]
    allowed = ("--allow", "emptied", "--max-delete", "3")
    workspace.run("push", "--delete", *allowed, "--yes").ok()
    assert workspace.sandbox.pages() == []


def test_an_emptied_wiki_is_not_believed(workspace: Workspace) -> None:
    filled(workspace, 3)
    for found in workspace.sandbox.pages():
        workspace.sandbox.delete(found["path"])
    result = refused(workspace, "emptied", "pull", "--delete", "--max-delete", "9", "--yes")
    assert "no pages on the wiki" in result.json["refusals"][0]["message"]
    allowed = ("--allow", "emptied", "--max-delete", "3")
    workspace.run("pull", "--delete", *allowed, "--yes").ok()
    assert workspace.files() == {}


def test_that_every_page_changed_here_is_not_believed(workspace: Workspace) -> None:
    filled(workspace, 20)
    for name in workspace.files():
        workspace.change(name, "Text.", "Text!")
    refused(workspace, "all-changed", "push", "--yes")
    assert len(workspace.run("push", "--allow", "all-changed", "--yes", "--json").ok().done()) == 20


def test_that_every_page_changed_on_the_wiki_is_not_believed(workspace: Workspace) -> None:
    filled(workspace, 20)
    for found in workspace.sandbox.pages():
        workspace.sandbox.edit(found["path"], content="Other.\n")
    refused(workspace, "all-changed", "pull", "--yes")
    assert len(workspace.run("pull", "--allow", "all-changed", "--yes", "--json").ok().done()) == 20


@contextmanager
def another_run(workspace: Workspace) -> Iterator[int]:
    """Another process that holds the lock; its id."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom wikisync.state.lock import run_lock\n"
        "with run_lock(Path(sys.argv[1]), '2026-01-02T03:04:05.678Z'):\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    args = [sys.executable, "-c", code, str(workspace.state)]
    with subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder.pid


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_a_second_run_at_the_same_time_is_refused(workspace: Workspace, command: str) -> None:
    filled(workspace, 2)
    workspace.change("page-0.md", "Text.", "Text!")
    with another_run(workspace) as pid:
        result = refused(workspace, "locked", command, "--yes")
        message = result.json["refusals"][0]["message"]
        assert f" {pid}" in message
        assert "2026-01-02" in message
        assert result.asked == ()
    workspace.run(command, "--yes").ok()


def test_a_look_is_no_run_and_needs_no_lock(workspace: Workspace) -> None:
    filled(workspace, 2)
    with another_run(workspace):
        workspace.run("status").ok()
        workspace.run("push", "--dry-run").ok()


def test_the_memory_of_another_wiki_is_refused(workspace: Workspace) -> None:
    filled(workspace, 3)
    with Sandbox() as other:
        other.create("page-0")
        env: dict[str, str | None] = {"WIKISYNC_URL": other.url, "WIKISYNC_TOKEN": other.token}
        for command in ("push", "pull", "sync"):
            result = refused(workspace, "foreign-state", command, "--yes", "--delete", env=env)
            assert workspace.sandbox.url in result.json["refusals"][0]["message"]
        assert len(other.pages()) == 1


def test_the_same_wiki_under_another_address_can_be_allowed(workspace: Workspace) -> None:
    filled(workspace, 3)
    env = {"WIKISYNC_URL": workspace.sandbox.url.replace("127.0.0.1", "localhost")}
    result = workspace.run("push", "--allow", "foreign-state", "--yes", "--json", env=env).ok()
    assert result.json["counts"]["in_sync"] == 3
    workspace.run("push", env=env).ok()


def test_the_memory_of_another_folder_is_refused(workspace: Workspace) -> None:
    filled(workspace, 3)
    workspace.configure(folder="elsewhere")
    (workspace.root / "elsewhere").mkdir()
    (workspace.root / "elsewhere" / "new.md").write_text("New.\n")
    refused(workspace, "foreign-state", "push", "--delete", "--max-delete", "9", "--yes")


def test_a_state_that_is_damaged_is_refused_and_left(workspace: Workspace, tmp_path: Path) -> None:
    filled(workspace, 2)
    (workspace.state / "state.db").write_bytes(b"no database at all, " * 500)
    before = workspace.snapshot()
    result = workspace.run("sync", "--yes", "--json")
    assert result.code == 4
    assert "damaged" in result.json["error"]
    assert workspace.snapshot()[0] == before[0]
    assert (workspace.state / "state.db").read_bytes() == before[1]["state.db"]


def test_another_wiki_at_the_same_address_is_not_taken_for_the_one_that_is_known(
    workspace: Workspace,
) -> None:
    workspace.push(one=page("One", "Mine.\n"), two=page("Two"))
    for path in ("one", "two"):
        workspace.sandbox.delete(path)
    workspace.sandbox.store.run("delete from sqlite_sequence where name = 'pages'")
    workspace.sandbox.store.run("delete from versions")
    workspace.sandbox.create("one", content="Another wiki's.\n")
    workspace.sandbox.create("three")
    before = workspace.files()
    result = workspace.run("sync", "--yes", "--delete", "--json")
    assert result.code == 4
    assert [refusal["rule"] for refusal in result.json["refusals"]] == ["foreign-state"]
    assert workspace.run("status").code == 4
    anew = workspace.run("sync", "--yes", "--delete", "--allow", "foreign-state", "--json")
    assert [found["path"] for found in anew.json["conflicts"]] == ["one"]
    assert {name: workspace.files()[name] for name in before if name == "one.md"} == {
        "one.md": before["one.md"]
    }
    assert workspace.run("status").code == 3


def test_a_stray_file_does_not_make_an_emptied_folder_look_full(workspace: Workspace) -> None:
    workspace.push(one=page("One"), two=page("Two"))
    workspace.remove("one.md")
    workspace.remove("two.md")
    workspace.write("stray.md", page("Stray"))
    result = workspace.run("push", "--yes", "--delete", "--max-delete", "9", "--json")
    assert [refusal["rule"] for refusal in result.json["refusals"]] == ["emptied"]
    assert {found["path"] for found in workspace.sandbox.pages()} == {"one", "two"}


def test_pages_that_are_gone_on_both_sides_refuse_nothing(workspace: Workspace) -> None:
    workspace.push(one=page("One"))
    workspace.remove("one.md")
    workspace.sandbox.delete("one")
    workspace.write("two.md", page("Two", "# Nothing of the kind\n"))
    workspace.run("push", "--yes").ok()
    assert {found["path"] for found in workspace.sandbox.pages()} == {"two"}


def test_an_undo_never_writes_to_another_wiki_at_the_same_address(workspace: Workspace) -> None:
    workspace.push(one=page("One", "Same.\n"))
    workspace.remove("one.md")
    workspace.sandbox.delete("one")
    workspace.run("sync", "--yes").ok()
    workspace.write("two.md", page("Two"))
    workspace.run("push", "--yes").ok()
    workspace.sandbox.delete("two")
    workspace.sandbox.store.run("delete from sqlite_sequence where name = 'pages'")
    workspace.sandbox.create("one", title="One", content="Same.\n")
    workspace.sandbox.create("two", title="Two", content="Text.\n")
    assert workspace.run("undo", "--yes").code == 4
    assert {found["path"] for found in workspace.sandbox.pages()} == {"one", "two"}
