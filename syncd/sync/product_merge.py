"""The merge of one product, field by field: which values go to the office, which to the source, and which wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from syncd.model.backoffice import OfficeProduct, OfficeSku
from syncd.model.money import plain, to_cents
from syncd.model.owner import FIELD_OF_TEXT, ConflictRule, Field, Owner, Side
from syncd.model.product import Product
from syncd.model.text import shorten
from syncd.state.order_stock import Demand
from syncd.sync.categories import Counterparts
from syncd.sync.merge import Compared, Seen, Verdict, merge
from syncd.sync.product_base import (
    SHOWN_TEXT,
    canonical,
    kept_mark,
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
from syncd.sync.product_texts import office_text, source_text
from syncd.sync.shared_stock import Shelf, counted, resolve, whole

PRICES = {"price": Field.PRICE, "list_price": Field.LIST_PRICE}
"""The prices of a product, and the fields by which they are owned."""


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

    `wanted` are the source's amounts in the office's currency, `offered` the office's in the source's; `foreign` tells
    whether these are two. `leads` tells whether this product's texts speak for the office product. `counterparts` pairs
    the shops' categories; `None` where they are each shop's own affair.
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
    foreign: bool = False
    counterparts: Counterparts | None = None

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
    spelled: tuple[str, str] | None = None
    """What the source and the office say, for a person's eyes, where the values themselves tell a person nothing."""


def merge_amounts(sides: Sides, rule: MergeRule) -> dict[str, FieldPlan]:
    """Price, list price and visibility. A field that is owned by one shop is put right whoever changed it."""
    prices = {name: _merge_price(sides, rule, name) for name in PRICES}
    return prices | {"visible": _merge_flag(sides, rule)}


def same_price(owner: Owner, *, wanted: Decimal, there: Decimal, said: Decimal, offered: Decimal) -> bool:
    """Whether both sides' prices mean the same to the cent: the source says `said`, which is `wanted` in the office's
    currency, and the office says `there`, which is `offered` in the source's.

    A price that was converted one way need not come back to it. The owner's way counts; where both own, either will do.
    """
    forth, back = to_cents(there) == wanted, to_cents(said) == offered
    if owner is Owner.CSCART:
        return forth
    return back if owner is Owner.WEBASYST else forth or back


def merge_quantity(sides: Sides, rule: MergeRule) -> tuple[FieldPlan, Shelf | None]:
    """The quantity, unless it is shared: see `merge_shared`. CS-Cart has no word for unlimited stock and takes whole
    pieces: what it cannot say is never carried there."""
    said, answered = sides.said["quantity"], sides.answered["quantity"]
    owner, stock = rule.owners[Field.QUANTITY], sides.offered.stock
    agreed = seen(sides.base, "quantity")
    if owner is Owner.SHARED:
        return merge_shared(sides)
    after = plain(sides.product.quantity + sides.demand.taken)
    if stock is None:
        verdict = Verdict.FORTH if owner in {Owner.CSCART, Owner.BOTH} else Verdict.AGREED
        return FieldPlan(verdict, said, answered, said, after, agreed.source), None
    # What is on its way to the office's stock is sold already.
    left = stock - sides.demand.open if owner is Owner.WEBASYST else stock
    same = sides.product.quantity == (stock if owner is Owner.CSCART else whole(left))
    compared = Compared(said, answered, same, agreed, strict=True)
    verdict = _decide(sides, rule, Field.QUANTITY, "quantity", compared)
    if verdict is Verdict.AGREED and owner is Owner.BOTH and not same and not compared.source_moved:
        verdict = Verdict.FORTH  # The office took our own orders off once more.
    return FieldPlan(verdict, said, answered, str(whole(left)), after, agreed.source), None


def merge_shared(sides: Sides) -> tuple[FieldPlan, Shelf]:
    """Shared stock: the total goes to whichever side does not say it."""
    product, stock = sides.product, sides.offered.stock
    shelf = shelf_of(sides.base) if stock is not None else None
    pending = pending_of(sides.base)
    if pending is not None and stock is not None:
        now = stock if pending.side is Side.WEBASYST else product.quantity
        shelf = resolve(shelf, pending, now, spell_stamp(stamp_of(sides, pending.side)))
    total = counted(shelf, product.quantity, Decimal(0) if stock is None else stock, sides.demand.taken)
    if stock != total.total:
        verdict = Verdict.FORTH
    else:
        verdict = Verdict.BACK if product.quantity != whole(total.total) else Verdict.AGREED
    said, answered = sides.said["quantity"], sides.answered["quantity"]
    after = plain(total.total + sides.demand.taken)
    base = seen(sides.base, "quantity").source
    return FieldPlan(verdict, said, answered, str(whole(total.total)), after, base), total


def stamp_of(sides: Sides, side: Side) -> datetime | None:
    """When the record of a side was last changed; `None` when that is not known."""
    return sides.office.edited_at if side is Side.WEBASYST else sides.product.updated_at


def spell_stamp(at: datetime | None) -> str:
    """The time of a record's last change, as a pending write of shared stock keeps it."""
    return "" if at is None else at.isoformat()


def merge_texts(sides: Sides, rule: MergeRule) -> dict[str, FieldPlan]:
    """The texts that the source told, where this product speaks for the office product.

    A name that either side lost is not carried over: no product goes without one (contracts/webasyst §3.5). Nor does a
    text that one side never had empty what the other wrote.
    """
    if not sides.leads:
        return {}
    there = office_texts(sides.office)
    texts = source_texts(sides.product.content)
    return {name: _merge_text(sides, rule, name, text, there[name]) for name, text in texts.items()}


def _merge_text(sides: Sides, rule: MergeRule, name: str, text: str, answer: str) -> FieldPlan:
    forth, back = office_text(name, text), source_text(name, answer)
    agreed = seen(sides.texts, name)
    agreed = replace(agreed, source=kept_mark(agreed.source, text))
    compared = Compared(text_mark(text), text_mark(answer), canonical(forth) == canonical(answer), agreed)
    owner = rule.owners[FIELD_OF_TEXT[name]]
    if owner is Owner.WEBASYST or (owner is Owner.BOTH and compared.office_moved):
        # The source may hold all that it can of the office's text, though its answer was lost.
        compared = replace(compared, same=compared.same or canonical(text) == canonical(back))
    verdict = _decide(sides, rule, FIELD_OF_TEXT[name], name, compared)
    if verdict is Verdict.BACK and name == "name" and sides.product.parent:
        verdict = Verdict.AGREED  # A variation bears its parent's name (contracts/cscart §3.4).
    if _empties(verdict, name, text, answer, agreed):
        # The side that never had one gets the other's, but no variation a text of its own beside its parent's.
        fills = owner is Owner.BOTH and agreed.source is None and not sides.product.parent
        verdict = Verdict.BACK if fills and answer.strip() else Verdict.AGREED
    counts = answer if verdict is Verdict.BACK else text
    return FieldPlan(
        verdict,
        compared.source,
        compared.office,
        source_after=text_mark(back),
        office_after=text_mark(forth),
        base=_kept(sides.texts, name),
        shown=shorten(canonical(counts), SHOWN_TEXT),
    )


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


def _merge_price(sides: Sides, rule: MergeRule, name: str) -> FieldPlan:
    owner = rule.owners[PRICES[name]]
    wanted, offered = getattr(sides.wanted, name), getattr(sides.offered, name)
    there = sides.sku.price if name == "price" else sides.sku.compare_price
    same = same_price(owner, wanted=wanted, there=there, said=getattr(sides.product, name), offered=offered)
    agreed = seen(sides.base, name)
    compared = Compared(sides.said[name], sides.answered[name], same, agreed, strict=True)
    verdict = _decide(sides, rule, PRICES[name], name, compared)
    moved = compared.source_moved or compared.office_moved
    if owner is Owner.BOTH and sides.foreign and not (same or moved):
        verdict = Verdict.FORTH  # Nobody touched it, so the office's rate has changed.
    return FieldPlan(
        verdict, compared.source, compared.office, plain(offered), plain(wanted), base=agreed.source
    )


def _merge_flag(sides: Sides, rule: MergeRule) -> FieldPlan:
    said, answered = spell_flag(sides.product.visible), spell_flag(sides.shown)
    agreed = seen(sides.base, "visible")
    compared = Compared(said, answered, said == answered, agreed, strict=True)
    verdict = _decide(sides, rule, Field.STATUS, "visible", compared)
    return FieldPlan(verdict, said, answered, source_after=answered, office_after=said, base=agreed.source)


def _empties(verdict: Verdict, name: str, text: str, answer: str, agreed: Seen) -> bool:
    if verdict is Verdict.FORTH:
        return not text.strip() and (name == "name" or agreed.source is None)
    if verdict is Verdict.BACK:
        return not answer.strip() and (name == "name" or agreed.office is None)
    return False


def _kept(texts: Mapping[str, Any], name: str) -> str | None:
    kept = texts.get(name)
    return kept[2] if kept else None
