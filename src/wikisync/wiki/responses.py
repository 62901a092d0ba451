"""Parse GraphQL responses into values, or raise the errors in them. Pure.

Every reader raises UnexpectedResponse where a response does not match the schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wikisync.errors import Forbidden, PageGone, Unauthenticated, UnexpectedResponse, WikiError
from wikisync.page.model import Key, Listed, Page, Record
from wikisync.page.paths import to_nfc
from wikisync.wiki import api_errors
from wikisync.wiki.json_reader import JsonReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.wiki.api_errors import ApiFault, Mutation


@dataclass(frozen=True, slots=True)
class Answer:
    """A GraphQL response; it may have ``data`` as well as ``faults``."""

    url: str
    data: dict[str, Any] | None
    faults: tuple[ApiFault, ...] = ()

    @property
    def node(self) -> JsonReader:
        """Return a reader of the data."""
        return JsonReader(self.url, self.data, "data")

    def fault_at(self, *path: str) -> ApiFault | None:
        """Return the first fault at ``path``, above or below it; None without one."""
        for fault in self.faults:
            shared = min(len(path), len(fault.path))
            if fault.path[:shared] == path[:shared]:
                return fault
        return None


def read_index(answer: Answer) -> WikiIndex:
    """Read the user, the locales and the list of pages.

    Raises Unauthenticated or Forbidden where the list is refused.
    """
    url = answer.url
    profile = answer.fault_at("users", "profile")
    unauthenticated = profile is not None and profile.unauthenticated
    refused = answer.fault_at("pages", "list")
    if refused is not None:
        raise (
            Unauthenticated(url)
            if unauthenticated
            else api_errors.query_error(url, refused, ("read:pages",))
        )
    other = answer.fault_at("localization")
    if other is not None:
        raise api_errors.query_error(url, other, ("read:pages",))
    config = answer.node["localization"]["config"]
    default = config.text("locale")
    installed = (
        locale.text("code")
        for locale in answer.node["localization"].items("locales")
        if locale.flag("isInstalled")
    )
    return WikiIndex(
        authenticated=not unauthenticated,
        user=answer.node["users"]["profile"].text("name") if profile is None else None,
        default_locale=default,
        namespacing=config.flag("namespacing"),
        locales=tuple(dict.fromkeys((default, *installed))),
        pages=tuple(_listed(item) for item in answer.node["pages"].items("list")),
    )


def read_tags(answer: Answer) -> frozenset[str]:
    """Read the tags of the pages in the list. Raises Forbidden."""
    refused = answer.fault_at("pages", "list")
    if refused is not None:
        raise api_errors.query_error(answer.url, refused, ("read:pages",))
    return frozenset(
        tag for page in answer.node["pages"].items("list") for tag in page.texts("tags")
    )


def _listed(node: JsonReader) -> Listed:
    return Listed(
        id=node.number("id"),
        key=key_in(node),
        title=node.text_or_empty("title"),
        description=node.text_or_empty("description"),
        content_type=node.text("contentType"),
        published=node.flag("isPublished"),
        private=node.flag("isPrivate"),
        created_at=node.text("createdAt"),
        updated_at=node.text("updatedAt"),
        tags=node.texts("tags"),
        spelling=_spelling_in(node),
    )


def read_pages(answer: Answer, requested: Sequence[Listed]) -> list[Record | WikiError]:
    """Read the response to ``queries.pages``, with tags from the list: records or errors.

    Raises Forbidden where the key lacks a permission regardless of the page.
    """
    found: list[Record | WikiError] = []
    for n, listed in enumerate(requested):
        fault = answer.fault_at("pages", f"p{n}")
        if fault is None:
            found.append(_record(answer.node["pages"][f"p{n}"], listed.id, listed.tags))
            continue
        error = api_errors.read_error(answer.url, fault, listed.id, listed.key)
        if isinstance(error, Forbidden):
            error.key = None
            raise error
        found.append(error)
    return found


def read_pages_with_tags(answer: Answer, requested: Sequence[int]) -> dict[int, Record | WikiError]:
    """Read the response to ``queries.pages_with_tags``: records or errors by page id."""
    found: dict[int, Record | WikiError] = {}
    for n, page in enumerate(requested):
        fault = answer.fault_at("pages", f"p{n}")
        if fault is None:
            node = answer.node["pages"][f"p{n}"]
            found[page] = _record(node, page, _tags(node))
        else:
            found[page] = api_errors.read_error(answer.url, fault, page)
    return found


def read_page(answer: Answer, page: int) -> Record:
    """Read the page of ``read_one``. Raises PageGone, PageHidden or Forbidden."""
    fault = answer.fault_at("pages", "single")
    if fault is not None:
        raise api_errors.read_error(answer.url, fault, page)
    node = answer.node["pages"]["single"]
    return _record(node, page, _tags(node))


def read_found_page(answer: Answer, key: Key) -> Record | None:
    """Read the page of ``find``; None where there is none. Raises PageHidden or Forbidden."""
    fault = answer.fault_at("pages", "singleByPath")
    if fault is not None:
        error = api_errors.read_error(answer.url, fault, 0, key)
        if isinstance(error, PageGone):
            return None
        raise error
    node = answer.node["pages"]["singleByPath"]
    return _record(node, node.number("id"), _tags(node))


def _tags(node: JsonReader) -> tuple[str, ...]:
    return tuple(tag.text("tag") for tag in node.items("tags"))


def _record(node: JsonReader, page: int, tags: tuple[str, ...]) -> Record:
    if node.number("id") != page:
        raise UnexpectedResponse(node.url, 200, "another page than the one that was asked for")
    return Record(
        id=page,
        key=key_in(node),
        content_type=node.text("contentType"),
        created_at=node.text("createdAt"),
        updated_at=node.text("updatedAt"),
        page=page_in(
            node,
            tags=tags,
            script_css=node.text_or_empty("scriptCss"),
            script_js=node.text_or_empty("scriptJs"),
        ),
        spelling=_spelling_in(node),
    )


def key_in(node: JsonReader) -> Key:
    """Read the key of a page. Its path is in NFC."""
    return Key(node.text("locale"), to_nfc(node.text("path")))


def _spelling_in(node: JsonReader) -> str:
    """Read the path of a page where it is not in NFC; else return an empty text."""
    path = node.text("path")
    return "" if to_nfc(path) == path else path


def page_in(
    node: JsonReader,
    tags: tuple[str, ...] | None = None,
    script_css: str | None = None,
    script_js: str | None = None,
) -> Page:
    """Read the fields of a page; versions have no tags, style and script."""
    return Page(
        content=node.text("content"),
        title=node.text("title"),
        description=node.text_or_empty("description"),
        published=node.flag("isPublished"),
        tags=tags,
        editor=node.text("editor"),
        publish_start=node.text_or_empty("publishStartDate"),
        publish_end=node.text_or_empty("publishEndDate"),
        script_css=script_css,
        script_js=script_js,
        private=node.flag("isPrivate"),
    )


def may_write(answer: Answer) -> bool:
    """Return whether the key may write pages: it may if page 0 is reported as missing."""
    fault = answer.fault_at("pages", "checkConflicts")
    if fault is None:
        raise UnexpectedResponse(answer.url, 200, "a page with the id 0")
    error = api_errors.query_error(answer.url, fault, ("write:pages",))
    if isinstance(error, PageGone | Forbidden):
        return isinstance(error, PageGone)
    raise error


def read_write_result(answer: Answer, write: Mutation, page: int, key: Key | None) -> WriteReceipt:
    """Read the result of a mutation. ``page`` is the id of the page, 0 for a new one.

    Raises Rejected, Forbidden or PageGone, after which nothing was written, or WriteUncertain.
    After UnexpectedResponse it is unknown what was written.
    """
    page_node = require_success(answer, write, page, key)["page"]
    if page and page_node.is_null:
        return WriteReceipt(page, None, None)
    return WriteReceipt(
        page_node.number("id"), page_node.text("createdAt"), page_node.text("updatedAt")
    )


def require_success(
    answer: Answer, write: Mutation, page: int = 0, key: Key | None = None
) -> JsonReader:
    """Return the node of a successful mutation. Raises like ``read_write_result``."""
    fault = answer.fault_at("pages", write.name)
    if fault is not None:
        raise api_errors.mutation_error(answer.url, fault, write, key)
    node = answer.node["pages"][write.name]
    result = node["responseResult"]
    if not result.flag("succeeded"):
        raise api_errors.result_error(answer.url, result, write, page, key)
    return node


@dataclass(frozen=True, slots=True)
class WikiIndex:
    """The result of the first request: the user, the locales and the list of pages.

    ``authenticated`` is False where the wiki does not accept the token; ``pages`` are then those
    visible to guests. ``user`` is the author of edits. ``locales`` are the installed ones, the
    default first. Pages that the key may not read are not in ``pages``, so a missing page is not
    necessarily deleted (wikijs.md, *Reading*).
    """

    authenticated: bool
    user: str | None
    default_locale: str
    namespacing: bool
    locales: tuple[str, ...]
    pages: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class WriteReceipt:
    """The response to a write, which does not prove that the page was written.

    Times are ISO 8601 as the wiki formats them, None where the response lacks them.
    """

    id: int
    created_at: str | None
    updated_at: str | None


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """An entry of a page's history. ``date`` is the ``updatedAt`` of that version.

    ``action`` is initial, edit or move.
    """

    id: int
    date: str
    author: str
    action: str


@dataclass(frozen=True, slots=True)
class PageVersion:
    """A version of a page. In ``page``, tags, style and script are None: versions have none."""

    version_id: int
    page_id: int
    key: Key
    content_type: str
    date: str
    page: Page
