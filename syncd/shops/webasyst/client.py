"""Calls of the Webasyst HTTP API that syncd uses, one method per endpoint: paths, parameters and the
judgement of the answer.

No policy is here, and no record: bodies go in as form pairs and come out as JSON values. Method names are
case-sensitive (contracts/webasyst §1.4); the token travels in the `Authorization` header only, so that no log
of addresses holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.errors import BrokenAnswer
from syncd.shops.transport import Transport
from syncd.shops.webasyst.judge import judge_read, judge_write

Pairs = Sequence[tuple[str, str]]
PAGE = 1000
"""Rows per call at most; the shop refuses more (contracts/webasyst §2)."""


def bearer(token: str) -> dict[str, str]:
    """The header that carries the token (contracts/webasyst §1.3)."""
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class Reply:
    """The JSON value of an answer, and the shop's clock when it answered (`Date` header), if it told."""

    body: Any
    clock: datetime | None


class WebasystClient:
    """Typed calls over one transport.

    Reads raise `NotFound`, `Refused`, `NotAuthorised`, `Misconfigured` or `RetryLater`; writes raise the same
    for what was surely not done, and `InDoubt` for what may have been.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def settings(self) -> Reply:
        """`shop.settings.get`: version, currencies, workflow, time zone (contracts/webasyst §7)."""
        return await self._read("shop.settings.get")

    async def rights(self) -> Reply:
        """`shop.rights`: what the token's user may do (contracts/webasyst §7)."""
        return await self._read("shop.rights")

    async def warehouses(self) -> Reply:
        """`shop.stock.getList`: a list, empty when the shop has no warehouses."""
        return await self._read("shop.stock.getList")

    async def types(self) -> Reply:
        """`shop.type.getList`: product types."""
        return await self._read("shop.type.getList")

    async def categories(self) -> Reply:
        """`shop.category.getTree`: nested, children in `categories`."""
        return await self._read("shop.category.getTree")

    async def search_products(self, hash_: str, fields: str, *, limit: int = PAGE) -> Reply:
        """`shop.product.search` by id, names not HTML-escaped (contracts/webasyst §3.2)."""
        query = [
            ("hash", hash_),
            ("fields", fields),
            ("escape", "0"),
            ("sort", "id"),
            ("limit", str(limit)),
        ]
        return await self._read("shop.product.search", query)

    async def search_orders(self, hash_: str, *, offset: int = 0, limit: int = PAGE) -> Reply:
        """`shop.order.search` by id, names not HTML-escaped (contracts/webasyst §5.5)."""
        query = [
            ("hash", hash_),
            ("escape", "0"),
            ("sort", "id ASC"),
            ("limit", str(limit)),
            ("offset", str(offset)),
        ]
        return await self._read("shop.order.search", query)

    async def order(self, order_id: int) -> Reply:
        """`shop.order.getInfo`: names always HTML-escaped. Raises `NotFound`."""
        return await self._read("shop.order.getInfo", [("id", str(order_id))])

    async def search_customers(self, hash_: str, *, limit: int = PAGE) -> Reply:
        """`shop.customer.search`: finds contacts that have an order (contracts/webasyst §6)."""
        return await self._read("shop.customer.search", [("hash", hash_), ("limit", str(limit))])

    async def form_kept(self, variables: int) -> bool:
        """Whether PHP takes a form of so many variables whole (contracts/webasyst §0.19): `shop.customer.search` as POST,
        for nobody, with its limit as the last variable. It changes nothing (§6)."""
        form = [(f"v{number}", "") for number in range(variables - 1)] + [("limit", "1")]
        method = "shop.customer.search"
        answer = await self._transport.read("POST", f"/api.php/{method}", query=[("hash", "id/0")], form=form)
        body = judge_read(answer, method)
        return isinstance(body, dict) and str(body.get("limit")) == "1"

    async def add_order(self, form: Pairs) -> Any:
        """`shop.order.add`: answers the order. A 500 may have made it too (contracts/webasyst §0.2)."""
        return await self._write("shop.order.add", form=form)

    async def save_order(self, form: Pairs) -> Any:
        """`shop.order.save`: creates without `id` in the body, else changes; answers `{"status": "ok"}`."""
        return await self._write("shop.order.save", form=form)

    async def act(self, form: Pairs) -> Any:
        """`shop.order.action`: checks the workflow; `NotFound` when the state does not allow it."""
        return await self._write("shop.order.action", form=form)

    async def add_product(self, form: Pairs) -> Any:
        """`shop.product.add`: answers as `product.getInfo`."""
        return await self._write("shop.product.add", form=form)

    async def update_product(self, product_id: int, form: Pairs) -> Any:
        """`shop.product.update?id=`: an `id` in the body would insert a product (contracts/webasyst §0.8)."""
        return await self._write("shop.product.update", [("id", str(product_id))], form=form)

    async def add_sku(self, product_id: int, form: Pairs) -> Any:
        """`shop.product.skus.add?product_id=`: answers as `skus.getInfo`."""
        return await self._write("shop.product.skus.add", [("product_id", str(product_id))], form=form)

    async def mass_update(self, jsku: str) -> Any:
        """`shop.product.massUpdate` with SKUs as one JSON parameter, which PHP cannot cut (contracts/webasyst
        §0.19).
        """
        return await self._write("shop.product.massUpdate", form=[("jsku", jsku)])

    async def images(self, product_id: int) -> Reply:
        """`shop.product.images.getList`: a list in shown order."""
        return await self._read("shop.product.images.getList", [("product_id", str(product_id))])

    async def add_image(self, product_id: int, name: str, content: bytes, description: str) -> Any:
        """`shop.product.images.add?product_id=` as multipart, field `file`; answers the image's row."""
        return await self._write(
            "shop.product.images.add",
            [("product_id", str(product_id))],
            form=[("description", description)] if description else [],
            files=[("file", name, content)],
        )

    def address(self, url: str) -> str:
        """An absolute address for one that the shop gave relative to its host (contracts/webasyst §3.2)."""
        return self._transport.absolute(url)

    async def picture(self, url: str, max_bytes: int) -> bytes:
        """The bytes at an absolute address. Raises `Refused` when they cannot be had, `RetryLater` when they may be."""
        return await self._transport.download(url, max_bytes=max_bytes)

    async def _read(self, method: str, query: Pairs = ()) -> Reply:
        try:
            return await self._read_once(method, query)
        except BrokenAnswer:
            # A PHP warning or a cut answer is often gone at the next call; a second one is left to the
            # stream's own pauses.
            return await self._read_once(method, query)

    async def _read_once(self, method: str, query: Pairs) -> Reply:
        answer = await self._transport.read("GET", f"/api.php/{method}", query=query)
        return Reply(judge_read(answer, method), answer.clock)

    async def _write(
        self,
        method: str,
        query: Pairs = (),
        *,
        form: Pairs,
        files: Sequence[tuple[str, str, bytes]] = (),
    ) -> Any:
        answer = await self._transport.write(
            "POST", f"/api.php/{method}", query=query, form=form, files=files
        )
        return judge_write(answer, method)
