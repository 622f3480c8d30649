"""Records that were set aside, with the reason, the payload and the time of the next try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, literal, select, update

from syncd.state.rows import insert_missing, upsert, values_of
from syncd.state.schema import failures

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 1440))
"""The pause after the first, second, ... failed attempt; the last one goes on for ever."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One record that is set aside.

    `version` is the source record's version that failed and `link_version` that of its link; when either changes, the
    attempts count anew. `payload` is the record as it was read.
    """

    pair: str
    stream: str
    record_key: str
    code: str
    message: str
    payload: str
    version: str
    link_version: str
    attempts: int
    first_at: datetime
    last_at: datetime
    next_at: datetime


def record(
    conn: Connection,
    pair: str,
    stream: str,
    record_key: str,
    *,
    code: str,
    message: str,
    now: datetime,
    payload: str = "",
    version: str = "",
    link_version: str = "",
) -> Failure:
    """Note one more failed attempt and answer the failure as it now stands."""
    key = {"pair": pair, "stream": stream, "record_key": record_key}
    news = {
        "code": code,
        "message": message,
        "payload": payload,
        "version": version,
        "link_version": link_version,
    }
    fresh = {**key, **news, "attempts": 0, "first_at": now, "last_at": now, "next_at": now}
    insert_missing(conn, failures, fresh)
    # Locked where the database locks rows; on SQLite the transaction holds the only write lock anyway.
    row = conn.execute(select(failures).where(_one(pair, stream, record_key)).with_for_update()).one()
    earlier = Failure(**row._mapping)
    same = (earlier.version, earlier.link_version) == (version, link_version)
    attempts = earlier.attempts + 1 if same else 1
    failure = Failure(
        **key,
        **news,
        attempts=attempts,
        first_at=earlier.first_at,
        last_at=now,
        next_at=now + PAUSES[min(attempts, len(PAUSES)) - 1],
    )
    upsert(conn, failures, [values_of(failure)])
    return failure


def clear(conn: Connection, pair: str, stream: str, record_key: str) -> bool:
    """Forget the failure of a record that went through; answers whether there was one."""
    return conn.execute(delete(failures).where(_one(pair, stream, record_key))).rowcount > 0


def get(conn: Connection, pair: str, stream: str, record_key: str) -> Failure | None:
    """The failure of a record."""
    row = conn.execute(select(failures).where(_one(pair, stream, record_key))).first()
    return None if row is None else Failure(**row._mapping)


def hasten(conn: Connection, pair: str, stream: str, record_key: str | None, now: datetime) -> int:
    """End the pause of one record, or of all records of a stream, so that the next cycle tries again; answers how many."""
    mine = _of(pair, stream) if record_key is None else _one(pair, stream, record_key)
    return conn.execute(update(failures).where(mine).values(next_at=now)).rowcount


def due(conn: Connection, pair: str, stream: str, now: datetime) -> list[Failure]:
    """The failures whose next try has come, the longest waiting first."""
    query = select(failures).where(_of(pair, stream), failures.c.next_at <= now)
    rows = conn.execute(query.order_by(failures.c.next_at, failures.c.record_key))
    return [Failure(**row._mapping) for row in rows]


def all(conn: Connection, pair: str, stream: str | None = None) -> list[Failure]:
    """Every failure of a stream, or of all streams; the oldest first."""
    query = select(failures).where(_of(pair, stream))
    rows = conn.execute(query.order_by(failures.c.first_at, failures.c.stream, failures.c.record_key))
    return [Failure(**row._mapping) for row in rows]


def briefly(conn: Connection, pair: str, stream: str) -> list[Failure]:
    """Every failure of a stream without its payload and its reason's text, which can be large; the oldest first."""
    large = {"payload", "message"}
    columns = [
        literal("").label(column.name) if column.name in large else column for column in failures.columns
    ]
    rows = conn.execute(
        select(*columns).where(_of(pair, stream)).order_by(failures.c.first_at, failures.c.record_key)
    )
    return [Failure(**row._mapping) for row in rows]


def count(conn: Connection, pair: str, stream: str | None = None) -> int:
    """How many records are set aside."""
    return conn.scalar(select(func.count()).select_from(failures).where(_of(pair, stream))) or 0


def _of(pair: str, stream: str | None) -> ColumnElement[bool]:
    condition = failures.c.pair == pair
    return condition if stream is None else condition & (failures.c.stream == stream)


def _one(pair: str, stream: str, record_key: str) -> ColumnElement[bool]:
    return _of(pair, stream) & (failures.c.record_key == record_key)
