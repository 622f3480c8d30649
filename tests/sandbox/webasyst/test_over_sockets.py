"""The shop behind the shared server, over real sockets."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

from syncd.sandbox.running import ShopThread
from syncd.sandbox.webasyst import WebasystShop


def test_the_shop_answers_over_http_and_counts_writes() -> None:
    """Credentials work, methods are named and writes are told from reads; addresses use the host that was called."""
    with ShopThread(WebasystShop(seed="recorded")) as running:
        where = urlsplit(running.url)
        headers = {"Authorization": f"Bearer {running.credentials['token']}"}
        connection = HTTPConnection(where.hostname or "", where.port)
        connection.request("GET", "/api.php/shop.product.getInfo?id=3", headers=headers)
        found = json.loads(connection.getresponse().read())
        form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/api.php/shop.product.massUpdate", "sku[0][id]=1&sku[0][price]=5", form)
        assert connection.getresponse().read() == b'"ok"'
        connection.close()
        assert found["images"][0]["url_thumb"].startswith(f"http://{where.netloc}/wa-data/")
        assert running.dump()["products"][0]["price"] == "5.0000"
        counts = (running.counters.reads, running.counters.writes)
    assert counts == (1, 1)


def test_a_url_above_8_kb_is_refused_by_the_web_server() -> None:
    """414 with an HTML page; nothing reaches the shop's code."""
    with ShopThread(WebasystShop(seed="recorded")) as running:
        where = urlsplit(running.url)
        connection = HTTPConnection(where.hostname or "", where.port)
        connection.request("GET", "/api.php/shop.order.search?hash=" + "1" * 9000)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Content-Type")) == (414, "text/html")
        connection.close()
