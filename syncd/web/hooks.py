"""The hooks: `/hooks/<source>/<secret>[/<event>]`, where shops tell us that something happened there.

A call is checked, read, committed to the inbox, and only then answered with 200, so that a shop repeats what we could not
keep (contracts/sources §5.2). The secret is part of the address because no source signs its calls well enough (§1.6, §2.6,
§3.1). What a call says is a hint only: its source reads the truth afterwards.
"""

from __future__ import annotations

import hmac
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from syncd.errors import StorageFailed
from syncd.model.hook import BadHook, HookCall, HookNews
from syncd.state import inbox
from syncd.state.database import Database
from syncd.web.body import BodyTooLarge, CallerGone, read_body
from syncd.web.unpack import as_plain_form, without_gzip

METHODS = ("PUT", "POST", "DELETE")
"""Horoshop puts its events and deletes a subscriber that it has removed (contracts/sources §1.6); the others post."""
RETRY_AFTER = 60
"""After how many seconds a call that could not be kept should come again."""

_EVENT = re.compile(r"[A-Za-z0-9_-]{0,64}")
_REASON = 200
"""How many characters of a reason are logged."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HookSource:
    """A shop that may call: its name and secret in the address, and what its calls mean. No secret: it may not call.

    `read` is pure and raises `BadHook` with a text that quotes nothing of the call.
    """

    name: str
    secret: str = field(repr=False)
    read: Callable[[HookCall], HookNews]
    keep: Callable[[HookCall], HookCall] = lambda call: call
    """What is written down of a call: all of it, but for secrets that are not ours."""


class Intake:
    """Takes calls in for one pair of shops."""

    def __init__(
        self,
        db: Database,
        pair: str,
        sources: Mapping[str, HookSource],
        *,
        now: Callable[[], datetime],
        arrived: Callable[[str], None],
    ) -> None:
        """`arrived` is called with the source's name after each commit, to wake what works on the inbox."""
        self._db = db
        self._pair = pair
        self._sources = sources
        self._now = now
        self._arrived = arrived

    def app(self) -> Starlette:
        """The ASGI application: anything but a hook's address is not found."""
        app = Starlette(routes=[Route("/hooks/{rest:path}", self._answer, methods=METHODS)])
        # A redirect would repeat the secret in a header.
        app.router.redirect_slashes = False
        return app

    async def _answer(self, request: Request) -> Response:
        source, event = self._called(request.path_params["rest"])
        told = log.bind(source=source.name, hook=event)
        try:
            await self._take(request, source, event, told)
            return PlainTextResponse("ok")
        except (BodyTooLarge, CallerGone, BadHook, RecursionError) as error:
            return _refused(error, told)
        except StorageFailed as error:
            told.error("hook.not_kept", outcome="storage failed", reason=str(error))
        except Exception as error:
            told.error("hook.not_kept", outcome="error in syncd", exception=_trace(error))
        return PlainTextResponse("repeat later", 503, headers={"Retry-After": str(RETRY_AFTER)})

    async def _take(
        self, request: Request, source: HookSource, event: str, told: structlog.stdlib.BoundLogger
    ) -> None:
        body = without_gzip(await read_body(request), request.headers.get("content-encoding", ""))
        call = as_plain_form(
            HookCall(
                event=event,
                method=request.method,
                content_type=request.headers.get("content-type", ""),
                body=body,
                query=request.scope["query_string"].decode("latin-1"),
            )
        )
        news, kept, now = source.read(call), source.keep(call), self._now()
        new = await self._db.run(lambda conn: inbox.put(conn, self._pair, source.name, kept, news, now))
        told.info("hook.taken", outcome="new" if new else "again", size=len(body))
        self._wake(source, told)

    def _wake(self, source: HookSource, told: structlog.stdlib.BoundLogger) -> None:
        try:
            self._arrived(source.name)
        except Exception as error:
            # The call is kept: it would be wrong to ask for it again.
            told.error("hook.wakes_nobody", exception=_trace(error))

    def _called(self, rest: str) -> tuple[HookSource, str]:
        """The source and event of an address behind `/hooks/`. Raises the 404 that any other address gets."""
        name, _, rest = rest.partition("/")
        secret, _, event = rest.partition("/")
        event = event.removesuffix("/")
        source = self._sources.get(name)
        # As much is computed for a source that is not there or may not call, so that time tells nothing either.
        same = _equal(secret, source.secret if source is not None else "")
        # The secret once more in the place of the event would be logged and kept as one.
        told = bool(source and source.secret and source.secret in event)
        if source is None or not source.secret or not same or told or not _EVENT.fullmatch(event):
            # Nothing of the address but a known name: the secret may stand in the wrong place of it.
            log.warning(
                "hook.refused", source=name if source else "", outcome="unknown address or wrong secret"
            )
            raise HTTPException(404)
        return source, event


def _equal(given: str, expected: str) -> bool:
    digests = (sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, expected))
    return hmac.compare_digest(*digests)


def _refused(error: Exception, told: structlog.stdlib.BoundLogger) -> Response:
    """The answer to a call of which nothing is kept; it says nothing that the caller said."""
    if isinstance(error, BodyTooLarge):
        told.warning("hook.refused", outcome="too large", size=error.size)
        return PlainTextResponse("too large", 413)
    if isinstance(error, CallerGone):
        told.warning("hook.refused", outcome="broken off")
        return PlainTextResponse("incomplete", 400)
    reason = str(error)[:_REASON] if isinstance(error, BadHook) else "nested too deeply"
    told.warning("hook.refused", outcome="makes no sense", reason=reason)
    return PlainTextResponse("makes no sense", 400)


def _trace(error: Exception) -> str:
    """Where it happened and what it is, without the error's text, which may quote the body."""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__
