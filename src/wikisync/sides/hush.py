"""What a server says, without the token: it may repeat what it was sent (promise 10). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

INSTEAD: Final = "…"


class Hush:
    """Takes one secret out of texts. It does not show the secret itself."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def body(self, body: bytes) -> bytes:
        """The bytes of an answer without the secret."""
        return body.replace(self._secret.encode(), INSTEAD.encode())

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers of an answer without the secret, by their names in lower case."""
        return {name.lower(): self.value(value) for name, value in headers.items()}

    def value(self, value: Any) -> Any:
        """A value of JSON with every text in it without the secret."""
        match value:
            case str():
                return value.replace(self._secret, INSTEAD)
            case list():
                return [self.value(item) for item in value]
            case dict():
                return {self.value(name): self.value(item) for name, item in value.items()}
            case _:
                return value
