"""Load the certificates to trust, and the client's own, into an SSL context.

Raises BadConfig; ``BadConfig.where`` is empty here: the caller knows where the value is from. No
error contains a part of a file. A passphrase is never asked for.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadConfig
from wikisync.private_files import reason_of

if TYPE_CHECKING:
    from pathlib import Path

_MAX_PEM: Final = 1 << 20
_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"
_KEY: Final = b"PRIVATE KEY-----"


def tls_verification(url: str, ca_file: Path | None) -> ssl.SSLContext | bool:
    """Return an SSL context with only the authorities in ``ca_file`` (PEM), or True: the system's.

    Without TLS, returns an empty context: loading the system's authorities takes longer than a
    request to a small wiki. Raises BadConfig.
    """
    if ca_file is None:
        return url.startswith("https:") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if not ca_file.is_file():  # a FIFO would wait for a writer for ever
            raise FileNotFoundError
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as problem:
        # A file that is not PEM raises ssl.SSLError, which is an OSError.
        expected = "a readable file of certificates in PEM form"
        raise BadConfig("", "ca_file", str(ca_file), expected) from problem


def load_client_certificate(context: ssl.SSLContext, cert: Path, key: Path | None) -> None:
    """Load the certificate that the client identifies itself with, and its private key.

    Without ``key``, the key is in ``cert``. Raises BadConfig for a file that is missing, not PEM or
    encrypted, and for a key of another certificate.
    """
    key_name, key_file = ("client_cert", cert) if key is None else ("client_key", key)
    if _CERTIFICATE not in _read_pem("client_cert", cert):
        raise BadConfig("", "client_cert", str(cert), "a file with a certificate in PEM form")
    if _KEY not in _read_pem(key_name, key_file):
        also = ", which goes into the same file or into the one of client_key" if not key else ""
        raise BadConfig("", key_name, str(key_file), f"a file with a private key in PEM form{also}")
    asked: list[bool] = []

    def no_passphrase() -> bytes:
        asked.append(True)
        return b""

    try:
        context.load_cert_chain(cert, key, password=no_passphrase)
    except (OSError, ValueError) as problem:
        raise BadConfig("", key_name, str(key_file), _expected(problem, cert, asked)) from None


def _expected(problem: Exception, cert: Path, asked: list[bool]) -> str:
    if asked:
        return (
            "a private key without a passphrase, and wikisync asks for none. To store it without"
            " one, readable by you alone: umask 077; openssl pkey -in KEY -out NEW_KEY"
        )
    if isinstance(problem, ssl.SSLError) and problem.reason == "KEY_VALUES_MISMATCH":
        return f"the private key of the certificate in {cert}"
    return "a usable certificate and private key in PEM form"


def _read_pem(name: str, file: Path) -> bytes:
    """Return the start of a file. Raises BadConfig where it is missing or cannot be read."""
    try:
        if file.is_file():  # a FIFO would wait for a writer for ever
            with file.open("rb") as handle:
                return handle.read(_MAX_PEM)
    except OSError as problem:
        reason = reason_of(problem)
        raise BadConfig("", name, str(file), f"a file that can be read: {reason}") from None
    except ValueError:  # a NUL in the name
        pass
    raise BadConfig("", name, str(file), "an existing file")
