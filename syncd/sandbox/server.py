"""The server around a shop: counts every request, applies the faults, and calls the shop under one lock."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from syncd.sandbox.counters import Counters
from syncd.sandbox.delivery import Delivery, damaged, no_answer, replaced
from syncd.sandbox.faults import FaultPlan
from syncd.sandbox.lock import ShopLock
from syncd.sandbox.wire import Request, Response, Shop

WORKERS = 32


class ShopServer:
    """Answers requests of one shop. The shop works in threads, because it may itself wait for the network."""

    def __init__(self, shop: Shop, *, seed: int = 0) -> None:
        """``seed`` decides the random choices of the faults."""
        self.shop = shop
        self.faults = FaultPlan(seed)
        self.counters = Counters()
        self.lock: ShopLock = getattr(shop, "lock", None) or ShopLock()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix=f"sandbox-{shop.name}")

    async def answer(self, request: Request) -> Delivery:
        """Work on one request and say what goes out for it."""
        name = self.shop.method_of(request)
        entry = self.counters.begin(request, name, self.shop.is_write(request))
        delivery = await self._faulty(request, name)
        entry.status = delivery.status
        return delivery

    async def _faulty(self, request: Request, name: str) -> Delivery:
        if (spoiled := await self._spoil("before", request, name)) is not None:
            return spoiled
        response = await asyncio.get_running_loop().run_in_executor(self._pool, self._work, request)
        if (spoiled := await self._spoil("after", request, name)) is not None:
            return spoiled
        fault = self.faults.strike("answer", request, name)
        return Delivery(response) if fault is None else damaged(response, fault)

    async def _spoil(self, when: str, request: Request, name: str) -> Delivery | None:
        fault = self.faults.strike(when, request, name)
        if fault is None:
            return None
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return None
        return replaced(fault) if fault.kind == "status" else no_answer(fault.kind)

    def _work(self, request: Request) -> Response:
        with self.lock:
            return self.shop.handle(request)

    def close(self) -> None:
        """Let go of the worker threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
