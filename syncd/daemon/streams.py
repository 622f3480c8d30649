"""The streams by name: which there are, which the settings switch on, and how often each of them runs."""

from __future__ import annotations

from syncd.app.feeds import BACK, PREFIX
from syncd.errors import Misconfigured
from syncd.model.owner import Owner
from syncd.settings import Settings
from syncd.settings.sources import AnySource, HoroshopSource
from syncd.sync.letters import STREAM as ORDERS_BACK
from syncd.sync.order_handling import STREAM as ORDERS
from syncd.sync.products import STREAM as PRODUCTS
from syncd.sync.source_writes import STREAM as PRODUCTS_BACK

__all__ = [
    "GOES_FIRST",
    "KINDS",
    "ORDERS",
    "ORDERS_BACK",
    "PAIR_STREAMS",
    "PRODUCTS",
    "PRODUCTS_BACK",
    "all_of",
    "chosen",
    "enabled",
    "entry_of",
    "goes_first",
    "meant",
    "seconds",
]

PAIR_STREAMS = (ORDERS, ORDERS_BACK, PRODUCTS, PRODUCTS_BACK)
"""The streams of the two shops, in the order of a run: stock is compared after pending orders, and what both sides changed
is merged before anything goes back."""

KINDS = {ORDERS: (ORDERS, ORDERS_BACK), PRODUCTS: (PRODUCTS, PRODUCTS_BACK)}
"""The streams of each kind of record, both ways: what a person means who names the kind."""

GOES_FIRST = {ORDERS: PRODUCTS, PRODUCTS_BACK: PRODUCTS}
"""Whose very first cycle must have ended before a stream's own: orders need products, and the way back needs links."""


def all_of(settings: Settings) -> tuple[str, ...]:
    """Every stream, in the order of a run: those of further sources stand after the orders of the shop itself."""
    further = tuple(PREFIX + source.name for source in settings.sources)
    back = tuple(
        BACK + source.name
        for source in settings.sources
        if isinstance(source, HoroshopSource) and source.statuses_back
    )
    return (ORDERS, *further, ORDERS_BACK, *back, *PAIR_STREAMS[2:])


def entry_of(settings: Settings, stream: str) -> AnySource | None:
    """The further source that the stream brings orders from, or is the way back to."""
    return next(
        (source for source in settings.sources if stream in (PREFIX + source.name, BACK + source.name)), None
    )


def goes_first(stream: str) -> str | None:
    """The stream whose very first cycle must have ended before this one's: any orders need products."""
    return PRODUCTS if stream.startswith(PREFIX) else GOES_FIRST.get(stream)


def enabled(settings: Settings, stream: str) -> bool:
    """Whether the settings switch the stream on. Products go back only where something of the office's counts: a value, a
    product that only stands there, or that one vanished."""
    entry = entry_of(settings, stream)
    if entry is not None:
        return entry.enabled
    if stream in KINDS[ORDERS]:
        return settings.orders.enabled
    products = settings.products
    theirs = {Owner.WEBASYST, Owner.BOTH, Owner.SHARED}.intersection(products.owners.values())
    back = bool(theirs) or products.create_in_cscart or products.vanished == "zero"
    return products.enabled and (stream == PRODUCTS or back)


def seconds(settings: Settings, stream: str) -> int:
    """The interval between two cycles."""
    entry = entry_of(settings, stream)
    if entry is not None:
        return entry.update_time
    return settings.orders.update_time if stream in KINDS[ORDERS] else settings.products.update_time


def meant(settings: Settings, name: str | None) -> tuple[str, ...]:
    """The streams that a name stands for: all without one, both ways of a kind with every source's, or a single stream.

    Raises `Misconfigured` for a name that no stream has.
    """
    known = all_of(settings)
    if name is None:
        return known
    if name == ORDERS:
        return tuple(stream for stream in known if stream not in KINDS[PRODUCTS])
    if name not in known:
        raise Misconfigured(f"there is no stream {name}; the streams are {', '.join(known)}")
    return KINDS.get(name, (name,))


def chosen(settings: Settings, name: str | None) -> list[str]:
    """The streams of a run: those meant that are switched on. Raises `Misconfigured` when there is none."""
    wanted = [stream for stream in meant(settings, name) if enabled(settings, stream)]
    if not wanted and name == PRODUCTS_BACK and settings.products.enabled:
        raise Misconfigured(
            "nothing to run: SYNCD_PRODUCTS__OWNERS gives every field to CS-Cart; give Webasyst a part of one"
        )
    entry = entry_of(settings, name or "")
    if not wanted and entry is not None:
        raise Misconfigured(
            f"nothing to run: the source {entry.name} is switched off; set its enabled to true"
        )
    if not wanted:
        kinds = [kind for kind, streams in KINDS.items() if set(streams) & set(meant(settings, name))]
        names = [f"SYNCD_{kind.upper()}__ENABLED" for kind in kinds]
        raise Misconfigured(
            f"nothing to run: {' and '.join(names)} {'are' if len(names) > 1 else 'is'} false; set it to true"
        )
    return wanted
