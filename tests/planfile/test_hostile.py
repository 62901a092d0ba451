"""A plan file that is none, was changed or lies: it is told, and nothing is asked or written."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from support.workspace import page
from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.page.model import Page
from wikisync.planfile import file as on_disk
from wikisync.planfile.format import identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.workspace import Result, Workspace

    Data = dict[str, Any]
    Change = Callable[[Data], None]


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    """A project with a plan file: an update, a page to create, one to delete, and a conflict."""
    workspace.push(
        **{name: page(name.title(), f"This is {name}.\n") for name in ("home", "both", "gone")}
    )
    workspace.change("home.md", "This is", "Changed:")
    workspace.change("both.md", "This is", "Changed:")
    workspace.sandbox.edit("both", content="Theirs.\n")
    workspace.write("new.md", page("New", "Something else altogether.\n"))
    workspace.remove("gone.md")
    assert workspace.run("plan", "push", "--delete", "-o", "plan.json").code == 3
    return workspace


def told(workspace: Workspace, *words: str) -> None:
    """Neither shown nor applied: exit code 2, one sentence, no request, no change."""
    before = workspace.snapshot()
    for args in (("show", "plan.json"), ("apply", "plan.json", "--yes")):
        result = workspace.run(*args)
        assert (result.code, result.out) == (2, ""), result
        assert "plan.json cannot be used as a plan: " in result.err
        assert all(word in result.err for word in words), result.err
        assert not result.asked
    assert workspace.snapshot() == before


def put(workspace: Workspace, data: bytes) -> None:
    (workspace.root / "plan.json").write_bytes(data)


def loaded(workspace: Workspace) -> Data:
    value = json.loads((workspace.root / "plan.json").read_bytes())
    assert isinstance(value, dict)
    return value


def forged(workspace: Workspace, *changes: Change) -> None:
    """The plan file with changes, sealed again by someone who knows how."""
    data = loaded(workspace)
    for change in changes:
        change(data)
    data["id"] = identity(data)
    put(workspace, json.dumps(data).encode())


def on(data: Data, path: str) -> Data:
    (found,) = (action for action in data["actions"] if action["path"] == path)
    assert isinstance(found, dict)
    return found


# ---- no plan at all


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"wikisync plan"',
        b"{}",
        b"\xff\xfe",
        b'{"kind": "wikisync plan"}',
        b'{"kind": "wikisync plan", "version": NaN}',
        b'{"version": 1, "command": "push", "actions": []}',
        b"[" * 200_000,
        b'{"kind": "wikisync plan", "version": ' + b"9" * 5000 + b"}",
        b'{"kind": "wikisync plan", "version": true, "id": ""}',
    ],
    ids=range(13),
)
def test_what_is_no_plan_is_told(workspace: Workspace, data: bytes) -> None:
    put(workspace, data)
    told(workspace)


def test_a_file_that_is_not_there_is_told(workspace: Workspace) -> None:
    (workspace.root / "plan.json").unlink()
    told(workspace, "no such file")


def test_a_folder_is_told(workspace: Workspace) -> None:
    (workspace.root / "plan.json").unlink()
    (workspace.root / "plan.json").mkdir()
    told(workspace, "is a directory")


def test_a_half_file_is_told_wherever_it_ends(workspace: Workspace) -> None:
    whole = (workspace.root / "plan.json").read_bytes()
    for end in range(0, len(whole) - 2, len(whole) // 7):
        put(workspace, whole[:end])
        told(workspace)


def test_a_huge_file_is_not_read(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "MAX_BYTES", 1000)
    told(workspace, "it is over")


def test_a_file_of_millions_of_values_is_not_parsed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three bytes of JSON can take a hundred of memory."""
    monkeypatch.setattr(on_disk, "MAX_VALUES", 1000)
    put(workspace, b"[" + b"{}," * 1000 + b"{}]")
    told(workspace, "JSON of too many values")
    put(workspace, b'{"kind": "' + b"[{," * 5000 + b'"}')
    told(workspace, "was not written by wikisync plan")


@pytest.mark.parametrize("limit", ["MAX_BYTES", "MAX_VALUES"])
def test_a_plan_over_the_limit_is_not_written(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    before = (workspace.root / "plan.json").read_bytes()
    monkeypatch.setattr(on_disk, limit, 50)
    result = workspace.run("plan", "push", "-o", "plan.json")
    assert result.code == 2
    assert "choose fewer pages with PATH" in result.err
    assert (workspace.root / "plan.json").read_bytes() == before


def test_a_plan_of_a_newer_format_is_told(workspace: Workspace) -> None:
    forged(workspace, lambda data: data.update(version=3))
    told(workspace, "a newer wikisync")


def test_a_name_that_is_there_twice_is_told(workspace: Workspace) -> None:
    whole = (workspace.root / "plan.json").read_bytes()
    put(workspace, whole.replace(b'"kind":', b'"kind": "x", "kind":', 1))
    told(workspace)


# ---- a plan that was changed


CHANGES: dict[str, Change] = {
    "an action less": lambda data: data["actions"].pop(),
    "an action twice": lambda data: data["actions"].append(data["actions"][0]),
    "another path": lambda data: on(data, "home").update(path="other"),
    "a text": lambda data: on(data, "home")["new"].update(content="Other.\n"),
    "a difference": lambda data: on(data, "home").update(diff=""),
    "a count": lambda data: data["counts"].update(delete=0),
    "the wiki": lambda data: data.update(wiki="https://other.example.com"),
    "a wish": lambda data: data["wish"].update(prefer="local"),
    "something more": lambda data: data.update(more=1),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_plan_that_was_changed_by_hand_is_told(workspace: Workspace, name: str) -> None:
    data = loaded(workspace)
    CHANGES[name](data)
    put(workspace, json.dumps(data).encode())
    told(workspace, "it was changed since it was written")


def test_a_plan_that_was_only_laid_out_anew_is_the_same(workspace: Workspace) -> None:
    put(workspace, json.dumps(loaded(workspace), indent=2, sort_keys=True).encode())
    assert workspace.run("show", "plan.json").code == 3
    assert workspace.run("apply", "plan.json", "--yes", "--json").done()


# ---- a plan that lies, sealed as if wikisync had written it


def lie(content: str) -> Change:
    def change(data: Data) -> None:
        on(data, "home")["new"]["content"] = content

    return change


def test_a_text_that_is_not_the_one_of_the_lease_is_told(workspace: Workspace) -> None:
    """A reviewer is shown a harmless text, and another one stands in the file."""
    forged(workspace, lie("Harmless.\n"))
    told(workspace, "the text it shows for home.md is not the planned one")


def test_an_old_text_that_never_was_is_told(workspace: Workspace) -> None:
    forged(workspace, lambda data: on(data, "gone").update(old=on(data, "home")["old"]))
    told(workspace, "the text it shows for gone.md is not the planned one")


def test_a_field_that_the_file_does_not_name_cannot_be_shown_as_changed(
    workspace: Workspace,
) -> None:
    forged(workspace, lambda data: on(data, "home")["new"].update(scriptJs="go()"))
    told(workspace, "the text it shows for home.md is not the planned one")


@pytest.mark.parametrize("name", ["a difference", "a count", "something more", "an action twice"])
def test_a_plan_that_contradicts_itself_is_told(workspace: Workspace, name: str) -> None:
    forged(workspace, CHANGES[name])
    told(workspace, "it contradicts itself")


def whole_lie(data: Data) -> None:
    """Texts, lease and difference agree with each other, and with nothing that ever was."""
    action = on(data, "home")
    known = Fingerprint.parse(action["here"]["fingerprint"])
    new = fingerprint(Page("Harmless.\n"))
    action["here"]["fingerprint"] = str(known.with_fields_from(("content",), new))
    action["new"]["content"] = "Harmless.\n"
    action["diff"] = "--- wiki/en/home\n+++ home.md\n@@ -1 +1 @@\n-This is home.\n+Harmless.\n"


def test_a_lie_that_is_whole_is_refused_page_by_page_and_nothing_is_written(
    workspace: Workspace,
) -> None:
    """It can be shown; but what it says is compared with what there is."""
    forged(workspace, whole_lie)
    assert "+Harmless." in workspace.run("show", "plan.json").out
    before = workspace.both_sides()
    result = workspace.run("apply", "plan.json", "--yes", "--json")
    refused(result, "home.md", "its content changed in the folder")
    assert workspace.both_sides() == before
    workspace.run("apply", "plan.json", "--yes", "--skip-stale")
    home = workspace.sandbox.page("home")
    assert home is not None
    assert home["content"] == "This is home.\n"


def refused(result: Result, file: str, reason: str) -> None:
    assert result.code == 4
    assert not any(seen.is_mutation for seen in result.asked)
    found = {r["file"]: r["message"] for r in result.json["refusals"]}
    assert found.keys() == {file}
    assert reason in found[file]


def another_lease(data: Data) -> None:
    on(data, "gone")["there"]["id"] += 1000


def test_a_lease_for_another_page_is_refused(workspace: Workspace) -> None:
    forged(workspace, another_lease)
    result = workspace.run("apply", "plan.json", "--yes", "--json")
    refused(result, "gone.md", "there is another page on the wiki now")


@pytest.mark.parametrize("name", ["../../evil.md", "/tmp/evil.md", "..", "a/../../evil.md", ""])
def test_a_name_that_leads_out_of_the_folder_writes_nowhere(
    workspace: Workspace, name: str
) -> None:
    workspace.sandbox.create("theirs", content="Theirs.\n")
    assert workspace.run("plan", "pull", "-o", "plan.json").code == 3

    def escape(data: Data) -> None:
        on(data, "theirs").update(file=name)

    outside = set(workspace.root.parent.rglob("*evil*"))
    forged(workspace, escape)
    result = workspace.run("apply", "plan.json", "--yes", "--skip-stale", "--json")
    assert result.code in {2, 3}, result
    assert set(workspace.root.parent.rglob("*evil*")) == outside
    assert not os.path.lexists("/tmp/evil.md")
    assert "theirs.md" not in workspace.files()


def test_a_step_that_no_plan_would_have_is_not_done(workspace: Workspace) -> None:
    """A deletion of a page that is in sync, made up from another one."""
    workspace.write("quiet.md", page("Quiet"))
    workspace.run("push", "quiet.md", "--yes").ok()
    known = workspace.sandbox.page("quiet")
    assert known is not None
    assert workspace.run("plan", "push", "--delete", "-o", "plan.json").code == 3

    def made_up(data: Data) -> None:
        step = json.loads(json.dumps(data["conflicts"][0]))
        step |= {"action": "delete", "side": "wiki", "path": "quiet", "file": "quiet.md"}
        step |= {"from": None, "fields": [], "outcome": "planned", "reason": None, "new": None}
        step |= {"here": None, "id": known["id"], "theirs": [], "merged": None, "settles": False}
        step |= {"withheld": None, "alike": [], "marks": False, "converts": False}
        step["there"] |= {"id": known["id"], "path": "quiet"}
        for name in ("conflict", "detail", "mine"):
            del step[name]
        data["wikisync"] = "another version"
        data["actions"].append(step)

    forged(workspace, made_up)
    result = workspace.run("apply", "plan.json", "--yes", "--json", "--skip-stale")
    assert result.code == 3, result
    assert workspace.sandbox.page("quiet") == known


# ---- the wrong shapes, everywhere


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a plan file there is a value."""
    found = [path] if path else []
    if isinstance(value, dict):
        return found + [p for name in value for p in places(value[name], (*path, name))]
    if isinstance(value, list):
        return found + [p for n, each in enumerate(value) for p in places(each, (*path, n))]
    return found


def spoilt(workspace: Workspace, wrong: Any) -> Iterator[tuple[Any, ...]]:
    """Each value of the file in turn, sealed again, under a version that says things otherwise."""
    whole = json.dumps({**loaded(workspace), "wikisync": "another version"})
    for path in places(json.loads(whole)):
        data = json.loads(whole)
        at = data
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = wrong
        if path != ("id",):
            data["id"] = identity(data)
        put(workspace, json.dumps(data).encode())
        yield path


@pytest.mark.parametrize(
    "wrong", ["\ud800", None, True, -1, 10**30, "", "x", [], [[]], {}, {"a": 1}, 1.5]
)
def test_no_wrong_value_anywhere_makes_more_than_a_sentence(
    workspace: Workspace, wrong: Any
) -> None:
    codes = set()
    for path in spoilt(workspace, wrong):
        result = workspace.run("show", "plan.json", "--json")
        assert result.code in {0, 1, 2, 3}, (path, result)
        assert result.code != 2 or "cannot be used as a plan" in result.err, (path, result)
        codes.add(result.code)
    assert 2 in codes


@pytest.mark.parametrize("wrong", [None, "x", []])
def test_no_wrong_value_anywhere_is_applied(workspace: Workspace, wrong: Any) -> None:
    """What still is a plan is refused, or asked about; with nobody there, nothing is written."""
    before = workspace.both_sides()
    for path in spoilt(workspace, wrong):
        result = workspace.run("apply", "plan.json", "--json")
        assert result.code in {1, 2, 3, 4}, (path, result)
    assert workspace.both_sides() == before


def test_hostile_texts_steer_no_terminal(workspace: Workspace) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\u202e"

    def change(data: Data) -> None:
        data["problems"].append({"kind": "page", "file": evil, "line": None, "message": evil})
        data["wikisync"] = "another version"
        data["remarks"].append({"kind": "git-failed", "pages": 1, "detail": evil})

    forged(workspace, change)
    shown = workspace.run("show", "plan.json")
    assert shown.code == 1
    assert not set("\x1b\x07\u202e") & set(shown.text)


def test_half_characters_in_texts_are_shown_or_refused(workspace: Workspace) -> None:
    def change(data: Data) -> None:
        data["problems"].append({"file": "\ud800", "line": None, "message": "\udfff"})
        data["wikisync"] = "another version"
        data["remarks"].append({"kind": "git-failed", "pages": 1, "detail": "\ud800"})

    forged(workspace, change)
    for more in ((), ("--json",)):
        shown = workspace.run("show", "plan.json", *more)
        assert shown.code in {1, 2}
        assert isinstance(shown.error, SystemExit | None)
        assert "Traceback" not in shown.text
