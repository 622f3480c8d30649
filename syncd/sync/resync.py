"""Having records compared anew: what was agreed on is forgotten as far as it would keep a difference from being seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from syncd.model.hook import HookCall, HookNews
from syncd.state import failures, history, inbox, order_links, product_links
from syncd.state.history import HistoryEntry
from syncd.state.order_links import OrderLink

EVENT = inbox.BY_HAND
"""How a person's wish is called in the inbox and in the history."""


@dataclass(frozen=True, slots=True)
class Resync:
    """A person's wish about records of one source, noted inside one transaction."""

    conn: Connection
    pair: str
    source: str
    now: datetime

    def order(self, key: str, stream: str) -> None:
        """Have an order read in both shops by the next cycle of the stream, linked or not, and compared in every part.

        The agreed lines are kept: they tell an edit by staff in the office, which is never overwritten unseen.
        """
        link = order_links.get(self.conn, self.pair, self.source, key)
        if link is not None:
            order_links.put(self.conn, parted(link))
        self._note(key, stream)
        self._hint(HookNews(orders=(key,)), f"order={key}")

    def products(self, keys: Sequence[str], streams: Sequence[str]) -> None:
        """Have products read in both shops by the next cycle of either stream, linked or not."""
        links = product_links.by_sources(self.conn, self.pair, keys)
        product_links.mark_dirty(self.conn, self.pair, [link.sku_id for link in links.values()])
        product_links.mark_back(self.conn, self.pair, links, dirty=True)
        for key in keys:
            self._note(key, *streams)
            if key not in links:
                self._hint(HookNews(products=(key,)), f"product={key}")

    def _note(self, key: str, *streams: str) -> None:
        for stream in streams:
            failures.hasten(self.conn, self.pair, stream, key, self.now)
        history.add(self.conn, HistoryEntry(self.pair, streams[0], key, self.now, EVENT, {}))

    def _hint(self, news: HookNews, query: str) -> None:
        """As if the shop had called: read by the next cycle, whatever the record's time stamps say."""
        call = HookCall(EVENT, "", "", b"", query)
        inbox.put(self.conn, self.pair, self.source, call, news, self.now)


def parted(link: OrderLink) -> OrderLink:
    """The link of an order whose every part is compared anew."""
    return replace(link, version="", base={**link.base, "facets": {}} if link.base else link.base)
