"""A wrong address, token or file is said before anything is sent, and no secret with it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from wiki.hostile import TLS
from wikisync.errors import BadConfig, NotConfigured
from wikisync.wiki import certificates, endpoint
from wikisync.wiki.client import Wiki
from wikisync.wiki.endpoint import Access

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://wiki.example.org", "https://wiki.example.org"),
        ("https://wiki.example.org/", "https://wiki.example.org"),
        ("http://localhost:3000//", "http://localhost:3000"),
        ("https://example.org/the/wiki/", "https://example.org/the/wiki"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://wïki.example.org", "https://wïki.example.org"),
    ],
)
def test_an_address_is_taken_with_its_path_and_without_slashes_at_its_end(
    url: str, base: str
) -> None:
    assert endpoint.normalize_url(url) == base
    with Wiki(url, "token") as wiki:
        assert wiki.url == base


@pytest.mark.parametrize(
    "url",
    [
        "",
        "wiki.example.org",
        "ftp://wiki.example.org",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://wiki.example.org/?a=b",
        "https://wiki.example.org/#a",
        "https://wiki.example.org?",
        "https://wiki.example.org/a b",
        "https://wiki.example.org\n",
        "https://wiki.example.org\\x",
        "https://wiki.example.org:port",
        "https://wiki.example.org:70000",
        "https://[::1",
        "https://" + "a" * 70 + ".org",
        "https://user@wiki.example.org",
        "https://user:hunter2@wiki.example.org/x",
        "ftp://user:hunter2@wiki.example.org:port",
    ],
)
def test_what_is_no_address_of_a_wiki_is_refused_and_no_password_repeated(url: str) -> None:
    with pytest.raises(BadConfig) as caught:
        Wiki(url, "token")
    assert caught.value.key == "url"
    assert "hunter2" not in f"{caught.value.found} {caught.value!s}"


def test_blanks_around_a_token_are_cut() -> None:
    assert endpoint.bare_token(" abc.def\n") == "abc.def"


@pytest.mark.parametrize("token", ["", " \n"])
def test_no_token_is_not_configured(token: str) -> None:
    with pytest.raises(NotConfigured):
        Wiki("https://wiki.example.org", token)


@pytest.mark.parametrize(
    "token", ["secret\nX: y", "sécret", "secret key", "secret\x00", "secret😀"]
)
def test_a_token_that_no_header_can_carry_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(BadConfig) as caught:
        Wiki("https://wiki.example.org", token)
    error = caught.value
    assert "secret" not in f"{error!s} {error!r} {error.found} {error.expected}"


def test_a_file_of_authorities_must_hold_some(tmp_path: Path) -> None:
    certificates.tls_verification("https://wiki.example.org", TLS / "cert.pem")
    (tmp_path / "text.pem").write_text("no certificate")
    os.mkfifo(tmp_path / "fifo")  # which would be waited for
    names = ("text.pem", "missing.pem", "fifo", "")
    for file in (tmp_path / name for name in names):
        with pytest.raises(BadConfig) as caught:
            Wiki("https://wiki.example.org", Access("token", ca_file=file))
        assert (caught.value.key, caught.value.found) == ("ca_file", str(file))
