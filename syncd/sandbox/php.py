"""Habits of PHP that show on the wire: query parsing, JSON, casts, URL and HTML escaping.

PHP arrays are ordered dictionaries here whose keys are ``int`` or ``str``; a key that looks like a decimal integer is
an ``int``, as in PHP. Bytes that are not UTF-8 survive as surrogate escapes, so that ``json_encode`` can fail on them.
"""

from __future__ import annotations

import html
import json
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

PhpArray = dict[int | str, Any]
MAX_NESTING = 64

_INT_KEY = re.compile(r"(?:0|-?[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"[ \t\n\r\v\f]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_INT_MAX = 2**63 - 1
_PLAIN_FLOAT = 1e15


class JsonEncodeError(ValueError):
    """PHP's ``json_encode`` would return ``false``: a text is not valid UTF-8, or a number is not finite."""


class PhpObject(dict[str, Any]):
    """A map that PHP encodes as an object even when it is empty or its keys are 0..n-1 (``stdClass``)."""


def urlencode(text: str) -> str:
    """Escape like PHP's ``urlencode``: spaces become ``+``, only ``-_.`` and alphanumerics stay."""
    return quote_plus(text, safe="-_.", errors="surrogateescape").replace("~", "%7E")


def urldecode(text: str) -> str:
    """Undo ``urlencode``; broken escapes stay as they are."""
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "surrogateescape")


def htmlspecialchars(text: str) -> str:
    """Escape ``& < > " '`` as PHP 8.1 and later do by default."""
    return html.escape(text, quote=True).replace("&#x27;", "&#039;")


def array_key(name: str) -> int | str:
    """Turn a key that looks like a decimal integer into an int, as PHP arrays do."""
    if _INT_KEY.match(name) and abs(int(name)) <= _INT_MAX:
        return int(name)
    return name


def parse_query(query: str, *, max_input_vars: int | None = 1000) -> PhpArray:
    """Parse a query string or form body like ``parse_str``.

    Knows ``a[]`` and ``a[b][c]``; dots and spaces in the top-level name become underscores; later values win;
    variables beyond ``max_input_vars`` are dropped silently (None: no limit).
    """
    result: PhpArray = {}
    pairs = [pair for pair in query.split("&") if pair]
    for pair in pairs if max_input_vars is None else pairs[:max_input_vars]:
        name, _, value = pair.partition("=")
        put_variable(result, urldecode(name), urldecode(value))
    return result


def http_build_query(array: dict[Any, Any]) -> str:
    """Build a query like PHP: order kept, brackets escaped, every index written, null dropped, false is 0."""
    pairs = []
    for key, value in array.items():
        pairs += _query_pairs(urlencode(str(key)), value)
    return "&".join(pairs)


def _query_pairs(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [
            pair for key, item in items for pair in _query_pairs(f"{name}%5B{urlencode(str(key))}%5D", item)
        ]
    return [f"{name}={'0' if value is False else urlencode(to_str(value))}"]


def put_variable(target: PhpArray, name: str, value: Any) -> None:
    """Store one input variable under its nested name, the way PHP registers it (also used for multipart bodies)."""
    keys = split_name(name)
    if not keys or len(keys) > MAX_NESTING:
        return
    node = target
    for key in keys[:-1]:
        slot = _next_index(node) if key is None else key
        child = node.get(slot)
        if not isinstance(child, dict):
            child = {}
            node[slot] = child
        node = child
    last = keys[-1]
    node[_next_index(node) if last is None else last] = value


def split_name(name: str) -> list[int | str | None]:
    """Split ``a.b[c][]`` into ``["a_b", "c", None]``; None means "append"; an unusable name gives ``[]``."""
    name = name.lstrip(" ").split("\0", 1)[0]
    head, bracket, rest = name.partition("[")
    head = head.replace(" ", "_").replace(".", "_")
    if bracket and not head:
        return [array_key("_" + rest)]
    if not head:
        return []
    if bracket and "]" not in rest:
        return [array_key(f"{head}_{rest}")]
    keys: list[int | str | None] = [array_key(head)]
    while bracket and "]" in rest:
        key, _, rest = rest.partition("]")
        key = key.lstrip(" ")
        keys.append(array_key(key) if key else None)
        bracket, rest = rest[:1], rest[1:]
        if bracket != "[":
            break
    return keys


def _next_index(node: PhpArray) -> int:
    return max((key for key in node if isinstance(key, int)), default=-1) + 1


def is_list(array: dict[Any, Any]) -> bool:
    """Tell whether PHP would print the array as a JSON list: no keys, or keys 0..n-1 in order."""
    return all(key in (index, str(index)) for index, key in enumerate(array))


def json_encode(value: Any, *, unescaped_unicode: bool = False, unescaped_slashes: bool = False) -> str:
    r"""Encode like PHP's ``json_encode``.

    By default non-ASCII is ``\uXXXX`` and ``/`` is ``\/``; floats with a zero fraction print as integers; maps whose
    keys are 0..n-1 print as lists, and so does the empty map. Raises JsonEncodeError for invalid UTF-8.
    """
    plain = _plain(value)
    try:
        text = json.dumps(plain, ensure_ascii=not unescaped_unicode, separators=(",", ":"), allow_nan=False)
        if unescaped_unicode or "\\udc" in text:
            json.dumps(plain, ensure_ascii=False, allow_nan=False).encode()
    except (UnicodeEncodeError, ValueError) as error:
        raise JsonEncodeError(str(error)) from error
    if unescaped_unicode:
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text if unescaped_slashes else text.replace("/", "\\/")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, dict):
        as_list = not isinstance(value, PhpObject) and (
            not value or ((0 in value or "0" in value) and is_list(value))
        )
        if as_list:
            return [_plain(item) for item in value.values()]
        return {key: item if type(item) is str else _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | Decimal):
        number = float(value)
        return int(number) if number.is_integer() and abs(number) < _PLAIN_FLOAT else number
    return value


def truthy(value: Any) -> bool:
    """Cast to bool like PHP: ``""``, ``"0"``, 0, null and the empty array are false, everything else true."""
    return bool(value) and value != "0"


def is_numeric(value: Any) -> bool:
    """Tell whether PHP takes the value for a number (surrounding white space allowed)."""
    if isinstance(value, str):
        match = _NUMBER.match(value)
        return match is not None and not value[match.end() :].strip(" \t\n\r\v\f")
    return isinstance(value, int | float) and not isinstance(value, bool)


def to_float(value: Any) -> float:
    """Cast to float like PHP: the leading number of a text, otherwise 0; a non-empty array is 1."""
    if isinstance(value, str):
        match = _NUMBER.match(value)
        return float(match.group(1)) if match else 0.0
    if isinstance(value, dict | list):
        return 1.0 if value else 0.0
    return 0.0 if value is None else float(value)


def to_int(value: Any) -> int:
    """Cast to int like PHP: the leading number of a text cut towards zero, otherwise 0."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        match = _NUMBER.match(value)
        text = match.group(1) if match else "0"
        if text.lstrip("+-").isdigit():
            return max(-_INT_MAX - 1, min(_INT_MAX, int(text)))
    number = to_float(value)
    return int(number) if math.isfinite(number) else 0


def to_str(value: Any) -> str:
    """Cast to string like PHP: true is ``1``, false and null are empty, an array is the word ``Array``."""
    if isinstance(value, str):
        return value
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, dict | list):
        return "Array"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _PLAIN_FLOAT else repr(value)
    return str(value)


def fixed(value: Any, places: int = 2) -> str:
    """Print a number with a fixed count of decimals, rounding halves away from zero (a DECIMAL column)."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    return str(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
