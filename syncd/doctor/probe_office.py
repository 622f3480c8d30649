"""Asking Webasyst: rights, workflow, places, SKUs. Only reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from syncd.doctor import network, office, places, privileges, workflow
from syncd.doctor.finding import Finding, ok, trouble
from syncd.doctor.skus import Codes
from syncd.errors import SyncdError
from syncd.model.sku import SkuRule
from syncd.settings import Settings
from syncd.shops.webasyst import decode
from syncd.shops.webasyst.client import WebasystClient
from syncd.shops.webasyst.encode import MAX_VARIABLES
from syncd.shops.webasyst.office import WebasystOffice

SUBJECT = "webasyst"


@dataclass(slots=True)
class OfficeProbe:
    """One look at the account; `now` is our own clock."""

    client: WebasystClient
    account: WebasystOffice
    settings: Settings
    now: Callable[[], datetime]
    told: decode.Settings | None = None
    """What the account says of itself, once it was read."""

    async def access(self) -> list[Finding]:
        """Whether the account lets us in, and with which rights."""
        try:
            reply = await self.client.settings()
            self.told = decode.settings(reply.body)
        except SyncdError as error:
            return [trouble(SUBJECT, "authentication", error, "Without an answer nothing can be synced.")]
        offset = None if reply.clock is None else (reply.clock - self.now()).total_seconds()
        return [
            ok(SUBJECT, "authentication", f"the token is accepted; Shop-Script {self.told.version}"),
            network.offset(SUBJECT, offset),
            *await self._guarded("rights", self._rights),
        ]

    async def run(self) -> list[Finding]:
        """Everything; an account that does not let us in is asked nothing else."""
        found = await self.access()
        if self.told is None:
            return found
        targets, back = set(self.settings.statuses.values()), self.settings.statuses_back
        found += [*workflow.workflow(self.told.workflow, targets, back), self._currency(self.told)]
        steps = [
            ("places", self._places),
            ("max_input_vars", self._form_limit),
            ("skus", self._skus),
        ]
        for check, step in steps:
            found += await self._guarded(check, step)
        return [*found, office.mails()]

    async def _guarded(self, check: str, step: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
        try:
            return await step()
        except SyncdError as error:
            return [trouble(SUBJECT, check, error, "It could not be looked at.")]

    def _currency(self, told: decode.Settings) -> Finding:
        chosen = self.settings.cscart.currency
        known = told.rates.knows(chosen or told.rates.primary)
        return office.currency(chosen, told.rates.primary, known=known)

    async def _rights(self) -> list[Finding]:
        granted = decode.rights((await self.client.rights()).body)
        types = decode.types((await self.client.types()).body)
        needed = workflow.needed_actions(set(self.settings.statuses.values()))
        return [
            privileges.whole(await self.account.missing_rights()),
            privileges.product_types(granted, types),
            privileges.actions(granted, needed),
        ]

    async def _places(self) -> list[Finding]:
        wanted = self.settings.webasyst
        warehouses = decode.warehouses((await self.client.warehouses()).body)
        categories = decode.categories((await self.client.categories()).body)
        known = [
            ("STOCK_ID", "warehouse", wanted.stock_id, {each.stock_id: each.name for each in warehouses}),
            ("TYPE_ID", "product type", wanted.type_id, decode.types((await self.client.types()).body)),
            ("CATEGORY_ID", "category", wanted.category_id, categories),
        ]
        return [
            places.place(SUBJECT, f"SYNCD_WEBASYST__{name}", kind, number, there)
            for name, kind, number, there in known
        ]

    async def _form_limit(self) -> list[Finding]:
        return [office.form_limit(MAX_VARIABLES, kept=await self.client.form_kept(MAX_VARIABLES))]

    async def _skus(self) -> list[Finding]:
        codes = Codes(SkuRule(case_sensitive=self.settings.products.sku_case))
        async for page in self.account.scan():
            codes.unreadable += len(page.broken)
            for product in page.records:
                for sku in product.skus:
                    codes.add(sku.code, f"SKU {sku.sku_id} of product {product.product_id}")
        return codes.findings(SUBJECT)
