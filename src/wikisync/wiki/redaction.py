"""Take a secret out of what a server says, which may repeat what it was sent (promise 10). Pure.

Not only the secret as it is: any piece of it of ``PIECE`` characters or more goes, such as the
signature of a JWT, and so does any such piece in base64, in hexadecimal digits, or with every
character percent-encoded, as an HTML entity or as a JSON escape. What is turned round, packed,
encrypted or cut into shorter pieces is not recognised.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

INSTEAD: Final = "…"
PIECE: Final = 12
"""The shortest piece of a secret that is recognised, in characters of the secret."""

_EDGE: Final = 600
"""Characters that are kept at each end of a long text: more of a message is never shown."""
_DEPTH: Final = 20
_TEXTS: Final = 20_000
"""How deep, and how many, texts of an answer are read; of more than that nothing is kept."""

_SPELLINGS: Final[tuple[Callable[[int], str], ...]] = (
    chr,
    "{:02x}".format,
    "{:02X}".format,
    "%{:02x}".format,
    "%{:02X}".format,
    "&#{};".format,
    "&#x{:x};".format,
    "&#x{:X};".format,
    "\\u{:04x}".format,
    "\\u{:04X}".format,
    "\\x{:02x}".format,
)


class SecretRedactor:
    """Takes one secret out of texts. It does not show the secret itself."""

    __slots__ = ("_secret", "_windows")

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._windows = tuple(_Windows(size, texts) for size, texts in _pieces(secret))

    def text(self, text: str) -> str:
        """A text without the secret; of a very long one, only its ends."""
        if len(text) > 2 * _EDGE:
            # Somewhat more than is kept, so that nothing is cut through at the ends.
            text = f"{self._clean(text[:_EDGE])} {INSTEAD} {self._clean(text[-_EDGE:])}"
        return self._clean(text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers of an answer without the secret, by their names in lower case."""
        return {name.lower(): self.text(value) for name, value in headers.items()}

    def value(self, value: Any) -> Any:
        """A value of JSON with every text in it without the secret."""
        left = iter(range(_TEXTS))

        def cleaned(value: Any, depth: int) -> Any:
            if depth > _DEPTH or next(left, None) is None:
                return INSTEAD
            match value:
                case str():
                    return self.text(value)
                case list():
                    return [cleaned(item, depth + 1) for item in value]
                case dict():
                    return {
                        self.text(name): cleaned(item, depth + 1) for name, item in value.items()
                    }
                case _:
                    return value

        return cleaned(value, 0)

    def _clean(self, text: str) -> str:
        if self._secret:
            text = text.replace(self._secret, INSTEAD)
        for windows in self._windows:
            text = windows.cut_out(text)
        return text


class _Windows:
    """Every piece of some length of a few texts, to be found in other texts."""

    def __init__(self, size: int, texts: tuple[str, ...]) -> None:
        self._size = size
        self._pieces = frozenset(_windows(texts, size))
        # A piece covers one of the places that are a stride apart with a whole half of itself.
        self._half = size // 2
        self._stride = size - self._half + 1
        self._halves = frozenset(_windows(texts, self._half))

    def cut_out(self, text: str) -> str:
        """The text with each run of pieces replaced."""
        half, halves = self._half, self._halves
        if not any(text[n : n + half] in halves for n in range(0, len(text), self._stride)):
            return text
        done: list[str] = []
        start = place = 0
        while place <= len(text) - self._size:
            if text[place : place + self._size] not in self._pieces:
                place += 1
                continue
            done += [text[start:place], INSTEAD]
            while text[place + 1 : place + 1 + self._size] in self._pieces:
                place += 1
            start = place = place + self._size
        return "".join([*done, text[start:]])


def _pieces(secret: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each length of pieces, with the spellings of the secret that they are pieces of."""
    sent = secret.encode()
    for spelling in _SPELLINGS:
        letters = [spelling(byte) for byte in sent]
        if len(letters) >= PIECE:
            yield min(map(len, letters)) * PIECE, ("".join(letters),)
    if len(sent) < PIECE:
        return
    # Base64 of a text that the secret is a part of: three bytes begin anew every four characters.
    coded = tuple(b64encode(sent[n:]).decode().rstrip("=") for n in range(3))
    safe = tuple(text.replace("+", "-").replace("/", "_") for text in coded)
    yield PIECE * 4 // 3 - 2, coded + safe


def _windows(texts: tuple[str, ...], size: int) -> Iterator[str]:
    for text in texts:
        yield from (text[n : n + size] for n in range(len(text) - size + 1))
