"""Values to decide about: pages, files and bases, each whole unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from wikisync.errors import BadName
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import Key, Listed, Page, Record
from wikisync.planning.model import (
    Action,
    Adopt,
    Base,
    Create,
    Delete,
    Local,
    Merge,
    Move,
    Plan,
    Remote,
    Update,
)
from wikisync.planning.planner import PlanOptions, Snapshot, make_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.page.model import ContentType
    from wikisync.planning.model import RemoteState, Side, Verb

TIME = "2020-12-16T06:49:25.724Z"
LATER = "2021-01-01T00:00:00.000Z"

PAGE = Page(
    content="Text.\n",
    title="A",
    description="",
    published=True,
    tags=(),
    editor="markdown",
    publish_start="",
    publish_end="",
    script_css="",
    script_js="",
    private=False,
)
"""A page as the wiki has it: every field named."""

FILE = replace(PAGE, publish_start=None, publish_end=None, script_css=None, script_js=None)
FILE = replace(FILE, private=None)
"""The same page as a file has it: what Wiki.js's storage writes is named, no more."""


def page(content: str = "Text.\n", **fields: Any) -> Page:
    """A page as the wiki has it. ``fields`` are of ``Page``."""
    return replace(PAGE, content=content, **fields)


def key(path: str = "a", locale: str = "en") -> Key:
    return Key(locale, path)


def local(
    path: str = "a", *, kind: ContentType = "markdown", suffix: str = ".md", **fields: Any
) -> Local:
    """A page's file. ``fields`` are of ``Page``."""
    page = replace(FILE, **fields)
    print_ = fingerprint(page)
    return Local(path + suffix, kind, print_, str(print_).encode())


def listed(path: str = "a", number: int = 1, updated: str = TIME, **fields: Any) -> Listed:
    page = replace(PAGE, **{k: v for k, v in fields.items() if k != "kind"})
    return Listed(
        number,
        key(path),
        page.title or "",
        page.description or "",
        fields.get("kind", "markdown"),
        bool(page.published),
        bool(page.private),
        TIME,
        updated,
        page.tags or (),
    )


def remote(path: str = "a", number: int = 1, updated: str = TIME, **fields: Any) -> Remote:
    """A page of the wiki that was read whole."""
    shown = listed(path, number, updated, **fields)
    page = replace(PAGE, **{k: v for k, v in fields.items() if k != "kind"})
    record = Record(number, key(path), shown.content_type, TIME, updated, page)
    return Remote(shown, fingerprint(page), record)


def base(path: str = "a", number: int = 1, *, here: Local | None = None, **fields: Any) -> Base:
    """What both sides agreed on. ``here`` is the file of then; ``fields`` are the page's."""
    file = local(path, **fields) if here is None else here
    there = fingerprint(replace(PAGE, **fields))
    return Base(
        key(path),
        number,
        file.file,
        "markdown",
        file.fingerprint,
        there,
        TIME,
        TIME,
        file.digest,
    )


def file_of(key: Key, listed: Listed, like: str = "") -> str:
    if key.path.startswith("bad"):
        raise BadName(str(key), "no file can have that name")
    return f"{key.path}.md"


def sides(
    bases: Iterable[Base] = (),
    here: Iterable[Local] = (),
    there: Iterable[Remote] | Mapping[Key, RemoteState] = (),
    **more: Any,
) -> Snapshot:
    """Both sides by their keys; files are ``<path>.md``."""
    shown: Mapping[Key, RemoteState] = (
        there if isinstance(there, Mapping) else {one.listed.key: one for one in there}
    )
    return Snapshot(
        {one.key: one for one in bases},
        {key(one.file.rpartition(".")[0]): one for one in here},
        shown,
        file_of,
        **more,
    )


def planned(of: Snapshot, wish: PlanOptions | None = None) -> Plan:
    return make_plan(of, wish or PlanOptions("sync"))


A = TypeVar("A", Create, Update, Move, Merge, Adopt, Delete)


def action(verb: Verb = "update", side: Side = "wiki", path: str = "a", **fields: Any) -> Action:
    """An action; a move is from ``old`` unless ``fields`` has another name."""
    [kind] = (kind for kind in get_args(Action) if kind.verb == verb)
    if kind is Move:
        fields = {"from_key": key("old"), "from_file": "old.md", **fields}
    found: Action = kind(**{"side": side, "key": key(path), "file": f"{path}.md", **fields})
    return found


def as_kind(given: Action, kind: type[A], **changes: Any) -> A:
    """An action of another kind with the same values, but for ``changes``."""
    shared = {one.name: getattr(given, one.name) for one in fields_of(Adopt)}
    if kind is Move:
        changes = {"from_key": given.key, "from_file": "", **changes}
    return kind(**{**shared, **changes})


def of_kind(kind: type[A], given: Plan | Iterable[Action]) -> list[A]:
    """The actions of a plan, which must all be of this kind."""
    actions = list(given.actions if isinstance(given, Plan) else given)
    found = [one for one in actions if isinstance(one, kind)]
    assert found == actions
    return found


def steps(of: Plan | Iterable[Action]) -> list[str]:
    """The actions in short: ``create wiki a``."""
    actions = of.actions if isinstance(of, Plan) else of
    return [f"{one.verb} {one.side} {one.key.path}" for one in actions]
