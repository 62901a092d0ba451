"""The wiki side: Wiki.js's API as typed verbs. How they travel is ``wire``'s business.

After a write, every error but WriteUncertain says that nothing was written. After WriteUncertain,
and after success too, only reading the page back tells what it holds now (promise 4).
"""

from __future__ import annotations

from collections import deque
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Final, Self

from wikisync.concurrency import bounded_map
from wikisync.errors import Forbidden, PageHidden, Rejected
from wikisync.page.model import Record, clean_tags
from wikisync.wiki import api_errors, responses
from wikisync.wiki.history import HistoryReader
from wikisync.wiki.queries import document, pages, pages_with_tags
from wikisync.wiki.responses import PageVersion, VersionEntry, WikiIndex, WriteReceipt
from wikisync.wiki.transport import MAX_ANSWER, GraphQLTransport, Transport, TransportLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from wikisync.errors import WikiError
    from wikisync.page.model import Key, Listed, Page
    from wikisync.wiki.api_errors import Mutation

__all__ = ["BATCH", "PageVersion", "VersionEntry", "Wiki", "WikiIndex", "WriteReceipt"]

BATCH: Final = 50
"""Pages read in one request: measured as the fastest (facts, *Reading*)."""

LARGE: Final = 2_000_000
"""Characters that one answer should not go far beyond: of large pages, fewer are asked for."""

_TAG_LENGTH: Final = 255


class Wiki:
    """A Wiki.js 2.5 at ``url``, spoken to with an API key; to be closed, or used in a ``with``.

    ``tags`` are those that the last list showed. ``look_first`` is asked once, at the next
    ``read_one``, whether somebody has just looked at that page.

    ``url`` is the wiki's address, with or without a path and slashes at its end. ``ca_file`` holds
    the authorities to trust instead of the system's (PEM). ``timeout`` is in seconds, for a
    connection (10 at most) and for any progress after it. ``jobs`` is how many threads may use it
    at once. ``max_answer`` bounds an answer, in bytes.

    Raises BadConfig or NotConfigured for an address, a token or a file that cannot be; nothing is
    sent before the first verb. Any verb may raise Unreachable, CertificateError, Redirected,
    UnexpectedResponse,
    ApiDisabled, Unauthenticated or TooLarge beside the errors that it names. Reading is tried
    again where that can help; writing never is.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        ca_file: Path | None = None,
        timeout: float = 60.0,
        jobs: int = 4,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        self._wire = GraphQLTransport(
            url,
            token,
            ca_file,
            TransportLimits(timeout, answer=max_answer, connections=max(2 * jobs, 4)),
        )
        self.wire: Transport = self._wire
        self._jobs = max(jobs, 1)
        self._histories = HistoryReader(self._wire, self._jobs)
        self._listed: frozenset[int] = frozenset()
        self.tags: frozenset[str] = frozenset()
        self.look_first: Callable[[int], Record | None] | None = None

    def __repr__(self) -> str:
        return f"Wiki({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The wiki's address, without slashes at its end."""
        return self.wire.url

    @property
    def time(self) -> datetime | None:
        """The time by the wiki's clock; None where no answer told it."""
        return self._wire.wiki_time

    def close(self) -> None:
        """Closes the connections."""
        self._wire.close()

    def connect(self) -> WikiIndex:
        """Who the token is, the locales and every page, in one request.

        Raises Unauthenticated where the token is nobody's and the public sees no list (where it
        sees one, ``authenticated`` is False), and Forbidden where the key may not list.
        """
        connection = self.wire.query(document("connect"), {}, responses.read_index)
        self._listed = frozenset(page.id for page in connection.pages)
        self.tags = frozenset(tag for page in connection.pages for tag in page.tags)
        return connection

    def may_write(self) -> bool:
        """Whether the key may write pages at all; page rules may still forbid some."""
        return self.wire.query(document("may_write"), {}, responses.may_write)

    def read(self, listed: Sequence[Listed]) -> Iterator[tuple[Listed, Record | WikiError]]:
        """The pages of ``listed`` whole, in its order, as they arrive; their tags are the list's.

        A page that cannot be read is given as its error (PageGone, PageHidden, Unreachable) and
        does not stop the others. Raises Forbidden where the key lacks a right whatever the page, or
        where not one page of the whole list can be read.
        """
        # Page rules may hide some pages. That all are hidden can only be told of the whole list.
        waiting: list[tuple[Listed, PageHidden]] | None = None
        if self._listed and self._listed.issubset(page.id for page in listed):
            waiting = []
        for page, result in self._read(listed):
            if waiting is not None and isinstance(result, PageHidden):
                waiting.append((page, result))
                continue
            if waiting:
                yield from waiting
            waiting = None
            yield page, result
        if waiting:
            raise Forbidden(self.url, api_errors.READ_NEEDS, message=_NOTHING_READABLE)

    def _read(self, listed: Sequence[Listed]) -> Iterator[tuple[Listed, Record | WikiError]]:
        """Batches in order, a few of them in flight, and no more in memory than those.

        How many pages the next one has, the lengths in the last one tell.
        """
        asked: deque[Sequence[Listed]] = deque()
        size = BATCH

        def calls() -> Iterator[Callable[[], list[Record | WikiError]]]:
            start = 0
            while start < len(listed):
                asked.append(listed[start : start + size])
                start += len(asked[-1])
                yield partial(self._batch, asked[-1])

        for results in bounded_map(calls(), self._jobs):
            lengths = [len(got.page.content) for got in results if isinstance(got, Record)]
            if lengths:
                size = max(1, min(BATCH, LARGE * len(lengths) // max(sum(lengths), 1)))
            yield from zip(asked.popleft(), results, strict=True)

    def _batch(self, asked: Sequence[Listed]) -> list[Record | WikiError]:
        ids = {f"i{n}": page.id for n, page in enumerate(asked)}
        return self.wire.query(
            pages(len(asked)), ids, lambda answer: responses.read_pages(answer, asked)
        )

    def read_one(self, id: int) -> Record:  # noqa: A002  (the wiki's word)
        """The page as it is now, tags included. Raises PageGone, PageHidden or Forbidden."""
        look, self.look_first = self.look_first, None
        if look is not None and (seen := look(id)) is not None:
            return seen
        return self.wire.query(
            document("read_one"), {"id": id}, lambda answer: responses.read_page(answer, id)
        )

    def read_current(self, ids: Sequence[int]) -> dict[int, Record | WikiError]:
        """Some pages as ``read_one`` gives each, in one request; or what it raises for it."""
        named = {f"i{n}": page for n, page in enumerate(ids)}
        return self.wire.query(
            pages_with_tags(len(ids)),
            named,
            lambda answer: responses.read_pages_with_tags(answer, ids),
        )

    def with_transport(self, way: Transport) -> Wiki:
        """The same wiki by another way, for one of several threads; it needs no closing."""
        twin = copy(self)
        twin.wire = way
        twin._histories = HistoryReader(way, self._jobs)
        return twin

    def find(self, key: Key) -> Record | None:
        """The page at ``key`` as it is now, or None. Raises PageHidden (id 0) or Forbidden."""
        return self.wire.query(
            document("find"),
            {"path": key.path, "locale": key.locale},
            lambda answer: responses.read_found_page(answer, key),
        )

    def create(self, key: Key, page: Page) -> WriteReceipt:
        """Makes a page. ``page`` names every field.

        Raises Rejected (the path is taken or illegal, the content empty, a text too long),
        Forbidden, or WriteUncertain.
        """
        return self._write(api_errors.CREATE, 0, key, self._record(key, page))

    def update(self, id: int, key: Key, page: Page) -> WriteReceipt:  # noqa: A002
        """Replaces the page ``id`` by ``page``, which names every field; ``key`` is where it is.

        Another ``key`` moves it, after it was written. The editor and privacy stay what they are
        (facts, *Writing*). Raises PageGone, Rejected (the content is empty), Forbidden or
        WriteUncertain.
        """
        return self._write(api_errors.UPDATE, id, key, {"id": id, **self._record(key, page)})

    def move(self, id: int, key: Key) -> None:  # noqa: A002
        """Moves the page ``id`` to ``key``.

        Raises PageGone, Rejected, Forbidden or WriteUncertain.
        """
        self._write(api_errors.MOVE, id, key, {"id": id, "path": key.path, "locale": key.locale})

    def convert(self, id: int, editor: str) -> None:  # noqa: A002
        """Makes the page ``id`` one of ``editor``. Raises PageGone, Forbidden or WriteUncertain."""
        self._write(api_errors.CONVERT, id, None, {"id": id, "editor": editor})

    def delete(self, id: int) -> None:  # noqa: A002
        """Deletes the page ``id``. Raises PageGone, Forbidden or WriteUncertain."""
        self._write(api_errors.DELETE, id, None, {"id": id})

    def rebuild_tree(self) -> None:
        """Has the tree of pages made anew.

        Raises Forbidden (``manage:system``) or WriteUncertain.
        """
        self.wire.mutate(
            document("rebuild_tree"),
            {},
            lambda answer: responses.require_success(answer, api_errors.REBUILD),
        )

    def newest_versions(self, id: int, most: int) -> tuple[VersionEntry, ...]:  # noqa: A002
        """The page's newest versions, ``most`` at the most. Raises as ``history`` does."""
        return self._histories.newest(id, most)

    def history(self, id: int) -> tuple[VersionEntry, ...]:  # noqa: A002
        """The page's versions, newest first. Raises PageGone or Forbidden (``read:history``)."""
        return self._histories.whole(id)

    def version_lists(
        self, ids: Sequence[int], most: int
    ) -> dict[int, tuple[VersionEntry, ...] | WikiError]:
        """The newest versions of many pages, ``most`` of each, newest first.

        A page whose history cannot be told has its error, and does not stop the others. Raises
        Forbidden where the key lacks ``read:history``.
        """
        return self._histories.version_lists(ids, most)

    def version(self, id: int, version: int) -> PageVersion:  # noqa: A002
        """The page as a version holds it. Raises PageGone or Forbidden (``read:history``)."""
        return self._histories.version(id, version)

    def versions(
        self, wanted: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], PageVersion | WikiError]:
        """Many versions, each named by its page's id and its own; raises as ``trails`` does."""
        return self._histories.versions(wanted)

    def _write(
        self, write: Mutation, page: int, key: Key | None, variables: dict[str, object]
    ) -> WriteReceipt:
        return self.wire.mutate(
            document(write.name),
            variables,
            lambda answer: responses.read_write_result(answer, write, page, key),
        )

    def _record(self, key: Key, page: Page) -> dict[str, object]:
        """Every argument of create and update: whatever is left out would be wiped."""
        tags = clean_tags(page.tags or ())
        if any(len(tag) > _TAG_LENGTH or "\0" in tag for tag in tags):
            # The wiki would find out when the page is written and its tags are not.
            raise Rejected(self.url, 0, f"a tag of more than {_TAG_LENGTH} characters, or with NUL")
        record: dict[str, object] = {
            "content": page.content,
            "description": page.description,
            "editor": page.editor,
            "isPublished": page.published,
            "isPrivate": page.private,
            "locale": key.locale,
            "path": key.path,
            "tags": None if page.tags is None else list(tags),
            "title": page.title,
            "publishStartDate": page.publish_start,
            "publishEndDate": page.publish_end,
            "scriptCss": page.script_css,
            "scriptJs": page.script_js,
        }
        unnamed = [name for name, value in record.items() if value is None]
        if unnamed:
            raise ValueError(f"a page to be written names every field, not so {unnamed}")
        return record


_NOTHING_READABLE: Final = "not one page of the list can be read"
