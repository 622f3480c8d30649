"""Subscriptions to a shop's hooks that we made: the shop cannot list them, so their ids are kept here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from syncd.state.rows import upsert, values_of
from syncd.state.schema import subscriptions


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription. `base` is our address without the secret; `number` is the shop's id, empty from before the call
    until its answer: a row that stays so is in doubt."""

    pair: str
    source: str
    event: str
    base: str
    number: str
    asked_at: datetime


def put(conn: Connection, subscription: Subscription) -> None:
    """Note a subscription, over what was known of the same event and address."""
    upsert(conn, subscriptions, [values_of(subscription)])


def of(conn: Connection, pair: str, source: str | None = None) -> list[Subscription]:
    """The subscriptions of a source, or of all; by source, event and address."""
    query = select(subscriptions).where(subscriptions.c.pair == pair)
    if source is not None:
        query = query.where(subscriptions.c.source == source)
    order = (subscriptions.c.source, subscriptions.c.event, subscriptions.c.base)
    return [Subscription(**row._mapping) for row in conn.execute(query.order_by(*order))]


def remove(conn: Connection, subscription: Subscription) -> None:
    """Forget a subscription that has ended."""
    mine = (
        (subscriptions.c.pair == subscription.pair)
        & (subscriptions.c.source == subscription.source)
        & (subscriptions.c.event == subscription.event)
        & (subscriptions.c.base == subscription.base)
    )
    conn.execute(delete(subscriptions).where(mine))
