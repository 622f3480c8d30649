"""The Webasyst / Shop-Script sandbox shop, written from contracts/webasyst and its recordings."""

from .shop import WebasystShop

__all__ = ["WebasystShop"]
