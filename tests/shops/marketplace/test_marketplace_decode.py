"""Orders of the Marketplace as records: shapes of PHP, SKUs, licence numbers, money."""

from __future__ import annotations

import copy
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import BrokenAnswer
from syncd.model.order import Address, Line, LineKind, Order
from syncd.shops.marketplace.decode import AWAITED, decode_order
from syncd.shops.marketplace.licences import numbers_in, with_licences
from tests.shops.samples import sample

D = Decimal
FULL = sample("cscart_mkt_order.json")
ONE, TWO = "CSC-AAAA-BBBB-CCCC-0001", "CSC-AAAA-BBBB-CCCC-0002"


def decoded(value: Any, **sku_map: str) -> Order:
    return decode_order(value, currency="USD", sku_map={key.strip("_"): sku for key, sku in sku_map.items()})


def with_line(**fields: Any) -> dict[str, Any]:
    """The order of the sample with its first line alone, changed."""
    order: dict[str, Any] = copy.deepcopy(FULL)
    line = order["products"]["1840012345"] | fields
    return order | {"products": {"1840012345": line}, "total": "199.00"}


def with_licence(value: Any) -> dict[str, Any]:
    return with_line(extra={"external_id": "WA-BRIDGE", "license_number": value})


def test_the_canonical_order_of_the_contract_is_met() -> None:
    """Order 50231 says what contracts/sources §4 makes of it."""
    order, canonical = decoded(FULL), sample("canonical_order_from_cscart_market_50231.json")
    assert (order.key, order.number) == (canonical["external_id"], canonical["external_number"])
    assert order.placed_at == datetime.fromisoformat(canonical["created_at"])
    assert order.updated_at == datetime.fromisoformat(canonical["updated_at"])
    assert (order.status, order.paid, order.standing) == (canonical["status_raw"], False, "P")
    assert (order.currency, order.payment_name) == ("USD", canonical["payment"]["method_title"])
    buyer = canonical["customer"]
    assert (order.customer.key, order.customer.email) == (buyer["external_id"], buyer["email"])
    assert (order.customer.firstname, order.customer.lastname) == (buyer["first_name"], buyer["last_name"])
    assert order.customer.company == buyer["company"]
    assert order.lines == tuple(
        Line(
            kind=LineKind.PRODUCT,
            name=line["title"],
            quantity=D(line["quantity"]),
            unit_price=D(line["unit_price"]),
            code=line["sku"],
            product_key=line["external_product_id"],
            licences=(licence,),
        )
        for line, licence in zip(canonical["lines"], (ONE, TWO), strict=True)
    )
    assert (order.total, order.unexplained, order.flags) == (D(canonical["totals"]["declared"]), D(0), ())
    assert (order.shipping_cost, order.shipping_name, order.shipping_address) == (D(0), "", Address())
    assert order.billing_address.city == "Sampletown"
    assert order.awaits == ""


def test_products_and_extra_may_be_lists() -> None:
    """Both levels as lists, read literally from the documents (contracts/sources §6, 12)."""
    (line,) = decoded(sample("cscart_mkt_order_list_shapes.json")).lines
    assert (line.code, line.licences) == ("WA-BRIDGE", ("CSC-AAAA-BBBB-CCCC-0003",))


@pytest.mark.parametrize("extra", [[], {}, None, ""])
def test_an_empty_extra_tells_nothing(extra: Any) -> None:
    """PHP's empty map: the code stands in for the developer's own id (contracts/sources §6, 12)."""
    (line,) = decoded(with_line(extra=extra)).lines
    assert (line.code, line.licences) == ("ADDON-BRIDGE", ())


def test_no_products_at_all() -> None:
    """`products: []` is an order without lines (contracts/sources §6, 12)."""
    order = decoded(FULL | {"products": []})
    assert order.lines == ()
    assert order.flags == ("the total differs from the lines by 249",)


def test_the_sku_is_the_developers_own_id_then_the_code_then_by_the_map() -> None:
    """Whichever is told first, without blanks around it; a line without any stays."""
    both = with_line(extra=[{"external_id": ""}, {"external_id": " WA-2 "}])
    assert decoded(both, _3001="MAP").lines[0].code == "WA-2"
    assert decoded(with_line(extra=[]), _3001="MAP").lines[0].code == "ADDON-BRIDGE"
    bare = with_line(extra=[], product_code="")
    assert decoded(bare, _3001="MAP").lines[0].code == "MAP"
    assert decoded(bare).lines[0].code == ""


@pytest.mark.parametrize(
    "value",
    [
        f"{ONE},{TWO}",
        f" {ONE} ; {TWO}\n",
        f"{ONE} {TWO} {ONE}",
        [ONE, TWO],
        [[ONE], {"x": TWO}],
        {"0": ONE, "5": [TWO, ""]},
        [ONE, None, True, 1.5, TWO],
    ],
)
def test_several_licence_numbers_of_a_line(value: Any) -> None:
    """A text with commas or blanks, a list, a map: each number once, in order, and nothing else."""
    assert decoded(with_licence(value)).lines[0].licences == (ONE, TWO)


def test_a_licence_number_per_piece() -> None:
    """`extra` as a list of objects, one per piece."""
    pieces = [{"external_id": "WA", "license_number": ONE}, {"license_number": TWO}]
    (line,) = decoded(with_line(extra=pieces, amount="2", price="99.50")).lines
    assert (line.quantity, line.licences) == (D(2), (ONE, TWO))


@pytest.mark.parametrize("value", ["", [], {}, None, False])
@pytest.mark.parametrize(
    ("status", "awaits"), [("P", AWAITED), ("C", AWAITED), ("O", ""), ("H", ""), ("A", ""), ("E", "")]
)
def test_a_paid_order_without_any_licence_number_awaits_them(value: Any, status: str, awaits: str) -> None:
    """The hook may come before the data; an order that is not paid has none to come."""
    assert decoded(with_licence(value) | {"status": status}).awaits == awaits


def test_one_licence_number_is_enough() -> None:
    """Not every product has licences."""
    order = copy.deepcopy(FULL)
    del order["products"]["1840012346"]["extra"]["license_number"]
    assert decoded(order).awaits == ""


def test_the_sample_without_a_licence_is_open() -> None:
    """Its status is O: it waits for nothing yet."""
    order = decoded(sample("cscart_mkt_order_no_license_yet.json"))
    assert (order.status, order.awaits, order.lines[0].code) == ("O", "", "ADDON-BRIDGE")


def test_an_external_order_comes_with_its_letter() -> None:
    """H is for the map of this source to ignore (contracts/sources §6, 12); user 0 is a guest."""
    order = decoded(sample("cscart_mkt_order_external_H.json"))
    assert (order.status, order.customer.key) == ("H", "")


@pytest.mark.parametrize(("told", "currency"), [("gbp", "GBP"), ("", "USD"), (None, "USD")])
def test_the_currency_is_told_or_set(told: str | None, currency: str) -> None:
    """Not every version tells it in the order; one that differs from the setting is noted."""
    order = decoded(FULL | {"secondary_currency": told})
    assert order.currency == currency
    assert any("check the amounts" in flag for flag in order.flags) == (currency != "USD")


def test_names_come_from_the_profile_where_the_order_has_none() -> None:
    """firstname and lastname, else those of the billing address."""
    order = decoded(FULL | {"firstname": "", "lastname": ""})
    assert (order.customer.firstname, order.customer.lastname) == ("Jane", "Example")


def test_what_needs_shipping_keeps_its_address() -> None:
    """Nothing else is delivered anywhere; addresses may be empty."""
    assert decoded(FULL | {"need_shipping": True}).shipping_address.city == "Sampletown"
    nowhere = dict.fromkeys(("b_address", "b_city", "b_zipcode", "b_state", "b_country"), "")
    assert decoded(FULL | nowhere).billing_address.empty


@pytest.mark.parametrize(("total", "flags"), [("248.99", 0), ("249.01", 0), ("250.00", 1), ("200.00", 1)])
def test_a_total_that_differs_only_flags(total: str, flags: int) -> None:
    """The declared total is the truth (contracts/sources §6, 20)."""
    order = decoded(FULL | {"total": total})
    assert (order.total, len(order.flags)) == (D(total), flags)


def test_a_licence_number_is_in_no_error() -> None:
    """Not even where something about it cannot be read (contracts/sources §6, 19)."""
    broken = with_licence({"number": {"a": {"b": {"c": "canary"}}}}) | {"total": "x"}
    with pytest.raises(BrokenAnswer) as raised:
        decoded(broken)
    assert "canary" not in str(raised.value)
    assert decoded(broken | {"total": "199"}).lines[0].licences == ()


ROWS = sample("cscart_mkt_licenses.json")["licenses"]


def test_the_list_of_licences_fills_the_lines_by_product() -> None:
    """The row of the sample belongs to the first line; a product that is not in the order to none."""
    bare = decoded(FULL)
    lines = tuple(Line(each.kind, each.name, D(1), D(1), product_key=each.product_key) for each in bare.lines)
    rows = [*ROWS, {"order_id": 50231, "product_id": 9, "license_number": "CSC-9"}, "?", *ROWS]
    assert [line.licences for line in with_licences("50231", lines, rows)] == [(ONE,), ()]


def test_licences_of_other_orders_are_left_out() -> None:
    """A server that ignores the filter tells those of other buyers."""
    lines = decoded(sample("cscart_mkt_order_no_license_yet.json")).lines
    assert with_licences("50233", lines, ROWS)[0].licences == ()
    only = [ROWS[0] | {"order_id": "50233", "product_id": "77"}]
    assert with_licences("50233", lines, only)[0].licences == (ONE,)


NUMBERS = st.lists(st.from_regex(r"[A-Z0-9-]{1,9}", fullmatch=True), max_size=5)


@given(NUMBERS, st.sampled_from([",", " ", "\n", "; ", " , "]))
def test_every_shape_tells_the_same_numbers(numbers: list[str], between: str) -> None:
    """As a list, a map or one text."""
    told = numbers_in([numbers])
    assert told == tuple(dict.fromkeys(numbers))
    assert numbers_in([between.join(numbers)]) == told
    assert numbers_in([{str(at): number for at, number in enumerate(numbers)}]) == told


SCALARS = st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=9)
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner))


@given(st.dictionaries(st.sampled_from(sorted(FULL)), JUNK, max_size=4), JUNK, JUNK)
def test_whatever_comes_is_an_order_or_broken(fields: dict[str, Any], line: Any, extra: Any) -> None:
    """No field of any kind makes another error than `BrokenAnswer`."""
    for value in (
        FULL | fields,
        FULL | {"products": [line]},
        with_line(extra=extra),
        with_licence(extra),
        line,
    ):
        with suppress(BrokenAnswer):
            decoded(value)
