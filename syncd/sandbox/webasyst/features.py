"""Product features: their definitions and the values of products (contracts/webasyst §3.10, §8)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php

from .call import Call, Method, php_map, reads, writes
from .errors import ApiError, database_error
from .state import State
from .store import Product

TYPES = ("varchar", "text", "double", "boolean", "color")


def by_code(state: State, code: Any) -> dict[str, Any] | None:
    """The definition of a feature, or None."""
    return next((row for row in state.store.features if row["code"] == code), None)


def read_features(state: State, sent: Any) -> dict[str, Any]:
    """The sent values of features that exist: text, or a list of value ids; "" stays to mean "remove"."""
    if not isinstance(sent, dict):
        return {}
    return {
        str(code): _value(state, feature, value)
        for code, value in sent.items()
        if (feature := by_code(state, code)) is not None
    }


def put_features(state: State, product: Product, sent: Any) -> None:
    """Merge per code; an empty value removes (contracts/webasyst §3.5)."""
    merged = dict(product.features or {})
    for code, value in read_features(state, sent).items():
        if value in ("", []):
            merged.pop(code, None)
        else:
            merged[code] = value
    product.features = merged or None


def _value(state: State, feature: dict[str, Any], sent: Any) -> Any:
    if feature["selectable"] == "0":
        return php.to_str(sent["value"] if isinstance(sent, dict) and "value" in sent else sent)
    texts = [php.to_str(one) for one in sent.values()] if isinstance(sent, dict) else [php.to_str(sent)]
    return [value_id(state, feature, one) for one in texts if one]


def value_id(state: State, feature: dict[str, Any], text: str) -> int:
    """The id of a value of a selectable feature; it is created when it is new."""
    for row in state.store.feature_values:
        if row["feature_id"] == feature["id"] and row["value"].casefold() == text.casefold():
            return int(row["id"])
    key = state.store.feature_values.reserve()
    row = {"id": str(key), "feature_id": feature["id"], "sort": str(key), "code": None, "value": text}
    state.store.feature_values.put(key, row)
    return key


def shown(state: State, product: Product) -> dict[str, Any] | list[Any]:
    """`features` of product.getInfo: text, or the list of value rows."""
    found: dict[str, Any] = {}
    for code, value in (product.features or {}).items():
        found[code] = value if isinstance(value, str) else [_value_row(state, one) for one in value]
    return php_map(found)


def _value_row(state: State, key: int) -> dict[str, Any]:
    row = dict(state.store.feature_values.rows[key])
    if row["code"] is None:
        del row["code"]
    return row


def get_list(call: Call) -> Any:
    """shop.feature.getList: an object keyed by id."""
    return php_map({str(row["id"]): _with_values(call.state, row) for row in call.store.features})


def _with_values(state: State, row: dict[str, Any]) -> dict[str, Any]:
    if row["selectable"] == "0":
        return row
    values = [
        _value_row(state, int(one["id"]))
        for one in state.store.feature_values
        if one["feature_id"] == row["id"]
    ]
    return {**row, "values": values}


def add(call: Call) -> Any:
    """shop.feature.add; without selectable and multiple the database refuses (contracts/webasyst §3.10)."""
    for name in ("name", "code", "type"):
        call.need(name)
    code = call.form("code")
    if by_code(call.state, code) is not None:
        raise ApiError(200, "invalid_param", f"Code {code} already exists.")
    if "selectable" not in call.post or "multiple" not in call.post:
        raise database_error()
    row = define(
        call.state,
        code,
        call.form("name"),
        call.form("type"),
        selectable=call.form("selectable"),
        multiple=call.form("multiple"),
    )
    row["status"] = call.form("status", "public")
    row["available_for_sku"] = str(php.to_int(call.form("available_for_sku", "0")))
    return row


BUILTIN = (
    ("weight", "Weight", "dimension.weight", "0", "0", "1", "1"),
    ("length", "Length", "dimension.length", "0", "0", None, "0"),
    ("color", "Color", "color", "1", "1", "1", "0"),
    ("gtin", "GTIN", "varchar", "0", "0", "1", "1"),
)
COLORS = (
    ("white", "16777215"),
    ("yellow", "16776960"),
    ("green", "65280"),
    ("blue", "255"),
    ("brown", "9849600"),
    ("red", "16711680"),
    ("orange", "16753920"),
    ("silver", "12632256"),
    ("gray", "8421504"),
    ("black", "0"),
)


def install(state: State) -> None:
    """The features and colors a fresh shop has."""
    for code, name, kind, selectable, multiple, for_sku, builtin in BUILTIN:
        row = define(state, code, name, kind, selectable=selectable, multiple=multiple)
        row |= {"default_unit": "", "available_for_sku": for_sku, "builtin": builtin}
        row["status"] = "private" if code == "gtin" else "public"
    color = by_code(state, "color") or {}
    for name, code in COLORS:
        state.store.feature_values.rows[value_id(state, color, name)]["code"] = code


def define(
    state: State, code: str, name: str, kind: str, *, selectable: str = "0", multiple: str = "0"
) -> dict[str, Any]:
    """Create a feature and return its row."""
    key = state.store.features.reserve()
    row: dict[str, Any] = {
        "id": str(key),
        "parent_id": None,
        "code": code,
        "status": "public",
        "name": name,
        "type": kind,
        "selectable": str(php.to_int(selectable)),
        "multiple": str(php.to_int(multiple)),
        "count": "0",
        "available_for_sku": "0",
        "default_unit": None,
        "builtin": "0",
    }
    return state.store.features.put(key, row)


METHODS: dict[str, Method] = {"feature.getList": reads(get_list), "feature.add": writes(add)}
