"""What the scripts call: one of two words, and nothing that ends in a traceback."""

from __future__ import annotations

import pytest

from support.workspace import environment
from wikisync.github import action
from wikisync.github.__main__ import main


@pytest.mark.parametrize("words", [[], ["push"], ["run", "x"]])
def test_any_other_word_is_wrong_usage(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert "run|propose" in capsys.readouterr().err


def test_a_job_that_is_cancelled_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cancelled(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(action, "run_action", cancelled)
    assert main(["run"]) == 130
    assert "The next run checks" in capsys.readouterr().err


def test_outside_of_github_both_words_do_no_harm(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(str(tmp_path))
    with environment({"WIKISYNC_URL": None, "WIKISYNC_TOKEN": None}):
        assert main(["run"]) == 0
        assert "No wiki is configured" in capsys.readouterr().err
        assert main(["propose"]) == 1
        assert "is no branch" in capsys.readouterr().err
