"""Moves through the command line: both ways, and what the reports say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.texts import full_text
from support.workspace import Workspace, page
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from support.workspace import Result


GUIDE = full_text("# How to begin\n")
OTHER = full_text("Quite another.\n")


@pytest.fixture
def known(workspace: Workspace) -> Workspace:
    """The pages ``guide/a`` and ``other``, the same on both sides."""
    workspace.push(guide__a=page("Guide", GUIDE), other=page("Other", OTHER))
    return workspace


def rename(workspace: Workspace, old: str, new: str) -> None:
    path = workspace.folder / new
    path.parent.mkdir(parents=True, exist_ok=True)
    (workspace.folder / old).rename(path)


def ids(workspace: Workspace) -> dict[str, int]:
    return {
        f"{found['locale']}/{found['path']}": found["id"] for found in workspace.sandbox.pages()
    }


def silent(workspace: Workspace) -> None:
    """Doing it again does nothing, in one request (promise 11)."""
    result = workspace.run("sync", "--json").ok()
    assert (result.json["actions"], len(result.asked)) == ([], 1)
    assert result.json["counts"]["in_sync"] == len(workspace.sandbox.pages())


def moves(result: Result) -> list[tuple[str, str, str]]:
    """(side, from, path) of every move."""
    return [
        (a["side"], a["from"], a["path"]) for a in result.json["actions"] if a["action"] == "move"
    ]


def test_a_renamed_file_moves_its_page(known: Workspace) -> None:
    before = ids(known)
    rename(known, "guide/a.md", "guide/start.md")
    result = known.run("push", "--yes", "--json").ok()
    action = result.action("guide/start")
    assert (action["action"], action["side"], action["from"]) == ("move", "wiki", "guide/a")
    assert (action["file"], action["fields"], action["outcome"]) == ("guide/start.md", [], "done")
    assert ids(known) == {"en/guide/start": before["en/guide/a"], "en/other": before["en/other"]}
    silent(known)


def test_a_moved_page_renames_its_file(known: Workspace) -> None:
    text = known.raw("guide/a.md")
    known.sandbox.move("guide/a", "guide/start")
    result = known.run("pull", "--yes", "--json").ok()
    assert moves(result) == [("folder", "guide/a", "guide/start")]
    assert known.files().keys() == {"guide/start.md", "other.md"}
    assert known.raw("guide/start.md") == text
    silent(known)


@pytest.mark.parametrize(
    ("side", "command"),
    [
        ("wiki", ("status",)),
        ("wiki", ("status", "--offline")),
        ("wiki", ("diff",)),
        ("wiki", ("diff", "--offline")),
        ("folder", ("status",)),
        ("folder", ("diff", "--pull")),
    ],
)
def test_both_names_are_shown(known: Workspace, command: tuple[str, ...], side: str) -> None:
    if side == "wiki":
        rename(known, "guide/a.md", "guide/start.md")
    else:
        known.sandbox.move("guide/a", "guide/start")
    result = known.run(*command, "--exit-code")
    assert result.code == 5
    assert "guide/a.md → guide/start.md" in result.out
    action = known.run(*command, "--json").action("guide/start")
    assert (action["side"], action["from"], action["outcome"]) == (side, "guide/a", "planned")


def test_a_diff_of_a_move_shows_no_text_that_stays(known: Workspace) -> None:
    rename(known, "guide/a.md", "guide/start.md")
    assert "How to begin" not in known.run("diff").out
    assert known.run("diff", "--json").action("guide/start").get("diff", "") == ""


def test_a_diff_of_a_move_and_an_edit_shows_the_edit(known: Workspace) -> None:
    rename(known, "other.md", "another.md")
    known.change("another.md", "Quite another.", "Quite another one.")
    out = known.run("diff").out
    assert "other.md → another.md" in out
    assert "-Quite another.\n+Quite another one.\n" in out


def test_a_move_waits_for_the_command_of_its_direction(known: Workspace) -> None:
    known.sandbox.move("guide/a", "guide/start")
    before = known.both_sides()
    result = known.run("push", "--yes", "--json").ok()
    assert (result.json["actions"], result.json["counts"]["other_way"]) == ([], 1)
    assert "To fetch it: wikisync pull" in known.run("push", "--yes").ok().out
    assert known.both_sides() == before
    known.run("pull", "--yes").ok()
    rename(known, "guide/start.md", "guide/a.md")
    result = known.run("pull", "--yes", "--json").ok()
    assert (result.json["actions"], result.json["counts"]["other_way"]) == ([], 1)
    assert "To publish it: wikisync push" in known.run("pull", "--yes").ok().out


def test_an_edit_here_of_a_page_moved_there_is_named_by_push_with_the_way_out(
    known: Workspace,
) -> None:
    known.sandbox.move("guide/a", "guide/start")
    known.change("guide/a.md", "How to begin", "How to go on")
    before = known.both_sides()
    result = known.run("push", "--yes", "--json")
    assert result.code == 3
    (conflict,) = result.json["conflicts"]
    assert "Moved to en/guide/start on the wiki" in conflict["reason"]
    assert known.both_sides() == before
    known.run("sync", "--yes").ok()
    assert "How to go on" in known.read("guide/start.md")
    silent(known)


def test_moves_are_counted_without_the_steps_aside(known: Workspace) -> None:
    before = ids(known)
    rename(known, "guide/a.md", "swap")
    rename(known, "other.md", "guide/a.md")
    rename(known, "swap", "other.md")
    plan = known.run("status", "--json")
    assert plan.json["counts"]["move"] == 2
    result = known.run("push", "--yes", "--json").ok()
    assert result.json["counts"]["move"] == 2
    assert sorted(moves(result)) == [("wiki", "guide/a", "other"), ("wiki", "other", "guide/a")]
    assert ids(known) == {"en/guide/a": before["en/other"], "en/other": before["en/guide/a"]}
    silent(known)


def test_steps_aside_are_not_shown_to_people(known: Workspace) -> None:
    rename(known, "guide/a.md", "swap")
    rename(known, "other.md", "guide/a.md")
    rename(known, "swap", "other.md")
    for arguments in (("status",), ("diff",), ("push", "--yes")):
        result = known.run(*arguments)
        assert "-moving" not in result.text
        assert "guide/a.md → other.md" in result.out


@pytest.mark.parametrize(("prefer", "name"), [("local", "mine"), ("wiki", "theirs")])
def test_moved_to_two_places_is_a_conflict_until_one_is_preferred(
    known: Workspace, prefer: str, name: str
) -> None:
    before = ids(known)
    rename(known, "guide/a.md", "mine.md")
    known.sandbox.move("guide/a", "theirs")
    both = known.both_sides()
    result = known.run("sync", "--yes", "--json")
    assert result.code == 3
    (conflict,) = result.json["conflicts"]
    assert "en/guide/a" in conflict["reason"]
    assert "en/theirs" in conflict["reason"]
    assert "wikisync push mine.md --prefer local" in conflict["reason"]
    assert "wikisync pull mine.md --prefer wiki" in conflict["reason"]
    assert known.both_sides() == both
    known.change("other.md", "Quite another.", "An edit that this is not about.")
    other = known.read("other.md")
    known.run("push" if prefer == "local" else "pull", "mine.md", "--yes", "--prefer", prefer).ok()
    assert known.read("other.md") == other
    known.run("push", "other.md", "--yes").ok()
    assert ids(known)[f"en/{name}"] == before["en/guide/a"]
    assert known.files().keys() == {f"{name}.md", "other.md"}
    silent(known)


def test_two_equal_files_are_no_move_and_the_deletion_names_both(known: Workspace) -> None:
    text = known.raw("guide/a.md")
    known.remove("guide/a.md")
    known.write("one.md", text)
    known.write("two.md", text)
    result = known.run("push", "--yes", "--json").ok()
    assert moves(result) == []
    withheld = result.action("guide/a")
    assert (withheld["action"], withheld["outcome"]) == ("delete", "skipped")
    assert "one.md, two.md" in withheld["reason"]
    assert "en/guide/a" in ids(known)


@pytest.mark.parametrize(
    "path", ["guide/a", "guide/a.md", "guide/start", "pages/guide/start.md", "pages/guide", "guide"]
)
@pytest.mark.parametrize("side", ["wiki", "folder"])
def test_a_path_means_a_page_by_either_name(known: Workspace, path: str, side: str) -> None:
    known.push(more=page("More", full_text("Something else.\n")))
    if side == "wiki":
        rename(known, "guide/a.md", "guide/start.md")
        rename(known, "other.md", "another.md")
    else:
        known.sandbox.move("guide/a", "guide/start")
        known.sandbox.move("other", "another")
        if path == "pages/guide/start.md":
            path = "pages/guide/a.md"
    result = known.run("sync", path, "--yes", "--json").ok()
    assert moves(result) == [(side, "guide/a", "guide/start")]
    assert result.json["counts"]["move"] == 1
    left = known.run("sync", "--yes", "--json").ok()
    assert moves(left) == [(side, "other", "another")]
    silent(known)


def test_a_file_with_carriage_returns_keeps_every_byte(workspace: Workspace) -> None:
    workspace.write("old.md", page("Old", full_text("One.\nTwo.\n")).replace("\n", "\r\n"))
    workspace.run("push", "--yes").ok()
    text = workspace.raw("old.md")
    workspace.sandbox.move("old", "new")
    workspace.run("pull", "--yes").ok()
    assert workspace.raw("new.md") == text
    rename(workspace, "new.md", "newest.md")
    workspace.run("push", "--yes").ok()
    assert b"\n" not in workspace.raw("newest.md").replace(b"\r\n", b"")
    silent(workspace)


def test_names_in_any_script_move(workspace: Workspace) -> None:
    workspace.write("指南/入门.md", page("入门", full_text("怎样开始\n")))
    workspace.run("push", "--yes").ok()
    number = ids(workspace)["en/指南/入门"]
    rename(workspace, "指南/入门.md", "指南/开始.md")
    assert moves(workspace.run("push", "--yes", "--json").ok()) == [
        ("wiki", "指南/入门", "指南/开始")
    ]
    workspace.sandbox.move("指南/开始", "ガイド/始め方")
    assert moves(workspace.run("pull", "--yes", "--json").ok()) == [
        ("folder", "指南/开始", "ガイド/始め方")
    ]
    assert ids(workspace) == {"en/ガイド/始め方": number}
    assert list(workspace.files()) == ["ガイド/始め方.md"]
    silent(workspace)


def test_another_language_is_a_move_of_the_language(known: Workspace) -> None:
    number = ids(known)["en/other"]
    rename(known, "other.md", "fr/other.md")
    result = known.run("push", "--yes", "--json").ok()
    action = result.action("other")
    assert (action["locale"], action["from"], action["file"]) == ("fr", "other", "fr/other.md")
    known.sandbox.move("other", "autre", "fr", "fr")
    assert moves(known.run("sync", "--yes", "--json").ok()) == [("folder", "fr/other", "autre")]
    known.sandbox.move("autre", "autre", "fr", "en")
    known.run("sync", "--yes").ok()
    assert ids(known)["en/autre"] == number
    assert known.files().keys() == {"guide/a.md", "autre.md"}
    silent(known)


def test_a_dry_run_moves_nothing(known: Workspace) -> None:
    rename(known, "guide/a.md", "start.md")
    known.sandbox.move("other", "another")
    before = known.both_sides()
    result = known.run("sync", "--dry-run", "--json").ok()
    assert sorted(moves(result)) == [("folder", "other", "another"), ("wiki", "guide/a", "start")]
    assert known.both_sides() == before


def test_the_log_has_both_names_and_undo_takes_it_back(known: Workspace) -> None:
    before, files = ids(known), known.files()
    rename(known, "guide/a.md", "start.md")
    known.sandbox.move("other", "another")
    known.run("sync", "--yes").ok()
    out = known.run("log").ok().out
    assert "guide/a.md → start.md" in out
    assert "other.md → another.md" in out
    known.run("undo", "--yes").ok()
    assert ids(known) == {"en/guide/a": before["en/guide/a"], "en/another": before["en/other"]}
    assert known.files().keys() == {"start.md", "other.md"}
    assert known.raw("other.md") == files["other.md"]
    known.run("sync", "--yes").ok()
    silent(known)


def test_a_swap_on_the_wiki_is_undone_and_done_again(known: Workspace) -> None:
    files = known.files()
    known.sandbox.move("guide/a", "swap")
    known.sandbox.move("other", "guide/a")
    known.sandbox.move("swap", "other")
    result = known.run("pull", "--yes", "--json").ok()
    assert sorted(moves(result)) == [("folder", "guide/a", "other"), ("folder", "other", "guide/a")]
    assert "How to begin" in known.read("other.md")
    known.run("undo", "--yes").ok()
    assert known.files() == files
    known.run("pull", "--yes").ok()
    assert "How to begin" in known.read("other.md")
    silent(known)


def test_a_page_renamed_here_and_deleted_there_comes_back_by_preference(known: Workspace) -> None:
    rename(known, "guide/a.md", "start.md")
    known.sandbox.delete("guide/a")
    result = known.run("push", "--yes", "--json")
    assert result.code == 3
    assert "renamed in the folder (it was guide/a.md)" in result.json["conflicts"][0]["reason"]
    known.run("push", "--yes", "--prefer", "local").ok()
    assert ids(known).keys() == {"en/start", "en/other"}
    known.run("sync", "--yes").ok()
    silent(known)


def test_a_move_with_the_same_name_in_another_case_is_a_move(known: Workspace) -> None:
    rename(known, "other.md", "Other.md")
    assert moves(known.run("push", "--yes", "--json").ok()) == [("wiki", "other", "Other")]
    silent(known)


# Moving half a wiki about, on both sides at once

LANGUAGES = ("en", "fr", "zh")


def file_of(locale: str, name: str) -> str:
    return f"{name}.md" if locale == "en" else f"{locale}/{name}.md"


def text_of(locale: str, number: int) -> str:
    return full_text(f"# Page {number} in {locale}\n\nWhat only {locale}-{number} says.\n")


def contents(workspace: Workspace) -> dict[str, str]:
    """The text of every file, by the page's key on the wiki."""
    found = {}
    for name, data in workspace.files().items():
        locale, _, rest = name.partition("/")
        key = f"{locale}/{rest}" if locale in LANGUAGES[1:] else f"en/{name}"
        found[key.removesuffix(".md")] = data.decode().partition("---\n\n")[2]
    return found


def test_moving_many_pages_on_both_sides_loses_and_doubles_none(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    with Sandbox(LANGUAGES) as sandbox:
        workspace = Workspace(root, sandbox)
        for locale in LANGUAGES:
            for number in range(20):
                workspace.write(
                    file_of(locale, f"area/page-{number}"),
                    page(f"Page {number}", text_of(locale, number)),
                )
        workspace.run("push", "--yes").ok()
        number_of = {found["content"]: found["id"] for found in sandbox.pages()}
        assert len(number_of) == 60
        wanted: dict[str, Any] = {
            f"{locale}/area/page-{number}": text_of(locale, number)
            for locale in LANGUAGES
            for number in range(20)
        }

        def goes(old: str, new: str) -> None:
            wanted[new] = wanted.pop(old)

        # Here: fifteen renamed, three to another language, two swapped.
        for locale in LANGUAGES:
            for number in range(5):
                old, new = f"area/page-{number}", f"renamed/here-{number}"
                rename(workspace, file_of(locale, old), file_of(locale, new))
                goes(f"{locale}/{old}", f"{locale}/{new}")
        for locale, to in (("en", "fr"), ("fr", "zh"), ("zh", "en")):
            rename(workspace, file_of(locale, "area/page-5"), file_of(to, f"from/{locale}-5"))
            goes(f"{locale}/area/page-5", f"{to}/from/{locale}-5")
        one, two = file_of("en", "area/page-6"), file_of("zh", "area/page-6")
        rename(workspace, one, "swap")
        rename(workspace, two, one)
        rename(workspace, "swap", two)
        first, second = "en/area/page-6", "zh/area/page-6"
        wanted[first], wanted[second] = wanted[second], wanted[first]
        # On the wiki: the same, with other pages.
        for locale in LANGUAGES:
            for number in range(10, 15):
                old, new = f"area/page-{number}", f"moved/there-{number}"
                sandbox.move(old, new, locale)
                goes(f"{locale}/{old}", f"{locale}/{new}")
        for locale, to in (("en", "zh"), ("fr", "en"), ("zh", "fr")):
            sandbox.move("area/page-15", f"came/{locale}-15", locale, to)
            goes(f"{locale}/area/page-15", f"{to}/came/{locale}-15")
        sandbox.move("area/page-16", "swap", "fr")
        sandbox.move("area/page-17", "area/page-16", "fr")
        sandbox.move("swap", "area/page-17", "fr")
        first, second = "fr/area/page-16", "fr/area/page-17"
        wanted[first], wanted[second] = wanted[second], wanted[first]

        result = workspace.run("sync", "--yes", "--json").ok()
        assert result.json["counts"]["move"] == 40
        assert {found["action"] for found in result.json["actions"]} == {"move"}
        there = {f"{p['locale']}/{p['path']}": p["content"] for p in sandbox.pages()}
        assert there == wanted
        assert contents(workspace) == wanted
        assert {found["content"]: found["id"] for found in sandbox.pages()} == number_of
        silent(workspace)
