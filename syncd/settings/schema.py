"""The JSON schema of all settings, the entries of SYNCD_SOURCES included."""

from __future__ import annotations

from typing import Any

from syncd.settings.model import Settings
from syncd.settings.variables import PREFIX


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the settings as nested objects; `x-variable` names each one's environment variable."""
    schema = Settings.model_json_schema()
    for name, field in schema["properties"].items():
        section = schema["$defs"].get(
            str(field.get("$ref") or field.get("allOf", [{}])[0].get("$ref")).rpartition("/")[2]
        )
        variable = f"{PREFIX}{name.upper()}"
        if section is None or "properties" not in section:
            field["x-variable"] = variable
            continue
        for below, leaf in section["properties"].items():
            leaf["x-variable"] = f"{variable}__{below.upper()}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
