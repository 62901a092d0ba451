"""Read values from a JSON response with their types checked. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.errors import UnexpectedResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

_OK = 200
_INT = range(-(2**31), 2**31)
"""The numbers that GraphQL's Int has; the state holds no larger ones."""


@dataclass(frozen=True, slots=True)
class JsonReader:
    """A JSON value and its name. ``url`` is the wiki's, for the errors.

    Every method raises UnexpectedResponse for a value of another type.
    """

    url: str
    value: object
    name: str = "the answer"

    def __getitem__(self, name: str) -> JsonReader:
        """Return a reader of the member ``name``."""
        return JsonReader(self.url, self._member(name), name)

    @property
    def is_null(self) -> bool:
        """Return whether the value is null."""
        return self.value is None

    def text(self, name: str) -> str:
        """Return the string ``name``."""
        found = self.value.get(name) if isinstance(self.value, dict) else self._member(name)
        if not isinstance(found, str):
            raise self._unexpected(name, "text", found)
        return found if found.isascii() else self._checked_text(name, found)

    def text_or_empty(self, name: str) -> str:
        """Return the string ``name``; an empty one for null, which the schema allows for unset."""
        if isinstance(self.value, dict) and self.value.get(name) is None:
            return ""
        return self.text(name)

    def flag(self, name: str) -> bool:
        """Return the boolean ``name``."""
        found = self.value.get(name) if isinstance(self.value, dict) else self._member(name)
        if not isinstance(found, bool):
            raise self._unexpected(name, "true or false", found)
        return found

    def number(self, name: str) -> int:
        """Return the integer ``name``."""
        found = self._member(name)
        if not isinstance(found, int) or isinstance(found, bool):
            raise self._unexpected(name, "a whole number", found)
        if found not in _INT:
            raise self._unexpected(name, "a whole number of 32 bits", found)
        return found

    def items(self, name: str) -> Iterator[JsonReader]:
        """Return readers of the items of the list ``name``."""
        found = self._member(name)
        if not isinstance(found, list):
            raise self._unexpected(name, "a list", found)
        return (JsonReader(self.url, item, f"an item of {name}") for item in found)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the list of strings ``name``; an empty one for null, which the schema allows."""
        found = self._member(name)
        if found is None:
            return ()
        if not isinstance(found, list):
            raise self._unexpected(name, "a list of texts", found)
        for item in found:
            if not isinstance(item, str):
                raise self._unexpected(f"an item of {name}", "text", item)
            if not item.isascii():
                self._checked_text(name, item)
        return tuple(found)

    def _member(self, name: str) -> object:
        if not isinstance(self.value, dict):
            raise self._unexpected(self.name, "an object", self.value)
        return self.value.get(name)

    def _checked_text(self, name: str, text: str) -> str:
        # JSON allows lone surrogates, which cannot be encoded as UTF-8.
        try:
            text.encode()
        except UnicodeEncodeError:
            raise UnexpectedResponse(self.url, _OK, f"half a character in {name}") from None
        return text

    def _unexpected(self, name: str, expected: str, found: object) -> UnexpectedResponse:
        kind = "null" if found is None else _TYPE_NAMES.get(type(found), "something else")
        return UnexpectedResponse(self.url, _OK, f"{kind} in {name} where {expected} was due")


_TYPE_NAMES: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}
