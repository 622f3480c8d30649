"""`syncd map statuses`: what each order status means in the other shop, and which setting says so."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from syncd.app import SOURCE
from syncd.cli.mapping import sheet
from syncd.cli.screen import Column, Screen, complain
from syncd.cli.spell import spell_json
from syncd.errors import Misconfigured
from syncd.model.status import Target
from syncd.settings import Settings, load_settings
from syncd.settings.sources import HoroshopSource
from syncd.settings.variables import ENV_FILE

FORTH, BACK = "to webasyst", "to source"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One status and what it becomes on the other side; `variable` is the setting that says so."""

    source: str
    direction: str
    status: str
    target: str
    variable: str


def list_command(*, as_json: bool) -> int:
    """Print the maps of all sources."""
    settings = load_settings()
    found = list(meanings(settings))
    if as_json:
        print(spell_json({"statuses": [asdict(one) for one in found]}))
        return 0
    screen = Screen()
    if not found:
        screen.text("No status has a meaning: orders are made in Webasyst and never moved there.")
    columns = [Column("source"), Column("direction"), Column("status"), Column("becomes")]
    screen.table(columns, [[one.source, one.direction, one.status, one.target] for one in found])
    for variable in dict.fromkeys([*(one.variable for one in found), "SYNCD_STATUSES"]):
        screen.text(f"{variable} is set by {origin(variable)}.")
    screen.text("Settings are not changed by syncd: 'syncd map statuses set' tells what to write there.")
    return 0


def export_command() -> int:
    """Print the maps as CSV."""
    columns = ["source", "direction", "status", "target", "variable"]
    sheet.write(columns, [list(asdict(one).values()) for one in meanings(load_settings())])
    return 0


def set_command(status: str, target: str, source: str, *, as_json: bool) -> int:
    """Tell what to write into the settings; answers 1, because nothing was changed."""
    settings = load_settings()
    if target not in set(Target):
        raise Misconfigured(f"there is no target {target}; there are {', '.join(Target)}")
    if source == SOURCE:
        known: Mapping[str, str] = settings.statuses
        variable = "SYNCD_STATUSES"
    else:
        entry = next((each for each in settings.sources if each.name == source), None)
        if entry is None:
            raise Misconfigured(f"SYNCD_SOURCES has no entry with the name {source}")
        known, variable = entry.statuses, f"the statuses of the entry {source} in SYNCD_SOURCES"
    wanted = {str(one): str(meaning) for one, meaning in known.items()} | {status: target}
    where = origin(variable.rpartition(" ")[2])
    complain(f"syncd: settings are changed where they are set ({where}); set {variable} to")
    if as_json:
        print(spell_json({"variable": variable, "value": wanted, "set_by": where}))
    else:
        print(json.dumps(wanted, ensure_ascii=False))
    return 1


def meanings(settings: Settings) -> Iterator[Meaning]:
    """Every status that is mapped, source by source, there and back."""
    for letter, target in sorted(settings.statuses.items()):
        yield Meaning(SOURCE, FORTH, letter, str(target), "SYNCD_STATUSES")
    for state, letter in sorted(settings.statuses_back.items()):
        yield Meaning(SOURCE, BACK, state, letter, "SYNCD_STATUSES_BACK")
    for entry in settings.sources:
        for status, meaning in sorted(entry.statuses.items()):
            yield Meaning(entry.name, FORTH, str(status), str(meaning), "SYNCD_SOURCES")
        if isinstance(entry, HoroshopSource):
            for state, number in sorted(entry.statuses_back.items()):
                yield Meaning(entry.name, BACK, state, number, "SYNCD_SOURCES")


def origin(variable: str) -> str:
    """Where a variable is set, by the order in which they win."""
    upper = {name.upper(): value for name, value in os.environ.items()}
    if upper.get(variable, "").strip():
        return "the environment"
    if file := upper.get(ENV_FILE):
        return f"the file {file}, a folder of secrets, or nobody"
    return "a folder of secrets, or nobody"
