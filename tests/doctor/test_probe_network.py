"""The way to a host over real sockets: certificates that are good, run out, or prove nothing."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.doctor.finding import Level
from syncd.doctor.probe_network import look
from tests.certificates import certificate

NOW = datetime.now(UTC)


@contextmanager
def serving(both: Path) -> Iterator[str]:
    """A server that shakes hands once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def answer() -> None:
            raw, _ = listener.accept()
            with raw, suppress(OSError), context.wrap_socket(raw, server_side=True) as secure:
                secure.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def seen(url: str, trusted: Path | None = None) -> dict[str, tuple[Level, str]]:
    context = ssl.create_default_context(cafile=trusted) if trusted else None
    found = asyncio.run(look("shop", url, NOW, context))
    return {one.check: (one.level, one.what) for one in found}


def test_a_good_certificate(tmp_path: Path) -> None:
    """Its last day is told."""
    both = certificate(tmp_path, days=90)
    with serving(both) as url:
        level, what = seen(url, both)["tls"]

    assert level is Level.OK
    assert f"{NOW + timedelta(days=90):%Y-%m-%d}" in what


def test_a_certificate_that_runs_out_soon(tmp_path: Path) -> None:
    """A warning while there is time."""
    both = certificate(tmp_path, days=5)
    with serving(both) as url:
        assert seen(url, both)["tls"][0] is Level.WARNING


def test_a_certificate_that_ran_out(tmp_path: Path) -> None:
    """The reason is that of the handshake."""
    both = certificate(tmp_path, days=-1)
    with serving(both) as url:
        level, what = seen(url, both)["tls"]

    assert level is Level.ERROR
    assert "expired" in what


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    """What calls would refuse is refused here, by the same authorities."""
    with serving(certificate(tmp_path, days=90)) as url:
        level, what = seen(url)["tls"]

    assert level is Level.ERROR
    assert "self-signed" in what


def test_a_port_where_nobody_listens() -> None:
    """The name is fine, the connection is not."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    found = seen(f"https://127.0.0.1:{port}")

    assert (found["dns"][0], found["tls"][0]) == (Level.OK, Level.ERROR)


def test_an_unknown_name_ends_there() -> None:
    """Without an address there is nothing to shake hands with."""
    found = seen("https://no-such-shop.invalid")

    assert set(found) == {"dns"}
    assert found["dns"][0] is Level.ERROR


def test_behind_a_proxy_the_proxy_looks_names_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy is what calls go through; this machine stays direct."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)

    level, what = seen("https://no-such-shop.invalid")["dns"]

    assert (level, "proxy" in what) == (Level.OK, True)
    assert seen("http://127.0.0.1:1")["tls"][0] is Level.OK


def test_no_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that the environment excepts is looked up here."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "no-such-shop.invalid")

    assert seen("https://no-such-shop.invalid")["dns"][0] is Level.ERROR
