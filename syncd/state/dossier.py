"""All that the database knows of one record: what `syncd explain` tells it from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from syncd.state import brakes, conflicts, failures, history, inbox, intents, order_links, product_links
from syncd.state.brakes import Brake
from syncd.state.conflicts import HeldConflict
from syncd.state.failures import Failure
from syncd.state.history import HistoryEntry
from syncd.state.inbox import Call
from syncd.state.intents import Intent
from syncd.state.order_links import OrderLink
from syncd.state.product_links import ProductLink


@dataclass(frozen=True, slots=True)
class Dossier:
    """One record of a source with everything that is kept about it; `brakes` are those engaged on its streams."""

    source: str
    key: str
    order: OrderLink | None
    product: ProductLink | None
    history: tuple[HistoryEntry, ...]
    failures: tuple[Failure, ...]
    intents: tuple[Intent, ...]
    conflicts: tuple[HeldConflict, ...]
    brakes: tuple[Brake, ...]
    calls: tuple[Call, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is kept about it; brakes and calls are no knowledge of the record itself."""
        return not (
            self.order or self.product or self.history or self.failures or self.intents or self.conflicts
        )


def of_order(conn: Connection, pair: str, source: str, key: str, streams: Collection[str]) -> Dossier:
    """What is kept about an order of a source, by the streams that carry it."""
    link = order_links.get(conn, pair, source, key)
    return _gathered(conn, pair, source, key, streams, order=link, product=None)


def of_product(conn: Connection, pair: str, source: str, key: str, streams: Collection[str]) -> Dossier:
    """What is kept about a product of a source, by the streams that carry it."""
    link = product_links.get(conn, pair, key)
    return _gathered(conn, pair, source, key, streams, order=None, product=link)


def _gathered(
    conn: Connection,
    pair: str,
    source: str,
    key: str,
    streams: Collection[str],
    *,
    order: OrderLink | None,
    product: ProductLink | None,
) -> Dossier:
    of_products = any(stream.startswith("products") for stream in streams)
    held = conflicts.of_products(conn, pair, [key]).get(key, {}) if of_products else {}
    aside = [failures.get(conn, pair, stream, key) for stream in streams]
    return Dossier(
        source=source,
        key=key,
        order=order,
        product=product,
        history=tuple(entry for entry in history.of(conn, pair, key) if entry.stream in streams),
        failures=tuple(failure for failure in aside if failure is not None),
        intents=tuple(intents.about(conn, pair, streams, key)),
        conflicts=tuple(held.values()),
        brakes=tuple(brake for stream in streams for brake in brakes.engaged(conn, pair, stream)),
        calls=tuple(inbox.about(conn, pair, source, key, products=of_products)),
    )
