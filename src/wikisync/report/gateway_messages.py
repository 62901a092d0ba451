"""Format the errors of a server or gateway in front of the wiki as (what happened, what to do)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import ClientCertificateError, GatewayRefused, RedirectedToLogin, Unreachable

if TYPE_CHECKING:
    from wikisync.errors import WikiError

_GIVE_HEADERS = (
    "Set WIKISYNC_HEADERS to what the gateway accepts, such as a service token of Cloudflare Access"
    " (CF-Access-Client-Id and CF-Access-Client-Secret), or let requests to /graphql through."
)
_CHECK_HEADERS = (
    "It does not accept what WIKISYNC_HEADERS has. Check that this is complete and has not expired,"
    " and that the gateway's rules allow it (Cloudflare Access: a policy with the action Service"
    " Auth)."
)


def gateway_message(error: WikiError) -> tuple[str, str] | None:
    """Return the statement and the hint for an error of a gateway, or a status that says that the
    server failed; None for any other error.
    """
    match error:
        case Unreachable(url, reason) if reason.startswith("HTTP "):
            return (
                f"{url} answers with an error: {reason}.",
                "Check the address. If it is right, the wiki or a server in front of it has failed:"
                " try again later.",
            )
        case RedirectedToLogin(url, _status, _found, location, given):
            page = location.partition("?")[0].partition("#")[0]
            return (
                f"{url} redirects to a login page, {page}: a gateway in front of the wiki asks for"
                " a login. The API key is not sent there.",
                _CHECK_HEADERS if given else _GIVE_HEADERS,
            )
        case GatewayRefused(url, status, _found, "login", given, scheme):
            asked = f", {scheme}" if scheme else ""
            return (
                f"{url} asks for a login (HTTP {status}{asked}): that is a gateway in front of the"
                " wiki, not Wiki.js.",
                _login_hint(scheme, given=given),
            )
        case GatewayRefused(url, status, found, "certificate", given):
            text = f"{url} does not let the request through: {found} (HTTP {status})."
            return text, _certificate_hint(given=given)
        case GatewayRefused(url, status, found, _, given):
            return (
                f"{url} refuses the request, and not in the way of Wiki.js: {found} (HTTP"
                f" {status}). It may be a gateway or a firewall in front of the wiki.",
                _CHECK_HEADERS if given else _GIVE_HEADERS,
            )
        case ClientCertificateError(url, reason):
            return (
                f"{url} ended the TLS handshake ({reason}), as a server does that asks for a client"
                " certificate.",
                _certificate_hint(given=error.given),
            )
    return None


def _login_hint(scheme: str, *, given: bool) -> str:
    if given:
        return _CHECK_HEADERS
    match scheme.lower():
        case "basic":
            return (
                "Set WIKISYNC_HEADERS to `Authorization: Basic …`, with user:password in base64"
                " (printf '%s' 'user:password' | base64)."
            )
        case "digest" | "negotiate" | "ntlm" | "kerberos":
            return (
                f"wikisync cannot log in by {scheme}. Let the gateway accept a header"
                " (WIKISYNC_HEADERS) or a client certificate, or let requests to /graphql through."
            )
    return _GIVE_HEADERS


def _certificate_hint(*, given: bool) -> str:
    if given:
        return (
            "It does not accept the one in client_cert. Check that it has not expired, and that an"
            " authority issued it which the server trusts (with intermediate certificates in the"
            " same file)."
        )
    return (
        "Name a certificate and its key in wikisync.toml (client_cert, client_key) or in the"
        " environment (WIKISYNC_CLIENT_CERT, WIKISYNC_CLIENT_KEY)."
    )
