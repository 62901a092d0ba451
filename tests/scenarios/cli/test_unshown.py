"""A page that readers may not see as it was sent is named until a write of it succeeded whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.workspace import Workspace, page
from wikisync.sandbox import Drop, WriteThenFail
from wikisync.state.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox

FAILING = WriteThenFail(message="Error when running job render-page: value too long")


@pytest.fixture
def known(tmp_path: Path, sandbox: Sandbox) -> Workspace:
    made = Workspace(tmp_path, sandbox)
    made.push(home=page(), other=page("Other", "Other.\n"))
    return made


@pytest.mark.parametrize("fault", [FAILING, Drop(after=True)])
@pytest.mark.parametrize("name", ["home", "new"])
def test_a_page_that_was_never_rendered_is_named_and_tried_by_every_run_until_it_is(
    known: Workspace, fault: Any, name: str
) -> None:
    known.write(f"{name}.md", page("A page", "Sent.\n"))
    known.sandbox.faults.add(fault, on=("create", "update"), times=2)
    assert known.run("push", "--yes").code == 1
    known.sandbox.faults.clear()
    for command in ("status", "status"):
        told = known.run(command)
        assert told.code == 1
        assert f"{name}.md" in told.text
    known.sandbox.faults.add(fault, on="update", times=1)
    again = known.run("push", "--yes")
    assert again.code == 1
    assert "Readers may still see an old version" in again.text
    known.run("sync", "--yes").ok()
    quiet = known.run("sync", "--yes").ok()
    assert len(quiet.asked) == 1
    assert "shown to readers" not in quiet.text


def test_one_cut_answer_is_made_good_by_a_second_write_in_the_same_run(known: Workspace) -> None:
    known.change("home.md", "Text.", "Sent.")
    known.sandbox.faults.add(Drop(after=True), on="update")
    known.run("push", "--yes").ok()
    known.run("status").ok()


def test_a_page_that_was_not_shown_and_is_deleted_is_forgotten(known: Workspace) -> None:
    known.change("home.md", "Text.", "Sent.")
    known.sandbox.faults.add(FAILING, on="update", times=2)
    assert known.run("push", "--yes").code == 1
    known.sandbox.delete("home")
    known.remove("home.md")
    known.run("push", "--yes").ok()
    known.run("status").ok()


def test_what_somebody_wrote_over_a_page_that_was_not_shown_stays(known: Workspace) -> None:
    known.change("home.md", "Text.", "Sent.")
    known.sandbox.faults.add(FAILING, on="update", times=2)
    assert known.run("push", "--yes").code == 1
    known.sandbox.edit("home", content="Somebody's.\n")
    known.run("push", "--yes").ok()
    found = known.sandbox.page("home")
    assert found is not None
    assert found["content"] == "Somebody's.\n"


def test_a_run_that_was_killed_before_the_answer_came_leaves_a_page_that_is_written_again(
    known: Workspace,
) -> None:
    known.change("home.md", "Text.", "Sent.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "end", _killed)
        with pytest.raises(SystemError):
            known.run("push", "--yes")
    before = len(known.sandbox.store.rows("select id from versions"))
    known.run("push", "--yes").ok()
    assert len(known.sandbox.store.rows("select id from versions")) == before + 1
    assert len(known.run("push", "--yes").ok().asked) == 1


def _killed(*_args: object, **_more: object) -> None:
    raise SystemError
