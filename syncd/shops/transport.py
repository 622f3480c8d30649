"""HTTP to one shop: with `http_client` the only module that imports httpx.

A read is repeated inside a budget; a write is never repeated by itself, and its errors say whether it can have been done
(contracts/webasyst §0.2: neither a time-out nor a 500 means that nothing happened).
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from json import dumps, loads
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx

from syncd import __version__
from syncd.errors import BrokenAnswer, InDoubt, Misconfigured, Refused, ShopUnavailable, Throttled
from syncd.shops.address import ShopAddress, encoded
from syncd.shops.answer import Answer, clock_of, retry_after
from syncd.shops.body import ENCODINGS, BodyError, read_body
from syncd.shops.http_client import http_client
from syncd.shops.mask import Mask
from syncd.shops.mask_names import is_secret
from syncd.shops.pace import Pace
from syncd.shops.request_log import Exchange, RequestLog
from syncd.shops.retries import Retries

__all__ = ["Answer", "Transport"]

_MAX_BODY = 64 * 1024 * 1024
_FIRST_WAIT = 0.25
_THROTTLE_SECONDS = 5.0
"""How long to stay away after a 429 that does not say."""
_REDIRECTS = range(300, 400)
_TOO_MANY = 429
_SERVER_ERRORS = 500
_UNAVAILABLE = 503
_LONGEST_HOLD = 7 * 86_400.0
"""A date in a far year is a mistake; nobody means to wait longer than a week."""
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_GATEWAY = frozenset({502, 504})
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

# httpx writes whole addresses, with e-mails that are searched for, at INFO.
logging.getLogger("httpx").setLevel(logging.WARNING)

Query = Sequence[tuple[str, str]]


class Transport:
    """Calls to one shop with its credentials, at its pace, each within a total deadline.

    `shop` is its name in logs and errors, and `setting` says where its address is set (`SYNCD_<SHOP>__URL` by default).
    A `read_only` one refuses every write before it is sent.
    `deadline` is in seconds and covers a whole call with its repetitions; `max_body` in bytes caps an answer before and
    after decompression; `first_wait`: see `Retries`.
    Redirects are not followed, and credentials go to the shop's own address only.
    """

    def __init__(
        self,
        *,
        shop: str,
        base_url: str,
        headers: Mapping[str, str],
        auth: tuple[str, str] | None,
        calls_per_second: float,
        deadline: float,
        log: RequestLog | None,
        max_body: int = _MAX_BODY,
        first_wait: float = _FIRST_WAIT,
        client: httpx.AsyncClient | None = None,
        setting: str | None = None,
        read_only: bool = False,
    ) -> None:
        self._shop = shop
        self._read_only = read_only
        self._setting = setting or f"SYNCD_{shop.upper()}__URL"
        self._address = ShopAddress(base_url)
        self._headers = {**headers, **(_basic(*auth) if auth else {})}
        self._deadline = deadline
        self._log = log
        self._max_body = max_body
        self._credentials = (*(auth or ()), *headers.values())
        self._mask = Mask(self._credentials)
        self._pace = Pace(calls_per_second)
        self._retries = Retries(self._pace, first_wait)
        self._client = client or http_client(deadline, proxies=not self._address.local)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def read(
        self, method: str, path: str, *, query: Query = (), form: Query | str | None = None, json: Any = None
    ) -> Answer:
        """An idempotent call, repeated on connection trouble, 5xx and short 429 or 503 pauses. A form that is a text goes
        out as it is: somebody signed it.

        Any status below 500 but 429 and redirects comes back as an answer. Raises `ShopUnavailable`, `Throttled`,
        `BrokenAnswer` (more than `max_body` bytes) or `Misconfigured` (redirect).
        """
        request = self._request(method, path, query, form=form, json=json)
        ends = time.monotonic() + self._deadline
        try:
            async with asyncio.timeout(self._deadline):
                async for attempt in self._retries.attempts(ends):
                    with attempt:
                        answer = await self._read_once(request, attempt.num, ends)
        except TimeoutError as error:
            raise ShopUnavailable(f"{self._named(request)} took longer than {self._deadline:g} s") from error
        self._retries.worked()
        return answer

    async def write(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        form: Query | str | None = None,
        json: Any = None,
        files: Sequence[tuple[str, str, bytes]] = (),
    ) -> Answer:
        """A call that changes the shop, sent once. `files` are (field, file name, bytes); a form that is a text goes out as
        it is.

        Raises `ShopUnavailable` when it was never sent, `Throttled` on 429 (not processed), `Misconfigured` on a redirect,
        and `InDoubt(ended=False)` when the answer never came whole or a gateway gave up (502, 504). Every other status comes
        back as an answer, 500 and 503 included: what they mean is for the client to say.
        """
        if self._read_only:
            raise RuntimeError(f"{method} {path} would write to {self._shop} while a plan is made")
        request = self._request(method, path, query, form=form, json=json, files=files)
        await self._turn(self._deadline)
        try:
            async with asyncio.timeout(self._deadline):
                answer = await self._exchange(request, self._max_body)
        except _NEVER_SENT as error:
            raise ShopUnavailable(f"{self._named(request)} was not sent: {self._said(error)}") from error
        except (TimeoutError, httpx.HTTPError, BodyError) as error:
            raise self._doubt(request, self._said(error)) from error
        self._refuse_redirect(request, answer)
        self._note_pause(answer)
        if answer.status == _TOO_MANY:
            self._throttled(request, answer)
        if answer.status in _GATEWAY:
            raise self._doubt(request, f"status {answer.status} of a gateway")
        return answer

    def absolute(self, url: str) -> str:
        """The whole address behind one that the shop gave relative to its host; whole ones stay as they are."""
        return self._address.absolute(url)

    async def download(self, url: str, *, max_bytes: int) -> bytes:
        """The bytes at an address, credentials only where it is the shop's own.

        Raises `Refused` when they cannot be had (no such file, redirect, more than `max_bytes`), `ShopUnavailable` and
        `Throttled` when they may be had later.
        """
        try:
            request = self._build("GET", url)
        except (httpx.InvalidURL, ValueError) as error:
            raise self._no_address(url) from error
        await self._turn(self._deadline)
        try:
            async with asyncio.timeout(self._deadline):
                answer = await self._exchange(request, max_bytes)
        except BodyError as error:
            raise Refused(f"{self._named(request)}: {error}") from error
        except httpx.UnsupportedProtocol as error:
            raise self._no_address(url) from error
        except (TimeoutError, httpx.HTTPError) as error:
            raise ShopUnavailable(f"{self._named(request)} failed: {self._said(error)}") from error
        if answer.status == _TOO_MANY or answer.status >= _SERVER_ERRORS:
            raise ShopUnavailable(f"{self._named(request)} answered status {answer.status}")
        if answer.status >= _REDIRECTS.start:
            raise Refused(f"{self._named(request)} answered status {answer.status}")
        return answer.body

    async def _read_once(self, request: httpx.Request, attempt: int, ends: float) -> Answer:
        await self._turn(ends - time.monotonic())
        try:
            answer = await self._exchange(request, self._max_body)
        except BodyError as error:
            raise BrokenAnswer(f"{self._named(request)}: {error}") from error
        except httpx.HTTPError as error:
            raise ShopUnavailable(
                f"{self._named(request)} failed {attempt} times: {self._said(error)}"
            ) from error
        self._refuse_redirect(request, answer)
        self._note_pause(answer)
        if answer.status == _TOO_MANY or (answer.status == _UNAVAILABLE and self._pace.pause() > 0):
            self._throttled(request, answer)
        if answer.status >= _SERVER_ERRORS:
            raise ShopUnavailable(
                f"{self._named(request)} answered status {answer.status} {attempt} times: "
                f"{answer.excerpt((*self._credentials, *_secrets_in(request)))}"
            )
        return answer

    async def _turn(self, longest: float) -> None:
        """Waits for the pace; a pause that the shop asked for and that is longer than `longest` s is not waited for."""
        if (pause := self._pace.pause()) > longest:
            raise Throttled(f"{self._shop} asked us to stay away for {pause:.0f} s more", pause)
        await self._pace.turn()

    def _request(
        self,
        method: str,
        path: str,
        query: Query,
        *,
        form: Query | str | None = None,
        json: Any = None,
        files: Sequence[tuple[str, str, bytes]] = (),
    ) -> httpx.Request:
        url = self._address.url(path, query)
        if files:
            uploads = [(field, (name, content)) for field, name, content in files]
            fields = dict(form) if form and not isinstance(form, str) else {}
            return self._build(method, url, data=fields, files=uploads)
        if form is not None:
            content = form if isinstance(form, str) else encoded(form)
            return self._build(method, url, content=content.encode(), content_type=_FORM)
        if json is not None:
            return self._build(method, url, content=dumps(json, default=str).encode(), content_type=_JSON)
        return self._build(method, url)

    def _build(self, method: str, url: str, *, content_type: str = "", **body: Any) -> httpx.Request:
        headers = {"User-Agent": f"syncd/{__version__}", "Accept": "*/*", "Accept-Encoding": ENCODINGS}
        if content_type:
            headers["Content-Type"] = content_type
        # Asked of the address as it was given: httpx makes "xn--..." of a host with letters of its own.
        if self._address.owns(url):
            headers |= self._headers
        return self._client.build_request(method, url, headers=headers, **body)

    async def _exchange(self, request: httpx.Request, limit: int) -> Answer:
        """Sends once and reads to the end; whatever comes of it stands in the request log."""
        started = time.monotonic()
        try:
            async with self._sent(request) as response:
                encoding = response.headers.get("content-encoding", "")
                body = await read_body(response.aiter_raw(), encoding, limit)
        except ssl.SSLError as error:
            # httpx passes on what TLS says after the handshake: a record cut or changed, a certificate asked of us.
            self._note(request, started, error=self._said(error))
            raise httpx.ReadError(f"the secure connection broke: {error}") from error
        except BaseException as error:
            self._note(request, started, error=self._said(error))
            raise
        headers = dict(response.headers)
        answer = Answer(response.status_code, headers, body, clock_of(headers))
        self._note(request, started, answer)
        return answer

    @asynccontextmanager
    async def _sent(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        response = await self._client.send(request, auth=None, stream=True, follow_redirects=False)
        try:
            yield response
        finally:
            await response.aclose()

    def _note(
        self, request: httpx.Request, started: float, answer: Answer | None = None, error: str = ""
    ) -> None:
        if self._log is None:
            return
        kind = request.headers.get("content-type", "")
        self._log.write(
            Exchange(
                shop=self._shop,
                method=request.method,
                url=str(request.url),
                duration_ms=round((time.monotonic() - started) * 1000),
                request_type=kind,
                request_body=b"" if kind.startswith("multipart/") else request.content,
                request_bytes=int(request.headers.get("content-length", 0)),
                status=answer.status if answer else None,
                error=error,
                answer_type=answer.headers.get("content-type", "") if answer else "",
                answer_body=answer.body if answer else b"",
            )
        )

    def _note_pause(self, answer: Answer) -> None:
        if answer.status not in {_TOO_MANY, _UNAVAILABLE}:
            return
        seconds = retry_after(answer.headers, datetime.now(UTC))
        if seconds is None and answer.status == _TOO_MANY:
            seconds = _THROTTLE_SECONDS
        if seconds is not None:
            self._pace.hold(min(seconds, _LONGEST_HOLD))

    def _throttled(self, request: httpx.Request, answer: Answer) -> NoReturn:
        pause = self._pace.pause()
        raise Throttled(
            f"{self._named(request)} answered status {answer.status}: stay away for {pause:.0f} s", pause
        )

    def _refuse_redirect(self, request: httpx.Request, answer: Answer) -> None:
        if answer.status not in _REDIRECTS:
            return
        target = self._mask.url(answer.headers.get("location", "nowhere").partition("?")[0])
        raise Misconfigured(
            f"{self._named(request)} was redirected to {target}. Redirects are not followed: set "
            f"{self._setting} to the shop's final address."
        )

    def _doubt(self, request: httpx.Request, what: str) -> InDoubt:
        return InDoubt(
            f"{self._named(request)} ended with {what}; whether it was done is unknown", ended=False
        )

    def _no_address(self, url: str) -> Refused:
        return Refused(f"{self._mask.url(url)!r} is not an address to download from")

    def _named(self, request: httpx.Request) -> str:
        """Shop, method and path, without the query: it may hold a person's data."""
        return f"{self._shop}: {request.method} {self._mask.url(str(request.url.copy_with(query=None)))}"

    def _said(self, error: BaseException) -> str:
        """What an error says, masked; time-outs and lost connections often say nothing, then its kind does."""
        if isinstance(error, TimeoutError):
            return f"no whole answer within {self._deadline:g} s"
        return self._mask.text(f"{type(error).__name__} {error}".strip())


def _secrets_in(request: httpx.Request) -> list[str]:
    """The secrets that a JSON body bears, by its telling names: a shop that fails may repeat them in a plain text."""
    if request.headers.get("content-type") != _JSON:
        return []
    fields = loads(request.content)
    named = fields.items() if isinstance(fields, dict) else ()
    return [value for name, value in named if isinstance(value, str) and is_secret(name)]


def _basic(user: str, key: str) -> dict[str, str]:
    """The header of HTTP Basic (contracts/cscart §1.2)."""
    return {"Authorization": f"Basic {b64encode(f'{user}:{key}'.encode()).decode()}"}
