"""Licence numbers of an order: with its lines, or in the list of licences (contracts/sources §3.2, §3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from syncd.model.order import Line
from syncd.shops.row import Row

_BETWEEN = re.compile(r"[\s,;]+")
_DEEPEST = 3


def numbers_in(values: Iterable[Any]) -> tuple[str, ...]:
    """The licence numbers in these values, each once: a text with one or with several, a list or map of such.

    Whatever else comes there is passed over: an error about it would quote a secret.
    """
    return tuple(dict.fromkeys(number for value in values for number in _numbers(value, 0)))


def with_licences(key: str, lines: Sequence[Line], rows: Iterable[Any]) -> tuple[Line, ...]:
    """The lines with the numbers that the list of licences has for this order, by product.

    Rows of other orders are left out: not every filter is known to work. A number goes to the first line of its product, or
    to the only line.
    """
    found: dict[int, list[str]] = {}
    for row in rows:
        licence = Row(row, "licence") if isinstance(row, dict) else None
        if licence is None or licence.text("order_id") != key:
            continue
        at = _line_of(lines, licence.text("product_id"))
        if at is not None:
            found.setdefault(at, []).extend(numbers_in([licence.raw("license_number")]))
    return tuple(
        replace(line, licences=tuple(dict.fromkeys((*line.licences, *found.get(at, ())))))
        for at, line in enumerate(lines)
    )


def _line_of(lines: Sequence[Line], product: str) -> int | None:
    if len(lines) == 1:
        return 0
    return next((at for at, line in enumerate(lines) if line.product_key == product), None)


def _numbers(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield from filter(None, _BETWEEN.split(value))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, dict | list) and depth < _DEEPEST:
        for each in value.values() if isinstance(value, dict) else value:
            yield from _numbers(each, depth + 1)
