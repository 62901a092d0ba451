"""Conflicts that the user settles by side, and those that no preference settles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.values import LATER, base, local, planned, remote, sides, steps
from wikisync.planning.planner import PlanOptions

if TYPE_CHECKING:
    from wikisync.planning.model import Prefer
    from wikisync.planning.planner import Snapshot

NEW = sides(here=[local(content="Mine.\n")], there=[remote(content="Theirs.\n")])
CHANGED = sides([base()], [local(content="Mine.\n")], [remote(content="Theirs.\n", updated=LATER)])
GONE_HERE = sides([base()], (), [remote(content="Theirs.\n", updated=LATER)])
GONE_THERE = sides([base()], [local(content="Mine.\n")])


@pytest.mark.parametrize("of", [NEW, CHANGED])
@pytest.mark.parametrize(
    ("prefer", "does"), [("local", "update wiki a"), ("wiki", "update folder a")]
)
def test_the_preferred_side_is_brought_to_the_other(
    of: Snapshot, prefer: Prefer, does: str
) -> None:
    plan = planned(of, PlanOptions("sync", prefer=prefer))
    assert (steps(plan), plan.conflicts) == ([does], ())
    assert plan.actions[0].forced
    assert plan.actions[0].fields == ("content",)


@pytest.mark.parametrize(
    ("of", "prefer", "does"),
    [(GONE_HERE, "wiki", "create folder a"), (GONE_THERE, "local", "create wiki a")],
)
def test_what_was_deleted_comes_back_where_the_change_is_preferred(
    of: Snapshot, prefer: Prefer, does: str
) -> None:
    plan = planned(of, PlanOptions("sync", prefer=prefer))
    assert (steps(plan.writes), plan.conflicts) == ([does], ())
    assert "content" in plan.actions[0].fields
    assert "scriptCss" not in plan.actions[0].fields


@pytest.mark.parametrize(
    ("of", "prefer", "does"),
    [(GONE_HERE, "local", "delete wiki a"), (GONE_THERE, "wiki", "delete folder a")],
)
def test_to_settle_by_deleting_takes_the_wish_to_delete(
    of: Snapshot, prefer: Prefer, does: str
) -> None:
    without = planned(of, PlanOptions("sync", prefer=prefer))
    assert (without.actions, len(without.conflicts)) == ((), 1)
    asked = planned(of, PlanOptions("sync", prefer=prefer, delete=True))
    assert (steps(asked.writes), asked.conflicts) == ([does], ())


def test_what_is_settled_for_the_side_that_is_not_written_waits_there() -> None:
    plan = planned(CHANGED, PlanOptions("push", prefer="wiki"))
    assert (plan.actions, plan.conflicts, plan.other_way) == ((), (), {"folder": 1})


def test_without_a_preference_nothing_is_settled() -> None:
    for of in (NEW, CHANGED, GONE_HERE, GONE_THERE):
        plan = planned(of, PlanOptions("sync", delete=True))
        assert (plan.actions, len(plan.conflicts)) == ((), 1)


def test_a_pull_that_prefers_the_wiki_brings_back_what_was_deleted_here() -> None:
    cut = sides([base()], (), [remote()])
    plan = planned(cut, PlanOptions("pull", prefer="wiki"))
    assert (steps(plan.writes), plan.other_way) == (["create folder a"], {})
    for wish in (
        PlanOptions("pull"),
        PlanOptions("pull", prefer="local"),
        PlanOptions("sync", prefer="wiki"),
    ):
        assert [a for a in planned(cut, wish).writes if a.verb == "create"] == []
