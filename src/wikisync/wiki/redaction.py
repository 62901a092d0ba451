"""Remove secrets from texts of a server, which may contain what it was sent. Pure.

Removes any part of ``MIN_PIECE`` characters or more, such as the signature of a JWT, also in
base64, in hexadecimal digits, or with every character percent-encoded, as an HTML entity or as a
JSON escape. A secret reversed, compressed, encrypted or cut into shorter parts is not recognised.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

REPLACEMENT: Final = "…"
MIN_PIECE: Final = 12
"""The shortest part of a secret that is recognised, in characters of the secret."""

_KEPT_AT_ENDS: Final = 600
"""Characters kept at each end of a long text: no more of a message is ever shown."""
_MAX_DEPTH: Final = 20
_MAX_TEXTS: Final = 20_000
"""The depth and the number of values that are redacted; any beyond are removed."""

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
    """Removes secrets from texts. Its ``repr`` does not contain them. Empty ones are ignored."""

    __slots__ = ("_indexes", "_secrets")

    def __init__(self, *secrets: str) -> None:
        # The longest first: one may be a part of another.
        self._secrets = tuple(sorted(filter(None, set(secrets)), key=len, reverse=True))
        self._indexes = tuple(
            _PieceIndex(size, texts) for secret in self._secrets for size, texts in _pieces(secret)
        )

    def text(self, text: str) -> str:
        """Return a text without the secrets; of a very long one, only its ends."""
        if len(text) > 2 * _KEPT_AT_ENDS:
            # Each end is redacted before they are joined, and the whole once more after.
            head, tail = text[:_KEPT_AT_ENDS], text[-_KEPT_AT_ENDS:]
            text = f"{self._redact(head)} {REPLACEMENT} {self._redact(tail)}"
        return self._redact(text)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return headers without the secrets, with their names in lower case."""
        return {name.lower(): self.text(value) for name, value in headers.items()}

    def value(self, value: Any) -> Any:
        """Return a JSON value with the secrets removed from every string in it."""
        return self._cleaned(value, 0, iter(range(_MAX_TEXTS)))

    def _cleaned(self, value: Any, depth: int, left: Iterator[int]) -> Any:
        # No function within ``value``: it would refer to itself, and keep this object in memory.
        if depth > _MAX_DEPTH or next(left, None) is None:
            return REPLACEMENT
        match value:
            case str():
                return self.text(value)
            case list():
                return [self._cleaned(item, depth + 1, left) for item in value]
            case dict():
                return {
                    self.text(name): self._cleaned(item, depth + 1, left)
                    for name, item in value.items()
                }
            case _:
                return value

    def _redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, REPLACEMENT)
        for windows in self._indexes:
            text = windows.redact(text)
        return text


class _PieceIndex:
    """All substrings of one length of some texts, for searching other texts."""

    def __init__(self, size: int, texts: tuple[str, ...]) -> None:
        self._size = size
        self._pieces = frozenset(_substrings(texts, size))
        # Any piece contains a half that starts at a multiple of the stride.
        self._half = size // 2
        self._stride = size - self._half + 1
        self._halves = frozenset(_substrings(texts, self._half))

    def redact(self, text: str) -> str:
        """Return a text with each run of overlapping pieces replaced."""
        half, halves = self._half, self._halves
        if not any(text[n : n + half] in halves for n in range(0, len(text), self._stride)):
            return text
        done: list[str] = []
        start = place = 0
        while place <= len(text) - self._size:
            if text[place : place + self._size] not in self._pieces:
                place += 1
                continue
            done += [text[start:place], REPLACEMENT]
            while text[place + 1 : place + 1 + self._size] in self._pieces:
                place += 1
            start = place = place + self._size
        return "".join([*done, text[start:]])


def _pieces(secret: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (length of pieces, spellings of the secret) for each kind of encoding."""
    sent = secret.encode()
    for spelling in _SPELLINGS:
        letters = [spelling(byte) for byte in sent]
        if len(letters) >= MIN_PIECE:
            yield min(map(len, letters)) * MIN_PIECE, ("".join(letters),)
    if len(sent) < MIN_PIECE:
        return
    # Base64 of a text that contains the secret: it has three alignments, by offset modulo 3.
    coded = tuple(b64encode(sent[n:]).decode().rstrip("=") for n in range(3))
    safe = tuple(text.replace("+", "-").replace("/", "_") for text in coded)
    yield MIN_PIECE * 4 // 3 - 2, coded + safe


def _substrings(texts: tuple[str, ...], size: int) -> Iterator[str]:
    for text in texts:
        yield from (text[n : n + size] for n in range(len(text) - size + 1))
