"""The laws of two people hold in each layout, and in a part of the wiki none of what is outside.

The histories are those of ``test_two_people``; with a root, pages are also moved out of it and in.
"""

from __future__ import annotations

import re
import tempfile
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from scenarios.property import chance
from scenarios.property.people import People
from scenarios.property.places import Places
from scenarios.property.test_two_people import GUARDS, PHASES, STEPS, TwoPeople, _yes
from support import effort
from wikisync.progress import silent
from wikisync.workflow import sync_run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("swift")]

EXAMPLES: Final = effort.examples(8)
ROOT: Final = "products/rocket"
OUTSIDE: Final = ("home", ROOT, "products/rocketry", "products/rocketry/guide/one", "guide/one")
_CODE: Final = re.compile(r"`[^`]+`")
_TARGET: Final = re.compile(r"(?<!`)\[\w*\]\(([^)]+)\)")
AWAY: Final = ("away/one", "away/two", "products/rocketry/three")


class AllLocaleFolders(TwoPeople):
    """English pages are in ``en/``."""

    places = Places(locale_folders="all")


class APart(TwoPeople):
    """The folder is a part of the wiki. Whatever it does, the pages outside stay as they are."""

    places = Places(root=ROOT)

    def __init__(self) -> None:
        super().__init__()
        for path in OUTSIDE:
            self._box.create(path, title="home", content=f"The page {path}, of somebody else.\n")
        self._box.create("home", locale="fr")
        self._outside = self._pages_outside()

    @rule(place=chance.paths, to=st.sampled_from(AWAY))
    def somebody_moves_a_page_out(self, place: str, to: str) -> None:
        self._people.leave(place, to)
        self._outside = self._pages_outside()

    @rule(place=chance.paths, nth=st.integers(0, 2))
    def somebody_moves_a_page_in(self, place: str, nth: int) -> None:
        away = [row for row in self._pages_outside() if row["path"] in AWAY]
        if away:
            self._people.enter(place, away[nth % len(away)])
            self._outside = self._pages_outside()

    @invariant()
    def what_is_outside_stays_as_it_is(self) -> None:
        self._check(self._pages_outside() == self._outside, "a page outside the root was written")

    def _pages_outside(self) -> list[dict[str, Any]]:
        return [row for row in self._box.pages() if not self.places.contains(row)]


class APartWithAllLocaleFolders(APart):
    """Both settings at once."""

    places = Places(root=ROOT, locale_folders="all")


class IndexFiles(TwoPeople):
    """``guide/README.md`` is the page ``guide``, with links of its own."""

    places = Places(index="README")

    def _equal_but_for(self, named: set[str]) -> None:
        super()._equal_but_for(named)
        for name, data in self._people.files().items():
            place = self.places.of_file(name)
            page = self._people.page(place)
            if page is None or place in named:
                continue
            code = [_CODE.findall(text) for text in (data.decode(), page["content"])]
            self._check(code[0] == code[1], f"{name}: code differs")
            from_file, from_page = (
                [urljoin(f"http://wiki/{at}", target) for target in _TARGET.findall(text)]
                for at, text in ((name, data.decode()), (place, page["content"]))
            )
            self._check(from_file == from_page, f"{name}: {from_file}, {from_page}")


class TwoParts(TwoPeople):
    """Two folders with roots beside each other, on one wiki: neither touches the other's pages."""

    places = Places(root=ROOT)
    other_places = Places(root="products/rocketry")

    def __init__(self) -> None:
        super().__init__()
        self._beside = tempfile.TemporaryDirectory()
        self._people.__dict__["_numbers"] = numbers = count(1)
        directory = Path(self._beside.name)
        self._others = People(directory, self._box, self.jobs, self.other_places, numbers)
        self._others.write("home")
        self._others.write("guide/one")
        self._note_others()

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            self._beside.cleanup()

    @rule(first=chance.several)
    def the_other_folder_syncs(self, first: list[Any]) -> None:
        """What the others write arrives; the pages and files of this folder stay as they are."""
        self._box.faults.clear()
        for act in first:
            getattr(self._others, act[0])(*act[1:])
        mine = self._people.pages(), self._people.files()
        request = sync_run.Request("sync", "sync", delete=True, max_delete=100, allow=GUARDS)
        for _ in range(2):
            sync_run.run_sync(self._others.config, request, silent, _yes)
        report = sync_run.run_sync(self._others.config, request, silent, _yes)
        self._check(not report.plan.actions, report.plan.actions)
        self._check((self._people.pages(), self._people.files()) == mine, "this folder was touched")
        self._note_others()

    @invariant()
    def what_the_others_have_stays_as_it_is(self) -> None:
        now = self._others.pages(), self._others.files()
        self._check(now == self._of_others, "the other folder was touched")

    def _note_others(self) -> None:
        self._of_others = self._others.pages(), self._others.files()


@pytest.mark.parametrize(
    "machine", [AllLocaleFolders, APart, APartWithAllLocaleFolders, IndexFiles, TwoParts]
)
def test_the_laws_hold_in_each_layout(machine: type[TwoPeople]) -> None:
    many = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=PHASES)
    run_state_machine_as_test(machine, settings=many)
