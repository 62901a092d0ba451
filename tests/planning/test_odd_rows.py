"""What the table's columns do not say: hidden, moved, of another kind, private, named only now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.values import LATER, base, key, listed, local, remote
from wikisync.planning.model import Action, Conflict, Hidden, MovedAway
from wikisync.planning.reconcile import DropBase, NoChange, decide, pages_to_fetch
from wikisync.planning.resolution import resolve_with

A = key("a")


def conflict(*args: object) -> Conflict:
    found = decide(A, *args)  # type: ignore[arg-type]
    assert isinstance(found, Conflict)
    return found


def step(*args: object) -> Action:
    found = decide(A, *args)  # type: ignore[arg-type]
    assert isinstance(found, Action)
    return found


def test_hidden_is_neither_gone_nor_written() -> None:
    assert conflict(base(), local(), Hidden()).kind == "hidden"
    assert conflict(base(), local(content="New.\n"), Hidden()).kind == "hidden"
    assert conflict(base(), None, Hidden()).kind == "hidden"


def test_moved_on_the_wiki_is_named_with_where_it_went() -> None:
    found = conflict(base(), local(), MovedAway(key("b")))
    assert (found.kind, found.detail, found.file) == ("moved", "en/b", "a.md")


def test_moved_on_the_wiki_and_renamed_here_is_at_peace() -> None:
    assert decide(A, base(), None, MovedAway(key("b"))) == DropBase(A)


def test_a_file_of_another_kind_than_the_page_is_a_conflict() -> None:
    here = local(kind="html", suffix=".html")
    found = conflict(None, here, remote())
    assert (found.kind, found.detail) == ("content-type", "html, markdown")
    assert conflict(base(), local(), remote(kind="yml")).kind == "converted-remotely"


@pytest.mark.parametrize("side", ["local", "wiki"])
@pytest.mark.parametrize(
    "kind", ["hidden", "moved", "content-type", "private", "changed-before-write"]
)
def test_a_preference_settles_nothing_that_a_write_could_not(kind: str, side: str) -> None:
    found = conflict(None, local(), remote(content="Other.\n"))
    assert resolve_with(side, replace(found, kind=kind)) is None  # type: ignore[arg-type]


def test_a_private_page_is_not_written_unless_the_file_says_private() -> None:
    there = remote(private=True)
    assert conflict(base(), local(content="New.\n"), there).kind == "private"
    known = base(private=True)
    assert step(known, local(content="New.\n", private=True), there).verb == "update"


@pytest.mark.parametrize("known", [None, base()])
def test_asking_for_privacy_is_a_conflict_since_no_update_can_give_it(known: object) -> None:
    here = local(content="New.\n", private=True)
    found = conflict(known, here, remote())
    assert found.kind == "private"
    assert resolve_with("local", found) is None


def test_another_editor_is_a_conflict_since_no_update_changes_it() -> None:
    found = conflict(base(), local(editor="code"), remote())
    assert (found.kind, found.fields) == ("editor", ("editor",))
    assert resolve_with("local", found) is None
    back = resolve_with("wiki", found)
    assert back is not None
    assert (back.verb, back.side, back.forced) == ("update", "folder", True)


@pytest.mark.parametrize("known", [None, base()])
def test_another_editor_stays_a_conflict_beside_other_differences(known: object) -> None:
    here, there = local(editor="code", content="Mine.\n"), remote(content="Theirs.\n")
    found = conflict(known, here, there)
    assert (found.kind, found.fields) == ("editor", ("content", "editor"))
    assert resolve_with("local", found) is None


def test_a_field_that_the_file_leaves_out_is_no_change() -> None:
    known = base(description="Words")
    bare = local(title=None, description=None, tags=None, editor=None, published=None)
    found = decide(A, known, bare, remote(description="Words"))
    assert isinstance(found, Action)
    assert found.verb == "adopt"


STYLED = base(here=local(), script_css="a{}")
"""A page with a style that its file does not name."""


def test_a_field_that_the_file_names_only_now_is_compared_with_what_the_wiki_had() -> None:
    there = remote(script_css="a{}")
    found = step(STYLED, local(script_css="b{}"), there)
    assert (found.verb, found.side, found.fields) == ("update", "wiki", ("scriptCss",))
    assert step(STYLED, local(script_css="a{}"), there).verb == "adopt"


def test_a_field_that_the_file_names_only_now_and_the_wiki_changed_is_brought_here() -> None:
    there = remote(script_css="b{}", updated=LATER)
    found = step(STYLED, local(script_css="a{}"), there)
    assert (found.verb, found.side, found.fields) == ("update", "folder", ("scriptCss",))
    assert conflict(STYLED, local(script_css="c{}"), there).kind == "both-changed"


@pytest.mark.parametrize(
    "fields", [{"script_css": "b{}"}, {"script_js": "x()"}, {"private": False}]
)
def test_what_the_file_does_not_name_may_change_on_the_wiki_without_a_word(
    fields: dict[str, Any],
) -> None:
    there = remote(**({"script_css": "a{}"} | fields), updated=LATER)
    assert decide(A, STYLED, local(), there) == NoChange(there)


def test_what_the_file_names_no_more_counts_no_more() -> None:
    known, there = base(script_css="a{}"), remote(script_css="b{}", updated=LATER)
    assert step(known, local(), there).verb == "adopt"
    assert decide(A, known, None, there) != DropBase(A)


def test_each_side_is_compared_with_its_own_base() -> None:
    here = local(script_css="a { color: red }")
    known = base(here=here, script_css="a{color:red}")
    assert decide(A, known, here, remote(script_css="a{color:red}")) == NoChange()


def test_only_pages_that_may_have_changed_are_read() -> None:
    known = {key(path): base(path, n) for n, path in enumerate("abcdef", 1)}
    shown = {
        key("a"): listed("a", 1),
        key("b"): listed("b", 2, LATER),
        key("c"): listed("c", 3, title="New"),
        key("d"): listed("d", 99),
        key("e"): listed("e", 5, tags=("new",)),
        key("new"): listed("new", 7),
        key("met"): listed("met", 8),
    }
    look = pages_to_fetch(known, [key("met"), key("a")], shown)
    assert [page.key.path for page in look.read] == ["b", "c", "d", "e", "met"]
    assert [gone.key.path for gone in look.missing] == ["f"]
