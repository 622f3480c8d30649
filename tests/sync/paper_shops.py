"""Two shops on paper: what a plan's writes make of their records by the shops' own rules, and cycles on top of that.

What is agreed goes through JSON after every step, as it does through the database: every step is a restart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from syncd.model.backoffice import OfficeProduct, OfficeSku
from syncd.model.exchange import SkuChange
from syncd.model.money import Rates, to_cents
from syncd.model.owner import Side
from syncd.model.product import Product
from syncd.model.text import shorten
from syncd.state.order_stock import Demand
from syncd.sync.categories import Counterparts
from syncd.sync.merge import Verdict
from syncd.sync.product_agreement import agreed_base
from syncd.sync.product_decision import Place, ProductPlan, amounts, amounts_back, decide
from syncd.sync.product_merge import MergeRule, Sides
from tests.sync import builders as make

PAIRED = Counterparts({1: 10, 2: 20}, {10: 1, 20: 2}, {}, {})
"""The categories of both shops; any others stand in one of them only."""

STOCK_ID = 1
"""The chosen warehouse."""


def to_office(plan: ProductPlan, office: OfficeProduct, at: datetime) -> OfficeProduct:
    """The office product once the plan was carried out there (contracts/webasyst §3.5, §3.6)."""
    columns: dict[str, Any] = {name: _office_column(name, text) for name, text in plan.texts.items()}
    changes = {change.sku_id: change for change in plan.sku_changes}
    skus = tuple(_changed(changes.get(sku.sku_id), sku) for sku in office.skus)
    visible = office.visible if plan.product_visible is None else plan.product_visible
    edited_at = office.edited_at if plan.empty else at
    placed = office.category_ids if plan.category_ids is None else plan.category_ids
    return replace(office, skus=skus, visible=visible, edited_at=edited_at, category_ids=placed, **columns)


def to_source(plan: ProductPlan, product: Product, at: datetime) -> Product:
    """The source product once the plan was carried out there (contracts/cscart §3.3, §3.4)."""
    change = plan.source_change
    if change.empty:
        return product
    texts = {name: _source_column(name, text) for name, text in change.texts.items()}
    return replace(
        product,
        content=replace(product.content, **texts),
        price=product.price if change.price is None else abs(change.price),
        list_price=product.list_price if change.list_price is None else change.list_price,
        quantity=product.quantity if change.quantity is None else Decimal(change.quantity),
        visible=product.visible if change.visible is None else change.visible,
        category_ids=product.category_ids if change.category_ids is None else change.category_ids,
        updated_at=at,
    )


def kept(base: Mapping[str, Any]) -> dict[str, Any]:
    """The base as it comes back from the database."""
    found: dict[str, Any] = json.loads(json.dumps(base))
    return found


@dataclass(slots=True)
class PaperPair:
    """Source products that are the SKUs of one office product, and what both sides agreed on. The first one leads."""

    products: list[Product]
    office: OfficeProduct
    rule: MergeRule
    currency: str = "USD"
    rates: Rates = make.RATES
    now: datetime = make.NOON
    linked: bool = False
    bases: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    choices: list[dict[str, Side]] = field(default_factory=list)
    demand: list[Demand] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing is agreed, nothing chosen, nothing ordered."""
        number = len(self.products)
        self.bases = [{} for _ in range(number)]
        self.texts = [{} for _ in range(number)]
        self.choices = [{} for _ in range(number)]
        self.demand = [Demand() for _ in range(number)]

    def plans(self) -> list[ProductPlan]:
        """What a cycle would do now."""
        return [self._plan(number) for number in range(len(self.products))]

    def forth(self) -> list[ProductPlan]:
        """A cycle of the way to the office."""
        plans, shown = self.plans(), False
        for number, plan in enumerate(plans):
            # Every member plans the visibility of their office product; the first one writes it.
            once = replace(plan, product_visible=None, hides=()) if shown else plan
            shown = shown or plan.product_visible is not None
            self.office = to_office(once, self.office, self.tick())
            self.agree(number, once, Side.WEBASYST)
        self.linked = True
        return plans

    def back(self) -> list[ProductPlan]:
        """A cycle of the way to the source."""
        plans = self.plans()
        for number, plan in enumerate(plans):
            self.products[number] = to_source(plan, self.products[number], self.tick())
            self.agree(number, plan, Side.CSCART)
        return plans

    def both_ways(self) -> None:
        """A cycle of each way."""
        self.forth()
        self.back()

    def edit_source(self, number: int = 0, **values: Any) -> None:
        """Someone edits a source product."""
        product = self.products[number]
        texts = {name: values.pop(name) for name in list(values) if hasattr(product.content, name)}
        content = replace(product.content, **texts)
        self.products[number] = replace(product, content=content, updated_at=self.tick(), **values)

    def edit_office(self, **values: Any) -> None:
        """Someone edits the office product."""
        self.office = replace(self.office, edited_at=self.tick(), **values)

    def edit_sku(self, number: int = 0, **values: Any) -> None:
        """Someone edits a SKU; stock is given by number, `None` takes its row away."""
        sku = self.office.skus[number]
        if "stock" in values:
            stock = {key: count for key, count in sku.stock.items() if key != STOCK_ID}
            count = values.pop("stock")
            values["stock"] = stock if count is None else {STOCK_ID: count} | stock
        skus = [*self.office.skus]
        skus[number] = replace(sku, **values)
        self.edit_office(skus=tuple(skus))

    @property
    def state(self) -> tuple[Any, ...]:
        """All that both shops say, and all that is agreed."""
        return (list(self.products), self.office, list(self.bases), list(self.texts))

    def _plan(self, number: int) -> ProductPlan:
        product, sku = self.products[number], self.office.skus[number]
        others = [other for place, other in enumerate(self.products) if place != number]
        sides = Sides(
            product=product,
            office=self.office,
            sku=sku,
            wanted=amounts(product, self.rates, self.currency, self.office.currency),
            offered=amounts_back(sku, self.rates, self.currency, self.office.currency, STOCK_ID),
            base=self.bases[number],
            texts=self.texts[number],
            choices=self.choices[number],
            demand=self.demand[number],
            leads=number == 0,
            foreign=self.currency != self.office.currency,
            counterparts=PAIRED,
        )
        where = Place(
            stock_id=STOCK_ID,
            leads=number == 0,
            whole=True,
            siblings_visible=any(other.visible for other in others),
            siblings_hidden=[
                other.sku_id
                for place, other in enumerate(self.office.skus)
                if place != number and not self.products[place].visible
            ],
            together=True,
            warehouses=(STOCK_ID,),
        )
        return decide(sides, self.rule, where, linked=self.linked)

    def agree(self, number: int, plan: ProductPlan, side: Side) -> None:
        """Keep what both sides agree on once the plan was carried out on one of them."""
        base, texts = agreed_base(plan, side)
        self.bases[number], self.texts[number] = kept(base), kept(texts)
        carried = Verdict.FORTH if side is Side.WEBASYST else Verdict.BACK
        settled = {name for name, each in plan.fields.items() if each.verdict in {carried, Verdict.AGREED}}
        self.choices[number] = {
            name: choice for name, choice in self.choices[number].items() if name not in settled
        }

    def tick(self) -> datetime:
        """A minute later."""
        self.now += make.MINUTE
        return self.now


def _changed(change: SkuChange | None, sku: OfficeSku) -> OfficeSku:
    if change is None:
        return sku
    return replace(
        sku,
        price=sku.price if change.price is None else _four_places(change.price),
        compare_price=sku.compare_price
        if change.compare_price is None
        else _four_places(change.compare_price),
        stock=sku.stock if change.stock is None else {**sku.stock, STOCK_ID: change.stock},
        visible=sku.visible if change.visible is None else change.visible,
    )


def _four_places(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.0001"))


def _office_column(name: str, text: str) -> str:
    if name == "name" and not text:
        return "New product"
    if name in {"name", "meta_title"}:
        return text[:255]
    return text.encode()[:65_535].decode(errors="ignore")


def _source_column(name: str, text: str) -> str:
    narrow = "".join(letter for letter in text if ord(letter) < 0x10000)
    return narrow if name in {"summary", "description"} else shorten(narrow)


def cents(number: int) -> Decimal:
    """An amount of money."""
    return to_cents(Decimal(number) / 100)
