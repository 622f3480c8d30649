"""The Horoshop sandbox shop: what the server around it calls."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from syncd.sandbox.clock import Clock
from syncd.sandbox.hook_queue import HookQueue
from syncd.sandbox.horoshop import catalogue, hooks, seed
from syncd.sandbox.horoshop.edits import run_edit
from syncd.sandbox.horoshop.envelope import CHALLENGE, Refusal, envelope, function_of, page, read_body
from syncd.sandbox.horoshop.login import Tokens
from syncd.sandbox.horoshop.orders_get import orders_get
from syncd.sandbox.horoshop.orders_update import available_statuses, orders_update
from syncd.sandbox.horoshop.store import Store
from syncd.sandbox.lock import ShopLock
from syncd.sandbox.outgoing import Outgoing
from syncd.sandbox.plain import plain
from syncd.sandbox.wire import Request, Response

FUNCTIONS: dict[str, Callable[[Store, dict[str, Any]], Response]] = {
    "orders/get": orders_get,
    "orders/get_available_statuses": available_statuses,
    "orders/update": orders_update,
    "hooks/subscribe": hooks.subscribe,
    "hooks/unSubscribe": hooks.unsubscribe,
    "catalog/export": catalogue.export,
}
WRITES = frozenset({"orders/update", "hooks/subscribe", "hooks/unSubscribe"})


class HoroshopShop:
    """A Horoshop 4.30 shop in memory (contracts/sources §1).

    The same ``seed`` makes the same goods and orders. ``skus`` are the articles of the catalogue (default:
    ``products`` made-up ones); ``timezone`` is the zone of ``stat_created``; ``version`` makes an older shop.
    """

    name = "horoshop"

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 1,
        products: int = 20,
        orders: int = 0,
        skus: Sequence[str] | None = None,
        login: str = "api-user",
        password: str | None = None,
        timezone: str = "Europe/Kyiv",
        version: str = "4.30",
    ) -> None:
        """Build and fill the shop; raises ValueError for orders without goods."""
        self.clock = clock or Clock()
        self.lock = ShopLock()
        self.random = random.Random(seed)
        self.login = login
        self.password = password or f"pw-{self.random.randrange(10**12):012d}"
        self.tokens = Tokens(self.clock, self.random, self.login, self.password)
        self.store = Store(self.clock, timezone, HookQueue(Outgoing(self.lock), hooks.TRIES), version)
        self._fill([f"SKU-{number}" for number in range(1, products + 1)] if skus is None else skus, orders)

    def _fill(self, skus: Sequence[str], orders: int) -> None:
        seed.fill(self.store, self.random, skus, orders)

    def credentials(self) -> dict[str, str]:
        """Return login and password of the administrator."""
        return {"login": self.login, "password": self.password}

    def method_of(self, request: Request) -> str:
        """Return the function's name, e.g. ``orders/get``, or ``page``."""
        return function_of(request) or "page"

    def is_write(self, request: Request) -> bool:
        """Tell whether the request asks to change something."""
        return function_of(request) in WRITES

    def handle(self, request: Request) -> Response:
        """Answer one request of the public side."""
        if self._challenged(request):
            return page(CHALLENGE, 200)
        function = function_of(request)
        if function is None:
            return page("<!DOCTYPE html><html><body>404</body></html>", 404)
        try:
            return self._call(function, request)
        except Refusal as refusal:
            return refusal.response

    def _challenged(self, request: Request) -> bool:
        when = self.store.settings.challenge
        browser = request.headers.get("user-agent", "").startswith("Mozilla/")
        return when == "always" or (when == "unless_browser" and not browser)

    def _call(self, function: str, request: Request) -> Response:
        data = read_body(request)
        settings = self.store.settings
        known = request.path.endswith("/") and (function == "auth" or function in FUNCTIONS)
        if function == "orders/get_available_statuses" and not settings.since(4, 0):
            known = False
        if not known:
            return envelope("UNDEFINED_FUNCTION", [])
        if function == "auth":
            return self.tokens.log_in(data)
        self.tokens.check(data, settings, hooks=function.startswith("hooks/"))
        return FUNCTIONS[function](self.store, data)

    def edit(self, op: str, args: dict[str, Any]) -> Any:
        """Do what buyers and staff do in the shop; see ``syncd.sandbox.horoshop.edits`` for the table."""
        return run_edit(self, op, args)

    def dump(self) -> dict[str, Any]:
        """Return the whole state, fit for JSON."""
        store = self.store
        orders = {
            str(number): {**plain(order), "total_sum": str(order.total_sum)}
            for number, order in store.orders.items()
        }
        return {
            "orders": orders, "goods": plain(store.goods), "subscribers": plain(store.subscribers),
            "statuses": plain(store.statuses), "settings": plain(store.settings), "waiting_hooks": len(store.queue.waiting),
            "now": store.clock.now(),
        }  # fmt: skip
