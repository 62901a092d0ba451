"""Tags are texts: what is none is no tag, and what is no text is named with its line."""

from __future__ import annotations

import pytest

from wikisync.errors import BadPage
from wikisync.page.document import parse, update
from wikisync.page.model import Page


def tags(lines: str) -> tuple[str, ...] | None:
    data = f"---\ntitle: x\n{lines}\nmine: stays\n---\n\ntext\n".encode()
    document = parse(data, "markdown", file="a.md")
    assert document.data == data
    return document.page.tags


@pytest.mark.parametrize(
    "lines",
    [
        "tags: null",
        "tags: Null",
        "tags: ~",
        "tags: []",
        "tags: [ ]  # none",
        "tags: [null, ~]",
        "tags:\n  -\n  - ~",
        'tags: ""',
        "tags: # none",
        "tags: [\n]",
    ],
)
def test_nothing_is_no_tag(lines: str) -> None:
    assert tags(lines) == ()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ('tags: "null"', ("null",)),
        ("tags: ['~', a]", ("~", "a")),
        ("tags: [null, a]", ("a",)),
        ("tags: null, a", ("null", "a")),
        ("tags: nullable", ("nullable",)),
        ("tags: 42", ("42",)),
        ("tags: [true, 1.10, 2020-01-01]", ("true", "1.10", "2020-01-01")),
        ("tags: a, b # mine", ("a", "b")),
        ("tags: 'a, b' # mine", ("a", "b")),
        ("tags: [getting started, c++]", ("getting started", "c++")),
        ("tags:\n- getting started # mine\n- b", ("getting started", "b")),
        ("tags: >-\n  a,\n  b", ("a", "b")),
        ("tags: a,\n  b", ("a", "b")),
        ("tags: &all [a, b]", ("a", "b")),
    ],
)
def test_valid_yaml_is_read_as_yaml(lines: str, found: tuple[str, ...]) -> None:
    assert tags(lines) == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("tags: *star, b: c", ("*star", "b: c")),
        ("tags: [a] b, [c]", ("[a] b", "[c]")),
        ("tags: a, @b", ("a", "@b")),
        ("tags:\n  - *star\n  - b: c: d", ("*star", "b: c: d")),
        ("tags: c#, a: b", ("c#", "a: b")),
    ],
)
def test_what_is_no_yaml_is_read_leniently(lines: str, found: tuple[str, ...]) -> None:
    assert tags(lines) == found


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("tags: [getting started, a: b]", 3),
        ("tags: [getting started, [a]]", 3),
        ("tags: {a: b}", 3),
        ("tags:\n  a: b", 4),
        ("tags:\n  - a\n  - b: c", 5),
        ("tags:\n  - a\n# why\n  - - b", 6),
        ("tags: [\n  a,\n  {b: c}\n]", 5),
        ("tags: [getting started, a", 3),
        ("tags:\n  - a\n  - [b, c", 3),
    ],
)
def test_what_is_no_text_is_a_problem_with_its_line_and_never_a_fragment(
    lines: str, line: int
) -> None:
    with pytest.raises(BadPage) as caught:
        tags(lines)
    assert (caught.value.file, caught.value.line) == ("a.md", line)
    assert "tag" in caught.value.what


@pytest.mark.parametrize(
    ("line", "new"),
    [
        ("tags: a, b # mine", "tags: a, c # mine"),
        ("tags: null", "tags: a, c"),
        ("tags: ~ # none", "tags: a, c # none"),
        ("tags: [a, null] # mine", "tags: [a, c] # mine"),
    ],
)
def test_a_comment_behind_tags_stays(line: str, new: str) -> None:
    document = parse(f"---\n{line}\n---\n\ntext\n".encode(), "markdown")
    changed = update(document, Page("", tags=("a", "c")), fields=["tags"])
    assert changed.data.decode() == f"---\n{new}\n---\n\ntext\n"


@pytest.mark.parametrize("tag", ["null", "~", "[a", "b]", "a #1", "{x}", "- a", "a: b", "x, y"])
def test_every_tag_of_the_wiki_is_written_so_that_it_reads_back(tag: str) -> None:
    for line in ("tags: a", "tags: [a]", "tags:\n  - a", "tags: 'a'", "tags: ~"):
        document = parse(f"---\n{line}\n---\n\ntext\n".encode(), "markdown")
        assert update(document, Page("", tags=(tag, "z")), fields=["tags"]).page.tags in {
            (tag, "z"),
            ("z", tag),
        }
