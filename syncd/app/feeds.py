"""Where orders come from: the shop whose products are synced, and every further source, each with its own policy."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncd.app.process import App
from syncd.sync.letters import Letters
from syncd.sync.order_crossing import Crossing
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.ports import OrderSource, StatusTarget
from syncd.sync.source_watch import SourceWatch

PREFIX = "orders."
"""What the streams of further sources begin with; the source's name follows."""
BACK = "orders-back."


@dataclass(slots=True)
class Back:
    """The source as it is told the office's states."""

    target: StatusTarget
    letters: Letters


@dataclass(slots=True)
class Feed:
    """One source of orders, and what its stream needs; one per process."""

    policy: OrderPolicy
    source: OrderSource
    watch: SourceWatch
    back: Back | None = None
    """`None` where nothing is told to the source."""
    crossing: Crossing = field(default_factory=Crossing)


def watch_of(app: App, policy: OrderPolicy, *, hooked: bool) -> SourceWatch:
    """What looks after a source as a whole."""
    return SourceWatch(app.db, policy, app.now, statuses=None, hooked=hooked)
