"""Products in the back office: scan, find, create, change in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from syncd.errors import BrokenAnswer
from syncd.model.backoffice import OfficeProduct, UnreadableProduct
from syncd.model.category import Category
from syncd.model.exchange import DraftSku, Page, ProductDraft, SkuChange
from syncd.model.product import BrokenRecord
from syncd.shops.webasyst import conditions, decode, encode
from syncd.shops.webasyst.account import Account
from syncd.shops.webasyst.client import Reply
from syncd.shops.webasyst.judge import answer_of_write, unsure
from syncd.shops.webasyst.orders import row_time

SCAN_FIELDS = "skus,stock_counts,image_count"
"""What a scan asks for; with the main picture's column, the number of pictures tells cheaply that they changed."""
FULL_FIELDS = "skus,stock_counts,params,image_count"
BATCH = 1000
"""SKUs per massUpdate; 1000 took half a second (contracts/webasyst §10)."""

_LIKE_LIMIT = 50
_ItemT = TypeVar("_ItemT")


class OfficeProducts(Account):
    """The product side of the office: `syncd.sync.ports.ProductOffice` without the pictures."""

    async def scan(self) -> AsyncIterator[Page[OfficeProduct]]:
        """Every product with its SKUs and warehouse counts, 1000 a page, by id; rows that cannot be read come
        as broken.
        """
        seen = 0
        async for reply, rows, left in self._pages("", SCAN_FIELDS):
            records, broken = await self._readable(rows)
            yield Page(records, broken, await self.clock_of(reply), seen + left)
            seen += len(rows)

    async def products(self, product_ids: Sequence[int]) -> list[OfficeProduct]:
        """These products with SKUs, warehouse counts and params; unknown and unreadable ones are just absent."""
        found, _ = await self.products_and_broken(product_ids)
        return found

    async def products_and_broken(
        self, product_ids: Sequence[int]
    ) -> tuple[list[OfficeProduct], list[BrokenRecord]]:
        """The same, with those that stand there but cannot be read; their key is the product id."""
        found: list[OfficeProduct] = []
        unreadable: list[BrokenRecord] = []
        for hash_, wanted in conditions.ids(product_ids):
            reply = await self._client.search_products(hash_, self._full_fields, limit=len(wanted))
            rows = decode.rows(reply.body, "products").rows
            records, broken = await self._readable(row for row in rows if decode.identity(row) in wanted)
            found += records
            unreadable += broken
        return found, unreadable

    async def products_touched_since(self, since: datetime) -> list[OfficeProduct]:
        """What was created or edited since then, with SKUs and params; what cannot be read is left out."""
        return list((await self.touched_products(since)).records)

    async def touched_products(self, since: datetime, *, created: bool = True) -> Page[OfficeProduct]:
        """The same with those that cannot be read, and the shop's clock at the first answer; without `created` those that
        were edited only.

        Two searches, because the shop has no OR, and a new product's `edit_datetime` is null
        (contracts/webasyst §9).
        """
        start = (await self.shop_clock()).condition(since)
        clock: datetime | None = None
        found: dict[int, OfficeProduct] = {}
        unreadable: dict[str, BrokenRecord] = {}
        for column in ("create_datetime",) * created + ("edit_datetime",):
            async for reply, rows, _ in self._pages(f"{column}>={start}", self._full_fields):
                clock = clock or await self.clock_of(reply)
                touched = (row for row in rows if row_time(row, column) >= start)
                records, broken = await self._readable(touched)
                found |= {product.product_id: product for product in records}
                unreadable |= {record.key: record for record in broken}
        assert clock is not None  # every search has at least one page
        return Page(list(found.values()), list(unreadable.values()), clock)

    async def products_like(self, code: str) -> list[OfficeProduct]:
        """At most 50 products of a fuzzy search; every hit must be checked for equality by the caller."""
        if not code.strip():
            return []
        hash_ = f"search/query={conditions.decoded_twice(code.strip())}"
        reply = await self._client.search_products(hash_, self._full_fields, limit=_LIKE_LIMIT)
        found, _ = await self._readable(decode.rows(reply.body, "products").rows)
        return found

    async def add_product(self, draft: ProductDraft) -> OfficeProduct:
        """Create a product with its SKUs, in the default type and, where the draft names no category, the default
        category; each warehouse gets a number (§0.10).

        Raises `InDoubt` when the answer does not show the product with the SKUs asked for.
        """
        type_id, category_id = await self.placement()
        default = () if category_id is None else (category_id,)
        stock = await self.stock_shares()
        clock = await self.shop_clock()
        placed = draft.category_ids or default
        form = encode.new_product(draft, type_id=type_id, category_ids=placed, stock=stock)
        body = await self._client.add_product(form)
        with answer_of_write("shop.product.add"):
            product = decode.product(body, clock)
        if _codes(sku.code for sku in product.skus) != _codes(sku.code for sku in draft.skus):
            raise unsure("shop.product.add", f"product {product.product_id} and other SKUs than asked for")
        return product

    async def most_skus(self) -> int:
        """How many SKUs fit into the form of `product.add` (contracts/webasyst §0.19)."""
        return encode.most_skus(await self.stock_shares())

    async def add_sku(self, product_id: int, draft: DraftSku) -> int:
        """Add a SKU to a product; answers its id."""
        form = encode.new_sku(draft, await self.stock_shares())
        body = await self._client.add_sku(product_id, form)
        with answer_of_write("shop.product.skus.add"):
            sku = decode.sku(body)
        if sku.product_id != product_id or _codes([sku.code]) != _codes([draft.code]):
            raise unsure("shop.product.skus.add", f"SKU {sku.sku_id} of product {sku.product_id} instead")
        return sku.sku_id

    async def change_skus(self, changes: Sequence[SkuChange]) -> None:
        """Prices, stock and flags of many SKUs, 1000 a call. The shop skips unknown SKUs silently
        (contracts/webasyst §3.6).
        """
        stock_id = await self.stock_id()
        for batch in _batches(changes, BATCH):
            if await self._client.mass_update(encode.mass_update(batch, stock_id)) != "ok":
                raise unsure("shop.product.massUpdate", "something else than ok")

    async def update_product(
        self, product_id: int, fields: Mapping[str, str], category_ids: Sequence[int] | None = None
    ) -> OfficeProduct:
        """Change product columns, and the complete list of categories, the main one first, where one is given; SKUs are
        never sent here (contracts/webasyst §0.6)."""
        clock = await self.shop_clock()
        form = encode.product_columns(fields)
        if category_ids is not None:
            form += encode.categories(category_ids)
        body = await self._client.update_product(product_id, form)
        with answer_of_write("shop.product.update"):
            product = decode.product(body, clock)
        if product.product_id != product_id:
            raise unsure("shop.product.update", f"product {product.product_id} instead of {product_id}")
        return product

    async def categories(self) -> list[Category]:
        """The categories that a product can be put into: dynamic ones choose their products themselves
        (contracts/webasyst §4)."""
        return decode.category_paths((await self._client.categories()).body)

    @property
    def _full_fields(self) -> str:
        return ",".join((FULL_FIELDS, *self._details))

    async def _pages(self, condition: str, fields: str) -> AsyncIterator[tuple[Reply, list[Any], int]]:
        """All rows that meet a condition, with the answer and how many rows were left before it.

        Paged by `id>last`, so that products that come and go meanwhile move nothing.
        """
        last = 0
        while True:
            parts = [condition] * bool(condition) + [f"id>{last}"] * bool(last)
            reply = await self._client.search_products(
                "search/" + "&".join(parts) if parts else "all", fields
            )
            page = decode.rows(reply.body, "products")
            numbers = [decode.identity(row) for row in page.rows]
            if numbers != sorted(set(numbers)) or (numbers and numbers[0] <= last):
                raise BrokenAnswer(f"Webasyst did not page products by id after {last}")
            yield reply, page.rows, page.count
            if page.count <= len(numbers):
                return
            if not numbers:
                raise BrokenAnswer(f"Webasyst counts {page.count} products after {last} but shows none")
            last = numbers[-1]

    async def _readable(self, rows: Iterable[Any]) -> tuple[list[OfficeProduct], list[BrokenRecord]]:
        clock = await self.shop_clock()
        records: list[OfficeProduct] = []
        broken: list[BrokenRecord] = []
        for row in rows:
            try:
                records.append(decode.product(row, clock))
            except BrokenAnswer as error:
                key, payload = str(decode.identity(row)), decode.payload_of(row)
                broken.append(UnreadableProduct(key, str(error), payload, _codes_of(row)))
        return records, broken


def _codes_of(row: Any) -> dict[int, str] | None:
    try:
        return decode.codes(row)
    except BrokenAnswer:
        return None


def _batches(items: Sequence[_ItemT], size: int) -> Iterable[Sequence[_ItemT]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _codes(codes: Iterable[str]) -> Counter[str]:
    return Counter(code.strip() for code in codes)
