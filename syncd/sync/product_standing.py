"""Whether a product stands as both sides agreed: the first look's question, answered without asking a shop."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncd.model.money import to_cents
from syncd.model.owner import Field, Owner
from syncd.model.product import Product
from syncd.state.catalog import CatalogRow
from syncd.sync.merge import Seen
from syncd.sync.product_base import made_here, office_values, seen, source_texts, source_values, text_mark
from syncd.sync.product_merge import Amounts, MergeRule


def stands(
    product: Product, base: Mapping[str, Any], row: CatalogRow, wanted: Amounts, rule: MergeRule
) -> bool:
    """Whether price, stock and visibility in the mirror and at the source ask for nothing.

    What CS-Cart owns must say what CS-Cart says, as far as it is ours to change; everything else must be as it was agreed.
    """
    if made_here(base) and row.others_unlimited:
        return False
    owners = rule.owners
    shown = row.visible and row.product_visible
    same_flag = shown == product.visible or (product.visible and "kept_hidden" in base)
    enforced = {
        "price": (owners[Field.PRICE], to_cents(row.price) == wanted.price),
        "list_price": (owners[Field.LIST_PRICE], to_cents(row.compare_price) == wanted.list_price),
        "quantity": (owners[Field.QUANTITY], row.stock == wanted.stock),
        "visible": (owners[Field.STATUS], same_flag),
    }
    merged = [name for name, (owner, _) in enforced.items() if owner is not Owner.CSCART]
    if not all(same for owner, same in enforced.values() if owner is Owner.CSCART):
        return False
    if wanted.price != product.price and not (enforced["price"][1] and enforced["list_price"][1]):
        # In two currencies the rate may have moved: the comparison itself tells.
        return False
    return not merged or _unmoved(product, base, row, merged)


def texts_stand(product: Product, texts: Mapping[str, Any]) -> bool:
    """Whether the source's texts are those that were agreed."""
    told = source_texts(product.content)
    return all(seen(texts, name).source == text_mark(text) for name, text in told.items())


def _unmoved(product: Product, base: Mapping[str, Any], row: CatalogRow, names: list[str]) -> bool:
    """Whether both sides say about these fields what they said when they agreed. Stock that orders took meanwhile marks
    the link, so what they had taken then still counts."""
    own = None if row.stock is None else row.stock + Decimal(base.get("taken", "0"))
    said = source_values(product)
    answered = office_values(row.price, row.compare_price, own, shown=row.visible and row.product_visible)
    return all(seen(base, name) == Seen(said[name], answered[name]) for name in names)
