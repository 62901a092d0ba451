"""The Action's step: what its inputs do, what it says, how it ends."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from github.api import REPOSITORY
from support.gateway import Gateway
from support.workspace import page
from wiki.hostile import Hostile, reply
from wikisync.errors import FolderError

if TYPE_CHECKING:
    from github.step import Place


def conflict(place: Place) -> None:
    """A page that is on both sides, and another one on each."""
    place.workspace.write("aaa.md", page(content="here\n"))
    place.workspace.sandbox.create("aaa", content="there\n")


# ---- inputs


def test_the_plan_is_what_it_does_where_nothing_else_is_said(place: Place) -> None:
    place.workspace.write("aaa.md", page())
    ended = place.act()
    assert ended.code == 0
    assert place.workspace.sandbox.pages() == []
    assert ended.outputs["created"] == "1"
    assert "Nothing was written" not in ended.summary
    assert ended.outputs["plan-file"].startswith(str(place.temporary))


@pytest.mark.parametrize("command", ["push", "sync"])
def test_push_and_sync_publish_without_asking(place: Place, command: str) -> None:
    place.workspace.write("aaa.md", page())
    ended = place.act(command=command)
    assert ended.code == 0, ended.raw
    assert [row["path"] for row in place.workspace.sandbox.pages()] == ["aaa"]
    assert (ended.outputs["changed"], ended.outputs["created"]) == ("true", "1")


def test_images_are_planned_and_published_with_their_pages(place: Place) -> None:
    image = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x08"
    place.workspace.write("aaa.md", page(content="![A](img/a.png)\n"))
    place.workspace.write("img/a.png", image)
    planned = place.act()
    assert (planned.outputs["created"], planned.outputs["files"]) == ("1", "1")
    row = "| create on the wiki | <code>img/a.png</code> | 24 bytes, 16×8 |  |"
    assert row in planned.summary
    shown = Path(planned.outputs["report"]).read_text(encoding="utf-8")
    assert shown.count('<img src="data:image/png;base64,') == 2  # itself, and in its page
    published = place.act(command="push")
    assert (published.code, published.outputs["files"]) == (0, "1")
    assert place.workspace.sandbox.assets.read("img/a.png") == image


def test_pull_fetches(place: Place) -> None:
    place.workspace.sandbox.create("aaa", content="there\n")
    assert place.act(command="pull").code == 0
    assert "there" in place.workspace.read("aaa.md")


def test_another_folder_can_be_named(place: Place) -> None:
    (place.workspace.root / "docs").mkdir()
    (place.workspace.root / "docs" / "bbb.md").write_text(page())
    (place.workspace.root / "docs" / "bad.md").write_text("---\ntitle:X\n---\nx\n")
    ended = place.act(command="push", folder="docs")
    assert [row["path"] for row in place.workspace.sandbox.pages()] == ["bbb"]
    assert ended.log.named("error")[0].properties["file"] == "docs/bad.md"


def test_a_configuration_can_be_named(place: Place) -> None:
    place.event.clear()
    sub = place.workspace.root / "wiki"
    (sub / "texts").mkdir(parents=True)
    (sub / "texts" / "ccc.md").write_text(page())
    (sub / "wikisync.toml").write_text(f'url = "{place.workspace.sandbox.url}"\nfolder = "texts"\n')
    ended = place.act(command="push", url=None, config="wiki/wikisync.toml")
    assert ended.code == 0, ended.raw
    assert [row["path"] for row in place.workspace.sandbox.pages()] == ["ccc"]


def test_the_root_and_the_locale_folders_of_the_configuration_count(place: Place) -> None:
    place.workspace.configure(root="products/rocket", locale_folders="all")
    place.workspace.sandbox.create("home")
    place.workspace.write("en/aaa.md", page())
    ended = place.act(command="sync", delete="true")
    assert ended.code == 0, ended.raw
    paths = [row["path"] for row in place.workspace.sandbox.pages()]
    assert paths == ["home", "products/rocket/aaa"]
    assert (ended.outputs["created"], ended.outputs["deleted"]) == ("1", "0")


def test_a_layout_that_contradicts_the_configuration_is_one_annotation(place: Place) -> None:
    for name in ("aaa", "bbb", "ccc"):
        place.workspace.write(f"en/{name}.md", page(name))
    ended = place.act(command="push")
    assert ended.code == 1
    assert place.workspace.sandbox.pages() == []
    (found,) = ended.log.named("error")
    assert found.properties["file"] == "pages/en/aaa.md"
    assert 'locale_folders = "all"' in ended.said("error")[0]


def test_deletions_are_done_where_they_are_asked_for_and_within_the_limit(place: Place) -> None:
    for name in ("aaa", "bbb", "ccc"):
        place.workspace.write(f"{name}.md", page(content=name))
    place.act(command="push")
    place.workspace.remove("aaa.md")
    assert place.act(command="push").outputs["deleted"] == "0"
    refused = place.act(command="push", delete="true", max_delete="0")
    assert refused.code == 4
    assert "max-delete" in refused.log.named("error")[0].properties["title"]
    assert len(place.workspace.sandbox.pages()) == 3
    ended = place.act(command="push", delete="true")
    assert (ended.code, ended.outputs["deleted"]) == (0, "1")
    assert len(place.workspace.sandbox.pages()) == 2


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"command": "delete"}, "one of plan, push, pull, sync"),
        ({"delete": "yes"}, "one of true, false"),
        ({"max_delete": "-1"}, "a whole number, 0 or more"),
        ({"fail_on": "warnings"}, "one of conflicts, problems, never"),
        ({"comment": "1"}, "one of true, false"),
        ({"config": "nowhere.toml"}, "There is no wikisync.toml"),
        ({"folder": "../outside"}, "a folder inside"),
        ({"url": "ftp://x"}, "ftp://x"),
    ],
)
def test_an_input_that_cannot_be_is_told_and_nothing_is_done(
    place: Place, inputs: dict[str, Any], said: str
) -> None:
    ended = place.act(**inputs)
    assert ended.code == 2
    (message,) = ended.said("error")
    assert said in message
    assert ended.outputs == {}
    assert "could not be done" in ended.summary


# ---- how it ends


@pytest.mark.parametrize(
    ("fail_on", "code"), [("", 3), ("conflicts", 3), ("problems", 0), ("never", 0)]
)
def test_conflicts_fail_the_job_unless_it_is_told_otherwise(
    place: Place, fail_on: str, code: int
) -> None:
    conflict(place)
    ended = place.act(command="push", fail_on=fail_on)
    assert ended.code == code
    assert ended.outputs["conflicts"] == "1"
    (command,) = ended.log.named("error", "warning")
    assert command.name == ("error" if code else "warning")
    assert command.properties["file"] == "pages/aaa.md"


@pytest.mark.parametrize(("fail_on", "code"), [("conflicts", 1), ("problems", 1), ("never", 0)])
def test_a_file_that_is_no_page_fails_the_job_unless_nothing_is_to(
    place: Place, fail_on: str, code: int
) -> None:
    place.workspace.write("bad.md", "---\ntitle:X\n---\nx\n")
    assert place.act(fail_on=fail_on).code == code


@pytest.mark.parametrize("fail_on", ["conflicts", "problems", "never"])
def test_a_wiki_that_cannot_be_reached_fails_the_job_always(place: Place, fail_on: str) -> None:
    place.workspace.write("aaa.md", page())
    ended = place.act(url="http://127.0.0.1:9", fail_on=fail_on)
    assert ended.code == 1
    assert "cannot be reached" in ended.said("error")[0]


def test_a_wrong_token_is_refused_and_told(place: Place) -> None:
    place.workspace.write("aaa.md", page())
    ended = place.act(command="push", token="eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.AAAA")
    assert ended.code == 4
    assert "guest" in ended.log.named("error")[0].properties["title"]


def test_what_a_later_step_needs_is_there_on_one_line_each(place: Place) -> None:
    outputs = place.act(command="push").outputs
    assert Path(outputs.pop("report")).parent == place.temporary
    assert outputs == {
        "changed": "false",
        "created": "0",
        "updated": "0",
        "moved": "0",
        "deleted": "0",
        "files": "0",
        "conflicts": "0",
    }


@pytest.mark.parametrize("command", ["plan", "push"])
def test_the_report_is_a_page_with_the_differences(place: Place, command: str) -> None:
    place.workspace.write("aaa.md", page("A title", "some words\n"))
    page_ = Path(place.act(command=command).outputs["report"]).read_text(encoding="utf-8")
    assert page_.lower().startswith("<!doctype html>")
    assert "A title" in page_
    assert "some words" in page_


def test_a_report_that_cannot_be_made_is_a_warning_and_the_pages_are_published(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.workspace.write("aaa.md", page())
    monkeypatch.setattr("wikisync.report.html.builder.write", _no_room)
    ended = place.act(command="push")
    assert ended.code == 0
    assert "no space left" in ended.said("warning")[0]
    assert "report" not in ended.outputs
    assert len(place.workspace.sandbox.pages()) == 1


def _no_room(_: object, file: Path) -> None:
    raise FolderError(str(file), "write", "no space left on device")


# ---- secrets


def test_the_token_is_masked_and_is_nowhere_else(place: Place) -> None:
    conflict(place)
    ended = place.act()
    token = place.workspace.sandbox.token
    assert ended.log.named("add-mask")[0].message == token
    assert ended.raw.count(token) == 1
    told = [*ended.outputs.values(), ended.summary, *place.comments()]
    told += [file.read_text() for file in place.temporary.rglob("*") if file.is_file()]
    assert not any(token in text or place.token in text for text in told)


def test_headers_for_a_gateway_are_an_input_and_are_masked_and_nowhere_else(place: Place) -> None:
    secret, password = "0f6b9f3ad7c14c22", b64encode(b"ann:correct horse").decode()
    wants = {"CF-Access-Client-Secret": secret, "Authorization": f"Basic {password}"}
    conflict(place)
    lines = "".join(f"{name}: {value}\n" for name, value in wants.items())
    with Gateway(place.workspace.sandbox, wants) as gateway:
        ended = place.act(url=gateway.url, headers=lines)
        assert gateway.refused == 0
    assert ended.outputs["conflicts"] == "1"
    masked = {command.message for command in ended.log.named("add-mask")}
    assert masked >= {secret, password, "ann:correct horse", "correct horse"}
    assert not any(text in ended.log.text for text in (secret, password, "correct horse"))
    told = [*ended.outputs.values(), ended.summary, *place.comments()]
    told += [file.read_text() for file in place.temporary.rglob("*") if file.is_file()]
    assert not any(secret in text or password in text for text in told)


def test_a_gateway_that_refuses_the_job_is_named_in_its_annotation(place: Place) -> None:
    with Gateway(place.workspace.sandbox, {"X-Key": "abcdef"}) as gateway:
        ended = place.act(url=gateway.url, headers="X-Key: wrong-one")
    assert ended.code == 1
    (error,) = ended.said("error")
    assert "It does not accept what WIKISYNC_HEADERS has" in error
    assert "wrong-one" not in error


# ---- the comment


def test_no_comment_is_made_where_none_is_wanted(place: Place) -> None:
    place.workspace.write("aaa.md", page())
    assert place.act(comment="false").code == 0
    assert place.api.asked == []


def test_no_comment_is_made_where_there_is_no_pull_request(place: Place) -> None:
    place.event = {"ref": "refs/heads/main"}
    place.workspace.write("aaa.md", page())
    assert place.act().code == 0
    assert place.api.asked == []


def test_two_wikis_and_two_folders_have_comments_of_their_own(place: Place) -> None:
    (place.workspace.root / "docs").mkdir()
    (place.workspace.root / "docs" / "bbb.md").write_text(page())
    place.workspace.write("aaa.md", page())
    for _ in range(2):
        place.act()
        place.act(folder="docs")
    first, second = place.comments()
    assert "aaa.md" in first
    assert "bbb.md" in second


def test_a_job_that_may_not_comment_is_warned_and_goes_on(place: Place) -> None:
    place.api.rights["ghs_job"] = {"pull-requests": "read"}
    place.workspace.write("aaa.md", page())
    ended = place.act()
    assert ended.code == 0
    (message,) = ended.said("warning")
    assert "not accessible by integration" in message
    assert "pull-requests: write" in message
    assert "not accessible" in ended.summary


def test_a_comment_on_a_large_plan_is_cut_with_a_notice(place: Place) -> None:
    for number in range(120):
        place.workspace.write(f"p{number}.md", page(content=f"{'x' * 50}\n" * 40))
    ended = place.act()
    (comment,) = place.comments()
    assert len(comment) < 65_536
    summary = f"https://github.com/{REPOSITORY}/actions/runs/4711"
    assert f"did not fit here. [The summary of the job]({summary}) has more." in comment
    assert ended.summary.count("<details>") == 120


# ---- hostile wikis


def test_what_a_wiki_answers_is_no_command(place: Place) -> None:
    place.workspace.sandbox.create(
        "aaa", title="::error::made up ##[error]x", content="##[add-mask]e\n"
    )
    ended = place.act(command="pull")
    assert ended.said("error") == []
    assert len(ended.log.named("add-mask")) == 1


def test_a_wiki_that_is_none_is_an_error_and_no_command(place: Place) -> None:
    said = {"errors": [{"message": "\n::add-mask::e ##[add-mask]e", "path": ["users"]}]}
    with Hostile([reply(said, 500)]) as server:
        ended = place.act(url=server.url)
    assert ended.code == 1
    assert len(ended.said("error")) == 1
    assert len(ended.log.named("add-mask")) == 1
