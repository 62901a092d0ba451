"""Names: none leads out of the folder, none is guessed (promise 9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wikisync.errors import BadName
from wikisync.page.model import ContentType, Key
from wikisync.page.paths import (
    Layout,
    Locales,
    case_folded,
    file_of,
    key_of,
    keys_above,
    reason_unreachable,
)

LAYOUT = Layout(Locales("en", ("en", "fr", "zh-tw"), namespacing=True))


def rule_of(file: str, layout: Layout = LAYOUT) -> str:
    with pytest.raises(BadName) as caught:
        key_of(file, layout)
    assert caught.value.name == file
    return caught.value.rule


@pytest.mark.parametrize(
    ("file", "kind", "key"),
    [
        ("home.md", "markdown", Key("en", "home")),
        ("guide/a.html", "html", Key("en", "guide/a")),
        ("guide/Größe_1.adoc", "asciidoc", Key("en", "guide/Größe_1")),
        ("fr/home.md", "markdown", Key("fr", "home")),
        ("zh-tw/guide/b.md", "markdown", Key("zh-tw", "guide/b")),
        ("🎴/b.md", "markdown", Key("en", "🎴/b")),
        ("guide/fr/a.md", "markdown", Key("en", "guide/fr/a")),
        ("guide/x.md", "markdown", Key("en", "guide/x")),
        ("login-help.md", "markdown", Key("en", "login-help")),
    ],
)
def test_a_file_is_its_page_and_a_page_its_file(file: str, kind: ContentType, key: Key) -> None:
    assert key_of(file, LAYOUT) == key
    assert file_of(key, kind, LAYOUT) == file


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("a.b.md", "dot"),
        (".hidden.md", "dot"),
        ("a/../b.md", "dot"),
        ("../b.md", "dot"),
        ("a b.md", "spaces"),
        ("a\\b.md", "backslash"),
        ("a//b.md", "segment"),
        ("/a.md", "slash"),
        ("a" * 256 + ".md", "255"),
        ("a.txt", ".md"),
        ("a.MD", ".md"),
        (".md", ".md"),
        ("noextension", ".md"),
        ("c:/a.md", "removes"),
        ("what?.md", "removes"),
        ("a\nb.md", "removes"),
        ("a/\u3000/b.md", "removes spaces"),
        ("a\udc80.md", "UTF-8"),
    ],
)
def test_a_file_that_can_be_no_page_is_named_with_the_rule(file: str, said: str) -> None:
    assert said in rule_of(file)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("x/a.md", "one letter"),
        ("x.md", "one letter"),
        ("qa/a.md", "locale"),
        ("pt-BR/a.md", "locale"),
        ("FR/a.md", "locale"),
        ("fr.md", "locale"),
        ("fr/de/a.md", "locale"),
        ("login.md", "reserves the name"),
        ("img/a.md", "reserves the name"),
    ],
)
def test_a_page_that_no_browser_reaches_can_be_a_file_but_is_no_new_page(
    file: str, said: str
) -> None:
    key = key_of(file, LAYOUT)
    assert file_of(key, "markdown", LAYOUT) == file
    assert said in (reason_unreachable(key, LAYOUT) or "")


@pytest.mark.parametrize("file", ["guide/a.md", "fr/home.md", "guide/x.md", "login-help.md"])
def test_a_page_that_a_browser_reaches_is_told_so(file: str) -> None:
    assert reason_unreachable(key_of(file, LAYOUT), LAYOUT) is None


def test_a_folder_named_like_the_default_locale_is_told_where_its_pages_lie() -> None:
    assert "top of the folder" in (reason_unreachable(key_of("en/home.md", LAYOUT), LAYOUT) or "")


def test_a_locale_that_is_not_installed_is_an_ordinary_folder() -> None:
    assert "which is not installed on the wiki" in (
        reason_unreachable(Key("en", "de/home"), LAYOUT) or ""
    )
    long = Layout(Locales("en", ("en", "sr-latn")))
    assert key_of("sr-latn/home.md", long) == Key("sr-latn", "home")
    assert key_of("sr-latn/home.md", LAYOUT) == Key("en", "sr-latn/home")


@pytest.mark.parametrize(
    "key",
    [
        Key("en", ""),
        Key("en", "../secret"),
        Key("en", "/etc/passwd"),
        Key("en", "a/../../b"),
        Key("en", "a\0b"),
        Key("en", "fr/a"),
        Key("en", "ä" * 127 + "bcd"),
        Key("de", "a"),
        Key("..", "a"),
    ],
)
def test_a_page_that_can_have_no_file_is_named(key: Key) -> None:
    with pytest.raises(BadName):
        file_of(key, "markdown", LAYOUT)


def test_a_locales_name_cannot_lead_out_of_the_folder() -> None:
    with pytest.raises(BadName):
        file_of(Key("../x", "a"), "markdown", Layout(Locales("en", ("../x",))))


def test_two_pages_never_share_a_file() -> None:
    with pytest.raises(BadName) as caught:
        file_of(Key("en", "sr-latn/home"), "markdown", Layout(Locales("en", ("sr-latn",))))
    assert "another page" in caught.value.rule


def test_names_that_differ_in_case_alone_are_found() -> None:
    assert case_folded("STRASSE.md") == case_folded("straße.md")
    assert case_folded("Sakura.md") != case_folded("sakura.html")


def test_names_that_differ_in_how_accents_are_made_are_found() -> None:
    assert case_folded("e\u0301.md") == case_folded("\u00c9.md")


ALL = Layout(Locales("en", ("en", "fr")), locale_folders="all")
ROCKET = Layout(Locales("en", ("en", "fr")), root="products/rocket")


@pytest.mark.parametrize(
    ("layout", "key", "file"),
    [
        (ALL, Key("en", "home"), "en/home.md"),
        (ALL, Key("fr", "guide/a"), "fr/guide/a.md"),
        (ALL, Key("en", "en/home"), "en/en/home.md"),
        (ROCKET, Key("en", "products/rocket/a"), "a.md"),
        (ROCKET, Key("fr", "products/rocket/guide/a"), "fr/guide/a.md"),
        (ROCKET, Key("en", "products/rocket/rocket"), "rocket.md"),
        (replace(ROCKET, locale_folders="all"), Key("en", "products/rocket/a"), "en/a.md"),
    ],
)
def test_a_layout_names_the_file_of_a_page_both_ways(layout: Layout, key: Key, file: str) -> None:
    assert file_of(key, "markdown", layout) == file
    assert key_of(file, layout) == key


INDEX = replace(LAYOUT, index="README")
ROCKET_INDEX = replace(ROCKET, index="README")


@pytest.mark.parametrize(
    ("layout", "key", "file"),
    [
        (INDEX, Key("en", "home"), "README.md"),
        (INDEX, Key("fr", "home"), "fr/README.md"),
        (INDEX, Key("en", "guide"), "guide/README.md"),
        (INDEX, Key("en", "guide/home"), "guide/home/README.md"),
        (INDEX, Key("fr", "guide/a"), "fr/guide/a/README.md"),
        (replace(ALL, index="index"), Key("en", "home"), "en/index.md"),
        (ROCKET_INDEX, Key("en", "products/rocket"), "README.md"),
        (ROCKET_INDEX, Key("fr", "products/rocket"), "fr/README.md"),
        (ROCKET_INDEX, Key("en", "products/rocket/guide"), "guide/README.md"),
        (ROCKET_INDEX, Key("en", "products/rocket/home"), "home/README.md"),
    ],
)
def test_an_index_file_is_the_page_of_its_folder(layout: Layout, key: Key, file: str) -> None:
    assert file_of(key, "markdown", layout, as_index=True) == file
    assert key_of(file, layout) == key
    assert key_of(file.replace("README", "readme"), layout) == key


def test_a_page_has_a_plain_file_too_but_the_one_at_the_root() -> None:
    for path in ("home", "guide", "guide/a"):
        assert file_of(Key("en", path), "html", INDEX) == f"{path}.html"
        assert key_of(f"{path}.html", INDEX) == Key("en", path)
    assert file_of(Key("en", "products/rocket"), "html", ROCKET_INDEX) == "README.html"


@pytest.mark.parametrize("path", ["README", "guide/README", "guide/readme"])
def test_a_page_of_the_name_of_index_files_has_no_file(path: str) -> None:
    with pytest.raises(BadName, match="would belong to another page"):
        file_of(Key("en", path), "markdown", INDEX)


@pytest.mark.parametrize(
    ("layout", "file", "folder"),
    [
        (INDEX, "guide/README.md", "guide"),
        (INDEX, "a/guide/readme.html", "guide"),
        (INDEX, "guide/a.md", ""),
        (INDEX, "README.md", ""),
        (INDEX, "fr/README.md", ""),
        (INDEX, "home/README.md", "home"),
        (ROCKET_INDEX, "README.md", "rocket"),
        (ROCKET_INDEX, "fr/README.md", "rocket"),
        (ROCKET_INDEX, "home/README.md", "home"),
        (LAYOUT, "guide/README.md", ""),
    ],
)
def test_an_index_file_is_read_from_its_folder_and_its_page_is_not(
    layout: Layout, file: str, folder: str
) -> None:
    assert layout.link_folder(file, key_of(file, layout)) == folder


def test_the_pages_with_pages_below_are_found() -> None:
    keys = [Key("en", "a/b/c"), Key("fr", "d")]
    expected = {Key("en", "a"), Key("en", "a/b"), Key("en", "home"), Key("fr", "home")}
    assert keys_above(keys) == expected


@pytest.mark.parametrize(
    "path", ["home", "products", "products/rocket", "products/rocketry", "products/rocketry/a"]
)
def test_a_page_outside_the_root_has_no_file(path: str) -> None:
    key = Key("en", path)
    assert not ROCKET.contains(key)
    with pytest.raises(BadName, match="which the folder stands for"):
        file_of(key, "markdown", ROCKET)


def test_the_page_at_the_root_is_in_it_where_an_index_gives_it_a_file() -> None:
    assert replace(ROCKET, index="README").contains(Key("en", "products/rocket"))


def test_without_a_root_every_page_is_in_the_folder() -> None:
    assert LAYOUT.contains(Key("en", "products/rocket"))


@pytest.mark.parametrize("file", ["home.md", "guide/a.md"])
def test_with_all_locale_folders_a_file_outside_of_them_is_refused(file: str) -> None:
    with pytest.raises(BadName, match="in the folder of its locale"):
        key_of(file, ALL)


def test_below_a_root_a_folder_may_look_like_a_locale() -> None:
    assert reason_unreachable(key_of("de/a.md", ROCKET), ROCKET) is None


def test_with_all_locale_folders_a_locale_that_is_not_installed_is_named() -> None:
    with pytest.raises(BadName, match="`de` looks like a locale, which is not installed"):
        key_of("de/a.md", ALL)


@pytest.mark.parametrize(
    ("file", "others"),
    [
        ("guide.md", {"guide", "guide/README"}),
        ("guide/README.md", {"guide", "guide/README", "guide/home"}),
        ("README.md", {"README", "home"}),
        ("fr/home.md", {"fr/home", "fr/home/README", "fr/README"}),
        ("fr/README.md", {"fr", "fr/README", "fr/home"}),
    ],
)
def test_the_names_of_another_file_of_the_same_page_are_known(file: str, others: set[str]) -> None:
    assert set(INDEX.stems(file)) == others
    assert LAYOUT.stems(file) == (file.removesuffix(".md"),)
