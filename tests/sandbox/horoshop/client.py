"""A bare client for the Horoshop sandbox: what goes over the socket is up to the test."""

from __future__ import annotations

import json
from typing import Any

from syncd.sandbox.horoshop.shop import HoroshopShop
from syncd.sandbox.running import RunningShop
from tests.sandbox.base.web import Answer, ask

NOW = 1_795_000_000
"""2026-11-18 13:06:40 in Kyiv."""


class Api:
    """Calls the API of a running sandbox; ``edit`` does what people do in the shop."""

    def __init__(self, running: RunningShop, shop: HoroshopShop) -> None:
        self.running = running
        self.shop = shop
        self.token = ""

    def raw(self, path: str, body: bytes, method: str = "POST", **headers: str) -> Answer:
        named = {"Content-Type": "application/json"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(f"{self.running.url}{path}", method, body, named)

    def send(self, function: str, **data: Any) -> Answer:
        """Call a function with exactly these fields."""
        return self.raw(f"/api/{function}/", json.dumps(data).encode())

    def log_in(self) -> str:
        token = self.send("auth", **self.shop.credentials()).json["response"]["token"]
        assert isinstance(token, str)
        return token

    def call(self, function: str, **data: Any) -> Answer:
        """Call a function with a token."""
        self.token = self.token or self.log_in()
        return self.send(function, token=self.token, **data)

    def orders(self, **data: Any) -> list[Any]:
        """Rows of ``orders/get``; none for ``EMPTY``."""
        answer = self.call("orders/get", **data).json
        assert answer["status"] in {"OK", "EMPTY"}, answer
        return list(answer["response"].get("orders", []))

    def ids(self, **data: Any) -> list[int]:
        return [row["order_id"] for row in self.orders(**data)]

    def order(self, number: int, **data: Any) -> Any:
        [row] = self.orders(ids=[number], **data)
        return row

    def edit(self, op: str, **args: Any) -> Any:
        return self.running.edit(op, **args)

    def place(self, **args: Any) -> int:
        return int(self.edit("place_order", **args))
