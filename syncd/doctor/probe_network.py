"""Looking a host up and shaking hands with it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from syncd.doctor import network
from syncd.doctor.finding import Finding
from syncd.settings.host import is_loopback
from syncd.shops.http_client import certificates

_PATIENCE = 10.0
"""Seconds for a connection and its handshake."""
_PORTS = {"http": 80, "https": 443}


async def look(subject: str, url: str, now: datetime, context: ssl.SSLContext | None = None) -> list[Finding]:
    """Name and certificate of the host of an address; `context` is what calls are verified against by default."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    if _proxied(scheme, host):
        return [network.proxied(subject, host)]
    port = parts.port or _PORTS[scheme]
    addresses = await asyncio.to_thread(_addresses, host, port)
    found = [network.name(subject, host, addresses)]
    if isinstance(addresses, str):
        return found
    if scheme == "http":
        return [*found, network.in_clear(subject, host, local=is_loopback(host))]
    until = await asyncio.to_thread(_good_until, host, port, context or certificates())
    return [*found, network.certificate(subject, host, until, now)]


def _proxied(scheme: str, host: str) -> bool:
    proxies = getproxies()
    return (
        not is_loopback(host) and bool(proxies.get(scheme) or proxies.get("all")) and not proxy_bypass(host)
    )


def _addresses(host: str, port: int) -> list[str] | str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or str(error)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _good_until(host: str, port: int, context: ssl.SSLContext) -> datetime | str:
    try:
        with (
            socket.create_connection((host, port), timeout=_PATIENCE) as raw,
            context.wrap_socket(raw, server_hostname=host) as secure,
        ):
            shown = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except OSError as error:
        return error.strerror or str(error)
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
