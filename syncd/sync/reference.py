"""The external reference: the one text that ties an office order to its source order for ever."""

from __future__ import annotations

from urllib.parse import urlsplit

PARAM = "syncd_ref"
"""The office order's param that holds the reference."""

DEFAULT_PORTS = {"http": 80, "https": 443}


def account_of(url: str) -> str:
    """A short stable name of a shop from its address: host, a port of its own, and the path of a shop in a folder.

    >>> account_of("https://Shop.example/de/")
    'shop.example/de'
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return host + port + parts.path.rstrip("/")


def reference(source: str, account: str, key: str) -> str:
    """`<source>:<account>:<order id>`, as it is written into the office order."""
    return f"{source}:{account}:{key}"
