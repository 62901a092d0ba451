"""A pull request does not decide where the token goes, who may read it, or what is written."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from support.gateway import Gateway
from support.git_repository import Repo, alone
from support.workspace import page
from wiki.hostile import TLS
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from github.step import Ended, Place


@pytest.fixture
def thief() -> Iterator[Sandbox]:
    """Another wiki, which a pull request would have the token sent to."""
    with Sandbox() as other:
        yield other


@pytest.fixture
def repo(place: Place, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """The project with its wiki's address on main, and a branch that is checked out."""
    alone(monkeypatch)
    place.workspace.configure()
    made = Repo(place.workspace.root)
    made.git("init", "-q", "-b", "main")
    made.commit({"pages/home.md": page("Home", "one\n")})
    place.event["pull_request"]["base"]["sha"] = made.git("rev-parse", "HEAD")
    made.git("switch", "-q", "-c", "edit")
    made.commit({"pages/home.md": page("Home", "two\n")})
    return made


def asked_of(sandbox: Sandbox) -> int:
    return len(list(sandbox.requests))


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "pull_request_review"])
@pytest.mark.parametrize("given", [None, ""])
def test_the_address_is_the_target_branchs_and_not_the_pull_requests(
    place: Place, repo: Repo, thief: Sandbox, event: str, given: str | None
) -> None:
    place.workspace.configure(url=thief.url)
    repo.commit()
    ended = place.act(url=given, event=event)
    assert asked_of(thief) == 0
    assert asked_of(place.workspace.sandbox) > 0
    assert ended.outputs["created"] == "1"


@pytest.mark.parametrize("how", ["toml", "config", "above"])
def test_an_address_that_only_the_pull_request_has_is_none(
    place: Place, repo: Repo, thief: Sandbox, how: str
) -> None:
    repo.git("switch", "-q", "main")
    repo.commit({"wikisync.toml": None})
    place.event["pull_request"]["base"]["sha"] = repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "-C", "edit")
    name = {"toml": "wikisync.toml", "config": "docs/wiki.toml", "above": "wikisync.toml"}[how]
    repo.commit({name: f'url = "{thief.url}"\n', "docs/x.md": "x", "pages/home.md": page("Home")})
    ended = place.act(url=None, config=name if how == "config" else None)
    assert ended.code == 0
    assert asked_of(thief) == asked_of(place.workspace.sandbox) == 0
    (notice,) = ended.said("notice")
    assert "a pull request must not decide where the API key is sent" in notice
    assert "WIKISYNC_URL" in notice


def test_a_given_address_goes_before_all_files(place: Place, repo: Repo, thief: Sandbox) -> None:
    place.workspace.configure(url=thief.url)
    repo.commit()
    assert place.act().outputs["created"] == "1"
    assert asked_of(thief) == 0


def test_a_linked_configuration_is_refused(place: Place, repo: Repo, thief: Sandbox) -> None:
    (place.workspace.root / "wikisync.toml").unlink()
    (place.workspace.root / "wikisync.toml").symlink_to("other.toml")
    repo.commit({"other.toml": f'url = "{thief.url}"\n'})
    assert place.act(url=None).code == 2
    assert asked_of(thief) == 0


@pytest.mark.parametrize("where", ["toml", "WIKISYNC_CA_FILE", "SSL_CERT_FILE", "link"])
def test_certificates_that_a_pull_request_changes_are_not_trusted(
    place: Place, repo: Repo, where: str
) -> None:
    repo.git("switch", "-q", "main")
    shutil.copy(TLS / "cert.pem", place.workspace.root / "ca.pem")
    if where == "toml":
        place.workspace.configure(ca_file="ca.pem")
    repo.commit()
    place.event["pull_request"]["base"]["sha"] = repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "-C", "edit")
    env = {} if where in {"toml", "link"} else {where: "ca.pem"}
    assert place.act(url=None, env=env).outputs["created"] == "1"  # as long as they are main's
    if where == "link":
        (place.workspace.root / "ca.pem").rename(place.workspace.root / "mine.pem")
        (place.workspace.root / "ca.pem").symlink_to("mine.pem")
        env = {"WIKISYNC_CA_FILE": "ca.pem"}
    else:
        with (place.workspace.root / "ca.pem").open("a") as file:
            file.write((TLS / "cert.pem").read_text())
    repo.commit()
    before = asked_of(place.workspace.sandbox)
    ended = place.act(url=None, env=env)
    assert "which servers the API key is sent to" in ended.said("notice")[0]
    assert asked_of(place.workspace.sandbox) == before


@pytest.mark.parametrize("where", ["toml", "WIKISYNC_CLIENT_CERT", "WIKISYNC_CLIENT_KEY"])
def test_a_client_certificate_that_a_pull_request_changes_is_not_used(
    place: Place, repo: Repo, where: str
) -> None:
    repo.git("switch", "-q", "main")
    for name in ("client.pem", "client-key.pem"):
        shutil.copy(TLS / name, place.workspace.root / name)
    place.workspace.configure(client_cert="client.pem", client_key="client-key.pem")
    repo.commit()
    place.event["pull_request"]["base"]["sha"] = repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "-C", "edit")
    changed = "client-key.pem" if where == "WIKISYNC_CLIENT_KEY" else "client.pem"
    env = {} if where == "toml" else {where: changed}
    if where == "WIKISYNC_CLIENT_CERT":
        env["WIKISYNC_CLIENT_KEY"] = "client-key.pem"
    assert place.act(url=None, env=env).outputs["created"] == "1"  # as long as they are main's
    with (place.workspace.root / changed).open("a") as file:
        file.write("\n")
    repo.commit()
    before = asked_of(place.workspace.sandbox)
    ended = place.act(url=None, env=env)
    assert "who the wiki takes this job for" in ended.said("notice")[0]
    assert asked_of(place.workspace.sandbox) == before


def test_the_names_of_client_certificates_are_the_target_branchs(place: Place, repo: Repo) -> None:
    (repo.root / ".git/info/exclude").write_text("*.pem\n")
    for name in ("client.pem", "client-key.pem"):
        shutil.copy(TLS / name, repo.root / name)  # as if the job had made them
    with Gateway(place.workspace.sandbox, {}, tls="client") as gateway:
        place.workspace.configure(client_cert="client.pem", client_key="client-key.pem")
        repo.commit({"wikisync.toml": (place.workspace.root / "wikisync.toml").read_text()})
        env = {"WIKISYNC_CA_FILE": str(TLS / "cert.pem")}
        assert place.act(url=gateway.url, env=env).code == 1
        repo.git("switch", "-q", "main")
        place.workspace.configure(client_cert="client.pem", client_key="client-key.pem")
        repo.commit({"wikisync.toml": (place.workspace.root / "wikisync.toml").read_text()})
        place.event["pull_request"]["base"]["sha"] = repo.git("rev-parse", "HEAD")
        assert place.act(url=gateway.url, env=env).outputs["created"] == "1"


def test_certificates_that_the_job_made_itself_are_trusted(place: Place, repo: Repo) -> None:
    shutil.copy(TLS / "cert.pem", place.workspace.root / "from-a-secret.pem")
    env = {"WIKISYNC_CA_FILE": "from-a-secret.pem"}
    assert place.act(url=None, env=env).outputs["created"] == "1"


def fork(place: Place) -> None:
    place.event["pull_request"]["head"]["repo"] = {"full_name": "mallory/handbook"}


def refused(ended: Ended) -> bool:
    """Whether a command was refused, and why was said."""
    if ended.code != 4:
        return False
    assert "Nothing was written: anybody could have made this checkout" in ended.said("error")[0]
    return True


@pytest.mark.parametrize("name", ["push", "pull", "sync"])
@pytest.mark.parametrize("event", ["pull_request_target", "pull_request"])
def test_commands_that_write_are_refused_where_anybody_wrote_the_files(
    place: Place, repo: Repo, name: str, event: str
) -> None:
    if event == "pull_request":
        fork(place)
    place.workspace.sandbox.create("there", content="x\n")
    before = place.workspace.snapshot()
    assert refused(place.act(command=name, event=event))
    assert place.workspace.snapshot() == before
    assert not refused(place.act(command="plan", event=event))


@pytest.mark.parametrize("event", ["issue_comment", "workflow_run", "issues"])
def test_an_event_that_anybody_causes_writes_githubs_own_commit_alone(
    place: Place, repo: Repo, thief: Sandbox, event: str
) -> None:
    del place.event["pull_request"]
    own = repo.git("rev-parse", "HEAD")
    assert not refused(place.act(command="push", event=event, env={"GITHUB_SHA": own}))
    place.workspace.configure(url=thief.url)
    repo.commit({"pages/home.md": page("Home", "three\n")})
    before = place.workspace.sandbox.pages()
    assert refused(place.act(command="push", url=None, event=event, env={"GITHUB_SHA": own}))
    assert refused(place.act(command="push", event=event))  # nothing says which commit it is
    assert place.workspace.sandbox.pages() == before
    place.act(command="plan", url=None, event=event, env={"GITHUB_SHA": own})
    assert asked_of(thief) == 0


@pytest.mark.parametrize("inputs", [{"config": "pr/wikisync.toml"}, {"folder": "pr/pages"}])
@pytest.mark.parametrize("itself", [False, True])
@pytest.mark.parametrize("event", ["issue_comment", "workflow_run"])
def test_a_checkout_below_githubs_own_commit_is_believed_no_more(
    place: Place, repo: Repo, thief: Sandbox, event: str, inputs: dict[str, str], itself: bool
) -> None:
    """A job may check out the default branch, and what anybody made into a folder of it."""
    del place.event["pull_request"]
    if itself and "folder" in inputs:
        place.workspace.configure(folder="pr/pages")
        repo.commit()
    inner = place.workspace.root / "pr"
    repo.git("clone", "-q", str(place.workspace.root), str(inner))
    (inner / "wikisync.toml").write_text(f'url = "{thief.url}"\n')
    Repo(inner).commit({"pages/home.md": page("Home", "three\n")})
    env = {"GITHUB_SHA": repo.git("rev-parse", "HEAD")}
    if itself:
        given = ("--config", inputs["config"]) if "config" in inputs else ()
        result = place.workspace.run(
            "push", "--yes", *given, env={**place.environment(event), **env}
        )
        assert result.code == 4, result
    else:
        assert refused(place.act(command="push", url=None, event=event, env=env, **inputs))
    assert place.workspace.sandbox.pages() == []
    assert asked_of(thief) == 0


def test_a_pull_request_that_the_event_does_not_describe_is_not_believed(
    place: Place, repo: Repo
) -> None:
    del place.event["pull_request"]
    own = {"GITHUB_SHA": repo.git("rev-parse", "HEAD")}
    assert refused(place.act(command="push", event="pull_request", env=own))


@pytest.mark.parametrize("event", ["push", "schedule", "workflow_dispatch"])
def test_an_event_of_people_who_may_write_is_believed(place: Place, repo: Repo, event: str) -> None:
    del place.event["pull_request"]
    assert place.act(command="push", url=None, event=event).outputs["created"] == "1"


@pytest.mark.parametrize(
    ("typed", "refuses"),
    [
        ("status", False),
        ("push --dry-run", False),
        ("push --yes", True),
        ("undo --yes", True),
        ("review", True),
    ],
)
def test_a_command_by_itself_believes_no_more(
    place: Place, repo: Repo, thief: Sandbox, typed: str, refuses: bool
) -> None:
    place.workspace.configure(url=thief.url)
    repo.commit()
    fork(place)
    result = place.run(*typed.split())
    assert (result.code == 4) == refuses, result
    assert asked_of(thief) == 0
    assert (asked_of(place.workspace.sandbox) > 0) != refuses


def test_init_sends_the_token_to_no_address_of_a_pull_request(
    place: Place, repo: Repo, thief: Sandbox
) -> None:
    place.workspace.configure(url=thief.url)
    repo.commit()
    assert place.run("init").code == 0
    assert asked_of(thief) == 0
    assert asked_of(place.workspace.sandbox) > 0


def test_a_nested_repository_cannot_speak_for_the_target_branch(
    place: Place, repo: Repo, thief: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Laid out as git lays out a bare one, it would have git read its objects, not the clone's."""
    place.workspace.configure(url=thief.url)
    for part in ("HEAD", "objects", "refs"):
        copy = shutil.copytree if part != "HEAD" else shutil.copy
        copy(place.workspace.root / ".git" / part, place.workspace.root / part)
    (place.workspace.root / "config").write_text("[core]\nbare = false\nworktree = .\n")
    repo.commit()
    place.act(url=None)
    assert asked_of(thief) == 0


def test_the_checkout_of_a_fork_proposes_nothing(place: Place, repo: Repo) -> None:
    fork(place)
    from wikisync.github.pull_request import propose_pull_request

    values: dict[str, Any] = place.environment(event="pull_request_target")
    values["GITHUB_REF"] = "refs/heads/main"
    assert propose_pull_request(values) == 4
