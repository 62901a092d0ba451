"""Several runs at once, each for its own part of one wiki and with a memory of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from support.apply_run import page

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox

pytestmark = pytest.mark.slow

PARTS: Final = ("left", "right")
PAGES: Final = 6


@pytest.fixture
def homes(tmp_path: Path, sandbox: Sandbox) -> dict[str, Path]:
    """A project for each part; every part has a page, and so has the wiki beside them."""
    sandbox.create("elsewhere", content="Nobody's.\n")
    found = {}
    for part in PARTS:
        sandbox.create(f"{part}/old", content="Old.\n")
        home = found[part] = tmp_path / part
        (home / "pages" / part).mkdir(parents=True)
        (home / "wikisync.toml").write_text(f'url = "{sandbox.url}"\n', "utf-8")
    return found


def begin(
    home: Path, part: str, sandbox: Sandbox, command: str = "sync"
) -> subprocess.Popen[bytes]:
    env = {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.Popen(
        [sys.executable, "-m", "wikisync", command, part, "--yes", "--delete", "--quiet"],
        cwd=home,
        env={**env, "WIKISYNC_TOKEN": sandbox.token},
        stdout=subprocess.DEVNULL,
    )


def at_once(homes: dict[str, Path], sandbox: Sandbox) -> None:
    """A run for each part, all at the same time."""
    runs = [begin(home, part, sandbox) for part, home in homes.items()]
    assert [run.wait(60) for run in runs] == [0] * len(runs)


def contents(sandbox: Sandbox) -> dict[str, str]:
    return {found["path"]: found["content"] for found in sandbox.pages()}


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_runs_on_parts_of_their_own_do_not_disturb_each_other(
    homes: dict[str, Path], sandbox: Sandbox, rate: float
) -> None:
    sandbox.races.tree = sandbox.races.tags = rate
    at_once(homes, sandbox)
    for part, home in homes.items():
        assert [file.name for file in (home / "pages").rglob("*.md")] == ["old.md"]
        for number in range(PAGES):
            text = page(f"{part} {number}\n", tags="both-bring-this, in")
            (home / "pages" / part / f"new-{number}.md").write_text(text, "utf-8")
        (home / "pages" / part / "old.md").write_text(page("Mine.\n"), "utf-8")
        sandbox.create(f"{part}/from-the-wiki", content="Theirs.\n")
    at_once(homes, sandbox)
    right = {f"{part}/new-{n}": f"{part} {n}\n" for part in PARTS for n in range(PAGES)}
    right |= {f"{part}/old": "Mine.\n" for part in PARTS}
    right |= {f"{part}/from-the-wiki": "Theirs.\n" for part in PARTS}
    assert contents(sandbox) == {**right, "elsewhere": "Nobody's.\n"}
    new = [found["tags"] for found in sandbox.pages() if "/new-" in found["path"]]
    assert new == [["both-bring-this", "in"]] * (len(PARTS) * PAGES)
    for part, home in homes.items():
        files = {file.relative_to(home / "pages").parts[0] for file in home.rglob("*.md")}
        assert files == {part}


def test_after_runs_on_parts_each_has_nothing_to_do_in_one_request(
    homes: dict[str, Path], sandbox: Sandbox
) -> None:
    at_once(homes, sandbox)
    for part, home in homes.items():
        (home / "pages" / part / "more.md").write_text(page("More.\n"), "utf-8")
    at_once(homes, sandbox)
    before = sandbox.traffic.requests
    at_once(homes, sandbox)
    assert sandbox.traffic.requests == before + len(PARTS)


def test_a_deletion_in_one_part_is_none_in_another(
    homes: dict[str, Path], sandbox: Sandbox
) -> None:
    (homes["left"] / "pages" / "left" / "stays.md").write_text(page("Stays.\n"), "utf-8")
    at_once(homes, sandbox)
    sandbox.delete("left/old")
    at_once(homes, sandbox)
    assert not (homes["left"] / "pages" / "left" / "old.md").exists()
    assert (homes["right"] / "pages" / "right" / "old.md").exists()
    assert sorted(contents(sandbox)) == ["elsewhere", "left/stays", "right/old"]
