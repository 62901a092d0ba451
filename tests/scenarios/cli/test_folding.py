"""Where the file system takes names that differ in case for one, no page goes astray."""

from __future__ import annotations

import pytest

from support.workspace import Workspace
from wikisync.folder.folder import Folder


@pytest.fixture
def folding(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(Folder, "folds_case", lambda _folder: True)
    return workspace


@pytest.mark.parametrize("names", [("guide/One", "guide/one"), ("Guide/one", "guide/two")])
def test_a_page_whose_file_or_folder_would_be_anothers_is_named_and_left_alone(
    folding: Workspace, names: tuple[str, str]
) -> None:
    for name in names:
        folding.sandbox.create(name)
    result = folding.run("pull", "--yes", "--json")
    assert result.code == 1
    assert [problem["file"] for problem in result.json["problems"]] == [f"{names[1]}.md"]
    assert "has the same name on this file system" in result.json["problems"][0]["message"]
    assert list(folding.files()) == [f"{names[0]}.md"]
    folding.run("push", "--yes")
    assert sorted(found["path"] for found in folding.sandbox.pages()) == sorted(names)
