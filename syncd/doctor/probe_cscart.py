"""Asking CS-Cart: what it lets us read, what it ignores, and what stands in it. Only reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.doctor import features, letters, network, places, privileges
from syncd.doctor.finding import Finding, ok, trouble, warning
from syncd.doctor.skus import Codes
from syncd.errors import NotAuthorised, SyncdError
from syncd.model.sku import SkuRule
from syncd.settings import Settings
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.listing import Listing
from syncd.shops.cscart.scope import BY_CREATION, BY_ID, BY_POSITION, BY_SHIPMENT, Pairs, part
from syncd.shops.cscart.source import CSCartSource
from syncd.shops.row import Row

SUBJECT = "cscart"
_NOBODYS_CODE = "syncd-doctor-no-such-code"
_AHEAD = timedelta(days=365)
"""Nothing has been changed at that time yet."""

Query = Callable[[Pairs], Awaitable[Listing]]


@dataclass(slots=True)
class CSCartProbe:
    """One look at the shop; `now` is our own clock."""

    client: CSCartClient
    source: CSCartSource
    settings: Settings
    now: Callable[[], datetime]
    statuses: dict[str, str] = field(default_factory=dict)
    """The shop's letters, once they were read."""
    let_in: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    """The lists that answered 403, with what the shop said."""

    async def access(self) -> list[Finding]:
        """Whether the shop lets us in, and what it lets us read."""
        try:
            version = await self.client.version()
        except SyncdError as error:
            return [trouble(SUBJECT, "authentication", error, "Without an answer nothing can be synced.")]
        self.let_in = True
        found = [ok(SUBJECT, "authentication", f"the key is accepted; API version {version}")]
        clock, measured = await self.client.clock()
        found.append(network.offset(SUBJECT, (clock - self.now()).total_seconds() if measured else None))
        self.refused = await self._refused()
        return [*found, *privileges.reading(self.refused)]

    async def run(self) -> list[Finding]:
        """Everything; a shop that does not let us in is asked nothing else."""
        found = await self.access()
        if not self.let_in:
            return found
        steps = [
            ("orders", "orders", self._order_features),
            ("products", "products", self._product_features),
            ("statuses", "status letters", self._letters),
            ("", "company", self._company),
            ("categories", "category", self._category),
            ("products", "skus", self._skus),
        ]
        for needed, check, step in steps:
            if needed not in self.refused:
                found += await self._guarded(check, step)
        return found

    async def read_letters(self) -> list[Finding]:
        """The shop's status letters, kept in `statuses`; a finding only where they cannot be read."""

        async def read() -> list[Finding]:
            self.statuses = await self.source.statuses()
            return []

        return await self._guarded("status letters", read)

    async def _guarded(self, check: str, step: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
        try:
            return await step()
        except SyncdError as error:
            return [trouble(SUBJECT, check, error, "It could not be looked at.")]

    async def _refused(self) -> dict[str, str]:
        """Other trouble than 403 shows where a list is used."""
        asked: dict[str, tuple[Query, Pairs]] = {
            "orders": (self.client.orders, BY_ID),
            "products": (self.client.products, BY_CREATION),
            "categories": (self.client.categories, BY_POSITION),
            "statuses": (self.client.statuses, BY_POSITION),
            "shipments": (self.client.shipments, BY_SHIPMENT),
        }
        refused = {}
        for name, (query, sort) in asked.items():
            try:
                await query(part(1, 1, sort))
            except NotAuthorised as error:
                refused[name] = str(error)
            except SyncdError:
                continue
        return refused

    async def _order_features(self) -> list[Finding]:
        base = part(1, 1, BY_ID)
        full = await self.client.orders((*base, (features.GET_ORDERS_DATA.name, "1")))
        later = int((full.clock + _AHEAD).timestamp())
        cut = await self.client.orders((*base, (features.UPDATED_AT_FROM.name, str(later))))
        some = bool(full.rows)
        return [
            features.feature(features.UPDATED_AT_FROM, not cut.rows if some else None),
            features.feature(
                features.GET_ORDERS_DATA,
                Row.of(full.rows[0], "order").raw("products") is not None if some else None,
            ),
        ]

    async def _product_features(self) -> list[Finding]:
        base = part(1, 1, BY_CREATION)
        some = bool((await self.client.products(base)).rows)
        # Hours below zero end in the future: nothing has been changed since then.
        hours = -(_AHEAD // timedelta(hours=1))
        cut = await self.client.products((*base, (features.UPDATED_IN_HOURS.name, str(hours))))
        by_code = f"{features.FILTER_PARAMS.name}[product_code][]"
        none = await self.client.products((*base, (by_code, _NOBODYS_CODE)))
        return [
            features.feature(features.UPDATED_IN_HOURS, not cut.rows if some else None),
            features.feature(features.FILTER_PARAMS, not none.rows if some else None),
        ]

    async def _letters(self) -> list[Finding]:
        self.statuses = await self.source.statuses()
        orders = self.settings.orders
        chosen = orders.skip_statuses if "skip_statuses" in orders.model_fields_set else frozenset[str]()
        return letters.letters(self.statuses, self.settings.statuses, self.settings.statuses_back, chosen)

    async def _company(self) -> list[Finding]:
        wanted, setting = self.settings.cscart.company_id, "SYNCD_CSCART__COMPANY_ID"
        if wanted is None:
            return [ok(SUBJECT, "company", f"all companies ({setting} is not set)")]
        try:
            listing = await self.client.companies()
        except NotAuthorised as error:
            return [
                warning(
                    SUBJECT,
                    "company",
                    str(error),
                    why=f"Whether company {wanted} exists cannot be seen; with a wrong one no order is found.",
                    fix=f"Compare {setting} with the shop, or grant the privilege.",
                )
            ]
        rows = [Row.of(row, "company") for row in listing.rows] if listing else []
        known = {int(row.identifier("company_id")): row.text("company") for row in rows}
        return [places.place(SUBJECT, setting, "company", wanted, known)]

    async def _category(self) -> list[Finding]:
        wanted, setting = self.settings.cscart.category_id, "SYNCD_CSCART__CATEGORY_ID"
        known = (
            {}
            if wanted is None
            else {each.category_id: each.spelled for each in await self.source.categories()}
        )
        return [places.place(SUBJECT, setting, "category", wanted, known)]

    async def _skus(self) -> list[Finding]:
        codes = Codes(SkuRule(case_sensitive=self.settings.products.sku_case))
        async for page in self.source.amounts():
            codes.unreadable += len(page.broken)
            for product in page.records:
                codes.add(product.code, f"product {product.key}")
        return codes.findings(SUBJECT)
