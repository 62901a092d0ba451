"""Previews with marks: the words that changed are marked, and nothing else becomes of the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.html.reports import HOSTILE, Seen, pair, report
from support.values import page
from wikisync.report.html import to_html
from wikisync.report.html.preview import rendered
from wikisync.report.html.word_marks import with_marks

if TYPE_CHECKING:
    from wikisync.page.model import ContentType

ADDRESS = "http://wiki.example/en/a"


def previews(old: str, new: str) -> tuple[str, str]:
    made = (rendered(text, "markdown", ADDRESS) for text in (old, new))
    return with_marks(*made)


def bare(html: str) -> str:
    """Without the marks."""
    return re.sub(r'<del class="was">|<ins class="now">|</del>|</ins>', "", html)


def test_the_changed_words_are_marked_on_each_side() -> None:
    old, new = previews("The old big word.\n", "The new word here.\n")
    assert old == '<p>The <del class="was">old big</del> word.</p>\n'
    assert new == '<p>The <ins class="now">new</ins> word <ins class="now">here</ins>.</p>\n'


def test_a_new_paragraph_is_marked_and_the_others_are_not() -> None:
    old, new = previews("One.\n\nThree.\n", "One.\n\nTwo & a half.\n\nThree.\n")
    assert "<del" not in old
    assert new.count("<ins") == 1
    assert '<ins class="now">Two &amp; a half.</ins>' in new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A word.", "A **word**."),
        ("# Word", "## Word"),
        ("`word`", "word"),
        ("[word](/a)", "[word](/b)"),
        ("word", "[word](/b)"),
    ],
)
def test_a_word_that_looks_otherwise_or_leads_elsewhere_is_marked(old: str, new: str) -> None:
    before, after = previews(old, new)
    assert re.search(r'<del class="was">[Ww]ord</del>', before)
    assert re.search(r'<ins class="now">[Ww]ord</ins>', after)


def test_marks_cross_no_element() -> None:
    _, new = previews("x", "one **two** three\n\n| a | b |\n|---|---|\n| c | d |\n")
    assert '<strong><ins class="now">two</ins></strong>' in new
    assert '<td><ins class="now">c</ins></td>' in new


@pytest.mark.parametrize("text", HOSTILE)
def test_marks_add_nothing_but_marks_to_a_hostile_page(text: str) -> None:
    kinds: tuple[ContentType, ...] = ("markdown", "html")
    for kind in kinds:
        one = rendered(f"Before {text} end", kind, ADDRESS)
        two = rendered(f"After {text} end {text}", kind, ADDRESS)
        for plain, marked in zip((one, two), with_marks(one, two), strict=True):
            kept = [
                element
                for element in Seen(marked).elements
                if element[1].get("class") not in {"was", "now"}
            ]
            assert kept == Seen(plain).elements


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet='ab <>&"\n*`_[](){}#|-=\xa0é猫', max_size=60),
    st.text(alphabet="ab <&\n*", max_size=60),
)
def test_without_its_marks_a_preview_is_as_before(old: str, new: str) -> None:
    made = [rendered(text, "markdown", ADDRESS) for text in (old, new)]
    for plain, marked in zip(made, with_marks(made[0], made[1]), strict=True):
        assert Seen(bare(marked)).elements == Seen(bare(plain)).elements
        assert texts(bare(marked)) == texts(bare(plain))


def texts(html: str) -> str:
    import html as entities

    return entities.unescape(re.sub("<[^>]+>", "\0", html))


def test_the_previews_of_a_report_are_marked_but_not_those_of_a_new_page() -> None:
    shown = to_html(report(pair(page("The old.\n"), page("The new.\n"))), "x")
    assert '<del class="was">old</del>' in shown
    assert '<ins class="now">new</ins>' in shown
    assert 'class="now"' not in to_html(report(pair(None, page("New.\n"), verb="create")), "x")
