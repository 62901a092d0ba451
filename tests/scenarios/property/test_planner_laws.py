"""What holds of every plan, whatever both sides and the base look like."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from scenarios.property.model import World
from support.values import FILE, PAGE, key
from wikisync.planning.model import WRITES, Adopt, Conflict
from wikisync.planning.planner import PlanOptions
from wikisync.planning.reconcile import DropBase, NoChange, decide

if TYPE_CHECKING:
    from wikisync.page.model import Page
    from wikisync.planning.model import Local, Remote
    from wikisync.planning.reconcile import Decision

PATHS = ("p", "q", "r")
TEXTS = st.sampled_from(["one", "two", "three"])
STYLES = st.sampled_from(["", "a{}", "b{}"])

PAGES = st.builds(
    lambda content, title, tags, css, end: replace(
        PAGE, content=content, title=title, tags=tags, script_css=css, publish_end=end
    ),
    TEXTS,
    st.sampled_from(["A", "B"]),
    st.sampled_from([(), ("x",), ("x", "y")]),
    STYLES,
    st.sampled_from(["", "2030-01-01T00:00:00.000Z"]),
)
FILES = st.builds(
    lambda page, css, left_out: replace(
        FILE,
        content=page.content,
        title=None if "title" in left_out else page.title,
        tags=None if "tags" in left_out else page.tags,
        script_css=css,
        editor=None if "editor" in left_out else "markdown",
    ),
    PAGES,
    st.none() | STYLES,
    st.sets(st.sampled_from(["title", "tags", "editor"])),
)
WISHES = st.builds(
    PlanOptions,
    st.sampled_from(["push", "pull", "sync"]),
    st.booleans(),
    st.sampled_from([None, "local", "wiki"]),
)
SYNCS = st.builds(
    PlanOptions, st.just("sync"), st.booleans(), st.sampled_from([None, "local", "wiki"])
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Pages that were agreed on or not, and then changed, deleted or hidden on either side."""
    world = World()
    for path in PATHS:
        if draw(st.booleans()):
            world.edit(path, draw(PAGES))
            world.files[path] = draw(FILES)
            world.carry_out(world.plan(PlanOptions("sync", prefer="wiki")))
        if draw(st.booleans()):
            world.files[path] = draw(FILES)
        elif draw(st.booleans()):
            world.files.pop(path, None)
        match draw(st.sampled_from(["as it is", "edited", "touched", "gone", "hidden", "moved"])):
            case "edited":
                world.edit(path, draw(PAGES))
            case "touched" if path in world.wiki:
                world.edit(path, world.wiki[path])
            case "gone":
                world.wiki.pop(path, None)
            case "hidden" | "moved" as how if path in world.bases and path in world.wiki:
                world.odd[path] = how
    return world


@given(worlds(), WISHES)
def test_a_plan_never_writes_to_a_side_that_its_command_does_not_write_to(
    world: World, wish: PlanOptions
) -> None:
    assert {action.side for action in world.plan(wish).writes} <= WRITES[wish.command]


@given(worlds(), WISHES)
def test_nothing_is_deleted_without_the_wish(world: World, wish: PlanOptions) -> None:
    writes = world.plan(replace(wish, delete=False)).writes
    assert all(action.verb != "delete" for action in writes)


@given(worlds(), WISHES)
def test_a_page_is_planned_once(world: World, wish: PlanOptions) -> None:
    plan = world.plan(wish)
    acted = [action.key for action in plan.actions] + [found.key for found in plan.conflicts]
    assert len(acted) == len(set(acted))
    waiting = sum(plan.other_way.values())
    assert plan.pages >= len(acted) + plan.in_sync
    assert plan.pages <= len(acted) + plan.in_sync + waiting + len(PATHS)


@given(worlds(), WISHES)
def test_what_is_hidden_or_moved_is_never_touched(world: World, wish: PlanOptions) -> None:
    assert not {action.key.path for action in world.plan(wish).actions} & {*world.odd}


@given(worlds(), SYNCS)
def test_a_second_sync_has_nothing_to_do(world: World, wish: PlanOptions) -> None:
    first = world.plan(wish)
    world.carry_out(first)
    second = world.plan(wish)
    assert [action for action in second.actions if action.skip_reason is None] == []
    assert (second.base_updates, second.base_deletes) == ((), ())
    assert [found.key for found in second.conflicts] == [found.key for found in first.conflicts]


@given(worlds(), SYNCS)
def test_after_a_sync_a_push_and_a_pull_find_nothing_either(
    world: World, wish: PlanOptions
) -> None:
    world.carry_out(world.plan(wish))
    for command in ("push", "pull"):
        # Without a preference: a pull that prefers the wiki brings back what was deleted here.
        plan = world.plan(replace(wish, command=command, prefer=None))
        assert (plan.writes, set(plan.other_way.values()) - {0}) == ((), set())


@given(worlds(), st.booleans())
def test_a_push_and_a_pull_come_to_what_a_sync_comes_to(world: World, delete: bool) -> None:
    other = deepcopy(world)
    world.carry_out(world.plan(PlanOptions("sync", delete)))
    for command in ("push", "pull"):
        other.carry_out(other.plan(PlanOptions(command, delete)))
    assert (other.files, other.wiki) == (world.files, world.wiki)


@given(worlds(), st.booleans())
def test_no_text_is_lost_but_what_both_sides_had_agreed_on(world: World, delete: bool) -> None:
    agreed = {(path, page.content) for path, (_, page) in world.bases.items()}
    before = world.texts()
    world.carry_out(world.plan(PlanOptions("sync", delete)))
    assert before - agreed <= world.texts()


@given(worlds(), st.sampled_from(["local", "wiki"]))
def test_with_a_preference_and_the_wish_to_delete_no_plain_conflict_is_left(
    world: World, prefer: Any
) -> None:
    world.carry_out(world.plan(PlanOptions("sync", delete=True, prefer=prefer)))
    left = {found.kind for found in world.plan(PlanOptions("sync")).conflicts}
    assert left <= {"hidden", "moved"}


@given(worlds(), SYNCS)
def test_what_the_files_leave_out_is_never_wiped(world: World, wish: PlanOptions) -> None:
    before = dict(world.wiki)
    world.carry_out(world.plan(wish))
    for path, page in world.wiki.items():
        file, old = world.files.get(path), before.get(path)
        if file is not None and old is not None and file.script_css is None:
            assert page.script_css == old.script_css


def mirrored(decision: Decision) -> tuple[object, ...]:
    """A decision with the sides swapped, in what is the same on both."""
    swap = {
        "wiki": "folder",
        "folder": "wiki",
        "deleted-locally": "deleted-remotely",
        "deleted-remotely": "deleted-locally",
    }
    match decision:
        case Adopt():
            return ("adopt",)
        case Conflict(kind=kind, fields=fields):
            return (swap.get(kind, kind), set(fields))
        case NoChange() | DropBase():
            return (type(decision),)
        case action:
            return (action.verb, swap[action.side])


def plain(decision: Decision) -> tuple[object, ...]:
    match decision:
        case Adopt():
            return ("adopt",)
        case Conflict(kind=kind, fields=fields):
            return (kind, set(fields))
        case NoChange() | DropBase():
            return (type(decision),)
        case action:
            return (action.verb, action.side)


def met(base: Page | None, here: Page | None, there: Page | None) -> Decision:
    """The decision about one page whose file names all that can be changed there."""
    world = World()
    if base is not None:
        world.files["p"] = replace(base, editor=None, private=None)
        world.edit("p", base)
        world.agree("p")
    world.files, world.wiki = {}, {}
    if here is not None:
        world.files["p"] = replace(here, editor=None, private=None)
    if there is not None:
        world.edit("p", there)
    of = world.sides()
    local: Local | None = of.local.get(key("p"))
    shown = of.remote.get(key("p"))
    remote: Remote | None = shown if there is not None else None  # type: ignore[assignment]
    return decide(key("p"), of.bases.get(key("p")), local, remote)


@given(st.none() | PAGES, st.none() | PAGES, st.none() | PAGES)
def test_swapping_the_sides_swaps_the_decision(
    base: Page | None, here: Page | None, there: Page | None
) -> None:
    assert plain(met(base, here, there)) == mirrored(met(base, there, here))
