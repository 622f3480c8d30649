"""Settling creations whose outcome is unknown: search by reference, adopt what exists, send again only what surely
does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.model.backoffice import OfficeOrder
from syncd.state.intents import Intent

SKEW = timedelta(minutes=15)
"""How far the office's clock may be off when orders without a reference are looked for by time."""


@dataclass(frozen=True, slots=True)
class Adopt:
    """The order exists: link it."""

    order: OfficeOrder


@dataclass(frozen=True, slots=True)
class Wait:
    """The abandoned call may still be running in the shop: look again later, send nothing."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Orders without a reference that look like ours: the shop may have died between the row and its params."""

    order_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """It surely does not exist: it may be sent again."""


def settle(
    intent: Intent,
    hits: Sequence[OfficeOrder],
    nameless: Iterable[OfficeOrder],
    now: datetime,
    *,
    offset: timedelta = timedelta(),
) -> Adopt | Wait | Suspect | Repeat:
    """The verdict on one doubtful creation.

    `hits` carry the intent's reference; `nameless` are orders without any, created since the call began. Of several hits
    the oldest is ours: later ones can only be repetitions by somebody else. `offset` is how far the office's clock, which
    stamps orders, is ahead of ours.
    """
    if hits:
        return Adopt(min(hits, key=lambda order: order.order_id))
    if now < intent.settle_after:
        return Wait()
    lookalikes = [order.order_id for order in nameless if _looks_like(order, intent, offset)]
    return Suspect(tuple(sorted(lookalikes))) if lookalikes else Repeat()


def fingerprint(lines: Iterable[tuple[int | None, str]]) -> list[str]:
    """The lines of an order as the shop keeps them on creation: SKU and quantity, free lines left out."""
    return sorted(f"{sku_id}x{quantity}" for sku_id, quantity in lines if sku_id)


def _looks_like(order: OfficeOrder, intent: Intent, offset: timedelta) -> bool:
    """Same contact (when it was known), created while the call could run, and the same products or no lines yet.

    Half-written means: no params at all, because the shop died between the row and its params (contracts/webasyst §8);
    an order of the storefront or the back office has some.
    """
    if order.params or order.state == "deleted":
        return False
    contact = intent.payload.get("contact_id")
    if contact is not None and order.contact_id != contact:
        return False
    if not intent.started_at - SKEW <= order.created_at - offset <= intent.settle_after + SKEW:
        return False
    theirs = Counter(fingerprint((line.sku_id, str(line.quantity.normalize())) for line in order.lines))
    return not order.lines or theirs == Counter(intent.payload.get("lines", []))
