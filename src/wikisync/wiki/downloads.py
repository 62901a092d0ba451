"""Read pages by downloading their files, for a key that may not read them through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.errors import Unreachable
from wikisync.wiki.page_file import Outdated, address, read_download

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wikisync.errors import WikiError
    from wikisync.page.model import Listed, Record
    from wikisync.wiki.transport import GraphQLTransport

_TRIES: Final = 3
_NO_ADDRESS: Final = "a key that may only read cannot download a page of this name"
_CHANGES: Final = "its file is not as the wiki's list says: it changed while it was read"


class PageDownloads:
    """Downloads the files of listed pages.

    ``alone`` is True once only downloads have worked, so that the API need not be tried again.
    Thread-safe.
    """

    def __init__(self, transport: GraphQLTransport) -> None:
        self._transport = transport
        self.alone = False

    def read(
        self, listed: Sequence[Listed], read_list: Callable[[], Mapping[int, Listed]]
    ) -> list[Record | WikiError]:
        """Read pages, in order; a page that cannot be downloaded has its error.

        A page that changed after it was listed is downloaded again, with the list of that time:
        ``read_list`` reads the wiki's list again and returns the pages by id.
        """
        found = [self._download(page) for page in listed]
        for _ in range(_TRIES):
            unsure = [n for n, got in enumerate(found) if isinstance(got, Outdated)]
            if not unsure:
                break
            now = read_list()
            for n in unsure:
                found[n] = self._confirm(found[n], now.get(listed[n].id))
        url = self._transport.url
        return [Unreachable(url, _CHANGES) if isinstance(got, Outdated) else got for got in found]

    def _confirm(
        self, got: Record | Outdated | WikiError, listed: Listed | None
    ) -> Record | Outdated | WikiError:
        if listed is None:  # deleted meanwhile, or hidden
            return Outdated()
        record = got.record if isinstance(got, Outdated) else None
        if record is not None and (record.updated_at, record.key) == (
            listed.updated_at,
            listed.key,
        ):
            return record
        return self._download(listed)

    def _download(self, listed: Listed) -> Record | Outdated | WikiError:
        path = address(listed.key._replace(path=listed.spelling or listed.key.path))
        if path is None:
            return Unreachable(self._transport.url, _NO_ADDRESS)
        return self._transport.download(
            path, lambda answer, fail: read_download(self._transport.url, listed, answer, fail)
        )
