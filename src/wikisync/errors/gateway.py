"""Define the exceptions of a gateway in front of the wiki: a proxy, a firewall, a login page."""

from __future__ import annotations

from dataclasses import dataclass

from wikisync.errors.wiki import Redirected, UnexpectedResponse, Unreachable


@dataclass(eq=False)
class RedirectedToLogin(Redirected):
    """Raised for a redirect to a login page. ``given``: the request had headers for a gateway."""

    given: bool = False


@dataclass(eq=False)
class GatewayRefused(UnexpectedResponse):
    """Raised where a gateway refuses a request, before it gets to the wiki.

    ``refusal``: login (HTTP 401; ``scheme`` is that of WWW-Authenticate, or empty), forbidden (403)
    or certificate. ``given``: the request had headers for a gateway, or a client certificate.
    """

    refusal: str
    given: bool = False
    scheme: str = ""


@dataclass(eq=False)
class ClientCertificateError(Unreachable):
    """Raised where the server ends TLS for want of a client certificate that it accepts.

    ``given``: whether one was sent. ``reason`` is the name of the alert.
    """

    given: bool = False
