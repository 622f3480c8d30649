"""``licenses``: list, one record, and its change (contracts/sources §3.4)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.paging import asked_page
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.marketplace.orders import PAGE_SIZE
from syncd.sandbox.marketplace.records import Licence
from syncd.sandbox.marketplace.store import Store

FILTERS = ("user_id", "product_id", "order_id", "license_number", "email")


def row(licence: Licence) -> dict[str, str]:
    """Return a record."""
    return {
        "purchase_id": str(licence.purchase_id), "order_id": str(licence.order_id),
        "product_id": str(licence.product_id), "created_at": str(licence.created_at),
        "expires_at": str(licence.expires_at), "file_id": "0", "license_number": licence.number,
        "domain_names": licence.domains, "email": licence.email, "user_id": str(licence.user_id),
    }  # fmt: skip


def index(store: Store, call: Call) -> dict[str, Any]:
    """Return a page of the licences that fit all filters."""
    rows = [row(licence) for licence in _own(store)]
    for name in FILTERS:
        if wanted := call.text(name):
            rows = [item for item in rows if item[name] == wanted]
    if domain := call.text("domain_name"):
        rows = [item for item in rows if domain in item["domain_names"].split(",")]
    page = asked_page(call, PAGE_SIZE)
    params = {"page": page.number, "items_per_page": page.size, "total_items": str(len(rows))}
    return {"licenses": list(page.slice(rows)), "params": params}


def _own(store: Store) -> list[Licence]:
    return [row for row in store.licences.values() if store.own_order(row.order_id) is not None]


def read(store: Store, call: Call) -> dict[str, Any]:
    """Return one record; raises ApiError 404."""
    return row(_found(store, call))


def update(store: Store, call: Call) -> dict[str, Any]:
    """Change ``expires_at`` and ``domain_name``; raises ApiError 404."""
    licence = _found(store, call)
    if "expires_at" in call.data:
        licence.expires_at = php.to_int(call.data["expires_at"])
    if "domain_name" in call.data:
        licence.domains = php.to_str(call.data["domain_name"])
    return row(licence)


def _found(store: Store, call: Call) -> Licence:
    licence = store.licences.get(call.number) if php.is_numeric(call.object_id) else None
    if licence is None or licence not in _own(store):
        raise ApiError(404)
    return licence
