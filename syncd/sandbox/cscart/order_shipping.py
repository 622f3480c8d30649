"""Shipping of an order: chosen methods, shipments, and the internal product groups (cscart §4.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncd.sandbox.cscart.order_lines import shipped_amount
from syncd.sandbox.cscart.product_rows import company_name, money
from syncd.sandbox.cscart.records import ZERO, Line, Order
from syncd.sandbox.cscart.store import Store


def groups_of(store: Store, order: Order) -> list[tuple[int, list[Line]]]:
    """Return the lines by vendor; in a storefront edition everything is one group."""
    if store.edition != "MULTIVENDOR":
        return [(order.company_id, list(order.lines))]
    companies: dict[int, list[Line]] = {}
    for line in order.lines:
        companies.setdefault(line.company_id, []).append(line)
    return list(companies.items())


def method_row(store: Store, chosen: dict[str, Any], lang: str) -> dict[str, Any]:
    """Return one chosen shipping method with its rate."""
    method = store.shippings.get(chosen["shipping_id"])
    name = "" if method is None else method.names.get(lang) or next(iter(method.names.values()))
    rate: Decimal = chosen["rate"]
    return {
        "shipping_id": str(chosen["shipping_id"]), "shipping": name,
        "delivery_time": "" if method is None else method.delivery_time, "description": "",
        "rate_calculation": "M", "service_params": [], "destination": "I", "min_weight": "0.000",
        "max_weight": "0.000", "service_id": "0", "free_shipping": "Y" if rate == 0 else "N", "module": None,
        "service_code": None, "is_address_required": "Y",
        "rate_info": {"rate_id": "3", "shipping_id": str(chosen["shipping_id"]), "destination_id": "1",
                      "delivery_time": "", "base_rate": money(rate), "rate_value": []},
        "group_key": chosen["group_key"], "rate": rate,
    }  # fmt: skip


def shipping_block(store: Store, order: Order, lang: str) -> dict[str, Any]:
    """Return ``shipping`` and ``shipment_ids``.

    ``need_shipment`` is put in by group key, which may create an entry that holds nothing else (cscart §4.3).
    """
    parcels = [str(row.shipment_id) for row in store.shipments.values() if row.order_id == order.order_id]
    if not order.shippings:
        digital = bool(order.lines) and all(line.is_edp == "Y" for line in order.lines)
        return {"shipping": [], "shipment_ids": parcels} if digital else {"shipment_ids": parcels}
    entries: dict[int, dict[str, Any]] = {}
    for index, chosen in enumerate(order.shippings):
        entries[index] = {**method_row(store, chosen, lang), "group_name": chosen["group_name"]}
    for key, (_, lines) in enumerate(groups_of(store, order)):
        physical = [line for line in lines if line.is_edp != "Y"]
        if any(shipped_amount(store, order, line) < line.amount for line in physical):
            entries.setdefault(key, {})["need_shipment"] = True
    return {"shipping": entries, "shipment_ids": parcels}


def product_groups(store: Store, order: Order, lang: str) -> list[dict[str, Any]]:
    """Return the internal structure of packages and rates, abridged as in the samples."""
    groups = []
    for key, (company_id, lines) in enumerate(groups_of(store, order)):
        chosen = [row for row in order.shippings if row["group_key"] == key]
        rows = {row["shipping_id"]: method_row(store, row, lang) for row in chosen}
        digital = all(line.is_edp == "Y" for line in lines)
        groups.append({
            "name": company_name(store, company_id) or "CS-Cart", "company_id": company_id,
            "products": {line.item_id: _group_line(line) for line in lines},
            "package_info": {"C": sum((line.subtotal for line in lines), ZERO), "W": 0.98,
                             "I": sum(line.amount for line in lines), "shipping_freight": 0, "packages": []},
            "all_edp_free_shipping": digital, "all_free_shipping": False, "free_shipping": False,
            "shipping_no_required": digital, "shipping_by_marketplace": False, "shippings": rows,
            "chosen_shippings": [{**rows[row["shipping_id"]], "group_name": row["group_name"]} for row in chosen],
        })  # fmt: skip
    return groups


def _group_line(line: Line) -> dict[str, Any]:
    return {
        "product_id": str(line.product_id), "amount": line.amount, "product_code": line.code, "product": line.name,
        "price": line.price, "base_price": line.base_price, "company_id": str(line.company_id),
        "is_edp": line.is_edp,
        "extra": {"product_options": {number: str(value) for number, value in line.options.items()}},
    }  # fmt: skip
