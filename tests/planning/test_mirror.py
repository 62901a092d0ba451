"""A mirror makes one side what the other is: the table's rows, each turned to one side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.values import LATER, base, key, local, of_kind, planned, remote, sides, steps
from wikisync.planning.model import Move
from wikisync.planning.planner import PlanOptions

if TYPE_CHECKING:
    from wikisync.planning.model import Command, Prefer
    from wikisync.planning.snapshot import Snapshot

SAME = sides([base()], [local()], [remote()])
NEW_HERE = sides(here=[local()])
NEW_THERE = sides(there=[remote()])
NEW_BOTH = sides(here=[local(content="Mine.\n")], there=[remote()])
EDITED_HERE = sides([base()], [local(content="Mine.\n")], [remote()])
EDITED_THERE = sides([base()], [local()], [remote(content="Theirs.\n", updated=LATER)])
EDITED = sides([base()], [local(content="Mine.\n")], [remote(content="Theirs.\n", updated=LATER)])
GONE_HERE = sides([base()], (), [remote()])
GONE_THERE = sides([base()], [local()])
GONE_HERE_EDITED = sides([base()], (), [remote(content="Theirs.\n", updated=LATER)])
GONE_THERE_EDITED = sides([base()], [local(content="Mine.\n")])

PREFER: dict[Command, Prefer] = {"push": "local", "pull": "wiki"}

Row = tuple["Snapshot", "list[str]", "str | None", "list[str]", "str | None"]
ROWS: dict[str, Row] = {
    "same": (SAME, [], None, [], None),
    "new here": (NEW_HERE, ["create wiki a"], None, ["delete folder a"], "folder"),
    "new there": (NEW_THERE, ["delete wiki a"], "wiki", ["create folder a"], None),
    "new on both": (NEW_BOTH, ["update wiki a"], "wiki", ["update folder a"], "folder"),
    "edited here": (EDITED_HERE, ["update wiki a"], None, ["update folder a"], "folder"),
    "edited there": (EDITED_THERE, ["update wiki a"], "wiki", ["update folder a"], None),
    "edited on both": (EDITED, ["update wiki a"], "wiki", ["update folder a"], "folder"),
    "gone here": (GONE_HERE, ["delete wiki a"], None, ["create folder a"], None),
    "gone there": (GONE_THERE, ["create wiki a"], None, ["delete folder a"], None),
    "gone here, edited": (GONE_HERE_EDITED, ["delete wiki a"], "wiki", ["create folder a"], None),
    "gone there, edited": (
        GONE_THERE_EDITED,
        ["create wiki a"],
        None,
        ["delete folder a"],
        "folder",
    ),
}


def mirror(command: Command, *, delete: bool = True, only: str = "") -> PlanOptions:
    return PlanOptions(
        command,
        delete=delete,
        prefer=PREFER[command],
        mirror=True,
        is_selected=lambda of, _file: not only or of.path == only,
    )


@pytest.mark.parametrize("command", ["push", "pull"])
@pytest.mark.parametrize("row", ROWS)
def test_a_mirror_leaves_nothing_to_the_other_side(row: str, command: Command) -> None:
    of, *expected = ROWS[row]
    does, over = expected[:2] if command == "push" else expected[2:]
    plan = planned(of, mirror(command))
    assert (steps(plan.writes), plan.conflicts, plan.other_way) == (does, (), {})
    assert [action.overwrites for action in plan.writes] == [over] * len(plan.writes)


@pytest.mark.parametrize("command", ["push", "pull"])
@pytest.mark.parametrize("row", ROWS)
def test_a_mirror_deletes_only_where_that_was_asked_for(row: str, command: Command) -> None:
    plan = planned(ROWS[row][0], mirror(command, delete=False))
    assert [action for action in plan.writes if action.verb == "delete"] == []
    assert plan.conflicts == ()
    does = ROWS[row][1] if command == "push" else ROWS[row][3]
    deletions = [step for step in does if step.startswith("delete")]
    assert steps(a for a in plan.actions if a.skip_reason) == deletions


def test_a_mirror_keeps_to_the_chosen_pages() -> None:
    of = sides(
        map(base, "ab"),
        map(local, "ab"),
        [remote(name, content="Theirs.\n", updated=LATER) for name in "ab"],
    )
    assert steps(planned(of, mirror("push", only="b"))) == ["update wiki b"]


def test_a_mirror_moves_a_page_back_to_its_name() -> None:
    there = [remote("b")]
    of = sides([base("a")], [local("a")], there, moved_remotely={key("a"): key("b")})
    plan = planned(of, mirror("push"))
    assert [(a.side, a.from_key, a.key) for a in of_kind(Move, plan)] == [
        ("wiki", key("b"), key("a"))
    ]
    assert plan.writes[0].overwrites == "wiki"
    of = sides([base("a")], [local("b")], [remote("a")], moved_locally={key("a"): key("b")})
    plan = planned(of, mirror("pull"))
    assert [(a.side, a.from_key, a.key) for a in of_kind(Move, plan)] == [
        ("folder", key("b"), key("a"))
    ]
    assert plan.writes[0].overwrites == "folder"


def test_what_no_update_of_the_wiki_can_change_stays_a_conflict() -> None:
    of = sides(
        [base(editor="code")],
        [local(editor="code")],
        [remote(editor="wysiwyg", updated=LATER)],
    )
    plan = planned(of, mirror("push"))
    assert ([c.kind for c in plan.conflicts], plan.actions) == (["editor"], ())
