"""What counts as a link to a page, as Wiki.js finds them when it renders."""

from __future__ import annotations

import pytest

from wikisync.sandbox.rendering import link_targets


def found(
    content: str, path: str = "here/now", kind: str = "markdown", *, namespacing: bool = False
) -> list[str]:
    page = {"content": content, "contentType": kind, "path": path, "locale": "fr"}
    return ["/".join(target) for target in link_targets(page, "en", namespacing=namespacing)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[x](/guide/a)", ["en/guide/a"]),
        ('[x](/guide/a "title")', ["en/guide/a"]),
        ("[x](</guide/a>)", ["en/guide/a"]),
        ("[x](/guide/a#part)", ["en/guide/a"]),
        ("[x](/guide/a?b=c)", ["en/guide/a"]),
        ("[x](next)", ["en/here/now/next"]),
        ("[x](/de/guide)", ["de/guide"]),
        ("[x](/)", ["en/home"]),
        ("[x][1]\n\n[1]: /guide/a", ["en/guide/a"]),
        ("<a class='y' href='/guide/a'>x</a>", ["en/guide/a"]),
        ("[x](/%E5%85%A8%E9%83%A8)", ["en/全部"]),
        ("[x](/guide) and [y](/guide)", ["en/guide"]),
    ],
)
def test_a_link_to_a_page_is_found(content: str, expected: list[str]) -> None:
    assert found(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        "[x](https://example.com/guide)",
        "[x](#part)",
        "[x](mailto:a@b)",
        "[x](tel:1)",
        "[x](/file.pdf)",
        "[x](/t/tag)",
        "![x](/picture)",
        "`[x](/guide)`",
        "```\n[x](/guide)\n```\n",
        "plain",
    ],
)
def test_what_is_no_link_to_a_page_is_passed_over(content: str) -> None:
    assert found(content) == []


def test_relative_links_of_the_home_page_start_at_the_root() -> None:
    assert found("[x](next)", path="home") == ["en/next"]


def test_html_pages_link_by_anchors_alone() -> None:
    assert found("[x](/no) <a href='/yes'>y</a>", kind="html") == ["en/yes"]
    assert found("link:/no[x]", kind="asciidoc") == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[x](next)", ["fr/here/now/next"]),
        ("[x](/guide)", ["fr/guide"]),
        ("[x](/de/guide)", ["de/guide"]),
    ],
)
def test_with_namespacing_a_link_without_a_language_means_the_page_s_own(
    content: str, expected: list[str]
) -> None:
    assert found(content, namespacing=True) == expected
