"""PHP's `http_build_query`, byte for byte: what is signed is what PHP would write (contracts/sources §2.2)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

Params = Mapping[Any, Any] | Sequence[Sequence[Any]]
"""Fields in their order: a mapping, or pairs of name and value. A value is a text, a number, yes or no, nothing, a list of
values or a mapping of them, to any depth."""

_PRECISION = 14
"""PHP's `precision`: significant digits of a float."""
_LEAST_PLAIN = -3
"""Below 0.0001 PHP writes floats with an exponent."""


def build_query(params: Params) -> str:
    """The fields as PHP writes them: in their order, nested names with encoded brackets and explicit indices.

    Nothing and empty lists are left out, an index with nothing leaves a hole, false is `0`. A name that comes twice keeps
    its first place and its last value, as in a PHP array; a list inside itself is left out. Raises `TypeError` for a value
    that PHP has no text for.

    >>> build_query([("paid", True), ("goods", ["a b", None, "~"])])
    'paid=1&goods%5B0%5D=a+b&goods%5B2%5D=%7E'
    """
    return "&".join(f"{name}={_encoded(php_text(value))}" for name, value in _pairs(params))


def php_text(value: Any) -> str:
    """A scalar as PHP turns it into text in a query: `1`, `0` for false, floats with 14 digits, a Decimal as it stands."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} cannot stand in a query")


def php_bytes(text: str) -> bytes:
    """The bytes of a text: UTF-8, and bytes that were none before as they came in (`surrogateescape`)."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _pairs(params: Params) -> Iterator[tuple[str, Any]]:
    """Encoded names with their scalars, depth first, without recursion: no depth is too much."""
    above: list[tuple[str, Any, Iterator[tuple[str, Any]]]] = [("", params, iter(_fields(params).items()))]
    while above:
        prefix, _, fields = above[-1]
        for key, value in fields:
            name = f"{prefix}%5B{_encoded(key)}%5D" if len(above) > 1 else _encoded(key)
            inner = _inner(value)
            if inner is None:
                if value is not None:
                    yield name, value
            elif all(value is not each for _, each, _ in above):
                above.append((name, value, iter(inner.items())))
                break
        else:
            above.pop()


def _fields(params: Params) -> dict[str, Any]:
    pairs: Iterable[Sequence[Any]] = params.items() if isinstance(params, Mapping) else params
    return {php_text(name): value for name, value in pairs}


def _inner(value: Any) -> dict[str, Any] | None:
    """What a mapping or list holds, by key; `None` for anything else."""
    if isinstance(value, Mapping):
        return _fields(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return {str(index): item for index, item in enumerate(value)}
    return None


def _encoded(text: str) -> str:
    """PHP's `urlencode`: Python's leaves the tilde alone."""
    return quote_plus(php_bytes(text), safe="").replace("~", "%7E")


def _float(value: float) -> str:
    if not math.isfinite(value):
        return "NAN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    mantissa, _, exponent = f"{abs(value):.{_PRECISION - 1}e}".partition("e")
    digits = mantissa.replace(".", "").rstrip("0") or "0"
    point = int(exponent) + 1
    sign = "-" if math.copysign(1, value) < 0 else ""
    if not _LEAST_PLAIN <= point <= _PRECISION:
        return f"{sign}{digits[0]}.{digits[1:] or '0'}E{point - 1:+d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    whole, rest = digits[:point].ljust(point, "0"), digits[point:]
    return f"{sign}{whole}.{rest}" if rest else sign + whole
