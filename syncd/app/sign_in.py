"""Signing in to Webasyst: a token is asked for, tried, and stored; and given back."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass

from syncd.app.shops import check_rights
from syncd.errors import Misconfigured, NotAuthorised, RetryLater
from syncd.settings import Settings
from syncd.settings.token_store import StoredToken
from syncd.shops.transport import Transport
from syncd.shops.webasyst.authorisation import Authorisation, Pasted, authorisation_page
from syncd.shops.webasyst.client import WebasystClient, bearer
from syncd.shops.webasyst.office import WebasystOffice


@dataclass(slots=True)
class SignIn:
    """One attempt to get a token for the account of the settings, for a client id of this installation.

    Each installation has an id of its own, because Webasyst keeps one token per user and id: one that signs out must not
    take the token of another (contracts/webasyst §1.1).
    """

    settings: Settings
    client_id: str

    @classmethod
    def of(cls, settings: Settings) -> SignIn:
        """With the client id of the token that is stored for this account, so that it is renewed and none is left over."""
        stored = _readable(settings)
        same = stored is not None and stored.url == settings.webasyst.url and stored.client_id
        return cls(settings, str(same) if same else f"syncd-{secrets.token_hex(6)}")

    def page(self, redirect: str | None) -> str:
        """The address where a person allows the access."""
        return authorisation_page(self.settings.webasyst.url, self.client_id, redirect)

    async def with_code(self, code: str) -> None:
        """Exchange a code, try the token and store it. Raises `NotAuthorised` and `RetryLater`; nothing is stored then."""
        token = await self._exchange(code)
        try:
            await self._try(token)
        except NotAuthorised:
            known = _readable(self.settings)
            if known is None or known.token != token:
                with suppress(RetryLater):  # the person is told of the missing right, which is what matters
                    await self._revoke(token)
            raise
        self._store(token, self.client_id)

    async def with_pasted(self, text: str) -> None:
        """Store what a person pasted: a code, a token, or an address that holds one. Raises as `with_code`."""
        pasted = Pasted.of(text)
        if not pasted.token:
            return await self.with_code(pasted.code)
        if pasted.code:
            try:
                return await self.with_code(pasted.code)
            except NotAuthorised as refused:
                if not await self._opens(pasted.token):
                    raise refused
        await self._try(pasted.token)
        self._store(pasted.token, "")
        return None

    async def _exchange(self, code: str) -> str:
        async with _transport(self.settings, self.settings.webasyst.url) as transport:
            return await Authorisation(transport).exchange(code, self.client_id)

    async def _revoke(self, token: str) -> None:
        async with _transport(self.settings, self.settings.webasyst.url) as transport:
            await Authorisation(transport).revoke(token)

    async def _opens(self, token: str) -> bool:
        """Whether the shop knows the token at all."""
        async with _transport(self.settings, self.settings.webasyst.url, token) as transport:
            try:
                await WebasystClient(transport).rights()
            except NotAuthorised:
                return False
        return True

    async def _try(self, token: str) -> None:
        async with _transport(self.settings, self.settings.webasyst.url, token) as transport:
            client = WebasystClient(transport)
            await check_rights(WebasystOffice(client, stock_id=None, category_id=None, type_id=None))

    def _store(self, token: str, client_id: str) -> None:
        self.settings.token_store.write(StoredToken(self.settings.webasyst.url, token, client_id))


async def sign_out(settings: Settings) -> StoredToken | None:
    """End the stored token at the account that gave it and forget it; answers it, or `None` when there was none.

    It stays stored when Webasyst cannot be asked: a forgotten token that still opens the shop would be worse.
    """
    stored = settings.token_store.read()
    if stored is None:
        return None
    async with _transport(settings, stored.url) as transport:
        await Authorisation(transport).revoke(stored.token)
    settings.token_store.forget()
    return stored


def _readable(settings: Settings) -> StoredToken | None:
    """The stored token; `None` also for one that does not open: signing in again replaces it."""
    try:
        return settings.token_store.read()
    except Misconfigured:
        return None


def _transport(settings: Settings, url: str, token: str | None = None) -> Transport:
    """Calls that are not written to the request log: it masks the secrets that are known when it is opened."""
    return Transport(
        shop="webasyst",
        base_url=url,
        headers=bearer(token) if token else {},
        auth=None,
        calls_per_second=float(settings.http.calls_per_second),
        deadline=float(settings.http.deadline),
        log=None,
    )
