"""Each row of the design's table, *How a page is decided*, under the name of its situation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.values import LATER, base, key, listed, local, remote
from wikisync.planning.model import Conflict, Remote
from wikisync.planning.reconcile import DropBase, NoChange, decide

if TYPE_CHECKING:
    from wikisync.planning.model import Base, Local, RemoteState

A = key("a")


def decided(known: Base | None, here: Local | None, there: RemoteState) -> str:
    """The decision in short, with the fields that it is about."""
    match decide(A, known, here, there):
        case Conflict() as conflict:
            return " ".join(("conflict", conflict.kind, *conflict.fields))
        case NoChange(renewed):
            return "renew" if renewed else "nothing"
        case DropBase():
            return "forget"
        case step:
            return " ".join((step.verb, step.side, *step.fields))


def test_here_alone_and_new_is_created_on_the_wiki() -> None:
    assert decided(None, local(), None) == "create wiki"


def test_on_the_wiki_alone_and_new_is_created_here() -> None:
    assert decided(None, None, Remote(listed())) == "create folder"


def test_new_on_both_sides_and_equal_is_adopted() -> None:
    assert decided(None, local(), remote()) == "adopt folder"


def test_new_on_both_sides_and_different_is_a_conflict() -> None:
    assert decided(None, local(), remote(content="Other.\n")) == "conflict both-new content"


def test_unchanged_on_both_sides_is_left_alone() -> None:
    assert decided(base(), local(), remote()) == "nothing"


def test_unchanged_and_not_even_read_is_left_alone() -> None:
    known = base()
    assert decided(known, local(), Remote(listed(), known.remote)) == "nothing"


def test_changed_here_updates_the_wiki() -> None:
    assert decided(base(), local(content="New.\n"), remote()) == "update wiki content"


def test_changed_on_the_wiki_updates_the_file() -> None:
    there = remote(title="New", updated=LATER)
    assert decided(base(), local(), there) == "update folder title"


def test_changed_alike_on_both_sides_is_adopted() -> None:
    here, there = local(content="New.\n"), remote(content="New.\n", updated=LATER)
    assert decided(base(), here, there) == "adopt folder"


def test_changed_differently_on_both_sides_is_a_conflict() -> None:
    here, there = local(content="Mine.\n"), remote(content="Theirs.\n", updated=LATER)
    assert decided(base(), here, there) == "conflict both-changed content"


def test_gone_here_and_unchanged_on_the_wiki_is_deleted_there() -> None:
    assert decided(base(), None, remote()) == "delete wiki"


def test_unchanged_here_and_gone_on_the_wiki_is_deleted_here() -> None:
    assert decided(base(), local(), None) == "delete folder"


def test_gone_here_and_changed_on_the_wiki_is_a_conflict_kept_on_the_wiki() -> None:
    there = remote(content="New.\n", updated=LATER)
    assert decided(base(), None, there) == "conflict deleted-locally content"


def test_changed_here_and_gone_on_the_wiki_is_a_conflict_kept_here() -> None:
    assert decided(base(), local(content="New.\n"), None) == "conflict deleted-remotely content"


def test_gone_on_both_sides_is_forgotten() -> None:
    assert decided(base(), None, None) == "forget"


def test_a_changed_time_without_a_change_is_noted_and_nothing_else() -> None:
    there = remote(updated=LATER)
    assert decide(A, base(), local(), there) == NoChange(there)


def test_the_same_page_under_a_new_id_is_noted_and_nothing_else() -> None:
    assert decided(base(), local(), remote(number=2)) == "renew"


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"content": "Text.\r\n\r\n"}, {}),
        ({"content": "\n\nText."}, {}),
        ({"tags": (" B", "a")}, {"tags": ("a", "b")}),
    ],
)
def test_what_does_not_count_as_a_change_is_none(
    mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    assert decided(None, local(**mine), remote(**theirs)) == "adopt folder"
