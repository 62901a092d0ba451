"""Ask the wiki for a page as it is now, when a reader of the preview wants it compared.

Nothing is sent before. What is needed for it is imported then, so that the start stays quick.
"""

from __future__ import annotations

from asyncio import Semaphore
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool

from wikisync.errors import BadConfig, NotConfigured, Unauthenticated, WikisyncError
from wikisync.page.model import has_file_form
from wikisync.preview.base import Version

if TYPE_CHECKING:
    from wikisync.config import Config
    from wikisync.page.model import Key, Record

SECONDS: Final = 10.0
"""How long a request to the wiki may take, with all its tries."""

_AT_ONCE: Final = 2
"""Requests at the same time: a slow wiki must not take the threads that answer the browser."""

_KEPT: Final = 4
"""Pages of the wiki that are kept, so that a save of a page does not ask the wiki again."""

_AGAIN: Final = "Then start the preview again."


@dataclass(frozen=True, slots=True)
class WikiAnswer:
    """The page on the wiki, or why there is none: a sentence, and what to do. ``at`` is when."""

    version: Version | None = None
    text: str = ""
    hint: str = ""
    at: str = ""


class WikiReader:
    """Reads pages of the configured wiki. ``host`` is "" where none is configured."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._turns = Semaphore(_AT_ONCE)
        self._kept: dict[Key, WikiAnswer] = {}
        self._runs = 0
        self.host = _host(config.url)

    async def read(
        self, key: Key, *, unknown_file: str | None = None, kept: bool = False
    ) -> WikiAnswer:
        """Return the page at ``key`` as the wiki has it; with ``kept``, as it was read before.

        ``unknown_file`` is its file where the wiki's locales are not known.
        """
        if kept and (before := self._kept.get(key)) is not None:
            return before
        runs = self._runs
        async with self._turns:
            answer = await run_in_threadpool(read_answer, self._config, key, unknown_file)
        if runs == self._runs:
            others = [each for each in self._kept.items() if each[0] != key]
            self._kept = dict([*others, (key, answer)][-_KEPT:])
        return answer

    def forget(self) -> None:
        """Forget the pages that were read, after a run that may have changed them."""
        self._runs += 1
        self._kept = {}


def read_answer(config: Config, key: Key, unknown_file: str | None = None) -> WikiAnswer:
    """Return a page as the wiki has it, or why it cannot be had."""
    at = datetime.now(UTC).astimezone().strftime("%H:%M:%S")
    if not config.token:
        text = "There is no API key: WIKISYNC_TOKEN is not set."
        return WikiAnswer(None, text, "Set it and start the preview again.", at)
    from wikisync.workflow.current_page import read_current_page

    try:
        record = read_current_page(config, key, file=unknown_file, deadline=SECONDS)
    except WikisyncError as error:
        return _trouble(error, at)
    if record is None:
        text = f"The wiki has no page /{key.path} that this API key may see."
        return WikiAnswer(None, text, "wikisync status says what a sync would do.", at)
    return _answer(record, at)


def _answer(record: Record, at: str) -> WikiAnswer:
    kind = record.content_type
    if not has_file_form(kind):
        text = f"On the wiki this page is of the kind {kind}, which has no form as a file."
        return WikiAnswer(None, text, "", at)
    return WikiAnswer(Version(record.page, kind), at=at)


def _trouble(error: WikisyncError, at: str) -> WikiAnswer:
    from wikisync.report.error_messages import error_message

    message = error_message(error)
    # What the process has of the environment stays as it was at its start.
    needs_restart = isinstance(error, Unauthenticated | BadConfig | NotConfigured)
    hint = f"{message.hint} {_AGAIN}".strip() if needs_restart else message.hint
    return WikiAnswer(None, message.text, hint, at)


def _host(url: str) -> str:
    """Return the part of an address that says who is asked, without a user or a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "the wiki"  # asking it says what is wrong with its address
    if not parts.hostname:
        return "the wiki" if url else ""
    return f"{parts.hostname}:{port}" if port else parts.hostname
