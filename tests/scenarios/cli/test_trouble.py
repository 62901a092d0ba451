"""What goes wrong with the wiki or the configuration: an exit code, and what to do about it."""

from __future__ import annotations

import socket

import pytest

from support.workspace import Workspace, page
from wiki.hostile import Hostile, reply
from wikisync.sandbox import Html, Redirect, Status

COMMANDS = ["status", "diff", "push", "pull", "sync"]


def told(
    workspace: Workspace, code: int, *words: str, env: dict[str, str | None] | None = None
) -> None:
    """Every command ends with this code and says these words on stderr, and nothing on stdout."""
    workspace.write("home.md", page("Home"))
    before = workspace.both_sides()
    for command in COMMANDS:
        writes = () if command in {"status", "diff"} else ("--yes",)
        result = workspace.run(command, *writes, env=env)
        assert result.code == code, result
        assert result.out == ""
        assert result.err.startswith("wikisync: ")
        for word in words:
            assert word in result.err
        assert len(result.err.splitlines()) <= 3, result.err
    assert workspace.both_sides() == before


def test_a_wiki_that_is_down_is_told_with_its_address(workspace: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    told(
        workspace,
        1,
        url,
        "connection refused",
        "that the wiki is running",
        env={"WIKISYNC_URL": url},
    )


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no host's name is known."""

    def unknown(*_args: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)


@pytest.mark.usefixtures("no_names")
def test_a_host_that_does_not_exist_is_told(workspace: Workspace) -> None:
    url = "https://no-such-host.invalid"
    told(workspace, 1, url, "Check the address", env={"WIKISYNC_URL": url})


@pytest.mark.usefixtures("no_names")
def test_an_address_that_is_not_encrypted_is_warned_of(workspace: Workspace) -> None:
    env = {"WIKISYNC_URL": "http://no-such-host.invalid"}
    assert "others on the network can read the API key" in workspace.run("status", env=env).err


def test_an_address_of_this_machine_needs_no_encryption(workspace: Workspace) -> None:
    assert workspace.run("status").ok().err == ""


def test_a_server_that_fails_is_told_after_some_tries(workspace: Workspace) -> None:
    fault = workspace.sandbox.faults.add(Status(502), times=None)
    told(workspace, 1, "answers with an error: HTTP 502", "Check the address")
    assert fault.applied == 5 * len(COMMANDS)


def test_a_hiccup_is_not_even_noticed(workspace: Workspace) -> None:
    workspace.sandbox.faults.add(Status(502), on="list", times=2)
    workspace.push(home=page("Home"))


def test_an_api_that_is_off_is_told_with_where_to_switch_it_on(workspace: Workspace) -> None:
    workspace.sandbox.switch_api(on=False)
    told(workspace, 1, "API is disabled", "Administration → API Access")


def test_a_key_that_was_revoked_is_told(workspace: Workspace) -> None:
    token = workspace.sandbox.key(["read:pages"])
    workspace.sandbox.revoke(token)
    told(workspace, 1, "revoked", env={"WIKISYNC_TOKEN": token})


def test_a_web_page_where_the_api_was_due_is_told(workspace: Workspace) -> None:
    workspace.sandbox.faults.add(Html(), times=None)
    told(workspace, 1, "a web page", "without /graphql")


def test_a_redirect_is_told_and_not_followed(workspace: Workspace) -> None:
    with Hostile([reply({"data": {}})]) as other:
        workspace.sandbox.faults.add(Redirect(f"{other.url}/graphql"), times=None)
        told(workspace, 1, other.url, "the API key is not sent there")
        assert other.asked == []


def test_a_certificate_that_nobody_vouches_for_is_told(workspace: Workspace) -> None:
    with Hostile([reply({"data": {}})], tls=True) as server:
        env: dict[str, str | None] = {"WIKISYNC_URL": server.url, "SSL_CERT_FILE": None}
        told(workspace, 1, "not trusted", "WIKISYNC_CA_FILE", env=env)
        assert server.asked == []


def test_a_key_that_may_not_read_sources_is_told_what_it_lacks(workspace: Workspace) -> None:
    workspace.sandbox.create("other")
    token = workspace.sandbox.key(["read:pages", "write:pages"])
    result = workspace.run("pull", "--yes", env={"WIKISYNC_TOKEN": token})
    assert result.code == 1
    assert "read:source" in result.text
    assert workspace.files() == {}


def test_a_key_that_may_not_write_is_told_what_it_lacks(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home"))
    token = workspace.sandbox.key(["read:pages", "read:source", "manage:pages"])
    result = workspace.run("push", "--yes", env={"WIKISYNC_TOKEN": token})
    assert result.code == 1
    assert "write:pages" in result.text
    assert workspace.sandbox.pages() == []


@pytest.mark.parametrize("token", [None, "", "  "])
def test_no_token_is_told_with_how_to_make_one(workspace: Workspace, token: str | None) -> None:
    told(workspace, 2, "WIKISYNC_TOKEN", "New API Key", env={"WIKISYNC_TOKEN": token})


def test_no_configuration_is_told_with_how_to_begin(workspace: Workspace) -> None:
    (workspace.root / "wikisync.toml").unlink()
    told(workspace, 2, "wikisync.toml", "wikisync init https://wiki.example.com")


def test_a_configuration_without_an_address_is_told(workspace: Workspace) -> None:
    (workspace.root / "wikisync.toml").write_text('folder = "pages"\n')
    told(workspace, 2, "url = ", "WIKISYNC_URL")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('token = "abc"', ("contains a secret (token)", "WIKISYNC_TOKEN")),
        ('api-key = "abc"', ("contains a secret (api-key)", "WIKISYNC_TOKEN")),
        ('urll = "abc"', ("`urll` is not a setting (did you mean `url`?).",)),
        ("jobs = 0", ("wikisync.toml:2: jobs: 0", "a whole number from 1")),
        ('write_back = "no"', ("wikisync.toml:2: write_back", "true or false")),
        ("ignore = 3", ('a list such as ["drafts/"',)),
        ('folder = "../elsewhere"', ("a folder inside the one that has wikisync.toml",)),
        ("jobs = ", ("TOML",)),
    ],
)
def test_a_setting_that_cannot_be_is_told_with_its_line(
    workspace: Workspace, line: str, words: tuple[str, ...]
) -> None:
    (workspace.root / "wikisync.toml").write_text(f'url = "{workspace.sandbox.url}"\n{line}\n')
    told(workspace, 2, "wikisync.toml", *words)


@pytest.mark.parametrize("url", ["ftp://wiki", "wiki.example.org", "http://", "http://a b/"])
def test_an_address_that_is_none_is_told(workspace: Workspace, url: str) -> None:
    told(workspace, 2, "the wiki's address", env={"WIKISYNC_URL": url})


def test_a_page_over_the_wikis_limit_fails_alone(workspace: Workspace) -> None:
    workspace.write("large.md", page("Large", "x" * 5_300_000 + "\n"))
    workspace.write("small.md", page("Small"))
    result = workspace.run("push", "--yes", "--json")
    assert result.code == 1
    assert result.done() == [("create", "wiki", "small")]
    assert "Split the page" in result.action("large")["reason"]


@pytest.mark.parametrize(
    "args",
    [
        ("push", "--prefer", "nobody"),
        ("push", "--allow", "everything"),
        ("push", "--max-delete", "-1"),
        ("pull", "--jobs", "0"),
        ("nonsense",),
        ("status", "--yes"),
        ("status", "--config", "none.toml"),
    ],
)
def test_wrong_usage_is_exit_code_2(workspace: Workspace, args: tuple[str, ...]) -> None:
    result = workspace.run(*args)
    assert result.code == 2
    assert result.out == ""
    assert result.err
    assert result.asked == ()
