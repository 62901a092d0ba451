"""A program is run from where it was installed, never from the project."""

from __future__ import annotations

import io
import os
import sys
import webbrowser
from typing import TYPE_CHECKING

import pytest

from wikisync.cli import browser as browser_module
from wikisync.cli.demo import _settings
from wikisync.cli.pager import paged
from wikisync.executables import find_program
from wikisync.git.process import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs as scripts")


def program(folder: Path, name: str, says: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\ntouch {folder}/it-ran\necho {says}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a program of each name, of which a folder below is the current one."""
    root = tmp_path / "project"
    below = root / "below"
    below.mkdir(parents=True)
    (root / ".git").mkdir()
    monkeypatch.chdir(below)
    return root


@pytest.mark.parametrize("where", ["", ".", "below", "bin", "{root}", "{root}/below", "{link}"])
def test_no_program_of_the_project_is_found(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    for folder in (project, project / "below", project / "below" / "bin"):
        program(folder, "less")
    (tmp_path / "link").symlink_to(project)
    installed = program(tmp_path / "installed", "less")
    planted = where.format(root=project, link=tmp_path / "link")
    monkeypatch.setenv("PATH", f"{planted}{os.pathsep}{installed.parent}")
    assert find_program("less") == str(installed)
    monkeypatch.setenv("PATH", planted)
    assert find_program("less") is None


def test_git_and_the_pager_of_the_project_are_not_run(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(project / "below", "git")
    program(project / "below", "less")
    monkeypatch.setenv("PATH", os.pathsep.join(("", ".", str(project / "below"))))
    assert run(tmp_path, "--version") is None
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with paged(out, ["less"]) as page:
        page.write("one\ntwo\nthree\n")
    out.seek(0)
    assert out.read() == "one\ntwo\nthree\n"
    assert not (project / "below" / "it-ran").exists()


def test_a_program_by_its_path_is_the_users_choice(project: Path) -> None:
    assert find_program(f"{project}/my-pager") == f"{project}/my-pager"
    assert find_program("./my-pager") == "./my-pager"


def test_a_home_folder_that_is_a_repository_hides_no_program(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = program(project / ".local" / "bin", "less")
    monkeypatch.setenv("PATH", str(installed.parent))
    assert find_program("less") is None
    monkeypatch.setenv("HOME", str(project))
    monkeypatch.setenv("PATH", f"{installed.parent}{os.pathsep}")
    assert find_program("less") == str(installed)


def test_a_browser_gets_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    browser = tmp_path / "bin" / "firefox"
    browser.parent.mkdir()
    browser.write_text(f"#!/bin/sh\nenv > {seen}.part\nmv {seen}.part {seen}\n")
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", str(browser.parent), prepend=os.pathsep)
    for name in ("WIKISYNC_TOKEN", "WIKISYNC_HEADERS", "INPUT_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, "s3cret")
    started = webbrowser.Mozilla(str(browser))
    started.background = False  # so that it has ended when ``open`` returns
    monkeypatch.setattr(webbrowser, "get", lambda: started)
    browser_module._open_browser("file:///tmp/x.html")
    assert "PATH=" in seen.read_text()
    assert "s3cret" not in seen.read_text()
    assert os.environ["WIKISYNC_HEADERS"] == "s3cret"


def test_the_demo_takes_no_header_and_no_certificate_to_its_own_wiki(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("WIKISYNC_URL", "WIKISYNC_HEADERS", "WIKISYNC_CLIENT_CERT", "WIKISYNC_CA_FILE"):
        monkeypatch.setenv(name, "s3cret")
    assert "s3cret" not in {**os.environ, **_settings(tmp_path)}.values()
