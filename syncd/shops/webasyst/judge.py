"""What an answer of Webasyst means: one function for reads, one for writes, because status 200 promises
nothing.

Facts: contracts/webasyst §0.1, §0.2, §1.5, §2. Every failure is told by `error`, `status: fail` or `errors`
in the body, or by the status; a 500 never means that nothing happened.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from syncd.errors import (
    BrokenAnswer,
    InDoubt,
    Misconfigured,
    NotAuthorised,
    Refused,
    ShopUnavailable,
    SyncdError,
)
from syncd.shops.transport import Answer

_OK = 200
_CLIENT_ERRORS = range(400, 500)
_NOT_FOUND = 404
_SERVER_ERRORS = 500
_RIGHTS = frozenset({401, 402})
_FROM_PHP = frozenset({200, 500})
_BLOCKED = frozenset({403, 404})
_FIRST_CALLS = frozenset({"shop.settings.get", "shop.rights", "shop.stock.getList"})
_RIGHTS_CODES = frozenset(
    {"token_required", "invalid_token", "access_denied", "payment_required", "not_enabled"}
)
_SETUP_CODES = frozenset({"invalid_method", "app_not_installed", "disabled"})
_REFUSAL_CODES = frozenset(
    {
        "invalid_param",
        "invalid_request",
        "items_required",
        "bad_params",
        "field_required",
        "unknown_type",
        "channel_not_found",
        "premium_only",
    }
)
_UNREADABLE = object()


class NotFound(Refused):
    """404 `invalid_param`: the shop has no such record, or does not allow the action in its state."""


def judge_read(answer: Answer, method: str) -> Any:
    """The body of a read that succeeded.

    Raises `NotAuthorised`, `Misconfigured`, `NotFound`, `Refused`, `ShopUnavailable` (5xx) or `BrokenAnswer`
    (not JSON).
    """
    body = _body(answer)
    _raise_if(_refusal(answer, body, method))
    if answer.status >= _SERVER_ERRORS:
        raise ShopUnavailable(f"Webasyst answered {method} with status {answer.status}")
    if body is _UNREADABLE and answer.status == _OK:
        return answer.json()  # raises BrokenAnswer with an excerpt
    if answer.status != _OK or _error_code(body):
        raise BrokenAnswer(f"Webasyst answered {method} with status {answer.status} and {_excerpt(body)}")
    return body


def judge_write(answer: Answer, method: str) -> Any:
    """The body of a write that succeeded.

    Raises `NotAuthorised`, `Misconfigured`, `NotFound` or `Refused` when nothing was written, and
    `InDoubt(ended=True)` for everything else: 500 with or without JSON, HTML or PHP warnings with status 200,
    an empty body, an unknown error.
    """
    body = _body(answer)
    _raise_if(_refusal(answer, body, method))
    if answer.status != _OK or body is _UNREADABLE or _error_code(body):
        raise unsure(method, f"status {answer.status} and {_excerpt(body)}", ended=answer.status in _FROM_PHP)
    return body


def unsure(method: str, what: str, *, ended: bool = True) -> InDoubt:
    """The error for a write that was answered by something else than what the contract promises.

    `ended` is true where PHP itself answered; a proxy in front of it may have lost patience while PHP works on.
    """
    return InDoubt(
        f"Webasyst answered {method} with {what}; whether it was done is unknown. "
        "It is searched for before it is sent again.",
        ended=ended,
    )


@contextmanager
def answer_of_write(method: str) -> Iterator[None]:
    """Reading a write's answer: what cannot be read leaves the write in doubt."""
    try:
        yield
    except BrokenAnswer as error:
        raise unsure(method, f"an unexpected answer ({error})") from error


def _refusal(answer: Answer, body: Any, method: str) -> SyncdError | None:
    code, status = _error_code(body), answer.status
    if status in _RIGHTS or code in _RIGHTS_CODES:
        return _not_authorised(status, code, method)
    if status in _BLOCKED and not code and method not in _FIRST_CALLS:
        # Not Webasyst's own words: a firewall that dislikes this one call. Nothing has reached the shop.
        return ShopUnavailable(f"something in front of Webasyst blocked {method} with status {status}")
    if status in _CLIENT_ERRORS:
        return _client_error(status, code, body, method)
    if status == _OK and (code in _REFUSAL_CODES or _failed(body)):
        return Refused(f"Webasyst refused {method}: {_excerpt(body)}")
    return None


def _not_authorised(status: int, code: str, method: str) -> NotAuthorised:
    return NotAuthorised(
        f"Webasyst does not let us {method} ({status} {code}). Run 'syncd login', or renew SYNCD_WEBASYST__TOKEN with the "
        "scope `shop`, and see that its user has all rights for orders, customers and products in Shop-Script."
    )


def _client_error(status: int, code: str, body: Any, method: str) -> SyncdError:
    if code in _SETUP_CODES or (status == _NOT_FOUND and not code):
        return Misconfigured(
            f"Webasyst lacks {method} ({status} {code}). SYNCD_WEBASYST__URL has to be the shop's address, "
            "and Shop-Script and its API have to be switched on there."
        )
    kind = NotFound if status == _NOT_FOUND else Refused
    return kind(f"Webasyst refused {method} ({status}): {_excerpt(body)}")


def _failed(body: Any) -> bool:
    """`{"status": "fail"}`, or `errors` that are not empty (contracts/webasyst §0.1)."""
    return isinstance(body, dict) and (body.get("status") == "fail" or bool(body.get("errors")))


def _error_code(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    return "" if error is None else str(error)[:60]


def _excerpt(body: Any) -> str:
    """The shop's own words about an error, short; never a record."""
    if body is _UNREADABLE:
        return "no JSON"
    words = None
    if isinstance(body, dict):
        words = body.get("error_description") or body.get("errors") or body.get("error") or body.get("status")
    if words is None:
        return "no word about why"
    text = words if isinstance(words, str) else json.dumps(words, ensure_ascii=False, default=str)
    return text[:300]


def _body(answer: Answer) -> Any:
    try:
        return answer.json()
    except BrokenAnswer:
        return _UNREADABLE


def _raise_if(error: SyncdError | None) -> None:
    if error is not None:
        raise error
