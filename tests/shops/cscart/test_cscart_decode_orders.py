"""Orders: from what the shop answers to the canonical record."""

# ruff: noqa: RUF001

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from syncd.errors import BrokenAnswer
from syncd.model.order import Address, Customer, Line, LineKind, Order
from syncd.shops.cscart.decode_orders import decode_order
from tests.shops.cscart.cscart_shop import SAMPLES, an_order, sample


def decode(**fields: Any) -> Order:
    return decode_order(an_order(98, **fields), "RUB")


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("order_[0-9]*.json")), ids=lambda path: path.stem)
def test_every_sample_adds_up(path: Path) -> None:
    """Lines, extras, shipping and discount of every sample make its total."""
    order = decode_order(json.loads(path.read_text("utf-8"), parse_float=Decimal), "RUB")
    assert order.unexplained == 0
    assert order.lines


def test_a_registered_customers_order() -> None:
    """Every field of an ordinary order lands where it belongs."""
    order = decode()
    assert (order.key, order.number, order.company, order.status) == ("98", "98", "1", "P")
    assert order.placed_at == datetime(2026, 2, 24, 10, 0, 5, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 2, 24, 10, 3, 11, tzinfo=UTC)
    assert order.currency == "RUB"
    assert order.customer == Customer("3", "Иван", "Петров", "ivan.petrov@example.test", "+79161234567")
    assert order.shipping_address == Address(
        firstname="Иван",
        lastname="Петров",
        phone="+79161234567",
        street="ул. Ленина, д. 1, кв. 5",
        city="Москва",
        zip="101000",
        country="RU",
        region="MOS",
        region_name="Московская область",
    )
    assert order.lines[0] == Line(
        LineKind.PRODUCT, "Кофе «Арабика» 250 г", Decimal(2), Decimal("531.00"), "COF-ARA-250", "12"
    )
    assert (order.shipping_name, order.shipping_cost) == ("Курьер", Decimal("300.00"))
    assert order.payment_name == "Банковская карта"
    assert order.total == Decimal("1862.00")
    assert order.comment == "Позвоните за час.\nДомофон 12«К»"
    assert not order.is_parent


def test_the_wire_form_reads_like_the_sample() -> None:
    """Escaped characters and integers for whole floats change nothing (contracts/cscart §1.5)."""
    wire = (SAMPLES / "order_98_wire.txt").read_text("utf-8")
    assert decode_order(json.loads(wire, parse_float=Decimal), "RUB") == decode()


def test_a_guest_has_no_key() -> None:
    """User 0 is nobody, and a coupon is known by its code."""
    order = decode_order(sample("order_97_guest_unicode_coupon_free_shipping.json"), "EUR")
    assert order.customer.key == ""
    assert order.coupons == ("весна10",)
    assert order.discount == Decimal("194.00")
    assert order.shipping_name == "Самовывоз — бесплатно"


def test_options_are_told_in_the_name() -> None:
    """A chosen option is added to the name of the line."""
    assert decode().lines[1].name == 'Mug & Saucer "Zoë" 300 ml <classic> (Цвет: Чёрный / black)'


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Mug", "Mug (Size: M)"), ("Mug (Size: M)", "Mug (Size: M)"), ("Shirt m", "Shirt m")],
)
def test_an_option_is_not_told_twice(name: str, expected: str) -> None:
    """What the name tells as a word of its own is not repeated."""
    option = {"option_name": "Size", "variant_name": "M"}
    line = {
        "product_id": "1",
        "product": name,
        "price": "1.00",
        "amount": "1",
        "extra": {"product_options_value": [option]},
    }
    assert decode(products={"7": line}).lines[0].name == expected


def test_a_text_option_tells_what_was_typed() -> None:
    """An option without variants is told by its value, a nameless one by the value alone."""
    options = [{"option_name": "Engraving", "value": "Zoë"}, {"value": "x"}, {"option_name": "Empty"}]
    line = {
        "product_id": "1",
        "product": "Ring",
        "price": 1,
        "amount": 1,
        "extra": {"product_options_value": options},
    }
    assert decode(products=[line]).lines[0].name == "Ring (Engraving: Zoë, x)"


@pytest.mark.parametrize("value", [[{"name": "a.png"}], {"0": "a.png"}])
def test_an_option_that_is_no_text_loses_no_order(value: Any) -> None:
    """An uploaded file cannot be told in a name; the order is read all the same."""
    option = {"option_name": "Picture", "value": value}
    line = {"product_id": "1", "product": "Mug", "price": "5.00", "amount": "1"}
    order = decode(products={"7": {**line, "extra": {"product_options_value": [option]}}})
    assert [each.name for each in order.lines] == ["Mug"]


def test_a_deleted_product_keeps_its_snapshot_name() -> None:
    """A line without a name falls back to the snapshot, then the code, then the id."""
    bare = {"product_id": "5", "product": None, "price": "1.00", "amount": "1"}
    lines = decode(
        products={"1": bare | {"extra": {"product": "Old"}}, "2": bare | {"product_code": "C"}, "3": bare}
    ).lines
    assert [line.name for line in lines] == ["Old", "C", "Product 5"]


def test_the_price_of_a_line_is_what_was_paid() -> None:
    """`price` is after the line's discount and modifiers; the base price is not used."""
    line = {"product_id": "0", "product": "Gift", "price": "90.00", "base_price": 100, "amount": "3"}
    (decoded,) = decode(products={"1": line}).lines
    assert (decoded.unit_price, decoded.product_key, decoded.total) == (
        Decimal("90.00"),
        "",
        Decimal("270.00"),
    )


def test_float_noise_is_rounded_away() -> None:
    """PHP's floats come with noise; amounts are in cents (contracts/cscart §4.3)."""
    order = decode(
        subtotal_discount=Decimal("193.99999999999997"), total="1746.0000000000002", shipping_cost=0.1
    )
    assert (order.discount, order.total, order.shipping_cost) == (
        Decimal("194.00"),
        Decimal("1746.00"),
        Decimal("0.10"),
    )


def test_quantities_keep_their_fractions_only() -> None:
    """A quantity with the noise of a float is the number that was meant."""
    line = {"product_id": "1", "product": "Cable", "price": "3.00", "amount": Decimal("1.5000000000000002")}
    assert str(decode(products={"1": line}).lines[0].quantity) == "1.500000"


def test_amounts_that_are_not_told_are_nothing() -> None:
    """An order without surcharge, discount or shipping cost has none."""
    order = decode(payment_surcharge=None, subtotal_discount="", shipping_cost=None)
    assert (order.extras, order.discount, order.shipping_cost) == ((), Decimal(0), Decimal(0))


def tax(amount: Any, included: str = "N", name: str = "VAT") -> dict[str, Any]:
    return {"description": name, "price_includes_tax": included, "tax_subtotal": amount}


def test_taxes_on_top_are_extras() -> None:
    """Only taxes outside the prices are named, each with its amount."""
    order = decode(
        taxes={"1": tax(10.5), "2": tax("4.50", name="Eco"), "3": tax(7, "Y")},
        tax_subtotal=Decimal("15.0000001"),
    )
    assert [(line.kind, line.name, line.total) for line in order.extras] == [
        (LineKind.TAX, "VAT", Decimal("10.50")),
        (LineKind.TAX, "Eco", Decimal("4.50")),
    ]


def test_the_orders_tax_is_the_truth() -> None:
    """Where the single taxes do not add up to the order's tax, one line stands for them."""
    order = decode(taxes={"1": tax(10)}, tax_subtotal=12)
    assert [(line.name, line.total) for line in order.extras] == [("Tax", Decimal("12.00"))]
    assert decode(taxes={"1": tax(10)}, tax_subtotal=0).extras == ()
    assert [line.total for line in decode(taxes=[tax(10)], tax_subtotal=None).extras] == [Decimal("10.00")]


def test_a_surcharge_is_an_extra() -> None:
    """The payment's surcharge is named by the payment method, or plainly."""
    named = decode(payment_surcharge=50, payment_method={"surcharge_title": "Card fee"}).extras
    plain = decode(payment_surcharge="50.00", payment_method={"storefront_ids": ""})
    assert [(line.kind, line.name, line.total) for line in named] == [
        (LineKind.SURCHARGE, "Card fee", Decimal("50.00"))
    ]
    assert plain.extras[0].name == "Payment surcharge"
    assert plain.payment_name == ""


@pytest.mark.parametrize(
    ("shipping", "expected"),
    [
        (None, ""),
        ([], ""),
        ([{"shipping": "Courier"}], "Courier"),
        ({"0": {"shipping": "Courier"}, "1": {"need_shipment": True}}, "Courier"),
        ([{"shipping": "Courier"}, {"shipping": "Post"}, {"shipping": "Post"}], "Courier + Post"),
    ],
)
def test_the_shipping_name_from_every_shape(shipping: Any, expected: str) -> None:
    """`shipping` is absent, a list or an object, and an entry may hold only `need_shipment` (contracts/cscart §4.3)."""
    assert decode(shipping=shipping).shipping_name == expected


def test_a_missing_address_is_not_the_shops_default() -> None:
    """Country and state alone are the shop's defaults, so the address stays empty; the names remain."""
    order = decode_order(sample("order_96_digital_license_no_shipping.json"), "RUB")
    assert order.shipping_address == order.billing_address == Address(firstname="Анна", lastname="О'Нил")
    assert order.shipping_address.empty


def test_the_billing_address_stands_in() -> None:
    """Without a shipping address the goods go to the billing address."""
    order = decode(s_address="", s_city="", s_zipcode="", b_address_2="floor 2", b_country="ru", s_phone="")
    assert order.shipping_address.street == "ул. Ленина, д. 1, кв. 5, floor 2"
    assert order.shipping_address == order.billing_address
    assert order.shipping_address.country == "RU"


def test_names_come_from_the_profiles() -> None:
    """A customer without a name is called as in the billing, then in the shipping profile."""
    order = decode(firstname="", lastname="", b_firstname="", b_lastname="B", s_firstname="S", phone="")
    assert (order.customer.firstname, order.customer.lastname) == ("S", "B")
    assert order.customer.phone == "+79161234567"


def test_a_phone_that_only_the_delivery_names_is_the_customers() -> None:
    """Shops that ask for the phone with the delivery address only have it nowhere else."""
    order = decode(phone="", b_phone="", s_phone="+7 900 000-00-01")
    assert order.customer.phone == "+7 900 000-00-01"


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("a &amp; b < c <3", "a &amp; b < c <3"),
        ("<p>Ring &amp; wait<br/>twice</p><script>x</script>", "Ring & wait\ntwice"),
        ("<!-- hidden -->Call", "Call"),
        (None, ""),
    ],
)
def test_the_comment_is_plain_text(notes: str | None, expected: str) -> None:
    """Tags go, entities are read only where there are tags: elsewhere they were typed."""
    assert decode(notes=notes).comment == expected


@pytest.mark.parametrize("updated_at", ["0", 0, None, ""])
def test_an_unknown_change_is_the_creation(updated_at: Any) -> None:
    """Orders migrated from old versions have no time of change (contracts/cscart §4.2)."""
    order = decode_order(an_order(98) | {"updated_at": updated_at}, "RUB")
    assert order.updated_at == order.placed_at


def test_a_parent_order_says_so() -> None:
    """An order that was split between vendors is marked; its parts are not."""
    assert decode_order(sample("order_120_mve_parent.json"), "RUB").is_parent
    assert not decode_order(sample("order_121_mve_suborder.json"), "RUB").is_parent


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"total": None}, "total"),
        ({"total": "1e999999"}, "total"),
        ({"total": "9" * 16}, "total"),
        ({"total": "much"}, "total"),
        ({"timestamp": "0"}, "timestamp"),
        ({"timestamp": "99999999999999"}, "timestamp"),
        ({"updated_at": "-5"}, "updated_at"),
        ({"status": ""}, "status"),
        ({"order_id": None}, "order_id"),
        ({"products": {"7": {"product_id": "1", "amount": "1"}}}, "products.7.price"),
        ({"products": {"7": "text"}}, "products.7"),
        ({"firstname": {"a": 1}}, "firstname"),
        ({"firstname": Decimal("1e999999")}, "firstname"),
        ({"products": None}, "no products"),
        ({"products": False}, "order.products"),
    ],
)
def test_what_cannot_be_read_is_named(fields: dict[str, Any], words: str) -> None:
    """A field that is not as promised is an error with its name, never a guess."""
    with pytest.raises(BrokenAnswer, match=words):
        decode(**fields)


def test_false_is_php_for_nothing() -> None:
    """What the shop finds nowhere or cannot unpack is false: a deleted payment method or damaged extras of a line lose no
    order. Only an order without its lines cannot be read."""
    lines = {"7": {"product_id": "1", "product_code": "A", "price": "1862.00", "amount": "1", "extra": False}}
    nothing = dict.fromkeys(("payment_method", "shipping", "taxes", "coupons", "shipment_ids"), False)
    order = decode(products=lines, **nothing)
    assert (order.payment_name, order.shipping_name, order.extras) == ("", "", ())
    assert (order.coupons, order.shipped) == ((), False)
    assert [(line.code, line.unit_price) for line in order.lines] == [("A", Decimal("1862.00"))]


def test_a_short_row_is_no_order() -> None:
    """A row of the short list has no lines, and must not become an order without any."""
    with pytest.raises(BrokenAnswer, match="short list"):
        decode_order(sample("orders_list.json")["orders"][0], "RUB")
    with pytest.raises(BrokenAnswer, match="object"):
        decode_order([], "RUB")


def test_characters_that_cannot_be_stored_are_replaced() -> None:
    """Halves of emoji and NULs never reach the database."""
    assert decode(notes="a\ud83d b\0").comment == "a\ufffd b"


@pytest.mark.parametrize(
    ("fields", "method"),
    [
        ({"shipping": [{"shipping_id": "1"}, {"need_shipment": True}], "shipping_ids": "1,2"}, "1"),
        ({"shipping": {"0": {"shipping_id": 1}, "7": {"shipping_id": "1"}}}, "1"),
        ({"shipping": [{"shipping_id": "1"}, {"shipping_id": "2"}]}, ""),
        ({"shipping": [], "shipping_ids": "3"}, "3"),
        ({"shipping": {"0": {"need_shipment": True}}, "shipping_ids": "3, 3"}, "3"),
        ({"shipping": None, "shipping_ids": "3,4"}, ""),
        ({"shipping": [], "shipping_ids": ""}, ""),
        ({"shipping": [{"shipping_id": "0"}], "shipping_ids": "0"}, ""),
    ],
)
def test_the_shipping_method(fields: dict[str, Any], method: str) -> None:
    """Its id is told when all groups are shipped alike; the comma list stands in for entries without one."""
    assert decode(**fields).shipping_id == method


@pytest.mark.parametrize(
    ("ids", "shipped"),
    [(["4"], True), ({"1": "4"}, True), ("4,5", True), ([], False), ("", False), (None, False)],
)
def test_whether_there_are_shipments(ids: Any, shipped: bool) -> None:
    """A list by the code, a comma text by the documentation (contracts/cscart §4.3)."""
    assert decode(shipment_ids=ids).shipped is shipped


def test_a_partly_shipped_order_of_the_samples() -> None:
    """One shipment is enough."""
    order = decode_order(sample("order_95_deleted_product_partly_shipped.json"), "RUB")
    assert (order.shipped, order.shipping_id) == (True, "")
