"""A key that is nobody's, or that stops working amid a run: nothing is lost, nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scenarios.hostile.scene import RIGHTS, contents, quiet, writes
from support.texts import TEXT
from support.workspace import Workspace, page
from wikisync.sandbox import Hook, administration
from wikisync.sandbox.administration import rules_for_all_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.sandbox import Sandbox

    Env = dict[str, str | None]


def rule(path: str, *roles: str, deny: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "id": path,
        "deny": deny,
        "match": "START",
        "roles": list(roles),
        "path": path,
        "locales": [],
        **more,
    }


def public_sees_only(sandbox: Sandbox, path: str) -> None:
    """The public may read the pages below ``path`` alone."""
    sent = {"id": 2, "name": "Guests", "redirectOnLogin": "/", "permissions": ["read:pages"]}
    administration.update_group(sandbox.store, {**sent, "pageRules": [rule(path, "read:pages")]})


def allow(sandbox: Sandbox, *permissions: str) -> None:
    """Change what every key of the test's group may do."""
    sent = {"id": 3, "name": "test", "redirectOnLogin": "/", "permissions": list(permissions)}
    administration.update_group(
        sandbox.store, {**sent, "pageRules": rules_for_all_pages(permissions)}
    )


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """Ten pages in sync, of which the public may read two."""
    public = {f"open__{n}0": page(f"Open {n}") for n in range(2)}
    workspace.push(**public, **{f"team__{n}0": page(f"Team {n}") for n in range(8)})
    public_sees_only(workspace.sandbox, "open")
    return workspace


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_an_expired_token_that_sees_fewer_pages_deletes_nothing(
    filled: Workspace, command: str
) -> None:
    token = filled.sandbox.key(RIGHTS, expired=True)
    env: Env = {"WIKISYNC_TOKEN": token}
    before = filled.both_sides()
    bases = filled.bases()
    lifts = [arg for name in ("max-delete", "emptied", "all-changed") for arg in ("--allow", name)]
    result = filled.run(command, "--delete", "--max-delete", "99", *lifts, "--yes", env=env)
    assert result.code == 4
    assert "refused (guest)" in result.out
    assert "it is wrong or has expired" in result.out
    assert "new API key" in result.out
    assert writes(result) == []
    assert filled.both_sides() == before
    assert filled.bases() == bases
    quiet(filled)


def test_a_guest_who_sees_every_page_is_refused_all_the_same(filled: Workspace) -> None:
    public_sees_only(filled.sandbox, "")
    filled.write("new-page.md", page("New"))
    result = filled.run("push", "--yes", env={"WIKISYNC_TOKEN": "eyJ.no.token"})
    assert (result.code, writes(result)) == (4, [])
    assert "new-page" not in contents(filled)


def test_an_undo_with_an_expired_token_is_refused(filled: Workspace) -> None:
    token = filled.sandbox.key(RIGHTS, expired=True)
    before = filled.both_sides()
    result = filled.run("undo", "--yes", env={"WIKISYNC_TOKEN": token})
    assert (result.code, writes(result)) == (4, [])
    assert filled.both_sides() == before


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_pages_that_a_rule_hides_are_not_gone(filled: Workspace, command: str) -> None:
    rules = [*rules_for_all_pages(RIGHTS), rule("team", *RIGHTS, deny=True)]
    env: Env = {"WIKISYNC_TOKEN": filled.sandbox.key(RIGHTS, rules)}
    before = filled.both_sides()
    args = ("--delete", "--max-delete", "99", "--yes", "--json")
    result = filled.run(command, *args, env=env)
    assert result.code == 3
    assert len(result.json["conflicts"]) == 8
    assert "can no longer see the page" in result.json["conflicts"][0]["reason"]
    assert (result.done(), writes(result)) == ([], [])
    assert filled.both_sides() == before
    quiet(filled)


def test_a_hidden_page_is_not_created_over(workspace: Workspace) -> None:
    workspace.sandbox.create("team/plan", content="Theirs.\n")
    rules = [*rules_for_all_pages(RIGHTS), rule("team", *RIGHTS, deny=True)]
    workspace.write("team/plan.md", page("Plan", "Mine.\n"))
    workspace.write("other.md", page("Other"))
    result = workspace.run(
        "push", "--yes", "--json", env={"WIKISYNC_TOKEN": workspace.sandbox.key(RIGHTS, rules)}
    )
    assert result.code == 1
    assert result.done() == [("create", "wiki", "other")]
    assert "key is not allowed to see the page" in result.action("team/plan")["reason"]
    assert contents(workspace)["team/plan"] == "Theirs.\n"


def expire(sandbox: Sandbox) -> None:
    # No clock can be turned on: what the wiki signed until now is worth nothing any more.
    sandbox.store.set_settings({"secret": "00" * 32})


STOPS: dict[str, tuple[Callable[[Sandbox, str], object], str]] = {
    "expired": (lambda sandbox, _: expire(sandbox), "it is wrong or has expired"),
    "api-off": (lambda sandbox, _: sandbox.switch_api(on=False), "API is disabled"),
    "revoked": (lambda sandbox, token: sandbox.revoke(token), "revoked"),
    "no-write": (
        lambda sandbox, _: allow(sandbox, "read:pages", "read:source"),
        "key is not allowed to",
    ),
    "no-read": (lambda sandbox, _: allow(sandbox, "write:pages"), "key is not allowed to"),
    "nothing": (lambda sandbox, _: allow(sandbox), "key is not allowed to"),
}


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("verb", ["create", "update", "delete"])
@pytest.mark.parametrize(
    ("stop", "after"),
    [*((stop, False) for stop in STOPS), ("api-off", True), ("expired", True)],
)
def test_a_key_that_stops_working_amid_a_run_leaves_a_true_state(
    workspace: Workspace, stop: str, verb: str, after: bool, jobs: str
) -> None:
    happens, said = STOPS[stop]
    names = [f"page-{n}" for n in range(4)]
    if verb != "create":
        workspace.push(**{name: page(name) for name in names})
    for name in names:
        if verb == "delete":
            workspace.remove(f"{name}.md")
        else:
            workspace.write(f"{name}.md", page(name, "New.\n", tags=name))
    workspace.write("stays.md", page("Stays"))
    workspace.run("push", "stays.md", "--yes").ok()
    token = workspace.sandbox.key(RIGHTS)
    secret = workspace.sandbox.store.setting("secret")
    workspace.sandbox.faults.add(
        Hook(lambda: happens(workspace.sandbox, token), after=after), on=verb, nth=2
    )
    args = ("push", "--delete", "--max-delete", "9", "--allow", "emptied", "--yes", "--jobs", jobs)
    result = workspace.run(*args, "--json", env={"WIKISYNC_TOKEN": token})
    assert result.code == 1
    # With several under way the first may be written, and not be looked at any more.
    assert jobs != "1" or "page-0" in [path for _verb, _side, path in result.done()]
    assert said in str([action["reason"] for action in result.json["actions"]])
    assert writes(result).count(f"pages.{verb}") <= 4
    assert token not in result.text

    workspace.sandbox.store.set_settings({"secret": secret, "api": True})
    workspace.run(*args).ok()
    wanted = {"stays": TEXT, **dict.fromkeys(names if verb != "delete" else [], "New.\n")}
    assert contents(workspace) == wanted
    quiet(workspace)
