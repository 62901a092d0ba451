"""``--fix``: new names, and each link that refers to them in the form that it has."""

from __future__ import annotations

import pytest

from support.checks import LAYOUT, Memory
from wikisync.checking.fixes import FixPlan, plan_fixes
from wikisync.checking.folder_facts import content_type_of
from wikisync.page.document import parse
from wikisync.page.model import Key
from wikisync.page.paths import Layout, Locales

Files = dict[str, str | bytes]
PAGE = "# P\n\n## Part\n"


def plan(files: Files, layout: Layout = LAYOUT) -> FixPlan:
    memory = Memory(files, layout=layout)
    data = memory.bytes
    return plan_fixes(
        memory.facts, memory.findings(), lambda file: parse(data[file], content_type_of(file))
    )


def fixed(files: Files, layout: Layout = LAYOUT) -> Files:
    """The folder afterwards."""
    found = plan(files, layout)
    assert not [step for step in found.steps if step.failed]
    after: Files = {}
    for file, data in Memory(files).bytes.items():
        text: str | bytes = data
        if file in found.contents:
            document = parse(data, content_type_of(file))
            header = document.header.text if document.header else ""
            text = header + found.contents[file]
        after[found.renames.get(file, file)] = text
    return after


def content(after: Files, file: str) -> str:
    text = after[file]
    return text if isinstance(text, str) else text.decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("My%20Page.md", "my-page.md"),
        ("./My%20Page.md", "./my-page.md"),
        ("../guide/My%20Page.md", "my-page.md"),
        ("My%20Page.md#part", "my-page.md#part"),
        ("/guide/My%20Page", "/guide/my-page"),
        ("/en/guide/My%20Page", "/en/guide/my-page"),
        ("/guide/My%20Page.md?x=1#part", "/guide/my-page.md?x=1#part"),
        ("./My%20Page", "./my-page"),
        ("<My Page.md>", "<my-page.md>"),
    ],
)
def test_every_reference_to_a_renamed_page_keeps_its_form(old: str, new: str) -> None:
    files: Files = {"guide/My Page.md": PAGE, "guide/one.md": f"# One\n\nSee [x]({old}).\n"}
    after = fixed(files)
    assert after.keys() == {"guide/my-page.md", "guide/one.md"}
    assert content(after, "guide/one.md") == f"# One\n\nSee [x]({new}).\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("img/A%20b.png", "img/a-b.png"),
        ("/guide/img/A%20b.png", "/guide/img/a-b.png"),
        ("../guide/img/A%20b.png", "img/a-b.png"),
    ],
)
def test_every_reference_to_a_renamed_asset_keeps_its_form(old: str, new: str) -> None:
    files: Files = {
        "guide/img/A b.png": b"x",
        "guide/one.md": f'# One\n\n![x]({old} "T" =100x) <img src="{old}">\n\n[r]: {old}\n',
    }
    after = fixed(files)
    assert "guide/img/a-b.png" in after
    assert content(after, "guide/one.md") == (
        f'# One\n\n![x]({new} "T" =100x) <img src="{new}">\n\n[r]: {new}\n'
    )


def test_a_page_that_moves_to_another_folder_takes_its_links_along() -> None:
    files: Files = {
        "My Docs/a b.md": "# A\n\n[x](c.md) [y](../home.md) ![z](img/p.png) [s](#a)\n",
        "My Docs/c.md": "# C\n\n[x](a%20b.md) [y](/My%20Docs/a%20b)\n",
        "My Docs/img/p.png": b"x",
        "home.md": "# H\n\n[x](My%20Docs/c.md)\n",
    }
    after = fixed(files)
    assert after.keys() == {
        "my-docs/a-b.md",
        "my-docs/c.md",
        "my-docs/img/p.png",
        "home.md",
    }
    text = "# A\n\n[x](c.md) [y](../home.md) ![z](img/p.png) [s](#a)\n"
    assert content(after, "my-docs/a-b.md") == text
    assert content(after, "my-docs/c.md") == "# C\n\n[x](a-b.md) [y](/my-docs/a-b)\n"
    assert content(after, "home.md") == "# H\n\n[x](my-docs/c.md)\n"


def test_a_link_below_the_page_becomes_what_its_writer_meant() -> None:
    files: Files = {
        "guide/one.md": "# One\n\n[x](two#part) [y](deep/three) [z](guide/two)\n",
        "guide/two.md": PAGE,
        "guide/deep/three.md": PAGE,
    }
    text = "# One\n\n[x](two.md#part) [y](deep/three.md) [z](two.md)\n"
    assert content(fixed(files), "guide/one.md") == text


def test_a_link_below_the_page_that_has_two_meanings_stays() -> None:
    files: Files = {
        "guide/one.md": "# One\n\n[x](two)\n",
        "guide/two.md": PAGE,
        "guide/two.html": "<h1>P</h1>",
    }
    assert plan(files).contents == {}


def test_a_link_below_a_page_that_is_renamed_leads_where_it_did() -> None:
    files: Files = {
        "guide/One.v2.md": "# One\n\n[x](/guide/One.v2/two)\n",
        "guide/one.md": "# O\n\n[x](one/two)\n",
        "guide/one/one/two.md": PAGE,
    }
    after = fixed(files)
    assert content(after, "guide/one.md") == "# O\n\n[x](one/two)\n"


def test_case_is_mended_where_one_page_has_it() -> None:
    files: Files = {
        "guide/one.md": "# One\n\n[x](/Guide/Two#part) [y](Two.md) ![z](IMG/p.png)\n",
        "guide/two.md": PAGE,
        "guide/img/p.png": b"x",
    }
    text = "# One\n\n[x](/guide/two#part) [y](two.md) ![z](img/p.png)\n"
    assert content(fixed(files), "guide/one.md") == text


def test_a_second_fix_does_nothing() -> None:
    files: Files = {
        "My Docs/a b.md": "# A\n\n[x](c) ![z](img/P%20p.png)\n",
        "My Docs/c.md": "# C\n\n[x](A%20B.md) [y](/My%20Docs/a%20b)\n",
        "My Docs/img/P p.png": b"x",
        "login.md": "# L\n\n[x](/My%20Docs/c)\n",
    }
    after = fixed(files)
    assert after.keys() == {
        "my-docs/a-b.md",
        "my-docs/c.md",
        "my-docs/img/p-p.png",
        "login-page.md",
    }
    again = plan(after)
    assert (again.steps, again.contents, again.renames) == ([], {}, {})
    assert Memory(after).findings() == ()


def test_bytes_that_no_link_is_in_stay() -> None:
    header = "---\r\ntitle:   One \r\n# a comment\r\n---\r\n"
    files: Files = {
        "guide/one.md": f"{header}\r\n[x](two)\r\n\r\n  `[y](two)`   \r\n",
        "guide/two.md": PAGE,
    }
    text = f"{header}\r\n[x](two.md)\r\n\r\n  `[y](two)`   \r\n"
    assert content(fixed(files), "guide/one.md") == text


def test_an_asset_in_a_folder_of_a_language_gets_a_name_that_all_its_pages_read() -> None:
    files: Files = {
        "fr/one.md": "# F\n\n![x](img/a.png)\n",
        "fr/img/a.png": b"x",
    }
    after = fixed(files)
    assert after.keys() == {"fr/one.md", "assets/fr/img/a.png"}
    assert content(after, "fr/one.md") == "# F\n\n![x](../assets/fr/img/a.png)\n"


def test_below_a_root_names_and_addresses_differ() -> None:
    layout = Layout(Locales("en", ("en",)), root="docs")
    files: Files = {
        "one.md": "# O\n\n[x](/docs/a%20b) [y](a%20b.md) ![z](/docs/img/A%20b.png)\n",
        "a b.md": PAGE,
        "img/A b.png": b"x",
    }
    after = fixed(files, layout)
    text = "# O\n\n[x](/docs/a-b) [y](a-b.md) ![z](/docs/img/a-b.png)\n"
    assert content(after, "one.md") == text


def test_a_page_of_the_wiki_keeps_its_name() -> None:
    memory = Memory({"login.md": PAGE}, (Key("en", "login"),))
    assert plan_fixes(memory.facts, memory.findings(), lambda _file: None).renames == {}


def test_only_the_findings_that_are_given_are_mended_but_all_their_references() -> None:
    files: Files = {
        "one.md": "# O\n\n[x](a%20b.md) [y](c%20d.md) [z](two)\n",
        "two.md": "# T\n\n[x](a%20b.md)\n",
        "a b.md": PAGE,
        "c d.md": PAGE,
    }
    memory = Memory(files)
    data = memory.bytes
    some = [one for one in memory.findings() if one.file == "a b.md"]
    found = plan_fixes(memory.facts, some, lambda file: parse(data[file], content_type_of(file)))
    assert found.renames == {"a b.md": "a-b.md"}
    assert found.contents == {
        "one.md": "# O\n\n[x](a-b.md) [y](c%20d.md) [z](two)\n",
        "two.md": "# T\n\n[x](a-b.md)\n",
    }


@pytest.mark.parametrize("reference", ["xref:{}#part[x]", "See <<{},x>>.", "xref:../guide/{}[]"])
def test_a_reference_of_asciidoc_follows_a_renamed_file(reference: str) -> None:
    before = reference.format("Page.1.adoc")
    files: Files = {"guide/Page.1.adoc": "= P\n", "guide/one.adoc": f"= One\n\n{before}\n"}
    after = fixed(files)
    (renamed,) = after.keys() - files.keys()
    new = renamed.rpartition("/")[2]
    assert content(after, "guide/one.adoc") == (
        f"= One\n\n{reference.replace('../guide/', '').format(new)}\n"
    )
