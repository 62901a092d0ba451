"""Write the findings of ``wikisync check`` as SARIF 2.1.0, which GitHub's code scanning reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from wikisync import __version__
from wikisync.check_levels import DEFAULTS
from wikisync.errors import NotWritten
from wikisync.private_files import reason_of, write_output
from wikisync.report.check_messages import RULES, finding_message, fix_message
from wikisync.report.json_output import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.checking.model import CheckResult, Finding

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def write_sarif(result: CheckResult, below: str, file: Path) -> None:
    """Write a result to a file. ``below`` is the folder, from the top of the repository.

    Raises NotWritten.
    """
    try:
        write_output(file, to_sarif(result, below).encode())
    except OSError as error:
        raise NotWritten(str(file), reason_of(error)) from error


def to_sarif(result: CheckResult, below: str) -> str:
    """Return a result as one line of SARIF. Addresses are relative to the top of the repository."""
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "wikisync check",
                "version": __version__,
                "rules": [_rule(rule) for rule in DEFAULTS],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, below) for each in result.findings],
    }
    return one_line({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(rule: str) -> dict[str, Any]:
    return {"id": rule, "name": rule, "shortDescription": {"text": RULES[rule]}}


def _result(finding: Finding, below: str) -> dict[str, Any]:
    path = f"{below}/{finding.file}" if below not in {"", "."} else finding.file
    place: dict[str, Any] = {
        "artifactLocation": {"uri": quote(path), "uriBaseId": "%SRCROOT%"},
        # Code scanning shows a result only with a line.
        "region": {"startLine": finding.line or 1},
    }
    if finding.column:
        place["region"]["startColumn"] = finding.column
    text = f"{finding_message(finding)} {fix_message(finding)}".strip()
    return {
        "ruleId": finding.rule,
        "ruleIndex": list(DEFAULTS).index(finding.rule),
        "level": finding.level,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }
