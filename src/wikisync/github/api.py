"""GitHub's REST API, as much of it as comments and pull requests need.

The only module here that knows httpx2 and stamina; none of their exceptions leaves it. The token
goes to the API's own address alone: redirects are not followed.

The one comment on a pull request: found again by its hidden mark, and brought up to date.
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

_PAGE: Final = 100
_MOST: Final = 100
"""Pages of a list that are looked at."""
_TIMEOUT: Final = 30.0
_DEADLINE: Final = 120.0
"""Seconds for one request, from the connection to the last byte of the answer."""
_LARGEST: Final = 64 * 1024 * 1024
"""Bytes of an answer: a hundred comments of 65,536 characters each have 40 million at worst."""
_MOST_VALUES: Final = 1_000_000
_TRIES: Final = 4
_LONGEST_WAIT: Final = 60.0


class Api:
    """The API of the job's repository, by the job's token. ``doing`` is for errors, in a clause."""

    def __init__(self, job: Job, doing: str, deadline: Deadline | None = None) -> None:
        import httpx2

        from wikisync.wiki import http_bounds

        self._deadline = deadline or http_bounds.Deadline(_DEADLINE)
        self._hush = SecretRedactor(job.token)
        self._doing = doing
        self._root = f"{job.api}/repos/{quote(job.repository)}"
        self._top = job.api
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

    def again(self, work: Callable[[], T]) -> T:
        """Do the work, and again where GitHub was only busy or not to be reached.

        What writes must look first whether it has written already. Raises GitHubError.
        """
        import stamina

        tries = stamina.retry_context(on=_again, attempts=_TRIES, timeout=120.0, wait_initial=0.5)
        for attempt in tries:
            with attempt:
                return work()
        raise AssertionError  # the last attempt either returned or raised

    def items(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """All items of a list, page by page. Raises GitHubError."""
        for number in range(1, _MOST + 1):
            asked = {**query, "per_page": str(_PAGE), "page": str(number)}
            found = self._ask("GET", f"{self._root}/{path}", params=asked)
            if not isinstance(found, list):
                raise GitHubError(self._doing, "it answers with no list")
            yield from (item for item in found if isinstance(item, dict))
            if len(found) < _PAGE:
                return

    def send(self, method: str, path: str, **values: Any) -> dict[str, Any]:
        """Write something; what it is then. Raises GitHubError."""
        answer = self._ask(method, f"{self._root}/{path}", json=values)
        return answer if isinstance(answer, dict) else {}

    def login(self) -> str | None:
        """Whose the token is; None where it is an app's, as a job's own is."""
        try:
            answer = self._ask("GET", f"{self._top}/user")
        except GitHubError as error:
            if error.status in {401, 403, 404}:
                return None
            raise
        return str(answer.get("login") or "") or None if isinstance(answer, dict) else None

    def _ask(self, method: str, url: str, **more: Any) -> Any:
        import httpx2

        try:
            response, body = self._exchange(method, url, more)
            value = _json(body)
        except httpx2.HTTPError as problem:
            raise GitHubError(
                self._doing, http_errors.from_httpx_error(url, problem).reason, 0
            ) from None
        except TooLarge:
            raise GitHubError(self._doing, "its answer is too large to read") from None
        except bounded_json.TooComplex as problem:
            raise GitHubError(self._doing, f"it answers with {problem.reason}") from None
        except (httpx2.InvalidURL, ValueError):
            # Its text may repeat the headers, and with them the token.
            raise GitHubError(self._doing, "the API's address or the token cannot be") from None
        if response.is_success:
            return value
        message = value.get("message") if isinstance(value, dict) else None
        named = message if isinstance(message, str) and message else response.reason_phrase
        reason = self._hush.text(named or "no reason given")
        raise GitHubError(self._doing, reason, response.status_code, _wait(response))

    def _exchange(
        self, method: str, url: str, more: dict[str, Any]
    ) -> tuple[httpx2.Response, bytes]:
        from wikisync.wiki.http_bounds import read_body

        with self._deadline.running(), self._http.stream(method, url, **more) as response:
            return response, read_body(url, response, _LARGEST)


def _json(body: bytes) -> Any:
    """Parse a body; {} where it is no JSON. Raises TooComplex."""
    try:
        return bounded_json.parse(body, _MOST_VALUES) if body else {}
    except bounded_json.TooComplex:
        raise
    except ValueError:
        return {}


def _wait(response: httpx2.Response) -> float | None:
    """The seconds that GitHub asks to wait, where it says."""
    value = response.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() else None


def _again(problem: Exception) -> bool | float:
    """Whether to try again; after how many seconds, where GitHub said."""
    if not isinstance(problem, GitHubError) or problem.status is None:
        return False
    if problem.retry_after is not None:
        return min(problem.retry_after, _LONGEST_WAIT)
    return problem.status in {0, 429} or problem.status >= 500


def comment(job: Job, number: int, mark: str, body: str, *, anew: bool = True) -> bool:
    """Bring the comment of this mark to ``body``; whether there is one now.

    Without ``anew``, one that is not there is not made. Somebody else's comment is left
    alone, whatever it begins with. Raises GitHubError.
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
