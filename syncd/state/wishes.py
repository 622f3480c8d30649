"""What people ask of the daemon's streams: to pause, and to run a cycle now. The daemon looks every second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from syncd.state.rows import insert_for
from syncd.state.schema import wishes


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of one stream: since when it pauses, and when a cycle out of turn was asked for."""

    pair: str
    stream: str
    paused_at: datetime | None = None
    wanted_at: datetime | None = None


def all(conn: Connection, pair: str) -> dict[str, Wish]:
    """The wishes by stream; a stream without any is left out."""
    rows = conn.execute(select(wishes).where(wishes.c.pair == pair))
    found = [Wish(**row._mapping) for row in rows]
    return {wish.stream: wish for wish in found if wish.paused_at or wish.wanted_at}


def pause(conn: Connection, pair: str, streams: Iterable[str], now: datetime) -> None:
    """Have these streams rest until they are resumed; one that does so already keeps its time."""
    paused = {stream for stream, wish in all(conn, pair).items() if wish.paused_at}
    for stream in streams:
        if stream not in paused:
            _put(conn, Wish(pair, stream, paused_at=now))


def resume(conn: Connection, pair: str, streams: Iterable[str], now: datetime) -> list[str]:
    """End the pause of these streams and have them run at once; answers those that paused."""
    paused = [stream for stream in streams if (wish := all(conn, pair).get(stream)) and wish.paused_at]
    for stream in paused:
        _put(conn, Wish(pair, stream, wanted_at=now))
    return paused


def want(conn: Connection, pair: str, streams: Iterable[str], now: datetime) -> None:
    """Ask for a cycle out of turn; a pause goes on."""
    known = all(conn, pair)
    for stream in streams:
        earlier = known.get(stream)
        _put(conn, Wish(pair, stream, earlier.paused_at if earlier else None, now))


def taken(conn: Connection, wish: Wish) -> None:
    """The cycle that was asked for begins; one that is asked for from now on is another."""
    mine = (wishes.c.pair == wish.pair) & (wishes.c.stream == wish.stream)
    conn.execute(update(wishes).where(mine, wishes.c.wanted_at == wish.wanted_at).values(wanted_at=None))


def _put(conn: Connection, wish: Wish) -> None:
    row = {"pair": wish.pair, "stream": wish.stream}
    news = {"paused_at": wish.paused_at, "wanted_at": wish.wanted_at}
    statement = insert_for(conn, wishes).values(**row, **news)
    conn.execute(statement.on_conflict_do_update(index_elements=["pair", "stream"], set_=news))
