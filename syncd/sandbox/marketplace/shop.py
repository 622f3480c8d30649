"""The Marketplace sandbox: what the server around it calls."""

from __future__ import annotations

import base64
import binascii
import hmac
import random
from collections.abc import Callable, Sequence
from typing import Any

from syncd.sandbox.clock import Clock
from syncd.sandbox.cscart.bodies import decode_body
from syncd.sandbox.cscart.call import Call, parse_resource, resource_of
from syncd.sandbox.cscart.replies import ApiError, error_reply, html_reply, json_reply
from syncd.sandbox.hook_queue import HookQueue
from syncd.sandbox.lock import ShopLock
from syncd.sandbox.marketplace import licences, orders, seed
from syncd.sandbox.marketplace.edits import run_edit
from syncd.sandbox.marketplace.store import Store
from syncd.sandbox.outgoing import Outgoing
from syncd.sandbox.php import is_numeric
from syncd.sandbox.plain import plain
from syncd.sandbox.wire import Request, Response

NOT_FOUND = {"message": "Not Found: The requested resource wasn't found.", "status": 404}
HOOK_TRIES = 1
HANDLERS: dict[tuple[str, str, bool], Callable[[Store, Call], dict[str, Any]]] = {
    ("GET", "orders", False): orders.index,
    ("GET", "orders", True): orders.read,
    ("GET", "licenses", False): licences.index,
    ("GET", "licenses", True): licences.read,
    ("PUT", "licenses", True): licences.update,
}


class MarketplaceShop:
    """The CS-Cart Add-on Marketplace as one developer sees it (contracts/sources §3).

    The same ``seed`` makes the same products and orders. ``skus`` are the developer's own ids of the products
    (default: ``products`` made-up ones): ``external_id``, and the product code where that is empty.
    """

    name = "marketplace"

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 1,
        products: int = 20,
        orders: int = 0,
        skus: Sequence[str] | None = None,
        email: str = "developer@example.test",
        token: str | None = None,
        company_id: int = 812,
        hook_url: str = "",
        hook_shape: str = "number",
        shape: str = "map",
    ) -> None:
        """Build and fill the Marketplace; raises ValueError for orders without goods, or an unknown shape."""
        self.clock = clock or Clock()
        self.lock = ShopLock()
        self.random = random.Random(seed)
        self.email = email
        self.token = token or f"{self.random.getrandbits(128):032x}"
        self.store = Store(self.clock, HookQueue(Outgoing(self.lock), HOOK_TRIES), company_id)
        self._fill([f"SKU-{number}" for number in range(1, products + 1)] if skus is None else skus, orders)
        self.store.settings.change({"hook_url": hook_url, "hook_shape": hook_shape, "shape": shape})

    def _fill(self, skus: Sequence[str], orders: int) -> None:
        seed.fill(self.store, self.random, skus, orders)

    def credentials(self) -> dict[str, str]:
        """Return e-mail and access token."""
        return {"email": self.email, "token": self.token}

    def method_of(self, request: Request) -> str:
        """Return e.g. ``GET orders``."""
        parsed = resource_of(request, "", rewrite=True)
        if parsed is None:
            return f"{request.method} page"
        segments = [part for part in parsed[0].split("/") if part]
        if segments and is_numeric(segments[0]):
            segments.pop(0)
        return f"{request.method} {segments[0] if segments else 'api'}"

    def is_write(self, request: Request) -> bool:
        """Tell whether the request asks to change something."""
        return request.method in {"POST", "PUT", "DELETE", "PATCH"}

    def handle(self, request: Request) -> Response:
        """Answer one request below ``/api/``, ``/api/4.0/`` or ``/api.php?_d=``."""
        parsed = resource_of(request, "", rewrite=True)
        if parsed is None:
            return html_reply(404, "<!DOCTYPE html><html><body>404</body></html>")
        resource, params = parsed
        try:
            self._log_in(request)
            version, segments = parse_resource(resource)
            for name in self.store.settings.ignore:
                params.pop(name, None)
            call = Call(version, request.method, segments[0], next(iter(segments[1:]), None), (), params)
            return json_reply(200, self._answer(request, call, len(segments)))
        except ApiError as error:
            return json_reply(404, NOT_FOUND) if error.status == NOT_FOUND["status"] else error_reply(error)

    def _answer(self, request: Request, call: Call, depth: int) -> dict[str, Any]:
        """Find the handler and call it; raises ApiError 404 for no such thing, 405 for no such method of it."""
        if depth > 2 or call.entity not in {entity for _, entity, _ in HANDLERS}:  # noqa: PLR2004 - entity and id
            raise ApiError(404)
        handler = HANDLERS.get((call.method, call.entity, call.object_id is not None))
        if handler is None:
            raise ApiError(405)
        return handler(
            self.store, call.with_data(decode_body(request, call.method)) if call.method == "PUT" else call
        )

    def _log_in(self, request: Request) -> None:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, token = base64.b64decode(text.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ApiError(401) from error
        right = hmac.compare_digest(token.encode(), self.token.encode())
        if scheme.lower() != "basic" or user.casefold() != self.email.casefold() or not right:
            raise ApiError(401)

    def edit(self, op: str, args: dict[str, Any]) -> Any:
        """Do what buyers and the Marketplace do; see ``syncd.sandbox.marketplace.edits`` for the table."""
        return run_edit(self, op, args)

    def dump(self) -> dict[str, Any]:
        """Return the whole state, fit for JSON."""
        store = self.store
        rows = {
            str(number): {**plain(order), "total": str(order.total)} for number, order in store.orders.items()
        }
        return {
            "orders": rows, "products": plain(store.products), "licences": plain(store.licences),
            "settings": plain(store.settings), "waiting_hooks": len(store.queue.waiting), "now": store.clock.now(),
        }  # fmt: skip
