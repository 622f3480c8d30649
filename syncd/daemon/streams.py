"""The streams by name: which there are, which the settings switch on, and how often each of them runs."""

from __future__ import annotations

from syncd.errors import Misconfigured
from syncd.model.owner import Owner
from syncd.settings import Settings
from syncd.sync.letters import STREAM as ORDERS_BACK
from syncd.sync.order_handling import STREAM as ORDERS
from syncd.sync.products import STREAM as PRODUCTS
from syncd.sync.source_writes import STREAM as PRODUCTS_BACK

__all__ = [
    "GOES_FIRST",
    "KINDS",
    "ORDERS",
    "ORDERS_BACK",
    "PRODUCTS",
    "PRODUCTS_BACK",
    "STREAMS",
    "chosen",
    "enabled",
    "meant",
    "seconds",
]

STREAMS = (ORDERS, ORDERS_BACK, PRODUCTS, PRODUCTS_BACK)
"""Every stream, in the order of a run: stock is compared after pending orders, and what both sides changed is merged
before anything goes back."""

KINDS = {ORDERS: (ORDERS, ORDERS_BACK), PRODUCTS: (PRODUCTS, PRODUCTS_BACK)}
"""The streams of each kind of record, both ways: what a person means who names the kind."""

GOES_FIRST = {ORDERS: PRODUCTS, PRODUCTS_BACK: PRODUCTS}
"""Whose very first cycle must have ended before a stream's own: orders need products, and the way back needs links."""


def enabled(settings: Settings, stream: str) -> bool:
    """Whether the settings switch the stream on. Products go back only where something of the office's counts: a value, a
    product that only stands there, or that one vanished."""
    if stream in KINDS[ORDERS]:
        return settings.orders.enabled
    products = settings.products
    theirs = {Owner.WEBASYST, Owner.BOTH, Owner.SHARED}.intersection(products.owners.values())
    back = bool(theirs) or products.create_in_cscart or products.vanished == "zero"
    return products.enabled and (stream == PRODUCTS or back)


def seconds(settings: Settings, stream: str) -> int:
    """The interval between two cycles."""
    return settings.orders.update_time if stream in KINDS[ORDERS] else settings.products.update_time


def meant(name: str | None) -> tuple[str, ...]:
    """The streams that a name stands for: all without one, both ways of a kind, or a single stream."""
    return STREAMS if name is None else KINDS.get(name, (name,))


def chosen(settings: Settings, name: str | None) -> list[str]:
    """The streams of a run: those meant that are switched on. Raises `Misconfigured` when there is none."""
    wanted = [stream for stream in meant(name) if enabled(settings, stream)]
    if not wanted and name == PRODUCTS_BACK and settings.products.enabled:
        raise Misconfigured(
            "nothing to run: SYNCD_PRODUCTS__OWNERS gives every field to CS-Cart; give Webasyst a part of one"
        )
    if not wanted:
        kinds = [kind for kind, streams in KINDS.items() if set(streams) & set(meant(name))]
        names = [f"SYNCD_{kind.upper()}__ENABLED" for kind in kinds]
        raise Misconfigured(
            f"nothing to run: {' and '.join(names)} {'are' if len(names) > 1 else 'is'} false; set it to true"
        )
    return wanted
