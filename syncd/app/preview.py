"""Watching the writes of a run: recorded and imagined for a plan, or held to one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from syncd.model.exchange import SkuChange
from syncd.sync.ports import Office, OrderSource, ShopSource, StatusTarget, Target
from syncd.sync.preview.imagined_office import ImaginedOffice
from syncd.sync.preview.imagined_source import ImaginedSource
from syncd.sync.preview.ledger import Gate, Recorder
from syncd.sync.preview.pictures import PictureBook
from syncd.sync.preview.watched_office import WatchedOffice
from syncd.sync.preview.watched_source import WatchedPictures, WatchedTarget


@dataclass(slots=True)
class Preview:
    """Puts itself between the streams and the shops."""

    ledger: Recorder | Gate
    _pictures: PictureBook = field(default_factory=PictureBook)
    unplanned: Callable[[Sequence[SkuChange]], Awaitable[set[int]]] | None = None
    """Which SKUs of a batch a plan leaves out; `None` while one is made."""

    @property
    def imagines(self) -> bool:
        """Whether nothing may reach the shops."""
        return isinstance(self.ledger, Recorder)

    def left_out(self, stream: str) -> bool:
        """Whether the plan that is applied left out a write of this stream."""
        return isinstance(self.ledger, Gate) and self.ledger.left_out(stream)

    def between(
        self, source: ShopSource, target: Target, office: Office, now: Callable[[], datetime]
    ) -> tuple[ShopSource, Target, Office]:
        """The shops as the streams are to see them."""
        if self.imagines:
            imagined = ImaginedSource(source, target, now)
            source, target = cast("ShopSource", imagined), cast("Target", imagined)
            office = cast("Office", ImaginedOffice(office, now))
        watched = WatchedOffice(office, self.ledger, self._pictures)
        if not self.imagines:
            self.unplanned = watched.unplanned
        seen = cast("ShopSource", WatchedPictures(source, self._pictures))
        told = WatchedTarget(target, seen, self.ledger, shop="CS-Cart")
        return seen, cast("Target", told), cast("Office", watched)

    def further(
        self, source: OrderSource, target: StatusTarget, shop: str, now: Callable[[], datetime]
    ) -> tuple[OrderSource, StatusTarget]:
        """A further source that is told of states, as its streams are to see it; it has orders only."""
        if self.imagines:
            imagined = ImaginedSource(cast("ShopSource", source), cast("Target", target), now)
            source, target = cast("OrderSource", imagined), cast("StatusTarget", imagined)
        seen = cast("ShopSource", source)
        told = WatchedTarget(cast("Target", target), seen, self.ledger, shop=shop)
        return source, cast("StatusTarget", told)
