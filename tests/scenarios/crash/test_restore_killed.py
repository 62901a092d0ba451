"""Whatever stops a restore, restoring again ends where it would have, and nothing is lost."""

from __future__ import annotations

import ssl
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

import pytest

from scenarios.crash.points import Points, watched
from scenarios.crash.scenarios import begin, page
from scenarios.crash.world import World
from wikisync.progress import silent
from wikisync.request import Request
from wikisync.workflow import sync_run
from wikisync.workflow.restore import restore_backup

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.request import Report
    from wikisync.sandbox import Sandbox


def restore(world: World, number: int) -> Report:
    request = Request("restore", "pull", backup=number)
    return restore_backup(world.config, request, lambda _report: True)


@pytest.mark.parametrize("there", [True, False])
def test_a_restore_killed_anywhere_is_ended_by_the_same_restore(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_args, **_more: None)
    world = World(tmp_path, sandbox)
    begin(world)
    if there:
        world.write("quiet.md", page("Never pushed.\n"))
        world.sandbox.edit("quiet", content="There, edited.\n")
        request = Request("pull", "pull", prefer="wiki")

        sync_run.run_sync(world.config, request, silent, lambda _report: True)
        world.change("quiet.md", "There, edited.", "Typed since.")
    else:
        world.remove("quiet.md")
        world.run("push")
    work = partial(restore, world, 1)
    before, texts = world.moment(), world.texts()
    with watched(Points()):
        work()
    right = world.moment().files
    assert right != before.files
    for number in count(1):
        world.back_to(before)
        name = world.dies(number, work)
        if name is None:
            break
        with watched(Points()):
            work()
        assert world.moment().files == right, name
        assert texts <= world.texts(), name
    assert number > 10
