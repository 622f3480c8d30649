"""What to do about one product: a pure decision from both sides, what they agreed on, and where it stands in the office."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from syncd.errors import Held
from syncd.model.backoffice import OfficeSku
from syncd.model.exchange import SkuChange, SourceChange
from syncd.model.money import Rates
from syncd.model.owner import Field
from syncd.model.product import Content, Product
from syncd.state.catalog import CatalogRow
from syncd.sync.merge import Verdict
from syncd.sync.product_base import (
    TEXTS,
    images_pending,
    made_here,
    office_texts,
    seen,
    source_texts,
    spell_flag,
)
from syncd.sync.product_categories import merge_categories, new_list
from syncd.sync.product_merge import (
    Amounts,
    FieldPlan,
    MergeRule,
    Sides,
    merge_amounts,
    merge_quantity,
    merge_texts,
)
from syncd.sync.product_pictures import merge_pictures
from syncd.sync.product_texts import office_text
from syncd.sync.shared_stock import Shelf, whole

PICTURES = str(Field.IMAGES)
"""What the pictures are called among the fields of a plan."""


@dataclass(frozen=True, slots=True)
class ProductPolicy:
    """The settings that steer the products stream of one pair."""

    pair: str
    source: str
    account: str
    company: str | None
    currency: str
    create_missing: bool
    images: bool
    group_variations: bool
    merge: MergeRule
    zero_vanished: bool = False
    """Whether a product that vanished from one shop is sold out in the other."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a product stands in the office, and who else does.

    `leads` tells whether its texts speak for the office product (DESIGN: products), `whole` whether all SKUs of the office
    product are linked, `together` whether they are all of one product or group, `siblings_visible` whether another one of
    them is shown, and `siblings_hidden` are the SKUs of those that are not. `replaces` is the source product that was
    linked to the SKU and that the source does not list any more.
    """

    stock_id: int | None
    leads: bool
    whole: bool
    siblings_visible: bool
    together: bool
    warehouses: Sequence[int]
    siblings_hidden: Collection[int] = ()
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class ProductPlan:
    """What one source product changes on either side: values of its SKU, texts and visibility of the office product, and
    what the source gets from there."""

    sides: Sides
    fields: Mapping[str, FieldPlan]
    """Every field after the merge, by name."""
    sku_change: SkuChange | None
    texts: Mapping[str, str]
    product_visible: bool | None
    source_change: SourceChange
    linked: bool
    images_changed: bool
    leads: bool = True
    source_sold: bool = True
    """Whether the source's own quantity changed since the base; without a base nothing is known, and it counts as such."""
    stays_hidden: bool = False
    """Whether the source sells it and the office will not show it: a flag that staff set, and that is not ours to change."""
    unlimited: tuple[int, ...] = ()
    """Warehouses that lack a row of a SKU that staff made, so that it sells there without limit."""
    replaces: str = ""
    """The source product that was linked to the SKU and that the source does not list any more."""
    shelf: Shelf | None = None
    """The shared stock as counted now; `None` where the quantity is not shared."""
    category_ids: tuple[int, ...] | None = None
    """The office product's complete new list of categories, the main one first; `None` leaves them alone."""
    pictures: FieldPlan | None = None
    """What becomes of the pictures; `None` where the office's do not count."""
    hides: tuple[SkuChange, ...] = ()
    """Hidden products' SKUs that must be hidden by a flag of their own before the office product is shown."""

    @property
    def product(self) -> Product:
        """The source's side."""
        return self.sides.product

    @property
    def sku(self) -> OfficeSku:
        """The office's side."""
        return self.sides.sku

    @property
    def sku_changes(self) -> tuple[SkuChange, ...]:
        """All that changes of SKUs, siblings' flags included."""
        return self.hides if self.sku_change is None else (self.sku_change, *self.hides)

    @property
    def empty(self) -> bool:
        """Whether nothing differs in the office."""
        return not (self.sku_changes or self.texts or self.category_ids) and self.product_visible is None

    @property
    def pictures_back(self) -> bool:
        """Whether the office's pictures go to the source, which is a write of its own."""
        return self.pictures is not None and self.pictures.verdict is Verdict.BACK

    @property
    def goes_back(self) -> bool:
        """Whether anything goes to the source."""
        return not self.source_change.empty or self.pictures_back

    @property
    def decided(self) -> Mapping[str, FieldPlan]:
        """Every field after the merge, the pictures among them."""
        return self.fields if self.pictures is None else {**self.fields, PICTURES: self.pictures}

    def names(self, verdict: Verdict) -> list[str]:
        """The fields that were decided so."""
        return [name for name, field in self.decided.items() if field.verdict is verdict]


def amounts(product: Product, rates: Rates, source: str, target: str) -> Amounts:
    """The source's amounts in the office's currency. Raises `Held` when the office lacks one of the currencies."""
    _check_currencies(product.code, rates, source, target)
    return Amounts(
        rates.convert(product.price, source, target),
        rates.convert(product.list_price, source, target),
        product.quantity,
    )


def amounts_back(sku: OfficeSku, rates: Rates, source: str, target: str, stock_id: int | None) -> Amounts:
    """The office's amounts in the source's currency, by the office's own rate; `source` and `target` as in `amounts`."""
    _check_currencies(sku.code, rates, source, target)
    return Amounts(
        rates.convert(sku.price, target, source),
        rates.convert(sku.compare_price, target, source),
        sku.count if stock_id is None else sku.stock.get(stock_id),
    )


def amounts_of(row: CatalogRow, rates: Rates, source: str) -> Amounts:
    """The same as the mirror of the office knows it. Raises `KeyError` for a currency that `amounts` would refuse."""
    return Amounts(
        rates.convert(row.price, row.currency, source),
        rates.convert(row.compare_price, row.currency, source),
        row.stock,
    )


def decide(sides: Sides, rule: MergeRule, place: Place, *, linked: bool) -> ProductPlan:
    """Compare one product on both sides as they stand now.

    Visibility is the product's own flag when it has one SKU only; otherwise the SKU's flag, and the product is shown while
    any of its SKUs is. Warehouses other than the chosen one that lack a row sell without limit (contracts/webasyst §0.10):
    products that syncd made get 0 there, the others keep it.
    """
    quantity, shelf = merge_quantity(sides, rule)
    fields = merge_amounts(sides, rule) | {"quantity": quantity} | merge_texts(sides, rule)
    fields |= merge_categories(sides, rule)
    pictures = merge_pictures(sides, rule)
    change, product_visible = _sku_change(sides, place, fields, shelf), _product_visible(sides, place, fields)
    hidden = _stays_hidden(sides, change, product_visible, fields["visible"])
    if hidden:
        fields["visible"] = replace(fields["visible"], office_after=spell_flag(False))
    unlimited = _unlimited(sides.sku, place)
    return ProductPlan(
        sides=sides,
        fields=fields,
        sku_change=None if change.empty else change,
        texts=_texts_forth(sides, fields),
        product_visible=product_visible,
        source_change=_source_change(sides, fields, shelf),
        linked=linked,
        category_ids=new_list(fields.get("category"), Verdict.FORTH),
        pictures=pictures,
        images_changed=linked and _pictures_forth(sides, pictures),
        leads=place.leads,
        stays_hidden=hidden,
        unlimited=() if made_here(sides.base) else unlimited,
        source_sold=seen(sides.base, "quantity").source != sides.said["quantity"],
        replaces=place.replaces,
        shelf=shelf,
        hides=_hides(sides, place) if product_visible else (),
    )


def _sku_change(
    sides: Sides, place: Place, fields: Mapping[str, FieldPlan], shelf: Shelf | None
) -> SkuChange:
    forth = {name for name, field in fields.items() if field.verdict is Verdict.FORTH}
    stock = sides.wanted.stock if shelf is None else shelf.total
    alone = len(sides.office.skus) == 1
    flag = None if alone or sides.sku.visible == sides.product.visible else sides.product.visible
    return SkuChange(
        sku_id=sides.sku.sku_id,
        product_id=sides.office.product_id,
        price=sides.wanted.price if "price" in forth else None,
        compare_price=sides.wanted.list_price if "list_price" in forth else None,
        stock=stock if "quantity" in forth else None,
        visible=flag if "visible" in forth else None,
        fill=_unlimited(sides.sku, place) if made_here(sides.base) else (),
    )


def _product_visible(sides: Sides, place: Place, fields: Mapping[str, FieldPlan]) -> bool | None:
    if fields["visible"].verdict is not Verdict.FORTH or not (place.together and place.whole):
        return None
    alone = len(sides.office.skus) == 1
    shown = sides.product.visible if alone else sides.product.visible or place.siblings_visible
    return shown if sides.office.visible != shown else None


def _hides(sides: Sides, place: Place) -> tuple[SkuChange, ...]:
    """While the office product is hidden as a whole, nobody sees that a SKU's own flag does not say so."""
    shown = [sku.sku_id for sku in sides.office.skus if sku.visible and sku.sku_id in place.siblings_hidden]
    return tuple(SkuChange(sku_id, sides.office.product_id, visible=False) for sku_id in shown)


def _stays_hidden(sides: Sides, change: SkuChange, product_visible: bool | None, field: FieldPlan) -> bool:
    if field.verdict is not Verdict.FORTH or not sides.product.visible:
        return False
    return not (_after(change.visible, sides.sku.visible) and _after(product_visible, sides.office.visible))


def _unlimited(sku: OfficeSku, place: Place) -> tuple[int, ...]:
    if place.stock_id is None:
        return ()
    return tuple(n for n in place.warehouses if n != place.stock_id and n not in sku.stock)


def _texts_forth(sides: Sides, fields: Mapping[str, FieldPlan]) -> dict[str, str]:
    texts = source_texts(sides.product.content)
    return {
        name: office_text(name, text)
        for name, text in texts.items()
        if name in fields and fields[name].verdict is Verdict.FORTH
    }


def _source_change(sides: Sides, fields: Mapping[str, FieldPlan], shelf: Shelf | None) -> SourceChange:
    back = {name for name, field in fields.items() if field.verdict is Verdict.BACK}
    if shelf is not None and whole(shelf.total) != sides.product.quantity:
        back.add("quantity")
    there = office_texts(sides.office)
    return SourceChange(
        key=sides.product.key,
        texts={name: there[name] for name in there if name in back},
        price=sides.offered.price if "price" in back else None,
        list_price=sides.offered.list_price if "list_price" in back else None,
        quantity=int(fields["quantity"].source_after) if "quantity" in back else None,
        visible=sides.shown if "visible" in back else None,
        category_ids=new_list(fields.get("category"), Verdict.BACK),
    )


def _pictures_forth(sides: Sides, pictures: FieldPlan | None) -> bool:
    if pictures is None:
        return images_pending(sides.product, sides.base)
    return pictures.verdict is Verdict.FORTH


def _check_currencies(code: str, rates: Rates, *currencies: str) -> None:
    missing = [currency for currency in currencies if not rates.knows(currency)]
    if missing:
        raise Held(
            f"product {code}: Webasyst has no currency {missing[0]}; add it there or correct SYNCD_CSCART__CURRENCY",
            code="unknown-currency",
        )


def content_fields(content: Content) -> dict[str, str]:
    """The columns of a new product, without those that the source did not tell."""
    fields = {name: getattr(content, name) for name in (*TEXTS, "url")}
    return {name: office_text(name, value) for name, value in fields.items() if value}


def _after(change: bool | None, now: bool) -> bool:
    return now if change is None else change
