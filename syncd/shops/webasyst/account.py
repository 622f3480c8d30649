"""What both sides of the office share: its profile, kept for some minutes, and the warehouse, category and
type in use.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from syncd.errors import Misconfigured, NotAuthorised
from syncd.model.backoffice import OfficeProfile, Warehouse
from syncd.shops.webasyst import decode
from syncd.shops.webasyst.client import Reply, WebasystClient
from syncd.shops.webasyst.shop_clock import ShopClock

PROFILE_SECONDS = 600.0
"""How long a profile is believed; rates and workflow change by a person's hand only."""

RIGHTS_SECONDS = 60.0
"""How long rights are believed where it is not an order that would be made twice: neither a bulk of new customers nor a
run with nothing to do asks for them again and again."""

NEEDED_RIGHTS = ("backend", "orders", "customers")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Known:
    profile: OfficeProfile
    clock: ShopClock
    read_at: float


class Account:
    """One Webasyst account with the settings that say where in it we write.

    `stock_id`, `category_id` and `type_id` are `None` for the shop's own default. `details` are further fields that
    products are read with (contracts/webasyst §3.2): `images` or `category_ids`. `now` is our clock, which the shop's is
    compared with.
    """

    def __init__(
        self,
        client: WebasystClient,
        *,
        stock_id: int | None,
        category_id: int | None,
        type_id: int | None,
        details: Sequence[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._client = client
        self._stock_id = stock_id
        self._category_id = category_id
        self._type_id = type_id
        self._details = tuple(details)
        self._monotonic = monotonic
        self._now = now
        self._known: _Known | None = None
        self._placement: tuple[int, int | None] | None = None
        self._rights: tuple[Mapping[str, int], float] | None = None
        self._reading = asyncio.Lock()

    async def profile(self) -> OfficeProfile:
        """Money, clock, workflow and warehouses; two reads every ten minutes."""
        return (await self._knowledge()).profile

    async def stock_id(self) -> int | None:
        """The warehouse that counts are written to and orders are taken from; `None` when the shop has none.

        Raises `Misconfigured` when SYNCD_WEBASYST__STOCK_ID names a warehouse that the shop does not have.
        """
        warehouses = {each.stock_id: each.name for each in (await self.profile()).warehouses}
        if self._stock_id is None:
            return next(iter(warehouses), None)
        if self._stock_id not in warehouses:
            raise _unknown("SYNCD_WEBASYST__STOCK_ID", self._stock_id, "warehouse", warehouses)
        return self._stock_id

    async def missing_rights(self) -> list[str]:
        """Rights that syncd needs and the token's user lacks.

        Without them searches come back empty and batches answer "ok" with no effect (contracts/webasyst §7),
        so this belongs into every start-up.
        """
        granted = await self._granted(within=0.0)
        missing = [name for name in NEEDED_RIGHTS if not granted.get(name)]
        # The right to products may be given as a whole or for single product types.
        if not any(
            number for name, number in granted.items() if name == "products" or name.startswith("type.")
        ):
            missing.append("products")
        return missing

    async def believe_empty(self, right: str, *, within: float = 0.0) -> None:
        """Whether a search that found nothing may be believed. Raises `NotAuthorised` when the user has lost the right;
        `within` says how old, in seconds, our knowledge of it may be.

        A search without the right to it is as empty as one for what is not there, while orders can still be made: each of
        them would be looked for in vain and made again (contracts/webasyst §5.5, §6, §7).
        """
        if not (await self._granted(within)).get(right):
            self._rights = None
            raise NotAuthorised(
                f"the user of the Webasyst token has lost the Webasyst right {right}, so that searches find nothing; give "
                "it back in the Team app, or make the token as an administrator"
            )

    async def may(self, right: str) -> bool:
        """Whether the user has a right at this moment; one that the shop does not name is nobody's to lack."""
        return bool((await self._granted(within=0.0)).get(right, 1))

    async def shop_clock(self) -> ShopClock:
        """The clock that the shop's naive times are read by."""
        return (await self._knowledge()).clock

    async def clock_of(self, reply: Reply) -> datetime:
        """What the shop's clock showed when it answered; by ours and the known offset where it does not tell."""
        if reply.clock is not None:
            return reply.clock
        return self._now() + timedelta(seconds=(await self.profile()).server_offset)

    async def stock_shares(self) -> dict[int, bool]:
        """Every warehouse and whether it is the chosen one; empty when the shop has none."""
        chosen = await self.stock_id()
        return {each.stock_id: each.stock_id == chosen for each in (await self.profile()).warehouses}

    async def placement(self) -> tuple[int, int | None]:
        """Type and category of new products, read once.

        Raises `Misconfigured` when SYNCD_WEBASYST__TYPE_ID or SYNCD_WEBASYST__CATEGORY_ID is unknown to the
        shop.
        """
        if self._placement is None:
            self._placement = (await self._new_type(), await self._new_category())
        return self._placement

    async def _granted(self, within: float) -> Mapping[str, int]:
        now = self._monotonic()
        if self._rights is None or now - self._rights[1] >= within:
            self._rights = (decode.rights((await self._client.rights()).body), now)
        return self._rights[0]

    async def _new_type(self) -> int:
        types = decode.types((await self._client.types()).body)
        if self._type_id is None and types:
            return next(iter(types))
        if self._type_id not in types or self._type_id is None:
            raise _unknown("SYNCD_WEBASYST__TYPE_ID", self._type_id, "product type", types)
        return self._type_id

    async def _new_category(self) -> int | None:
        if self._category_id is None:
            return None
        categories = decode.categories((await self._client.categories()).body)
        if self._category_id not in categories:
            raise _unknown("SYNCD_WEBASYST__CATEGORY_ID", self._category_id, "category", categories)
        return self._category_id

    async def _knowledge(self) -> _Known:
        async with self._reading:
            now = self._monotonic()
            if self._known is None or now - self._known.read_at >= PROFILE_SECONDS:
                self._known = await self._read_knowledge(now)
            return self._known

    async def _read_knowledge(self, now: float) -> _Known:
        reply = await self._client.settings()
        offset = self._offset(reply)
        settings = decode.settings(reply.body)
        warehouses = decode.warehouses((await self._client.warehouses()).body)
        return _Known(_profile(settings, warehouses, offset), settings.clock, now)

    def _offset(self, reply: Reply) -> float:
        """The shop's clock minus ours, in seconds; 0 when the shop sends no `Date` header."""
        return 0.0 if reply.clock is None else (reply.clock - self._now()).total_seconds()


def _profile(settings: decode.Settings, warehouses: tuple[Warehouse, ...], offset: float) -> OfficeProfile:
    return OfficeProfile(
        rates=settings.rates,
        timezone=settings.timezone,
        server_offset=offset,
        stock_counting_action=settings.stock_counting_action,
        workflow=settings.workflow,
        warehouses=warehouses,
        version=settings.version,
    )


def _unknown(setting: str, value: int | None, kind: str, known: Mapping[int, str]) -> Misconfigured:
    choices = ", ".join(f"{number} ({name})" for number, name in known.items()) or "none at all"
    return Misconfigured(f"{setting} is {value}, but Webasyst has no such {kind}. It has: {choices}.")
