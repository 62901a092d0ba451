"""What can be told of a pull request without a wiki, and why it could not be more."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from support.git_repository import Repo, alone
from support.workspace import page

if TYPE_CHECKING:
    from github.step import Ended, Place


@pytest.fixture
def repo(place: Place, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """The project in git: two pages on main, and a branch of a fork that is checked out."""
    alone(monkeypatch)
    made = Repo(place.workspace.root)
    made.git("init", "-q", "-b", "main")
    made.commit({"pages/home.md": page("Home", "one\n"), "pages/old.md": page("Old", "old\n")})
    pull = place.event["pull_request"]
    pull["head"]["repo"] = {"full_name": "mallory/handbook"}
    pull["base"]["sha"] = made.git("rev-parse", "HEAD")
    made.git("switch", "-q", "-c", "edit")
    return made


def act(place: Place, **inputs: Any) -> Ended:
    return place.act(**{"token": None, **inputs})


def test_nothing_is_asked_of_the_wiki_nor_of_github(place: Place, repo: Repo) -> None:
    repo.commit({"pages/home.md": page("Home", "two\n")})
    assert act(place).code == 0
    assert list(place.workspace.sandbox.requests) == []
    assert place.api.asked == []


def test_only_pages_that_change_are_shown(place: Place, repo: Repo) -> None:
    repo.commit(
        {
            "pages/home.md": page("Home", "two\n"),
            "pages/picture.png": "x",
            "pages/.hidden/x.md": "x\n",
            "README.md": "x\n",
        }
    )
    ended = act(place)
    assert ended.outputs["updated"] == "1"
    assert ended.summary.count("<details>") == 1
    assert "-one\n+two" in ended.summary


def test_images_that_change_are_named_and_said_not_to_be_compared(place: Place, repo: Repo) -> None:
    place.workspace.configure(assets="referenced")
    repo.commit({"pages/img/old.png": "x"})
    place.event["pull_request"]["base"]["sha"] = repo.git("rev-parse", "HEAD")
    repo.commit({"pages/img/new.png": "new", "pages/.hidden.png": "x", "pages/img/old.png": None})
    named = "2 images and files in the folder change too: img/new.png, img/old.png."
    assert f"{named} Without the wiki, they are not compared." in act(place).summary
    place.workspace.configure(assets="none")
    assert "not compared" not in act(place).summary


def test_a_part_of_the_wiki_with_all_locale_folders_is_shown_by_its_files(
    place: Place, repo: Repo
) -> None:
    place.workspace.configure(root="products/rocket", locale_folders="all")
    repo.commit({"pages/en/new.md": page("New", "new\n"), "pages/fr/new.md": page("N", "n\n")})
    ended = act(place)
    assert ended.code == 0, ended.raw
    assert ended.outputs["created"] == "2"
    assert "en/new.md" in ended.summary


def test_what_main_got_meanwhile_is_not_taken_for_the_pull_requests(
    place: Place, repo: Repo
) -> None:
    repo.commit({"pages/home.md": page("Home", "two\n")})
    repo.git("switch", "-q", "main")
    repo.commit({"pages/old.md": page("Old", "newer\n")})
    repo.git("switch", "-q", "--detach", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "As GitHub merges", "edit")
    summary = act(place).summary
    assert "home.md" in summary
    assert "old.md" not in summary


def test_without_githubs_merge_it_is_compared_with_where_it_began(place: Place, repo: Repo) -> None:
    repo.commit({"pages/home.md": page("Home", "two\n")})
    repo.git("switch", "-q", "main")
    repo.commit({"pages/old.md": page("Old", "newer\n")})
    place.event["pull_request"]["base"]["sha"] = repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "edit")
    assert "old.md" not in act(place).summary


def test_a_new_spelling_of_a_header_is_no_change(place: Place, repo: Repo) -> None:
    quoted = page("Home", "one\n").replace("title: Home", 'title: "Home"')
    repo.commit({"pages/home.md": quoted})
    assert act(place).outputs["changed"] == "false"


def test_a_file_that_is_no_page_any_more_is_not_taken_for_deleted(place: Place, repo: Repo) -> None:
    repo.commit({"pages/home.md": "---\ntitle:X\n---\nx\n"})
    ended = act(place)
    assert ended.code == 1
    assert ended.log.named("error")[0].properties["file"] == "pages/home.md"
    assert "delete on the wiki" not in ended.summary


def test_a_file_that_is_a_page_at_last_is_shown(place: Place, repo: Repo) -> None:
    repo.git("switch", "-q", "main")
    repo.commit({"pages/bad.md": "---\ntitle:X\n---\nx\n"})
    place.event["pull_request"]["base"]["sha"] = repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "-C", "edit")
    repo.commit({"pages/bad.md": page("X", "good\n")})
    assert "| create on the wiki | <code>bad.md</code> |" in act(place).summary


def test_what_configuration_leaves_out_is_left_out(place: Place, repo: Repo) -> None:
    place.workspace.configure(ignore=["drafts/"])
    repo.commit({"pages/drafts/x.md": "x\n"})
    assert act(place, url=None).outputs["changed"] == "false"


def test_a_shallow_clone_is_said_to_be_one_and_the_job_ends_green(place: Place, repo: Repo) -> None:
    repo.commit({"pages/home.md": page("Home", "two\n")})
    root = place.workspace.root.parent / "shallow"
    shallow = repo.clone(root, "--depth", "1", "-b", "edit")
    assert shallow.git("rev-list", "--count", "HEAD") == "1"
    place.workspace.root = root
    ended = act(place)
    assert ended.code == 0
    (message,) = ended.said("warning")
    assert "fetch-depth: 0" in message
    assert ended.outputs["changed"] == "false"


def test_a_pull_request_without_a_token_says_that_it_has_none(place: Place, repo: Repo) -> None:
    place.event["pull_request"]["head"]["repo"] = {"full_name": "ann/handbook"}
    repo.commit({"pages/home.md": page("Home", "two\n")})
    ended = act(place)
    assert "No token is given" in ended.summary
    assert "-one\n+two" in ended.summary
    assert place.api.asked == []


def test_hostile_names_and_texts_are_only_shown(place: Place, repo: Repo) -> None:
    text = "::error::x\n##[add-mask]e\n```\n</details><script>\n"
    repo.commit({"pages/x%0A::error::y.md": page("<b>@ann</b>", text)})
    ended = act(place)
    assert [c.name for c in ended.log.commands if c.name == "add-mask"] == []
    assert all("made up" not in message for message in ended.said("error"))
    assert "<b>" not in ended.summary
    assert ended.summary.count("</details>") == ended.summary.count("<details>")


def test_no_program_that_the_repository_names_is_run(place: Place, repo: Repo) -> None:
    """What attributes select is configured on the runner; git-lfs is, for one."""
    ran = place.temporary / "ran"
    for setting in (
        *("filter.nosy.clean", "filter.nosy.smudge", "filter.nosy.process"),
        *("diff.nosy.textconv", "diff.nosy.command", "diff.external", "core.fsmonitor"),
    ):
        repo.git("config", setting, f"touch {ran}; cat")
    hooks = place.workspace.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "fsmonitor-watchman"):
        (hooks / hook).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (hooks / hook).chmod(0o755)
    attributes = place.workspace.root / ".gitattributes"
    repo.commit({"pages/home.md": page("Home", "two\n"), "pages/new.md": page("New", "x\n")})
    attributes.write_text("*.md filter=nosy diff=nosy\n")
    for file in place.workspace.folder.iterdir():  # git has to look into them again
        file.write_bytes(file.read_bytes())
    ran.unlink(missing_ok=True)
    ended = act(place)
    assert "-one\n+two" in ended.summary
    assert not ran.exists()


def test_a_folder_that_is_laid_out_as_a_repository_is_not_taken_for_one(
    place: Place, repo: Repo
) -> None:
    """Its configuration would be the pull request's, and would name programs to run."""
    ran = place.temporary / "ran"
    repo.commit({"pages/home.md": page("Home", "two\n")})
    for part in ("HEAD", "index", "objects", "refs"):
        copy = shutil.copytree if part in {"objects", "refs"} else shutil.copy
        copy(place.workspace.root / ".git" / part, place.workspace.folder / part)
    repo.write(
        "pages/config",
        f'[core]\nbare = false\nworktree = ..\n[filter "nosy"]\nclean = touch {ran}; cat\n',
    )
    repo.write(".gitattributes", "*.md filter=nosy\n")
    ended = act(place)
    assert ended.code == 0
    assert not ran.exists()
    (message,) = ended.said("warning")
    assert "cannot compare with main" in message
