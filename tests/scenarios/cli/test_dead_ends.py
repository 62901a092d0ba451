"""Every state of both sides has a command that ends it, and the advice printed names one that does.

Pairs of events happen to two pages, on either side and in both orders; then a reader does what the
reports say. Whichever side's version they want to keep, and with whichever command they begin,
there is nothing left to say within three runs. And no page takes another page's text under its id.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final, get_args

import pytest

from scenarios.cli.advice import Choice
from scenarios.cli.pair_events import EVENTS, World, happen, strangers, walk
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COMMANDS: Final = ("sync", "push", "pull")
SAMPLE: Final = 7
"""Of so many pairs, one is tried in every run of the tests."""

PAIRS: Final = [(first, then) for first in EVENTS for then in EVENTS if first != then]

KNOWN: Final = [
    ("swap here", "delete two there"),
    ("delete two there", "move one to two there"),
    ("move two to three here", "create three there"),
    ("create three here", "move two to three there"),
    ("move two to three there", "move one to three here"),
    ("swap there", "move two to three here"),
    ("edit one here", "delete one there"),
    ("delete one here", "delete two there"),
]
"""What had no end, or an advice that led to none."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, Sandbox() as sandbox:
        # The wiki is on loopback: reading whom else to trust would be half the time of a run.
        patch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_args, **_more: None)
        yield World(tmp_path_factory.mktemp("pairs"), sandbox)


def dead_ends(world: World, pairs: Iterable[tuple[str, str]], *begin: str) -> list[str]:
    """What a reader saw who came to no end, or to a page with another's text."""
    found = []
    for pair in pairs:
        for choice in get_args(Choice):
            for command in begin:
                if not happen(world, *pair):
                    continue
                walked = walk(world, choice, command)
                if not walked.quiet or (strangers(world) and not overwrites_file(*pair)):
                    heading = f"{' + '.join(pair)}, keeping {choice}, from {command}"
                    found.append(f"{heading}\n{walked.told()}{strangers(world) or ''}")
    return found


def overwrites_file(first: str, then: str) -> bool:
    """Whether the user put one page's file over another's: that is an edit of the other."""
    deleted = [name for name in (first, then) if name in {"delete one here", "delete two here"}]
    if "swap here" in {first, then}:
        return bool(deleted)
    return bool(deleted) and then.endswith(f"to {deleted[0].split()[1]} here")


@pytest.mark.parametrize("pair", KNOWN, ids=" + ".join)
def test_what_had_no_end_has_one(world: World, pair: tuple[str, str]) -> None:
    assert dead_ends(world, [pair, pair[::-1]], *COMMANDS) == []


def test_the_advice_ends_what_two_events_left_on_either_side(world: World) -> None:
    assert dead_ends(world, PAIRS[::SAMPLE], "sync") == []


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("choice", get_args(Choice))
def test_a_page_whose_new_name_has_an_equal_copy_never_takes_the_next_pages_text(
    world: World, choice: Choice, command: str
) -> None:
    assert happen(
        world, "copy one to three there", "move one to three here", "move two to one here"
    )
    walked = walk(world, choice, command)
    assert walked.quiet, walked.told()
    assert strangers(world) == {}, walked.told()
    pages = {row["path"]: row["id"] for row in world.sandbox.pages()}
    if "two" not in pages:  # it moved, with its history
        assert pages["one"] == world.ids["two"], walked.told()


@pytest.mark.parametrize("choice", get_args(Choice))
def test_a_page_that_changed_without_its_time_is_a_conflict_that_can_be_settled(
    world: World, choice: Choice
) -> None:
    world.reset()
    world.edit_here("one")
    assert world.rewrite_there("one")
    walked = walk(world, choice, "push")
    assert walked.quiet, walked.told()


def test_verify_sees_a_page_that_changed_without_its_time_and_so_does_the_next_run(
    world: World,
) -> None:
    world.reset()
    assert world.rewrite_there("one")
    assert "3 in sync" in world.workspace.run("status").ok().out
    told = world.workspace.run("status", "--verify").ok()
    assert "changed on the wiki without a new timestamp: one.md" in told.text
    assert "update in the folder" in told.text
    world.workspace.run("pull", "--yes").ok()
    assert "one-rewritten says" in world.workspace.read("one.md")
    assert "3 pages: 3 in sync" in world.workspace.run("status", "--verify").ok().out


@pytest.mark.slow
@pytest.mark.parametrize("first", EVENTS)
def test_the_advice_ends_all_that_two_events_can_leave(world: World, first: str) -> None:
    pairs = [pair for pair in PAIRS if pair[0] == first]
    assert dead_ends(world, pairs, *COMMANDS) == []
