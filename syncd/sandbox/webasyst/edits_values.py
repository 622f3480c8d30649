"""Arguments of edits as the methods of the API expect them: nested maps of texts, as PHP would have read them."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php


def as_form(value: Any) -> Any:
    """Lists become maps with numbers as keys, scalars become text, true and false become 1 and 0."""
    if isinstance(value, dict):
        return {php.array_key(str(key)): as_form(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return {place: as_form(one) for place, one in enumerate(value)}
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)


def without(args: dict[str, Any], *names: str) -> dict[Any, Any]:
    """The arguments as a form, without these."""
    form: dict[Any, Any] = as_form({key: value for key, value in args.items() if key not in names})
    return form
