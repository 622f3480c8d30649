"""From a row with goods to an order (contracts/sources §2.5, §4)."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import BrokenAnswer
from syncd.model.money import ZERO
from syncd.model.order import Address, LineKind, Order
from syncd.shops.justclick.countries import country_code
from syncd.shops.justclick.decode_orders import decode_order
from tests.shops.justclick.justclick_account import SOURCES, an_order, sample

CREATED = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def decoded(**changes: Any) -> Order:
    return decode_order(an_order(102937, **changes), "RUB")


def an_item(code: str = "book_1", amount: str = "10.00", **changes: Any) -> dict[str, Any]:
    return {"id": code, "title": "Книга", "sum": amount, "price": "12.00", "pincode": "PIN-1"} | changes


def test_the_sample() -> None:
    """The sample is the order that the canonical example says."""
    order = decode_order(sample("get_orders_with_goods_ok")["result"][0], "RUB")
    wanted = json.loads(
        (SOURCES / "samples" / "canonical_order_from_justclick_102937.json").read_text("utf-8")
    )
    assert (order.key, order.number) == (wanted["external_id"], wanted["external_number"])
    assert order.status == wanted["status_raw"]
    assert order.placed_at == datetime.fromisoformat(wanted["created_at"]) == CREATED
    assert order.updated_at == datetime.fromisoformat(wanted["payment"]["paid_at"])
    assert order.paid
    assert order.payment_name == wanted["payment"]["method_title"]
    assert order.currency == wanted["currency"]
    customer = wanted["customer"]
    assert (order.customer.firstname, order.customer.lastname) == (
        customer["first_name"],
        customer["last_name"],
    )
    assert (order.customer.email, order.customer.phone) == (customer["email"], customer["phone_raw"])
    assert order.customer.key == ""
    assert order.shipping_address == Address(
        firstname="Иван",
        lastname="Тестов",
        phone="+7 900 000-00-01",
        street=wanted["shipping"]["address"],
        city=wanted["shipping"]["city"],
        zip=wanted["shipping"]["zip"],
        country="RU",
    )
    assert [(line.code, line.name, line.quantity, line.unit_price) for line in order.lines] == [
        (line["sku"], line["title"], Decimal(line["quantity"]), Decimal(line["unit_price"]))
        for line in wanted["lines"]
    ]
    assert order.total == Decimal(wanted["totals"]["declared"])
    assert (order.unexplained, order.flags) == (ZERO, ())
    assert order.coupons == ("TEST10",)
    assert order.notes == {
        **{f"utm_{name}": text for name, text in wanted["utm"].items()},
        "link": "https://shop.example/order/pay/102937",
    }
    assert (order.shipping_name, order.shipping_cost, order.discount, order.extras) == ("", ZERO, ZERO, ())


def test_pin_codes_are_not_kept() -> None:
    """Sold pin codes are the buyer's: they are nowhere in the order."""
    assert "PIN-TEST" in json.dumps(sample("get_orders_with_goods_ok"))
    assert "PIN" not in repr(asdict(decoded()))


@pytest.mark.parametrize("paid", ["0", "", None, 0, False])
def test_unpaid(paid: Any) -> None:
    """0, empty and null are unpaid, whatever the state says; then the order is as old as its creation."""
    order = decoded(paid=paid)
    assert not order.paid
    assert order.updated_at == order.placed_at == CREATED


@pytest.mark.parametrize("paid", ["1700003600", 1700003600])
def test_paid(paid: Any) -> None:
    """Any other value is paid, and is the time of payment."""
    order = decoded(paid=paid, pay_status="waiting")
    assert order.paid
    assert order.standing == "waiting+paid"
    assert order.updated_at == CREATED + timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "sum_", "whole"),
    [
        ("waiting", "500.00", False),
        ("brand new", "2489.99", False),
        ("waiting", "2490.00", True),
        ("waiting", "0.00", True),
        ("waiting", "", True),
        ("paid", "500.00", True),
        ("sent", "500.00", True),
    ],
)
def test_a_prepayment_does_not_make_an_order_paid(status: str, sum_: str, whole: bool) -> None:
    """It bears a time of payment as the whole does; how much is paid is told to a person. A status that says paid is
    believed: the prepayment was followed by the rest."""
    order = decoded(paid="1700003600", pay_status=status, price="2490.00", prepayment_sum=sum_)
    assert order.paid is whole
    assert ("only " in " ".join(order.flags)) is not whole


@pytest.mark.parametrize("paid", ["yes", "1", True, "2023-11-15 00:00:00", "9" * 30, "²"])
def test_paid_without_a_time(paid: Any) -> None:
    """What is no time after the creation still says that it is paid."""
    order = decoded(paid=paid)
    assert order.paid
    assert order.updated_at == CREATED


@pytest.mark.parametrize("status", ["waiting", "paid", "sent", "cancel", "moneyback", "return", "brand new"])
def test_the_state_stays_raw(status: str) -> None:
    """The map of states is not the reader's business, unknown words included."""
    assert decoded(pay_status=status).status == status


def test_pieces_are_items_that_come_again() -> None:
    """Items of one code and sum are one line; another sum is another line; the order is that of their first coming."""
    order = decoded(
        items=[an_item("b"), an_item("a"), an_item("b"), an_item("b", "9.99"), an_item("b", "10")],
        price="49.99",
    )
    assert [(line.code, int(line.quantity), line.unit_price) for line in order.lines] == [
        ("b", 3, Decimal("10.00")),
        ("a", 1, Decimal("10.00")),
        ("b", 1, Decimal("9.99")),
    ]
    assert order.flags == ()


def test_items_without_a_code() -> None:
    """They stay, by their titles, which alone tell them apart."""
    order = decoded(
        items=[an_item("", title="X"), an_item("", title="Y"), an_item("", title="X"), an_item("", title="")]
    )
    assert [(line.name, int(line.quantity)) for line in order.lines] == [
        ("X", 2),
        ("Y", 1),
        ("Item without a name", 1),
    ]
    assert decoded(items=[an_item("c", title=None)]).lines[0].name == "c"


def test_shapes_of_php() -> None:
    """`items` may be a map, `utm` an empty list or missing."""
    order = decoded(items={"5": an_item("a")}, utm=[], link="")
    assert [line.code for line in order.lines] == ["a"]
    assert order.notes == {}
    row = an_order(1)
    del row["utm"]
    assert list(decode_order(row, "RUB").notes) == ["link"]


@pytest.mark.parametrize(
    ("price", "flagged"), [("20.00", False), ("20.01", False), ("19.99", False), ("21.00", True)]
)
def test_a_total_that_differs_is_a_flag(price: str, flagged: bool) -> None:
    """More than a cent between total and lines is told, and the total stays the truth."""
    order = decoded(items=[an_item(), an_item()], price=price)
    assert order.total == Decimal(price)
    assert order.flags == (("the total differs from the lines by 1",) if flagged else ())


def test_an_order_without_items() -> None:
    """An empty list of goods is an order all the same, with the difference told."""
    order = decoded(items=[])
    assert order.lines == ()
    assert order.flags == ("the total differs from the lines by 2490",)


def test_a_row_of_get_orders_is_no_order() -> None:
    """Without goods there are no lines, and an order without its lines is never made (§2.5)."""
    with pytest.raises(BrokenAnswer, match=r"order 102938: the answer tells no goods"):
        decode_order(sample("get_orders_ok")["result"][1], "RUB")


def test_the_least_that_is_told() -> None:
    """No e-mail, no phone, no address, no names: digital goods for nobody in particular."""
    order = decode_order(
        {"id": 5, "created": 1700000000, "pay_status": "waiting", "price": 990, "items": []}, "UAH"
    )
    assert order.key == "5"
    assert order.shipping_address == Address()
    assert order.shipping_address.empty
    assert (order.customer.email, order.comment, order.payment_name, order.coupons) == ("", "", "", ())
    assert not order.paid


def test_a_middle_name_stands_behind_the_first() -> None:
    """The office has two names of a person; none of the three is lost."""
    order = decoded(middle_name="Иванович")
    assert order.customer.firstname == "Иван Иванович"
    assert order.recipient == ""


def test_the_other_name_of_the_coupon() -> None:
    """The docs also call it `coupon`."""
    assert decoded(kupon="", coupon="SALE").coupons == ("SALE",)
    assert decoded(kupon=None).coupons == ()


def test_texts_of_a_buyer() -> None:
    """Comment and region go on as they are."""
    order = decoded(comment=" Позвоните \n", region="Московская область")
    assert order.comment == "Позвоните"
    assert (order.shipping_address.region, order.shipping_address.region_name) == ("", "Московская область")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Россия", "RU"),
        (" российская  ФЕДЕРАЦИЯ", "RU"),
        ("Україна", "UA"),
        ("Belarus", "BY"),
        ("kz", "KZ"),
        ("UK", "GB"),
        ("Атлантида", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_countries(name: str, code: str) -> None:
    """A country is told in words; one without a code here is kept as a note."""
    assert country_code(name) == code
    order = decoded(country=name)
    assert order.shipping_address.country == code
    assert order.notes.get("country") == (None if code else name.strip() or None)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"id": "x"},
        {"id": "-1"},
        {"created": ""},
        {"created": "0"},
        {"created": "soon"},
        {"created": "1e18"},
        {"pay_status": ""},
        {"pay_status": []},
        {"price": ""},
        {"price": "dear"},
        {"price": "1e20"},
        {"items": [{"id": "a", "title": "A"}]},
        {"items": ["a"]},
        {"items": "a"},
        {"email": {"x": 1}},
    ],
)
def test_what_cannot_be_read(changes: dict[str, Any]) -> None:
    """A field that decides about money, time or identity must be there and be one."""
    with pytest.raises(BrokenAnswer):
        decoded(**changes)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["1e99", "NaN", "\ud800", "\0", "٣", 10**30, Decimal("1e999999")]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(an_order(1))), VALUES)
def test_any_value_in_any_field(name: str, value: Any) -> None:
    """Whatever a field holds, reading ends in an order or in `BrokenAnswer`."""
    with suppress(BrokenAnswer):
        assert isinstance(decode_order(an_order(1) | {name: value}, "RUB"), Order)


@given(st.sampled_from(["id", "title", "sum", "price", "pincode", "partners"]), VALUES)
def test_any_value_in_an_item(name: str, value: Any) -> None:
    """The same inside the goods."""
    with suppress(BrokenAnswer):
        assert isinstance(decoded(items=[an_item() | {name: value}]), Order)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", ""]), st.integers(0, 3), st.sampled_from(["X", "Y"])),
        max_size=12,
    )
)
def test_no_piece_is_lost(pieces: list[tuple[str, int, str]]) -> None:
    """Lines have as many pieces and cost as much as the items do, and no two lines are alike."""
    items = [an_item(code, f"{amount}.50", title=title) for code, amount, title in pieces]
    order = decoded(items=items, price="0")
    total = sum((Decimal(item["sum"]) for item in items), ZERO)
    assert sum(line.quantity for line in order.lines) == len(items)
    assert sum((line.total for line in order.lines), ZERO) == total
    alike = [(line.code, line.unit_price, line.name if not line.code else "") for line in order.lines]
    assert len(set(alike)) == len(alike)
    assert {line.kind for line in order.lines} <= {LineKind.PRODUCT}
