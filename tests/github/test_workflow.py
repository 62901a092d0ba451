"""The workflow, as people use it: plan on a pull request, publish, fetch what the wiki got."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from support.workspace import page
from wikisync.github.clone import BRANCH

if TYPE_CHECKING:
    from github.scene import Scene

pytestmark = pytest.mark.slow

PAGES = {
    "pages/home.md": page("Home", "one\ntwo\nthree\n"),
    "pages/guide/a.md": page("A", "alpha\n"),
    "pages/guide/b.md": page("B", "beta\n"),
}


@pytest.fixture
def published(scene: Scene) -> Scene:
    """Three pages, on both sides."""
    scene.commit(dict(PAGES))
    scene.publish()
    return scene


def content(scene: Scene, path: str) -> str:
    found = scene.sandbox.page(path)
    assert found is not None
    return str(found["content"])


def names_the_wiki(scene: Scene, text: str) -> bool:
    """Whether a text has the wiki's address, however it is escaped: its port is in it."""
    assert f"{urlsplit(scene.sandbox.url).port}" in scene.sandbox.url
    return f"{urlsplit(scene.sandbox.url).port}" in text


def edited(scene: Scene, branch: str = "edit") -> None:
    """A person's branch with three edited pages."""
    scene.commit(
        {
            "pages/home.md": page("Home", "one\n2\nthree\n"),
            "pages/guide/a.md": page("A better title", "alpha\n"),
            "pages/guide/b.md": page("B", "beta\nmore\n"),
        },
        branch,
    )


# ---- publishing


def test_a_push_to_main_is_published(scene: Scene) -> None:
    scene.commit(dict(PAGES))
    job = scene.pushed()
    assert job.green, job.log
    assert {row["path"] for row in scene.sandbox.pages()} == {"home", "guide/a", "guide/b"}
    assert "3 created on the wiki" in job.summary
    assert job.steps["Publish to the wiki"].outputs["created"] == "3"


def test_the_memory_is_kept_from_one_publication_to_the_next(published: Scene) -> None:
    edited(published, "main")
    assert published.pushed().green
    assert [key for _, key in published.cache.kept][:1] == published.cache.restored
    assert len(published.cache.kept) == 2
    assert content(published, "guide/b").endswith("more\n")


def test_without_a_memory_the_two_histories_decide(published: Scene) -> None:
    published.cache.lose()
    published.sandbox.edit("guide/a", content="alpha\nfrom the wiki\n")
    published.commit({"pages/guide/b.md": page("B", "beta\nmore\n")})
    job = published.pushed()
    assert job.green, job.log
    assert content(published, "guide/b").endswith("more\n")
    assert content(published, "guide/a").endswith("from the wiki\n")


def test_a_page_edited_on_both_sides_is_left_alone_and_the_job_is_red(published: Scene) -> None:
    published.sandbox.edit("home", content="one\nzwei\nthree\n")
    edited(published, "main")
    job = published.pushed()
    assert not job.green
    assert content(published, "home") == "one\nzwei\nthree\n"
    assert content(published, "guide/b").endswith("more\n")
    ((file, _, message),) = job.annotations("error")
    assert file == "pages/home.md"
    assert "since the last sync" in message
    assert len(published.cache.kept) == 2  # what was done is remembered all the same


def test_a_page_that_was_deleted_is_not_deleted_on_the_wiki(published: Scene) -> None:
    published.commit({"pages/guide/a.md": None})
    job = published.pushed()
    assert job.green
    assert published.sandbox.page("guide/a") is not None
    assert "gone here, kept on the wiki (--delete removes it)" in job.summary


# ---- a pull request


def test_a_pull_request_shows_what_it_would_publish_and_writes_nothing(published: Scene) -> None:
    edited(published)
    before = published.sandbox.pages()
    job = published.pull_request("edit")
    assert job.green, job.log
    assert published.sandbox.pages() == before
    (comment,) = published.api.of_bot(7)
    for text in (comment, job.summary):
        assert "3 pages: 3 to update on the wiki." in text
        assert "| update on the wiki | <code>home.md</code> | content | +1 −1 |" in text
        assert "-two\n+2\n" in text
    assert published.api.comments[0]["issue"] == 7
    assert not names_the_wiki(published, comment)  # whose address is a secret of this project


def test_a_new_push_to_the_branch_brings_the_one_comment_up_to_date(published: Scene) -> None:
    edited(published)
    published.pull_request("edit")
    published.commit({"pages/guide/b.md": PAGES["pages/guide/b.md"]}, "edit")
    published.pull_request("edit")
    (comment,) = published.api.of_bot(7)
    assert "2 to update on the wiki" in comment
    assert "guide/b.md" not in comment


def test_a_branch_behind_main_does_not_take_back_what_was_published(published: Scene) -> None:
    published.commit({"pages/guide/a.md": page("A", "alpha\nnew\n")}, "old")
    edited(published, "main")
    assert published.pushed().green
    job = published.pull_request("old")
    assert "1 to update on the wiki, 2 in sync" in job.summary
    assert "A better title" not in "".join(
        line for line in job.summary.splitlines() if line.startswith("-")
    )


def test_a_pull_request_without_pages_gets_no_comment(published: Scene) -> None:
    published.commit({"README.md": "x\n"}, "edit")
    assert published.pull_request("edit").green
    assert published.api.comments == []


def test_a_comment_that_has_nothing_to_say_any_more_says_so(published: Scene) -> None:
    edited(published)
    published.pull_request("edit")
    published.commit(dict(PAGES), "edit")
    published.pull_request("edit")
    (comment,) = published.api.of_bot(7)
    assert "3 pages: 3 in sync." in comment


def test_a_file_that_is_no_page_is_told_at_its_line_and_the_job_is_red(published: Scene) -> None:
    published.commit({"pages/bad.md": "---\ntitle:X\n---\nx\n"}, "edit")
    job = published.pull_request("edit")
    assert not job.green
    ((file, line, _),) = job.annotations("error")
    assert (file, line) == ("pages/bad.md", "2")
    assert "bad.md:2" in published.api.of_bot(7)[0]


def test_the_plan_of_a_pull_request_can_be_applied(published: Scene) -> None:
    edited(published)
    job = published.pull_request("edit")
    plan = job.steps["Plan, and comment on the pull request"].outputs["plan-file"]
    assert "3 pages: 3 to update on the wiki." in published.here("show", plan)
    published.here("apply", plan, "--yes")
    assert content(published, "home") == "one\n2\nthree\n"


def test_a_wiki_that_is_down_makes_the_job_red_and_the_comment_true(published: Scene) -> None:
    edited(published)
    published.pull_request("edit")
    published.sandbox.switch_api(on=False)
    job = published.pull_request("edit")
    assert not job.green
    assert job.annotations("error")
    (comment,) = published.api.of_bot(7)
    assert "Enable the API" in comment
    assert "2 to update" not in comment
    assert not names_the_wiki(published, comment)


# ---- a pull request from a fork


def test_a_forks_pull_request_gets_no_secret_and_shows_what_it_changes(published: Scene) -> None:
    edited(published)
    published.commit({"pages/new.md": "# New\n", "pages/bad.md": "---\ntitle:X\n---\nx\n"}, "edit")
    before = len(published.sandbox.requests)
    job = published.pull_request("edit", fork=True)
    assert len(published.sandbox.requests) == before
    assert "comes from a fork" in job.summary
    assert "may not comment" in job.summary
    assert "Compared with <code>main</code>" in job.summary
    assert "-two\n+2\n" in job.summary
    assert "| create on the wiki | <code>new.md</code> |" in job.summary
    assert not job.green  # for the file that is no page
    ((file, line, _),) = job.annotations("error")
    assert (file, line) == ("pages/bad.md", "2")
    assert published.api.asked == []


def test_a_forks_pull_request_that_is_in_order_ends_green(published: Scene) -> None:
    edited(published)
    job = published.pull_request("edit", fork=True)
    assert job.green
    outputs = job.steps["Plan, and comment on the pull request"].outputs
    assert (outputs["changed"], outputs["updated"], outputs["plan-file"]) == ("true", "3", "")


def test_a_forks_renamed_and_deleted_pages_are_shown_as_such(published: Scene) -> None:
    moved = {"pages/guide/z.md": PAGES["pages/guide/a.md"], "pages/guide/a.md": None}
    published.commit({**moved, "pages/guide/b.md": None}, "edit")
    summary = published.pull_request("edit", fork=True).summary
    assert "<code>guide/a.md</code> → <code>guide/z.md</code>" in summary
    assert "| not deleted | <code>guide/b.md</code> | gone here, kept on the wiki" in summary


# ---- fetching


def test_what_was_edited_on_the_wiki_becomes_one_pull_request(published: Scene) -> None:
    published.sandbox.edit("guide/b", content="beta\nfrom the wiki\n")
    published.sandbox.create("fresh", content="# Fresh\n")
    job = published.scheduled()
    assert job.green, job.log
    (pull,) = published.api.open_pulls()
    assert (pull["head"]["ref"], pull["base"]["ref"]) == (BRANCH, "main")
    assert "+from the wiki" in pull["body"]
    assert published.file("pages/guide/b.md", BRANCH).endswith("from the wiki")
    assert "# Fresh" in published.file("pages/fresh.md", BRANCH)
    changed = published.in_remote("diff", "--name-only", "main", BRANCH).split()
    assert changed == ["pages/fresh.md", "pages/guide/b.md"]
    assert "from the wiki" not in published.file("pages/guide/b.md")
    assert not names_the_wiki(published, pull["body"])


def test_by_hand_it_is_the_same(published: Scene) -> None:
    published.sandbox.edit("guide/b", content="beta\nfrom the wiki\n")
    assert published.scheduled("workflow_dispatch").green
    assert len(published.api.open_pulls()) == 1


def test_where_nothing_was_edited_there_is_no_commit_and_no_pull_request(published: Scene) -> None:
    job = published.scheduled()
    assert job.green, job.log
    assert published.api.pulls == []
    assert published.branches() == {"main"}


def test_the_next_day_brings_the_same_pull_request_up_to_date(published: Scene) -> None:
    published.sandbox.edit("guide/b", content="beta\nfrom the wiki\n")
    published.scheduled()
    first = published.in_remote("rev-parse", BRANCH)
    assert published.scheduled().green
    assert published.in_remote("rev-parse", BRANCH) == first  # nothing new: nothing pushed
    published.sandbox.edit("guide/a", content="alpha\nfrom the wiki too\n")
    assert published.scheduled().green
    (pull,) = published.api.pulls
    assert "from the wiki too" in pull["body"]
    assert published.in_remote("rev-list", "--count", f"main..{BRANCH}") == "1"
    assert published.file("pages/guide/b.md", BRANCH).endswith("from the wiki")


def test_what_is_merged_is_not_published_again_and_the_branch_goes(published: Scene) -> None:
    published.sandbox.edit("guide/b", content="beta\nfrom the wiki\n")
    published.scheduled()
    published.merge(BRANCH)
    published.api.pulls[0]["state"] = "closed"
    job = published.pushed()
    assert job.green, job.log
    assert "3 pages: 3 in sync." in job.summary
    assert published.scheduled().green
    assert BRANCH not in published.branches()


def test_an_edit_that_waits_in_its_pull_request_is_not_overwritten(published: Scene) -> None:
    published.sandbox.edit("guide/b", content="beta\nfrom the wiki\n")
    published.scheduled()
    published.commit({"pages/guide/a.md": page("A", "alpha\nmore\n")})
    job = published.pushed()
    assert job.green, job.log
    assert content(published, "guide/b").endswith("from the wiki\n")
    assert content(published, "guide/a").endswith("more\n")


def test_what_the_wiki_took_back_is_taken_back_here(published: Scene) -> None:
    published.sandbox.edit("guide/b", content="beta\nfrom the wiki\n")
    published.scheduled()
    published.sandbox.edit("guide/b", content="beta\n")
    assert published.scheduled().green
    assert published.api.open_pulls() == []
    assert BRANCH not in published.branches()


def test_somebodys_commits_on_the_branch_are_left_alone(published: Scene) -> None:
    published.sandbox.edit("guide/b", content="beta\nfrom teh wiki\n")
    published.scheduled()
    mended = published.file("pages/guide/b.md", BRANCH).replace("teh", "the")
    theirs = published.commit({"pages/guide/b.md": mended}, BRANCH)
    published.sandbox.edit("guide/a", content="alpha\nlater\n")
    job = published.scheduled()
    assert job.green
    assert published.in_remote("rev-parse", BRANCH) == theirs
    ((_, _, message),) = job.annotations("warning")
    assert theirs[:9] in message
    assert len(published.api.open_pulls()) == 1


def test_somebodys_commits_stay_also_where_nothing_is_left_to_fetch(published: Scene) -> None:
    published.sandbox.edit("guide/b", content="beta\nfrom the wiki\n")
    published.scheduled()
    theirs = published.commit({"pages/guide/b.md": page("B", "mine\n")}, BRANCH)
    published.sandbox.edit("guide/b", content="beta\n")
    assert published.scheduled().green
    assert published.in_remote("rev-parse", BRANCH) == theirs
    assert len(published.api.open_pulls()) == 1


def test_a_merge_of_main_into_the_branch_is_no_strangers_commit(published: Scene) -> None:
    published.sandbox.edit("guide/b", content="beta\nfrom the wiki\n")
    published.scheduled()
    published.commit({"README.md": "x\n"})
    published.clone.git("fetch", "-q", "origin")
    published.clone.git("switch", "-q", "-C", BRANCH, f"origin/{BRANCH}")
    published.clone.git("merge", "-q", "-m", "Update branch", "origin/main")
    published.clone.git("push", "-q", "origin", BRANCH)
    published.sandbox.edit("guide/a", content="alpha\nlater\n")
    assert published.scheduled().green
    assert published.file("pages/guide/a.md", BRANCH).endswith("later")


def test_where_both_sides_changed_the_rest_is_proposed_and_the_job_is_red(
    published: Scene,
) -> None:
    published.sandbox.edit("home", content="one\nzwei\nthree\n")
    published.sandbox.edit("guide/a", content="alpha\nfrom the wiki\n")
    published.commit({"pages/home.md": page("Home", "one\n2\nthree\n")})
    published.pushed()
    job = published.scheduled()
    assert not job.green
    (pull,) = published.api.open_pulls()
    changed = published.in_remote("diff", "--name-only", "main", BRANCH).split()
    assert changed == ["pages/guide/a.md"]
    assert "**Conflicts: left alone on both sides**" in pull["body"]
    assert job.annotations("error")[0][0] == "pages/home.md"


def test_a_wiki_that_is_down_closes_no_pull_request(published: Scene) -> None:
    published.sandbox.edit("guide/b", content="beta\nfrom the wiki\n")
    published.scheduled()
    published.sandbox.switch_api(on=False)
    job = published.scheduled()
    assert not job.green
    assert "Propose it in the one pull request" not in job.steps
    assert len(published.api.open_pulls()) == 1
    assert BRANCH in published.branches()


def test_where_github_may_not_open_pull_requests_the_job_says_what_to_allow(
    published: Scene,
) -> None:
    published.api.allows_pulls = False
    published.sandbox.edit("guide/b", content="beta\nfrom the wiki\n")
    job = published.scheduled()
    assert not job.green
    ((_, _, message),) = job.annotations("error")
    assert "not permitted to create" in message
    assert "Settings → Actions → General" in message


# ---- without a wiki


@pytest.mark.parametrize("event", ["push", "schedule", "workflow_dispatch"])
def test_without_a_wiki_every_job_ends_green_with_a_notice(scene: Scene, event: str) -> None:
    scene.commit(dict(PAGES))
    scene.configured = False
    job = scene.pushed() if event == "push" else scene.scheduled(event)
    assert job.green, job.log
    ((_, _, message), *_) = job.annotations("notice")
    assert "No wiki is configured" in message
    assert "WIKISYNC_TOKEN" in job.summary.replace("&#95;", "_")
    assert scene.branches() == {"main"}
    assert scene.api.writes() == []


def test_without_a_wiki_a_pull_request_still_shows_what_it_changes(scene: Scene) -> None:
    scene.commit(dict(PAGES))
    scene.configured = False
    edited(scene)
    job = scene.pull_request("edit")
    assert job.green
    assert "No wiki is configured" in job.summary
    assert "3 to update on the wiki" in job.summary
    assert scene.api.writes() == []


# ---- hostile pages


def test_titles_paths_and_texts_of_pages_run_nothing(published: Scene) -> None:
    nasty = "$(touch owned)`touch owned`;touch owned"
    body = (
        "::error file=x::made up\n::add-mask::e\n##[set-output name=changed]no\n```\n</details>\n"
    )
    published.commit({"pages/nasty.md": page(nasty, body)}, "edit")
    job = published.pull_request("edit")
    assert job.green, job.log
    assert job.annotations("error", "warning") == []
    commands = [c.name for step in job.steps.values() for c in step.log.commands]
    assert commands == ["add-mask"]
    outputs = job.steps["Plan, and comment on the pull request"].outputs
    assert outputs["changed"] == "true"
    assert not list(published.root.rglob("owned"))
