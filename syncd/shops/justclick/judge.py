"""What an answer of JustClick means: whether it is theirs, and what its code asks for (contracts/sources §2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from syncd.errors import (
    BrokenAnswer,
    Misconfigured,
    NotAuthorised,
    Refused,
    ShopUnavailable,
    SyncdError,
    Throttled,
)
from syncd.shops.answer import Answer
from syncd.shops.justclick.signing import same_hash, sign_response
from syncd.shops.php import as_int, as_text

OK = 0
NO_SUCH_ORDER = frozenset({200, 400, 401})
"""No such order: for one order "not found", for a list "none". 401 is unofficial."""
EXHAUSTED = 8
BACK_OFF = 1800.0
"""Seconds without a call after code 8: who calls too often may be blocked for good."""

_UNSIGNED, _BAD_HASH, _NO_USER, _BAD_ADDRESS, _DISABLED = 1, 4, 5, 6, 7
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A signed answer: its code, its text, what came with it, and the shop's clock. The result itself is not signed."""

    code: int
    text: str
    result: Any
    clock: datetime


def told(answer: Answer, call: str, key: str) -> Told:
    """The answer to `call`, its hash checked before anything in it is used.

    Raises `BrokenAnswer` for what is no JSON object of that shape, `ShopUnavailable` for a page of a web server that
    says so by its status, and `Misconfigured` for a missing or wrong hash.
    """
    try:
        body = answer.json()
    except BrokenAnswer:
        if answer.status != HTTPStatus.OK:
            raise _elsewhere(answer, call) from None
        raise
    if not isinstance(body, dict):
        raise BrokenAnswer(f"JustClick: the answer to {call} is no object: {answer.excerpt()}")
    if not _signed(body, key):
        raise _elsewhere(answer, call) if answer.status != HTTPStatus.OK else _not_theirs(body, call)
    code = as_int(as_text(body.get("error_code")), "error_code")
    clock = answer.clock or datetime.now(UTC)
    return Told(code, as_text(body.get("error_text")), body.get("result"), clock)


def trouble(answer: Told, call: str) -> SyncdError:
    """What a code that is not 0 means for any call.

    `Throttled` for 8, `NotAuthorised` or `Misconfigured` for what a person must put right (1, 4, 5, 6, 7), and `Refused` for
    everything else, which is permanent for this call.
    """
    what = f"JustClick answered {call} with code {answer.code} ({answer.text[:_LONGEST]!r})"
    if answer.code == EXHAUSTED:
        return Throttled(
            f"{what}: the limit of calls is used up, or the API is switched off. Nothing is asked for {BACK_OFF:.0f} s; if "
            "it stays so, ask the support to switch the API on.",
            BACK_OFF,
        )
    if answer.code in _REASONS:
        kind, advice = _REASONS[answer.code]
        return kind(f"{what}. {advice}")
    return Refused(what, code="gone" if answer.code in NO_SUCH_ORDER else None)


_KEY = "Check login and key of the JustClick entry in SYNCD_SOURCES (user_rps_key in the account's API settings)."
_REASONS: dict[int, tuple[type[Misconfigured], str]] = {
    _UNSIGNED: (NotAuthorised, f"The call's hash did not arrive. {_KEY}"),
    _BAD_HASH: (NotAuthorised, f"The call's hash is refused. {_KEY}"),
    _NO_USER: (
        Misconfigured,
        "There is no such account: check login and url of the JustClick entry in SYNCD_SOURCES.",
    ),
    _BAD_ADDRESS: (NotAuthorised, "Allow this machine's address in the account's API settings."),
    _DISABLED: (NotAuthorised, "The account is disabled: its owner must ask the support."),
}


def _signed(body: dict[str, Any], key: str) -> bool:
    code, text = body.get("error_code"), body.get("error_text")
    if not (_is_scalar(code) and _is_scalar(text)):
        return False
    return same_hash(body.get("hash"), sign_response(code, text, key=key))


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int)


def _not_theirs(body: dict[str, Any], call: str) -> Misconfigured:
    """The answer is not signed with our key; what it says about itself is told as a claim only."""
    code = body.get("error_code")
    claim = f"; it claims code {code}" if isinstance(code, int) and abs(code) < 10**4 else ""
    kind = "a wrong hash" if body.get("hash") else "no hash"
    return Misconfigured(
        f"JustClick: the answer to {call} bears {kind}{claim}, so nothing in it is used. Mostly the key is wrong, or "
        f"a proxy answers with a page of its own. {_KEY}"
    )


def _elsewhere(answer: Answer, call: str) -> ShopUnavailable:
    return ShopUnavailable(
        f"JustClick: a web server or a proxy, not the API, answered {call} with status {answer.status}. If it stays so, "
        "check url of the JustClick entry in SYNCD_SOURCES."
    )
