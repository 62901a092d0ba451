"""What GitHub acts on in a log: our annotations, and nothing that a page made up."""

from __future__ import annotations

import json

import pytest

from github.log import Log, outputs
from wikisync.github import workflow_commands
from wikisync.github.workflow_commands import (
    Annotation,
    CommandEscaper,
    escape_json_commands,
    mask_commands,
)


def read(*lines: object) -> Log:
    return Log.of("\n".join(map(str, lines)), [])


def test_an_annotation_says_where_and_what() -> None:
    log = read(Annotation("error", "no page", "bad.md:3: it does not end", "pages/bad.md", 3))
    (command,) = log.commands
    assert command.name == "error"
    assert command.properties == {"file": "pages/bad.md", "line": "3", "title": "no page"}
    assert command.message == "bad.md:3: it does not end"


def test_without_a_place_there_is_none() -> None:
    assert str(Annotation("notice", "", "Hello")) == "::notice::Hello"


@pytest.mark.parametrize("name", ["a,line=9.md", "a::b.md", "a:b.md", "100%25.md", "a%0Ab.md"])
def test_no_name_adds_to_what_an_annotation_says(name: str) -> None:
    (command,) = read(Annotation("warning", "t", "m", name, 1)).commands
    assert command.properties == {"file": name, "line": "1", "title": "t"}
    assert command.message == "m"


def test_no_message_begins_a_command_of_its_own() -> None:
    (command,) = read(Annotation("warning", "t", "one\n::error::two\r\n##[error]three")).commands
    assert command.name == "warning"
    assert command.message.startswith("one\n::error::two")


@pytest.mark.parametrize(
    "line",
    [
        "::error::made up",
        "   ::add-mask::e",
        "\t::warning file=a::x",
        "+ ##[add-mask]e",
        "text ##[set-output name=changed]true",
        "refused by the wiki:\r::error::made up",
        "one\r\n::error::made up",
    ],
)
def test_a_line_that_looks_like_a_command_is_none_once_it_is_harmless(line: str) -> None:
    assert read(line).commands
    assert not read(CommandEscaper().feed(line)).commands
    pieces = CommandEscaper()  # a program may print it sign by sign
    assert not read("".join(map(pieces.feed, line))).commands


def test_no_control_character_gets_into_the_log() -> None:
    text = "a\x1b]0;title\x07b\x9b31mc\x85d\x00e\x7ff\x1b[31mred\x1b[0m\tg\rh\r\ni"
    said = "a\\x1b]0;title\\x07b\\x9b31mc\\x85d\\x00e\\x7ffred\tg\\x0dh\ni"
    assert CommandEscaper().feed(text) == said


@pytest.mark.parametrize("line", ["", "  updated  a.md", "a :: b", "+::error::x", "## heading ["])
def test_any_other_line_stays_as_it_is(line: str) -> None:
    assert CommandEscaper().feed(line) == line


def test_json_is_no_command_and_means_the_same() -> None:
    value = {"diff": "+ ##[error]x\n::error::y\x85\x9b\x7f"}
    text = json.dumps(value, ensure_ascii=False)
    assert read(text).commands
    assert not read(escape_json_commands(text)).commands
    assert json.loads(escape_json_commands(text)) == value
    assert CommandEscaper().feed(escape_json_commands(text)) == escape_json_commands(text)


def test_each_line_of_a_secret_is_masked() -> None:
    log = read(*mask_commands("one\n\ntwo%"), "one and two%")
    assert log.masks == ["one", "two%"]
    assert log.text.endswith("*** and ***")


def test_outputs_hold_whatever_lines_they_have() -> None:
    values = {"changed": "true", "report": "a\nb<<c\nchanged=false", "empty": ""}
    assert outputs(workflow_commands.output_lines(values, "word-1")) == values
