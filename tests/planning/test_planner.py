"""One plan, filtered by what the command may write and by what the user asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.values import LATER, base, key, listed, local, planned, remote, sides, steps
from wikisync.errors import BadPage
from wikisync.planning.model import Remote
from wikisync.planning.planner import PlanOptions

if TYPE_CHECKING:
    from wikisync.page.model import Key
    from wikisync.planning.model import Command
    from wikisync.planning.planner import Snapshot


def round_of_everything() -> Snapshot:
    """A page in every situation that ends in a write, and one of each that does not."""
    same = base("same")
    return sides(
        [same, *map(base, ("mine", "theirs", "both", "alike", "cut-here", "cut-there", "gone"))],
        [
            local("new-here"),
            local("same"),
            local("mine", content="Mine.\n"),
            local("theirs"),
            local("both", content="Mine.\n"),
            local("alike", content="New.\n"),
            local("cut-there"),
        ],
        [
            Remote(listed("new-there")),
            Remote(listed("same"), same.remote),
            remote("mine"),
            remote("theirs", content="Theirs.\n", updated=LATER),
            remote("both", content="Theirs.\n", updated=LATER),
            remote("alike", content="New.\n", updated=LATER),
            remote("cut-here"),
        ],
    )


TO_WIKI = ["create wiki new-here", "update wiki mine", "delete wiki cut-here"]
TO_FOLDER = ["create folder new-there", "update folder theirs", "delete folder cut-there"]


def test_a_push_writes_to_the_wiki_alone_and_counts_what_waits_here() -> None:
    plan = planned(round_of_everything(), PlanOptions("push", delete=True))
    assert steps(plan.writes) == TO_WIKI
    assert plan.other_way == {"folder": 3}


def test_a_pull_writes_here_alone_and_counts_what_waits_on_the_wiki() -> None:
    plan = planned(round_of_everything(), PlanOptions("pull", delete=True))
    assert steps(plan.writes) == TO_FOLDER
    assert plan.other_way == {"wiki": 3}


def test_a_sync_writes_to_both_and_leaves_nothing_for_the_other_way() -> None:
    plan = planned(round_of_everything(), PlanOptions("sync", delete=True))
    assert sorted(steps(plan.writes)) == sorted(TO_WIKI + TO_FOLDER)
    assert plan.other_way == {}


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_what_is_equal_already_is_adopted_by_every_command(command: Command) -> None:
    plan = planned(round_of_everything(), PlanOptions(command))
    assert "adopt folder alike" in steps(plan)
    assert [conflict.key.path for conflict in plan.conflicts] == ["both"]
    assert plan.base_deletes == (key("gone"),)


def test_every_page_is_counted_once_and_one_that_is_gone_everywhere_never() -> None:
    plan = planned(round_of_everything())
    assert (plan.pages, plan.in_sync) == (9, 1)


def test_nothing_is_deleted_unless_asked() -> None:
    plan = planned(round_of_everything(), PlanOptions("sync"))
    withheld = [action for action in plan.actions if action.skip_reason]
    assert sorted(steps(withheld)) == ["delete folder cut-there", "delete wiki cut-here"]
    assert not [action for action in plan.writes if action.verb == "delete"]


def test_a_deletion_that_nobody_asked_for_waits_for_no_other_command() -> None:
    assert planned(round_of_everything(), PlanOptions("push")).other_way == {"folder": 2}


def test_writes_go_from_creations_to_deletions() -> None:
    plan = planned(round_of_everything(), PlanOptions("sync", delete=True))
    verbs = [action.verb for action in plan.actions]
    order = ["adopt", "create", "move", "merge", "update", "delete"]
    assert verbs == sorted(verbs, key=order.index)


def test_the_order_of_a_plan_does_not_depend_on_the_order_of_what_was_found() -> None:
    names = ["b", "a/c", "a", "z", "a/b"]
    one = planned(sides(here=[local(name) for name in names]))
    other = planned(sides(here=[local(name) for name in reversed(names)]))
    assert one == other
    assert steps(one) == [f"create wiki {name}" for name in sorted(names)]


def test_only_chosen_pages_are_planned_and_counted() -> None:
    def chosen(of: Key, file: str) -> bool:
        return of.path == "mine" or file == "new-there.md"

    plan = planned(round_of_everything(), PlanOptions("sync", is_selected=chosen))
    assert steps(plan) == ["create folder new-there", "update wiki mine"]
    assert (plan.pages, plan.conflicts, plan.base_deletes) == (2, (), ())


def test_a_page_whose_file_is_bad_is_neither_written_nor_gone() -> None:
    bad = BadPage("a.md", 3, "no")
    of = sides(
        [base("a"), base("b")],
        [local("b")],
        [remote("a", content="New.\n", updated=LATER), remote("b")],
        blocked=frozenset({key("a")}),
        problems=(bad,),
    )
    plan = planned(of, PlanOptions("sync", delete=True))
    assert (plan.actions, plan.conflicts, plan.problems) == ((), (), (bad,))


def test_a_new_page_where_a_bad_file_lies_is_not_brought_over_it() -> None:
    of = sides(there=[Remote(listed("a"))], blocked=frozenset({key("a")}))
    assert planned(of).actions == ()


def test_a_private_page_is_left_alone_until_a_file_asks_for_it() -> None:
    plan = planned(sides(there=[Remote(listed("a", private=True))]))
    assert (plan.actions, plan.pages) == ((), 0)


def test_a_page_whose_name_no_file_can_have_is_a_problem_and_stops_no_other() -> None:
    plan = planned(sides(there=[Remote(listed("bad.name")), Remote(listed("good"))]))
    assert steps(plan) == ["create folder good"]
    assert [problem.name for problem in plan.problems] == ["en/bad.name"]


def test_a_file_that_no_browser_could_reach_as_a_page_is_a_problem_and_not_created() -> None:
    of = sides(here=[local("login"), local("a")], reason_unreachable={key("login"): "no"}.get)
    plan = planned(of)
    assert steps(plan) == ["create wiki a"]
    assert [problem.name for problem in plan.problems] == ["login.md"]


def test_problems_of_files_that_were_not_chosen_are_not_told() -> None:
    of = sides(problems=(BadPage("a.md", 1, "no"), BadPage("b.md", 1, "no")))
    plan = planned(of, PlanOptions("sync", is_selected=lambda _key, file: file == "b.md"))
    assert [problem.name for problem in plan.problems] == ["b.md"]


def test_a_creation_names_the_fields_that_it_writes() -> None:
    whole = ("title", "description", "published", "tags", "content")
    pull, push = planned(sides(there=[remote("a")])), planned(sides(here=[local("a", tags=None)]))
    assert pull.actions[0].fields == whole
    assert push.actions[0].fields == ("title", "description", "published", "content", "editor")
