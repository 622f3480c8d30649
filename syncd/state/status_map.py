"""The targets of source statuses as last configured, so that a change of the map is noticed and shown."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from syncd.state.schema import status_map


def get(conn: Connection, pair: str, source: str) -> dict[str, str]:
    """Source status -> target."""
    rows = conn.execute(
        select(status_map.c.status, status_map.c.target)
        .where(status_map.c.pair == pair, status_map.c.source == source)
        .order_by(status_map.c.status)
    )
    return {row.status: row.target for row in rows}


def replace(conn: Connection, pair: str, source: str, mapping: Mapping[str, str]) -> None:
    """Set the whole map; statuses that are not in it lose their target. An equal map writes nothing."""
    if get(conn, pair, source) == dict(mapping):
        return
    conn.execute(delete(status_map).where(status_map.c.pair == pair, status_map.c.source == source))
    rows = [
        {"pair": pair, "source": source, "status": status, "target": str(target)}
        for status, target in mapping.items()
    ]
    if rows:
        conn.execute(insert(status_map), rows)
