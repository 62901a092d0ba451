"""Provide the API of Wiki.js as typed methods.

After a write, every exception but WriteUncertain means that nothing was written. After
WriteUncertain, and after success too, only reading the page again shows its content
(wikijs.md, *Results*).
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Final, Self

from wikisync.errors import PageHidden, Rejected
from wikisync.page.model import Record, clean_tags
from wikisync.wiki import api_errors, responses
from wikisync.wiki.assets import AssetClient, AssetIndex
from wikisync.wiki.endpoint import Access
from wikisync.wiki.history import HistoryReader
from wikisync.wiki.key_details import KeyDetails, read_key_details, read_may_write_pages
from wikisync.wiki.page_reader import PageReader
from wikisync.wiki.queries import document, may_write_pages, pages_with_tags
from wikisync.wiki.responses import PageVersion, VersionEntry, WikiIndex, WriteReceipt
from wikisync.wiki.spellings import Spellings
from wikisync.wiki.transport import MAX_ANSWER, GraphQLTransport, Transport, TransportLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from types import TracebackType

    from wikisync.errors import WikiError
    from wikisync.page.model import Key, Listed, Page
    from wikisync.wiki.api_errors import Mutation

__all__ = ["PageVersion", "VersionEntry", "Wiki", "WikiIndex", "WriteReceipt"]

_TAG_LENGTH: Final = 255


class Wiki:
    """A client of Wiki.js 2.5 at ``url``; close it or use it in a ``with``.

    ``tags`` are those in the last list. ``prefetched``, if set, is called once, by the next
    ``read_one``, which returns its record unless that is None.

    ``url`` may have a path and slashes at its end. ``access`` is an API key, or that with the
    certificates and the headers that a gateway in front of the wiki needs. ``timeout`` is in
    seconds, for a connection (10 at most) and between any two parts of a response; ``deadline`` is
    for a call with all its tries. ``jobs`` is the number of concurrent requests, ``max_answer`` the
    most bytes of a response.

    Raises BadConfig or NotConfigured for an invalid URL, token or file; nothing is sent before the
    first method call. Every method may raise Unreachable, CertificateError, Redirected,
    UnexpectedResponse, ApiDisabled, Unauthenticated or TooLarge, besides those that it names.
    Queries are retried after transient errors, mutations never.
    """

    def __init__(
        self,
        url: str,
        access: Access | str,
        *,
        timeout: float = 60.0,
        deadline: float = 300.0,
        jobs: int = 4,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        self._connections = GraphQLTransport(
            url,
            Access(access) if isinstance(access, str) else access,
            TransportLimits(timeout, deadline, max_answer, max(2 * jobs, 4)),
        )
        self.transport: Transport = self._connections
        self._jobs = max(jobs, 1)
        self._histories = HistoryReader(self._connections, self._jobs)
        self._reader = PageReader(self._connections, self._jobs)
        self._spellings = Spellings()
        self.tags: frozenset[str] = frozenset()
        self.prefetched: Callable[[int], Record | None] | None = None

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
        """Return the wiki's URL, without slashes at its end."""
        return self.transport.url

    @property
    def time(self) -> datetime | None:
        """Return the time by the wiki's clock; None before the first Date header."""
        return self._connections.wiki_time

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def connect(self) -> WikiIndex:
        """Read the user of the token, the locales and the list of pages, in one request.

        Raises Unauthenticated where the wiki does not accept the token and guests may not list
        pages (where they may, ``authenticated`` is False), Forbidden where the key may not.
        """
        return self._remember(self.transport.query(document("connect"), {}, responses.read_index))

    def connect_with_assets(self, folders: Iterable[int] = ()) -> tuple[WikiIndex, AssetIndex]:
        """Read what ``connect`` does and all images and files; see ``AssetClient.connect``."""
        index, found = self.assets.connect(folders)
        return self._remember(index), found

    @property
    def assets(self) -> AssetClient:
        """Return the client of the wiki's images and files."""
        return AssetClient(self.transport, lambda: self._connections.connections)

    def _remember(self, index: WikiIndex) -> WikiIndex:
        self._reader.listed = frozenset(page.id for page in index.pages)
        self.tags = frozenset(tag for page in index.pages for tag in page.tags)
        self._spellings.note(index.pages)
        return index

    def read_tags(self) -> frozenset[str]:
        """Read the tags of all pages as they are now. Raises Forbidden."""
        return self.transport.query(document("tags"), {}, responses.read_tags)

    def expect_only(self, pages: Iterable[Listed]) -> None:
        """Take ``pages`` of the last list for all that this client is to read (see ``read``)."""
        self._reader.listed = frozenset(page.id for page in pages)

    def may_write(self) -> bool:
        """Return whether the key may write pages at all; page rules may still forbid some."""
        return self.transport.query(document("may_write"), {}, responses.may_write)

    def may_write_pages(self, ids: Sequence[int]) -> dict[int, bool]:
        """Return whether the key may write each page, without those that do not exist."""
        named = {f"i{n}": page for n, page in enumerate(ids)}
        return self.transport.query(
            may_write_pages(len(ids)), named, lambda answer: read_may_write_pages(answer, ids)
        )

    def key_details(self, group: int) -> KeyDetails:
        """Return the wiki's version and the group ``group``, as far as the key may see them."""
        return self.transport.query(document("key_details"), {"group": group}, read_key_details)

    def read(self, listed: Sequence[Listed]) -> Iterator[tuple[Listed, Record | WikiError]]:
        """Yield the pages of ``listed`` in order, as they arrive, with the tags of the list.

        A page that cannot be read is yielded with its error (PageGone, PageHidden, Unreachable).
        A page of the list that the key may not read through the API is downloaded as a file; then
        publish dates, style and script are None. Raises Forbidden where the key lacks a permission
        regardless of the page, or where no page of the complete list can be read.
        """
        return self._reader.read(listed)

    def read_one(self, id: int) -> Record:  # noqa: A002  (the name in the API)
        """Read a page with its tags. Raises PageGone, PageHidden or Forbidden."""
        prefetched, self.prefetched = self.prefetched, None
        if prefetched is not None and (record := prefetched(id)) is not None:
            return record
        record = self.transport.query(
            document("read_one"), {"id": id}, lambda answer: responses.read_page(answer, id)
        )
        self._spellings.note([record])
        return record

    def read_current(self, ids: Sequence[int]) -> dict[int, Record | WikiError]:
        """Read pages as ``read_one`` does, in one request; values are records or errors."""
        named = {f"i{n}": page for n, page in enumerate(ids)}
        found = self.transport.query(
            pages_with_tags(len(ids)),
            named,
            lambda answer: responses.read_pages_with_tags(answer, ids),
        )
        self._spellings.note(page for page in found.values() if isinstance(page, Record))
        return found

    def with_transport(self, transport: Transport) -> Wiki:
        """Return a client with another transport, for one of several threads; do not close it."""
        twin = copy(self)
        twin.transport = transport
        twin._histories = HistoryReader(transport, self._jobs)
        return twin

    def find(self, key: Key) -> Record | None:
        """Read the page at ``key``; None without one. Raises PageHidden (id 0) or Forbidden."""
        found = self.look_up(key)
        return found if found is not None and found.key == key else None

    def exists(self, key: Key) -> bool:
        """Return whether there is a page at ``key``, also one that may not be read."""
        try:
            return self.find(key) is not None
        except PageHidden:
            return True

    def pages_now(self) -> tuple[Listed, ...]:
        """Read the list of pages again, without what ``connect`` notes of it."""
        return tuple(self._reader.list_again().values())

    def look_up(self, key: Key) -> Record | None:
        """Read the page that the wiki finds at ``key``; None without one. Raises like ``find``.

        It may have another key, which the wiki's database takes for ``key`` (wikijs.md, *Other
        databases*).
        """
        return self.transport.query(
            document("find"),
            {"path": self._spellings.at(key).path, "locale": key.locale},
            lambda answer: responses.read_found_page(answer, key),
        )

    def create(self, key: Key, page: Page) -> WriteReceipt:
        """Create a page; no field of ``page`` may be None.

        Raises Rejected (the path is taken or illegal, the content empty, a text too long),
        Forbidden, or WriteUncertain.
        """
        return self._write(api_errors.CREATE, 0, key, self._page_arguments(key, page))

    def update(self, id: int, key: Key, page: Page) -> WriteReceipt:  # noqa: A002
        """Replace the page ``id`` at ``key``; no field of ``page`` may be None.

        A different ``key`` moves the page after the update. Editor and privacy do not change
        (wikijs.md, *Updates*). Raises PageGone, Rejected (the content is empty), Forbidden or
        WriteUncertain.
        """
        arguments = self._page_arguments(self._spellings.of_page(id, key), page)
        return self._write(api_errors.UPDATE, id, key, {"id": id, **arguments})

    def move(self, id: int, key: Key) -> None:  # noqa: A002
        """Move the page ``id`` to ``key``.

        Raises PageGone, Rejected, Forbidden or WriteUncertain.
        """
        self._write(api_errors.MOVE, id, key, {"id": id, "path": key.path, "locale": key.locale})

    def convert(self, id: int, editor: str) -> None:  # noqa: A002
        """Convert the page ``id`` to ``editor``. Raises PageGone, Forbidden or WriteUncertain."""
        self._write(api_errors.CONVERT, id, None, {"id": id, "editor": editor})

    def delete(self, id: int) -> None:  # noqa: A002
        """Delete the page ``id``. Raises PageGone, Forbidden or WriteUncertain."""
        self._write(api_errors.DELETE, id, None, {"id": id})

    def rebuild_tree(self) -> None:
        """Rebuild the wiki's page tree.

        Raises Forbidden (``manage:system``) or WriteUncertain.
        """
        self.transport.mutate(
            document("rebuild_tree"),
            {},
            lambda answer: responses.require_success(answer, api_errors.REBUILD),
        )

    def newest_versions(self, id: int, limit: int) -> tuple[VersionEntry, ...]:  # noqa: A002
        """Return at most ``limit`` versions of a page, newest first.

        Raises PageGone or Forbidden (``read:history``).
        """
        return self._histories.newest(id, limit)

    def version_lists(
        self, ids: Sequence[int], limit: int
    ) -> dict[int, tuple[VersionEntry, ...] | WikiError]:
        """Return at most ``limit`` versions of each page by id, newest first.

        A page whose history cannot be read has its error as the value. Raises Forbidden where the
        key lacks ``read:history``.
        """
        return self._histories.version_lists(ids, limit)

    def version(self, id: int, version: int) -> PageVersion:  # noqa: A002
        """Read a version of a page. Raises PageGone or Forbidden (``read:history``)."""
        return self._histories.version(id, version)

    def versions(
        self, wanted: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], PageVersion | WikiError]:
        """Read versions given as (page id, version id); raises like ``version_lists``."""
        return self._histories.versions(wanted)

    def _write(
        self, write: Mutation, page: int, key: Key | None, variables: dict[str, object]
    ) -> WriteReceipt:
        return self.transport.mutate(
            document(write.name),
            variables,
            lambda answer: responses.read_write_result(answer, write, page, key),
        )

    def _page_arguments(self, key: Key, page: Page) -> dict[str, object]:
        """Return all arguments of create and update: an update clears those left out."""
        tags = clean_tags(page.tags or ())
        if any(len(tag) > _TAG_LENGTH or "\0" in tag for tag in tags):
            # The wiki would fail only after it wrote the page, without its tags.
            raise Rejected(self.url, 0, f"a tag of more than {_TAG_LENGTH} characters, or with NUL")
        arguments: dict[str, object] = {
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
        missing = [name for name, value in arguments.items() if value is None]
        if missing:
            raise ValueError(f"a page to be written must have every field, but has no {missing}")
        return arguments
