"""Images and files in a plan file: with digests and sizes, never with bytes, and untrusted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.asset_values import NEW, OLD, base, local, mixed, planned, remote, report, snapshot
from wikisync.errors import BadAsset, BadName
from wikisync.page.image_size import ImageSize
from wikisync.planfile.fields import Malformed
from wikisync.planfile.format import decode, encode, identity
from wikisync.planning.asset_model import AssetPlan
from wikisync.report.asset_rows import versions
from wikisync.request import AssetDiff, AssetVersion, Report, Request

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = {
    "ignore": [],
    "write_back": True,
    "root": "",
    "locale_folders": "others",
    "index": "",
    "assets": "referenced",
}
MOVED = snapshot(
    [base("img/old.png")],
    [local("img/new.png", OLD)],
    [remote("img/old.png")],
    referrers={"img/old.png": ("home.md",)},
)
PROBLEMS = snapshot(
    problems=(
        BadName("img/A b.png", "the wiki would store it as img/a_b.png", proposal="img/a-b.png"),
        BadAsset("big.mp4", "it has 60.0 MB, and the wiki takes 5.0 MB", 60, 5),
    )
)


def file(of: Report) -> Any:
    """The object of a plan file, as it is read."""
    return json.loads(json.dumps(encode(of, SETTINGS, "2026-11-28T12:00:00Z")))


def of(assets: AssetPlan, command: Any = "push", **fields: Any) -> Report:
    request = Request("plan", command, file="plan.json")
    return report(assets, command, request=request, **fields)


@pytest.mark.parametrize(
    "plan",
    [
        planned(mixed(), "sync", delete=True),
        planned(mixed(), "push", prefer="local"),
        planned(mixed(), "pull"),
        planned(MOVED),
        planned(PROBLEMS),
        planned(snapshot(allowed=False, left_out=3)),
    ],
    ids=["sync", "prefer", "pull", "moved", "problems", "hidden"],
)
def test_a_plan_is_read_as_it_was_written(plan: AssetPlan) -> None:
    written = file(of(plan))
    assert file(decode(written).report) == written


def test_a_plan_without_assets_has_none() -> None:
    written = file(report(None, request=Request("plan", "push")))  # type: ignore[arg-type]
    assert written["assets"] is None
    assert decode(written).report.plan.assets is None


def test_the_dimensions_are_shown_again() -> None:
    plan = planned(mixed())
    update = plan.actions[1]
    new = AssetVersion(15_100, NEW, ImageSize(640, 480), b"never in a plan file")
    diff = AssetDiff(update, AssetVersion(12_300, OLD), new)
    written = file(of(plan, asset_diffs=(diff,)))
    assert "never" not in json.dumps(written)
    shown = {one.item.path: one.new for one in decode(written).report.asset_diffs}
    assert shown[update.path] == AssetVersion(15_100, NEW, ImageSize(640, 480))


def forged(plan: AssetPlan, change: Callable[[Any], None]) -> Any:
    """A plan file with a change, sealed again by someone who knows how."""
    data = file(of(plan))
    change(data)
    data["wikisync"] = "another version"
    return {**data, "id": identity(data)}


def on(path: str, **values: Any) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        (found,) = (one for one in data["actions"] if one["path"] == path)
        for name, value in values.items():
            inner, _, key = name.partition("__")
            if key:
                found[inner][key] = value
            else:
                found[inner] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        on("img/mine.png", after__size=1),
        on("img/mine.png", after__sha256=OLD),
        on("img/mine.png", after=None),
        on("img/mine.png", before=None),
        on("img/new.png", before={"size": 1, "sha256": None, "width": None, "height": None}),
        on("img/mine.png", here__size=-1),
        on("img/mine.png", here__size=True),
        on("img/mine.png", here__digest="../../etc/passwd"),
        on("img/mine.png", here__digest=NEW.upper()),
        on("img/mine.png", there__id="1"),
        on("img/mine.png", there=[]),
        on("img/mine.png", action="merge"),
        on("img/mine.png", side="both"),
        on("img/mine.png", kind="page"),
        on("img/mine.png", kind="folder"),
        on("img/mine.png", withheld="because"),
        on("img/mine.png", after__width=640, after__height=None),
        lambda data: data.update(assets=None),
        lambda data: data["assets"].update(waiting={"wiki": 0}),
        lambda data: data["assets"].update(references={"img/a.png": "home.md"}),
        lambda data: data["counts"].pop("assets"),
        lambda data: data["conflicts"][0].update(conflict="hidden"),
        lambda data: data["conflicts"][0].update(before=None),
    ],
)
def test_a_file_that_no_plan_is_or_that_shows_what_is_not_planned_is_refused(
    change: Callable[[Any], None],
) -> None:
    with pytest.raises(Malformed):
        decode(forged(planned(mixed(), delete=True), change))


def test_an_edit_of_a_sealed_file_is_noticed() -> None:
    data = file(of(planned(mixed())))
    on("img/mine.png", here__digest=OLD, after__sha256=OLD)(data)
    with pytest.raises(Malformed):
        decode(data)


def test_what_the_wiki_was_not_asked_for_may_be_shown() -> None:
    there = remote("img/a.png", "", at="t2", size=9_000)
    plan = planned(
        snapshot([base("img/a.png")], [local("img/a.png", OLD, 12_300)], [there]), "pull"
    )
    (action,) = plan.actions
    old, new = versions(action)
    assert new is not None
    diff = AssetDiff(action, old, AssetVersion(new.size, "c" * 64, ImageSize(1, 1)))
    written = file(of(plan, "pull", asset_diffs=(diff,)))
    (shown,) = decode(written).report.asset_diffs
    assert (shown.old, shown.new) == (diff.old, diff.new)
