"""The published schemas are made from the code, and what the program prints keeps to them."""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest
from jsonschema import Draft202012Validator, ValidationError

from support import manual, schemas
from support.workspace import page
from wikisync import check_levels, planfile, settings
from wikisync.errors import NotConfigured
from wikisync.planning.model import Refusal
from wikisync.report import watch_events as events
from wikisync.report.watch_output import event_json

if TYPE_CHECKING:
    from support.workspace import Result, Workspace

NAMES: Final = tuple(schemas.PUBLISHED)
PAGE: Final = "reference/schemas.md"
OTHER: Final = "An edit of another kind altogether.\n"


def validate(value: object, name: str) -> None:
    """Hold a value against a schema as it is published, and against one that knows all keys."""
    schema = schemas.published(name)
    Draft202012Validator(schema).validate(value)
    Draft202012Validator(schemas.closed(schema)).validate(value)


def checked(result: Result, name: str = "report") -> dict[str, Any]:
    validate(result.json, name)
    return result.json


# ---- what is published


@pytest.mark.parametrize("name", NAMES)
def test_the_published_schema_is_that_of_the_code(name: str) -> None:
    file = schemas.FOLDER / f"{name}.schema.json"
    if os.environ.get("WIKISYNC_WRITE_HELP"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(schemas.text(name), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == schemas.text(name), "WIKISYNC_WRITE_HELP=1"
    assert json.loads(schemas.text(name)) == schemas.published(name)
    Draft202012Validator.check_schema(schemas.published(name))


def test_the_manual_has_a_link_to_each_schema() -> None:
    links = re.findall(r"\]\(/reference/schemas/(\S+)\.schema\.json\)", manual.text(PAGE))
    assert sorted(links) == sorted(NAMES)


def test_a_schema_allows_new_keys_and_the_settings_do_not() -> None:
    for name in NAMES:
        schema = schemas.published(name)
        assert schema.get("additionalProperties", True) is (name != "wikisync.toml")


# ---- wikisync.toml

VALUES: Final[tuple[object, ...]] = (
    *("", " ", "https://wiki.example.com", "docs", "a.b", "READ ME", "all", "none", "others"),
    *(
        0,
        1,
        64,
        65,
        -1,
        1.5,
        True,
        [],
        ["drafts/"],
        [1],
        {},
        {"dead-link": "off"},
        {"dead-link": 1},
        {"x": "off"},
        "5 MiB",
        "1.5gb",
        "5 EB",
        "x",
    ),
)


def accepted(key: str, value: object) -> bool:
    schema = Draft202012Validator(schemas.published("wikisync.toml"))
    return bool(schema.is_valid({key: value}))


def is_valid(key: str, value: object) -> bool:
    """Whether the program takes a value, by its own words."""
    return settings.SETTINGS[key][1](value) and not (
        key == "check" and check_levels.setting_problem(value)
    )


@pytest.mark.parametrize("key", settings.SETTINGS)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_the_schema_of_the_settings_refuses_what_the_program_refuses(
    key: str, value: object
) -> None:
    if is_valid(key, value):
        assert accepted(key, value)
    elif not (key == "root" and isinstance(value, str)):  # the characters of a path are not in it
        assert not accepted(key, value)


def test_an_unknown_setting_is_refused() -> None:
    assert not accepted("token", "x")


def test_the_settings_that_the_manual_shows_keep_to_the_schema() -> None:
    (shown,) = re.findall(
        r"^```toml\n(.*?)^```$", manual.text("guide/configuration.md"), re.M | re.S
    )
    validate(tomllib.loads(shown), "wikisync.toml")


# ---- what is printed


@pytest.fixture
def synced(workspace: Workspace) -> Workspace:
    """Pages that are in sync, one of each kind of change, a conflict and a problem."""
    for name in ("same", "mine", "theirs", "both", "gone", "old"):
        (workspace.folder / f"{name}.md").write_text(page(name), encoding="utf-8")
    checked(workspace.run("push", "--yes", "--json").ok())
    folder, sandbox = workspace.folder, workspace.sandbox
    (folder / "mine.md").write_text(page("mine", "Mine, and new.\n"), encoding="utf-8")
    (folder / "both.md").write_text(page("both", "One side.\n"), encoding="utf-8")
    (folder / "gone.md").unlink()
    (folder / "old.md").rename(folder / "new.md")
    (folder / "bad.name.md").write_text("No page.\n", encoding="utf-8")
    (folder / "added.md").write_text(page("added"), encoding="utf-8")
    sandbox.edit("theirs", content=OTHER)
    sandbox.edit("both", content=OTHER)
    sandbox.create("made")
    return workspace


def test_what_looks_keeps_to_the_schema(synced: Workspace) -> None:
    status = checked(synced.run("status", "--json", "--delete"))
    assert {action["action"] for action in status["actions"]} >= {"create", "update", "move"}
    assert status["conflicts"]
    assert status["problems"]
    for line in ("diff", "diff --pull", "status --offline", "sync -n", "push -n", "pull -n"):
        checked(synced.run(*line.split(), "--json"))


def test_what_writes_keeps_to_the_schema(synced: Workspace) -> None:
    done = checked(synced.run("sync", "--yes", "--json", "--delete", "--prefer", "local"))
    assert any("backups" in action for action in done["actions"])
    log = checked(synced.run("log", "--json").ok())
    assert len(log["runs"]) == 2
    backups = checked(synced.run("log", "both", "--json").ok())["backups"]
    assert backups
    checked(synced.run("restore", str(backups[0]["backup"]), "--yes", "--json"))
    assert "run" in checked(synced.run("undo", "--yes", "--json"))


def test_a_plan_file_keeps_to_the_schema(synced: Workspace) -> None:
    for direction in ("push", "pull", "sync"):
        file = synced.root / f"{direction}.json"
        checked(synced.run("plan", direction, "-o", str(file), "--json", "--delete"))
        validate(json.loads(file.read_text(encoding="utf-8")), "plan")
        checked(synced.run("show", str(file), "--json"))
    checked(synced.run("apply", str(synced.root / "push.json"), "--yes", "--json"))


def test_a_refusal_and_an_error_keep_to_the_schema(synced: Workspace) -> None:
    refused = checked(synced.run("push", "--yes", "--json", "--delete", "--max-delete", "0"))
    assert refused["refusals"]
    failed = checked(synced.run("push", "nowhere", "--yes", "--json"))
    assert "error" in failed
    assert checked(synced.run("push", "--json", env={"WIKISYNC_TOKEN": None}))["wiki"] is None


def test_the_first_and_the_last_resort_keep_to_the_schema(synced: Workspace) -> None:
    assert checked(synced.run("init", "--json"))["checks"]
    checked(synced.run("doctor", "--json"), "doctor")
    checked(synced.run("doctor", "--json", env={"WIKISYNC_TOKEN": "eyJ.wrong.x"}), "doctor")


def test_a_check_keeps_to_the_schema(synced: Workspace) -> None:
    (synced.folder / "mine.md").write_text("# Mine\n\n[there](nowhere.md)\n", encoding="utf-8")
    (synced.folder / "Two Words.md").write_text("# Two\n", encoding="utf-8")
    found = checked(synced.run("check", "--json"), "check")
    assert {finding["rule"] for finding in found["findings"]} >= {"dead-link"}
    fixed = checked(synced.run("check", "--fix", "--json"), "check")
    assert fixed["fixes"]


def test_what_watch_prints_keeps_to_the_schema(synced: Workspace) -> None:
    synced.run("plan", "sync", "-o", "plan.json")
    report = planfile.load(synced.root / "plan.json").report
    refused = replace(report, plan=replace(report.plan, refusals=(Refusal("emptied"),)))
    told = (
        *(events.Started("http://wiki", "pages"), events.Done(report), events.Attention(report)),
        *(events.Kept(1, 2), events.Agreed(3, changed=True), events.Waits("git", "a merge")),
        *(events.Away(NotConfigured("token"), 2.5), events.Back(), events.Stopped()),
        events.Refused(refused.plan.refusals, refused),
    )
    lines = [line for event in told for line in event_json(event, datetime.now(UTC))]
    for line in lines:
        validate(json.loads(line), "watch")
    assert {json.loads(line)["event"] for line in lines} >= {
        *("started", "action", "conflict", "problem", "not-deleted", "in-sync", "waiting"),
        *("away", "back", "stopped", "refused"),
    }


def test_a_closed_schema_finds_a_key_that_the_published_one_lets_be(synced: Workspace) -> None:
    value = synced.run("status", "--json").json
    value["actions"][0]["new_key"] = 1
    Draft202012Validator(schemas.published("report")).validate(value)
    with pytest.raises(ValidationError):
        validate(value, "report")
    del value["counts"]["assets"], value["actions"][0]["new_key"]
    with pytest.raises(ValidationError):
        validate(value, "report")
