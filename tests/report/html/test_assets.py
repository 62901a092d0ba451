"""Images and files in a report: before and after side by side, within the page, and harmless."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from support.asset_values import asset_action, mixed, planned, report, snapshot
from support.values import action as page_action
from support.values import page
from wikisync.errors import BadName
from wikisync.page.image_size import ImageSize
from wikisync.planning.asset_model import AssetAction, AssetConflict, AssetPlan
from wikisync.planning.model import Plan
from wikisync.report.asset_rows import versions
from wikisync.report.html import build_view, to_html
from wikisync.report.html.limits import LIMITS
from wikisync.report.html.page import policy
from wikisync.request import AssetDiff, PageDiff, Report

OLD_DATA, NEW_DATA = b"\x89PNG old", b"\x89PNG new"


def address(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{b64encode(data).decode()}"


def diffs_of(plan: AssetPlan, *, data: bool = True) -> tuple[AssetDiff, ...]:
    items: list[AssetAction | AssetConflict] = [*plan.writes, *plan.conflicts]
    found = []
    for item in items:
        old, new = versions(item)
        if data:
            old = old and replace(old, data=OLD_DATA, pixels=ImageSize(320, 240))
            new = new and replace(new, data=NEW_DATA, pixels=ImageSize(640, 480))
        found.append(AssetDiff(item, old, new))
    return tuple(found)


def shown(plan: AssetPlan, **fields: Any) -> str:
    return to_html(report(plan, **{"asset_diffs": diffs_of(plan), **fields}), "now")


def article(html: str, name: str) -> str:
    (found,) = (
        str(text)
        for text in re.findall(r"<article.*?</article>", html, re.S)
        if f'<bdi class="file">{name}</bdi>' in text
    )
    return found


def test_an_image_that_changed_is_shown_before_and_after_with_sizes_and_dimensions() -> None:
    text = article(shown(planned(mixed())), "img/mine.png")
    assert text.index("Before, on the wiki") < text.index(address(OLD_DATA))
    assert text.index(address(OLD_DATA)) < text.index("After, on the wiki")
    assert text.index("After, on the wiki") < text.index(address(NEW_DATA))
    assert "12.3 kB, 320×240" in text
    assert "15.1 kB, 640×480" in text
    assert "Content unchanged" not in text


def test_of_a_new_and_of_a_deleted_image_there_is_one_side() -> None:
    html = shown(planned(mixed(), delete=True))
    new, cut = article(html, "img/new.png"), article(html, "img/cut.png")
    assert (new.count("<img"), cut.count("<img")) == (1, 1)
    assert address(NEW_DATA) in new
    assert address(OLD_DATA) in cut


def test_a_conflict_shows_both_images_and_what_to_do() -> None:
    text = article(shown(planned(mixed())), "img/both.png")
    assert "On the wiki" in text
    assert "In the folder" in text
    assert "--prefer wiki" in unescape(re.sub(r"<[^>]*>", "", text))
    assert 'type="checkbox" name="page"' not in text


def test_a_file_that_is_not_small_is_shown_with_its_size_alone() -> None:
    plan = planned(mixed())
    html = shown(plan, asset_diffs=diffs_of(plan, data=False))
    text = article(html, "img/mine.png")
    assert "<img" not in text
    assert "12.3 kB" in text
    assert "15.1 kB" in text


def test_a_renamed_image_has_both_names_and_is_shown_once() -> None:
    move = asset_action("move", "wiki", path="img/b.png", from_path="img/a.png")
    move = replace(move, from_file="img/a.png")
    text = article(shown(AssetPlan(actions=(move,), assets=1)), "img/b.png")
    assert '<bdi class="file old">img/a.png</bdi>' in text
    assert text.count("<img") == 1


def test_the_page_has_no_more_images_than_there_is_room_for() -> None:
    plan = planned(mixed())
    of = report(plan, asset_diffs=diffs_of(plan))
    room = replace(LIMITS, images=len(address(OLD_DATA)))
    sides = [side for entry in build_view(of, "now", room).entries for side in entry.sides]
    assert sum(bool(side.image) for side in sides) == 1
    assert all(side.facts for side in sides)


def test_the_policy_lets_images_within_the_page_be_shown_and_nothing_be_loaded() -> None:
    rules = dict(rule.split(" ", 1) for rule in policy().split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    html = shown(planned(mixed()))
    assert {src[:5] for src in re.findall(r'<img[^>]*\ssrc="([^"]*)"', html)} == {"data:"}


def test_an_svg_is_shown_as_an_image_and_its_text_is_no_part_of_the_page() -> None:
    svg = (
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"
    )
    create = asset_action("create", "wiki", path="img/a.svg", remote=None)
    old, new = versions(create)
    assert new is not None
    html = shown(
        AssetPlan(actions=(create,), assets=1),
        asset_diffs=(AssetDiff(create, old, replace(new, data=svg)),),
    )
    assert address(svg, "svg+xml") in html
    assert "alert(1)" not in html


@pytest.mark.parametrize("name", ["a.html", "a.png.html", "a.txt", "a", "a.svgz", "a.pdf"])
def test_bytes_of_what_is_no_image_are_not_in_the_page(name: str) -> None:
    create = asset_action("create", "wiki", path=name, remote=None)
    _, new = versions(create)
    assert new is not None
    diff = AssetDiff(create, None, replace(new, data=b"<script>alert(1)</script>"))
    html = shown(AssetPlan(actions=(create,), assets=1), asset_diffs=(diff,))
    assert "<img" not in article(html, name)


def test_a_name_cannot_leave_its_place() -> None:
    name = 'img/"><script>alert(1)</script>.png'
    create = asset_action("create", "wiki", path=name, remote=None)
    plan = AssetPlan(actions=(create,), assets=1)
    html = shown(plan)
    assert "<script>alert" not in html
    assert '"><script' not in html


def test_problems_notes_and_what_is_not_deleted_are_said() -> None:
    problem = BadName("img/A b.png", "the wiki would store it as img/a_b.png")
    html = unescape(shown(planned(mixed(problems=(problem,)))))
    assert "the wiki would store it as img/a_b.png" in html
    assert "gone here, kept on the wiki" in html
    hidden = unescape(shown(planned(snapshot(allowed=False, left_out=3))))
    assert "read:assets" in hidden


def test_an_asset_has_a_value_and_a_digest_of_its_own() -> None:
    plan = planned(mixed())
    entries = build_view(report(plan, asset_diffs=diffs_of(plan)), "now").entries
    assert len({entry.value for entry in entries}) == len(entries) == 3
    assert all(entry.key.locale == "" for entry in entries)
    other = planned(mixed())
    changed = replace(diffs_of(other)[0], new=replace(diffs_of(other)[0].new, sha256="f" * 64))  # type: ignore[type-var]
    again = build_view(report(other, asset_diffs=(changed, *diffs_of(other)[1:])), "now").entries
    differing = {e.key.path for e in entries} - {
        e.key.path for e in again if e.digest in {one.digest for one in entries}
    }
    assert differing == {diffs_of(plan)[0].item.path}


def test_pages_and_images_together_are_called_items() -> None:
    plan = planned(mixed())
    assert build_view(report(plan, asset_diffs=diffs_of(plan)), "now").noun == "item"
    assert '<span id="shown">3 items</span>' in shown(plan)
    assert build_view(report(plan), "now").noun == "page"


# ---- images in the rendered preview of a page


def preview(content: str, images: dict[str, bytes], path: str = "guide/one") -> str:
    update = page_action("update", "wiki", path, fields=("content",))
    pair = PageDiff(update, page("Old.\n"), page(content))
    of = report(None, plan=Plan((update,), pages=1), diffs=(pair,), images=images)  # type: ignore[arg-type]
    assert isinstance(of, Report)
    (entry,) = build_view(of, "now").entries
    content_after = entry.changes[0].previews[1].content
    assert content_after is not None
    return str(content_after)


@pytest.mark.parametrize(
    "target",
    [
        "img/a.png",
        "./img/a.png",
        "/guide/img/a.png",
        "/en/guide/img/a.png",
        "../guide/img/a.png?x=1",
        "https://wiki.example.com/guide/img/a.png",
    ],
)
def test_a_preview_shows_the_images_of_its_page(target: str) -> None:
    text = preview(f"![A picture]({target})\n", {"guide/img/a.png": NEW_DATA})
    assert f'<img src="{address(NEW_DATA)}" alt="A picture"' in text


def test_before_a_page_shows_the_images_of_before() -> None:
    update = page_action("update", "wiki", "guide/one", fields=("content",))
    content = "![x](mine.png) ![y](new.png) ![z](same.png)\n"
    pair = PageDiff(update, page(content), page(f"{content}More.\n"))
    changed = asset_action("update", "wiki", path="guide/mine.png")
    create = asset_action("create", "wiki", path="guide/new.png", remote=None)
    plan = AssetPlan(actions=(changed, create))
    images = {f"guide/{name}.png": NEW_DATA for name in ("mine", "new", "same")}
    of = report(
        plan,
        plan=Plan((update,), pages=1, assets=plan),
        diffs=(pair,),
        images=images,
        asset_diffs=diffs_of(plan),
    )
    entry = build_view(of, "now").entries[0]
    old, new = (str(one.content) for one in entry.changes[0].previews)
    assert (old.count(address(OLD_DATA)), old.count(address(NEW_DATA))) == (1, 1)
    assert new.count(address(NEW_DATA)) == 3


def test_an_image_that_is_not_at_hand_is_named() -> None:
    text = preview("![A picture](b.png) ![](https://e.com/guide/img/a.png)\n", {"a.png": NEW_DATA})
    assert "<img" not in text
    assert '<span class="image" title="b.png">' in text


def test_the_size_that_a_page_asks_for_is_kept_within_reason() -> None:
    images = {"guide/a.png": NEW_DATA}
    assert ' width="250"' in preview("![x](a.png =250x)\n", images)
    html = '<p><img src="a.png" alt="x" width="99999" height="50%" onerror="alert(1)"></p>\n'
    text = preview(html, images)
    assert "width" not in text
    assert "height" not in text
    assert "onerror" not in text


def test_images_do_not_take_the_room_of_the_text() -> None:
    large = b"\x89PNG" + bytes(200_000)
    text = preview("![x](a.png)\n" * 3, {"guide/a.png": large})
    assert text.count("data:image/png") == 3
