"""The hooks of JustClick: signed hints, of which nothing but an order's number is taken (contracts/sources §2.6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from syncd.model.hook import BadHook, HookCall, HookNews
from syncd.shops.justclick.form import MOST_BYTES, parse_form
from syncd.shops.justclick.signing import same_hash, sign_hook

EVENTS = frozenset({"created", "paid", "prepaid", "canceled", "moneyback"})
"""Our own words at the end of the five addresses; the body's `status` tells nothing for sure."""

_BOM = b"\xef\xbb\xbf"
_STAMPS = ("created", "paid")
_MOST_DIGITS = 18
_SHOWN = 40


def read_hook(call: HookCall, *, key: str) -> HookNews:
    """The order that a call hints at; the caller reads it anew. The body is a form with PHP's nested names, or JSON,
    whatever its header says; without a body the query counts.

    Status, sums and goods are not signed, and a call may be sent again under another event: a seen call of a creation can be
    made into a cancellation. Nor are the borders of id and e-mail signed. So the number is a hint, and everything
    else is left unread. An address with an event that we do not know is told to a person; the order is read all the same.

    Raises `BadHook` when the hash is missing or none of those with the stamps `created`, `paid` and empty, when there is no
    order number, and when the body is too large or unreadable.
    """
    body = call.body.removeprefix(_BOM)
    if body.lstrip().startswith(b"{"):
        fields = _json(body)
    else:
        fields = parse_form(body.rstrip(b"\r\n") or call.query.encode("latin-1", "replace"))
    order_id = _text(fields, "id")
    if not (order_id.isascii() and order_id.isdigit() and len(order_id) <= _MOST_DIGITS and int(order_id)):
        raise BadHook("the call names no order: its field id is no number")
    if not _signed(fields, order_id, key):
        raise BadHook(
            f"the hash of the call for order {order_id} is missing or wrong. If JustClick itself sent it, check "
            "key in its entry of SYNCD_SOURCES (user_rps_key in the account's API settings)"
        )
    return HookNews(orders=(str(int(order_id)),), alarm=_alarm(call.event))


def _signed(fields: Mapping[str, Any], order_id: str, key: str) -> bool:
    """All stamps are tried, so that the time tells nothing; which one is used is told in two ways (§2.6)."""
    email, told = _text(fields, "email"), fields.get("hash")
    stamps = (*(_text(fields, name) for name in _STAMPS), "")
    fits = [same_hash(told, sign_hook(order_id, email, stamp, key=key)) for stamp in stamps]
    return any(fits)


def _alarm(event: str) -> str:
    if not event or event in EVENTS:
        return ""
    return (
        f"JustClick called the address of an unknown event, {event[:_SHOWN]!r}. Let the addresses in its product settings "
        f"end in one of: {', '.join(sorted(EVENTS))}."
    )


def _json(body: bytes) -> Mapping[str, Any]:
    if len(body) > MOST_BYTES:
        raise BadHook(f"the call has {len(body)} bytes, more than {MOST_BYTES}")
    try:
        value: Mapping[str, Any] = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise BadHook("the call looks like JSON, and is not") from error
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    """A plain field; a number is its digits, a missing one is empty."""
    value = fields.get(name)
    if value is None or value is False:
        return ""
    if isinstance(value, str | int):
        return str(int(value)) if isinstance(value, int) else value
    raise BadHook(f"the field {name} of the call is no plain text")
