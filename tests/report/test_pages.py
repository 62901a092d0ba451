"""Differences as people see them: headers, fields, marked words, two columns, a line a page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.console import plain, signed
from support.values import FILE, as_kind, base, local, page, planned, remote, sides
from wikisync.planning.model import Conflict, Create, Delete, Merge, Move
from wikisync.planning.planner import PlanOptions
from wikisync.report.diff.diffstat import diffstat
from wikisync.report.diff.styled_text import cells
from wikisync.report.terminal import pages
from wikisync.request import PageDiff

PUSH = planned(sides([base()], [local(content="New.")], [remote()]), PlanOptions("push")).actions[0]
ALL = replace(PUSH, fields=())


def shown(*pairs: PageDiff, width: int = 60, beside: bool = False) -> list[str]:
    """What is shown, with marked words in brackets, without the blank line at the end."""
    *lines, last = signed(pages(pairs, width, beside=beside))
    assert last == ""
    return lines


def test_a_page_has_a_header_its_fields_and_its_content() -> None:
    old = page(title="The old title", tags=("a", "old"), content="# Top\n\nThe old word.\n")
    new = page(title="The new title", tags=("a", "new"), content="# Top\n\nThe new word.\n")
    assert shown(PageDiff(ALL, old, new)) == [
        f"a.md  The new title {'─' * 21} update on the wiki",
        "title: The [old] title → The [new] title",
        "tags: +new -old",
        "@@ -1,3 +1,3 @@",
        *(" # Top", " ", "-The [old] word.", "+The [new] word."),
    ]


def test_what_is_done_stands_at_the_right_edge_whatever_the_script() -> None:
    for title in ("Home", "安装指南", "Установка", "e\u0301"):
        header, *_ = shown(PageDiff(ALL, page(), page(title=title)), width=70)
        assert cells(header) == 70


def test_a_header_that_is_too_long_is_wrapped_at_words_above_what_is_done() -> None:
    first, second, third, *_ = shown(PageDiff(ALL, page(), page(title="A very long title " * 5)))
    assert first == "a.md  A very long title A very long title A very long title"
    assert second == "A very long title A very long title"
    assert third.endswith("── update on the wiki")
    assert len(third) == 60


def test_a_page_that_comes_is_shown_whole() -> None:
    create = as_kind(ALL, Create)
    text = "\n".join(f"line {n}" for n in range(2_000))
    lines = shown(PageDiff(create, None, replace(FILE, content=text, tags=("x",))))
    assert lines[:5] == [
        f"a.md  A {'─' * 33} create on the wiki",
        *("title: A", "editor: markdown", "tags: +x", ""),
    ]
    assert lines[5:] == [f"+line {n}" for n in range(2_000)]


def test_a_page_that_goes_is_shown_whole() -> None:
    gone = as_kind(ALL, Delete)
    lines = shown(PageDiff(gone, page(content="One.\nTwo."), None))
    assert lines[0].endswith("delete on the wiki")
    assert lines[-2:] == ["-One.", "-Two."]


def test_a_page_that_moves_is_one_line() -> None:
    move = as_kind(ALL, Move, from_file="old.md")
    assert shown(PageDiff(move, page(), page())) == [
        f"old.md → a.md  A {'─' * 26} move on the wiki"
    ]


def test_a_merge_shows_what_it_changes_on_both_sides() -> None:
    merged = page(content="1.\n\nTwo.\n\n3.\n", tags=("t",))
    merge = as_kind(PUSH, Merge, fields=("content",), remote_changes=("content", "tags"))
    merge = replace(merge, merged=merged)
    wiki, here = (
        page(content="One.\n\nTwo.\n\n3.\n", tags=("t",)),
        page(content="1.\n\nTwo.\n\nThree.\n"),
    )
    lines = shown(PageDiff(merge, wiki, merged, here))
    assert lines[0].endswith("merge on both sides")
    middle = lines.index("in the folder:")
    there, mine = lines[1:middle], lines[middle:]
    assert (there[0], mine[0]) == ("on the wiki:", "in the folder:")
    assert [line for line in there if line[0] in "-+"] == ["-One.", "+1."]
    assert [line for line in mine if line[0] in "-+"] == ["-Three.", "+3."]
    assert "tags: +t" in mine
    assert "tags: +t" not in there


def test_a_conflict_shows_both_and_says_which_is_which() -> None:
    conflict = Conflict(PUSH.key, "a.md", "both-changed", ("content",))
    assert shown(PageDiff(conflict, page(content="Theirs, one."), page(content="Mine, one."))) == [
        f"a.md  A {'─' * 43} conflict",
        "- on the wiki, + in the folder",
        *("@@ -1 +1 @@", "-[Theirs], one.", "+[Mine], one."),
    ]


def test_a_hunk_tells_the_heading_above_it() -> None:
    old = "# Top\n" + "line\n" * 9 + "end"
    assert "@@ -8,4 +8,4 @@ Top" in shown(
        PageDiff(ALL, page(content=old), page(content=old + " of it"))
    )


def test_a_value_of_several_lines_is_shown_as_lines() -> None:
    pair = PageDiff(ALL, page(script_css="a{}\nb{}"), page(script_css="a{}\nc{}"))
    assert shown(pair)[1:] == ["scriptCss:", " a{}", "-[b]{}", "+[c]{}"]
    come = PageDiff(as_kind(ALL, Create), None, replace(FILE, script_css="a{}\nb{}\n"))
    assert shown(come)[3:6] == ["scriptCss:", "+a{}", "+b{}"]


def test_a_value_that_was_not_set_is_named_empty() -> None:
    assert "description: (empty) → New" in shown(PageDiff(ALL, page(), page(description="New")))


def test_what_nobody_could_see_is_shown_where_it_changed() -> None:
    lines = shown(PageDiff(ALL, page(content="the word here"), page(content="the\u200b word here")))
    assert lines[-1] == "+the[\\u200b] word here"


@pytest.mark.parametrize("beside", [False, True])
def test_no_text_of_a_page_can_steer_the_terminal(beside: bool) -> None:
    evil = "\x1b]0;owned\x07 \x9b2J \u202e\u2066\u061c \x00 \r\x08"
    old = page(title=evil, description=evil, tags=(evil,), content=f"# {evil}\n" * 9 + "a b c")
    new = page(
        title="x" + evil,
        tags=("x" + evil,),
        script_css=evil,
        content=f"# {evil}\n" * 9 + f"a {evil} c",
    )
    item = replace(ALL, file=f"{evil}.md")
    move = as_kind(item, Move, from_file=evil)
    for pair in (
        PageDiff(item, old, new),
        PageDiff(item, None, new),
        PageDiff(item, old, None),
        PageDiff(move, old, old),
    ):
        text = "".join(
            plain((*pages([pair], 60, beside=beside), *diffstat([pair], 60, whole_names=True)))
        )
        assert text.isprintable(), ascii(text)


# ---- two columns


def test_two_columns_show_what_went_beside_what_came() -> None:
    old = page(content="# Top\n\nThe old word.\n\nGone.\nStays.\n")
    new = page(content="# Top\n\nThe new word.\n\nQuite another.\nAnd more.\nStays.\n")
    assert shown(PageDiff(ALL, old, new), width=50, beside=True)[1:] == [
        "on the wiki             │ in the folder",
        "@@ -1,6 +1,7 @@",
        "1  # Top                │ 1  # Top",
        "2                       │ 2",
        "3 -The [old] word.        │ 3 +The [new] word.",
        "4                       │ 4",
        "5 -Gone.                │ 5 +Quite another.",
        "                        │ 6 +And more.",
        "6  Stays.               │ 7  Stays.",
    ]


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_two_columns_fit_the_terminal_with_wide_characters_too(width: int) -> None:
    old = "安装之前，先看一眼两边的差异，再决定怎么做。" * 4
    new = old.replace("差异", "不同")
    lines = plain(pages([PageDiff(ALL, page(content=old), page(content=new))], width, beside=True))
    body = [line for line in lines if " │" in line]
    assert len(body) > 3 or width == 120
    assert all(cells(line) <= max(width, 25) for line in body)
    assert len({cells(line.split("│")[0]) for line in body}) == 1


def test_a_pull_has_the_folder_at_the_left() -> None:
    pull = replace(ALL, side="folder")
    lines = shown(PageDiff(pull, page(content="a"), page(content="b")), width=30, beside=True)
    assert lines[1] == "in the folder │ on the wiki"


def test_a_page_that_comes_needs_no_columns() -> None:
    create = as_kind(ALL, Create)
    assert shown(PageDiff(create, None, page()), beside=True) == shown(
        PageDiff(create, None, page())
    )


# ---- a line for each page


def stats(*pairs: PageDiff, width: int = 80, whole_names: bool = False) -> list[str]:
    return plain(diffstat(pairs, width, whole_names=whole_names))


def test_a_line_for_each_page_and_the_total() -> None:
    create = as_kind(ALL, Create, file="new/page.md", key=ALL.key._replace(path="new/page"))
    move = as_kind(ALL, Move, file="c.md", from_file="b.md", key=ALL.key._replace(path="c"))
    assert stats(
        PageDiff(create, None, page(content="1\n2\n3")),
        PageDiff(move, page(), page()),
        PageDiff(ALL, page(content="a\nb\nc", title="Old"), page(content="a\nB")),
    ) == [
        " new/page.md │ 3 +++ create on the wiki",
        " b.md → c.md │ 0     move on the wiki",
        " a.md        │ 3 +-- title",
        " 3 pages, 4 lines added, 2 removed",
    ]


def test_a_bar_is_to_scale_and_never_hides_a_side() -> None:
    (line, _) = stats(PageDiff(ALL, page(content="x\n" * 1_000), page(content="y")), width=60)
    bar = line.split()[3]
    assert bar.startswith("+-")
    assert len(bar) <= 30
    assert "│ 1,001 " in line


def test_wide_names_are_aligned_and_long_ones_cut_on_a_terminal_alone() -> None:
    far = replace(ALL, file="a/" + "long/" * 30 + "安装.md", key=ALL.key._replace(path="b"))
    pairs = (PageDiff(ALL, page(), page(content="b")), PageDiff(far, page(), page(content="b")))
    *lines, _ = stats(*pairs)
    assert len({cells(line.split("│")[0]) for line in lines}) == 1
    assert all(cells(line) <= 80 for line in lines)
    assert lines[1].split("│")[0].strip().startswith("…")
    assert far.file in stats(*pairs, whole_names=True)[1]


def test_a_merge_has_a_line_for_each_side_and_is_one_page() -> None:
    merged = page(content="1\n2")
    merge = as_kind(ALL, Merge, remote_changes=("content",), merged=merged)
    lines = stats(PageDiff(merge, page(content="1"), merged, page(content="2")))
    assert [line.split("│")[1].split()[0] for line in lines[:2]] == ["1", "1"]
    assert [line.split("+ ")[1] for line in lines[:2]] == [
        "merge on the wiki",
        "merge in the folder",
    ]
    assert lines[2] == " 1 page, 2 lines added, 0 removed"


def test_where_nothing_differs_there_is_no_total() -> None:
    assert stats() == []
    assert plain(pages([], 80)) == []
