"""The inbox: what shops called out to us, written down before they are answered, and worked on afterwards.

A row is one event of one source: the same body and query again is counted, not stored anew (contracts/sources §5.2).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, case, cast, delete, func, not_, select, update

from syncd.model.hook import HookCall, HookNews
from syncd.state.rows import batches, insert_for
from syncd.state.schema import inbox

BY_HAND = "resync"
"""The event of what a person wished: it waits in the inbox like a call, but no shop has called."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A call in the inbox, without its body, which may be large.

    `repeats` is how many times it has come so far, `received_at` when it came first and `last_at` when last.
    """

    id: int
    source: str
    event: str
    orders: tuple[str, ...]
    products: tuple[str, ...]
    alarm: str
    received_at: datetime
    last_at: datetime
    repeats: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a source's inbox holds: rows that wait and rows that are done, and when the last call came."""

    waiting: int
    done: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a source's call wants a person to know."""

    text: str
    event: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """A call about a record, for its timeline; `processed_at` is `None` while it waits."""

    event: str
    received_at: datetime
    last_at: datetime
    repeats: int
    processed_at: datetime | None


_ENTRY = tuple(inbox.c[name] for name in Entry.__slots__)
_CALL = ("event", "method", "content_type", "body", "query")
_UNIQUE = ("pair", "source", "event", "digest")


def digest(call: HookCall) -> str:
    """What tells two calls of one event apart: their query and body."""
    return hashlib.sha256(call.query.encode("utf-8", "surrogatepass") + b"\0" + call.body).hexdigest()


def put(  # noqa: PLR0917
    conn: Connection, pair: str, source: str, call: HookCall, news: HookNews, now: datetime
) -> bool:
    """Write a call down; answers whether it is new.

    A call that is there already is counted, and waits again even when it was worked on: a shop that calls twice may have
    changed something in between (a further licence: contracts/sources §3.2), and what is read then is the truth anyway.
    """
    row = _row(pair, source, call, news, now)
    again = {
        "repeats": inbox.c.repeats + 1,
        "last_at": now,
        "processed_at": None,
        "outcome": "",
    }
    statement = insert_for(conn, inbox).on_conflict_do_update(index_elements=_UNIQUE, set_=again)
    conn.execute(statement, row)
    same = and_(*(inbox.c[name] == row[name] for name in _UNIQUE))
    found = conn.execute(select(*_ENTRY).where(same)).one()
    _read_differently(conn, _entry(found), news)
    return bool(found.repeats == 1)


def waiting(
    conn: Connection, pair: str, source: str, limit: int, *, products: bool | None = None
) -> list[Entry]:
    """The calls that have not been worked on, the oldest first, at most `limit`.

    `products`: only those that speak of products and of no order, or only all others; each kind is worked on by a stream
    of its own, and must not stand in the way of the other.
    """
    query = select(*_ENTRY).where(_waiting(pair, source)).order_by(inbox.c.id).limit(limit)
    if products is not None:
        mine = and_(_names_none(inbox.c.orders), not_(_names_none(inbox.c.products)))
        query = query.where(mine if products else not_(mine))
    return [_entry(row) for row in conn.execute(query)]


def done(conn: Connection, entries: Iterable[Entry], outcome: str, now: datetime) -> int:
    """Note that these calls have been worked on; answers how many.

    One that came again since the entry was read goes on waiting: what it hints at may be newer than what was read for it.
    """
    by_repeats: dict[int, list[int]] = {}
    for entry in entries:
        by_repeats.setdefault(entry.repeats, []).append(entry.id)
    changed = 0
    for repeats, ids in by_repeats.items():
        for batch in batches(ids):
            mine = and_(inbox.c.id.in_(batch), inbox.c.repeats == repeats, inbox.c.processed_at.is_(None))
            statement = update(inbox).where(mine).values(processed_at=now, outcome=outcome)
            changed += conn.execute(statement).rowcount
    return changed


def calls_of(conn: Connection, pair: str, source: str, keys: Iterable[str]) -> dict[str, list[HookCall]]:
    """The calls that are kept and name one of these orders and no other, as they came in, by order, the oldest first.
    Their bodies may hold secrets."""
    found: dict[str, list[HookCall]] = {}
    columns = [inbox.c[name] for name in _CALL]
    for batch in batches(keys):
        alone = cast(inbox.c.orders, Text).in_([json.dumps([key]) for key in batch])
        mine = and_(inbox.c.pair == pair, inbox.c.source == source, inbox.c.event != BY_HAND, alone)
        for row in conn.execute(select(inbox.c.orders, *columns).where(mine).order_by(inbox.c.id)):
            found.setdefault(row.orders[0], []).append(HookCall(*row[1:]))
    return found


def about(conn: Connection, pair: str, source: str, key: str, *, products: bool = False) -> list[Call]:
    """The calls that are kept and name this order, or this product; the oldest first."""
    column = inbox.c.products if products else inbox.c.orders
    likely = cast(column, Text).contains(json.dumps(key), autoescape=True)
    names = (*_ENTRY, inbox.c.processed_at)
    query = select(*names).where(inbox.c.pair == pair, inbox.c.source == source, likely).order_by(inbox.c.id)
    return [
        Call(row.event, row.received_at, row.last_at, row.repeats, row.processed_at)
        for row in conn.execute(query)
        if key in (row.products if products else row.orders)
    ]


def prune(conn: Connection, before: datetime) -> int:
    """Forget the calls of all pairs that were done with before that time, never a waiting one; answers how many."""
    return conn.execute(delete(inbox).where(inbox.c.processed_at < before)).rowcount


def traffic(conn: Connection, pair: str) -> dict[str, Traffic]:
    """What each source's calls came to; a source that never called is absent, and what a person wished is no call."""
    unprocessed = func.sum(case((inbox.c.processed_at.is_(None), 1), else_=0))
    query = (
        select(inbox.c.source, unprocessed.label("waiting"), func.count(), func.max(inbox.c.last_at))
        .where(inbox.c.pair == pair, inbox.c.event != BY_HAND)
        .group_by(inbox.c.source)
        .order_by(inbox.c.source)
    )
    return {
        source: Traffic(int(waits), total - int(waits), last_at)
        for source, waits, total, last_at in conn.execute(query)
    }


def alarms(conn: Connection, pair: str) -> dict[str, Alarm]:
    """The latest alarm of each source among the calls that are kept."""
    query = (
        select(inbox.c.source, inbox.c.alarm, inbox.c.event, inbox.c.last_at)
        .where(inbox.c.pair == pair, inbox.c.alarm != "")
        .order_by(inbox.c.last_at, inbox.c.id)
    )
    return {source: Alarm(text, event, at) for source, text, event, at in conn.execute(query)}


def alarmed(conn: Connection, pair: str, source: str) -> dict[str, datetime]:
    """When a source last brought an alarm at each event's address, of the calls that are kept."""
    mine = and_(inbox.c.pair == pair, inbox.c.source == source, inbox.c.alarm != "")
    query = select(inbox.c.event, func.max(inbox.c.last_at)).where(mine).group_by(inbox.c.event)
    return {event: at for event, at in conn.execute(query)}


def _row(pair: str, source: str, call: HookCall, news: HookNews, now: datetime) -> dict[str, Any]:
    return {
        "pair": pair,
        "source": source,
        "event": call.event,
        "digest": digest(call),
        "method": call.method,
        "content_type": call.content_type,
        "query": call.query,
        "body": call.body,
        "orders": list(news.orders),
        "products": list(news.products),
        "alarm": news.alarm,
        "received_at": now,
        "last_at": now,
        "repeats": 1,
        "processed_at": None,
        "outcome": "",
    }


def _read_differently(conn: Connection, entry: Entry, news: HookNews) -> None:
    """The same bytes can mean more under another method or content type: nothing that either call says is lost."""
    orders = tuple(dict.fromkeys(entry.orders + news.orders))
    products = tuple(dict.fromkeys(entry.products + news.products))
    alarm = news.alarm or entry.alarm
    if (orders, products, alarm) != (entry.orders, entry.products, entry.alarm):
        both = {"orders": list(orders), "products": list(products), "alarm": alarm}
        conn.execute(update(inbox).where(inbox.c.id == entry.id).values(both))


def _entry(row: Any) -> Entry:
    values = dict(row._mapping)
    return Entry(**values | {"orders": tuple(row.orders), "products": tuple(row.products)})


def _names_none(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a column of record numbers is the empty list."""
    return cast(column, Text) == "[]"


def _waiting(pair: str, source: str) -> ColumnElement[bool]:
    return and_(inbox.c.pair == pair, inbox.c.source == source, inbox.c.processed_at.is_(None))
