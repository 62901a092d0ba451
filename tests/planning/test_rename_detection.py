"""Which new files are pages that were renamed here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.values import base, key, local
from wikisync.planning.rename_detection import (
    DetectedRenames,
    RenameInput,
    detect_renames,
    similarity,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.page.model import Key
    from wikisync.planning.model import Base, Local

A, B, C, D = (key(name) for name in "abcd")


def renames(
    bases: Iterable[Base],
    here: Iterable[Local],
    *,
    taken: Iterable[Key] = (),
    moved_remotely: Mapping[Key, Key] | None = None,
    blocked: Iterable[Key] = (),
    alike: Mapping[tuple[Key, Key], float] | None = None,
) -> DetectedRenames:
    near = alike or {}
    return detect_renames(
        RenameInput(
            {one.key: one for one in bases},
            {key(one.file.rpartition(".")[0]): one for one in here},
            frozenset(blocked),
            moved_remotely or {},
            lambda to: to not in set(taken),
            lambda page, file: near.get((page, file), 0.0),
        )
    )


def test_a_file_under_a_new_name_is_the_page_that_it_was() -> None:
    assert renames([base("a")], [local("b")]).moved == {A: B}


def test_a_file_with_another_title_and_the_same_content_is_the_page_that_it_was() -> None:
    assert renames([base("a")], [local("b", title="B")]).moved == {A: B}


def test_a_new_file_beside_the_old_one_is_a_copy_and_no_move() -> None:
    assert renames([base("a")], [local("a"), local("b")]) == DetectedRenames()


def test_a_new_file_of_other_content_is_a_new_page() -> None:
    assert renames([base("a")], [local("b", content="Other.\n")]) == DetectedRenames()


def test_two_equal_files_are_no_move_and_both_are_named() -> None:
    found = renames([base("a")], [local("b"), local("c")])
    assert found == DetectedRenames({}, {A: ("b.md", "c.md")})


def test_one_file_for_two_equal_pages_is_no_move() -> None:
    found = renames([base("a"), base("b", 2)], [local("c")])
    assert found == DetectedRenames({}, {A: ("c.md",), B: ("c.md",)})


def test_what_the_header_says_tells_pages_of_the_same_content_apart() -> None:
    bases = [base("a", title="One"), base("b", 2, title="Two")]
    found = renames(bases, [local("c", title="Two"), local("d", title="One")])
    assert found == DetectedRenames({A: D, B: C})


def test_a_file_that_became_another_kind_of_page_is_no_move() -> None:
    assert renames([base("a")], [local("b", kind="html", suffix=".html")]) == DetectedRenames()


def test_a_place_that_is_taken_on_the_wiki_is_none_to_move_to() -> None:
    assert renames([base("a")], [local("b")], taken=[B]) == DetectedRenames()


def test_a_page_whose_file_is_no_valid_page_now_did_not_move() -> None:
    assert renames([base("a")], [local("b")], blocked=[A]) == DetectedRenames()


def test_a_file_where_the_wiki_moved_its_page_is_that_page_whatever_else_is_new() -> None:
    here = [local("b", content="Other.\n"), local("c", content="Edited.\n")]
    assert renames([base("a")], here, moved_remotely={A: C}, taken=[C]).moved == {A: C}


def test_a_file_that_has_a_pages_text_is_that_page_wherever_the_wiki_moved_it() -> None:
    here = [local("b"), local("c", content="Other.\n")]
    assert renames([base("a")], here, moved_remotely={A: C}, taken=[C]).moved == {A: B}


def test_the_wikis_word_makes_no_page_of_a_file_that_is_another_ones() -> None:
    bases = [base("a", content="One.\n"), base("b", 2, content="Two.\n")]
    here = [local("c", content="Two.\n"), local("d", content="One.\n")]
    assert renames(bases, here, moved_remotely={A: C}, taken=[C]).moved == {A: D}
    here = [local("c", content="One.\n"), local("d", content="Two.\n")]
    assert renames(bases, here, moved_remotely={A: C}, taken=[C]).moved == {A: C, B: D}


def test_files_that_took_each_others_names_are_two_moves() -> None:
    bases = [base("a", content="One.\n"), base("b", 2, content="Two.\n")]
    here = [local("a", content="Two.\n"), local("b", content="One.\n")]
    assert renames(bases, here).moved == {A: B, B: A}


def test_files_that_took_each_others_names_are_two_moves_beside_a_copy_of_one_of_them() -> None:
    bases = [base("a", content="One.\n"), base("b", 2, content="Two.\n")]
    here = [local("a", content="Two.\n"), local("b", content="One.\n")]
    assert renames(bases, [*here, local("c", content="One.\n")]).moved == {A: B, B: A}


def test_three_files_in_a_ring_are_three_moves() -> None:
    bases = [base(name, n, content=f"Of {name}.\n") for n, name in enumerate("abc")]
    here = [local(to, content=f"Of {name}.\n") for name, to in zip("abc", "bca", strict=True)]
    assert renames(bases, here).moved == {A: B, B: C, C: A}


def test_files_that_each_took_the_next_ones_name_are_a_chain() -> None:
    bases = [base("a", content="One.\n"), base("b", 2, content="Two.\n")]
    here = [local("b", content="One.\n"), local("c", content="Two.\n")]
    assert renames(bases, here).moved == {A: B, B: C}


def test_a_page_copied_over_another_is_an_edit_of_that_one() -> None:
    bases = [base("a", content="One.\n"), base("b", 2, content="Two.\n")]
    here = [local("a", content="One.\n"), local("b", content="One.\n")]
    assert renames(bases, here) == DetectedRenames()


def test_a_renamed_file_whose_old_name_has_a_new_page_is_a_move() -> None:
    here = [local("a", content="Quite another.\n"), local("b", content="One.\n")]
    found = renames([base("a", content="One.\n")], here)
    assert found.moved in ({}, {A: B})  # without a trace of intent, either is safe


@pytest.mark.parametrize(("share", "moved"), [(0.5, {A: B}), (0.49, {})])
def test_renamed_and_edited_is_a_move_where_half_of_the_text_is_left(
    share: float, moved: dict[Key, Key]
) -> None:
    here = [local("b", content="Edited.\n")]
    assert renames([base("a")], here, alike={(A, B): share}).moved == moved


def test_two_files_that_are_both_near_are_no_move_and_both_are_named() -> None:
    here = [local("b", content="Near.\n"), local("c", content="Nearer.\n")]
    found = renames([base("a")], here, alike={(A, B): 0.6, (A, C): 0.9})
    assert found == DetectedRenames({}, {A: ("b.md", "c.md")})


def test_one_file_that_is_near_two_pages_is_no_move() -> None:
    bases = [base("a", content="One.\n"), base("b", 2, content="Two.\n")]
    near = {(A, C): 0.6, (B, C): 0.9}
    found = renames(bases, [local("c", content="Three.\n")], alike=near)
    assert found == DetectedRenames({}, {A: ("c.md",), B: ("c.md",)})


def test_exact_content_is_stronger_than_near_content() -> None:
    bases = [base("a"), base("b", 2, content="Text of old.\n")]
    here = [local("c"), local("d", content="Text of new.\n")]
    near = {(A, C): 1.0, (A, D): 0.9, (B, C): 0.9, (B, D): 0.9}
    assert renames(bases, here, alike=near).moved == {A: C, B: D}


def test_pages_that_are_more_than_can_be_compared_are_left_as_they_are() -> None:
    bases = [base(f"old-{n}", n, content=f"Old {n}.\n") for n in range(101)]
    here = [local(f"new-{n}", content=f"New {n}.\n") for n in range(101)]
    near = {(key("old-1"), key("new-1")): 0.9}
    assert renames(bases, here, alike=near) == DetectedRenames()


def test_nothing_new_is_nothing_compared() -> None:
    def never(_page: Key, _file: Key) -> float:
        raise AssertionError("compared")

    known = RenameInput({A: base("a")}, {}, frozenset(), {}, lambda _to: True, never)
    assert detect_renames(known) == DetectedRenames()
    known = replace(known, bases={}, local={B: local("b")})
    assert detect_renames(known) == DetectedRenames()


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("", "", 0, 0),
        ("\n\n", "Text.\n", 0, 0),
        ("Text.\n", "Text.\r\n\r\n", 1, 1),
        ("A line of text.\nAnother.\n", "A line of text.\nChanged.\n", 0.6, 0.95),
        ("Wholly this.\n", "0123456789\n", 0, 0.3),
        ("a line\n" * 400, "a line\n" * 400, 1, 1),
        ("a line\n" * 400 + "x" * 2800 + "\n", "a line\n" * 400, 0.45, 0.5),
        ("x" * 2000, "y" * 2000, 0, 0),
        ("一二三四五\n" * 3, "一二三四五\n" * 2 + "六\n", 0.6, 0.9),
    ],
)
def test_likeness_is_the_share_of_the_text_that_both_have(
    one: str, other: str, least: float, most: float
) -> None:
    assert least <= similarity(one, other) <= most
    assert similarity(one, other) == pytest.approx(similarity(other, one), abs=0.2)
