"""A piece of a JSON answer, read with its types checked: a value of the right kind.

Or UnexpectedResponse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.errors import UnexpectedResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

_OK = 200


@dataclass(frozen=True, slots=True)
class JsonReader:
    """A JSON value and the path to it. ``url`` is the wiki's, for the errors."""

    url: str
    value: object
    where: str = "the answer"

    def __getitem__(self, name: str) -> JsonReader:
        """The member ``name`` of an object; raises UnexpectedResponse where this is none."""
        return JsonReader(self.url, self._member(name), name)

    @property
    def is_null(self) -> bool:
        """Whether the answer has null here."""
        return self.value is None

    def text(self, name: str) -> str:
        """The string ``name``."""
        found = self._member(name)
        if not isinstance(found, str):
            raise self._unexpected(name, "text", found)
        return self._checked_text(name, found)

    def text_or_empty(self, name: str) -> str:
        """The string ``name``; the schema allows null there, which means nothing was ever set."""
        found = self._member(name)
        return "" if found is None else self.text(name)

    def flag(self, name: str) -> bool:
        """The boolean ``name``."""
        found = self._member(name)
        if not isinstance(found, bool):
            raise self._unexpected(name, "true or false", found)
        return found

    def number(self, name: str) -> int:
        """The integer ``name``."""
        found = self._member(name)
        if not isinstance(found, int) or isinstance(found, bool):
            raise self._unexpected(name, "a whole number", found)
        return found

    def items(self, name: str) -> Iterator[JsonReader]:
        """The items of the list ``name``, one by one."""
        found = self._member(name)
        if not isinstance(found, list):
            raise self._unexpected(name, "a list", found)
        return (JsonReader(self.url, item, f"an item of {name}") for item in found)

    def texts(self, name: str) -> tuple[str, ...]:
        """The list of strings ``name``; null is none, as the schema allows."""
        found = self._member(name)
        if found is None:
            return ()
        if not isinstance(found, list):
            raise self._unexpected(name, "a list of texts", found)
        for item in found:
            if not isinstance(item, str):
                raise self._unexpected(f"an item of {name}", "text", item)
            self._checked_text(name, item)
        return tuple(found)

    def _member(self, name: str) -> object:
        if not isinstance(self.value, dict):
            raise self._unexpected(self.where, "an object", self.value)
        return self.value.get(name)

    def _checked_text(self, name: str, text: str) -> str:
        # JSON can spell half a character, which no file can hold and no database has ever kept.
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise UnexpectedResponse(self.url, _OK, f"half a character in {name}") from None
        return text

    def _unexpected(self, name: str, expected: str, found: object) -> UnexpectedResponse:
        kind = "null" if found is None else _KINDS.get(type(found), "something else")
        return UnexpectedResponse(self.url, _OK, f"{kind} in {name} where {expected} was due")


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}
