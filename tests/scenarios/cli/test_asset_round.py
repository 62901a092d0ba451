"""Images and files go across with the pages that show them, and come back where they were."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest

from support.texts import TEXT
from support.workspace import command, page
from wikisync.sandbox import Drop, Hook, LoseUpload

if TYPE_CHECKING:
    from support.workspace import Result, Workspace

OLD, NEW, OTHER = b"\x89PNG\0\xff old", b"\x89PNG\0\xff new and longer", b"\x89PNG\0\xff other"
SHOWN = f"{TEXT}\n![A](/img/a.png)\n"


def done(result: Result) -> list[tuple[str, str, str, str]]:
    """(kind, action, side, path) of every action that is done."""
    return [
        (action["kind"], action["action"], action["side"], action["path"])
        for action in result.json["actions"]
        if action["outcome"] == "done"
    ]


@pytest.fixture(autouse=True)
def with_assets(workspace: Workspace) -> None:
    workspace.configure(assets="referenced")


@pytest.fixture
def shown(workspace: Workspace) -> Workspace:
    """A page that shows an image, on both sides."""
    workspace.write("home.md", page("Home", SHOWN))
    workspace.write("img/a.png", OLD)
    workspace.run("push", "--yes").ok()
    return workspace


def remote(workspace: Workspace, path: str = "img/a.png") -> bytes | None:
    return workspace.sandbox.assets.read(path)


def is_quiet(workspace: Workspace) -> bool:
    """Whether another run has nothing to do, in one request."""
    again = workspace.run("sync", "--yes", "--delete", "--json").ok()
    return not again.json["actions"] and len(again.asked) == 1


def test_an_image_is_sent_before_the_page_that_shows_it(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home", SHOWN))
    workspace.write("img/a.png", OLD)
    there: list[bytes | None] = []
    look = Hook(lambda: there.append(remote(workspace)))
    workspace.sandbox.faults.add(look, on="create")
    result = workspace.run("push", "--yes", "--json").ok()
    assert sorted(done(result)) == [
        ("asset", "create", "wiki", "img/a.png"),
        ("page", "create", "wiki", "home"),
    ]
    assert there == [OLD]
    assert is_quiet(workspace)


def test_an_image_arrives_before_the_page_and_only_what_pages_refer_to(
    workspace: Workspace,
) -> None:
    workspace.sandbox.assets.upload("img/a.png", OLD)
    workspace.sandbox.assets.upload("img/other.png", OLD)
    workspace.sandbox.create("home", content=SHOWN)
    result = workspace.run("pull", "--yes", "--json").ok()
    assert sorted(done(result)) == [
        ("asset", "create", "folder", "img/a.png"),
        ("page", "create", "folder", "home"),
    ]
    assert sorted(workspace.files()) == ["home.md", "img/a.png"]
    assert workspace.raw("img/a.png") == OLD
    assert is_quiet(workspace)


def test_edits_go_both_ways_and_can_be_taken_back(shown: Workspace) -> None:
    shown.write("img/a.png", NEW)
    shown.run("sync", "--yes").ok()
    assert remote(shown) == NEW
    shown.sandbox.assets.upload("img/a.png", OTHER)
    shown.run("sync", "--yes").ok()
    assert shown.raw("img/a.png") == OTHER
    assert is_quiet(shown)
    assert "img/a.png" in shown.run("undo", "--yes").ok().text
    assert (shown.raw("img/a.png"), remote(shown)) == (NEW, OTHER)
    shown.run("undo", "2", "--yes")
    assert remote(shown) == OTHER  # it changed since
    shown.run("sync", "--yes").ok()
    assert shown.raw("img/a.png") == OTHER


def test_a_deletion_is_the_last_of_a_run_and_is_taken_back(shown: Workspace) -> None:
    shown.write("home.md", page("Home", TEXT))
    shown.remove("img/a.png")
    held = shown.run("push", "--yes").ok()
    assert "--delete" in held.text
    assert remote(shown) == OLD
    result = shown.run("push", "--yes", "--delete", "--json").ok()
    assert done(result) == [("asset", "delete", "wiki", "img/a.png")]
    assert is_quiet(shown)
    shown.run("undo", "--yes").ok()
    assert remote(shown) == OLD


def test_a_page_whose_image_could_not_be_sent_is_sent_all_the_same(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home", SHOWN))
    workspace.write("img/a.png", OLD)
    workspace.sandbox.faults.add(LoseUpload(), on="upload", times=None)
    result = workspace.run("push", "--yes")
    assert result.code == 1
    assert "img/a.png" in result.text
    assert workspace.sandbox.page("home") is not None
    workspace.sandbox.faults.clear()
    assert done(workspace.run("push", "--yes", "--json").ok()) == [
        ("asset", "create", "wiki", "img/a.png")
    ]
    assert is_quiet(workspace)


def test_a_wiki_out_of_reach_ends_images_and_pages(shown: Workspace) -> None:
    shown.write("img/a.png", NEW)
    shown.write("home.md", page("Home", f"More.\n{SHOWN}"))
    shown.sandbox.faults.add(Drop(), on="upload")
    shown.sandbox.faults.add(Drop(), nth=4, times=None)
    assert shown.run("push", "--yes").code == 1
    shown.sandbox.faults.clear()
    shown.run("push", "--yes").ok()
    assert remote(shown) == NEW
    assert is_quiet(shown)


def test_both_changed_is_a_conflict_until_a_side_is_preferred(shown: Workspace) -> None:
    shown.write("img/a.png", NEW)
    shown.sandbox.assets.upload("img/a.png", OTHER)
    assert shown.run("sync", "--yes").code == 3
    shown.run("sync", "--yes", "--prefer", "wiki").ok()
    assert shown.raw("img/a.png") == OTHER
    [backup] = shown.run("log", "img/a.png", "--json").ok().json["backups"]
    assert (backup["kind"], backup["path"], backup["locale"]) == ("asset", "img/a.png", None)
    shown.run("restore", str(backup["backup"]), "--yes").ok()
    assert shown.raw("img/a.png") == NEW
    shown.run("push", "--yes").ok()
    assert remote(shown) == NEW


def test_a_backup_of_an_image_is_restored_or_copied(shown: Workspace) -> None:
    shown.write("img/a.png", NEW)
    shown.run("push", "--yes").ok()
    listed = shown.run("log", "img/a.png").ok().out
    assert "backup 1" in listed
    assert "before it was updated by run 2 (push)" in listed
    shown.run("restore", "1", "-o", "old.png").ok()
    assert (shown.root / "old.png").read_bytes() == OLD
    printed = subprocess.run(
        command("restore", "1", "--print"),
        cwd=shown.root,
        env=shown.environment(),
        capture_output=True,
        check=True,
    )
    assert printed.stdout == OLD
    refused = shown.run("restore", "1", "--print")  # where only text can be shown
    assert refused.code == 2
    assert "-o FILE" in refused.err
    assert shown.run("restore", "1", "--dry-run").ok()
    assert shown.raw("img/a.png") == NEW
    assert shown.run("restore", "1").ok().text.count("img/a.png")
    assert shown.raw("img/a.png") == OLD
    assert "is already as in backup 1" in shown.run("restore", "1").ok().text


def test_a_damaged_backup_is_named_with_its_file_and_stops_nothing_else(shown: Workspace) -> None:
    shown.write("img/b.png", OTHER)
    shown.write("home.md", page("Home", "![x](img/a.png)\n![x](img/b.png)\n"))
    shown.run("push", "--yes").ok()
    for name, data in (("a", NEW), ("b", OLD + b"more")):
        shown.sandbox.assets.upload(f"img/{name}.png", data)
    shown.run("pull", "--yes").ok()
    numbers = [one["backup"] for one in shown.run("log", "img/a.png", "--json").json["backups"]]
    damaged = shown.state / "assets" / hashlib.sha256(OLD).hexdigest()
    damaged.unlink()
    for args in (("restore", str(numbers[0]), "--print"), ("undo", "--yes")):
        result = shown.run(*args)
        assert result.code == 1
        assert f"Backup {numbers[0]} is damaged" in result.text
        assert damaged.name in result.text.replace("\n", "").replace(" ", "")
    assert (shown.raw("img/a.png"), shown.raw("img/b.png")) == (NEW, OTHER)
    damaged.write_bytes(OLD)
    shown.run("restore", str(numbers[0]), "--yes").ok()
    assert shown.raw("img/a.png") == OLD


def test_a_restore_asks_before_it_goes_over_what_was_never_pushed(shown: Workspace) -> None:
    shown.write("img/a.png", NEW)
    shown.run("push", "--yes").ok()
    shown.write("img/a.png", OTHER)
    assert shown.run("restore", "1").code == 2  # nobody can be asked
    assert shown.raw("img/a.png") == OTHER
    shown.run("restore", "1", "--yes").ok()
    assert shown.raw("img/a.png") == OLD
    shown.run("restore", "2", "--yes").ok()
    assert shown.raw("img/a.png") == OTHER


def test_the_log_names_images_and_files(shown: Workspace) -> None:
    assert "img/a.png" in shown.run("log").ok().out
    [run] = shown.run("log", "--json").ok().json["runs"]
    assert [(one["kind"], one["path"]) for one in run["actions"]] == [
        ("asset", "img/a.png"),
        ("page", "home"),
    ]


def test_renames_go_across(shown: Workspace) -> None:
    shown.write("home.md", page("Home", SHOWN.replace("/a.png", "/b.png")))
    (shown.folder / "img/a.png").rename(shown.folder / "img/b.png")
    result = shown.run("push", "--yes", "--json").ok()
    assert ("asset", "move", "wiki", "img/b.png") in done(result)
    assert shown.sandbox.assets.paths() == ["img/b.png"]
    assert is_quiet(shown)
    shown.run("undo", "--yes").ok()
    assert shown.sandbox.assets.paths() == ["img/a.png"]


def test_a_mirror_says_of_each_image_what_it_takes_from_the_other_side(shown: Workspace) -> None:
    shown.configure(assets="all")
    for name in ("gone", "named"):
        shown.write(f"img/{name}.png", name.encode())
    shown.run("push", "--yes").ok()
    shown.remove("img/gone.png")
    shown.sandbox.assets.upload("img/a.png", NEW)
    shown.sandbox.assets.upload("img/new.png", OTHER)
    shown.sandbox.assets.rename("img/named.png", "other.png")
    kept = shown.run("push", "--mirror", "--dry-run").ok().out
    for said in (
        "img/other.png → img/named.png  replaces a name given on the wiki",
        "overwrites an edit made on the wiki",
        "gone here, kept on the wiki (--delete removes it)",
        "only on the wiki, kept there (--delete removes it)",
        "2 files overwrite edits made on the wiki.",
        "2 files only on the wiki. To delete them: wikisync push --mirror --delete.",
    ):
        assert said in kept
    done = shown.run("push", "--mirror", "--delete", "--max-delete", "2", "--yes").ok().out
    assert "deleted what was added or changed on the wiki" in " ".join(done.split())
    assert "1 file that was added or changed on the wiki was deleted." in done
    assert is_quiet(shown)


@pytest.mark.parametrize("command", ["push", "pull"])
def test_a_name_that_a_mirror_takes_back_leaves_nothing_to_do(
    shown: Workspace, command: str
) -> None:
    if command == "push":
        shown.sandbox.assets.rename("img/a.png", "b.png")
    else:
        (shown.folder / "img/a.png").rename(shown.folder / "img/b.png")
    moved = shown.run(command, "--mirror", "--yes", "--json").ok().json["actions"]
    assert [(one["action"], one["path"]) for one in moved] == [("move", "img/a.png")]
    assert is_quiet(shown)
    shown.run("undo", "--yes").ok()
    assert (shown.sandbox.assets.paths() == ["img/a.png"]) == (command == "pull")
    assert (shown.folder / "img/a.png").exists() == (command == "push")


@pytest.mark.parametrize(
    ("match", "path", "said"),
    [
        ("START", "img", "The wiki has the folder img, and does not list it for this API key"),
        ("EXACT", "img/new.png", "it lacks read:assets"),
    ],
)
def test_what_the_key_may_send_and_not_see_is_said_with_the_right_that_is_missing(
    shown: Workspace, match: str, path: str, said: str
) -> None:
    rights = ["read:pages", "read:source", "write:pages", "manage:pages", "write:assets"]
    seeing = ["read:assets"]
    rules = [
        {"id": "a", "deny": False, "match": "START", "path": "", "locales": [], "roles": rights},
        {"id": "b", "deny": False, "match": "START", "path": "", "locales": [], "roles": seeing},
        {"id": "c", "deny": True, "match": match, "path": path, "locales": [], "roles": seeing},
    ]
    env = {"WIKISYNC_TOKEN": shown.sandbox.key([*rights, *seeing], rules)}
    shown.write("img/new.png", NEW)
    shown.write("home.md", page("Home", "![x](img/new.png)\n"))
    result = shown.run("push", "--yes", env=env)
    assert result.code == 1
    assert said in " ".join(result.text.split())
    assert "twice" not in result.text
