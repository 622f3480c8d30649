"""The Webasyst sandbox shop: one object with the state, answering requests (contracts/webasyst)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.clock import Clock
from syncd.sandbox.wire import Request, Response

from . import answers, dumping, edits, oauth, pictures, routing
from .call import Call
from .errors import ApiError, PhpFatal
from .methods import METHODS
from .multipart import MAX_INPUT_VARS, read_form
from .seed import fill
from .settings import COUNTING_ACTIONS, Settings
from .state import State, User
from .store import Store
from .tokens import Tokens, check_app, sent_token

LONGEST_URL = 8100
ADMIN_ID = 1


class WebasystShop:
    """Webasyst 3.8 with Shop-Script 12.4, state in memory, every known trap on (contracts/webasyst §0, §11)."""

    name = "webasyst"

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int | str = 1,
        products: int = 20,
        orders: int = 0,
        currency: str = "USD",
        currencies: Mapping[str, str | int | Decimal] | None = None,
        stocks: int = 2,
        stock_counting_action: str = "processing",
        timezone: str = "UTC",
        token: str | None = None,
    ) -> None:
        """Make a shop; `seed` is a number, or "recorded" for the shop of the recordings, or "empty".

        `currencies` are rates to the primary currency; raises ValueError for an unknown counting action.
        """
        if stock_counting_action not in COUNTING_ACTIONS:
            raise ValueError(
                f"stock_counting_action must be one of {COUNTING_ACTIONS}, not {stock_counting_action!r}"
            )
        rates = currencies if currencies is not None else {"USD": 1, "EUR": "1.1"}
        settings = Settings(
            currency=currency,
            currencies={code: Decimal(str(rate)) for code, rate in rates.items()},
            stock_counting_action=stock_counting_action,
            timezone=timezone,
        )
        settings.currencies.setdefault(currency, Decimal(1))
        self.clock = clock or Clock()
        self.state = State(Store(), settings, self.clock, {ADMIN_ID: User(ADMIN_ID)})
        self.tokens = Tokens(random.Random(f"tokens {seed}"))
        fill(self.state, seed, products=products, orders=orders, stocks=stocks)
        self.token = self.tokens.issue(ADMIN_ID, "syncd", ("shop", "webasyst"), token).value

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if len(request.target) > LONGEST_URL:
            return answers.html_error(414, "414 Request-URI Too Large")
        if request.path != routing.ENTRY and not request.path.startswith(routing.ENTRY + "/"):
            return pictures.serve(self.state, request)
        if request.method == "OPTIONS":
            return answers.plain(200, answers.HTML, "")
        # The shop builds its addresses from the host it is called by.
        self.state.settings.domain = request.headers.get("host", self.state.settings.domain)
        query = php.parse_query(request.query, max_input_vars=MAX_INPUT_VARS)
        post, files = read_form(request) if request.method == "POST" else ({}, [])
        page = oauth.answer(self, request, query, post)
        if page is not None:
            return page
        form = php.to_str(query.get("format", "json")).upper() or "JSON"
        callback = php.to_str(query.get("callback", ""))
        try:
            if form not in ("JSON", "XML"):
                form, wrong = "JSON", form
                raise ApiError(200, "invalid_request", f"Invalid response format: {wrong}")
            call = Call(self.state, User(0), query, post, files, request.headers)
            status, result = 200, self._run(request, call)
        except ApiError as error:
            status, result = error.status, error.body
        except PhpFatal:
            return answers.plain(500, answers.HTML, "")
        answer = answers.shaped(status, result, form, callback)
        return answer if request.method != "HEAD" else Response(answer.status, answer.headers, b"")

    def _run(self, request: Request, call: Call) -> Any:
        app, name = routing.called(request, call.query)
        token = self.tokens.check(sent_token(call.query, call.post, request.headers), self.clock.now())
        call.user = self.state.user(token.contact_id)
        check_app(app, token, call.user.backend)
        method = METHODS.get(f"{app}.{name}")
        if method is None:
            raise ApiError(404, "invalid_method", f"Unknown method: {app}.{name}")
        if request.method not in method.verbs:
            raise ApiError(405, "invalid_request", f"Method {request.method} not allowed")
        return method.handler(call)

    def method_of(self, request: Request) -> str:
        """The API method, e.g. "shop.order.add"; "oauth" and "picture" for the rest."""
        if not request.path.startswith(routing.ENTRY):
            return "picture"
        kind = oauth.kind_of(request)
        if kind is not None:
            return f"oauth.{kind}"
        try:
            return ".".join(routing.called(request, php.parse_query(request.query)))
        except ApiError:
            return "malformed"

    def is_write(self, request: Request) -> bool:
        """Whether the request asks to change something."""
        method = METHODS.get(self.method_of(request))
        return method is not None and method.writes and request.method == "POST"

    def edit(self, op: str, args: dict[str, Any]) -> Any:
        """What a person does in the back office; the operations are listed in `edits`."""
        return edits.run(self, op, args)

    def dump(self) -> dict[str, Any]:
        """The whole state in plain values."""
        return dumping.dump(self.state)

    def credentials(self) -> dict[str, str]:
        """The administrator's token."""
        return {"token": self.token}
