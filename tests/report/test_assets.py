"""Images and files in a report: a row with sizes for each, and nothing said twice."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from report.console import console, plain, printed
from support import asset_values as values
from support.asset_values import NEW, OLD, asset_action, base, local, mixed, planned, remote, report
from support.values import action, sides
from support.values import local as page_file
from support.values import planned as planned_pages
from wikisync.apply.asset_result import AssetResult
from wikisync.errors import AssetChanged, BadAsset, BadName, Forbidden, Interrupted
from wikisync.page.image_size import ImageSize
from wikisync.planning.asset_model import AssetAction, AssetConflict, AssetPlan
from wikisync.planning.model import Plan
from wikisync.planning.planner import PlanOptions
from wikisync.report.asset_plan_messages import asset_conflict_message
from wikisync.report.asset_rows import versions
from wikisync.report.diff.asset_view import asset_lines, asset_stat
from wikisync.report.json_output import exit_code, to_json
from wikisync.report.question import question_message
from wikisync.report.terminal import show, show_plan, show_trouble
from wikisync.request import AssetDiff, AssetVersion, Report, Request


def shown(of: Report, *, width: int = 80) -> str:
    screen = console(terminal=False, width=width)
    show(of, screen)
    return re.sub(r"\x1b\[[0-9;]*m", "", printed(screen))


def with_pages(assets: AssetPlan, names: list[str]) -> Plan:
    pages = planned_pages(sides([], map(page_file, names)), PlanOptions("push"))
    return replace(pages, assets=assets)


def test_each_file_has_a_row_with_its_size_in_a_list_of_its_own() -> None:
    plan = with_pages(planned(mixed()), ["one"])
    assert shown(report(plan.assets or AssetPlan(), plan=plan)).splitlines() == [
        "  create on the wiki     one.md",
        "Images and files:",
        "  create on the wiki     img/new.png   15.1 kB",
        "  update on the wiki     img/mine.png  12.3 kB → 15.1 kB",
        "  not deleted            img/cut.png   gone here, kept on the wiki (--delete removes it)",
        "  conflict  img/both.png: It changed both in the folder and on the wiki since the last"
        " sync: 9.0 kB on the wiki, 15.1 kB in the folder.",
        "      To see both: wikisync diff img/both.png. To keep the file: wikisync push"
        " img/both.png --prefer local. To keep the wiki's: wikisync pull img/both.png --prefer"
        " wiki.",
        "1 page: 1 to create on the wiki.",
        "6 images and files: 1 to create on the wiki (15.1 kB), 1 to update on the wiki (15.1 kB),"
        " 1 in sync, 1 not deleted, 1 conflict.",
        "1 file is new or changed on the wiki. To fetch it: wikisync pull.",
        "1 file was deleted in the folder. To restore it: wikisync pull PATH --prefer wiki.",
        "To delete it on the wiki: wikisync push --delete.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (None, ImageSize(640, 480), "12.3 kB → 15.1 kB, 640×480"),
        (ImageSize(640, 480), ImageSize(640, 480), "12.3 kB → 15.1 kB, 640×480"),
        (ImageSize(640, 480), ImageSize(800, 600), "12.3 kB → 15.1 kB, 640×480 → 800×600"),
        (ImageSize(640, 480), None, "12.3 kB → 15.1 kB"),
        (None, None, "12.3 kB → 15.1 kB"),
    ],
)
def test_an_image_has_its_dimensions_too(
    old: ImageSize | None, new: ImageSize | None, text: str
) -> None:
    plan = planned(mixed())
    item = next(action for action in plan.actions if action.verb == "update")
    diff = AssetDiff(item, AssetVersion(12_300, OLD, old), AssetVersion(15_100, NEW, new))
    assert f"img/mine.png  {text}\n" in shown(report(plan, asset_diffs=(diff,)))


def test_of_three_hundred_images_the_first_are_listed_and_all_with_all() -> None:
    plan = planned(values.snapshot(here=[local(f"img/{n:03}.png") for n in range(300)]))
    text = shown(report(plan))
    assert text.splitlines() == [
        "Images and files:",
        "  create on the wiki     img/000.png  15.1 kB",
        "  create on the wiki     img/001.png  15.1 kB",
        "  create on the wiki     img/002.png  15.1 kB",
        "  … and 297 more (--all)",
        "300 images and files: 300 to create on the wiki (4.5 MB).",
    ]
    everything = Request("push", "push", everything=True)
    assert shown(report(plan, request=everything)).count("create on the wiki     img/") == 300


def test_many_images_hide_no_page_and_many_pages_no_image() -> None:
    images = planned(values.snapshot(here=[local(f"img/{n:03}.png") for n in range(300)]))
    text = shown(report(images, plan=with_pages(images, ["one", "two"])))
    assert "one.md" in text
    assert "two.md" in text
    few = planned(values.snapshot(here=[local("img/a.png")]))
    plan = with_pages(few, [f"page-{n:03}" for n in range(300)])
    assert "  create on the wiki     img/a.png  15.1 kB\n" in shown(report(few, plan=plan))


def test_a_renamed_file_names_the_pages_that_refer_to_its_old_name() -> None:
    of = values.snapshot(
        [base("img/old.png")],
        [local("img/new.png", OLD)],
        [remote("img/old.png")],
        referrers={"img/old.png": ("guide/a.md", "home.md")},
    )
    text = shown(report(planned(of)))
    assert "  move on the wiki       img/old.png → img/new.png\n" in text
    assert (
        "  note  img/old.png is renamed to img/new.png, and 2 pages refer to the old name:"
        " guide/a.md, home.md.\n      Write the new name there, and push.\n"
    ) in text


def test_a_deleted_file_names_the_pages_that_refer_to_it_if_it_is_deleted() -> None:
    of = mixed(referrers={"img/cut.png": ("home.md",)})
    said = "img/cut.png is deleted, and 1 page refers to it: home.md."
    assert said in shown(report(planned(of, delete=True)))
    assert said not in shown(report(planned(of)))


def test_names_that_the_wiki_would_change_have_a_proposal() -> None:
    problems = (
        BadName("img/A b.png", "the wiki would store it as img/a_b.png", proposal="img/a-b.png"),
        BadAsset("big.mp4", "it has 60.0 MB, and the wiki takes 5.0 MB", 60, 5),
    )
    of = report(planned(values.snapshot(problems=problems)))
    text = shown(of)
    assert "  problem  img/A b.png: the wiki would store it as img/a_b.png\n" in text
    assert "      Rename it, for example to img/a-b.png.\n" in text
    assert "  problem  big.mp4: it has 60.0 MB" in text
    assert "Images and files: 2 problems.\n" in text
    assert exit_code(of) == 1
    assert [one["kind"] for one in json.loads(to_json(of))["problems"]] == ["asset", "asset"]


def test_a_key_that_may_not_read_assets_is_told_the_right_and_how_many_are_left_out() -> None:
    hidden = planned(values.snapshot(allowed=False, left_out=312))
    of = report(hidden)
    text = shown(of)
    assert text.count("read:assets") == 1
    assert "312 images and files" in text
    assert exit_code(of) == 0
    (note,) = json.loads(to_json(of))["notes"]
    assert "read:assets" in note


def test_results_say_what_was_done_and_what_failed_with_its_backup() -> None:
    plan = planned(mixed(), delete=True)
    create, update, delete = plan.actions
    outcomes = (
        AssetResult(create, "done"),
        AssetResult(update, "failed", Forbidden("https://wiki.example.com", ("write:assets",))),
        AssetResult(delete, "done", backups=(7,)),
    )
    of = report(plan, asset_outcomes=outcomes)
    text = shown(of)
    assert "  created on the wiki    img/new.png" in text
    assert "write:assets" in text
    assert "1 created on the wiki (15.1 kB), 1 deleted on the wiki, 1 in sync" in text
    assert "1 failed" in text
    assert "The old version of img/cut.png is backup 7: wikisync restore 7.\n" in text
    assert exit_code(of) == 1
    screen = console(terminal=False)
    show_trouble(of, screen)
    assert "img/mine.png" in printed(screen)
    assert "img/new.png" not in printed(screen)


def test_a_file_that_changed_before_its_write_is_a_conflict() -> None:
    plan = planned(mixed())
    error = AssetChanged("img/mine.png", "it was uploaded again")
    of = report(plan, asset_outcomes=(AssetResult(plan.actions[1], "skipped", error),))
    assert exit_code(of) == 3
    assert "  conflict  img/mine.png: Changed during this run: it was uploaded again." in shown(of)
    undo = replace(of.request, command="undo")
    assert "It changed after that run (it was uploaded again)" in shown(replace(of, request=undo))


def test_files_that_were_not_tried_are_counted() -> None:
    plan = planned(mixed())
    outcomes = tuple(AssetResult(action, "skipped", Interrupted()) for action in plan.writes)
    assert "2 not tried" in shown(report(plan, asset_outcomes=outcomes))


def with_contents(plan: AssetPlan) -> tuple[AssetDiff, ...]:
    pixels = ImageSize(640, 480)
    items: list[AssetAction | AssetConflict] = [*plan.writes, *plan.conflicts]
    return tuple(
        AssetDiff(item, old and replace(old, pixels=pixels), new and replace(new, pixels=pixels))
        for item in items
        for old, new in [versions(item)]
    )


def test_diff_has_sizes_and_dimensions_in_a_line_for_each_file() -> None:
    plan = planned(mixed(), delete=True)
    of = report(plan, request=Request("diff", "push"), asset_diffs=with_contents(plan))
    assert shown(of).splitlines()[:4] == [
        "img/new.png  15.1 kB, 640×480  (create on the wiki)",
        "img/mine.png  12.3 kB → 15.1 kB, 640×480  (update on the wiki)",
        "img/cut.png  12.3 kB, 640×480  (delete on the wiki)",
        "img/both.png  9.0 kB → 15.1 kB, 640×480  (conflict)",
    ]


def test_at_a_terminal_diff_has_the_action_at_the_right() -> None:
    plan = planned(mixed())
    lines = plain(asset_lines(with_contents(plan), 80))
    assert lines[1].startswith("img/mine.png  12.3 kB → 15.1 kB, 640×480 ──")
    assert lines[1].endswith(" update on the wiki")
    assert {len(line) for line in lines} == {80}


def test_stat_has_the_files_below_each_other_and_their_number() -> None:
    plan = planned(mixed())
    assert plain(asset_stat(with_contents(plan), 80, whole_names=True)) == [
        " img/new.png  │ 15.1 kB, 640×480            create on the wiki",
        " img/mine.png │ 12.3 kB → 15.1 kB, 640×480  update on the wiki",
        " img/both.png │ 9.0 kB → 15.1 kB, 640×480   conflict",
        " 3 images and files",
    ]
    assert plain(asset_stat((), 80, whole_names=True)) == []


def test_at_a_terminal_stat_shortens_names_so_that_a_line_fits() -> None:
    path = f"guide/{'long-' * 6}name.png"
    item = asset_action("update", path=path, file=path)
    diff = AssetDiff(
        item, AssetVersion(474, "", ImageSize(300, 140)), AssetVersion(899, "", ImageSize(420, 250))
    )
    row = plain(asset_stat((diff,), 80, whole_names=False))[0]
    assert len(row) <= 80
    assert row.endswith("474 bytes → 899 bytes, 300×140 → 420×250  update on the wiki")


@pytest.mark.parametrize(
    ("command", "options", "text"),
    [
        ("push", {}, "Write 2 files (30.2 kB) to the wiki?"),
        (
            "push",
            {"delete": True},
            "Write 2 files (30.2 kB) to the wiki and DELETE 1 file on the wiki?",
        ),
        ("pull", {}, "Write 1 file (9.0 kB) in the folder?"),
        (
            "push",
            {"prefer": "local"},
            "Write 3 files (45.3 kB) to the wiki (1 of them overwrites an edit made on the wiki)?",
        ),
    ],
)
def test_the_question_counts_files_and_their_bytes(
    command: str, options: dict[str, object], text: str
) -> None:
    assets = planned(mixed(), command, **options)  # type: ignore[arg-type]
    assert question_message(Plan(assets=assets)) == text


def test_the_question_counts_pages_and_files_apart() -> None:
    plan = with_pages(planned(mixed()), ["one", "two", "three"])
    assert question_message(plan) == "Write 3 pages and 2 files (30.2 kB) to the wiki?"


def test_the_question_calls_a_page_a_page_where_another_file_is_deleted_with_it() -> None:
    assets = AssetPlan((asset_action("delete", "folder"),))
    plan = Plan(actions=(action("update", side="folder"),), assets=assets)
    assert question_message(plan) == "Write 1 page in the folder and DELETE 1 file in the folder?"


def test_the_plan_above_the_question_has_the_files() -> None:
    screen = console(terminal=False)
    show_plan(report(planned(mixed())), screen)
    assert "img/new.png" in printed(screen)


ACTION = {
    *("kind", "action", "side", "locale", "path", "file", "from", "fields", "overwrites"),
    *("outcome", "reason", "before", "after"),
}


def test_json_has_each_file_with_its_kind_no_locale_and_sizes_before_and_after() -> None:
    plan = planned(mixed())
    update = plan.actions[1]
    pixels = ImageSize(640, 480)
    diff = AssetDiff(update, AssetVersion(12_300, ""), AssetVersion(15_100, NEW, pixels))
    data = json.loads(to_json(report(plan, asset_diffs=(diff,))))
    assert all(set(action) == ACTION for action in data["actions"])
    assert {action["kind"] for action in data["actions"]} == {"asset"}
    changed = next(action for action in data["actions"] if action["action"] == "update")
    assert changed["locale"] is None
    assert (changed["path"], changed["fields"]) == ("img/mine.png", ["content"])
    assert changed["before"] == {"size": 12_300, "sha256": None, "width": None, "height": None}
    assert changed["after"] == {"size": 15_100, "sha256": NEW, "width": 640, "height": 480}
    (conflict,) = data["conflicts"]
    assert (conflict["kind"], conflict["locale"], conflict["path"]) == (
        "asset",
        None,
        "img/both.png",
    )


def test_json_counts_files_with_the_keys_that_pages_have() -> None:
    data = json.loads(to_json(report(planned(mixed()))))
    counts = data["counts"]
    assert list(counts["assets"]) == [name for name in counts if name != "assets"]
    assert counts["assets"] == {
        **dict.fromkeys(counts["assets"], 0),
        "pages": 6,
        "in_sync": 1,
        "create": 1,
        "update": 1,
        "conflict": 1,
        "other_way": 1,
    }
    assert counts["pages"] == 0


@pytest.mark.parametrize(
    "kind",
    [
        *("both-new", "both-changed", "deleted-locally", "deleted-remotely", "target-occupied"),
        *("changed-before-write", "changed-since-run", "stale", "overwrote-edit"),
    ],
)
def test_each_conflict_says_what_happened_and_what_to_do(kind: str) -> None:
    conflict = AssetConflict(
        path="img/a b.png",
        file="img/a b.png",
        kind=kind,  # type: ignore[arg-type]
        local=local("img/a b.png"),
        remote=remote("img/a b.png"),
        detail="it was uploaded again",
    )
    message = asset_conflict_message(conflict)
    assert message.text.endswith(".")
    assert message.hint.endswith(".")
    if kind.startswith(("both", "deleted")):
        assert "'img/a b.png'" in message.hint  # as a shell takes it


def test_names_from_the_wiki_cannot_write_to_the_terminal() -> None:
    path = "img/\x1b[31mred.png"
    action = asset_action("create", "folder", path=path, local=None)
    text = shown(report(AssetPlan(actions=(action,), assets=1), "pull"))
    assert "\\x1b[31mred.png" in text
