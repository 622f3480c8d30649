"""Search hashes of Webasyst: escaping, and how many values fit into one call.

Orders' conditions are decoded once, products' twice (contracts/webasyst §3.2, §5.5); the first decoding is
that of the query string and is the transport's business, the second is met here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from syncd.errors import Held

MAX_VALUES = 200
MAX_ADDRESS_BYTES = 6_000
"""Encoded bytes of a hash; web servers refuse addresses of about 8 KB with an HTML 414 (contracts/webasyst
§2).
"""

_SEPARATOR = "||"


def any_reference(references: Iterable[str], param: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Hashes that together search all orders with one of these values in a param, each with the values it
    asks for.

    Raises `Held` for a value that cannot be searched for: empty, or with `||` or a backslash in it.
    """
    start = f"search/params.{param}="
    for values in _packed([_searchable(value) for value in dict.fromkeys(references)], start, _SEPARATOR):
        yield start + _SEPARATOR.join(escaped(value) for value in values), frozenset(values)


def ids(numbers: Iterable[int]) -> Iterator[tuple[str, frozenset[int]]]:
    """Hashes `id/1,2,3` that together ask for all these ids, each with the ids it asks for."""
    for values in _packed([str(number) for number in dict.fromkeys(numbers)], "id/", ","):
        yield "id/" + ",".join(values), frozenset(map(int, values))


def escaped(value: str) -> str:
    """A value with `&`, which would begin the next condition, taken literally."""
    return value.replace("&", "\\&")


def decoded_twice(value: str) -> str:
    """A value for a search whose text is URL-decoded a second time: `%` and `+` survive it."""
    return escaped(value).replace("%", "%25").replace("+", "%2B")


def _searchable(value: str) -> str:
    if not value.strip() or _SEPARATOR in value or "\\" in value:
        raise Held(
            f"Webasyst cannot search for the reference {value[:60]!r}: empty, or with || or a backslash."
        )
    return value


def _packed(values: list[str], start: str, separator: str) -> Iterator[list[str]]:
    """The values in order, in groups that keep to both limits."""
    between = len(quote(separator, safe=""))
    group: list[str] = []
    size = room = len(quote(start, safe=""))
    for value in values:
        length = len(quote(escaped(value), safe="")) + between
        if group and (len(group) == MAX_VALUES or size + length > MAX_ADDRESS_BYTES):
            yield group
            group, size = [], room
        group.append(value)
        size += length
    if group:
        yield group
