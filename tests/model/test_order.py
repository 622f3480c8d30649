"""An order of the source: empty addresses, and what its total says beyond its parts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from syncd.model.order import Address, LineKind
from tests.sync import builders as make


@pytest.mark.parametrize("field", ["street", "city", "zip"])
def test_a_place_makes_an_address(field: str) -> None:
    """One of street, city and zip is enough for an address."""
    assert not Address(**{field: "x"}).empty


def test_country_and_region_alone_are_no_address() -> None:
    """Shops fill country and region by default, so they alone say nothing about the place."""
    assert Address(firstname="Anna", phone="1", country="RU", region="TVE", region_name="Tver").empty


def test_a_line_costs_its_price_times_its_quantity() -> None:
    """A line's total is the price per piece times the quantity."""
    assert make.line(quantity=Decimal("1.5"), unit_price=Decimal("3.00")).total == Decimal("4.50")


def test_an_ordinary_order_explains_its_total() -> None:
    """Lines, extras and shipping less the discount are the total."""
    order = make.order(
        extras=(make.extra("VAT", "2.10", LineKind.TAX),), discount=Decimal("1.00"), total=Decimal("27.10")
    )
    assert order.unexplained == 0


@pytest.mark.parametrize(("total", "rest"), [("30.00", "4.00"), ("20.00", "-6.00")])
def test_the_total_is_the_truth(total: str, rest: str) -> None:
    """What the total says beyond its parts, up or down, is told as the rest."""
    assert make.order(total=Decimal(total)).unexplained == Decimal(rest)


@pytest.mark.parametrize(
    ("firstname", "lastname", "phone", "recipient"),
    [
        ("Anna", "Ivanova", "1", ""),
        ("", "", "1", ""),
        ("Boris", "", "", "Boris"),
        ("Boris", "Ivanov", "+7 1", "Boris Ivanov, +7 1"),
    ],
)
def test_a_recipient_is_told_when_somebody_else_takes_the_delivery(
    firstname: str, lastname: str, phone: str, recipient: str
) -> None:
    """The buyer is no recipient of their own; anybody else is named, with the phone where there is one."""
    address = Address(firstname=firstname, lastname=lastname, phone=phone, street="x")
    customer = make.customer(firstname="Anna", lastname="Ivanova")
    assert make.order(shipping_address=address, customer=customer).recipient == recipient
