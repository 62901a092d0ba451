"""What the links of a page lead to in the preview: where they will lead on the wiki."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.preview_run import write
from wikisync.config import load
from wikisync.page.link_targets import Referrer
from wikisync.preview.library import Library
from wikisync.preview.links import PageLinks

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def links(tmp_path: Path) -> PageLinks:
    for file in ("home.md", "guide.md", "guide/one.md", "guide/two.html", "a b/c&d.pdf"):
        write(tmp_path, file, "Text.\n")
    config = load(start=tmp_path, env={}, need_token=False, need_url=False)
    library = Library(config)
    snapshot = library.snapshot
    entry = snapshot.entries["guide.md"]
    page = Referrer.of("guide.md", entry.key, "markdown", snapshot.places.layout, "http://wiki")
    return PageLinks(snapshot, page, "/base/")


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("/guide/one", "/base/page/guide/one.md"),
        ("one", "/base/page/guide/one.md"),
        ("guide/two.html#x%20y", "/base/page/guide/two.html#x%20y"),
        ("http://wiki/home", "/base/page/home.md"),
        ("/a%20b/c&d.pdf", "/base/file/a%20b/c%26d.pdf?v="),
    ],
)
def test_a_link_leads_to_its_file_in_the_preview(links: PageLinks, target: str, url: str) -> None:
    found = links.link(target)
    assert found.leading == ("file" if "/file/" in url else "page")
    assert (found.url or "").startswith(url)


@pytest.mark.parametrize(
    ("target", "leading", "url"),
    [
        ("https://a.example/x", "elsewhere", "https://a.example/x"),
        ("//a.example/x", "elsewhere", "https://a.example/x"),
        ("mailto:a@b.example", "elsewhere", "mailto:a@b.example"),
        ("file:///etc/passwd", "unknown", None),
        ("ftp://a.example", "unknown", None),
        ("/nowhere", "dead", None),
        ("guide/one", "dead", None),
        ("none.pdf", "dead", None),
        ("/e/en/home", "unknown", None),
    ],
)
def test_a_link_that_leads_to_no_file_says_so(
    links: PageLinks, target: str, leading: str, url: str | None
) -> None:
    found = links.link(target)
    assert (found.leading, found.url) == (leading, url)
    assert found.title


def test_a_dead_relative_link_says_where_the_wiki_leads_it(links: PageLinks) -> None:
    assert links.link("guide/one").title == (
        "There is no page /guide/guide/one (a relative link without an ending leads below its"
        " page)."
    )


@pytest.mark.parametrize("target", ["https://a.example/x.png", "//a.example/x.png", "x.png", ""])
def test_an_image_is_loaded_from_the_folder_alone(links: PageLinks, target: str) -> None:
    assert links.image(target).url is None


@pytest.mark.parametrize("target", ["?changes=wiki", "/home?changes=wiki", "one?changes=wiki#x"])
def test_no_link_of_a_page_makes_the_preview_ask_the_wiki(links: PageLinks, target: str) -> None:
    assert "changes" not in (links.link(target).url or "")
