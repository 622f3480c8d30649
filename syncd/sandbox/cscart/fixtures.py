"""What a fresh shop contains besides goods and orders: statuses, payments, shippings, taxes, settings (cscart §5)."""

# ruff: noqa: RUF001 - names in other scripts are the point here

from __future__ import annotations

from decimal import Decimal

from syncd.sandbox.cscart.records import Category, Company, Payment, Promotion, Shipping, Status, Tax, User
from syncd.sandbox.cscart.store import Store

_D = {"inventory": "D", "remove_cc_info": "Y", "repay": "N"}
_I = {"inventory": "I", "remove_cc_info": "Y", "repay": "Y"}
_ORDER_STATUSES = (
    ("P", "Paid", "Оплачен", "has been paid", "Your order has been paid successfully.",
     {"allow_return": "N", "color": "#97cf4d", "gift_cert_status": "P", **_D, "payment_received": "Y",
      "appearance_type": "I"}),
    ("C", "Complete", "Выполнен", "has been completed",
     "Your order has been completed. Thank you for choosing us.",
     {"allow_return": "Y", "color": "#97cf4d", "gift_cert_status": "A", **_D, "payment_received": "Y"}),
    ("O", "Open", "Открыт", "has been placed successfully.",
     "Thank you for the order. You are welcome to come back!",
     {"allow_return": "N", "color": "#ff9522", "gift_cert_status": "P", **_D}),
    ("F", "Failed", "Неудача", "failed", "Your order has been unsuccessful. Please contact shop administration.",
     {"allow_return": "N", "color": "#ff5215", "gift_cert_status": "C", **_I}),
    ("D", "Declined", "Отклонен", "has been declined",
     "Your order has been declined. Please contact shop administration.",
     {"allow_return": "N", "color": "#ff5215", "gift_cert_status": "C", **_I}),
    ("B", "Backordered", "Отложен", "has been backordered", "Your order has been backordered.",
     {"allow_return": "N", "color": "#28abf6", "gift_cert_status": "C", **_I}),
    ("I", "Canceled", "Аннулирован", "has been canceled",
     "Your order has been canceled. Please contact shop administration.",
     {"allow_return": "N", "color": "#c2c2c2", "gift_cert_status": "C", **_I, "appearance_type": "C"}),
)  # fmt: skip
_SHIPMENT_STATUSES = (
    ("P", "Picked up", "Забран"),
    ("A", "Packed", "Упакован"),
    ("S", "Shipped", "Отправлен"),
)


def fill(store: Store, companies: int, admin_email: str) -> None:
    """Put in everything a fresh shop has; ``companies`` is the count of storefronts or vendors."""
    for letter, english, russian, subject, header, params in _ORDER_STATUSES:
        names = {"en": english, "ru": russian}
        store.statuses.append(
            Status(store.next_id("status"), letter, "O", names, subject, header, dict(params))
        )
    for letter, english, russian in _SHIPMENT_STATUSES:
        store.statuses.append(Status(store.next_id("status"), letter, "S", {"en": english, "ru": russian}))
    company_names = (
        ["CS-Cart", "Zweigstelle Süd"] if store.edition == "ULTIMATE" else ["Vendor A", "Vendor B & Söhne"]
    )
    for number in range(1, companies + 1):
        name = company_names[number - 1] if number <= len(company_names) else f"Company {number}"
        store.companies[number] = Company(number, name, f"store{number}@example.test", store.default_language)
    store.reserve("company", companies)
    _trade(store)
    store.users[1] = User(
        1, admin_email, "John", "Doe", user_type="A", company_id=0, timestamp=store.now - 86400 * 365
    )
    store.reserve("user", 2)
    _categories(store, companies)
    store.config = {number: {"object_id": str(number), "name": name, "section_id": "2", "section_tab_id": "0",
                             "type": "I", "value": value}
                    for number, name, value in ((1, "elements_per_page", "50"), (2, "min_order_amount", "0"))}  # fmt: skip


def _trade(store: Store) -> None:
    store.taxes[6] = Tax(6, {"en": "VAT 20%", "ru": "НДС 20%"}, Decimal(20), included=True)
    store.taxes[7] = Tax(7, {"en": "Sales tax 8%", "ru": "Налог 8%"}, Decimal(8), included=False)
    store.payments[6] = Payment(6, {"en": "Cash on delivery", "ru": "Наложенный платёж"}, "tab3")
    store.payments[12] = Payment(12, {"en": "Credit card", "ru": "Банковская карта"}, "tab1", "Stripe", 44)
    store.payments[13] = Payment(
        13, {"en": "Invoice with fee", "ru": "Счёт с комиссией"}, "tab3", surcharge=Decimal("1.50"),
        surcharge_percent=Decimal(2),
    )  # fmt: skip
    store.shippings[1] = Shipping(
        1, {"en": "Courier", "ru": "Курьер"}, Decimal("300.00"), "1-3 days", tax_ids=(6,)
    )
    store.shippings[2] = Shipping(
        2, {"en": "Pickup — free", "ru": "Самовывоз — бесплатно"}, Decimal(0), "", free=True, position=20
    )
    store.promotions[7] = Promotion(7, "cart", "Весна", Decimal(10), coupon="весна10")
    store.reserve("promotion", 7)


def _categories(store: Store, companies: int) -> None:
    born = store.now - 86400 * 300
    for number, parent, name, position, status in (
        (100, 0, "Hidden", 99, "H"), (166, 0, "Продукты", 10, "A"), (201, 166, "Кофе в зёрнах", 10, "A"),
        (203, 0, "Одежда & аксессуары", 20, "A"), (204, 203, "Футболки", 10, "A"),
    ):  # fmt: skip
        store.categories[number] = Category(number, parent, name, position, status, timestamp=born)
    for company in range(2, companies + 1):
        if store.edition == "ULTIMATE":
            number = 300 + company
            store.categories[number] = Category(
                number, 0, f"Katalog {company}", company_id=company, timestamp=born
            )
    store.reserve("category", max(store.categories))
