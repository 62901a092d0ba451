"""What the scenarios of hostile conditions say in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from support.workspace import Result, Workspace

RIGHTS: Final = (
    *("read:pages", "read:source", "manage:pages", "write:pages", "delete:pages"),
    *("read:history", "write:styles", "write:scripts"),
)
"""What a key needs for everything that wikisync does."""


def on_wiki(workspace: Workspace, path: str, locale: str = "en") -> dict[str, Any]:
    """A page of the wiki that is there, and there once."""
    (found,) = (p for p in workspace.sandbox.pages() if (p["locale"], p["path"]) == (locale, path))
    return found


def contents(workspace: Workspace) -> dict[str, str]:
    """The wiki's pages, by their paths; none is there twice."""
    pages = workspace.sandbox.pages()
    found = {page["path"]: page["content"] for page in pages}
    assert len(found) == len(pages)
    return found


def writes(result: Result) -> list[str]:
    """The mutations that a command sent, in order."""
    return [name for seen in result.asked if seen.is_mutation for name in seen.fields]


def quiet(workspace: Workspace) -> None:
    """Both sides agree, nothing is left over, and that is known after one request."""
    result = workspace.run("sync", "--json").ok()
    assert result.json["actions"] == []
    assert result.json["counts"]["other_way"] == 0
    assert result.json["counts"]["in_sync"] == result.json["counts"]["pages"]
    assert len(result.asked) == 1, result.asked
    assert "unsettled" not in workspace.run("status", "--json").json
