"""The laws of two people hold on each database, with names and tags that are one to MariaDB.

The histories are those of ``test_two_people``, and people use other spellings of the same names and
tags as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import rule, run_state_machine_as_test

from scenarios.property import chance
from scenarios.property.test_two_people import PHASES, STEPS, TwoPeople, TwoPeopleAtOnce
from support import effort
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import Page
from wikisync.sandbox.database import general_ci

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("swift")]

EXAMPLES: Final = effort.examples(8)
KNOWN: Final = ("réd", "blüe", "green")
"""The tags of a page that nobody touches, as the wiki has them."""

PLACES: Final = ("Home", "hómé", "guide/oné", "Guide/one", "fr/guide/One", "deep/ér/two")
TAGS: Final = (("RÉD",), ("rèd", "blue"), ("red", "rêd"), ("réd", "grëen"), ("réd",))

_paths = st.sampled_from((*PLACES, *PLACES, *chance.PLACES))
_tags = st.sampled_from(TAGS)
_acts = st.one_of(
    st.tuples(st.just("write"), _paths),
    st.tuples(st.just("rename"), _paths, _paths),
    st.tuples(st.just("remove"), _paths),
    st.tuples(st.just("retag_here"), _paths, _tags),
    st.tuples(st.just("retag_here"), chance.paths, _tags),
    st.tuples(st.just("edit"), _paths),
    st.tuples(st.just("delete"), _paths),
    st.tuples(st.just("move"), _paths, _paths),
    st.tuples(st.just("retag_there"), chance.paths, _tags),
)


class OnMariaDB(TwoPeople):
    """The wiki takes names and tags for one that differ in case or accents."""

    collation = "mariadb"

    def __init__(self) -> None:
        super().__init__()
        self._box.create("still/tagged", tags=list(KNOWN))

    @rule(acts=st.lists(_acts, min_size=1, max_size=4))
    def people_spell_otherwise(self, acts: list[tuple[Any, ...]]) -> None:
        for act in acts:
            self._act(act)

    def _unlike(self, file: Page, page: Page) -> tuple[str, ...]:
        return super()._unlike(_folded(file), _folded(page))


class OnMariaDBAtOnce(OnMariaDB, TwoPeopleAtOnce):
    """The same, with several writes in flight."""


class OnPostgreSQL(OnMariaDB):
    """The same spellings are different names and tags: nothing is folded."""

    collation = "postgresql"

    def _unlike(self, file: Page, page: Page) -> tuple[str, ...]:
        return fingerprint(file).changed_fields(fingerprint(page))


class OnSQLite(OnPostgreSQL):
    """As on PostgreSQL, and titles may be long."""

    collation = "sqlite"

    @rule(place=chance.paths, there=st.booleans())
    def somebody_writes_a_long_title(self, place: str, *, there: bool) -> None:
        (self._people.retitle_there if there else self._people.retitle_here)(place, "x" * 300)


def _folded(page: Page) -> Page:
    return replace(page, tags=tuple({general_ci(tag) for tag in page.tags or ()}))


@pytest.mark.parametrize("machine", [OnMariaDB, OnMariaDBAtOnce, OnPostgreSQL, OnSQLite])
def test_the_laws_hold_on_each_database(machine: type[TwoPeople]) -> None:
    many = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, phases=PHASES)
    run_state_machine_as_test(machine, settings=many)
