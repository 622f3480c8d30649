"""The expected office order: whatever the source charges, it says the source's total."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.exchange import DraftLine
from syncd.model.money import ZERO, to_cents
from syncd.model.order import LineKind, Order
from syncd.sync.expected import ADJUSTMENT, Expected, SkuMatch, expect
from tests.sync import builders as make
from tests.sync.strategies import matches, orders


def money(order: Order, *, discounts: bool = True) -> Expected:
    return expect(order, {0: SkuMatch(4, 3)}, discounts=discounts)


def total_of(found: Expected) -> Decimal:
    worth = sum((line.price * line.quantity for line in found.lines), ZERO)
    return to_cents(worth + found.shipping - found.discount)


@given(st.data(), orders(), st.booleans())
def test_the_parts_add_up_to_the_total(data: st.DataObject, order: Order, discounts: bool) -> None:
    """Lines and shipping less the discount are the expected total to the cent, for any order and either switch."""
    found = expect(order, data.draw(matches(order)), discounts=discounts)
    assert total_of(found) == found.total
    assert found.total == to_cents(order.total if discounts else order.total + order.discount)


@given(orders(), st.booleans())
def test_the_office_has_no_reason_to_cut_the_discount(order: Order, discounts: bool) -> None:
    """The discount is never more than the lines are worth, and neither it nor the shipping falls below zero."""
    found = expect(order, {}, discounts=discounts)
    worth = sum((line.price * line.quantity for line in found.lines), ZERO)
    assert ZERO <= found.discount < worth + Decimal("0.01")
    assert found.shipping >= 0


@given(orders(), st.booleans())
def test_every_product_line_stays_a_line(order: Order, discounts: bool) -> None:
    """No line is dropped or merged: product lines come first, in their order, at the price paid."""
    lines = expect(order, {}, discounts=discounts).lines[: len(order.lines)]
    assert [(line.quantity, line.price) for line in lines] == [
        (line.quantity, line.unit_price) for line in order.lines
    ]


def test_a_known_line_goes_with_its_sku() -> None:
    """A line whose SKU is known points to it and keeps its name."""
    line = DraftLine("Coffee", Decimal(2), Decimal("10.50"), sku_id=4, product_id=3)
    assert money(make.order()).lines == (line,)


def test_an_unknown_line_becomes_a_free_line() -> None:
    """A line without a SKU becomes a free line that tells its code, when it has one."""
    order = make.order(lines=(make.line(), make.line(code="")))
    assert [line.name for line in expect(order, {}, discounts=True).lines] == ["Coffee [COF-1]", "Coffee"]
    assert all(line.sku_id is None for line in expect(order, {}, discounts=True).lines)


def test_matches_belong_to_positions() -> None:
    """Of two lines with one code, only the one whose position was matched gets the SKU."""
    order = make.order(lines=(make.line(), make.line()))
    assert [line.sku_id for line in expect(order, {1: SkuMatch(4, 3)}, discounts=True).lines] == [None, 4]


def test_charges_become_lines_with_their_names() -> None:
    """Taxes outside the prices and surcharges are lines of their own."""
    order = make.order(extras=(make.extra("VAT", "2.10", LineKind.TAX), make.extra("Cash fee", "1.00")))
    found = money(order)
    assert found.lines[1:] == (
        DraftLine("VAT", Decimal(1), Decimal("2.10")),
        DraftLine("Cash fee", Decimal(1), Decimal("1.00")),
    )
    assert found.total == Decimal("29.10")


def test_a_charge_of_nothing_is_no_line() -> None:
    """An extra of zero is left out."""
    assert len(money(make.order(extras=(make.extra("Fee", "0.00"),))).lines) == 1


def test_negative_charges_go_into_the_discount() -> None:
    """A payment method that gives a rebate enlarges the discount, the order-level one on or off."""
    order = make.order(extras=(make.extra("Card rebate", "-1.50"),), discount=Decimal("2.00"))
    assert money(order).discount == Decimal("3.50")
    assert money(order, discounts=False).discount == Decimal("1.50")
    assert len(money(order).lines) == 1


def test_without_discounts_the_total_is_the_one_without() -> None:
    """With the switch off the order-level discount is neither sent nor missed."""
    order = make.order(discount=Decimal("4.00"))
    assert (money(order).discount, money(order).total) == (Decimal("4.00"), Decimal("22.00"))
    off = money(order, discounts=False)
    assert (off.discount, off.total) == (Decimal("0.00"), Decimal("26.00"))


def test_a_higher_total_becomes_a_line() -> None:
    """What the total says beyond everything named is one line."""
    assert money(make.order(total=Decimal("30.00"))).lines[-1] == DraftLine(
        ADJUSTMENT, Decimal(1), Decimal("4.00")
    )


def test_a_lower_total_goes_into_the_discount() -> None:
    """A forced lower total, or reward points, enlarge the discount and make no negative line."""
    found = money(make.order(total=Decimal("20.00"), discount=Decimal("1.00")))
    assert (found.discount, found.total, len(found.lines)) == (Decimal("6.00"), Decimal("20.00"), 1)


def test_a_gift_certificate_pays_the_shipping_too() -> None:
    """A discount beyond the lines lowers the shipping cost: the office would cut it."""
    found = money(make.order(total=Decimal("2.00")))
    assert (found.discount, found.shipping, found.total) == (
        Decimal("21.00"),
        Decimal("2.00"),
        Decimal("2.00"),
    )


def test_part_of_a_cent_makes_no_line() -> None:
    """Fractional quantities cost parts of a cent; the source rounded them away, so they are nobody's charge."""
    weighed = make.line(quantity=Decimal("1.5"), unit_price=Decimal("3.33"))
    found = money(make.order(lines=(weighed,), shipping_cost=ZERO, total=Decimal("5.00")))
    assert (len(found.lines), found.discount, total_of(found)) == (1, ZERO, Decimal("5.00"))


def test_rounded_prices_do_not_move_the_total() -> None:
    """A price finer than a cent is rounded for the office, and the difference is put right in the total."""
    order = make.order(
        lines=(make.line(quantity=Decimal(3), unit_price=Decimal("3.335")),), shipping_cost=ZERO
    )
    found = money(order)
    assert found.lines[0].price == Decimal("3.34")
    assert total_of(found) == found.total == Decimal("10.01")


def test_every_amount_is_in_cents() -> None:
    """Shipping, discount and total are rounded as the office rounds them."""
    fine = money(
        make.order(shipping_cost=Decimal("5.005"), discount=Decimal("1.005"), total=Decimal("25.004"))
    )
    assert (fine.shipping, fine.discount, fine.total) == (Decimal("5.01"), Decimal("1.01"), Decimal("25.00"))


def test_a_higher_total_takes_nothing_from_the_discount() -> None:
    """A rest on top is a line of its own; discount and rebates stay what they are."""
    rebate = make.extra("Card rebate", "-1.50")
    found = money(make.order(extras=(rebate,), discount=Decimal("2.00"), total=Decimal("26.50")))
    assert (found.discount, found.lines[-1].price) == (Decimal("3.50"), Decimal("4.00"))
    assert money(make.order(extras=(make.extra("Fee", "1.005"),))).lines[-1].price == Decimal("1.01")


def test_small_amounts_are_amounts() -> None:
    """A fee or a rest of a few cents is a line and never a negative discount."""
    for order in (make.order(extras=(make.extra("Bag", "0.05"),)), make.order(total=Decimal("26.05"))):
        found = money(order)
        assert (found.lines[-1].price, found.discount) == (Decimal("0.05"), ZERO)
