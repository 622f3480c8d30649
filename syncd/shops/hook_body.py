"""The body of a hook: JSON, a form, or a query, whatever its header says; and the record numbers in it.

Shops send JSON as `application/x-www-form-urlencoded` (contracts/cscart §6), with a byte order mark, or as a bare number
(contracts/sources §3.1).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from syncd.model.hook import BadHook, HookCall

_MOST_FIELDS = 1000
_LONGEST_NUMBER = 18
"""Digits that the largest id of any shop has."""


def hook_value(call: HookCall) -> Any:
    """The JSON value of the body; else the fields of the body as a form, or of the query where there is no body.

    Raises `BadHook` when it is nothing of the kind. Nothing of the body is quoted.
    """
    try:
        text = call.body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadHook("The body is not UTF-8") from None
    if not text:
        return _fields(call.query)
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return _fields(text)


def record_number(value: Any) -> str:
    """The number of a record, told as number or text of digits, without leading zeros; never used but as such.

    Raises `BadHook` for everything else.
    """
    text = str(value) if isinstance(value, str | int) else ""
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER and int(text):
        return str(int(text))
    raise BadHook("The call has no number of a record")


def _fields(text: str) -> dict[str, str]:
    """The fields of a form or query; of a repeated one the last counts, as in PHP."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise BadHook("The body is neither JSON nor a form") from None
    return dict(pairs)
