"""What a link leads to, on the wiki and in the folder: the table of wikijs.md, row by row."""

from __future__ import annotations

import pytest

from wikisync.page.link_targets import Referrer, in_folder, on_wiki
from wikisync.page.links import LinkKind
from wikisync.page.model import Key
from wikisync.page.paths import Layout, Locales

LOCALES = Locales("en", ("en", "fr"))
LAYOUT = Layout(LOCALES)


def page(file: str = "guide/one.md", path: str = "guide/one", locale: str = "en") -> Referrer:
    return Referrer.of(file, Key(locale, path), "markdown", LAYOUT)


def wiki(
    target: str, of: Referrer | None = None, kind: LinkKind = "link", layout: Layout = LAYOUT
) -> str:
    found = on_wiki(target, kind, of or page(), layout)
    where = str(found.key) if found.key is not None else found.path
    return " ".join(filter(None, (found.kind, where, f"#{found.fragment}" * bool(found.fragment))))


def folder(target: str, of: Referrer | None = None, layout: Layout = LAYOUT) -> str:
    found = in_folder(target, of or page(), layout)
    return f"{found.kind} {found.path}"


@pytest.mark.parametrize(
    ("target", "on_the_wiki", "here"),
    [
        ("/guide/two", "page en/guide/two", "file guide/two"),
        ("/en/guide/two", "page en/guide/two", "file en/guide/two"),
        ("/fr/guide/two", "page fr/guide/two", "file fr/guide/two"),
        ("two", "page en/guide/one/two", "file guide/two"),
        ("two.md", "page en/guide/two", "file guide/two.md"),
        ("./two.md", "page en/guide/two", "file guide/two.md"),
        ("../home.md", "page en/home", "file home.md"),
        ("two.html", "page en/guide/two", "file guide/two.html"),
        ("/guide/two.md", "page en/guide/two", "file guide/two.md"),
        ("doc.pdf", "asset guide/doc.pdf", "file guide/doc.pdf"),
        ("two.adoc", "asset guide/two.adoc", "file guide/two.adoc"),
        ("./two", "page en/guide/two", "file guide/two"),
        ("../two", "page en/two", "file two"),
        ("../../../two.md", "page en/two", "outside ../../two.md"),
        ("/", "page en/home", "file "),
        ("two/", "page en/guide/one/two", "file guide/two"),
        ("two#part", "page en/guide/one/two #part", "file guide/two"),
        ("two#v1.2", "page en/guide/two #v1.2", "file guide/two"),
        ("#part", "page en/guide/one #part", "file guide/one.md"),
        ("/guide/two?x=1#part", "page en/guide/two #part", "file guide/two"),
        ("/%E5%85%A8%E9%83%A8", "page en/全部", "file 全部"),
        ("#%E5%85%A8", "page en/guide/one #全", "file guide/one.md"),
        ("my\\_page.md", "page en/guide/my_page", "file guide/my_page.md"),
        ("a&amp;b.md", "page en/guide/a&b", "file guide/a&b.md"),
    ],
)
def test_a_link_leads_where_wiki_js_and_a_reader_of_files_take_it(
    target: str, on_the_wiki: str, here: str
) -> None:
    assert wiki(target) == on_the_wiki
    assert folder(target) == here


@pytest.mark.parametrize(
    "target",
    [
        "https://example.com/a",
        "mailto:a@example.com",
        "tel:1",
        "//example.com/a",
        "/t/tag",
        "/i/12",
        "/e",
    ],
)
def test_other_sites_and_the_wiki_s_own_addresses_are_no_pages(target: str) -> None:
    assert wiki(target) == "elsewhere"


def test_links_of_the_front_page_begin_at_the_top() -> None:
    home = page("home.md", "home")
    assert wiki("two", home) == "page en/two"
    assert wiki("guide/two.md", home) == "page en/guide/two"


def test_an_image_is_read_from_the_page_s_address_without_its_locale() -> None:
    assert wiki("img/a.png", kind="image") == "asset guide/img/a.png"
    assert wiki("/img/a.png", kind="image") == "asset img/a.png"
    french = page("fr/guide/one.md", locale="fr")
    assert wiki("img/a.png", french, "image") == "asset guide/img/a.png"
    assert folder("img/a.png", french) == "file fr/guide/img/a.png"
    assert wiki("../../guide/img/a.png", french, "image") == "asset guide/img/a.png"
    assert folder("../../guide/img/a.png", french) == "file guide/img/a.png"


def test_a_page_of_another_locale_links_to_its_own_by_relative_addresses_alone() -> None:
    french = page("fr/guide/one.md", locale="fr")
    assert wiki("two.md", french) == "page fr/guide/two"
    assert wiki("/guide/two", french) == "page en/guide/two"
    # Wiki.js puts no locale in front of it, and so takes the default one.
    assert wiki("two", french) == "page en/guide/one/two"


def test_with_namespacing_an_address_without_a_locale_is_of_the_page_s_own() -> None:
    layout = Layout(Locales("en", ("en", "fr"), namespacing=True))
    french = page("fr/guide/one.md", locale="fr")
    assert wiki("/guide/two", french, layout=layout) == "page fr/guide/two"
    assert wiki("/en/guide/two", french, layout=layout) == "page en/guide/two"
    assert wiki("two", french, layout=layout) == "page fr/guide/one/two"
    # The server is asked for it without a locale.
    assert wiki("/guide/two.md", french, layout=layout) == "page en/guide/two"


def test_below_a_root_addresses_have_it_and_files_have_it_not() -> None:
    layout = Layout(LOCALES, root="products/rocket")
    one = Referrer.of("guide/one.md", Key("en", "products/rocket/guide/one"), "markdown", layout)
    assert wiki("two.md", one, layout=layout) == "page en/products/rocket/guide/two"
    assert folder("two.md", one, layout=layout) == "file guide/two.md"
    assert folder("/products/rocket/img/a.png", one, layout=layout) == "file img/a.png"
    assert folder("/img/a.png", one, layout=layout) == "outside ../img/a.png"


def test_the_links_of_an_index_file_are_read_as_a_push_writes_them() -> None:
    layout = Layout(LOCALES, index="README")
    guide = Referrer.of("guide/README.md", Key("en", "guide"), "markdown", layout)
    assert wiki("two.md", guide, layout=layout) == "page en/guide/two"
    assert wiki("img/a.png", guide, "image", layout) == "asset guide/img/a.png"
    assert wiki("../home.md", guide, layout=layout) == "page en/home"
    assert wiki("two", guide, layout=layout) == "page en/guide/two"
    assert folder("two.md", guide, layout=layout) == "file guide/two.md"


def test_an_address_of_the_wiki_itself_is_a_page() -> None:
    one = Referrer("one.md", Key("en", "one"), "markdown", "https://wiki.example.com")
    assert wiki("https://wiki.example.com/guide/two", one) == "page en/guide/two"
    assert wiki("https://wiki.example.com", one) == "page en/home"
    assert wiki("https://wiki.example.community/x", one) == "elsewhere"


def test_where_the_default_locale_is_not_known_it_is_any_without_a_folder() -> None:
    layout = Layout(Locales("", ("fr",)))
    one = Referrer("one.md", Key("", "one"), "markdown")
    assert wiki("/en/two", one, layout=layout) == "page /two"
    assert wiki("/fr/two", one, layout=layout) == "page fr/two"
