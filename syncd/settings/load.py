"""Loading the settings: everything that is wrong is told at once, each with its variable and what to do."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from syncd.errors import Misconfigured
from syncd.settings.hints import hint
from syncd.settings.host import is_loopback
from syncd.settings.kinds import SecretKey, api_root
from syncd.settings.model import Settings
from syncd.settings.token_store import StoredToken, TokenStore
from syncd.settings.variables import PREFIX, UnreadableSource, Variables, collect, names, unread_lines

_TOKEN = f"{PREFIX}WEBASYST__TOKEN"
_MESSAGES = {
    "extra_forbidden": "is no setting",
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "decimal_parsing": "must be a number",
    "dict_type": 'must be a JSON object such as {"P":"processed"}',
    "frozen_set_type": 'must be a JSON list such as ["F","D"]',
    "union_tag_invalid": 'has a kind that is not known: write "marketplace", "horoshop" or "justclick"',
    "union_tag_not_found": 'has no kind: write "marketplace", "horoshop" or "justclick"',
    "string_pattern_mismatch": "has letters that are not allowed there, or is too long",
    "tuple_type": 'must be a JSON list such as [{"kind":"horoshop", ...}]',
    "string_too_long": "must be one letter",
    "string_too_short": "must be one letter",
}
"""Words for what pydantic says in terms of Python."""


_FIRST = "SYNCD_CSCART__URL is not set"
"""Who lacks this has told nothing yet."""


class SettingsError(Misconfigured):
    """Settings are missing or wrong. The text lists all of them; `problems` has one line each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        count = "a setting is" if len(problems) == 1 else f"{len(problems)} settings are"
        lines = "".join(f"\n  * {problem}" for problem in problems)
        super().__init__(f"Nothing runs, because {count} missing or wrong:{lines}")
        if any(problem.startswith(_FIRST) for problem in problems):
            self.next_step = (
                "'syncd init' at a terminal asks for them and writes a file. Where there is one already, tell its place: "
                "export SYNCD_ENV_FILE=FILE"
            )


def load_settings(
    environ: Mapping[str, str] | None = None, *, needs_token: bool = True, **overrides: Any
) -> Settings:
    """The settings from `environ` (the process's own by default), files and secrets, see `syncd.settings.variables`.

    A Webasyst token that they do not name is the stored one (`syncd login`); without `needs_token` neither need be there.
    `overrides` win, sections as mappings: `load_settings(orders={"update_time": 5})`. Raises `SettingsError`.
    """
    environ = os.environ if environ is None else environ
    try:
        variables, problems = collect(environ), unread_lines(environ)
    except UnreadableSource as error:
        raise SettingsError([str(error)]) from None
    known = names(Settings)
    problems += [_unknown(name, known) for name in variables if name not in known]
    values = _values({name: value for name, value in variables.items() if name in known}, overrides)
    problems += _insecure(values)
    lacking = _take_stored_token(values)
    problems += lacking if needs_token else []
    try:
        settings = Settings(**values)
    except ValidationError as error:
        # Without "from": the original quotes values.
        raise SettingsError(problems + [_problem(detail, values) for detail in error.errors()]) from None
    problems += _insecure_sources(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def _values(variables: Mapping[str, str], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Nested values; every section is there, so that what it lacks is told by name."""
    values: dict[str, Any] = {name: {} for name in Settings.model_fields if _is_section(name)}
    values |= Variables(Settings, variables)()
    for name, value in overrides.items():
        values[name] = values[name] | value if _is_section(name) and isinstance(value, Mapping) else value
    return values


def _take_stored_token(values: dict[str, Any]) -> list[str]:
    """Where no token is set, take the one of `syncd login`; answers why there is none.

    It goes to the account that gave it, and nowhere else: after a change of the address a new one is needed.
    """
    office = values["webasyst"]
    if not isinstance(office, Mapping) or office.get("token"):
        return []
    stored = _stored_token(values)
    if isinstance(stored, str):
        return [stored]
    try:
        url = api_root(str(office.get("url", "")))
    except ValueError:
        return []
    if stored.url != url:
        return [
            f"{_TOKEN} is not set, and the stored token is that of {stored.url}. Run 'syncd login' for {url}."
        ]
    values["webasyst"] = {**office, "token": stored.token}
    return []


def _stored_token(values: Mapping[str, Any]) -> StoredToken | str:
    """The token of `syncd login`, or why there is none."""
    # Folder and key are checked later, with everything else; here a wrong one only means that nothing is stored.
    try:
        folder = Path(values.get("data_dir", Settings.model_fields["data_dir"].default)).expanduser()
        key = values.get("secret_key")
        stored = TokenStore(
            folder, TypeAdapter(SecretKey).validate_python(key).get_secret_value() if key else None
        ).read()
    except (ValidationError, RuntimeError, TypeError):
        stored = None
    except Misconfigured as error:
        return f"{_TOKEN} is not set. {error}"
    return stored or f"{_TOKEN} is not set. {hint(_TOKEN, values)}"


def _is_section(name: str) -> bool:
    kind = Settings.model_fields[name].annotation if name in Settings.model_fields else None
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _problem(detail: ErrorDetails, values: Mapping[str, Any]) -> str:
    # A path such as statuses.P.[key] goes on below the setting's name.
    depth = 2 if _is_section(str(detail["loc"][0])) else 1
    name = PREFIX + "__".join(str(step).upper() for step in detail["loc"][:depth])
    below = _below(detail["loc"], depth)
    if detail["type"] == "missing" and below:
        return f"{name}{below} is not given."
    if detail["type"] == "missing":
        return f"{name} is not set. {hint(name, values)}"
    said = detail["msg"].removeprefix("Value error, ")
    said = said if detail["type"] == "value_error" else _MESSAGES.get(detail["type"], _as_clause(said))
    return f"{name}{below} {said}."


def _below(path: tuple[int | str, ...], depth: int) -> str:
    """Where in a setting's value it is wrong: the letter of a map; the entry of a list, counted from 1, and its field."""
    if path[0] == "sources" and len(path) > depth:
        number, *rest = path[depth:]
        field = "".join(f", {step}" for step in rest[1:3])
        return f" (entry {int(number) + 1}{field})"
    return "".join(f" ({step})" for step in path[depth : depth + 1])


def _as_clause(message: str) -> str:
    """pydantic's "Input should be ..." as the rest of a sentence about the variable."""
    return message.removeprefix("Input ")[:1].lower() + message.removeprefix("Input ")[1:]


def _unknown(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    advice = f"Did you mean {close[0]}?" if close else "See settings.example.env for all names."
    return f"{name} is no setting. {advice}"


def _insecure(values: Mapping[str, Any]) -> list[str]:
    """Plain http to another machine shows the key to everyone on the way."""
    try:
        if TypeAdapter(bool).validate_python(values["http"].get("allow_insecure", False)):
            return []
    except (ValidationError, AttributeError):
        return []
    return [
        f"{PREFIX}{shop.upper()}__URL sends the key unencrypted, because it begins with http://. Use https://, or, in a "
        f"network that you trust, set {PREFIX}HTTP__ALLOW_INSECURE=true."
        for shop in ("cscart", "webasyst")
        if _leaves_in_clear(values[shop])
    ]


def _insecure_sources(settings: Settings) -> list[str]:
    return [
        f"{PREFIX}SOURCES ({source.name}) sends its key unencrypted, because its url begins with http://. Use https://, or, "
        f"in a network that you trust, set {PREFIX}HTTP__ALLOW_INSECURE=true."
        for source in settings.sources
        if not settings.http.allow_insecure and _leaves_in_clear({"url": source.url})
    ]


def _leaves_in_clear(section: Mapping[str, Any]) -> bool:
    try:
        parts = urlsplit(str(section.get("url", "")).strip())
        return parts.scheme.lower() == "http" and not is_loopback(parts.hostname or "")
    except ValueError:
        return False
