"""Writes that have been begun: a durable note before the call, gone only when its outcome is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from syncd.errors import Held
from syncd.state.rows import insert_missing, upsert, values_of
from syncd.state.schema import intents


class IntentOpen(Held):
    """An earlier write to the same record is not settled yet."""

    code = "intent-open"


@dataclass(frozen=True, slots=True)
class Intent:
    """One open write of a record; there is never more than one.

    `reference` and `payload` are what its trace in the shop can be found by; before `settle_after` the abandoned call
    may still be at work and a miss proves nothing.
    """

    pair: str
    stream: str
    record_key: str
    action: str
    payload: Mapping[str, Any]
    reference: str | None
    started_at: datetime
    settle_after: datetime


def get(conn: Connection, pair: str, stream: str, record_key: str) -> Intent | None:
    """The open intent of a record."""
    row = conn.execute(select(intents).where(_one(pair, stream, record_key))).first()
    return None if row is None else Intent(**row._mapping)


def all(conn: Connection, pair: str, stream: str | None = None) -> list[Intent]:
    """Every open intent of a stream, or of all streams; the oldest first."""
    query = select(intents).where(intents.c.pair == pair)
    if stream is not None:
        query = query.where(intents.c.stream == stream)
    rows = conn.execute(query.order_by(intents.c.started_at, intents.c.stream, intents.c.record_key))
    return [Intent(**row._mapping) for row in rows]


def about(conn: Connection, pair: str, streams: Collection[str], record_key: str) -> list[Intent]:
    """The open intents of a record, and those of whole batches that it is in; the oldest first."""
    return [
        intent
        for intent in all(conn, pair)
        if intent.stream in streams
        and (intent.record_key == record_key or record_key in intent.payload.get("keys", ()))
    ]


def open(conn: Connection, intent: Intent) -> None:
    """Note an intent. Raises `IntentOpen` when the record has one already."""
    if insert_missing(conn, intents, values_of(intent)):
        return
    earlier = get(conn, intent.pair, intent.stream, intent.record_key)
    begun = (
        f"{earlier.action} begun at {earlier.started_at:%Y-%m-%d %H:%M:%S} UTC"
        if earlier
        else "another write"
    )
    raise IntentOpen(
        f"{intent.stream} {intent.record_key}: {begun} is not settled yet, so {intent.action} has to wait; "
        "the next cycle looks for its outcome"
    )


def replace(conn: Connection, intent: Intent) -> None:
    """Note an intent, over an earlier one of the same record whose outcome is known by now."""
    upsert(conn, intents, [values_of(intent)])


def close(conn: Connection, pair: str, stream: str, record_key: str) -> None:
    """Forget the intent of a record: its outcome is known. Closing none does no harm."""
    conn.execute(delete(intents).where(_one(pair, stream, record_key)))


def defer(conn: Connection, pair: str, stream: str, record_key: str, settle_after: datetime) -> None:
    """Set the time from which a miss proves that nothing happened."""
    conn.execute(update(intents).where(_one(pair, stream, record_key)).values(settle_after=settle_after))


def _one(pair: str, stream: str, record_key: str) -> ColumnElement[bool]:
    return (intents.c.pair == pair) & (intents.c.stream == stream) & (intents.c.record_key == record_key)
