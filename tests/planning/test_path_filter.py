"""What the PATH arguments of a command mean, from where the user stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.values import key
from wikisync.errors import NoSuchPath
from wikisync.planning.path_filter import page_selector, parse_paths

if TYPE_CHECKING:
    from pathlib import Path

PAGES = ["guide/a.md", "guide/b.md", "guide/deep/c.md", "guide.md", "home.md", "fr/guide/a.md"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for file in PAGES:
        path = tmp_path / "pages" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "other").mkdir()
    (tmp_path / "pages" / "alias").symlink_to("guide")
    return tmp_path


def meant(project: Path, *arguments: str, at: str = ".") -> list[str]:
    """The files of ``PAGES`` that the arguments mean, typed in ``at``."""
    chosen = page_selector(parse_paths(arguments, project / "pages", project / at))
    found = []
    for file in PAGES:
        path = file.removesuffix(".md")
        french = path.startswith("fr/")
        page = key(path.removeprefix("fr/"), "fr" if french else "en")
        if chosen(page, file):
            found.append(file)
    return found


def test_without_arguments_every_page_is_meant(project: Path) -> None:
    assert meant(project) == PAGES


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("pages/guide/a.md", "."),
        ("./pages/guide/a.md", "."),
        ("guide/a.md", "pages"),
        ("a.md", "pages/guide"),
        ("../pages/guide/a.md", "other"),
    ],
)
def test_a_file_is_meant_as_the_shell_completes_it(project: Path, typed: str, at: str) -> None:
    assert meant(project, typed, at=at) == ["guide/a.md"]


def test_an_absolute_file_is_meant(project: Path) -> None:
    assert meant(project, str(project / "pages/home.md")) == ["home.md"]


@pytest.mark.parametrize(
    ("typed", "at"), [("pages/guide/", "."), ("pages/guide", "."), (".", "pages/guide")]
)
def test_a_folder_means_all_below_it_and_not_the_page_beside_it(
    project: Path, typed: str, at: str
) -> None:
    assert meant(project, typed, at=at) == PAGES[:3]


@pytest.mark.parametrize(("typed", "at"), [(".", "."), ("pages", "."), (".", "pages")])
def test_the_folder_itself_means_everything(project: Path, typed: str, at: str) -> None:
    assert meant(project, typed, at=at) == PAGES


def test_a_pages_path_means_no_page_of_another_locale(project: Path) -> None:
    assert meant(project, "guide/a") == ["guide/a.md"]
    assert meant(project, "/guide/a/") == ["guide/a.md"]
    assert meant(project, "en/guide/a") == ["guide/a.md"]


def test_a_path_below_the_folder_means_the_page_and_all_below_it(project: Path) -> None:
    assert meant(project, "guide") == PAGES[:4]


def test_a_locale_and_a_path_mean_one_page(project: Path) -> None:
    assert meant(project, "fr/guide/a") == ["fr/guide/a.md"]


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("guide/**", PAGES[:3]),
        ("guide/*.md", PAGES[:2]),
        ("**/a", ["guide/a.md", "fr/guide/a.md"]),
        ("hom?", ["home.md"]),
        ("pages/guide/[ab].md", PAGES[:2]),
        ("nothing/**", []),
    ],
)
def test_a_pattern_means_what_matches_below_the_folder(
    project: Path, pattern: str, files: list[str]
) -> None:
    assert meant(project, pattern) == files


def test_several_arguments_mean_all_of_theirs(project: Path) -> None:
    assert meant(project, "home", "pages/guide/a.md") == ["guide/a.md", "home.md"]


@pytest.mark.parametrize("typed", ["", "hom", "guide/a.html", "other", "../home", "x" * 5000])
def test_what_names_nothing_means_nothing(project: Path, typed: str) -> None:
    assert meant(project, typed) == []


def test_a_page_that_is_on_the_wiki_alone_is_meant_by_its_path_or_its_file(project: Path) -> None:
    page, file = key("new/page"), "new/page.md"
    for typed in ("new/page", "new/page.md", "new", "pages/new/page.md", "new/**"):
        assert page_selector(parse_paths([typed], project / "pages", project))(page, file)


def test_a_name_with_marks_of_patterns_is_found_literally(project: Path) -> None:
    [choice] = parse_paths(["a[b]"], project / "pages", project)
    assert choice.matches(key("a[b]"), "a[b].md")


def test_a_pattern_that_is_none_is_told(project: Path) -> None:
    with pytest.raises(NoSuchPath):
        parse_paths(["guide*\\"], project / "pages", project)
