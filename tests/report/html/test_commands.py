"""Commands in messages are code that can be copied, whatever stands around them."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

import wikisync.report
from report.html.reports import Seen
from wikisync.page.model import Key
from wikisync.planning.model import Conflict
from wikisync.report.html.commands import commands, with_commands
from wikisync.report.plan_messages import conflict_message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Look with wikisync diff, then keep it.", ["wikisync diff"]),
        (
            "To do it: wikisync push a/b-c.md --prefer local, or not.",
            ["wikisync push a/b-c.md --prefer local"],
        ),
        ("wikisync pull --markers 'a b, c.md'", ["wikisync pull --markers 'a b, c.md'"]),
        (
            "Keep: wikisync push 'it'\"'\"'s.md' --prefer local.",
            ["wikisync push 'it'\"'\"'s.md' --prefer local"],
        ),
        ("Publish: wikisync push. Both: wikisync sync.", ["wikisync push", "wikisync sync"]),
        ("See it with wikisync restore 7 --print, and copy.", ["wikisync restore 7 --print"]),
        ("Another run of wikisync is active: process 7.", []),
        ("then wikisync pull guide/a --prefer wiki.", ["wikisync pull guide/a --prefer wiki"]),
        (
            "Make one: wikisync plan push -o plan.json (or pull).",
            ["wikisync plan push -o plan.json"],
        ),
        ("Again: wikisync review pull.", ["wikisync review pull"]),
        ("List the runs: wikisync log PATH. They go.", ["wikisync log PATH"]),
        ("Then: wikisync pull about --prefer wiki.", ["wikisync pull about --prefer wiki"]),
        ("Run wikisync push, pull or sync once.", ["wikisync push"]),
        ("Run wikisync sync where it may.", ["wikisync sync"]),
        (
            "for example: wikisync init https://wiki.example.com",
            ["wikisync init https://wiki.example.com"],
        ),
    ],
)
def test_a_command_ends_where_the_sentence_goes_on(text: str, found: list[str]) -> None:
    assert commands(text) == found


@pytest.mark.parametrize(
    "name", ["a.md", "a b.md", "it's.md", "猫/ä, b.md", "a-b/c.d/e,f.md", "x;y.md", "$(a) `b`.md"]
)
def test_the_commands_of_a_conflict_are_whole_whatever_the_file_is_called(name: str) -> None:
    conflict = Conflict(Key("en", "a"), name, "both-changed", ("content",))
    message = conflict_message(conflict)
    split = [shlex.split(one) for one in commands(message.hint)]
    assert split == [
        ["wikisync", "diff", name],
        ["wikisync", "push", name, "--prefer", "local"],
        ["wikisync", "pull", name, "--prefer", "wiki"],
        ["wikisync", "pull", name, "--markers"],
    ]


def test_a_command_is_code_with_a_button_and_an_option_code_alone() -> None:
    html = with_commands("If right: wikisync push a.md --delete, or --allow max-delete.")
    seen = Seen(html)
    assert len(seen.all("code")) == 2
    assert len(seen.all("button")) == 1
    assert re.sub("<[^>]+>", "", html) == (
        "If right: wikisync push a.md --delete, or --allow max-delete."
    )
    assert "<span>--allow</span> max-delete</code>." in html


def test_a_name_in_a_command_adds_no_element_and_turns_no_text() -> None:
    html = with_commands("Keep it: wikisync push '<b>\u202e.md' --prefer local. <i>")
    assert "<b>" not in html
    assert "<i>" not in html
    assert "\u202e" not in html
    assert "push &#39;&lt;b&gt;\\u202e.md&#39; <span>--prefer</span> local<button" in html


def test_every_command_that_a_message_of_the_program_names_is_found() -> None:
    missed = []
    for file in Path(wikisync.report.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named = re.findall(
                    r"wikisync (push|pull|sync|diff|undo|restore|review)\b", node.value
                )
                if len(commands(node.value)) < len(named):
                    missed.append(node.value)
    assert missed == []
