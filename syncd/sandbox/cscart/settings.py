"""Settings of the sandbox shop: what an administrator can change, and switches that make it an odd or old shop."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(slots=True)
class Settings:
    """All switches.

    ``ignore`` names request parameters that this shop does not know (an older release, an add-on in the way), e.g.
    ``updated_at_from``, ``get_orders_data``, ``updated_in_hours``, ``filter_params``. ``privileges`` None means an
    administrator without user groups: full access (cscart §1.3). ``update_status`` is the extra privilege for status
    changes (cscart §1.3). ``rebuild_seconds`` is how long an edited order stays hidden (cscart §4.6).
    """

    items_per_page: int = 50
    https_only: bool = False
    strip_authorization: bool = False
    rewrite: bool = True
    closed: bool = False
    privileges: list[str] | None = None
    update_status: bool = True
    ignore: list[str] = field(default_factory=list)
    default_country: str = "US"
    default_state: str = "MA"
    minimum_order_total: float = 0
    allow_negative_stock: bool = False
    rebuild_seconds: float = 0
    zapier: bool = True
    marketplace_hook_url: str = ""
    php_version: int = 8

    def change(self, name: str, value: Any) -> None:
        """Set one switch; raises ValueError when it is unknown or of another type."""
        known = {item.name for item in fields(self)}
        if name not in known:
            raise ValueError(f"no setting {name!r}; known: {', '.join(sorted(known))}")
        now = getattr(self, name)
        if name != "privileges" and not isinstance(value, float if isinstance(now, float) else type(now)):
            if isinstance(now, bool) or not isinstance(value, int | float) or isinstance(value, bool):
                raise ValueError(f"setting {name!r} wants {type(now).__name__}, not {value!r}")
            value = type(now)(value)
        setattr(self, name, value)
