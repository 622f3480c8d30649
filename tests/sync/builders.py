"""Records of both shops with sensible defaults; every field can be chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from syncd.model.backoffice import OfficeLine, OfficeOrder, OfficeProduct, OfficeSku
from syncd.model.exchange import DraftLine, OrderChanges
from syncd.model.money import ZERO, Rates, to_cents
from syncd.model.order import Address, Customer, Line, LineKind, Order
from syncd.model.owner import DEFAULT_OWNERS, ConflictRule, Field, Owner
from syncd.model.product import Content, Product
from syncd.model.status import Target
from syncd.state.catalog import CatalogRow
from syncd.state.intents import Intent
from syncd.state.order_links import OrderLink
from syncd.sync.expected import Expected
from syncd.sync.facets import facets_of, version_of
from syncd.sync.order_changes import Wanted
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.product_decision import (
    Place,
    ProductPlan,
    ProductPolicy,
    amounts,
    amounts_back,
    decide,
)
from syncd.sync.product_merge import Amounts, MergeRule, Sides

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RATES = Rates("USD", {"EUR": Decimal("1.1"), "RUB": Decimal("0.0137"), "OLD": Decimal(0)})
ONE = Decimal(1)

_ADDRESS = Address(
    street="Main st. 1", city="Tver", zip="170000", country="RU", region="TVE", region_name="Tver"
)
_CUSTOMER = Customer("7", "Anna", "Ivanova", "anna@example.org", "+7 900 123-45-67")
_LINE = Line(LineKind.PRODUCT, "Coffee", Decimal(2), Decimal("10.50"), "COF-1", "12")
_ORDER = Order(
    key="98",
    number="98",
    company="1",
    status="O",
    placed_at=NOON,
    updated_at=NOON,
    currency="USD",
    customer=_CUSTOMER,
    shipping_address=_ADDRESS,
    billing_address=_ADDRESS,
    lines=(_LINE,),
    extras=(),
    shipping_name="Courier",
    shipping_cost=Decimal("5.00"),
    payment_name="Card",
    discount=ZERO,
    coupons=(),
    total=Decimal("26.00"),
    comment="Please ring twice",
)
_POLICY = OrderPolicy(
    pair="main",
    source="cscart",
    kind="cscart",
    shop="CS-Cart",
    stream="orders",
    back="orders-back",
    account="shop.example",
    company=None,
    since=NOON,
    discounts=True,
    hold_unknown=False,
    skip_statuses=frozenset("FDIN"),
    statuses={"P": Target.PROCESSED, "C": Target.COMPLETED},
    overlap=2 * MINUTE,
    states_back={},
    notify=frozenset(),
)
_OFFICE_ORDER = OfficeOrder(
    order_id=501,
    contact_id=9,
    state="new",
    currency="USD",
    created_at=NOON,
    updated_at=None,
    total=ZERO,
    shipping=ZERO,
    discount=ZERO,
    comment="",
    lines=(),
    params={},
)
_INTENT = Intent(
    pair="main",
    stream="orders",
    record_key="98",
    action="order.create",
    payload={"contact_id": 9, "lines": ["4x2"]},
    reference="cscart:shop.example:98",
    started_at=NOON,
    settle_after=NOON + MINUTE,
)
_PRODUCT = Product(
    key="12",
    code="COF-1",
    company="1",
    content=Content("Coffee", "Short", "<p>Long</p>", "Buy coffee", "coffee, arabica", "The best", "coffee"),
    price=Decimal("10.50"),
    list_price=Decimal("12.00"),
    quantity=Decimal(5),
    visible=True,
    updated_at=NOON,
)
_SKU = OfficeSku(
    sku_id=4,
    product_id=3,
    code="COF-1",
    name="",
    price=Decimal("10.5000"),
    compare_price=Decimal("12.0000"),
    count=Decimal("9.000"),
    stock={1: Decimal("5.000"), 2: Decimal("4.000")},
    available=True,
    visible=True,
)
_OFFICE_PRODUCT = OfficeProduct(
    product_id=3,
    name="Coffee",
    summary="Short",
    description="<p>Long</p>",
    meta_title="Buy coffee",
    meta_keywords="coffee, arabica",
    meta_description="The best",
    url="coffee-1",
    visible=True,
    currency="USD",
    main_sku_id=4,
    skus=(_SKU,),
    images=(),
)
_PLACE = Place(stock_id=1, leads=True, whole=True, siblings_visible=False, together=True, warehouses=(1, 2))
_ROW = CatalogRow(
    sku_id=4,
    product_id=3,
    code_key="cof-1",
    code="COF-1",
    name="Coffee",
    price=Decimal("10.5000"),
    compare_price=Decimal("12.0000"),
    stock=Decimal("5.000"),
    visible=True,
    product_visible=True,
    currency="USD",
    scan=1,
    others_unlimited=False,
)


def address(**fields: Any) -> Address:
    return replace(_ADDRESS, **fields)


def customer(**fields: Any) -> Customer:
    return replace(_CUSTOMER, **fields)


def line(**fields: Any) -> Line:
    return replace(_LINE, **fields)


def extra(name: str, amount: str, kind: LineKind = LineKind.SURCHARGE) -> Line:
    return Line(kind, name, ONE, Decimal(amount))


def order(**fields: Any) -> Order:
    """An order whose total explains itself, unless one is given."""
    made = replace(_ORDER, **fields)
    return made if "total" in fields else replace(made, total=made.total - made.unexplained)


def order_policy(**fields: Any) -> OrderPolicy:
    return replace(_POLICY, **fields)


def order_link(agreed: Order, **fields: Any) -> OrderLink:
    """The link of an order as it stands when both sides agree on it."""
    link = OrderLink(
        pair="main",
        source="cscart",
        source_key=agreed.key,
        reference=f"cscart:shop.example:{agreed.key}",
        order_id=501,
        contact_id=9,
        state="new",
        status=agreed.status,
        base={"facets": facets_of(agreed)},
        confirmed=True,
        flag=None,
        version=version_of(agreed),
        linked_at=NOON,
        updated_at=NOON,
    )
    return replace(link, **fields)


def intent(**fields: Any) -> Intent:
    return replace(_INTENT, **fields)


def office_line(
    item_id: int, name: str = "", quantity: str = "1", price: str = "1", sku_id: int | None = None
) -> OfficeLine:
    return OfficeLine(item_id, sku_id, None, name, "", Decimal(quantity), Decimal(price))


def office_order(**fields: Any) -> OfficeOrder:
    return replace(_OFFICE_ORDER, **fields)


def expected(*lines: DraftLine, shipping: str = "0.00", discount: str = "0.00") -> Expected:
    """The money side of an office order with these lines; the total follows."""
    worth = sum((line.price * line.quantity for line in lines), ZERO)
    parts = to_cents(Decimal(shipping)), to_cents(Decimal(discount))
    return Expected(lines, *parts, to_cents(worth + parts[0] - parts[1]))


def wanted(money: Expected, **fields: Any) -> Wanted:
    return replace(Wanted(money, {}, "", {}), **fields)


def saved(actual: OfficeOrder, changes: OrderChanges | None) -> OfficeOrder:
    """The office order after a save, by the shop's own rules (contracts/webasyst §5.3)."""
    if changes is None:
        return actual
    lines = (
        actual.lines if changes.lines is None else tuple(map(_saved_line, range(100, 1000), changes.lines))
    )
    worth = sum((line.price * line.quantity for line in lines), ZERO)
    shipping = ZERO if changes.shipping is None else changes.shipping
    discount = min(actual.discount if changes.discount is None else changes.discount, worth)
    place = {f"shipping_address.{name}": value for name, value in (changes.address or {}).items()}
    return replace(
        actual,
        lines=lines,
        shipping=shipping,
        discount=discount,
        total=worth + shipping - discount,
        comment=actual.comment if changes.comment is None else changes.comment,
        params={**actual.params, **changes.params, **place},
    )


def _saved_line(fresh_id: int, line: DraftLine) -> OfficeLine:
    item_id = fresh_id if line.item_id is None else line.item_id
    return OfficeLine(item_id, line.sku_id, line.product_id, line.name[:255], "", line.quantity, line.price)


def product(**fields: Any) -> Product:
    return replace(_PRODUCT, **fields)


def content(**fields: Any) -> Content:
    return replace(_PRODUCT.content, **fields)


def product_policy(**fields: Any) -> ProductPolicy:
    policy = ProductPolicy("main", "cscart", "shop.example", None, "USD", True, True, True, merge_rule())
    return replace(policy, **fields)


def merge_rule(conflict: str = "hold", **owners: str) -> MergeRule:
    """The default owners but for those named: `price="cscart"`."""
    given = {Field(name): Owner(owner) for name, owner in owners.items()}
    return MergeRule(DEFAULT_OWNERS | given, ConflictRule(conflict))


def place(**fields: Any) -> Place:
    return replace(_PLACE, **fields)


def sides(
    product: Product | None = None,
    office: OfficeProduct | None = None,
    *,
    currency: str = "USD",
    stock_id: int | None = 1,
    **fields: Any,
) -> Sides:
    """Both sides of the first SKU of an office product, the source in this currency."""
    product, office = product or _PRODUCT, office or _OFFICE_PRODUCT
    sku = fields.pop("sku", office.skus[0])
    made = Sides(
        product=product,
        office=office,
        sku=sku,
        wanted=amounts(product, RATES, currency, office.currency),
        offered=amounts_back(sku, RATES, currency, office.currency, stock_id),
        base={},
        foreign=currency != office.currency,
    )
    return replace(made, **fields)


def plan(
    product: Product | None = None,
    office: OfficeProduct | None = None,
    *,
    rule: MergeRule | None = None,
    where: Place | None = None,
    linked: bool = True,
    **fields: Any,
) -> ProductPlan:
    """The plan for the first SKU of an office product; `fields` are those of `sides`."""
    where = where or _PLACE
    both = sides(product, office, stock_id=where.stock_id, **{"leads": where.leads, **fields})
    return decide(both, rule or merge_rule(), where, linked=linked)


def office_sku(**fields: Any) -> OfficeSku:
    return replace(_SKU, **fields)


def office_product(**fields: Any) -> OfficeProduct:
    return replace(_OFFICE_PRODUCT, **fields)


def catalog_row(**fields: Any) -> CatalogRow:
    return _ROW._replace(**fields)


def agreed_amounts(**fields: Any) -> Amounts:
    return replace(Amounts(Decimal("10.50"), Decimal("12.00"), Decimal(5)), **fields)
