"""A reviewed plan against the plan of today, step by step: what may be done, what is stale."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from support.values import (
    LATER,
    as_kind,
    base,
    key,
    listed,
    local,
    of_kind,
    planned,
    remote,
    sides,
    steps,
)
from wikisync.errors import BadPage
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.model import Create, Hidden, Merge, Move, MovedAway, Remote, Update
from wikisync.planning.planner import PlanOptions
from wikisync.planning.reviewed import CompletedSteps, ReviewedSteps, match_reviewed, same_step

if TYPE_CHECKING:
    from wikisync.planning.model import Command
    from wikisync.planning.planner import Snapshot

A, B = key("a"), key("b")
EDITED = local(content="Mine.\n")


def edited() -> Snapshot:
    """A page that was edited here, and one that is in sync."""
    return sides([base(), base("b", 2)], [EDITED, local("b")], [remote(), remote("b", 2)])


def held(then: Snapshot, now: Snapshot, command: Command = "push", **more: Any) -> ReviewedSteps:
    """The plan of one moment, held against that of another."""
    wish = PlanOptions(command, delete=True)
    return match_reviewed(planned(then, wish), planned(now, wish), now, **more)


def why(found: ReviewedSteps) -> dict[str, str]:
    return {action.file: error.found for action, error in found.stale}


def test_the_same_plan_is_done_as_it_is() -> None:
    found = held(edited(), edited())
    assert steps(found.plan.writes) == ["update wiki a"]
    assert (found.stale, found.unplanned, found.earlier) == ((), 0, 0)


def test_what_was_not_reviewed_is_left_out_and_counted() -> None:
    now = sides(
        [base(), base("b", 2)],
        [EDITED, local("b", content="Mine too.\n"), local("c", content="New.\n")],
        [remote(), remote("b", 2)],
    )
    found = held(edited(), now)
    assert steps(found.plan.writes) == ["update wiki a"]
    assert found.unplanned == 2


def test_what_is_not_chosen_is_neither_done_nor_stale() -> None:
    found = held(edited(), edited(), chosen=lambda action: action.key != A)
    assert (found.plan.writes, found.stale, found.unplanned) == ((), (), 0)


def test_what_writes_nothing_stays() -> None:
    equal = local("b", content="Alike.\n")
    there = remote("b", 2, content="Alike.\n", updated=LATER)
    now = sides([base(), base("b", 2)], [EDITED, equal], [remote(), there])
    assert steps(held(edited(), now).plan) == ["adopt folder b", "update wiki a"]


NOW: dict[str, tuple[Any, Any]] = {
    "its content changed in the folder": (local(content="Other.\n"), remote()),
    "its title changed in the folder": (local(content="Mine.\n", title="B"), remote()),
    "it changed in the folder": (
        replace(EDITED, fingerprint=EDITED.fingerprint.restricted_to("content")),
        remote(),
    ),
    "its file has another content type now": (local(content="Mine.\n", kind="html"), remote()),
    "its file was deleted": (None, remote()),
    "its tags changed on the wiki": (EDITED, remote(tags=("new",), updated=LATER)),
    "its scriptJs changed on the wiki": (EDITED, remote(script_js="go()", updated=LATER)),
    "there is another page on the wiki now": (EDITED, remote(number=9, updated=LATER)),
    "the page was deleted on the wiki": (EDITED, None),
    "the API key can no longer see the page": (EDITED, Hidden()),
    "the page was moved to en/far on the wiki": (EDITED, MovedAway(key("far"))),
    "it is already as planned": (EDITED, remote(content="Mine.\n", updated=LATER)),
    "its content changed in the folder and its title changed on the wiki": (
        local(content="Other.\n"),
        remote(title="B", updated=LATER),
    ),
}


@pytest.mark.parametrize("reason", NOW)
def test_a_page_that_moved_on_is_stale_and_told_why(reason: str) -> None:
    here, there = NOW[reason]
    then = sides([base()], [EDITED], [remote()])
    now = sides([base()], [] if here is None else [here], {A: there})
    found = held(then, now)
    assert why(found) == {"a.md": reason}
    assert found.plan.writes == ()
    (error,) = (error for _action, error in found.stale)
    assert error.done == ("already" in reason)


def test_a_file_that_became_no_page_is_stale() -> None:
    now = sides(
        [base()],
        [],
        [remote()],
        blocked=frozenset({A}),
        problems=(BadPage("a.md", 1, "it is no text"),),
    )
    assert why(held(sides([base()], [EDITED], [remote()]), now)) == {
        "a.md": "its file is no longer a valid page"
    }


def test_a_page_that_is_to_be_made_and_is_there_now_is_stale() -> None:
    then = sides([], [EDITED])
    now = sides([], [EDITED], [remote(content="Theirs.\n")])
    assert why(held(then, now)) == {"a.md": "the page exists on the wiki now"}


def test_a_file_that_is_to_be_made_and_is_there_now_is_stale() -> None:
    then = sides([], [], [remote()])
    now = sides([], [EDITED], [remote()])
    assert why(held(then, now, "pull")) == {"a.md": "a file of that name exists now"}


def test_what_is_decided_otherwise_now_is_stale_though_both_sides_are_as_they_were() -> None:
    """Another run recorded another base meanwhile."""
    now = sides([base(content="Mine.\n")], [EDITED], [remote()])
    assert why(held(edited(), now)) == {"a.md": "there is nothing left to do"}
    now = sides([base(title="B", content="Mine.\n")], [EDITED], [remote()])
    assert list(why(held(edited(), now))) == ["a.md"]


def test_another_spelling_of_a_file_is_the_same_file() -> None:
    now = replace(EDITED, digest=b"other bytes")
    found = held(edited(), sides([base()], [now], [remote()]))
    (action,) = found.plan.writes
    assert action.local == now  # and what is written under is the lease of now


def test_a_page_that_was_never_read_is_told_by_its_time() -> None:
    then = sides([], [], [Remote(listed())])
    assert steps(held(then, then, "pull").plan) == ["create folder a"]
    now = sides([], [], [Remote(listed(updated=LATER))])
    assert why(held(then, now, "pull")) == {"a.md": "the page was edited on the wiki"}


# ---- moves


def swap(**there: Any) -> Snapshot:
    """Two files that changed places."""
    return sides(
        [base(content="A.\n"), base("b", 2, content="B.\n")],
        [local(content="B.\n"), local("b", content="A.\n")],
        [remote(content="A.\n", **there), remote("b", 2, content="B.\n")],
        moved_locally={A: B, B: A},
    )


def test_pages_that_change_places_go_together() -> None:
    assert len(held(swap(), swap()).plan.writes) == 3  # with the step out of the way
    found = held(swap(), swap(title="Other", updated=LATER))
    assert found.plan.writes == ()
    assert "its title changed on the wiki" in why(found)["b.md"]
    assert why(found)["a.md"].startswith("it depends on b.md")


def test_of_pages_that_change_places_one_alone_cannot_be_chosen() -> None:
    found = held(swap(), swap(), chosen=lambda action: action.key == A)
    assert found.plan.writes == ()
    assert why(found) == {"a.md": "it depends on b.md, which is left as it is"}


def test_a_move_whose_page_was_edited_takes_its_update_with_it() -> None:
    def renamed(**there: Any) -> Snapshot:
        file = local("b", content="Mine.\n")
        return sides([base()], [file], [remote(**there)], moved_locally={A: B})

    assert steps(held(renamed(), renamed()).plan) == ["move wiki b", "update wiki b"]
    found = held(renamed(), renamed(tags=("new",), updated=LATER))
    assert found.plan.writes == ()
    assert len(found.stale) == 2


# ---- a run that was cut off


def begun(*done: tuple[Any, Any, Any], touched: Any = (A,)) -> CompletedSteps:
    return CompletedSteps(frozenset(done), frozenset(touched), begun=True)


def test_what_an_interrupted_run_did_is_counted_and_not_stale() -> None:
    now = sides([base(content="Mine.\n")], [EDITED], [remote(content="Mine.\n")])
    found = held(edited(), now, earlier=begun(("update", "wiki", A)))
    assert (found.stale, found.earlier, found.plan.writes) == ((), 1, ())


def test_what_happened_to_a_page_after_that_is_not_of_the_plan() -> None:
    now = sides([base(content="Mine.\n")], [local(content="Later.\n")], [remote(content="Mine.\n")])
    found = held(edited(), now, earlier=begun(("update", "wiki", A)))
    assert (found.stale, found.earlier, found.plan.writes) == ((), 1, ())


def half_made() -> Snapshot:
    """A page that was made without its tags."""
    return sides([base(content="Mine.\n")], [local(content="Mine.\n", tags=("new",))], [half()])


def half() -> Remote:
    return remote(content="Mine.\n")


def test_a_half_written_page_is_ended_by_the_same_plan_and_by_no_other() -> None:
    then = sides([], [local(content="Mine.\n", tags=("new",))])
    assert steps(held(then, half_made(), earlier=begun()).plan.writes) == ["update wiki a"]
    assert why(held(then, half_made())) == {"a.md": "the page exists on the wiki now"}
    assert held(then, half_made(), earlier=begun(touched=(B,))).plan.writes == ()


def test_a_half_written_page_whose_file_was_edited_since_is_stale() -> None:
    then = sides([], [local(content="Mine.\n", tags=("new",))])
    now = sides([base(content="Mine.\n")], [local(content="Later.\n", tags=("new",))], [half()])
    assert held(then, now, earlier=begun()).plan.writes == ()


# ---- when two steps are the same


def updating() -> Update:
    [update] = of_kind(Update, planned(edited(), PlanOptions("push")))
    return update


def merging() -> Merge:
    page = replace(_page(), content="Merged.\n")
    return as_kind(updating(), Merge, merged=page, remote_changes=("tags",))


def _page() -> Any:
    record = remote().record
    assert record is not None
    return record.page


OTHER: dict[str, dict[str, Any]] = {
    "side": {"side": "folder"},
    "file": {"file": "b.md"},
    "fields": {"fields": ("title",)},
    "their fields": {"remote_changes": ()},
    "marks": {"writes_markers": True},
    "no file": {"local": None},
    "no page": {"remote": None},
    "file's values": {"local": local()},
    "file's kind": {"local": replace(EDITED, content_type="html")},
    "page's values": {"remote": remote(title="B")},
    "page's number": {"remote": remote(number=2)},
    "merged page": {"merged": None},
}


@pytest.mark.parametrize("name", OTHER)
def test_a_step_that_differs_in_anything_is_another_step(name: str) -> None:
    step = merging()
    assert same_step(step, replace(step))
    assert not same_step(step, replace(step, **OTHER[name]))
    assert not same_step(replace(step, **OTHER[name]), step)


def test_a_step_of_another_kind_is_another_step() -> None:
    update = updating()
    assert not same_step(update, as_kind(update, Create))
    assert not same_step(update, merging())
    assert not same_step(update, replace(update, converts=True))


def test_a_move_from_elsewhere_is_another_step() -> None:
    move = as_kind(updating(), Move, from_file="b.md")
    assert same_step(move, replace(move))
    assert not same_step(move, replace(move, from_file="c.md"))


def test_a_merge_to_another_text_is_another_step() -> None:
    step = merging()
    assert step.merged is not None
    other = replace(step.merged, content="Other.\n")
    assert fingerprint(other) != fingerprint(step.merged)
    assert not same_step(step, replace(step, merged=other))
