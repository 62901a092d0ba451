"""The JSON as the design has it, to the last key, and the exit codes in their order."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from support.values import LATER, action, base, key, local, page, planned, remote, sides
from wikisync.apply.result import ActionResult
from wikisync.errors import BadName, BadPage, FileChanged, PageChanged, WriteUncertain
from wikisync.planning.model import Conflict, Plan, Refusal
from wikisync.planning.planner import PlanOptions
from wikisync.report.json_output import error_json, exit_code, to_json
from wikisync.request import PageDiff, Report, Request

ACTION = {
    *(
        "kind",
        "action",
        "side",
        "locale",
        "path",
        "file",
        "from",
        "fields",
        "overwrites",
        "outcome",
        "reason",
    ),
}
COUNTS = [
    *("pages", "in_sync", "create", "update", "move", "merge", "adopt", "delete"),
    *("conflict", "failed", "other_way"),
]
NO_ASSETS = dict.fromkeys(COUNTS, 0)

PLAN = planned(
    sides(
        [base("mine"), base("cut"), base("both"), base("same"), base("theirs")],
        [
            local("new"),
            local("mine", content="Mine."),
            local("both", content="Mine."),
            local("same"),
            local("theirs"),
        ],
        [
            remote("mine"),
            remote("cut"),
            remote("both", content="Theirs.", updated=LATER),
            remote("same"),
            remote("theirs", content="Theirs.", updated=LATER),
        ],
        problems=(BadPage("bad.md", 3, "one thing: not another"), BadName("x y.md", "no blank")),
    ),
    PlanOptions("push"),
)


def report(plan: Plan = PLAN, *outcomes: ActionResult, **more: Any) -> Report:
    request = Request("push", "push", **more)
    return Report(request, "http://wiki", "pages", plan, outcomes)


def data(of: Report) -> Any:
    text = to_json(of)
    assert "\n" not in text
    return json.loads(text)


def test_the_object_has_the_keys_of_the_design_in_their_order() -> None:
    found = data(report(dry_run=True))
    assert list(found) == [
        *("version", "command", "dry_run", "wiki", "folder", "actions", "conflicts"),
        *("refusals", "problems", "counts"),
    ]
    assert (found["version"], found["command"], found["dry_run"]) == (1, "push", True)
    assert (found["wiki"], found["folder"]) == ("http://wiki", "pages")
    assert list(found["counts"]) == [*COUNTS, "assets"]


def test_a_planned_action_says_what_where_and_which_fields() -> None:
    create, update, delete = data(report())["actions"]
    assert update == {
        "kind": "page",
        "action": "update",
        "side": "wiki",
        "locale": "en",
        "path": "mine",
        "file": "mine.md",
        "from": None,
        "fields": ["content"],
        "overwrites": None,
        "outcome": "planned",
        "reason": None,
    }
    assert set(create) == set(delete) == ACTION
    assert (delete["action"], delete["outcome"]) == ("delete", "skipped")
    assert "--delete" in delete["reason"]


def test_a_deletion_that_is_not_done_does_not_have_the_diff_of_the_conflict_in_its_place() -> None:
    delete = action("delete", "wiki", skip_reason="delete")
    conflict = Conflict(key(), "a.md", "target-occupied", detail="a wiki")
    found = data(
        Report(
            Request("diff", "push"),
            *("http://wiki", "pages", Plan((delete,), (conflict,))),
            diffs=(PageDiff(conflict, page("Old."), page("New.")),),
        )
    )
    assert found["actions"][0]["diff"] == ""
    assert "+New." in found["conflicts"][0]["diff"]


def test_a_page_that_changed_before_its_write_has_the_diff_of_its_action() -> None:
    update = action("update")
    changed = ActionResult(update, "skipped", PageChanged(update.key, "its title changed"))
    found = data(
        replace(
            report(Plan((update,)), changed), diffs=(PageDiff(update, page("Old."), page("New.")),)
        )
    )
    assert "+New." in found["conflicts"][0]["diff"]


def test_conflicts_and_problems_have_their_shape() -> None:
    found = data(report())
    [conflict] = found["conflicts"]
    assert set(conflict) == {"kind", "locale", "path", "file", "reason"}
    assert (conflict["path"], conflict["file"]) == ("both", "both.md")
    assert found["problems"] == [
        {"kind": "page", "file": "bad.md", "line": 3, "message": "one thing: not another"},
        {"kind": "page", "file": "x y.md", "line": None, "message": "no blank"},
    ]


def test_the_counts_count_pages() -> None:
    assert data(report())["counts"] == {
        **dict.fromkeys(COUNTS, 0),
        "assets": NO_ASSETS,
        "pages": 6,
        "in_sync": 1,
        "create": 1,
        "update": 1,
        "conflict": 1,
        "other_way": 1,
    }


def test_outcomes_are_told_with_their_reasons() -> None:
    create, update, delete = PLAN.actions
    of = report(
        PLAN,
        ActionResult(create, "failed", WriteUncertain("http://wiki", "no")),
        ActionResult(update, "skipped", PageChanged(update.key, "its content changed on the wiki")),
        ActionResult(delete, "skipped"),
    )
    found = data(of)
    assert [action["outcome"] for action in found["actions"]] == ["failed", "skipped", "skipped"]
    assert all(action["reason"] for action in found["actions"])
    assert (found["counts"]["failed"], found["counts"]["conflict"]) == (1, 2)
    assert found["conflicts"][1]["path"] == "mine"


def test_refusals_have_their_rule_and_a_message() -> None:
    of = report(replace(PLAN, refusals=(Refusal("max-delete", 12, 10),)))
    [refusal] = data(of)["refusals"]
    assert (refusal["rule"], "12" in refusal["message"]) == ("max-delete", True)


def test_a_diff_adds_its_text_to_each_action() -> None:
    request = Request("diff", "push")
    found = data(Report(request, "http://wiki", "pages", PLAN))
    assert all(set(action) == {*ACTION, "diff"} for action in found["actions"])


def test_an_error_has_the_shape_of_every_report() -> None:
    found = json.loads(error_json(Request("push", "push"), BadPage("a.md", 1, "no")))
    assert {*found} == {*data(report()), "error"}
    assert found["error"] == "a.md:1: no"


def test_names_that_are_no_text_are_carried_by_every_stream() -> None:
    of = report(Plan(problems=(BadName("caf\udce9.md", "no text"),)))
    assert to_json(of).encode()
    assert data(of)["problems"][0]["file"] == "caf\udce9.md"


FAILED = ActionResult(PLAN.actions[0], "failed", WriteUncertain("http://wiki", "no"))
OVERTAKEN = ActionResult(PLAN.actions[0], "skipped", FileChanged("a.md", "read", "edited"))
REFUSED = Plan(PLAN.actions, PLAN.conflicts, (Refusal("emptied"),), (BadPage("a.md", 1, "no"),))


@pytest.mark.parametrize(
    ("of", "code", "with_differences"),
    [
        (report(Plan()), 0, 0),
        (report(Plan(in_sync=3, pages=3)), 0, 0),
        (report(Plan(PLAN.actions)), 0, 5),
        (report(Plan(other_way={"folder": 1})), 0, 5),
        (report(Plan(PLAN.actions, PLAN.conflicts)), 3, 3),
        (report(Plan(PLAN.actions), OVERTAKEN), 3, 3),
        (report(Plan(PLAN.actions, PLAN.conflicts), FAILED), 1, 1),
        (report(Plan(problems=PLAN.problems, conflicts=PLAN.conflicts)), 1, 1),
        (report(REFUSED, FAILED), 4, 4),
        (replace(report(Plan(PLAN.actions)), declined=True), 4, 4),
    ],
)
def test_exit_codes_come_in_their_order(of: Report, code: int, with_differences: int) -> None:
    assert exit_code(of) == code
    assert exit_code(of, tell_differences=True) == with_differences


def test_what_was_adopted_is_no_difference() -> None:
    plan = planned(sides(here=[local("a")], there=[remote("a")]), PlanOptions("push"))
    assert [action.verb for action in plan.actions] == ["adopt"]
    assert exit_code(report(plan), tell_differences=True) == 0
    assert plan.actions[0].key == key("a")
