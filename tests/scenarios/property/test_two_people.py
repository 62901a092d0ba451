"""Two people, an unreliable network, runs that are killed: the laws hold whatever happens when.

What they write is ``people``'s affair, what goes wrong on the way ``network``'s.
"""

from __future__ import annotations

import tempfile
import threading
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import hypothesis.strategies as st
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from scenarios.crash.points import Points, dies, watched
from scenarios.property import chance, network
from scenarios.property.people import People
from scenarios.property.places import Places
from support import effort
from wikisync.apply import second_look
from wikisync.apply.restore import Restoration
from wikisync.errors import WikisyncError
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import Page
from wikisync.planning.model import Move
from wikisync.progress import silent
from wikisync.sandbox import Sandbox
from wikisync.state import State
from wikisync.workflow import restore, sync_run, undo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wikisync.page.model import Key
    from wikisync.planning.model import Command, Conflict
    from wikisync.request import Report
    from wikisync.state.backups import Backup

pytestmark = pytest.mark.slow

STEPS: Final = 12
EXAMPLES: Final = effort.examples(25)
PHASES: Final = (Phase.explicit, Phase.reuse, Phase.generate)
"""Making a failure smaller takes more minutes than a hanging test is given."""
GUARDS: Final = frozenset({"emptied", "all-changed", "foreign-state"})


class TwoPeople(RuleBasedStateMachine):
    """A folder, a wiki, and whatever happens to both."""

    jobs = 1
    places = Places()
    collation = "postgresql"

    def __init__(self) -> None:
        super().__init__()
        self._directory = tempfile.TemporaryDirectory()
        self._box = Sandbox(collation=self.collation)
        self._people = People(Path(self._directory.name), self._box, self.jobs, self.places)
        self._broken = False

    def teardown(self) -> None:
        try:
            if not self._broken:
                self.after_quiet()
        finally:
            self._box.close()
            self._directory.cleanup()

    @initialize(known=st.sets(chance.paths))
    def two_pages_that_nobody_touches_and_some_others(self, known: set[str]) -> None:
        for path in sorted(known):
            self._people.edit(path)
        self._box.create(
            *self.places.at("still/there"), content="[one](/guide/one)\n", tags=["calm"]
        )
        self._people.write("still/here")
        self._quietly("sync")
        self._quietly("sync")
        self._people.touched.clear()

    @rule(
        first=chance.several,
        command=chance.commands,
        delete=st.booleans(),
        prefer=chance.preferences,
        trouble=chance.troubles,
        meeting=chance.meetings,
        death=chance.deaths,
        back=st.none() | chance.paths,
    )
    def a_run(
        self,
        first: list[Any],
        command: Any,
        delete: bool,
        prefer: Any,
        trouble: Any,
        meeting: Any,
        death: int | None,
        back: str | None,
    ) -> None:
        for act in first:
            self._act(act)
        if back is not None:
            self._people.remove(back)
            delete, meeting = True, []
        request = sync_run.Request(
            command, command, delete=delete, prefer=prefer, max_delete=100, allow=GUARDS
        )
        before, asked, runs = self._people.files(), self._asked(), self._runs()
        self._people.deleted_here.clear()
        work = partial(sync_run.run_sync, self._people.config, request, silent, _yes)
        with self._put_back_while_it_waits(back is not None) as put_back:
            self._in_trouble(work, trouble, meeting, death)
        gone = {path for verb, path in self._mutations(asked) if verb == "delete"}
        self._check(not gone & put_back, f"deleted though the file was back: {gone & put_back}")
        self._only_what_somebody_touched(before, asked)
        if not delete:
            self._nothing_deleted(before, asked, runs)

    @rule(
        first=chance.several,
        command=st.sampled_from(["push", "pull"]),
        delete=st.booleans(),
        trouble=chance.troubles,
        meeting=chance.meetings,
        death=chance.deaths,
    )
    def a_mirror(
        self,
        first: list[Any],
        command: Any,
        delete: bool,
        trouble: Any,
        meeting: Any,
        death: int | None,
    ) -> None:
        """One side becomes what the other is, and what is overwritten is kept."""
        for act in first:
            self._act(act)
        request = sync_run.Request(
            command, command, delete=delete, mirror=True, max_delete=100, allow=GUARDS
        )
        before, asked, runs = self._people.files(), self._asked(), self._runs()
        self._people.deleted_here.clear()
        work = partial(sync_run.run_sync, self._people.config, request, silent, _yes)
        self._in_trouble(work, trouble, meeting, death)
        self._only_what_somebody_touched(before, asked)
        if not delete:
            self._nothing_deleted(before, asked, runs)

    @rule(
        first=chance.several, trouble=chance.troubles, meeting=chance.meetings, death=chance.deaths
    )
    def an_undo(self, first: list[Any], trouble: Any, meeting: Any, death: int | None) -> None:
        for act in first:
            self._act(act)
        config = self._people.config
        look = sync_run.Request("undo", "sync", dry_run=True)
        try:
            plan = undo.undo(config, look, silent, _yes).plan
        except WikisyncError:
            return
        for action in plan.actions:
            ends = [action.key, action.from_key] if isinstance(action, Move) else [action.key]
            self._people.touched |= {self._place(key) for key in ends}
        request = sync_run.Request("undo", "sync")
        before, asked = self._people.files(), self._asked()
        work = partial(undo.undo, config, request, silent, _yes)
        self._in_trouble(work, trouble, meeting, death)
        self._only_what_somebody_touched(before, asked)

    @rule(first=chance.several, nth=chance.backups, death=chance.deaths)
    def a_restore(self, first: list[Any], nth: int, death: int | None) -> None:
        """A backup comes back into its file, and what it overwrites there becomes a backup."""
        for act in first:
            self._act(act)
        backups = self._backups()
        if not backups:
            return
        backup = backups[nth % len(backups)]
        request = sync_run.Request("restore", "pull", backup=backup.number)
        try:
            look = replace(request, dry_run=True)
            found = restore.restore_backup(self._people.config, look, _yes).restoration
        except WikisyncError:
            return
        assert isinstance(found, Restoration)
        self._people.touched |= {
            self._place(key) for key in (backup.key, backup.new_key, found.key)
        }
        before, asked = self._people.files(), self._asked()
        work = partial(restore.restore_backup, self._people.config, request, _yes)
        self._in_trouble(work, [], [], death)
        self._check(self._asked() == asked, "a restore asked the wiki")
        self._only_what_somebody_touched(before, asked)
        old, new = before.get(found.file), self._people.files().get(found.file)
        if old is not None and new != old:
            made = self._backups()[0]
            self._check(made.number > backups[0].number, f"no backup of {found.file}")
            with restore.open_backup(self._people.config, made.number) as file:
                self._check(file.read() == old, made)

    @rule()
    def the_memory_is_lost(self) -> None:
        self._people.forget()

    @rule()
    def after_quiet(self) -> None:
        """Two runs make both sides equal, but for what they name; the third does nothing."""
        self._box.faults.clear()
        self._quietly("sync")
        self._all_done(self._quietly("sync"))
        files, pages, asked = self._people.files(), self._box.pages(), self._asked()
        report = self._quietly("sync")
        self._check(not report.plan.actions, report.plan.actions)
        self._check((self._people.files(), self._box.pages()) == (files, pages), "not quiet")
        named = {place for conflict in report.plan.conflicts for place in self._places(conflict)}
        files_named = [name for problem in report.plan.problems for name in problem.names]
        named |= {self.places.of_file(name) for name in files_named}
        self._check(bool(named) or self._asked() == asked + 1, "more than one request")
        self._equal_but_for(named)
        with closing(State.open(self._people.config.state)) as state:
            self._check(not state.journal.open_entries(), state.journal.open_entries())
        self._people.touched.intersection_update(named)

    @invariant()
    def nothing_that_somebody_wrote_is_lost(self) -> None:
        lost = self._people.written - self._people.found()
        self._check(not lost, f"lost: {lost}")

    # How it is done.

    def _act(self, act: tuple[Any, ...]) -> None:
        getattr(self._people, act[0])(*act[1:])

    def _backups(self) -> list[Backup]:
        with closing(State.open(self._people.config.state, create=False)) as state:
            return state.backups.all()

    def _quietly(self, command: Command) -> Report:
        request = sync_run.Request(command, command, delete=True, max_delete=100, allow=GUARDS)
        with watched(Points()):
            return sync_run.run_sync(self._people.config, request, silent, _yes)

    def _in_trouble(
        self, work: Callable[[], Report], trouble: Any, meeting: Any, death: int | None
    ) -> None:
        """Do it while the network fails and people write, and perhaps be killed amid it."""
        on_the_way = [network.disturb(self._box, *one) for one in trouble]
        for act, nth, after in meeting:
            network.meanwhile(self._box, partial(self._act, act), nth, after=after)
        self._people.latest.clear()
        reports: list[Report] = []
        with suppress(WikisyncError):
            dies(Points(death), self._people.config.state, lambda: reports.append(work()))
        self._box.faults.clear()
        for arrive in on_the_way:
            arrive()
        if reports and not trouble:
            self._named_where_overtaken(reports[0])

    def _asked(self) -> int:
        return self._box.requests[-1].number if self._box.requests else 0

    # The laws.

    def _only_what_somebody_touched(self, before: dict[str, bytes], asked: int) -> None:
        written = {path for _, path in self._mutations(asked)}
        after = self._people.files()
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        written |= {self.places.of_file(name) for name in changed if not _hidden(name)}
        strange = written - self._people.touched
        self._check(not strange, f"written though nobody touched it: {strange}")

    def _nothing_deleted(self, before: dict[str, bytes], asked: int, runs: int) -> None:
        deleted = [path for verb, path in self._mutations(asked) if verb == "delete"]
        gone = {_now_at(name, self._moves(runs)) for name in before}
        gone = {self.places.of_file(name) for name in gone - self._people.files().keys()}
        gone = {name for name in gone if not _hidden(name)} - self._people.deleted_here
        self._check(not deleted and not gone, f"deleted unasked: {deleted}, {gone}")

    def _moves(self, runs: int) -> list[tuple[str, str]]:
        """The names, old and new, that all but the first ``runs`` runs gave to files, in order."""
        logged = reversed(undo.log(self._people.config))
        noted = [write.intent for one in logged if one.run.number > runs for write in one.writes]
        moves = [one for one in noted if (one.verb, one.side) == ("move", "folder")]
        return [(one.from_file, one.file) for one in moves]

    def _runs(self) -> int:
        return max((logged.run.number for logged in undo.log(self._people.config)), default=0)

    def _named_where_overtaken(self, report: Report) -> None:
        """What somebody wrote on the wiki during a run stands there, or the run names it."""
        if report.request.prefer is not None or report.request.mirror:
            return  # then it may have been seen, and decided about
        named = {self._place(o.action.key) for o in report.outcomes if o.error is not None}
        for path, text in self._people.latest.items():
            page = self._people.page(path)
            if text is not None and page is not None and path not in named:
                self._check(text in page["content"], f"{text} was overtaken and is not named")

    @contextmanager
    def _put_back_while_it_waits(self, back: bool) -> Iterator[set[str]]:
        """While a run waits for its second look, every file that is missing is written again.

        Gives the places of those files.
        """
        written: set[str] = set()

        def put_back() -> None:
            pages = {self.places.of(page) for page in self._people.pages()}
            for path in sorted(pages & set(chance.PLACES)):
                if not self._people.file(path).exists():
                    self._people.write(path)
                    written.add(path)

        def wait(_seconds: float) -> None:
            # In a thread of its own: what a person does is no effect of the process.
            person = threading.Thread(target=put_back)
            person.start()
            person.join()

        with pytest.MonkeyPatch.context() as patch:
            if back:
                patch.setattr(second_look, "wait", wait)
            yield written

    def _mutations(self, asked: int) -> Iterator[tuple[str, str]]:
        """(verb, place) of every write that the wiki was asked for since."""
        for seen in self._box.requests:
            if seen.number > asked and seen.is_mutation:
                (one,) = seen.requested
                sent = one.arguments
                if "path" in sent:
                    yield one.name, self.places.of(sent)
                elif "id" in sent:  # else it is of no page: the tree is made anew
                    yield one.name, self._was(sent["id"])

    def _was(self, number: int) -> str:
        """Where a page is, or was."""
        row = self._box.store.row(
            "select path, locale from pages where id = ? union all"
            " select path, locale from versions where pageId = ?",
            number,
            number,
        )
        assert row is not None
        return self.places.of(row)

    def _all_done(self, report: Report) -> None:
        odd = [o for o in report.outcomes if o.result != "done" or o.error is not None]
        self._check(not odd and not report.plan.refusals, (odd, report.plan.refusals))

    def _equal_but_for(self, named: set[str]) -> None:
        sides = {self.places.of(page): page for page in self._people.pages()}
        files = self._people.files()
        self._check(not [name for name in files if _hidden(name)], files)
        mine = {
            self.places.of_file(name): parse(
                data, "markdown", link_folder=self.places.link_folder(name)
            )
            for name, data in files.items()
        }
        for path in {*sides, *mine} - named:
            self._check(path in sides and path in mine, f"{path} is on one side only")
            unlike = self._unlike(mine[path].page, _page(sides[path]))
            self._check(not unlike, f"{path}: {unlike}")

    def _unlike(self, file: Page, page: Page) -> tuple[str, ...]:
        """The fields in which a file and its page differ."""
        return fingerprint(file).changed_fields(fingerprint(page))

    def _place(self, key: Key) -> str:
        return self.places.of({"path": key.path, "locale": key.locale})

    def _places(self, conflict: Conflict) -> Iterator[str]:
        """Every place that a conflict is about, by its keys and by what it says is in the way."""
        yield self._place(conflict.key)
        if conflict.from_key is not None:
            yield self._place(conflict.from_key)
        if conflict.remote is not None:
            yield self._place(conflict.remote.listed.key)
        if conflict.kind == "moved":
            locale, _, path = conflict.detail.partition(" ")[0].partition("/")
            yield self.places.of({"path": path, "locale": locale})

    def _check(self, holds: bool, otherwise: object) -> None:
        if not holds:
            self._broken = True
            raise AssertionError(otherwise)


class TwoPeopleAtOnce(TwoPeople):
    """The same, while the runs have several writes in flight, which meet each other on the wiki.

    Amid a run only the one on the wiki does something: a run that waits for no single answer leaves
    no moment in which a test could say what is being done to a file.
    """

    jobs = 3

    def __init__(self) -> None:
        super().__init__()
        self._box.races.tree = self._box.races.tags = 0.5

    def _in_trouble(
        self, work: Callable[[], Report], trouble: Any, meeting: Any, death: int | None
    ) -> None:
        there = [one for one in meeting if one[0][0] in chance.THERE]
        super()._in_trouble(work, trouble, there, death)


def _yes(_report: Report) -> bool:
    return True


def _now_at(name: str, moves: list[tuple[str, str]]) -> str:
    for old, new in moves:
        name = new if name == old else name
    return name


def _hidden(name: str) -> bool:
    return name.rpartition("/")[2].startswith(".")


def _page(row: dict[str, Any]) -> Page:
    return Page(
        content=row["content"],
        title=row["title"],
        description=row["description"],
        published=row["isPublished"],
        tags=tuple(row["tags"]),
        editor=row["editor"],
    )


@pytest.mark.usefixtures("swift")
def test_whatever_two_people_and_the_network_do_the_laws_hold() -> None:
    many = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=PHASES)
    run_state_machine_as_test(TwoPeople, settings=many)


@pytest.mark.usefixtures("swift")
def test_the_laws_hold_with_several_writes_in_flight() -> None:
    many = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=PHASES)
    run_state_machine_as_test(TwoPeopleAtOnce, settings=many)
