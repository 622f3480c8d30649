"""Further shops that orders come from: a list in TOML or JSON, each entry with its own key, map, zone and currency."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from syncd.model.status import Target
from syncd.settings.kinds import Currency, Key, Moment, Word, api_root, once_each

_LEAST_SECRET = 16
"""Letters of a hook's secret: whoever guesses it may make the daemon read, which is all it opens."""

Meaning = Annotated[
    Literal["new", "processed", "paid", "shipped", "completed", "refunded", "deleted", "ignore"], Word
]
"""What a status means: a target, or that the order is new and stays where it is, or that it is none of our business."""


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError("is no time zone such as Europe/Kyiv") from None
    return value


def hook_secret(value: SecretStr) -> SecretStr:
    """A secret that can stand in an address."""
    text = value.get_secret_value().strip()
    if len(text) < _LEAST_SECRET or not all(letter.isalnum() or letter in "-_" for letter in text):
        raise ValueError(
            f"must be at least {_LEAST_SECRET} letters, digits, - or _; make one with: openssl rand -hex 24"
        )
    return SecretStr(text)


HookSecret = Annotated[SecretStr, AfterValidator(hook_secret)]
"""The part of a hook's address that only the sender knows."""
Zone = Annotated[str, AfterValidator(_zone)]
ApiRoot = Annotated[str, AfterValidator(api_root)]
SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Status = Annotated[str, Field(min_length=1, max_length=64)]
Meanings = dict[Status, Meaning]
Licences = frozenset[Literal["params", "comment"]]


class _Source(BaseModel):
    """What every further source has. `update_time` in seconds; `since` is the first start of syncd when it is not given."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    usual: ClassVar[Mapping[str, str]] = {}
    """The meaning of the statuses that every shop of the kind has (contracts/sources §1.8, §2.7, §3.3)."""

    kind: str
    name: SourceName = ""
    enabled: bool = True
    url: ApiRoot
    account: Annotated[str, Field(pattern=r"^[^:\s]{0,120}$")] = ""
    """What external references call the account; the address by default. It must not change when the address does."""
    update_time: Annotated[int, Field(ge=1)] = 60
    since: Moment | None = None
    unknown_sku: Annotated[Literal["line", "hold"], Word] = "line"
    statuses: Annotated[Meanings, Field(validate_default=True)] = {}
    hook_secret: HookSecret | None = None

    @model_validator(mode="before")
    @classmethod
    def _named_after_its_kind(cls, value: Any) -> Any:
        return {"name": value.get("kind", "")} | value if isinstance(value, dict) else value

    @field_validator("statuses")
    @classmethod
    def _over_the_usual(cls, value: Meanings) -> Meanings:
        usual: Any = cls.usual
        return {**usual, **value}

    @property
    def targets(self) -> dict[str, Target]:
        """The statuses that ask for a state in the office."""
        return {
            raw: Target(meaning) for raw, meaning in self.statuses.items() if meaning not in ("new", "ignore")
        }

    @property
    def skipped(self) -> frozenset[str]:
        """Statuses in which an order that is seen for the first time is not created: it is over, or not ours."""
        over = {Target.DELETED, Target.REFUNDED, "ignore"}
        return frozenset(raw for raw, meaning in self.statuses.items() if meaning in over)


class MarketplaceSource(_Source):
    """A developer's account of the CS-Cart Add-on Marketplace (contracts/sources §3)."""

    usual: ClassVar[Mapping[str, str]] = {
        "O": "new", "A": "new", "J": "new", "B": "processed", "P": "paid", "C": "completed",
        "F": "deleted", "D": "deleted", "I": "deleted", "E": "refunded", "H": "ignore",
    }  # fmt: skip

    kind: Literal["marketplace"]
    url: ApiRoot = "https://marketplace.cs-cart.com/api"
    email: str
    token: Key
    currency: Currency = "USD"
    skus: dict[str, str] = {}
    """The Webasyst SKU of each product of the Marketplace that says none itself, by its id there."""
    licences: Licences = frozenset({"params"})


class HoroshopSource(_Source):
    """A Horoshop or Cartum shop (contracts/sources §1)."""

    usual: ClassVar[Mapping[str, str]] = {
        "1": "new", "2": "processed", "6": "shipped", "3": "completed", "4": "deleted",
    }  # fmt: skip

    kind: Literal["horoshop"]
    login: Annotated[str, Field(min_length=1)]
    password: SecretStr
    zone: Zone = "Europe/Kyiv"
    currency: Currency | None = None
    user_agent: Annotated[str, Field(pattern=r"^[ -~]*$")] = ""
    statuses_back: dict[str, Annotated[str, Field(pattern=r"^\d+$")]] = {}
    """The Horoshop status that each state of Webasyst's workflow is told as; empty: nothing is told."""
    cancel_back: bool = False
    """Whether "not delivered" (4) may be told: it is final there and keeps the goods off the stock (§1.5)."""

    @model_validator(mode="after")
    def _a_cancel_is_meant(self) -> HoroshopSource:
        if "4" in self.statuses_back.values() and not self.cancel_back:
            raise ValueError(
                "tells status 4 (not delivered), which is final there: set cancel_back = true to allow it"
            )
        return self


class JustClickSource(_Source):
    """A JustClick account (contracts/sources §2). `url` is its address, https://<login>.justclick.ru."""

    usual: ClassVar[Mapping[str, str]] = {
        "waiting": "new", "paid": "paid", "sent": "shipped", "cancel": "deleted",
        "moneyback": "refunded", "return": "refunded",
    }  # fmt: skip

    kind: Literal["justclick"]
    login: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    key: Key
    currency: Currency
    zone: Zone = "Europe/Moscow"
    update_time: Annotated[int, Field(ge=1)] = 300


AnySource = Annotated[MarketplaceSource | HoroshopSource | JustClickSource, Discriminator("kind")]
"""One further source, by its `kind`: marketplace, horoshop or justclick."""


def _read(value: Any) -> Any:
    """The entries of a JSON list, of TOML with `[[sources]]`, or of the file in one of both that the value names."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if "\n" not in text and text.lower().endswith((".toml", ".json")):
        try:
            text = Path(text).expanduser().read_text("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError, RuntimeError) as error:
            raise ValueError(f"names a file that cannot be read ({error})") from None
    try:
        if text.startswith("[") and not text.startswith("[["):
            return json.loads(text, object_pairs_hook=once_each)
        found = tomllib.loads(text)
    except ValueError as error:
        raise ValueError(f"is neither a JSON list nor TOML with [[sources]] entries ({error})") from None
    if set(found) != {"sources"}:
        raise ValueError("must hold [[sources]] entries and nothing else")
    return found["sources"]


def _apart(value: tuple[Any, ...]) -> tuple[Any, ...]:
    names = [source.name for source in value]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"has several entries with the name {', '.join(twice)}; give each its own name")
    if "cscart" in names:
        raise ValueError("calls an entry cscart, which is the shop of SYNCD_CSCART__URL; choose another name")
    return value


Sources = Annotated[tuple[AnySource, ...], BeforeValidator(_read), AfterValidator(_apart)]
