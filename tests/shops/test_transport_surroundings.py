"""What stands between syncd and a shop: TLS that breaks later, proxies and certificates that the environment names."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.errors import InDoubt, Misconfigured, ShopUnavailable
from syncd.shops.http_client import certificates
from tests.certificates import certificate

from .conftest import Connect
from .wire import says_unencrypted, wire

pytestmark = pytest.mark.anyio

RECORD = b"\x17\x03\x03\x00\x20" + bytes(32)
"""A record of TLS that proves nothing."""


@pytest.fixture
def _authorities() -> Iterator[None]:
    """The environment's certificates are read anew, before and after."""
    certificates.cache_clear()
    yield
    certificates.cache_clear()


@pytest.fixture
def server(tmp_path: Path, _authorities: None, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server shakes hands with; syncd trusts it."""
    both = certificate(tmp_path, days=9)
    monkeypatch.setenv("SSL_CERT_FILE", str(both))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context


async def test_tls_that_breaks_after_the_request_leaves_a_write_in_doubt(
    connect: Connect, server: ssl.SSLContext
) -> None:
    """The shop has the request, and may have done it."""
    async with wire(says_unencrypted(RECORD), tls=server) as shop:
        with pytest.raises(InDoubt, match="the secure connection broke"):
            await connect(shop.url).write("POST", "/a", form=[("x", "1")])
    assert len(shop.requests) == 1


async def test_tls_that_breaks_is_an_outage_for_a_read(connect: Connect, server: ssl.SSLContext) -> None:
    """It is tried again, and told as any other outage."""
    async with wire(says_unencrypted(RECORD), tls=server) as shop:
        with pytest.raises(ShopUnavailable, match="failed 5 times"):
            await connect(shop.url).read("GET", "/a")
    assert len(shop.requests) == 5


@pytest.mark.parametrize(
    "proxy", ["foo://127.0.0.1:9", "socks9://127.0.0.1:9", "http://u:canary@127.0.0.1:port"]
)
async def test_a_proxy_that_cannot_be_used_is_told(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """By the names of the variables, and without its password."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(Misconfigured, match="the proxy that HTTPS_PROXY") as caught:
        connect("https://shop.example.test")
    assert "canary" not in str(caught.value)


async def test_a_proxy_without_its_library_is_told(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """httpx needs one more package for SOCKS."""
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(Misconfigured, match="the proxy that HTTPS_PROXY"):
        connect("https://shop.example.test")


@pytest.mark.parametrize("text", [None, "no certificate"], ids=["absent", "broken"])
async def test_certificates_that_cannot_be_read_are_told(
    connect: Connect, _authorities: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    """By the name of the variable."""
    if text is not None:
        (tmp_path / "own.pem").write_text(text)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    with pytest.raises(Misconfigured, match="SSL_CERT_FILE"):
        connect("https://shop.example.test")
