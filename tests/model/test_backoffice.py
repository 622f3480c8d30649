"""An order of the back office: its reference and its delivery address stand in its params."""

from __future__ import annotations

from syncd.sync.reference import PARAM
from tests.sync import builders as make


def test_the_reference_stands_in_the_params() -> None:
    """The external reference is the param of that name; an order of somebody else has none."""
    assert make.office_order(params={PARAM: "cscart:shop.example:98"}).reference == "cscart:shop.example:98"
    assert make.office_order(params={"other": "x"}).reference is None


def test_the_delivery_address_stands_in_the_params() -> None:
    """Only the params of the delivery address are the address, by the names of its parts."""
    params = {"shipping_address.city": "Tver", "billing_address.city": "Moscow", "shipping_name": "Courier"}
    assert make.office_order(params=params).address == {"city": "Tver"}
