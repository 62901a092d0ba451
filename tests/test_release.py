"""A release is what its tag says: the version, the changelog, and the Action's own tag."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
import yaml

from support import manual
from wikisync import __version__

SCRIPT: Final = manual.ROOT / ".ci/release.py"
WORKFLOW: Final[dict[Any, Any]] = yaml.safe_load(
    (manual.ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
)
JOBS: Final = WORKFLOW["jobs"]
TAG: Final = f"v{__version__}"


def loaded(name: str, file: Path) -> ModuleType:
    """A file as a module, which no import finds."""
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, in a project of its own whose version is 1.2.3."""
    module = loaded("release", SCRIPT)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "src/wikisync").mkdir(parents=True)
    (tmp_path / "src/wikisync/__init__.py").write_text('"""Doc."""\n\n__version__ = "1.2.3"\n')
    changelog = (
        "# Changelog\n\n## [Unreleased]\n\n- Later.\n\n"
        "## [1.2.3] - 2027-01-31\n\n### Added\n\n- Now.\n\n## [1.2.2] - 2027-01-01\n\n- Then.\n"
    )
    (tmp_path / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    return module


def test_a_tag_that_is_the_version_may_be_released(release: ModuleType) -> None:
    release.check("v1.2.3")
    assert release.notes("v1.2.3") == "### Added\n\n- Now.\n"


@pytest.mark.parametrize("tag", ["v1.2.4", "1.2.3", "v1.2", "v1.2.3rc1", "v1.2.3\n"])
def test_a_tag_that_is_not_the_version_is_refused(release: ModuleType, tag: str) -> None:
    with pytest.raises(SystemExit):
        release.check(tag)


def test_a_version_that_the_changelog_does_not_have_is_refused(
    release: ModuleType, tmp_path: Path
) -> None:
    for text in ("## [Unreleased]\n\n- Now.\n", "## [1.2.3] - 2027-01-31\n\n## [1.2.2]\n- Then.\n"):
        (tmp_path / "CHANGELOG.md").write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit, match="has no section"):
            release.check("v1.2.3")


def test_the_tag_of_the_action_moves_to_the_newest_of_its_major(release: ModuleType) -> None:
    tags = ["v1", "v1.2.3", "v1.2.2", "v2.0.0", "v0.9.0", "unrelated"]
    release.newest("v1.2.3", tags)
    release.newest("v2.0.0", tags)
    release.newest("v1.10.0", tags)
    for old in ("v1.2.2", "v1.1.9"):
        with pytest.raises(SystemExit, match=r"v1\.2\.3 is newer"):
            release.newest(old, tags)


def test_the_version_is_written_in_one_place() -> None:
    text = (manual.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'dynamic = ["version", ' in text
    assert not re.search(r"^version = ", text, re.MULTILINE)


AT: Final = "https://github.com/owner/wikisync/blob/v1.2.3"


@pytest.fixture
def build_hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The hook of the build, without what builds."""
    plugin = ModuleType("hatchling.metadata.plugin.interface")
    plugin.__dict__["MetadataHookInterface"] = object
    for name in ("hatchling", "hatchling.metadata", "hatchling.metadata.plugin", plugin.__name__):
        monkeypatch.setitem(sys.modules, name, plugin)
    return loaded("hatch_build", manual.ROOT / "hatch_build.py")


def test_no_link_and_no_picture_of_readme_is_relative_on_pypi(build_hook: ModuleType) -> None:
    readme = (manual.ROOT / "README.md").read_text(encoding="utf-8")
    text = build_hook.absolute(readme, AT)
    targets = re.findall(r"(?:\]\(|\b(?:src|srcset|href)=\")([^)\"]+)", text)
    assert all(target.startswith("https://") for target in targets)
    for view in ("blob", "raw"):
        start = f"{AT.replace('blob', view)}/"
        named = [target.removeprefix(start) for target in targets if target.startswith(start)]
        assert named
        assert all((manual.ROOT / name.partition("#")[0]).exists() for name in named)


@pytest.mark.parametrize(
    ("text", "built"),
    [
        (
            "[a](pages/a.md#b) ![c](c.svg)",
            f"[a]({AT}/pages/a.md#b) ![c]({AT.replace('blob', 'raw')}/c.svg)",
        ),
        ("[a](#tests)", f"[a]({AT}/README.md#tests)"),
        ("[a](https://js.wiki) <a@b.c> [b](mailto:a@b.c)", None),
        ('<img src="a.png">', f'<img src="{AT.replace("blob", "raw")}/a.png">'),
        ("```\n[a](b.md)\n```\n[c](d.md)", f"```\n[a](b.md)\n```\n[c]({AT}/d.md)"),
    ],
)
def test_only_what_is_relative_gets_the_address_and_nothing_without_one(
    build_hook: ModuleType, text: str, built: str | None
) -> None:
    assert build_hook.absolute(text, AT) == (built or text)
    assert build_hook.absolute(text, "") == text


def test_what_is_released_links_to_its_tag(build_hook: ModuleType) -> None:
    (step,) = (step for step in JOBS["build"]["steps"] if step.get("run") == ".ci/package dist")
    repository = "${{ github.server_url }}/${{ github.repository }}"
    assert step["env"] == {build_hook.ADDRESS: f"{repository}/blob/${{{{ github.ref_name }}}}"}


def test_only_a_tag_of_a_whole_version_starts_a_release() -> None:
    (pattern,) = WORKFLOW[True]["push"]["tags"]  # YAML reads the key "on" as true
    assert WORKFLOW[True].keys() == {"push"}
    assert WORKFLOW[True]["push"].keys() == {"tags"}
    assert pattern == "v[0-9]+.[0-9]+.[0-9]+"


def test_nothing_is_published_before_it_was_tested_and_tried() -> None:
    assert {"check", "build"} <= set(JOBS["pypi"]["needs"])
    assert {"build", "pypi"} <= set(JOBS["github"]["needs"])
    assert ".ci/run" in [step.get("run") for step in JOBS["check"]["steps"]]
    assert ".ci/package dist" in [step.get("run") for step in JOBS["build"]["steps"]]


def test_only_the_jobs_that_publish_may_do_more_than_read() -> None:
    assert WORKFLOW["permissions"] == {}
    for name in ("check", "build"):
        assert JOBS[name]["permissions"] == {"contents": "read"}
    assert JOBS["pypi"]["permissions"] == {"id-token": "write"}
    assert all("secrets." not in str(job) for job in JOBS.values())


GH: Final = """#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$LOG"
case "$*" in *tags*--jq*) printf '%s\\n' $TAGS ;; esac
"""
"""A stand-in of the command gh: notes what it is asked, and knows the tags in TAGS."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tags", "asked"),
    [
        ("v1.2.3", "-X POST repos/o/r/git/refs -f ref=refs/tags/v1 -f sha=abc"),
        ("v1 v1.2.3", "-X PATCH repos/o/r/git/refs/tags/v1 -f sha=abc -F force=true"),
        ("v1 v1.2.3 v1.3.0", None),
    ],
    ids=["first", "next", "older"],
)
def test_the_job_on_github_makes_the_release_and_moves_the_tag(
    tmp_path: Path, tags: str, asked: str | None
) -> None:
    (tmp_path / "bin").mkdir()
    for name, text in (("gh", GH), ("python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')):
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / ".ci").symlink_to(SCRIPT.parent)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "wikisync-1.2.3.tar.gz").touch()
    env = {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "LOG": str(tmp_path / "log"),
        "TAGS": tags,
        "TAG": "v1.2.3",
        "GH_REPO": "o/r",
        "GITHUB_SHA": "abc",
    }
    for script in [step["run"] for step in JOBS["github"]["steps"] if "run" in step]:
        subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=tmp_path,
            env=env,
            check=True,
        )
    made, _, *moved = (tmp_path / "log").read_text().splitlines()
    assert made == (
        "release create v1.2.3 dist/wikisync-1.2.3.tar.gz --verify-tag --title wikisync 1.2.3"
        " --notes-file notes.md"
    )
    assert moved == ([] if asked is None else [f"api {asked}"])
