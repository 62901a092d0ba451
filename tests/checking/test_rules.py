"""Each rule of a check: a page that has it, and one that nearly has it."""

from __future__ import annotations

from typing import get_args

import pytest

from support.checks import LAYOUT, Memory, found
from wikisync.check_levels import DEFAULTS, Rule, setting_problem
from wikisync.page.model import Key
from wikisync.page.paths import Layout, Locales
from wikisync.report.check_messages import finding_message, fix_message

ONE = "guide/one.md"
TWO = {"guide/two.md": "# Two\n\n## A part\n"}
Files = dict[str, str | bytes]
ALL: tuple[Rule, ...] = get_args(Rule)
HEADER = "---\ntitle: {}\ndescription: {}\n---\n\ntext\n"


def link(text: str, **files: str) -> Files:
    return {ONE: f"# One\n\n{text}\n", **TWO, **files}


def xref(text: str, **files: str) -> Files:
    return {"guide/one.adoc": f"= One\n\n{text}\n", "guide/two.adoc": "= Two\n", **files}


PNG = {"guide/img/a.png": b"x"}

CASES: list[tuple[Rule, Files, Files]] = [
    (
        "header-key",
        {"a.md": "---\ntitle: A\npublishd: false\n---\nx\n"},
        {"a.md": "---\ntitle: A\npublished: false\npublishd: x\nweight: 3\n---\nx\n"},
    ),
    ("header", {"a.md": "---\npublished: maybe\n---\nx\n"}, {"a.md": HEADER.format("x: y", "")}),
    ("encoding", {"a.md": b"# A\n\xff"}, {"a.md": "# Ä"}),
    ("length", {"a.md": HEADER.format("x" * 256, "")}, {"a.md": HEADER.format("x" * 255, "")}),
    ("length", {"a.md": "---\ntitle: A\n---\n \n"}, {"a.md": "---\ntitle: A\n---\n.\n"}),
    (
        "conflict-marks",
        {"a.md": "# A\n\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n"},
        {"a.md": "# A\n\n```\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n```\n"},
    ),
    ("name", {"a b.md": "# A\n"}, {"a-b.md": "# A\n"}),
    ("name", {"v1.2.md": "# A\n"}, {"v1-2.md": "# A\n"}),
    ("name-case", {"a.md": "# A\n", "A.md": "# A\n"}, {"a.md": "# A\n", "x/A.md": "# A\n"}),
    ("duplicate", {"a.md": "# A\n", "a.html": "<h1>A</h1>"}, {"a.md": "# A\n", "a/b.md": "# B\n"}),
    ("reserved-name", {"login.md": "# A\n"}, {"top/login.md": "# A\n"}),
    ("reserved-name", {"q.md": "# A\n"}, {"qq1.md": "# A\n"}),
    ("dead-link", link("[x](/guide/three)"), link("[x](/guide/two)")),
    ("dead-link", link("[x](three.md)"), link("[x](two.md)")),
    ("dead-link", link("[x](three)"), link("[x](one/three)", **{"guide/one/one/three.md": "# T"})),
    ("dead-link", link("[x](new.adoc)", **{"guide/new.adoc": "= T\n"}), link("[x](two.html)")),
    ("dead-link", xref("xref:three.adoc[x]"), xref("xref:two.adoc#any[x], <<two.adoc#,y>>")),
    ("dead-link", xref("See <<../three.adoc#a,x>>."), xref("\\<<../three.adoc#a,x>> <<a,b>>")),
    ("dead-link", xref("xref:a/b.adoc[]"), xref("include::a.adoc[]\n\nxref:a/b.adoc[] xref:b[]")),
    ("case-link", xref("xref:Two.adoc[]"), xref("xref:two.adoc[]")),
    ("wiki-only-link", xref("xref:three.adoc[]", **{"guide/three.md": "# T\n"}), xref("link:#a[]")),
    ("dead-anchor", link("[x](two.md#b)"), link("[x](two.md#a-part)")),
    ("dead-anchor", link("[x](#two)"), link("[x](#one)")),
    ("dead-asset", link("![x](img/a.png)"), {**link("![x](img/a.png)"), **PNG}),
    ("dead-asset", link("[x](doc.pdf)"), link("[x](https://example.com/doc.pdf)")),
    ("case-link", link("[x](/Guide/Two)"), link("[x](/guide/two)")),
    ("case-link", {**link("![x](img/A.png)"), **PNG}, {**link("![x](img/a.png)"), **PNG}),
    ("child-link", link("[x](two)"), link("[x](two)", **{"guide/one/two.md": "# T\n"})),
    ("child-link", link("[x](guide/two)"), link("[x](./two)")),
    ("wiki-link", link("[[two]]"), link("`[[two]]` and [[toc]] and [[two]](two.md)")),
    ("folder-only-link", link("[x](../guide/)"), link("[x](two.md)")),
    ("wiki-only-link", link("[x](/guide/two)"), link("[x](two.md)")),
    (
        "asset-name",
        {**link("![x](img/A%20b.png)"), "guide/img/A b.png": b"x"},
        {**link("![x](img/a_b.png)"), "guide/img/a_b.png": b"x"},
    ),
    (
        "asset-unreadable",
        {"home.md": "# H\n\n![x](js/a.png)\n", "js/a.png": b"x"},
        {"home.md": "# H\n\n![x](guide/js/a.png)\n", "guide/js/a.png": b"x"},
    ),
    (
        "asset-size",
        {**link("![x](img/a.png)"), "guide/img/a.png": b"x" * (5 * 2**20 + 1)},
        {**link("![x](img/a.png)"), "guide/img/a.png": b"x" * (5 * 2**20)},
    ),
    ("unused-asset", {**link(""), **PNG}, {**link("![x](img/a.png)"), **PNG}),
    ("no-title", {"a.md": "text\n"}, {"a.md": "# A\n"}),
    ("no-header", {"a.md": "# A\n"}, {"a.md": "---\ntitle: A\n---\n# A\n"}),
]


@pytest.mark.parametrize(("rule", "has", "nearly"), CASES)
def test_a_rule_finds_what_is_wrong_and_nothing_that_is_nearly_so(
    rule: Rule, has: Files, nearly: Files
) -> None:
    rules = [one.rsplit(" ", 1)[1] for one in found(has, on=(rule,))]
    assert rule in rules
    assert rule not in [one.rsplit(" ", 1)[1] for one in found(nearly, on=(rule,))]
    memory = Memory(has, levels={rule: "off"})
    assert rule not in [one.rule for one in memory.findings()]


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(DEFAULTS) == set(ALL)


def test_a_finding_names_file_line_and_column_and_says_what_readers_would_see() -> None:
    files: Files = {ONE: "---\ntitle: One\n---\n\nSee [x](two), and\n  [y](/guide/three).\n", **TWO}
    assert found(files) == [f"{ONE}:5:9 child-link", f"{ONE}:6:7 dead-link"]
    child, dead = Memory(files).findings()
    assert finding_message(child) == (
        "Readers who follow two are led below this page, to guide/one/two, which does not exist."
        " Probably guide/two.md is meant."
    )
    assert fix_message(child) == "Write two.md"
    assert finding_message(dead) == (
        "Readers who follow /guide/three see that the page guide/three does not exist."
    )


@pytest.mark.parametrize(("rule", "has", "_nearly"), CASES)
def test_every_finding_has_a_sentence(rule: Rule, has: Files, _nearly: Files) -> None:
    for one in Memory(has, levels=dict.fromkeys(ALL, "error")).findings():
        message = finding_message(one)
        assert "{" not in message
        assert message[-1] in ".)"


def test_a_page_that_the_last_run_saw_on_the_wiki_is_not_missing() -> None:
    assert found(link("[x](/guide/three)"), Key("en", "guide/three")) == []


def test_an_old_page_may_keep_a_reserved_name() -> None:
    assert found({"login.md": "# A\n"}, Key("en", "login")) == []


def test_a_file_of_a_wrong_name_is_not_a_dead_link_as_well() -> None:
    files = link("[x](/guide/My%20Page), [y](My%20Page.md)", **{"guide/My Page.md": "# P\n"})
    assert found(files) == ["guide/My Page.md name"]
    (name,) = Memory(files).findings()
    assert name.fix == "guide/my-page.md"


def test_two_files_never_get_the_same_name_proposed() -> None:
    fixes = [one.fix for one in Memory({"a b.md": "# A\n", "a  b.md": "# B\n"}).findings()]
    assert sorted(filter(None, fixes)) == ["a-b-2.md", "a-b.md"]


def test_a_link_to_an_index_file_does_not_lead_to_its_page_on_the_wiki() -> None:
    layout = Layout(Locales("en", ("en",)), index="README")
    files: Files = {"home.md": "# H\n\n[x](guide/README.md)\n", "guide/README.md": "# G\n"}
    assert found(files, layout=layout) == ["home.md:3:5 dead-link"]
    (one,) = Memory(files, layout=layout).findings()
    assert one.fix == "/guide"


def test_a_relative_link_of_an_index_file_is_right_where_the_file_says() -> None:
    layout = Layout(Locales("en", ("en",)), index="README")
    files: Files = {
        "guide/README.md": "# G\n\n[x](two.md) ![y](img/a.png) [z](two)\n",
        **TWO,
        **PNG,
    }
    assert found(files, layout=layout) == []


def test_an_image_beside_a_page_of_another_language_is_looked_for_without_the_language() -> None:
    files: Files = {"fr/one.md": "# F\n\n![x](img/a.png)\n", "fr/img/a.png": b"x"}
    assert [one.kind for one in Memory(files).findings()] == ["asset-unreadable", "other-asset"]
    # With its page, the file below ``fr/`` is neither.
    assert found({"fr/one.md": "# F\n\n![x](../img/a.png)\n", "img/a.png": b"x"}) == []


def test_with_all_locales_in_folders_links_are_right_by_the_wiki_s_address() -> None:
    layout = Layout(Locales("en", ("en", "fr")), "all")
    files: Files = {
        "en/home.md": "# H\n\n[x](/guide/two) [y](/en/guide/two) [z](guide/two.md)\n",
        "en/guide/two.md": "# T\n",
        "fr/home.md": "# F\n\n[x](/fr/guide/two)\n",
    }
    assert found(files, layout=layout) == ["fr/home.md:3:5 dead-link"]


def test_a_page_outside_of_the_root_is_not_looked_for() -> None:
    layout = Layout(Locales("en", ("en",)), root="docs")
    files: Files = {
        "home.md": "# H\n\n[x](/other) [y](/docs/gone) [z](/docs/two)\n",
        "two.md": "# T\n",
    }
    assert found(files, layout=layout) == ["home.md:3:17 dead-link"]


def test_every_file_counts_as_an_asset_where_all_are_published() -> None:
    files: Files = {"home.md": "# H\n", "img/A b.png": b"x"}
    assert found(files) == []
    assert found(files, assets="all") == ["img/A b.png asset-name"]


def test_where_no_assets_are_synced_nothing_is_said_of_them() -> None:
    files = link("![x](img/a.png) [y](img/A%20b.pdf)", **{"guide/img/A b.pdf": "x"})
    assert len(found(files)) == 2
    assert found(files, assets="none") == []


def test_code_and_comments_have_no_links() -> None:
    text = "`[x](/no)` <!-- [y](/no) -->\n\n    [z](/no)\n\n```\n[z](/no) [[z]]\n```\n"
    assert found({"page.md": f"# A\n\n{text}"}) == []


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ({"dead-link": "warning", "no-title": "off"}, None),
        ({"dead-links": "off"}, "did you mean `dead-link`?"),
        ({"xyz": "off"}, "`xyz` is none. The rules are header,"),
        ({"dead-link": "loud"}, '`dead-link` is "error", "warning" or "off"'),
        (["dead-link"], "a table [check]"),
    ],
)
def test_the_setting_of_the_levels_is_checked(setting: object, problem: str | None) -> None:
    found = setting_problem(setting)
    assert found == problem if problem is None else problem in (found or "")


def test_the_layout_of_the_tests_has_two_locales() -> None:
    assert LAYOUT.folders == {"fr"}
