"""The user map: which office contact a source customer is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from syncd.state.rows import insert_missing, upsert, values_of
from syncd.state.schema import customers


def get(conn: Connection, pair: str, source: str, customer_key: str) -> int | None:
    """The contact id of a customer key such as `user:17` or `mail:ann@example.com`."""
    return conn.scalar(
        select(customers.c.contact_id).where(
            customers.c.pair == pair, customers.c.source == source, customers.c.customer_key == customer_key
        )
    )


def put(conn: Connection, pair: str, source: str, customer_key: str, contact_id: int) -> int:
    """Remember the contact unless the key has one already; answers the contact that counts."""
    row = {"pair": pair, "source": source, "customer_key": customer_key, "contact_id": contact_id}
    if insert_missing(conn, customers, row):
        return contact_id
    winner = get(conn, pair, source, customer_key)
    return contact_id if winner is None else winner


@dataclass(frozen=True, slots=True)
class Customer:
    """One row of the map: a customer's key at a source and the contact in the office."""

    source: str
    customer_key: str
    contact_id: int


def all(conn: Connection, pair: str) -> list[Customer]:
    """The whole map, by source and key."""
    columns = (customers.c.source, customers.c.customer_key, customers.c.contact_id)
    query = select(*columns).where(customers.c.pair == pair)
    return [Customer(*row) for row in conn.execute(query.order_by(*columns[:2]))]


def replace(conn: Connection, pair: str, row: Customer) -> None:
    """Set a key's contact, over an earlier one: a person's word."""
    upsert(conn, customers, [{"pair": pair, **values_of(row)}])


def remove(conn: Connection, pair: str, source: str, customer_key: str) -> bool:
    """Take a key out of the map; answers whether it was there."""
    mine = (customers.c.source == source) & (customers.c.customer_key == customer_key)
    return conn.execute(delete(customers).where(customers.c.pair == pair, mine)).rowcount > 0


def forget(conn: Connection, pair: str, source: str, contact_id: int) -> None:
    """Drop a contact that the office does not have any more from every key."""
    conn.execute(
        delete(customers).where(
            customers.c.pair == pair, customers.c.source == source, customers.c.contact_id == contact_id
        )
    )
