"""An index file and its page: other links, the same values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wikisync.page.document import compose, parse, update
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import ContentType
from wikisync.page.relinking import with_links_of

HEAD = "---\ntitle: T\nmykey: 1 # mine\n---\n\n"
FILE = f"{HEAD}[a](a.md)\n`[a](a.md)`\n![](../b.png)\n"
CONTENT = "[a](guide/a.md)\n`[a](a.md)`\n![](b.png)\n"


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_changed_line_alone_changes_in_the_file(bom: str, end: str) -> None:
    data = (bom + FILE.replace("\n", end)).encode()
    document = parse(data, "markdown", link_folder="guide")
    assert document.page.content.replace("\r\n", "\n") == CONTENT
    assert document.data == data
    page = replace(document.page, content=CONTENT.replace("b.png", "guide/c.png"))
    changed = update(document, page)
    assert changed.data == data.replace(b"../b.png", b"c.png")
    assert fingerprint(changed.page) == fingerprint(page)
    assert update(changed, document.page).data == data


def test_a_page_that_differs_in_its_title_alone_leaves_the_links_of_the_file() -> None:
    document = parse(FILE.encode(), "markdown", link_folder="guide")
    assert update(document, replace(document.page, title="U")).data == (
        FILE.replace("title: T", "title: U").encode()
    )


def test_a_new_file_has_the_links_that_it_needs() -> None:
    page = parse(FILE.encode(), "markdown", link_folder="guide").page
    data = compose(page, date=None, date_created=None, content_type="markdown", link_folder="guide")
    assert data.endswith(FILE.removeprefix(HEAD).encode())


def test_a_file_of_another_name_has_the_links_that_its_page_needs() -> None:
    moved = with_links_of(FILE.encode(), "markdown", "guide", "manual")
    assert moved == FILE.replace("a](a.md", "a](../guide/a.md", 1).encode()
    assert parse(moved, "markdown", link_folder="manual").page.content == CONTENT
    assert with_links_of(moved, "markdown", "manual", "guide") == FILE.encode()
    assert with_links_of(b"---\ntitle:x", "markdown", "guide", "manual") == b"---\ntitle:x"


LINKS = ["[a](a.md)", "![](../b.png)", "[c](guide/c.md)", "[d](./d.md)", "<img src=e.png>"]
MARKS = [
    *"`\né",
    "[f]: f.md\n",
    "\n\n",
    "```\n",
    "text",
    "- ",
    "> ",
    "    ",
    "<!--",
    "-->",
    "---\n",
]
PIECES = st.sampled_from([*LINKS, *MARKS])
CONTENTS = st.lists(PIECES, min_size=1, max_size=12).map("".join).filter(str.strip)
KINDS = st.sampled_from(["markdown", "html", "asciidoc"])


@settings(max_examples=300, deadline=None)
@given(CONTENTS, CONTENTS, KINDS)
def test_whatever_the_page_has_comes_into_the_file_and_back(
    old: str, new: str, kind: ContentType
) -> None:
    document = parse(old.encode(), kind, link_folder="guide")
    page = replace(document.page, content=new)
    changed = update(document, page)
    assert fingerprint(changed.page).changed_fields(fingerprint(page)) == ()
    assert fingerprint(parse(changed.data, kind, link_folder="guide").page) == fingerprint(
        changed.page
    )
