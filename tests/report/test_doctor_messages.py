"""Everything that doctor can find has words, in the program and in the manual."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

from support import manual
from wikisync import doctor
from wikisync.doctor.model import LOCAL, REMOTE, CheckName, CheckState, not_tried, warning
from wikisync.report import doctor_messages
from wikisync.report.doctor_output import check_lines, closing_lines, exit_code

RESULTS = {"works", "warning", "unknown", "fails", "found", "listed"}


def findings() -> set[str]:
    """The findings that the package names, as the second argument of a result."""
    named: set[str] = set()
    for file in Path(doctor.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(ast.Name(name), [_, second, *_]) if name in RESULTS:
                    parts = ast.walk(second)
                    named |= {str(p.value) for p in parts if isinstance(p, ast.Constant)}
    return named


def test_every_finding_has_words() -> None:
    worded = doctor_messages._MESSAGES.keys() | doctor_messages._COUNTED.keys()
    assert findings() - worded == set()
    assert len(findings()) > 50
    assert worded - findings() == {"configuration", "clock-wiki"}  # named in other ways


def test_every_check_and_every_state_is_in_the_manual() -> None:
    page = manual.text("guide/doctor.md")
    sections = manual.sections(page)
    rows = re.findall(r"^\| `([a-z-]+)` \|", sections["What is tried"], re.MULTILINE)
    assert rows == ["configuration", "github", *LOCAL, *REMOTE]
    assert set(rows) == set(get_args(CheckName))
    rows = re.findall(r"^\| `([a-z]+)` \|", sections["The results"], re.MULTILINE)
    assert set(rows) == set(get_args(CheckState))


def test_what_was_not_tried_is_named_in_one_line_with_its_reason() -> None:
    checks = not_tried(("list", "read"), "key")
    assert [list(check_lines(check)) for check in checks] == [[], []]
    assert list(closing_lines(checks)) == [
        "Not tried, since key fails: list, read.",
        "2 checks: 2 unknown.",
    ]
    assert exit_code(checks) == 0


def test_what_a_server_says_cannot_change_the_terminal() -> None:
    check = warning("version", "version-other", version="\x1b[31m3", measured="2.5.314")
    assert all("\x1b" not in text for line in check_lines(check) for text in line)
