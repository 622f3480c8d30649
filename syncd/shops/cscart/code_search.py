"""Finding products by their code: the shop searches by substring, equality is checked here (contracts/cscart §3.1)."""

from __future__ import annotations

from functools import partial
from typing import Any

from syncd.errors import BrokenAnswer
from syncd.model.product import BrokenRecord, Product
from syncd.model.sku import SkuRule
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.decode_products import decode_product
from syncd.shops.cscart.listing import Portion, Walk
from syncd.shops.cscart.product_lookup import FULL, key_of
from syncd.shops.cscart.scope import BY_CREATION, Pairs, Scope, part
from syncd.shops.row import Row

_PAGE = 100
_RULE = SkuRule(case_sensitive=False)


class CodeSearch:
    """Products of all companies of one shop, by code. One that lies in no category is not told by the shop at all."""

    def __init__(self, client: CSCartClient, language: str | None) -> None:
        self._client = client
        self._words = Scope(None, language).product_words

    async def run(self, code: str) -> list[Product]:
        """Every product with this code but for case and blanks around it; none for an empty code.

        The substring search misses none of them, and mostly has few hits. Where they are more than a page, as for "12", the
        exact filter is asked for on top of it: it knows no code with a blank before it, and a shop that does not know the
        filter just tells all hits. Raises `BrokenAnswer` when a product that may have the code cannot be read: taking it
        for missing would create a second one.
        """
        wanted = code.strip()
        if not wanted:
            return []
        broad: Pairs = (("pcode", wanted),)
        portion = await self._portion(wanted, broad, 1, _PAGE)
        if portion.last:
            return [value for value in portion.found.values() if isinstance(value, Product)]
        exact: Pairs = (*broad, ("filter_params[product_code][]", wanted))
        walk = Walk(partial(self._portion, wanted, exact), _PAGE, set())
        return [product async for page in walk.run() for product in page.records]

    async def _portion(self, code: str, search: Pairs, page: int, size: int) -> Portion[Product]:
        query = (*search, *part(page, size, BY_CREATION), *self._words, *FULL.query)
        listing = await self._client.products(query)
        found: dict[str, Product | BrokenRecord | None] = {}
        for row in listing.rows:
            if _may_have(row, code):
                product = decode_product(row)
                found[product.key] = product
            elif (key := key_of(row)) is not None:
                found[key] = None
        return Portion(found, listing.total, listing.clock, listing.ends(page, size))


def _may_have(row: Any, code: str) -> bool:
    """Whether a row has the code, or cannot say."""
    try:
        return _RULE.key(Row.of(row, "product").text("product_code")) == _RULE.key(code)
    except BrokenAnswer:
        return True
