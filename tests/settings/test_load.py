"""Settings: where they come from, and how everything that is wrong is told at once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from syncd.errors import Misconfigured
from syncd.model.status import Target
from syncd.settings import Settings, SettingsError, load_settings
from syncd.settings.variables import UnreadableSource, collect

NEEDED = {
    "SYNCD_CSCART__URL": "https://shop.example.com/",
    "SYNCD_CSCART__EMAIL": "admin@shop.example.com",
    "SYNCD_CSCART__API_KEY": "canary-key-815",
    "SYNCD_WEBASYST__URL": "https://office.example.com",
    "SYNCD_WEBASYST__TOKEN": "canary-token-815",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that the person at this machine got by `syncd login` is not ours."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def loaded(**changes: str) -> Settings:
    return load_settings(NEEDED | {f"SYNCD_{name}": value for name, value in changes.items()})


def problems(**changes: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        loaded(**changes)
    return caught.value.problems


def test_what_is_needed_is_enough() -> None:
    """The five needed values alone make settings; a slash at the end of an address does not count."""
    settings = loaded()
    assert settings.cscart.url == "https://shop.example.com"
    assert settings.webasyst.token is not None
    assert settings.webasyst.token.get_secret_value() == "canary-token-815"


def test_values_are_read_as_their_kinds() -> None:
    """Numbers, flags, JSON, times and words arrive as what they mean."""
    settings = loaded(
        STATUSES='{"P":"processed","C":"completed"}',
        ORDERS__SKIP_STATUSES='["F"]',
        ORDERS__SINCE="2026-01-31T08:00:00+02:00",
        ORDERS__UNKNOWN_SKU="HOLD",
        PRODUCTS__IMAGES="no",
        BRAKES__SHARE="0.25",
        CSCART__CURRENCY=" eur ",
        CSCART__LANGUAGE="EN",
        WEBASYST__STOCK_ID="2",
    )
    assert settings.statuses == {"P": Target.PROCESSED, "C": Target.COMPLETED}
    assert settings.orders.skip_statuses == {"F"}
    assert settings.orders.since == datetime(2026, 1, 31, 6, tzinfo=UTC)
    assert settings.orders.unknown_sku == "hold"
    assert settings.products.images is False
    assert settings.brakes.share == Decimal("0.25")
    assert (settings.cscart.currency, settings.cscart.language) == ("EUR", "en")
    assert settings.webasyst.stock_id == 2


@pytest.mark.parametrize("text", ["2026-01-31", "2026-01-31T00:00:00", "2026-01-31 00:00:00Z"])
def test_a_time_without_a_zone_is_utc(text: str) -> None:
    """A date alone is its first moment."""
    assert loaded(ORDERS__SINCE=text).orders.since == datetime(2026, 1, 31, tzinfo=UTC)


def test_an_empty_value_is_not_set() -> None:
    """Compose files and the example file leave values empty: the default stands."""
    assert loaded(ORDERS__UPDATE_TIME="", CSCART__COMPANY_ID=" ").orders.update_time == 60


def test_names_are_read_in_any_case() -> None:
    """systemd credentials and secrets are often lower case."""
    assert load_settings({name.lower(): value for name, value in NEEDED.items()}) == loaded()


def test_without_anything_every_needed_value_is_named_with_its_way() -> None:
    """A first start tells all five values and where each of them is found."""
    with pytest.raises(Misconfigured) as caught:
        load_settings({})
    text = str(caught.value)
    assert [name for name in NEEDED if f"{name} is not set" in text] == list(NEEDED)
    assert "API access" in text
    assert "api.php/auth?client_id=syncd" in text


def test_the_way_to_a_token_names_the_account() -> None:
    """Where the account's address is known, the line can be copied as it is."""
    told = problems(WEBASYST__TOKEN="")
    assert len(told) == 1
    assert "https://office.example.com/api.php/auth?" in told[0]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("STATUSES", '{"P":"processed","P":"paid"}', "says more than once what P means"),
        ("STATUSES", '{"PP":"processed"}', "(PP) must be one letter"),
        ("STATUSES", '{"P":"gone"}', "(P) should be 'processed'"),
        ("STATUSES", '{"P":', "is not JSON"),
        ("STATUSES", '["P"]', "must be a JSON object"),
        ("ORDERS__SKIP_STATUSES", '"F"', "must be a JSON list"),
        ("ORDERS__UPDATE_TIME", "-5", "should be greater than or equal to 1"),
        ("PRODUCTS__UPDATE_TIME", "0", "should be greater than or equal to 1"),
        ("PRODUCTS__SWEEP_TIME", "-1", "should be greater than or equal to 0"),
        ("PRODUCTS__ENABLED", "maybe", "must be true or false"),
        ("ORDERS__SINCE", "2026", "is not a date or time"),
        ("ORDERS__SINCE", "2026-13-01", "month"),
        ("ORDERS__UNKNOWN_SKU", "drop", "should be 'line' or 'hold'"),
        ("WEBASYST__TYPE_ID", "x", "must be a whole number"),
        ("WEBASYST__STOCK_ID", "0", "should be greater than 0"),
        ("LOG__MAX_BYTES", "9999", "should be greater than or equal to 10000"),
        ("BRAKES__SHARE", "1.1", "should be less than or equal to 1"),
        ("HTTP__DEADLINE", "nan", "finite"),
        ("HTTP__CALLS_PER_SECOND", "0", "should be greater than 0"),
        ("CSCART__URL", "shop.example.com", "is not an address like"),
        ("CSCART__URL", "https://", "is not an address like"),
        ("CSCART__URL", "https://shop.example.com:port", "is not an address"),
        ("CSCART__URL", "https://a:canary-pw@shop.example.com", "holds a user or password"),
        ("CSCART__URL", "https://shop.example.com/?x=1", "holds a ? or #"),
        ("WEBASYST__URL", "https://office.example.com/api.php", "ends with /api.php"),
        ("WEBASYST__URL", "http://[x", "is not an address"),
        ("DATA_DIR", "~nobody-of-this-name/x", "no home directory"),
        ("CSCART__EMAIL", "admin", "is not an e-mail"),
        ("CSCART__API_KEY", "canary key", "copy it once more"),
        ("CSCART__CURRENCY", "euro", "three letters"),
        ("CSCART__LANGUAGE", "english", "two letters"),
        ("DATABASE_URL", "mysql://u:canary-pw@h/d", "must begin with one of"),
    ],
)
def test_a_wrong_value_is_told_with_its_name(name: str, value: str, reason: str) -> None:
    """The one line names the variable and what is wrong, and never quotes a secret."""
    (told,) = problems(**{name: value})
    assert told.startswith(f"SYNCD_{name} ")
    assert reason in told
    assert "canary" not in told


def test_all_problems_are_told_at_once() -> None:
    """Missing, wrong, unknown and unsafe in one message, so that nobody has to try again and again."""
    told = problems(
        CSCART__API_KEY="",
        ORDERS__UPDATE_TIME="x",
        LOG__LEVL="info",
        WEBASYST__URL="http://office.example.com",
    )
    assert [line.split(" ")[0] for line in told] == [
        "SYNCD_LOG__LEVL",
        "SYNCD_WEBASYST__URL",
        "SYNCD_CSCART__API_KEY",
        "SYNCD_ORDERS__UPDATE_TIME",
    ]


def test_an_unknown_name_brings_the_nearest_one() -> None:
    """A typing mistake would else be a setting that silently does nothing."""
    assert "Did you mean SYNCD_ORDERS__UPDATE_TIME?" in problems(ORDER__UPDATE_TIME="5")[0]
    assert "settings.example.env" in problems(QQQ="1")[0]


@pytest.mark.parametrize(
    "name",
    ["PORT", "PORT_8080_TCP", "PORT_8080_TCP_ADDR", "WEB_SERVICE_HOST", "SERVICE_PORT_HTTP", "TEST_PG_URL"],
)
def test_variables_of_others_are_left_alone(name: str) -> None:
    """Kubernetes adds such names for a service called syncd."""
    assert loaded(**{name: "tcp://10.0.0.1:80"}) == loaded()


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "127.1.2.3:1", "[::1]:80", "shop.localhost"])
def test_plain_http_is_fine_on_this_machine(host: str) -> None:
    """The simulated shops have no certificates."""
    assert loaded(CSCART__URL=f"http://{host}").cscart.url == f"http://{host}"


def test_plain_http_elsewhere_needs_a_word() -> None:
    """The key would be readable on the way; the message names the switch."""
    (told,) = problems(CSCART__URL="http://shop.example.com")
    assert "SYNCD_HTTP__ALLOW_INSECURE=true" in told
    assert loaded(CSCART__URL="http://shop.example.com", HTTP__ALLOW_INSECURE="true").http.allow_insecure


def test_a_wrong_switch_is_not_read_as_either() -> None:
    """When the switch itself is wrong, that is the problem to tell."""
    (told,) = problems(CSCART__URL="http://shop.example.com", HTTP__ALLOW_INSECURE="perhaps")
    assert told.startswith("SYNCD_HTTP__ALLOW_INSECURE")


def test_secrets_are_never_shown() -> None:
    """Neither a printed settings object nor a traceback's repr holds a key."""
    settings = loaded(DATABASE_URL="postgresql://u:canary-pw@h/d")
    assert "canary" not in f"{settings!r} {settings}"
    assert settings.database == "postgresql://u:canary-pw@h/d"


def test_the_environment_wins_over_file_and_secrets(tmp_path: Path) -> None:
    """Secrets folders, then systemd's, then the file, then the environment."""
    docker, systemd, file = tmp_path / "docker", tmp_path / "systemd", tmp_path / "syncd.env"
    docker.mkdir()
    systemd.mkdir()
    for name in ("a", "b", "c", "d"):
        (docker / f"syncd_{name}").write_text("docker\n")
    for name in ("b", "c", "d"):
        (systemd / f"SYNCD_{name}").write_text("systemd")
    (docker / "other").write_text("x")
    file.write_text('SYNCD_C="file"\nSYNCD_D=file\nOTHER=${SYNCD_D}\n')
    environ = {"CREDENTIALS_DIRECTORY": str(systemd), "SYNCD_ENV_FILE": str(file), "SYNCD_D": "environment"}
    assert collect(environ, docker) == {
        "SYNCD_A": "docker",
        "SYNCD_B": "systemd",
        "SYNCD_C": "file",
        "SYNCD_D": "environment",
    }


def test_a_token_from_a_secrets_folder_reaches_the_settings(tmp_path: Path) -> None:
    """A key need not stand in the environment."""
    (tmp_path / "syncd_webasyst__token").write_text("canary-from-file\n")
    rest = {name: value for name, value in NEEDED.items() if "TOKEN" not in name}
    settings = load_settings(rest | {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert settings.webasyst.token is not None
    assert settings.webasyst.token.get_secret_value() == "canary-from-file"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A named file that is missing, or secrets that are no text, stop the start with their path."""
    (told,) = problems(ENV_FILE=str(tmp_path / "missing.env"))
    assert "missing.env" in told
    (tmp_path / "SYNCD_X").write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableSource, match="not UTF-8"):
        collect({}, tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "SYNCD_PLAN_FIRST: canary",
        "SYNCD_PLAN_FIRST",
        'SYNCD_PLAN_FIRST="canary',
        "set SYNCD_PLAN_FIRST=canary",
    ],
)
def test_a_line_that_sets_nothing_is_told(tmp_path: Path, line: str) -> None:
    """A line of the file that is no NAME=value is named by its number, beside every other problem, and not quoted: what it
    was meant to set would silently keep its default."""
    file = tmp_path / "syncd.env"
    file.write_text(f"# settings\n\n{line}\nSYNCD_LOG__LEVEL=info\n")

    told = problems(ENV_FILE=str(file), LOG__FORMAT="loud")

    assert sorted("line 3 says no variable" in one for one in told) == [False, True]
    assert "canary" not in "".join(told)
    file.write_text("# settings\nexport SYNCD_LOG__LEVEL = 'info'\nOTHER\n")
    assert loaded(ENV_FILE=str(file)).log.level == "info"


def test_overrides_win() -> None:
    """The command line and the demo say a part of a section; the rest stands."""
    settings = load_settings(
        NEEDED | {"SYNCD_ORDERS__DISCOUNTS": "false"}, orders={"update_time": 5}, data_dir="/x"
    )
    assert (settings.orders.update_time, settings.orders.discounts) == (5, False)
    assert settings.data_dir == Path("/x")


def test_the_database_lives_in_the_data_directory() -> None:
    """Without an address of its own, SQLite beside the logs; ~ is the user's home."""
    settings = loaded(DATA_DIR="~/s")
    assert settings.database == f"sqlite:///{Path.home()}/s/syncd.db"
    assert settings.request_log.parent == settings.data_dir


def test_settings_do_not_change() -> None:
    """What was checked at the start stays as it is."""
    settings = loaded()
    with pytest.raises(ValueError, match="frozen"):
        settings.orders.update_time = 5
