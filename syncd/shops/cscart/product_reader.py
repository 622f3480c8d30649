"""Reading products: the changed ones, every amount, some by id, or one alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import partial

from syncd.errors import BrokenAnswer, ShopUnavailable
from syncd.model.exchange import Page
from syncd.model.money import plain
from syncd.model.product import BrokenRecord, Product
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.listing import Listing, Portion, Walk, page_of
from syncd.shops.cscart.product_lookup import FULL, IDS, LEAN, Found, ProductLookup, Shape, key_of
from syncd.shops.cscart.scope import BY_CHANGE, BY_CREATION, Pairs, Scope, part

_PAGE = 250
_LEAN_PAGE = 500
_IDS_PAGE = 1000
_SWEEPS = 3
_MARGIN = timedelta(seconds=120)
"""More than a call may last with its repetitions: the shop counts the hours back from when it evaluates them."""
_BLIND_MARGIN = timedelta(hours=1)
"""For a shop that sends no Date header, so that its clock is unknown."""
_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class _List:
    """A list of products: from when on, and in which order."""

    since: datetime | None
    sort: Pairs


class ProductReader:
    """Products of one shop; every record once per reading."""

    def __init__(self, client: CSCartClient, scope: Scope) -> None:
        self._client = client
        self._scope = scope
        self._lookup = ProductLookup(client, scope)

    async def changed(self, since: datetime | None) -> AsyncIterator[Page[Product]]:
        """Products with `updated_timestamp` at or after `since`, with texts and pictures; every product for `None`.

        Why none is missed: the latest change comes first, so that an edit while we read moves a row to the front and pushes
        the others to later pages only (the row itself belongs to the next cycle, which starts from the first page's
        clock), and the rows that grow too old for the filter leave at the far end. The whole shop is read by creation
        time, which no edit changes, with new rows at the end. What is left is a product deleted between two pages, which
        pulls others back: so after more than one page the ids are listed once more, and unseen ones are fetched.
        """
        listed = _List(since.replace(microsecond=0), BY_CHANGE) if since else _List(None, BY_CREATION)
        seen: set[str] = set()
        walk = Walk(partial(self._portion, FULL, listed), _PAGE, seen)
        async for page in walk.run():
            yield page
        if walk.pages == 1:
            return
        closing = Walk(partial(self._closing_portion, listed, seen), _IDS_PAGE, seen)
        async for page in closing.run():
            if page.records or page.broken:
                yield page

    async def amounts(self) -> AsyncIterator[Page[Product]]:
        """Every product with price, quantity and status only, by creation time.

        Sales and edits move nothing in that order. A deletion does: it shows in the shop's count, and then the list is read
        again for what was not seen, three times at most; the next sweep sees the rest.
        """
        seen: set[str] = set()
        for _ in range(_SWEEPS):
            walk = Walk(partial(self._portion, LEAN, _List(None, BY_CREATION)), _LEAN_PAGE, seen)
            async for page in walk.run():
                yield page
            if walk.steady:
                return

    async def some(self, keys: Sequence[str]) -> Page[Product]:
        """These products with texts and pictures; the ones that the shop does not have are absent."""
        found, clock = await self._lookup.by_ids(FULL, _numeric(keys))
        if clock is None:
            clock, _ = await self._client.clock()
        return page_of(found, None, clock)

    async def one(self, key: str) -> Product | BrokenRecord | None:
        """One product with everything, `seo_name` and all pictures included; `None` when there is none, it lies in no
        category, or belongs to another company."""
        if not _numeric([key]):
            return None
        try:
            reply = await self._client.product(key, self._scope.product_words)
        except BrokenAnswer as error:
            await self._client.version()  # a shop that shows "closed" to everything breaks no product
            return BrokenRecord(key, f"product {key} cannot be read: {error}")
        return None if reply is None else self._lookup.decode(FULL, key, reply.value)

    async def _portion(self, shape: Shape, listed: _List, page: int, size: int) -> Portion[Product]:
        """One page of a list. When it is broken as a whole, its ids still come, and its products are read by them."""
        try:
            listing = await self._listing(listed, page, size, shape.query)
        except (BrokenAnswer, ShopUnavailable):
            listing = await self._listing(listed, page, size, IDS)
            found, _ = await self._lookup.by_ids(shape, _ids(listing))
        else:
            found = self._lookup.rows(shape, listing)
        return _portion_of(found, listing, listed, listing.ends(page, size))

    async def _closing_portion(self, listed: _List, seen: set[str], page: int, size: int) -> Portion[Product]:
        """One page of ids, where the products that were seen cost nothing."""
        listing = await self._listing(listed, page, size, IDS)
        keys = _ids(listing)
        found: Found = dict.fromkeys(keys)
        missed, _ = await self._lookup.by_ids(FULL, [key for key in keys if key not in seen])
        return _portion_of(found | missed, listing, listed, listing.ends(page, size))

    async def _listing(self, listed: _List, page: int, size: int, fields: Pairs) -> Listing:
        """One page as it came; asked for again when the shop's clock is ahead of where it was reckoned to be.

        The hours are counted back from there: a clock that was put forward, or a machine of ours that slept meanwhile, would
        cut off what changed first.
        """
        reckoned = (await self._client.clock())[0] if listed.since else None
        listing = await self._client.products((*await self._query(listed, page, size), *fields))
        if reckoned is None or listing.clock - reckoned <= _MARGIN:
            return listing
        return await self._client.products((*await self._query(listed, page, size), *fields))

    async def _query(self, listed: _List, page: int, size: int) -> Pairs:
        window = await self._window(listed.since) if listed.since else ()
        return (*window, *part(page, size, listed.sort), *self._scope.filter, *self._scope.product_words)

    async def _window(self, since: datetime) -> Pairs:
        """The hours from `since` to the shop's now, rounded up: the only filter by change (contracts/cscart §3.1). They are
        counted anew for every page; rows before `since` are dropped by their own time stamp."""
        now, measured = await self._client.clock()
        passed = now - since + (_MARGIN if measured else _BLIND_MARGIN)
        hours = Decimal(passed // timedelta(microseconds=1)) / 3_600_000_000
        return (("updated_in_hours", plain(max(hours.quantize(_MICRO, rounding=ROUND_CEILING), _MICRO))),)


def _portion_of(found: Found, listing: Listing, listed: _List, last: bool) -> Portion[Product]:
    """The products of a page; those before the time asked for belong to it and are not told."""
    since = listed.since
    kept = {
        key: None if since and isinstance(value, Product) and value.updated_at < since else value
        for key, value in found.items()
    }
    return Portion(kept, listing.total, listing.clock, last)


def _ids(listing: Listing) -> list[str]:
    return [key for key in map(key_of, listing.rows) if key is not None]


def _numeric(keys: Sequence[str]) -> list[str]:
    """The keys that can be ids of this shop: anything else cannot exist there."""
    return list(dict.fromkeys(key for key in keys if key.isascii() and key.isdigit()))
