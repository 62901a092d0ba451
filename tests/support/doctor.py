"""``wikisync doctor``, run so that it may write nothing and tell no secret, and its results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.texts import TEXT
from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Result, Workspace


def states(result: Result) -> dict[str, str]:
    return {check["name"]: check["state"] for check in result.json["checks"]}


def found(result: Result, name: str) -> str:
    (check,) = (check for check in result.json["checks"] if check["name"] == name)
    return f"{check['found']} {check['hint'] or ''}"


def doctor(workspace: Workspace, token: str | None = None, **env: str | None) -> Result:
    """Run it as JSON; nothing may have been written, on either side or in the state."""
    before = workspace.snapshot()
    given: dict[str, str | None] = {**env, **({"WIKISYNC_TOKEN": token} if token else {})}
    result = workspace.run("doctor", "--json", env=given)
    assert workspace.snapshot() == before
    assert workspace.sandbox.token not in result.text
    assert token is None or token not in result.text
    return result


def failing(result: Result) -> list[str]:
    return [name for name, state in states(result).items() if state == "fails"]


def fill(workspace: Workspace) -> Workspace:
    """Pages on both sides, and a state that knows them."""
    workspace.push(home=page(), guide__a=page("A", f"{TEXT} a"), products__x=page("X", f"{TEXT} x"))
    return workspace
