"""Buyers' comments that only the call about the new order told: `orders/get` may lack them (contracts/sources §1.4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from syncd.model.exchange import Page
from syncd.model.hook import BadHook, HookCall
from syncd.model.order import Order
from syncd.shops.hook_body import hook_value

Calls = Callable[[Sequence[str]], Awaitable[Mapping[str, Sequence[HookCall]]]]
"""The calls that are kept about orders, by the orders' keys, the oldest first."""


async def commented(page: Page[Order], calls: Calls) -> Page[Order]:
    """The page with the comments that calls told of orders which have none. What nobody told is marked as not told: a call
    is not kept for ever, and its comment must not be taken for erased then."""
    bare = [order.key for order in page.records if not order.comment]
    if not bare:
        return page
    told = {key: comment_in(kept) for key, kept in (await calls(bare)).items()}
    orders = [
        order if order.comment else replace(order, comment=text, comment_told=bool(text))
        for order in page.records
        for text in [told.get(order.key, "")]
    ]
    return replace(page, records=orders)


def comment_in(calls: Sequence[HookCall]) -> str:
    """The last comment that the calls tell; a call that cannot be read tells none."""
    texts = [_comment(call) for call in calls]
    return next((text for text in reversed(texts) if text), "")


def _comment(call: HookCall) -> str:
    try:
        value = hook_value(call)
    except BadHook:
        return ""
    text = value.get("comment") if isinstance(value, dict) else None
    return text.strip() if isinstance(text, str) else ""
