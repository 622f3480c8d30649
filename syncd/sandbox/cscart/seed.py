"""Deterministic goods, customers and orders of a small shop; quick enough for 100,000 products."""

# ruff: noqa: RUF001, PLR2004 - names in other scripts and plain proportions are the point here

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

from syncd.sandbox.cscart.cart import apply_promotions, apply_taxes, make_line, settle
from syncd.sandbox.cscart.pictures import SIDE
from syncd.sandbox.cscart.records import Image, Option, Order, Product, User, VariationGroup
from syncd.sandbox.cscart.store import Store

DAY = 86400
_KINDS = (
    "Кофе «Арабика»", "Mug & Saucer \"Zoë\"", "Чай «Улун»", "Kräuterlikör", "Ręcznik bawełniany", "Notebook A5",
    "Лампа настольная", "Crème brûlée set", "Шарф шерстяной", "Olive oil <extra virgin>", "Kerze „Föhre“",
)  # fmt: skip
_QUALITIES = ("250 г", "classic", "100 г", "0,5 l", "№ 5", "premium", "XL", "mini", "ночной", "blau", "50%")
_SIZES = ((1193, "S"), (1195, "M"), (1197, "L"))
_PEOPLE = (
    ("Иван", "Петров", "RU", "MOS", "Москва", "101000", "ул. Ленина, д. 1, кв. 5", "+79161234567"),
    ("Zoë", "Łukasz-Żółć", "PL", "MA", "Kraków", "30-001", "ul. Świętokrzyska 1/2", "+48 600 100 200"),
    ("Анна", "О'Нил", "", "", "", "", "", ""),
    ("Jörg", "Müller-Weiß", "DE", "BY", "München", "80331", "Marienplatz 1", "+49 89 123456"),
    ("Mary", "Smith & Sons", "US", "NY", "New York", "10001", "5th Avenue 1", "+1 212 555 0100"),
)  # fmt: skip
_LETTERS = ("O", "P", "C", "O", "I", "P", "F", "O", "B", "C")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to seed, and which oddities. Every hundredth code is doubled or empty when asked."""

    products: int
    orders: int
    duplicate_codes: bool = False
    empty_codes: bool = False
    variations: bool = True


def seed_shop(store: Store, plan: Plan, rng: random.Random) -> None:
    """Fill the shop with goods, customers and orders."""
    _customers(store)
    _products(store, plan, rng)
    store.touch_products()
    _place_orders(store, plan.orders, rng)


def _customers(store: Store) -> None:
    for first, last, country, state, city, zipcode, address, phone in _PEOPLE:
        number = store.next_id("user")
        where = {"country": country, "state": state, "city": city, "zipcode": zipcode, "address": address,
                 "firstname": first, "lastname": last, "phone": phone}  # fmt: skip
        store.users[number] = User(
            number, f"customer{number}@example.test", first, last, phone, timestamp=store.now - 200 * DAY,
            last_login=store.now - DAY, company="ООО «Ромашка»" if not country else "",
            address={f"{side}_{key}": value for side in ("b", "s") for key, value in where.items()},
        )  # fmt: skip


def _products(store: Store, plan: Plan, rng: random.Random) -> None:
    categories = [
        number for number, row in store.categories.items() if row.status == "A" and row.company_id == 1
    ]
    now, parent = store.now, 0
    for index in range(1, plan.products + 1):
        place = index % 10
        number = store.next_id("product")
        product = Product(
            number, _code(index, plan), f"{_KINDS[index % 11]} {_QUALITIES[index // 11 % 11]}",
            Decimal(rng.randrange(100, 50000)) / 100, rng.randrange(5, 200), now - 100 * DAY + index % DAY,
            now - 50 * DAY + index % DAY, category_ids=(categories[index % len(categories)],),
            weight=Decimal(rng.randrange(10, 4000)) / 1000, tax_ids=(6,) if place != 3 else (7,),
        )  # fmt: skip
        store.add_product(product)
        if plan.variations and place in (6, 7, 8):
            parent = number if place == 6 else parent
            _vary(store, product, parent, place - 6)
        _dress(store, product, index)


def _code(index: int, plan: Plan) -> str:
    if plan.empty_codes and index % 100 == 50:
        return ""
    if plan.duplicate_codes and index % 100 == 20:
        return f"SKU-{index - 1:06d}"
    return f"SKU-{index:06d}"


def _dress(store: Store, product: Product, index: int) -> None:
    """Give a product what only some have: pictures, list price, status, options, vendor."""
    if index % 5:
        product.main_image = seeded_image(store, product.product_id, 1)
    if index % 4 == 0:
        product.images = [seeded_image(store, product.product_id, 2, 10)]
    if index % 6 == 0:
        product.list_price = product.price + 100
    if index % 17 == 0:
        product.status = "H"
    if index % 29 == 0:
        product.status = "D"
    if index % 25 == 13:
        option = store.next_id("option", 5)
        first = store.next_id("variant", 21)
        second = store.next_id("variant")
        variants = {first: ("Белый / white", Decimal(0)), second: ("Чёрный / black", Decimal(50))}
        store.options[product.product_id] = [Option(option, product.product_id, "Цвет", variants)]
    if len(store.companies) > 1 and index % 2 == 0:
        product.company_id = 2
        if store.edition == "ULTIMATE":
            product.category_ids = (302,)


def seeded_image(store: Store, product_id: int, number: int, position: int = 0) -> Image:
    """Return a picture that the sandbox paints when it is asked for."""
    path = f"detailed/0/product-{product_id}-{number}.png"
    return Image(store.next_id("pair", 823), store.next_id("image", 912), path, "", position, SIDE, SIDE)


def _vary(store: Store, product: Product, parent: int, place: int) -> None:
    if place == 0:
        group_id = store.next_id("group", 10)
        store.groups[group_id] = VariationGroup(
            group_id, f"PV-{group_id:08X}F", store.now - 100 * DAY, store.now - 50 * DAY,
            [(549, "group_variation_catalog_item")], {},
        )  # fmt: skip
        product.group_id = group_id
    else:
        first = store.products[parent]
        product.name, product.group_id = first.name, first.group_id
        product.product_type, product.parent_product_id = "V", parent
        product.category_ids, product.company_id = first.category_ids, first.company_id
    store.groups[product.group_id].labels[product.product_id] = {549: _SIZES[place]}


def _place_orders(store: Store, count: int, rng: random.Random) -> None:
    goods = [row for row in store.products.values() if row.status != "D"]
    customers = [row for row in store.users.values() if row.user_type == "C"]
    if not goods or not customers:
        return
    for index in range(count):
        store_order(
            store, _order(store, goods, customers[index % len(customers)], (index, count - index), rng)
        )


def store_order(store: Store, order: Order) -> None:
    """Put a ready order into the table and take its goods from stock when its status says so."""
    store.orders[order.order_id] = order
    if store.inventory(order.status) == "D":
        for line in order.lines:
            store.products[line.product_id].amount -= line.amount
        store.touch_products()


def _order(
    store: Store, goods: list[Product], user: User, place: tuple[int, int], rng: random.Random
) -> Order:
    """Make one past order; ``place`` is its number from 0 and the hours since it was placed."""
    index, hours = place
    guest = index % 3 == 2
    moment = store.now - hours * 3600
    lines = [
        make_line(store, product, rng.randrange(1, 4), {}, {})
        for product in _basket(store, goods, index, rng)
    ]
    order = Order(
        store.next_id("order"), lines[0].company_id, 0 if guest else user.user_id, moment,
        moment + rng.randrange(1, 1800), _LETTERS[index % 10], (6, 12, 13)[index % 3],
        {**user.address, "firstname": user.firstname, "lastname": user.lastname, "phone": user.phone,
         "company": user.company, "email": f"guest{index}@example.test" if guest else user.email},
        lines, notes="Позвоните за час.\nДомофон 12«К»" if index % 4 == 1 else "",
        lang_code=store.languages[index % len(store.languages)], profile_id=0 if guest else user.user_id,
    )  # fmt: skip
    method = store.shippings[1 + index % 2]
    order.shippings = [{"shipping_id": method.shipping_id, "rate": method.rate, "group_key": 0,
                        "group_name": store.companies[order.company_id].name}]  # fmt: skip
    apply_promotions(store, order, ["весна10"] if index % 5 == 3 else [])
    apply_taxes(store, order)
    settle(store, order)
    if order.status in {"P", "C"} and order.payment_id == 12:
        order.payment_info = {"transaction_id": f"pi_{order.order_id:06d}", "order_status": order.status}
    if order.status == "P":
        order.invoice_id = store.next_id("invoice")
    return order


def _basket(store: Store, goods: list[Product], index: int, rng: random.Random) -> list[Product]:
    """Choose one to three products of one company, never the same twice."""
    company = 1 + index % len(store.companies)
    chosen: dict[int, Product] = {}
    for _ in range(1 + index % 3):
        product = goods[rng.randrange(len(goods))]
        if product.company_id == company:
            chosen[product.product_id] = product
    fallback = next((row for row in goods if row.company_id == company), goods[0])
    return list(chosen.values()) or [fallback]
