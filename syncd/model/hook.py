"""A shop's call to us: a hint that something happened there. What it says is never taken for the truth."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncd.errors import SyncdError


@dataclass(frozen=True, slots=True)
class HookCall:
    """A call as it came in, its secret already checked and cut off.

    `event` is our own word at the end of the address ("order_created"), possibly empty; `query` is the raw query string.
    """

    event: str
    method: str
    content_type: str
    body: bytes = field(repr=False)
    query: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class HookNews:
    """What a call hints at: orders and products by the source's keys, to be read anew, and what a person should be told.

    None of them: the call is accepted and means nothing to us.
    """

    orders: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    alarm: str = ""


class BadHook(SyncdError):
    """A call that makes no sense: not JSON, no order number, a wrong signature. It is answered with 400 and forgotten."""
