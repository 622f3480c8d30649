"""Writing a file of variables that `SYNCD_ENV_FILE` can name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from syncd.errors import Misconfigured
from syncd.settings.private_file import write_private

_PLAIN = re.compile(r"[\w.:/@+=,%~-]*", re.ASCII)


def write_settings(path: Path, values: Mapping[str, str], comments: Sequence[str], *, replace: bool) -> None:
    """Write variables, with comments at the end, mode 0600.

    Raises `Misconfigured` when the file is there and may not be replaced, or cannot be written.
    """
    lines = [f"{name}={_quoted(value)}" for name, value in values.items()]
    # A shop's words may hold a line end, behind which a line of settings would begin.
    notes = [f"# {' '.join(comment.split())}" for comment in comments]
    text = "".join(f"{line}\n" for line in [_HEAD, *lines, *notes])
    try:
        write_private(path, text, replace=replace)
    except FileExistsError:
        raise exists(path) from None
    except OSError as error:
        raise Misconfigured(
            f"{path} cannot be written: {error.strerror}; choose another file with --file"
        ) from error


def exists(path: Path) -> Misconfigured:
    """The refusal to replace a file."""
    return Misconfigured(f"{path} is there already; --force replaces it, --file names another one")


_HEAD = "# Settings of syncd; settings.example.env has all of them. The file holds keys: keep it to yourself."


def _quoted(value: str) -> str:
    """A value that python-dotenv and systemd both read as it is."""
    if _PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
