"""README is true: what it tells people to type is there, and begins with one line that works."""

from __future__ import annotations

import re
import tomllib
from typing import Final

import pytest

from support import manual
from wikisync import __version__
from wikisync.page.document import parse

README: Final = (manual.ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG: Final = (manual.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
SECTIONS: Final = manual.sections(README)
PROJECT: Final = tomllib.loads((manual.ROOT / "pyproject.toml").read_text(encoding="utf-8"))

BLOCK: Final = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def first_block(heading: str) -> str:
    found = BLOCK.search(SECTIONS[heading])
    assert found is not None
    return found[1]


def test_readme_says_what_it_is_in_two_sentences_before_anything_else() -> None:
    title, introduction = README.split("\n## ", 1)[0].split("\n", 1)
    assert title == "# wikisync"
    assert len(re.findall(r"[.](?:\s|$)", introduction)) == 2


def test_quick_start_is_one_line_that_installs_and_runs_the_demo() -> None:
    assert first_block("Quick start") == (
        "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/wikisync demo\n"
    )


@pytest.mark.slow
def test_what_readme_shows_of_the_demo_is_what_it_prints() -> None:
    (excerpt,) = (block for block in BLOCK.findall(README) if block.startswith("— "))
    told = manual.run("demo").stdout
    for part in excerpt.split("…\n"):
        assert part in told


def test_the_tests_are_one_line_that_installs_and_runs_them() -> None:
    assert first_block("Tests") == (
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]'"
        " && .venv/bin/pytest -n auto\n"
    )


def test_only_one_heading_is_found_for_each_of_the_two() -> None:
    for name in ("Quick start", "Tests"):
        assert [heading for heading in SECTIONS if name in heading] == [name]


def test_the_lines_install_extras_that_the_project_has() -> None:
    extras = set(re.findall(r"\.\[(\w+)\]", README))
    assert extras == {"report", "dev"}
    assert extras <= PROJECT["project"]["optional-dependencies"].keys()


def test_every_command_is_in_readme_and_no_other() -> None:
    table = set(re.findall(r"^\| `wikisync (\w+)", SECTIONS["Commands"], re.MULTILINE))
    assert table == manual.commands().keys() - {manual.PROGRAM}
    typed = set(re.findall(r"\bwikisync ([a-z]+)", "".join(BLOCK.findall(README))))
    assert typed <= table


def test_every_option_that_readme_names_is_one_of_some_command() -> None:
    options = {
        name
        for command in manual.commands().values()
        for option in command.options
        for name in option.names
    }
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) <= options


@pytest.mark.parametrize("link", sorted(set(LINK.findall(README)) - {"https://js.wiki"}))
def test_every_link_of_readme_leads_to_a_file(link: str) -> None:
    assert (manual.ROOT / link).is_file()


def test_readme_links_to_every_page_of_the_manual() -> None:
    assert {f"pages/{file}" for file in manual.files()} <= set(LINK.findall(README))


def test_the_page_that_readme_shows_is_a_page() -> None:
    (shown,) = (block for block in BLOCK.findall(README) if block.startswith("---\n"))
    document = parse(shown.encode(), "markdown")
    assert document.page.title == "Install: the short way"
    assert document.page.tags == ("install", "setup")


def test_the_permissions_of_readme_are_those_of_the_manual() -> None:
    right = re.compile(r"`((?:read|write|manage|delete):\w+)`")
    assert set(right.findall(README)) == set(right.findall(manual.text("start.md")))


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    first = re.search(r"^## \[?([^\]\n]+)", CHANGELOG, re.MULTILINE)
    assert first is not None
    assert first[1] in {"Unreleased", __version__}
    assert __version__ in CHANGELOG


def test_neither_names_where_it_was_written() -> None:
    assert not re.search(r"/root/|/tmp/", README + CHANGELOG)


PICTURE: Final = re.compile(r'(?:srcset|src)="([^"]+)"')


def test_each_picture_is_there_in_both_themes_small_and_loads_nothing() -> None:
    pictures = set(PICTURE.findall(README))
    assert pictures == {
        f".github/pictures/{name}"
        for theme in ("light", "dark")
        for name in (f"terminal-{theme}.svg", f"review-{theme}.webp")
    }
    for name in pictures:
        data = (manual.ROOT / name).read_bytes()
        assert len(data) < 60_000
        if name.endswith(".svg"):
            addresses = re.findall(r"(?:https?:)?//[^\s\"')]+", data.decode())
            assert {each for each in addresses if "127.0.0.1" not in each} <= {
                "http://www.w3.org/2000/svg",
                "https://www.textualize.io",
            }
