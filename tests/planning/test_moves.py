"""Pages that moved: each situation under its name, as the table's rows are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from support.values import LATER, base, key, local, of_kind, planned, remote, sides, steps
from wikisync.planning.model import Delete, Hidden, Move, Remote
from wikisync.planning.planner import PlanOptions

if TYPE_CHECKING:
    from wikisync.planning.model import Command, Conflict, Plan, Prefer

A, B, C = key("a"), key("b"), key("c")
COMMANDS: tuple[Command, ...] = ("push", "pull", "sync")


def at(path: str, number: int = 1, **fields: Any) -> Remote:
    """A page under its new name."""
    return remote(path, number, LATER, **fields)


def moves(plan: Plan) -> list[str]:
    return [f"{a.side} {a.from_key} {a.key}" for a in plan.actions if a.verb == "move"]


def only(plan: Plan) -> Conflict:
    [conflict] = plan.conflicts
    assert plan.actions == ()
    return conflict


def renamed(command: Command = "sync", **wish: Any) -> Plan:
    """Renamed here, and nothing else."""
    return planned(
        sides([base()], [local("b")], [remote()], moved_locally={A: B}),
        PlanOptions(command, **wish),
    )


def moved(command: Command = "sync", **wish: Any) -> Plan:
    """Moved on the wiki, and nothing else."""
    return planned(
        sides([base()], [local()], [at("b")], moved_remotely={A: B}), PlanOptions(command, **wish)
    )


def test_renamed_here_moves_the_page() -> None:
    [action] = of_kind(Move, renamed())
    assert (action.side, action.from_key, action.key, action.id) == ("wiki", A, B, 1)
    assert (action.from_file, action.file) == ("a.md", "b.md")


def test_moved_on_the_wiki_moves_the_file() -> None:
    [action] = of_kind(Move, moved())
    assert (action.side, action.from_key, action.key) == ("folder", A, B)
    assert (action.from_file, action.file) == ("a.md", "b.md")


@pytest.mark.parametrize("delete", [False, True])
def test_a_move_is_no_deletion_even_where_those_are_asked_for(delete: bool) -> None:
    assert steps(renamed(delete=delete)) == ["move wiki b"]
    assert steps(moved(delete=delete)) == ["move folder b"]


def test_a_move_waits_for_the_command_that_writes_to_its_side() -> None:
    assert (steps(renamed("pull")), renamed("pull").other_way) == ([], {"wiki": 1})
    assert (steps(moved("push")), moved("push").other_way) == ([], {"folder": 1})
    assert steps(renamed("push")) == ["move wiki b"]
    assert steps(moved("pull")) == ["move folder b"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_that_moves_is_counted_once(command: Command) -> None:
    assert renamed(command).pages == moved(command).pages == 1


def test_renamed_and_edited_here_moves_the_page_and_updates_it() -> None:
    here = local("b", content="New.\n")
    plan = planned(sides([base()], [here], [remote()], moved_locally={A: B}), PlanOptions("push"))
    assert steps(plan) == ["move wiki b", "update wiki b"]


def test_moved_and_edited_on_the_wiki_moves_the_file_and_updates_it() -> None:
    there = at("b", content="New.\n")
    plan = planned(sides([base()], [local()], [there], moved_remotely={A: B}), PlanOptions("pull"))
    assert steps(plan) == ["move folder b", "update folder b"]
    assert [a.file for a in plan.actions] == ["b.md", "b.md"]


def test_renamed_here_and_edited_on_the_wiki_both_happen_in_a_sync() -> None:
    plan = planned(sides([base()], [local("b")], [remote(content="New.\n")], moved_locally={A: B}))
    assert steps(plan) == ["move wiki b", "update folder b"]


def test_moved_on_the_wiki_and_edited_here_both_happen_in_a_sync() -> None:
    of = sides([base()], [local(content="New.\n")], [at("b")], moved_remotely={A: B})
    assert steps(planned(of)) == ["move folder b", "update wiki b"]


@pytest.mark.parametrize("command", ["push", "pull"])
def test_moved_on_one_side_and_edited_on_the_other_is_named_where_the_move_must_wait(
    command: Command,
) -> None:
    of = sides([base()], [local("b")], [remote(content="New.\n")], moved_locally={A: B})
    plan = planned(of, PlanOptions(command))
    if command == "pull":
        assert (only(plan).kind, only(plan).file, only(plan).from_key) == (
            "moved-and-changed",
            "b.md",
            A,
        )
    else:
        assert (steps(plan), plan.other_way) == (["move wiki b"], {"folder": 1})
    of = sides([base()], [local(content="New.\n")], [at("b")], moved_remotely={A: B})
    plan = planned(of, PlanOptions(command))
    if command == "push":
        assert (only(plan).kind, only(plan).file, only(plan).from_key) == (
            "moved-and-changed",
            "a.md",
            A,
        )
    else:
        assert (steps(plan), plan.other_way) == (["move folder b"], {"wiki": 1})


def test_moved_to_the_same_place_on_both_sides_needs_no_write() -> None:
    of = sides([base()], [local("b")], [at("b")], moved_locally={A: B}, moved_remotely={A: B})
    plan = planned(of)
    assert (plan.actions, plan.conflicts, plan.in_sync, plan.base_deletes) == ((), (), 1, ())
    [(old, known)] = plan.base_renames
    assert (old, known.key, known.file) == (A, B, "b.md")


def test_moved_to_the_same_place_and_edited_is_the_edit_alone() -> None:
    here = local("b", content="New.\n")
    of = sides([base()], [here], [at("b")], moved_locally={A: B}, moved_remotely={A: B})
    assert steps(planned(of)) == ["update wiki b"]


def both_ways(prefer: Prefer | None = None, command: Command = "sync") -> Plan:
    of = sides([base()], [local("b")], [at("c")], moved_locally={A: B}, moved_remotely={A: C})
    return planned(of, PlanOptions(command, prefer=prefer))


@pytest.mark.parametrize("command", COMMANDS)
def test_moved_to_different_places_is_a_conflict(command: Command) -> None:
    conflict = only(both_ways(command=command))
    assert (conflict.kind, conflict.detail, conflict.file) == ("moved", "en/c", "b.md")
    assert conflict.from_key == A


def test_moved_to_different_places_is_settled_by_the_side_that_is_preferred() -> None:
    assert moves(both_ways("local")) == ["wiki en/c en/b"]
    assert moves(both_ways("wiki")) == ["folder en/b en/c"]


def test_a_preference_for_a_side_waits_for_the_command_that_writes_to_the_other() -> None:
    assert both_ways("wiki", "push").other_way == {"folder": 1}
    assert both_ways("local", "pull").other_way == {"wiki": 1}


def test_renamed_here_and_hidden_on_the_wiki_is_left_alone() -> None:
    of = sides([base()], [local("b")], {A: Hidden()}, moved_locally={A: B})
    assert only(planned(of)).kind == "hidden"


def gone_there(**wish: Any) -> Plan:
    of = sides([base()], [local("b")], {A: None}, moved_locally={A: B})
    return planned(of, PlanOptions("sync", **wish))


def test_renamed_here_and_deleted_on_the_wiki_is_a_conflict_kept_here() -> None:
    conflict = only(gone_there())
    assert (conflict.kind, conflict.file, conflict.from_key) == ("deleted-remotely", "b.md", A)


def test_renamed_here_and_deleted_on_the_wiki_is_settled_by_a_preference() -> None:
    assert steps(gone_there(prefer="local")) == ["create wiki b"]
    assert steps(gone_there(prefer="wiki", delete=True)) == ["delete folder b"]
    assert only(gone_there(prefer="wiki")).kind == "deleted-remotely"


def test_moved_on_the_wiki_and_deleted_here_comes_back_under_its_new_name() -> None:
    plan = planned(sides([base()], [], [at("b")], moved_remotely={A: B}), PlanOptions("pull"))
    assert steps(plan) == ["create folder b"]


def test_what_is_in_the_way_of_a_page_is_named_and_nothing_moves() -> None:
    there = [remote(), remote("b", 2, content="Other.\n")]
    conflict = only(planned(sides([base()], [local("b")], there, moved_locally={A: B})))
    assert (conflict.kind, conflict.detail) == ("target-occupied", "en/b wiki")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("content", ["Other.\n", "Text.\n"])
def test_what_is_in_the_way_of_a_file_is_named_and_nothing_moves(
    command: Command, content: str
) -> None:
    here = [local(), local("b", content=content)]
    plan = planned(sides([base()], here, [at("b")], moved_remotely={A: B}), PlanOptions(command))
    assert (only(plan).kind, only(plan).detail) == ("target-occupied", "en/b folder")


def test_a_file_that_is_no_valid_page_is_in_the_way_as_well() -> None:
    of = sides([base()], [local()], [at("b")], moved_remotely={A: B}, blocked=frozenset({B}))
    assert only(planned(of)).detail == "en/b folder"


def test_a_name_that_no_page_may_have_is_a_problem_and_no_move() -> None:
    def no(of: object) -> str | None:
        return "no page may have it" if of == B else None

    plan = planned(
        sides([base()], [local("b")], [remote()], moved_locally={A: B}, reason_unreachable=no)
    )
    assert ([p.name for p in plan.problems], plan.actions) == (["b.md"], ())


def test_a_name_that_no_file_can_have_is_a_problem_and_no_move() -> None:
    plan = planned(sides([base()], [local()], [at("bad")], moved_remotely={A: key("bad")}))
    assert ([p.name for p in plan.problems], plan.actions) == (["en/bad"], ())


def test_a_file_moved_to_another_language_moves_the_page_there() -> None:
    french = key("a", "fr")
    of = sides([base()], [], [remote()], moved_locally={A: french})
    of = replace(of, local={french: replace(local(), file="fr/a.md")})
    assert moves(planned(of)) == ["wiki en/a fr/a"]


# The title that the wiki changes along with a path


def test_a_title_that_the_wiki_made_of_the_new_path_is_put_back() -> None:
    of = sides([base(title="a")], [local(title="a")], [at("b", title="b")], moved_remotely={A: B})
    plan = planned(of)
    assert steps(plan) == ["move folder b", "update wiki b"]
    assert plan.actions[1].fields == ("title",)


def test_a_title_that_a_person_changed_along_with_the_path_is_fetched() -> None:
    of = sides(
        [base(title="a")], [local(title="a")], [at("b", title="Other")], moved_remotely={A: B}
    )
    assert steps(planned(of)) == ["move folder b", "update folder b"]


def test_a_file_whose_title_was_changed_too_has_its_own_title() -> None:
    here = local(title="Mine")
    of = sides([base(title="a")], [here], [at("b", title="b")], moved_remotely={A: B})
    assert steps(planned(of)) == ["move folder b", "update wiki b"]


# Places that change hands


def swapped_here() -> Plan:
    bases = [base("a"), base("b", 2, content="B.\n")]
    here = [local("a", content="B.\n"), local("b")]
    there = [remote("a"), remote("b", 2, content="B.\n")]
    return planned(sides(bases, here, there, moved_locally={A: B, B: A}))


def swapped_there() -> Plan:
    bases = [base("a"), base("b", 2, content="B.\n")]
    here = [local("a"), local("b", content="B.\n")]
    there = [at("b"), at("a", 2, content="B.\n")]
    of = sides(bases, here, there, moved_remotely={A: B, B: A}, displaced={A: None, B: None})
    return planned(of)


@pytest.mark.parametrize(("plan", "side"), [(swapped_here(), "wiki"), (swapped_there(), "folder")])
def test_two_pages_that_changed_places_go_by_way_of_a_third(plan: Plan, side: str) -> None:
    assert moves(plan) == [
        f"{side} en/a en/a-moving",
        f"{side} en/b en/a",
        f"{side} en/a-moving en/b",
    ]
    assert [action.via_temporary_name for action in of_kind(Move, plan)] == [True, False, False]
    assert (plan.conflicts, plan.pages) == ((), 2)


def test_the_step_aside_is_told_as_part_of_one_move() -> None:
    *_, last = of_kind(Move, swapped_there())
    assert (last.first_file, last.file, last.base_key) == ("a.md", "b.md", key("a-moving"))


def test_a_place_aside_is_one_that_nobody_has() -> None:
    bases = [base("a"), base("b", 2, content="B.\n"), base("a-moving", 3, content="C.\n")]
    here = [local("a", content="B.\n"), local("b"), local("a-moving", content="C.\n")]
    there = [remote("a"), remote("b", 2, content="B.\n"), remote("a-moving", 3, content="C.\n")]
    plan = planned(sides(bases, here, there, moved_locally={A: B, B: A}))
    assert moves(plan)[0] == "wiki en/a en/a-moving-2"


def test_a_chain_of_moves_goes_from_its_free_end() -> None:
    bases = [base("a"), base("b", 2, content="B.\n")]
    here = [local("b"), local("c", content="B.\n")]
    there = [remote("a"), remote("b", 2, content="B.\n")]
    plan = planned(sides(bases, here, there, moved_locally={A: B, B: C}))
    assert moves(plan) == ["wiki en/b en/c", "wiki en/a en/b"]
    here = [local("a"), local("b", content="B.\n")]
    there = [at("b"), at("c", 2, content="B.\n")]
    of = sides(bases, here, there, moved_remotely={A: B, B: C}, displaced={B: None})
    assert moves(planned(of)) == ["folder en/b en/c", "folder en/a en/b"]


def test_a_chain_whose_end_is_taken_does_not_begin() -> None:
    bases = [base("a"), base("b", 2, content="B.\n")]
    here = [local("b"), local("c", content="B.\n")]
    there = [remote("a"), remote("b", 2, content="B.\n"), remote("c", 3, content="C.\n")]
    plan = planned(sides(bases, here, there, moved_locally={A: B, B: C}))
    assert (moves(plan), sorted(c.kind for c in plan.conflicts)) == ([], ["target-occupied"] * 2)


def test_moves_come_after_creations_and_before_everything_else() -> None:
    bases = [base("a"), base("u", 2), base("x", 3)]
    here = [local("b"), local("u", content="New.\n"), local("n", content="N.\n")]
    there = [remote("a"), remote("u", 2), remote("x", 3)]
    plan = planned(
        sides(bases, here, there, moved_locally={A: B}), PlanOptions("push", delete=True)
    )
    assert steps(plan) == ["create wiki n", "move wiki b", "update wiki u", "delete wiki x"]


def crossed(**wish: Any) -> Plan:
    """``a`` moved to ``b`` on both sides, and ``b`` to ``c`` here and to ``d`` on the wiki."""
    bases = [base("a"), base("b", 2, content="B.\n")]
    here = [local("b"), local("c", content="B.\n")]
    there = [at("b"), at("d", 2, content="B.\n")]
    here_moved, there_moved = {A: B, B: C}, {A: B, B: key("d")}
    of = sides(bases, here, there, moved_locally=here_moved, moved_remotely=there_moved)
    return planned(of, PlanOptions("sync", **wish))


def test_a_name_is_not_noted_for_a_page_while_the_state_knows_another_by_it() -> None:
    assert (crossed().base_renames, [c.kind for c in crossed().conflicts]) == ((), ["moved"])
    settled = crossed(prefer="local")
    assert (settled.base_renames, moves(settled)) == ((), ["wiki en/d en/c"])


# What the user chose


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_path_means_a_page_by_its_old_and_its_new_name(name: str) -> None:
    chosen = lambda of, _file: of == key(name)  # noqa: E731
    assert steps(renamed(is_selected=chosen)) == ["move wiki b"]
    assert steps(moved(is_selected=chosen)) == ["move folder b"]


def test_a_page_that_was_not_chosen_does_not_move() -> None:
    for plan in (renamed(is_selected=lambda *_: False), moved(is_selected=lambda *_: False)):
        assert (plan.actions, plan.conflicts, plan.pages, plan.base_deletes) == ((), (), 0, ())


# What cannot be told


def test_a_deletion_names_the_files_that_the_page_may_have_become() -> None:
    here = [local("b"), local("c")]
    of = sides([base()], here, [remote()], rename_candidates={A: ("b.md", "c.md")})
    *creates, deletion = planned(of).actions
    assert steps(creates) == ["create wiki b", "create wiki c"]
    [deletion] = of_kind(Delete, [deletion])
    assert deletion.skip_reason == "delete"
    assert deletion.rename_candidates == ("b.md", "c.md")
