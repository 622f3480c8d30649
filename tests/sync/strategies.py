"""Orders of every kind for rules that hold for all of them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from syncd.model.money import ZERO, to_cents
from syncd.model.order import Line, LineKind, Order
from syncd.sync.expected import SkuMatch
from tests.sync import builders as make

NAMES = st.sampled_from(["Coffee", "Tea", "Mug", "Вода", "Кофе  в зёрнах"])


def cents(least: int = 0, most: int = 100_000) -> st.SearchStrategy[Decimal]:
    """Amounts of money with two places."""
    return st.integers(least, most).map(lambda number: Decimal(number).scaleb(-2))


QUANTITIES = st.one_of(
    st.integers(1, 40).map(Decimal), st.integers(1, 9_999).map(lambda n: Decimal(n).scaleb(-3))
)
PRODUCT_LINES = st.builds(
    Line,
    kind=st.just(LineKind.PRODUCT),
    name=NAMES,
    quantity=QUANTITIES,
    unit_price=cents(),
    code=st.sampled_from(["", "A", "B", "C"]),
    product_key=st.sampled_from(["", "1", "2", "3"]),
)
EXTRAS = st.builds(
    Line,
    kind=st.sampled_from([LineKind.TAX, LineKind.SURCHARGE]),
    name=st.sampled_from(["VAT", "Fee"]),
    quantity=st.just(Decimal(1)),
    unit_price=cents(-5_000, 5_000),
)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Orders whose total is what their parts say, or not, but never below zero."""
    made = make.order(
        status=draw(st.sampled_from("OPC")),
        lines=tuple(draw(st.lists(PRODUCT_LINES, max_size=4))),
        extras=tuple(draw(st.lists(EXTRAS, max_size=2))),
        shipping_cost=draw(cents(most=3_000)),
        discount=draw(cents(most=20_000)),
        total=ZERO,
        comment=draw(NAMES),
    )
    explained = -made.unexplained
    total = draw(st.one_of(st.just(explained), cents(most=200_000)))
    return make.order(
        **{
            name: getattr(made, name)
            for name in ("status", "lines", "extras", "shipping_cost", "discount", "comment")
        },
        total=to_cents(max(total, ZERO)),
    )


@st.composite
def matches(draw: st.DrawFn, order: Order) -> dict[int, SkuMatch]:
    """Some of the order's lines with a SKU of the office."""
    found = draw(st.sets(st.integers(0, 3)))
    return {n: SkuMatch(100 + n % 2, 10) for n in found if n < len(order.lines)}
