"""Try a query again after a transient error. The only module that imports stamina."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.errors import CertificateError, ClientCertificateError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

_MAX_TRIES: Final = 5
_RETRY_SECONDS: Final = 120.0  # seconds, after which no further try starts
_MAX_WAIT: Final = 30.0


def attempts(
    should_retry: Callable[[Exception], bool | float],
) -> Iterator[AbstractContextManager[object]]:
    """Yield the tries of a query, with waits between them. Imports stamina only when needed."""
    import stamina

    # Errors report this; stamina's log would repeat it.
    stamina.instrumentation.set_on_retry_hooks([])
    yield from stamina.retry_context(
        on=should_retry,
        attempts=_MAX_TRIES,
        timeout=_RETRY_SECONDS,
        wait_initial=0.2,
        wait_max=5.0,
        wait_jitter=0.2,
    )


def retry_delay(problem: Exception) -> bool | float:
    """Return whether to retry, or the seconds to wait first if the server named them."""
    if not isinstance(problem, Unreachable):
        return False
    if isinstance(problem, CertificateError | ClientCertificateError):
        return False
    if problem.retry_after is None:
        return True
    return min(problem.retry_after, _MAX_WAIT)
