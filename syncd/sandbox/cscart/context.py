"""What every part of the shop works with: its tables, its own address, and the network."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from syncd.sandbox.cscart.network import Network
from syncd.sandbox.cscart.records import Order
from syncd.sandbox.cscart.store import Store
from syncd.sandbox.lock import ShopLock


@dataclass(slots=True)
class Context:
    """The shop seen from inside. ``url`` is the address under which images and pages of the shop are reachable."""

    store: Store
    network: Network
    lock: ShopLock
    url: str

    def trigger(self, name: str, data: Any) -> None:
        """Call the Zapier hooks of a trigger, one after the other, ignoring failures (cscart §6)."""
        if self.store.settings.zapier:
            for hook in list(self.store.hooks.values()):
                if hook.trigger == name:
                    self.network.post(hook.url, data)

    def hide(self, order: Order) -> None:
        """Keep a rebuilt order hidden for as long as the shop is set to; others may ask meanwhile (cscart §4.6)."""
        seconds = self.store.settings.rebuild_seconds
        if seconds > 0:
            status, order.status = order.status, "N"
            with self.lock.unlocked():
                time.sleep(seconds)
            order.status = status
