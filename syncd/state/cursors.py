"""How far each stream has come, in the clock of the shop it reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from syncd.state.rows import insert_for
from syncd.state.schema import cursors


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything before `position` is applied or set aside; `since` is where the stream once began, if that was kept."""

    pair: str
    stream: str
    position: datetime
    since: datetime | None


def get(conn: Connection, pair: str, stream: str) -> Cursor | None:
    """The cursor; `None` before the stream's first complete cycle and after a reset."""
    row = conn.execute(select(cursors).where(cursors.c.pair == pair, cursors.c.stream == stream)).first()
    return None if row is None else Cursor(**row._mapping)


def put(conn: Connection, pair: str, stream: str, position: datetime, since: datetime | None = None) -> None:
    """Set the position; `since` stays as it was when it is not given."""
    statement = insert_for(conn, cursors).values(pair=pair, stream=stream, position=position, since=since)
    changed = {
        "position": statement.excluded.position,
        "since": func.coalesce(statement.excluded.since, cursors.c.since),
    }
    conn.execute(statement.on_conflict_do_update(index_elements=["pair", "stream"], set_=changed))


def reset(conn: Connection, pair: str, stream: str) -> None:
    """Forget the position: the stream begins again."""
    conn.execute(delete(cursors).where(cursors.c.pair == pair, cursors.c.stream == stream))
