"""Conflict markers: what is a conflict, and what a page about conflicts."""

from __future__ import annotations

import pytest

from wikisync.page.conflict_blocks import conflict_blocks, new_conflict
from wikisync.page.model import ContentType

BLOCK = "<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> branch\n"


@pytest.mark.parametrize("kind", ["markdown", "html", "asciidoc"])
def test_a_complete_block_is_found_where_it_starts(kind: ContentType) -> None:
    (block,) = conflict_blocks(f"text\n{BLOCK}text\n", kind)
    assert (block.start, block.markers) == (5, ("<<<<<<< HEAD", ">>>>>>> branch"))
    assert len(conflict_blocks(BLOCK * 2, kind)) == 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"```\n{BLOCK}```\n", "markdown"),
        (f"<pre>\n{BLOCK}</pre>\n", "markdown"),
        (f'<pre class="x"><code\nlang="git">\n{BLOCK}</code></pre>', "html"),
        (f"<code>\n{BLOCK}</code>", "html"),
        (f"<LISTING>\n{BLOCK}</LISTING>", "html"),
        (f"<xmp>\n{BLOCK}</xmp>", "html"),
        (f"----\n{BLOCK}----\n", "asciidoc"),
        (f"....\n{BLOCK}....\n", "asciidoc"),
        ("<<<<<<< HEAD\n=======\n", "markdown"),
        ("<<<<<<< HEAD\n>>>>>>> b\n", "markdown"),
    ],
)
def test_code_and_parts_of_a_block_are_no_conflict(text: str, kind: ContentType) -> None:
    assert conflict_blocks(f"text\n\n{text}\n\ntext\n", kind) == ()


@pytest.mark.parametrize(
    "text",
    [
        f"<pre>x</pre>\n{BLOCK}<pre>y</pre>\n",
        f"```\n<pre>\n```\n{BLOCK}</pre>\n",
        f"<pre>\n\n{BLOCK}",
        "<<<<<<< HEAD\n```python\n=======\n```js\n>>>>>>> b\nx\n```\n",
        "```\n<<<<<<< here\na\n=======\nb\n>>>>>>> wiki\n```\n",
    ],
)
def test_code_elsewhere_hides_no_conflict(text: str) -> None:
    assert len(conflict_blocks(text, "markdown")) == 1


def test_a_block_that_the_wiki_or_the_base_has_is_no_conflict() -> None:
    text = f"text\n{BLOCK}"
    assert new_conflict(text, [], "markdown") is not None
    assert new_conflict(text, ["text\n"], "markdown") is not None
    assert new_conflict(text, [text], "markdown") is None
    assert new_conflict(text, ["text\n", text.replace("\n", "\r\n")], "markdown") is None
    assert new_conflict(text.replace("mine", "edited"), [text], "markdown") is None


def test_a_conflict_beside_a_block_that_the_wiki_has_is_found() -> None:
    other = BLOCK.replace("branch", "other")
    found = new_conflict(f"{BLOCK}{other}", [BLOCK], "markdown")
    assert found is not None
    assert found.start == len(BLOCK)
    twice = new_conflict(BLOCK * 2, [BLOCK], "markdown")
    assert twice is not None
    assert twice.start == len(BLOCK)
