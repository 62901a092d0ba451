"""One run at a time, and the user's word to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from wikisync.concurrency import stop_on_interrupt
from wikisync.errors import Locked, StateError
from wikisync.state import lock
from wikisync.state.lock import run_lock

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-01-01T00:00:00.000Z"
HOLD = (
    "import sys; from pathlib import Path; from wikisync.state.lock import run_lock\n"
    f"with run_lock(Path(sys.argv[1]), {AT!r}):\n"
    "    print('held', flush=True); sys.stdin.read()\n"
)


def test_a_second_run_is_told_who_holds_the_lock_and_since_when(tmp_path: Path) -> None:
    with run_lock(tmp_path, AT), pytest.raises(Locked) as caught, run_lock(tmp_path, "later"):
        pytest.fail("two runs at once")
    assert (caught.value.pid, caught.value.since) == (os.getpid(), AT)


def test_the_lock_is_free_after_a_run_and_leaves_no_holder(tmp_path: Path) -> None:
    with run_lock(tmp_path, AT):
        assert json.loads((tmp_path / "lock.json").read_text())["pid"] == os.getpid()
    with run_lock(tmp_path, AT):
        pass
    assert not (tmp_path / "lock.json").exists()


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            with pytest.raises(Locked) as caught, run_lock(tmp_path, AT):
                pytest.fail("two runs at once")
            assert caught.value.pid == other.pid
        finally:
            other.kill()
    with run_lock(tmp_path, AT):
        pass


@pytest.mark.parametrize("note", ["", "{}", "[]", '{"pid": "x", "since": 1}', "\x00"])
def test_a_holders_note_that_says_nothing_is_no_obstacle(tmp_path: Path, note: str) -> None:
    with run_lock(tmp_path, AT):
        (tmp_path / "lock.json").write_text(note)
        with pytest.raises(Locked) as caught, run_lock(tmp_path, AT):
            pytest.fail("two runs at once")
    assert caught.value.pid is None


def test_a_brief_run_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as held:
        held.enter_context(run_lock(tmp_path, AT, brief=True))
        monkeypatch.setattr("time.sleep", lambda _seconds: held.close())
        with run_lock(tmp_path, "later"):
            assert json.loads((tmp_path / "lock.json").read_text())["since"] == "later"


def test_a_brief_run_that_does_not_end_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_PATIENCE", 0.05)
    with run_lock(tmp_path, AT, brief=True), pytest.raises(Locked), run_lock(tmp_path, "later"):
        pytest.fail("two runs at once")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError), run_lock(tmp_path / "file", AT):
        pytest.fail("no lock can be there")


def test_the_first_ctrl_c_asks_and_the_second_ends() -> None:
    notices: list[None] = []
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt(lambda: notices.append(None)) as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert len(notices) == 1
    assert signal.getsignal(signal.SIGINT) == before


def test_in_another_thread_ctrl_c_is_left_to_the_main_one() -> None:
    answers: list[bool] = []

    def work() -> None:
        with stop_on_interrupt() as stop:
            answers.append(stop())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == [False]
