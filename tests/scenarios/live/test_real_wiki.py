"""The round against a real wiki, which WIKISYNC_LIVE_URL and WIKISYNC_LIVE_TOKEN name.

It works below ``wikisync-live/`` alone, and deletes there what it made.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from support.workspace import called, environment

URL, TOKEN = os.environ.get("WIKISYNC_LIVE_URL"), os.environ.get("WIKISYNC_LIVE_TOKEN")

pytestmark = pytest.mark.skipif(
    not (URL and TOKEN), reason="needs WIKISYNC_LIVE_URL and WIKISYNC_LIVE_TOKEN"
)

PAGE = "---\ntitle: {0}\ndescription: 说明: yes\npublished: true\ntags: live, 测试\n---\n\n# {0}\n"


def run(*arguments: str) -> str:
    code, out, err, _error = called(arguments)
    assert code == 0, out + err
    return out


def test_pages_go_to_a_real_wiki_and_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    below = f"wikisync-live/{secrets.token_hex(4)}"
    with environment({"WIKISYNC_URL": URL, "WIKISYNC_TOKEN": TOKEN}):
        folder = tmp_path / "pages" / below
        folder.mkdir(parents=True)
        for name in ("first", "second"):
            (folder / f"{name}.md").write_text(PAGE.format(name), encoding="utf-8")
        try:
            run("push", below, "--yes")
            assert "2 pages: 2 in sync." in run("status", below)
            (folder / "first.md").write_text(PAGE.format("Первая"), encoding="utf-8")
            run("push", below, "--yes")
            away = tmp_path / "away"
            (tmp_path / "pages").rename(away)
            (tmp_path / ".wikisync").rename(tmp_path / ".wikisync-of-before")
            run("pull", below, "--yes")
            back = (folder / "first.md").read_text(encoding="utf-8")
            assert "title: Первая" in back
            assert "live, 测试" in back
        finally:
            for file in folder.glob("*.md"):
                file.unlink()
            run("push", below, "--yes", "--delete", "--allow", "emptied", "--max-delete", "2")
