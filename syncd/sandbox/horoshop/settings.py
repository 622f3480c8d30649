"""Switches of the shop: its release, its tariff, and oddities seen in the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from syncd.sandbox.switches import Switches

Release = tuple[int, int]


@dataclass(slots=True)
class Settings(Switches):
    """All switches (contracts/sources §1).

    ``version``: before 3.30 the shop ignores ``limit``, ``offset`` and times of day; before 3.32 it has no
    ``order_without_callback``; before 4.0 no list of statuses; before 4.26 no event ``order_paid`` and no addresses
    in lines. ``challenge``: the anti-bot page with HTTP 200, always or unless the User-Agent looks like a browser's.
    ``refusal``: how a worn-out token is answered. ``log_key``: the name that ``orders/update`` gives its texts.
    ``hooks_delivered`` false is a tariff on which subscribing works and nothing ever comes.
    ``comment_in_get`` false leaves the buyer's comment out of ``orders/get``. ``newest_first`` makes pages shift
    while orders come in.
    """

    choices: ClassVar[dict[str, tuple[str, ...]]] = {
        "challenge": ("never", "always", "unless_browser"),
        "refusal": ("UNAUTHORIZED", "AUTHORIZATION_ERROR", "ERROR", "EXCEPTION", "HTTP 401"),
        "log_key": ("messages", "message"),
    }

    version: str = "4.30"
    challenge: str = "never"
    refusal: str = "UNAUTHORIZED"
    log_key: str = "messages"
    hooks_delivered: bool = True
    comment_in_get: bool = True
    newest_first: bool = True

    def since(self, major: int, minor: int) -> bool:
        """Tell whether the shop's release is this one or a later one; raises ValueError for a version like "new"."""
        own_major, _, own_minor = self.version.partition(".")
        return (int(own_major), int(own_minor or 0)) >= (major, minor)
