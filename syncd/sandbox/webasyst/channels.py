"""shop.saleschannel.*: for administrators; without premium one channel only (contracts/webasyst §7)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php

from .call import Call, Method, as_map, php_map, reads, writes
from .errors import ApiError

REQUIRED = {"pos": "stock_id", "telegram": "storefront", "vk": "storefront", "max": "storefront"}
TYPES = (
    ("Telegram", '<i class="fab fa-telegram-plane" style="color: #24A1DE;"></i>', True, "telegram"),
    ("Point of Sale", '<i class="fas fa-map-marker-alt text-gray"></i>', True, "pos"),
    ("Widget", '<i class="fas fa-code"></i>', False, "widget"),
    ("QR order", '<i class="fas fa-qrcode"></i>', False, "qr"),
)


def _admin(call: Call) -> None:
    if not call.user.admin:
        raise ApiError(403, "access_denied", "Access denied.")


def _find(call: Call, value: Any) -> dict[str, Any]:
    channel = call.store.channels.get(php.to_int(value))
    if channel is None:
        raise ApiError(404, "channel_not_found", "Sales channel not found.")
    return channel


def _shown(channel: dict[str, Any]) -> dict[str, Any]:
    return {**channel, "params": php_map(channel["params"])}


def list_types(call: Call) -> Any:
    """shop.saleschannel.listTypes."""
    _admin(call)
    rows = [{"name": name, "menu_icon": icon, "available": on, "id": key} for name, icon, on, key in TYPES]
    return {"types": rows}


def get_list(call: Call) -> Any:
    """shop.saleschannel.list."""
    _admin(call)
    return [_shown(channel) for channel in call.store.channels]


def get_info(call: Call) -> Any:
    """shop.saleschannel.getInfo."""
    _admin(call)
    return _shown(_find(call, call.need_get("id")))


def _check_params(kind: str, params: dict[Any, Any]) -> None:
    name = REQUIRED[kind]
    if not php.truthy(params.get(name)):
        raise ApiError(400, "bad_params", "This field is required", field=f"params[{name}]")


def add(call: Call) -> Any:
    """shop.saleschannel.add."""
    _admin(call)
    kind = call.form("type")
    if not kind:
        raise ApiError(400, "field_required", "Sales channel type is required.", field="type")
    if kind not in REQUIRED:
        raise ApiError(400, "unknown_type", "Sales channel type not found.")
    params = as_map(call.post.get("params"))
    _check_params(kind, params)
    if len(call.store.channels):
        raise ApiError(402, "premium_only", "Creating more channels is available in the premium version.")
    key = call.store.channels.reserve()
    channel = {
        "id": key,
        "type": kind,
        "name": call.form("name"),
        "description": call.form("description"),
        "wa_channel_id": None,
        "status": php.to_int(call.form("status", "1")),
        "sort": 0,
        "params": {str(name): php.to_str(value) for name, value in params.items()},
    }
    return {"channel": _shown(call.store.channels.put(key, channel))}


def update(call: Call) -> Any:
    """shop.saleschannel.update."""
    _admin(call)
    channel = _find(call, call.need("id"))
    if "params" in call.post:
        params = as_map(call.post["params"])
        _check_params(channel["type"], params)
        channel["params"] = {str(name): php.to_str(value) for name, value in params.items()}
    for name in ("name", "description"):
        if name in call.post:
            channel[name] = call.form(name)
    if "status" in call.post:
        channel["status"] = php.to_int(call.form("status"))
    return {"channel": _shown(channel)}


def delete(call: Call) -> Any:
    """shop.saleschannel.delete."""
    _admin(call)
    call.store.channels.drop(_find(call, call.need("id"))["id"])
    return {"status": "ok"}


METHODS: dict[str, Method] = {
    "saleschannel.listTypes": reads(list_types),
    "saleschannel.list": reads(get_list),
    "saleschannel.getInfo": reads(get_info),
    "saleschannel.add": writes(add),
    "saleschannel.update": writes(update),
    "saleschannel.delete": writes(delete),
}
