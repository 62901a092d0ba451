"""``check`` in the Action: as a command, and for the files of a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from support.workspace import page

if TYPE_CHECKING:
    from github.step import Place


def wrong(place: Place) -> None:
    place.workspace.write("guide/one.md", page("One", "[x](two) [y](two.md#gone)\n"))
    place.workspace.write("guide/two.md", page("Two"))


def test_check_needs_no_wiki_and_no_key(place: Place) -> None:
    wrong(place)
    ended = place.act(command="check", url="", token="")
    assert ended.code == 1
    assert len(place.workspace.sandbox.requests) == 0
    (error,) = ended.log.named("error")
    assert error.message.startswith("Readers who follow two are led below this page")
    (warning,) = ended.log.named("warning")
    assert "#gone" in warning.message
    assert "- error <code>child-link</code> <code>guide/one.md" in ended.summary
    sarif = json.loads(Path(ended.outputs["sarif"]).read_text("utf-8"))
    assert [one["ruleId"] for one in sarif["runs"][0]["results"]] == ["child-link", "dead-anchor"]


def test_check_ends_with_0_where_nothing_is_wrong_or_nothing_fails_the_job(place: Place) -> None:
    place.workspace.write("guide/two.md", page("Two"))
    assert place.act(command="check", url="", token="").code == 0
    wrong(place)
    assert place.act(command="check").code == 1
    ended = place.act(command="check", fail_on="never")
    assert ended.code == 0
    assert not ended.log.named("error")


def test_a_plan_names_what_is_wrong_in_its_files_as_warnings_alone(place: Place) -> None:
    wrong(place)
    assert place.act(command="push").code == 0
    place.workspace.write("other.md", page("Other", "[x](/gone)\n"))
    ended = place.act()
    assert ended.code == 0
    found = [one for one in ended.log.named("warning") if "Readers" in one.message]
    assert ["/gone" in one.message for one in found] == [True]
    assert not ended.log.named("error")


def test_the_comment_says_in_a_line_what_is_wrong_in_the_files_of_the_plan(place: Place) -> None:
    wrong(place)
    place.act()
    (text,) = place.comments()
    one, two = "<code>guide/one.md</code>", "<code>child-link</code>, 1 <code>dead-anchor</code>."
    assert f"<code>wikisync check</code> finds in {one}: 1 {two}" in text


def test_a_plan_whose_check_fails_is_a_plan_all_the_same(place: Place) -> None:
    place.workspace.write("guide/two.md", page("Two"))
    ended = place.act()
    assert ended.code == 0
    assert "wikisync check" not in ended.summary
