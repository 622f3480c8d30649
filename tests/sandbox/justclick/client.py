"""A bare client for the JustClick sandbox: what goes over the socket is up to the test."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote_plus

from syncd.sandbox.justclick.shop import JustClickShop
from syncd.sandbox.running import RunningShop
from tests.sandbox.base.web import Answer, ask

NOW = 1_700_100_000
"""2023-11-16 05:00:00 in Moscow."""
KEY = "X" * 40
FORM = "application/x-www-form-urlencoded"


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Api:
    """Calls the API of a running sandbox; ``edit`` does what people do in the account."""

    def __init__(self, running: RunningShop, shop: JustClickShop) -> None:
        self.running = running
        self.shop = shop

    def raw(self, path: str, body: str, method: str = "POST", **headers: str) -> Answer:
        named = {"Content-Type": FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return ask(f"{self.running.url}{path}", method, body.encode(), named)

    def signed(self, method: str, query: str) -> Answer:
        """Send a query with its right hash."""
        mark = md5(f"{query}::{self.shop.login}::{self.shop.key}")
        return self.raw(f"/api/{method}", f"{query}&hash={mark}" if query else f"hash={mark}")

    def call(self, method: str, **params: str | int) -> Any:
        """Call a method; the answer as JSON, its own hash checked."""
        query = "&".join(f"{name}={quote_plus(str(value))}" for name, value in params.items())
        answer = self.signed(method, query)
        assert answer.status == 200, answer
        body = answer.json
        assert body["hash"] == md5(f"{body['error_code']}::{body['error_text']}::{self.shop.key}")
        return body

    def result(self, method: str, **params: str | int) -> Any:
        body = self.call(method, **params)
        assert body["error_code"] == 0, body
        return body["result"]

    def ids(self, method: str, **params: str | int) -> list[int]:
        """Numbers in a list of orders; none for code 401."""
        body = self.call(method, **params)
        assert body["error_code"] in {0, 401}, body
        return [int(row["id"]) for row in body.get("result", [])]

    def order(self, number: int) -> Any:
        return self.result("getOrderDetails", bill_id=number, good_info=1)

    def edit(self, op: str, **args: Any) -> Any:
        return self.running.edit(op, **args)

    def place(self, **args: Any) -> int:
        return int(self.edit("place_order", **args))
