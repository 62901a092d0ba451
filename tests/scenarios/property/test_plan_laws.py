"""Whatever two people do between a plan and its application: what was reviewed is done, or nothing.

What they do is ``chance``'s affair.
"""

from __future__ import annotations

import json
import ssl
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from scenarios.property import chance
from scenarios.property.people import People
from support import effort
from wikisync import planfile
from wikisync.page.document import parse
from wikisync.page.fingerprint import normalize_content
from wikisync.planfile.format import decode, encode
from wikisync.planning.model import Action, Adopt, Conflict, Move, is_temporary_move, original_file
from wikisync.progress import silent
from wikisync.report.json_output import as_data
from wikisync.sandbox import Sandbox
from wikisync.workflow import sync_run
from wikisync.workflow.apply_plan import apply_plan_file, apply_request
from wikisync.workflow.dry_run import dry_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.planfile import ReviewedPlan
    from wikisync.request import Report

pytestmark = pytest.mark.slow

GUARDS: Final = frozenset({"emptied", "all-changed"})


@pytest.fixture(autouse=True, scope="module")
def no_authorities() -> Iterator[None]:
    """The wiki is on loopback: reading whom else to trust would be half the time of a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_args, **_more: None)
        yield


@dataclass
class World:
    """Two people, and a plan file between them."""

    people: People
    sandbox: Sandbox
    file: Path

    def act(self, acts: list[tuple[Any, ...]]) -> None:
        for name, *arguments in acts:
            getattr(self.people, name)(*arguments)

    def sync(self) -> None:
        request = sync_run.Request("sync", "sync", delete=True, max_delete=100, allow=GUARDS)
        sync_run.run_sync(self.people.config, request, silent, lambda _report: True)

    def plan(self, **wishes: Any) -> Report:
        direction = wishes.pop("direction")
        request = sync_run.Request("plan", direction, max_delete=100, allow=GUARDS, **wishes)
        report = dry_run(self.people.config, request, silent)
        planfile.save(report, planfile.settings_of(self.people.config), self.file)
        return report

    def apply(self, *, skip_stale: bool) -> Report:
        plan = planfile.load(self.file)
        request = apply_request(plan, str(self.file), allow=GUARDS, max_delete=None)
        return apply_plan_file(
            self.people.config, request, plan, silent, lambda _report: True, skip_stale=skip_stale
        )

    def all_there_is(self) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
        return self.people.files(), self.sandbox.pages()


@contextmanager
def world(known: set[str]) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as name, Sandbox() as sandbox:
        made = World(People(Path(name), sandbox), sandbox, Path(name) / "plan.json")
        for path in sorted(known):
            made.people.edit(path)
        sandbox.create("still/there", content="[one](/guide/one)\n", tags=["calm"])
        made.people.write("still/here")
        made.sync()
        made.sync()
        yield made


wishes = st.fixed_dictionaries(
    {"direction": chance.commands, "delete": st.booleans(), "prefer": chance.preferences}
)


@settings(max_examples=effort.examples(20))
@given(st.sets(chance.paths), chance.several, wishes)
def test_a_plan_file_says_what_the_plan_said(
    known: set[str], acts: list[Any], wish: dict[str, Any]
) -> None:
    with world(known) as made:
        made.act(acts)
        report = made.plan(**wish)
        plan = planfile.load(made.file)
        assert as_data(plan.report) == as_data(report)
        assert [(p.old, p.new) for p in plan.report.diffs] == [(p.old, p.new) for p in report.diffs]
        written = json.loads(made.file.read_text("utf-8"))
        assert encode(plan.report, plan.settings, plan.made) == written
        assert decode(written).id == plan.id


@settings(max_examples=effort.examples(20))
@given(st.sets(chance.paths), chance.several, wishes)
def test_a_plan_that_is_still_true_is_carried_out_whole_and_once(
    known: set[str], acts: list[Any], wish: dict[str, Any]
) -> None:
    with world(known) as made:
        made.act(acts)
        reviewed = made.plan(**wish)
        report = made.apply(skip_stale=False)
        assert not report.plan.refusals
        assert not report.unplanned
        done = [
            o.action
            for o in report.outcomes
            if o.result == "done" and not is_temporary_move(o.action)
        ]
        written = [_what(action) for action in done if action.verb != "adopt"]
        assert written == [_what(a) for a in reviewed.plan.writes if not is_temporary_move(a)]
        after = made.all_there_is()
        again = made.apply(skip_stale=True)
        assert [r.rule for r in again.plan.refusals] == ["applied"] * bool(written)
        assert made.all_there_is() == after


@settings(max_examples=effort.examples(50))
@given(st.sets(chance.paths), chance.several, wishes, chance.several, st.booleans())
def test_whatever_happens_after_the_review_only_what_was_reviewed_is_written(
    known: set[str], acts: list[Any], wish: dict[str, Any], later: list[Any], skip: bool
) -> None:
    with world(known) as made:
        made.act(acts)
        made.plan(**wish)
        plan = planfile.load(made.file)
        made.act(later)
        before, asked = made.all_there_is(), made.sandbox.requests[-1].number
        report = made.apply(skip_stale=skip)
        if report.plan.refusals:
            assert made.all_there_is() == before
            assert not [seen for seen in made.sandbox.requests if _writes(seen, asked)]
            return
        tried = [o for o in report.outcomes if o.action.skip_reason is None]
        assert skip or all(o.result == "done" for o in tried)
        _as_reviewed(made, plan, report)
        _others_left_alone(made, plan, before)


def _writes(seen: Any, asked: int) -> bool:
    return bool(seen.is_mutation and seen.number > asked)


def _what(action: Action) -> tuple[str, str, str]:
    return action.verb, action.side, str(action.key)


def _as_reviewed(made: World, plan: ReviewedPlan, report: Report) -> None:
    """Every page and file that was written holds the very text that was shown."""
    pairs = ((pair.item, pair.new) for pair in plan.report.diffs)
    shown = {_what(item): new for item, new in pairs if isinstance(item, Action)}
    for outcome in report.outcomes:
        action = outcome.action
        if outcome.result != "done" or isinstance(action, Adopt | Move):
            continue
        new = shown[_what(action)]
        if action.side == "wiki":
            page = made.sandbox.page(action.key.path, action.key.locale)
            found = None if page is None else page["content"]
        else:
            file = made.people.folder / action.file
            found = parse(file.read_bytes(), "markdown").page.content if file.exists() else None
        wanted = None if new is None else normalize_content(new.content)
        assert (None if found is None else normalize_content(found)) == wanted, action


def _others_left_alone(
    made: World, plan: ReviewedPlan, before: tuple[dict[str, bytes], list[dict[str, Any]]]
) -> None:
    """No page and no file is touched that was not reviewed."""
    items = [pair.item for pair in plan.report.diffs]
    keys = {(item.key.locale, item.key.path) for item in items}
    for item in items:
        if isinstance(item, Move | Conflict) and item.from_key is not None:
            keys.add((item.from_key.locale, item.from_key.path))
    files = {name for item in items for name in (item.file, original_file(item))}
    old, new = before[0], made.people.files()
    changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    assert changed <= files
    was = {(page["locale"], page["path"]): page for page in before[1]}
    now = {(page["locale"], page["path"]): page for page in made.sandbox.pages()}
    others = (was.keys() | now.keys()) - keys
    for key in others:
        assert _texts(was.get(key)) == _texts(now.get(key))


def _texts(page: dict[str, Any] | None) -> tuple[Any, ...]:
    # The wiki moves a page's time when a page that it links to is written.
    return () if page is None else (page["id"], page["content"], page["title"], page["tags"])
