"""Two people, and ``watch`` in the folder of one: whatever happens when, the laws hold.

The loop runs with a clock and events that are played: people write in the folder and on the wiki,
check out other states of the folder and rebase, events get lost, the network fails, the process is
killed and begun again. What holds for runs holds for it; and nothing is ever deleted, what it says
is what happened, and when all is quiet both sides agree but for what it named.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import rule, run_state_machine_as_test

from scenarios.property import chance, network
from scenarios.property.test_two_people import (
    GUARDS,
    PHASES,
    TwoPeople,
)
from scenarios.property.watching import Session, Step, multiset_difference
from support import effort
from wikisync.errors import WikisyncError
from wikisync.planning.model import Adopt, Delete
from wikisync.progress import silent
from wikisync.watch.loop import _conflict_id
from wikisync.workflow import sync_run, undo
from wikisync.workflow.dry_run import dry_run

if TYPE_CHECKING:
    from wikisync.request import Report

pytestmark = pytest.mark.slow

STEPS: Final = 5
EXAMPLES: Final = effort.examples(20)

_special = st.one_of(
    st.tuples(st.just("commit")),
    st.tuples(st.just("checkout")),
    st.tuples(st.just("rebase")),
    st.tuples(st.just("rebased")),
    st.tuples(st.just("trouble"), st.sampled_from(network.KINDS), st.integers(1, 6)),
    st.tuples(st.just("away")),
    st.tuples(st.just("back")),
    st.tuples(st.just("run"), chance.commands),
)
_acts = st.lists(
    st.one_of(chance.here, chance.here, chance.there, chance.there, _special), max_size=4
)
_steps = st.lists(
    st.builds(Step, _acts.map(tuple), st.booleans(), st.sampled_from((0.0, 0.0, 3600.0))),
    min_size=1,
    max_size=5,
)
_meetings = st.lists(st.tuples(chance.acts, st.integers(1, 20), st.booleans()), max_size=2)
_deaths = st.none() | st.integers(1, 100)
_directions = st.sampled_from(("sync", "sync", "sync", "push", "pull"))


class TwoPeopleWatching(TwoPeople):
    """A folder that is watched, a wiki, and whatever happens to both."""

    a_mirror = an_undo = a_restore = None  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self._commits: list[dict[str, bytes]] = []
        self._on_the_way: list[Any] = []

    @rule(steps=_steps, direction=_directions, meeting=_meetings, death=_deaths)
    def a_watch(self, steps: list[Step], direction: Any, meeting: Any, death: int | None) -> None:
        before, asked, runs = self._people.files(), self._asked(), self._runs()
        self._people.deleted_here.clear()
        git = self._people.config.folder.parent / ".git"
        session = Session(self._people, tuple(steps), self._act, git, direction, GUARDS)
        session.over = self._calm
        error: list[WikisyncError] = []

        def work() -> Report:
            try:
                return session.run()  # type: ignore[return-value]
            except WikisyncError as found:
                error.append(found)
                raise

        if self.jobs > 1:  # no moment in which it could be said what is being done to a file
            meeting = [one for one in meeting if one[0][0] in chance.THERE]
        told_amid = partial(session.do, heard=True)
        meeting = [(("meet", told_amid, act), nth, after) for act, nth, after in meeting]
        self._in_trouble(work, [], meeting, death)
        self._calm()
        self._check(not error, error)
        self._check(not session.gave_up, session.events)
        kinds = {act[0] for step in steps for act in step.acts}
        self._only_what_somebody_touched(before, asked)
        if "run" not in kinds:
            self._nothing_deleted(before, asked, runs)
            self._says_what_it_did(session, runs, sure=death is None and "trouble" not in kinds)
        if "checkout" not in kinds and "run" not in kinds:
            twice = [one for one, times in Counter(session.conflicts()).items() if times > 1]
            self._check(not twice, f"said twice: {twice}")
        if death is None and "stop" not in kinds:
            self._agrees_but_for_what_it_named(session)

    # The laws.

    def _says_what_it_did(self, session: Session, runs: int, *, sure: bool) -> None:
        """What was said to be done is in the journal as done, and the other way round."""
        logged = [one for one in undo.log(self._people.config) if one.run.number > runs]
        noted: Counter[tuple[str, str, str]] = Counter(
            (write.intent.verb, write.intent.side, write.intent.file)
            for one in logged
            for write in one.writes
            if write.outcome == "done" and write.intent.verb != "merge"
        )
        said = Counter(one for one in session.done() if one[0] not in {"adopt", "merge"})
        self._check(not said - noted, f"said, not done: {multiset_difference(said, noted)}")
        if sure:
            self._check(not noted - said, f"done, not said: {multiset_difference(noted, said)}")

    def _agrees_but_for_what_it_named(self, session: Session) -> None:
        plan = self._dry_run(session).plan
        odd = [a for a in plan.actions if not (isinstance(a, Delete) or a.skip_reason)]
        odd = [a for a in odd if not isinstance(a, Adopt)]
        self._check(not odd, f"not done: {odd}")
        unsaid = {_conflict_id(one) for one in plan.conflicts} - set(session.conflicts())
        self._check(not unsaid, f"not said: {unsaid}")
        files = {name for problem in plan.problems for name in problem.names}
        self._check(files <= session.problems(), f"not said: {files - session.problems()}")

    def _dry_run(self, session: Session) -> Report:
        request = sync_run.Request("status", session.direction, allow=GUARDS)
        return dry_run(self._people.config, request, silent)

    def _named_where_overtaken(self, report: Report) -> None:
        """A page may be overwritten by who saw it come, and then saved his file."""
        if report is not None:
            super()._named_where_overtaken(report)

    # What happens.

    def _act(self, act: tuple[Any, ...]) -> None:
        match act:
            case ("meet", do, one):
                do((one,))
            case ("commit",):
                self._commits.append(self._people.files())
            case ("checkout",):
                if self._commits:
                    self._people.check_out(self._commits.pop(0))
            case ("trouble", kind, nth):
                self._on_the_way.append(network.disturb(self._box, kind, nth, 3))
            case ("away",):
                network.go_away(self._box)
            case ("back",):
                self._calm()
            case ("run", command):
                self._a_run_beside(command)
            case _:
                super()._act(act)

    def _calm(self) -> None:
        self._box.faults.clear()
        for arrive in self._on_the_way:
            arrive()
        self._on_the_way.clear()

    def _a_run_beside(self, command: Any) -> None:
        request = sync_run.Request(command, command, allow=GUARDS)
        with contextlib.suppress(WikisyncError):
            sync_run.run_sync(self._people.config, request, silent, lambda _report: True)


class TwoPeopleWatchingAtOnce(TwoPeopleWatching):
    """The same, with several writes in flight."""

    jobs = 3

    def __init__(self) -> None:
        super().__init__()
        self._box.races.tree = self._box.races.tags = 0.5


@pytest.mark.usefixtures("swift")
def test_whatever_happens_while_watch_runs_the_laws_hold() -> None:
    many = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=PHASES)
    run_state_machine_as_test(TwoPeopleWatching, settings=many)


@pytest.mark.usefixtures("swift")
def test_they_hold_with_several_writes_in_flight() -> None:
    many = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=PHASES)
    run_state_machine_as_test(TwoPeopleWatchingAtOnce, settings=many)
