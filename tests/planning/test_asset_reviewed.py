"""Of a reviewed plan, only those steps on assets are done that today's plan still has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.asset_values import NEW, OLD, base, local, mixed, planned, remote, snapshot
from wikisync.planning.asset_model import AssetPlan, AssetSnapshot
from wikisync.planning.asset_reviewed import ReviewedAssets, match_reviewed_assets
from wikisync.planning.model import Command

OTHER = "d" * 64
REVIEWED = mixed()


def matched(
    today: AssetSnapshot,
    reviewed: AssetSnapshot = REVIEWED,
    command: Command = "push",
    *,
    begun: bool = False,
    **options: Any,
) -> ReviewedAssets:
    then, now = (planned(each, command, **options) for each in (reviewed, today))
    return match_reviewed_assets(then, now, today, begun=begun)


def steps(found: ReviewedAssets) -> list[tuple[str, str]]:
    return [(action.verb, action.path) for action in found.plan.writes]


def stale(found: ReviewedAssets) -> dict[str, str]:
    return {action.path: error.found for action, error in found.stale}


def changed(side: str, path: str, value: Any) -> AssetSnapshot:
    """The snapshot that was reviewed, with one asset changed, or gone."""
    values = {**getattr(REVIEWED, side), path: value}
    changes: dict[str, Any] = {side: {p: v for p, v in values.items() if v is not None}}
    return replace(REVIEWED, **changes)


def test_what_did_not_change_is_done() -> None:
    found = matched(REVIEWED, delete=True)
    assert steps(found) == [
        ("create", "img/new.png"),
        ("update", "img/mine.png"),
        ("delete", "img/cut.png"),
    ]
    assert (found.stale, found.earlier, found.unplanned) == ((), 0, 0)


@pytest.mark.parametrize(
    ("side", "path", "value", "reason"),
    [
        ("local", "img/mine.png", local("img/mine.png", OTHER), "its file changed"),
        ("local", "img/mine.png", None, "its file was deleted"),
        (
            "remote",
            "img/mine.png",
            remote("img/mine.png", OTHER, at="t9"),
            "it changed on the wiki",
        ),
        ("remote", "img/mine.png", None, "it was deleted on the wiki"),
        ("remote", "img/new.png", remote("img/new.png", OTHER), "it exists on the wiki now"),
        ("local", "img/cut.png", local("img/cut.png", OTHER), "a file of that name exists now"),
        ("remote", "img/cut.png", None, "it is already as planned"),
    ],
)
def test_what_changed_since_is_stale_with_the_reason_and_the_rest_is_done(
    side: str, path: str, value: Any, reason: str
) -> None:
    found = matched(changed(side, path, value), delete=True)
    assert stale(found) == {path: reason}
    assert path not in [name for _, name in steps(found)]
    assert len(steps(found)) == 2


def test_an_asset_with_a_new_time_and_the_same_bytes_did_not_change() -> None:
    again = remote("img/mine.png", OLD, at="t9")
    assert not matched(changed("remote", "img/mine.png", again)).stale


def test_an_asset_that_was_not_read_is_compared_by_its_time() -> None:
    theirs = "img/theirs.png"
    unread = changed("remote", theirs, remote(theirs, "", at="t2", size=9_000))
    later = changed("remote", theirs, remote(theirs, "", at="t3", size=9_000))
    assert steps(matched(unread, unread, "pull")) == [("update", theirs)]
    assert stale(matched(later, unread, "pull")) == {theirs: "it changed on the wiki"}


def test_a_step_that_was_not_reviewed_is_not_done_and_is_counted() -> None:
    found = matched(changed("local", "img/later.png", local("img/later.png")))
    assert ("create", "img/later.png") not in steps(found)
    assert found.unplanned == 1


def test_an_edit_that_the_reviewed_step_does_not_show_is_not_overwritten() -> None:
    theirs = remote("img/mine.png", OTHER, at="t9")
    found = matched(changed("remote", "img/mine.png", theirs), prefer="local")
    assert stale(found) == {"img/mine.png": "it changed on the wiki"}


@pytest.mark.parametrize("begun", [False, True])
def test_what_an_interrupted_run_of_the_plan_has_done_is_counted_and_not_stale(
    *, begun: bool
) -> None:
    done = changed("remote", "img/new.png", remote("img/new.png", NEW, size=15_100))
    found = matched(done, begun=begun)
    assert found.earlier == (1 if begun else 0)
    assert stale(found) == ({} if begun else {"img/new.png": "it is already as planned"})


def test_a_fetched_file_that_was_not_read_before_is_recognized_as_done() -> None:
    unread = snapshot(there=[remote("img/a.png", "", at="t1")])
    fetched = snapshot(
        here=[local("img/a.png", OLD, 12_300)], there=[remote("img/a.png", OLD, at="t1")]
    )
    assert matched(fetched, unread, "pull", begun=True).earlier == 1


def test_a_move_is_done_if_neither_name_is_taken_since() -> None:
    moved = snapshot([base("img/a.png")], [local("img/b.png", OLD)], [remote("img/a.png")])
    assert steps(matched(moved, moved)) == [("move", "img/b.png")]
    taken = replace(moved, remote={**moved.remote, "img/b.png": remote("img/b.png", OTHER)})
    assert "img/b.png" in stale(matched(taken, moved))


def test_a_plan_that_was_made_without_assets_touches_none() -> None:
    found = match_reviewed_assets(None, planned(REVIEWED), REVIEWED)
    assert steps(found) == []
    assert found.unplanned == 3


def test_steps_that_are_not_chosen_are_neither_done_nor_stale() -> None:
    plan = planned(REVIEWED)
    found = match_reviewed_assets(plan, AssetPlan(), REVIEWED, lambda _action: False)
    assert (steps(found), found.stale) == ([], ())
