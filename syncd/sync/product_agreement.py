"""What both sides agree on once a plan was carried out on one of them: the new base of the product's link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from syncd.model.backoffice import OfficeProduct
from syncd.model.money import plain
from syncd.model.owner import Field, Owner, Side
from syncd.model.product import Product
from syncd.model.text import shorten
from syncd.sync.merge import Verdict
from syncd.sync.product_base import (
    SHOWN_TEXT,
    TEXTS,
    canonical,
    office_texts,
    office_values,
    source_texts,
    source_values,
    spell_pending,
    spell_shelf,
    text_mark,
)
from syncd.sync.product_decision import ProductPlan
from syncd.sync.product_merge import FieldPlan, MergeRule, spell_stamp, stamp_of
from syncd.sync.product_pictures import noted_pictures
from syncd.sync.shared_stock import Pending, Shelf, written

YOUNG = timedelta(seconds=5)
"""A record that was changed so shortly before a write may bear the same stamp after it: stamps count whole seconds."""


def agreed_base(plan: ProductPlan, side: Side) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is kept with the link after the plan was carried out on one side: base and texts.

    Fields that wait for the other side, or for a person, keep what they last agreed on. A product whose texts do not speak
    for the office product keeps its texts for the day when they do.
    """
    earlier = plan.sides.base
    base = {name: earlier[name] for name in ("images", "pictures_there", "taken") if name in earlier}
    texts = dict(plan.sides.texts)
    for name, field in plan.fields.items():
        pair = _agreed_pair(field, side)
        if name in TEXTS:
            texts |= {} if pair is None else {name: [*pair, _shown(field, texts.get(name))]}
        elif pair is not None:
            base[name] = list(pair)
        elif name in earlier:
            base[name] = earlier[name]
    if _agreed_pair(plan.fields["quantity"], side) is not None:
        base["taken"] = plain(plan.sides.demand.taken)
    shelf = _shelf_after(plan, side)
    if shelf is not None:
        base["shelf"] = spell_shelf(shelf)
    elif plan.shelf is not None:
        base.pop("quantity", None)
    if plan.stays_hidden:
        base["kept_hidden"] = True
    if plan.product.parent:
        base["child"] = True
    if plan.unlimited:
        base["unlimited"] = list(plan.unlimited)
    return base | noted_pictures(plan.pictures, earlier, side), texts


def created_base(
    product: Product, sku: tuple[Decimal, Decimal], *, shown: bool, rule: MergeRule
) -> dict[str, Any]:
    """The base of a product that syncd has just created in the office with this price and list price: everything but its
    pictures is there."""
    said = source_values(product)
    answered = office_values(*sku, product.quantity, shown=shown)
    base: dict[str, Any] = {name: [said[name], answered[name]] for name in said}
    if rule.owners[Field.QUANTITY] is Owner.SHARED:
        quantity = product.quantity
        base["shelf"] = spell_shelf(Shelf(quantity, quantity, quantity, Decimal(0)))
    return base | {"images": ""} | ({"child": True} if product.parent else {})


def created_texts(product: Product, office: OfficeProduct) -> dict[str, Any]:
    """The agreed texts of a product whose texts the office has just been given."""
    return pair_up(source_texts(product.content), office_texts(office))


def pair_up(here: Mapping[str, str], there: Mapping[str, str]) -> dict[str, Any]:
    """Texts of the source and of the office as the link keeps them."""
    return {
        name: [text_mark(text), text_mark(there[name]), shorten(canonical(text), SHOWN_TEXT)]
        for name, text in here.items()
    }


def counted_base(plan: ProductPlan) -> dict[str, Any]:
    """The base with shared stock as it was counted for the plan, and nothing of it in doubt.

    What was counted stays counted whatever becomes of a write: an earlier write that was found to have taken effect must
    not be taken for a movement when the next one does not. Where the office sells without limit nothing was counted, and
    what was agreed before is no count either.
    """
    base = {name: value for name, value in plan.sides.base.items() if name not in {"shelf", "pending"}}
    if plan.shelf is None:
        return base
    if plan.sides.offered.stock is None:
        return {name: value for name, value in base.items() if name != "quantity"}
    return base | {"shelf": spell_shelf(plan.shelf)}


def pending_base(plan: ProductPlan, side: Side, now: datetime) -> dict[str, Any] | None:
    """The base that must be kept before anything is written to a side at this moment, so that shared stock survives a lost
    answer; `None` where the one that is kept will do."""
    there = plan.sides.offered.stock
    if not writes_shared(plan, side):
        return counted_base(plan) if plan.shelf is not None and "pending" in plan.sides.base else None
    if plan.shelf is None or there is None:
        return counted_base(plan)
    stamp = stamp_of(plan.sides, side)
    pending = Pending(
        side=side,
        before=there if side is Side.WEBASYST else plan.product.quantity,
        stamp=spell_stamp(stamp),
        young=stamp is None or stamp > now - YOUNG,
        shelf=written(plan.shelf, side),
    )
    return counted_base(plan) | {"pending": spell_pending(pending)}


def writes_shared(plan: ProductPlan, side: Side) -> bool:
    """Whether the plan, as far as brakes let it pass, writes shared stock to this side."""
    if plan.shelf is None:
        return False
    if side is Side.CSCART:
        return plan.source_change.quantity is not None
    return plan.sku_change is not None and plan.sku_change.stock is not None


def _agreed_pair(field: FieldPlan, side: Side) -> tuple[str, str] | None:
    if field.verdict is Verdict.AGREED:
        return field.source, field.office
    if field.verdict is Verdict.FORTH and side is Side.WEBASYST:
        return field.source, field.office_after
    if field.verdict is Verdict.BACK and side is Side.CSCART:
        return field.source_after, field.office
    return None


def _shown(field: FieldPlan, kept: Any) -> str:
    """Two texts that are agreed to differ are shown as they were agreed."""
    apart = field.verdict is Verdict.AGREED and field.source != field.office and kept
    return str(kept[2]) if apart else field.shown


def _shelf_after(plan: ProductPlan, side: Side) -> Shelf | None:
    """What was counted stays counted; a write makes that side say the total. What sells without limit is not counted."""
    if plan.shelf is not None and writes_shared(plan, side):
        return written(plan.shelf, side)
    return None if plan.sides.offered.stock is None else plan.shelf
