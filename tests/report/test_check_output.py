"""What ``check`` prints, its SARIF, and its words in the manual."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from support import manual
from support.checks import Memory
from wikisync.check_levels import DEFAULTS
from wikisync.checking.model import CheckResult, Step
from wikisync.errors import NotWritten
from wikisync.report.check_messages import RULES
from wikisync.report.check_output import exit_code, fix_hint, result_lines
from wikisync.report.sarif import to_sarif, write_sarif

FILES: dict[str, str | bytes] = {
    "guide/ö one.md": "# One\n",
    "guide/one.md": "# One\n\n[x](two#a) \x1b[31m [[y]]\n",
    "guide/two.md": "# Two\n",
}


def result() -> CheckResult:
    return CheckResult("pages", Memory(FILES).findings(), 3)


def test_sarif_has_what_code_scanning_needs() -> None:
    sarif = json.loads(to_sarif(result(), "docs/pages"))
    assert sarif["version"] == "2.1.0"
    assert sarif["$schema"].endswith("sarif-2.1.0.json")
    (run,) = sarif["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "wikisync check"
    rules = [rule["id"] for rule in driver["rules"]]
    assert rules == list(DEFAULTS)
    assert len(run["results"]) == 3
    for one in run["results"]:
        assert one["level"] in {"error", "warning"}
        assert one["message"]["text"]
        assert rules[one["ruleIndex"]] == one["ruleId"]
        (place,) = one["locations"]
        region = place["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert region.get("startColumn", 1) >= 1
    uris = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]
    }
    assert uris == {"docs/pages/guide/%C3%B6%20one.md", "docs/pages/guide/one.md"}


def test_sarif_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    write_sarif(result(), ".", tmp_path / "a.sarif")
    assert json.loads((tmp_path / "a.sarif").read_text("utf-8"))["runs"]
    with pytest.raises(NotWritten):
        write_sarif(result(), ".", tmp_path / "none" / "a.sarif")


def test_no_control_character_reaches_the_terminal() -> None:
    files: dict[str, str | bytes] = {"one.md": "# One\n\n[x](</a\x1b[31mb>)\n"}
    found = CheckResult("pages", Memory(files).findings(), 1)
    text = "".join(piece.text for line in result_lines(found) for piece in line)
    assert "\\x1b[31mb" in text
    assert "\x1b" not in text + to_sarif(found, ".")


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_at_a_terminal_a_finding_is_wrapped_under_its_column(columns: int) -> None:
    files: dict[str, str | bytes] = {
        "guide/one.md": "# One\n\n[x](two)\n",
        "guide/two.md": "# Two\n",
    }
    found = CheckResult("pages", Memory(files).findings(), 2)
    rows = ["".join(piece.text for piece in line) for line in result_lines(found, columns)]
    assert all(len(row) <= columns for row in rows)
    assert rows[1].startswith("  3:5     error    Readers who follow two are led")
    assert all(row.startswith(" " * 19) for row in rows[2:])
    (_, whole, fix) = ["".join(piece.text for piece in line) for line in result_lines(found)]
    assert " ".join(" ".join(rows[1:]).split()) == " ".join(f"{whole} {fix}".split())


def test_the_hint_counts_the_findings_that_a_fix_mends_among_several() -> None:
    (_, first, second) = result().findings
    safe, link = replace(first, is_safe=True), replace(second, is_safe=False)
    assert fix_hint(CheckResult("pages", (link,))) == ""
    assert fix_hint(CheckResult("pages", (safe,))).startswith("wikisync check --fix mends it;")
    both = CheckResult("pages", (safe, link))
    assert fix_hint(both).startswith("wikisync check --fix mends 1 of them;")


def test_below_the_findings_stands_what_a_fix_did_and_how_to_take_it_back() -> None:
    steps = (Step("a.md", "b.md"), Step("c.md", targets=((1, "d", "d.md"),)), Step("e.md"))
    failed = (*steps[:2], Step("e.md", failed="gone"))
    did = fix_hint(CheckResult("pages", (), done=failed))
    assert did == "2 files changed, as listed at the top. To take it back: wikisync undo."
    assert fix_hint(CheckResult("pages", (), done=failed[2:])) == ""
    planned = fix_hint(CheckResult("pages", (), done=steps, planned=True))
    assert planned == "Nothing was written. To do it, leave out --dry-run."


def test_a_fix_that_failed_ends_with_1() -> None:
    clean = CheckResult("pages", ())
    assert exit_code(clean) == 0
    assert exit_code(CheckResult("pages", (), done=(Step("a.md", failed="gone"),))) == 1


def test_each_rule_is_explained_in_the_manual_with_its_level_and_in_the_same_words() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| (.*?) \|$", manual.text("guide/check.md"), re.M)
    assert {rule: level for rule, level, _ in rows} == DEFAULTS
    said = {
        rule: re.sub(r"\[([^\[\]]*)\]\([^)]*\)", r"\1", text).replace("`", "")
        for rule, _, text in rows
    }
    assert said == RULES
