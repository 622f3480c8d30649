"""Where settings come from: the environment, a file of variables, and folders of secrets with one file per variable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from pydantic import BaseModel
from pydantic_settings import BaseSettings, EnvSettingsSource

PREFIX = "SYNCD_"
ENV_FILE = f"{PREFIX}ENV_FILE"
"""Names a file with a variable a line; what the environment says itself wins."""

ENVIRONMENT = "environment"
_DOCKER_SECRETS = Path("/run/secrets")
_NOT_OURS = re.compile(
    rf"{PREFIX}TEST_\w+|"
    # Kubernetes adds such variables for services whose names begin with syncd; never with two underscores in a row.
    rf"(?!\w*__){PREFIX}(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)"
)


class UnreadableSource(Exception):
    """A file or folder of settings that cannot be read; the text names it."""


def collect(environ: Mapping[str, str], secrets: Path = _DOCKER_SECRETS) -> dict[str, str]:
    """Every `SYNCD_` variable that is not empty, upper case.

    From `secrets`, then `$CREDENTIALS_DIRECTORY` (systemd), then the file named by `SYNCD_ENV_FILE`, then `environ`; the
    later wins. Raises `UnreadableSource`.
    """
    return {name: one.value for name, one in told(environ, secrets).items()}


@dataclass(frozen=True, slots=True)
class Told:
    """The value of a variable, and the place that says it: a folder of secrets, a file, or the environment."""

    value: str
    place: str


def told(environ: Mapping[str, str], secrets: Path = _DOCKER_SECRETS) -> dict[str, Told]:
    """The same with their places."""
    found: dict[str, Told] = {}
    for folder in (str(secrets), environ.get("CREDENTIALS_DIRECTORY")):
        if folder:
            found |= _from(f"secrets {folder}", _files(Path(folder)))
    if file := environ.get(ENV_FILE):
        found |= _from(f"file {file}", _variables_of(Path(file).expanduser()))
    return found | _from(ENVIRONMENT, environ)


def unread_lines(environ: Mapping[str, str]) -> list[str]:
    """What is wrong with lines of the file that say no variable: passed over, they would leave a default in effect that
    nobody chose. The lines are not quoted, for they may hold a key. Raises `UnreadableSource`."""
    if not (file := environ.get(ENV_FILE)):
        return []
    return [
        f"{file}: line {_line_of(one)} says no variable; write NAME=value, and close every quotation mark"
        for one in _bindings_of(Path(file).expanduser())
        if one.error or (one.value is None and (one.key or "").upper().startswith(PREFIX))
    ]


def names(model: type[BaseModel], prefix: str = PREFIX) -> list[str]:
    """The names of all variables of a model, in its order."""
    result: list[str] = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            result += names(kind, f"{prefix}{name.upper()}__")
        else:
            result.append(f"{prefix}{name.upper()}")
    return result


class Variables(EnvSettingsSource):
    """pydantic's reading of nested names, over variables that were collected already."""

    def __init__(self, settings: type[BaseSettings], variables: Mapping[str, str]) -> None:
        self._variables = variables
        super().__init__(settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._variables.items()}


def _from(place: str, variables: Mapping[str, str]) -> dict[str, Told]:
    return {name: Told(value, place) for name, value in _ours(variables).items()}


def _ours(variables: Mapping[str, str]) -> dict[str, str]:
    upper = {name.upper(): value for name, value in variables.items()}
    return {
        name: value
        for name, value in upper.items()
        if name.startswith(PREFIX) and name != ENV_FILE and value.strip() and not _NOT_OURS.fullmatch(name)
    }


def _files(folder: Path) -> dict[str, str]:
    """One variable per file, without the line end that editors add."""
    if not folder.is_dir():
        return {}
    try:
        return {
            file.name: file.read_text("utf-8").rstrip("\r\n")
            for file in sorted(folder.iterdir())
            if file.name.upper().startswith(PREFIX) and file.is_file()
        }
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(f"The secrets in {folder} cannot be read: {_reason(error)}") from None


def _variables_of(file: Path) -> dict[str, str]:
    pairs = ((one.key, one.value) for one in _bindings_of(file))
    return {name: value for name, value in pairs if name is not None and value is not None}


def _bindings_of(file: Path) -> list[Binding]:
    try:
        with file.open(encoding="utf-8-sig") as stream:
            return list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(f"{ENV_FILE} names {file}, which cannot be read: {_reason(error)}") from None


def _line_of(binding: Binding) -> int:
    """The number of the line itself; what was read has the empty lines before it, too."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or "no reason given" if isinstance(error, OSError) else "it is not UTF-8 text"
