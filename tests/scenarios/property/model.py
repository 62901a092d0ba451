"""A pure model of both sides and the base, on which plans can be carried out without a wiki."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from support.values import FILE, PAGE, key, listed
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import FIELDS
from wikisync.planning.model import Base, Hidden, Local, MovedAway, Remote
from wikisync.planning.planner import PlanOptions, Snapshot, make_plan
from wikisync.planning.reconcile import pages_to_fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.page.model import Key, Listed, Page
    from wikisync.planning.model import Action, Plan, RemoteState

ODD: dict[str, RemoteState] = {"hidden": Hidden(), "moved": MovedAway(key("elsewhere"))}


def _file_of(key: Key, listed: Listed, like: str = "") -> str:
    return f"{key.path}.md"


@dataclass
class World:
    """Files and pages by their paths, and what both agreed on. ``odd`` are pages out of sight."""

    files: dict[str, Page] = field(default_factory=dict)
    wiki: dict[str, Page] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    bases: dict[str, tuple[Base, Page]] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)
    clock: Iterator[int] = field(default_factory=lambda: count(1))

    def edit(self, path: str, page: Page) -> None:
        """Write a page of the wiki, as anybody."""
        self.wiki[path] = page
        self.times[path] = f"2026-01-01T00:00:{next(self.clock):06.3f}Z"

    def local(self, path: str) -> Local:
        print_ = fingerprint(self.files[path])
        return Local(f"{path}.md", "markdown", print_, str(print_).encode())

    def listed(self, path: str) -> Listed:
        page = self.wiki[path]
        shown = listed(path, 1, self.times[path])
        return replace(
            shown,
            title=page.title or "",
            description=page.description or "",
            published=bool(page.published),
            private=bool(page.private),
            tags=page.tags or (),
        )

    def agree(self, path: str) -> None:
        """Take note that both sides are as they should be."""
        here, page = self.local(path), self.wiki[path]
        made = Base(
            key(path),
            1,
            here.file,
            "markdown",
            here.fingerprint,
            fingerprint(page),
            "",
            self.times[path],
            here.digest,
        )
        self.bases[path] = made, page

    def sides(self) -> Snapshot:
        """What a survey would show: pages are read only where ``pages_to_fetch`` asks for it."""
        bases = {key(path): base for path, (base, _) in self.bases.items()}
        here = {key(path): self.local(path) for path in self.files}
        shown = {key(path): self.listed(path) for path in self.wiki if path not in self.odd}
        look = pages_to_fetch(bases, here, shown)
        there: dict[Key, RemoteState] = {
            of: Remote(page, bases[of].remote if of in bases else None)
            for of, page in shown.items()
        }
        for page in look.read:
            there[page.key] = Remote(page, fingerprint(self.wiki[page.key.path]))
        for base in look.missing:
            there[base.key] = ODD.get(self.odd.get(base.key.path, ""))
        return Snapshot(bases, here, there, _file_of)

    def plan(self, wish: PlanOptions) -> Plan:
        return make_plan(self.sides(), wish)

    def carry_out(self, plan: Plan) -> None:
        """Do what the plan says, as ``apply`` does when nothing goes wrong."""
        for there in plan.base_updates:
            path = there.listed.key.path
            base, page = self.bases[path]
            assert there.fingerprint is not None
            base = replace(base, remote=there.fingerprint, updated_at=there.listed.updated_at)
            self.bases[path] = base, page
        for gone in plan.base_deletes:
            del self.bases[gone.path]
        for action in plan.actions:
            if action.skip_reason is None:
                self._do(action)

    def _do(self, action: Action) -> None:
        path = action.key.path
        match action.verb, action.side:
            case "create", "wiki":
                self.edit(path, self.files[path].with_defaults_from(PAGE))
            case "update", "wiki":
                before = self.wiki[path]
                whole = self.files[path].with_defaults_from(before)
                self.edit(path, replace(whole, editor=before.editor, private=before.private))
            case "create", "folder":
                page = self.wiki[path]
                named = {a for a in FIELDS.values() if getattr(FILE, a) is not None}
                self.files[path] = replace(FILE, **{a: getattr(page, a) for a in named})
            case "update", "folder":
                names = [FIELDS[name] for name in action.fields]
                new = {name: getattr(self.wiki[path], name) for name in names}
                self.files[path] = replace(self.files[path], **new)
            case "delete", side:
                del (self.wiki if side == "wiki" else self.files)[path]
                del self.bases[path]
                return
        self.agree(path)

    def texts(self) -> set[tuple[str, str]]:
        """Every text that stands anywhere, by its page."""
        return {
            (path, page.content) for side in (self.files, self.wiki) for path, page in side.items()
        }
