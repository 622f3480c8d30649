"""Answers of the API: a code, a text, maybe a result, and always a hash; HTTP 200 also for errors (§2.4)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php
from syncd.sandbox.justclick.signatures import response_hash
from syncd.sandbox.wire import Response

JSON_TYPE = (("Content-Type", "application/json; charset=utf-8"),)
TEXTS = {
    0: "OK", 1: "Hash is missing", 2: "No data", 3: "Wrong data", 4: "Incorrect hash", 5: "User not found",
    6: "Permission denied for IP 127.0.0.1", 7: "Account is disabled", 8: "Limit of requests exhausted",
    200: "Order not found", 201: "Unknown status", 202: "Date is required", 203: "Tracking number is required",
    204: "Status cannot be changed", 205: "Order has this status already", 401: "Orders not found",
    500: "Product not found",
}  # fmt: skip
NO_DATA, WRONG_DATA, NO_ORDER, NO_ORDERS, NO_GOOD = 2, 3, 200, 401, 500


class Refusal(Exception):
    """The API answers with an error code."""

    def __init__(self, code: int) -> None:
        """``code`` is one of TEXTS."""
        super().__init__(code)
        self.code = code


def answer(key: str, code: int = 0, result: Any = None, text: str | None = None) -> Response:
    """Return an answer; without a result the field is missing, as it is in errors."""
    text = TEXTS[code] if text is None else text
    body: dict[str, Any] = {"error_code": code, "error_text": text}
    if result is not None:
        body["result"] = result
    body["hash"] = response_hash(code, text, key)
    return Response(200, JSON_TYPE, php.json_encode(body).encode())
