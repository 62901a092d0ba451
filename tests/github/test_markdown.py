"""A report on GitHub: a table, what is left to people, folded differences; never too large."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.values import LATER, PAGE, base, local, planned, remote, sides
from wikisync.apply.result import ActionResult
from wikisync.errors import (
    BadPage,
    CertificateError,
    NeedsYes,
    Redirected,
    UnexpectedResponse,
    Unreachable,
    WikisyncError,
)
from wikisync.github.markdown import comment_marker, error_markdown, to_markdown, without_address
from wikisync.github.markdown_text import MarkdownLimit, comment_limit, escape, summary_limit
from wikisync.planning.model import Action, Conflict, Move, Plan, Refusal
from wikisync.planning.planner import PlanOptions
from wikisync.request import PageDiff, Report, Request

ROOM = summary_limit()
SIDES = sides(
    [base("mine"), base("both"), base("cut")],
    [local("mine", content="Mine."), local("both", content="Mine."), local("new")],
    [remote("mine"), remote("both", content="Theirs.", updated=LATER), remote("cut")],
)


def report(plan: Plan, *pairs: PageDiff, **more: Any) -> Report:
    return Report(Request("push", "push"), "http://wiki", "pages", plan, diffs=pairs, **more)


def pushed() -> Report:
    plan = planned(SIDES, PlanOptions("push"))
    old, new = PAGE, replace(PAGE, content="Mine.", title="A <b> title")
    items: list[Action | Conflict] = [*plan.writes, *plan.conflicts]
    return report(plan, *(PageDiff(item, old, new) for item in items))


def large(count: int, size: int, *, wide: str = "x") -> Report:
    here = [local(f"p{number:05}", content=f"{number}") for number in range(count)]
    plan = planned(sides(here=here), PlanOptions("push"))
    text = "\n".join(wide * 60 for _ in range(size // 60))
    return report(plan, *(PageDiff(a, None, replace(PAGE, content=text)) for a in plan.actions))


def test_every_page_has_a_row_with_what_changes_and_how_many_lines() -> None:
    text = to_markdown(pushed(), ROOM, "Title")
    assert text.startswith("### Title\n\n<code>pages</code> ↔")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert "| update on the wiki | <code>mine.md</code> | content | +1 −1 |" in rows
    assert any(row.startswith("| create on the wiki | <code>new.md</code> |") for row in rows)
    assert any("| not deleted | <code>cut.md</code> | gone here, kept on" in row for row in rows)


def test_a_conflict_is_a_sentence_with_the_way_out_and_has_its_difference() -> None:
    text = to_markdown(pushed(), ROOM, "Title")
    assert "**Conflicts: left alone on both sides**\n\n- <code>both.md</code>:" in text
    assert "<summary><code>both.md</code> · A &#60;b&#62; title · conflict · +" in text


def test_differences_are_folded_and_without_their_two_names() -> None:
    text = to_markdown(pushed(), ROOM, "Title")
    assert text.count("<details>") == text.count("</details>") == 3
    assert "```diff\n@@ -1 +1 @@\n-Text.\n+Mine.\n```" in text
    assert "+++ " not in text


def test_what_failed_what_is_no_page_and_what_was_refused_is_told() -> None:
    plan = planned(SIDES, PlanOptions("push"))
    failed = ActionResult(plan.actions[0], "failed", Unreachable("http://wiki", "it was cut"))
    bad = replace(plan, problems=(BadPage("bad.md", 3, "no <end>"),))
    text = to_markdown(report(bad, outcomes=(failed,)), ROOM, "Title")
    assert "it was cut" in text
    assert "| failed | <code>new.md</code> |" in text
    assert "- bad.md:3: no &#60;end&#62;" in text
    refused = report(Plan(refusals=(Refusal("max-delete", count=9, limit=1),)))
    assert "<code>max-delete</code>: 9 pages would be" in to_markdown(refused, ROOM, "T")


def test_a_page_that_moves_shows_both_names() -> None:
    action = Move(side="wiki", key=PLACE, file="new.md", from_key=PLACE, from_file="old.md")
    text = to_markdown(report(Plan((action,), pages=1)), ROOM, "Title")
    assert "<code>old.md</code> → <code>new.md</code>" in text


PLACE = next(iter(SIDES.bases))


@pytest.mark.parametrize(
    ("room", "of"),
    [
        (summary_limit(), large(400, 20_000)),
        (summary_limit(), large(20_000, 0)),
        (summary_limit(), large(2, 5_000_000)),
        (summary_limit(), large(200, 30_000, wide="文")),
        (comment_limit(), large(3_000, 300)),
        (comment_limit(), large(40, 9_000, wide="😀")),
        (comment_limit(), large(1, 400_000, wide="`")),
    ],
    ids=["many", "rows", "huge", "chinese", "comment", "emoji", "ticks"],
)
def test_it_is_never_larger_than_its_place_and_says_what_is_left_out(
    room: MarkdownLimit, of: Report
) -> None:
    text = to_markdown(of, room, "Title")
    assert room.measure(text) <= room.size
    assert "more" in text
    assert text.count("<details>") == text.count("</details>")
    assert text.count("\n```") % 2 == 0
    assert room.measure(text) > room.size // 5  # and is not cut to nothing


def test_the_limits_are_githubs() -> None:
    assert summary_limit().size <= 1024 * 1024
    assert summary_limit(written=1_000).size == summary_limit().size - 1_000
    assert summary_limit(written=2_000_000).size == 0
    assert comment_limit().size < 65_536
    assert comment_limit().measure("😀文a") == 4  # as JavaScript counts
    assert summary_limit().measure("文a") == 4


def test_a_place_without_room_gets_nothing_but_a_notice() -> None:
    text = to_markdown(pushed(), summary_limit(written=2_000_000), "Title")
    assert text == "3 more differences did not fit here. Look with wikisync diff.\n"


def test_a_mark_is_of_one_wiki_one_folder_and_one_root() -> None:
    wikis, folders, roots = ("http://a", "http://b"), ("pages", "docs"), ("", "rocket", "rocketry")
    marks = {comment_marker(w, f, r) for w in wikis for f in folders for r in roots}
    assert len(marks) == 12
    assert comment_marker("http://a", "pages") == comment_marker("http://a", "pages")
    assert all(m.startswith("<!-- ") and m.endswith(" -->") and "http" not in m for m in marks)


def test_the_address_of_the_wiki_can_be_left_out() -> None:
    url = "https://www.wiki.example.com"
    text = error_markdown(Unreachable(url, "no connection"), "Title")
    assert escape(url) in text
    hidden = without_address(text, url)
    assert "example" not in hidden
    assert "the wiki cannot be reached" in hidden


@pytest.mark.parametrize(
    "error",
    [
        Redirected("http://Wiki.example.com", 301, "a redirect", "https://wiki.example.com:444/en"),
        CertificateError(
            "http://Wiki.example.com", "certificate is not valid for 'wiki.example.com'"
        ),
        UnexpectedResponse("http://Wiki.example.com", 200, "a page of WIKI.EXAMPLE.COM."),
    ],
)
def test_a_reason_does_not_name_the_wiki_s_host_either(error: WikisyncError) -> None:
    text = error_markdown(error, "Title")
    assert "example" in text
    hidden = without_address(text, "http://Wiki.example.com")
    assert "example" not in hidden.lower()
    assert "the wiki" in hidden


def test_what_is_only_like_the_wiki_s_host_stays() -> None:
    text = "my-wiki.example.com wiki.example.commons on the wiki <details>wiki.example.com"
    assert without_address(text, "https://wiki.example.com") == text
    assert without_address("on the wiki", "http://wiki") == "on the wiki"


def test_an_error_is_told_with_what_to_do() -> None:
    assert "--yes" in error_markdown(NeedsYes(), "Title")


def test_what_is_only_for_a_terminal_is_not_repeated() -> None:
    asked = replace(pushed(), request=Request("plan", "push", file="/somewhere/plan.json"))
    text = to_markdown(asked, ROOM, "Title")
    assert "plan.json" not in text
    assert "--dry-run" not in text


def test_an_edit_that_is_gone_over_is_said_in_the_row_of_its_page() -> None:
    text = to_markdown(report(planned(SIDES, PlanOptions("push", prefer="local"))), ROOM, "Title")
    [row] = [line for line in text.splitlines() if "both.md" in line]
    assert "content; overwrites an edit made on the wiki" in row
    [row] = [line for line in text.splitlines() if "mine.md" in line]
    assert "overwrites" not in row
