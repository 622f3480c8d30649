"""docs/settings.md: every setting, from the settings model and settings.example.env."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncd.settings import Settings
from syncd.settings.variables import PREFIX, names

HEAD = """\
# Settings

<!-- Made by `make docs` from settings.example.env and the settings themselves: edit those. -->

Every setting is a variable whose name begins with `SYNCD_`. They are collected from four places; a later one wins:

1. files in `/run/secrets`, one for each variable, named after it: secrets of containers
2. files in `$CREDENTIALS_DIRECTORY`, likewise: systemd's credentials
3. the file that `SYNCD_ENV_FILE` names, a variable a line, as `syncd init` writes it
4. the environment

Names may be written in lower case. An empty value means: not set. In a file of settings, JSON stands on one line and needs
no quotes around it. Such a file holds secrets: keep it readable for its user only (`chmod 600`).

`syncd config check` tells everything that is wrong at once, each with its place and what to do; `syncd config show` prints
what holds and where it comes from, without secrets; `syncd config schema` prints the same as below as a JSON schema. A name
that is misspelt is an error, not a silence. A daemon reads its file of settings again on `SIGHUP`; where they are wrong, the
earlier ones stay.

"""
_WORDS = {
    "boolean": "`true` or `false`",
    "number": "number",
    "string": "text",
    "object": "JSON object",
    "array": "JSON list",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A setting as settings.example.env has it."""

    section: str
    name: str
    default: str
    meaning: str


def entries(example: str) -> Iterator[Entry]:
    """Every setting of the example file, with its section and what the lines above it say."""
    section, meaning = "", list[str]()
    for line in example.splitlines():
        if line.startswith("# --- "):
            section = line.strip("# -")
        elif line.startswith("# "):
            meaning.append(line.removeprefix("# "))
        elif line.startswith(PREFIX):
            name, _, default = line.partition("=")
            yield Entry(section, name, default, " ".join(meaning))
            meaning = []
        else:
            meaning = []


def kinds() -> dict[str, str]:
    """What each variable's value may be, in words."""
    schema = Settings.model_json_schema()
    return {name: _kind(_field(schema, name), schema) for name in names(Settings)}


def page(example: str) -> str:
    """The whole page."""
    kind, text, section = kinds(), HEAD, ""
    for entry in entries(example):
        if entry.section != section:
            section = entry.section
            text += f"## {section}\n\n| variable | value | default | meaning |\n|---|---|---|---|\n"
        default = f"`{entry.default}`" if entry.default else ""
        cells = (f"`{entry.name}`", kind[entry.name], default, entry.meaning)
        text += f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"
        if entry.name == names_in(example, section)[-1]:
            text += "\n"
    return text.rstrip("\n") + "\n"


def names_in(example: str, section: str) -> list[str]:
    """The settings of one section."""
    return [entry.name for entry in entries(example) if entry.section == section]


def _field(schema: dict[str, Any], name: str) -> dict[str, Any]:
    section, _, field = name.removeprefix(PREFIX).lower().partition("__")
    found: dict[str, Any] = schema["properties"][section]
    if field:
        found = _followed(found, schema)["properties"][field]
    return found


def _followed(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The part that a reference names, without `null`, which is "not set"."""
    options = [option for option in part.get("anyOf", ()) if option.get("type") != "null"]
    part = options[0] if options else part
    if "$ref" in part:
        found: dict[str, Any] = schema["$defs"][part["$ref"].rpartition("/")[2]]
        return found
    return part


def _kind(part: dict[str, Any], schema: dict[str, Any]) -> str:
    part = _followed(part, schema)
    if "enum" in part:
        return " or ".join(f"`{word}`" for word in part["enum"])
    if part.get("format") == "password" or part.get("writeOnly"):
        return "text, secret"
    if part.get("type") == "integer":
        return f"whole number{_bounds(part)}"
    options = [option.get("type") for option in part.get("anyOf", ())]
    return _WORDS.get(part.get("type", ""), "number" if "number" in options else "text") + _bounds(part)


def _bounds(part: dict[str, Any]) -> str:
    least = part.get("minimum", part.get("exclusiveMinimum"))
    most = part.get("maximum")
    low = (
        ""
        if least is None
        else (", above 0" if "exclusiveMinimum" in part else f", at least {_plain(least)}")
    )
    return low + ("" if most is None else f", at most {_plain(most)}")


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)
