"""What ``wikisync preview`` shows: the configured folder, another one, or a page to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wikisync.cli.preview_command import _load
from wikisync.errors import NotConfigured
from wikisync.report.error_messages import error_message

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = 'url = "https://wiki.example"\nroot = "docs"\nindex = "README"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("WIKISYNC_URL", "WIKISYNC_TOKEN", "WIKISYNC_HEADERS"):
        monkeypatch.delenv(name, raising=False)
    for file in ("pages/guide/one.md", "other/two.md"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("Text.\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_path_it_is_the_configured_folder(project: Path) -> None:
    (project / "wikisync.toml").write_text(CONFIG)
    settings, first = _load(None, None)
    assert (settings.folder, settings.root, first) == (project / "pages", "docs", "")


def test_a_page_in_the_folder_is_shown_first_with_all_settings(project: Path) -> None:
    (project / "wikisync.toml").write_text(CONFIG)
    settings, first = _load(None, project / "pages" / "guide" / ".." / "guide" / "one.md")
    assert (settings.url, first) == ("https://wiki.example", "guide/one.md")


@pytest.mark.parametrize(("path", "first"), [("other", ""), ("other/two.md", "two.md")])
def test_another_folder_has_nothing_of_the_wiki(project: Path, path: str, first: str) -> None:
    (project / "wikisync.toml").write_text(CONFIG)
    settings, found = _load(None, project / path)
    assert settings.folder == settings.project == project / "other"
    assert (settings.url, settings.root, settings.index, found) == ("", "", "", first)


def test_no_configuration_is_needed(project: Path) -> None:
    assert _load(None, None)[0].folder == project / "pages"


def test_without_pages_and_without_a_path_it_says_what_to_do(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "other")
    with pytest.raises(NotConfigured) as caught:
        _load(None, None)
    assert "wikisync preview FOLDER" in error_message(caught.value).hint
