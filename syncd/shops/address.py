"""The address of one shop: which calls go to it, and which leave for another host."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

from syncd.settings.host import is_loopback

_PORTS = {"http": 80, "https": 443}


class ShopAddress:
    """The root that all paths of a shop hang on; it may have a sub-path."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        self._origin = _origin(urlsplit(self._root))

    @property
    def local(self) -> bool:
        """Whether the shop runs on this machine."""
        return is_loopback(self._origin[1])

    def url(self, path: str, query: Sequence[tuple[str, str]] = ()) -> str:
        """The whole address of a call; `path` hangs below the root with or without a leading slash."""
        address = f"{self._root}/{path.lstrip('/')}"
        return f"{address}?{encoded(query)}" if query else address

    def absolute(self, url: str) -> str:
        """The whole address behind one that is relative to the shop's host, as links in its pages are."""
        return urljoin(f"{self._root}/", url)

    def owns(self, url: str) -> bool:
        """Whether an address has the shop's scheme, host and port, so that its credentials may go there."""
        return _origin(urlsplit(url)) == self._origin


def encoded(pairs: Sequence[tuple[str, str]]) -> str:
    """Fields of a query or form, a blank as `%20`, which every decoder reads alike."""
    return urlencode(pairs, quote_via=quote, errors="replace")


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return (
        parts.scheme.lower(),
        (parts.hostname or "").lower(),
        parts.port or _PORTS.get(parts.scheme.lower()),
    )
