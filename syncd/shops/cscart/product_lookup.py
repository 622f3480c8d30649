"""Products by their ids, and how the rows of product lists are asked for and read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.errors import BrokenAnswer, ShopUnavailable
from syncd.model.product import BrokenRecord, Product
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.decode_products import decode_amounts, decode_product
from syncd.shops.cscart.listing import Listing
from syncd.shops.cscart.scope import BY_CREATION, Pairs, Scope, part
from syncd.shops.excerpt import excerpt, nameless
from syncd.shops.row import Row

Found = dict[str, Product | BrokenRecord | None]
"""Products by id; `None` for one that does not belong to the answer."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is asked for in a list, and how its rows are read."""

    query: Pairs
    decode: Callable[[Any], Product]


FULL = Shape(
    tuple(("extend[]", name) for name in ("description", "full_description", "meta_data", "page_title")),
    decode_product,
)
"""With the texts that the list leaves out unless asked (contracts/cscart §3.1)."""

LEAN = Shape((("get_features", "0"), ("get_additional", "0")), decode_amounts)
"""Amounts for a sweep. `only_short_fields` is not for them: nothing promises that it leaves `base_price` in."""

IDS: Pairs = (("only_short_fields", "1"), *LEAN.query)
"""For lists of which only the ids are used."""

_CHUNK = 100
"""Ids in one address: 12 characters each, far below the 4 KB that every web server takes."""


class ProductLookup:
    """Reads rows of products, and finds the one that breaks an answer."""

    def __init__(self, client: CSCartClient, scope: Scope) -> None:
        self._client = client
        self._scope = scope

    async def by_ids(self, shape: Shape, keys: Sequence[str]) -> tuple[Found, datetime | None]:
        """These products, a hundred a call, and the shop's clock at the first answer that could be read.

        An answer that is broken as a whole is asked for again in halves, until the product that breaks it is alone and
        becomes a `BrokenRecord`. Raises `ShopUnavailable` or `BrokenAnswer` when the shop as a whole does not answer.
        """
        found: Found = {}
        clock: datetime | None = None
        parts = [keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK)][::-1]
        while parts:
            some = parts.pop()
            try:
                listing = await self._list(shape, some)
            except (BrokenAnswer, ShopUnavailable) as error:
                await self._client.version()
                middle = len(some) // 2
                if middle:
                    parts += [some[middle:], some[:middle]]
                else:
                    found[some[0]] = BrokenRecord(some[0], f"product {some[0]} cannot be read: {error}")
            else:
                clock = clock or listing.clock
                found |= self.rows(shape, listing)
        return found, clock

    def rows(self, shape: Shape, listing: Listing) -> Found:
        """The rows of a list; one that cannot be read becomes a `BrokenRecord`."""
        found: Found = {}
        for row in listing.rows:
            key = key_of(row)
            if key is None:
                unknown = nameless(row, "CS-Cart")
                found[unknown.key] = unknown
            else:
                found[key] = self.decode(shape, key, row)
        return found

    def decode(self, shape: Shape, key: str, value: Any) -> Product | BrokenRecord | None:
        """The product, what is wrong with it, or `None` when it belongs to another company."""
        try:
            product = shape.decode(value)
        except BrokenAnswer as error:
            return BrokenRecord(key, f"product {key} cannot be read: {error}", excerpt(value))
        return product if self._scope.holds(product.company) else None

    async def _list(self, shape: Shape, keys: Sequence[str]) -> Listing:
        page = part(1, len(keys), BY_CREATION)
        scope = (*self._scope.filter, *self._scope.product_words)
        return await self._client.products((("pid", ",".join(keys)), *page, *scope, *shape.query))


def key_of(row: Any) -> str | None:
    """The product id of a row; `None` when it has none."""
    try:
        return Row.of(row, "product").identifier("product_id")
    except BrokenAnswer:
        return None
