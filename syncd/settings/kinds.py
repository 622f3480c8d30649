"""The kinds of values that settings have: addresses, secrets, times, status letters."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from syncd.model.owner import DEFAULT_OWNERS, Owner
from syncd.model.owner import Field as OwnedField
from syncd.model.status import Target

_ENTRY_POINTS = ("/api", "/api.php", "/admin.php", "/vendor.php", "/index.php")
_KEY_BYTES = 32
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


def api_root(value: str) -> str:
    """An address without a slash at its end. Raises `ValueError` for one with a user, a query or another scheme."""
    text = value.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ValueError(f"is not an address ({error})") from None
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or not port_is_right:
        raise ValueError("is not an address like https://shop.example.com")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a user or password before the @; give the bare address")
    if parts.query or parts.fragment:
        raise ValueError("holds a ? or #; give the address of the shop's root only")
    return text


def _shop_root(value: str) -> str:
    """The root of a shop without a slash at its end."""
    text = api_root(value)
    for ending in _ENTRY_POINTS:
        if urlsplit(text).path.lower().endswith(ending):
            raise ValueError(f"ends with {ending}; give the address of the shop's root only")
    return text


def _header_value(value: SecretStr) -> SecretStr:
    """A secret that can stand in an HTTP header."""
    text = value.get_secret_value().strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("is empty or holds blanks, line ends or letters that no key has; copy it once more")
    return SecretStr(text)


def _login(value: str) -> str:
    """An e-mail as the user name of Basic authorization, which cannot hold a colon."""
    text = value.strip()
    if not re.fullmatch(r"[^\s:@]+@[^\s:@]+", text):
        raise ValueError("is not an e-mail address")
    return text


def _iso(value: Any) -> Any:
    """A bare number would be read as seconds since 1970: the year 2026 would take the whole history of orders."""
    number = isinstance(value, int | float)  # as JSON and TOML have them
    if number or (isinstance(value, str) and not re.match(r"\d{4}-\d{2}-\d{2}", value.strip())):
        raise ValueError("is not a date or time like 2026-01-31 or 2026-01-31T08:00:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, which would let the last of two equal names win, silently. Raises `ValueError`."""
    twice = [letter for letter, count in Counter(letter for letter, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"says more than once what {', '.join(twice)} means")
    return dict(pairs)


def _from_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, object_pairs_hook=once_each)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON ({error})") from None


def _all_owners(value: dict[OwnedField, Owner]) -> dict[OwnedField, Owner]:
    """The owner of every field, given or by default."""
    wrong = [
        field for field, owner in value.items() if owner is Owner.SHARED and field is not OwnedField.QUANTITY
    ]
    if wrong:
        raise ValueError(f"cannot share {', '.join(wrong)}: only a quantity can be added up")
    return DEFAULT_OWNERS | value


def _home(value: Path) -> Path:
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError("starts with ~, and this user has no home directory; give the whole path") from None


def _database(value: SecretStr) -> SecretStr:
    scheme, colon, _ = value.get_secret_value().partition("://")
    if not colon or scheme not in _DATABASES:
        raise ValueError(f"must begin with one of {', '.join(f'{name}://' for name in _DATABASES)}")
    return value


def _secret_key(value: SecretStr) -> SecretStr:
    """32 bytes in base64 of either alphabet, as Fernet spells them."""
    text = value.get_secret_value().strip().translate({ord("+"): "-", ord("/"): "_"})
    try:
        length = len(base64.urlsafe_b64decode(text))
    except ValueError:
        length = 0
    if length != _KEY_BYTES:
        raise ValueError("must be 32 bytes in base64; make one with: openssl rand -base64 32")
    return SecretStr(text)


def _currency(value: str) -> str:
    code = value.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError("must be a currency's three letters, such as EUR")
    return code


def _language(value: str) -> str:
    code = value.strip().lower()
    if not re.fullmatch(r"[a-z]{2}(-[a-z]{2,4})?", code):
        raise ValueError("must be a language's two letters, such as en")
    return code


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


Url = Annotated[str, AfterValidator(_shop_root)]
"""The root of a shop: http or https, no user, query or API path, no slash at the end."""
Key = Annotated[SecretStr, AfterValidator(_header_value)]
"""A token or key, never shown."""
Login = Annotated[str, AfterValidator(_login)]
Moment = Annotated[datetime, BeforeValidator(_iso), AfterValidator(_in_utc)]
"""A date or time in ISO 8601, aware UTC; without a zone it is meant in UTC."""
Letter = Annotated[str, Field(min_length=1, max_length=1)]
"""A CS-Cart status."""
StatusMap = Annotated[dict[Letter, Target], BeforeValidator(_from_json)]
StateName = Annotated[str, Field(min_length=1, max_length=64)]
"""A state of Webasyst's workflow by its id, custom ones included."""
StatesMap = Annotated[dict[StateName, Letter], BeforeValidator(_from_json)]
Owners = Annotated[dict[OwnedField, Owner], BeforeValidator(_from_json), AfterValidator(_all_owners)]
Notify = Annotated[frozenset[Literal["user", "department", "vendor"]], BeforeValidator(_from_json)]
Letters = Annotated[frozenset[Letter], BeforeValidator(_from_json)]
Currency = Annotated[str, AfterValidator(_currency)]
Language = Annotated[str, AfterValidator(_language)]
Folder = Annotated[Path, AfterValidator(_home)]
SecretKey = Annotated[SecretStr, AfterValidator(_secret_key)]
"""A key that others are encrypted with."""
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
Word = BeforeValidator(_lower)
"""For choices between words, in any case."""
