"""Define the facts that a command reports beside its pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.planning.model import IgnoreReason

NoteKind = Literal[
    "shallow",  # the clone is shallow: git's history is cut off
    "partial",  # the clone has the history and not its contents
    "git-failed",  # git has a history, and could not tell it
    "no-history",  # the key may not read the wiki's history
    "rewound",  # the wiki was restored from a backup
    "saved",  # a save that a killed run had taken for a file's old content lies beside the file
    "clock-wiki",  # this machine's clock and the wiki's are more than a day apart
    "clock-back",  # this machine's clock is behind the last run
    "clock-unknown",  # the wiki does not tell the time, and something is due to be forgotten
    "verified",  # every page was read whole
    "unnoticed",  # pages changed on the wiki, and their times did not
    "unshown",  # the wiki may not show pages to readers as they were sent
    "left-root",  # pages were moved out of the part of the wiki that the folder stands for
    "root-page",  # the page at the root itself has no file
    "tree",  # the wiki's tree of pages may lack some
    "left-out",  # files and folders that are not taken as pages
    "tag-spelling",  # a tag was sent as the wiki spells it
    "tags-merged",  # two tags of a page are one on the wiki
    "header-editor",  # files name an editor that is not one for files of their type
    "assets-unnoticed",  # images or files changed on the wiki, and their times did not
    "assets-doubled",  # the wiki has several files of one path
    "assets-untried",  # images or files change, and there is no wiki to compare them with
    "dead-links",  # links of published pages lead to no page; `pages` counts the links
    "old-links",  # pages still link to a page under its old name
    "header-status",  # the status in files says otherwise than `published`, or its like
]


@dataclass(frozen=True, slots=True)
class Note:
    """A fact that a command reports beside its pages, such as why no ancestor was found.

    ``pages`` is the number of pages affected and ``files`` their names; ``detail`` is a message of
    git or of the wiki, the name of a file, or tags, each on a line, the wiki's last. ``left_out``
    are the files and folders (ending in ``/``) that are not taken, by the reason.
    """

    kind: NoteKind
    pages: int = 0
    detail: str = ""
    files: tuple[str, ...] = ()
    left_out: Mapping[IgnoreReason, tuple[str, ...]] = field(default_factory=dict)
