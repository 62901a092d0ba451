"""Help is plain text that fits the terminal, with nothing of a library's in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import signature

import pytest
from typer.testing import CliRunner

from support import manual
from wikisync.cli.commands import app
from wikisync.cli.help_texts import OWN_TEXTS

NAMES = [name for name in manual.commands() if name != manual.PROGRAM]


Show = Callable[..., str]


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Show:
    """The help of a command, as a terminal of a width gets it; not at a terminal by default."""

    def shown(*arguments: str, width: int = 80) -> str:
        monkeypatch.setenv("COLUMNS", str(width))
        app([*arguments, "--help"], prog_name="wikisync", standalone_mode=False)
        return capsys.readouterr().out

    return shown


@pytest.mark.parametrize("width", [72, 80, 200])
@pytest.mark.parametrize("name", NAMES)
def test_help_fits_the_terminal_but_for_commands_to_copy(name: str, width: int, show: Show) -> None:
    text = show(name, width=width).partition("\nExamples:")[0]
    assert all(len(line) <= min(width, 100) for line in text.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_an_example_stands_on_a_line_of_its_own(name: str, show: Show) -> None:
    lines = show(name).partition("\nExamples:\n")[2].splitlines()
    assert lines
    assert all(line.startswith("  ") for line in lines)


@pytest.mark.parametrize("name", [*NAMES, ""])
def test_help_names_no_types_and_no_markup(name: str, show: Show) -> None:
    text = show(*filter(None, [name]))
    assert not re.findall(r"<\w+>|x>=|\[\[|\[/?(?:bold|dim)\]", text)


def test_an_options_name_is_not_broken_at_its_hyphens(show: Show) -> None:
    assert all(not line.rstrip().endswith("-") for line in show("push").splitlines())


def test_an_option_shows_its_choices_and_its_default(show: Show) -> None:
    assert "--prefer local|wiki " in show("sync")
    text = " ".join(show("sandbox").split())
    assert "The port; 0 for any free one. [default: 3010]" in text
    assert "with this database. [default: postgresql]" in text
    assert "[default" not in show("push")


def test_headings_are_bold_at_a_terminal_only() -> None:
    env = {"NO_COLOR": "", "TERM": "xterm"}
    runner = CliRunner(env=env)
    assert "\x1b[1mOptions:\x1b[0m" in runner.invoke(app, ["push", "-h"], color=True).output
    assert "\x1b" not in runner.invoke(app, ["push", "-h"]).output


def test_headings_are_plain_where_color_is_not_wanted() -> None:
    for env in ({"NO_COLOR": "1", "TERM": "xterm"}, {"NO_COLOR": "", "TERM": "dumb"}):
        assert "\x1b" not in CliRunner(env=env).invoke(app, ["-h"], color=True).output


@pytest.mark.parametrize("name", ["status", "diff", "plan", "show"])
def test_a_command_that_writes_to_no_side_has_no_option_that_speaks_of_it(
    name: str, show: Show
) -> None:
    text = " ".join(show(name).split())
    for writes in (
        "Also delete",
        "is kept as a backup",
        "Write nothing",
        "Make the wiki",
        "differ.",
    ):
        if (name, writes) not in {("status", "differ."), ("diff", "differ.")}:
            assert writes not in text


def test_help_lists_no_option_that_the_command_can_only_refuse(show: Show) -> None:
    assert "--markers" not in show("push")
    assert "--mirror" not in show("sync")
    for name in ("pull", "sync"):
        assert "Not for push" not in show(name)
    assert CliRunner().invoke(app, ["push", "--markers"]).exit_code == 2


@pytest.mark.parametrize("name", OWN_TEXTS)
def test_a_text_of_a_commands_own_is_of_an_option_that_it_has(name: str, show: Show) -> None:
    callback = {
        info.name or getattr(info.callback, "__name__", ""): info.callback
        for info in app.registered_commands
    }[name]
    assert callback is not None
    assert OWN_TEXTS[name].keys() <= signature(callback).parameters.keys()
    text = " ".join(show(name, width=200).split())
    assert all(own in text for own in OWN_TEXTS[name].values())
