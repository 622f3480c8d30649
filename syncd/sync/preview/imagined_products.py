"""Products of the office as they would stand after a plan's writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from syncd.model.backoffice import OfficeProduct, OfficeSku, Warehouse
from syncd.model.exchange import DraftSku, ProductDraft, SkuChange


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where stock is written to, and all warehouses that there are."""

    stock_id: int | None
    warehouses: Sequence[Warehouse]


def made_of(draft: ProductDraft, shelf: Shelf, number: Callable[[], int], now: datetime) -> OfficeProduct:
    """The product that a draft leads to. `number` gives out ids."""
    product_id = number()
    skus = tuple(sku_of(sku, number(), product_id, shelf) for sku in draft.skus)
    told = draft.fields
    return OfficeProduct(
        product_id=product_id,
        name=told.get("name", ""),
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        meta_title=told.get("meta_title", ""),
        meta_keywords=told.get("meta_keywords", ""),
        meta_description=told.get("meta_description", ""),
        url=told.get("url", ""),
        visible=draft.visible,
        currency=draft.currency,
        main_sku_id=skus[0].sku_id,
        skus=skus,
        params=dict(draft.params),
        edited_at=now,
        category_ids=draft.category_ids,
        images=(),
    )


def sku_of(draft: DraftSku, sku_id: int, product_id: int, shelf: Shelf) -> OfficeSku:
    """A new SKU; every other warehouse than the chosen one has none of it."""
    stock = {place.stock_id: Decimal(0) for place in shelf.warehouses}
    if shelf.stock_id is not None:
        stock[shelf.stock_id] = draft.stock
    return OfficeSku(
        sku_id=sku_id,
        product_id=product_id,
        code=draft.code,
        name=draft.name,
        price=draft.price,
        compare_price=draft.compare_price,
        count=draft.stock,
        stock=stock,
        available=True,
        visible=draft.visible,
    )


def changed(product: OfficeProduct, change: SkuChange, stock_id: int | None, now: datetime) -> OfficeProduct:
    """The product after one of its SKUs was changed."""
    skus = tuple(
        _changed(sku, change, stock_id) if sku.sku_id == change.sku_id else sku for sku in product.skus
    )
    return replace(product, skus=skus, edited_at=now)


def sold(product: OfficeProduct, sku_id: int, quantity: Decimal, stock_id: int | None) -> OfficeProduct:
    """The product after an order took so many pieces of a SKU off the shelf; sales move no time stamp."""
    skus = tuple(
        _with_stock(sku, _on_shelf(sku, stock_id) - quantity, stock_id)
        if sku.sku_id == sku_id and sku.count is not None
        else sku
        for sku in product.skus
    )
    return replace(product, skus=skus)


def updated(
    product: OfficeProduct, fields: Mapping[str, str], category_ids: Sequence[int] | None, now: datetime
) -> OfficeProduct:
    """The product after its columns were written."""
    texts = {name: value for name, value in fields.items() if name != "status"}
    visible = fields["status"] == "1" if "status" in fields else product.visible
    placed = product.category_ids if category_ids is None else tuple(category_ids)
    return replace(product, **texts, visible=visible, category_ids=placed, edited_at=now)  # type: ignore[arg-type]


def _changed(sku: OfficeSku, change: SkuChange, stock_id: int | None) -> OfficeSku:
    sku = replace(
        sku,
        price=sku.price if change.price is None else change.price,
        compare_price=sku.compare_price if change.compare_price is None else change.compare_price,
        visible=sku.visible if change.visible is None else change.visible,
        stock={**sku.stock, **dict.fromkeys(change.fill, Decimal(0))},
    )
    return sku if change.stock is None else _with_stock(sku, change.stock, stock_id)


def _on_shelf(sku: OfficeSku, stock_id: int | None) -> Decimal:
    found = sku.count if stock_id is None else sku.stock.get(stock_id)
    return Decimal(0) if found is None else found


def _with_stock(sku: OfficeSku, count: Decimal, stock_id: int | None) -> OfficeSku:
    stock = dict(sku.stock) if stock_id is None else {**sku.stock, stock_id: count}
    return replace(sku, stock=stock, count=sum(stock.values(), Decimal(0)) if stock else count)
