"""The JustClick sandbox account: what the server around it calls."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.clock import Clock
from syncd.sandbox.hook_queue import HookQueue
from syncd.sandbox.justclick import reads, seed, writes
from syncd.sandbox.justclick.answers import NO_DATA, Refusal, answer
from syncd.sandbox.justclick.edits import run_edit
from syncd.sandbox.justclick.signatures import request_hash, same
from syncd.sandbox.justclick.store import Store
from syncd.sandbox.lock import ShopLock
from syncd.sandbox.outgoing import Outgoing
from syncd.sandbox.plain import plain
from syncd.sandbox.wire import Request, Response

METHODS: dict[str, Callable[[Store, php.PhpArray], Response]] = {
    "GetOrders": reads.get_orders,
    "getOrdersWithGoods": reads.get_orders_with_goods,
    "getOrderDetails": reads.get_order_details,
    "GetBills": reads.get_bills,
    "GetAllGoods": reads.get_all_goods,
    "UpdateOrderStatus": writes.update_order_status,
    "UpdateGood": writes.update_good,
}
SPELLINGS = {name.casefold(): name for name in METHODS}
API = "/api/"
DOMAINS = (".justclick.ru", ".justclick.io", ".influencersoft.com")
NO_HASH, WRONG_HASH, NO_USER = 1, 4, 5
KEY_LENGTH = 40
HOOK_TRIES = 1


class JustClickShop:
    """A JustClick account in memory (contracts/sources §2).

    The same ``seed`` makes the same products and orders. ``skus`` are the codes of the products (default:
    ``products`` made-up ones); ``timezone`` is the zone of the days in windows.
    """

    name = "justclick"

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 1,
        products: int = 20,
        orders: int = 0,
        skus: Sequence[str] | None = None,
        login: str = "username",
        key: str | None = None,
        timezone: str = "Europe/Moscow",
    ) -> None:
        """Build and fill the account; raises ValueError for orders without goods."""
        self.clock = clock or Clock()
        self.lock = ShopLock()
        self.random = random.Random(seed)
        self.login = login
        self.key = key or "".join(self.random.choices("0123456789abcdef", k=KEY_LENGTH))
        self.store = Store(self.clock, timezone, HookQueue(Outgoing(self.lock), HOOK_TRIES), self.key)
        self._fill([f"SKU-{number}" for number in range(1, products + 1)] if skus is None else skus, orders)

    def _fill(self, skus: Sequence[str], orders: int) -> None:
        seed.fill(self.store, self.random, skus, orders)

    def credentials(self) -> dict[str, str]:
        """Return the login and the key of the account's API."""
        return {"login": self.login, "key": self.key}

    def method_of(self, request: Request) -> str:
        """Return the method's name as it was spelled, or ``page``."""
        return request.path.removeprefix(API) if request.path.startswith(API) else "page"

    def is_write(self, request: Request) -> bool:
        """Tell whether the request asks to change something."""
        return self.method_of(request).startswith(("Update", "Create", "Delete"))

    def handle(self, request: Request) -> Response:
        """Answer one request; another spelling of a method is redirected (contracts/sources §2.1)."""
        name = self.method_of(request)
        if name == "page":
            return Response(404, (("Content-Type", "text/html"),), b"<html><body>404</body></html>")
        proper = SPELLINGS.get(name.casefold())
        if proper is not None and proper != name:
            return Response(307, (("Location", API + proper),), b"")
        try:
            params = self._checked(request)
            if proper is None:
                raise Refusal(NO_DATA)  # the code of a function that is switched off
            return METHODS[proper](self.store, params)
        except Refusal as refusal:
            return answer(self.key, refusal.code)

    def _checked(self, request: Request) -> php.PhpArray:
        """Return the POST without its hash; raises Refusal 1, 4, 5 or the one that is set."""
        if self.store.settings.refusal:
            raise Refusal(self.store.settings.refusal)
        if not self._own_host(request):
            raise Refusal(NO_USER)
        params: php.PhpArray = {}
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if request.method == "POST" and kind == "application/x-www-form-urlencoded":
            params = php.parse_query(request.body.decode("utf-8", "surrogateescape"))
        given = params.pop("hash", None)
        if not given:
            raise Refusal(NO_HASH)
        if not same(php.to_str(given), request_hash(params, self.login, self.key)):
            raise Refusal(WRONG_HASH)
        return params

    def _own_host(self, request: Request) -> bool:
        """The login is the sub-domain; on loopback there is none to compare."""
        host = request.headers.get("host", "").partition(":")[0].lower()
        return not host.endswith(DOMAINS) or host.partition(".")[0] == self.login.lower()

    def edit(self, op: str, args: dict[str, Any]) -> Any:
        """Do what buyers and staff do in the account; see ``syncd.sandbox.justclick.edits`` for the table."""
        return run_edit(self, op, args)

    def dump(self) -> dict[str, Any]:
        """Return the whole state, fit for JSON."""
        store = self.store
        orders = {
            str(number): {**plain(order), "price": str(order.price)} for number, order in store.orders.items()
        }
        return {
            "orders": orders, "goods": plain(store.goods), "settings": plain(store.settings),
            "waiting_hooks": len(store.queue.waiting), "now": store.clock.now(),
        }  # fmt: skip
