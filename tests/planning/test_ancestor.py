"""Where two histories meet: the row of the search that each history leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from support.values import FILE, PAGE
from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.page.model import Page
from wikisync.planning.ancestor import (
    Ancestor,
    GitVersion,
    UnknownPage,
    VersionsNeeded,
    WikiVersion,
    find_ancestor,
)

DAY = datetime(2020, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return DAY + timedelta(days=number)


def file(text: str, **fields: object) -> Page:
    return replace(FILE, content=text, **fields)  # type: ignore[arg-type]


def commits(*pages: tuple[float, Page]) -> tuple[GitVersion, ...]:
    """Git's versions, oldest first, each with its day; newest first as they are found."""
    found = [
        GitVersion(f"blob {n}", fingerprint(page), day(when))
        for n, (when, page) in enumerate(pages)
    ]
    return tuple(reversed(found))


def version(page: Page) -> Fingerprint:
    """As the wiki keeps a version."""
    return fingerprint(replace(page, tags=None, script_css=None, script_js=None))


class Wiki:
    """The page as it was, oldest first, each with the day it became so; the last is as it is."""

    def __init__(self, *pages: tuple[float, Page]) -> None:
        *past, (self.changed, self.now) = [
            (when, page.with_defaults_from(PAGE)) for when, page in pages
        ]
        self.trail = [WikiVersion(n, day(when)) for n, (when, _) in enumerate(past)][::-1]
        self.texts = {n: version(page) for n, (_, page) in enumerate(past)}

    def meet(
        self,
        here: Page | None,
        committed: Sequence[GitVersion] = (),
        date: datetime | None = None,
        updated: datetime | None = None,
    ) -> tuple[str | None, list[tuple[int, ...]]]:
        """The ancestor's blob (or ``file``, or None), and what was looked at on the way."""
        page = UnknownPage(
            None if here is None else fingerprint(here),
            fingerprint(self.now),
            updated or day(self.changed),
            tuple(committed),
        )
        trail: list[WikiVersion] | None = None
        read: dict[int, Fingerprint | None] = {}
        looks: list[tuple[int, ...]] = []
        while isinstance(found := find_ancestor(page, trail, read, date), VersionsNeeded):
            looks.append(found.versions)
            if not found.versions:
                trail = self.trail
            read |= {number: self.texts[number] for number in found.versions}
        return _told(found), looks


def _told(found: Ancestor | VersionsNeeded | None) -> str | None:
    if not isinstance(found, Ancestor):
        return None
    return "file" if found.git_version is None else found.git_version.blob


A, B, C, D, X, Y = (file(f"{name}\n") for name in "ABCDXY")


def test_the_page_as_git_once_had_it_means_that_only_the_folder_moved_on() -> None:
    git = commits((1, A), (3, B), (4, C))
    assert Wiki((2, A)).meet(C, git) == ("blob 0", [])
    assert Wiki((3.5, B)).meet(C, git) == ("blob 1", [])


def test_an_edit_that_is_not_committed_moved_on_from_the_last_commit() -> None:
    assert Wiki((2, A)).meet(B, commits((1, A))) == ("blob 0", [])


def test_the_newest_of_git_that_the_page_equals_is_taken() -> None:
    git = commits((1, A), (2, B), (3, A), (4, C))
    assert Wiki((0.5, X), (1, A)).meet(C, git) == ("blob 2", [])


def test_the_file_among_the_pages_versions_means_that_only_the_wiki_moved_on() -> None:
    wiki = Wiki((1, A), (2, B), (4, C))
    found, looks = wiki.meet(B, commits((1, A), (3, B)))
    assert found == "blob 1"
    assert looks == [(), (1, 0)]


def test_where_both_moved_on_the_newest_that_both_had_is_taken() -> None:
    wiki = Wiki((1, A), (2, B), (4, C), (5, D))
    found, _ = wiki.meet(X, commits((1, A), (2.5, B), (6, X)))
    assert found == "blob 1"


def test_where_nothing_is_shared_there_is_no_ancestor() -> None:
    assert Wiki((1, A), (2, B)).meet(Y, commits((1, X), (2, Y)))[0] is None


def test_a_wiki_that_went_back_to_an_older_text_is_not_overruled() -> None:
    # It had B, which the folder has still, and somebody restored A there.
    git = commits((1, A), (3, B))
    assert Wiki((2, A), (3.5, B), (4, A)).meet(B, git)[0] == "blob 1"
    # The same with a folder that has changed since.
    git = commits((1, A), (3, B), (5, C))
    assert Wiki((2, A), (3.5, B), (4, A)).meet(C, git)[0] == "blob 1"
    # Pulled from the wiki, and so committed after it.
    assert Wiki((2, A), (2.5, B), (4, A)).meet(B, commits((1, A), (3, B)))[0] == "blob 1"


def test_a_folder_that_went_back_to_an_older_text_moved_on() -> None:
    git = commits((1, A), (2, B), (4, A))
    assert Wiki((1.5, A), (2.5, B)).meet(A, git) == ("blob 1", [])
    # The page was rendered since, which looks like a change.
    found, looks = Wiki((1.5, A), (2.5, B)).meet(A, git, updated=day(5))
    assert (found, looks) == ("blob 1", [])


def test_a_page_that_was_only_rendered_since_still_waits_for_the_folder() -> None:
    git = commits((1, A), (2, B), (4, C))
    found, looks = Wiki((1.5, A), (2.5, B)).meet(C, git, updated=day(5))
    assert (found, looks) == ("blob 1", [(), (0,)])


def test_where_no_history_may_be_read_git_still_tells_what_the_page_was() -> None:
    page = UnknownPage(fingerprint(C), fingerprint(replace(PAGE, content="A\n")), day(9))
    page = replace(page, git_versions=commits((1, A), (2, B), (3, C)))
    found = find_ancestor(page, (), {})
    assert isinstance(found, Ancestor)
    assert found.git_version is not None
    assert found.git_version.blob == "blob 0"


def test_the_files_own_date_says_where_to_look_first() -> None:
    pages = [(n, file(f"{n}\n")) for n in range(40)]
    wiki = Wiki(*pages)
    # What the page held at a time is the earliest version of that time or later.
    assert wiki.meet(pages[7][1], date=day(7)) == ("file", [(), (7, 38, 37, 36, 35)])
    assert wiki.meet(pages[7][1], date=day(6.5)) == ("file", [(), (7, 38, 37, 36, 35)])


def test_a_date_that_says_nothing_costs_no_more_than_none() -> None:
    wiki = Wiki(*((n, file(f"{n}\n")) for n in range(9)))
    assert wiki.meet(X, date=day(99))[1] == wiki.meet(X)[1] == [(), (7, 6, 5, 4), (3, 2, 1, 0)]


def test_a_long_history_is_read_in_rounds_and_each_version_once() -> None:
    wiki = Wiki(*((n, file(f"{n}\n")) for n in range(51)))
    found, [_, *looks] = wiki.meet(X, commits((1, Y)))
    assert found is None
    assert sorted(number for look in looks for number in look) == list(range(50))
    assert len(looks) <= 5


def test_a_version_that_cannot_be_read_does_not_end_the_search() -> None:
    wiki = Wiki((1, A), (2, B), (3, C))
    page = UnknownPage(fingerprint(A), fingerprint(wiki.now), day(3), commits((1, A)))
    found = find_ancestor(page, wiki.trail, {1: None, 0: wiki.texts[0]})
    assert _told(found) == "blob 0"


def test_tags_are_not_compared_where_the_wiki_keeps_none_and_are_gits() -> None:
    git = commits((1, file("A\n", tags=("old",))))
    assert Wiki((1, A), (2, B)).meet(file("A\n", tags=("old",)), git)[0] == "blob 0"
    # Retagged on the wiki, not a letter of the text changed.
    retagged = file("A\n", tags=("new",))
    assert Wiki((1, retagged)).meet(B, git)[0] == "blob 0"


def test_a_page_with_its_tags_is_found_before_one_with_others() -> None:
    git = commits((1, file("A\n", tags=("one",))), (3, file("A\n", tags=("two",))))
    assert (
        Wiki((1, file("A\n", tags=("one",)))).meet(file("A\n", tags=("two",)), git)[0] == "blob 0"
    )


@pytest.mark.parametrize(("left", "blob"), [(2.5, "blob 0"), (3.5, "blob 1"), (0.5, "blob 0")])
def test_the_tags_are_those_of_the_time_when_the_page_left_the_text(left: float, blob: str) -> None:
    git = commits((1, file("A\n", tags=("one",))), (3, file("A\n", tags=("two",))))
    wiki = Wiki((0, A), (left, B), (9, C))
    assert wiki.meet(file("A\n", tags=("three",)), git)[0] == blob


def test_without_git_a_page_is_recognised_only_where_the_tags_agree() -> None:
    wiki = Wiki((1, file("A\n", tags=("one",))), (2, file("B\n", tags=("one",))))
    assert wiki.meet(file("A\n", tags=("one",)))[0] == "file"
    assert wiki.meet(file("A\n", tags=("two",))) == (None, [])
    # A file that names no tags cannot have changed them.
    assert wiki.meet(replace(A, tags=None))[0] == "file"


def test_a_file_that_was_never_committed_is_recognised_where_the_tags_agree() -> None:
    wiki = Wiki((1, A), (2, B), (3, C))
    assert wiki.meet(B, commits((1, A)))[0] == "file"
    # Else the newest that git does know.
    assert wiki.meet(file("B\n", tags=("x",)), commits((1, A)))[0] == "blob 0"


def test_a_style_that_the_wiki_keeps_smaller_is_no_other_page() -> None:
    styled = file("A\n", script_css="a { b: c; }")
    wiki = Wiki((1, replace(styled, script_css="a{b:c}")))
    assert wiki.meet(replace(styled, content="B\n"), commits((1, styled)))[0] == "blob 0"


def test_a_script_tells_pages_apart_as_far_as_it_is_known() -> None:
    one, two = file("A\n", script_js="one()"), file("A\n", script_js="two()")
    git = commits((1, one), (2, two), (3, file("B\n", script_js="two()")))
    assert Wiki((1, one)).meet(B, git)[0] == "blob 0"
    assert Wiki((1, file("A\n", script_js="three()"))).meet(B, git)[0] == "blob 1"


def test_line_ends_and_blank_ends_are_no_other_text() -> None:
    git = commits((1, file("A\r\nB\r\n")))
    assert Wiki((1, file("A\nB"))).meet(C, git)[0] == "blob 0"


def test_a_file_that_is_gone_is_a_deletion_only_where_the_page_is_as_it_was() -> None:
    git = commits((1, file("A\n", tags=("t",))), (2, file("B\n", tags=("t",))))
    assert Wiki((2, file("B\n", tags=("t",)))).meet(None, git) == ("blob 1", [])
    assert Wiki((2, file("A\n", tags=("t",)))).meet(None, git) == ("blob 0", [])
    assert Wiki((2, file("B\n", tags=("other",)))).meet(None, git) == (None, [])
    assert Wiki((2, B), (3, C)).meet(None, git) == (None, [])
