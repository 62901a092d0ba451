"""Convert pages, preconditions and keys to JSON and back, with checks. Pure.

Also checks that the texts shown to a reviewer match the preconditions that are compared later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.page.model import FIELDS, Key, Listed, Page, has_file_form
from wikisync.planning.model import Action, Delete, Local, Merge, Move, Remote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.request import PageDiff


T = TypeVar("T")

_TYPES: Final[dict[str, type[str | bool | list[object]]]] = {
    "published": bool,
    "tags": list,
    "private": bool,
}
"""Field → its type in JSON, where that is not a string."""


class Malformed(Exception):
    """A value that no plan file has; its text says where and what, in a clause."""


class ObjectReader:
    """An object of a plan file, read field by field; ``where`` names it in complaints."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise Malformed(f"{where} is no object")
        self.values: Mapping[str, object] = value
        self.where = where

    def get(self, name: str, kind: type[T]) -> T:
        """Return a field, whose type must be exactly ``kind``."""
        if name not in self.values:
            raise Malformed(f"{self.where} has no `{name}`")
        value = self.values[name]
        if type(value) is not kind:  # bool is a subclass of int
            raise Malformed(f"`{name}` of {self.where} is not as it should be")
        return value

    def maybe(self, name: str, kind: type[T]) -> T | None:
        """Return a field, or None if it is null."""
        return None if self.values.get(name) is None else self.get(name, kind)

    def count(self, name: str) -> int:
        """Return a field that is an integer from 0."""
        value = self.get(name, int)
        if value < 0:
            raise Malformed(f"`{name}` of {self.where} is not as it should be")
        return value

    def one_of(self, name: str, words: tuple[T, ...]) -> T:
        """Return a field that is one of ``words``."""
        value = self.values.get(name)
        for word in words:
            if type(value) is type(word) and value == word:
                return word
        raise Malformed(f"`{name}` of {self.where} is not as it should be")

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a field that is a list of strings."""
        found = self.get(name, list)
        if not all(type(text) is str for text in found):
            raise Malformed(f"`{name}` of {self.where} is not as it should be")
        return tuple(found)

    def object(self, name: str) -> ObjectReader:
        """Return a reader of a field that is an object."""
        return ObjectReader(self.values.get(name), f"`{name}` of {self.where}")

    def optional(self, name: str) -> ObjectReader | None:
        """Return a reader of a field that is an object, or None if it is null."""
        return None if self.values.get(name) is None else self.object(name)

    def objects(self, name: str) -> list[ObjectReader]:
        """Return readers of a field that is a list of objects."""
        found = self.get(name, list)
        return [ObjectReader(each, f"`{name}` {number}") for number, each in enumerate(found, 1)]


def page_data(page: Page | None) -> dict[str, Any] | None:
    """Return a page's values; null for a field that the side does not name."""
    if page is None:
        return None
    values = {name: getattr(page, attribute) for name, attribute in FIELDS.items()}
    return {**values, "tags": None if page.tags is None else list(page.tags)}


def page_of(given: ObjectReader | None) -> Page | None:
    """Return the page that ``page_data`` wrote."""
    if given is None:
        return None
    values: dict[str, Any] = {
        attribute: given.maybe(name, _TYPES.get(name, str)) for name, attribute in FIELDS.items()
    }
    values["content"] = given.get("content", str)
    values["tags"] = None if values["tags"] is None else given.texts("tags")
    return Page(**values)


def local_data(here: Local | None) -> dict[str, Any] | None:
    """Return the JSON of a file as an item expects it."""
    if here is None:
        return None
    return {
        "file": here.file,
        "content_type": here.content_type,
        "digest": here.digest.hex(),
        "fingerprint": str(here.fingerprint),
    }


def local_of(given: ObjectReader | None) -> Local | None:
    """Return the file that ``local_data`` wrote."""
    if given is None:
        return None
    kind = given.get("content_type", str)
    if not has_file_form(kind):
        raise Malformed(f"`content_type` of {given.where} is not as it should be")
    return Local(given.get("file", str), kind, _fingerprint(given), _digest(given))


def remote_data(there: Remote | None) -> dict[str, Any] | None:
    """Return the JSON of a page on the wiki as an item expects it."""
    if there is None:
        return None
    listed = there.listed
    return {
        "id": listed.id,
        "locale": listed.key.locale,
        "path": listed.key.path,
        "content_type": listed.content_type,
        "created_at": listed.created_at,
        "updated_at": listed.updated_at,
        "fingerprint": None if there.fingerprint is None else str(there.fingerprint),
    }


def remote_of(given: ObjectReader | None) -> Remote | None:
    """Return the page that ``remote_data`` wrote, without its title and content."""
    if given is None:
        return None
    listed = Listed(
        id=given.count("id"),
        key=key_of(given),
        title="",
        description="",
        content_type=given.get("content_type", str),
        published=True,
        private=False,
        created_at=given.get("created_at", str),
        updated_at=given.get("updated_at", str),
        tags=(),
    )
    known = given.maybe("fingerprint", str) is not None
    return Remote(listed, _fingerprint(given) if known else None)


def key_data(key: Key | None) -> dict[str, str] | None:
    """Return the JSON of a key."""
    return None if key is None else {"locale": key.locale, "path": key.path}


def key_of(given: ObjectReader) -> Key:
    """Return the key in an object."""
    return Key(given.get("locale", str), given.get("path", str))


def _fingerprint(given: ObjectReader) -> Fingerprint:
    text = given.get("fingerprint", str)
    try:
        found = Fingerprint.parse(text)
    except ValueError:
        raise Malformed(f"`fingerprint` of {given.where} is none") from None
    if str(found) != text:
        raise Malformed(f"`fingerprint` of {given.where} is none")
    return found


def _digest(given: ObjectReader) -> bytes:
    try:
        return bytes.fromhex(given.get("digest", str))
    except ValueError:
        raise Malformed(f"`digest` of {given.where} is none") from None


def texts_match(pair: PageDiff) -> bool:
    """Return whether a pair's texts are those of its item's preconditions and result."""
    old, new = _expected(pair)
    shown_old = None if pair.old is None else fingerprint(pair.old)
    shown_new = None if pair.new is None else fingerprint(pair.new)
    return (shown_old, shown_new) == (old, new) and _here_is_true(pair)


def _here_is_true(pair: PageDiff) -> bool:
    """Return whether a merge, and only a merge, shows the folder's page, and that rightly."""
    item = pair.item
    if not isinstance(item, Merge) or item.writes_markers or item.local is None:
        return pair.in_folder is None
    return pair.in_folder is not None and fingerprint(pair.in_folder) == item.local.fingerprint


def _expected(pair: PageDiff) -> tuple[Fingerprint | None, Fingerprint | None]:
    item = pair.item
    here = None if item.local is None else item.local.fingerprint
    there = None if item.remote is None else item.remote.fingerprint
    # Fields that the file does not name are taken from the page.
    both = here.with_defaults_from(there) if here is not None and there is not None else here
    if not isinstance(item, Action):
        return there, both
    if isinstance(item, Move):
        return here, here
    if isinstance(item, Merge) and not item.writes_markers:
        return there, None if item.merged is None else fingerprint(item.merged)
    if isinstance(item, Delete):
        return (there if item.side == "wiki" else here), None
    return (here, there) if item.side == "folder" else (there, both)
