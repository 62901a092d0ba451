"""A wiki behind a gateway is reached with what the gateway wants, and nobody else sees that."""

from __future__ import annotations

import logging
import os
import ssl
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from scenarios.cli.test_secrets import leaks, logged
from support.gateway import (
    BASIC,
    CLOUDFLARE_FORBIDDEN,
    CLOUDFLARE_LOGIN,
    NO_CERTIFICATE,
    Gateway,
)
from support.workspace import page
from wiki.hostile import TLS, Hostile, reply

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from threading import Event

    from support.workspace import Result, Workspace
    from wikisync.sandbox import Sandbox

__all__ = ["logged"]

SECRET = "0f6b9f3ad7c14c22a0e5d1f6c3b7"
SERVICE_TOKEN = {"CF-Access-Client-Id": "88bf3b6d.access", "CF-Access-Client-Secret": SECRET}
PASSWORD = "correct horse battery"
CREDENTIALS = b64encode(f"ann:{PASSWORD}".encode()).decode()
HEADERS = "\n".join(f"{name}: {value}" for name, value in SERVICE_TOKEN.items())


def test_a_wiki_behind_a_gateway_is_synced_with_the_headers_that_it_wants(
    workspace: Workspace, sandbox: Sandbox
) -> None:
    workspace.write("home.md", page("Home"))
    sandbox.create("there", content="text\n")
    with Gateway(sandbox, SERVICE_TOKEN) as gateway:
        env = {"WIKISYNC_URL": gateway.url, "WIKISYNC_HEADERS": HEADERS}
        workspace.run("sync", "--yes", env=env).ok()
        assert workspace.run("status", "--exit-code", env=env).code == 0
        assert "Connected: 2 pages" in workspace.run("init", env=env).ok().out
        assert gateway.refused == 0
        assert all(each["authorization"].startswith("Bearer ") for each in gateway.asked)
    assert sandbox.page("home") is not None
    assert (workspace.folder / "there.md").exists()


def test_a_gateway_that_wants_a_password_leaves_the_api_key_its_place_in_a_cookie(
    workspace: Workspace, sandbox: Sandbox
) -> None:
    workspace.write("home.md", page("Home"))
    with Gateway(sandbox, {"Authorization": f"Basic {CREDENTIALS}"}, BASIC) as gateway:
        given = f"authorization: Basic {CREDENTIALS}\nCookie: other=1"
        env = {"WIKISYNC_URL": gateway.url, "WIKISYNC_HEADERS": given}
        workspace.run("push", "--yes", env=env).ok()
        assert gateway.asked[0]["cookie"] == f"jwt={sandbox.token}; other=1"
    assert sandbox.page("home") is not None
    assert {seen.principal for seen in sandbox.requests} == {"API"}


def test_a_key_that_may_only_read_gets_through_such_a_gateway_too(
    workspace: Workspace, sandbox: Sandbox
) -> None:
    sandbox.create("there", content="text\n")
    with Gateway(sandbox, {"Authorization": f"Basic {CREDENTIALS}"}, BASIC) as gateway:
        env = {
            "WIKISYNC_URL": gateway.url,
            "WIKISYNC_TOKEN": sandbox.key(["read:pages", "read:source"]),
            "WIKISYNC_HEADERS": f"Authorization: Basic {CREDENTIALS}",
        }
        workspace.run("pull", "--yes", env=env).ok()
        assert gateway.refused == 0
    assert "text" in workspace.read("there.md")


def message(result: Result) -> str:
    assert result.code == 1, result
    return " ".join(result.err.split())


@pytest.mark.parametrize("command", ["status", "push", "init"])
def test_a_gateway_that_is_given_nothing_is_named_with_what_to_give_it(
    workspace: Workspace, sandbox: Sandbox, command: str
) -> None:
    workspace.write("home.md", page("Home"))
    said = {}
    for refusal in (CLOUDFLARE_LOGIN, CLOUDFLARE_FORBIDDEN, BASIC, NO_CERTIFICATE):
        with Gateway(sandbox, SERVICE_TOKEN, refusal) as gateway:
            result = workspace.run(command, env={"WIKISYNC_URL": gateway.url})
            assert len(gateway.asked) == 1  # another try would not help
        said[refusal.title] = " ".join(result.text.split())
        assert result.code == 1
    login = said[CLOUDFLARE_LOGIN.title]
    assert "redirects to a login page, https://example.cloudflareaccess.com/cdn-cgi/" in login
    assert "eyJ" not in login
    assert "CF-Access-Client-Id" in login
    assert "“Error ・ Cloudflare Access” (HTTP 403)" in said[CLOUDFLARE_FORBIDDEN.title]
    assert "CF-Access-Client-Id" in said[CLOUDFLARE_FORBIDDEN.title]
    assert "asks for a login (HTTP 401, Basic)" in said[BASIC.title]
    assert "`Authorization: Basic …`" in said[BASIC.title]
    assert "No required SSL certificate was sent" in said[NO_CERTIFICATE.title]
    assert "WIKISYNC_CLIENT_CERT" in said[NO_CERTIFICATE.title]


@pytest.mark.parametrize("refusal", [CLOUDFLARE_LOGIN, CLOUDFLARE_FORBIDDEN, BASIC])
def test_headers_that_a_gateway_does_not_accept_are_said_to_be_the_reason(
    workspace: Workspace,
    sandbox: Sandbox,
    logged: pytest.LogCaptureFixture,
    refusal: object,
) -> None:
    with Gateway(sandbox, {"X": "y"}, refusal) as gateway:  # type: ignore[arg-type]
        env = {"WIKISYNC_URL": gateway.url, "WIKISYNC_HEADERS": HEADERS}
        result = workspace.run("status", env=env)
    assert "It does not accept what WIKISYNC_HEADERS has" in message(result)
    assert leaks(workspace, [result], logged, SECRET) == []


def test_another_login_page_is_named_and_another_address_is_still_a_redirect(
    workspace: Workspace,
) -> None:
    pages = [
        "https://sso.example.org/realms/staff/protocol/openid-connect/auth?client_id=1",
        "https://auth.example.org/?rd=https%3A%2F%2Fwiki.example.org",
        "https://accounts.example.com/o/oauth2/v2/auth",
        "/login",
        "/oauth2/sign_in",
    ]
    others = ["https://wiki.example.org/graphql", "https://docs.example.org/authors", "/wiki/"]
    for location in [*pages, *others]:
        moved = reply(b"", 302, headers={"Location": location})
        with Hostile([moved]) as server:
            said = message(workspace.run("status", env={"WIKISYNC_URL": server.url}))
        assert ("a login page" in said) == (location in pages), said


def test_no_other_host_gets_the_headers(workspace: Workspace) -> None:
    with Hostile([reply({})]) as other:
        moved = reply(b"", 307, headers={"Location": f"{other.url}/graphql"})
        with Hostile([moved]) as server:
            env = {"WIKISYNC_URL": server.url, "WIKISYNC_HEADERS": HEADERS}
            assert workspace.run("status", env=env).code == 1
            assert server.asked[0].headers["CF-Access-Client-Secret"] == SECRET
        assert other.asked == []


def test_a_whole_round_leaves_no_header_behind(
    workspace: Workspace, sandbox: Sandbox, logged: pytest.LogCaptureFixture
) -> None:
    workspace.write("home.md", page("Home"))
    workspace.write("bad.md", b"\xff")
    wants = {**SERVICE_TOKEN, "Authorization": f"Basic {CREDENTIALS}"}
    lines = "\n".join(f"{name}: {value}" for name, value in wants.items())
    with Gateway(sandbox, wants) as gateway:
        env = {"WIKISYNC_URL": gateway.url, "WIKISYNC_HEADERS": lines}
        results = [
            workspace.run(*words, env=env)
            for words in (
                ("init",),
                ("status", "--json"),
                ("diff", "--html", "report.html"),
                ("plan", "push", "-o", "plan.json"),
                ("apply", "plan.json", "--yes", "--json"),
                ("log", "--json"),
                ("sync", "--yes"),
            )
        ]
        assert gateway.refused == 0
    assert logged.records
    assert sandbox.page("home") is not None
    for secret in (SECRET, CREDENTIALS, PASSWORD, sandbox.token):
        assert leaks(workspace, results, logged, secret) == []


def test_headers_that_the_answer_repeats_are_not_shown(
    workspace: Workspace, logged: pytest.LogCaptureFixture
) -> None:
    def echo(handler: BaseHTTPRequestHandler, closing: Event) -> None:
        text = f"{dict(handler.headers)} {PASSWORD}"
        answers[0](text)(handler, closing)

    answers = [
        lambda text: reply({"errors": [{"message": text[-900:]}]}, 400),
        lambda text: reply(f"<title>{text[-190:]}</title>".encode(), 403, "text/html"),
        lambda text: reply(b"", 302, headers={"Location": f"https://login.example.org/{text}"}),
    ]
    results = []
    while answers:
        with Hostile([echo]) as server:
            lines = f"{HEADERS}\nAuthorization: Basic {CREDENTIALS}"
            env = {"WIKISYNC_URL": server.url, "WIKISYNC_HEADERS": lines}
            results += [workspace.run("status", *more, env=env) for more in ((), ("--json",))]
            assert server.asked
        answers.pop(0)
    for secret in (SECRET, CREDENTIALS, PASSWORD, workspace.sandbox.token):
        assert leaks(workspace, results, logged, secret) == []


def test_headers_do_not_belong_into_the_configuration(workspace: Workspace) -> None:
    for line in (f'headers = ["X-Secret: {SECRET}"]', f'WIKISYNC_HEADERS = "X: {SECRET}"'):
        (workspace.root / "wikisync.toml").write_text(f"{line}\n")
        result = workspace.run("status")
        assert result.code == 2
        assert "set it as WIKISYNC_HEADERS" in " ".join(result.err.split())
        assert SECRET not in result.text


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("where", ["file", "combined", "environment"])
def test_a_client_certificate_opens_a_gateway_that_wants_one(
    workspace: Workspace, sandbox: Sandbox, version: ssl.TLSVersion, where: str
) -> None:
    workspace.write("home.md", page("Home"))
    (workspace.root / "tls").mkdir()
    cert, key = workspace.root / "tls/client.pem", workspace.root / "tls/client.key"
    cert.write_bytes((TLS / "client.pem").read_bytes())
    key.write_bytes((TLS / "client-key.pem").read_bytes())
    with Gateway(sandbox, {}, tls="client", version=version) as gateway:
        settings = {"url": gateway.url}
        env = {}
        match where:
            case "file":
                settings |= {"client_cert": "tls/client.pem", "client_key": "tls/client.key"}
            case "combined":
                cert.write_bytes(key.read_bytes() + cert.read_bytes())
                settings |= {"client_cert": "tls/client.pem"}
            case "environment":
                settings |= {"client_cert": "none.pem", "client_key": "none.key"}
                env = {"WIKISYNC_CLIENT_CERT": str(cert), "WIKISYNC_CLIENT_KEY": str(key)}
        workspace.configure(**settings)
        workspace.run("push", "--yes", env=env).ok()
    assert sandbox.page("home") is not None


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_wants_a_client_certificate_is_understood(
    workspace: Workspace, sandbox: Sandbox, version: ssl.TLSVersion
) -> None:
    with Gateway(sandbox, {}, tls="client", version=version) as gateway:
        said = message(workspace.run("status", env={"WIKISYNC_URL": gateway.url}))
    assert "asks for a client certificate" in said
    assert "client_cert, client_key" in said
    with Gateway(sandbox, {}, tls="client", version=version) as gateway:
        # A certificate of another authority than the one that this server trusts.
        env = {"WIKISYNC_URL": gateway.url, "WIKISYNC_CLIENT_CERT": str(TLS / "other.pem")}
        said = message(workspace.run("status", env=env))
    assert "It does not accept the one in client_cert" in said


def wrong(name: str) -> str:
    return str(TLS / name)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"client_cert": "none.pem"}, "client_cert: {root}/none.pem is not an existing file"),
        (
            {"client_cert": wrong("client.pem"), "client_key": "none.key"},
            "client_key: {root}/none.key is not an existing file",
        ),
        ({"client_cert": "fifo"}, "client_cert: {root}/fifo is not an existing file"),
        ({"client_cert": "text.pem"}, "text.pem is not a file with a certificate in PEM form"),
        (
            {"client_cert": wrong("client.pem")},
            "client.pem is not a file with a private key in PEM form, which goes into the same",
        ),
        (
            {"client_cert": wrong("client.pem"), "client_key": "text.pem"},
            "text.pem is not a file with a private key in PEM form",
        ),
        (
            {"client_cert": wrong("client.pem"), "client_key": wrong("key.pem")},
            "key.pem is not the private key of the certificate in",
        ),
        (
            {"client_cert": wrong("client.pem"), "client_key": wrong("client-key-encrypted.pem")},
            "is not a private key without a passphrase, and wikisync asks for none",
        ),
        (
            {"client_cert": wrong("client.pem"), "client_key": "cut.pem"},
            "cut.pem is not a usable certificate and private key",
        ),
        ({"client_key": wrong("key.pem")}, "is not used without client_cert"),
    ],
)
def test_a_client_certificate_that_cannot_be_used_is_said_before_anything_is_sent(
    workspace: Workspace, settings: dict[str, str], expected: str
) -> None:
    os.mkfifo(workspace.root / "fifo")  # which would be waited for
    (workspace.root / "text.pem").write_text("no certificate")
    key = (TLS / "client-key.pem").read_text()
    (workspace.root / "cut.pem").write_text(f"{key[:60]}\n{key.splitlines()[-1]}\n")
    workspace.configure(**{**settings, "url": "https://127.0.0.1:9"})
    result = workspace.run("status")
    assert result.code == 2, result
    said = " ".join(result.err.split())
    assert expected.format(root=workspace.root) in said
    assert key.splitlines()[1] not in said


def test_a_private_key_in_the_configuration_is_not_repeated(workspace: Workspace) -> None:
    key = (TLS / "client-key.pem").read_text()
    workspace.configure(client_key=key)
    result = workspace.run("status")
    assert result.code == 2
    assert "contains a private key (client_key)" in result.err
    assert key.splitlines()[1] not in result.text


@pytest.mark.parametrize("name", ["CA_FILE", "CLIENT_CERT", "CLIENT_KEY"])
def test_the_text_of_a_key_in_the_environment_is_not_repeated(
    workspace: Workspace, name: str
) -> None:
    key = (TLS / "client-key.pem").read_text()
    for text in (key, key.replace("\n", "\\n")):
        result = workspace.run("status", "--json", env={f"WIKISYNC_{name}": text})
        assert result.code == 2
        assert f"WIKISYNC_{name}: the text of a PEM file is not the name of a file" in result.err
        assert key.splitlines()[1] not in result.text


def test_logging_of_libraries_shows_no_header(
    workspace: Workspace, sandbox: Sandbox, logged: pytest.LogCaptureFixture
) -> None:
    with Gateway(sandbox, SERVICE_TOKEN) as gateway:
        env = {"WIKISYNC_URL": gateway.url, "WIKISYNC_HEADERS": HEADERS}
        workspace.write("logged.md", page("Logged"))
        workspace.run("push", "--yes", env=env).ok()
    assert any(record.levelno == logging.DEBUG for record in logged.records)
    assert SECRET not in logged.text
