"""Call GitHub's REST API for comments and pull requests, or that of Forgejo or Gitea.

The two answer to the same requests below ``GITHUB_API_URL``, but number the pages of a list
otherwise, do not filter pull requests by branch, and do not say which user is a program.

The only module of this package that imports httpx2 and stamina; their exceptions do not leave it.
Redirects are not followed, so the token goes to the API's own host alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from wikisync import __version__
from wikisync.errors import GitHubError, TooLarge
from wikisync.wiki import bounded_json, http_errors
from wikisync.wiki.redaction import SecretRedactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx2

    from wikisync.github.environment import Job
    from wikisync.wiki.http_bounds import Deadline


T = TypeVar("T")

_PAGE_SIZE: Final = 100
_MAX_PAGES: Final = 100
"""The most pages of a list that are read."""
_TIMEOUT: Final = 30.0
_DEADLINE: Final = 120.0
"""Seconds for one request, from the connection to the last byte of the response."""
_MAX_BYTES: Final = 64 * 1024 * 1024
"""Bytes of a response: a hundred comments of 65,536 characters each have 40 million at worst."""
_MAX_VALUES: Final = 1_000_000
_MAX_TRIES: Final = 4
_MAX_WAIT: Final = 60.0
_ACTIONS_USER: Final = -2
"""The id, in Forgejo and Gitea, of the user that comments with a job's own token."""


class Api:
    """A client for the job's repository, with the job's token. ``doing`` is a clause for errors."""

    def __init__(self, job: Job, doing: str, deadline: Deadline | None = None) -> None:
        import httpx2

        from wikisync.wiki import http_bounds

        self._deadline = deadline or http_bounds.Deadline(_DEADLINE)
        self._redactor = SecretRedactor(job.token)
        self._doing = doing
        self._root = f"{job.api}/repos/{quote(job.repository)}"
        self._base = job.api
        self._http = httpx2.Client(
            headers={
                "Authorization": f"Bearer {job.token}",
                "Accept": "application/vnd.github+json",
                "Accept-Encoding": http_bounds.ACCEPTED,
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": f"wikisync/{__version__}",
            },
            timeout=_TIMEOUT,
            follow_redirects=False,
        )
        http_bounds.limit_time(self._http, self._deadline)

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def retry(self, work: Callable[[], T]) -> T:
        """Call ``work``, and again after errors that may be transient; return its result.

        ``work`` must be idempotent: check before it writes. Raises GitHubError.
        """
        import stamina

        tries = stamina.retry_context(
            on=_retry_delay, attempts=_MAX_TRIES, timeout=120.0, wait_initial=0.5
        )
        for attempt in tries:
            with attempt:
                return work()
        raise AssertionError  # the last attempt either returned or raised

    def items(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Yield all items of a list, page by page. Raises GitHubError."""
        for number in range(1, _MAX_PAGES + 1):
            size = {"per_page": str(_PAGE_SIZE), "limit": str(_PAGE_SIZE)}
            parameters = {**query, **size, "page": str(number)}
            found, response = self._respond("GET", f"{self._root}/{path}", params=parameters)
            if not isinstance(found, list):
                raise GitHubError(self._doing, "it answers with no list")
            yield from (item for item in found if isinstance(item, dict))
            if "next" not in response.links:
                return

    def send(self, method: str, path: str, **values: Any) -> dict[str, Any]:
        """Send a write request and return the object in the response. Raises GitHubError."""
        answer = self._request(method, f"{self._root}/{path}", json=values)
        return answer if isinstance(answer, dict) else {}

    def login(self) -> str | None:
        """Return the login of the token's user; None for an app, such as a job's own token."""
        try:
            answer = self._request("GET", f"{self._base}/user")
        except GitHubError as error:
            if error.status in {401, 403, 404}:
                return None
            raise
        return str(answer.get("login") or "") or None if isinstance(answer, dict) else None

    def _request(self, method: str, url: str, **options: Any) -> Any:
        return self._respond(method, url, **options)[0]

    def _respond(self, method: str, url: str, **options: Any) -> tuple[Any, httpx2.Response]:
        """Return the value in a response, and the response. Raises GitHubError."""
        import httpx2

        try:
            response, body = self._exchange(method, url, options)
            value = _parse_json(body)
        except httpx2.HTTPError as problem:
            raise GitHubError(
                self._doing, http_errors.from_httpx_error(url, problem).reason, 0
            ) from None
        except TooLarge:
            raise GitHubError(self._doing, "its answer is too large to read") from None
        except bounded_json.TooComplex as problem:
            raise GitHubError(self._doing, f"it answers with {problem.reason}") from None
        except (httpx2.InvalidURL, ValueError):
            # The text of the error may contain the headers, and so the token.
            raise GitHubError(self._doing, "the API's address or the token cannot be") from None
        if response.is_success:
            return value, response
        message = value.get("message") if isinstance(value, dict) else None
        named = message if isinstance(message, str) and message else response.reason_phrase
        reason = self._redactor.text(named or "no reason given")
        raise GitHubError(self._doing, reason, response.status_code, _retry_after(response))

    def _exchange(
        self, method: str, url: str, options: dict[str, Any]
    ) -> tuple[httpx2.Response, bytes]:
        from wikisync.wiki.http_bounds import read_body

        with self._deadline.running(), self._http.stream(method, url, **options) as response:
            return response, read_body(url, response, _MAX_BYTES)


def _parse_json(body: bytes) -> Any:
    """Parse a body; {} where it is no JSON. Raises TooComplex."""
    try:
        return bounded_json.parse(body, _MAX_VALUES) if body else {}
    except bounded_json.TooComplex:
        raise
    except ValueError:
        return {}


def _retry_after(response: httpx2.Response) -> float | None:
    """Return the seconds of the Retry-After header; None without one."""
    value = response.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() else None


def _retry_delay(problem: Exception) -> bool | float:
    """Return whether to retry, or the seconds to wait first if GitHub names them."""
    if not isinstance(problem, GitHubError) or problem.status is None:
        return False
    if problem.retry_after is not None:
        return min(problem.retry_after, _MAX_WAIT)
    return problem.status in {0, 429} or problem.status >= 500


def update_comment(job: Job, number: int, marker: str, body: str, *, create: bool = True) -> bool:
    """Set the text of the comment that starts with ``marker``; return whether one exists now.

    Creates the comment only with ``create``. Comments by others are not edited, even if they start
    with the marker. Raises GitHubError.
    """
    text = f"{marker}\n{body}"

    def upsert(api: Api) -> bool:
        found = _find(api, number, marker)
        if found is not None:
            if found.get("body") != text:
                api.send("PATCH", f"issues/comments/{int(found['id'])}", body=text)
            return True
        if create:
            api.send("POST", f"issues/{number}/comments", body=text)
        return create

    with Api(job, "comment on the pull request") as api:
        return api.retry(lambda: upsert(api))


def _find(api: Api, number: int, marker: str) -> dict[str, Any] | None:
    candidates = [
        each
        for each in api.items(f"issues/{number}/comments")
        if str(each.get("body") or "").startswith(marker)
    ]
    for each in candidates:
        user = each.get("user") or {}
        if user.get("type") == "Bot" or user.get("id") == _ACTIONS_USER:
            return each
    # With the token of a person, comments are by that person.
    login = api.login() if candidates else None
    return next(
        (each for each in candidates if login and (each.get("user") or {}).get("login") == login),
        None,
    )
