"""Problems and conflicts are told beside the lines that they are about, no more than is shown."""

from __future__ import annotations

from support.values import LATER, base, local, planned, remote, sides
from wikisync.apply.result import ActionResult
from wikisync.errors import BadName, BadPage, NeedsYes, Unreachable
from wikisync.github.workflow_commands import MAX_ANNOTATIONS, annotate, error_annotation
from wikisync.planning.model import Plan, Refusal
from wikisync.planning.planner import PlanOptions
from wikisync.request import Report, Request

CONFLICT = planned(
    sides([base()], [local(content="Mine.")], [remote(content="Theirs.", updated=LATER)]),
    PlanOptions("push"),
)
PROBLEMS = (BadPage("guide/bad.md", 3, "it is wrong"), BadName("x y.md", "no blank"))


def report(plan: Plan, *outcomes: ActionResult) -> Report:
    return Report(Request("push", "push"), "http://wiki", "pages", plan, outcomes)


def test_a_problem_is_an_error_at_its_line() -> None:
    bad, name = annotate(report(Plan(problems=PROBLEMS)), "docs/pages")
    assert (bad.level, bad.file, bad.line) == ("error", "docs/pages/guide/bad.md", 3)
    assert bad.message == "guide/bad.md:3: it is wrong"
    assert (name.file, name.line) == ("docs/pages/x y.md", None)


def test_a_conflict_is_an_error_of_its_file_with_the_way_out() -> None:
    (found,) = annotate(report(CONFLICT), "pages")
    assert (found.level, found.file) == ("error", "pages/a.md")
    assert "--prefer local" in found.message


def test_a_folder_at_the_top_adds_nothing_to_names() -> None:
    (found,) = annotate(report(CONFLICT), ".")
    assert found.file == "a.md"


def test_what_does_not_fail_the_job_is_a_warning() -> None:
    both = Plan(problems=PROBLEMS[:1], conflicts=CONFLICT.conflicts)
    levels = {
        fail_on: [found.level for found in annotate(report(both), "pages", fail_on)]
        for fail_on in ("conflicts", "problems", "never")
    }
    assert levels == {
        "conflicts": ["error", "error"],
        "problems": ["error", "warning"],
        "never": ["warning", "warning"],
    }


def test_a_failed_write_is_an_error_whatever_the_job_fails_on() -> None:
    plan = planned(sides(here=[local()]), PlanOptions("push"))
    failed = ActionResult(plan.actions[0], "failed", Unreachable("http://wiki", "cut"))
    (found,) = annotate(report(plan, failed), "pages", "never")
    assert (found.level, found.file) == ("error", "pages/a.md")
    assert "cut" in found.message


def test_a_refusal_is_named_by_its_rule() -> None:
    (found,) = annotate(report(Plan(refusals=(Refusal("emptied", 5, side="folder"),))), "pages")
    assert found.title.endswith("emptied")
    assert found.file == ""


def test_no_more_are_told_than_github_shows_and_the_rest_is_counted() -> None:
    many = tuple(BadPage(f"{number}.md", None, "wrong") for number in range(40))
    found = annotate(report(Plan(problems=many)), "pages")
    assert len(found) == MAX_ANNOTATIONS
    assert "31 more" in found[-1].message
    assert len(annotate(report(Plan(problems=many[:MAX_ANNOTATIONS])), "pages")) == MAX_ANNOTATIONS


def test_what_ended_a_run_is_said_with_what_to_do() -> None:
    found = error_annotation(NeedsYes())
    assert found.level == "error"
    assert "--yes" in found.message
