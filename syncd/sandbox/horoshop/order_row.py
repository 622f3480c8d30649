"""An order as the API and the hooks write it (contracts/sources §1.4)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.horoshop.records import Line, Order
from syncd.sandbox.horoshop.store import Store
from syncd.sandbox.horoshop.titles import DELIVERIES, NOVA_POSHTA, PAYMENTS, SELF

SITE = "https://shop.example"
CONTACT = ("name", "email", "phone")


def get_row(store: Store, order: Order, *, additional: bool) -> dict[str, Any]:
    """Return an order as ``orders/get`` gives it; ``additional`` is the request's ``additionalData``."""
    row = _common(store, order)
    if not store.settings.comment_in_get:
        del row["comment"]
    row["products"] = [{**_line(store, line), "type": line.kind} for line in order.lines]
    row.update(
        delivery_city_stable=order.customer["city"], payment_price=0, manager_id=3, manager_comment="",
        manager_discount=order.manager_discount,
        manager_discount_title="Знижка менеджера" if order.manager_discount else "", np_number=order.tracking,
        delivery_country="Україна", analytics=dict(order.analytics), delivery_data=_waybill(order),
    )  # fmt: skip
    if additional:
        warehouse = {"recipient_warehouse_ref": f"00000000-0000-0000-0000-{order.order_id:012d}"}
        row["additional_data"] = warehouse if order.delivery_id == NOVA_POSHTA else []
    return row


def created_body(store: Store, order: Order) -> dict[str, Any]:
    """Return the body of ``order_created``: the same fields without the rows that only ``orders/get`` has."""
    row = _common(store, order)
    row["products"] = [_line(store, line) for line in order.lines]
    return row


def paid_body(order: Order) -> dict[str, Any]:
    """Return the body of ``order_paid``: ids and contact, no products (contracts/sources §1.6)."""
    return {"order_id": order.order_id, "user": order.user, **_contact(order), "payed": 1}


def _contact(order: Order) -> dict[str, str]:
    return {f"delivery_{key}": order.customer[key] for key in CONTACT}


def _common(store: Store, order: Order) -> dict[str, Any]:
    coupon = order.coupon
    row: dict[str, Any] = {
        "order_id": order.order_id, "user": order.user, **_contact(order), "delivery_city": order.customer["city"],
        "delivery_address": order.customer["address"],
        "delivery_type": {"id": order.delivery_id, "title": DELIVERIES[order.delivery_id]},
        "delivery_price": order.delivery_price, "comment": order.comment,
        "payment_type": {"id": order.payment_id, "title": PAYMENTS[order.payment_id]}, "payed": int(order.paid),
        "total_default": order.total_default, "total_sum": order.total_sum,
        "total_quantity": sum(line.quantity for line in order.lines), "discount_percent": order.discount_percent,
        "discount_value": order.order_discount, "coupon_code": coupon.code if coupon else "",
        "coupon_percent": coupon.percent if coupon else 0, "coupon_discount_value": order.coupon_discount,
        "coupon_type": coupon.kind if coupon else 0, "stat_status": order.status,
        "stat_created": f"{store.local(order.created):%Y-%m-%d %H:%M:%S}", "currency": order.currency,
    }  # fmt: skip
    if store.settings.since(3, 32):
        row["order_without_callback"] = order.without_callback
    return row


def _line(store: Store, line: Line) -> dict[str, Any]:
    row: dict[str, Any] = {
        "title": line.title, "article": line.article, "price": line.price, "quantity": line.quantity,
        "total_price": line.total, "discount_marker": line.discount_marker,
    }  # fmt: skip
    if store.settings.since(4, 26):
        name = line.article.strip().lower() or "item"
        row["url"] = f"{SITE}/ua/{name}/"
        row["photo_url"] = f"{SITE}/content/images/{name}.jpg"
    return row


def _waybill(order: Order) -> dict[str, Any] | list[Any]:
    """``tnNumber`` is null until the waybill exists; an order that is fetched by its buyer has an empty list."""
    if order.delivery_id == SELF:
        return []
    sent = bool(order.tracking)
    city = order.customer["city"]
    return {
        "deliveryOperatorType": "nova_poshta" if order.delivery_id == NOVA_POSHTA else "other",
        "tnNumber": order.tracking or None,
        "tnId": f"00000000-0000-0000-0000-{order.order_id:012d}" if sent else None,
        "tnStatusName": f"Прямує до міста {city}" if sent else None, "tnTrackingUpdateDate": None,
        "estimatedDeliveryDate": None, "ownTTNPicked": False,
        "departure": {"city": "Луцьк", "warehouse": "Відділення № 2"},
        "destination": {"city": city, "warehouse": "Відділення № 1"},
    }  # fmt: skip
