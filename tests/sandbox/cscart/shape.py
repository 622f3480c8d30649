"""Comparing the shape of JSON: keys and types, whatever the values are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[2] / "data" / "cscart" / "samples"


def sample(name: str) -> Any:
    """Load a recorded sample."""
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def kind(value: Any) -> str:
    """Name a JSON type; whole and broken numbers are one."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return {str: "string", dict: "object", list: "list", type(None): "null"}[type(value)]


def differences(
    expected: Any, found: Any, path: str = "", optional: frozenset[str] = frozenset()
) -> list[str]:
    """Return what differs in keys and types; maps by id and lists are compared by their first entry."""
    if kind(expected) != kind(found):
        return [f"{path}: {kind(found)} instead of {kind(expected)}"]
    if isinstance(expected, list) and expected and found:
        return differences(expected[0], found[0], f"{path}[0]", optional)
    if not isinstance(expected, dict):
        return []
    if expected and all(key.isdigit() for key in expected):
        if not found:
            return [f"{path}: empty"]
        return differences(next(iter(expected.values())), next(iter(found.values())), f"{path}{{}}", optional)
    result = [f"{path}.{key}: missing" for key in expected.keys() - found.keys() - optional]
    result += [f"{path}.{key}: unexpected" for key in found.keys() - expected.keys() - optional]
    for key in expected.keys() & found.keys() - optional:
        result += differences(expected[key], found[key], f"{path}.{key}", optional)
    return sorted(result)
