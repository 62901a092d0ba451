"""A folder that is a part of the wiki: what is outside of it is neither seen nor changed."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import pytest

from scenarios.hostile.scene import RIGHTS, quiet, writes
from support.git_repository import repository
from support.texts import full_text
from support.workspace import Workspace, page
from wikisync.sandbox import Hook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from support.workspace import Result
    from wikisync.sandbox import Sandbox
    from wikisync.sandbox.app import SeenRequest

ROOT: Final = "products/rocket"
OUTSIDE: Final = ("home", "a", "products/rocket", "products/rocketry", "products/rocketry/a")
DELETE: Final = ("--delete", "--max-delete", "99", "--allow", "emptied", "--allow", "all-changed")


def text_of(name: str) -> str:
    return full_text(f"The text of {name}.\n")


def outside(workspace: Workspace) -> list[dict[str, Any]]:
    """The pages outside the root, with everything that the wiki has of them."""
    return [p for p in workspace.sandbox.pages() if not p["path"].startswith(f"{ROOT}/")]


def inside(workspace: Workspace) -> set[str]:
    prefix = f"{ROOT}/"
    paths = {found["path"] for found in workspace.sandbox.pages()}
    return {path.removeprefix(prefix) for path in paths if path.startswith(prefix)}


def asked_by_id(requests: Iterable[SeenRequest]) -> set[int]:
    """The ids of the pages that requests named, to read or to write."""
    return {
        one.arguments["id"]
        for seen in requests
        for one in seen.requested
        if isinstance(one.arguments.get("id"), int) and one.field != "groups.single"
    }


@pytest.fixture
def rocket(workspace: Workspace) -> Iterator[Workspace]:
    """A folder for ``ROOT``, on a wiki with pages beside, above and at it.

    Whatever a test does: no page outside is changed or read whole.
    """
    for path in OUTSIDE:
        workspace.sandbox.create(path, content=text_of("a"), title="a")
    workspace.sandbox.create("products/rocketry/a", locale="fr")
    workspace.configure(root=ROOT)
    before = outside(workspace)
    yield workspace
    kept = {found["id"] for found in before}
    assert [found for found in outside(workspace) if found["id"] in kept] == before
    assert not asked_by_id(workspace.sandbox.requests) & kept


@pytest.fixture
def synced(rocket: Workspace) -> Workspace:
    for name in ("a", "guide/b", "guide/c"):
        rocket.write(f"{name}.md", page(name, text_of(name)))
    rocket.write("fr/a.md", page("a en français", text_of("le a")))
    rocket.run("push", "--yes").ok()
    return rocket


def test_a_push_creates_the_pages_below_the_root(synced: Workspace) -> None:
    assert inside(synced) == {"a", "guide/b", "guide/c"}
    assert synced.sandbox.page(f"{ROOT}/a", "fr") is not None
    quiet(synced)


def test_only_the_pages_below_the_root_are_fetched_and_counted(rocket: Workspace) -> None:
    rocket.sandbox.create(f"{ROOT}/a")
    rocket.sandbox.create(f"{ROOT}/guide/b", locale="fr")
    shown = rocket.run("pull", "--dry-run", "--json").ok().json
    assert shown["counts"]["pages"] == 2
    assert [action["path"] for action in shown["actions"]] == [f"{ROOT}/a", f"{ROOT}/guide/b"]
    assert rocket.files() == {}
    rocket.run("pull", "--yes").ok()
    assert sorted(rocket.files()) == ["a.md", "fr/guide/b.md"]
    quiet(rocket)


def test_edits_moves_and_deletions_go_both_ways(synced: Workspace) -> None:
    synced.change("a.md", "The text", "Another text")
    (synced.folder / "guide/b.md").rename(synced.folder / "b.md")
    synced.sandbox.move(f"{ROOT}/guide/c", f"{ROOT}/c")
    synced.run("sync", "--dry-run").ok()
    synced.run("sync", "--yes").ok()
    assert inside(synced) == {"a", "b", "c"}
    assert sorted(synced.files()) == ["a.md", "b.md", "c.md", "fr/a.md"]
    synced.remove("b.md")
    synced.sandbox.delete(f"{ROOT}/c")
    synced.run("sync", *DELETE, "--yes").ok()
    assert inside(synced) == {"a"}
    assert sorted(synced.files()) == ["a.md", "fr/a.md"]
    quiet(synced)


def test_without_a_memory_the_same_pages_are_known_again(synced: Workspace) -> None:
    before = synced.sandbox.pages(), synced.files()
    shutil.rmtree(synced.state)
    result = synced.run("sync", *DELETE, "--yes", "--json").ok()
    assert {action["action"] for action in result.json["actions"]} == {"adopt"}
    assert (synced.sandbox.pages(), synced.files()) == before
    quiet(synced)


def test_a_clone_without_a_memory_finds_its_base_in_the_histories(rocket: Workspace) -> None:
    made = repository(rocket.root)
    rocket.write("a.md", page("a", text_of("a") + "End.\n"))
    rocket.run("push", "--yes").ok()
    made.commit({"pages/a.md": rocket.read("a.md")})
    rocket.sandbox.edit(f"{ROOT}/a", content=text_of("a") + "Another end.\n")
    shutil.rmtree(rocket.state)
    result = rocket.run("sync", "--yes", "--json").ok()
    assert result.done() == [("update", "folder", f"{ROOT}/a")]
    quiet(rocket)


def test_a_page_moved_out_of_the_root_is_gone_here_and_its_new_place_is_named(
    synced: Workspace,
) -> None:
    moved = synced.sandbox.move(f"{ROOT}/guide/b", "archive/b")
    shown = synced.run("status").ok()
    assert moved["id"] not in asked_by_id(shown.asked)
    assert f"1 page was moved out of {ROOT} on the wiki" in shown.text
    assert "guide/b.md → en/archive/b" in shown.text
    synced.run("sync", "--yes").ok()
    assert "guide/b.md" in synced.files()
    result = synced.run("sync", "--delete", "--yes", "--json").ok()
    assert result.done() == [("delete", "folder", f"{ROOT}/guide/b")]
    assert moved["id"] not in asked_by_id(result.asked)
    assert "guide/b.md" not in synced.files()
    assert synced.sandbox.page("archive/b") == moved
    quiet(synced)
    synced.run("undo", "--yes").ok()
    assert "guide/b.md" in synced.files()
    assert synced.sandbox.page("archive/b") == moved


def test_a_page_moved_out_and_edited_here_is_a_conflict(synced: Workspace) -> None:
    moved = synced.sandbox.move(f"{ROOT}/guide/b", "archive/b")
    synced.change("guide/b.md", "The text", "Another text")
    result = synced.run("sync", *DELETE, "--yes", "--json")
    assert result.code == 3
    (conflict,) = result.json["conflicts"]
    assert conflict["path"] == f"{ROOT}/guide/b"
    assert "archive/b" in " ".join(result.json["notes"])
    synced.run("push", "--prefer", "local", "--yes").ok()
    assert inside(synced) == {"a", "guide/b", "guide/c"}
    assert synced.sandbox.page("archive/b") == moved
    quiet(synced)


def test_another_page_in_the_place_of_one_that_left_the_root_is_fetched(
    synced: Workspace,
) -> None:
    synced.sandbox.move(f"{ROOT}/guide/b", "archive/b")
    synced.sandbox.create(f"{ROOT}/guide/b", content="Another page.\n")
    synced.run("sync", "--yes").ok()
    assert "Another page." in synced.read("guide/b.md")
    quiet(synced)


def test_a_page_moved_into_the_root_is_new(synced: Workspace) -> None:
    synced.sandbox.create("incoming", content=text_of("the incoming page"))
    synced.sandbox.move("incoming", f"{ROOT}/incoming")
    result = synced.run("sync", "--yes", "--json").ok()
    assert result.done() == [("create", "folder", f"{ROOT}/incoming")]
    quiet(synced)


def test_an_undo_writes_nothing_to_a_page_that_left_the_root(synced: Workspace) -> None:
    synced.change("guide/b.md", "The text", "Another text")
    synced.run("push", "--yes").ok()
    moved = synced.sandbox.move(f"{ROOT}/guide/b", "archive/b")
    result = synced.run("undo", "--yes", "--json")
    assert result.code == 3
    assert "it was moved to en/archive/b on the wiki" in result.json["conflicts"][0]["reason"]
    assert moved["id"] not in asked_by_id(result.asked)
    assert synced.sandbox.page("archive/b") == moved


def test_the_page_at_the_root_itself_is_named_and_left_alone(synced: Workspace) -> None:
    said = f"The page {ROOT} itself has no file here"
    assert synced.run("status").ok().text.count(said) == 1
    assert said not in synced.run("pull", "--yes").ok().text
    shutil.rmtree(synced.state)
    (synced.folder / "a.md").rename(synced.root / "a.md")
    assert synced.run("pull", "--yes").ok().text.count(said) == 1
    synced.write("rocket.md", page("Rocket"))
    synced.run("push", "--yes").ok()
    assert "rocket" in inside(synced)
    quiet(synced)


@pytest.mark.parametrize("command", ["pull", "sync"])
def test_a_root_whose_pages_are_all_gone_is_taken_for_emptied(
    synced: Workspace, command: str
) -> None:
    for found in synced.sandbox.pages():
        if found["path"].startswith(f"{ROOT}/"):
            synced.sandbox.delete(found["path"], found["locale"])
    result = synced.run(command, "--delete", "--yes", "--max-delete", "99", "--json")
    assert [refusal["rule"] for refusal in result.json["refusals"]] == ["emptied"]


def test_the_limit_of_deletions_is_of_the_pages_below_the_root(synced: Workspace) -> None:
    for number in range(100):
        synced.sandbox.create(f"elsewhere/{number}")
    synced.remove("guide/b.md")
    synced.remove("guide/c.md")
    result = synced.run("push", "--delete", "--yes", "--json")
    assert result.code == 4
    (refusal,) = result.json["refusals"]
    assert refusal["rule"] == "max-delete"
    assert "the limit is 1" in refusal["message"]


@pytest.mark.parametrize(
    "command",
    [
        *(("status",), ("status", "--offline"), ("diff",), ("undo", "--yes")),
        *(("push", "--yes"), ("pull", "--yes"), ("sync", *DELETE, "--yes"), ("restore", "1")),
        ("plan", "push", "-o", "plan.json"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("root", ["", "products/rocketry", "products"])
def test_no_command_uses_the_memory_of_another_root(
    synced: Workspace, root: str, command: tuple[str, ...]
) -> None:
    synced.change("a.md", "The text", "Another text")
    synced.run("push", "--yes").ok()
    before = synced.sandbox.pages(), synced.files(), synced.bases()
    synced.configure(root=root)
    result = synced.run(*command)
    assert result.code == 4, result
    now = f"`{root}`" if root else "the whole wiki"
    assert f"stands for {now} by wikisync.toml, but in the last run it was `{ROOT}`" in result.text
    assert "--allow foreign-state" in result.text
    assert (synced.sandbox.pages(), synced.files(), synced.bases()) == before


def test_a_root_is_not_set_over_the_memory_of_the_whole_wiki(workspace: Workspace) -> None:
    workspace.push(home=page())
    workspace.configure(root=ROOT)
    result = workspace.run("push", "--yes")
    assert result.code == 4
    assert "it was the whole wiki" in result.text


def test_beginning_anew_with_another_root_deletes_nothing(synced: Workspace) -> None:
    for name in ("a", "guide/b"):
        synced.sandbox.create(f"tools/{name}", title=name, content=text_of(name))
    synced.configure(root="tools")
    before = synced.sandbox.pages()
    result = synced.run("sync", *DELETE, "--allow", "foreign-state", "--yes", "--json")
    assert result.json["counts"]["delete"] == 0
    pages = synced.sandbox.pages()
    assert pages[: len(before)] == before
    assert {p["path"] for p in pages[len(before) :]} == {"tools/guide/c", "tools/a"}
    assert sorted(synced.files()) == ["a.md", "fr/a.md", "guide/b.md", "guide/c.md"]
    quiet(synced)
    assert synced.run("undo", "1", "--yes").code == 2


def test_a_plan_made_under_another_root_is_refused(synced: Workspace) -> None:
    synced.change("a.md", "The text", "Another text")
    synced.run("plan", "push", "-o", "plan.json").ok()
    pages = synced.sandbox.pages()
    synced.configure(root="products")
    result = synced.run("apply", "plan.json", "--yes")
    assert result.code == 4
    assert f"root was {ROOT}, and is now products" in result.text
    assert synced.sandbox.pages() == pages
    synced.configure(root=ROOT)
    synced.run("apply", "plan.json", "--yes").ok()
    quiet(synced)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("guide", {"guide/b", "guide/c"}),
        ("guide/b", {"guide/b"}),
        ("guide/*", {"guide/b", "guide/c"}),
        ("pages/guide/b.md", {"guide/b"}),
        (f"{ROOT}/guide/b", {"guide/b"}),
        (f"{ROOT}/guide/**", {"guide/b", "guide/c"}),
        (f"en/{ROOT}/guide/b", {"guide/b"}),
        (ROOT, {"a", "guide/b", "guide/c"}),
    ],
)
def test_a_path_is_below_the_folder_or_the_whole_path_on_the_wiki(
    rocket: Workspace, typed: str, meant: set[str]
) -> None:
    for name in ("a", "guide/b", "guide/c"):
        rocket.write(f"{name}.md", page(name, text_of(name)))
    rocket.run("push", typed, "--yes").ok()
    assert inside(rocket) == meant


def test_a_page_is_named_by_its_path_here_before_it_has_a_file(rocket: Workspace) -> None:
    rocket.sandbox.create(f"{ROOT}/guide/b")
    rocket.sandbox.create(f"{ROOT}/a")
    rocket.run("pull", "guide", "--yes").ok()
    assert sorted(rocket.files()) == ["guide/b.md"]
    assert rocket.run("pull", "products/rocketry", "--yes").code == 2


def test_json_has_the_whole_path_of_the_wiki(synced: Workspace) -> None:
    synced.change("a.md", "The text", "Another text")
    shown = synced.run("status", "--json").json
    (action,) = shown["actions"]
    assert (action["path"], action["file"]) == (f"{ROOT}/a", "a.md")
    assert shown["root"] == ROOT


def test_a_plan_file_and_the_backups_of_a_page_name_the_part_of_the_wiki(synced: Workspace) -> None:
    synced.change("guide/b.md", "The text", "Another text")
    synced.run("plan", "push", "-o", "plan.json").ok()
    shown = synced.run("show", "plan.json")
    assert f"pages ↔ {synced.sandbox.url} below {ROOT}" in shown.text
    synced.run("apply", "plan.json", "--yes").ok()
    for typed in ("guide/b", f"{ROOT}/guide/b", "guide"):
        assert "the page on the wiki" in synced.run("log", typed).ok().text


EVERYTHING = (*RIGHTS, "read:assets", "write:assets", "manage:assets")


def allowed(path: str) -> dict[str, Any]:
    """A page rule that gives every right below a path."""
    rule = {"id": path, "deny": False, "match": "START", "path": path, "locales": []}
    return {**rule, "roles": list(EVERYTHING)}


def test_a_key_whose_page_rules_cover_the_root_alone_is_enough(rocket: Workspace) -> None:
    rocket.env["WIKISYNC_TOKEN"] = rocket.sandbox.key(EVERYTHING, [allowed(f"{ROOT}/")])
    shown = rocket.run("init", rocket.sandbox.url).ok()
    assert f"Connected: 0 pages below {ROOT}" in shown.text
    assert "may not" not in shown.text
    for name in ("a", "guide/b", "guide/c"):
        rocket.write(f"{name}.md", page(name, text_of(name)))
    rocket.run("push", "--yes").ok()
    quiet(rocket)
    rocket.change("a.md", "The text", "Another text")
    (rocket.folder / "guide/b.md").rename(rocket.folder / "b.md")
    rocket.remove("guide/c.md")
    rocket.run("sync", *DELETE, "--yes").ok()
    assert inside(rocket) == {"a", "b"}
    quiet(rocket)
    rocket.sandbox.move(f"{ROOT}/b", "archive/b")
    assert "b.md → where the key sees no pages" in rocket.run("status").ok().text
    rocket.run("sync", "--yes").ok()
    assert "b.md" in rocket.files()
    rocket.run("sync", *DELETE, "--yes").ok()
    assert set(rocket.files()) == {"a.md"}
    quiet(rocket)


def test_a_page_that_the_rules_hide_where_it_is_does_not_count_as_moved(synced: Workspace) -> None:
    hide = {**allowed(f"{ROOT}/guide/b"), "deny": True, "match": "EXACT"}
    synced.env["WIKISYNC_TOKEN"] = synced.sandbox.key(RIGHTS, [allowed(f"{ROOT}/"), hide])
    result = synced.run("sync", *DELETE, "--yes", "--json")
    assert [found["path"] for found in result.json["conflicts"]] == [f"{ROOT}/guide/b"]
    assert "guide/b.md" in synced.files()


def test_a_key_that_may_list_the_root_and_read_no_page_of_it_is_named(rocket: Workspace) -> None:
    for name in ("a", "b"):
        rocket.sandbox.create(f"{ROOT}/{name}")
        rocket.write(f"{name}.md", page(name))
    listing = {**allowed(f"{ROOT}/"), "roles": ["read:pages"]}
    token = rocket.sandbox.key(RIGHTS, [listing, {**allowed("home"), "match": "EXACT"}])
    result = rocket.run("sync", "--yes", env={"WIKISYNC_TOKEN": token})
    assert result.code == 1
    assert result.text.count("read:source") == 1


def test_a_key_that_sees_no_page_of_the_root_is_refused_as_a_guests(synced: Workspace) -> None:
    token = synced.sandbox.key(RIGHTS, [allowed("products/rocketry")])
    result = synced.run("sync", *DELETE, "--yes", "--json", env={"WIKISYNC_TOKEN": token})
    assert [refusal["rule"] for refusal in result.json["refusals"]] == ["guest"]
    assert len(synced.files()) == 4


def test_a_page_moved_out_during_a_run_is_left_where_it_is(synced: Workspace) -> None:
    synced.change("guide/b.md", "The text", "Another text")
    moves = Hook(lambda: synced.sandbox.move(f"{ROOT}/guide/b", "archive/b"))
    synced.sandbox.faults.add(moves, on="single")
    result = synced.run("push", "--yes", "--json")
    assert result.code == 3
    assert writes(result) == []
    moved = synced.sandbox.page("archive/b")
    assert moved is not None
    assert "Another text" not in moved["content"]


def test_the_guard_of_all_pages_counts_those_below_the_root(rocket: Workspace) -> None:
    for number in range(20):
        rocket.write(f"page-{number}.md", page(f"Page {number}", text_of(str(number))))
    rocket.run("push", "--yes").ok()
    for number in range(20):
        rocket.change(f"page-{number}.md", "The text", "Another text")
    result = rocket.run("push", "--yes", "--json")
    assert "All 20 pages changed in the folder." in result.json["refusals"][0]["message"]


def test_init_writes_the_root_and_reads_no_page_outside(rocket: Workspace) -> None:
    (rocket.root / "wikisync.toml").unlink()
    shown = rocket.run("init", rocket.sandbox.url, "--root", f"/{ROOT}/").ok()
    assert f'root = "{ROOT}"' in (rocket.root / "wikisync.toml").read_text()
    assert f"pages/ ↔ {rocket.sandbox.url} below {ROOT}" in shown.text
    assert f"Connected: 0 pages below {ROOT}" in shown.text
    again = rocket.run("init", rocket.sandbox.url, "--root", "products")
    assert again.code == 2
    assert "edit the file" in again.text


@pytest.mark.parametrize("root", ["a b", "a.b", "a//b", "a\\b", "..", "a?b", "x" * 201])
def test_a_root_that_no_page_can_have_is_refused(workspace: Workspace, root: str) -> None:
    workspace.configure(root=root)
    result = workspace.run("status")
    assert result.code == 2
    assert "root" in result.text
    (workspace.root / "wikisync.toml").unlink()
    assert workspace.run("init", workspace.sandbox.url, "--root", root).code == 2
    assert not (workspace.root / "wikisync.toml").exists()


def test_a_root_in_another_case_than_the_wikis_is_refused(rocket: Workspace) -> None:
    rocket.sandbox.create(f"{ROOT}/a")
    rocket.configure(root="Products/Rocket")
    rocket.write("b.md", page())
    for command in ("status", "push", "init"):
        result = rocket.run(command)
        assert result.code in {1, 2}
        assert f"`{ROOT}`, as the wiki spells it" in result.text
    assert inside(rocket) == {"a"}


# Several folders on one wiki.


def beside(path: Path, sandbox: Sandbox, root: str, name: str) -> Workspace:
    path.mkdir()
    made = Workspace(path, sandbox)
    made.configure(root=root)
    for number in range(4):
        made.write(f"page-{number}.md", page(f"{name} {number}", text_of(f"{name} {number}")))
    return made


ROUNDS: Final = ("push", "pull", "sync")


def together(*runs: tuple[Workspace, str]) -> list[Result]:
    """Run commands at the same time, each as a process."""
    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(lambda run: run[0].process(run[1], *DELETE, "--yes"), runs))


def test_folders_of_neighbouring_roots_do_not_see_each_other(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    one = beside(tmp_path / "one", sandbox, "products/rocket", "one")
    two = beside(tmp_path / "two", sandbox, "products/rocketry", "two")
    for result in together((one, "push"), (two, "push")):
        result.ok()
    files = one.files(), two.files()
    for made in (one, two):
        for command in ROUNDS:
            made.run(command, *DELETE, "--yes").ok()
        quiet(made)
        assert made.run("status", "--json").json["counts"]["pages"] == 4
    assert (one.files(), two.files()) == files
    for made in (one, two):
        made.remove("page-0.md")
        made.change("page-1.md", "The text", "Another text")
    for result in together((one, "sync"), (two, "sync")):
        result.ok()
    assert len(sandbox.pages()) == 6
    quiet(one)
    quiet(two)


def test_a_root_within_another_is_shared_as_by_two_people(tmp_path: Path, sandbox: Sandbox) -> None:
    outer = beside(tmp_path / "outer", sandbox, "products", "outer")
    inner = beside(tmp_path / "inner", sandbox, "products/rocket", "inner")
    inner.run("push", "--yes").ok()
    outer.run("sync", "--yes").ok()
    assert {f"rocket/page-{n}.md" for n in range(4)} < set(outer.files())
    assert len(inner.files()) == 4
    outer.change("rocket/page-0.md", "The text", "Another text")
    outer.run("sync", "--yes").ok()
    inner.run("sync", "--yes").ok()
    assert "Another text" in inner.read("page-0.md")
    outer.configure(root="products", ignore=["rocket/"])
    inner.remove("page-1.md")
    inner.run("sync", *DELETE, "--yes").ok()
    outer.run("sync", *DELETE, "--yes").ok()
    assert "rocket/page-1.md" in outer.files()
    quiet(outer)
    quiet(inner)


def test_a_run_below_the_root_writes_nothing_where_nothing_differs(synced: Workspace) -> None:
    assert writes(synced.run("sync", *DELETE, "--yes").ok()) == []
