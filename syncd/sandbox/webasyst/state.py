"""The state of one shop: its tables, settings, clock and the people who may use it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from syncd.sandbox.clock import Clock

from .settings import Settings
from .store import Store

ALL_RIGHTS = 9223372036854775807


@dataclass(slots=True)
class User:
    """The back-office user behind a token; `rights` are named as in shop.rights (contracts/webasyst §7)."""

    contact_id: int
    admin: bool = True
    backend: bool = True
    rights: dict[str, int] = field(default_factory=dict)

    def may(self, right: str) -> int:
        """The value of a right: huge for an administrator, 0 when it was not given."""
        return ALL_RIGHTS if self.admin else self.rights.get(right, 0)

    def may_edit_type(self, type_id: str | None) -> bool:
        """Products may be edited when the user has their type, or all types."""
        return self.may("type.all") > 1 or self.may(f"type.{type_id}") > 1


@dataclass(slots=True)
class State:
    """Everything the methods read and write."""

    store: Store
    settings: Settings
    clock: Clock
    users: dict[int, User]
    die_in_next_order: int = 0

    def now(self) -> str:
        """The shop's time as it is stored: naive, in whole seconds, in the server's zone (contracts/webasyst §2)."""
        return _stored_time(int(self.clock.now()), self.settings.timezone)

    def rate(self, code: str) -> Decimal:
        """Rate to the primary currency; an unknown currency counts as 1 (contracts/webasyst §3.5)."""
        return self.settings.currencies.get(code, Decimal(1))

    def user(self, contact_id: int) -> User:
        """The user with this contact id."""
        return self.users[contact_id]


@lru_cache(maxsize=16)
def _stored_time(second: int, zone: str) -> str:
    moment = datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone))
    return moment.strftime("%Y-%m-%d %H:%M:%S")
