"""Match names against patterns as in a ``.gitignore`` file. Pure.

A pattern decides about one name, not about the folders above it: like git, a caller asks from the
top down, and asks nothing below a folder that is ignored. Matching takes time in proportion to the
lengths of name and pattern, whatever the pattern, since such files come with other people's
repositories.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CLASSES: Final = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
_STAR: Final = "*"
_NEVER: Final = "(?!)"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line of a ``.gitignore`` file.

    ``regex`` is for a whole path where the pattern is ``anchored``, else for a name without its
    folders. Each matching path begins with ``head``, which ends in ``/`` or is empty, and ends with
    ``tail``. ``hidden``: each matching name begins with a dot. ``negated``: it is not ignored.
    """

    regex: str
    anchored: bool
    head: str = ""
    tail: str = ""
    hidden: bool = False
    negated: bool = False
    folders_only: bool = False

    @classmethod
    def parse(cls, line: str) -> Pattern | None:
        """Return the pattern of a line; None for an empty line or a comment.

        A pattern that git finds invalid matches nothing.
        """
        text = _without_trailing_blanks(line.rstrip("\r\n"))
        if not text or text.startswith("#"):
            return None
        negated = text.startswith("!")
        text = text.removeprefix("!") if negated else text
        folders_only = text.endswith("/")
        text = text.removesuffix("/")
        if not text:
            return None
        anchored = "/" in text
        stars = "**" if anchored else _STAR
        segments = [re.sub(r"\*\*+", stars, name) for name in text.removeprefix("/").split("/")]
        literal = takewhile(lambda name: not re.search(r"[*?\[\\]", name), segments[:-1])
        head = "".join(f"{name}/" for name in literal) if anchored else ""
        tail = "" if segments[-1] == "**" else re.split(r"[*?\]\\]", segments[-1])[-1]
        hidden = segments[-1].startswith(".")
        return cls(_path_regex(segments), anchored, head, tail, hidden, negated, folders_only)


class PatternList:
    """Patterns in the order of their file, of which the last one that matches a name decides."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        patterns = tuple(patterns)
        self.names = tuple(pattern.regex for pattern in patterns if not pattern.anchored)
        # Nearly no name matches anything: one search finds that out.
        self._any_name = any_of(self.names)
        self._any_path = any_of(pattern.regex for pattern in patterns if pattern.anchored)
        self._last_first = patterns[::-1]

    def __bool__(self) -> bool:
        return bool(self._last_first)

    def may_match_below(self, folder: str) -> bool:
        """Return whether an anchored pattern may match in a folder (ends in ``/``, or is empty)."""
        return self._any_path is not None and any(
            pattern.head.startswith(folder) or folder.startswith(pattern.head)
            for pattern in self._last_first
            if pattern.anchored
        )

    def decide(self, path: str) -> bool | None:
        """Return whether a path is ignored; None where no pattern matches."""
        name = path[path.rfind("/") + 1 :]
        if not (
            (self._any_name is not None and self._any_name.fullmatch(name))
            or (self._any_path is not None and self._any_path.fullmatch(path))
        ):
            return None
        for pattern in self._last_first:
            if re.fullmatch(pattern.regex, path if pattern.anchored else name):
                return not pattern.negated
        raise AssertionError(f"{path}: a pattern matched it")


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns of one file or setting.

    ``below`` is the folder that they are relative to, seen from the root of the names that are
    asked for; ``above`` is that root, seen from the patterns. Both end in ``/`` or are empty.
    """

    for_files: PatternList
    for_folders: PatternList
    below: str = ""
    above: str = ""

    @classmethod
    def parse(
        cls, lines: Iterable[str], suffixes: Iterable[str], *, below: str = "", above: str = ""
    ) -> Self:
        """Return the patterns of ``lines``.

        Only files that have one of ``suffixes`` and are not hidden are asked for.
        """
        found = [pattern for line in lines if (pattern := Pattern.parse(line)) is not None]
        files = (
            pattern
            for pattern in found
            if not (pattern.folders_only or pattern.hidden)
            and any(pattern.tail.endswith(s) or s.endswith(pattern.tail) for s in suffixes)
        )
        return cls(PatternList(files), PatternList(found), below, above)

    def may_match_files_in(self, folder: str) -> bool:
        """Return whether an anchored pattern may match a file in a folder."""
        return self.for_files.may_match_below(self.above + folder[len(self.below) :])

    def decide(self, name: str) -> bool | None:
        """Return whether a name is ignored; None where no pattern matches. Folders end in ``/``."""
        path = self.above + name[len(self.below) :]
        if path[-1] == "/":
            return self.for_folders.decide(path[:-1])
        return self.for_files.decide(path) if self.for_files else None


def any_of(regexes: Iterable[str]) -> re.Pattern[str] | None:
    """Return a regular expression that matches what any of these does; None if there are none."""
    text = "|".join(regexes)
    return re.compile(text) if text else None


def _without_trailing_blanks(line: str) -> str:
    """Remove blanks at the end, but not one after a backslash."""
    bare = line.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return line[: len(bare) + 1] if backslashes % 2 and bare != line else bare


def _path_regex(segments: list[str]) -> str:
    """Return the regular expression of a path; ``**`` stands for any number of folders.

    Between two ``**``, the first place where the segments match is as good as any other, so each
    part but the last is an atomic group.
    """
    runs: list[list[str]] = [[]]
    for segment in segments:
        if segment == "**":
            runs.append([])
        elif (regex := _segment_regex(segment)) is None:
            return _NEVER
        else:
            runs[-1].append(regex)
    first, *others = ("/".join(run) for run in runs)
    if not others:
        return first
    *middle, last = others
    parts = [f"{first}/" if first else ""]
    parts += [f"(?>(?:[^/]+/)*?{run}/)" for run in middle if run]
    parts.append(f"(?:[^/]+/)*{last}" if last else "(?s:.+)")
    return "".join(parts)


def _segment_regex(segment: str) -> str | None:
    """Return the regular expression of one name; None for a pattern that is invalid."""
    fixed = [""]
    for token in _tokens(segment):
        if token is None:
            return None
        if token == _STAR:
            fixed.append("")
        else:
            fixed[-1] += token
    first, *others = fixed
    if not others:
        return first
    *middle, last = others
    # After a star, the first place where the next text matches is as good as any other.
    return first + "".join(f"(?>[^/]*?{text})" for text in middle if text) + f"[^/]*{last}"


def _tokens(segment: str) -> Iterator[str | None]:
    """Yield regular expressions that match one character each, ``*``, or None for an error."""
    position = 0
    while position < len(segment):
        character = segment[position]
        position += 1
        if character == _STAR:
            yield _STAR
        elif character == "?":
            yield "[^/]"
        elif character == "[":
            end = _end_of_brackets(segment, position)
            yield None if end is None else _brackets(segment[position:end])
            position = len(segment) if end is None else end + 1
        elif character == "\\":
            yield re.escape(segment[position]) if position < len(segment) else None
            position += 1
        else:
            yield re.escape(character)


def _end_of_brackets(segment: str, start: int) -> int | None:
    """Return where the ``]`` is that ends a group begun before ``start``; None without one."""
    position = start + (segment[start : start + 1] in {"!", "^"})
    first = position
    while position < len(segment):
        if segment.startswith("[:", position) and (end := segment.find(":]", position)) > 0:
            position = end + 2
            continue
        if segment[position] == "]" and position > first:
            return position
        position += 2 if segment[position] == "\\" else 1
    return None


def _brackets(text: str) -> str | None:
    """Return the regular expression of a group of characters, given without its brackets."""
    negated = text[0] in {"!", "^"}
    text = text[1:] if negated else text
    members = ""
    position = 0
    while position < len(text):
        if match := re.compile(r"\[:(\w*):\]").match(text, position):
            if match[1] not in _CLASSES:
                return None
            members += _CLASSES[match[1]]
            position = match.end()
            continue
        low, position = _member(text, position)
        high = low
        if text[position : position + 1] == "-" and position + 1 < len(text):
            high, position = _member(text, position + 1)
        if low <= high:
            members += f"{re.escape(low)}-{re.escape(high)}"
    if negated:
        return f"[^/{members}]"
    return f"(?!/)[{members}]" if members else "(?!)"


def _member(text: str, position: int) -> tuple[str, int]:
    """Return a character of a group, which a backslash may escape, and where the next one is."""
    if text[position] == "\\" and position + 1 < len(text):
        position += 1
    return text[position], position + 1
