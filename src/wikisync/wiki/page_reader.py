"""Read many pages: in batches through the API, and where the key may not, by their files."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final

from wikisync.concurrency import bounded_map
from wikisync.errors import Forbidden, PageHidden
from wikisync.page.model import Record
from wikisync.wiki import api_errors, responses
from wikisync.wiki.downloads import PageDownloads
from wikisync.wiki.queries import document, pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wikisync.errors import WikiError
    from wikisync.page.model import Listed
    from wikisync.wiki.transport import GraphQLTransport

BATCH_SIZE: Final = 50
"""Pages read in one request: measured as the fastest (wikijs.md, *Speed*)."""

BATCH_CHARACTERS: Final = 2_000_000
"""Characters of content aimed at per response: fewer large pages are read in one request."""

_NOTHING_READABLE: Final = "not one page of the list can be read"


class PageReader:
    """Reads pages of one wiki. ``listed`` are the ids in the last complete list."""

    def __init__(self, transport: GraphQLTransport, jobs: int) -> None:
        self._transport = transport
        self._jobs = jobs
        self._downloads = PageDownloads(transport)
        self.listed: frozenset[int] = frozenset()

    def read(self, listed: Sequence[Listed]) -> Iterator[tuple[Listed, Record | WikiError]]:
        """Yield the pages of ``listed`` in order, as they arrive, with the tags of the list.

        A page that cannot be read is yielded with its error (PageGone, PageHidden, Unreachable).
        Raises Forbidden where the key lacks a permission regardless of the page, or where no page
        of the complete list can be read.
        """
        # Page rules may hide some pages. Only the complete list shows that all are hidden.
        hidden: list[tuple[Listed, PageHidden]] | None = None
        if self.listed and self.listed.issubset(page.id for page in listed):
            hidden = []
        for page, result in self._read_batches(listed):
            if hidden is not None and isinstance(result, PageHidden):
                hidden.append((page, result))
                continue
            if hidden:
                yield from hidden
            hidden = None
            yield page, result
        if hidden:
            raise Forbidden(self._transport.url, api_errors.READ_NEEDS, message=_NOTHING_READABLE)

    def _read_batches(
        self, listed: Sequence[Listed]
    ) -> Iterator[tuple[Listed, Record | WikiError]]:
        """Read batches in order, up to ``jobs`` at a time, and keep no more in memory.

        The lengths of the pages in a batch determine the size of the next.
        """
        batches: deque[Sequence[Listed]] = deque()
        size = BATCH_SIZE

        def calls() -> Iterator[Callable[[], list[Record | WikiError]]]:
            start = 0
            while start < len(listed):
                batches.append(listed[start : start + size])
                start += len(batches[-1])
                yield partial(self._read_batch, batches[-1])

        for results in bounded_map(calls(), self._jobs):
            lengths = [len(got.page.content) for got in results if isinstance(got, Record)]
            if lengths:
                size = max(
                    1, min(BATCH_SIZE, BATCH_CHARACTERS * len(lengths) // max(sum(lengths), 1))
                )
            yield from zip(batches.popleft(), results, strict=True)

    def _read_batch(self, listed: Sequence[Listed]) -> list[Record | WikiError]:
        """Read pages through the API, and those that the key may not read so by their files.

        Only pages of the list can be downloaded: a file does not show the id of its page.
        """
        known = all(page.id in self.listed for page in listed)
        if self._downloads.alone and known:
            return self._downloads.read(listed, self.list_again)
        ids = {f"i{n}": page.id for n, page in enumerate(listed)}
        try:
            found = self._transport.query(
                pages(len(listed)), ids, lambda answer: responses.read_pages(answer, listed)
            )
        except Forbidden:  # one of the fields, whatever the page
            if not known:
                raise
            downloaded = self._downloads.read(listed, self.list_again)
            if not any(isinstance(got, Record) for got in downloaded):
                raise
            self._downloads.alone = True
            return downloaded
        hidden = [
            n
            for n, page in enumerate(listed)
            if isinstance(found[n], PageHidden) and page.id in self.listed
        ]
        for n, got in zip(
            hidden, self._downloads.read([listed[n] for n in hidden], self.list_again), strict=True
        ):
            found[n] = got
        if hidden and all(isinstance(found[n], Record) for n in range(len(found))):
            self._downloads.alone = len(hidden) == len(found)
        return found

    def list_again(self) -> dict[int, Listed]:
        """Read the list of pages as it is now; by id."""
        index = self._transport.query(document("connect"), {}, responses.read_index)
        return {page.id: page for page in index.pages}
