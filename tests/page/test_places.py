"""Whether a link leads to something, from what is known of the folder and the wiki."""

from __future__ import annotations

from wikisync.page.link_targets import Referrer
from wikisync.page.links import LinkKind
from wikisync.page.model import Key
from wikisync.page.paths import Layout, Locales
from wikisync.page.places import Leads, Places, page_files

LAYOUT = Layout(Locales("en", ("en", "fr")), index="README")
FILES = ("guide/one.md", "guide/two.md", "guide/README.md", "fr/home.md", "guide/v1.2.md")


def places(layout: Layout = LAYOUT) -> Places:
    return Places(
        layout,
        page_files(FILES, layout)[0],
        {Key("en", "other/page")},
        {"img/a.png": 10},
        lambda name: name.startswith("drafts/"),
        lambda name: name == "../README.md",
    )


def leads(target: str, kind: LinkKind = "link", layout: Layout = LAYOUT) -> Leads:
    one = Referrer.of("guide/one.md", Key("en", "guide/one"), "markdown", layout)
    return places(layout).leads_to(target, kind, one)


def both(target: str, kind: LinkKind = "link") -> tuple[str, str]:
    found = leads(target, kind)
    return found.on_wiki, found.in_folder


def test_a_page_is_found_by_its_file_or_by_the_wiki_s_last_list() -> None:
    assert both("two.md") == ("yes", "yes")
    assert both("/other/page") == ("yes", "no")
    assert both("/nowhere") == ("no", "no")
    assert both("/fr/home") == ("yes", "no")
    assert leads("two.md").wiki_file == leads("two.md").folder_file == "guide/two.md"


def test_a_folder_with_an_index_file_is_its_page() -> None:
    assert leads("../guide/").folder_file == "guide/README.md"
    assert both("../guide/") == ("yes", "yes")
    assert both("README.md") == ("no", "yes")


def test_an_asset_is_found_by_its_name_below_the_folder() -> None:
    assert both("/img/a.png", "image") == ("yes", "yes")
    assert both("../img/a.png", "image") == ("yes", "yes")
    assert both("/img/b.png", "image") == ("no", "no")


def test_an_image_whose_name_the_wiki_takes_out_of_its_address_is_not_there() -> None:
    one = Referrer.of("one.md", Key("en", "one"), "markdown", LAYOUT)
    known = Places(LAYOUT, {}, ignores=lambda name: name[0] == "x")
    assert known.leads_to("/x", "image", one).on_wiki == "no"


def test_a_file_that_can_be_no_page_is_meant_all_the_same() -> None:
    assert leads("/guide/v1.2").wiki_file == "guide/v1.2.md"
    assert leads("v1.2.md").folder_file == "guide/v1.2.md"


def test_what_is_ignored_is_not_known() -> None:
    assert both("/drafts/x") == ("unknown", "unknown")
    assert both("/drafts/x.png", "image") == ("unknown", "unknown")


def test_what_is_outside_of_the_root_is_not_known() -> None:
    layout = Layout(Locales("en", ("en",)), root="docs")
    one = Referrer.of("guide/one.md", Key("en", "docs/guide/one"), "markdown", layout)
    found = Places(layout, page_files(FILES, layout)[0], (), {"img/a.png": 1})
    assert found.leads_to("/other/page", "link", one).on_wiki == "unknown"
    assert found.leads_to("/img/a.png", "image", one).on_wiki == "unknown"
    assert found.leads_to("/docs/img/a.png", "image", one).on_wiki == "yes"
    assert found.leads_to("/docs/guide/two", "link", one).on_wiki == "yes"
    assert found.leads_to("/docs/guide/three", "link", one).on_wiki == "no"


def test_a_file_outside_of_the_folder_is_looked_for() -> None:
    assert leads("../../README.md").in_folder == "yes"
    assert leads("../../LICENSE").in_folder == "no"


def test_names_that_differ_in_case_alone_are_found() -> None:
    found = places()
    assert found.pages_like(Key("en", "Guide/ONE")) == [Key("en", "guide/one")]
    assert found.pages_like(Key("en", "guide/one")) == []
    assert found.assets_like("IMG/a.png") == ["img/a.png"]


def test_of_two_files_of_one_page_the_first_is_taken_and_named() -> None:
    files, shared = page_files(("a.html", "a.md", "b.md"), LAYOUT)
    assert files == {Key("en", "a"): "a.html", Key("en", "b"): "b.md"}
    assert shared == {"a.html", "a.md"}
