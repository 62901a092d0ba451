"""Names that Windows keeps for devices, drops the end of, or refuses."""

from __future__ import annotations

import pytest

from wikisync.page.windows_names import windows_refusal


@pytest.mark.parametrize(
    "file",
    [
        "con.md",
        "CON.md",
        "Con.tar.md",
        "con .md",
        "guide/aux/a.md",
        "guide/aux.d/a.md",
        "nul",
        "prn.html",
        "COM1.md",
        "com0.md",
        "lpt9.adoc",
        "com¹.md",
        "LPT³.md",
        "conin$.md",
        "CONOUT$.md",
    ],
)
def test_a_device_is_one_with_every_extension_and_in_either_case(file: str) -> None:
    assert "device" in (windows_refusal(file) or "")


@pytest.mark.parametrize("file", ["a./b.md", "a /b.md", "a.md.", "a.md ", "a…/b. /c.md"])
def test_a_dot_or_a_blank_at_the_end_of_a_name_is_refused(file: str) -> None:
    assert "at the end" in (windows_refusal(file) or "")


@pytest.mark.parametrize("character", [*'<>:"\\|?*', "\0", "\x1f"])
def test_a_character_that_windows_takes_in_no_name_is_refused(character: str) -> None:
    assert "cannot contain" in (windows_refusal(f"guide/a{character}b.md") or "")


@pytest.mark.parametrize(
    "file",
    [
        "console.md",
        "con-fig.md",
        "a/b c/d.md",
        "com10.md",
        "com.md",
        "aux-1/a.md",
        "été.md",
        ".a.md",
    ],
)
def test_every_other_name_is_taken(file: str) -> None:
    assert windows_refusal(file) is None
