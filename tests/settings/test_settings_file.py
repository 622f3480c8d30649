"""A settings file that is written is read back as it was meant."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import Misconfigured
from syncd.settings.settings_file import write_settings
from syncd.settings.variables import ENV_FILE, collect

NAME = "SYNCD_CSCART__API_KEY"
printable = st.text(alphabet=st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=1)


def read(path: Path) -> dict[str, str]:
    return collect({ENV_FILE: str(path)})


@given(printable)
def test_every_key_comes_back(value: str) -> None:
    """Quotes, hashes, backslashes and dollars in a key are a part of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "syncd.env"
        write_settings(path, {NAME: value}, [], replace=False)
        assert read(path) == {NAME: value}


def test_a_comment_stays_a_comment(tmp_path: Path) -> None:
    """The shop's words cannot bring settings in."""
    path = tmp_path / "syncd.env"
    for end in ("\n", "\r", "\u2028", "\x0b"):
        write_settings(path, {NAME: "x"}, [f"Paid{end}SYNCD_HTTP__ALLOW_INSECURE=true"], replace=True)
        assert read(path) == {NAME: "x"}


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    """It holds keys."""
    path = tmp_path / "syncd.env"
    write_settings(path, {NAME: "x"}, [], replace=False)

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_is_replaced_only_when_that_is_asked_for(tmp_path: Path) -> None:
    """The refusal names the option."""
    path = tmp_path / "syncd.env"
    write_settings(path, {NAME: "old"}, [], replace=False)
    with pytest.raises(Misconfigured, match="--force"):
        write_settings(path, {NAME: "new"}, [], replace=False)
    assert read(path) == {NAME: "old"}

    write_settings(path, {NAME: "new"}, [], replace=True)
    assert read(path) == {NAME: "new"}


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    """The path is named."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match=r"file/syncd.env cannot be written"):
        write_settings(tmp_path / "file" / "syncd.env", {NAME: "x"}, [], replace=False)
