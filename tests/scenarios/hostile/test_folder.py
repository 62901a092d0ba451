"""A folder that changes, is full, or may not be written: named, and the old content is whole."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scenarios.hostile.scene import contents, on_wiki, quiet
from support.texts import TEXT
from support.workspace import Workspace, page
from wikisync.folder import atomic_rename
from wikisync.folder.directory import Directory
from wikisync.sandbox import Hook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wikisync.sandbox import Sandbox

NOBODY = 65534


@pytest.fixture
def coming(workspace: Workspace) -> Workspace:
    """Three files in sync; on the wiki the first was edited, the second deleted, a fourth made."""
    workspace.push(edited=page("Edited", "Old.\n"), gone=page("Gone"), same=page("Same"))
    workspace.sandbox.edit("edited", content="New.\n")
    workspace.sandbox.delete("gone")
    workspace.sandbox.create("made", content="Made.\n")
    return workspace


def pull(workspace: Workspace) -> Any:
    return workspace.run("pull", "--delete", "--yes", "--json")


CHANGES: dict[str, tuple[Callable[[Workspace], object], int]] = {
    "edited": (lambda workspace: workspace.change("edited.md", "Old.", "Mine."), 3),
    "removed": (lambda workspace: workspace.remove("edited.md"), 3),
    "made": (lambda workspace: workspace.write("made.md", "Mine.\n"), 3),
    "gone": (lambda workspace: workspace.change("gone.md", "Text.", "Mine."), 3),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_between_the_look_and_the_write_is_left_alone_and_named(
    coming: Workspace, change: str
) -> None:
    do, code = CHANGES[change]
    path = "edited" if change == "removed" else change
    # The last request before the first write: what is new on the wiki is read.
    coming.sandbox.faults.add(
        Hook(lambda: do(coming), after=True), on="single", when=lambda asked: made(coming, asked)
    )
    result = pull(coming)
    assert result.code == code, result
    conflict = next(found for found in result.json["conflicts"] if found["path"] == path)
    assert "Run the command again." in conflict["reason"]
    assert result.action(path)["outcome"] == "skipped"
    assert len(result.done()) == 2
    texts = {name: data.decode() for name, data in coming.files().items()}
    if change == "removed":
        assert "edited.md" not in texts
    else:
        assert "Mine." in texts[f"{path}.md"]
    assert coming.run("status").code in {0, 3}


def made(workspace: Workspace, asked: Any) -> bool:
    return bool(asked.arguments.get("id") == on_wiki(workspace, "made")["id"])


@pytest.mark.parametrize("verb", ["update", "create"])
def test_a_file_edited_while_its_page_is_written_keeps_the_edit_for_the_next_push(
    workspace: Workspace, verb: str
) -> None:
    if verb == "update":
        workspace.push(home=page("Home"))
    workspace.write("home.md", page("Home", "One.\n"))
    workspace.sandbox.faults.add(
        Hook(lambda: workspace.change("home.md", "One.", "Two."), after=True), on=verb
    )
    result = workspace.run("push", "--yes", "--json")
    assert "edited during the run" in result.action("home")["reason"]
    assert contents(workspace) == {"home": "One.\n"}
    assert "Two." in workspace.read("home.md")
    workspace.run("push", "--yes").ok()
    assert contents(workspace) == {"home": "Two.\n"}
    quiet(workspace)


TROUBLES = {
    "disk full": (errno.ENOSPC, "no space left on device", "Free some disk space"),
    "quota": (errno.EDQUOT, "quota", ""),
    "a broken disk": (errno.EIO, "input/output error", ""),
    "read-only": (
        errno.EROFS,
        "read-only file system",
        "Check the permissions",
    ),
}


@pytest.mark.parametrize("call", ["fsync", "link", "replace", "exchange"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_disk_that_refuses_is_named_for_each_file_and_the_old_content_is_whole(
    coming: Workspace, trouble: str, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, said, hint = TROUBLES[trouble]
    before = coming.files()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        match call:
            case "exchange":
                patch.setattr(Directory, "exchange", refuse)
            case "link":  # the old way, without the system's own
                patch.setattr(atomic_rename, "_system_call", lambda: None)
                patch.setattr(os, "link", refuse)
                patch.setattr(os, "replace", refuse)
            case _:
                patch.setattr(os, call, refuse)
        result = coming.run("pull", "--yes", "--json")
    assert result.code == 1
    reason = result.action("edited")["reason"]
    assert said in reason
    assert "edited.md" in reason
    assert hint in reason
    after = coming.files()
    assert {name: after[name] for name in before} == before
    assert [name for name in after if ".wikisync" in name] == []
    result = pull(coming)
    assert result.code == 0
    assert "New." in coming.read("edited.md")
    quiet(coming)


def test_a_name_too_long_for_the_disk_is_named_and_the_others_come(workspace: Workspace) -> None:
    workspace.sandbox.create("é" * 130)  # 130 characters, 260 bytes
    workspace.sandbox.create("good")
    result = pull(workspace)
    assert result.code == 1
    assert list(workspace.files()) == ["good.md"]
    told = [*result.json["problems"], *result.json["actions"]]
    assert any("bytes" in (found.get("message") or found.get("reason") or "") for found in told)
    assert len(contents(workspace)) == 2
    assert pull(workspace).code == 1
    assert len(contents(workspace)) == 2


def test_a_folder_where_a_page_is_due_and_a_file_where_a_folder_is_due_are_named(
    workspace: Workspace,
) -> None:
    workspace.sandbox.create("a.md".removesuffix(".md"))
    workspace.sandbox.create("guide/b")
    workspace.sandbox.create("good")
    (workspace.folder / "a.md").mkdir()
    (workspace.folder / "guide").write_text("a file without an extension")
    result = pull(workspace)
    assert result.code == 1
    assert result.done() == [("create", "folder", "good")]
    assert (workspace.folder / "a.md").is_dir()
    assert (workspace.folder / "guide").read_text() == "a file without an extension"


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Without the rights of root, whom no permission keeps from anything."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    # Nobody may not come back to a checkout that is its owner's alone.
    with chdir(folder):
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)


@pytest.fixture
def own(sandbox: Sandbox) -> Iterator[Workspace]:
    """A workspace where everybody may come."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        root = Path(name) / "project"
        root.mkdir()
        yield Workspace(root, sandbox)


@pytest.mark.skipif(os.name == "nt", reason="permissions are otherwise there")
@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_folder_that_may_not_be_written_is_named_and_nothing_is_lost(
    own: Workspace, mode: int
) -> None:
    own.push(guide__edited=page("Edited", "Old.\n"), guide__gone=page("Gone"), same=page("Same"))
    own.sandbox.edit("guide/edited", content="New.\n")
    own.sandbox.delete("guide/gone")
    own.sandbox.create("guide/made")
    before = own.files()
    guide = own.folder / "guide"
    with as_nobody(own.root):
        guide.chmod(mode)
        try:
            result = pull(own)
        finally:
            guide.chmod(0o755)
    assert result.code == 1
    assert "permission denied" in result.out.lower()
    assert own.files() == before
    pull(own).ok()
    assert "New." in own.read("guide/edited.md")
    quiet(own)


@pytest.mark.skipif(os.name == "nt", reason="permissions are otherwise there")
def test_a_file_that_may_not_be_read_is_named_and_is_not_gone(own: Workspace) -> None:
    own.push(home=page("Home"), news=page("News"))
    file = own.folder / "home.md"
    with as_nobody(own.root):
        file.chmod(0o000)
        try:
            result = own.run("push", "--delete", "--yes", "--json")
        finally:
            file.chmod(0o644)
    assert result.code == 1
    assert [problem["file"] for problem in result.json["problems"]] == ["home.md"]
    assert "permission denied" in result.json["problems"][0]["message"]
    assert sorted(contents(own)) == ["home", "news"]
    quiet(own)


@pytest.mark.skipif(os.name == "nt", reason="permissions are otherwise there")
def test_a_project_that_may_not_be_written_is_told_and_can_still_be_looked_at(
    own: Workspace,
) -> None:
    own.push(home=page("Home"))
    own.change("home.md", "Text.", "New.")
    with as_nobody(own.root):
        for path in (own.root, own.state):
            path.chmod(0o555)
        for path in own.state.iterdir():
            path.chmod(0o444)
        try:
            pushed = own.run("push", "--yes")
            looked = own.run("status")
        finally:
            own.root.chmod(0o755)
            own.state.chmod(0o755)
            for path in own.state.iterdir():
                path.chmod(0o644)
    assert pushed.code == 4
    assert "Check the permissions" in pushed.err
    assert contents(own) == {"home": TEXT}
    assert looked.code == 0, looked


def test_nothing_that_was_half_written_stays_behind(
    coming: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(BaseException):
        """The process ends."""

    def dies(*_: object) -> None:
        raise Gone

    with monkeypatch.context() as patch:
        patch.setattr("wikisync.folder.replace.write_draft", dies)
        with pytest.raises(Gone):
            pull(coming)
    (coming.folder / ".wikisync-0123456789ab").write_text("half of a file")
    pull(coming).ok()
    assert sorted(coming.files()) == ["edited.md", "made.md", "same.md"]
    quiet(coming)
