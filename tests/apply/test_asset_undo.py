"""What a run did to images and files is taken back, where nothing changed since."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, NoReturn

import pytest

from support.asset_setup import AssetSetup, shown
from wikisync.apply import asset_uploads, asset_wiki_actions
from wikisync.apply.asset_context import AssetContext, AssetRun
from wikisync.apply.asset_recovery import recover_assets
from wikisync.apply.asset_undo import asset_undo_steps, check_asset_steps, revert_assets
from wikisync.sandbox import Hook
from wikisync.wiki.assets import AssetClient

if TYPE_CHECKING:
    from support.apply_run import SyncSetup
    from wikisync.apply.asset_result import AssetResult

OLD, NEW, OTHER = b"\x89PNG old", b"\x89PNG new and longer", b"\x89PNG other"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script><rect width="1"/></svg>'


class Killed(BaseException):
    """The end of the process."""


def killed(*_given: object) -> NoReturn:
    raise Killed


@pytest.fixture
def assets(setup: SyncSetup) -> AssetSetup:
    return AssetSetup(setup)


def undo(assets: AssetSetup, number: int | None = None) -> tuple[list[AssetResult], list[str]]:
    """Take a run back, the last one unless told; its results, and why steps were left out."""
    setup = assets.setup
    run = setup.state.journal.runs()[0].number if number is None else number
    steps = check_asset_steps(
        asset_undo_steps(setup.state, run), setup.state, setup.folder, setup.wiki
    )
    undoing = setup.state.journal.begin_run("undo", "2026-01-01T00:00:00.000Z", undoes=run)
    context = setup.run()
    context.run_number = undoing
    results = list(revert_assets(AssetRun(AssetContext(context), lambda: False), steps))
    setup.state.journal.end_run(undoing, "2026-01-01T00:00:00.000Z")
    assert setup.state.asset_journal.open_entries() == []
    return results, [step.blocked_by for step in steps if step.blocked_by]


@pytest.fixture
def changed(assets: AssetSetup) -> AssetSetup:
    """One run that created, replaced, renamed and deleted, on both sides."""
    for name in ("edited", "renamed", "deleted"):
        assets.write(f"img/{name}-here.png", OLD + name.encode())
        assets.setup.sandbox.assets.upload(f"img/{name}-there.png", OLD + name.encode())
    assets.do("sync")
    before = assets.files()
    assert assets.remote() == before
    root, wiki = assets.setup.root, assets.setup.sandbox.assets
    assets.write("img/edited-here.png", NEW)
    wiki.upload("img/edited-there.png", NEW)
    (root / "img/renamed-here.png").rename(root / "img/new-here.png")
    wiki.rename("img/renamed-there.png", "new-there.png")
    (root / "img/deleted-here.png").unlink()
    wiki.delete("img/deleted-there.png")
    assets.write("new/created-here.png", OTHER)
    wiki.upload("other/created-there.png", OTHER)
    return assets


def test_every_kind_of_write_is_taken_back_and_can_be_done_again(changed: AssetSetup) -> None:
    local, remote = changed.files(), changed.remote()
    done = changed.do("sync", delete=True)
    assert len(done) == 8
    assert {result.result for result in done} == {"done"}
    both = changed.files()
    assert both == changed.remote()
    results, blocked = undo(changed)
    assert blocked == []
    assert {result.result for result in results} == {"done"}
    assert (changed.files(), changed.remote()) == (local, remote)
    assert undo(changed, 2) == ([], [])  # it is done
    assert sorted(shown(changed.do("sync", delete=True))) == sorted(shown(done))
    assert changed.files() == changed.remote() == both
    assert changed.plan().actions == ()


def test_what_changed_since_is_left_alone_and_named(changed: AssetSetup) -> None:
    changed.do("sync", delete=True)
    root, wiki = changed.setup.root, changed.setup.sandbox.assets
    wiki.upload("img/edited-here.png", OTHER)
    changed.write("img/edited-there.png", OTHER)
    wiki.delete("new/created-here.png")
    (root / "other/created-there.png").unlink()
    wiki.upload("img/deleted-here.png", OTHER)
    changed.write("img/deleted-there.png", OTHER)
    wiki.upload("img/renamed-here.png", OTHER)
    changed.write("img/renamed-there.png", OTHER)
    before = changed.files(), changed.remote()
    results, blocked = undo(changed)
    assert results == []
    assert sorted(blocked) == [
        *["a file of that name exists now"] * 2,
        *["an asset of that name exists now"] * 2,
        *["it is not there any more"] * 2,
        "it was changed on the wiki",
        "it was edited since",
    ]
    assert (changed.files(), changed.remote()) == before


def test_what_an_undo_replaces_is_kept_too(assets: AssetSetup) -> None:
    assets.write("img/a.png", OLD)
    assets.do("push")
    assets.write("img/a.png", NEW)
    assets.do("push")
    [result], _blocked = undo(assets)
    kept = {backup.number: backup for backup in assets.setup.state.asset_backups.all()}
    assert [kept[number].size for number in result.backups] == [len(OLD), len(NEW)]
    assert assets.kept() == [NEW, OLD]


def test_an_svg_comes_back_as_the_wiki_had_it_and_does_not_flap(assets: AssetSetup) -> None:
    assets.write("a.svg", SVG)
    assets.do("push")
    stored = assets.remote()
    assets.write("a.svg", SVG.replace(b"1", b"2"))
    assets.do("push")
    undo(assets)
    assert assets.remote() == stored
    assets.write("a.svg", SVG)
    assert assets.plan().actions == ()


def test_a_creation_that_was_lost_is_not_taken_back(assets: AssetSetup) -> None:
    assets.write("img/a.png", OLD)
    plan = assets.plan("push")
    [entry] = [result.action for result in assets.apply(plan, stop=lambda: True)]
    assert entry.path == "img/a.png"
    assert undo(assets) == ([], [])


@pytest.mark.parametrize("before", [None, OLD])
def test_the_version_of_somebody_else_that_overtook_an_upload_is_not_taken_back(
    assets: AssetSetup, before: bytes | None
) -> None:
    sandbox = assets.setup.sandbox
    if before is not None:
        assets.write("img/a.png", before)
        assets.do("push")
    assets.write("img/a.png", NEW)
    hook = Hook(lambda: sandbox.assets.upload("img/a.png", OTHER), after=True)
    sandbox.faults.add(hook, on="upload")
    assert shown(assets.do("push"))[0].endswith("skipped")
    assert undo(assets) == ([], ["it is not known how the run left it"])
    assert assets.remote() == {"img/a.png": OTHER}


@pytest.mark.parametrize("before", [None, OLD])
def test_after_a_killed_upload_the_version_of_somebody_else_is_not_taken_back(
    assets: AssetSetup, before: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = assets.setup.sandbox
    if before is not None:
        assets.write("img/a.png", before)
        assets.do("push")
    assets.write("img/a.png", NEW)
    monkeypatch.setattr(AssetClient, "upload", killed)
    with pytest.raises(Killed):
        assets.do("push")
    sandbox.faults.clear()
    sandbox.assets.upload("img/a.png", OTHER)
    recover_assets(assets.setup.state, assets.setup.folder, assets.setup.wiki)
    assert undo(assets) == ([], ["it is not known how the run left it"])
    assert assets.remote() == {"img/a.png": OTHER}


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_somebody_uploads_right_after_a_rename_is_seen(
    assets: AssetSetup, monkeypatch: pytest.MonkeyPatch, is_killed: bool
) -> None:
    assets.write("img/a.png", OLD)
    assets.do("push")
    (assets.setup.root / "img/a.png").rename(assets.setup.root / "img/b.png")
    plan, rename = assets.plan("push"), AssetClient.rename

    def overtaken(client: AssetClient, number: int, name: str) -> None:
        rename(client, number, name)
        assets.setup.sandbox.assets.upload("img/b.png", OTHER)
        if is_killed:
            raise Killed

    monkeypatch.setattr(AssetClient, "rename", overtaken)
    with nullcontext() if not is_killed else pytest.raises(Killed):
        assets.apply(plan)
    recover_assets(assets.setup.state, assets.setup.folder, assets.setup.wiki)
    [base] = assets.setup.state.asset_bases.load().values()
    assert (base.path, base.updated_at) == ("img/b.png", "")
    assert shown(assets.do("sync")) == ["update folder img/b.png: done"]
    assert assets.files() == {"img/b.png": OTHER}


def test_a_dry_run_sees_what_a_killed_run_left(
    changed: AssetSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup, plan = changed.setup, changed.plan("push", delete=True)
    for name in ("commit", "end_failed"):
        for module in (asset_uploads, asset_wiki_actions):
            monkeypatch.setattr(module, name, lambda *_given, **_more: None)
    changed.apply(plan)
    run = setup.state.journal.runs()[0].number

    def checked() -> list[tuple[str, str, str]]:
        steps = asset_undo_steps(setup.state, run, recovered=False)
        found = check_asset_steps(steps, setup.state, setup.folder, setup.wiki)
        return [(step.action.verb, step.action.path, step.blocked_by) for step in found]

    seen = checked()
    assert len(seen) == len(plan.writes)
    assert [step for step in seen if step[2]] == []
    recover_assets(setup.state, setup.folder, setup.wiki)
    assert checked() == seen
