"""What contributors are told is true of the tasks, the hooks and what CI runs."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

import yaml

from support import manual

CONTRIBUTING: Final = (manual.ROOT / ".github/CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT: Final = tomllib.loads((manual.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TASKS: Final = PROJECT["tool"]["hatch"]["envs"]["default"]["scripts"]
CI: Final[dict[str, Any]] = yaml.safe_load(
    (manual.ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
)
HOOKS: Final[dict[str, Any]] = yaml.safe_load(
    (manual.ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
)


def test_every_task_is_explained_and_no_other() -> None:
    explained = set(re.findall(r"^\| `([a-z:-]+)` \|", CONTRIBUTING, re.MULTILINE))
    assert explained == {*TASKS, "lowest:test-fast"}
    typed = set(re.findall(r"hatch run ([a-z:-]+)", CONTRIBUTING))
    assert typed <= {*explained, "python"}


def test_every_link_for_contributors_leads_to_a_file() -> None:
    links = re.findall(r"\]\((?!https:)([^)]+)\)", CONTRIBUTING)
    assert links
    assert [at for at in links if not (manual.ROOT / ".github" / at).resolve().is_file()] == []


def test_every_hook_installs_itself() -> None:
    local = [hook for repo in HOOKS["repos"] if repo["repo"] == "local" for hook in repo["hooks"]]
    assert [hook["id"] for hook in local if hook["language"] != "python"] == []
    pinned = [repo for repo in HOOKS["repos"] if repo["repo"] != "local"]
    assert [repo["repo"] for repo in pinned if not repo.get("rev")] == []


def test_the_hook_for_types_installs_versions_that_the_project_allows() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    allowed = {*PROJECT["project"]["dependencies"], *(each for e in extras.values() for each in e)}
    (mypy,) = (h for repo in HOOKS["repos"] for h in repo["hooks"] if h["id"] == "mypy")
    assert set(mypy["additional_dependencies"]) - allowed == set()


def test_ci_runs_everything_on_each_python_that_the_project_names() -> None:
    named = re.findall(
        r"Python :: (3\.\d+)$", "\n".join(PROJECT["project"]["classifiers"]), re.MULTILINE
    )
    assert CI["jobs"]["check"]["strategy"]["matrix"]["python"] == named
    assert PROJECT["project"]["requires-python"] == f">={named[0]}"
    assert PROJECT["tool"]["hatch"]["envs"]["lowest"]["python"] == named[0]


def test_every_folder_of_tests_that_ci_names_is_there() -> None:
    named = re.findall(r"tests/[\w/]+", CI["jobs"]["quick"]["env"]["TESTS"])
    assert named
    assert [folder for folder in named if not (manual.ROOT / folder).is_dir()] == []
