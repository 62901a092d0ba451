"""What is seen of the images and files of both sides, and how much is asked of the wiki for it."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from support.apply_run import page
from support.git_repository import alone, repository
from wikisync.errors import BadAsset, BadName
from wikisync.folder.folder import Folder
from wikisync.page.paths import Layout
from wikisync.planning.asset_decisions import base_of
from wikisync.planning.asset_planner import plan_assets
from wikisync.planning.planner import PlanOptions
from wikisync.progress import silent
from wikisync.sandbox import Duplicate
from wikisync.snapshot.assets import AssetOptions
from wikisync.snapshot.collect import collect, collect_offline
from wikisync.wiki.client import Wiki

if TYPE_CHECKING:
    from support.apply_run import SyncSetup
    from wikisync.planning.asset_model import AssetPlan, AssetSnapshot
    from wikisync.snapshot.assets import CollectedAssets
    from wikisync.snapshot.collect import CollectedState

PNG = b"\x89PNG\r\n\x1a\n0123456789"
OTHER = b"\x89PNG\r\n\x1a\n9876543210"
PAGES = ["read:pages", "read:source", "write:pages", "manage:pages", "delete:pages"]
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


@pytest.fixture(autouse=True)
def old_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the stamps of files that tests have just written for reliable; git has no settings."""
    monkeypatch.setattr("wikisync.snapshot.asset_files.stat_is_reliable", lambda *_: True)
    alone(monkeypatch)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write(setup: SyncSetup, file: str, data: bytes = PNG) -> None:
    path = setup.root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def refer(setup: SyncSetup, *targets: str, file: str = "home.md") -> None:
    setup.write(file, page("".join(f"![x]({target})\n" for target in targets)))


def look(setup: SyncSetup, **options: Any) -> CollectedState:
    ignore = options.pop("ignore", ())
    layout = options.pop("layout", Layout())
    choice = options.pop("choice", "referenced")
    folder = Folder(setup.root, ignore, layout, with_assets=True)
    state = collect(
        folder, setup.wiki, setup.state, silent, layout, assets=AssetOptions(choice), **options
    )
    assert state.assets is not None
    setup.state.asset_files.update(state.assets.read, state.assets.gone)
    setup.state.page_links.update(state.assets.targets, state.assets.unused)
    if state.assets.index is not None:
        setup.state.asset_folders.store(folder.id for folder in state.assets.index.folders)
    return state


def assets(setup: SyncSetup, **options: Any) -> CollectedAssets:
    found = look(setup, **options).assets
    assert found is not None
    return found


def seen(setup: SyncSetup, **options: Any) -> AssetSnapshot:
    return assets(setup, **options).snapshot


def planned(setup: SyncSetup, **options: Any) -> AssetPlan:
    return plan_assets(seen(setup, **options), PlanOptions("sync", delete=True))


def adopt(setup: SyncSetup, *, choice: str = "referenced") -> None:
    """Record what is equal on both sides, as a run would."""
    found = seen(setup, choice=choice)
    equal = found.local.keys() & found.remote.keys()
    setup.state.asset_bases.put(*(base_of(found.local[path], found.remote[path]) for path in equal))


def sent(setup: SyncSetup, since: int) -> int:
    return setup.sandbox.traffic.requests - since


@pytest.fixture
def synced(setup: SyncSetup) -> SyncSetup:
    """A page in sync that refers to an image in sync."""
    write(setup, "img/a.png")
    setup.sandbox.assets.upload("img/a.png", PNG)
    refer(setup, "img/a.png")
    setup.do()
    adopt(setup)
    look(setup)
    return setup


# ---- which are managed


def test_what_pages_refer_to_is_managed_and_the_rest_is_left_alone(setup: SyncSetup) -> None:
    for path in ("a.png", "b.png", "c.png"):
        write(setup, path)
    setup.sandbox.assets.upload("d.png", PNG)
    setup.sandbox.assets.upload("e.png", PNG)
    setup.sandbox.create("other", content="![x](/d.png)\n", title="Other", tags=[])
    refer(setup, "a.png", "/b.png")
    found = seen(setup)
    assert (set(found.local), set(found.remote)) == ({"a.png", "b.png"}, {"d.png"})
    assert found.referrers == {
        "a.png": ("home.md",),
        "b.png": ("home.md",),
        "d.png": ("en/other",),
    }


def test_with_all_every_file_that_is_no_page_is_managed(setup: SyncSetup) -> None:
    for file in ("a.png", "img/b.pdf", ".hidden.png", "x.log", ".cache/c.png", "wikisync.toml"):
        write(setup, file)
    (setup.root / "link.png").symlink_to(setup.root / "a.png")
    write(setup, ".gitignore", b"*.log\n")
    (setup.root / ".git").mkdir()
    setup.sandbox.assets.upload("d.png", PNG)
    setup.sandbox.assets.upload("y.log", PNG)
    found = seen(setup, choice="all")
    assert (set(found.local), set(found.remote)) == ({"a.png", "img/b.pdf"}, {"d.png"})


def test_the_setting_ignore_holds_for_images_too(synced: SyncSetup) -> None:
    found = seen(synced, ignore=("*.png",))
    assert (found.local, found.remote, found.bases) == ({}, {}, {})
    assert planned(synced, ignore=("img/",)).actions == ()


def test_an_asset_outside_the_root_is_not_seen(setup: SyncSetup) -> None:
    write(setup, "a.png")
    setup.sandbox.assets.upload("a.png", OTHER)
    setup.sandbox.assets.upload("part/b.png", PNG)
    found = seen(setup, choice="all", layout=Layout(root="part"))
    assert found.remote.keys() == {"part/b.png"}
    assert {path: one.file for path, one in found.local.items()} == {"part/a.png": "a.png"}
    assert found.file_of("part/b.png") == "b.png"


def test_with_none_nothing_is_asked(synced: SyncSetup) -> None:
    state = collect(synced.folder, synced.wiki, synced.state, silent, Layout())
    assert state.assets is None
    assert "assets" not in synced.sandbox.requests[-1].fields


# ---- how much is read


def test_in_sync_it_is_one_request_and_no_file_is_read(
    synced: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wikisync.snapshot.asset_files.digest_asset", None)
    monkeypatch.setattr("wikisync.snapshot.asset_references.parse", None)
    before = synced.sandbox.traffic.requests
    plan = planned(synced)
    assert sent(synced, before) == 1
    assert (plan.assets, plan.in_sync, plan.actions) == (1, 1, ())


def test_what_is_new_on_both_sides_is_compared_by_its_bytes(setup: SyncSetup) -> None:
    refer(setup, "a.png", "b.png", "c.png")
    for name, here, there in (("a", PNG, PNG), ("b", PNG, OTHER), ("c", PNG, PNG + b"more")):
        write(setup, f"{name}.png", here)
        setup.sandbox.assets.upload(f"{name}.png", there)
    plan = planned(setup)
    assert [(one.verb, one.path) for one in plan.actions] == [("adopt", "a.png")]
    assert [(one.kind, one.path) for one in plan.conflicts] == [
        ("both-new", "b.png"),
        ("both-new", "c.png"),
    ]


def test_an_asset_of_another_size_is_changed_without_being_read(synced: SyncSetup) -> None:
    synced.sandbox.assets.upload("img/a.png", PNG + b"more")
    before = synced.sandbox.traffic.requests
    plan = planned(synced)
    assert [(one.verb, one.side) for one in plan.actions] == [("update", "folder")]
    assert sent(synced, before) == 1


def test_an_asset_uploaded_again_with_the_same_bytes_is_in_sync(synced: SyncSetup) -> None:
    synced.sandbox.assets.upload("img/a.png", PNG)
    plan = planned(synced)
    assert (plan.in_sync, plan.actions, len(plan.base_updates)) == (1, (), 1)


def test_an_asset_of_the_same_size_and_other_bytes_is_changed(synced: SyncSetup) -> None:
    synced.sandbox.assets.upload("img/a.png", OTHER)
    assert [(one.verb, one.side) for one in planned(synced).actions] == [("update", "folder")]


def test_a_file_is_read_again_only_if_its_stamp_changed(
    synced: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(synced, "img/a.png", OTHER)
    assert [(one.verb, one.side) for one in planned(synced).actions] == [("update", "wiki")]
    monkeypatch.setattr("wikisync.snapshot.asset_files.digest_asset", None)
    assert seen(synced).local["img/a.png"].sha256 == sha(OTHER)


def test_verify_reads_every_file_and_every_asset(synced: SyncSetup) -> None:
    ((file, (stamp, _digest)),) = synced.state.asset_files.load().items()
    synced.state.asset_files.update({file: (stamp, "0" * 64)})
    (base,) = synced.state.asset_bases.load().values()
    synced.state.asset_bases.put(replace(base, remote="1" * 64))
    found = seen(synced)
    assert (found.local[file].sha256, found.remote[file].sha256) == ("0" * 64, "1" * 64)
    found = seen(synced, verify=True)
    assert (found.local[file].sha256, found.remote[file].sha256) == (sha(PNG), sha(PNG))


def test_new_pages_on_the_wiki_are_read_once_for_what_they_refer_to(setup: SyncSetup) -> None:
    setup.sandbox.assets.upload("a.png", PNG)
    setup.sandbox.create("one", content="![x](/a.png)\n", title="One", tags=[])
    state = look(setup)
    (remote,) = state.snapshot.remote.values()
    assert getattr(remote, "record", None) is not None
    before = setup.sandbox.traffic.requests
    assert seen(setup).remote.keys() == {"a.png"}
    assert sent(setup, before) == 1


def test_without_an_asset_on_the_wiki_no_new_page_is_read(setup: SyncSetup) -> None:
    write(setup, "a.png")
    setup.sandbox.create("one", content="![x](/a.png)\n", title="One", tags=[])
    before = setup.sandbox.traffic.requests
    look(setup)
    assert sent(setup, before) == 1


# ---- what is missing


def test_an_asset_that_the_list_lacks_is_gone_only_if_the_wiki_says_so(synced: SyncSetup) -> None:
    synced.sandbox.assets.delete("img/a.png")
    assert [(one.verb, one.side) for one in planned(synced).actions] == [("delete", "folder")]


@pytest.mark.parametrize("roles", [[*PAGES, "read:assets"]])
def test_an_asset_that_the_key_may_no_longer_see_is_not_gone(
    synced: SyncSetup, roles: list[str]
) -> None:
    rules = [
        {"id": name, "deny": deny, "match": "START", "path": path, "locales": [], "roles": roles}
        for name, deny, path in (("a", False, ""), ("b", True, "img"))
    ]
    with Wiki(synced.sandbox.url, synced.sandbox.key(roles, rules)) as synced.wiki:
        found = seen(synced)
    assert (set(found.remote), set(found.blocked)) == (set(), {"img/a.png"})
    assert [(type(one), one.name) for one in found.problems] == [(BadAsset, "img/a.png")]
    assert plan_assets(found, PlanOptions("sync", delete=True)).actions == ()


def test_a_key_without_the_right_to_assets_plans_none_and_counts_them(synced: SyncSetup) -> None:
    write(synced, "b.png")
    refer(synced, "img/a.png", "b.png")
    rule = {"id": "a", "deny": False, "match": "START", "path": "", "locales": [], "roles": PAGES}
    with Wiki(synced.sandbox.url, synced.sandbox.key(PAGES, [rule])) as synced.wiki:
        found = seen(synced)
    assert (found.allowed, found.left_out) == (False, 2)


def test_a_key_without_the_right_leaves_out_nothing_where_no_page_refers_to_an_asset(
    setup: SyncSetup,
) -> None:
    setup.write("home.md")
    rule = {"id": "a", "deny": False, "match": "START", "path": "", "locales": [], "roles": PAGES}
    with Wiki(setup.sandbox.url, setup.sandbox.key(PAGES, [rule])) as setup.wiki:
        found = seen(setup)
    assert (found.allowed, found.left_out) == (False, 0)


def test_a_file_that_is_gone_is_deleted_and_one_that_became_a_folder_is_not(
    synced: SyncSetup,
) -> None:
    (synced.root / "img/a.png").unlink()
    assert [(one.verb, one.side) for one in planned(synced).actions] == [("delete", "wiki")]
    (synced.root / "img/a.png").mkdir()
    plan = planned(synced)
    assert (plan.actions, [one.name for one in plan.problems]) == ((), ["img/a.png"])


def test_a_renamed_file_is_a_rename_on_the_wiki(synced: SyncSetup) -> None:
    (synced.root / "img/a.png").rename(synced.root / "img/b.png")
    refer(synced, "img/b.png")
    (move,) = planned(synced).actions
    assert (move.verb, move.side, move.from_path, move.path) == (
        "move",
        "wiki",
        "img/a.png",
        "img/b.png",
    )


def test_an_asset_renamed_on_the_wiki_is_a_renamed_file(synced: SyncSetup) -> None:
    with Wiki(synced.sandbox.url, synced.sandbox.token) as wiki:
        (asset,) = wiki.assets.list().assets
        wiki.assets.rename(asset.id, "b.png")
    (move,) = planned(synced).actions
    assert (move.verb, move.side, move.from_path, move.path) == (
        "move",
        "folder",
        "img/a.png",
        "img/b.png",
    )


# ---- what cannot be


def test_a_pointer_of_git_lfs_is_a_problem_and_never_sent(setup: SyncSetup) -> None:
    write(setup, "a.png", POINTER)
    refer(setup, "a.png")
    plan = planned(setup)
    (problem,) = plan.problems
    assert isinstance(problem, BadAsset)
    assert (problem.file, "git lfs pull" in problem.what) == ("a.png", True)
    assert plan.actions == ()


@pytest.mark.parametrize(
    ("file", "proposal"),
    [
        ("img/A b.PNG", "img/a-b.png"),
        ("en/a.png", "assets/en/a.png"),
        ("notes.txt", ""),
    ],
)
def test_a_name_that_the_wiki_would_change_or_not_show_is_a_problem_with_a_proposal(
    setup: SyncSetup, file: str, proposal: str
) -> None:
    write(setup, file)
    found = seen(setup, choice="all")
    (problem,) = found.problems
    assert isinstance(problem, BadName)
    assert (problem.name, problem.proposal) == (file, proposal)
    assert found.local == {}


def test_a_proposed_name_is_not_one_that_is_taken(setup: SyncSetup) -> None:
    write(setup, "A.png")
    write(setup, "a.png", OTHER)
    found = seen(setup, choice="all")
    (problem,) = found.problems
    assert isinstance(problem, BadName)
    assert (problem.name, problem.proposal) == ("A.png", "")
    assert "over another file" in problem.rule
    assert found.local.keys() == {"a.png"}


def test_a_file_renamed_to_what_the_wiki_would_change_back_deletes_nothing(
    synced: SyncSetup,
) -> None:
    (synced.root / "img/a.png").rename(synced.root / "img/A.png")
    refer(synced, "img/A.png")
    plan = planned(synced)
    assert (plan.actions, [one.name for one in plan.problems]) == ((), ["img/A.png"])


def test_an_asset_of_the_wiki_that_no_file_can_be_is_named_and_skipped(setup: SyncSetup) -> None:
    setup.sandbox.assets.upload("en/a.png", PNG)
    setup.sandbox.assets.upload("b.adoc", PNG)
    setup.sandbox.assets.upload("c.png", PNG)
    found = seen(setup, choice="all")
    assert sorted(problem.name for problem in found.problems) == ["b.adoc", "en/a.png"]
    assert found.remote.keys() == {"c.png"}


def test_several_assets_of_one_path_are_named_and_the_newest_counts(setup: SyncSetup) -> None:
    refer(setup, "a.png")
    setup.sandbox.assets.upload("a.png", PNG)
    setup.sandbox.faults.add(Duplicate(), on="upload")
    with Wiki(setup.sandbox.url, setup.sandbox.token) as wiki:
        wiki.assets.upload(0, "a.png", io.BytesIO(OTHER), len(OTHER))
    write(setup, "a.png", OTHER)
    found = assets(setup)
    assert [(note.kind, note.files) for note in found.notes] == [("assets-doubled", ("a.png",))]
    assert found.snapshot.remote["a.png"].sha256 == sha(OTHER)


# ---- offline


def test_offline_the_bases_stand_for_the_wiki(synced: SyncSetup) -> None:
    write(synced, "img/a.png", OTHER)
    synced.state.set_meta(locales="en", url=synced.sandbox.url)
    before = synced.sandbox.traffic.requests
    folder = Folder(synced.root, with_assets=True)
    state = collect_offline(folder, synced.state, silent, Layout(), AssetOptions("referenced"))
    assert state.assets is not None
    plan = plan_assets(state.assets.snapshot, PlanOptions("push"))
    assert [(one.verb, one.path) for one in plan.actions] == [("update", "img/a.png")]
    assert (sent(synced, before), state.assets.unused) == (0, frozenset())


# ---- without a state, as in a fresh clone


def committed(setup: SyncSetup, file: str, *versions: bytes) -> None:
    """Commit each version of a file, one after the other."""
    repo = repository(setup.root)
    for data in versions:
        repo.commit({file: data})


def test_what_the_wiki_has_of_an_earlier_commit_is_the_base(setup: SyncSetup) -> None:
    committed(setup, "a.png", PNG, OTHER + b"more", PNG + b"last")
    refer(setup, "a.png")
    setup.sandbox.assets.upload("a.png", OTHER + b"more")
    (action,) = planned(setup).actions
    assert (action.verb, action.side, action.path) == ("update", "wiki", "a.png")
    assert action.base is not None
    assert action.base.local == sha(OTHER + b"more")


def test_what_the_wiki_has_of_no_commit_stays_a_conflict(setup: SyncSetup) -> None:
    committed(setup, "a.png", OTHER, PNG + b"last")
    refer(setup, "a.png")
    setup.sandbox.assets.upload("a.png", PNG)
    plan = planned(setup)
    assert (plan.actions, [one.kind for one in plan.conflicts]) == ((), ["both-new"])


def test_an_svg_that_the_wiki_rewrote_is_known_by_the_size_of_what_was_sent(
    setup: SyncSetup,
) -> None:
    first = b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
    committed(setup, "a.svg", first, first.replace(b"1", b"22"))
    refer(setup, "a.svg")
    setup.sandbox.assets.upload("a.svg", first, mime="image/svg+xml")
    (action,) = planned(setup).actions
    assert (action.verb, action.side) == ("update", "wiki")
    assert action.base is not None
    assert (action.base.local, action.base.remote != sha(first)) == (sha(first), True)


def test_git_is_not_asked_where_no_asset_needs_it(
    synced: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wikisync.snapshot.asset_history.Repository", None)
    assert planned(synced).in_sync == 1


def test_a_page_that_was_read_for_its_links_is_not_parsed_again_once_it_is_a_file(
    setup: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.sandbox.assets.upload("a.png", PNG)
    setup.sandbox.create("one", content="![x](/a.png)\n", title="One", tags=[])
    look(setup)
    setup.do()
    monkeypatch.setattr("wikisync.snapshot.asset_references.parse", None)
    assert seen(setup).referrers == {"a.png": ("one.md",)}
    setup.write("one.md", page("![x](/b.png)\n", title="One"))
    with pytest.raises(TypeError):  # it has changed, and would be parsed
        look(setup)
