"""What may happen to two people: what each does, what the network does, when a process dies.

An act is the name of one of ``People``'s, with its arguments.
"""

from __future__ import annotations

from typing import Final

import hypothesis.strategies as st

from scenarios.property import network

PLACES: Final = ("home", "guide", "guide/one", "fr/guide/one", "deep/er/two")
TAGS: Final = ((), ("red",), ("red", "blue"), ("green", "blue, sky"))

paths = st.sampled_from(PLACES)
tags = st.sampled_from(TAGS)
parts = st.integers(0, 1)
here = st.one_of(
    st.tuples(st.just("write"), paths),
    st.tuples(st.just("write_part"), paths, parts),
    st.tuples(st.just("write_part"), paths, parts),
    st.tuples(st.just("rename"), paths, paths),
    st.tuples(st.just("remove"), paths),
    st.tuples(st.just("retag_here"), paths, tags),
    st.tuples(st.just("retitle_here"), paths),
)
there = st.one_of(
    st.tuples(st.just("edit"), paths),
    st.tuples(st.just("edit_part"), paths, parts),
    st.tuples(st.just("edit_part"), paths, parts),
    st.tuples(st.just("delete"), paths),
    st.tuples(st.just("retag_there"), paths, tags),
    st.tuples(st.just("retitle_there"), paths),
    st.tuples(st.just("render"), paths),
    st.tuples(st.just("move"), paths, paths),
)
acts = st.one_of(here, there)
THERE: Final = frozenset(
    {"edit", "edit_part", "delete", "retag_there", "retitle_there", "render", "move"}
)
"""The acts of the one on the wiki, by name."""
commands = st.sampled_from(("push", "pull", "sync", "sync"))
preferences = st.sampled_from((None, None, "local", "wiki"))
several = st.lists(acts, max_size=4)
troubles = st.lists(
    st.tuples(st.sampled_from(network.KINDS), st.integers(1, 6), st.integers(1, 6)), max_size=2
)
meetings = st.lists(st.tuples(acts, st.integers(1, 8), st.booleans()), max_size=2)
deaths = st.none() | st.integers(1, 40)
backups = st.integers(0, 30)
"""Which backup to restore, from the newest one on."""
