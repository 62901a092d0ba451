"""Print ``--help`` as plain text, in columns, with bold headings at a terminal; and wrong usage.

Typer's own help is drawn with rich and its Markdown, which take longer to load than all that a
``wikisync status`` needs of them. The classes here are otherwise Typer's.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from enum import Enum
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args, get_origin

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from wikisync.cli.help_texts import OWN_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

F = TypeVar("F", bound="Callable[..., Any]")

_EXAMPLES: Final = "Examples:"
_NAMES_WIDTH: Final = 24
"""The widest column of names: text after longer ones begins on a line of its own."""
_PROSE: Final = 100
_ERROR: Final = "Error: "
_UsageError: Final[Any] = typer.BadParameter.__base__


class PlainHelpCommand(TyperCommand):
    """A command with plain help."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, that of ``--help`` too, with the texts of this command."""
        params, own = _coerced_late(super().get_params(ctx)), OWN_TEXTS.get(self.name or "", {})
        for param in params:
            param.help = own.get(param.name, param.help)
            param.hidden = param.hidden or own.get(param.name) == ""
        return params

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the usage line; a value that is required has no braces."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help into the formatter."""
        self.format_usage(ctx, formatter)
        _write_help(self, ctx, formatter)


class PlainHelpGroup(TyperGroup):
    """The program, with plain help: its commands come before its options."""

    def make_context(self, *args: Any, **settings: Any) -> Any:
        """Return the context of the program, its options read."""
        with _wrapped_errors():
            return super().make_context(*args, **settings)

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        with _wrapped_errors():
            return super().invoke(ctx)

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options of the program itself."""
        return _coerced_late(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help into the formatter."""
        self.format_usage(ctx, formatter)
        commands = [
            (name, _first_paragraph(command.help))
            for name, command in self.commands.items()
            if not command.hidden
        ]
        _write_help(self, ctx, formatter, commands)


class App(typer.Typer):
    """A program whose commands have plain help."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[[F], F]:
        """Return a decorator that adds a command."""
        return super().command(name, cls=PlainHelpCommand, **settings)


@contextmanager
def _wrapped_errors() -> Iterator[None]:
    """Have wrong usage said in lines of the terminal's width, as the program's own errors are."""
    try:
        yield
    except _UsageError as error:
        if sys.stderr.isatty():
            width = min(shutil.get_terminal_size().columns, _PROSE)
            text = _wrapped(_ERROR + error.format_message(), width).strip()
            error.format_message = lambda: text.removeprefix(_ERROR)
        raise


def _write_help(
    command: Any, ctx: Any, formatter: Any, commands: Iterable[tuple[str, str]] = ()
) -> None:
    """Write the text, the sections and the epilog of a command."""
    formatter.write("\n" + _wrapped(_dedented(command.help), formatter.width))
    _write_section(formatter, "Commands", list(commands))
    params = command.get_params(ctx)
    arguments = [p for p in params if isinstance(p, TyperArgument) and not p.hidden]
    options = [p for p in params if isinstance(p, TyperOption) and not p.hidden]
    _write_section(formatter, "Arguments", [(_value(p), _meaning(p)) for p in arguments])
    _write_section(formatter, "Options", [(_names(p), _meaning(p)) for p in options])
    epilog = command.epilog or ""
    if epilog.startswith(_EXAMPLES):
        _, *lines = epilog.split("\n")
        formatter.write("\n" + _bold(_EXAMPLES) + "\n" + "\n".join(lines) + "\n")
    elif epilog:
        formatter.write("\n" + _wrapped(epilog, formatter.width))


def _write_section(formatter: Any, title: str, rows: list[tuple[str, str]]) -> None:
    """Write a heading, and the rows in two columns."""
    if not rows:
        return
    column = 2 + min(max(len(name) for name, _ in rows), _NAMES_WIDTH) + 2
    formatter.write("\n" + _bold(f"{title}:") + "\n")
    for name, text in rows:
        lines = _wrapped(text, formatter.width - column).splitlines()
        if len(name) > _NAMES_WIDTH:
            formatter.write(f"  {name}\n")
            name = ""
        for line in lines or [""]:
            formatter.write(f"  {name}".ljust(column) + line + "\n")
            name = ""


def _wrapped(text: str, width: int) -> str:
    """Return paragraphs in lines of a width; an option's name is not broken at its hyphens."""
    paragraphs = (
        fill(paragraph, width, break_on_hyphens=False, break_long_words=False)
        for paragraph in text.split("\n\n")
    )
    return "\n\n".join(paragraphs) + "\n"


def _bold(text: str) -> str:
    """Return a text in bold, which ``typer.echo`` leaves out where there is no terminal."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain else typer.style(text, bold=True)


def _names(option: TyperOption) -> str:
    """Return the names of an option, short ones first, and what its value is called."""
    names = ", ".join(sorted(option.opts, key=len))
    if all(name.startswith("--") for name in option.opts):
        names = f"    {names}"  # below the long names of options that have a short one
    return names if option.is_flag else f"{names} {_value(option)}"


def _value(param: TyperArgument | TyperOption) -> str:
    """Return what the value of a parameter is called."""
    return param.metavar or str(param.name).upper()


def _meaning(param: TyperArgument | TyperOption) -> str:
    """Return the help of a parameter, with its default or that it is required."""
    text = param.help or ""
    default = param.default
    if param.required and isinstance(param, TyperOption):
        return f"{text} [required]"
    if not param.show_default or default in (None, False, "", ()):
        return text
    return f"{text} [default: {default.value if isinstance(default, Enum) else default}]"


def _first_paragraph(text: str | None) -> str:
    return " ".join(_dedented(text).partition("\n\n")[0].split())


def _dedented(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").split("\n"))


class _Late:
    """Coerces values as Typer does, but loads pydantic for it only where there is work to do.

    Typer makes an adapter for every parameter, also for one that was not given.
    """

    def __init__(self, param: Any) -> None:
        self._annotation = param.type_descriptor.annotation
        self._text = self._annotation in (str, list[str])
        info = param.type_descriptor.parameter_info
        self._least = info.min
        # The help of an argument says where its number is from; an option's text would be too long.
        text = info.help if isinstance(param, TyperArgument) else ""
        self._advice = f" Give {text[0].lower()}{text[1:]}" if text else ""
        self._make = param.get_runtime_param

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value of a parameter: texts as they are, others as Typer converts them."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self._text and isinstance(value, str):
            return value
        if self._text and all(isinstance(each, str) for each in value):
            return list(value)
        try:
            return self._make().coerce(value, param=param, ctx=ctx)
        except typer.BadParameter as error:
            if text := self._explain(value):
                raise typer.BadParameter(text, ctx=ctx, param=param) from error
            raise

    def _explain(self, value: Any) -> str:
        """Return why a value is not valid, in plain words; empty where Typer's are plain."""
        if get_origin(self._annotation) is Literal:
            return not_one_of(str(value), get_args(self._annotation))
        if self._annotation is not int:
            return ""
        least = "" if self._least is None else f", {self._least} or more"
        return f"'{value}' is not a whole number{least}.{self._advice}"


def not_one_of(value: str, valid: Sequence[str]) -> str:
    """Return a message for a value that is none of the valid ones, with the most similar one."""
    from difflib import get_close_matches

    similar = get_close_matches(value, valid, 1)
    guess = f" Did you mean {similar[0]}?" if similar else ""
    return f"'{value}' is not one of {', '.join(valid)}.{guess}"


def _coerced_late(params: list[Any]) -> list[Any]:
    """Return parameters that coerce late. Before Typer 0.29 there is nothing to put off."""
    for param in params:
        if hasattr(param, "get_runtime_param") and "get_runtime_param" not in vars(param):
            late = _Late(param)
            param.get_runtime_param = lambda late=late: late
    return params
