"""Orders of CS-Cart: from what the API answers to `Order` (contracts/cscart §4.3)."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from typing import Any

from syncd.errors import BrokenAnswer
from syncd.model.money import ZERO
from syncd.model.order import Address, Customer, Line, LineKind, Order
from syncd.shops.row import Row

_ONE = Decimal(1)
_ATTRIBUTES = r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*\s*/?>"""
"""Names with values up to the end of a tag: "a<b and c>d" is no tag `b`."""
_TAG = re.compile(
    r"</?(?:p|br|b|i|u|s|a|em|strong|span|div|font|small|big|sub|sup|pre|code|hr|h[1-6]|ul|ol|li|dl|dt|dd|blockquote|"
    r"table|thead|tbody|tr|td|th|img|style|script)" + _ATTRIBUTES + r"|<!--.*?-->",
    re.IGNORECASE | re.DOTALL,
)
_BREAK = re.compile(r"<(?:br|/p|/div|/li)" + _ATTRIBUTES + r"\n?", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)


def decode_order(value: Any, currency: str) -> Order:
    """The order in a full row (`get_orders_data=1`) or in the answer to `orders/{id}`; amounts are in `currency`.

    Raises `BrokenAnswer` with the field's name when something is not what the contract promises.
    """
    row = Row.of(value, "order")
    key = row.identifier("order_id")
    if not row.has("products"):
        raise BrokenAnswer(f"order {key}: the answer has no products; it is a row of the short list")
    return Order(
        key=key,
        number=key,
        company=row.text("company_id"),
        status=row.needed_text("status"),
        placed_at=row.first_time("timestamp"),
        # Rows that come from old versions have an updated_at of 0 (contracts/cscart §4.2).
        updated_at=row.first_time("updated_at", "timestamp"),
        currency=currency,
        customer=_customer(row),
        shipping_address=_delivery_address(row),
        billing_address=_address(row, ("b_",)),
        lines=tuple(_line(line) for line in row.rows("products")),
        extras=(*_taxes(row), *_surcharge(row)),
        shipping_name=_shipping_name(row),
        shipping_cost=row.money("shipping_cost"),
        payment_name=row.row("payment_method").text("payment"),
        discount=row.money("subtotal_discount"),
        coupons=row.keys("coupons"),
        total=row.needed_money("total"),
        comment=_plain_text(row.text("notes")),
        is_parent=row.text("is_parent_order") == "Y",
        shipping_id=_shipping_id(row),
        shipped=row.filled("shipment_ids"),
    )


def _customer(row: Row) -> Customer:
    """Who bought; `user_id` 0 is a guest. Names and phone come from the profiles when the order itself has none."""
    user = row.text("user_id")
    return Customer(
        key="" if user == "0" else user,
        firstname=row.first_text("firstname", "b_firstname", "s_firstname"),
        lastname=row.first_text("lastname", "b_lastname", "s_lastname"),
        email=row.text("email"),
        phone=row.first_text("phone", "b_phone", "s_phone"),
        company=row.text("company"),
    )


def _delivery_address(row: Row) -> Address:
    """Where it goes: the shipping profile, or the billing profile when the former has no address."""
    address = _address(row, ("s_", "b_"))
    return _address(row, ("b_", "s_")) if address.empty else address


def _address(row: Row, profiles: tuple[str, ...]) -> Address:
    """The address in the first profile; the others and the order itself only lend names and phone.

    Without street, city and zip nothing is known: the country and state of such a profile are the shop's own defaults
    (contracts/cscart §4.3), so they are left out.
    """
    place = profiles[0]
    address = Address(
        firstname=row.first_text(*(f"{prefix}firstname" for prefix in (*profiles, ""))),
        lastname=row.first_text(*(f"{prefix}lastname" for prefix in (*profiles, ""))),
        phone=row.first_text(*(f"{prefix}phone" for prefix in (*profiles, ""))),
        street=", ".join(filter(None, (row.text(f"{place}address"), row.text(f"{place}address_2")))),
        city=row.text(f"{place}city"),
        zip=row.text(f"{place}zipcode"),
        country=row.text(f"{place}country").upper(),
        region=row.text(f"{place}state"),
        region_name=row.first_text(f"{place}state_descr", f"{place}state"),
    )
    if not address.empty:
        return address
    return Address(firstname=address.firstname, lastname=address.lastname, phone=address.phone)


def _line(line: Row) -> Line:
    """One product line; `price` is what was paid per piece, line discount and option modifiers included."""
    extra = line.row("extra")
    code = line.text("product_code")
    key = line.text("product_id")
    name = line.text("product") or extra.text("product") or code or f"Product {key}"
    return Line(
        kind=LineKind.PRODUCT,
        name=_with_options(name, extra),
        quantity=line.number("amount"),
        unit_price=line.needed_money("price"),
        code=code,
        product_key="" if key == "0" else key,
    )


def _with_options(name: str, extra: Row) -> str:
    """The name with the chosen options, but for those it already tells ("Mug (Colour: Black)")."""
    chosen = []
    for option in extra.rows_if_any("product_options_value"):
        # What is no text, as an uploaded file, has no place in a name.
        typed = "" if isinstance(option.raw("value"), dict | list) else option.text("value")
        value = option.text("variant_name") or typed
        # Variations already carry their values in the name; "M" in "Mug" is not one of them.
        if value and not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", name, re.IGNORECASE):
            chosen.append(f"{option.text('option_name')}: {value}".removeprefix(": "))
    return f"{name} ({', '.join(chosen)})" if chosen else name


def _taxes(row: Row) -> list[Line]:
    """The taxes on top of the prices. `tax_subtotal` of the order is the truth for their sum: when the single taxes do not
    add up to it, one line stands for them all."""
    lines = [
        _extra(LineKind.TAX, tax.text("description") or "Tax", tax.money("tax_subtotal"))
        for tax in row.rows_if_any("taxes")
        if tax.text("price_includes_tax") == "N"
    ]
    if row.has("tax_subtotal"):
        total = row.money("tax_subtotal")
        if sum((line.unit_price for line in lines), ZERO) != total:
            lines = [_extra(LineKind.TAX, "Tax", total)]
    return [line for line in lines if line.unit_price]


def _surcharge(row: Row) -> list[Line]:
    amount = row.money("payment_surcharge")
    name = row.row("payment_method").text("surcharge_title") or "Payment surcharge"
    return [_extra(LineKind.SURCHARGE, name, amount)] if amount else []


def _extra(kind: LineKind, name: str, amount: Decimal) -> Line:
    return Line(kind=kind, name=name, quantity=_ONE, unit_price=amount)


def _shipping_name(row: Row) -> str:
    """The names of the shipping methods, one per shipped group; an entry may hold nothing but `need_shipment`."""
    names = (entry.text("shipping") for entry in row.rows_if_any("shipping"))
    return " + ".join(dict.fromkeys(name for name in names if name))


def _shipping_id(row: Row) -> str:
    """The one method of all shipped groups; the comma list stands in where no group tells its method."""
    told = [entry.text("shipping_id") for entry in row.rows_if_any("shipping")]
    if not any(told):
        told = [part.strip() for part in row.text("shipping_ids").split(",")]
    methods = set(told) - {"", "0"}
    return methods.pop() if len(methods) == 1 else ""


def _plain_text(text: str) -> str:
    """The customer's notes without markup. Entities are only read where there are tags: elsewhere they were typed."""
    if not _TAG.search(text):
        return text.strip()
    text = _BREAK.sub("\n", _UNSEEN.sub("", text))
    return html.unescape(_TAG.sub("", text)).strip()
