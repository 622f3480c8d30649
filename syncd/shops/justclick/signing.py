"""The three hashes of JustClick: MD5 over plain text with the key in it, neither HMAC nor sorted (contracts/sources §2)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import md5
from typing import Any

from syncd.shops.justclick.query import Params, build_query, php_bytes, php_text

_HASH = "hash"


def sign_request(params: Params, *, login: str, key: str) -> str:
    """The hash of a call: its query without the field `hash`, the login and the key, joined by `::` (§2.2)."""
    return _md5(f"{build_query(_unsigned(params))}::{login}::{key}")


def signed_form(params: Params, *, login: str, key: str) -> str:
    """The body of a call: exactly what was hashed, and the hash as its last field (§2.2)."""
    query = build_query(_unsigned(params))
    signature = f"{_HASH}={sign_request(params, login=login, key=key)}"
    return f"{query}&{signature}" if query else signature


def sign_response(error_code: Any, error_text: Any, *, key: str) -> str:
    """The hash that an answer of this code and text bears; numbers and texts count alike, null is the empty text (§2.4).

    It covers neither the result nor the request: it proves that the other side has the same key, and no more.
    """
    return _md5(f"{_interpolated(error_code)}::{_interpolated(error_text)}::{key}")


def sign_hook(order_id: str | int, email: str | None, stamp: str | int | None, *, key: str) -> str:
    """The hash of a hook: order id, e-mail, stamp and key without anything between them (§2.6); one that is absent is empty.

    So the borders between the parts are not signed either: the e-mail's first digits may be taken for the id's last.
    """
    return _md5(f"{order_id}{_interpolated(email)}{_interpolated(stamp)}{key}")


def same_hash(told: object, expected: str) -> bool:
    """Whether the other side told this very hash, in constant time; anything but a text is none."""
    return isinstance(told, str) and hmac.compare_digest(php_bytes(told), expected.encode())


def _unsigned(params: Params) -> Params:
    pairs = params.items() if isinstance(params, Mapping) else params
    return [(name, value) for name, value in pairs if name != _HASH]


def _interpolated(value: Any) -> str:
    """A value inside a PHP text: null and false are empty there."""
    return "" if value is None or value is False else php_text(value)


def _md5(text: str) -> str:
    return md5(php_bytes(text), usedforsecurity=False).hexdigest()
