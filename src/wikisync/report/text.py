"""Format counts, labels and names, and escape text for terminals and JSON."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from wikisync.planning.model import Conflict, Delete, Merge, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.planning.asset_model import AssetAction
    from wikisync.planning.model import Action, Side
    from wikisync.state.asset_backups import AssetBackup
    from wikisync.state.backups import Backup
    from wikisync.state.journal import RunRecord

TO_DO: Final[dict[tuple[str, Side], str]] = {
    ("create", "wiki"): "create on the wiki",
    ("update", "wiki"): "update on the wiki",
    ("delete", "wiki"): "delete on the wiki",
    ("move", "wiki"): "move on the wiki",
    ("move", "folder"): "move in the folder",
    ("merge", "wiki"): "merge on both sides",
    ("merge", "folder"): "merge in the folder",
    ("create", "folder"): "create in the folder",
    ("update", "folder"): "update in the folder",
    ("delete", "folder"): "delete in the folder",
}
DONE: Final[dict[tuple[str, Side], str]] = {
    ("create", "wiki"): "created on the wiki",
    ("update", "wiki"): "updated on the wiki",
    ("delete", "wiki"): "deleted on the wiki",
    ("move", "wiki"): "moved on the wiki",
    ("move", "folder"): "moved in the folder",
    ("merge", "wiki"): "merged on both sides",
    ("merge", "folder"): "merged in the folder",
    ("create", "folder"): "created in the folder",
    ("update", "folder"): "updated in the folder",
    ("delete", "folder"): "deleted in the folder",
}

_PAST: Final = {
    "update": "updated",
    "delete": "deleted",
    "move": "moved",
    "merge": "merged",
    "create": "created",
}

# Control characters except the tab, changes of the writing direction, and lone surrogates.
_CONTROL: Final = (
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
# Characters without a width, which make two different names look the same.
_INVISIBLE: Final = (
    r"[\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff"
    r"\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
    r"\U000e01f0-\U000e0fff]"
)
_EMOJI: Final = (
    r"\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
# Scripts whose letters take another form beside a joiner: Arabic to Sinhala, Tibetan to Mongolian.
_JOINING: Final = r"\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af"
_HAN: Final = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Joiners and variation selectors are escaped except where they change the appearance: between
# emoji, between such letters, after an emoji or a Han character.
_OUT_OF_PLACE: Final = (
    rf"(?<![{_JOINING}])\u200c|\u200c(?![{_JOINING}])"
    rf"|(?<![{_JOINING}{_EMOJI}\ufe0f])\u200d|\u200d(?![{_JOINING}{_EMOJI}])"
    rf"|(?<![{_HAN}])[\ufe00-\ufe0d\U000e0100-\U000e01ef]"
    rf"|(?<![{_EMOJI}])[\ufe0e\ufe0f](?!\u20e3)"
)
_FLAG: Final = r"\U0001f3f4[\U000e0020-\U000e007e]{1,6}\U000e007f"  # of a region, such as Wales
_UNSAFE: Final = re.compile(f"(?P<flag>{_FLAG})|{_CONTROL}|{_INVISIBLE}|{_OUT_OF_PLACE}")

_CONVERT: Final = "convert on both sides", "converted on both sides"
_MARK: Final = "mark in the folder", "marked in the folder"
"""A merge that is not one: it writes both versions into the file."""
_CONVERT_AND_PUSH: Final = "convert on the wiki", "converted on the wiki"


TO_MERGE: Final = "to merge"
NOT_DELETED: Final = "not deleted"


def item_verb(item: Action | Conflict) -> str:
    """Return the verb of an action; of a conflict, "merge" if a sync merges it, or "conflict"."""
    if not isinstance(item, Conflict):
        return item.verb
    return "merge" if item.kind == "mergeable" else "conflict"


def conflict_label(conflict: Conflict) -> str:
    """Return "to merge" for a conflict that a sync merges, else "conflict"."""
    return TO_MERGE if item_verb(conflict) == "merge" else "conflict"


def planned_label(action: Action | AssetAction) -> str:
    """Return what an action is going to do and where, such as "update on the wiki"."""
    if isinstance(action, Update) and action.converts:
        return _conversion(action)[0]
    if isinstance(action, Merge) and action.writes_markers:
        return _MARK[0]
    return TO_DO.get((action.verb, action.side), action.verb)


def done_label(action: Action | AssetAction) -> str:
    """Return what an action did and where, such as "updated on the wiki"."""
    if isinstance(action, Update) and action.converts:
        return _conversion(action)[1]
    if isinstance(action, Merge) and action.writes_markers:
        return _MARK[1]
    return DONE.get((action.verb, action.side), action.verb)


def overwriting(action: Action | AssetAction, *, done: bool = False) -> str:
    """Return a clause that says which edit an action overwrites; empty if it overwrites none."""
    if action.overwrites is None:
        return ""
    will, did, what = _LOSSES.get(action.verb, ("overwrites", "overwrote", "an edit made"))
    return f"{did if done else will} {what} {EDITED[action.overwrites]}"


_LOSSES: Final[dict[str, tuple[str, str, str]]] = {
    "delete": ("deletes", "deleted", "what was added or changed"),
    "move": ("replaces", "replaced", "a name given"),
}
_WITHHELD: Final[dict[Side, str]] = {
    "wiki": "gone here, kept on the wiki (--delete removes it)",
    "folder": "gone on the wiki, kept here (--delete removes it)",
}
_WITHHELD_BY_MIRROR: Final[dict[Side, str]] = {
    "wiki": "only on the wiki, kept there (--delete removes it)",
    "folder": "only in the folder, kept there (--delete removes it)",
}


def withheld(action: Action | AssetAction) -> str:
    """Return the reason why an action is not done in this run."""
    why = (_WITHHELD_BY_MIRROR if action.forced else _WITHHELD)[action.side]
    if isinstance(action, Delete) and action.rename_candidates:
        files = ", ".join(action.rename_candidates)
        why += f"; if it was renamed, its new file could be any of {files}"
    return why


EDITED: Final[dict[Side, str]] = {"wiki": "on the wiki", "folder": "in the folder"}


def _conversion(action: Update) -> tuple[str, str]:
    return _CONVERT if action.takes_conversion else _CONVERT_AND_PUSH


def named(names: Sequence[str], most: int = 10, hint: str = "") -> str:
    """Return the first ``most`` names, and how many more there are, with the hint behind."""
    rest = len(names) - most
    more = f" and {rest:,} more{hint}" if rest > 0 else ""
    return ", ".join(names[:most]) + more


def backup_in_words(backup: Backup | AssetBackup) -> str:
    """Return what a backup contains, from which side, and which run made it."""
    by = f"run {backup.run} ({backup.command})"
    if backup.kind == "overtaken":
        return f"an edit on the wiki that {by} overwrote at the same moment"
    thing = "the file" if backup.is_asset else "the page"
    thing = f"{thing} on the wiki" if backup.side == "wiki" else "the file"
    if backup.outcome == "done":
        return f"{thing}, before it was {_PAST.get(backup.verb, backup.verb)} by {by}"
    end = backup.outcome or "unconfirmed"
    return f"{thing}, before {by} tried to {backup.verb} it: {end}"


def local_time(instant: str) -> str:
    """Return an ISO time in this machine's time zone, to the second; as it is if it is none."""
    try:
        at = datetime.fromisoformat(instant)
    except ValueError:
        return instant
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def local_times(text: str) -> str:
    """Return a text with each ISO time in UTC in it replaced by that of this machine."""
    return _INSTANT.sub(lambda found: local_time(found[0]), text)


_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z", re.ASCII)


def ways(hint: str) -> tuple[str, ...]:
    """Return the parts of a hint that stand on lines of their own: each ``To do it: command``.

    Such a part has no full stop behind its command.
    """
    parts = _WAY.split(hint)
    if len(parts) == 1:
        return (hint,)
    return tuple(part[:-1] if _IS_WAY.fullmatch(part) else part for part in parts)


_WAY: Final = re.compile(r"(?<=[.]) (?=[A-Z][^.:]*: wikisync )")
_IS_WAY: Final = re.compile(r"[^.:]*: wikisync (?:[^.,]|[.,](?! |$))*[.]", re.DOTALL)


def run_in_words(run: RunRecord) -> str:
    """Return the number of a run, what it did, and when, such as ``run 3 (push, 2026-…)``."""
    what = f"undo of run {run.undoes}" if run.undoes else run.command
    return f"run {run.number} ({what}, {local_time(run.started)})"


def plural(count: int, noun: str) -> str:
    """Return a count and its noun: ``1 page``, ``2 pages``, ``12,000 pages``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def pages_and_files(pages: int, files: int) -> str:
    """Return a count of pages and of assets, such as ``3 pages and 1 file``; none is left out."""
    counts = [plural(pages, "page")] if pages or not files else []
    return " and ".join([*counts, *([plural(files, "file")] if files else [])])


def size_text(size: int) -> str:
    """Return a number of bytes for display: ``812 bytes``, ``12.3 kB``, ``1.2 GB``."""
    if size < 1000:
        return plural(size, "byte")
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1000:,.1f} TB"


def escape_control(text: str) -> str:
    """Escape control and invisible characters in a text from a page or a wiki."""
    return text if _plain(text) else _UNSAFE.sub(_escaped, text)


def shown_json(text: str) -> str:
    """Escape the same characters as JSON escapes in a JSON text, which keeps its value."""
    return text if _plain(text) else _UNSAFE.sub(_escaped_in_json, text)


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _escaped(found: re.Match[str]) -> str:
    if found["flag"]:
        return found[0]
    number = ord(found[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _escaped_in_json(found: re.Match[str]) -> str:
    if found["flag"]:
        return found[0]
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))
