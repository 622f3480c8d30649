"""The one place that builds the objects from the settings: transports, clients, office, streams."""

from syncd.app.order_streams import OrderStreams
from syncd.app.process import PAIR, SOURCE, App, Finished, Progress, open_database, utc_now
from syncd.app.product_streams import ProductStreams
from syncd.app.shops import Shops

__all__ = [
    "PAIR",
    "SOURCE",
    "App",
    "Finished",
    "OrderStreams",
    "ProductStreams",
    "Progress",
    "Shops",
    "open_database",
    "utc_now",
]
