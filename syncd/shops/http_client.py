"""The HTTP client that a transport sends with: connections, certificates and the proxies of the machine."""

from __future__ import annotations

import ssl
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from syncd.errors import Misconfigured

_CONNECTIONS = 4
_IDLE_SECONDS = 4.0
"""Shorter than the servers' own 5 s and more, so that a write seldom meets a connection that is just being closed."""


def http_client(deadline: float, *, proxies: bool) -> httpx.AsyncClient:
    """A client whose calls end within `deadline` seconds: few connections, for httpx slows down with many; no cookies; the
    environment's proxies for other machines only (`proxies`).

    Raises `Misconfigured` for a proxy or certificates of the environment that cannot be used.
    """
    # Connecting may take at most three quarters in all, so that a call which reaches its deadline may have been sent.
    timeout = httpx.Timeout(deadline, connect=deadline / 4, pool=deadline / 4)
    limits = httpx.Limits(
        max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS, keepalive_expiry=_IDLE_SECONDS
    )
    jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=()))
    verify = certificates()
    try:
        return httpx.AsyncClient(
            timeout=timeout,
            limits=limits,
            cookies=jar,
            trust_env=proxies,
            follow_redirects=False,
            verify=verify,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # The reason is left out: it may quote the address, and that its password.
        raise Misconfigured(
            "the proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names cannot be used; give the address of an "
            "http:// or https:// proxy there, or unset the variable"
        ) from error


@lru_cache(maxsize=1)
def certificates() -> ssl.SSLContext:
    """What every connection is verified against; reading the authorities' certificates takes longer than most calls.

    Raises `Misconfigured` when the environment names certificates that cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise Misconfigured(
            f"the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read: {error}; "
            "correct the variable, or unset it"
        ) from error
