"""A page compared with the wiki as it is now: asked on a click alone, and whatever it answers."""

from __future__ import annotations

import re
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from preview.test_server import enter, get
from report.html.reports import HOSTILE, Seen
from support.preview_run import previewing, write
from support.workspace import Workspace, page, tree
from wiki.hostile import Hostile, reply, silence
from wikisync.config import load
from wikisync.page.model import Key
from wikisync.preview import wiki
from wikisync.preview.wiki import WikiReader, read_answer

if TYPE_CHECKING:
    from pathlib import Path

    from review.visitor import Visitor
    from wikisync.sandbox import Sandbox

ONE = Key("en", "one")


@pytest.fixture
def workspace(tmp_path: Path, sandbox: Sandbox) -> Workspace:
    workspace = Workspace(tmp_path, sandbox)
    workspace.push(one=page("One", "First words.\n\n- a\n", tags="x"), two=page("Two", "Text.\n"))
    return workspace


def compared(visitor: Visitor, file: str = "one.md", more: str = "") -> str:
    return get(visitor, f"page/{file}?changes=wiki{more}").text


def marked(html: str, tag: str) -> list[str]:
    """What is marked in the article."""
    article = html.partition("<article")[2].partition("</article>")[0]
    return [text.strip() for text in re.findall(rf"<{tag} [^>]*>(.*?)</{tag}>", article)]


def note(html: str) -> str:
    """The text of the note about the comparison."""
    (found,) = re.findall(r'<div class="ws-note[^>]*>(.*?)</div>', html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


def token(sandbox: Sandbox) -> dict[str, str]:
    return {"WIKISYNC_TOKEN": sandbox.token}


def test_what_differs_from_the_wiki_is_marked_with_the_fields(workspace: Workspace) -> None:
    sandbox = workspace.sandbox
    sandbox.edit("one", content="First new words.\n\n- a\n", title="Uno", tags=["x", "y"])
    kept = tree(workspace.state)
    with previewing(workspace.root, env=token(sandbox)) as address:
        visitor = enter(address)
        asked = len(sandbox.requests)
        assert "Compare with the wiki" in get(visitor, "page/one.md").text
        assert len(sandbox.requests) == asked
        html = compared(visitor)
        assert len(sandbox.requests) == asked + 1
        assert marked(html, "del") == ["new"]
        said = note(html)
        assert "Title: Uno → One" in said
        assert "Tags: x, y → x" in said
        assert "It changed on the wiki since the last sync: wikisync pull" in said
        assert "is the same on 127.0.0.1:" in note(compared(visitor, "two.md"))
        assert sandbox.token not in html
    assert tree(workspace.state) == kept


def test_a_save_is_compared_without_asking_again_until_a_run(workspace: Workspace) -> None:
    sandbox = workspace.sandbox
    with previewing(workspace.root, env=token(sandbox)) as address:
        visitor = enter(address)
        compared(visitor)
        asked = len(sandbox.requests)
        workspace.change("one.md", "First words.", "First own words.")
        html = compared(visitor, more="&kept")
        assert marked(html, "ins") == ["own"]
        assert "wikisync push publishes it" in note(html)
        assert len(sandbox.requests) == asked
        workspace.push()
        asked = len(sandbox.requests)
        while len(sandbox.requests) == asked:  # until the preview has noticed the run
            html = compared(visitor, more="&kept")
        assert "is the same" in note(html)


def test_a_key_that_may_only_read_is_enough(workspace: Workspace) -> None:
    sandbox = workspace.sandbox
    sandbox.edit("one", content="Other words.\n")
    key = sandbox.key(["read:pages", "read:source"])
    with previewing(workspace.root, env={"WIKISYNC_TOKEN": key}) as address:
        assert "Other" in marked(compared(enter(address)), "del")[0]


def test_a_page_that_was_never_synced_is_found_by_the_wikis_locales(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    workspace = Workspace(tmp_path, sandbox)
    workspace.write("fr/un.md", page("Un", "Deux mots.\n"))
    sandbox.create("un", "fr", content="Trois mots.\n", title="Un")
    with previewing(tmp_path, env=token(sandbox)) as address:
        html = compared(enter(address), "fr/un.md")
    assert marked(html, "del") == ["Trois"]


def test_without_a_wiki_nothing_is_offered_or_asked(tmp_path: Path) -> None:
    write(tmp_path, "one.md", page("One"))
    with previewing(tmp_path, env={"WIKISYNC_TOKEN": "x"}) as address:
        assert "Compare with the wiki" not in compared(enter(address))


def trouble(workspace: Workspace, **env: str) -> str:
    config = load(start=workspace.root, env=env, need_token=False)
    answer = read_answer(config, ONE)
    assert answer.version is None
    return f"{answer.text} {answer.hint}"


def test_each_thing_that_may_be_wrong_is_said_with_what_to_do(workspace: Workspace) -> None:
    sandbox = workspace.sandbox
    assert trouble(workspace) == (
        "There is no API key: WIKISYNC_TOKEN is not set. Set it and start the preview again."
    )
    assert trouble(workspace, WIKISYNC_TOKEN="ä").endswith("Then start the preview again.")
    assert trouble(workspace, WIKISYNC_TOKEN="wrong") == (
        f"{sandbox.url} does not accept this API key: it is wrong or has expired. Create a new API"
        " key (Administration → API Access) and set WIKISYNC_TOKEN. Then start the preview again."
    )
    blind = sandbox.key(["read:pages"])
    assert "is not allowed" in trouble(workspace, WIKISYNC_TOKEN=blind)
    sandbox.delete("one")
    assert trouble(workspace, **token(sandbox)) == (
        "The wiki has no page /one that this API key may see."
        " wikisync status says what a sync would do."
    )
    sandbox.create("one", editor="api", content="{}")
    assert "of the kind yml" in trouble(workspace, **token(sandbox))
    sandbox.switch_api(on=False)
    assert "Enable the API" in trouble(workspace, **token(sandbox))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://wiki.example.com/path", "wiki.example.com"),
        ("http://me:secret@127.0.0.1:3000", "127.0.0.1:3000"),
        ("wiki.example.com", "the wiki"),
        ("http://[", "the wiki"),
        ("", ""),
    ],
)
def test_who_would_be_asked_is_named_without_a_password(
    workspace: Workspace, url: str, host: str
) -> None:
    config = load(start=workspace.root, env={}, need_token=False)
    assert WikiReader(replace(config, url=url)).host == host


def test_a_wiki_that_is_away_or_no_wiki_is_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiki, "SECONDS", 0.2)
    env = {"WIKISYNC_TOKEN": "key-that-nobody-sees", "WIKISYNC_URL": "http://127.0.0.1:1"}
    assert "http://127.0.0.1:1 cannot be reached" in trouble(workspace, **env)
    echo = reply({"errors": [{"message": "key-that-nobody-sees"}], "data": None})
    for answer in (silence, reply(b"<html>", kind="text/html"), echo):
        with Hostile([answer]) as server:
            env["WIKISYNC_URL"] = server.url
            assert "nobody-sees" not in trouble(workspace, **env)


def test_the_preview_stays_usable_while_the_wiki_is_slow(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiki, "SECONDS", 0.5)
    with Hostile([silence]) as server:
        env = {"WIKISYNC_TOKEN": "x", "WIKISYNC_URL": server.url}
        with previewing(workspace.root, env=env) as address:
            visitor = enter(address)
            found: list[str] = []
            clicks = [
                Thread(target=lambda: found.append(note(compared(visitor)))) for _ in range(3)
            ]
            for click in clicks:
                click.start()
            assert "<h1>" in get(visitor, "page/two.md").text
            assert not found
            for click in clicks:
                click.join()
    assert len(found) == 3
    assert all("Not compared with the wiki." in each for each in found)


def test_nothing_that_acts_is_left_of_a_hostile_page_on_the_wiki(workspace: Workspace) -> None:
    sandbox = workspace.sandbox
    text = "\n\n".join(HOSTILE).replace("\0", "")
    sandbox.edit("one", content=text, title="<b onclick='harmed = 1'>", description=text[:200])
    with previewing(workspace.root, env=token(sandbox)) as address:
        visitor = enter(address)
        plain = Seen(get(visitor, "page/one.md").text).elements
        for tag, attributes in Seen(compared(visitor)).elements:
            assert tag not in {"iframe", "object", "embed", "form", "base", "svg", "math"}
            assert not any(name.startswith("on") for name in attributes)
            assert (attributes.get("href") or "#").startswith(("#", "/", "data:,"))
            assert not (attributes.get("src") or "").startswith("http")
        scripts = [tag for tag, _ in plain if tag in {"script", "style", "meta"}]
        after = [tag for tag, _ in Seen(compared(visitor)).elements]
        assert [tag for tag in after if tag in {"script", "style", "meta"}] == scripts
