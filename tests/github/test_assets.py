"""Images and files on GitHub: a table with sizes, annotations, outputs; never too large."""

from __future__ import annotations

import pytest

from support.asset_values import local, mixed, planned, report, snapshot
from wikisync.apply.asset_result import AssetResult
from wikisync.errors import BadAsset, BadName, Forbidden
from wikisync.github.markdown import to_markdown
from wikisync.github.markdown_text import comment_limit, summary_limit
from wikisync.github.workflow_commands import (
    annotate,
    job_exit_code,
    needs_attention,
    step_outputs,
)
from wikisync.page.image_size import ImageSize
from wikisync.planning.asset_model import AssetPlan
from wikisync.planning.model import Plan, Refusal
from wikisync.request import AssetDiff, AssetVersion, Report

ROOM = summary_limit()
PROBLEMS = snapshot(
    problems=(
        BadName("img/A b.png", "the wiki would store it as img/a_b.png", proposal="img/a-b.png"),
        BadAsset("big.mp4", "it is a pointer of Git LFS"),
    )
)


def rows(of: Report) -> list[str]:
    return [line for line in to_markdown(of, ROOM, "Title").splitlines() if line.startswith("| ")]


def test_every_file_has_a_row_with_its_sizes() -> None:
    plan = planned(mixed())
    update = plan.actions[1]
    pixels = ImageSize(640, 480)
    diff = AssetDiff(
        update, AssetVersion(12_300, "a" * 64, pixels), AssetVersion(15_100, "b" * 64, pixels)
    )
    assert rows(report(plan, asset_diffs=(diff,))) == [
        "| | Image or file | Size | |",
        "| create on the wiki | <code>img/new.png</code> | 15.1 kB |  |",
        "| update on the wiki | <code>img/mine.png</code> | 12.3 kB → 15.1 kB, 640×480 |  |",
        "| not deleted | <code>img/cut.png</code> | 12.3 kB | gone here, kept on the wiki"
        " (--delete removes it) |",
    ]


def test_results_replace_what_was_planned() -> None:
    plan = planned(mixed())
    refused = Forbidden("https://wiki.example.com", ("write:assets",))
    outcomes = (
        AssetResult(plan.actions[0], "done"),
        AssetResult(plan.actions[1], "failed", refused),
    )
    of = report(plan, asset_outcomes=outcomes)
    assert any(row.startswith("| created on the wiki | <code>img/new.png") for row in rows(of))
    assert "write:assets" in to_markdown(of, ROOM, "Title").partition("| |")[0]
    failed = [one for one in annotate(of, "pages") if one.title == "wikisync: failed"]
    assert [one.file for one in failed] == ["pages/img/mine.png"]
    assert job_exit_code(of, "never") == 1


def test_problems_conflicts_and_notes_are_annotated_and_listed() -> None:
    of = report(planned(PROBLEMS))
    found = annotate(of, "pages")
    assert [(one.file, one.title) for one in found] == [
        ("pages/img/A b.png", "wikisync: left out"),
        ("pages/big.mp4", "wikisync: left out"),
    ]
    text = to_markdown(of, ROOM, "Title")
    assert "**Images and files that are left out**" in text
    assert "img/a-b.png" in text
    (conflict,) = annotate(report(planned(mixed())), "pages")
    assert (conflict.file, conflict.title) == ("pages/img/both.png", "wikisync: conflict")
    hidden = report(planned(snapshot(allowed=False, left_out=3)))
    assert "read:assets" in annotate(hidden, "pages")[0].message
    assert "read:assets" in to_markdown(hidden, ROOM, "Title")


def test_a_change_of_an_image_alone_is_a_change() -> None:
    of = report(planned(mixed()))
    assert step_outputs(of) == {
        "changed": "true",
        **dict.fromkeys(("created", "updated", "moved", "deleted"), "0"),
        "files": "2",
        "conflicts": "1",
    }
    assert needs_attention(of)
    assert needs_attention(report(planned(PROBLEMS)))
    assert not needs_attention(report(AssetPlan()))
    refused = Plan(assets=planned(mixed()), refusals=(Refusal("emptied"),))
    assert step_outputs(report(AssetPlan(), plan=refused))["files"] == "0"


@pytest.mark.parametrize("limit", [summary_limit(), comment_limit()])
def test_thousands_of_files_fit(limit: object) -> None:
    plan = planned(snapshot(here=[local(f"img/{'n' * 60}-{n:05}.png") for n in range(5_000)]))
    text = to_markdown(report(plan), limit, "Title")  # type: ignore[arg-type]
    assert len(text) <= limit.size  # type: ignore[attr-defined]
    assert "… and " in text
