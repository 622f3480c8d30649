"""Switches of the Marketplace: what it sends, in which shape, and which filters it does not know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from syncd.sandbox.switches import Switches


@dataclass(slots=True)
class Settings(Switches):
    """All switches (contracts/sources §3.1, §3.2).

    ``hook_url``: where "License number issued" goes, empty for nowhere. ``hook_shape``: how it writes the order number.
    ``shape``: lines as a map by item id with ``extra`` as a map, or both as lists. ``currency_shown`` false leaves
    ``secondary_currency`` out of orders. ``ignore`` names filters of lists that this shop does not know.
    """

    choices: ClassVar[dict[str, tuple[str, ...]]] = {
        "hook_shape": ("number", "text", "bare", "form", "query", "garbage"),
        "shape": ("map", "list"),
    }

    hook_url: str = ""
    hook_shape: str = "number"
    shape: str = "map"
    currency_shown: bool = True
    ignore: list[str] = field(default_factory=list)
