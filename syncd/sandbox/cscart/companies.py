"""``/api/stores`` (ULTIMATE) and ``/api/vendors`` (MULTIVENDOR), also as context of others (cscart §1.10, §5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, privileges
from syncd.sandbox.cscart.paging import asked_page, echo
from syncd.sandbox.cscart.records import Company
from syncd.sandbox.cscart.replies import ApiError


def company_row(context: Context, company: Company) -> dict[str, Any]:
    """Return one company; a storefront owner has addresses."""
    row = {
        "company_id": str(company.company_id), "lang_code": company.lang_code, "email": company.email,
        "timestamp": str(company.timestamp), "status": company.status,
    }  # fmt: skip
    if context.store.edition == "ULTIMATE":
        parts = urlsplit(context.url)
        row["storefront"] = row["secure_storefront"] = parts.netloc + parts.path
    return {**row, "company": company.name}


def index(context: Context, call: Call) -> tuple[int, Any]:
    """List companies; past the end the last page comes again."""
    rows = sorted(context.store.companies.values(), key=lambda row: row.name.casefold())
    page = asked_page(call, context.store.settings.items_per_page).clamped(len(rows))
    defaults = {"sort_order": "asc", "sort_by": "company", "sort_order_rev": "desc"}
    shown = [company_row(context, row) for row in page.slice(rows)]
    return 200, {call.entity: shown, "params": echo(call, defaults, page, len(rows) if page.size else None)}


def read(context: Context, call: Call) -> tuple[int, Any]:
    """Return one company."""
    return 200, company_row(context, _find(context, call))


def create(context: Context, call: Call) -> tuple[int, Any]:
    """Create a company; the answer is 200, not 201."""
    store, data = context.store, call.data
    for key in ("company", "email"):
        if not php.truthy(data.get(key)):
            raise ApiError(400, f"The {key} field is required")
    number = store.next_id("company")
    store.companies[number] = Company(
        number, php.to_str(data["company"]), php.to_str(data["email"]), store.default_language, store.now
    )
    if call.entity == "stores":
        return 200, {"store_id": number}
    context.trigger("new_vendor", company_row(context, store.companies[number]))
    return 200, {"company_id": number, "message": ""}


def update(context: Context, call: Call) -> tuple[int, Any]:
    """Change a company."""
    company = _find(context, call)
    company.name = php.to_str(call.data.get("company", company.name))
    company.email = php.to_str(call.data.get("email", company.email))
    company.status = php.to_str(call.data.get("status", company.status))[:1]
    key = "store_id" if call.entity == "stores" else "company_id"
    return 200, {key: str(company.company_id)}


def delete(context: Context, call: Call) -> tuple[int, Any]:
    """Delete a company."""
    del context.store.companies[_find(context, call).company_id]
    return 204, None


def _find(context: Context, call: Call) -> Company:
    company = context.store.companies.get(call.number)
    if company is None:
        raise ApiError(404)
    return company


def _entity(name: str) -> Entity:
    rights = privileges(f"view_{name}", f"manage_{name}")
    return Entity(name, rights, index, read, create, update, delete, container=True)


STORES = _entity("stores")
VENDORS = _entity("vendors")
