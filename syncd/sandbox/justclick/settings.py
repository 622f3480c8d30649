"""Switches of the account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from syncd.sandbox.switches import Switches


@dataclass(slots=True)
class Settings(Switches):
    """All switches (contracts/sources §2).

    ``empty_list``: how "no orders" is said, by the code 401 or by an empty result. ``stamp``: what the hash of the
    hooks "created" and "canceled" is made with, the field ``created`` as the text says, or nothing as the sample
    computes; then ``status`` is ``new order`` instead of ``new_order``. ``refusal``: every call gets this code.
    """

    choices: ClassVar[dict[str, tuple[str, ...]]] = {
        "empty_list": ("401", "result"),
        "stamp": ("created", ""),
    }

    empty_list: str = "401"
    stamp: str = "created"
    refusal: int = 0
