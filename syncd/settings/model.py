"""Every setting with its type and default, in the order of `settings.example.env`. The names are the public interface."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from syncd.model.owner import ConflictRule
from syncd.settings.kinds import (
    Currency,
    DatabaseUrl,
    Folder,
    Key,
    Language,
    Letters,
    Login,
    Moment,
    Notify,
    Owners,
    SecretKey,
    StatesMap,
    StatusMap,
    Url,
    Word,
)
from syncd.settings.sources import HookSecret, Sources
from syncd.settings.token_store import TokenStore

Seconds = Annotated[int, Field(ge=1)]
"""An interval in whole seconds."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class CsCartSettings(_Section):
    """The shop that sells."""

    url: Url
    email: Login
    api_key: Key
    company_id: PositiveInt | None = None
    language: Language | None = None
    currency: Currency | None = None
    category_id: PositiveInt | None = None
    hook_secret: HookSecret | None = None


class WebasystSettings(_Section):
    """The back office, and the places in it for what is new."""

    url: Url
    token: Key | None = None
    """`None` only where the settings were loaded for somebody who does without."""
    category_id: PositiveInt | None = None
    type_id: PositiveInt | None = None
    stock_id: PositiveInt | None = None


class ProductSettings(_Section):
    """The products stream. Times in seconds; `sweep_time` 0 sweeps in every cycle."""

    enabled: bool = True
    update_time: Seconds = 300
    create_missing: bool = True
    images: bool = True
    sweep_time: Annotated[int, Field(ge=0)] = 3_600
    sku_case: bool = False
    group_variations: bool = True
    owners: Annotated[Owners, Field(validate_default=True)] = {}
    conflict: Annotated[ConflictRule, Word] = ConflictRule.HOLD
    create_in_cscart: bool = False
    vanished: Annotated[Literal["report", "zero"], Word] = "report"


class OrderSettings(_Section):
    """The orders stream. `since` is `None` for the first start; `update_time` in seconds."""

    enabled: bool = True
    update_time: Seconds = 60
    discounts: bool = True
    unknown_sku: Annotated[Literal["line", "hold"], Word] = "line"
    since: Moment | None = None
    skip_statuses: Letters = frozenset("FDIN")
    notify: Notify = frozenset()


class LogSettings(_Section):
    """The process's log and the request log; `max_bytes` is the total of the rotated request logs."""

    requests: bool = True
    max_bytes: Annotated[int, Field(ge=10_000)] = 10_485_760
    level: Annotated[Literal["debug", "info", "warning", "error"], Word] = "info"
    format: Annotated[Literal["json", "console"], Word] = "json"
    mask_personal: bool = True


class BrakeSettings(_Section):
    """When a cycle that overwrites much stops itself: more than `share` (0..1) of what exists, and more than `min`."""

    share: Annotated[Decimal, Field(ge=0, le=1)] = Decimal("0.3")
    min: Annotated[int, Field(ge=0)] = 50


class HttpSettings(_Section):
    """Calls to the shops, and the server for theirs. `deadline` is the total seconds of one call (real shops take 30 at
    times); `host` and `port` are where hooks come in; their bodies are kept for `hooks_kept` days."""

    calls_per_second: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] = 10.0
    deadline: Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)] = 60.0
    allow_insecure: bool = False
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8765
    hooks_kept: Annotated[int, Field(ge=1)] = 30


class Settings(BaseSettings):
    """All settings, checked and frozen. Made by `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix="SYNCD_",
        env_nested_delimiter="__",
        enable_decoding=False,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )

    cscart: CsCartSettings
    webasyst: WebasystSettings
    products: ProductSettings = ProductSettings()
    orders: OrderSettings = OrderSettings()
    statuses: StatusMap = {}
    statuses_back: StatesMap = {}
    sources: Sources = ()
    plan_first: bool = False
    log: LogSettings = LogSettings()
    brakes: BrakeSettings = BrakeSettings()
    http: HttpSettings = HttpSettings()
    data_dir: Annotated[Folder, Field(validate_default=True)] = Path("~/.local/state/syncd")
    # Not relative to where syncd is started: a second directory would mean a second database that knows of no order.
    database_url: DatabaseUrl | None = None
    secret_key: SecretKey | None = None

    @property
    def database(self) -> str:
        """The database's address for SQLAlchemy, password included: never log it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'syncd.db'}"

    @property
    def token_store(self) -> TokenStore:
        """Where `syncd login` keeps the token."""
        key = self.secret_key
        return TokenStore(self.data_dir, key.get_secret_value() if key else None)

    @property
    def request_log(self) -> Path:
        """The request log's newest file."""
        return self.data_dir / "requests.log"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given is all there is: `load_settings` collects the variables, so that it can tell unknown ones."""
        return (init_settings,)
