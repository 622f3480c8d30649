"""The token that `syncd login` got: encrypted in the data directory, its key in a file beside it or in SYNCD_SECRET_KEY.

With the key beside it the encryption keeps the token out of what copies or prints single files; who can read the whole
folder can read the token. A key from elsewhere keeps it from those, too.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.errors import Misconfigured
from syncd.settings.private_file import write_private

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

FILE = "webasyst.token"
KEY_FILE = "secret.key"


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token, the root of the account that it opens, and the client id it was made for (contracts/webasyst §1.1)."""

    url: str
    token: str
    client_id: str

    def __repr__(self) -> str:
        return f"StoredToken(url={self.url!r}, client_id={self.client_id!r})"


class TokenStore:
    """The stored token of one data directory. `key` is that of SYNCD_SECRET_KEY, `None` for the file's."""

    def __init__(self, folder: Path, key: str | None) -> None:
        self.path = folder / FILE
        self._key_path = folder / KEY_FILE
        self._key = key

    def read(self) -> StoredToken | None:
        """The stored token, `None` when there is none. Raises `Misconfigured` when it cannot be read."""
        try:
            sealed = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Misconfigured(
                f"The stored token {self.path} cannot be read: {error.strerror}. Run 'syncd login' as the "
                "user that runs syncd."
            ) from error
        return self._opened(sealed)

    def write(self, stored: StoredToken) -> None:
        """Store a token in place of the one before. Raises `Misconfigured` when the folder cannot be written."""
        text = json.dumps({"url": stored.url, "token": stored.token, "client_id": stored.client_id})
        try:
            sealed = self._cipher(make=True).encrypt(text.encode())
            write_private(self.path, sealed.decode() + "\n", replace=True)
        except OSError as error:
            raise Misconfigured(
                f"The token cannot be stored in {self.path.parent}: {error.strerror}. Set SYNCD_DATA_DIR to a folder that "
                "this user may write."
            ) from error

    def forget(self) -> None:
        """Delete the stored token; the key stays. Raises `Misconfigured` when it cannot be deleted."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise Misconfigured(f"{self.path} cannot be deleted: {error.strerror}.") from error

    def _opened(self, sealed: bytes) -> StoredToken:
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - only where a token is stored

        try:
            values = json.loads(self._cipher(make=False).decrypt(sealed.strip()))
            return StoredToken(str(values["url"]), str(values["token"]), str(values["client_id"]))
        except (InvalidToken, ValueError, KeyError, TypeError, OSError):
            where = "SYNCD_SECRET_KEY" if self._key else str(self._key_path)
            raise Misconfigured(
                f"The stored token {self.path} does not open with the key of {where}. Give the key that it was stored with, "
                "or run 'syncd login' again."
            ) from None

    def _cipher(self, *, make: bool) -> Fernet:
        from cryptography.fernet import Fernet  # noqa: PLC0415 - only where a token is stored

        if self._key:
            return Fernet(self._key)
        if make:
            # An existing key stays: two that sign in at once must not lock each other out.
            with suppress(FileExistsError):
                write_private(self._key_path, Fernet.generate_key().decode() + "\n", replace=False)
        return Fernet(self._key_path.read_text("ascii").strip())
