"""The settings as they are in effect, with secrets masked, and the place that says each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncd.settings.model import Settings
from syncd.settings.variables import PREFIX, Told, names

DEFAULT = "default"
STORED = "syncd login"


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting: its variable, its value as JSON has it, and where the value comes from."""

    name: str
    value: Any
    place: str

    @property
    def spelled(self) -> str:
        """The value as a variable would say it; empty for none."""
        if self.value is None:
            return ""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False)


def effective(settings: Settings, told: Mapping[str, Told]) -> list[Effective]:
    """Every setting, in the order of `settings.example.env`; secrets as asterisks."""
    values = settings.model_dump(mode="json")
    return [Effective(name, _value(values, name), _place(settings, told, name)) for name in names(Settings)]


def _value(values: Mapping[str, Any], name: str) -> Any:
    found: Any = values
    for step in name.removeprefix(PREFIX).lower().split("__"):
        found = found[step]
    # Sets have no order of their own; people compare what they read.
    return (
        sorted(found) if isinstance(found, list) and all(isinstance(each, str) for each in found) else found
    )


def _place(settings: Settings, told: Mapping[str, Told], name: str) -> str:
    if name in told:
        return told[name].place
    return STORED if name == f"{PREFIX}WEBASYST__TOKEN" and settings.webasyst.token is not None else DEFAULT
