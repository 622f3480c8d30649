"""The control API on a second port: clock, faults, counters, edits and a dump of the shop's state, all as JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from syncd.sandbox.delivery import Delivery
from syncd.sandbox.server import ShopServer
from syncd.sandbox.wire import Request, Response


class Control:
    """Answers the control requests of one shop server."""

    def __init__(self, server: ShopServer) -> None:
        """Control ``server`` and its shop."""
        self._server = server
        self._routes: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "/"): lambda _: {"shop": server.shop.name, "now": server.shop.clock.now()},
            ("GET", "/clock"): lambda _: self._clock_state(),
            ("POST", "/clock"): self._set_clock,
            ("GET", "/faults"): lambda _: server.faults.describe(),
            ("POST", "/faults"): self._add_faults,
            ("DELETE", "/faults"): self._clear_faults,
            ("GET", "/counters"): lambda _: server.counters.describe(),
            ("DELETE", "/counters"): self._reset_counters,
            ("GET", "/requests"): lambda _: server.counters.describe_journal(),
            ("POST", "/edit"): self._edit,
            ("GET", "/dump"): lambda _: self._dump(),
        }

    async def answer(self, request: Request) -> Delivery:
        """Answer one control request: 200 with the result, 400 or 404 with ``{"error": text}``."""
        status, result = await asyncio.to_thread(self._result, request)
        body = json.dumps(result, ensure_ascii=False, default=str).encode("utf-8", "replace")
        return Delivery(Response(status, (("Content-Type", "application/json; charset=utf-8"),), body))

    def _result(self, request: Request) -> tuple[int, Any]:
        route = self._routes.get((request.method, request.path.rstrip("/") or "/"))
        if route is None:
            known = ", ".join(f"{method} {path}" for method, path in self._routes)
            return 404, {"error": f"no {request.method} {request.path} here; known: {known}"}
        try:
            return 200, route(json.loads(request.body) if request.body else None)
        except (ValueError, KeyError, TypeError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}

    def _clock_state(self) -> dict[str, Any]:
        clock = self._server.shop.clock
        return {"now": clock.now(), "frozen": clock.frozen}

    def _set_clock(self, body: Any) -> dict[str, Any]:
        clock = self._server.shop.clock
        if not isinstance(body, dict) or not body.keys() & {"now", "advance", "run"}:
            raise ValueError('say {"now": unix}, {"advance": seconds} or {"run": true}')
        if "now" in body:
            clock.set(float(body["now"]))
        if "advance" in body:
            clock.advance(float(body["advance"]))
        if body.get("run"):
            clock.run()
        return self._clock_state()

    def _add_faults(self, body: Any) -> Any:
        for fault in body if isinstance(body, list) else [body]:
            if not isinstance(fault, dict):
                raise ValueError("a fault is a JSON object")
            self._server.faults.add(fault)
        return self._server.faults.describe()

    def _clear_faults(self, _: Any) -> list[Any]:
        self._server.faults.clear()
        return []

    def _reset_counters(self, _: Any) -> dict[str, Any]:
        self._server.counters.reset()
        return self._server.counters.describe()

    def _edit(self, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict) or not isinstance(body.get("op"), str):
            raise ValueError('say {"op": name, ...arguments}')
        args = {key: value for key, value in body.items() if key != "op"}
        with self._server.lock:
            return {"result": self._server.shop.edit(body["op"], args)}

    def _dump(self) -> dict[str, Any]:
        with self._server.lock:
            return self._server.shop.dump()
