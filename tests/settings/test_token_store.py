"""The token of `syncd login`: encrypted, private, and used where no token is set."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from syncd.errors import Misconfigured
from syncd.settings import SettingsError, load_settings
from syncd.settings.private_file import write_private
from syncd.settings.token_store import FILE, KEY_FILE, StoredToken, TokenStore

from .test_load import NEEDED

TOKEN = StoredToken("https://office.example.com", "canary-stored-815", "syncd-1")
REST = {name: value for name, value in NEEDED.items() if "TOKEN" not in name}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_token_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    """Account and client id travel with the token."""
    TokenStore(tmp_path / "data", None).write(TOKEN)

    assert TokenStore(tmp_path / "data", None).read() == TOKEN


def test_nothing_stored_is_no_error(tmp_path: Path) -> None:
    """Before the first login, and after a logout, there is just no token."""
    store = TokenStore(tmp_path, None)
    assert store.read() is None

    store.write(TOKEN)
    store.forget()
    store.forget()

    assert store.read() is None


def test_neither_file_tells_the_token_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    """The token lies encrypted; token and key have mode 0600 whatever the umask is."""
    before = os.umask(0)
    try:
        TokenStore(tmp_path / "data", None).write(TOKEN)
    finally:
        os.umask(before)

    files = list((tmp_path / "data").iterdir())
    assert sorted(file.name for file in files) == sorted([FILE, KEY_FILE])
    assert [mode(file) for file in files] == [0o600, 0o600]
    assert mode(tmp_path / "data") == 0o700
    assert all(b"canary" not in file.read_bytes() for file in files)
    assert "canary" not in repr(TOKEN)


def test_a_key_of_ones_own_leaves_none_beside_the_token(tmp_path: Path) -> None:
    """With SYNCD_SECRET_KEY a copy of the data directory does not hold the key."""
    key = Fernet.generate_key().decode()
    TokenStore(tmp_path, key).write(TOKEN)

    assert [file.name for file in tmp_path.iterdir()] == [FILE]
    assert TokenStore(tmp_path, key).read() == TOKEN


def test_a_wrong_key_is_told_with_the_way_out(tmp_path: Path) -> None:
    """A token that does not open names the key that was tried and `syncd login`."""
    TokenStore(tmp_path, Fernet.generate_key().decode()).write(TOKEN)

    with pytest.raises(Misconfigured, match=r"SYNCD_SECRET_KEY.*syncd login"):
        TokenStore(tmp_path, Fernet.generate_key().decode()).read()
    with pytest.raises(Misconfigured, match=rf"{KEY_FILE}.*syncd login"):
        TokenStore(tmp_path, None).read()


def test_a_token_of_another_user_is_told_with_the_way_out(tmp_path: Path) -> None:
    """What cannot be read at all is no reason for a traceback (here: a folder in its place)."""
    (tmp_path / FILE).mkdir()

    with pytest.raises(Misconfigured, match=r"cannot be read: .* as the user that runs syncd"):
        TokenStore(tmp_path, None).read()


def test_a_second_login_keeps_the_key(tmp_path: Path) -> None:
    """A key that exists is used again: others may have stored with it meanwhile."""
    TokenStore(tmp_path, None).write(TOKEN)
    key = (tmp_path / KEY_FILE).read_bytes()
    TokenStore(tmp_path, None).write(StoredToken(TOKEN.url, "another", "syncd-2"))

    assert (tmp_path / KEY_FILE).read_bytes() == key


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The message names the setting to change."""
    (tmp_path / "file").write_text("")

    with pytest.raises(Misconfigured, match="SYNCD_DATA_DIR"):
        TokenStore(tmp_path / "file", None).write(TOKEN)


def test_a_private_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    """What stands there stays, whole, and nothing else is left in the folder."""
    path = tmp_path / "kept"
    path.write_text("old")

    with pytest.raises(FileExistsError):
        write_private(path, "new", replace=False)

    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["kept"]


def test_the_stored_token_is_used_where_none_is_set(tmp_path: Path) -> None:
    """After `syncd login` the settings need no token."""
    TokenStore(tmp_path, None).write(TOKEN)

    settings = load_settings(REST | {"SYNCD_DATA_DIR": str(tmp_path)})

    assert settings.webasyst.token is not None
    assert settings.webasyst.token.get_secret_value() == TOKEN.token


def test_a_token_of_the_settings_wins(tmp_path: Path) -> None:
    """What a person set counts, also when the stored one cannot even be read."""
    (tmp_path / FILE).write_text("broken")

    settings = load_settings(NEEDED | {"SYNCD_DATA_DIR": str(tmp_path)})

    assert settings.webasyst.token is not None
    assert settings.webasyst.token.get_secret_value() == NEEDED["SYNCD_WEBASYST__TOKEN"]


def test_a_token_goes_to_no_other_account(tmp_path: Path) -> None:
    """When the address changes, the old account's token is not sent there."""
    TokenStore(tmp_path, None).write(TOKEN)
    moved = {"SYNCD_DATA_DIR": str(tmp_path), "SYNCD_WEBASYST__URL": "https://other.example.com"}

    with pytest.raises(SettingsError, match=r"that of https://office.example.com. Run 'syncd login'"):
        load_settings(REST | moved)
    assert load_settings(REST | moved, needs_token=False).webasyst.token is None


def test_without_any_token_the_way_is_told_with_all_other_problems(tmp_path: Path) -> None:
    """The missing token is one line among those of all that is wrong."""
    with pytest.raises(SettingsError) as caught:
        load_settings(REST | {"SYNCD_DATA_DIR": str(tmp_path), "SYNCD_ORDERS__UPDATE_TIME": "often"})

    told = caught.value.problems
    assert len(told) == 2
    assert any("SYNCD_WEBASYST__TOKEN is not set. Run 'syncd login'" in line for line in told)


@pytest.mark.parametrize("key", ["short", "AAAA", "not base64 at all!"])
def test_a_secret_key_of_another_length_is_refused(key: str) -> None:
    """The message says how to make one."""
    with pytest.raises(SettingsError, match="openssl rand -base64 32"):
        load_settings(NEEDED | {"SYNCD_SECRET_KEY": key})


def test_a_secret_key_in_either_alphabet_is_the_same_key(tmp_path: Path) -> None:
    """openssl writes + and /, Fernet - and _."""
    settings = load_settings(NEEDED | {"SYNCD_SECRET_KEY": "+/" * 21 + "+="})

    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "-_" * 21 + "-="
