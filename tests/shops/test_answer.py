"""Answers: what counts as JSON, and what is said when it is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import BrokenAnswer
from syncd.shops.answer import Answer, clock_of, retry_after

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def answer(body: bytes, status: int = 200) -> Answer:
    return Answer(status, {}, body, None)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a":1.10}', {"a": Decimal("1.10")}),
        (b'\xef\xbb\xbf"ok"', "ok"),
        (b" [] \n", []),
        (b"true", True),
        (b"null", None),
        (b'"\\ud83d"', "\ud83d"),
    ],
)
def test_json_is_read_as_php_sends_it(body: bytes, value: Any) -> None:
    """A byte order mark, bare values and half an emoji are JSON; money keeps its digits."""
    assert answer(body).json() == value


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "it is empty"),
        (b"<html><title>Service unavailable</title>", "Service unavailable"),
        (b'<br />\n<b>Warning</b>: x in y.php\n{"a":1}', "Warning"),
        (b'{"count":3,"products":[{"id":"1"', '"count":3'),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' + b"1" * 10_000 + b"}", "not JSON"),
    ],
    ids=["empty", "a page", "a warning first", "cut", "not UTF-8", "too deep", "an endless number"],
)
def test_anything_else_is_a_broken_answer(body: bytes, said: str) -> None:
    """The error quotes the beginning, so that one sees what it was."""
    with pytest.raises(BrokenAnswer) as caught:
        answer(body).json()
    assert said in str(caught.value)
    assert len(str(caught.value)) < 300


def test_the_quoted_beginning_is_masked() -> None:
    """A cut answer quotes neither a customer nor a secret."""
    with pytest.raises(BrokenAnswer) as caught:
        answer(b'{"email":"canary@x.example","payment_info":{"number":"canary"},"api_key":"canary').json()
    assert "canary" not in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_broken(body: bytes) -> None:
    """No body makes anything but a value or a BrokenAnswer."""
    try:
        value = answer(body).json()
    except BrokenAnswer:
        return
    json.dumps(value, default=str)


@pytest.mark.parametrize("text", ["", "yesterday", "Sat, 99 Nov 2026 12:00:00 GMT", "\x00"])
def test_a_missing_or_odd_date_is_no_clock(text: str) -> None:
    """A server without a usable Date header has no clock; nothing fails."""
    assert clock_of({"date": text}) is None


def test_the_clock_is_utc_whatever_zone_it_is_told_in() -> None:
    """Some servers break the rule that Date is GMT."""
    assert clock_of({"date": "Sat, 21 Nov 2026 14:00:00 +0200"}) == NOW


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 0 "}, 0),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT", "date": "Sat, 21 Nov 2026 12:00:20 GMT"}, 10),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_a_pause_is_read_in_both_spellings(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, or a date measured by the shop's own clock; in the past it is no pause; nonsense is not said."""
    assert retry_after(headers, NOW) == seconds
