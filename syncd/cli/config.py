"""`syncd config`: whether the settings are right, what they are and where they come from, and their schema."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from syncd.cli.exits import MISCONFIGURED
from syncd.cli.screen import complain, say
from syncd.cli.spell import spell_json
from syncd.settings import SettingsError, load_settings
from syncd.settings.effective import effective
from syncd.settings.schema import json_schema
from syncd.settings.variables import ENV_FILE, Told, UnreadableSource, told

_COLUMN = 30
"""Longer values do not push the places of all others to the right."""
_FILES = (".toml", ".json")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a setting, in which place, and what to do; `setting` is `None` for a file as a whole."""

    setting: str | None
    place: str | None
    problem: str


def check_command(*, as_json: bool) -> int:
    """Print every problem at once; answers 10 when there is one."""
    try:
        load_settings()
    except SettingsError as error:
        found = _problems(error)
    else:
        found = []
    if as_json:
        print(spell_json({"ok": not found, "problems": [asdict(one) for one in found]}))
    elif found:
        complain(f"{len(found)} setting{'s are' if len(found) > 1 else ' is'} missing or wrong:")
        for one in found:
            complain(f"  * {f'[{one.place}] ' if one.place else ''}{one.problem}")
    else:
        say(f"All settings are right: {len(told(os.environ))} are set, the others have their defaults.")
        say("Next: 'syncd doctor' tries them.")
    return MISCONFIGURED if found else 0


def show_command(*, as_json: bool) -> int:
    """Print every setting in effect; secrets are masked."""
    settings = load_settings(needs_token=False)
    rows = effective(settings, told(os.environ))
    if as_json:
        print(
            spell_json(
                {"settings": [{"name": one.name, "value": one.value, "from": one.place} for one in rows]}
            )
        )
        return 0
    width = max(len(f"{one.name}={one.spelled}") for one in rows if len(one.spelled) < _COLUMN)
    for one in rows:
        print(f"{f'{one.name}={one.spelled}':<{width}}  # {one.place}")
    return 0


def schema_command() -> int:
    """Print the JSON schema."""
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return 0


def _problems(error: SettingsError) -> list[Problem]:
    """The lines of the error, each with the place of the variable that it begins with."""
    try:
        known = told(os.environ)
    except UnreadableSource:
        known = {}  # that is the one problem of the error
    return [_problem(line, known) for line in error.problems]


def _problem(line: str, known: Mapping[str, Told]) -> Problem:
    found = re.match(r"SYNCD_\w+", line)
    name = found[0] if found else None
    if name is None or name == ENV_FILE:
        return Problem(None, None, line)
    place = known[name].place if name in known else None
    if place and name == "SYNCD_SOURCES" and known[name].value.strip().lower().endswith(_FILES):
        place = f"{known[name].value.strip()}, named by {place}"
    return Problem(name, place, line)
