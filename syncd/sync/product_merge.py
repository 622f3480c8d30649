"""The merge of one product, field by field: which values go to the office, which to the source, and which wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from syncd.model.backoffice import OfficeProduct, OfficeSku
from syncd.model.money import plain, to_cents
from syncd.model.owner import FIELD_OF_TEXT, ConflictRule, Field, Owner, Side
from syncd.model.product import Product
from syncd.model.text import shorten
from syncd.state.order_stock import Demand
from syncd.sync.merge import Compared, Seen, Verdict, merge
from syncd.sync.product_base import (
    SHOWN_TEXT,
    canonical,
    office_texts,
    office_values,
    pending_of,
    seen,
    shelf_of,
    source_texts,
    source_values,
    spell_flag,
    text_mark,
)
from syncd.sync.shared_stock import Shelf, counted, resolve, whole

CUT = ("name", "meta_title")
"""Columns that hold 255 characters; longer texts are shortened on purpose before the shop does it silently."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Price, list price and stock of one side, in the other side's currency; no stock row is `None`."""

    price: Decimal
    list_price: Decimal
    stock: Decimal | None


@dataclass(frozen=True, slots=True)
class MergeRule:
    """The settings of the merge: who owns each field, and what to do about conflicts."""

    owners: Mapping[Field, Owner]
    conflict: ConflictRule


@dataclass(frozen=True, slots=True)
class Sides:
    """One product on both sides, what they agreed on, and what a person chose.

    `wanted` are the source's amounts in the office's currency, `offered` the office's in the source's. `leads` tells
    whether this product's texts speak for the office product.
    """

    product: Product
    office: OfficeProduct
    sku: OfficeSku
    wanted: Amounts
    offered: Amounts
    base: Mapping[str, Any]
    texts: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Side] = field(default_factory=dict)
    demand: Demand = field(default_factory=Demand)
    leads: bool = True

    @property
    def shown(self) -> bool:
        """Whether the office shows it."""
        return self.office.visible and self.sku.visible

    @property
    def newer(self) -> Side | None:
        """The shop whose record was changed last; `None` when that cannot be told."""
        edited = self.office.edited_at
        if edited is None or edited == self.product.updated_at:
            return None
        return Side.WEBASYST if edited > self.product.updated_at else Side.CSCART

    @property
    def said(self) -> dict[str, str]:
        """What the source says, spelled."""
        return source_values(self.product)

    @property
    def answered(self) -> dict[str, str]:
        """What the office says, spelled; its stock without what linked orders took."""
        stock = self.offered.stock
        own = None if stock is None else stock + self.demand.taken
        return office_values(self.sku.price, self.sku.compare_price, own, shown=self.shown)


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One field after the merge; `source_after` and `office_after` are what that side says once it was written."""

    verdict: Verdict
    source: str
    office: str
    source_after: str
    office_after: str
    base: str | None = None
    """The agreed value, to be shown; `None` where none is known."""
    shown: str = ""
    """Of a text: its beginning, as it stands once the field is agreed."""


def merge_amounts(sides: Sides, rule: MergeRule) -> dict[str, FieldPlan]:
    """Price, list price and visibility. A field that is owned by one shop is put right whoever changed it."""
    said, answered = sides.said, sides.answered
    wanted, offered = sides.wanted, sides.offered
    same = {
        "price": _same(wanted.price, sides.sku.price) or sides.product.price == offered.price,
        "list_price": _same(wanted.list_price, sides.sku.compare_price)
        or sides.product.list_price == offered.list_price,
        "visible": sides.product.visible == sides.shown,
    }
    after = {
        "price": (plain(offered.price), plain(wanted.price)),
        "list_price": (plain(offered.list_price), plain(wanted.list_price)),
        "visible": (spell_flag(sides.shown), spell_flag(sides.product.visible)),
    }
    owners = {"price": Field.PRICE, "list_price": Field.LIST_PRICE, "visible": Field.STATUS}
    plans = {}
    for name, owned in owners.items():
        agreed = seen(sides.base, name)
        compared = Compared(said[name], answered[name], same[name], agreed, strict=True)
        verdict = _decide(sides, rule, owned, name, compared)
        if verdict is Verdict.AGREED and _rate_moved(sides, rule, owned, name, compared):
            verdict = Verdict.FORTH
        plans[name] = FieldPlan(verdict, said[name], answered[name], *after[name], base=agreed.source)
    return plans


def merge_quantity(sides: Sides, rule: MergeRule) -> tuple[FieldPlan, Shelf | None]:
    """The quantity, unless it is shared: see `merge_shared`."""
    said, answered = sides.said["quantity"], sides.answered["quantity"]
    owner, stock = rule.owners[Field.QUANTITY], sides.offered.stock
    agreed = seen(sides.base, "quantity")
    if owner is Owner.SHARED:
        return merge_shared(sides)
    if stock is None and owner is Owner.WEBASYST:
        # Unlimited: CS-Cart has no word for it.
        return FieldPlan(Verdict.AGREED, said, answered, said, answered, agreed.source), None
    # What is on its way to the office's stock is sold already.
    left = Decimal(0) if stock is None else stock - (sides.demand.open if owner is Owner.WEBASYST else 0)
    same = sides.product.quantity == (whole(left) if owner is Owner.WEBASYST else stock)
    compared = Compared(said, answered, same and stock is not None, agreed, strict=True)
    verdict = _decide(sides, rule, Field.QUANTITY, "quantity", compared)
    if verdict is Verdict.AGREED and owner is Owner.BOTH and not same and not compared.source_moved:
        verdict = Verdict.FORTH  # The office took our own orders off once more.
    after = plain(sides.product.quantity + sides.demand.taken)
    return FieldPlan(verdict, said, answered, str(whole(left)), after, agreed.source), None


def merge_shared(sides: Sides) -> tuple[FieldPlan, Shelf]:
    """Shared stock: the total goes to whichever side does not say it."""
    product, stock = sides.product, sides.offered.stock
    shelf = shelf_of(sides.base) if stock is not None else None
    pending = pending_of(sides.base)
    if pending is not None and stock is not None:
        now = stock if pending.side is Side.WEBASYST else product.quantity
        shelf = resolve(shelf, pending, now, stamp_of(sides, pending.side))
    total = counted(shelf, product.quantity, Decimal(0) if stock is None else stock, sides.demand.taken)
    if stock != total.total:
        verdict = Verdict.FORTH
    else:
        verdict = Verdict.BACK if product.quantity != whole(total.total) else Verdict.AGREED
    said, answered = sides.said["quantity"], sides.answered["quantity"]
    after = plain(total.total + sides.demand.taken)
    base = seen(sides.base, "quantity").source
    return FieldPlan(verdict, said, answered, str(whole(total.total)), after, base), total


def stamp_of(sides: Sides, side: Side) -> str:
    """When the record of a side was last changed, as a pending write of shared stock keeps it."""
    at = sides.office.edited_at if side is Side.WEBASYST else sides.product.updated_at
    return "" if at is None else at.isoformat()


def merge_texts(sides: Sides, rule: MergeRule) -> dict[str, FieldPlan]:
    """The texts that the source told, where this product speaks for the office product.

    A name that either side lost is not carried over: no product goes without one (contracts/webasyst §3.5). Nor does a
    text that one side never had empty what the other wrote.
    """
    if not sides.leads:
        return {}
    there = office_texts(sides.office)
    plans = {}
    for name, text in source_texts(sides.product.content).items():
        answer, cut = there[name], cut_text(name, text)
        agreed = seen(sides.texts, name)
        compared = Compared(text_mark(text), text_mark(answer), canonical(cut) == canonical(answer), agreed)
        verdict = _decide(sides, rule, FIELD_OF_TEXT[name], name, compared)
        if _empties(verdict, name, text, answer, agreed):
            verdict = Verdict.AGREED
        base = _kept(sides.texts, name)
        counts = answer if verdict is Verdict.BACK else text
        plans[name] = FieldPlan(
            verdict,
            compared.source,
            compared.office,
            source_after=compared.office,
            office_after=text_mark(cut),
            base=base,
            shown=shorten(canonical(counts), SHOWN_TEXT),
        )
    return plans


def cut_text(name: str, text: str) -> str:
    """A text as the office's column holds it."""
    return shorten(text) if name in CUT else text


def shown_value(sides: Sides, name: str, side: Side) -> str:
    """What a side says about a field, for a person's eyes."""
    values = sides.said if side is Side.CSCART else sides.answered
    if name in values:
        return values[name]
    texts = source_texts(sides.product.content) if side is Side.CSCART else office_texts(sides.office)
    return shorten(canonical(texts.get(name, "")), SHOWN_TEXT)


def _decide(sides: Sides, rule: MergeRule, owned: Field, name: str, compared: Compared) -> Verdict:
    owner = rule.owners[owned]
    return merge(owner, rule.conflict, compared, newer=sides.newer, choice=sides.choices.get(name))


def _same(wanted: Decimal, there: Decimal) -> bool:
    """Equal to the cent. A price that was converted one way need not come back to it: either currency will do."""
    return to_cents(there) == wanted


def _rate_moved(sides: Sides, rule: MergeRule, owned: Field, name: str, compared: Compared) -> bool:
    """Whether a price that nobody touched is wrong by now, because the office's rate has changed."""
    untouched = not compared.source_moved and not compared.office_moved
    return (
        untouched
        and not compared.same
        and rule.owners[owned] is Owner.BOTH
        and name in {"price", "list_price"}
        and sides.wanted.price != sides.product.price
    )


def _empties(verdict: Verdict, name: str, text: str, answer: str, agreed: Seen) -> bool:
    if verdict is Verdict.FORTH:
        return not text.strip() and (name == "name" or agreed.source is None)
    if verdict is Verdict.BACK:
        return not answer.strip() and (name == "name" or agreed.office is None)
    return False


def _kept(texts: Mapping[str, Any], name: str) -> str | None:
    kept = texts.get(name)
    return kept[2] if kept else None
