"""``/api/statuses``: order and shipment statuses; ids are numbers, not letters (cscart §5)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, privileges
from syncd.sandbox.cscart.paging import asked_page
from syncd.sandbox.cscart.records import Status
from syncd.sandbox.cscart.replies import ApiError


def status_row(context: Context, call: Call, status: Status) -> dict[str, Any]:
    """Return one status with its name in the asked language."""
    lang = context.store.language(call.text("lang_code", context.store.default_language))
    return {
        "status_id": str(status.status_id), "status": status.letter, "type": status.kind, "is_default": "Y",
        "position": "0", "description": status.names.get(lang) or next(iter(status.names.values())),
        "email_subj": status.subject, "email_header": status.header, "lang_code": lang,
        "params": dict(status.params),
    }  # fmt: skip


def index(context: Context, call: Call) -> tuple[int, Any]:
    """List statuses of one type; ``N`` and ``T`` are not among them."""
    kind = call.text("type", "O") or "O"
    rows = [row for row in context.store.statuses if row.kind == kind]
    page = asked_page(call, context.store.settings.items_per_page)
    shown = [status_row(context, call, row) for row in page.slice(rows)]
    params = {"items_per_page": str(page.size), "page": page.number, "total_items": len(rows)}
    return 200, {"statuses": shown, "params": params}


def read(context: Context, call: Call) -> tuple[int, Any]:
    """Return one status by its number; raises ApiError 404."""
    return 200, status_row(context, call, _find(context, call))


def _find(context: Context, call: Call) -> Status:
    found = next((row for row in context.store.statuses if row.status_id == call.number), None)
    if found is None:
        raise ApiError(404)
    return found


def create(context: Context, call: Call) -> tuple[int, Any]:
    """Create a status; needs a letter and a description; raises ApiError 400."""
    for key in ("status", "description"):
        if not call.data.get(key):
            raise ApiError(400, f"The {key} field is required")
    store = context.store
    kind = php.to_str(call.data.get("type", "O"))
    letter, name = php.to_str(call.data["status"])[:1], php.to_str(call.data["description"])
    status = Status(store.next_id("status"), letter, kind, dict.fromkeys(store.languages, name))
    status.params = {str(key): php.to_str(value) for key, value in _params(call).items()}
    store.statuses.append(status)
    return 201, {"status_id": status.status_id}


def _params(call: Call) -> php.PhpArray:
    params = call.data.get("params")
    return params if isinstance(params, dict) else {}


def update(context: Context, call: Call) -> tuple[int, Any]:
    """Change name or parameters of a status."""
    status = _find(context, call)
    if call.data.get("description"):
        status.names[context.store.language(call.text("lang_code"))] = php.to_str(call.data["description"])
    status.params.update({str(key): php.to_str(value) for key, value in _params(call).items()})
    return 200, {"status_id": str(status.status_id)}


def delete(context: Context, call: Call) -> tuple[int, Any]:
    """Delete a status."""
    context.store.statuses.remove(_find(context, call))
    return 204, None


ENTITY = Entity(
    "statuses",
    privileges("manage_order_statuses", "manage_order_statuses"),
    index,
    read,
    create,
    update,
    delete,
)
