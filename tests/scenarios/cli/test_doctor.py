"""``wikisync doctor`` names each fault, says what to do, writes nothing and tells no secret."""

from __future__ import annotations

import socket
from base64 import b64encode
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest

from support.doctor import doctor, failing, fill, found, states
from support.gateway import BASIC, Gateway
from support.texts import TEXT
from wiki.hostile import TLS, Hostile, reply
from wikisync.doctor.model import CheckName

if TYPE_CHECKING:
    from pathlib import Path

    from support.workspace import Workspace

READ: Final = ["read:pages", "read:source"]
WRITE: Final = [*READ, "write:pages", "manage:pages"]
FULL: Final = [*WRITE, "delete:pages", "read:history", "write:styles", "write:scripts"]
NOT_TRIED: Final = "not tried, since the check "


def rule(path: str, roles: list[str], *, deny: bool = False, locales: tuple[str, ...] = ()) -> Any:
    shared = {"id": path or "all", "match": "START", "locales": list(locales)}
    return {**shared, "deny": deny, "path": path, "roles": roles}


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """Pages on both sides, and a state that knows them."""
    return fill(workspace)


def test_where_everything_works_each_check_is_made_and_works(filled: Workspace) -> None:
    result = doctor(filled)
    assert result.code == 0
    assert states(result) == dict.fromkeys(
        (name for name in get_args(CheckName) if name != "github"), "works"
    )
    assert "Wiki.js 2.5.314" in found(result, "version")
    assert "group Administrators" in found(result, "key")
    assert "3 pages" in found(result, "state")
    assert result.json["counts"] == {"works": 27, "fails": 0, "warning": 0, "unknown": 0}


def test_it_says_of_each_setting_where_it_is_from(filled: Workspace) -> None:
    filled.configure(ignore=["drafts/"])
    url = f"{filled.sandbox.url}/"
    env = {"WIKISYNC_URL": url, "WIKISYNC_HEADERS": "X-Access: hunter2-hunter2"}
    result = filled.run("doctor", "--json", env=env)
    settings = {each["name"]: (each["value"], each["source"]) for each in result.json["settings"]}
    assert settings["url"] == (url.rstrip("/"), "WIKISYNC_URL")
    assert settings["ignore"] == ("drafts/", "wikisync.toml")
    assert settings["folder"] == ("pages", None)
    assert settings["token"] == ("set, not shown", "WIKISYNC_TOKEN")
    assert settings["headers"] == ("X-Access", "WIKISYNC_HEADERS")
    assert "hunter2" not in result.text


def test_only_queries_are_sent(filled: Workspace) -> None:
    for token in (filled.sandbox.token, filled.sandbox.key(READ), filled.sandbox.key(WRITE)):
        asked = doctor(filled, token).asked
        assert asked
        assert not any(seen.is_mutation for seen in asked)


def test_the_text_has_a_line_for_each_check_and_its_hint_below(filled: Workspace) -> None:
    result = filled.run("doctor", env={"WIKISYNC_TOKEN": filled.sandbox.key(READ)})
    assert result.code == 0
    lines = result.out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("warning  write "))
    assert "may only read" in lines[at]
    assert "write:pages and manage:pages" in lines[at + 1]
    assert lines[-1].startswith("27 checks: ")


def test_quiet_prints_only_what_fails(filled: Workspace) -> None:
    assert filled.run("doctor", "--quiet").text == ""
    result = filled.run("doctor", "--quiet", env={"WIKISYNC_TOKEN": "a.b.c"})
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("fails    key ")


# ---- the way to the wiki


def test_without_a_configuration_that_is_what_fails(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = workspace.run("doctor", "--json", cwd=tmp_path / "empty")
    assert result.code == 2
    assert failing(result) == ["configuration"]
    assert "no wikisync.toml" in found(result, "configuration")
    assert set(states(result).values()) == {"fails", "unknown"}


def test_a_setting_that_is_wrong_is_a_failed_check_and_not_the_end(workspace: Workspace) -> None:
    workspace.configure(jobs=0)
    result = doctor(workspace)
    assert result.code == 2
    assert failing(result) == ["configuration"]
    assert "jobs" in found(result, "configuration")


def test_a_password_in_the_address_is_not_shown(workspace: Workspace) -> None:
    result = doctor(workspace, WIKISYNC_URL="https://ann:correct-horse@wiki.example.com")
    assert failing(result) == ["address"]
    assert result.code == 2
    assert "correct-horse" not in result.text


def test_a_port_where_nobody_listens(workspace: Workspace) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        result = doctor(workspace, WIKISYNC_URL=url)
    assert result.code == 1
    assert failing(result) == ["connection"]
    assert states(result)["name"] == "works"
    assert "connection refused" in found(result, "connection")
    assert found(result, "wiki").startswith(f"{NOT_TRIED}connection fails")


def test_a_name_that_does_not_resolve(workspace: Workspace) -> None:
    result = doctor(workspace, WIKISYNC_URL="https://no-such-host.invalid")
    assert failing(result) == ["name"]
    assert "no such host, no-such-host.invalid" in found(result, "name")


def test_a_proxy_is_named_without_its_password(workspace: Workspace) -> None:
    proxy = "http://ann:correct-horse@no-such-proxy.invalid:8080"
    result = doctor(workspace, WIKISYNC_URL="http://wiki.example.com", HTTP_PROXY=proxy)
    assert failing(result) == ["name"]
    assert "no-such-proxy.invalid:8080" in found(result, "proxy")
    assert "correct-horse" not in result.text


def test_an_address_that_is_not_encrypted_is_a_warning(workspace: Workspace) -> None:
    result = doctor(workspace, WIKISYNC_URL="http://no-such-host.invalid")
    assert states(result)["address"] == "warning"
    assert "not encrypted" in found(result, "address")


def test_a_certificate_that_is_trusted_is_shown_with_its_end(filled: Workspace) -> None:
    with Gateway(filled.sandbox, {}, tls="server") as gateway:
        result = doctor(filled, WIKISYNC_URL=gateway.url)
    assert states(result)["certificate"] == "works"
    assert "valid until" in found(result, "certificate")
    assert states(result)["wiki"] == "works"


def test_a_certificate_that_is_not_trusted_is_shown_with_its_signer(workspace: Workspace) -> None:
    with Gateway(workspace.sandbox, {}, tls="server") as gateway:
        env = {"WIKISYNC_URL": gateway.url, "SSL_CERT_FILE": str(TLS / "other.pem")}
        result = doctor(workspace, **env)
    assert failing(result) == ["certificate"]
    assert "not trusted" in found(result, "certificate")
    assert "signed by" in found(result, "certificate")
    assert "WIKISYNC_CA_FILE" in found(result, "certificate")
    assert gateway.asked == []


def test_https_to_a_server_that_speaks_http(workspace: Workspace) -> None:
    url = workspace.sandbox.url.replace("http:", "https:")
    result = doctor(workspace, WIKISYNC_URL=url)
    assert failing(result) == ["certificate"]
    assert "does not use HTTPS" in found(result, "certificate")


def test_another_server_a_redirect_and_a_login_page(workspace: Workspace) -> None:
    web_page = reply(b"<html><title>Our shop</title></html>", kind="text/html")
    elsewhere = reply(b"", 301, headers={"Location": "https://wiki.example.com/graphql"})
    for answer, words in ((web_page, "Our shop"), (elsewhere, "redirects to https://wiki.example")):
        with Hostile([answer]) as server:
            result = doctor(workspace, WIKISYNC_URL=server.url)
        assert failing(result) == ["wiki"]
        assert words in found(result, "wiki")
    password = b64encode(b"ann:secret").decode()
    with Gateway(workspace.sandbox, {"Authorization": f"Basic {password}"}, BASIC) as gateway:
        result = doctor(workspace, WIKISYNC_URL=gateway.url)
    assert failing(result) == ["wiki"]
    assert "asks for a login" in found(result, "wiki")


# ---- the key


def test_the_api_that_is_off_and_a_key_that_was_revoked(filled: Workspace) -> None:
    revoked = filled.sandbox.key(FULL)
    filled.sandbox.revoke(revoked)
    result = doctor(filled, revoked)
    assert failing(result) == ["key"]
    assert "revoked" in found(result, "key")
    filled.sandbox.switch_api(on=False)
    result = doctor(filled)
    assert failing(result) == ["api"]
    assert "Enable the API" in found(result, "api")
    assert states(result)["wiki"] == "works"


def test_a_key_that_expired_is_told_from_one_that_is_wrong_and_from_none(filled: Workspace) -> None:
    assert "it expired on" in found(doctor(filled, filled.sandbox.key(FULL, expired=True)), "key")
    assert "is no API key" in found(doctor(filled, "hello-world"), "key")
    wrong = f"{filled.sandbox.token[:-6]}AAAAAA"
    result = doctor(filled, wrong)
    assert failing(result) == ["key"]
    assert "does not accept this API key" in found(result, "key")
    none = doctor(filled, WIKISYNC_TOKEN=None)
    assert none.code == 2
    assert failing(none) == ["key"]
    assert "WIKISYNC_TOKEN is not set" in found(none, "key")


def test_a_key_that_expires_soon_is_a_warning_of_doctor_and_of_each_run(filled: Workspace) -> None:
    soon = filled.sandbox.key(FULL, lifetime="5d")
    result = doctor(filled, soon)
    assert result.code == 0
    assert states(result)["key-expiry"] == "warning"
    for command in ("status", "diff", "push", "pull"):
        more = ("--yes",) if command in {"push", "pull"} else ()
        err = filled.run(command, *more, env={"WIKISYNC_TOKEN": soon}).ok().err
        assert "The API key expires on" in err
        assert soon not in err
    later = {"WIKISYNC_TOKEN": filled.sandbox.key(FULL, lifetime="30d")}
    assert "expires" not in filled.run("status", env=later).ok().err


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        (READ, {"write": "warning", "delete": "warning", "history": "warning"}),
        (FULL, {"delete": "unknown", "styles": "unknown"}),
        (WRITE, {"delete": "unknown", "styles": "unknown", "history": "warning"}),
        ([*READ, "write:pages"], {"write": "fails", "delete": "warning", "history": "warning"}),
        (["read:pages"], {"read": "fails", "write": "warning", "delete": "warning"}),
        ([*FULL, "write:groups"], {}),
        ([*WRITE, "write:groups"], {"delete": "warning", "styles": "warning"}),
    ],
)
def test_a_key_is_named_by_what_it_lacks(
    filled: Workspace, permissions: list[str], expected: dict[str, str]
) -> None:
    result = doctor(filled, filled.sandbox.key(permissions))
    rights = ("list", "read", "write", "delete", "history", "styles")
    seen = {name: states(result)[name] for name in rights}
    usual = {**dict.fromkeys(rights, "works")}
    if "write:groups" not in permissions:
        usual["styles"] = "unknown"
    if "read:history" not in permissions:
        usual["history"] = "warning"
    assert seen == {**usual, **expected}
    assert result.code == (1 if "fails" in expected.values() else 0)


@pytest.mark.parametrize("group", [True, False])
def test_a_key_without_rights_on_images_is_told_what_is_left_out(
    filled: Workspace, *, group: bool
) -> None:
    filled.configure(assets="referenced")
    rights = [*FULL, *(["write:groups"] if group else [])]
    result = doctor(filled, filled.sandbox.key(rights))
    assert states(result)["assets"] == "warning"
    assert "read:assets" in found(result, "assets")
    assert states(result)["assets-write"] == ("warning" if group else "unknown")
    assert "manage:assets" in found(result, "assets-write")
    rights += ["read:assets", "write:assets", "manage:assets"]
    result = doctor(filled, filled.sandbox.key(rights))
    assert states(result)["assets"] == "works"
    assert states(result)["assets-write"] == ("works" if group else "unknown")
    filled.configure(assets="none")
    assert "not synced" in found(doctor(filled), "assets")


def test_a_key_that_may_list_nothing(filled: Workspace) -> None:
    result = doctor(filled, filled.sandbox.key(["read:assets"]))
    assert failing(result) == ["list"]
    assert "lacks read:pages" in found(result, "list")


def test_page_rules_that_cover_the_root_alone_are_right_for_it(filled: Workspace) -> None:
    token = filled.sandbox.key(FULL, [rule("products", FULL)])
    assert "2 pages of the last run exist" in found(doctor(filled, token), "list")
    (filled.root / ".wikisync").rename(filled.root / "old-state")
    filled.configure(root="products")
    result = doctor(filled, token)
    assert result.code == 0
    assert "1 page below products" in found(result, "root")
    assert states(result)["write"] == "works"


def test_page_rules_that_hide_the_root_or_forbid_to_write_there(filled: Workspace) -> None:
    rules = [rule("", FULL), rule("products", FULL, deny=True)]
    (filled.root / ".wikisync").rename(filled.root / "old-state")
    filled.configure(root="products")
    result = doctor(filled, filled.sandbox.key(FULL, rules))
    assert states(result)["root"] == "warning"
    assert "no page below products" in found(result, "root")
    rules = [rule("", FULL), rule("products", ["write:pages", "manage:pages"], deny=True)]
    result = doctor(filled, filled.sandbox.key(FULL, rules))
    assert failing(result) == ["write"]
    assert "page rules allow it for no page" in found(result, "write")


def test_page_rules_of_one_locale_name_the_pages_of_the_other(filled: Workspace) -> None:
    filled.sandbox.create("home", locale="fr", content=TEXT)
    rules = [rule("", READ), rule("", WRITE, locales=("en",))]
    result = doctor(filled, filled.sandbox.key(WRITE, rules))
    assert states(result)["write"] in {"warning", "fails"}
    assert "fr" in found(result, "write")


def test_the_limit_of_an_upload_is_compared_with_the_setting_and_the_files(
    filled: Workspace,
) -> None:
    filled.configure(assets="referenced", max_asset_size=20)
    filled.write("img/large.png", bytes(15))
    assert states(doctor(filled, filled.sandbox.key(FULL)))["upload-limit"] == "unknown"
    for limit, state, said in (
        (30, "works", "the wiki takes files of up to 30 bytes"),
        (20, "works", "as max_asset_size says"),
        (19, "warning", "files between the two are refused by the wiki"),
        (14, "warning", "the folder has larger ones: img/large.png"),
    ):
        filled.sandbox.assets.limit_size(limit)
        result = doctor(filled)
        assert (states(result)["upload-limit"], said in found(result, "upload-limit")) == (
            state,
            True,
        )
    filled.configure(assets="none")
    assert "not synced" in found(doctor(filled), "upload-limit")
