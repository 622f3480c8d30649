"""One process: its settings, its database, and the connections to both shops."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from syncd.errors import Misconfigured
from syncd.model.owner import Field, Owner
from syncd.settings import Settings
from syncd.settings.sources import AnySource
from syncd.shops.cscart.client import CSCartClient, request_headers
from syncd.shops.cscart.source import CSCartSource
from syncd.shops.cscart.target import CSCartTarget
from syncd.shops.mask import Mask
from syncd.shops.request_log import RequestLog
from syncd.shops.transport import Transport
from syncd.shops.webasyst.client import WebasystClient, bearer
from syncd.shops.webasyst.office import WebasystOffice
from syncd.state import cursors, migrate, pairs, status_map
from syncd.state.database import Database
from syncd.state.pairs import Pair
from syncd.sync.product_pictures import MERGED
from syncd.sync.reference import account_of
from syncd.sync.turns import Turns

if TYPE_CHECKING:
    from syncd.app.preview import Preview

PAIR = "main"
"""The key of the one pair that the settings describe."""

SOURCE = "cscart"

_JUSTCLICK_PACE = 0.8
"""Calls a second: with one, two that need different times on their way would arrive within the same second."""
_OBJECTS_BETWEEN_COLLECTIONS = 10_000
"""A page of a listing is tens of thousands of objects that live for a moment. At Python's own 700 the search for circles
among them takes a fifth of a sweep's time; memory stays as flat."""

Progress = Callable[[int, int | None], None]
Finished = Callable[[Connection], None]


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def open_database(settings: Settings, *, alone: bool = False) -> Database:
    """The database of these settings, migrated to the newest form, and claimed when it must be worked on `alone`.

    Raises `StorageFailed`, and `AlreadyRunning` when another process has the claim.
    """
    db = Database.open(settings.database)
    try:
        if alone:
            db.claim()
        migrate.upgrade(db)
    except BaseException:
        db.close()
        raise
    return db


def secrets_of(settings: Settings) -> list[str]:
    """Every credential in use."""
    known = [
        settings.cscart.api_key,
        settings.webasyst.token,
        settings.cscart.hook_secret,
        settings.secret_key,
    ]
    for source in settings.sources:
        known += [getattr(source, name, None) for name in ("token", "password", "key", "hook_secret")]
    return [secret.get_secret_value() for secret in known if secret is not None]


def request_log(settings: Settings) -> RequestLog | None:
    """The request log, when it is switched on."""
    if not settings.log.requests:
        return None
    mask = Mask(secrets_of(settings), personal=settings.log.mask_personal)
    return RequestLog(settings.request_log, max_bytes=settings.log.max_bytes, mask=mask)


def owners_of(settings: Settings) -> dict[Field, Owner]:
    """Who owns each field of a product; pictures that are switched off are each shop's own."""
    owners = settings.products.owners
    return owners if settings.products.images else owners | {Field.IMAGES: Owner.NONE}


@dataclass(slots=True)
class App:
    """Everything one pair of shops needs, open for use inside `async with`."""

    settings: Settings
    db: Database
    now: Callable[[], datetime] = utc_now
    turns: Turns = field(default_factory=Turns)
    """Writes to the office."""
    source_turns: Turns = field(default_factory=Turns)
    """Writes to the source: what was just read there must not wait for the office."""
    preview: Preview | None = None
    """Who watches the writes: a plan that is made, or applied."""
    newcomers: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever makes an order in the office: only one looks for a customer who may be new."""
    _transports: list[Transport] = field(default_factory=list)
    _log: RequestLog | None = None

    async def __aenter__(self) -> App:
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        # A plan may be made beside a running daemon, whose log that is.
        self._log = None if self._imagines else request_log(self.settings)
        await self.db.run(self._note_statuses)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for transport in self._transports:
            await transport.close()
        self._transports.clear()
        if self._log is not None:
            self._log.close()

    @property
    def _imagines(self) -> bool:
        return self.preview is not None and self.preview.imagines

    def _note_statuses(self, conn: Connection) -> None:
        """The status map's table follows the settings."""
        mapping = {letter: str(target) for letter, target in self.settings.statuses.items()}
        if status_map.get(conn, PAIR, SOURCE) != mapping:
            status_map.replace(conn, PAIR, SOURCE, mapping)

    async def pair(self, client: CSCartClient) -> Pair:
        """The pair's account name and its first start in the shop's clock; both are written once, at that start."""
        known = await self.db.run(lambda conn: pairs.get(conn, PAIR))
        if known is not None:
            return known
        clock, _ = await client.clock()
        new = Pair(PAIR, account_of(self.settings.cscart.url), clock, self.now())
        return await self.db.run(lambda conn: pairs.put(conn, new))

    def cscart(self) -> CSCartClient:
        """Calls to the CS-Cart shop."""
        cscart = self.settings.cscart
        key = cscart.api_key.get_secret_value()
        headers = request_headers(cscart.language)
        return CSCartClient(self._transport("cscart", cscart.url, headers, auth=(cscart.email, key)))

    def source(self, client: CSCartClient, currency: str) -> CSCartSource:
        """The CS-Cart shop; `currency` is the one its amounts are in."""
        cscart = self.settings.cscart
        company = str(cscart.company_id) if cscart.company_id is not None else None
        return CSCartSource(client, company=company, language=cscart.language, currency=currency)

    def target(self, client: CSCartClient, currency: str) -> CSCartTarget:
        """The same shop, to be written to."""
        cscart = self.settings.cscart
        company = str(cscart.company_id) if cscart.company_id is not None else None
        return CSCartTarget(client, company=company, language=cscart.language, currency=currency)

    def further(
        self, entry: AnySource, headers: Mapping[str, str], *, auth: tuple[str, str] | None = None
    ) -> Transport:
        """Calls to a further source. JustClick blocks who calls too often (contracts/sources §2.1)."""
        most = float(self.settings.http.calls_per_second)
        pace = min(most, _JUSTCLICK_PACE) if entry.kind == "justclick" else most
        setting = f"the url of the source {entry.name} in SYNCD_SOURCES"
        return self._transport(
            entry.name, entry.url, headers, auth=auth, calls_per_second=pace, setting=setting
        )

    async def first_seen(self, source: str) -> datetime:
        """When a further source was first met: what was ordered before is left alone. Written once."""
        name, now = f"since.{source}", self.now()

        def read(conn: Connection) -> datetime:
            known = cursors.get(conn, PAIR, name)
            if known is None:
                cursors.put(conn, PAIR, name, now)
            return known.position if known is not None else now

        return await self.db.run(read)

    def webasyst(self) -> WebasystClient:
        """Calls to the Webasyst account. Raises `Misconfigured` when there is no token."""
        webasyst = self.settings.webasyst
        if webasyst.token is None:
            raise Misconfigured("there is no token for Webasyst; run 'syncd login'")
        headers = bearer(webasyst.token.get_secret_value())
        return WebasystClient(self._transport("webasyst", webasyst.url, headers, auth=None))

    def office(self) -> WebasystOffice:
        """The Webasyst account."""
        webasyst = self.settings.webasyst
        return WebasystOffice(
            self.webasyst(),
            stock_id=webasyst.stock_id,
            category_id=webasyst.category_id,
            type_id=webasyst.type_id,
            details=self._details(),
            now=self.now,
        )

    def _details(self) -> list[str]:
        """What products are read with beyond the usual: pictures and categories where the office's count."""
        owners = owners_of(self.settings)
        asked = {
            "images": owners[Field.IMAGES] in MERGED,
            "category_ids": owners[Field.CATEGORY] is not Owner.NONE,
        }
        return [name for name, wanted in asked.items() if wanted]

    def _transport(
        self,
        shop: str,
        url: str,
        headers: Mapping[str, str],
        *,
        auth: tuple[str, str] | None,
        calls_per_second: float | None = None,
        setting: str | None = None,
    ) -> Transport:
        http = self.settings.http
        transport = Transport(
            shop=shop,
            base_url=url,
            headers=headers,
            auth=auth,
            calls_per_second=calls_per_second or float(http.calls_per_second),
            deadline=float(http.deadline),
            log=self._log,
            setting=setting,
            read_only=self._imagines,
        )
        self._transports.append(transport)
        return transport
