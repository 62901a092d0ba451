"""Whether a page is published, in every spelling of a header (files.md, *Drafts*)."""

from __future__ import annotations

import pytest

from wikisync.errors import BadPage
from wikisync.page.document import Document, parse, update
from wikisync.page.model import ContentType, Page


def document(lines: str, kind: ContentType = "markdown") -> Document:
    opening, closing = ("---", "---") if kind == "markdown" else ("<!--", "-->")
    data = f"{opening}\n{lines}\n{closing}\n\ntext\n".encode()
    found = parse(data, kind, file="a.md")
    assert found.data == data
    return found


DRAFTS = [
    "draft: true",
    "Draft: True",
    "DRAFT: yes # until May",
    "draft: 'true'",
    "isDraft: true",
    "is_draft: 1",
    "publish: false",
    "Publish: no",
    "Published: false",
    "PUBLISHED: FALSE",
    "is_published: false",
    "IsPublished: off",
    "status: draft",
    "Status: Draft # mine",
    'status: "draft"',
    "status: unpublished",
    "status: private",
]


@pytest.mark.parametrize("line", DRAFTS)
def test_a_draft_in_any_spelling_is_not_published(line: str) -> None:
    assert document(f"title: x\n{line}").page.published is False


@pytest.mark.parametrize("line", DRAFTS)
def test_a_draft_stays_one_where_the_rest_of_the_header_is_no_yaml(line: str) -> None:
    assert document(f"{line}\nsummary: * a: b").page.published is False


@pytest.mark.parametrize("line", ["title: x\nPublish: false", "draft: true", "publish: false"])
def test_a_draft_in_html_is_not_published(line: str) -> None:
    assert document(line, "html").page.published is False


@pytest.mark.parametrize(
    "line",
    ["draft: false", "Draft: no", "publish: true", "status: published", "status: public"],
)
def test_what_is_no_draft_is_published(line: str) -> None:
    assert document(f"title: x\n{line}").page.published is True


@pytest.mark.parametrize(
    "line", ["draft:", "draft: ~", "publish: null", "status: stable", "status:", "status: accepted"]
)
def test_a_line_that_does_not_say_it_leaves_it_open(line: str) -> None:
    assert document(f"title: x\n{line}").page.published is None
    assert document(f"published: false\n{line}").page.published is False


@pytest.mark.parametrize("line", ["draft: maybe", "Published: soon", "publish: 2030-01-01"])
def test_a_word_that_is_neither_names_its_line(line: str) -> None:
    with pytest.raises(BadPage) as caught:
        document(f"title: x\n{line}")
    assert caught.value.line == 3
    assert line.partition(":")[0] in caught.value.what


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("published: true\ntags: a\ndraft: true", 4),
        ("draft: true\npublished: true", 3),
        ("published: false\ndraft: false", 3),
        ("published: true\nPublished: false", 3),
        ("published: true\nisPublished: false", 3),
        ("draft: false\npublish: false", 3),
    ],
)
def test_a_contradiction_is_a_problem_that_names_both_lines(lines: str, line: int) -> None:
    with pytest.raises(BadPage) as caught:
        document(lines)
    assert caught.value.line == line
    for each in lines.replace("tags: a\n", "").split("\n"):
        assert f"`{each}`" in caught.value.what
    assert "in line 2" in caught.value.what


def test_the_last_of_two_equal_keys_counts() -> None:
    assert document("draft: true\ndraft: false").page.published is True


def test_a_status_that_says_otherwise_is_doubted_and_the_other_line_counts() -> None:
    found = document("published: true\nstatus: draft")
    assert (found.page.published, set(found.doubts)) == (True, {"status"})
    assert document("published: false\nstatus: draft").doubts == frozenset()


@pytest.mark.parametrize(
    ("lines", "new"),
    [
        ("draft: true", "draft: false"),
        ("draft: false", "draft: true"),
        ("Draft: True # until May", "Draft: False # until May"),
        ("DRAFT: 'yes'", "DRAFT: 'no'"),
        ("isDraft: 1", "isDraft: 0"),
        ("publish: false", "publish: true"),
        ("Published:  FALSE", "Published:  TRUE"),
        ("status: draft # mine", "status: published # mine"),
        ("Status: Published", "Status: Draft"),
        ("status: 'private'", "status: 'public'"),
        ("status: publish", "status: pending"),
        ("status: live", "status: draft"),
        ("published: true\ndraft: false", "published: false\ndraft: true"),
        ("published: true\nstatus: published", "published: false\nstatus: draft"),
        ("published: true\nstatus: draft", "published: false\nstatus: draft"),
        ("draft: true\nstatus: stable", "draft: false\nstatus: stable"),
        ("draft:\n  true", "draft: false"),
    ],
)
@pytest.mark.parametrize("kind", ["markdown", "html"])
def test_the_other_value_is_written_in_the_spelling_that_is_there(
    lines: str, new: str, kind: ContentType
) -> None:
    old = document(f"title: x\n{lines}\nmine: stays", kind)
    wanted = not old.page.published
    changed = update(old, Page("", published=wanted), fields=["published"])
    assert changed.data.decode() == old.data.decode().replace(lines, new)
    assert changed.page.published is wanted


@pytest.mark.parametrize("lines", ["status: stable", "draft:"])
def test_where_no_line_says_it_one_is_added(lines: str) -> None:
    changed = update(document(f"title: x\n{lines}"), Page("", published=False))
    assert changed.data.decode().startswith(f"---\ntitle: x\npublished: false\n{lines}\n")


@pytest.mark.parametrize("line", DRAFTS)
def test_a_draft_that_stays_one_stays_byte_for_byte(line: str) -> None:
    old = document(f"title: x\n{line}")
    assert update(old, Page("text\n", title="x", published=False)) is old


@pytest.mark.parametrize(
    ("lines", "page", "new"),
    [
        ("Title: x", Page("", title="y"), "Title: y"),
        ("TAGS: [a]", Page("", tags=("b",)), "TAGS: [b]"),
        ("PublishEndDate: 2030-01-01 # c", Page("", publish_end=""), "PublishEndDate:  # c"),
    ],
)
def test_a_key_in_another_case_is_written_in_its_place(lines: str, page: Page, new: str) -> None:
    old = document(f"{lines}\nmine: stays")
    fields = ["title", "tags", "publishEndDate"]
    assert update(old, page, fields=fields).data.decode() == old.data.decode().replace(lines, new)
