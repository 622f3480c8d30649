"""Whether a product stands as both sides agreed: the first look's question, answered without asking a shop."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncd.model.owner import Field, Owner
from syncd.model.product import Product
from syncd.state.catalog import CatalogRow
from syncd.sync.merge import Seen
from syncd.sync.picture_sight import office_pictures_stand
from syncd.sync.product_base import (
    kept_mark,
    made_here,
    office_values,
    seen,
    source_texts,
    source_values,
    text_mark,
)
from syncd.sync.product_categories import categories_noted
from syncd.sync.product_merge import PRICES, Amounts, MergeRule, same_price

_OWNED = PRICES | {"quantity": Field.QUANTITY, "visible": Field.STATUS}


def stands(
    product: Product,
    base: Mapping[str, Any],
    row: CatalogRow,
    rule: MergeRule,
    *,
    wanted: Amounts,
    offered: Amounts,
    foreign: bool,
) -> bool:
    """Whether price, stock and visibility in the mirror and at the source ask for nothing; `wanted`, `offered` and
    `foreign` as in `Sides`.

    What one shop owns must say what that shop says, as far as it is ours to change; everything else must be as it was
    agreed. Shared stock must have been counted once, and nothing of it may be in doubt.
    """
    owners = rule.owners
    if made_here(base) and row.others_unlimited:
        return False
    if not office_pictures_stand(base, row.pictures, owners[Field.IMAGES]):
        return False
    if not categories_noted(base, owners[Field.CATEGORY]):
        return False
    if owners[Field.QUANTITY] is Owner.SHARED and ("shelf" not in base or "pending" in base):
        return False
    shown = row.visible and row.product_visible
    hidden_by_staff = owners[Field.STATUS] is Owner.CSCART and product.visible and "kept_hidden" in base
    same = {
        "price": same_price(
            owners[Field.PRICE],
            wanted=wanted.price,
            there=row.price,
            said=product.price,
            offered=offered.price,
        ),
        "list_price": same_price(
            owners[Field.LIST_PRICE],
            wanted=wanted.list_price,
            there=row.compare_price,
            said=product.list_price,
            offered=offered.list_price,
        ),
        "quantity": row.stock == wanted.stock,
        "visible": shown == product.visible or hidden_by_staff,
    }
    if not all(same[name] or not _must_agree(name, owners[_OWNED[name]], foreign) for name in same):
        return False
    merged = [name for name in same if owners[_OWNED[name]] is not Owner.CSCART]
    return not merged or _unmoved(product, base, row, merged)


def texts_stand(product: Product, texts: Mapping[str, Any]) -> bool:
    """Whether the source's texts are those that were agreed."""
    told = source_texts(product.content)
    return all(kept_mark(seen(texts, name).source, text) == text_mark(text) for name, text in told.items())


def _must_agree(name: str, owner: Owner, foreign: bool) -> bool:
    """Whether a difference asks for work though nobody moved: it is not the owner's word, or the rate has moved. What
    orders on their way ask of the office's stock is not known here."""
    if owner is Owner.WEBASYST:
        return name != "quantity"
    return owner is Owner.CSCART or (owner is Owner.BOTH and foreign and name in PRICES)


def _unmoved(product: Product, base: Mapping[str, Any], row: CatalogRow, names: list[str]) -> bool:
    """Whether both sides say about these fields what they said when they agreed. Stock that orders took meanwhile marks
    the link, so what they had taken then still counts."""
    own = None if row.stock is None else row.stock + Decimal(base.get("taken", "0"))
    said = source_values(product)
    answered = office_values(row.price, row.compare_price, own, shown=row.visible and row.product_visible)
    return all(seen(base, name) == Seen(said[name], answered[name]) for name in names)
