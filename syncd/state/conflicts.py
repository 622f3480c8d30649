"""Fields that both shops changed and a person has to choose for: both values, what they agreed on before, the choice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from syncd.state.rows import batches, insert_for, values_of
from syncd.state.schema import conflicts


@dataclass(frozen=True, slots=True)
class HeldConflict:
    """One field of one product. Values are spelled for a person and may be shortened; `base_value` is `None` where it was
    never known. `choice` is the shop whose value a person wants, `None` before they said so.
    """

    pair: str
    source_key: str
    field: str
    code: str
    base_value: str | None
    source_value: str
    office_value: str
    choice: str | None
    at: datetime


_COLUMNS = tuple(conflicts.c[field.name] for field in fields(HeldConflict))


def hold(conn: Connection, held: HeldConflict) -> None:
    """Note a conflict, with its newest values; what a person chose and when it began stay."""
    insert = insert_for(conn, conflicts)
    changed = {name: insert.excluded[name] for name in ("code", "source_value", "office_value")}
    statement = insert.on_conflict_do_update(index_elements=["pair", "source_key", "field"], set_=changed)
    conn.execute(statement, values_of(held))


def all(conn: Connection, pair: str) -> list[HeldConflict]:
    """Every held conflict, the oldest first."""
    query = select(*_COLUMNS).where(conflicts.c.pair == pair)
    found = conn.execute(query.order_by(conflicts.c.at, conflicts.c.source_key, conflicts.c.field))
    return [HeldConflict(*row) for row in found]


def held_keys(conn: Connection, pair: str) -> list[str]:
    """The source products that have a held conflict."""
    query = select(conflicts.c.source_key).distinct().where(conflicts.c.pair == pair)
    return list(conn.scalars(query.order_by(conflicts.c.source_key)))


def of_products(conn: Connection, pair: str, keys: Iterable[str]) -> dict[str, dict[str, HeldConflict]]:
    """The held conflicts of these source products, by field; products without one are absent."""
    found: dict[str, dict[str, HeldConflict]] = {}
    for batch in batches(keys):
        query = select(*_COLUMNS).where(conflicts.c.pair == pair, conflicts.c.source_key.in_(batch))
        for row in conn.execute(query):
            held = HeldConflict(*row)
            found.setdefault(held.source_key, {})[held.field] = held
    return found


def choose(conn: Connection, pair: str, source_key: str, field: str | None, choice: str) -> int:
    """Note whose value a person wants, of one field or of all that are held; answers how many fields that settles."""
    mine = (conflicts.c.pair == pair) & (conflicts.c.source_key == source_key)
    if field is not None:
        mine &= conflicts.c.field == field
    return conn.execute(update(conflicts).where(mine).values(choice=choice)).rowcount


def forget(conn: Connection, pair: str, keys: Iterable[str]) -> None:
    """Forget every conflict of these source products."""
    for batch in batches(keys):
        mine = (conflicts.c.pair == pair) & conflicts.c.source_key.in_(batch)
        conn.execute(delete(conflicts).where(mine))


def settled(conn: Connection, pair: str, source_key: str, still_held: Iterable[str]) -> None:
    """Forget the product's conflicts but those that are still there."""
    conn.execute(
        delete(conflicts).where(
            conflicts.c.pair == pair,
            conflicts.c.source_key == source_key,
            conflicts.c.field.not_in(list(still_held)),
        )
    )
