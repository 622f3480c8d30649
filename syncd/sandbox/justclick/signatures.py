"""The three hashes of JustClick: of requests, of answers and of hooks (contracts/sources §2.2, §2.4, §2.6)."""

from __future__ import annotations

import hashlib
import hmac

from syncd.sandbox import php


def request_hash(params: php.PhpArray, login: str, key: str) -> str:
    """Return the hash of a request; ``params`` is the parsed POST without ``hash``, in its order."""
    return _md5(f"{php.http_build_query(params)}::{login}::{key}")


def response_hash(code: int, text: str, key: str) -> str:
    """Return the hash of an answer; the result is not covered."""
    return _md5(f"{code}::{text}::{key}")


def hook_hash(order_id: str, email: str, stamp: str, key: str) -> str:
    """Return the hash of a hook, made without separators."""
    return _md5(f"{order_id}{email}{stamp}{key}")


def same(given: str, expected: str) -> bool:
    """Compare hashes exactly; upper case is another hash."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()
