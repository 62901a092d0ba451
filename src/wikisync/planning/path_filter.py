"""Select pages by the PATH arguments of a command. Pure, apart from looking whether files exist."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wikisync.errors import NoSuchPath
from wikisync.page.paths import to_nfc

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from pathspec import GitIgnoreSpec

    from wikisync.page.model import Key


@dataclass(frozen=True, slots=True)
class PathFilter:
    """A PATH argument: as typed, and the names below the folder that it may refer to.

    With ``as_file``, the names are of files and folders only; else also of pages. ``root`` is the
    path on the wiki that the folder stands for: a page's path is compared without it. ``default``
    is the wiki's default locale, whose pages need no locale in the argument.
    """

    typed: str
    names: tuple[str, ...]
    pattern: GitIgnoreSpec | None = None
    as_file: bool = False
    root: str = ""
    default: str = ""

    @classmethod
    def of(
        cls,
        typed: str,
        names: Iterable[str],
        *,
        as_file: bool,
        root: str = "",
        default: str = "",
    ) -> PathFilter:
        """Return a filter for these names. Raises NoSuchPath for an invalid pattern."""
        names = tuple(map(to_nfc, names))
        if as_file or not any(mark in typed for mark in "*?["):
            return cls(typed, names, as_file=as_file, root=root, default=default)
        from pathspec import GitIgnoreSpec

        try:
            pattern = GitIgnoreSpec.from_lines(["/" + name.lstrip("/") for name in names])
        except ValueError as error:
            raise NoSuchPath(typed) from error
        return cls(typed, names, pattern, root=root, default=default)

    def matches(self, key: Key, file: str) -> bool:
        """Return whether the argument selects a page, by its file, folder, path or a pattern."""
        file = to_nfc(file)
        if self.as_file and file:
            return any(_at_or_below(file, chosen) for chosen in self.names)
        path = _below(self.root, key.path)
        bare = str(PurePosixPath(file).with_suffix("")) if file else path
        own = (path, path + PurePosixPath(file).suffix) if key.locale == self.default else ()
        for name in (file, bare, f"{key.locale}/{path}", str(key), *own):
            if name and any(_at_or_below(name, chosen) for chosen in self.names):
                return True
            if name and self.pattern is not None and self.pattern.match_file(name):
                return True
        return False


def parse_paths(
    arguments: Sequence[str], folder: Path, local: Path, root: str = "", default: str = ""
) -> tuple[PathFilter, ...]:
    """Return a filter for each PATH argument.

    An argument that is the name of a file or a folder, from the current folder ``local``, selects
    that file or folder only. Any other is a page's path or a pattern below ``folder``. With a
    ``root``, a page's whole path on the wiki selects it too. ``default`` is the wiki's default
    locale, whose pages are selected by their path alone, whatever folder they are in. Raises
    NoSuchPath for an invalid pattern.
    """
    return tuple(_parse_path(argument, folder, local, root, default) for argument in arguments)


def page_selector(chosen: Iterable[PathFilter]) -> Callable[[Key, str], bool]:
    """Return a function that tells whether a page is selected; without filters, all are."""
    chosen = tuple(chosen)
    if not chosen:
        return lambda _key, _file: True
    return lambda key, file: any(choice.matches(key, file) for choice in chosen)


def check_selected(chosen: Iterable[PathFilter], items: Iterable[tuple[Key, str]]) -> None:
    """Raise NoSuchPath for a PATH that selects none of the items, each a key and a file."""
    items = tuple(items)
    for choice in chosen:
        if not any(choice.matches(key, file) for key, file in items):
            files = {file or key.path for key, file in items}
            meant = min(choice.names, key=len, default="")
            raise NoSuchPath(choice.typed, _most_similar(meant, files))


def _most_similar(typed: str, files: Collection[str]) -> str:
    """Return the file that was probably meant: the only one of that name, or a similar one."""
    from difflib import get_close_matches

    names = {str(PurePosixPath(file).with_suffix("")): file for file in sorted(files) if file}
    bare = str(PurePosixPath(typed).with_suffix("")) if typed else ""
    last = bare.rpartition("/")[2]
    same = [name for name in names if last and name.rpartition("/")[2] == last]
    found = same if len(same) == 1 else get_close_matches(bare, names, 1, cutoff=0.75)
    return names[found[0]] if found else ""


def _parse_path(argument: str, folder: Path, local: Path, root: str, default: str) -> PathFilter:
    below, exists = _resolve_like_shell(argument, folder, local)
    if exists and below is not None:
        return PathFilter.of(argument, (below,), as_file=True, root=root)
    typed = _normal(argument)
    whole = "." if typed == root else _below(root, typed)
    names = [name for name in (typed, below) if name not in {None, "", "."}]
    names += [whole] if whole != typed else []
    names = list(dict.fromkeys(names))
    return PathFilter.of(argument, names, as_file=False, root=root, default=default)


def _below(root: str, path: str) -> str:
    """Return a page's path without the root in front of it."""
    return path.removeprefix(f"{root}/") if root else path


def _resolve_like_shell(argument: str, folder: Path, local: Path) -> tuple[str | None, bool]:
    """Return the name of an argument below ``folder``, and whether it exists.

    The name is "." for the whole folder and None for anything outside.
    """
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
    return to_nfc(PurePosixPath(argument).as_posix().strip("/"))


def _at_or_below(name: str, chosen: str) -> bool:
    return chosen == "." or name == chosen or name.startswith(chosen + "/")
