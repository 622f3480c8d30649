"""Conditions of `search/...` hashes: splitting and comparing as MySQL does (contracts/webasyst §3.2, §5.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .amounts import loose

_OPERATOR = re.compile(r"(\$=|\^=|\*=|@=|==|!=|>=|<=|=|>|<)")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2})?)?")
Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """`field op value`; op is "" when the text has no operator."""

    field: str
    op: str
    value: str


def parse(text: str) -> list[Condition]:
    r"""Split on `&` (but not on `\&`) and then on the first operator."""
    found = []
    for raw in re.split(r"(?<!\\)&", text):
        part = raw.replace("\\&", "&").strip()
        if not part:
            continue
        pieces = _OPERATOR.split(part, maxsplit=1)
        if len(pieces) == 1:
            found.append(Condition(part, "", ""))
        else:
            op = "=" if pieces[1] == "==" else pieces[1]
            found.append(Condition(pieces[0].strip(), op, pieces[2]))
    return found


def moment(value: str) -> str:
    """A datetime as MySQL reads it: the leading date and time; anything else is before every date."""
    found = _MOMENT.match(value.strip())
    if not found:
        return ""
    return f"{found[1]} {found[2] or '00:00'}{found[3] or ':00'}"


def alternatives(value: str) -> list[str]:
    """The values of `a||b||c`."""
    return value.split("||")


def test(kind: str, op: str, value: str) -> Test:
    """A test for one column of the kind "text", "number" or "time"; null never matches."""
    if op in ("^=", "$=", "*=", "@="):
        return _text_test(op, value)
    convert = _CONVERT[kind]
    if op in ("=", "!="):
        wanted = {convert(one) for one in alternatives(value)}
        same = op == "="
        return lambda cell: cell is not None and (convert(cell) in wanted) is same
    bound = convert(value)
    compare = _ORDER[op]
    return lambda cell: cell is not None and compare(convert(cell), bound)


def _text_test(op: str, value: str) -> Test:
    wanted = value.casefold()
    if op == "^=":
        return lambda cell: cell is not None and str(cell).casefold().startswith(wanted)
    if op == "$=":
        return lambda cell: cell is not None and str(cell).casefold().endswith(wanted)
    return lambda cell: cell is not None and wanted in str(cell).casefold()


def _number(cell: Any) -> Any:
    return cell if isinstance(cell, (int, Decimal)) else loose(cell)


def _time(cell: Any) -> str:
    return moment(str(cell))


def _fold(cell: Any) -> str:
    return str(cell).casefold().rstrip(" ")


_CONVERT: dict[str, Callable[[Any], Any]] = {"text": _fold, "number": _number, "time": _time}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}
