"""The settings: environment variables `SYNCD_...`, read once at the start and told all at once when they are wrong."""

from syncd.settings.load import SettingsError, load_settings
from syncd.settings.model import (
    BrakeSettings,
    CsCartSettings,
    HttpSettings,
    LogSettings,
    OrderSettings,
    ProductSettings,
    Settings,
    WebasystSettings,
)

__all__ = [
    "BrakeSettings",
    "CsCartSettings",
    "HttpSettings",
    "LogSettings",
    "OrderSettings",
    "ProductSettings",
    "Settings",
    "SettingsError",
    "WebasystSettings",
    "load_settings",
]
