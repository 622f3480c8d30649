"""Replacing the lines and the discount of an order, for which the shop needs up to two calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from syncd.errors import Held, InDoubt, Refused, RetryLater
from syncd.model.exchange import SourceLine
from syncd.model.order import Order
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.decode_orders import decode_order
from syncd.shops.cscart.encode_orders import checked_discount, discount_change, line_map
from syncd.shops.cscart.scope import Scope
from syncd.shops.row import Row

_OF_THE_SHOP = frozenset(
    {
        "product_options",
        "product_options_value",
        "product",
        "company_id",
        "is_edp",
        "edp_shipping",
        "unlimited_download",
        "updated_timestamp",
        "discount",
        "base_price",
        "promotions",
        "stored_price",
        "group_key",
    }
)
"""What the shop itself notes in a line's `extra` (contracts/cscart §4.3); the rest are notes of add-ons."""


class LineWriter:
    """Writes lines into orders of one shop, in the currency that its amounts are in."""

    def __init__(self, client: CSCartClient, scope: Scope, currency: str) -> None:
        self._client = client
        self._scope = scope
        self._currency = currency

    async def write(self, key: str, lines: Sequence[SourceLine], discount: Decimal) -> None:
        """Put these lines and this discount in place of those the order has.

        The shop computes the total before it takes a new discount in (contracts/cscart §4.5, §4.6). So the lines go first,
        with which the order is right but for its discount; the discount follows with its total, and the lines again,
        since without them the shop would price them anew.

        Raises `Held` for an order whose lines hold what cannot be written, `Refused` with code "gone" for a missing one,
        and `InDoubt` also when the order cannot be read between the two calls.
        """
        wanted = checked_discount(discount, lines)
        before = Row.of(await self._read(key), "order")
        products = line_map(lines, before.text("company_id"), _extras(before))
        await self._client.update_order(key, {"products": products})
        order = await self._written(key)
        if order.discount != wanted:
            total = order.total + order.discount - wanted
            await self._client.update_order(key, {"products": products, **discount_change(wanted, total)})

    async def _written(self, key: str) -> Order:
        try:
            return decode_order(await self._read(key), self._currency)
        except RetryLater as error:
            raise InDoubt(
                f"CS-Cart: the lines of order {key} are written, its discount may be not: {error}", ended=True
            ) from error

    async def _read(self, key: str) -> Any:
        reply = await self._client.order(key, self._scope.words)
        if reply is None:
            raise Refused(f"CS-Cart has no order {key} any more", code="gone")
        return reply.value


def _extras(order: Row) -> dict[str, Mapping[str, Any]]:
    """By product, what add-ons noted on its line.

    Raises `Held` where lines hold more than can be written: chosen options, or the right to a download.
    """
    extras: dict[str, Mapping[str, Any]] = {}
    for line in order.rows("products"):
        extra = line.row("extra")
        if extra.filled("product_options") or extra.text("is_edp") == "Y":
            raise Held(
                f"the line {line.text('product')!r} has options or a download, which the API would take away from it. "
                "Change the order in CS-Cart."
            )
        extras[line.text("product_id")] = extra.without(_OF_THE_SHOP)
    return extras
