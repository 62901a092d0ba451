"""What the wiki cannot hold is named, page by page, and the others go on."""

from __future__ import annotations

import pytest

from scenarios.hostile.scene import RIGHTS, contents, on_wiki, quiet, writes
from support.texts import TEXT
from support.workspace import Result, Workspace, page
from wikisync.sandbox.administration import rules_for_all_pages

PUSH = ("push", "--yes", "--json")


def named(ws: Workspace, name: str) -> Result:
    """A push that names one file, and brings the good one."""
    ws.write("good.md", page("Good"))
    result = ws.run(*PUSH)
    assert result.code == 1
    assert contents(ws) == {"good": TEXT}
    said = [problem["file"] for problem in result.json["problems"]]
    said += [found["file"] for found in result.json["actions"] if found["outcome"] == "failed"]
    assert said == [name]
    again = ws.run(*PUSH)
    assert (again.code, writes(again)) == (1, writes(again)[:1])
    ws.remove(name)
    quiet(ws)
    return result


def test_a_page_over_five_megabytes_is_named_and_nothing_is_left_open(ws: Workspace) -> None:
    ws.write("large.md", page("Large", "x" * 5_300_000))
    result = named(ws, "large.md")
    assert "larger than the wiki accepts in a request" in result.action("large")["reason"]


def test_a_page_that_grew_over_five_megabytes_stays_as_it_was(ws: Workspace) -> None:
    ws.push(large=page("Large"))
    ws.write("large.md", page("Large", "x" * 5_300_000))
    assert ws.run(*PUSH).code == 1
    assert contents(ws) == {"large": TEXT}
    assert "unsettled" not in ws.run("status", "--json").json


@pytest.mark.parametrize("place", ["title", "content"])
def test_nul_is_named_and_never_sent(ws: Workspace, place: str) -> None:
    text = page("A\0b") if place == "title" else page("A", "a\0b\n")
    ws.write("odd.md", text)
    named(ws, "odd.md")


@pytest.mark.parametrize("field", ["title", "description"])
@pytest.mark.parametrize("letter", ["x", "é", "💡"])
def test_255_characters_of_any_script_are_held_and_256_are_named(
    ws: Workspace, field: str, letter: str
) -> None:
    fits, over = letter * 255, letter * 256
    ws.write("fits.md", page(**{"title": "A", field: fits}))
    ws.write("over.md", page(**{"title": "A", field: over}))
    result = ws.run(*PUSH)
    assert result.code == 1
    assert [problem["file"] for problem in result.json["problems"]] == ["over.md"]
    assert "255" in result.json["problems"][0]["message"]
    assert on_wiki(ws, "fits")[field] == fits


def test_a_path_of_255_characters_is_held_and_a_longer_one_is_named(ws: Workspace) -> None:
    fits, over = "/".join(["a" * 50] * 5), "/".join(["b" * 51] * 5)
    ws.write(f"{fits}.md", page("Fits"))
    ws.write(f"{over}.md", page("Over"))
    result = ws.run(*PUSH)
    assert result.code == 1
    assert list(contents(ws)) == [fits]
    assert over in str(result.json["problems"])


ILLEGAL = ["a.b.md", "a b.md", "a\\b.md", "guide.d/a.md"]
UNREACHABLE = [
    *("x/page.md", "de/page.md", "zz-zz/page.md", "login.md", "logout/a.md", "register.md"),
    *("verify/a.md", "favicons/a.md", "fonts/a.md", "img/a.md", "js/a.md", "svg/a.md"),
]


@pytest.mark.parametrize("name", [*ILLEGAL, *UNREACHABLE])
def test_an_illegal_or_unreachable_path_is_named_and_not_made(ws: Workspace, name: str) -> None:
    ws.write(name, page("A"))
    result = named(ws, name)
    assert writes(result) == ["pages.create"]


def test_paths_that_differ_in_case_alone_are_two_pages(ws: Workspace) -> None:
    ws.push(Guide=page("One", "One.\n"), guide=page("Two", "Two.\n"))
    assert contents(ws) == {"Guide": "One.\n", "guide": "Two.\n"}
    quiet(ws)


def test_a_locale_that_is_not_installed_is_named(ws: Workspace) -> None:
    ws.write("fr/page.md", page("Page"))
    ws.write("de/seite.md", page("Seite"))
    result = ws.run(*PUSH)
    assert result.code == 1
    assert [problem["file"] for problem in result.json["problems"]] == ["de/seite.md"]
    assert [(p["locale"], p["path"]) for p in ws.box.pages()] == [("fr", "page")]


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
    ws: Workspace, line: str, tags: list[str]
) -> None:
    ws.write("home.md", page("Home", tags=line))
    result = ws.run(*PUSH).ok()
    (sent,) = (
        one.arguments["tags"] for seen in result.asked for one in seen.requested if one.is_mutation
    )
    assert sorted(on_wiki(ws, "home")["tags"]) == sorted(sent) == tags
    assert f"tags: {line}\n" in ws.read("home.md")
    quiet(ws)


def test_a_tag_with_a_comma_comes_here_and_goes_back_as_one(ws: Workspace) -> None:
    ws.box.create("home", tags=["a, b", "c"])
    ws.run("pull", "--yes").ok()
    ws.change("home.md", "# home", "# Home")
    ws.run(*PUSH).ok()
    assert sorted(on_wiki(ws, "home")["tags"]) == ["a, b", "c"]
    quiet(ws)


def test_a_deletion_denied_to_a_key_limited_to_some_locales_is_named_and_nothing_is_lost(
    ws: Workspace,
) -> None:
    ws.push(home=page("Home"), news=page("News"))
    rules = [{**rule, "locales": ["en"]} for rule in rules_for_all_pages(RIGHTS)]
    token = ws.box.key(RIGHTS, rules)
    ws.remove("home.md")
    ws.change("news.md", "Text.", "New.")
    args = ("push", "--delete", "--yes", "--json")
    result = ws.run(*args, env={"WIKISYNC_TOKEN": token})
    assert result.code == 1
    assert "delete:pages" in result.action("home")["reason"]
    assert contents(ws) == {"home": TEXT, "news": TEXT.replace("Text.", "New.")}
    assert "home" in ws.bases()
    ws.run(*args).ok()
    assert list(contents(ws)) == ["news"]
    quiet(ws)
