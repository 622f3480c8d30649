"""One Webasyst account as the streams see it: what `syncd.sync.ports` asks of an office of orders and of
products.
"""

from __future__ import annotations

from syncd.shops.webasyst.orders import OfficeOrders
from syncd.shops.webasyst.pictures import OfficePictures
from syncd.shops.webasyst.products import OfficeProducts


class WebasystOffice(OfficeOrders, OfficeProducts, OfficePictures):
    """The back office: orders and products of one account over one client.

    Writes are not serialised here; only one task may write to an account at a time, because its tables know
    no transactions (contracts/webasyst §0.18).
    """
