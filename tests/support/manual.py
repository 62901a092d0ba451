"""The manual as values, for the tests that keep it true: its pages, and the help it repeats.

The help is made from what the command line declares, so that it changes with neither the width of
a terminal nor the version of what draws the boxes of ``--help``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from inspect import Parameter, getdoc, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from wikisync.cli.commands import app
from wikisync.cli.help_texts import OWN_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ROOT / "pages"
PROGRAM: Final = "wikisync"

_BLOCK: Final = re.compile(
    r"(?P<begin><!-- reference: (?P<name>\w+) -->\n)(?P<body>.*?)(?P<end><!-- end -->\n)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Option:
    """An option or an argument: how it is typed, and what it means."""

    names: tuple[str, ...]
    value: str
    meaning: str
    default: object = None
    many: bool = False
    required: bool = False

    @property
    def is_argument(self) -> bool:
        return not self.names


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the command line, as it is declared."""

    name: str
    help: str
    options: tuple[Option, ...]
    examples: tuple[str, ...] = ()


def files() -> list[str]:
    """Every page's file, relative to the folder."""
    return sorted(file.relative_to(PAGES).as_posix() for file in PAGES.rglob("*.md"))


def text(file: str) -> str:
    """A page's file, as text."""
    return (PAGES / file).read_text(encoding="utf-8")


def commands() -> dict[str, Command]:
    """Name → command; ``wikisync`` is the program itself."""
    found = {}
    for info in app.registered_commands:
        assert info.callback is not None
        name = info.name or info.callback.__name__
        examples = tuple((info.epilog or "").removeprefix("Examples:").split("\n  ")[1:])
        found[name] = Command(
            name,
            _paragraphs(info.help or getdoc(info.callback)),
            _options(info.callback, OWN_TEXTS.get(name, {})),
            examples,
        )
    assert app.registered_callback is not None
    assert app.registered_callback.callback is not None
    found[PROGRAM] = Command(PROGRAM, "", _options(app.registered_callback.callback, {}))
    return found


def reference(command: Command) -> str:
    """A command's help as the manual shows it: how it is called, what it does, its options."""
    called = "wikisync COMMAND" if command.name == PROGRAM else f"wikisync {command.name}"
    arguments = [
        option.value if option.required else f"[{option.value}]{'...' if option.many else ''}"
        for option in command.options
        if option.is_argument
    ]
    arguments += [
        f"{option.names[0]} {option.value}"
        for option in command.options
        if option.required and not option.is_argument
    ]
    lines = ["", "```", " ".join([called, *arguments, "[OPTIONS]"]), "```", ""]
    lines += [command.help, ""] if command.help else []
    lines += ["| Option | Meaning |", "|---|---|", *map(_row, command.options)]
    lines += ["", "Examples:", "", "```", *command.examples, "```"] if command.examples else []
    return "\n".join([*lines, ""])


def shown(page: str) -> dict[str, str]:
    """Command → what the page shows as its help."""
    return {match["name"]: match["body"] for match in _BLOCK.finditer(page)}


def renewed(page: str) -> str:
    """The page with the help of today."""
    known = commands()
    return _BLOCK.sub(lambda at: at["begin"] + reference(known[at["name"]]) + at["end"], page)


def sections(page: str) -> dict[str, str]:
    """Heading of the second level → all that follows, up to the next one."""
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def run(*arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """The program, run as a process of its own, with nobody at a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "wikisync", *arguments],
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200", **env},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        check=False,
    )


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n"))


def _options(callback: Callable[..., Any], own: Mapping[str, str]) -> tuple[Option, ...]:
    hints = get_type_hints(callback, include_extras=True)
    parameters = signature(callback).parameters.values()
    return tuple(
        _option(each.name, hints[each.name], each.default, own.get(each.name))
        for each in parameters
        if own.get(each.name) != ""
    )


def _option(name: str, hint: Any, default: object, own: str | None) -> Option:
    kind, info = get_args(hint)
    assert isinstance(info, OptionInfo | ArgumentInfo)
    meaning = own or info.help or ""
    if isinstance(info, ArgumentInfo):
        typed = str(info.metavar or name.upper()).strip("[].")
        needed = default is Parameter.empty
        return Option((), typed, meaning, many="list[" in str(kind), required=needed)
    # In an annotation, what stands first is the first of the names, though Typer calls it default.
    named = [each for each in (info.default, *(info.param_decls or ())) if isinstance(each, str)]
    names = tuple(sorted(named, key=len)) or (f"--{name.replace('_', '-')}",)
    value = "" if kind is bool else info.metavar or _choices(kind) or name.upper()
    if default is Parameter.empty:
        return Option(names, str(value), meaning, required=True)
    return Option(names, str(value), meaning, None if kind is bool else default)


def _choices(kind: Any) -> str:
    """``local|wiki`` for an option that takes one of some words."""
    literals = (each for each in (kind, *get_args(kind)) if get_origin(each) is Literal)
    return "|".join(word for literal in literals for word in get_args(literal))


def _row(option: Option) -> str:
    value = f" {option.value}" if option.value else ""
    typed = ", ".join(f"`{name}{value}`" for name in option.names) or f"`{option.value}`"
    default = "" if option.default is None else f" Default: `{option.default}`."
    typed = typed.replace("|", "\\|")  # a pipe would end the cell
    return f"| {typed} | {option.meaning}{default} |"
