"""Output goes through a pager, and a pager that fails or quits is no error."""

from __future__ import annotations

import shlex
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from wikisync.cli.pager import command, paged

if TYPE_CHECKING:
    from pathlib import Path

TERM = {"TERM": "xterm"}
TOLD = (
    "import os, sys; print('paged with', os.environ.get('LESS')); print(sys.stdin.read(), end='')"
)
LEAVES = "import sys; sys.stdin.close()"


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def shown(tmp_path: Path, pager: str, text: str) -> str:
    """Return what the terminal shows in the end."""
    with (
        (tmp_path / "screen").open("w", encoding="utf-8") as out,
        paged(out, command({**TERM, "PAGER": pager})) as page,
    ):
        page.write(text)
    return (tmp_path / "screen").read_text("utf-8")


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({}, ["less", "-R"]),
        ({"PAGER": "more"}, ["more"]),
        ({"PAGER": "more", "WIKISYNC_PAGER": "/bin/less -i"}, ["/bin/less", "-i", "-R"]),
        ({"PAGER": "more", "WIKISYNC_PAGER": ""}, []),
        ({"PAGER": "cat"}, []),
        ({"PAGER": "'open"}, []),
        ({"TERM": "dumb"}, []),
    ],
)
def test_the_pager_is_the_one_that_the_environment_asks_for(
    env: dict[str, str], words: list[str]
) -> None:
    assert command({**TERM, **env}) == words


def test_where_there_is_no_terminal_type_there_is_no_pager() -> None:
    assert command({}) == []


def test_output_goes_through_the_pager_with_settings_that_suit_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LESS", raising=False)
    text = "one\n\x1b[32m数\x1b[0m\n"
    assert shown(tmp_path, python(TOLD), text) == f"paged with FRX\n{text}"


@pytest.mark.skipif(shutil.which("less") is None, reason="there is no less")
def test_less_prints_without_a_terminal_and_quits(tmp_path: Path) -> None:
    assert shown(tmp_path, "less", "x\n" * 9) == "x\n" * 9


def test_the_pager_gets_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("WIKISYNC_TOKEN", "GITHUB_TOKEN", "INPUT_TOKEN")
    for name in names:
        monkeypatch.setenv(name, "a-secret")
    prints = python("import os; print(*os.environ.items())")
    printed = shown(tmp_path, prints, "x\n")
    assert "PATH" in printed
    assert "a-secret" not in printed


def test_the_users_own_settings_of_less_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LESS", "-i")
    assert shown(tmp_path, python(TOLD), "x\n" * 9).startswith("paged with -i\n")


def test_a_pager_is_not_given_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIKISYNC_TOKEN", "s3cret")
    monkeypatch.setenv("INPUT_TOKEN", "s3cret")
    tells = "import os, sys; sys.stdin.read(); print('s3cret' in str(os.environ))"
    assert shown(tmp_path, python(tells), "x\n" * 9) == "False\n"


def test_a_pager_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert shown(tmp_path, "no-such-pager", "x\n" * 9) == "x\n" * 9
    assert shown(tmp_path, str(tmp_path), "x\n" * 9) == "x\n" * 9


def test_a_pager_that_is_left_early_ends_the_output_without_an_error(tmp_path: Path) -> None:
    written = 0
    with (
        (tmp_path / "screen").open("w", encoding="utf-8") as out,
        paged(out, command({**TERM, "PAGER": python(LEAVES)})) as page,
    ):
        for _ in range(10_000):
            page.write("a line of some length, again and again\n")
            written += 1
    assert written < 10_000
    assert shown(tmp_path, python(LEAVES), "x\n" * 9) == ""


def fails(tmp_path: Path) -> None:
    with (tmp_path / "screen").open("w") as out, paged(out, ["cat"]) as page:
        page.write("so far\n")
        raise ZeroDivisionError


def test_an_error_on_the_way_is_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fails(tmp_path)
    assert (tmp_path / "screen").read_text("utf-8") == "so far\n"
