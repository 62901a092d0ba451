"""Images and files in the commands that only look: what they plan, ask for and remember."""

from __future__ import annotations

from typing import Any

import pytest

from support.workspace import Result, Workspace, page

PNG = b"\x89PNG\r\n\x1a\n0123456789"


@pytest.fixture
def pictured(workspace: Workspace) -> Workspace:
    """A page of the folder that refers to an image of the folder."""
    workspace.configure(assets="referenced")
    workspace.write("guide/a.md", page(content="![x](img/a.png)\n"))
    workspace.write("guide/img/a.png", PNG)
    return workspace


def of_assets(result: Result) -> list[tuple[str, str, str]]:
    return [
        (one["action"], one["side"], one["path"])
        for one in result.json["actions"]
        if one["kind"] == "asset"
    ]


def settings(workspace: Workspace, **more: Any) -> None:
    workspace.configure(assets="referenced", **more)


def test_status_plans_the_images_that_pages_refer_to(pictured: Workspace) -> None:
    pictured.write("guide/img/b.png", PNG)
    pictured.sandbox.assets.upload("c.png", PNG)
    pictured.sandbox.assets.upload("d.png", PNG)
    pictured.sandbox.create("other", content="![x](/c.png)\n", title="Other", tags=[])
    assert of_assets(pictured.run("status", "--json")) == [
        ("create", "folder", "c.png"),
        ("create", "wiki", "guide/img/a.png"),
    ]


def test_without_the_setting_no_image_is_looked_at(pictured: Workspace) -> None:
    pictured.configure(assets="none")
    result = pictured.run("status", "--json")
    assert of_assets(result) == []
    assert all("assets" not in field for seen in result.asked for field in seen.fields)


def test_a_path_selects_an_image_or_the_images_of_a_page(pictured: Workspace) -> None:
    pictured.write("b.md", page(content="![x](/b.png)\n", title="B"))
    pictured.write("b.png", PNG)
    for path in ("pages/guide/img/a.png", "guide/img/a.png", "guide/img/*.png", "guide/a"):
        found = of_assets(pictured.run("status", "--json", path).ok())
        assert found == [("create", "wiki", "guide/img/a.png")], path
    assert pictured.run("status", "--json", "guide/img/z.png").code == 2


def test_a_file_over_the_limit_is_named_before_anything_is_sent(pictured: Workspace) -> None:
    settings(pictured, max_asset_size=17)
    result = pictured.run("push", "--dry-run", "--json")
    assert of_assets(result) == []
    (problem,) = result.json["problems"]
    assert problem["file"] == "guide/img/a.png"
    assert "18 bytes" in problem["message"]
    assert result.code == 1
    settings(pictured, max_asset_size=18)
    assert pictured.run("push", "--dry-run", "--json").ok().json["problems"] == []


def test_a_large_file_that_the_wiki_has_already_is_no_problem(pictured: Workspace) -> None:
    settings(pictured, max_asset_size=17)
    pictured.sandbox.assets.upload("guide/img/a.png", PNG)
    result = pictured.run("push", "--dry-run", "--json").ok()
    assert [verb for verb, _side, _path in of_assets(result)] == ["adopt"]


def test_the_state_remembers_the_folders_and_the_links_between_runs(pictured: Workspace) -> None:
    pictured.sandbox.assets.upload("a/b/c/d.png", PNG)
    pictured.configure(assets="none")
    pictured.push(home=page())  # so that there is a state
    pictured.configure(assets="referenced")
    first = pictured.run("status", "--json")
    again = pictured.run("status", "--json")
    assert (len(first.asked), len(again.asked)) == (4, 1)


def test_offline_the_images_of_the_folder_are_compared_with_the_last_run(
    pictured: Workspace,
) -> None:
    pictured.push(home=page())
    pictured.write("guide/img/a.png", PNG + b"more")
    result = pictured.run("status", "--offline", "--json")
    assert result.asked == ()
    assert of_assets(result) == [("update", "wiki", "guide/img/a.png")]


def test_backups_that_would_not_fit_are_said_before_anything_is_overwritten(
    pictured: Workspace,
) -> None:
    pictured.push(home=page())
    pictured.write("guide/img/a.png", PNG + b"more")
    settings(pictured, keep_size=17)
    result = pictured.run("push", "--yes", "--json")
    assert (result.code, [one["rule"] for one in result.json["refusals"]]) == (4, ["keep-size"])
    settings(pictured, keep_size=18)
    pictured.run("push", "--yes").ok()
    pictured.write("guide/img/a.png", PNG)
    refused = pictured.run("push", "--yes")
    assert refused.code == 4  # the backup of the last run takes the room
    assert "--allow keep-size" in refused.text
    pictured.run("push", "--yes", "--allow", "keep-size").ok()
    assert pictured.sandbox.assets.read("guide/img/a.png") == PNG


def test_verify_finds_an_image_that_changed_while_its_time_did_not(pictured: Workspace) -> None:
    pictured.push(home=page())
    sandbox = pictured.sandbox
    (before,) = sandbox.assets.all()
    sandbox.assets.upload("guide/img/a.png", PNG[::-1])
    sandbox.store.update("assets", before["id"], {"updatedAt": before["updatedAt"]})
    assert of_assets(pictured.run("status", "--json").ok()) == []
    result = pictured.run("status", "--verify", "--json")
    assert of_assets(result) == [("update", "folder", "guide/img/a.png")]
    assert any("without a new timestamp: guide/img/a.png" in note for note in result.json["notes"])
    assert of_assets(pictured.run("status", "--json")) == [("update", "folder", "guide/img/a.png")]


def test_a_name_that_only_a_storage_can_bring_is_fetched_and_then_in_sync(
    workspace: Workspace,
) -> None:
    workspace.configure(assets="all")
    row = workspace.sandbox.assets.upload("images/logo.png", PNG)
    new = {"filename": "Logo.png", "path": "images/Logo.png"}
    workspace.sandbox.store.update("assets", row["id"], new)
    workspace.run("pull", "--yes").ok()
    assert workspace.raw("images/Logo.png") == PNG
    assert len(workspace.run("sync", "--yes").ok().asked) == 1
    workspace.write("images/Logo.png", PNG[::-1])
    result = workspace.run("sync", "--yes")
    assert result.code == 1
    assert "the wiki would store it as `images/logo.png`" in result.text
    assert workspace.sandbox.assets.paths() == ["images/Logo.png"]


def test_the_settings_are_not_fetched_from_the_wiki(workspace: Workspace) -> None:
    workspace.configure(assets="all")
    workspace.sandbox.assets.upload("img/wikisync.toml", PNG)
    assert workspace.run("pull", "--yes").code == 1
    result = workspace.run("sync", "--yes", "--delete")
    assert (result.code, "settings" in result.text) == (1, True)
    assert workspace.files() == {}
    assert workspace.sandbox.assets.paths() == ["img/wikisync.toml"]
