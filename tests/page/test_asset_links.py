"""Which images and files a page refers to: as the wiki reads it, whatever the page's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wikisync.page.asset_links import asset_file, asset_path, asset_paths, asset_targets
from wikisync.page.model import Key
from wikisync.page.paths import Layout

if TYPE_CHECKING:
    from wikisync.page.model import ContentType

URL = "https://wiki.example.org"


def paths(
    content: str,
    path: str = "guide/one",
    kind: ContentType = "markdown",
    *,
    layout: Layout | None = None,
    locale: str = "en",
    link_folder: str = "",
) -> set[str]:
    targets = asset_targets(content, kind, URL)
    return set(asset_paths(targets, Key(locale, path), layout or Layout(), link_folder))


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("img/a.png", "guide/img/a.png"),
        ("./img/a.png", "guide/img/a.png"),
        ("../img/a.png", "img/a.png"),
        ("../../../img/a.png", "img/a.png"),
        ("/img/a.png", "img/a.png"),
        ("/fr/img/a.png", "img/a.png"),
        ("/img//a.png", "img/a.png"),
        ("/img/a%20b.png", "img/a b.png"),
        ("/img/cafe%CC%81.png", "img/café.png"),
        ("/img/a.png?v=2#top", "img/a.png"),
        ("/img/a.png =100x200", "img/a.png"),
        ('/img/a.png "A title"', "img/a.png"),
        (f"{URL}/img/a.png", "img/a.png"),
    ],
)
def test_a_target_is_resolved_as_a_browser_resolves_it_on_the_wiki(target: str, path: str) -> None:
    assert paths(f"![x]({target})") == {path}


@pytest.mark.parametrize(
    "target",
    [
        *("https://example.org/a.png", "//example.org/a.png", "mailto:a@example.org", "#a.b", ""),
        *("../two.md", "/guide/two", "two", "/v1.2/two", "data:image/png;base64,AAAA", "/", ".."),
        f"{URL}.evil.example/img/a.png",
    ],
)
def test_what_leads_to_another_site_or_to_a_page_is_no_asset(target: str) -> None:
    assert paths(f"[x]({target})") == set()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ('<img alt="x" src="/img/a.png">', "markdown"),
        ('Text <a href="/img/a.png">file</a>.', "markdown"),
        ("![x][1]\n\n[1]: /img/a.png 'title'\n", "markdown"),
        ("[a file](/img/a.png)", "markdown"),
        ('<video poster="/img/a.png"></video>', "html"),
        ('<video><source src="/img/a.png"></video>', "html"),
        ("<p><IMG SRC='/img/a.png'></p>", "html"),
        ("image::/img/a.png[An image]", "asciidoc"),
    ],
)
def test_every_form_of_a_reference_counts(content: str, kind: ContentType) -> None:
    assert paths(content, kind=kind) == {"img/a.png"}


@pytest.mark.parametrize(
    "content", ["`![x](/img/a.png)`", "```\n![x](/img/a.png)\n```\n", "<!-- ![x](/img/a.png) -->"]
)
def test_a_reference_in_code_or_in_a_comment_is_none(content: str) -> None:
    assert paths(content) == set()


def test_a_page_of_another_language_refers_to_the_same_asset() -> None:
    assert paths("![x](img/a.png)", locale="fr") == {"guide/img/a.png"}


def test_an_index_file_is_read_from_its_own_folder() -> None:
    layout = Layout(index="README")
    content = "![x](img/a.png) ![y](../b.png)"
    assert paths(content, "guide", layout=layout, link_folder="guide") == {
        "guide/img/a.png",
        "b.png",
    }


def test_an_asset_outside_the_root_is_left_out() -> None:
    layout = Layout(root="products/rocket")
    found = paths("![x](a.png) ![y](/b.png) ![z](../../c.png)", "products/rocket/d", layout=layout)
    assert found == {"products/rocket/a.png"}


@pytest.mark.parametrize("root", ["", "products/rocket"])
def test_the_path_of_a_file_leads_back_to_it(root: str) -> None:
    layout = Layout(root=root)
    path = asset_path("img/a.png", layout)
    assert path == f"{root}/img/a.png".lstrip("/")
    assert asset_file(path, layout) == "img/a.png"


def test_a_content_without_a_target_that_may_be_an_asset_is_not_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wikisync.page.asset_links.find_links", None)
    content = "Text. [x](/guide/two) [y](https://example.org/a.png) <a href='b.md#c.d'>z</a>\n"
    assert asset_targets(content, "markdown", URL) == ()
