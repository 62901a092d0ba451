"""The one comment on a pull request: found again by its hidden mark, and brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wikisync.github.api import Api

if TYPE_CHECKING:
    from wikisync.github.job import Job


def comment(job: Job, number: int, mark: str, body: str, *, anew: bool = True) -> bool:
    """Bring the comment of this mark to ``body``; whether there is one now.

    Without ``anew``, one that is not there is not made. Somebody else's comment is left alone,
    whatever it begins with. Raises GitHubError.
    """
    text = f"{mark}\n{body}"

    def bring(api: Api) -> bool:
        found = _find(api, number, mark)
        if found is not None:
            if found.get("body") != text:
                api.send("PATCH", f"issues/comments/{int(found['id'])}", body=text)
            return True
        if anew:
            api.send("POST", f"issues/{number}/comments", body=text)
        return anew

    with Api(job, "comment on the pull request") as api:
        return api.again(lambda: bring(api))


def _find(api: Api, number: int, mark: str) -> dict[str, Any] | None:
    marked = [
        each
        for each in api.items(f"issues/{number}/comments")
        if str(each.get("body") or "").startswith(mark)
    ]
    for each in marked:
        if (each.get("user") or {}).get("type") == "Bot":
            return each
    # A person's token writes as that person.
    me = api.login() if marked else None
    return next(
        (each for each in marked if me and (each.get("user") or {}).get("login") == me), None
    )
