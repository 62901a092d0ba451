"""The plan of images and files: each row of the decision table, moves, preferences, guards."""

from __future__ import annotations

import pytest

from wikisync.errors import BadAsset
from wikisync.planning.asset_guards import asset_guards, refuse_large
from wikisync.planning.asset_model import (
    AssetBase,
    AssetPlan,
    AssetSnapshot,
    LocalAsset,
    RemoteAsset,
)
from wikisync.planning.asset_planner import plan_assets
from wikisync.planning.guards import GuardOptions
from wikisync.planning.snapshot import PlanOptions

SYNC = PlanOptions("sync", delete=True)


def local(path: str, digest: str = "a", size: int = 3) -> LocalAsset:
    return LocalAsset(path, path, size, digest)


def remote(
    path: str, digest: str = "a", *, at: str = "t1", number: int = 1, size: int = 3
) -> RemoteAsset:
    return RemoteAsset(path, number, 0, size, "image/png", "t0", at, digest)


def base(
    path: str, digest: str = "a", *, stored: str = "", number: int = 1, at: str = "t1"
) -> AssetBase:
    return AssetBase(path, path, number, 3, digest, stored or digest, "t0", at)


def snapshot(
    bases: tuple[AssetBase, ...] = (),
    here: tuple[LocalAsset, ...] = (),
    there: tuple[RemoteAsset, ...] = (),
    **others: object,
) -> AssetSnapshot:
    by_path = [{one.path: one for one in found} for found in (bases, here, there)]
    return AssetSnapshot(*by_path, **others)  # type: ignore[arg-type]


def steps(plan: AssetPlan) -> list[tuple[str, str, str]]:
    return [(action.verb, action.side, action.path) for action in plan.actions]


@pytest.mark.parametrize(
    ("known", "here", "there", "then"),
    [
        (None, "a", None, ("create", "wiki")),
        (None, None, "a", ("create", "folder")),
        (None, "a", "a", ("adopt", "folder")),
        (None, "a", "b", "both-new"),
        ("a", "a", "a", None),
        ("a", "b", "a", ("update", "wiki")),
        ("a", "a", "b", ("update", "folder")),
        ("a", "b", "b", ("adopt", "folder")),
        ("a", "b", "c", "both-changed"),
        ("a", None, "a", ("delete", "wiki")),
        ("a", "a", None, ("delete", "folder")),
        ("a", None, "b", "deleted-locally"),
        ("a", "b", None, "deleted-remotely"),
        ("a", None, None, "forget"),
    ],
)
def test_the_decision_table(
    known: str | None, here: str | None, there: str | None, then: tuple[str, str] | str | None
) -> None:
    seen = snapshot(
        (base("x.png", known),) if known else (),
        (local("x.png", here),) if here else (),
        (remote("x.png", there, at="t1" if there == known else "t2"),) if there else (),
    )
    plan = plan_assets(seen, SYNC)
    found = [(action.verb, action.side) for action in plan.actions]
    assert found == ([then] if isinstance(then, tuple) else [])
    kinds = [conflict.kind for conflict in plan.conflicts]
    assert kinds == ([then] if isinstance(then, str) and then != "forget" else [])
    assert plan.base_deletes == (("x.png",) if then == "forget" else ())
    assert plan.in_sync == (then is None)


def test_an_asset_with_a_new_time_and_the_same_bytes_is_in_sync_and_its_base_gets_the_time() -> (
    None
):
    seen = snapshot((base("x.png"),), (local("x.png"),), (remote("x.png", at="t2", number=5),))
    plan = plan_assets(seen, SYNC)
    assert not plan.actions
    assert [(b.updated_at, b.id) for b in plan.base_updates] == [("t2", 5)]


def test_an_asset_that_was_not_read_because_its_size_differs_changed() -> None:
    seen = snapshot((base("x.png"),), (local("x.png"),), (remote("x.png", "", at="t2", size=9),))
    assert steps(plan_assets(seen, SYNC)) == [("update", "folder", "x.png")]


def test_an_svg_that_the_wiki_rewrote_stays_in_sync() -> None:
    seen = snapshot(
        (base("x.svg", "sent", stored="kept"),),
        (local("x.svg", "sent"),),
        (remote("x.svg", "kept"),),
    )
    assert plan_assets(seen, SYNC).in_sync == 1


def test_at_a_first_meeting_an_svg_of_the_size_that_was_sent_is_adopted() -> None:
    seen = snapshot((), (local("x.svg", "sent"),), (remote("x.svg", "kept"),))
    assert steps(plan_assets(seen, SYNC)) == [("adopt", "folder", "x.svg")]
    other = snapshot((), (local("x.svg", "sent"),), (remote("x.svg", "kept", size=4),))
    assert [c.kind for c in plan_assets(other, SYNC).conflicts] == ["both-new"]


def test_a_file_with_another_name_in_its_folder_is_renamed_on_the_wiki() -> None:
    seen = snapshot(
        (base("img/a.png"),),
        (local("img/b.png"),),
        (remote("img/a.png"),),
        referrers={"img/a.png": ("home.md",)},
    )
    plan = plan_assets(seen, PlanOptions("push"))
    assert steps(plan) == [("move", "wiki", "img/b.png")]
    assert plan.actions[0].from_path == "img/a.png"
    assert plan.references == {"img/a.png": ("home.md",)}


@pytest.mark.parametrize("target", ["other/a.png", "img/a.jpg"])
def test_a_file_in_another_folder_or_with_another_ending_is_a_new_asset(target: str) -> None:
    seen = snapshot((base("img/a.png"),), (local(target),), (remote("img/a.png"),))
    assert steps(plan_assets(seen, SYNC)) == [
        ("create", "wiki", target),
        ("delete", "wiki", "img/a.png"),
    ]
    kept = plan_assets(seen, PlanOptions("push"))
    assert [a.skip_reason for a in kept.actions] == [None, "delete"]
    assert kept.undeleted == {"wiki": 1}


def test_of_two_files_with_the_same_bytes_none_is_taken_for_the_renamed_one() -> None:
    seen = snapshot((base("a.png"),), (local("b.png"), local("c.png")), (remote("a.png"),))
    assert [step[0] for step in steps(plan_assets(seen, SYNC))] == ["create", "create", "delete"]


def test_an_asset_that_was_renamed_and_changed_is_no_move() -> None:
    seen = snapshot((base("a.png"),), (local("b.png"),), (remote("a.png", "new", at="t2"),))
    plan = plan_assets(seen, SYNC)
    assert steps(plan) == [("create", "wiki", "b.png")]
    assert [c.kind for c in plan.conflicts] == ["deleted-locally"]


def test_an_asset_with_another_name_on_the_wiki_is_renamed_in_the_folder() -> None:
    seen = snapshot((base("a.png"),), (local("a.png"),), (remote("b.png", at="t2"),))
    plan = plan_assets(seen, PlanOptions("pull"))
    assert steps(plan) == [("move", "folder", "b.png")]
    push = plan_assets(seen, PlanOptions("push"))
    assert (push.actions, push.other_way) == ((), {"folder": 1})


def test_a_file_that_changed_is_not_renamed_with_its_asset() -> None:
    seen = snapshot((base("a.png"),), (local("a.png", "edit"),), (remote("b.png", at="t2"),))
    plan = plan_assets(seen, SYNC)
    assert steps(plan) == [("create", "folder", "b.png")]
    assert [c.kind for c in plan.conflicts] == ["deleted-remotely"]


@pytest.mark.parametrize(
    ("prefer", "then"), [("local", ("update", "wiki")), ("wiki", ("update", "folder"))]
)
def test_a_preference_settles_a_conflict_and_says_whose_edit_it_overwrites(
    prefer: str, then: tuple[str, str]
) -> None:
    seen = snapshot((base("x.png"),), (local("x.png", "b"),), (remote("x.png", "c", at="t2"),))
    plan = plan_assets(seen, PlanOptions("sync", prefer=prefer))  # type: ignore[arg-type]
    (action,) = plan.actions
    assert (action.verb, action.side) == then
    assert action.overwrites == action.side


def test_a_preference_deletes_nothing_without_delete() -> None:
    seen = snapshot((base("x.png"),), (), (remote("x.png", "c", at="t2"),))
    assert plan_assets(seen, PlanOptions("push", prefer="local")).conflicts
    deleting = plan_assets(seen, PlanOptions("push", prefer="local", delete=True))
    assert steps(deleting) == [("delete", "wiki", "x.png")]


def test_a_mirror_reverts_what_changed_on_the_side_written_to() -> None:
    seen = snapshot(
        (base("a.png"), base("m.png", "m", number=2), base("x.png", "x", number=3)),
        (local("a.png"), local("m.png", "m"), local("x.png", "x")),
        (remote("a.png", "b", at="t2"), remote("n.png", "m", number=2, at="t2")),
    )
    plan = plan_assets(seen, PlanOptions("push", prefer="local", mirror=True))
    assert steps(plan) == [
        ("create", "wiki", "x.png"),
        ("move", "wiki", "m.png"),
        ("update", "wiki", "a.png"),
    ]


def test_a_blocked_path_is_neither_written_nor_deleted() -> None:
    seen = snapshot((base("a.png"),), (), (remote("a.png"),), blocked=frozenset({"a.png"}))
    assert not plan_assets(seen, SYNC).actions


def test_nothing_is_planned_for_a_key_that_may_not_read_assets() -> None:
    seen = snapshot((base("a.png"),), (local("b.png"),), (), allowed=False, left_out=2)
    plan = plan_assets(seen, SYNC)
    assert (plan.actions, plan.allowed, plan.left_out) == ((), False, 2)


def test_a_path_selects_its_assets_and_those_of_its_pages() -> None:
    seen = snapshot(
        (),
        (local("img/a.png", "a"), local("img/b.png", "b"), local("c.png", "c")),
        (),
        referrers={"c.png": ("guide/x.md",), "img/a.png": ("home.md",)},
    )
    chosen = PlanOptions("push", is_selected=lambda _key, file: file in {"guide/x.md", "img/b.png"})
    assert [path for _v, _s, path in steps(plan_assets(seen, chosen))] == ["c.png", "img/b.png"]


def guard(seen: AssetSnapshot, **options: object) -> list[tuple[str, str]]:
    room = options.pop("room", None)
    plan = plan_assets(seen, SYNC)
    refusals = asset_guards(seen, plan, "sync", GuardOptions(**options), room)  # type: ignore[arg-type]
    assert all(refusal.kind == "asset" for refusal in refusals)
    return [(refusal.rule, str(refusal.side)) for refusal in refusals]


def test_more_deletions_than_the_limit_are_refused() -> None:
    paths = [f"{n}.png" for n in range(20)]
    bases = tuple(base(path, path, number=n) for n, path in enumerate(paths))
    there = tuple(remote(path, path, number=n) for n, path in enumerate(paths))
    here = tuple(local(path, path) for path in paths[3:])
    seen = snapshot(bases, here, there)
    assert guard(seen) == [("max-delete", "None")]
    assert guard(seen, max_delete=3) == []
    assert guard(seen, allow=frozenset({"max-delete"})) == []


def test_a_side_that_lost_all_its_assets_is_refused_but_one_asset_may_go() -> None:
    two = (base("a.png"), base("b.png", "b", number=2))
    emptied = snapshot(two, (), (remote("a.png"), remote("b.png", "b", number=2)))
    assert ("emptied", "folder") in guard(emptied)
    assert guard(snapshot((base("a.png"),), (), (remote("a.png"),))) == []


def test_a_plan_that_changes_every_asset_is_refused() -> None:
    paths = [f"{n}.png" for n in range(20)]
    bases = tuple(base(path, path, number=n) for n, path in enumerate(paths))
    there = tuple(remote(path, path, number=n) for n, path in enumerate(paths))
    here = tuple(local(path, f"{path} new") for path in paths)
    assert guard(snapshot(bases, here, there)) == [("all-changed", "folder")]
    assert guard(snapshot(bases, (*here[1:], local("0.png", "0.png")), there)) == []


def test_a_plan_is_refused_where_the_backups_of_what_it_replaces_do_not_fit() -> None:
    seen = snapshot((base("x.png"),), (local("x.png", "b"),), (remote("x.png", size=100),))
    assert guard(seen, room=99) == [("keep-size", "None")]
    assert guard(seen, room=100) == []
    assert guard(seen, room=99, allow=frozenset({"keep-size"})) == []


def test_only_what_would_be_sent_is_held_to_the_limit_of_the_wiki() -> None:
    seen = snapshot(
        (base("b.png"), base("c.png", number=2)),
        (local("a.png", size=9), local("b.png", "b", size=9), local("c.png", size=9)),
        (remote("b.png"), remote("c.png", number=2), remote("d.png", number=3, size=9)),
    )
    plan = plan_assets(seen, SYNC)
    assert refuse_large(plan, 9) == plan
    small = refuse_large(plan, 8)
    assert steps(small) == [("create", "folder", "d.png")]
    assert [
        (problem.name, problem.size, problem.limit)
        for problem in small.problems
        if isinstance(problem, BadAsset)
    ] == [("a.png", 9, 8), ("b.png", 9, 8)]
