"""Which pages the PATH arguments of a command mean. Pure, but that it looks at what is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wikisync.errors import NoSuchPath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pathspec import GitIgnoreSpec

    from wikisync.page.model import Key


@dataclass(frozen=True, slots=True)
class PathFilter:
    """One PATH argument: as typed, and the names below the folder that it may mean.

    With ``as_file`` they are names of files and folders, else of pages too. ``root`` is the path on
    the wiki that the folder stands for: a page's path is compared without it.
    """

    typed: str
    names: tuple[str, ...]
    pattern: GitIgnoreSpec | None = None
    as_file: bool = False
    root: str = ""

    @classmethod
    def of(cls, typed: str, names: Iterable[str], *, as_file: bool, root: str = "") -> PathFilter:
        """The choice of these names. Raises NoSuchPath for a pattern that is none."""
        names = tuple(names)
        if as_file or not any(mark in typed for mark in "*?["):
            return cls(typed, names, as_file=as_file, root=root)
        from pathspec import GitIgnoreSpec

        try:
            pattern = GitIgnoreSpec.from_lines(["/" + name.lstrip("/") for name in names])
        except ValueError as error:
            raise NoSuchPath(typed) from error
        return cls(typed, names, pattern, root=root)

    def matches(self, key: Key, file: str) -> bool:
        """Whether the argument means this page: its file, a folder above, its path, a pattern."""
        if self.as_file and file:
            return any(_at_or_below(file, chosen) for chosen in self.names)
        path = _below(self.root, key.path)
        bare = str(PurePosixPath(file).with_suffix("")) if file else path
        for name in (file, bare, f"{key.locale}/{path}", str(key)):
            if name and any(_at_or_below(name, chosen) for chosen in self.names):
                return True
            if name and self.pattern is not None and self.pattern.match_file(name):
                return True
        return False


def parse_paths(
    arguments: Sequence[str], folder: Path, local: Path, root: str = ""
) -> tuple[PathFilter, ...]:
    """The PATH arguments as choices.

    An argument that is a file or folder, as the shell completes it from ``here``, means that one
    alone; any other is a page's path or a pattern below ``folder``. With a ``root``, a page's whole
    path on the wiki means it too. Raises NoSuchPath for a pattern that is none.
    """
    return tuple(_parse_path(argument, folder, local, root) for argument in arguments)


def page_selector(chosen: Iterable[PathFilter]) -> Callable[[Key, str], bool]:
    """The test of a page against the choices; without any, every page is meant."""
    chosen = tuple(chosen)
    if not chosen:
        return lambda _key, _file: True
    return lambda key, file: any(choice.matches(key, file) for choice in chosen)


def _parse_path(argument: str, folder: Path, local: Path, root: str) -> PathFilter:
    below, exists = _resolve_like_shell(argument, folder, local)
    if exists and below is not None:
        return PathFilter.of(argument, (below,), as_file=True, root=root)
    typed = _normal(argument)
    whole = "." if typed == root else _below(root, typed)
    names = [name for name in (typed, below) if name not in {None, "", "."}]
    names += [whole] if whole != typed else []
    return PathFilter.of(argument, dict.fromkeys(names), as_file=False, root=root)


def _below(root: str, path: str) -> str:
    """Return a page's path without the root in front of it."""
    return path.removeprefix(f"{root}/") if root else path


def _resolve_like_shell(argument: str, folder: Path, local: Path) -> tuple[str | None, bool]:
    """The name below ``folder`` ("." for all of it; None where it lies elsewhere), and whether it
    is there."""
    if not argument:
        return None, False
    try:
        meant, root = (local / argument).resolve(), folder.resolve()
        exists = meant.exists()
    except (OSError, RuntimeError, ValueError):  # a name too long, a loop of links
        return None, False
    if root.is_relative_to(meant):
        return ".", exists
    return (meant.relative_to(root).as_posix() if meant.is_relative_to(root) else None), exists


def _normal(argument: str) -> str:
    return PurePosixPath(argument).as_posix().strip("/")


def _at_or_below(name: str, chosen: str) -> bool:
    return chosen == "." or name == chosen or name.startswith(chosen + "/")
