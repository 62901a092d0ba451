"""What the wiki cannot hold is named, page by page, and the others go on."""

from __future__ import annotations

import pytest

from scenarios.hostile.scene import RIGHTS, contents, on_wiki, quiet, writes
from support.texts import TEXT
from support.workspace import Result, Workspace, page
from wikisync.sandbox.administration import rules_for_all_pages

PUSH = ("push", "--yes", "--json")


def named(workspace: Workspace, name: str) -> Result:
    """A push that names one file, and brings the good one."""
    workspace.write("good.md", page("Good"))
    result = workspace.run(*PUSH)
    assert result.code == 1
    assert contents(workspace) == {"good": TEXT}
    said = [problem["file"] for problem in result.json["problems"]]
    said += [found["file"] for found in result.json["actions"] if found["outcome"] == "failed"]
    assert said == [name]
    again = workspace.run(*PUSH)
    assert (again.code, writes(again)) == (1, writes(again)[:1])
    workspace.remove(name)
    quiet(workspace)
    return result


def test_a_page_over_five_megabytes_is_named_and_nothing_is_left_open(workspace: Workspace) -> None:
    workspace.write("large.md", page("Large", "x" * 5_300_000))
    result = named(workspace, "large.md")
    assert "larger than the wiki accepts in a request" in result.action("large")["reason"]


def test_a_page_that_grew_over_five_megabytes_stays_as_it_was(workspace: Workspace) -> None:
    workspace.push(large=page("Large"))
    workspace.write("large.md", page("Large", "x" * 5_300_000))
    assert workspace.run(*PUSH).code == 1
    assert contents(workspace) == {"large": TEXT}
    assert "unsettled" not in workspace.run("status", "--json").json


@pytest.mark.parametrize("place", ["title", "content"])
def test_nul_is_named_and_never_sent(workspace: Workspace, place: str) -> None:
    text = page("A\0b") if place == "title" else page("A", "a\0b\n")
    workspace.write("odd.md", text)
    named(workspace, "odd.md")


@pytest.mark.parametrize("field", ["title", "description"])
@pytest.mark.parametrize("letter", ["x", "é", "💡"])
def test_255_characters_of_any_script_are_held_and_256_are_named(
    workspace: Workspace, field: str, letter: str
) -> None:
    fits, over = letter * 255, letter * 256
    workspace.write("fits.md", page(**{"title": "A", field: fits}))
    workspace.write("over.md", page(**{"title": "A", field: over}))
    result = workspace.run(*PUSH)
    assert result.code == 1
    assert [problem["file"] for problem in result.json["problems"]] == ["over.md"]
    assert "255" in result.json["problems"][0]["message"]
    assert on_wiki(workspace, "fits")[field] == fits


def test_a_path_of_255_characters_is_held_and_a_longer_one_is_named(workspace: Workspace) -> None:
    fits, over = "/".join(["a" * 50] * 5), "/".join(["b" * 51] * 5)
    workspace.write(f"{fits}.md", page("Fits"))
    workspace.write(f"{over}.md", page("Over"))
    result = workspace.run(*PUSH)
    assert result.code == 1
    assert list(contents(workspace)) == [fits]
    assert over in str(result.json["problems"])


ILLEGAL = ["a.b.md", "a b.md", "a\\b.md", "guide.d/a.md"]
UNREACHABLE = [
    *("x/page.md", "de/page.md", "zz-zz/page.md", "login.md", "logout/a.md", "register.md"),
    *("verify/a.md", "favicons/a.md", "fonts/a.md", "img/a.md", "js/a.md", "svg/a.md"),
]


@pytest.mark.parametrize("name", [*ILLEGAL, *UNREACHABLE])
def test_an_illegal_or_unreachable_path_is_named_and_not_made(
    workspace: Workspace, name: str
) -> None:
    workspace.write(name, page("A"))
    result = named(workspace, name)
    assert writes(result) == ["pages.create"]


def test_paths_of_the_wiki_that_differ_in_case_alone_are_two_pages(workspace: Workspace) -> None:
    for path, text in (("Guide", "One.\n"), ("guide", "Two.\n")):
        workspace.sandbox.create(path, content=text)
    workspace.run("pull", "--yes").ok()
    workspace.write("guide.md", page("guide", "Three.\n"))
    workspace.run("push", "--yes").ok()
    assert contents(workspace) == {"Guide": "One.\n", "guide": "Three.\n"}
    quiet(workspace)


def test_a_locale_that_is_not_installed_is_named(workspace: Workspace) -> None:
    workspace.write("fr/page.md", page("Page"))
    workspace.write("de/seite.md", page("Seite"))
    result = workspace.run(*PUSH)
    assert result.code == 1
    assert [problem["file"] for problem in result.json["problems"]] == ["de/seite.md"]
    assert [(p["locale"], p["path"]) for p in workspace.sandbox.pages()] == [("fr", "page")]


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("One, TWO, two ,, one", ["one", "two"]),
        ('["a, b", c]', ["a, b", "c"]),
        ('["", " x "]', ["x"]),
        ("", []),
        (", ,", []),
    ],
)
def test_tags_are_sent_as_the_wiki_keeps_them_and_are_no_endless_difference(
    workspace: Workspace, line: str, tags: list[str]
) -> None:
    workspace.write("home.md", page("Home", tags=line))
    result = workspace.run(*PUSH).ok()
    (sent,) = (
        one.arguments["tags"] for seen in result.asked for one in seen.requested if one.is_mutation
    )
    assert sorted(on_wiki(workspace, "home")["tags"]) == sorted(sent) == tags
    assert f"tags: {line}\n" in workspace.read("home.md")
    quiet(workspace)


def test_a_tag_with_a_comma_comes_here_and_goes_back_as_one(workspace: Workspace) -> None:
    workspace.sandbox.create("home", tags=["a, b", "c"])
    workspace.run("pull", "--yes").ok()
    workspace.change("home.md", "# home", "# Home")
    workspace.run(*PUSH).ok()
    assert sorted(on_wiki(workspace, "home")["tags"]) == ["a, b", "c"]
    quiet(workspace)


def test_a_deletion_denied_to_a_key_limited_to_some_locales_is_named_and_nothing_is_lost(
    workspace: Workspace,
) -> None:
    workspace.push(home=page("Home"), news=page("News"))
    rules = [{**rule, "locales": ["en"]} for rule in rules_for_all_pages(RIGHTS)]
    token = workspace.sandbox.key(RIGHTS, rules)
    workspace.remove("home.md")
    workspace.change("news.md", "Text.", "New.")
    args = ("push", "--delete", "--yes", "--json")
    result = workspace.run(*args, env={"WIKISYNC_TOKEN": token})
    assert result.code == 1
    assert "delete:pages" in result.action("home")["reason"]
    assert contents(workspace) == {"home": TEXT, "news": TEXT.replace("Text.", "New.")}
    assert "home" in workspace.bases()
    workspace.run(*args).ok()
    assert list(contents(workspace)) == ["news"]
    quiet(workspace)
