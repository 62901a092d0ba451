"""A name that cannot be a page's gets a proposal, by a rule that the manual has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikisync.errors import BadName
from wikisync.page.name_proposals import proposed_name
from wikisync.page.paths import EXTENSIONS, Layout, Locales, case_folded, key_of, reason_unreachable

LOCALES = Locales("en", ("en", "fr"))
LAYOUTS = (
    Layout(LOCALES),
    Layout(LOCALES, "all"),
    Layout(LOCALES, root="products/rocket"),
    Layout(LOCALES, index="README"),
)


@pytest.mark.parametrize(
    ("file", "proposed"),
    [
        ("Google/G Suite.md", "google/g-suite.md"),
        ("v1.2/What's new?.md", "v1-2/what's-new.md"),
        ("a\\b.md", "a-b.md"),
        ("C# & D.html", "c#-&-d.html"),
        ("---.md", "page.md"),
        ("...md.md", "md-page.md"),
        ("x y/?.adoc", "x-y/page.adoc"),
        ("tab\tand\u3000wide.md", "tab-and-wide.md"),
        ("Cafe\u0301.txt.md", "caf\u00e9-txt.md"),
        ("login.md", "login-page.md"),
        ("img/About.md", "img-pages/about.md"),
        ("A.md", "a-page.md"),
        ("a/b.md", "a-pages/b.md"),
        ("de/x.md", "de-pages/x.md"),
        ("pt-br.md", "pt-br-page.md"),
        ("fr/G Suite.md", "fr/g-suite.md"),
        ("guide/good.md", "guide/good.md"),
    ],
)
def test_the_rule_by_example(file: str, proposed: str) -> None:
    assert proposed_name(file, [], LAYOUTS[0]) == proposed


@pytest.mark.parametrize(
    ("file", "taken", "proposed"),
    [
        ("G Suite.md", ["g-suite.md"], "g-suite-2.md"),
        ("G Suite.md", ["G-suite.html", "g-suite-2.md"], "g-suite-3.md"),
        ("G Suite.md", ["G Suite.md"], "g-suite.md"),
        ("Google/G Suite.md", ["Google/Drive.md"], "Google/g-suite.md"),
        ("My Docs/a.md", ["My Docs/b.md"], "my-docs/a.md"),
    ],
)
def test_a_proposal_is_beside_the_pages_that_are_there(
    file: str, taken: list[str], proposed: str
) -> None:
    assert proposed_name(file, taken, LAYOUTS[0]) == proposed


@pytest.mark.parametrize(
    ("layout", "file", "proposed"),
    [
        (LAYOUTS[1], "en/G Suite.md", "en/g-suite.md"),
        (LAYOUTS[1], "G Suite.md", "en/g-suite.md"),
        (LAYOUTS[2], "a/login x.md", "a/login-x.md"),
        (LAYOUTS[3], "My Guide/README.md", "my-guide/README.md"),
    ],
)
def test_a_proposal_keeps_to_the_layout(layout: Layout, file: str, proposed: str) -> None:
    assert proposed_name(file, [], layout) == proposed


@pytest.mark.parametrize(
    "file",
    [
        "x " * 100 + ".md",
        "/".join(["a folder"] * 60) + ".md",
        "/".join("abc" * 100) + ".md",
        "e\u0301 " * 150 + ".md",
        "\u65e5\u672c " * 60 + ".html",
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_proposal_is_short_enough(file: str, layout: Layout) -> None:
    check(file, [], layout)
    check(file, [proposed_name(file, [], layout)], layout)


NAMES = st.text(
    st.one_of(
        st.sampled_from("aAb-. _?\\\u00e9\u0301\u0130\u00df\u03a3\u1e9e\t\u2028\U0001f600"),
        st.characters(exclude_characters="/\0"),
    ),
    min_size=1,
    max_size=12,
)
ODD = ["a", "de", "fr", "en", "img", "Login", "pt-BR", "README"]
FIRST = st.one_of(NAMES, st.sampled_from(ODD))
FILES = st.builds(
    lambda first, rest, suffix: "/".join((first, *rest)) + suffix,
    FIRST,
    st.lists(FIRST, max_size=3),
    st.sampled_from(sorted(EXTENSIONS)),
)


@given(FILES, st.lists(FILES, max_size=4), st.sampled_from(LAYOUTS))
def test_a_proposal_is_accepted_reachable_free_and_final(
    file: str, taken: list[str], layout: Layout
) -> None:
    check(file, taken, layout)


def check(file: str, taken: list[str], layout: Layout) -> None:
    proposed = proposed_name(file, taken, layout)
    assert proposed.rpartition(".")[2] == file.rpartition(".")[2]
    try:
        key = key_of(proposed, layout)
    except BadName as error:  # pragma: no cover
        raise AssertionError((proposed, error.rule)) from error
    assert reason_unreachable(key, layout) is None
    assert all(len(name.encode()) <= 255 for name in proposed.split("/"))
    others = {case_folded(name.rpartition(".")[0]) for name in taken if name != file}
    assert case_folded(proposed.rpartition(".")[0]) not in others
    assert proposed_name(proposed, [name for name in taken if name != file], layout) == proposed
