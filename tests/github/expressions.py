"""The few of GitHub's expressions that the Action and the workflow use, evaluated as GitHub does.

Names that are not there are empty, ``==`` and the names of contexts take no notice of case, and
``a && b || c`` gives one of its values. What is not known here fails the test that needs it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>[A-Za-z_][\w.-]*)"
    r"|(?P<sign>&&|\|\||==|!=|!|\(|\)|,))"
)
_EMBEDDED: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS: Final = re.compile(r"\b(always|cancelled|failure|success)\(\)")


@dataclass
class Context:
    """What expressions may name, and the functions of the moment."""

    values: dict[str, Any]
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def condition(self, text: str | None, *, succeeded: bool) -> bool:
        """Whether a step or a job with this ``if:`` is run."""
        if text is None:
            return succeeded
        source = str(text).strip()
        whole = _EMBEDDED.fullmatch(source)
        wanted = _truth(self.value(whole[1] if whole else source))
        return wanted and (succeeded or _STATUS.search(source) is not None)

    def filled(self, text: Any) -> str:
        """A text of the YAML with its expressions in place."""
        if isinstance(text, bool):
            return str(text).lower()
        return _EMBEDDED.sub(lambda found: _shown(self.value(found[1])), str(text))

    def value(self, source: str) -> Any:
        """What an expression comes to."""
        reader = _Reader(_tokens(source), self)
        value = reader.either()
        assert reader.done, source
        return value


def _tokens(source: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while at < len(source.rstrip()):
        found = _TOKEN.match(source, at)
        assert found is not None, f"not understood: {source[at:]!r}"
        assert found.lastgroup is not None
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


@dataclass
class _Reader:
    tokens: list[tuple[str, str]]
    context: Context
    at: int = 0

    @property
    def done(self) -> bool:
        return self.at == len(self.tokens)

    def either(self) -> Any:
        value = self.both()
        while self._take("||"):
            other = self.both()
            value = value if _truth(value) else other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self._take("&&"):
            other = self.compared()
            value = other if _truth(value) else value
        return value

    def compared(self) -> Any:
        value = self.plain()
        for sign, wanted in (("==", True), ("!=", False)):
            if self._take(sign):
                return (_shown(value).lower() == _shown(self.plain()).lower()) is wanted
        return value

    def plain(self) -> Any:
        if self._take("!"):
            return not _truth(self.plain())
        if self._take("("):
            value = self.either()
            assert self._take(")")
            return value
        kind, text = self.tokens[self.at]
        self.at += 1
        match kind:
            case "text":
                return text[1:-1].replace("''", "'")
            case "number":
                return int(text)
            case _:
                return self._called(text) if self._take("(") else self._looked_up(text)

    def _called(self, name: str) -> Any:
        given = []
        while not self._take(")"):
            given.append(self.either())
            self._take(",")
        return self.context.functions[name](*given)

    def _looked_up(self, name: str) -> Any:
        if name in {"true", "false"}:
            return name == "true"
        first, *rest = name.split(".")
        value: Any = self.context.values[first]
        for part in rest:
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def _take(self, sign: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == ("sign", sign):
            self.at += 1
            return True
        return False


def _truth(value: Any) -> bool:
    return value not in {None, "", 0}


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
