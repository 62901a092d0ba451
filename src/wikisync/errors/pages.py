"""Define the exceptions of single pages and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.errors.base import WikisyncError

if TYPE_CHECKING:
    from wikisync.page.model import Key


@dataclass(eq=False)
class BadPage(WikisyncError):
    """Raised for a file that is no valid page. ``line`` is from 1; ``what`` is a clause."""

    file: str
    line: int | None
    what: str

    @property
    def name(self) -> str:
        """Return the file, as in BadName."""
        return self.file

    @property
    def names(self) -> tuple[str, ...]:
        """Return every file that the error is about."""
        return (self.file,)


@dataclass(eq=False)
class BadName(WikisyncError):
    """Raised for a file name or page path that is invalid. ``rule`` is the reason, a clause.

    ``proposal`` is a name that the file may have instead, if there is one.
    """

    name: str
    rule: str
    proposal: str = field(default="", kw_only=True)

    @property
    def names(self) -> tuple[str, ...]:
        """Return every file or page that the error is about."""
        return (self.name,)


@dataclass(eq=False)
class MisplacedFiles(BadName):
    """Raised for ``files`` that contradict ``locale_folders``. ``setting`` is its value.

    ``locale`` is the wiki's default locale. ``usual``: most files of that locale are so, which
    means that the setting is wrong, and not the files.
    """

    setting: str
    locale: str
    files: tuple[str, ...]
    usual: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Return every file that the error is about."""
        return self.files


@dataclass(eq=False)
class FolderError(WikisyncError):
    """Raised where a file operation fails. ``doing`` is a verb: read, write, move, delete, …"""

    file: str
    doing: str
    reason: str


@dataclass(eq=False)
class FileChanged(FolderError):
    """Raised where a file changed between plan and write; it is not written."""


@dataclass(eq=False)
class PageChanged(WikisyncError):
    """Raised where a page changed between plan and write; it is not written. ``found``: how."""

    key: Key
    found: str


@dataclass(eq=False)
class StalePlan(WikisyncError):
    """Raised where a page changed after its plan was made; ``done``: to the planned content."""

    key: Key
    file: str
    found: str
    done: bool = False


@dataclass(eq=False)
class OverwroteConcurrentEdit(WikisyncError):
    """Raised after a write replaced an edit made between check and write; ``version`` has it."""

    key: Key
    version: int
    backup: int
