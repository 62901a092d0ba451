"""One reason for many items is said once, and different reasons are never said as one."""

from __future__ import annotations

from wikisync.report.grouping import Item, group_by_reason


def test_items_of_one_reason_are_one_group_in_the_order_of_the_first() -> None:
    items = [Item("a", "x"), Item("b", "y"), Item("c", "x"), Item("d", "x", heading="other")]
    groups = group_by_reason(items)
    assert [[item.name for item in group.items] for group in groups] == [["a", "c"], ["b"], ["d"]]
    assert [group.text for group in groups] == ["x", "y", "x"]


def test_what_differs_between_items_of_a_reason_is_left_out_and_the_rest_stays() -> None:
    (group,) = group_by_reason(
        [
            Item("a.md", "its title has 256 characters, and the limit is 255: after “… ab”"),
            Item("b.md", "its title has 1,300 characters, and the limit is 255: after “… cd”"),
        ]
    )
    assert group.text == "its title has … characters, and the limit is 255: after “…”"


def test_an_items_own_names_do_not_make_a_reason_of_its_own() -> None:
    (group,) = group_by_reason(
        Item(
            f"{name}.md",
            f"Renamed (it was old/{name}.md).",
            f"wikisync push '{name}.md', or wikisync pull {name}",
            "conflict",
            (f"{name}.md", name, f"old/{name}.md"),
        )
        for name in ("one", "a long one")
    )
    assert group.text == "Renamed (it was …)."
    assert group.hint == "wikisync push 'PATH', or wikisync pull PATH"


def test_a_reason_for_one_item_is_said_as_it_is() -> None:
    (group,) = group_by_reason([Item("a", "It was `a` at 10:20.", "push a", "", ("a",))])
    assert (group.text, group.hint) == ("It was `a` at 10:20.", "push a")


def test_quoted_words_and_numbers_alone_make_no_other_reason() -> None:
    texts = ["`de` looks like a locale", "`xx` looks like a locale", "`de` looks like a number"]
    groups = group_by_reason(Item(str(number), text) for number, text in enumerate(texts))
    assert [group.text for group in groups] == ["`…` looks like a locale", texts[2]]


def test_an_example_makes_no_other_reason_and_that_of_the_first_is_said() -> None:
    (group,) = group_by_reason(Item(x, "spaces", example=f"try {x}-{x}") for x in ("one", "two"))
    assert (group.text, group.hint) == ("spaces", "try one-one")
